"""Products and combinations through the webservice (prestashop.md 1, 3, 10, 11; recorded write exchanges).

Each handler takes what `webservice.write` hands over and fires the hooks that a change by API fires, no others. A shop in the query
narrows the change to it; without one it is the default shop's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from app.sandbox.prestashop import shops, stock
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
    texts,
    without_id,
)
from app.sandbox.prestashop.schema import dialect_of
from app.sandbox.prestashop.state import ShopState

LISTS = {
    "products": ("categories", "images", "accessories", "tags", "product_features"),
    "combinations": ("product_option_values", "images"),
}


def post_product(state: ShopState, ident: str, body: Body, parameters: Mapping[str, str]) -> Written:
    """201 with its stock rows in the associations; in the catalogue of the shops asked about only."""
    del ident
    without_id(body)
    checked(state, "products", body, whole=True)
    where, now = context(state, parameters), state.now()
    values = anew(state, "products", body) | {"date_add": body.get("date_add") or now, "date_upd": now}
    values["id_shop_default"] = body.get("id_shop_default") or where[0]
    values["link_rewrite"] = slugs(state, values)
    values["indexed"] = values["active"]
    product = state.add("products", {key: by_language(value) for key, value in values.items()} | {"associations": lists("products", body)})
    if len(where) < len(state.shops):
        state.members[product] = set(where)
    fixed = {
        "type": "virtual" if str(values["is_virtual"]) == "1" else "simple",
        "new": None,
        "manufacturer_name": False,
        "id_default_image": "",
    }
    state.change("products", product, position_in_category=product if str(values["id_category_default"]) != "0" else "", **fixed)
    stock.add_rows(state, product, 0, where)
    list_stock(state, product)
    for hook in ("actionObjectProductAddAfter", "actionProductSave", "actionProductUpdate"):
        state.fire(hook, id=product, id_product=product, id_shop=where[0])
    return Written(record=echo(state, "products", state.get("products", product), body, also=("link_rewrite",)), status=201)


def patch_product(state: ShopState, ident: str, body: Body, parameters: Mapping[str, str]) -> Written:
    """Only what is sent; date_upd moves, even for a field that PrestaShop does not know."""
    del ident
    return change_product(state, body, context(state, parameters), whole=False)


def put_product(state: ShopState, ident: str, body: Body, parameters: Mapping[str, str]) -> Written:
    """Whatever is not sent is gone, but for associations (recorded)."""
    del ident
    return change_product(state, body, context(state, parameters), whole=True)


def change_product(state: ShopState, body: Body, where: tuple[int, ...], *, whole: bool) -> Written:
    product = object_of(state, "products", body)
    checked(state, "products", body, whole=whole)
    now = state.now()
    if whole:
        values = anew(state, "products", body, keep=("id_shop_default",))
        values["date_add"] = body.get("date_add") or now
        values["link_rewrite"] = slugs(state, values)
    else:
        values = sent(state, "products", body)
    shops.change(state, "products", product, values | {"date_upd": now}, where)
    associate(state, "products", product, body)
    if str(state.get("products", product)["id_category_default"]) in ("0", ""):
        state.change("products", product, position_in_category="")
    for hook in ("actionObjectProductUpdateAfter", "actionProductUpdate"):
        state.fire(hook, id=product, id_product=product, id_shop=where[0])
    record = shops.seen_from(state, "products", state.get("products", product), where[0])
    return Written(record=echo(state, "products", record, body if whole else None), status=200)


def delete_product(state: ShopState, ident: str, body: Body, parameters: Mapping[str, str]) -> Written:
    """With its combinations, stock and specific prices. `/products/7` or `/products?id=[7,8]`; one that is missing stops them all."""
    del body
    asked = gone(state, "products", ident, parameters)
    where = context(state, parameters)
    for product in asked:
        for name in ("combinations", "stock_availables", "specific_prices"):
            for row in state.find(name, id_product=product):
                state.remove(name, int(row["id"]))
        state.remove("products", product)
        for hook in ("actionObjectProductDeleteAfter", "actionProductDelete", "actionProductAttributeDelete"):
            state.fire(hook, id=product, id_product=product, id_shop=where[0])
    return Written(record=None, status=200)


def slugs(state: ShopState, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`link_rewrite`, made from the name where it was left out (source: Product::modifierWsLinkRewrite, on POST and PUT)."""
    names = {int(text["id"]): str(text["value"]) for text in values["name"]}
    given = {int(text["id"]): str(text["value"]) for text in values["link_rewrite"]}
    return texts(state, {ident: given.get(ident) or slug(name) for ident, name in names.items()})


