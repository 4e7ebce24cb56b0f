"""What needs a person: which entity, since when, why, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from app.store import keys
from app.store.redis import Store, text, texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    entity: str
    at_ms: int
    code: str
    reason: str
    detail: str
    family: str = ""


async def get(store: Store, entity: str) -> Parked | None:
    """Why an entity is parked, or None."""
    fields = texts(await store.redis.hgetall(keys.parked(entity)))
    if not fields:
        return None
    return Parked(
        entity=entity,
        at_ms=int(fields["at"]),
        code=fields["code"],
        reason=fields["reason"],
        detail=fields.get("detail", ""),
        family=fields.get("family", ""),
    )


async def listed(store: Store, *, shop: str = "", code: str = "", limit: int = 100) -> list[Parked]:
    """Oldest first."""
    found: list[Parked] = []
    offset = 0
    while len(found) < limit:
        entities = [text(e) for e in await store.redis.zrange(keys.PARKED, offset, offset + 199)]
        for entity in entities:
            record = await get(store, entity)
            if record is not None and (not shop or entity.startswith(f"{shop}/")) and (not code or record.code == code):
                found.append(record)
        if len(entities) < 200:
            break
        offset += 200
    return found[:limit]


async def count(store: Store) -> int:
    return int(await store.redis.zcard(keys.PARKED))


async def of_settings(store: Store, shops: list[str]) -> list[str]:
    """The entities of these shops that wait for a change of settings, oldest first."""
    found = []
    for shop in shops:
        found += [record.entity for record in await listed(store, shop=shop, limit=100_000) if record.family == "misconfigured"]
    return found
