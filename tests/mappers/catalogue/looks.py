"""Products, articles and looks at them, built from little. Prices are kronor excl. VAT; the clock stands at `NOW`."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from mappers.catalogue.changes import CatalogueChange, ItemLink
from mappers.catalogue.items import Item
from mappers.catalogue.leads import leads
from mappers.catalogue.look import ArticleDecision, ArticleLook
from mappers.catalogue.model import ShopCombination, ShopProduct, ShopStock, SpecificPrice
from mappers.catalogue.outcome import Outcome
from mappers.catalogue.policy import ProductPolicy
from mappers.catalogue.to_hogia import ItemDecision, ProductLook, decide_product
from mappers.catalogue.to_shop import decide_article
from mappers.catalogue.vat import TaxGroups
from mappers.connection import Connection, Flow, HogiaOrganisation, OrderPolicy, Plan, Shop
from mappers.hogia.model import HogiaArticle, HogiaPrice, PriceKind

D = Decimal
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
SWEDISH, ENGLISH = 2, 1
TAXES = TaxGroups(rates={1: D(25), 2: D(12), 3: D(6)})
SIZES = {11: "Storlek: S", 12: "Storlek: M", 13: "Storlek: L"}


def make_shop(*, policy: ProductPolicy | None = None, orders: OrderPolicy | None = None, **changes: Any) -> Shop:
    values: dict[str, Any] = {"key": "acme-se", "url": "https://shop.example"}
    return Shop(products=policy or ProductPolicy(), orders=orders or OrderPolicy(), **(values | changes))


def make_connection(shop: Shop, *, flow: Flow, plan: Plan = Plan.PREMIUM) -> Connection:
    return Connection(key="acme", name="Acme", flow=flow, plan=plan, hogia=HogiaOrganisation(organization_id="org-1"), shops=(shop,))


def make_combination(ident: int = 31, reference: str = "TR-S", **changes: Any) -> ShopCombination:
    return ShopCombination(**({"id": ident, "product_id": 17, "reference": reference, "values": (11,)} | changes))


def make_product(**changes: Any) -> ShopProduct:
    values: dict[str, Any] = {
        "id": 17,
        "reference": "TR-1",
        "names": {ENGLISH: "Shirt", SWEDISH: "Tröja"},
        "price": D("199.200000"),
        "tax_rules_group": 1,
    }
    return ShopProduct(**(values | changes))


def make_article(**changes: Any) -> HogiaArticle:
    """As `make_product` makes it."""
    values: dict[str, Any] = {
        "id": "art-1",
        "number": "TR-1",
        "name": "Tröja",
        "is_webshop_article": True,
        "is_stock_article": True,
        "unit": "st",
        "sales_accounts": {"NationalSales": 3001},
        "prices": {"SEK": D("199.20")},
        "version": 4,
    }
    return HogiaArticle(**(values | changes))


def make_price(price: str | None = None, **changes: Any) -> HogiaPrice:
    values: dict[str, Any] = {"id": "p1", "article": "TR-1", "kind": PriceKind.REGULAR, "price": D(price) if price is not None else None}
    return HogiaPrice(**(values | changes))


def make_campaign(price: str | None = None, *, starts: datetime | None = None, ends: datetime | None = None, **changes: Any) -> HogiaPrice:
    return make_price(price, **({"id": "c1", "kind": PriceKind.CAMPAIGN, "valid_from": starts, "valid_to": ends} | changes))


def make_stock(quantity: int = 3, *, ident: int = 70, **changes: Any) -> ShopStock:
    return ShopStock(**({"id": ident, "product_id": 17, "shop_id": 1, "quantity": quantity} | changes))


def make_specific(ident: int, **changes: Any) -> SpecificPrice:
    return SpecificPrice(**({"id": ident, "product_id": 17, "shop_id": 1} | changes))


def product_look(
    product: ShopProduct | None,
    *articles: HogiaArticle,
    flow: Flow = Flow.PRESTASHOP_LEADS,
    plan: Plan = Plan.PREMIUM,
    policy: ProductPolicy | None = None,
    orders: OrderPolicy | None = None,
    **changes: Any,
) -> ProductLook:
    shop = make_shop(policy=policy, orders=orders)
    connection = make_connection(shop, flow=flow, plan=plan)
    values: dict[str, Any] = {
        "connection": connection,
        "shop": shop,
        "leads": leads(connection, shop),
        "product_id": product.id if product else 17,
        "product": product,
        "articles": {article.number.casefold(): article for article in articles},
        "option_texts": SIZES,
        "taxes": TAXES,
        "language": SWEDISH,
    }
    return ProductLook(**(values | changes))


def decide_items(product: ShopProduct | None, *articles: HogiaArticle, **situation: Any) -> tuple[ItemDecision, ...]:
    return decide_product(product_look(product, *articles, **situation))


def decide_item(product: ShopProduct | None, *articles: HogiaArticle, **situation: Any) -> ItemDecision:
    (found,) = decide_items(product, *articles, **situation)
    return found


def article_look(
    article: HogiaArticle | None,
    *found: Item,
    flow: Flow = Flow.HOGIA_LEADS,
    plan: Plan = Plan.PREMIUM,
    policy: ProductPolicy | None = None,
    **changes: Any,
) -> ArticleLook:
    shop = make_shop(policy=policy)
    connection = make_connection(shop, flow=flow, plan=plan)
    values: dict[str, Any] = {
        "now": NOW,
        "zone": STOCKHOLM,
        "connection": connection,
        "shop": shop,
        "leads": leads(connection, shop),
        "number": article.number.casefold() if article else "tr-1",
        "article": article,
        "rate": D(25),
        "tax_group": 1,
        "found": found,
        "languages": (ENGLISH, SWEDISH),
        "create_key": "product:acme-se/tr-1",
    }
    return ArticleLook(**(values | changes))


def decide_one(article: HogiaArticle | None, *found: Item, **situation: Any) -> ArticleDecision:
    return decide_article(article_look(article, *found, **situation))


def make_link(**changes: Any) -> ItemLink:
    """The memory of a product that we made or followed: its name is ours."""
    return ItemLink(**({"product_id": 17, "article_id": "art-1", "written": {"name": "Tröja"}} | changes))


def told(outcome: Outcome) -> tuple[str, str]:
    return outcome.status.value, outcome.code


def notices(outcome: Outcome) -> list[str]:
    return [notice.code for notice in outcome.notices]


def only(changes: tuple[CatalogueChange, ...], kind: type) -> Any:
    """The one change there is, of this kind."""
    (found,) = changes
    assert isinstance(found, kind), found
    return found


def of(changes: tuple[CatalogueChange, ...], kind: type) -> list[Any]:
    return [change for change in changes if isinstance(change, kind)]
