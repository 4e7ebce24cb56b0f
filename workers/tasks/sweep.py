"""Timers that find what nobody told us about. They only mark; there is no second code path.

    shop          orders, slips and payments changed since the watermark, with overlap (prestashop.md 1.3: `orders.date_upd` alone misses
                  refunds and payments)
    effects       left as intent or unknown for longer than Hogia's reads lag: their entities are looked at
    housekeeping  events past their retention, once settled

Overdue marks and expired leases have their own, quicker clock: `app.store.marks.tick`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.log import log
from app.store import cache, events, keys, ledger, marks
from app.store.connections import Configured, listed
from app.store.ledger import EffectState
from app.store.redis import UNAVAILABLE, text
from mappers.canonical import EntityKey, Kind
from mappers.connection import Shop
from mappers.errors import OrderbroError
from mappers.prestashop.records import Record, earliest_local, integer
from mappers.prestashop.records import text as field
from workers.clients.prestashop.client import PrestaShopClient, any_of
from workers.resources import Resources
from workers.shop_reference import shop_reference

OVERLAP = timedelta(minutes=10)  # transactions that commit late, and clocks that differ
LOCK_SECONDS = 300
AT_ONCE = 50
SHOPS_AT_ONCE = 10
OPEN_MS = 120_000
OPEN_EFFECTS = 10_000  # looked at in one sweep: those of parked entities stay open and must not hide the others
LOOK_AGAIN_SECONDS = 600
SOURCES = (("orders", "date_upd"), ("order_slip", "date_upd"), ("order_payments", "date_add"))


async def sweep_shop(resources: Resources, configured: Configured, shop: Shop) -> int:
    """Mark every order of the shop that changed since the last sweep; answers how many. Raises what the client raises."""
    client = resources.shop_client(configured, shop)
    reference = await shop_reference(resources, shop, client)
    zone = ZoneInfo(reference.time_zone)
    found = 0
    for resource, dated in SOURCES:
        began = await client.server_time() or resources.now()
        since = await _watermark(resources, shop, resource, zone)
        changed: dict[int, str] = {}
        async for page in client.changed_since(resource, dated, earliest_local(since - OVERLAP, zone)):
            changed |= await _orders_of(client, resource, page)
        fresh = await _unseen(resources, shop, resource, changed)
        entities = [str(EntityKey(shop=shop.key, kind=Kind.ORDER, id=str(i))) for i in fresh]
        found += await marks.mark(resources.store, entities, hint=resource, why=f"{resource} changed in the shop")
        await _remember(resources, shop, resource, changed)
        await cache.set_watermark(resources.store, f"shop:{shop.key}", resource, began.isoformat())
    return found


async def _watermark(resources: Resources, shop: Shop, resource: str, zone: ZoneInfo) -> datetime:
    """Where the last sweep began. The first begins at the start date, or when the shop was first configured: older orders are not ours."""
    stored = await cache.watermark(resources.store, f"shop:{shop.key}", resource)
    if stored:
        return datetime.fromisoformat(stored)
    if shop.orders.start_date is not None:
        return datetime.combine(shop.orders.start_date, time.min, zone).astimezone(UTC)
    return datetime.fromtimestamp(await resources.store.born() / 1000, UTC)


async def _orders_of(client: PrestaShopClient, resource: str, page: list[Record]) -> dict[int, str]:
    """The orders of this shop that a page is about, each with a digest of what made us look.

    Lists of slips and payments are not held to one storefront; lists of orders are, so those are asked which of them are ours.
    """
    if resource == "order_payments":
        by_reference: dict[str, list[str]] = {}
        for payment in page:
            by_reference.setdefault(field(payment, "order_reference"), []).append(_digest(payment))
        by_reference.pop("", None)
        return {order: ",".join(by_reference[reference]) async for order, reference in _by_reference(client, list(by_reference))}
    if resource == "orders":
        return {integer(record, "id"): _digest(record) for record in page}
    by_order: dict[int, str] = {}
    for record in page:
        order = integer(record, "id_order")
        by_order[order] = f"{by_order.get(order, '')}{_digest(record)}"
    return {order: by_order[order] async for order in _ours(client, sorted(by_order))}


async def _ours(client: PrestaShopClient, orders: list[int]) -> AsyncIterator[int]:
    for start in range(0, len(orders), AT_ONCE):
        for order in await client.list("orders", filters={"id": any_of(orders[start : start + AT_ONCE])}, display="[id]"):
            yield integer(order, "id")


async def _by_reference(client: PrestaShopClient, references: list[str]) -> AsyncIterator[tuple[int, str]]:
    for start in range(0, len(references), AT_ONCE):
        part = references[start : start + AT_ONCE]
        for order in await client.list("orders", filters={"reference": any_of(part)}, display="[id,reference]"):
            yield integer(order, "id"), field(order, "reference")


def _digest(record: Record) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True, default=str).encode()).hexdigest()[:12]


async def _unseen(resources: Resources, shop: Shop, resource: str, changed: dict[int, str]) -> list[int]:
    """Those that the overlap of the last sweep did not show in the same state already."""
    if not changed:
        return []
    ids = sorted(changed)
    known = await resources.store.redis.hmget(_seen_key(shop, resource), [str(i) for i in ids])
    return [i for i, before in zip(ids, known, strict=True) if text(before) != changed[i]]


async def _remember(resources: Resources, shop: Shop, resource: str, changed: dict[int, str]) -> None:
    """Only what this sweep saw: the next one overlaps no further back."""
    async with resources.store.redis.pipeline(transaction=True) as pipe:
        pipe.delete(_seen_key(shop, resource))
        if changed:
            pipe.hset(_seen_key(shop, resource), mapping={str(i): digest for i, digest in changed.items()})
        await pipe.execute()


def _seen_key(shop: Shop, resource: str) -> str:
    return keys.index(f"shop:{shop.key}", f"swept-{resource}")


async def sweep_shops(resources: Resources) -> int:
    """Sweep every shop whose time has come, side by side; each by one worker. A shop's trouble is stamped and never stops the others."""
    gate = asyncio.Semaphore(SHOPS_AT_ONCE)

    async def one(shop: Shop) -> int:
        async with gate:
            return await _sweep_when_due(resources, shop)

    shops = [shop for connection in await listed(resources.store) for shop in connection.shops]
    found = await asyncio.gather(*(one(shop) for shop in shops), return_exceptions=True)
    for error in found:
        if isinstance(error, BaseException):  # Redis is away, or this worker is stopping: the others have had their turn
            raise error
    return sum(each for each in found if isinstance(each, int))


