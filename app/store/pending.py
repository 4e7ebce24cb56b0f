"""Sales that Hogia's stock does not show yet, per connection: by order, and by article number."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from app.store import keys
from app.store.redis import Store, text
from mappers.catalogue.pending import Sale


def _by_order(connection: str) -> str:
    return keys.index(f"hogia:{connection}", "pending")


def _of(connection: str, number: str) -> str:
    return keys.index(f"hogia:{connection}", f"pending-of:{number}")


def _newest(connection: str) -> str:
    return keys.index(f"hogia:{connection}", "pending-newest")


async def get(store: Store, connection: str, order: str) -> Sale | None:
    """What is pending of an order (its entity)."""
    raw = await store.redis.hget(_by_order(connection), order)
    return Sale(**json.loads(raw)) if raw else None


async def note(store: Store, connection: str, order: str, sale: Sale | None) -> list[str]:
    """Keep what is pending of an order, None for nothing; answers the folded numbers whose pieces are others than before."""
    before = await get(store, connection, order)
    if before == sale:
        return []
    old, new = (before.numbers if before else {}), (sale.numbers if sale else {})
    async with store.redis.pipeline(transaction=True) as pipe:
        for number in old.keys() - new.keys():
            pipe.hdel(_of(connection, number), order)
        for number in new:
            pipe.hset(_of(connection, number), order, new[number])
        if sale is None:
            pipe.hdel(_by_order(connection), order)
        else:
            pipe.hset(_by_order(connection), order, json.dumps(asdict(sale)))
        await pipe.execute()
    return sorted(number for number in old.keys() | new.keys() if old.get(number) != new.get(number))


async def of(store: Store, connection: str, numbers: Sequence[str]) -> tuple[dict[str, dict[str, int]], dict[str, Sale]]:
    """Of each folded number the pieces per order, and those orders' sales."""
    async with store.redis.pipeline(transaction=False) as pipe:
        for number in numbers:
            pipe.hgetall(_of(connection, number))
        found = [{text(order): int(count) for order, count in raw.items()} for raw in await pipe.execute()]
    orders = sorted({order for each in found for order in each})
    raw_sales = await store.redis.hmget(_by_order(connection), orders) if orders else []
    sales = {order: Sale(**json.loads(raw)) for order, raw in zip(orders, raw_sales, strict=True) if raw}
    return dict(zip(numbers, found, strict=True)), sales


async def forget(store: Store, connection: str, orders: Mapping[str, Sale]) -> None:
    """Drop sales that Hogia's stock has by now."""
    for order in orders:
        await note(store, connection, order, None)


async def newest_order(store: Store, connection: str, shop: str) -> int:
    """The highest order id of a shop that was taken note of."""
    return int(text(await store.redis.hget(_newest(connection), shop)) or 0)


async def set_newest_order(store: Store, connection: str, shop: str, order: int) -> None:
    await store.redis.hset(_newest(connection), shop, order)
