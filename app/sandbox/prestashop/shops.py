"""Multistore: what each shop of an installation has of its own (prestashop.md 3).

A table's record holds the default (first) shop's values. What another shop has else is kept beside it, field by field; a field of
PrestaShop's `product_shop`, `product_lang` or `product_attribute_shop` is every shop's own, all others are shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from app.sandbox.prestashop.schema import Record, resource, typed

if TYPE_CHECKING:
    from app.sandbox.prestashop.state import ShopState

# The `_shop` columns are PrestaShop's ObjectModel definitions' (source); all texts in languages of a product are a shop's own besides.
OWN: Mapping[str, frozenset[str]] = {
    "products": frozenset(
        [
            "id_category_default",
            "id_tax_rules_group",
            "on_sale",
            "online_only",
            "ecotax",
            "minimal_quantity",
            "low_stock_threshold",
            "low_stock_alert",
            "price",
            "wholesale_price",
            "unity",
            "unit_price",
            "unit_price_ratio",
            "additional_shipping_cost",
            "customizable",
            "text_fields",
            "uploadable_files",
            "active",
            "redirect_type",
            "id_type_redirected",
            "available_for_order",
            "available_date",
            "show_condition",
            "condition",
            "show_price",
            "indexed",
            "visibility",
            "cache_default_attribute",
            "advanced_stock_management",
            "date_add",
            "date_upd",
            "pack_stock_type",
            "delivery_in_stock",
            "delivery_out_stock",
            "meta_description",
            "meta_keywords",
            "meta_title",
            "link_rewrite",
            "name",
            "description",
            "description_short",
            "available_now",
            "available_later",
        ]
    ),
    "combinations": frozenset(
        [
            "wholesale_price",
            "price",
            "ecotax",
            "weight",
            "unit_price_impact",
            "minimal_quantity",
            "low_stock_threshold",
            "low_stock_alert",
            "default_on",
            "available_date",
        ]
    ),
}


def seen_from(state: ShopState, name: str, record: Record, shop: int) -> Record:
    """A record with the values that this shop has."""
    if shop == state.shops[0] or name not in OWN:
        return record
    own = state.own.get((name, shop, int(record["id"])), {})
    seen = record | own
    if name == "products" and not state.share_stock:
        rows = state.find("stock_availables", id_product=record["id"], id_shop=shop)
        listed = [{"id": row["id"], "id_product_attribute": row["id_product_attribute"]} for row in rows]
        seen["associations"] = record.get("associations", {}) | {"stock_availables": listed}
    return seen


def listed_in(state: ShopState, name: str, records: Iterable[Record], shops: tuple[int, ...]) -> Iterator[Record]:
    """What a list shows when these shops are asked about: theirs, with the values of the first of them."""
    for record in records:
        if name in OWN and not in_catalogue(state, name, record, shops):
            continue
        if name == "stock_availables" and not has_row(record, shops):
            continue
        yield seen_from(state, name, record, shops[0])


def in_catalogue(state: ShopState, name: str, record: Record, shops: tuple[int, ...]) -> bool:
    """Whether one of these shops offers the product. One made for some shops is in theirs only."""
    product = int(record["id"] if name == "products" else record["id_product"])
    members = state.members.get(product)
    return members is None or not members.isdisjoint(shops)


def has_row(record: Record, shops: tuple[int, ...]) -> bool:
    """Whether a stock row is one of these shops' or their group's (source: PrestaShop lists both)."""
    shop = int(record["id_shop"])
    return shop in shops or (shop == 0 and int(record["id_shop_group"]) == 1)


def change(state: ShopState, name: str, ident: int, values: Mapping[str, Any], shops: tuple[int, ...]) -> None:
    """Write values where these shops have them; the others keep theirs. It puts the product into the shops' catalogues."""
    if name == "products" and ident in state.members:
        state.members[ident] |= set(shops)
    own = {key: value for key, value in values.items() if key in OWN.get(name, ())}
    before = state.get(name, ident)
    for shop in state.shops[1:]:
        kept = state.own.setdefault((name, shop, ident), {})
        if shop in shops:
            kept.update({key: _typed(state, name, key, value) for key, value in own.items()})
        else:
            kept.update({key: before[key] for key in own if key not in kept})
    mine = own if state.shops[0] in shops else {}
    state.change(name, ident, **{key: value for key, value in values.items() if key not in own}, **mine)


def _typed(state: ShopState, name: str, key: str, value: Any) -> Any:
    kind = resource(name, state.version)
    assert kind is not None, name
    return value if isinstance(value, list) else typed(value, integer=kind.fields[key].integer, version=state.version)
