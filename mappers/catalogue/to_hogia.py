"""Shop → Hogia: what is to be done with the articles of one product. A plain function; it is the preview too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from mappers.catalogue.article_fields import Facts, differing, wanted_body
from mappers.catalogue.changes import CatalogueChange, PutArticle, SetReference
from mappers.catalogue.items import Item, Numbered, items_of, numbered
from mappers.catalogue.leads import Lead, Leader
from mappers.catalogue.model import ShopProduct
from mappers.catalogue.outcome import Notice, Outcome, Status, product_item
from mappers.catalogue.policy import FieldGroup
from mappers.catalogue.vat import TaxGroups, account_for
from mappers.changes import sequence_id
from mappers.connection import Connection, OrderPolicy, Shop
from mappers.flows.articles import folded
from mappers.hogia.model import HogiaArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The item that an article number was first taken for, in whichever shop of the connection."""

    shop: str
    item: str
    article_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductLook:
    """One product and what Hogia has of its numbers. `product` None: the shop has none with this id any more."""

    connection: Connection
    shop: Shop
    leads: Mapping[FieldGroup, Lead]
    product_id: int
    product: ShopProduct | None
    linked: Mapping[str, str] = field(default_factory=dict)  # folded number -> item of this product that it was linked to
    owners: Mapping[str, Owner] = field(default_factory=dict)  # folded number -> who has it
    twins: Mapping[str, Sequence[str]] = field(default_factory=dict)  # folded number -> other items of the shop that have it
    articles: Mapping[str, HogiaArticle] = field(default_factory=dict)  # folded number -> the article
    renumbered: Mapping[str, str] = field(default_factory=dict)  # folded number -> the number that its article has now
    option_texts: Mapping[int, str] = field(default_factory=dict)
    taxes: TaxGroups = field(default_factory=TaxGroups)
    language: int = 0
    creates: bool = False  # the initial synchronisation from the shop: what is missing in Hogia is made, whoever leads


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDecision:
    """What one item comes to. `links` says that its number is this item's from now on."""

    outcome: Outcome
    changes: tuple[CatalogueChange, ...] = ()
    links: bool = False
    gives_up: bool = False  # the shop does not sell it any more: another one that does may lead the article


def decide_product(look: ProductLook) -> tuple[ItemDecision, ...]:
    """A decision for each of the product's items, and for each number that is no longer one of them."""
    shop_leads = look.leads[FieldGroup.ARTICLE].leader is Leader.SHOP
    if not shop_leads and not look.creates:
        lead = look.leads[FieldGroup.ARTICLE]
        reason = lead.reason or f"in the flow {look.connection.flow} articles come from Hogia."
        return (_left(product_item(look.product_id), "", lead.code or "HOGIA_LEADS", reason),)
    items = items_of(look.product) if look.product is not None and not look.product.is_draft else ()
    numbers_here = [(folded(numbered(item, look.shop.products).number), item.name) for item in items]
    found = [_decide(look, item, siblings=numbers_here) for item in items]
    numbers = {folded(each.outcome.number) for each in found if each.outcome.number}
    if shop_leads:
        found += [_gone(look, number, item) for number, item in sorted(look.linked.items()) if number not in numbers]
    if not found:
        why = (
            "it is a draft that was never saved."
            if look.product is not None
            else "the shop has no such product, and no article was made of it."
        )
        found.append(_left(product_item(look.product_id), "", "PRODUCT_DRAFT" if look.product is not None else "PRODUCT_GONE", why))
    return tuple(found)


def _left(item: str, number: str, code: str, reason: str) -> ItemDecision:
    return ItemDecision(outcome=Outcome(item=item, number=number, status=Status.LEFT_OUT, code=code, reason=reason))


def _refused(item: str, number: str, code: str, reason: str) -> ItemDecision:
    return ItemDecision(outcome=Outcome(item=item, number=number, status=Status.REFUSED, code=code, reason=reason))


def _decide(look: ProductLook, item: Item, *, siblings: Sequence[tuple[str, str]]) -> ItemDecision:
    has = numbered(item, look.shop.products)
    if has.code:
        return _refused(item.name, "", has.code, has.reason)
    key = folded(has.number)
    twins = ({*look.twins.get(key, ())} | {name for number, name in siblings if number == key}) - {item.name}
    if twins:
        told = ", ".join(sorted(twins)[:5])
        reason = f"{told} {'has' if len(twins) == 1 else 'have'} the same reference (case and blanks do not count). Give each its own."
        return _refused(item.name, has.number, "SKU_DUPLICATE", reason)
    owner = look.owners.get(key)
    article = look.articles.get(key)
    if owner is not None and owner.shop != look.shop.key and article is not None:
        reason = f"linked by number; {owner.item} of {owner.shop} leads the article."
        return ItemDecision(
            outcome=Outcome(item=item.name, number=has.number, status=Status.UNCHANGED, code="LED_BY_OTHER_SHOP", reason=reason), links=True
        )
    if article is None and key in look.renumbered:
        reason = (
            f"its article has the number {look.renumbered[key]} in Hogia now. Give it the number {has.number} back there, or change the "
            "reference in the shop: a second article is not made."
        )
        return _refused(item.name, has.number, "ARTICLE_RENUMBERED", reason)
    if article is None and not item.product.is_active and not look.shop.products.inactive_products:
        return _left(item.name, has.number, "PRODUCT_INACTIVE", "it is switched off in the shop, and Hogia has no such article.")
    return _article(look, item, has, article)


