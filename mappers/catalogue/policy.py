"""How a shop's catalogue follows, and is followed: the `[shops.products]` part of a connection file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

STRICT = {"extra": "forbid"}


class FieldGroup(StrEnum):
    """What one side leads as a whole (design 6)."""

    ARTICLE = "article"
    PRICE = "price"
    STOCK = "stock"
    STATUS = "status"


class MissingReference(StrEnum):
    """A product or combination without a reference."""

    REPORT = "report"
    EAN = "ean"  # its EAN is the article number; reported where it has none
    GENERATE = "generate"  # a number is made from its id and written to the shop, so that orders bear it too


class OutOfStockRule(StrEnum):
    """What the shop does with an article that Hogia has no more of."""

    LEAVE = "leave"
    DENY = "deny"
    ALLOW = "allow"
    SHOP_DEFAULT = "shop_default"


class ProductField(StrEnum):
    """What of a product Hogia goes on writing after it was made. A field that the merchant has changed since is left alone."""

    NAME = "name"
    EAN = "ean"
    WEIGHT = "weight"
    PURCHASE_PRICE = "purchase_price"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPolicy:
    """Products, prices and stock of one shop. Nothing is moved before `orderbro catalogue start` has been run once."""

    __pydantic_config__ = STRICT

    leave: tuple[FieldGroup, ...] = ()  # field groups that this shop takes no part in, whatever the flow
    missing_reference: MissingReference = MissingReference.REPORT
    generated_number: str = "P{product}"  # and `-{combination}` is added for a combination; at most 40 characters when filled in
    unit: str = "st"
    language: str = "sv"  # ISO 639-1 of the name and description that Hogia gets; else the shop's default language
    descriptions: bool = True
    inactive_products: bool = False  # also make articles of products that are switched off
    create_active: bool = False  # products made from Hogia's articles are for sale at once
    category: int = 2  # id_category_default of products made from articles; 2 is Home
    tax_rules_groups: Mapping[str, int] = field(default_factory=dict)  # VAT rate -> group; left out: found in the shop by its rules
    update: tuple[ProductField, ...] = tuple(ProductField)
    out_of_stock: OutOfStockRule = OutOfStockRule.LEAVE
    currency: str = "SEK"  # the price lists of Hogia that are this shop's
    price_list: str = "A"
    quantity_prices: bool = True  # prices from a quantity become specific prices
    sweep_minutes: int = 60  # products changed in the shop that no webhook told of
