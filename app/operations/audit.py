"""The audit stream: who did what, when, from where, to how many, and what came of it. Refused actions are in it too."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from app.operations.times import iso
from app.store import keys
from app.store.redis import Store, text, texts
from mappers.errors import OrderbroError


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: an API key's id and name, or the account that runs the command. `origin` is an address or `command line`."""

    id: str
    name: str
    origin: str


@dataclass(slots=True, kw_only=True)
class Act:
    """What an action fills in while it runs."""

    counts: dict[str, int] = field(default_factory=dict)
    result: str = "done"


@asynccontextmanager
async def act(
    store: Store, actor: Actor, action: str, *, target: str = "", reason: str = "", filters: Mapping[str, Any] | None = None
) -> AsyncIterator[Act]:
    """Record an action when it has ended, well or badly."""
    entry = Act()
    try:
        yield entry
    except OrderbroError as error:
        entry.result = f"refused: {error.code}"
        raise
    except BaseException as error:
        entry.result = f"failed: {type(error).__name__}"
        raise
    finally:
        await store.redis.xadd(
            keys.AUDIT,
            {
                "at": await store.now_ms(),
                "key_id": actor.id,
                "key_name": actor.name,
                "origin": actor.origin,
                "action": action,
                "target": target,
                "reason": reason,
                "filter": json.dumps(dict(filters or {}), default=str),
                "counts": json.dumps(entry.counts),
                "result": entry.result,
            },
        )


async def listed(store: Store, *, cursor: str = "", limit: int = 50) -> tuple[list[dict[str, Any]], str]:
    """Newest first. Answers a page and the cursor of the next one (empty at the end)."""
    found = await store.redis.xrevrange(keys.AUDIT, max=f"({cursor}" if cursor else "+", count=limit + 1)
    page = [_shown(text(entry_id), texts(fields)) for entry_id, fields in found[:limit]]
    return page, page[-1]["id"] if len(found) > limit else ""


def _shown(entry_id: str, fields: dict[str, str]) -> dict[str, Any]:
    return {
        **fields,
        "id": entry_id,
        "at": iso(int(fields["at"])),
        "filter": json.loads(fields["filter"]),
        "counts": json.loads(fields["counts"]),
    }
