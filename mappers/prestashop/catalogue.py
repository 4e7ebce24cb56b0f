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
SLUG_LENGTH = 128
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


def specific_price_fields(price: SpecificPrice, *, zone: ZoneInfo) -> dict[str, str]:
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


def local_time(at: datetime | None, zone: ZoneInfo) -> str:
    """A moment in the shop's zone to the second; None is PrestaShop's open end."""
    return OPEN if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def shop_slug(name: str) -> str:
    """A `link_rewrite`: small letters a–z, digits and single hyphens; "" when nothing of the name is left."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(LETTERS))
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"[\u0300-\u036f]", "", plain)).strip("-")[:SLUG_LENGTH].rstrip("-")
