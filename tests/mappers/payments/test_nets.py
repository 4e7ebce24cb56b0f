"""Reading Nets' payments: the status that nobody sends, absent sums, methods, refunds (payments.md 4.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers.payments.model import Action, PaymentStatus, Provider
from mappers.payments.nets import (
    GAVE_NOTHING_BACK,
    METHODS,
    REFUND_STATES,
    REFUND_WORDS,
    STATUS,
    Method,
    RefundWord,
    Summary,
    Word,
    derive,
    is_reference,
    read_payment,
)

ID = "025400006091b1ef6937598058c4e487"
CREATED = datetime(2026, 1, 10, 14, 15, 22, tzinfo=UTC)
ITEM = {
    "reference": "VAS-1",
    "name": "Vas",
    "quantity": Decimal("2.0"),
    "unit": "pcs",
    "unitPrice": 2500,
    "taxRate": 1000,
    "taxAmount": 500,
    "grossTotalAmount": 5500,
    "netTotalAmount": 5000,
}


def body(summary: object = None, *, payment_type: str = "CARD", **more: object) -> dict[str, object]:
    payment = {
        "paymentId": ID,
        "summary": {} if summary is None else summary,
        "paymentDetails": {"paymentType": payment_type, "paymentMethod": "Visa"},
        "orderDetails": {"amount": 5500, "currency": "SEK", "reference": "XKBKNABJK"},
        "created": "2026-01-10T14:15:22Z",
        "terminated": None,
    }
    return {"payment": payment | more}


def charge(amount: int = 5500, **more: object) -> dict[str, object]:
    return {"chargeId": "c" * 32, "amount": amount, "created": "2026-01-12T08:00:00Z", "surchargeAmount": 0, "orderItems": [ITEM]} | more


def refund(amount: int = 1000, state: str = "Completed") -> dict[str, object]:
    return {"refundId": "r" * 32, "amount": amount, "state": state, "lastUpdated": "2026-01-20T08:00:00Z", "orderItems": []}


def sums(reserved: int = 0, charged: int = 0, refunded: int = 0, cancelled: int = 0) -> dict[str, int]:
    """As Nets sends them: without what is zero."""
    named = {"reservedAmount": reserved, "chargedAmount": charged, "refundedAmount": refunded, "cancelledAmount": cancelled}
    return {name: amount for name, amount in named.items() if amount}


# The status -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("summary", "is_pending", "is_terminated", "word"),
    [
        (Summary(reserved=5500, cancelled=5500), False, False, Word.CANCELLED),
        (Summary(reserved=5500, charged=5500, refunded=5500), False, False, Word.REFUNDED),
        (Summary(reserved=5500, charged=5500, refunded=5500), True, False, Word.REFUNDED),
        (Summary(reserved=5500, charged=5500), True, False, Word.PENDING_REFUND),
        (Summary(reserved=5500, charged=5500, refunded=500), True, False, Word.PENDING_REFUND),
        (Summary(reserved=5500, charged=5500, refunded=500), False, False, Word.PARTIALLY_REFUNDED),
        (Summary(reserved=5500, charged=5500), False, False, Word.CHARGED),
        (Summary(charged=5500), False, False, Word.CHARGED),
        (Summary(reserved=5500, charged=500), False, False, Word.PARTIALLY_CHARGED),
        (Summary(reserved=5500), False, False, Word.RESERVED),
        (Summary(reserved=5500), False, True, Word.RESERVED),
        (Summary(), False, True, Word.TERMINATED),
        (Summary(), False, False, Word.NEW),
    ],
)
def test_status_is_derived_in_the_order_of_the_sdk(summary, is_pending, is_terminated, word):
    assert derive(summary, has_pending_refund=is_pending, is_terminated=is_terminated) is word


@pytest.mark.parametrize(
    ("summary", "more", "status", "raw", "remaining"),
    [
        (sums(), {}, PaymentStatus.NEW, "new", 0),
        (sums(), {"terminated": "2026-01-11T00:00:00Z"}, PaymentStatus.CANCELLED, "terminated", 0),
        (sums(5500), {}, PaymentStatus.AUTHORISED, "reserved", 5500),
        (sums(5500, 2000), {}, PaymentStatus.PART_CAPTURED, "partially_charged", 3500),
        (sums(5500, 5500), {}, PaymentStatus.CAPTURED, "charged", 0),
        (sums(5500, cancelled=5500), {}, PaymentStatus.CANCELLED, "cancelled", 0),
        (sums(5500, 5500, 5500), {}, PaymentStatus.CAPTURED, "refunded", 0),
        (sums(5500, 5500, 100), {}, PaymentStatus.CAPTURED, "partially_refunded", 0),
        (sums(5500, 2000, 100), {}, PaymentStatus.PART_CAPTURED, "partially_refunded", 3500),
        (sums(5500, 2000), {"refunds": [refund(100, "Pending")]}, PaymentStatus.PART_CAPTURED, "pending_refund", 3500),
    ],
)
def test_status_says_what_may_still_be_captured_also_after_refunds(summary, more, status, raw, remaining):
    payment = read_payment(body(summary, **more))

    assert (payment.status, payment.raw_status, payment.remaining) == (status, raw, remaining)


def test_lapsed_rest_of_a_partly_charged_payment_leaves_nothing_to_capture():
    payment = read_payment(body(sums(5500, 2000, cancelled=3500), charges=[charge(2000)]))

    assert (payment.status, payment.raw_status) == (PaymentStatus.CAPTURED, "partially_charged")
    assert (payment.captured, payment.remaining) == (2000, 0)
    assert payment.actions == {Action.REFUND}


def test_payment_without_sums_is_unknown_and_nothing_is_guessed():
    payment = read_payment(body(summary="?"))

    assert (payment.status, payment.raw_status) == (PaymentStatus.UNKNOWN, "no_summary")
    assert (payment.authorised, payment.captured, payment.remaining, payment.actions) == (0, 0, 0, frozenset())


def test_every_word_has_a_status_or_is_about_refunds():
    assert set(STATUS) | REFUND_WORDS == set(Word)
    assert not set(STATUS) & REFUND_WORDS


def test_tables_have_all_known_words():
    assert set(METHODS.values()) | {Method.UNKNOWN} == set(Method)
    assert set(REFUND_STATES.values()) | {RefundWord.UNKNOWN} == set(RefundWord)
    assert set(RefundWord) >= GAVE_NOTHING_BACK


# The rest of a payment ------------------------------------------------------------------------------------------------------------


def test_reserved_payment_is_read():
    payment = read_payment(body(sums(5500)))

    assert (payment.provider, payment.reference, payment.order_reference) == (Provider.NETS, ID, "XKBKNABJK")
    assert (payment.currency, payment.authorised, payment.captured, payment.refunded) == ("SEK", 5500, 0, 0)
    assert payment.actions == {Action.CAPTURE, Action.CAPTURE_PARTIALLY, Action.CANCEL}
    assert not payment.is_direct
    assert (payment.captures, payment.refunds, payment.rows) == ((), (), ())


def test_card_must_be_charged_within_thirty_days_of_its_creation():
    assert read_payment(body(sums(5500))).expires_at == CREATED + timedelta(days=30)


@pytest.mark.parametrize("payment_type", ["INVOICE", "WALLET", "INSTALLMENT", "PREPAID_INVOICE", "NEW-WORD", ""])
def test_end_of_other_reservations_is_not_known(payment_type):
    assert read_payment(body(sums(5500), payment_type=payment_type)).expires_at is None


@pytest.mark.parametrize("created", ["2026-01-10T14:15:22.1234567+00:00", "2026-01-10T14:15:22"])
def test_time_of_creation_is_read_with_fractions_and_without_a_zone(created):
    expires = read_payment(body(sums(5500), created=created)).expires_at

    assert expires is not None
    assert expires.replace(microsecond=0) == CREATED + timedelta(days=30)


@pytest.mark.parametrize("created", [None, "", "soon", 17])
def test_unreadable_time_of_creation_promises_no_end(created):
    assert read_payment(body(sums(5500), created=created)).expires_at is None


@pytest.mark.parametrize("word", ["A2A", "A2a", "a2a"])
def test_account_to_account_payment_has_nothing_to_capture(word):
    payment = read_payment(body(sums(charged=5500), payment_type=word, charges=[charge()]))

    assert payment.is_direct
    assert (payment.status, payment.authorised, payment.captured, payment.remaining) == (PaymentStatus.CAPTURED, 5500, 5500, 0)
    assert payment.actions == {Action.REFUND}


def test_unfinished_account_to_account_payment_has_moved_no_money():
    payment = read_payment(body(payment_type="A2A"))

    assert not payment.is_direct
    assert payment.status is PaymentStatus.NEW


def test_reserved_account_to_account_payment_offers_no_capture():
    payment = read_payment(body(sums(5500), payment_type="A2A"))

    assert not payment.is_direct
    assert not payment.actions & {Action.CAPTURE, Action.CAPTURE_PARTIALLY}


def test_charge_without_a_reservation_moved_its_money_at_purchase():
    assert read_payment(body(sums(charged=5500), payment_type="NEW-WORD", charges=[charge()])).is_direct


def test_charges_are_captures_with_their_rows():
    payment = read_payment(body(sums(5500, 5500), charges=[charge()]))

    (capture,) = payment.captures
    (row,) = capture.rows
    assert (capture.id, capture.amount, capture.refunded, capture.reference) == ("c" * 32, 5500, 0, "")
    assert capture.at == datetime(2026, 1, 12, 8, tzinfo=UTC)
    assert (row.id, row.reference, row.name, row.quantity, row.amount, row.vat_rate) == ("VAS-1", "VAS-1", "Vas", 2, 5500, 10)


def test_our_reference_of_a_charge_is_read_where_it_comes_back():
    assert read_payment(body(sums(5500, 5500), charges=[charge(myReference="DEL-1")])).captures[0].reference == "DEL-1"


def test_refund_belongs_to_the_only_charge():
    payment = read_payment(body(sums(5500, 5500, 1000), charges=[charge()], refunds=[refund()]))

    assert payment.captures[0].refunded == 1000


def test_refund_of_one_of_several_charges_is_ascribed_to_none():
    payment = read_payment(body(sums(5500, 5500, 1000), charges=[charge(2000), charge(3500)], refunds=[refund()]))

    assert [capture.refunded for capture in payment.captures] == [0, 0]
    assert payment.refunded == 1000


@pytest.mark.parametrize(("state", "is_final"), [("Completed", True), ("COMPLETED", True), ("Pending", False), ("Resting", False)])
def test_refund_is_final_when_it_is_completed(state, is_final):
    (read,) = read_payment(body(sums(5500, 5500, 1000), charges=[charge()], refunds=[refund(state=state)])).refunds

    assert (read.amount, read.is_final) == (1000, is_final)


@pytest.mark.parametrize("state", ["Failed", "Cancelled", "Expired"])
def test_refund_that_gave_nothing_back_is_none(state):
    payment = read_payment(body(sums(5500, 5500), charges=[charge()], refunds=[refund(state=state)]))

    assert payment.refunds == ()
    assert payment.raw_status == "charged"


def test_charge_that_failed_later_is_seen_by_reading_again():
    before = read_payment(body(sums(5500, 5500), charges=[charge()]))
    after = read_payment(body(sums(5500)))

    assert (before.status, after.status) == (PaymentStatus.CAPTURED, PaymentStatus.AUTHORISED)
    assert after.remaining == 5500


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"payment": []},
        {"payment": {"paymentId": ID}},
        {"payment": {"orderDetails": {"currency": "SEK"}}},
        body({"reservedAmount": "5500"}),
        body({"reservedAmount": Decimal("55.5")}),
        body({"reservedAmount": True}),
        body({"reservedAmount": Decimal("NaN")}),
        body(sums(5500), charges={}),
        body(sums(5500), charges=["c"]),
    ],
)
def test_what_is_no_payment_is_refused(answer):
    with pytest.raises(ValueError, match=r"\w"):
        read_payment(answer)


@given(st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 9999))
def test_no_more_remains_than_is_authorised(reserved, charged, refunded, cancelled):
    payment = read_payment(body(sums(reserved, charged, refunded, cancelled)))

    assert 0 <= payment.remaining <= payment.authorised
    assert Action.CAPTURE not in payment.actions or payment.remaining > 0


@pytest.mark.parametrize("text", [ID, ID.upper()])
def test_reference_is_thirty_two_hexadecimal_characters(text):
    assert is_reference(text)


@pytest.mark.parametrize(
    "text", ["", ID[:-1], ID + "0", ID + "\n", "g" * 32, "f3392f8b-6116-4073-ab96-e330819e2c07", "../" + ID[3:], "٣" * 32]
)
def test_other_texts_are_no_reference(text):
    assert not is_reference(text)
