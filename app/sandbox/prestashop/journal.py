"""What the simulation remembers besides records: hooks that fired and mails that were sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A hook that fired, with what a module gets to know (ids and flags only)."""

    name: str
    at: datetime
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail the shop sent to a customer."""

    to: str
    subject: str
    template: str
    order_id: int
