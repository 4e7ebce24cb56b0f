from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mappers.errors import Rejected
from mappers.payments.klarna import RISKS, STATUSES, is_reference, own_capture, read_captures, read_payment
from mappers.payments.model import Action, PaymentStatus

ID = "f3392f8b-6116-4073-ab96-e330819e2c07"


def line(reference, quantity, unit_price, **more):
    own = {"reference": reference, "name": f"Vara {reference}", "quantity": quantity, "unit_price": unit_price, "tax_rate": 2500}
    return {**own, "total_amount": quantity * unit_price, "type": "physical", **more}


LINES = [line("A", 2, 10_000), line("B", 3, 5_000), line("frakt", 1, 4_900, type="shipping_fee")]


def order(**more):
    own = {
        "order_id": ID,
        "status": "AUTHORIZED",
        "fraud_status": "ACCEPTED",
        "order_amount": 39_900,
        "original_order_amount": 39_900,
        "captured_amount": 0,
        "refunded_amount": 0,
        "remaining_authorized_amount": 39_900,
        "purchase_currency": "SEK",
        "merchant_reference1": "XKBKNABJK",
        "merchant_reference2": None,
        "expires_at": "2026-03-03T09:00:00.000Z",
        "order_lines": LINES,
        "captures": [],
        "refunds": [],
    }
    return own | more


def capture(amount, *lines, **more):
    return {"capture_id": "c1", "captured_amount": amount, "captured_at": "2026-02-03T09:00:00Z", "order_lines": list(lines), **more}


def part(*captures, **more):
    taken = sum(each["captured_amount"] for each in captures)
    own = {"status": "PART_CAPTURED", "captured_amount": taken, "remaining_authorized_amount": 39_900 - taken, "captures": list(captures)}
    return order(**own | more)


def read(body):
    return read_payment(body, ID)


def test_authorised_order():
    payment = read(order())

    assert (payment.status, payment.raw_status, payment.currency) == (PaymentStatus.AUTHORISED, "AUTHORIZED", "SEK")
    assert (payment.authorised, payment.captured, payment.refunded, payment.remaining) == (39_900, 0, 0, 39_900)
    assert (payment.reference, payment.order_reference) == (ID, "XKBKNABJK")
    assert payment.expires_at == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    assert payment.actions == {Action.CAPTURE, Action.CAPTURE_PARTIALLY, Action.EXTEND, Action.CANCEL}


@pytest.mark.parametrize(("word", "status"), STATUSES.items())
def test_every_status_word(word, status):
    assert read(order(status=word, captured_amount=100)).status is status


def test_unknown_status_word_is_kept_and_nothing_is_guessed_from_it():
    payment = read(order(status="SUSPENDED"))

    assert (payment.status, payment.raw_status, payment.actions) == (PaymentStatus.UNKNOWN, "SUSPENDED", frozenset())


@pytest.mark.parametrize(("word", "status"), RISKS.items())
def test_risk_decision_of_an_order_that_could_be_captured(word, status):
    assert read(order(fraud_status=word)).status is (status or PaymentStatus.AUTHORISED)


@pytest.mark.parametrize("word", ["PENDING", "REJECTED", "STOPPED", "MAYBE", None])
def test_nothing_is_captured_unless_the_risk_is_accepted(word):
    payment = read(order(fraud_status=word))

    assert not payment.actions & {Action.CAPTURE, Action.CAPTURE_PARTIALLY}
    assert payment.raw_status == f"AUTHORIZED, fraud_status {word or 'missing'}"


def test_unknown_risk_word_is_unknown():
    assert read(order(fraud_status="MAYBE")).status is PaymentStatus.UNKNOWN


def test_risk_decision_does_not_reopen_a_captured_order():
    assert read(order(status="CAPTURED", fraud_status="PENDING", captured_amount=39_900)).status is PaymentStatus.CAPTURED


@pytest.mark.parametrize("word", ["CANCELLED", "EXPIRED", "CLOSED"])
def test_ended_order_has_nothing_left_whatever_amount_it_shows(word):
    payment = read(order(status=word))

    assert (payment.remaining, payment.authorised, payment.rows, payment.actions) == (0, 39_900, (), frozenset())


