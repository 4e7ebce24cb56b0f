"""The shop's catalogue as frozen values, whatever PrestaShop version and dialect it was read in.

Prices are `Decimal` kronor (the shop's default currency) excl. VAT, as PrestaShop stores them, with six decimals. Texts by language id.
Times are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum


class ProductType(StrEnum):
    """What a product is; PrestaShop before 1.7.8 has no `product_type`, there it follows from the product's other fields."""

    STANDARD = "standard"
    COMBINATIONS = "combinations"
    PACK = "pack"
    VIRTUAL = "virtual"


class OutOfStock(IntEnum):
    """`stock_availables.out_of_stock`: what happens to orders when the quantity is used up."""

    DENY = 0
    ALLOW = 1
    SHOP_DEFAULT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopCombination:
    """One `combinations` record. `impact` is added to the product's price, excl. VAT; `values` are `product_option_values` ids."""

    id: int
    product_id: int
    reference: str = ""
    ean13: str = ""
    impact: Decimal = Decimal(0)
    wholesale_price: Decimal = Decimal(0)
    weight_impact: Decimal = Decimal(0)  # kg
    values: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopProduct:
    """One `products` record with its combinations."""

    id: int
    reference: str = ""
    ean13: str = ""
    names: Mapping[int, str] = field(default_factory=dict)
    descriptions: Mapping[int, str] = field(default_factory=dict)  # `description_short`, else `description`; HTML
    price: Decimal = Decimal(0)
    wholesale_price: Decimal = Decimal(0)
    weight: Decimal = Decimal(0)  # kg
    tax_rules_group: int = 0  # 0: no VAT
    category: int = 0  # id_category_default
    is_active: bool = True
    is_draft: bool = False  # `state` 0: made in the back office and never saved
    type: ProductType = ProductType.STANDARD
    combinations: tuple[ShopCombination, ...] = ()
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopStock:
    """One `stock_availables` record. A shop group that shares its stock has `shop_id` 0 and its `group_id`."""

    id: int
    product_id: int
    combination_id: int = 0
    shop_id: int = 0
    group_id: int = 0
    quantity: int = 0
    depends_on_stock: bool = False  # advanced stock management: the quantity is PrestaShop's own to compute
    out_of_stock: int = OutOfStock.SHOP_DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecificPrice:
    """One `specific_prices` record (prestashop.md 11). `price` −1 keeps the product's; `reduction` is a fraction (0.2) or kronor."""

    id: int
    product_id: int
    combination_id: int = 0
    shop_id: int = 0
    group_shop_id: int = 0
    currency_id: int = 0
    country_id: int = 0
    customer_group_id: int = 0
    customer_id: int = 0
    cart_id: int = 0
    rule_id: int = 0  # made by a catalogue price rule: never ours
    price: Decimal = Decimal(-1)
    from_quantity: int = 1
    reduction: Decimal = Decimal(0)
    is_percentage: bool = False
    reduction_incl: bool = True  # `reduction_tax`: whether an amount is incl. VAT
    starts_at: datetime | None = None  # None: open
    ends_at: datetime | None = None
