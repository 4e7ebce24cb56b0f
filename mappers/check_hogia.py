"""Hogia's side of a check: sign-in, modules, financial year, accounts and their VAT, helper articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from mappers.check_model import Finding, HogiaFacts, Level
from mappers.connection import Connection, MissingArticle, OrderPolicy, RegionAccounts
from mappers.hogia.model import HogiaReference

REQUIRED_MODULES = ("Bookkeeping", "Invoicing")  # design.md 7
YEAR_ENDS_SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAccount:
    """An account that the settings name. `rate`: the VAT that its VAT code must say, percent; None where it may say anything."""

    number: int
    setting: str
    rate: Decimal | None = None
    level: Level = Level.ERROR  # of its absence: a warning where only some orders need it


Told = tuple[Level, str, str]


def hogia_findings(connection: Connection, facts: HogiaFacts, *, day: date) -> Iterator[Finding]:
    """Everything about the organisation."""
    for level, code, message in _told(connection, facts, day):
        yield Finding(level=level, code=code, message=message, subject="Hogia")


def _told(connection: Connection, facts: HogiaFacts, day: date) -> Iterator[Told]:
    for failure in facts.failures:
        yield Level.ERROR, failure.code, failure.message
    if facts.reference is not None:
        yield Level.OK, "HOGIA_ANSWERS", f"Hogia accepts the sign-in to the organisation {connection.hogia.organization_id}."
        yield from _modules(facts.modules)
        yield from _year(facts.reference, day)
        if facts.reference.financial_year is not None:
            yield from _accounts(connection, facts.reference)
    for shop in connection.shops:
        yield from _articles(shop.orders, facts, shop=shop.key)


def _modules(modules: frozenset[str] | None) -> Iterator[Told]:
    if modules is None:
        yield (
            Level.WARNING,
            "HOGIA_MODULES_UNKNOWN",
            "Hogia does not tell which modules the organisation has; Bookkeeping and Invoicing are needed.",
        )
        return
    missing = [name for name in REQUIRED_MODULES if name not in modules]
    if missing:
        yield (
            Level.ERROR,
            "HOGIA_MODULE_MISSING",
            f"the organisation lacks the module {' and '.join(missing)}. Order it from Hogia, or let its administrator switch it on.",
        )
    else:
        yield Level.OK, "HOGIA_MODULES", "the organisation has the modules Bookkeeping and Invoicing."


def _year(reference: HogiaReference, day: date) -> Iterator[Told]:
    year = reference.financial_year
    if year is None:
        yield Level.ERROR, "FINANCIAL_YEAR_MISSING", f"no financial year covers {day}. In Hogia: create or open the year."
    elif year.end - day <= YEAR_ENDS_SOON:
        yield Level.WARNING, "FINANCIAL_YEAR_ENDS", f"the financial year ends on {year.end}. In Hogia: create the next one in time."
    else:
        yield Level.OK, "FINANCIAL_YEAR", f"the financial year {year.start} to {year.end} covers today."


def _accounts(connection: Connection, reference: HogiaReference) -> Iterator[Told]:
    wanted = [account for shop in connection.shops for account in wanted_accounts(shop.orders)]
    told: set[tuple[int, str]] = set()
    wrong = False
    for account in wanted:
        if (account.number, account.setting) in told:
            continue
        told.add((account.number, account.setting))
        found = reference.accounts.get(account.number)
        if found is None or not found.is_active:
            wrong = True
            state = "is not in the chart" if found is None else "is inactive"
            yield (
                account.level,
                "ACCOUNT_MISSING",
                f"account {account.number} ({account.setting}) {state}. In Hogia: add or activate it, or set another account.",
            )
        elif account.rate is not None and (found.vat_percent or Decimal(0)) != account.rate:
            wrong = True
            said = "no VAT" if found.vat_percent is None else f"{_number(found.vat_percent)} % VAT"
            yield (
                Level.WARNING,
                "ACCOUNT_VAT_DIFFERS",
                (
                    f"account {account.number} ({account.setting}) has {said} in Hogia, the setting says {_number(account.rate)} %: its rows cannot refer to "
                    "their articles. In Hogia: correct the account's VAT code, or set another account."
                ),
            )
    if not wrong:
        yield (
            Level.OK,
            "ACCOUNTS",
            f"all {len({account.number for account in wanted})} accounts of the settings are in the chart and active.",
        )


def _number(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def wanted_accounts(policy: OrderPolicy) -> Iterator[WantedAccount]:
    """Every account a shop's settings name. What sales outside Sweden need is a warning: a shop may sell at home only."""
    accounts = policy.accounts
    yield from _region(accounts.sweden, "sweden", level=Level.ERROR, by_rate=True)
    yield from _region(accounts.eu_business, "eu_business", level=Level.WARNING, by_rate=True)
    yield from _region(accounts.export, "export", level=Level.WARNING, by_rate=True)
    # One account serves several rates there, so that its VAT code cannot match them all.
    yield from _region(accounts.eu_consumer, "eu_consumer", level=Level.WARNING, by_rate=False)
    for country, rates in accounts.oss.items():
        for rate, number in rates.items():
            yield WantedAccount(number=number, setting=f"accounts.oss.{country}.{rate}", level=_needed(policy.oss_registered))
    for rate, number in accounts.output_vat.items():
        yield WantedAccount(number=number, setting=f"accounts.output_vat.{rate}")
    yield WantedAccount(number=accounts.oss_vat, setting="accounts.oss_vat", level=_needed(policy.oss_registered))
    yield WantedAccount(number=accounts.rounding, setting="accounts.rounding", rate=Decimal(0))
    if policy.gift_card_articles or policy.gift_card_vouchers:
        yield WantedAccount(number=accounts.gift_cards, setting="accounts.gift_cards", rate=Decimal(0))
        yield WantedAccount(number=accounts.discounts_on_gift_cards, setting="accounts.discounts_on_gift_cards")
    if accounts.discounts is not None:
        yield WantedAccount(number=accounts.discounts, setting="accounts.discounts")
    for reference, number in policy.exempt_articles.items():
        yield WantedAccount(number=number, setting=f"exempt_articles.{reference}", rate=Decimal(0))
    for module, rule in policy.payments.items():
        yield WantedAccount(number=rule.account, setting=f"payments.{module}.account")
    yield WantedAccount(number=policy.default_payment.account, setting="default_payment.account")


