"""What a demo takes for a difference in what happened after the invoice, without starting anything."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.cli.demo.follow import Outcome
from app.cli.demo.later import suitable
from app.cli.demo.verify_later import Life, later_differences
from app.sandbox.remote import Bill, Payment, Sale

D = Decimal
DELIVERED = Sale(
    id=7,
    reference="ABCDEFGHI",
    currency="SEK",
    total_incl=D("125.00"),
    total_excl=D("100.00"),
    total_paid=D("125.00"),
    state_id=4,
    state="Shipped",
    has_been_paid=True,
    day="2026-11-24",
    notices=5,
    module="klarnapayment",
    history=(2, 4),
    mails=("shipped",),
    tracking=("SE7",),
    payments=("k",),
)
REFUNDED = replace(DELIVERED, state_id=7, state="Refunded", history=(2, 4, 7), slips={3: D("125.00")})
BILL = Bill(
    id="b", number=1001, reference="PS:1:7:INV", currency="SEK", net=D(100), vat={"25": D(25)}, gross=D("125.00"), paid=D(125), left=D(0)
)
CAPTURED = Payment(id="k", reference="ABCDEFGHI", currency="SEK", authorised=D("125.00"), captures=(D("125.00"),))
GIVEN_BACK = replace(CAPTURED, refunds=(D("125.00"),))
LIFE = Life(order=7, tracking="SE7")
OUTCOME = Outcome(
    order=7,
    events=("order.created",),
    settled=True,
    generation=1,
    status="processed",
    code="",
    reason="",
    invoice_number="1001",
    invoice_amount="125.00",
    milliseconds=90,
)


def texts(
    *, sale: Sale = DELIVERED, payments: tuple[Payment, ...] = (CAPTURED,), life: Life | None = LIFE, bills: tuple[Bill, ...] = (BILL,)
) -> list[str]:
    return [each.text for each in later_differences({7: sale}, bills, payments, [life] if life else [])]


def test_a_delivery_with_capture_tracking_state_and_mail_is_no_difference():
    assert texts() == []


@pytest.mark.parametrize(
    ("payments", "said"),
    [
        ((replace(CAPTURED, captures=()),), "captured nothing, expected one capture of 125.00"),
        ((replace(CAPTURED, captures=(D("125.00"),) * 2),), "captured 125.00 and 125.00, expected one capture of 125.00"),
        ((replace(CAPTURED, captures=(D("60.00"), D("65.00"))),), "captured 60.00 and 65.00, expected one capture of 125.00"),
        ((replace(CAPTURED, captures=(D("124.99"),)),), "captured 124.99, expected one capture of 125.00"),
        ((GIVEN_BACK,), "refunded at Klarna 125.00, expected nothing"),
        ((), "0 payments at Klarna, expected the one of the order's payment row"),
        ((replace(CAPTURED, id="another"),), "1 payments at Klarna, expected the one of the order's payment row"),
    ],
)
def test_money_that_is_not_captured_once_and_whole_is_a_difference(payments: tuple[Payment, ...], said: str):
    assert texts(payments=payments) == [said]


@pytest.mark.parametrize(
    ("sale", "said"),
    [
        (replace(DELIVERED, mails=()), "0 mails (none), expected one of shipped"),
        (replace(DELIVERED, mails=("shipped", "shipped")), "2 mails (shipped, shipped), expected one of shipped"),
        (replace(DELIVERED, history=(2, 4, 4)), "state 4 was set 2 times"),
        (replace(DELIVERED, tracking=()), "tracking missing, expected SE7"),
        (replace(DELIVERED, tracking=("SE8",)), "tracking SE8, expected SE7"),
        (replace(DELIVERED, state_id=5), "is in state 5, expected 4"),
    ],
)
def test_a_customer_who_is_not_told_once_is_a_difference(sale: Sale, said: str):
    assert texts(sale=sale) == [said]


def test_a_state_that_was_not_set_is_a_difference():
    assert texts(sale=replace(DELIVERED, history=(2,), state_id=2)) == ["state 4 was set 0 times", "is in state 2, expected 4"]


def test_an_invoice_that_is_not_paid_is_a_difference():
    assert texts(bills=(replace(BILL, left=D("0.01")),)) == ["invoice 1001 is not paid in Hogia"]


def test_a_full_refund_that_was_given_back_is_no_difference():
    assert texts(sale=REFUNDED, payments=(GIVEN_BACK,), life=replace(LIFE, slip=3)) == []


@pytest.mark.parametrize(
    ("payment", "said"),
    [
        (CAPTURED, "refunded at Klarna nothing, expected 125.00"),
        (replace(GIVEN_BACK, refunds=(D("124.00"),)), "refunded at Klarna 124.00, expected 125.00"),
        (replace(GIVEN_BACK, refunds=(D("125.00"), D("125.00"))), "refunded at Klarna 125.00 and 125.00, expected 125.00"),
    ],
)
def test_money_that_is_not_given_back_once_and_whole_is_a_difference(payment: Payment, said: str):
    assert texts(sale=REFUNDED, payments=(payment,), life=replace(LIFE, slip=3)) == [said]


def test_a_refunded_order_that_was_not_moved_is_a_difference():
    stays = replace(REFUNDED, history=(2, 4), state_id=4)

    assert texts(sale=stays, payments=(GIVEN_BACK,), life=replace(LIFE, slip=3)) == ["state 7 was set 0 times", "is in state 4, expected 7"]


def test_money_captured_of_an_order_that_was_not_delivered_is_a_difference():
    found = later_differences({7: DELIVERED}, (BILL,), (CAPTURED, replace(CAPTURED, reference="NOBODY")), [])

    assert [(each.order, each.text) for each in found] == [
        (7, "not delivered, but Klarna shows captures of 125.00"),
        (0, "not delivered, but Klarna shows captures of 125.00"),
    ]


@pytest.mark.parametrize(
    ("sale", "outcome", "found"),
    [
        (DELIVERED, OUTCOME, [7]),
        (replace(DELIVERED, module="swish"), OUTCOME, []),
        (replace(DELIVERED, slips={1: D(1)}), OUTCOME, []),
        (replace(DELIVERED, state_id=6), OUTCOME, []),
        (DELIVERED, replace(OUTCOME, code="ENGINE_MISMATCH"), []),
        (DELIVERED, replace(OUTCOME, invoice_number=""), []),
        (DELIVERED, replace(OUTCOME, settled=False), []),
        (DELIVERED, None, []),
    ],
)
def test_an_order_lives_on_when_it_was_paid_at_klarna_and_its_invoice_stands(sale: Sale, outcome: Outcome | None, found: list[int]):
    assert suitable({7: sale}, {7: outcome}) == found


def test_a_part_of_a_split_cart_does_not_live_on():
    other = replace(DELIVERED, id=8)

    assert suitable({7: DELIVERED, 8: other}, {7: OUTCOME, 8: replace(OUTCOME, order=8)}) == []
