"""When an authorisation ends: by the provider's word, or by its published terms."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mappers.canonical import OrderPayment
from mappers.payments.deadline import DAYS, Deadline, is_over, reckoned, reserved_at, told
from mappers.payments.model import Payment, PaymentStatus, Provider
from tests.factories import D, make_order

STOCKHOLM = ZoneInfo("Europe/Stockholm")
RESERVED = datetime(2026, 11, 2, 22, 30, tzinfo=UTC)  # half past eleven in the evening in Stockholm
KLARNA_ID = "f3392f8b-6116-4073-ab96-e330819e2c07"


def payment(**changes: Any) -> Payment:
    values: dict[str, Any] = {
        "provider": Provider.KLARNA,
        "reference": KLARNA_ID,
        "order_reference": "XKBKNABJK",
        "status": PaymentStatus.AUTHORISED,
        "raw_status": "AUTHORIZED",
        "currency": "SEK",
        "authorised": 36000,
        "captured": 0,
        "refunded": 0,
        "remaining": 36000,
    }
    return Payment(**(values | changes))


def row(ident: int, transaction: str, paid_at: datetime) -> OrderPayment:
    return OrderPayment(id=ident, amount=D("1.00"), currency_id=1, method="m", transaction_id=transaction, paid_at=paid_at)


def test_every_provider_has_terms_or_says_that_it_has_none() -> None:
    assert set(DAYS) == set(Provider)


def test_klarna_counts_to_the_end_of_the_shops_day() -> None:
    assert reckoned(Provider.KLARNA, RESERVED, zone=STOCKHOLM) == datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC)


def test_klarnas_day_ends_with_the_shops_clock_of_that_day() -> None:
    before_summer_time = datetime(2027, 3, 10, 12, 0, tzinfo=UTC)

    assert reckoned(Provider.KLARNA, before_summer_time, zone=STOCKHOLM) == datetime(2027, 4, 7, 21, 59, 59, tzinfo=UTC)


def test_card_at_nets_ends_thirty_days_after_its_reservation() -> None:
    assert reckoned(Provider.NETS, RESERVED, zone=STOCKHOLM) == datetime(2026, 12, 2, 22, 30, tzinfo=UTC)


def test_sveas_terms_are_not_published() -> None:
    assert reckoned(Provider.SVEA, RESERVED, zone=STOCKHOLM) is None


def test_reservation_is_the_providers_own_payment_row() -> None:
    order = make_order(
        payments=[row(1, "gift card", datetime(2026, 11, 1, tzinfo=UTC)), row(2, KLARNA_ID, RESERVED)],
    )

    assert reserved_at(order, Provider.KLARNA) == RESERVED


def test_reservation_without_a_row_of_the_provider_is_the_first_payment_or_the_order() -> None:
    order = make_order(payments=[row(1, "x", RESERVED)])

    assert reserved_at(order, Provider.KLARNA) == RESERVED
    assert reserved_at(make_order(payments=[]), Provider.KLARNA) == order.placed_at


@pytest.mark.parametrize(
    ("changes", "over"),
    [
        ({}, False),
        ({"status": PaymentStatus.PENDING}, False),
        ({"status": PaymentStatus.PART_CAPTURED, "captured": 10000, "remaining": 26000}, False),
        ({"status": PaymentStatus.PART_CAPTURED, "captured": 10000, "remaining": 0}, True),
        ({"status": PaymentStatus.CAPTURED, "captured": 36000, "remaining": 0}, True),
        ({"status": PaymentStatus.CANCELLED, "remaining": 0}, True),
        ({"status": PaymentStatus.EXPIRED, "remaining": 0}, False),
        ({"is_direct": True}, True),
    ],
)
def test_what_is_captured_cancelled_or_paid_directly_has_no_deadline(changes: dict[str, Any], *, over: bool) -> None:
    assert is_over(payment(**changes)) is over


def test_providers_word_is_certain_also_where_it_tells_no_date() -> None:
    assert told(payment(expires_at=RESERVED)) == Deadline(provider=Provider.KLARNA, expires_at=RESERVED, certain=True)
    assert told(payment(provider=Provider.NETS)) == Deadline(provider=Provider.NETS, expires_at=None, certain=True)


def test_answer_of_klarna_without_a_date_says_nothing() -> None:
    assert told(payment()) is None