def _needed(condition: bool) -> Level:  # noqa: FBT001
    return Level.ERROR if condition else Level.WARNING


def _rate(key: str) -> Decimal | None:
    """A rate table's key; None for one that is no number, which no order will ever ask for."""
    try:
        return Decimal(key)
    except InvalidOperation:
        return None


def _region(region: RegionAccounts, name: str, *, level: Level, by_rate: bool) -> Iterator[WantedAccount]:
    tables: Mapping[str, Mapping[str, int]] = {"goods": region.goods, "services": region.services}
    for table, numbers in tables.items():
        for rate, number in numbers.items():
            yield WantedAccount(
                number=number, setting=f"accounts.{name}.{table}.{rate}", rate=_rate(rate) if by_rate else None, level=level
            )
    yield WantedAccount(number=region.freight, setting=f"accounts.{name}.freight", level=level)
    yield WantedAccount(number=region.fee, setting=f"accounts.{name}.fee", level=level)


def helper_articles(policy: OrderPolicy) -> dict[str, str]:
    """Setting → number of the articles that rows without a product use."""
    named = {
        "freight_article": policy.freight_article,
        "fee_article": policy.fee_article,
        "discount_article": policy.discount_article,
        "wrapping_article": policy.wrapping_article,
        **{f"freight_articles.{carrier}": number for carrier, number in policy.freight_articles.items()},
    }
    return {setting: number.strip() for setting, number in named.items() if number.strip()}


def _articles(policy: OrderPolicy, facts: HogiaFacts, *, shop: str) -> Iterator[Told]:
    wrong = False
    asked = {setting: number for setting, number in helper_articles(policy).items() if number.casefold() in facts.articles}
    becomes = {
        MissingArticle.PARK: (Level.ERROR, "orders that need it are parked"),
        MissingArticle.CREATE: (Level.OK, "it is created with the first order that needs it"),
        MissingArticle.TEMPORARY_LINE: (Level.WARNING, "its rows go as temporary lines, without an article"),
    }
    for setting, number in asked.items():
        article = facts.articles[number.casefold()]
        if article is None or not article.is_active:
            wrong = True
            level, consequence = becomes[policy.missing_article]
            state = "does not exist" if article is None else "is inactive"
            yield (
                level,
                "HELPER_ARTICLE_MISSING",
                f"article {number} ({shop}: {setting}) {state}: {consequence}. In Hogia: create or activate it.",
            )
    if asked and not wrong:
        yield Level.OK, "HELPER_ARTICLES", f"{shop}: the articles {', '.join(dict.fromkeys(asked.values()))} exist."
