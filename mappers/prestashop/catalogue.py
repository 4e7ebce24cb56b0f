"""PrestaShop's products, combinations, stock and specific prices become the catalogue's values, and what is to change its words.

In: records of lists in either dialect (`mappers.prestashop.records`); a missing key is 0 or empty, except where it says otherwise. Amounts
are as stored: kronor excl. VAT. Out: fields as PrestaShop's XML takes them: money with six decimals, flags as 0 and 1, times in the shop's
zone, a text in languages by language id (prestashop.md 2, 11). Nothing here is guessed: what cannot be read raises `Rejected`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias
from zoneinfo import ZoneInfo

from mappers.catalogue.model import ProductType, ShopCombination, ShopProduct, ShopStock, SpecificPrice
from mappers.prestashop.records import Record, amount, associated, flag, integer, moment, text

Fields: TypeAlias = Mapping[str, str | Mapping[int, str]]

TYPES: Mapping[str, ProductType] = {"pack": ProductType.PACK, "virtual": ProductType.VIRTUAL}  # the rest follows from the combinations
REDUCTIONS: Mapping[str, bool] = {"percentage": True, "amount": False}  # word -> is_percentage
OPEN = "0000-00-00 00:00:00"
SIX = Decimal("0.000001")
NAME_LENGTH = 128
SLUG_LENGTH = 128
NOT_IN_NAMES = re.compile(r"[<>;=#{}\x00-\x1f]+")  # PrestaShop's isCatalogName
TAGS = re.compile(r"<[^>]*>|&nbsp;|\s")
LETTERS = str.maketrans({"æ": "ae", "ø": "o", "ß": "ss", "đ": "d", "ł": "l", "þ": "th", "œ": "oe"})  # those that do not come apart


def read_product(record: Record, combinations: Sequence[ShopCombination] = (), *, zone: ZoneInfo, language: int = 1) -> ShopProduct:
    """A product with its combinations. `language`: the installed one, where a shop with a single language gives plain texts.

    A product is a draft only where `state` says so: versions before 1.7 have no such field.
    """
    return ShopProduct(
        id=integer(record, "id", required=True),
        reference=text(record, "reference").strip(),
        ean13=text(record, "ean13").strip(),
        names=_texts(record, "name", language),
        descriptions=_descriptions(record, language),
        price=amount(record, "price"),
        wholesale_price=amount(record, "wholesale_price"),
        weight=amount(record, "weight"),
        tax_rules_group=integer(record, "id_tax_rules_group"),
        category=integer(record, "id_category_default"),
        is_active=flag(record, "active"),
        is_draft="state" in record and integer(record, "state") == 0,
        type=_type(record, combinations),
        combinations=tuple(combinations),
        updated_at=moment(record, "date_upd", zone),
    )


def _type(record: Record, combinations: Sequence[ShopCombination]) -> ProductType:
    """`product_type` is missing before 1.7.8, may be empty, and says `standard` of a product that got combinations by API (recorded)."""
    told = TYPES.get(text(record, "product_type"))
    if told is not None:
        return told
    if flag(record, "cache_is_pack"):
        return ProductType.PACK
    if flag(record, "is_virtual"):
        return ProductType.VIRTUAL
    has_combinations = bool(combinations) or bool(integer(record, "cache_default_attribute"))
    return ProductType.COMBINATIONS if has_combinations or text(record, "product_type") == "combinations" else ProductType.STANDARD


def _texts(record: Record, field: str, language: int) -> dict[int, str]:
    value = record.get(field, "")
    if isinstance(value, Mapping):
        return {int(ident): str(said) for ident, said in value.items()}
    plain = text(record, field)
    return {language: plain} if plain else {}


def _descriptions(record: Record, language: int) -> dict[int, str]:
    """Per language `description_short`, where there is more to it than tags and blanks, else `description`."""
    short, whole = _texts(record, "description_short", language), _texts(record, "description", language)
    return {ident: short.get(ident, "") if TAGS.sub("", short.get(ident, "")) else whole.get(ident, "") for ident in {**short, **whole}}


def read_combination(record: Record) -> ShopCombination:
    """A combination. Its `price` is an impact on the product's (prestashop.md 11)."""
    return ShopCombination(
        id=integer(record, "id", required=True),
        product_id=integer(record, "id_product", required=True),
        reference=text(record, "reference").strip(),
        ean13=text(record, "ean13").strip(),
        impact=amount(record, "price"),
        wholesale_price=amount(record, "wholesale_price"),
        weight_impact=amount(record, "weight"),
        values=tuple(integer(value, "id") for value in associated(record, "product_option_values", "product_options_values")),
    )


