"""Fields of products as the client's contract tests send them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mappers.catalogue.model import ProductType
from mappers.prestashop.catalogue import Fields, money, shop_slug


def product_fields(
    *,
    reference: str | None = None,
    ean13: str | None = None,
    names: Mapping[int, str] | None = None,
    descriptions: Mapping[int, str] | None = None,
    price: Decimal | None = None,
    wholesale_price: Decimal | None = None,
    weight: Decimal | None = None,
    tax_rules_group: int | None = None,
    category: int | None = None,
    is_active: bool | None = None,
) -> dict[str, str | Mapping[int, str]]:
    """The given fields of a product and no others. `descriptions` go to `description_short`, as HTML."""
    texts: dict[str, str | Mapping[int, str] | None] = {
        "reference": reference,
        "ean13": ean13,
        "name": names,
        "description_short": descriptions,
        "price": _money(price),
        "wholesale_price": _money(wholesale_price),
        "weight": _money(weight),
        "id_tax_rules_group": _number(tax_rules_group),
        "id_category_default": _number(category),
        "active": None if is_active is None else str(int(is_active)),
    }
    return {field: value for field, value in texts.items() if value is not None}


def new_product_fields(fields: Fields) -> dict[str, str | Mapping[int, str]]:
    """What a product needs besides `fields` to be a finished simple product (prestashop.md 11: state 1, link_rewrite per language).

    Left out, flags would be 0: not for sale, its price hidden, no smallest quantity. `fields` win over these.
    """
    names = fields.get("name", {})
    reference = str(fields.get("reference", ""))
    needed: dict[str, str | Mapping[int, str]] = {
        "state": "1",
        "active": "0",
        "product_type": ProductType.STANDARD.value,
        "available_for_order": "1",
        "show_price": "1",
        "visibility": "both",
        "condition": "new",
        "minimal_quantity": "1",
    }
    if isinstance(names, Mapping):
        needed["link_rewrite"] = {ident: shop_slug(name) or shop_slug(reference) or "artikel" for ident, name in names.items()}
    return needed | dict(fields)


def _money(value: Decimal | None) -> str | None:
    return None if value is None else money(value)


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)
