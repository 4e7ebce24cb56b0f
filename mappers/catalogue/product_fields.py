"""Hogia → shop, field by field: the table that decisions are made from and that `orderbro fields` prints.

`value` gives the text that PrestaShop is to hold, "" for none; `current` what it holds. A field with `part` goes on following Hogia after the
product was made, unless the merchant has changed it since or the setting `update` leaves it out. The others are written once, when it is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from mappers.catalogue.changes import Fields, Texts
from mappers.catalogue.model import ShopProduct
from mappers.catalogue.policy import FieldGroup, ProductField, ProductPolicy
from mappers.hogia.model import HogiaArticle
from mappers.hogia.text import fit
from mappers.prestashop.catalogue import shop_slug

NAME = 128  # products.name
REFERENCE = 64  # products.reference since 1.7.7
FORBIDDEN = str.maketrans(dict.fromkeys("<>;=#{}", " "))  # PrestaShop's isCatalogName
EAN13 = re.compile(r"\d{1,13}")
THOUSAND = Decimal(1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFacts:
    """An article with everything a product's fields follow from. `price` is excl. VAT; `tax_group` an id_tax_rules_group."""

    article: HogiaArticle
    policy: ProductPolicy
    price: Decimal
    tax_group: int
    languages: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFieldRule:
    """One field of a product that follows an article."""

    target: str
    source: str
    rule: str
    group: FieldGroup
    value: Callable[[ArticleFacts], str]
    current: Callable[[ShopProduct], str] | None = None
    part: ProductField | None = None
    multilingual: bool = False


def catalog_name(text: str, longest: int = NAME) -> str:
    """A text without the characters that PrestaShop refuses in names."""
    return fit(text.translate(FORBIDDEN), longest)


def link_rewrite(text: str) -> str:
    """A name as a piece of an address: letters, digits and hyphens."""
    return shop_slug(text) or "product"


def _ean(article: HogiaArticle) -> str:
    return article.ean if EAN13.fullmatch(article.ean) else ""


def kilograms(grams: int | None) -> str:
    return f"{Decimal(grams) / THOUSAND:.6f}" if grams else ""


def _money(value: Decimal | None) -> str:
    return f"{value:.6f}" if value else ""


def _any_name(product: ShopProduct) -> str:
    """The name that all languages share; something that is no name where they differ: then the merchant has translated it.

    A language without a name, added to the shop since, has not been translated.
    """
    found = {name for name in product.names.values() if name}
    return found.pop() if len(found) == 1 else "\n".join(sorted(found))