def read_stock(record: Record) -> ShopStock:
    """A stock row, of one shop or (shop 0) of a group that shares its stock."""
    return ShopStock(
        id=integer(record, "id", required=True),
        product_id=integer(record, "id_product", required=True),
        combination_id=integer(record, "id_product_attribute"),
        shop_id=integer(record, "id_shop"),
        group_id=integer(record, "id_shop_group"),
        quantity=integer(record, "quantity"),
        depends_on_stock=flag(record, "depends_on_stock"),
        out_of_stock=integer(record, "out_of_stock"),
    )


def read_specific_price(record: Record, *, zone: ZoneInfo) -> SpecificPrice:
    """A specific price. A reduction of an unknown type is an amount, as PrestaShop computes it."""
    return SpecificPrice(
        id=integer(record, "id", required=True),
        product_id=integer(record, "id_product"),
        combination_id=integer(record, "id_product_attribute"),
        shop_id=integer(record, "id_shop"),
        group_shop_id=integer(record, "id_shop_group"),
        currency_id=integer(record, "id_currency"),
        country_id=integer(record, "id_country"),
        customer_group_id=integer(record, "id_group"),
        customer_id=integer(record, "id_customer"),
        cart_id=integer(record, "id_cart"),
        rule_id=integer(record, "id_specific_price_rule"),
        price=amount(record, "price", required=True),
        from_quantity=integer(record, "from_quantity", missing=1),
        reduction=amount(record, "reduction"),
        is_percentage=REDUCTIONS.get(text(record, "reduction_type"), False),
        reduction_incl=flag(record, "reduction_tax"),
        starts_at=moment(record, "from", zone),
        ends_at=moment(record, "to", zone),
    )


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
    """The given fields of a product and no others. `descriptions` go to `description_short`, as HTML; names as `shop_name` makes them."""
    texts: dict[str, str | Mapping[int, str] | None] = {
        "reference": reference,
        "ean13": ean13,
        "name": None if names is None else {ident: shop_name(name) for ident, name in names.items()},
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


def combination_fields(
    *,
    reference: str | None = None,
    ean13: str | None = None,
    impact: Decimal | None = None,
    wholesale_price: Decimal | None = None,
    weight_impact: Decimal | None = None,
) -> dict[str, str | Mapping[int, str]]:
    """The given fields of a combination and no others."""
    texts = {
        "reference": reference,
        "ean13": ean13,
        "price": _money(impact),
        "wholesale_price": _money(wholesale_price),
        "weight": _money(weight_impact),
    }
    return {field: value for field, value in texts.items() if value is not None}


def specific_price_fields(price: SpecificPrice, *, zone: ZoneInfo) -> dict[str, str | Mapping[int, str]]:
    """All fields of a specific price: PrestaShop requires nearly every one (recorded: 400 code 41). Its `id` and `rule_id` are not sent."""
    numbers = {
        "id_shop_group": price.group_shop_id,
        "id_shop": price.shop_id,
        "id_cart": price.cart_id,
        "id_product": price.product_id,
        "id_product_attribute": price.combination_id,
        "id_currency": price.currency_id,
        "id_country": price.country_id,
        "id_group": price.customer_group_id,
        "id_customer": price.customer_id,
        "from_quantity": price.from_quantity,
        "reduction_tax": int(price.reduction_incl),
    }
    return {
        **{field: str(value) for field, value in numbers.items()},
        "price": money(price.price),
        "reduction": money(price.reduction),
        "reduction_type": "percentage" if price.is_percentage else "amount",
        "from": local_time(price.starts_at, zone),
        "to": local_time(price.ends_at, zone),
    }


def money(value: Decimal) -> str:
    """Six decimals, halves away from zero, as PrestaShop's columns have them."""
    return f"{value.quantize(SIX, rounding=ROUND_HALF_UP):f}"


def _money(value: Decimal | None) -> str | None:
    return None if value is None else money(value)


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def local_time(at: datetime | None, zone: ZoneInfo) -> str:
    """A moment in the shop's zone to the second; None is PrestaShop's open end."""
    return OPEN if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def shop_name(name: str) -> str:
    """A name that PrestaShop takes: without `<>;=#{}`, without runs of blanks, at most 128 characters. Doing it twice changes nothing."""
    return " ".join(NOT_IN_NAMES.sub(" ", name).split())[:NAME_LENGTH].rstrip()


def shop_slug(name: str) -> str:
    """A `link_rewrite`: small letters a–z, digits and single hyphens; "" when nothing of the name is left."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(LETTERS))
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"[\u0300-\u036f]", "", plain)).strip("-")[:SLUG_LENGTH].rstrip("-")
