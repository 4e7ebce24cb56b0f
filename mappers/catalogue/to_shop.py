"""Hogia → shop: what is to be done with the product or combination of one article. A plain function; it is the preview too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from mappers.catalogue.changes import (
    AdoptProduct,
    CreateProduct,
    DropSpecificPrice,
    ItemLink,
    SetReference,
    UpdateCombination,
    UpdateProduct,
)
from mappers.catalogue.items import Item
from mappers.catalogue.look import ArticleDecision, ArticleLook, Draft
from mappers.catalogue.outcome import Outcome, Status, article_item
from mappers.catalogue.policy import FieldGroup, ProductField
from mappers.catalogue.price_rule import draft_price
from mappers.catalogue.prices import Prices, resolve
from mappers.catalogue.product_fields import ArticleFacts, followed, made_fields
from mappers.catalogue.stock_rule import draft_stock
from mappers.hogia.model import HogiaArticle
from mappers.snapshot import Known

REFUSED_IN_NUMBERS = frozenset("<>;={}|[]")  # PrestaShop's isReference, and what its filters read as their own
SWITCHED_OFF = "switched_off"  # in an item's memory: it was us


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


def _is_for_sale(article: HogiaArticle) -> bool:
    return article.is_active and article.is_webshop_article


def _without_article(look: ArticleLook) -> ArticleDecision:
    """Hogia deletes no article by itself; one that is gone is taken for inactive where Hogia leads and we made or followed the product."""
    if len(look.found) == 1 and look.hogia_leads(FieldGroup.ARTICLE):
        draft = _draft(look, look.found[0])
        if draft.link.article_id:
            _switch(look, look.found[0], draft, on=False)
            return _closed(look, look.number, look.found[0], draft, code="ARTICLE_GONE", why="Hogia no longer has the article.")
    return _ended(look, look.number, Status.LEFT_OUT, "ARTICLE_MISSING", "Hogia has no such article.")


def _missing(look: ArticleLook, article: HogiaArticle, prices: Prices) -> ArticleDecision:
    makes = look.hogia_leads(FieldGroup.ARTICLE) or look.creates
    if makes and REFUSED_IN_NUMBERS & set(article.number) and _is_for_sale(article):
        reason = (
            "the shop takes no reference with < > ; = { } and cannot be asked for one with | [ ]. Change the article's number in Hogia."
        )
        return _ended(look, article.number, Status.REFUSED, "NUMBER_UNUSABLE", reason)
    if look.former is not None and look.hogia_leads(FieldGroup.ARTICLE):
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
    if not look.has_category:
        return ("CATEGORY_MISSING", f"the shop has no category {policy.category} for it. Set products.category to one that it has.")
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
    if look.made is not None and look.made.state in {Known.INTENT, Known.UNKNOWN}:
        draft.changes.append(AdoptProduct(key=look.create_key, product_id=item.product.id))
    if not _is_for_sale(article):
        why = "it is inactive in Hogia." if not article.is_active else "it is no webshop article."
        if draft.link.article_id:
            if look.hogia_leads(FieldGroup.ARTICLE):
                _switch(look, item, draft, on=False)
            if look.hogia_leads(FieldGroup.STOCK):
                # What cannot be switched off, a combination or a product that the shop leads, must not sell what is not there.
                draft_stock(look, article, item, draft)
        return _closed(look, article.number, item, draft, code="NOT_FOR_THE_SHOP", why=why)
    if look.hogia_leads(FieldGroup.ARTICLE):
        _follow(look, article, item, prices, draft)
    if look.hogia_leads(FieldGroup.PRICE):
        draft_price(look, item, prices, draft)
    if look.hogia_leads(FieldGroup.STOCK):
        draft_stock(look, article, item, draft)
    return _closed(look, article.number, item, draft, again_at=prices.next_change if look.hogia_leads(FieldGroup.PRICE) else None)


def _draft(look: ArticleLook, item: Item) -> Draft:
    """What is remembered, where it is of this item.

    When the merchant has moved the number to another one, nothing there was written by us, and what we set on the former is taken away.
    """
    link = look.link or ItemLink()
    if not link.product_id or (link.product_id, link.combination_id) == (item.product.id, item.combination_id):
        return Draft(link=link, written=dict(link.written), owned=link.owned)
    if not look.hogia_leads(FieldGroup.PRICE):
        return Draft(link=ItemLink(), owned=link.owned)
    return Draft(link=ItemLink(), changes=[DropSpecificPrice(specific_price_id=ident) for ident in sorted(link.owned)])


def _closed(
    look: ArticleLook, number: str, item: Item, draft: Draft, *, code: str = "", why: str = "", again_at: datetime | None = None
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


def _switch(look: ArticleLook, item: Item, draft: Draft, *, on: bool) -> None:
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


def _follow(look: ArticleLook, article: HogiaArticle, item: Item, prices: Prices, draft: Draft) -> None:
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
