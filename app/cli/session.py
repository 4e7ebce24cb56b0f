"""What a command has while it runs: settings, the store, who is typing. Redis's absence is told in one sentence."""

from __future__ import annotations

import asyncio
import getpass
import os
import socket
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import ValidationError

from app import embedded
from app.operations.audit import Actor
from app.settings import Settings
from app.store.events import NotDurableError
from app.store.redis import UNAVAILABLE, Store
from app.store.seal import Seal, open_seal
from mappers.errors import Misconfigured, Transient

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    settings: Settings
    store: Store
    actor: Actor

    @property
    def seal(self) -> Seal:
        """Opened only by commands that touch secrets. Raises Misconfigured without a key."""
        return open_seal(self.settings)

    @staticmethod
    def new_id() -> str:
        """A fresh id for a request or a replay."""
        return uuid.uuid4().hex


def read_settings() -> Settings:
    """The environment's settings. Raises Misconfigured SETTINGS_INVALID."""
    try:
        return Settings()
    except ValidationError as error:
        mistakes = "; ".join(f"ORDERBRO_{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors(include_input=False))
        raise Misconfigured("SETTINGS_INVALID", f"the environment has mistakes. {mistakes}") from None


def place(url: str) -> str:
    """A Redis URL for people: without a password."""
    parts = urlsplit(url)
    return parts.path if parts.scheme == "unix" else f"{parts.hostname or 'localhost'}:{parts.port or 6379}"


def _who() -> Actor:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        name = f"uid {os.getuid()}"
    return Actor(id="", name=name, origin=f"command line on {socket.gethostname()}")


def run(action: Callable[[Session], Coroutine[Any, Any, T]]) -> T:
    """Run a command's action with a session. Raises the families of `mappers.errors`."""
    settings = read_settings()
    url = settings.redis_url or embedded.url(settings.data_dir)

    async def connected() -> T:
        store = Store.connect(url, timeout_seconds=settings.redis_timeout_seconds)
        try:
            await store.redis.ping()
            return await action(Session(settings=settings, store=store, actor=_who()))
        except NotDurableError as error:
            raise Misconfigured(error.reason, f"Redis at {place(url)} would lose events: {error.detail}.") from None
        except UNAVAILABLE as error:
            raise Transient(
                "REDIS_UNREACHABLE",
                f"no Redis at {place(url)} ({type(error).__name__}): start orderbro up, or set ORDERBRO_REDIS_URL.",
            ) from None
        finally:
            await store.close()

    return asyncio.run(connected())
