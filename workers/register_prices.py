"""Local indexes of Hogia's extra prices and stock balances, by article number, kept up by their rowversion feeds.

A record that is older than the one that is there is ignored: notifications and pages come in any order (hogia.md 3.7).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from app.store import cache, keys
from app.store.redis import Store, text
from mappers.flows.articles import folded
from mappers.hogia.model import HogiaPrice, HogiaStock
from mappers.hogia.reading_prices import read_price, read_stock
from workers.clients.hogia import HogiaClient
from workers.clients.hogia.assumed import PRICES, STOCK, FeedEntry

BATCH = 200
R = TypeVar("R", HogiaPrice, HogiaStock)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind(Generic[R]):
    resource: str
    adapter: TypeAdapter[R]
    read: Callable[[Mapping[str, Any]], R]
    changed: Callable[[HogiaClient, int], AsyncIterator[FeedEntry]]


class ByNumber(Generic[R]):
    """The index of one resource of a connection."""

    def __init__(self, store: Store, connection: str, kind: _Kind[R]) -> None:
        self._store = store
        self._kind: _Kind[R] = kind
        self._owner = f"hogia:{connection}"
        self._by_id = keys.index(self._owner, kind.resource)
        self._by_number = keys.index(self._owner, f"{kind.resource}-of")
        self.changed_key = keys.index(self._owner, f"{kind.resource}-changed")

    async def refresh(self, client: HogiaClient) -> int:
        """Read what changed since the last time; answers how many. The numbers that changed are kept until they are taken."""
        since = int(await cache.watermark(self._store, self._owner, self._kind.resource) or 0)
        count, entries = 0, list[FeedEntry]()
        async for entry in self._kind.changed(client, since):
            entries.append(entry)
            if len(entries) == BATCH:
                count, entries = count + await self._take(entries), []
        return count + await self._take(entries)

    async def _take(self, entries: Sequence[FeedEntry]) -> int:
        if not entries:
            return 0
        newest = {entry.id: entry for entry in entries}
        ids = list(newest)
        before = [self._kind.adapter.validate_json(raw) if raw else None for raw in await self._store.redis.hmget(self._by_id, ids)]
        async with self._store.redis.pipeline(transaction=True) as pipe:
            for ident, known in zip(ids, before, strict=True):
                self._write_one(pipe, newest[ident], known)
            await pipe.execute()
        await cache.set_watermark(self._store, self._owner, self._kind.resource, str(entries[-1].row_version))
        return len(entries)

    def _write_one(self, pipe: Any, entry: FeedEntry, known: R | None) -> None:
        if known is not None and known.row_version >= entry.row_version:
            return
        former = folded(known.article) if known is not None else ""
        record = None if entry.is_deleted else self._kind.read(entry.body)
        number = folded(record.article) if record is not None else ""
        if former and former != number:
            pipe.srem(f"{self._by_number}:{former}", entry.id)
        for changed in filter(None, {former, number}):
            pipe.sadd(self.changed_key, changed)
        if record is None:
            pipe.hdel(self._by_id, entry.id)
            return
        pipe.hset(self._by_id, entry.id, self._kind.adapter.dump_json(record))
        pipe.sadd(f"{self._by_number}:{number}", entry.id)

    async def changed(self) -> list[str]:
        """Folded numbers that the feed told of and that nobody has taken yet."""
        return [text(number) for number in await self._store.redis.smembers(self.changed_key)]

    async def of(self, numbers: Sequence[str]) -> dict[str, tuple[R, ...]]:
        """The records of these folded numbers."""
        async with self._store.redis.pipeline(transaction=False) as pipe:
            for number in numbers:
                pipe.smembers(f"{self._by_number}:{number}")
            ids = [sorted(text(ident) for ident in found) for found in await pipe.execute()]
        flat = sorted({ident for found in ids for ident in found})
        raw = await self._store.redis.hmget(self._by_id, flat) if flat else []
        records = {ident: self._kind.adapter.validate_json(value) for ident, value in zip(flat, raw, strict=True) if value}
        return {number: tuple(records[i] for i in found if i in records) for number, found in zip(numbers, ids, strict=True)}


def prices(store: Store, connection: str) -> ByNumber[HogiaPrice]:
    """Extra prices, campaign prices among them."""
    return ByNumber(
        store,
        connection,
        _Kind(resource=PRICES, adapter=_PRICE, read=read_price, changed=lambda client, since: client.prices_changed(since)),
    )


def balances(store: Store, connection: str) -> ByNumber[HogiaStock]:
    """Stock balances, one per stock point."""
    return ByNumber(
        store, connection, _Kind(resource=STOCK, adapter=_STOCK, read=read_stock, changed=lambda client, since: client.stock_changed(since))
    )


_PRICE = TypeAdapter(HogiaPrice)
_STOCK = TypeAdapter(HogiaStock)
