from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from mappers.catalogue.vat import TaxGroups, account_for, article_rate, tax_groups
from mappers.connection import Accounts, RegionAccounts
from mappers.hogia.model import HogiaAccount, HogiaReference
from tests.mappers.catalogue.looks import make_article

D = Decimal
SWEDEN, NORWAY = 18, 23
HOME = Accounts().sweden
SERVICES = RegionAccounts(goods={"25": 3001, "6": 3003}, services={"25": 3301}, freight=3520, fee=3540)


def reference(accounts: Mapping[int, int | None]) -> HogiaReference:
    chart = {
        number: HogiaAccount(number=number, is_active=True, vat_percent=None if rate is None else D(rate))
        for number, rate in accounts.items()
    }
    return HogiaReference(currencies=frozenset(), financial_year=None, accounts=chart)


def test_a_group_has_the_rate_of_its_rule_for_the_shops_country() -> None:
    assert tax_groups([(1, SWEDEN, 5), (1, NORWAY, 6)], {5: D(25), 6: D(0)}, country=SWEDEN).rate(1) == 25


def test_the_countrys_own_rule_goes_before_one_for_everywhere_in_any_order() -> None:
    rules = [(1, 0, 6), (1, SWEDEN, 5)]

    assert tax_groups(rules, {5: D(25), 6: D(12)}, country=SWEDEN) == tax_groups(rules[::-1], {5: D(25), 6: D(12)}, country=SWEDEN)
    assert tax_groups(rules, {5: D(25), 6: D(12)}, country=SWEDEN).rate(1) == 25


def test_a_rule_for_everywhere_holds_where_the_country_has_none() -> None:
    assert tax_groups([(1, 0, 6)], {6: D(12)}, country=SWEDEN).rate(1) == 12


def test_a_group_without_a_rule_for_the_country_has_no_rate() -> None:
    assert tax_groups([(1, NORWAY, 5)], {5: D(25)}, country=SWEDEN).rate(1) is None


def test_group_0_is_no_vat() -> None:
    assert TaxGroups().rate(0) == 0


def test_a_rule_without_a_tax_is_no_vat() -> None:
    assert tax_groups([(4, SWEDEN, 0)], {}, country=SWEDEN).rate(4) == 0


def test_a_tax_that_the_shop_does_not_tell_is_not_taken_for_no_vat() -> None:
    assert tax_groups([(4, SWEDEN, 99), (4, 0, 5)], {5: D(25)}, country=SWEDEN).rate(4) is None


GROUPS = TaxGroups(rates={7: D("25.000"), 3: D(25), 2: D(12)})


@pytest.mark.parametrize(
    ("rate", "configured", "group"),
    [
        ("25", {}, 3),
        ("12.0", {}, 2),
        ("25", {"25": 7}, 7),
        ("25.000", {"25": 7}, 7),
        ("0", {}, 0),
        ("0", {"0": 9}, 9),
        ("6", {}, None),
    ],
)
def test_the_group_of_a_rate_is_the_configured_one_else_the_lowest_that_gives_it(
    rate: str, configured: dict[str, int], group: int | None
) -> None:
    assert GROUPS.group(D(rate), configured) == group


def test_a_group_of_0_percent_goes_before_none_at_all() -> None:
    assert TaxGroups(rates={8: D(0)}).group(D(0), {}) == 8


@pytest.mark.parametrize(
    ("rate", "is_service", "account"),
    [("25", False, 3001), ("25.000", False, 3001), ("25", True, 3301), ("6", True, 3003), ("12", False, None), ("12", True, None)],
)
def test_the_account_of_a_rate_is_that_of_services_or_goods(rate: str, *, is_service: bool, account: int | None) -> None:
    assert account_for(D(rate), SERVICES, is_service=is_service) == account


@pytest.mark.parametrize(
    ("account", "chart", "rate"),
    [
        (3001, {3001: 25}, 25),
        (3001, {3001: 12}, 12),  # the chart decides what Hogia will compute
        (3001, {3001: None}, 25),  # no VAT code on the account: as the settings say
        (3001, {}, 25),
        (3004, {3004: None}, 0),
        (3990, {3990: None}, 0),  # an account without VAT code is one without VAT
        (3990, {}, None),
    ],
)
def test_an_articles_rate_follows_from_its_account(account: int, chart: dict[int, int | None], rate: int | None) -> None:
    article = make_article(sales_accounts={"NationalSales": account, "EuSales": 3108})

    assert article_rate(article, reference(chart), HOME) == rate


def test_an_article_without_an_account_at_home_has_no_rate() -> None:
    assert article_rate(make_article(sales_accounts={"EuSales": 3108}), reference({3108: 0}), HOME) is None
