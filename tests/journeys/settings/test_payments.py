"""What a payment module means to the books: each part of its rule left out, and set."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.sandbox.prestashop.scenarios import BY_SLUG
from tests.journeys.settings.proofs import proves
from tests.journeys.settings.selling import PLAIN, buy, head, line, payments, replace, sold, texts
from tests.world import World

FEE = BY_SLUG["fee-in-totals"]  # 29.00 incl. 25 % VAT on top of 448.00, by klarnapayment, nowhere but in the totals


def rule(**values: Any) -> dict[str, Any]:
    return {"payments": {"klarnapayment": values}}


@proves("OrderPolicy.payments", "OrderPolicy.default_payment", "PaymentRule.account")
@pytest.mark.parametrize(
    ("module", "orders", "account"),
    [
        ("klarnapayment", {}, 1580),
        ("ps_wirepayment", {}, 1930),
        ("ps_checkpayment", {}, 1930),
        ("ps_cashondelivery", {}, 1580),
        ("klarnapayment", rule(account=1582), 1582),
        ("ps_wirepayment", rule(account=1582), 1930),
        ("swish", {"default_payment": {"account": 1583}}, 1583),
        ("ps_wirepayment", {"default_payment": {"account": 1583}}, 1930),
        ("swish", {"payments": {"Swish": {"account": 1583}}}, 1583),
    ],
)
async def test_payment_is_registered_on_its_modules_account(bridge: World, module: str, orders: dict[str, Any], account: int) -> None:
    invoice = await sold(bridge, replace(PLAIN, module=module), **orders)

    assert [(each["paymentAccountNumber"], each["amount"]) for each in payments(invoice)] == [(account, Decimal("448.00"))]
    assert invoice["amountLeftToPay"] == 0


@proves("PaymentRule.register", "RegisterPayment.WHEN_PAID", "RegisterPayment.NEVER")
@pytest.mark.parametrize(
    ("orders", "left"),
    [({}, 0), (rule(register="when_paid"), 0), (rule(register="never"), 448), ({"default_payment": {"register": "never"}}, 448)],
)
async def test_payment_is_registered_when_paid_or_never(bridge: World, orders: dict[str, Any], left: int) -> None:
    assert (await sold(bridge, **orders))["amountLeftToPay"] == left


@proves("PaymentRule.register", "OrderPolicy.payments")
async def test_rule_of_a_known_module_keeps_what_is_not_said_anew(bridge: World) -> None:
    await bridge.configure(payments={"ps_wirepayment": {"terms_days": 10}})

    order = await buy(bridge, replace(PLAIN, module="ps_wirepayment"))

    (summary,) = bridge.invoices_of(order)
    assert [each["paymentAccountNumber"] for each in payments(bridge.hogia.invoice(summary["id"]))] == [1930]


@proves("PaymentRule.terms_days")
@pytest.mark.parametrize(("orders", "days"), [({}, 0), (rule(terms_days=14), 14), (rule(terms_days=0), 0)])
async def test_modules_terms_decide_when_the_invoice_is_due(bridge: World, orders: dict[str, Any], days: int) -> None:
    made = head(await sold(bridge, **orders))

    assert (date.fromisoformat(made["invoiceExpirationDate"]) - date.fromisoformat(made["invoiceDate"])).days == days


@proves("PaymentRule.terms_days")
async def test_modules_terms_of_0_days_are_not_the_shops_own(bridge: World) -> None:
    made = head(await sold(bridge, BY_SLUG["unpaid-bank-wire"], transfer_states=[10], payments={"ps_wirepayment": {"terms_days": 0}}))

    assert made["invoiceExpirationDate"] == made["invoiceDate"]


@proves("PaymentRule.text")
@pytest.mark.parametrize(("orders", "rows"), [({}, []), (rule(text="Betald med Klarna – betala ej"), ["Betald med Klarna – betala ej"])])
async def test_modules_text_stands_on_the_invoice(bridge: World, orders: dict[str, Any], rows: list[str]) -> None:
    assert texts(await sold(bridge, **orders)) == rows


@proves("PaymentRule.our_reference", "OrderPolicy.our_reference")
@pytest.mark.parametrize(
    ("orders", "name"),
    [({}, "Butiken"), (rule(our_reference="Klarnaavdelningen"), "Klarnaavdelningen")],
    ids=["the_shops_by_default", "the_modules_own"],
)
async def test_our_reference_of_the_module_goes_before_the_shops(bridge: World, orders: dict[str, Any], name: str) -> None:
    assert head(await sold(bridge, our_reference="Butiken", **orders))["ourReference"] == name


@proves("PaymentRule.fee", "PaymentFee.rate", "PaymentFee.maximum_incl", "PaymentFee.amount_incl", "PaymentFee.text")
@pytest.mark.parametrize(
    ("fee", "text"),
    [
        ({}, "Expeditionsavgift"),
        ({"rate": 25}, "Expeditionsavgift"),
        ({"maximum_incl": "29.00"}, "Expeditionsavgift"),
        ({"amount_incl": "29.00"}, "Expeditionsavgift"),
        ({"text": "Fakturaavgift"}, "Fakturaavgift"),
    ],
    ids=["by_default", "rate", "at_the_maximum", "exact", "text"],
)
async def test_fee_in_the_totals_is_a_row(bridge: World, fee: dict[str, Any], text: str) -> None:
    invoice = await sold(bridge, FEE, **rule(fee=fee))

    made = line(invoice, text)
    assert (made["netAmount"], made["vat"]["percent"], made["salesAccountNumber"]) == (Decimal("23.20"), Decimal("0.25"), 3540)
    assert invoice["grossAmount"] == Decimal("477.00")


@proves("PaymentRule.fee", "PaymentFee.rate", "PaymentFee.maximum_incl", "PaymentFee.amount_incl")
@pytest.mark.parametrize(
    "orders",
    [
        {},
        rule(fee={"rate": 12}),
        rule(fee={"maximum_incl": "28.99"}),
        rule(fee={"amount_incl": "28.00"}),
        {"payments": {"swish": {"fee": {}}}},
    ],
    ids=["no_rule", "another_rate", "above_the_maximum", "another_amount", "another_modules_rule"],
)
async def test_difference_that_no_fee_explains_parks_the_order(bridge: World, orders: dict[str, Any]) -> None:
    await bridge.configure(**orders)

    assert await bridge.outcome(await buy(bridge, FEE)) == ("failed", "TOTAL_MISMATCH")
    assert bridge.invoices() == []


@proves("OrderPolicy.default_payment", "PaymentRule.fee")
async def test_fee_of_the_default_rule_counts_for_modules_without_one(bridge: World) -> None:
    assert (await sold(bridge, FEE, default_payment={"fee": {"amount_incl": "29.00"}}))["grossAmount"] == Decimal("477.00")
