"""What waits for a person: listing it, letting it run again, putting it aside."""

from __future__ import annotations

import json
from typing import Any

from app.operations import audit
from app.operations.audit import Actor
from app.operations.refusals import Conflict
from app.operations.times import iso
from app.store import deadlines, marks, parked
from app.store.parked import Parked
from app.store.redis import Store
from mappers.canonical import EntityKey


def shown(record: Parked) -> dict[str, Any]:
    """Why an entity is parked; `detail` is the run's own JSON, or text where it left none."""
    try:
        detail = json.loads(record.detail) if record.detail else None
    except ValueError:
        detail = record.detail
    return {"entity": record.entity, "at": iso(record.at_ms), "code": record.code, "reason": record.reason, "detail": detail}


async def page(store: Store, *, shop: str = "", code: str = "", limit: int = 100) -> dict[str, Any]:
    """Oldest first, with the number of all."""
    found = await parked.listed(store, shop=shop, code=code, limit=limit)
    return {"parked": [shown(record) for record in found], "count": await parked.count(store)}


async def _existing(store: Store, entity: EntityKey) -> Parked:
    record = await parked.get(store, str(entity))
    if record is None:
        raise Conflict("NOT_PARKED", f"{entity} is not parked; see its story for what it is doing.")
    return record


async def release(store: Store, actor: Actor, entity: EntityKey, *, reason: str = "") -> dict[str, Any]:
    """Look at a parked entity again. Raises Conflict NOT_PARKED."""
    async with audit.act(store, actor, "parked.release", target=str(entity), reason=reason) as act:
        await _existing(store, entity)
        generation = await marks.release(store, str(entity), why=_why(actor, "released", reason))
        act.counts["entities"] = 1
    return {"entity": str(entity), "generation": generation}


async def release_all(store: Store, actor: Actor, *, code: str, shop: str, limit: int, reason: str) -> dict[str, Any]:
    """Look again at every entity parked with a code. The workers' rate limits pace them."""
    async with audit.act(store, actor, "parked.release_all", reason=reason, filters={"code": code, "shop": shop, "limit": limit}) as act:
        found = await parked.listed(store, shop=shop, code=code, limit=limit)
        for record in found:
            await marks.release(store, record.entity, why=_why(actor, "released", reason))
            act.counts["entities"] = act.counts.get("entities", 0) + 1
    return {"released": len(found), "still_parked": await parked.count(store)}


async def drop(store: Store, actor: Actor, entity: EntityKey, *, reason: str) -> dict[str, Any]:
    """Put a parked entity aside until something new comes; its payment's deadline is no longer warned of. Raises Conflict NOT_PARKED."""
    async with audit.act(store, actor, "parked.drop", target=str(entity), reason=reason) as act:
        await _existing(store, entity)
        act.counts["entities"] = int(await marks.drop(store, str(entity), why=_why(actor, "dropped", reason)))
        await deadlines.remove(store, [str(entity)])
    return {"entity": str(entity), "dropped": True}


def _why(actor: Actor, verb: str, reason: str) -> str:
    return f"{verb} by {actor.name}: {reason}" if reason else f"{verb} by {actor.name}"