def _article(look: ProductLook, item: Item, has: Numbered, article: HogiaArticle | None) -> ItemDecision:
    rate = look.taxes.rate(item.product.tax_rules_group)
    account = _account(look.shop.orders, has.number, rate, is_service=item.is_virtual) if rate is not None else None
    if account is None:
        what = (
            f"tax rules group {item.product.tax_rules_group} has no rule for {look.shop.country}"
            if rate is None
            else f"no account is set for {rate} %"
        )
        reason = f"its VAT rate is not known: {what}. Correct the product's tax rule, or orders.accounts in the settings."
        return _refused(item.name, has.number, "VAT_UNKNOWN", reason)
    facts = Facts(
        item=item,
        number=has.number,
        account=account,
        policy=look.shop.products,
        option_texts=look.option_texts,
        language=look.language,
        is_stock_article=look.leads[FieldGroup.STOCK].leader is Leader.HOGIA,
        article=article,
    )
    notices = _notices(item, facts)
    new_reference = (
        (SetReference(product_id=item.product.id, combination_id=item.combination_id, reference=has.number),) if has.is_new else ()
    )
    outcome = Outcome(
        item=item.name, number=has.number, status=Status.UNCHANGED, reason="linked by number; nothing differs.", notices=notices
    )
    if article is None:
        key = f"article/{folded(has.number)}"
        body = {**wanted_body(facts), "sequenceId": sequence_id(look.connection.hogia.organization_id, key)}
        change = PutArticle(number=has.number, body=body)
        made = replace(outcome, status=Status.CREATED, reason="the article is made.")
        return ItemDecision(outcome=made, changes=(*new_reference, change), links=True)
    led = frozenset(group for group, lead in look.leads.items() if lead.leader is Leader.SHOP)
    changed = differing(facts, led)
    gives_up = not item.product.is_active
    if not changed:
        return ItemDecision(outcome=outcome, changes=new_reference, links=True, gives_up=gives_up)
    status = Status.DEACTIVATED if changed.get("isActive") is False else Status.UPDATED
    update = PutArticle(number=has.number, body=changed, article_id=article.id, version=article.version, differs=tuple(changed))
    told = replace(outcome, status=status, reason=f"differs: {', '.join(changed)}.")
    return ItemDecision(outcome=told, changes=(*new_reference, update), links=True, gives_up=gives_up)


def _account(orders: OrderPolicy, number: str, rate: Decimal, *, is_service: bool) -> int | None:
    """Of sales at home; gift cards and exempt articles, sold at 0 %, have accounts of their own, as on the invoice."""
    if not rate and number in orders.gift_card_articles:
        return orders.accounts.gift_cards
    if not rate and number in orders.exempt_articles:
        return orders.exempt_articles[number]
    return account_for(rate, orders.accounts.sweden, is_service=is_service)


def _notices(item: Item, facts: Facts) -> tuple[Notice, ...]:
    found = []
    if item.price <= 0:
        found.append(Notice(code="PRICE_ZERO", message="its price in the shop is 0."))
    if len(item.ean) > 0 and "ean" not in wanted_body(facts):
        found.append(Notice(code="EAN_TOO_LONG", message="its EAN is longer than Hogia takes and is left out."))
    return tuple(found)


def _gone(look: ProductLook, number: str, item: str) -> ItemDecision:
    """A number that was this product's: its article is switched off, unless another item has taken the number over."""
    article = look.articles.get(number)
    owner = look.owners.get(number)
    if look.twins.get(number) or article is None or not article.is_active or (owner is not None and owner.shop != look.shop.key):
        why = "nothing of this product has the number any more; there is nothing to switch off in Hogia."
        return replace(_left(item, article.number if article else number, "ITEM_GONE", why), gives_up=True)
    change = PutArticle(
        number=article.number, body={"isActive": False}, article_id=article.id, version=article.version, differs=("isActive",)
    )
    reason = "nothing in the shop has this number any more; the article is made inactive, not deleted."
    outcome = Outcome(item=item, number=article.number, status=Status.DEACTIVATED, code="ITEM_GONE", reason=reason)
    return ItemDecision(outcome=outcome, changes=(change,), gives_up=True)