def test_order_closed_without_a_capture_is_unknown():
    assert read(order(status="CLOSED")).status is PaymentStatus.UNKNOWN


def test_captured_part_may_be_refunded_and_the_rest_released():
    payment = read(part(capture(20_000, LINES[0], reference="DEL-1", refunded_amount=5_000), refunded_amount=5_000))

    assert payment.actions == {Action.CAPTURE, Action.CAPTURE_PARTIALLY, Action.EXTEND, Action.RELEASE, Action.REFUND}
    assert [(each.id, each.amount, each.refunded, each.reference) for each in payment.captures] == [("c1", 20_000, 5_000, "DEL-1")]
    assert payment.captures[0].at == datetime(2026, 2, 3, 9, 0, tzinfo=UTC)


def test_what_is_refunded_is_not_refunded_again():
    refund = {"refund_id": "r1", "refunded_amount": 39_900, "reference": "RET-1", "refunded_at": "2026-02-04T09:00:00Z"}
    body = part(capture(39_900), status="CAPTURED", refunded_amount=39_900, refunds=[refund])

    payment = read(body)

    assert Action.REFUND not in payment.actions
    assert [(each.id, each.amount, each.reference) for each in payment.refunds] == [("r1", 39_900, "RET-1")]


def test_rows_are_the_orders_lines():
    rows = read(order()).rows

    assert [(row.reference, row.quantity, row.amount, row.vat_rate, row.is_shipping) for row in rows] == [
        ("A", 2, 20_000, Decimal(25), False),
        ("B", 3, 15_000, Decimal(25), False),
        ("frakt", 1, 4_900, Decimal(25), True),
    ]


def test_rows_that_were_captured_are_taken_off():
    rows = read(part(capture(25_000, LINES[0], line("B", 1, 5_000)))).rows

    assert [(row.reference, row.quantity, row.amount) for row in rows] == [("B", 2, 10_000), ("frakt", 1, 4_900)]


@pytest.mark.parametrize("lines", [(), (LINES[1],), (line("X", 1, 20_000),)], ids=["none", "other amount", "foreign line"])
def test_no_rows_are_listed_when_the_captures_lines_do_not_say_what_is_left(lines):
    assert read(part(capture(20_000, *lines))).rows == ()


def test_captured_line_is_known_by_the_reference_as_it_was_cut():
    long = line("Å" * 80, 1, 35_000, name="Bord")
    as_cut = {**long, "reference": "Å" * 64}

    rows = read(part(capture(35_000, as_cut), order_lines=[long, LINES[2]])).rows

    assert [row.reference for row in rows] == ["frakt"]


def test_line_without_a_rate_is_read():
    assert read(order(order_lines=[line("A", 1, 39_900, tax_rate=None)])).rows[0].vat_rate is None


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        order(order_id="00000000-0000-4000-8000-000000000000"),
        order(captured_amount=None),
        order(order_amount="39900"),
        order(remaining_authorized_amount=Decimal("399.00")),
        order(refunded_amount=True),
        order(purchase_currency=""),
        order(captures=[{"captured_amount": 100}]),
    ],
)
def test_answer_without_its_amounts_is_not_guessed_about(body):
    with pytest.raises(Rejected) as caught:
        read(body)

    assert caught.value.code == "KLARNA_ORDER_UNREADABLE"


def test_missing_and_odd_dates_are_none_and_zone_less_ones_utc():
    odd = [read(order(expires_at=text)).expires_at for text in (None, "soon", "2026-03-03T09:00:00")]

    assert odd == [None, None, datetime(2026, 3, 3, 9, 0, tzinfo=UTC)]


def test_own_capture_is_known_by_its_reference():
    captures = read_captures([capture(100, reference=""), capture(200, reference="DEL-2")])

    assert own_capture(captures, "DEL-2") == captures[1]
    assert own_capture(captures, "DEL-3") is None
    assert own_capture(captures, "") is None


def test_captures_are_a_list():
    with pytest.raises(Rejected):
        read_captures({"captures": []})


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (ID, True),
        (ID.upper(), True),
        (ID.replace("-", ""), False),
        (f"{ID}/captures", False),
        (f"{ID}\n", False),
        ("1234567", False),
        ("", False),
    ],
)
def test_reference_is_a_uuid(text, is_one):
    assert is_reference(text) is is_one