def slug(name: str) -> str:
    plain = "".join(part for part in unicodedata.normalize("NFD", name) if not unicodedata.combining(part))
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def list_stock(state: ShopState, product: int) -> None:
    """A product's associations name its combinations and the default shop's stock rows."""
    rows = [
        {"id": row["id"], "id_product_attribute": row["id_product_attribute"]}
        for row in state.find("stock_availables", id_product=product)
        if int(row["id_shop"]) in (0, state.shops[0])
    ]
    number = int if dialect_of(state.version) == "9" else str
    combinations = [{"id": number(row["id"])} for row in state.find("combinations", id_product=product)]
    before = state.get("products", product).get("associations", {})
    named = {"combinations": combinations, "stock_availables": [{key: number(value) for key, value in row.items()} for row in rows]}
    state.change("products", product, associations={key: value for key, value in (before | named).items() if value})


def post_combination(state: ShopState, ident: str, body: Body, parameters: Mapping[str, str]) -> Written:
    """A combination with its stock rows; the product's type stays what it was (recorded)."""
    del ident
    without_id(body)
    checked(state, "combinations", body, whole=True)
    where = context(state, parameters)
    product = int(body["id_product"])
    values = anew(state, "combinations", body) | {"associations": lists("combinations", body)}
    combination = state.add("combinations", {key: by_language(value) for key, value in values.items()})
    if product in state.tables["products"]:
        stock.add_rows(state, product, combination, where)
        list_stock(state, product)
    state.fire("actionObjectCombinationAddAfter", id=combination, id_product=product, id_shop=where[0])
    return Written(record=echo(state, "combinations", state.get("combinations", combination), body), status=201)


def patch_combination(state: ShopState, ident: str, body: Body, parameters: Mapping[str, str]) -> Written:
    """Only what is sent."""
    del ident
    return change_combination(state, body, context(state, parameters), whole=False)


def put_combination(state: ShopState, ident: str, body: Body, parameters: Mapping[str, str]) -> Written:
    """Whatever is not sent is gone, but for associations."""
    del ident
    return change_combination(state, body, context(state, parameters), whole=True)


def change_combination(state: ShopState, body: Body, where: tuple[int, ...], *, whole: bool) -> Written:
    combination = object_of(state, "combinations", body)
    checked(state, "combinations", body, whole=whole)
    values = anew(state, "combinations", body) if whole else sent(state, "combinations", body)
    one_default(state, combination, values)
    shops.change(state, "combinations", combination, values, where)
    associate(state, "combinations", combination, body)
    record = shops.seen_from(state, "combinations", state.get("combinations", combination), where[0])
    state.fire("actionObjectCombinationUpdateAfter", id=combination, id_product=int(record["id_product"]), id_shop=where[0])
    return Written(record=echo(state, "combinations", record, body if whole else None), status=200)


def one_default(state: ShopState, combination: int, values: Mapping[str, Any]) -> None:
    """The database takes each of `default_on` 0 and 1 once per product; NULL any number of times (source: the key `product_default`)."""
    wanted = str(values.get("default_on", ""))
    product = values.get("id_product", state.get("combinations", combination)["id_product"])
    for row in state.find("combinations", id_product=product) if wanted else ():
        if int(row["id"]) != combination and str(row["default_on"]) == wanted:
            refuse_key(state)


def lists(name: str, body: Body) -> dict[str, list[dict[str, str]]]:
    """The associations that a client may set, as sent."""
    return {key: rows for key, rows in body.lists.items() if key in LISTS[name]}


def associate(state: ShopState, name: str, ident: int, body: Body) -> None:
    """Replace the associations that were sent."""
    given = lists(name, body)
    if not given:
        return
    number = int if dialect_of(state.version) == "9" else str
    typed = {
        key: [{part: number(value) if value.isdigit() else value for part, value in row.items()} for row in rows]
        for key, rows in given.items()
    }
    before = state.get(name, ident).get("associations", {})
    state.change(name, ident, associations={key: rows for key, rows in (before | typed).items() if rows})


def by_language(value: Any) -> Any:
    """`ShopState.add` takes texts by language id."""
    return {int(text["id"]): text["value"] for text in value} if isinstance(value, list) else value


HANDLERS: dict[tuple[str, str], Handler] = {
    ("POST", "products"): post_product,
    ("PATCH", "products"): patch_product,
    ("PUT", "products"): put_product,
    ("DELETE", "products"): delete_product,
    ("POST", "combinations"): post_combination,
    ("PATCH", "combinations"): patch_combination,
    ("PUT", "combinations"): put_combination,
}
