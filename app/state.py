"""What the web process holds for its life: settings, store, seal, connections. Built once, by `app.main`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from app.settings import Settings
from app.store.connections import Directory
from app.store.redis import Store
from app.store.seal import Seal


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    settings: Settings
    store: Store
    seal: Seal
    directory: Directory

    def new_id(self) -> str:
        """A fresh id for a request, a replay, a key."""
        return uuid.uuid4().hex
