"""Hogia → shop: what is to be done with the product or combination of one article. A plain function; it is the preview too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from mappers.catalogue.changes import (
    CatalogueChange,
    CreateProduct,
    DropSpecificPrice,
    ItemLink,
    SetReference,
    SetStock,
    UpdateCombination,
    UpdateProduct,
)
from mappers.catalogue.items import Item
from mappers.catalogue.leads import Lead, Leader
from mappers.catalogue.model import OutOfStock, ProductType, ShopStock, SpecificPrice
from mappers.catalogue.outcome import Notice, Outcome, Status, article_item
from mappers.catalogue.policy import FieldGroup, OutOfStockRule, ProductField
from mappers.catalogue.prices import SIX, Prices, resolve
from mappers.catalogue.product_fields import ArticleFacts, followed, made_fields
from mappers.catalogue.specific_prices import Target, plan
from mappers.connection import Connection, Shop
from mappers.hogia.model import HogiaArticle, HogiaPrice
from mappers.snapshot import Known, KnownEffect

OUT_OF_STOCK: Mapping[OutOfStockRule, int] = {
    OutOfStockRule.DENY: OutOfStock.DENY,
    OutOfStockRule.ALLOW: OutOfStock.ALLOW,
    OutOfStockRule.SHOP_DEFAULT: OutOfStock.SHOP_DEFAULT,
}
REFUSED_IN_NUMBERS = frozenset("<>;={}|[]")  # PrestaShop's isReference, and what its filters read as their own
SWITCHED_OFF = "switched_off"  # in an item's memory: it was us


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleLook:
    """One article and what the shop has of its number."""

    now: datetime
    zone: ZoneInfo
    connection: Connection
    shop: Shop
    leads: Mapping[FieldGroup, Lead]
    number: str  # folded
    article: HogiaArticle | None
    prices: tuple[HogiaPrice, ...] = ()
    available: Decimal | None = None  # pieces at all stock points; None: Hogia tracks no stock of it
    is_counted: bool = True  # False: a balance is there, and nobody has ever counted or moved it
    pending: int = 0  # pieces sold in any shop of the connection that Hogia's stock does not show yet
    rate: Decimal | None = None  # the article's VAT, percent
    tax_group: int | None = None  # the shop's group for that rate
    found: tuple[Item, ...] = ()  # what in the shop has the number (case and blanks do not count)
    former: Item | None = None  # what the article was linked to under the number that it had before
    former_link: ItemLink | None = None  # and what was remembered of it
    stocks: Sequence[ShopStock] = ()  # of what was found
    specific_prices: Sequence[SpecificPrice] = ()  # of the product that was found
    link: ItemLink | None = None
    made: KnownEffect | None = None  # what the ledger has of the product that was made for the number, the last one
    create_key: str = ""  # the ledger's key of the product that may be made now
    request_runs: timedelta = timedelta(seconds=90)  # how long a request that lost its answer may still be carried out by the shop's PHP
    languages: tuple[int, ...] = ()
    currency: str = "SEK"  # the shop's default currency
    creates: bool = False  # the initial synchronisation from Hogia: what is missing in the shop is made, whoever leads


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDecision:
    """What one article comes to. `link` is what is remembered once the changes are done; `again_at` when to look by itself."""

    outcome: Outcome
    changes: tuple[CatalogueChange, ...] = ()
    link: ItemLink | None = None
    again_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class _Draft:
    """What is being decided, part by part. `link` is what is remembered of the item, as it was before."""

    link: ItemLink
    changes: list[CatalogueChange] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    product: dict[str, str | Mapping[int, str]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    owned: frozenset[int] = frozenset()
    deactivated: bool = False

    def note(self, code: str, message: str) -> None:
        self.notices.append(Notice(code=code, message=message))


def decide_article(look: ArticleLook) -> ArticleDecision:
    """What the shop's product or combination with this number needs."""
    article = look.article
    number = article.number if article else look.number
    if article is None:
        return _without_article(look)
    if len(look.found) > 1:
        told = ", ".join(sorted(item.name for item in look.found)[:5])
        reason = f"{told} have the same reference in the shop (case and blanks do not count). Give each its own."
        return _ended(look, number, Status.REFUSED, "SKU_DUPLICATE", reason)
    prices = resolve(article, look.prices, look.shop.products, rate=look.rate, now=look.now)
    if not look.found:
        return _missing(look, article, prices)
    return _found(look, article, look.found[0], prices)


def _ended(look: ArticleLook, number: str, status: Status, code: str, reason: str) -> ArticleDecision:
    outcome = Outcome(item=article_item(look.number), number=number, status=status, code=code, reason=reason)
    return ArticleDecision(outcome=outcome, link=look.link)


