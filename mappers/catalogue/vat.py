"""VAT between the two sides: an article's follows from its sales account (hogia.md 3.5), a product's from its tax rules group (prestashop.md 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mappers.connection import RegionAccounts
from mappers.hogia.article import SalesAccountType
from mappers.hogia.model import HogiaArticle, HogiaReference
from mappers.invoice.money import rate_key


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxGroups:
    """The shop's tax rules groups in its own country. Group 0 is "no tax" and always there."""

    rates: Mapping[int, Decimal] = field(default_factory=dict)  # group -> percent
    usable: frozenset[int] | None = None  # groups that new products may have; None: every one
    varying: frozenset[int] = frozenset()  # groups whose rate depends on the buyer's country: digital services in the EU

    def rate(self, group: int) -> Decimal | None:
        """Percent, or None for a group without a rule for the country."""
        return Decimal(0) if group == 0 else self.rates.get(group)

    def group(self, rate: Decimal, configured: Mapping[str, int]) -> int | None:
        """The group for a rate: the configured one, else the lowest that gives it; 0 for no VAT; None where the shop has none.

        One that gives every country the same rate goes before one that does not.
        """
        chosen = configured.get(rate_key(rate))
        if chosen is not None:
            return chosen
        found = [group for group, percent in self.rates.items() if percent == rate and (self.usable is None or group in self.usable)]
        return min(found, key=lambda group: (group in self.varying, group)) if found else 0 if rate == 0 else None


def tax_groups(rules: Sequence[tuple[int, int, int]], taxes: Mapping[int, Decimal], *, country: int) -> TaxGroups:
    """From (group, country, tax) of each tax rule. A rule of country 0 holds everywhere; one of the country itself goes before it.

    Tax 0 is "no tax". A tax that the shop does not tell leaves the group without a rate: taken for 0 % it would be sold without VAT.
    """
    rates: dict[int, tuple[int, Decimal | None]] = {}
    for group, of_country, tax in rules:
        if of_country not in {0, country}:
            continue
        rank = 1 if of_country == country else 0
        if group not in rates or rank > rates[group][0]:
            rates[group] = (rank, taxes.get(tax) if tax else Decimal(0))
    seen: dict[int, set[Decimal | None]] = {}
    for group, _, tax in rules:
        seen.setdefault(group, set()).add(taxes.get(tax) if tax else Decimal(0))
    return TaxGroups(
        rates={group: rate for group, (_, rate) in rates.items() if rate is not None},
        varying=frozenset(group for group, found in seen.items() if len(found) > 1),
    )


def account_for(rate: Decimal, home: RegionAccounts, *, is_service: bool) -> int | None:
    """The sales account at home for a rate; None where the settings name none."""
    key = rate_key(rate)
    return (home.services.get(key) if is_service else None) or home.goods.get(key)


def article_rate(article: HogiaArticle, reference: HogiaReference, home: RegionAccounts) -> Decimal | None:
    """The VAT percentage of a sale at home: what the chart says of the article's account, else what the settings say of it."""
    number = article.sales_accounts.get(SalesAccountType.NATIONAL)
    if number is None:
        return None
    account = reference.accounts.get(number)
    if account is not None and account.vat_percent is not None:
        return account.vat_percent
    by_account = {number: Decimal(rate) for rates in (home.services, home.goods) for rate, number in rates.items()}
    return by_account.get(number, Decimal(0) if account is not None else None)
