"""What things cost in an order: article and freight prices in its currency, the taxes of the delivery country, vouchers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.sandbox.prestashop.catalogue import ARTICLES, BY_REFERENCE, CARRIERS, RATES, RULES, TAX_RATES, TAX_RULES, Article
from app.sandbox.prestashop.checkout import HUNDRED, NOTHING, SIX, ZERO, CartLine, Money, Rule
from app.sandbox.prestashop.scenario import Item, Scenario

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


def article_of(reference: str) -> tuple[Article, tuple[int, str] | None]:
    """The article and, where the reference is a combination's, that one's id and text."""
    if reference in BY_REFERENCE:
        return BY_REFERENCE[reference], None
    number = 0
    for article in ARTICLES:
        for option, text in article.options:
            number += 1
            if option == reference:
                return article, (number, text)
    raise KeyError(reference)


def priced(item: Item, scenario: Scenario) -> Priced:
    """Unit price in the order's currency: catalogue price less campaign, plus ecotax, plus VAT; six decimals on both sides."""
    article, option = article_of(item.reference)
    tax = tax_of(article.group, scenario)
    rate = RATES[scenario.currency]
    net = article.price * (1 - article.campaign_percent / HUNDRED) + article.ecotax
    excl = (net * rate).quantize(SIX)
    unit = with_vat(excl, tax)
    original = ((article.price + article.ecotax) * rate).quantize(SIX)
    return Priced(
        item=item, article=article, option=option, unit=Money(excl=excl, incl=unit.incl.quantize(SIX)), original=original, tax=tax
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
