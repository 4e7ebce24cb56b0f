"""Svea's order read: amounts, status, actions."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mappers.errors import Rejected
from mappers.payments.model import Action, PaymentStatus, Provider
from mappers.payments.svea import is_reference, read_order, read_payment
from mappers.payments.svea_model import ACTIONS, STATUSES, Can
from tests.mappers.payments.svea_orders import ALL_ACTIONS, ID, NOW, body, delivery, fee, order, row

S = PaymentStatus
VASES, BOOK = row(1, 10_000, 200), row(2, 12_500, VatPercent=600)
TOTAL = 32_500


def test_open_order_is_authorised():
    payment = order(VASES, BOOK, amount=TOTAL).payment

    assert (payment.provider, payment.reference, payment.order_reference) == (Provider.SVEA, ID, "XKBKNABJK")
    assert (payment.status, payment.raw_status, payment.currency) == (S.AUTHORISED, "Open", "SEK")
    assert (payment.authorised, payment.captured, payment.remaining, payment.refunded) == (TOTAL, 0, TOTAL, 0)
    assert payment.actions == {Action.CAPTURE, Action.CAPTURE_PARTIALLY, Action.CANCEL}
    assert payment.expires_at == datetime(2026, 3, 15, tzinfo=UTC)
    assert not payment.is_direct


def test_rows_are_in_pieces_and_percent():
    first, second = order(VASES, BOOK, amount=TOTAL).payment.rows

    assert (first.id, first.reference, first.quantity, first.amount, first.vat_rate) == ("1", "ART-1", Decimal(2), 20_000, Decimal(25))
    assert (second.amount, second.vat_rate, second.can_capture) == (12_500, Decimal(6), True)


def test_shipping_and_the_fee_are_recognised():
    rows = order(row(1, 4_900, RowType="ShippingFee"), fee(2, 2_900), amount=7_800).payment.rows

    assert [(each.is_shipping, each.is_fee) for each in rows] == [(True, False), (False, True)]


@pytest.mark.parametrize("named", [{"Name": "Invoice fee"}, {"ArticleNumber": "INVOICEFEE", "Name": "Avgift"}])
def test_fee_is_recognised_by_either_field(named):
    assert order(row(1, 2_900, **named), amount=2_900).payment.rows[0].is_fee


@pytest.mark.parametrize(
    ("quantity", "more", "amount"),
    [
        (300, {}, 29_997),
        (100, {"DiscountPercent": 1000}, 8_999),  # 8999.1
        (150, {}, 14_999),  # 14998.5, half up
        (200, {"DiscountAmount": 500}, 19_498),
    ],
)
def test_rows_amount_follows_quantity_and_discounts(quantity, more, amount):
    each = row(1, 9_999, quantity, **more)

    assert order(each, amount=amount).rows[0].amount == amount


def test_order_discount_is_a_row_with_a_negative_price():
    read = order(VASES, row(2, -2_000), amount=18_000)

    assert ([each.amount for each in read.rows], read.adds_up) == ([20_000, -2_000], True)


def test_part_delivered_order_is_part_captured():
    made = delivery(5588814, 20_000, VASES)
    payment = order(BOOK, amount=TOTAL, deliveries=(made,)).payment

    assert (payment.status, payment.authorised, payment.captured, payment.remaining) == (S.PART_CAPTURED, TOTAL, 20_000, 12_500)
    assert [(each.id, each.amount, each.reference) for each in payment.captures] == [("5588814", 20_000, "")]
    assert payment.captures[0].at == datetime(2026, 1, 20, 10, 15, 30, tzinfo=UTC)
    assert [each.amount for each in payment.captures[0].rows] == [20_000]
    assert Action.CANCEL not in payment.actions
    assert payment.actions >= {Action.CAPTURE, Action.RELEASE, Action.REFUND}


def test_delivered_order_is_captured():
    payment = order(amount=TOTAL, deliveries=(delivery(1, TOTAL, VASES, BOOK),), OrderStatus="Delivered", Actions=[]).payment

    assert (payment.status, payment.captured, payment.remaining, payment.actions) == (S.CAPTURED, TOTAL, 0, {Action.REFUND})


def test_delivered_order_without_its_deliveries_is_captured_too():
    payment = order(amount=TOTAL, OrderStatus="Delivered", Actions=[]).payment

    assert (payment.status, payment.captured, payment.remaining) == (S.CAPTURED, TOTAL, 0)


@pytest.mark.parametrize("kind", ["Swish", "DirectBank"])
def test_direct_payment_arrives_delivered(kind):
    made = delivery(1, TOTAL, VASES, BOOK, Actions=["CanCreditAmount"])
    payment = order(amount=TOTAL, deliveries=(made,), OrderStatus="Delivered", SystemStatus="SUCCESS", PaymentType=kind, Actions=[]).payment

    assert payment.is_direct
    assert (payment.status, payment.remaining) == (S.CAPTURED, 0)


def test_open_order_without_actions_and_deliveries_is_under_review():
    payment = order(VASES, amount=20_000, Actions=[]).payment

    assert (payment.status, payment.actions) == (S.PENDING, frozenset())


def test_past_date_without_delivery_actions_is_expired():
    payment = order(VASES, amount=20_000, Actions=["CanCancelOrder"], ExpirationDate="2026-02-03T08:59:59").payment

    assert (payment.status, payment.remaining, payment.authorised, payment.actions) == (S.EXPIRED, 0, 20_000, frozenset())


def test_past_date_counts_for_nothing_while_svea_lets_deliver():
    assert order(VASES, amount=20_000, ExpirationDate="2026-02-01T00:00:00").payment.status is S.AUTHORISED


def test_rest_of_a_part_delivered_order_can_expire():
    payment = order(BOOK, amount=TOTAL, deliveries=(delivery(1, 20_000, VASES),), Actions=[], ExpirationDate="2026-02-01").payment

    assert (payment.status, payment.captured, payment.remaining) == (S.EXPIRED, 20_000, 0)


def test_cancelled_rows_amount_is_no_longer_authorised():
    read = order(VASES | {"IsCancelled": True, "Actions": []}, BOOK, amount=TOTAL, CancelledAmount=20_000)

    assert (read.payment.authorised, read.payment.remaining, read.adds_up) == (12_500, 12_500, True)
    assert [each.id for each in read.payment.rows] == ["2"]


def test_cancelled_order():
    rows = [each | {"IsCancelled": True, "Actions": []} for each in (VASES, BOOK)]
    payment = order(*rows, amount=TOTAL, CancelledAmount=TOTAL, OrderStatus="Cancelled", Actions=[]).payment

    assert (payment.status, payment.authorised, payment.remaining, payment.actions) == (S.CANCELLED, TOTAL, 0, frozenset())


def test_released_order_is_captured_with_what_was_delivered():
    rest = BOOK | {"IsCancelled": True, "Actions": []}
    payment = order(rest, amount=TOTAL, CancelledAmount=12_500, deliveries=(delivery(1, 20_000, VASES),), Actions=[]).payment

    assert (payment.status, payment.authorised, payment.captured, payment.remaining) == (S.CAPTURED, 20_000, 20_000, 0)


def test_cancelled_order_of_which_a_part_was_delivered_is_captured():
    made = delivery(1, 20_000, VASES)
    payment = order(amount=TOTAL, CancelledAmount=12_500, deliveries=(made,), OrderStatus="Cancelled", Actions=[]).payment

    assert (payment.status, payment.authorised, payment.captured) == (S.CAPTURED, 20_000, 20_000)


@pytest.mark.parametrize("amount", ["mycket", True, None, "12,50", "NaN", "1E400"])
def test_amount_that_is_no_number_is_unreadable(amount):
    with pytest.raises(Rejected, match="SVEA_ORDER_UNREADABLE"):
        read_payment(body(VASES, amount=20_000, OrderAmount=amount), reference=ID, now=NOW)


@pytest.mark.parametrize("word", ["Cancelled", "Open"])
def test_nothing_left_and_nothing_delivered_is_cancelled(word):
    assert order(amount=TOTAL, CancelledAmount=TOTAL, OrderStatus=word, Actions=[]).payment.status is S.CANCELLED


@pytest.mark.parametrize(("word", "status"), [("Failed", S.CANCELLED), ("Processing", S.PENDING), ("Nytt", S.UNKNOWN), ("", S.UNKNOWN)])
def test_other_words(word, status):
    payment = order(VASES, amount=20_000, OrderStatus=word).payment

    assert (payment.status, payment.raw_status) == (status, word)
    assert not payment.actions & {Action.CAPTURE, Action.CAPTURE_PARTIALLY}


def test_unknown_word_leaves_nothing_to_capture():
    assert order(VASES, amount=20_000, OrderStatus="Nytt").payment.remaining == 0


def test_both_spellings_of_actions_are_the_same():
    readme = ["CanDeliverOrder", "CanDeliverOrderPartially", "CanCancelOrder", "CanCancelOrderRow", "CanCancelOrderAmount"]
    sdk = ["CanDeliverOrder", "CanDeliverPartially", "CanCancelOrder", "CanCancelOrderRow", "CanCancelAmount"]

    assert order(VASES, amount=20_000, Actions=readme) == order(VASES, amount=20_000, Actions=sdk)


def test_keys_may_have_any_case():
    def camel(value):
        if isinstance(value, dict):
            return {key[0].lower() + key[1:]: camel(each) for key, each in value.items()}
        return [camel(each) for each in value] if isinstance(value, list) else value

    plain = body(BOOK, amount=TOTAL, deliveries=(delivery(1, 20_000, VASES),))

    assert read_order(camel(plain), reference=ID, now=NOW) == read_order(plain, reference=ID, now=NOW)


def test_payment_plan_cannot_be_split():
    payment = order(
        row(1, 20_000, Actions=[]), amount=20_000, PaymentType="PaymentPlan", Actions=["CanDeliverOrder", "CanCancelAmount"]
    ).payment

    assert payment.actions == {Action.CAPTURE}
    assert not payment.rows[0].can_capture


def test_credits_are_refunds_with_positive_amounts():
    credit = {"Amount": -10_000, "OrderRows": [VASES | {"Quantity": -100}], "Actions": []}
    made = delivery(7, 20_000, VASES, credited=13_000, Credits=[credit])
    read = order(amount=20_000, deliveries=(made,), OrderStatus="Delivered", Actions=[])

    assert (read.payment.refunded, read.payment.captures[0].refunded) == (13_000, 13_000)
    assert [(each.id, each.amount) for each in read.payment.refunds] == [("7-1", 10_000), ("7-amount", 3_000)]
    assert read.deliveries[0].credited_quantities == {1: 100}


def test_missing_credited_amount_is_the_sum_of_the_credits():
    made = delivery(7, 20_000, VASES, CreditedAmount=None, Credits=[{"Amount": -4_000}, {"Amount": -1_000}])

    assert order(amount=20_000, deliveries=(made,), OrderStatus="Delivered").payment.refunded == 5_000


def test_wholly_credited_delivery_can_be_refunded_no_more():
    made = delivery(7, 20_000, VASES, credited=20_000)

    assert order(amount=20_000, deliveries=(made,), OrderStatus="Delivered", Actions=[]).payment.actions == frozenset()


def test_rows_that_are_not_worth_what_remains_do_not_add_up():
    assert order(VASES, amount=20_000).adds_up
    assert not order(VASES, amount=20_000, CancelledAmount=500).adds_up


@pytest.mark.parametrize("lost", ["OrderAmount", "OrderRows.UnitPrice", "OrderRows.Quantity", "Deliveries.DeliveryAmount"])
def test_order_without_its_amounts_is_unreadable(lost):
    given = body(VASES.copy(), amount=20_000, deliveries=(delivery(1, 0),))
    record, _, name = lost.rpartition(".")
    del (given[record][0] if record else given)[name]

    with pytest.raises(Rejected) as caught:
        read_payment(given, reference=ID, now=NOW)

    assert caught.value.code == "SVEA_ORDER_UNREADABLE"


@pytest.mark.parametrize("body_", [None, [], "text"])
def test_what_is_no_order_is_unreadable(body_):
    with pytest.raises(Rejected, match="SVEA_ORDER_UNREADABLE"):
        read_payment(body_, reference=ID, now=NOW)


def test_another_order_than_asked_for_is_refused():
    with pytest.raises(Rejected, match="SVEA_ORDER_MISMATCH"):
        read_payment(body(VASES, amount=20_000), reference="1", now=NOW)


def test_binary_floats_are_refused():
    with pytest.raises(TypeError):
        read_payment(body(VASES, amount=20_000.0), reference=ID, now=NOW)


@pytest.mark.parametrize(("date", "read"), [(None, None), ("0001-01-01T00:00:00", None), ("soon", None)])
def test_expiration_that_is_no_date(date, read):
    assert order(VASES, amount=20_000, ExpirationDate=date).payment.expires_at is read


def test_expiration_with_a_zone():
    found = order(VASES, amount=20_000, ExpirationDate="2026-03-15T01:00:00.1234567+01:00").payment.expires_at

    assert found == datetime(2026, 3, 15, 0, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "is_one"), [("2291662", True), ("0123", False), ("", False), ("-1", False), ("12a", False), ("1" * 19, False)]
)
def test_reference_is_a_positive_integer(word, is_one):
    assert is_reference(word) is is_one


def test_every_action_and_status_of_ours_has_a_word():
    assert set(ACTIONS.values()) == set(Can)
    assert all(word == word.lower() for word in (*ACTIONS, *STATUSES))
    assert {each.lower() for each in ALL_ACTIONS} - set(ACTIONS) == {"canaddorderrow", "canupdateorderrow"}
