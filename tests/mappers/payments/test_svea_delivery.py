"""Which delivery says exactly the requested amount, and what is refused before any call."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers.payments.model import Refusal
from mappers.payments.svea_calls import deliver_call
from mappers.payments.svea_delivery import Delivery, How, decide_delivery
from mappers.payments.svea_model import Objection
from tests.mappers.payments.svea_orders import ALL_ACTIONS, capture, delivery, fee, line, order, row

VASES, BOOK, FREIGHT = row(1, 10_000, 200), row(2, 10_600, 300), row(3, 4_900, RowType="ShippingFee")
TOTAL = 56_700
OPEN = order(VASES, BOOK, FREIGHT, amount=TOTAL)
WITH_FEE = order(VASES, BOOK, FREIGHT, fee(4, 2_900), amount=TOTAL + 2_900)
PLAN = order(row(1, 20_000, Actions=[]), row(2, 5_000, Actions=[]), amount=25_000, PaymentType="PaymentPlan", Actions=["CanDeliverOrder"])
LOWERABLE = order(VASES, BOOK, amount=51_800, Actions=[*ALL_ACTIONS, "CanCancelAmount"])


def refusal(decided):
    assert isinstance(decided, Objection), decided
    assert decided.reason.endswith(".")
    return decided.refusal


# All rows -------------------------------------------------------------------------------------------------------------------------


def test_what_remains_is_every_row_by_its_id():
    assert decide_delivery(OPEN, capture(TOTAL)) == Delivery(how=How.ALL, amount=TOTAL, row_ids=(1, 2, 3))


def test_cancelled_rows_are_not_delivered():
    rest = order(VASES | {"IsCancelled": True}, BOOK, amount=51_800, CancelledAmount=20_000)

    assert decide_delivery(rest, capture(31_800)).row_ids == (2,)


def test_whole_order_with_svea_fee_is_everything_whether_the_fee_is_counted_or_not():
    for amount in (TOTAL, TOTAL + 2_900):
        assert decide_delivery(WITH_FEE, capture(amount)) == Delivery(how=How.ALL, amount=TOTAL + 2_900, row_ids=(1, 2, 3, 4))


def test_lines_for_every_row_are_everything():
    lines = [line("1", quantity="2"), line("2", quantity="3"), line("3")]

    assert decide_delivery(WITH_FEE, capture(TOTAL, *lines)).how is How.ALL


def test_whole_order_whose_rows_do_not_add_up_is_delivered_all_the_same():
    odd = order(VASES, amount=20_000, CancelledAmount=500)

    assert decide_delivery(odd, capture(19_500)) == Delivery(how=How.ALL, amount=19_500, row_ids=(1,))


def test_payment_plan_is_delivered_whole():
    assert decide_delivery(PLAN, capture(25_000)).how is How.ALL


# Rows and quantities --------------------------------------------------------------------------------------------------------------


def test_whole_rows():
    decided = decide_delivery(OPEN, capture(24_900, line("1", quantity="2"), line("3")))

    assert decided == Delivery(how=How.ROWS, amount=24_900, row_ids=(1, 3))


def test_part_of_a_rows_pieces():
    decided = decide_delivery(OPEN, capture(20_600, line("1"), line("2")))

    assert decided == Delivery(how=How.QUANTITIES, amount=20_600, row_ids=(1, 2), quantities=((1, 100), (2, 100)))


def test_mixed_delivery_names_quantities_only_where_a_row_is_parted():
    decided = decide_delivery(OPEN, capture(30_600, line("1", quantity="2"), line("2")))

    assert (decided.row_ids, decided.quantities) == ((1, 2), ((2, 100),))


def test_two_lines_of_one_row_are_one_quantity():
    decided = decide_delivery(OPEN, capture(21_200, line("2"), line("2")))

    assert decided.quantities == ((2, 200),)


def test_line_without_a_row_is_found_by_its_article_number():
    assert decide_delivery(OPEN, capture(4_900, line(reference="ART-3"))).row_ids == (3,)


def test_article_number_of_two_rows_names_neither():
    twice = order(row(1, 5_000, ArticleNumber="A"), row(2, 5_000, ArticleNumber="A"), row(3, 1_000), amount=11_000)

    assert refusal(decide_delivery(twice, capture(5_000, line(reference="A")))) is Refusal.LINES_DIFFER


def test_fraction_of_a_piece():
    metres = order(row(1, 10_000, 250), row(2, 5_000), amount=30_000)

    assert decide_delivery(metres, capture(12_500, line("1", quantity="1.25"))).quantities == ((1, 125),)


def test_order_discount_is_a_row_like_others():
    discounted = order(VASES, BOOK, row(4, -5_000), amount=46_800)

    assert decide_delivery(discounted, capture(15_000, line("1", quantity="2"), line("4"))).row_ids == (1, 4)


def test_fee_rides_along_with_the_first_part():
    decided = decide_delivery(WITH_FEE, capture(4_900, line("3")))

    assert (decided.row_ids, decided.amount) == ((3, 4), 7_800)


def test_named_fee_is_part_of_the_amount():
    decided = decide_delivery(WITH_FEE, capture(7_800, line("3"), line("4")))

    assert (decided.row_ids, decided.amount) == ((3, 4), 7_800)


def test_counted_fee_is_not_taken_for_a_row_of_the_same_price():
    tricky = order(VASES, row(2, 2_900), fee(3, 2_900), amount=25_800)

    decided = decide_delivery(tricky, capture(22_900, line("1", quantity="2"), line("3")))

    assert (decided.how, decided.row_ids) == (How.ROWS, (1, 3))


@pytest.mark.parametrize(
    ("amount", "lines"),
    [
        (24_901, [line("1", quantity="2"), line("3")]),
        (24_899, [line("1", quantity="2"), line("3")]),
        (10_000, []),
        (10_000, [line("9")]),
        (30_000, [line("1", quantity="3")]),
        (5_000, [line("1", quantity="0.005")]),
        (10_000, [line("1", quantity="0")]),
        (10_000, [line()]),
    ],
)
def test_amount_that_the_lines_do_not_say_is_refused(amount, lines):
    assert refusal(decide_delivery(OPEN, capture(amount, *lines))) is Refusal.LINES_DIFFER


def test_part_of_a_row_with_a_fixed_discount_has_no_known_amount():
    discounted = order(row(1, 10_000, 200, DiscountAmount=1_000), BOOK, amount=50_800)

    assert refusal(decide_delivery(discounted, capture(9_500, line("1")))) is Refusal.LINES_DIFFER
    assert decide_delivery(discounted, capture(19_000, line("1", quantity="2"))).how is How.ROWS


def test_part_that_is_no_whole_number_of_minor_units_is_refused():
    rounded = order(row(1, 9_999, 300, DiscountPercent=1000), BOOK, amount=58_797)

    assert refusal(decide_delivery(rounded, capture(8_999, line("1")))) is Refusal.LINES_DIFFER


def test_rows_that_do_not_add_up_are_not_selected_from():
    odd = order(VASES, BOOK, amount=51_800, CancelledAmount=1)

    assert refusal(decide_delivery(odd, capture(20_000, line("1", quantity="2")))) is Refusal.LINES_DIFFER


def test_row_that_svea_does_not_let_go_is_not_selected():
    held = order(VASES | {"Actions": []}, BOOK, amount=51_800)

    assert refusal(decide_delivery(held, capture(20_000, line("1", quantity="2")))) is Refusal.LINES_DIFFER


def test_payment_plan_is_not_split():
    assert refusal(decide_delivery(PLAN, capture(20_000, line("1")))) is Refusal.SPLIT_REFUSED


# A lowered amount -----------------------------------------------------------------------------------------------------------------


def test_lower_amount_is_delivered_when_nothing_more_will_come():
    assert decide_delivery(LOWERABLE, capture(45_000, is_rest=True)) == Delivery(how=How.LOWERED, amount=45_000, row_ids=())


def test_rows_are_preferred_to_giving_up_the_rest():
    assert decide_delivery(LOWERABLE, capture(20_000, line("1", quantity="2"), is_rest=True)).how is How.ROWS


def test_rest_is_not_given_up_while_more_may_come():
    assert refusal(decide_delivery(LOWERABLE, capture(45_000))) is Refusal.LINES_DIFFER


def test_amount_is_not_lowered_without_the_action():
    assert refusal(decide_delivery(OPEN, capture(45_000, is_rest=True))) is Refusal.LINES_DIFFER


def test_amount_is_not_lowered_after_a_delivery_nor_with_a_fee():
    actions = [*ALL_ACTIONS, "CanCancelAmount"]
    later = order(BOOK, amount=51_800, deliveries=(delivery(1, 20_000, VASES),), Actions=actions)
    with_fee = order(VASES, fee(2, 2_900), amount=22_900, Actions=actions)

    assert refusal(decide_delivery(later, capture(10_000, is_rest=True))) is Refusal.LINES_DIFFER
    assert refusal(decide_delivery(with_fee, capture(10_000, is_rest=True))) is Refusal.LINES_DIFFER


def test_payment_plan_is_lowered_where_svea_lets():
    plan = order(row(1, 20_000, Actions=[]), amount=20_000, Actions=["CanDeliverOrder", "CanCancelOrderAmount"])

    assert decide_delivery(plan, capture(15_000, is_rest=True)).how is How.LOWERED


# Refused whatever the rows --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"OrderStatus": "Delivered", "Actions": []}, Refusal.ALREADY_CAPTURED),
        ({"OrderStatus": "Cancelled", "Actions": []}, Refusal.CANCELLED),
        ({"OrderStatus": "Open", "Actions": []}, Refusal.NOT_ALLOWED),
        ({"OrderStatus": "Processing"}, Refusal.NOT_ALLOWED),
        ({"OrderStatus": "Nytt"}, Refusal.NOT_ALLOWED),
        ({"Actions": [], "ExpirationDate": "2026-01-01T00:00:00"}, Refusal.EXPIRED),
    ],
)
def test_order_in_another_state_is_refused(state, expected):
    assert refusal(decide_delivery(order(VASES, amount=20_000, **state), capture(20_000))) is expected


def test_rest_that_svea_does_not_let_deliver_is_refused():
    held = order(BOOK, amount=51_800, deliveries=(delivery(1, 20_000, VASES),), Actions=["CanCancelOrder"])

    assert refusal(decide_delivery(held, capture(31_800))) is Refusal.NOT_ALLOWED


def test_more_than_remains_is_refused():
    assert refusal(decide_delivery(OPEN, capture(TOTAL + 1))) is Refusal.AMOUNT_TOO_HIGH


@pytest.mark.parametrize("amount", [0, -100])
def test_nothing_is_no_capture(amount):
    assert refusal(decide_delivery(OPEN, capture(amount))) is Refusal.INVALID


def test_other_currency_is_refused():
    assert refusal(decide_delivery(OPEN, capture(TOTAL, currency="EUR"))) is Refusal.INVALID


def test_what_was_delivered_since_the_decision_is_a_conflict():
    later = order(row(2, 10_600, 200), amount=31_800, deliveries=(delivery(1, 10_600),))

    assert refusal(decide_delivery(later, capture(10_600, line("2"), captured_before=0))) is Refusal.CONFLICT
    assert decide_delivery(later, capture(10_600, line("2"), captured_before=10_600)).how is How.QUANTITIES


def test_amount_without_any_row_is_refused():
    assert refusal(decide_delivery(order(amount=TOTAL), capture(TOTAL))) is Refusal.NOT_ALLOWED


# Bodies ---------------------------------------------------------------------------------------------------------------------------


def test_bodies_of_the_four_ways():
    lowered = deliver_call(LOWERABLE, decide_delivery(LOWERABLE, capture(45_000, is_rest=True)))
    parts = deliver_call(OPEN, decide_delivery(OPEN, capture(10_600, line("2"))))
    rows = deliver_call(OPEN, decide_delivery(OPEN, capture(4_900, line("3"))))
    everything = deliver_call(OPEN, decide_delivery(OPEN, capture(TOTAL)))

    path = "/orders/2291662/deliveries"
    assert (lowered.method, lowered.path, lowered.body) == ("POST", f"{path}/DeliverAndLowerAmount", {"DeliveredAmount": 45_000})
    assert (parts.path, parts.body) == (path, {"OrderRowIds": [2], "RowDeliveryOptions": [{"OrderRowId": 2, "Quantity": 100}]})
    assert rows.body == {"OrderRowIds": [3]}
    assert everything.body == {"OrderRowIds": [1, 2, 3]}


def test_empty_list_of_rows_is_never_sent():
    with pytest.raises(ValueError, match="every row"):
        deliver_call(OPEN, Delivery(how=How.ROWS, amount=1, row_ids=()))


@given(
    pieces=st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 1)),
    off_by=st.sampled_from([-1, 0, 1]),
    fee_amount=st.sampled_from([0, 2_900]),
)
def test_what_is_delivered_is_what_was_asked_for_and_the_fee(pieces, off_by, fee_amount):
    rows = (VASES, BOOK, FREIGHT, *([fee(4, fee_amount)] if fee_amount else []))
    read = order(*rows, amount=TOTAL + fee_amount)
    lines = [line(str(ident), quantity=str(count)) for ident, count in enumerate(pieces, start=1) if count]
    amount = sum(count * each["UnitPrice"] for count, each in zip(pieces, (VASES, BOOK, FREIGHT), strict=True)) + off_by

    decided = decide_delivery(read, capture(amount, *lines))

    if isinstance(decided, Delivery):
        assert decided.amount == amount + fee_amount
        assert worth(decided, rows) == decided.amount
        assert decided.row_ids
    else:
        assert off_by or not lines


def worth(decided, rows):
    """What Svea makes of it."""
    parts = dict(decided.quantities)
    return sum(
        Decimal(parts.get(each["OrderRowId"], each["Quantity"])) / 100 * each["UnitPrice"]
        for each in rows
        if each["OrderRowId"] in decided.row_ids
    )


def test_every_way_of_splitting_an_order_in_two_takes_it_all():
    for first in product(range(3), range(4), range(2)):
        lines = [line(str(ident), quantity=str(count)) for ident, count in enumerate(first, start=1) if count]
        amount = sum(count * price for count, price in zip(first, (10_000, 10_600, 4_900), strict=True))
        if not amount:
            continue
        decided = decide_delivery(OPEN, capture(amount, *lines))
        assert (decided.how is How.ALL) is (first == (2, 3, 1))
        assert decided.amount == amount