def _hogia_leads(look: ArticleLook, group: FieldGroup) -> bool:
    return look.leads[group].leader is Leader.HOGIA


def _is_for_sale(article: HogiaArticle) -> bool:
    return article.is_active and article.is_webshop_article


def _without_article(look: ArticleLook) -> ArticleDecision:
    """Hogia deletes no article by itself; one that is gone is taken for inactive where Hogia leads and we made or followed the product."""
    if len(look.found) == 1 and _hogia_leads(look, FieldGroup.ARTICLE):
        draft = _draft(look, look.found[0])
        if draft.link.article_id:
            _switch(look, look.found[0], draft, on=False)
            return _closed(look, look.number, look.found[0], draft, code="ARTICLE_GONE", why="Hogia no longer has the article.")
    return _ended(look, look.number, Status.LEFT_OUT, "ARTICLE_MISSING", "Hogia has no such article.")


def _missing(look: ArticleLook, article: HogiaArticle, prices: Prices) -> ArticleDecision:
    makes = _hogia_leads(look, FieldGroup.ARTICLE) or look.creates
    if makes and REFUSED_IN_NUMBERS & set(article.number) and _is_for_sale(article):
        reason = (
            "the shop takes no reference with < > ; = { } and cannot be asked for one with | [ ]. Change the article's number in Hogia."
        )
        return _ended(look, article.number, Status.REFUSED, "NUMBER_UNUSABLE", reason)
    if look.former is not None and _hogia_leads(look, FieldGroup.ARTICLE):
        former = look.former
        rename = SetReference(product_id=former.product.id, combination_id=former.combination_id, reference=article.number)
        outcome = Outcome(
            item=article_item(look.number),
            number=article.number,
            status=Status.UPDATED,
            code="ARTICLE_RENUMBERED",
            reason=f"the article's number was changed in Hogia; {former.name} follows it.",
        )
        return ArticleDecision(outcome=outcome, changes=(rename,), link=look.former_link or look.link, again_at=look.now)
    if not _is_for_sale(article):
        why = "it is no webshop article." if article.is_active else "it is inactive in Hogia."
        return _ended(look, article.number, Status.LEFT_OUT, "NOT_FOR_THE_SHOP", why)
    if not makes:
        return _ended(
            look,
            article.number,
            Status.LEFT_OUT,
            "NOT_IN_SHOP",
            "the shop has no product with this reference, and the shop leads its products.",
        )
    if look.made is not None and look.made.state in {Known.INTENT, Known.UNKNOWN}:
        ripe = look.made.called_at + look.request_runs
        if look.now < ripe:
            outcome = Outcome(
                item=article_item(look.number),
                number=article.number,
                status=Status.WAITING,
                code="PRODUCT_BEING_MADE",
                reason="the shop did not answer when it was made; whether it is there is looked at once more before it is tried again.",
            )
            return ArticleDecision(outcome=outcome, link=look.link, again_at=ripe)
    if look.made is not None and look.made.state is Known.CONFIRMED and not look.creates:
        reason = (
            f"product {look.made.external_id} was made for it and is gone from the shop; it is not made again but by `catalogue start`."
        )
        return _ended(look, article.number, Status.LEFT_OUT, "DELETED_IN_SHOP", reason)
    refusal = _unmakeable(look, prices)
    if refusal is not None:
        return _ended(look, article.number, Status.REFUSED, *refusal)
    assert prices.ordinary is not None
    assert look.tax_group is not None
    facts = _facts(look, article, prices.ordinary)
    fields = made_fields(facts)
    written = {name: next(iter(value.values())) if isinstance(value, Mapping) else value for name, value in fields.items()}
    change = CreateProduct(key=look.create_key, number=article.number, fields=fields, categories=(look.shop.products.category,))
    outcome = Outcome(item=article_item(look.number), number=article.number, status=Status.CREATED, reason="the product is made.")
    link = ItemLink(article_id=article.id, written=written)
    # Its stock row and its prices are looked at when it is there.
    return ArticleDecision(outcome=outcome, changes=(change,), link=link, again_at=look.now)


def _unmakeable(look: ArticleLook, prices: Prices) -> tuple[str, str] | None:
    policy = look.shop.products
    if look.currency != policy.currency:
        return (
            "CURRENCY_DIFFERS",
            f"the shop's default currency is {look.currency}, products.currency is {policy.currency}. Set it to the shop's.",
        )
    if look.rate is None:
        return (
            "VAT_UNKNOWN",
            "its VAT cannot be told from its sales account. Give the article a sales account of the type NationalSales in Hogia.",
        )
    if look.tax_group is None:
        return (
            "TAX_GROUP_UNKNOWN",
            f"the shop has no tax rules group that gives {look.rate} % in {look.shop.country}. Make one, or name it in products.tax_rules_groups.",
        )
    if prices.ordinary is None or prices.ordinary <= 0:
        what = f"no price in {policy.currency}" if prices.ordinary is None else "the price 0"
        return (
            "PRICE_ZERO" if prices.ordinary is not None else "PRICE_MISSING",
            f"it has {what}; nothing is put up for sale for free. Give it a price in Hogia.",
        )
    return None


