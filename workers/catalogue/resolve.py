"""What a notice points at, by PrestaShop's ids, as the article numbers that are to be looked at.

Pointers stand among the folded numbers that a lane is to look at. They begin with a tab, which no folded number does.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.store import catalogue
from mappers.catalogue.items import items_of
from mappers.catalogue.lanes import Lane
from mappers.flows.articles import folded
from mappers.prestashop.records import integer
from workers.catalogue.place import Place
from workers.clients.prestashop.client import any_of

STOCK, PRODUCT = "\tstock/", "\tproduct/"


async def resolve_items(place: Place, lane: Lane, items: Sequence[str], began_ms: int) -> list[str]:
    """The folded numbers among the items. What the pointers lead to is noted to be looked at next, and the pointers are done."""
    pointers = [item for item in items if item.startswith("\t")]
    if pointers:
        products = {int(item.removeprefix(PRODUCT)) for item in pointers if item.startswith(PRODUCT)}
        stocks = sorted(int(item.removeprefix(STOCK)) for item in pointers if item.startswith(STOCK))
        if stocks:
            rows = await place.client.list("stock_availables", filters={"id": any_of(stocks)}, display="[id,id_product]")
            products |= {integer(row, "id_product") for row in rows}
        found = await place.side.products(sorted(products)) if products else []
        references = {folded(item.reference) for product in found for item in items_of(product)}
        references |= {folded(product.reference) for product in found}
        await catalogue.note(place.store, place.shop.key, lane, sorted(filter(None, references)), why="changed in the shop")
        await catalogue.looked_at(place.store, place.shop.key, lane, began_ms, dict.fromkeys(pointers, 0))
    return [item for item in items if not item.startswith("\t")]
