"""What a check says about facts: the right code for each thing that can be wrong, and what to click."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mappers.canonical import Currency, OrderState
from mappers.catalogue.leads import leads
from mappers.check import Failure, Finding, HogiaFacts, Level, ShopFacts, findings, worst
from mappers.check_hogia import wanted_accounts
from mappers.check_shop import READ, shop_findings
from mappers.connection import Connection, Flow, HogiaOrganisation, MissingArticle, OrderPolicy, OrderStatusRule, Shop
from mappers.hogia.model import FinancialYear, HogiaAccount, HogiaArticle, HogiaReference
from mappers.prestashop.reference import ShopReference

DAY = date(2026, 6, 15)
HELPERS = ("fraktavg", "expavg", "rabatt")


def state(ident: int, name: str, *, paid: bool) -> OrderState:
    return OrderState(id=ident, name=name, paid=paid, logable=paid, invoice=paid, shipped=False, delivery=False)


STATES = {
    1: state(1, "Awaiting check payment", paid=False),
    2: state(2, "Payment accepted", paid=True),
    6: state(6, "Canceled", paid=False),
}


def shop(**orders: Any) -> Shop:
    return Shop(key="acme-se", url="https://shop.example", orders=OrderPolicy(**orders))


def shop_facts(configured: Shop, **more: Any) -> ShopFacts:
    facts = ShopFacts(
        shop=configured,
        version="9.1.4",
        clock_ahead_seconds=-1.0,
        permissions={name: frozenset({"get", "head"}) for name in READ},
        reference=ShopReference(
            currencies={1: Currency(id=1, code="SEK")}, states=STATES, time_zone="Europe/Stockholm", default_currency_id=1
        ),
        has_webhook_secret=True,
        webhook_address="https://bridge.example/webhooks/prestashop/acme-se",
    )
    return replace(facts, **more)


def chart(policy: OrderPolicy) -> Mapping[int, HogiaAccount]:
    """Every account that the settings name, with the VAT they expect."""
    return {
        wanted.number: HogiaAccount(number=wanted.number, is_active=True, vat_percent=wanted.rate or None)
        for wanted in wanted_accounts(policy)
    }


def hogia_facts(configured: Shop, **more: Any) -> HogiaFacts:
    facts = HogiaFacts(
        modules=frozenset({"Bookkeeping", "Invoicing"}),
        reference=HogiaReference(
            currencies=frozenset({"SEK"}),
            financial_year=FinancialYear(id="y", start=date(2026, 1, 1), end=date(2026, 12, 31)),
            accounts=chart(configured.orders),
        ),
        articles={number: HogiaArticle(id=number, number=number) for number in HELPERS},
    )
    return replace(facts, **more)


def checked(
    configured: Shop, *, of_shop: dict[str, Any] | None = None, of_hogia: dict[str, Any] | None = None, day: date = DAY
) -> list[Finding]:
    connection = Connection(key="acme", name="Acme AB", hogia=HogiaOrganisation(organization_id="org"), shops=(configured,))
    facts = hogia_facts(configured, **(of_hogia or {}))
    return list(findings(connection, [shop_facts(configured, **(of_shop or {}))], facts, day=day))


def wrong(found: list[Finding]) -> list[tuple[str, str]]:
    return [(f.level.value, f.code) for f in found if f.level is not Level.OK]


def reference(**more: Any) -> ShopReference:
    known = shop_facts(shop()).reference
    assert known is not None
    return replace(known, **more)


def books(**more: Any) -> HogiaReference:
    known = hogia_facts(shop()).reference
    assert known is not None
    return replace(known, **more)


def test_a_connection_without_a_mistake_has_only_good_lines() -> None:
    found = checked(shop())

    assert wrong(found) == []
    assert worst(found) is Level.OK
    assert {f.code for f in found} >= {
        "SHOP_ANSWERS",
        "SHOP_KEY_COMPLETE",
        "CLOCK_AGREES",
        "TRANSFER_STATES",
        "WEBHOOK",
        "ACCOUNTS",
        "HELPER_ARTICLES",
    }


def test_a_resource_the_key_lacks_is_named_with_where_to_tick_it() -> None:
    permissions = {name: frozenset({"get"}) for name in READ if name != "order_slip"}

    found = checked(shop(), of_shop={"permissions": permissions})

    lacks = [f for f in found if f.level is Level.ERROR]
    assert [f.code for f in lacks] == ["SHOP_KEY_LACKS_RESOURCE"]
    assert "GET on order_slip" in lacks[0].message
    assert "Advanced Parameters > Webservice" in lacks[0].message


def test_settings_that_write_to_the_shop_need_the_permission_to() -> None:
    configured = replace(shop(), order_status=(OrderStatusRule(hogia="delivered", state=2, tracking=True),))

    messages = [f.message for f in checked(configured) if f.code == "SHOP_KEY_LACKS_RESOURCE"]

    assert [("POST on order_histories" in m) or ("GET and PATCH on order_carriers" in m) for m in messages] == [True, True]


def test_prestashop_sixteens_name_for_vouchers_is_accepted() -> None:
    permissions = {name.replace("order_cart_rules", "order_discounts"): frozenset({"get"}) for name in READ}

    assert wrong(checked(shop(), of_shop={"permissions": permissions, "version": "1.6.1.24"})) == [("warning", "SHOP_VERSION_OLD")]


@pytest.mark.parametrize(
    ("ahead", "level", "code"),
    [(0.0, "ok", "CLOCK_AGREES"), (31.0, "warning", "CLOCK_DIFFERS"), (-31.0, "warning", "CLOCK_DIFFERS"), (300.0, "error", "CLOCK_WRONG")],
)
def test_a_wrong_clock_is_told_before_it_refuses_webhooks(ahead: float, level: str, code: str) -> None:
    found = checked(shop(), of_shop={"clock_ahead_seconds": ahead})

    assert (level, code) in [(f.level.value, f.code) for f in found]


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ({"transfer_states": (2,)}, []),
        ({"transfer_states": (1, 2)}, [("warning", "TRANSFER_STATE_NOT_PAID")]),
        ({"transfer_states": (2, 77)}, [("error", "STATE_UNKNOWN")]),
        ({"cancel_states": (78,)}, [("warning", "STATE_UNKNOWN")]),
        ({"hold_states": (79,)}, [("warning", "STATE_UNKNOWN")]),
    ],
)
def test_states_in_the_settings_exist_and_transfer_states_are_paid(orders: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert wrong(checked(shop(**orders))) == expected


def test_a_shop_without_any_paid_state_transfers_nothing() -> None:
    found = checked(shop(), of_shop={"reference": reference(states={1: STATES[1], 6: STATES[6]})})

    assert wrong(found) == [("error", "TRANSFER_STATES_NONE")]


@pytest.mark.parametrize(
    ("of_shop", "expected"),
    [
        ({"reference": reference(tax_by_invoice_address=True)}, ("warning", "TAX_BY_INVOICE_ADDRESS")),
        ({"has_webhook_secret": False}, ("warning", "WEBHOOK_SECRET_MISSING")),
        ({"address_is_public": False}, ("warning", "PUBLIC_URL_UNSET")),
        ({"failures": (Failure(code="SHOP_KEY_REFUSED", message="check the key"),)}, ("error", "SHOP_KEY_REFUSED")),
    ],
)
def test_what_else_can_be_wrong_in_a_shop(of_shop: dict[str, Any], expected: tuple[str, str]) -> None:
    assert wrong(checked(shop(), of_shop=of_shop)) == [expected]


def test_the_default_currency_must_be_known_to_hogia_and_others_should() -> None:
    currencies = {1: Currency(id=1, code="SEK"), 2: Currency(id=2, code="EUR")}

    another = checked(shop(), of_shop={"reference": reference(currencies=currencies)})
    default = checked(shop(), of_shop={"reference": reference(currencies=currencies, default_currency_id=2)})

    assert (wrong(another), wrong(default)) == ([("warning", "CURRENCY_NOT_REGISTERED")], [("error", "CURRENCY_NOT_REGISTERED")])


@pytest.mark.parametrize(
    ("of_hogia", "expected"),
    [
        ({"modules": frozenset({"Bookkeeping"})}, ("error", "HOGIA_MODULE_MISSING")),
        ({"modules": None}, ("warning", "HOGIA_MODULES_UNKNOWN")),
        ({"reference": books(financial_year=None)}, ("error", "FINANCIAL_YEAR_MISSING")),
        (
            {"reference": None, "articles": {}, "failures": (Failure(code="HOGIA_SIGN_IN_REFUSED", message="m"),)},
            ("error", "HOGIA_SIGN_IN_REFUSED"),
        ),
    ],
)
def test_what_can_be_wrong_in_hogia(of_hogia: dict[str, Any], expected: tuple[str, str]) -> None:
    assert wrong(checked(shop(), of_hogia=of_hogia)) == [expected]


def test_the_end_of_the_financial_year_is_announced() -> None:
    assert wrong(checked(shop(), day=date(2026, 12, 20))) == [("warning", "FINANCIAL_YEAR_ENDS")]


@pytest.mark.parametrize(
    ("number", "account", "expected"),
    [
        (3001, None, ("error", "ACCOUNT_MISSING")),
        (3001, HogiaAccount(number=3001, is_active=False, vat_percent=Decimal(25)), ("error", "ACCOUNT_MISSING")),
        (3002, HogiaAccount(number=3002, is_active=True, vat_percent=Decimal(25)), ("warning", "ACCOUNT_VAT_DIFFERS")),
        (3002, HogiaAccount(number=3002, is_active=True, vat_percent=None), ("warning", "ACCOUNT_VAT_DIFFERS")),
        (3105, None, ("warning", "ACCOUNT_MISSING")),
        (2611, None, ("error", "ACCOUNT_MISSING")),
        (2670, None, ("warning", "ACCOUNT_MISSING")),
    ],
)
def test_an_account_must_be_there_be_active_and_have_the_settings_vat(
    number: int, account: HogiaAccount | None, expected: tuple[str, str]
) -> None:
    accounts = {**chart(OrderPolicy()), number: account}
    present = {n: a for n, a in accounts.items() if a is not None}

    found = checked(shop(), of_hogia={"reference": books(accounts=present)})

    assert wrong(found) == [expected]
    assert str(number) in next(f.message for f in found if f.code == expected[1])


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (MissingArticle.PARK, [("error", "HELPER_ARTICLE_MISSING")]),
        (MissingArticle.TEMPORARY_LINE, [("warning", "HELPER_ARTICLE_MISSING")]),
        (MissingArticle.CREATE, []),
    ],
)
def test_a_missing_helper_article_is_as_bad_as_the_rule_makes_it(rule: MissingArticle, expected: list[tuple[str, str]]) -> None:
    articles = {number: HogiaArticle(id=number, number=number) for number in HELPERS} | {"fraktavg": None}

    assert wrong(checked(shop(missing_article=rule), of_hogia={"articles": articles})) == expected


@pytest.mark.parametrize(
    ("flow", "lacking"),
    [
        ("prestashop_leads", {"combinations", "product_options", "product_option_values", "tax_rules", "tax_rule_groups"}),
        ("combo", {"products", "combinations", "specific_prices", "stock_availables"}),
    ],
)
def test_key_that_lacks_what_the_catalogue_needs_is_warned_of(flow: str, lacking: set[str]) -> None:
    configured = shop()
    connection = Connection(key="acme", name="Acme", flow=Flow(flow), hogia=HogiaOrganisation(organization_id="o"), shops=(configured,))

    found = shop_findings(shop_facts(configured, leads=leads(connection, configured)), hogia_currencies=None)

    (warning,) = [each for each in found if each.code == "SHOP_KEY_LACKS_CATALOGUE"]
    assert warning.level is Level.WARNING
    assert all(f"on {resource}" in warning.message for resource in lacking)
