"""The data register: every field that each flow writes, with source, rule and moment. Made from the tables that the mappers decide by."""

from __future__ import annotations

from collections.abc import Iterator

from mappers.catalogue.article_fields import ARTICLE_FIELDS, ArticleField
from mappers.catalogue.leads import LEADS, Leader
from mappers.catalogue.policy import FieldGroup
from mappers.catalogue.product_fields import CONSTANTS, PRODUCT_FIELDS, ProductFieldRule
from mappers.catalogue.register_after import AFTER
from mappers.catalogue.register_model import DIFFERS, FIRST, FOLLOWED, MADE, Entry, Part, Way, entries
from mappers.catalogue.register_orders import ALWAYS_SAME, ORDERS
from mappers.connection import Flow

# Fields of a product that go on being written without a `part` in PRODUCT_FIELDS: by rules of their own.
OWN_MOMENTS = {
    "reference": "when it is made, and when the article's number is changed in Hogia",
    "active": "when it is made, and when the article goes out of sale and comes back (`update`: active)",
}
MERCHANTS = "when it is made, and when it differs and the merchant has not changed it (`update`: {})"
FOREIGN = "always 0 for our own: every group, customer, currency and country"
SPECIFIC_PRICE_ROWS = (
    ("id_product", "the link", "the product with the article's number"),
    ("id_product_attribute", "the link", "the combination with the article's number, else 0"),
    ("id_shop", "`id_shop`", "this shop alone"),
    ("id_shop_group", "–", FOREIGN),
    ("id_cart", "–", FOREIGN),
    ("id_currency", "–", FOREIGN),
    ("id_country", "–", FOREIGN),
    ("id_group", "–", FOREIGN),
    ("id_customer", "–", FOREIGN),
    ("price", "articleprices.price", "-1 (the product's own) for a lower price, else the higher price excl. VAT"),
    ("from_quantity", "articleprices.fromQuantity", "1 for a campaign; more with `quantity_prices`"),
    ("reduction", "articleprices.price", "ordinary less campaign price, kronor excl. VAT: the shop shows what it was before"),
    ("reduction_tax", "–", "0: excl. VAT"),
    ("reduction_type", "–", "amount"),
    ("from", "articleprices.validFrom", "the shop's local time; 0000-00-00 for an open start"),
    ("to", "articleprices.validTo", "the last second that counts, the shop's local time; 0000-00-00 for an open end"),
)
STOCK_ROWS = (
    (
        "quantity",
        "stockbalances.available",
        "absolute, all stock points; less what is sold in any shop and not yet in Hogia; never below 0",
    ),
    ("out_of_stock", "`out_of_stock`", "0 deny, 1 allow, 2 the shop's default; not with leave"),
)
CAMPAIGN = "when Hogia's prices from now on are others than the shop's; removed when Hogia's are gone. The merchant's own stay"
GENERATED = "when the product or combination has no reference, with missing_reference = ean or generate"


def register(flow: Flow) -> tuple[Entry, ...]:
    """Every field of the flow. What a plan or `products.leave` leaves out is not taken off."""
    return (*ORDERS, *AFTER, *_articles(flow), *_products(flow), *_offers(flow))


def _articles(flow: Flow) -> Iterator[Entry]:
    """Shop → Hogia. Where Hogia leads, only `catalogue start --from prestashop` makes articles."""
    for field in ARTICLE_FIELDS:
        yield _entry(Part.ARTICLE, Way.TO_HOGIA, field, _article_moment(flow, field))
    leads = LEADS[flow][FieldGroup.ARTICLE] is Leader.SHOP
    yield from entries(Part.ARTICLE, Way.TO_HOGIA, (("sequenceId", "–", ALWAYS_SAME),), when=MADE if leads else FIRST)
    generated = (("reference", "ean13 | `generated_number`", "written to the shop too, so that its orders bear the article's number"),)
    for part in (Part.PRODUCT, Part.COMBINATION):
        yield from entries(part, Way.WITHIN_SHOP, generated, when=GENERATED)


def _article_moment(flow: Flow, field: ArticleField) -> str:
    leads = LEADS[flow]
    if leads[FieldGroup.ARTICLE] is not Leader.SHOP:
        return FIRST
    return MADE if field.once or leads[field.group] is not Leader.SHOP else FOLLOWED


def _products(flow: Flow) -> Iterator[Entry]:
    """Hogia → shop. Where the shop leads, only `catalogue start --from hogia` makes products."""
    leads = LEADS[flow][FieldGroup.ARTICLE] is Leader.HOGIA
    for field in PRODUCT_FIELDS:
        yield _entry(Part.PRODUCT, Way.TO_SHOP, field, _product_moment(flow, field))
    constants = [(name, "–", f"always {value}: a product made without it would be hidden or a draft") for name, value in CONSTANTS.items()]
    constants.append(("associations.categories[].id", "`category` of the settings", "its one category; the merchant's are never changed"))
    yield from entries(Part.PRODUCT, Way.TO_SHOP, constants, when=MADE if leads else FIRST)
    if leads:
        renamed = (("reference", "articles.number", "a number that is changed in Hogia is changed in the shop"),)
        yield from entries(Part.COMBINATION, Way.TO_SHOP, renamed, when="when the article's number is changed in Hogia")


def _product_moment(flow: Flow, field: ProductFieldRule) -> str:
    leads = LEADS[flow]
    if field.group is FieldGroup.PRICE and leads[FieldGroup.PRICE] is Leader.HOGIA:
        return FOLLOWED
    if leads[FieldGroup.ARTICLE] is not Leader.HOGIA:
        return FIRST
    if field.part is not None:
        return MERCHANTS.format(field.part)
    return OWN_MOMENTS.get(field.target, MADE)


def _offers(flow: Flow) -> Iterator[Entry]:
    """Prices and stock, Hogia → shop."""
    if LEADS[flow][FieldGroup.PRICE] is Leader.HOGIA:
        impact = (("price", "articles.prices, articleprices", "its impact: the article's price less the product's, kronor excl. VAT"),)
        yield from entries(Part.COMBINATION, Way.TO_SHOP, impact, when=DIFFERS)
        yield from entries(Part.SPECIFIC_PRICE, Way.TO_SHOP, SPECIFIC_PRICE_ROWS, when=CAMPAIGN)
    if LEADS[flow][FieldGroup.STOCK] is Leader.HOGIA:
        yield from entries(Part.STOCK, Way.TO_SHOP, STOCK_ROWS, when=DIFFERS)


def _entry(part: Part, way: Way, field: ArticleField | ProductFieldRule, when: str) -> Entry:
    return Entry(part=part, way=way, target=field.target, source=field.source, rule=field.rule, when=when)
