"""What things cost in an order: article and freight prices in its currency, the taxes of the delivery country, vouchers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.sandbox.prestashop import shops
from app.sandbox.prestashop.catalogue import BY_REFERENCE, CARRIERS, RATES, RULES, TAX_RATES, TAX_RULES, Article
from app.sandbox.prestashop.checkout import HUNDRED, NOTHING, SIX, ZERO, CartLine, Money, Rule
from app.sandbox.prestashop.offers import Buyer, offer
from app.sandbox.prestashop.scenario import Item, Scenario
from app.sandbox.prestashop.stock import article_ids

if TYPE_CHECKING:
    from app.sandbox.prestashop.state import ShopState

GROUPS = {(False, False): 3, (True, False): 2, (False, True): 4, (True, True): 4}  # guest, business -> the customer's default group
EXEMPTED = 0  # the tax id of a row that a module has made exempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """An item with its article, price and tax. `tax`: None without a rule for the country, 0 exempted, else the tax's id."""

    item: Item
    article: Article
    option: tuple[int, str] | None  # combination id and text
    unit: Money
    original: Decimal
    tax: int | None
    customization: int = 0
    reduction: Money = NOTHING  # of a specific price that takes off an amount

    @property
    def line(self) -> CartLine:
        return CartLine(product=self.article.id, quantity=self.item.quantity, unit=self.unit)


def tax_of(group: int, scenario: Scenario) -> int | None:
    """The tax that the delivery country's rule gives."""
    found = TAX_RULES.get(group, {}).get(scenario.place.country)
    return EXEMPTED if found is not None and scenario.vat_exempt else found


def with_vat(excl: Decimal, tax: int | None) -> Money:
    rate = TAX_RATES[tax] if tax else ZERO
    return Money(excl=excl, incl=excl * (1 + rate / HUNDRED))


def article_of(state: ShopState, reference: str, *, shop: int, language: int) -> tuple[Article, tuple[int, str] | None]:
    """The article as the shop's records have it and, where the reference is a combination's, that one's id and text."""
    product_id, combination_id = article_ids(state, reference)
    record = shops.seen_from(state, "products", state.get("products", product_id), shop)
    article = Article(
        id=product_id,
        reference=str(record["reference"]),
        name=in_language(record["name"], language),
        price=Decimal(str(record["price"])),
        group=int(record["id_tax_rules_group"] or 0),
        ecotax=Decimal(str(record["ecotax"] or 0)),
        virtual=str(record["is_virtual"]) == "1",
        customizable=str(record["customizable"]) == "1",
        weight=Decimal(str(record["weight"] or 0)),
        cost=Decimal(str(record["wholesale_price"] or 0)),
        ean13=str(record["ean13"]),
    )
    return article, (combination_id, option_text(state, combination_id, language)) if combination_id else None


def in_language(texts: Sequence[Mapping[str, Any]], language: int) -> str:
    """A record's text in a language."""
    return next((str(text["value"]) for text in texts if int(text["id"]) == language), "")


def option_text(state: ShopState, combination: int, language: int) -> str:
    """`Storlek: S - Färg: Röd`, as a row of an order names the combination."""
    found = []
    for row in state.get("combinations", combination).get("associations", {}).get("product_option_values", ()):
        value = state.get("product_option_values", int(row["id"]))
        option = state.get("product_options", int(value["id_attribute_group"]))
        found.append(f"{in_language(option['public_name'], language)}: {in_language(value['name'], language)}")
    return " - ".join(found)


def priced(state: ShopState, item: Item, scenario: Scenario, *, shop: int) -> Priced:
    """Unit price in the order's currency: catalogue price less campaign, plus ecotax, plus VAT; six decimals on both sides."""
    article, option = article_of(state, item.reference, shop=shop, language=scenario.person.language)
    tax = tax_of(article.group, scenario)
    rate = RATES[scenario.currency]
    group = GROUPS[scenario.person.guest, scenario.person.business]
    buyer = Buyer(shop=shop, country=scenario.place.country, currency=scenario.currency, group=group, quantity=item.quantity)
    product = shops.seen_from(state, "products", state.get("products", article.id), shop)
    combination = shops.seen_from(state, "combinations", state.get("combinations", option[0]), shop) if option else None
    found = offer(state, product, combination, buyer=buyer, at=state.clock(), rate=TAX_RATES[tax] if tax else ZERO)
    excl = ((found.net + article.ecotax) * rate).quantize(SIX)
    unit = with_vat(excl, tax)
    original = ((found.ordinary + article.ecotax) * rate).quantize(SIX)
    return Priced(
        item=item,
        article=replace(article, campaign_percent=found.percent),
        option=option,
        unit=Money(excl=excl, incl=unit.incl.quantize(SIX)),
        original=original,
        tax=tax,
        reduction=found.amount.times(rate),
    )


def freight(carrier: int, scenario: Scenario) -> tuple[Money, int | None]:
    """A carrier's charge in the order's currency, unrounded, and its tax."""
    if carrier == 0:
        return NOTHING, None
    _, _, price, group, _ = next(row for row in CARRIERS if row[0] == carrier)
    tax = tax_of(group, scenario)
    return with_vat(price * RATES[scenario.currency], tax), tax


def voucher_rules(scenario: Scenario) -> list[Rule]:
    """The scenario's vouchers with amounts in the order's currency."""
    rate = RATES[scenario.currency]
    found = []
    for code in scenario.vouchers:
        rule = RULES[code]
        found.append(
            Rule(
                percent=rule.percent,
                amount=rule.amount * rate,
                amount_incl=rule.amount_incl,
                free_shipping=rule.free_shipping,
                gift_product=BY_REFERENCE[rule.gift].id if rule.gift else 0,
                product=BY_REFERENCE[rule.product].id if rule.product else 0,
            )
        )
    return found
