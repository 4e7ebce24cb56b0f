"""Shop → Hogia, field by field: the table that decisions are made from and that `orderbro fields` prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from mappers.catalogue.html import plain_text
from mappers.catalogue.items import Item, attributes, product_name
from mappers.catalogue.model import ProductType
from mappers.catalogue.policy import FieldGroup, ProductPolicy
from mappers.hogia.article import ArticleType, SalesAccountType
from mappers.hogia.model import HogiaArticle
from mappers.hogia.text import ARTICLE_DESCRIPTION, ARTICLE_NAME, EAN, fit

FOUR = Decimal("0.0001")
CENT = Decimal("0.01")
SHORTEST_BASE = 20  # characters that the product's own name keeps, however long the attributes are


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """An item with everything its article's fields follow from."""

    item: Item
    number: str
    account: int  # of sales at home, by the VAT rate
    policy: ProductPolicy
    option_texts: Mapping[int, str]
    language: int
    is_stock_article: bool
    article: HogiaArticle | None = None  # as it is in Hogia; None: not there


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleField:
    """One field. `value` is what it is to be, None where the shop says nothing and Hogia's stays; `current` what Hogia has."""

    target: str
    source: str
    rule: str
    group: FieldGroup
    value: Callable[[Facts], Any]
    current: Callable[[HogiaArticle], Any]
    once: bool = False  # only when the article is made


def article_name(facts: Facts) -> str:
    """Cut so that what tells combinations apart stays."""
    base = fit(plain_text(product_name(facts.item, facts.language)), ARTICLE_NAME) or facts.number
    told = plain_text(attributes(facts.item, facts.option_texts))
    options = fit(told, ARTICLE_NAME - SHORTEST_BASE - 3)
    if not options:
        return base
    base = fit(base, ARTICLE_NAME - len(options) - 3)
    return f"{base} ({options})"


def _description(facts: Facts) -> str | None:
    texts = facts.item.product.descriptions
    chosen = texts.get(facts.language) or next((each for _, each in sorted(texts.items()) if each), "")
    return fit(plain_text(chosen), ARTICLE_DESCRIPTION) or None if facts.policy.descriptions else None


def _prices(facts: Facts) -> list[dict[str, Any]]:
    """The shop's price in its currency; other currencies' prices, which the shop knows nothing of, stay (lists are replaced whole)."""
    others = {code: price for code, price in (facts.article.prices if facts.article else {}).items() if code != facts.policy.currency}
    own = {facts.policy.currency: amount(facts.item.price, FOUR)}
    return [{"price": price, "currencyCode": code} for code, price in {**own, **others}.items()]


def _accounts(facts: Facts) -> list[dict[str, Any]]:
    known = dict(facts.article.sales_accounts) if facts.article else {}
    return [{"number": number, "type": kind} for kind, number in {**known, SalesAccountType.NATIONAL.value: facts.account}.items()]


def amount(value: Decimal, step: Decimal) -> Decimal:
    """Rounded half up, written without needless decimals beyond two."""
    rounded = value.quantize(step, ROUND_HALF_UP)
    return rounded.quantize(CENT) if rounded == rounded.quantize(CENT) else Decimal(f"{rounded.normalize():f}")


def _weight(facts: Facts) -> int | None:
    return int((facts.item.weight * 1000).to_integral_value(ROUND_HALF_UP)) or None


def _is_active(facts: Facts) -> bool:
    return facts.item.product.is_active


def _kind(facts: Facts) -> str:
    return (ArticleType.SERVICE if facts.item.is_virtual else ArticleType.GOODS).value


def _as_prices(article: HogiaArticle) -> list[dict[str, Any]]:
    return [{"price": price, "currencyCode": code} for code, price in article.prices.items()]


def _as_accounts(article: HogiaArticle) -> list[dict[str, Any]]:
    return [{"number": number, "type": kind} for kind, number in article.sales_accounts.items()]


def _unordered(value: Any) -> Any:
    """Lists of objects as sets: Hogia may give them in another order, and 100 is 100.00."""
    return {frozenset(each.items()) for each in value} if isinstance(value, list) else value


