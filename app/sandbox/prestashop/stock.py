"""Stock as PrestaShop keeps it: a `stock_availables` row per product and combination, of one shop or of a group that shares its stock.

The row of a product that has combinations holds their sum (source: StockAvailable::postSave). A sale, a cancelled row and the back office
fire actionUpdateQuantity, the webservice does not (prestashop.md 1.13, 10). Nothing here moves a date.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.sandbox.prestashop.schema import Record

if TYPE_CHECKING:
    from app.sandbox.prestashop.state import ShopState

GROUP = 1  # the sandbox has one shop group


def places(state: ShopState, shops: Sequence[int]) -> list[dict[str, int]]:
    """Where these shops keep stock: the `id_shop` and `id_shop_group` of their rows."""
    if state.share_stock:
        return [{"id_shop": 0, "id_shop_group": GROUP}]
    return [{"id_shop": shop, "id_shop_group": 0} for shop in shops]


def add_rows(state: ShopState, product: int, combination: int, shops: Sequence[int]) -> list[int]:
    """The empty rows that come with a new product or combination; ids of those that were not there yet."""
    added = []
    for place in places(state, shops):
        where = {"id_product": product, "id_product_attribute": combination, **place}
        if not state.find("stock_availables", **where):
            added.append(state.add("stock_availables", {**where, "quantity": 0, "depends_on_stock": 0, "out_of_stock": 2}))
    return added


def row_of(state: ShopState, product: int, combination: int, shop: int) -> Record | None:
    """The row that counts for a shop; None with advanced stock management or in a shop that does not offer the product."""
    (place,) = places(state, (shop,))
    found = state.find("stock_availables", id_product=product, id_product_attribute=combination, **place)
    return found[0] if found else None


def move(state: ShopState, product: int, combination: int, delta: int, *, shop: int) -> None:
    """A sale or a cancelled row; quantities may go below zero."""
    row = row_of(state, product, combination, shop)
    if row is not None:
        put(state, int(row["id"]), shop=shop, by_api=False, quantity=int(row["quantity"]) + delta)


def put(state: ShopState, ident: int, *, shop: int, by_api: bool, **values: Any) -> None:
    """Write fields of a row and let the product's own row follow. `shop` is the one in whose name the hooks fire."""
    state.change("stock_availables", ident, **values)
    row = state.get("stock_availables", ident)
    _tell(state, row, shop=shop, by_api=by_api)
    if int(row["id_product_attribute"]) == 0:
        return
    place = {name: row[name] for name in ("id_product", "id_shop", "id_shop_group")}
    rows = state.find("stock_availables", **place)
    total = sum(int(one["quantity"]) for one in rows if int(one["id_product_attribute"]))
    for whole in rows:
        if int(whole["id_product_attribute"]) == 0 and int(whole["quantity"]) != total:
            state.change("stock_availables", int(whole["id"]), quantity=total)
            _tell(state, whole, shop=shop, by_api=by_api)


def _tell(state: ShopState, row: Record, *, shop: int, by_api: bool) -> None:
    where = {"id": int(row["id"]), "id_product": int(row["id_product"]), "id_shop": int(row["id_shop"]) or shop}
    state.fire("actionObjectStockAvailableUpdateAfter", **where)
    if not by_api:
        state.fire("actionUpdateQuantity", **where, id_product_attribute=int(row["id_product_attribute"]))


def article_ids(state: ShopState, reference: str) -> tuple[int, int]:
    """(product, combination) with this reference, 0 for no combination; KeyError when the shop has none."""
    combinations = state.find("combinations", reference=reference)
    products = state.find("products", reference=reference)
    if products:
        return int(products[0]["id"]), 0
    if combinations:
        return int(combinations[0]["id_product"]), int(combinations[0]["id"])
    raise KeyError(reference)


def quantity_of(state: ShopState, reference: str, *, shop: int) -> int:
    """What the shop has of an article; KeyError for one without a row."""
    row = row_of(state, *article_ids(state, reference), shop)
    if row is None:
        raise KeyError(f"stock of {reference}")
    return int(row["quantity"])


def set_quantity(state: ShopState, reference: str, quantity: int, *, shop: int) -> None:
    """Write an article's quantity in the back office."""
    row = row_of(state, *article_ids(state, reference), shop)
    if row is None:
        raise KeyError(f"stock of {reference}")
    put(state, int(row["id"]), shop=shop, by_api=False, quantity=quantity)
