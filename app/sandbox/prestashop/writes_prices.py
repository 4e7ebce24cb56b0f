"""Stock and specific prices through the webservice (prestashop.md 1.13, 10, 11, 13; recorded write exchanges).

Each handler takes what `webservice.write` hands over and fires the hooks that a change by API fires, no others. A shop in the query
narrows the change to it; without one it is the default shop's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.sandbox.prestashop import stock
from app.sandbox.prestashop.saving import (
    Body,
    Handler,
    Written,
    anew,
    checked,
    context,
    echo,
    gone,
    object_of,
    refuse_key,
    sent,
    without_id,
)
from app.sandbox.prestashop.state import ShopState

SPECIFIC_KEY = [
    "id_product",
    "id_product_attribute",
    "id_customer",
    "id_cart",
    "from",
    "to",
    "id_shop",
    "id_shop_group",
    "id_currency",
    "id_country",
    "id_group",
    "from_quantity",
    "id_specific_price_rule",
]


def patch_stock(state: ShopState, ident: str, body: Body, parameters: Mapping[str, str]) -> Written:
    """An absolute quantity, whatever was sold meanwhile. No date moves and actionUpdateQuantity does not fire."""
    del ident
    return change_stock(state, body, context(state, parameters), whole=False)


def put_stock(state: ShopState, ident: str, body: Body, parameters: Mapping[str, str]) -> Written:
    """Needs its four required fields besides the quantity."""
    del ident
    return change_stock(state, body, context(state, parameters), whole=True)


def change_stock(state: ShopState, body: Body, where: tuple[int, ...], *, whole: bool) -> Written:
    row = object_of(state, "stock_availables", body)
    checked(state, "stock_availables", body, whole=whole)
    values = anew(state, "stock_availables", body) if whole else sent(state, "stock_availables", body)
    stock.put(state, row, shop=where[0], by_api=True, **values)
    return Written(record=echo(state, "stock_availables", state.get("stock_availables", row), body if whole else None), status=200)


def post_specific_price(state: ShopState, ident: str, body: Body, parameters: Mapping[str, str]) -> Written:
    """A campaign price. The same one twice breaks a unique key of the database: 500 (prestashop.md 13)."""
    del ident
    without_id(body)
    checked(state, "specific_prices", body, whole=True)
    where, number = context(state, parameters), state.next_number("specific_prices")
    values = anew(state, "specific_prices", body) | {"id": number}
    once(state, values)
    state.add("specific_prices", values)
    tell_price(state, "Add", number, int(values["id_product"]), where[0])
    return Written(record=echo(state, "specific_prices", state.get("specific_prices", number), body), status=201)


def patch_specific_price(state: ShopState, ident: str, body: Body, parameters: Mapping[str, str]) -> Written:
    """Only what is sent."""
    del ident
    return change_specific_price(state, body, context(state, parameters), whole=False)


def put_specific_price(state: ShopState, ident: str, body: Body, parameters: Mapping[str, str]) -> Written:
    """The whole record; all fields but two are required."""
    del ident
    return change_specific_price(state, body, context(state, parameters), whole=True)


def change_specific_price(state: ShopState, body: Body, where: tuple[int, ...], *, whole: bool) -> Written:
    price = object_of(state, "specific_prices", body)
    checked(state, "specific_prices", body, whole=whole)
    values = anew(state, "specific_prices", body) if whole else sent(state, "specific_prices", body)
    once(state, state.get("specific_prices", price) | values | {"id": price})
    state.change("specific_prices", price, **values)
    record = state.get("specific_prices", price)
    tell_price(state, "Update", price, int(record["id_product"]), where[0])
    return Written(record=echo(state, "specific_prices", record, body if whole else None), status=200)


def delete_specific_price(state: ShopState, ident: str, body: Body, parameters: Mapping[str, str]) -> Written:
    """200 without a body; 404 code 87 for one that is gone already."""
    del body
    for price in gone(state, "specific_prices", ident, parameters):
        product = int(state.get("specific_prices", price)["id_product"])
        state.remove("specific_prices", price)
        tell_price(state, "Delete", price, product, context(state, parameters)[0])
    return Written(record=None, status=200)


def once(state: ShopState, values: Mapping[str, Any]) -> None:
    """The database's unique key over whom, what and when; the price is not part of it."""
    mine = [str(values[name]) for name in SPECIFIC_KEY]
    for row in state.find("specific_prices", id_product=values["id_product"]):
        if int(row["id"]) != int(values["id"]) and [str(row[name]) for name in SPECIFIC_KEY] == mine:
            refuse_key(state)


def tell_price(state: ShopState, what: str, price: int, product: int, shop: int) -> None:
    state.fire(f"actionObjectSpecificPrice{what}After", id=price, id_product=product, id_shop=shop)


HANDLERS: dict[tuple[str, str], Handler] = {
    ("PATCH", "stock_availables"): patch_stock,
    ("PUT", "stock_availables"): put_stock,
    ("POST", "specific_prices"): post_specific_price,
    ("PATCH", "specific_prices"): patch_specific_price,
    ("PUT", "specific_prices"): put_specific_price,
    ("DELETE", "specific_prices"): delete_specific_price,
}