def _facts(look: ArticleLook, article: HogiaArticle, price: Decimal) -> ArticleFacts:
    return ArticleFacts(article=article, policy=look.shop.products, price=price, tax_group=look.tax_group or 0, languages=look.languages)


def _found(look: ArticleLook, article: HogiaArticle, item: Item, prices: Prices) -> ArticleDecision:
    draft = _draft(look, item)
    if not _is_for_sale(article):
        why = "it is inactive in Hogia." if not article.is_active else "it is no webshop article."
        if draft.link.article_id:
            if _hogia_leads(look, FieldGroup.ARTICLE):
                _switch(look, item, draft, on=False)
            if _hogia_leads(look, FieldGroup.STOCK):
                # What cannot be switched off, a combination or a product that the shop leads, must not sell what is not there.
                _stock(look, article, item, draft)
        return _closed(look, article.number, item, draft, code="NOT_FOR_THE_SHOP", why=why)
    if _hogia_leads(look, FieldGroup.ARTICLE):
        _follow(look, article, item, prices, draft)
    if _hogia_leads(look, FieldGroup.PRICE):
        _price(look, item, prices, draft)
    if _hogia_leads(look, FieldGroup.STOCK):
        _stock(look, article, item, draft)
    return _closed(look, article.number, item, draft, again_at=prices.next_change if _hogia_leads(look, FieldGroup.PRICE) else None)


def _draft(look: ArticleLook, item: Item) -> _Draft:
    """What is remembered, where it is of this item.

    When the merchant has moved the number to another one, nothing there was written by us, and what we set on the former is taken away.
    """
    link = look.link or ItemLink()
    if not link.product_id or (link.product_id, link.combination_id) == (item.product.id, item.combination_id):
        return _Draft(link=link, written=dict(link.written), owned=link.owned)
    if not _hogia_leads(look, FieldGroup.PRICE):
        return _Draft(link=ItemLink(), owned=link.owned)
    return _Draft(link=ItemLink(), changes=[DropSpecificPrice(specific_price_id=ident) for ident in sorted(link.owned)])


def _closed(
    look: ArticleLook, number: str, item: Item, draft: _Draft, *, code: str = "", why: str = "", again_at: datetime | None = None
) -> ArticleDecision:
    """The draft's changes in one decision: one PATCH per product or combination."""
    changes = list(draft.changes)
    if draft.product:
        if item.combination is None:
            changes.insert(0, UpdateProduct(product_id=item.product.id, fields=draft.product))
        else:
            changes.insert(0, UpdateCombination(combination_id=item.combination_id, fields=draft.product))
    status = Status.DEACTIVATED if draft.deactivated else Status.UPDATED if changes else Status.LEFT_OUT if code else Status.UNCHANGED
    reason = "; ".join(change.summary for change in changes) or why or "nothing differs."
    outcome = Outcome(
        item=article_item(look.number),
        number=number,
        status=status,
        code=code,
        reason=f"{why} {reason}".strip() if changes and why else reason,
        notices=tuple(draft.notices),
    )
    followed_it = look.article is not None and _is_for_sale(look.article)
    link = replace(
        draft.link,
        product_id=item.product.id,
        combination_id=item.combination_id,
        article_id=look.article.id if look.article and followed_it else draft.link.article_id,
        written=draft.written,
        owned=draft.owned,
    )
    return ArticleDecision(outcome=outcome, changes=tuple(changes), link=link, again_at=again_at)


def _switch(look: ArticleLook, item: Item, draft: _Draft, *, on: bool) -> None:
    """A product that we switched off is switched on again by us, one that the merchant switched off is not.

    A combination cannot be switched off in PrestaShop; its stock says what can be bought.
    """
    if item.combination is not None or ProductField.ACTIVE not in look.shop.products.update:
        return
    if on:
        draft.written.pop(SWITCHED_OFF, None)
    if item.product.is_active == on:
        return
    if not on:
        draft.written[SWITCHED_OFF] = "1"
    draft.product["active"] = str(int(on))
    draft.deactivated = not on


