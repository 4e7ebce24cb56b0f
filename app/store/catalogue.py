"""What the catalogue's lanes work on: items to look at, what became of each, links between both sides, and runs of the initial synchronisation.

An item to look at has a time: when it became due. A look that began after that time settles it; a change during the look makes it due anew,
so nothing that comes meanwhile is lost. There is no queue of changes: an item is looked at as it is then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.store import keys, marks
from app.store.redis import Store, text, texts
from mappers.catalogue.changes import ItemLink
from mappers.catalogue.lanes import Lane
from mappers.catalogue.outcome import Notice, Outcome, Status
from mappers.catalogue.to_hogia import Owner

CHUNK = 1000
PAGE = 5000


def _key(shop: str, name: str) -> str:
    return keys.index(f"shop:{shop}", f"catalogue-{name}")


# -- what is to be looked at -----------------------------------------------------------------------------------------------------------


async def note(store: Store, shop: str, lane: Lane, items: Iterable[str], *, why: str) -> int:
    """Make items due now and wake the lane; answers how many."""
    found = sorted(set(items))
    if not found:
        return 0
    now = await store.now_ms()
    async with store.redis.pipeline(transaction=False) as pipe:
        for start in range(0, len(found), CHUNK):
            pipe.zadd(_key(shop, f"due-{lane}"), dict.fromkeys(found[start : start + CHUNK], now))
        await pipe.execute()
    await marks.mark(store, [lane.entity(shop)], hint="items", why=f"{len(found)} to look at: {why}")
    return len(found)


async def take(store: Store, shops: Sequence[str], lane: Lane, changed: Mapping[str, Sequence[str]], *, why: str) -> int:
    """Move numbers from sets of changed ones (by the sets' keys) to what these shops' lanes look at; answers how many.

    In one step: a change that is told of behind it stays in its set, and one before it is in the index that the look will read.
    """
    found = sorted({number for numbers in changed.values() for number in numbers})
    if not found:
        return 0
    now = await store.now_ms()
    async with store.redis.pipeline(transaction=True) as pipe:
        for shop in shops:
            pipe.zadd(_key(shop, f"due-{lane}"), dict.fromkeys(found, now))
        for key, numbers in changed.items():
            if numbers:
                pipe.srem(key, *numbers)
        await pipe.execute()
    await marks.mark(store, [lane.entity(shop) for shop in shops], hint="items", why=f"{len(found)} to look at: {why}")
    return len(found)


async def due(store: Store, shop: str, lane: Lane, *, limit: int) -> tuple[list[str], int]:
    """Items that are due, longest first, and the moment (ms) that this look begins at."""
    now = await store.now_ms()
    found = await store.redis.zrangebyscore(_key(shop, f"due-{lane}"), "-inf", now, start=0, num=limit)
    return [text(item) for item in found], now


async def looked_at(store: Store, shop: str, lane: Lane, began_ms: int, items: Mapping[str, int]) -> None:
    """Settle items that were due when the look began. A value above 0 is when to look again by itself (ms)."""
    args: list[str | int] = [began_ms]
    for item, again in items.items():
        args += [item, again]
    await store.scripts.looked_at(keys=[_key(shop, f"due-{lane}")], args=args)


async def waiting(store: Store, shop: str, lane: Lane) -> tuple[int, int]:
    """How many are due now, and when the next one is (ms; 0 for none)."""
    now = await store.now_ms()
    key = _key(shop, f"due-{lane}")
    async with store.redis.pipeline(transaction=False) as pipe:
        pipe.zcount(key, "-inf", now)
        pipe.zrange(key, 0, 0, withscores=True)
        count, first = await pipe.execute()
    return int(count), int(first[0][1]) if first else 0


async def clear(store: Store, shop: str, lane: Lane) -> None:
    """Forget everything that a lane was to look at, and what became of it: a new run begins."""
    await store.redis.delete(_key(shop, f"due-{lane}"), _key(shop, f"outcomes-{lane}"))


# -- what became of it -----------------------------------------------------------------------------------------------------------------


async def keep_outcomes(store: Store, shop: str, lane: Lane, outcomes: Sequence[Outcome], *, at_ms: int) -> None:
    """The newest outcome of each item."""
    if outcomes:
        told = {outcome.item: json.dumps({**asdict(outcome), "at_ms": at_ms}) for outcome in outcomes}
        await store.redis.hset(_key(shop, f"outcomes-{lane}"), mapping=told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An outcome and when it was."""

    outcome: Outcome
    at_ms: int


def _told(raw: Any) -> Told:
    fields = json.loads(raw)
    at_ms = fields.pop("at_ms")
    notices = tuple(Notice(**notice) for notice in fields.pop("notices"))
    return Told(outcome=Outcome(**{**fields, "status": Status(fields["status"]), "notices": notices}), at_ms=at_ms)


async def outcomes(store: Store, shop: str, lane: Lane) -> list[Told]:
    """Every item's newest outcome, by item."""
    found: list[Told] = []
    cursor = 0
    while True:
        cursor, page = await store.redis.hscan(_key(shop, f"outcomes-{lane}"), cursor, count=PAGE)
        found += [_told(raw) for raw in page.values()]
        if not cursor:
            return sorted({told.outcome.item: told for told in found}.values(), key=lambda told: _natural(told.outcome.item))


async def outcome(store: Store, shop: str, lane: Lane, item: str) -> Told | None:
    raw = await store.redis.hget(_key(shop, f"outcomes-{lane}"), item)
    return _told(raw) if raw else None


def _natural(item: str) -> tuple[tuple[bool, int, str], ...]:
    return tuple((not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in item.split("/"))


# -- who is who ------------------------------------------------------------------------------------------------------------------------


async def links(store: Store, shop: str, numbers: Sequence[str]) -> dict[str, ItemLink]:
    """What the shop's items of these folded numbers are, where it is known."""
    if not numbers:
        return {}
    raw = await store.redis.hmget(_key(shop, "links"), list(numbers))
    found = {}
    for number, value in zip(numbers, raw, strict=True):
        if value:
            fields = json.loads(value)
            found[number] = ItemLink(**{**fields, "owned": frozenset(fields["owned"])})
    return found


async def keep_links(store: Store, shop: str, found: Mapping[str, ItemLink]) -> None:
    if found:
        told = {number: json.dumps({**asdict(link), "owned": sorted(link.owned)}) for number, link in found.items()}
        await store.redis.hset(_key(shop, "links"), mapping=told)


async def linked_numbers(store: Store, shop: str) -> list[str]:
    """Every folded number that the shop has a link for."""
    return [text(number) for number in await store.redis.hkeys(_key(shop, "links"))]


async def numbers_of(store: Store, shop: str, products: Sequence[int]) -> dict[int, dict[str, str]]:
    """Of each product: the folded numbers that articles were made or linked for, with the item of each."""
    if not products:
        return {}
    raw = await store.redis.hmget(_key(shop, "numbers"), [str(product) for product in products])
    return {product: json.loads(value) if value else {} for product, value in zip(products, raw, strict=True)}


async def keep_numbers(store: Store, shop: str, found: Mapping[int, Mapping[str, str]]) -> None:
    if found:
        await store.redis.hset(_key(shop, "numbers"), mapping={str(product): json.dumps(numbers) for product, numbers in found.items()})


async def numbered_products(store: Store, shop: str) -> list[int]:
    """Every product that an article was made of or linked to."""
    return [int(product) for product in await store.redis.hkeys(_key(shop, "numbers"))]


async def owners(store: Store, connection: str, numbers: Sequence[str]) -> dict[str, Owner]:
    """Which shop's item leads each article."""
    if not numbers:
        return {}
    raw = await store.redis.hmget(_owners(connection), list(numbers))
    return {number: Owner(**json.loads(value)) for number, value in zip(numbers, raw, strict=True) if value}


async def own(store: Store, connection: str, found: Mapping[str, Owner]) -> None:
    """The first that has a number keeps it."""
    async with store.redis.pipeline(transaction=False) as pipe:
        for number, owner in found.items():
            pipe.hsetnx(_owners(connection), number, json.dumps(asdict(owner)))
        await pipe.execute()


async def disown(store: Store, connection: str, numbers: Sequence[str]) -> None:
    if numbers:
        await store.redis.hdel(_owners(connection), *numbers)


def _owners(connection: str) -> str:
    return keys.index(f"hogia:{connection}", "article-owners")


# -- runs of the initial synchronisation -----------------------------------------------------------------------------------------------


async def run(store: Store, shop: str, lane: Lane) -> dict[str, str]:
    """The newest run of a lane: `id`, `began_ms`, `listed_ms` (every item is known), `ended_ms`, `total`, `cursor`, `by`; empty for none."""
    return texts(await store.redis.hgetall(_key(shop, f"run-{lane}")))


async def begin(store: Store, shop: str, lane: Lane, fields: Mapping[str, str]) -> None:
    async with store.redis.pipeline(transaction=True) as pipe:
        pipe.delete(_key(shop, f"run-{lane}"))
        pipe.hset(_key(shop, f"run-{lane}"), mapping=dict(fields))
        if not lane.is_preview:
            pipe.hsetnx(_key(shop, "state"), "started_ms", fields["began_ms"])
        await pipe.execute()


async def write_run(store: Store, shop: str, lane: Lane, run_id: str, fields: Mapping[str, str]) -> bool:
    """Write how far a run is; False where it was stopped, or another has begun."""
    args = [run_id, *(part for pair in fields.items() for part in pair)]
    return bool(int(await store.scripts.write_run(keys=[_key(shop, f"run-{lane}")], args=args)))


async def is_started(store: Store, shop: str) -> bool:
    """Whether a merchant has let the catalogue of this shop move: nothing does before."""
    return bool(await store.redis.hget(_key(shop, "state"), "started_ms"))


async def stop(store: Store, shop: str) -> None:
    """Nothing of the shop's catalogue moves any more until it is started again; links stay."""
    await store.redis.hdel(_key(shop, "state"), "started_ms")
    await store.redis.delete(keys.sweep(f"catalogue:{shop}"))
    for lane in Lane:
        await clear(store, shop, lane)
        await store.redis.delete(_key(shop, f"run-{lane}"))
