"""What money is registered on an invoice (accounting-recordings.md 4.8)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from mappers.connection import PaymentRule, RegisterPayment
from tests.factories import PAID_AT, make_history, make_order, make_payment, make_row, make_sibling, make_voucher
from tests.mappers.invoice.building import build, codes

D = Decimal


def order(*payments: Any, **changes: Any):
    return make_order([make_row("148.00")], payments=payments, **changes)


def registered(source: Any, **policy: Any) -> list[tuple[str, Decimal]]:
    return [(part.key, part.amount) for part in build(source, **policy).payments]


def test_each_payment_is_registered_with_its_transaction_and_day():
    invoice = build(order(make_payment("100.00", ident=1), make_payment("48.00", ident=2)))

    assert [(part.key, part.amount, part.reference, part.on) for part in invoice.payments] == [
        ("payment-1", D("100.00"), "tx-1", date(2026, 11, 2)),
        ("payment-2", D("48.00"), "tx-2", date(2026, 11, 2)),
    ]
    assert not codes(invoice)


def test_payment_after_midnight_belongs_to_the_swedish_day():
    late = make_payment("148.00", paid_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))

    assert build(order(late)).payments[0].on == date(2027, 1, 1)


def test_payment_day_overrides_each_payments_own():
    invoice = build(order(make_payment("148.00")), payment_day=date(2026, 12, 1))

    assert [part.on for part in invoice.payments] == [date(2026, 12, 1)]


def test_nothing_is_registered_on_an_order_that_was_never_paid():
    invoice = build(order(make_payment("50.00"), current_state=8))

    assert invoice.payments == ()
    assert not codes(invoice)


def test_order_that_has_been_paid_counts_as_paid():
    source = order(make_payment("148.00"), current_state=6, history=(make_history(10), make_history(2, ident=2)))

    assert registered(source) == [("payment-58", D("148.00"))]


def test_unknown_state_counts_as_unpaid():
    assert registered(order(make_payment("148.00"), current_state=77)) == []


def test_registering_can_be_switched_off():
    rule = {"ps_wirepayment": PaymentRule(register=RegisterPayment.NEVER)}

    assert registered(order(make_payment("148.00")), payments=rule) == []


def test_account_follows_the_payments_text_then_the_module_then_the_default():
    rules = {"klarna": PaymentRule(account=1581), "Swish": PaymentRule(account=1583)}
    source = order(make_payment("100.00", ident=1), make_payment("48.00", ident=2, method="Swish"), module="klarna")

    assert [part.account for part in build(source, payments=rules).payments] == [1581, 1583]
    assert [part.account for part in build(order(make_payment("148.00"), module="other"), payments=rules).payments] == [1580]


def test_one_kind_of_payment_can_be_left_to_others():
    rules = {"Swish": PaymentRule(register=RegisterPayment.NEVER)}
    source = order(make_payment("100.00", ident=1), make_payment("48.00", ident=2, method="Swish"))

    assert registered(source, payments=rules) == [("payment-1", D("100.00"))]


def test_overpayment_is_registered_up_to_the_total():
    invoice = build(order(make_payment("148.00", ident=1), make_payment("50.00", ident=2)))

    assert [(part.key, part.amount) for part in invoice.payments] == [("payment-1", D("148.00"))]
    assert "PAYMENT_ABOVE_TOTAL" in codes(invoice)


def test_underpayment_leaves_the_invoice_open():
    invoice = build(order(make_payment("100.00")))

    assert [part.amount for part in invoice.payments] == [D("100.00")]
    assert "PAYMENT_SHORT" in codes(invoice)


@pytest.mark.parametrize("payments", [(), (make_payment("0.00"),)])
def test_paid_state_without_money_invents_none(payments: tuple[Any, ...]):
    invoice = build(order(*payments))

    assert invoice.payments == ()
    assert "PAYMENT_MISSING" in codes(invoice)


def test_payment_in_another_currency_is_not_registered():
    invoice = build(order(make_payment("13.10", currency_id=2)))

    assert invoice.payments == ()
    assert {"PAYMENT_CURRENCY", "PAYMENT_MISSING"} <= codes(invoice)


def test_money_that_went_back_lowers_the_newest_payment():
    source = order(
        make_payment("100.00", ident=1),
        make_payment("48.00", ident=2, paid_at=PAID_AT + timedelta(hours=1)),
        make_payment("-60.00", ident=3, paid_at=PAID_AT + timedelta(hours=2)),
    )

    invoice = build(source)

    assert [(part.key, part.amount) for part in invoice.payments] == [("payment-1", D("88.00"))]
    assert "PAYMENT_NEGATIVE" in codes(invoice)


def test_split_orders_share_their_payments_oldest_first():
    first, second = make_payment("247.00", ident=37), make_payment("2850.75", ident=38, paid_at=PAID_AT + timedelta(seconds=2))
    payments = (second, first)
    one = make_order([make_row("247.00")], id=44, payments=payments, siblings=(make_sibling(45, "3097.75"),))
    other = make_order([make_row("3097.75")], id=45, payments=payments, siblings=(make_sibling(44, "247.00"),))

    assert registered(one) == [("payment-37", D("247.00"))]
    assert registered(other) == [("payment-38", D("2850.75"))]
    assert "SPLIT_PAYMENT_SHORT" in codes(build(other))


def test_split_orders_whose_payments_suffice_have_no_notice():
    payments = (make_payment("549.00"),)
    one = make_order([make_row("349")], id=44, payments=payments, siblings=(make_sibling(45, "200"),))

    assert not codes(build(one))


def test_gift_card_part_is_registered_even_before_the_rest_is_paid():
    source = make_order([make_row("300")], vouchers=[make_voucher("100", "80", name="V1C2O3")], paid=False)

    assert registered(source) == [("voucher-1", D("100.00"))]