def _follow(look: ArticleLook, article: HogiaArticle, item: Item, prices: Prices, draft: _Draft) -> None:
    """The fields that Hogia leads, as far as the merchant has not made them his own. Combinations, texts, images and categories stay."""
    if item.combination is not None:
        return
    facts = _facts(look, article, prices.ordinary or Decimal(0))
    fields, remembered, changed = followed(facts, item.product, draft.written)
    draft.product |= fields
    draft.written |= remembered
    if changed:
        draft.note(
            "CHANGED_BY_MERCHANT", f"{', '.join(changed)} differ from Hogia and were not written by us last; they are left as they are."
        )
    if draft.written.get(SWITCHED_OFF):
        _switch(look, item, draft, on=True)


def _price(look: ArticleLook, item: Item, prices: Prices, draft: _Draft) -> None:
    policy = look.shop.products
    if look.currency != policy.currency:
        draft.note(
            "CURRENCY_DIFFERS",
            f"the shop's default currency is {look.currency}, products.currency is {policy.currency}; prices are left alone.",
        )
        return
    if prices.ordinary is None or prices.ordinary <= 0:
        draft.note(
            "PRICE_ZERO" if prices.ordinary is not None else "PRICE_MISSING",
            "Hogia has no price above 0 for it; the shop's price is left alone.",
        )
        return
    if item.combination is None and any(each.reference.strip() for each in item.product.combinations):
        # It is the base that the impacts of all combinations are added to: another base is another price for each of them.
        draft.note("PRICE_OF_COMBINATIONS", "the product's price is that of its combinations, which have articles of their own.")
        return
    if item.combination is None:
        if item.product.price.quantize(SIX, ROUND_HALF_UP) != prices.ordinary:
            draft.product["price"] = f"{prices.ordinary:.6f}"
    else:
        impact = prices.ordinary - item.product.price.quantize(SIX, ROUND_HALF_UP)
        if item.combination.impact.quantize(SIX, ROUND_HALF_UP) != impact:
            draft.product["price"] = f"{impact:.6f}"
    target = Target(product_id=item.product.id, combination_id=item.combination_id, shop_id=look.shop.id_shop, zone=look.zone)
    spans = [span for span in prices.spans if span.price > 0]
    if len(spans) < len(prices.spans):
        draft.note("CAMPAIGN_ZERO", "Hogia has a campaign or quantity price of 0 for it; nothing is put up for sale for free.")
    done = plan(spans, prices.ordinary, target=target, there=look.specific_prices, owned=draft.owned, now=look.now)
    draft.changes += done.changes
    draft.notices += done.notices
    draft.owned = done.owned


def _stock(look: ArticleLook, article: HogiaArticle, item: Item, draft: _Draft) -> None:
    """Absolute: what is available in Hogia less what is sold and not yet there. Never below zero: the shop would show a debt."""
    if not article.is_stock_article or look.available is None or item.product.type is ProductType.VIRTUAL:
        return
    if item.combination is None and item.product.combinations:
        draft.note("STOCK_OF_COMBINATIONS", "the product's stock is that of its combinations; each needs an article of its own.")
        return
    if not look.is_counted:
        draft.note(
            "STOCK_NOT_COUNTED", "Hogia opened its balance at 0 and nobody has counted it; the shop's quantity is left until somebody does."
        )
        return
    row = _row(look, item.product.id, item.combination_id)
    if row is None:
        draft.note(
            "STOCK_ROW_MISSING", f"the shop has no stock row for it in shop {look.shop.id_shop}. Save the product in the back office."
        )
        return
    if row.depends_on_stock:
        draft.note(
            "STOCK_MANAGED_BY_SHOP", "advanced stock management computes its quantity. Switch it off for this product in the back office."
        )
        return
    left = int(look.available.to_integral_value(ROUND_FLOOR)) - look.pending
    if left < 0:
        draft.note("STOCK_NEGATIVE", f"{-left} more are sold than Hogia has available; the shop shows 0.")
    quantity = max(left, 0)
    # PrestaShop asks the product's own row what to do when a combination is used up (StockAvailable::outOfStock).
    rule_row = _row(look, item.product.id) or row
    behaviour = OUT_OF_STOCK.get(look.shop.products.out_of_stock)
    new_rule = behaviour if behaviour != rule_row.out_of_stock else None
    new_quantity = quantity if row.quantity != quantity else None
    if new_rule is not None and rule_row.id != row.id:
        draft.changes.append(SetStock(stock=rule_row, out_of_stock=new_rule))
        new_rule = None
    if new_quantity is not None or new_rule is not None:
        draft.changes.append(SetStock(stock=row, quantity=new_quantity, out_of_stock=new_rule))


def _row(look: ArticleLook, product: int, combination: int = 0) -> ShopStock | None:
    """This shop's row, or that of a group that shares its stock."""
    rows = [row for row in look.stocks if row.product_id == product and row.combination_id == combination]
    own = [row for row in rows if row.shop_id == look.shop.id_shop]
    return next(iter(own or [row for row in rows if row.shop_id == 0]), None)
