"""Taking note of what is sold: from orders as they are looked at, and from the shop's newest orders before a quantity is written."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.store import catalogue, pending
from app.store.connections import Configured
from mappers.canonical import EntityKey, Kind, ShopOrder
from mappers.catalogue.lanes import Lane
from mappers.catalogue.leads import Leader, lead
from mappers.catalogue.pending import NEVER_INVOICED, Sale, holds_stock, pieces, pieces_of
from mappers.catalogue.policy import FieldGroup
from mappers.connection import Connection, Shop
from mappers.flows.orders import invoice_key, invoice_version
from mappers.prestashop.records import Record, associated, earliest_local, integer, text
from mappers.prestashop.reference import ShopReference
from mappers.snapshot import Known, KnownEffect
from workers.catalogue.place import Place
from workers.gather import effects_of
from workers.resources import Resources
from workers.shop_reference import shop_reference

NEWEST_AT_ONCE = 50
FIRST_LOOK = timedelta(days=30)


def _follows(connection: Connection) -> list[Shop]:
    """The connection's shops whose stock Hogia leads."""
    return [shop for shop in connection.shops if lead(connection, shop, FieldGroup.STOCK).leader is Leader.HOGIA]


async def note_order(
    resources: Resources, configured: Configured, shop: Shop, key: EntityKey, order: ShopOrder, *, code: str, made: KnownEffect | None
) -> None:
    """Keep what an order has sold until Hogia's stock shows it. `code`: why it is not invoiced, `made`: its invoice in the ledger."""
    connection = configured.connection
    if not _follows(connection) or not await _any_started(resources, connection):
        return
    reference = await shop_reference(resources, shop, resources.shop_client(configured, shop))
    sold = code not in NEVER_INVOICED and holds_stock(order.current_state, shop.orders, reference.stock_back_states)
    sale = Sale(numbers=pieces_of(order.rows)) if sold else None
    known = await pending.get(resources.store, connection.key, str(key))
    if made is not None and made.state is Known.CONFIRMED:
        if known is None:
            return  # it was billed and seen, or came before the catalogue did
        sale = known if known.billed_ms else _billed(known, made)
    await _keep(resources, connection, str(key), sale)


def _billed(sale: Sale, made: KnownEffect) -> Sale:
    return Sale(numbers=sale.numbers, billed_ms=int(made.called_at.timestamp() * 1000), row_version=made.row_version)


async def note_unseen(place: Place) -> int:
    """Take note of orders newer than any that was noted: a sale may be in the shop before its notice is here. Answers how many."""
    connection, shop, resources, client = place.connection, place.shop, place.resources, place.client
    reference = await place.reference()
    newest = await pending.newest_order(resources.store, connection.key, shop.key) or await _baseline(place, reference)
    count = 0
    async for page in client.pages("orders", page_size=NEWEST_AT_ONCE, after=newest):
        for record in page:
            ident = integer(record, "id")
            key = str(EntityKey(shop=shop.key, kind=Kind.ORDER, id=str(ident)))
            effects = await effects_of(resources, key)
            made = effects.get(invoice_key(key, invoice_version(effects, key)))
            is_billed = made is not None and made.state is Known.CONFIRMED
            holds = holds_stock(integer(record, "current_state"), shop.orders, reference.stock_back_states)
            if holds and not is_billed and await pending.get(resources.store, connection.key, key) is None:
                await _keep(resources, connection, key, Sale(numbers=_rows(record)))
            await pending.set_newest_order(resources.store, connection.key, shop.key, ident)
            count += 1
    return count


def _rows(record: Record) -> dict[str, int]:
    return pieces((text(row, "product_reference"), integer(row, "product_quantity")) for row in associated(record, "order_rows"))


async def _keep(resources: Resources, connection: Connection, order: str, sale: Sale | None) -> None:
    """The quantities of every shop that sells from this stock follow."""
    changed = await pending.note(resources.store, connection.key, order, sale)
    for shop in _follows(connection) if changed else ():
        if await catalogue.is_started(resources.store, shop.key):
            await catalogue.note(resources.store, shop.key, Lane.TO_SHOP, changed, why="sold")


async def _baseline(place: Place, reference: ShopReference) -> int:
    """The newest order that is so old that its goods are out of Hogia's stock, or that is not ours to invoice (workers.tasks.sweep)."""
    zone, start = ZoneInfo(reference.time_zone), place.shop.orders.start_date
    if start is not None:
        ours = datetime.combine(start, time.min, zone).astimezone(UTC)
    else:
        ours = datetime.fromtimestamp(await place.store.born() / 1000, UTC)
    since = max(place.resources.now() - FIRST_LOOK, ours)
    before = earliest_local(since, zone).strftime("%Y-%m-%d %H:%M:%S")
    found = await place.client.list("orders", filters={"date_add": f"<[{before}]"}, display="[id]", sort=("id_DESC",), limit=1)
    newest = integer(found[0], "id") if found else 0
    if newest:
        await pending.set_newest_order(place.store, place.connection.key, place.shop.key, newest)
    return newest


async def _any_started(resources: Resources, connection: Connection) -> bool:
    for shop in connection.shops:
        if await catalogue.is_started(resources.store, shop.key):
            return True
    return False
