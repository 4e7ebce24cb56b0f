"""When the authorisations end that nobody has captured yet: one set for the installation, by time, with a record of each.

What is not known yet sorts last (`inf`) and is never listed; it is there to be asked for.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.store import keys
from app.store.redis import Store, text
from mappers.payments.deadline import Deadline
from mappers.payments.model import Provider

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AT_ONCE = 500
UNKNOWN = "+inf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An order's deadline. `expires_ms` None: not known."""

    entity: str
    provider: str
    expires_ms: int | None
    certain: bool

    @property
    def shop(self) -> str:
        return self.entity.partition("/")[0]


def _milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


async def get(store: Store, entity: str) -> Deadline | None:
    """What is known of an order's deadline."""
    raw = await store.redis.hget(keys.DEADLINE_RECORDS, entity)
    if raw is None:
        return None
    record = json.loads(raw)
    expires = record["expires_ms"]
    return Deadline(
        provider=Provider(record["provider"]),
        expires_at=None if expires is None else EPOCH + timedelta(milliseconds=expires),
        certain=record["certain"],
    )


async def put(store: Store, entity: str, deadline: Deadline) -> None:
    """Write an order's deadline over what was known."""
    expires = None if deadline.expires_at is None else _milliseconds(deadline.expires_at)
    record = json.dumps({"provider": deadline.provider.value, "expires_ms": expires, "certain": deadline.certain})
    async with store.redis.pipeline(transaction=True) as pipe:
        pipe.zadd(keys.DEADLINES, {entity: UNKNOWN if expires is None else expires})
        pipe.hset(keys.DEADLINE_RECORDS, entity, record)
        await pipe.execute()


async def look_again(store: Store, entity: str, at: datetime) -> None:
    """Have the order's payment looked at then, whatever its authorisation."""
    await store.redis.zadd(keys.RECHECKS, {entity: _milliseconds(at)})


async def due_again(store: Store, *, now_ms: int) -> list[str]:
    """The orders whose payment is to be looked at by now."""
    return [text(entity) for entity in await store.redis.zrangebyscore(keys.RECHECKS, "-inf", now_ms)]


async def looked_again(store: Store, entities: Iterable[str]) -> None:
    found = list(entities)
    if found:
        await store.redis.zrem(keys.RECHECKS, *found)


async def remove(store: Store, entities: Iterable[str]) -> int:
    """There is nothing left to capture in time; answers how many had a deadline."""
    found = list(entities)
    if not found:
        return 0
    async with store.redis.pipeline(transaction=True) as pipe:
        pipe.zrem(keys.DEADLINES, *found)
        pipe.hdel(keys.DEADLINE_RECORDS, *found)
        removed = await pipe.execute()
    return int(removed[0])


async def remove_before(store: Store, *, before_ms: int) -> int:
    """Forget what ended before that: whoever was to act on it has, or never will."""
    gone = [text(e) for e in await store.redis.zrangebyscore(keys.DEADLINES, "-inf", f"({before_ms}")]
    return await remove(store, gone)


async def listed(store: Store, *, until_ms: int, shop: str = "", limit: int = 100) -> list[Listed]:
    """What ends by then, and what has ended already; nearest first."""
    found: list[Listed] = []
    offset = 0
    while len(found) < limit:
        entities = [text(e) for e in await store.redis.zrangebyscore(keys.DEADLINES, "-inf", until_ms, start=offset, num=AT_ONCE)]
        found += await _read(store, [entity for entity in entities if not shop or entity.startswith(f"{shop}/")])
        if len(entities) < AT_ONCE:
            break
        offset += AT_ONCE
    return found[:limit]


async def unknown(store: Store) -> list[str]:
    """The orders whose provider knows a date that it has not been asked for yet."""
    entities = [text(e) for e in await store.redis.zrangebyscore(keys.DEADLINES, UNKNOWN, UNKNOWN)]
    return [entry.entity for entry in await _read(store, entities) if not entry.certain]


async def _read(store: Store, entities: list[str]) -> list[Listed]:
    if not entities:
        return []
    records = await store.redis.hmget(keys.DEADLINE_RECORDS, entities)
    read = [(entity, json.loads(raw)) for entity, raw in zip(entities, records, strict=True) if raw is not None]
    return [Listed(entity=entity, **record) for entity, record in read]


async def count(store: Store, *, until_ms: int, shop: str = "") -> int:
    """How many end by then, or have ended."""
    if not shop:
        return int(await store.redis.zcount(keys.DEADLINES, "-inf", until_ms))
    return (await by_shop(store, until_ms=until_ms))[shop]


async def by_shop(store: Store, *, until_ms: int) -> Counter[str]:
    """How many end by then in each shop; 0 for the others."""
    found = await store.redis.zrangebyscore(keys.DEADLINES, "-inf", until_ms)
    return Counter(text(entity).partition("/")[0] for entity in found)


async def next_ms(store: Store) -> int | None:
    """When the first one ends, or ended; None where no end is known."""
    first = await store.redis.zrange(keys.DEADLINES, 0, 0, withscores=True)
    return int(first[0][1]) if first and first[0][1] != float("inf") else None
