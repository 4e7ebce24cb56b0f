"""Timers of the catalogue: Hogia's feeds of articles, prices and balances, products that changed in the shop, and lanes whose time has come.

They only note what is to be looked at. Once a day everything that is linked is looked at, so that nothing stays wrong for longer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.log import log
from app.store import cache, catalogue, marks
from app.store.connections import Configured, listed
from mappers.catalogue.lanes import Lane
from mappers.catalogue.leads import Leader, leads
from mappers.catalogue.policy import FieldGroup
from mappers.connection import Connection, Shop
from mappers.errors import OrderbroError
from mappers.hogia.model import HogiaPrice, HogiaStock
from mappers.prestashop.records import earliest_local, integer
from workers.catalogue.gather_articles import STOCK_READ
from workers.catalogue.resolve import PRODUCT, STOCK
from workers.register_articles import Articles
from workers.register_prices import ByNumber, balances, prices
from workers.resources import Resources
from workers.shop_reference import shop_reference

OVERLAP = timedelta(minutes=10)
LOCK_SECONDS = 300
DAY_MS = 86_400_000
FEEDS = frozenset({"Article", "ArticlePrice", "StockBalance"})
MOVED = (FieldGroup.ARTICLE, FieldGroup.PRICE, FieldGroup.STOCK)


def lanes_of(connection: Connection, shop: Shop) -> frozenset[Lane]:
    """The lanes that have anything to do in this shop."""
    leaders = {leads(connection, shop)[group].leader for group in MOVED}
    found = {Lane.TO_HOGIA} if Leader.SHOP in leaders else set()
    return frozenset(found | ({Lane.TO_SHOP} if Leader.HOGIA in leaders else set()))


async def started(resources: Resources, connection: Connection) -> list[Shop]:
    """The connection's shops whose catalogue moves."""
    return [shop for shop in connection.shops if await catalogue.is_started(resources.store, shop.key)]


async def _following(resources: Resources, connection: Connection) -> list[Shop]:
    return [shop for shop in await started(resources, connection) if Lane.TO_SHOP in lanes_of(connection, shop)]


async def follows(resources: Resources, connection: Connection) -> bool:
    """Whether any shop of the connection follows Hogia's articles, prices or stock by now."""
    return bool(await _following(resources, connection))


async def poll_catalogue(resources: Resources, configured: Configured, wanted: frozenset[str] = FEEDS) -> int:
    """Read Hogia's feeds and note what changed, for every shop that follows; answers how many numbers. Nothing is read before a start.

    `wanted`: the feeds, in Hogia's words for what they tell of.
    """
    connection = configured.connection
    shops = await _following(resources, connection)
    if not shops:
        return 0
    client, store = resources.hogia_client(configured, bulk=True), resources.store
    every: dict[str, Articles | ByNumber[HogiaPrice] | ByNumber[HogiaStock]] = {
        "Article": Articles(store, connection.key),
        "ArticlePrice": prices(store, connection.key),
        "StockBalance": balances(store, connection.key),
    }
    registers = [register for word, register in every.items() if word in wanted]
    began = await store.now_ms()
    for register in registers:
        await register.refresh(client)
    if "StockBalance" in wanted:
        await cache.set_watermark(store, f"hogia:{connection.key}", STOCK_READ, str(began))
    changed = {register.changed_key: await register.changed() for register in registers}
    return await catalogue.take(store, [shop.key for shop in shops], Lane.TO_SHOP, changed, why="changed in Hogia")


async def note_products(resources: Resources, connection: Connection, shop: Shop, products: Iterable[int], *, why: str) -> int:
    """Products that changed in the shop: on their way to Hogia, or to be held against what Hogia leads."""
    ids, lanes = sorted(set(products)), lanes_of(connection, shop)
    if Lane.TO_HOGIA in lanes:
        await catalogue.note(resources.store, shop.key, Lane.TO_HOGIA, [str(ident) for ident in ids], why=why)
    if Lane.TO_SHOP in lanes:
        await catalogue.note(resources.store, shop.key, Lane.TO_SHOP, [f"{PRODUCT}{ident}" for ident in ids], why=why)
    return len(ids)