ARTICLE_FIELDS: tuple[ArticleField, ...] = (
    ArticleField(
        target="number",
        source="combinations.reference | products.reference",
        rule="the reference; without one by missing_reference: reported, the EAN, or generated. Never changed afterwards",
        group=FieldGroup.ARTICLE,
        value=lambda facts: facts.number,
        current=lambda article: article.number,
        once=True,
    ),
    ArticleField(
        target="name",
        source="products.name + product_option_values.name",
        rule=f"in the language `language`; attributes in brackets; HTML taken out; at most {ARTICLE_NAME} characters, the attributes kept",
        group=FieldGroup.ARTICLE,
        value=article_name,
        current=lambda article: article.name,
    ),
    ArticleField(
        target="description",
        source="products.description_short | products.description",
        rule=f"HTML taken out; at most {ARTICLE_DESCRIPTION} characters; not with descriptions = false; an empty one leaves Hogia's",
        group=FieldGroup.ARTICLE,
        value=_description,
        current=lambda article: article.description,
    ),
    ArticleField(
        target="unit",
        source="`unit` of the settings",
        rule="when the article is made",
        group=FieldGroup.ARTICLE,
        value=lambda facts: facts.policy.unit,
        current=lambda article: article.unit,
        once=True,
    ),
    ArticleField(
        target="type",
        source="products.product_type | products.is_virtual",
        rule="virtual → Service, everything else, packs too, → Goods; when the article is made",
        group=FieldGroup.ARTICLE,
        value=_kind,
        current=lambda article: (ArticleType.SERVICE if article.is_service else ArticleType.GOODS).value,
        once=True,
    ),
    ArticleField(
        target="salesAccounts",
        source="products.id_tax_rules_group → tax_rules → taxes.rate",
        rule="the account of the rate in orders.accounts.sweden, as NationalSales: it decides the VAT; other types stay",
        group=FieldGroup.ARTICLE,
        value=_accounts,
        current=_as_accounts,
    ),
    ArticleField(
        target="prices",
        source="products.price + combinations.price",
        rule="kronor excl. VAT, four decimals, in `currency`; other currencies' prices stay. Where Hogia leads the price, only when the article is made",
        group=FieldGroup.PRICE,
        value=_prices,
        current=_as_prices,
    ),
    ArticleField(
        target="ean",
        source="combinations.ean13 | products.ean13",
        rule="an empty one leaves Hogia's",
        group=FieldGroup.ARTICLE,
        value=lambda facts: facts.item.ean if 0 < len(facts.item.ean) <= EAN else None,
        current=lambda article: article.ean,
    ),
    ArticleField(
        target="weightGrams",
        source="products.weight + combinations.weight",
        rule="kilograms → grams; 0 leaves Hogia's",
        group=FieldGroup.ARTICLE,
        value=_weight,
        current=lambda article: article.weight_grams,
    ),
    ArticleField(
        target="purchasePrice",
        source="combinations.wholesale_price | products.wholesale_price",
        rule="kronor excl. VAT; 0 leaves Hogia's",
        group=FieldGroup.ARTICLE,
        value=lambda facts: amount(facts.item.purchase_price, FOUR) if facts.item.purchase_price else None,
        current=lambda article: article.purchase_price,
    ),
    ArticleField(
        target="isActive",
        source="products.active",
        rule="a product that is switched off or deleted makes its article inactive; articles are never deleted",
        group=FieldGroup.ARTICLE,
        value=_is_active,
        current=lambda article: article.is_active,
    ),
    ArticleField(
        target="isWebshopArticle",
        source="the product is in the shop",
        rule="always true",
        group=FieldGroup.ARTICLE,
        value=lambda _: True,
        current=lambda article: article.is_webshop_article,
    ),
    ArticleField(
        target="isStockArticle",
        source="products.product_type, flow",
        rule="goods, where Hogia leads the stock; when the article is made",
        group=FieldGroup.ARTICLE,
        value=lambda facts: facts.is_stock_article and facts.item.product.type is not ProductType.VIRTUAL,
        current=lambda article: article.is_stock_article,
        once=True,
    ),
)


def wanted_body(facts: Facts) -> dict[str, Any]:
    """The whole article, as it is made."""
    found = {field.target: field.value(facts) for field in ARTICLE_FIELDS}
    return {target: value for target, value in found.items() if value is not None}


def differing(facts: Facts, groups: frozenset[FieldGroup]) -> dict[str, Any]:
    """What is to be changed on the article that Hogia has, of the groups that the shop leads."""
    assert facts.article is not None
    changed: dict[str, Any] = {}
    for field in ARTICLE_FIELDS:
        if field.once or field.group not in groups:
            continue
        value = field.value(facts)
        if value is not None and _unordered(value) != _unordered(field.current(facts.article)):
            changed[field.target] = value
    return changed