PRODUCT_FIELDS: tuple[ProductFieldRule, ...] = (
    ProductFieldRule(
        target="reference",
        source="articles.number",
        rule="the article's number, as it is spelled in Hogia; a number that is changed in Hogia is changed in the shop",
        group=FieldGroup.ARTICLE,
        value=lambda facts: facts.article.number,
    ),
    ProductFieldRule(
        target="name",
        source="articles.name",
        rule=f"in every language of the shop; without < > ; = # {{ }}; at most {NAME} characters",
        group=FieldGroup.ARTICLE,
        value=lambda facts: catalog_name(facts.article.name) or facts.article.number,
        current=_any_name,
        part=ProductField.NAME,
        multilingual=True,
    ),
    ProductFieldRule(
        target="link_rewrite",
        source="articles.name",
        rule="the name as a piece of an address, in every language; when the product is made",
        group=FieldGroup.ARTICLE,
        value=lambda facts: link_rewrite(facts.article.name or facts.article.number),
        multilingual=True,
    ),
    ProductFieldRule(
        target="description_short",
        source="articles.description",
        rule="in every language; when the product is made",
        group=FieldGroup.ARTICLE,
        value=lambda facts: fit(facts.article.description.translate(FORBIDDEN), 800),
        multilingual=True,
    ),
    ProductFieldRule(
        target="ean13",
        source="articles.ean",
        rule="one to thirteen digits; anything else is left out",
        group=FieldGroup.ARTICLE,
        value=lambda facts: _ean(facts.article),
        current=lambda product: product.ean13,
        part=ProductField.EAN,
    ),
    ProductFieldRule(
        target="weight",
        source="articles.weightGrams",
        rule="grams → kilograms; none leaves the shop's",
        group=FieldGroup.ARTICLE,
        value=lambda facts: kilograms(facts.article.weight_grams),
        current=lambda product: f"{product.weight:.6f}",
        part=ProductField.WEIGHT,
    ),
    ProductFieldRule(
        target="wholesale_price",
        source="articles.purchasePrice",
        rule="kronor excl. VAT; none leaves the shop's",
        group=FieldGroup.ARTICLE,
        value=lambda facts: _money(facts.article.purchase_price),
        current=lambda product: f"{product.wholesale_price:.6f}",
        part=ProductField.PURCHASE_PRICE,
    ),
    ProductFieldRule(
        target="active",
        source="articles.isActive, articles.isWebshopArticle",
        rule="made as `create_active` says; switched off when the article is inactive or no webshop article, and on again if it was switched off by us",
        group=FieldGroup.ARTICLE,
        value=lambda facts: str(int(facts.policy.create_active)),
    ),
    ProductFieldRule(
        target="price",
        source="articles.prices, articleprices",
        rule="excl. VAT, in `currency`: list price of `price_list` that holds now, else the base price; never 0",
        group=FieldGroup.PRICE,
        value=lambda facts: f"{facts.price:.6f}",
    ),
    ProductFieldRule(
        target="id_tax_rules_group",
        source="articles.salesAccounts → accounts → vatcodes",
        rule="the group of the rate: `tax_rules_groups`, else the shop's lowest group that gives it; when the product is made",
        group=FieldGroup.ARTICLE,
        value=lambda facts: str(facts.tax_group),
    ),
    ProductFieldRule(
        target="id_category_default",
        source="`category` of the settings",
        rule="when the product is made",
        group=FieldGroup.ARTICLE,
        value=lambda facts: str(facts.policy.category),
    ),
)
# What every product needs that is made through the webservice, or it would be a hidden draft (prestashop.md 11).
CONSTANTS: Mapping[str, str] = {
    "state": "1",
    "show_price": "1",
    "available_for_order": "1",
    "minimal_quantity": "1",
    "visibility": "both",
    "condition": "new",
}


def made_fields(facts: ArticleFacts) -> Fields:
    """The whole product, as it is made."""
    found: dict[str, str | Texts] = {}
    for rule in PRODUCT_FIELDS:
        value = rule.value(facts)
        if value:
            found[rule.target] = dict.fromkeys(facts.languages, value) if rule.multilingual else value
    return {**CONSTANTS, **found}


def followed(
    facts: ArticleFacts, product: ShopProduct, written: Mapping[str, str]
) -> tuple[dict[str, str | Texts], dict[str, str], list[str]]:
    """Fields to update, what is remembered of them, and those that the merchant has changed.

    A field that we never wrote is the merchant's, and is only filled where it is empty: an article that was linked by its number must not
    take the name that the shop gave it.
    """
    fields: dict[str, str | Texts] = {}
    remembered: dict[str, str] = {}
    changed: list[str] = []
    for rule in PRODUCT_FIELDS:
        if rule.part is None or rule.current is None or rule.part not in facts.policy.update:
            continue
        value, current, before = rule.value(facts), rule.current(product), written.get(rule.target)
        if not value or value == current:
            if value and before != value:
                remembered[rule.target] = value
            continue
        if current and not _is_zero(current) and current != before:
            changed.append(rule.target)
            continue
        fields[rule.target] = dict.fromkeys(facts.languages, value) if rule.multilingual else value
        remembered[rule.target] = value
    return fields, remembered, changed


def _is_zero(text: str) -> bool:
    return bool(text) and not text.strip("0.")