async def note_stock(resources: Resources, connection: Connection, shop: Shop, stock: int) -> bool:
    """A quantity that changed in the shop, to be held against Hogia's; whether anybody cares."""
    if leads(connection, shop)[FieldGroup.STOCK].leader is not Leader.HOGIA:
        return False
    await catalogue.note(resources.store, shop.key, Lane.TO_SHOP, [f"{STOCK}{stock}"], why="stock changed in the shop")
    return True


async def sweep_catalogues(resources: Resources) -> int:
    """Wake lanes with something due, and sweep the products of shops whose time has come."""
    found = 0
    for connection in await listed(resources.store):
        for shop in connection.shops:
            await _wake(resources, shop)
            if await catalogue.is_started(resources.store, shop.key):
                found += await _sweep_when_due(resources, connection, shop)
    return found


async def _wake(resources: Resources, shop: Shop) -> None:
    for lane in Lane:
        count, _ = await catalogue.waiting(resources.store, shop.key, lane)
        run = await catalogue.run(resources.store, shop.key, lane)
        if not count and not (run.get("id") and not run.get("ended_ms")):
            continue
        mark = await marks.state(resources.store, lane.entity(shop.key))
        if mark is None or (mark.due_ms is None and not mark.leased and not mark.parked):
            await marks.mark(resources.store, [lane.entity(shop.key)], hint="timer", why=f"{count} due")


async def _sweep_when_due(resources: Resources, connection: Connection, shop: Shop) -> int:
    name = f"catalogue:{shop.key}"
    stamp = await cache.sweep(resources.store, name)
    now = await resources.store.now_ms()
    if stamp and now - int(stamp["at_ms"]) < shop.products.sweep_minutes * 60_000:
        return 0
    async with cache.lock(resources.store, name, owner=resources.worker_id, seconds=LOCK_SECONDS) as taken:
        return await _stamped(resources, connection, shop, now, stamp) if taken else 0


async def _stamped(resources: Resources, connection: Connection, shop: Shop, now: int, stamp: dict[str, str]) -> int:
    fields = {"at_ms": str(now), "every_minutes": str(shop.products.sweep_minutes), "ok": "1", "code": "", "found": "0"}
    found = 0
    try:
        found = await _sweep(resources, connection, shop)
        whole = int(stamp.get("whole_ms") or 0)
        if now - whole >= DAY_MS:
            found += await _whole(resources, connection, shop) if whole else 0
            fields["whole_ms"] = str(now)
    except OrderbroError as error:
        fields |= {"ok": "0", "code": error.code}
        log.warning("catalogue_sweep_failed", shop=shop.key, code=error.code)
    await cache.swept(resources.store, f"catalogue:{shop.key}", fields=fields | {"found": str(found)})
    return found


async def _sweep(resources: Resources, connection: Connection, shop: Shop) -> int:
    """Products changed since the last sweep. The first one begins now: everything older is the initial synchronisation's."""
    configured, _ = await resources.directory.shop(shop.key)
    client = resources.shop_client(configured, shop, bulk=True)
    reference = await shop_reference(resources, shop, client)
    began = await client.server_time() or resources.now()
    stored = await cache.watermark(resources.store, f"shop:{shop.key}", "products")
    found = 0
    if stored:
        since = earliest_local(datetime.fromisoformat(stored) - OVERLAP, ZoneInfo(reference.time_zone))
        async for page in client.changed_since("products", "date_upd", since, display="[id]"):
            found += await note_products(resources, connection, shop, (integer(row, "id") for row in page), why="changed in the shop")
    await cache.set_watermark(resources.store, f"shop:{shop.key}", "products", began.isoformat())
    return found


async def _whole(resources: Resources, connection: Connection, shop: Shop) -> int:
    lanes, found = lanes_of(connection, shop), 0
    if Lane.TO_HOGIA in lanes:
        known = await catalogue.numbered_products(resources.store, shop.key)
        found += await catalogue.note(resources.store, shop.key, Lane.TO_HOGIA, [str(ident) for ident in known], why="daily")
    if Lane.TO_SHOP in lanes:
        numbers = await catalogue.linked_numbers(resources.store, shop.key)
        found += await catalogue.note(resources.store, shop.key, Lane.TO_SHOP, numbers, why="daily")
    return found