async def _sweep_when_due(resources: Resources, shop: Shop) -> int:
    name = f"shop:{shop.key}"
    stamp = await cache.sweep(resources.store, name)
    now = await resources.store.now_ms()
    if stamp and now - int(stamp["at_ms"]) < shop.orders.sweep_minutes * 60_000:
        return 0
    async with cache.lock(resources.store, name, owner=resources.worker_id, seconds=LOCK_SECONDS) as taken:
        return await _stamped(resources, shop, now) if taken else 0


async def _stamped(resources: Resources, shop: Shop, now: int) -> int:
    fields = {"at_ms": str(now), "every_minutes": str(shop.orders.sweep_minutes), "ok": "1", "code": "", "found": "0"}
    found = 0
    try:
        configured, current = await resources.directory.shop(shop.key)
        found = await sweep_shop(resources, configured, current)
        fields["found"] = str(found)
    except OrderbroError as error:
        fields |= {"ok": "0", "code": error.code}
        log.warning("sweep_failed", shop=shop.key, code=error.code)
    except UNAVAILABLE:
        raise
    except Exception:  # noqa: BLE001 - a fault of ours over one shop's data
        fields |= {"ok": "0", "code": "INTERNAL_ERROR"}
        log.exception("sweep_fault", shop=shop.key)
    await cache.swept(resources.store, name=f"shop:{shop.key}", fields=fields)
    return found


async def sweep_effects(resources: Resources) -> int:
    """Mark the entities of effects whose outcome has been open for longer than reads lag; answers how many.

    Each at most once in ten minutes: an order that was cancelled meanwhile leaves its effect open, and is not to be read for ever.
    """
    now = await resources.store.now_ms()
    entities: set[str] = set()
    for state in (EffectState.INTENT, EffectState.UNKNOWN):
        for effect in await ledger.in_state(resources.store, state, before_ms=now - OPEN_MS, limit=OPEN_EFFECTS):
            mark = await marks.state(resources.store, effect.entity)
            idle = mark is not None and not mark.leased and not mark.parked and mark.due_ms is None
            if idle and not await cache.cached(resources.store, "effects", effect.entity):
                entities.add(effect.entity)
    for entity in entities:
        await cache.keep(resources.store, "effects", entity, "1", seconds=LOOK_AGAIN_SECONDS)
    return await marks.mark(resources.store, entities, hint="sweep", why="an effect's outcome is open")


async def housekeeping(resources: Resources) -> int:
    """Delete settled events past their retention; answers how many."""
    now = await resources.store.now_ms()
    return await events.prune(resources.store, before_ms=now - resources.settings.event_retention_days * 86_400_000)
