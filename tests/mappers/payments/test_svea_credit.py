"""How a refund, a cancellation and a release are said to Svea."""

from __future__ import annotations

import pytest

from mappers.payments.model import Refusal
from mappers.payments.svea_calls import cancel_call, credit_call, release_call
from mappers.payments.svea_credit import Credit, CreditHow, decide_credit
from mappers.payments.svea_model import Call, Objection
from tests.mappers.payments.svea_orders import ALL_ACTIONS, delivery, line, order, refund, row

VASES, BOOK = row(1, 10_000, 200), row(2, 10_600, 300)
TOTAL = 51_800


def delivered(*deliveries, **more):
    made = deliveries or (delivery(7, TOTAL, VASES, BOOK),)
    return order(amount=TOTAL, deliveries=made, **({"OrderStatus": "Delivered", "Actions": []} | more))


def by_amount(**more):
    return delivered(delivery(7, TOTAL, VASES, BOOK, Actions=["CanCreditAmount"], **more), PaymentType="Card")


def refusal(decided):
    assert isinstance(decided, Objection), decided
    assert decided.reason.endswith(".")
    return decided.refusal


def test_whole_rows_are_credited_as_rows():
    assert decide_credit(delivered(), refund(20_000, line("1", quantity="2"))) == Credit(
        how=CreditHow.ROWS, delivery_id=7, amount=20_000, row_ids=(1,)
    )


def test_pieces_of_an_invoices_row_are_credited_by_quantity():
    decided = decide_credit(delivered(), refund(10_600, line("2")))

    assert (decided.how, decided.row_ids, decided.quantities) == (CreditHow.ROWS, (2,), ((2, 100),))


def test_pieces_of_another_types_row_are_credited_as_an_amount():
    made = delivery(7, TOTAL, VASES, BOOK, Actions=["CanCreditOrderRows", "CanCreditAmount"])

    decided = decide_credit(delivered(made, PaymentType="AccountCredit"), refund(10_600, line("2")))

    assert (decided.how, decided.total) == (CreditHow.AMOUNT, 10_600)


def test_amount_is_added_to_what_was_credited_before():
    decided = decide_credit(by_amount(CreditedAmount=5_000), refund(1_234))

    assert (decided.how, decided.total) == (CreditHow.AMOUNT, 6_234)


def test_free_amount_of_one_rate_is_a_new_row():
    decided = decide_credit(delivered(), refund(1_234, line(total=1_234, rate="6"), description="Ersättning för skada " + "å" * 60))

    assert (decided.how, decided.vat_percent, len(decided.name)) == (CreditHow.NEW_ROW, 600, 40)


def test_new_row_without_any_text_has_a_name():
    assert decide_credit(delivered(), refund(1_234, line(total=1_234), reference="", description="")).name == "Kreditering"


@pytest.mark.parametrize("lines", [(), (line(total=1, rate="25"), line(total=1, rate="6")), (line(total=2, rate="12.345"),)])
def test_free_amount_whose_vat_is_not_known_is_refused(lines):
    assert refusal(decide_credit(delivered(), refund(2, *lines))) is Refusal.LINES_DIFFER


def test_rows_that_do_not_say_the_amount_are_not_credited():
    made = delivery(7, TOTAL, VASES, BOOK, Actions=["CanCreditOrderRows"])

    assert refusal(decide_credit(delivered(made), refund(19_999, line("1", quantity="2")))) is Refusal.LINES_DIFFER


def test_row_that_was_credited_before_is_not_credited_again():
    credit = {"Amount": -20_000, "OrderRows": [VASES | {"Quantity": -200}]}
    made = delivery(7, TOTAL, VASES, BOOK, credited=20_000, Credits=[credit], Actions=["CanCreditOrderRows"])

    assert refusal(decide_credit(delivered(made), refund(20_000, line("1", quantity="2")))) is Refusal.LINES_DIFFER


def test_rest_of_a_partly_credited_row_is_named_by_quantity():
    credit = {"Amount": -10_600, "OrderRows": [BOOK | {"Quantity": -100}]}
    made = delivery(7, TOTAL, VASES, BOOK, credited=10_600, Credits=[credit])

    assert decide_credit(delivered(made), refund(21_200, line("2", quantity="2"))).quantities == ((2, 200),)


def test_delivery_is_named_where_there_are_several():
    two = (delivery(7, 20_000, VASES), delivery(8, 31_800, BOOK))

    assert refusal(decide_credit(delivered(*two), refund(20_000, line("1", quantity="2")))) is Refusal.INVALID
    assert decide_credit(delivered(*two), refund(31_800, line("2", quantity="3"), capture_id="8")).delivery_id == 8
    assert refusal(decide_credit(delivered(*two), refund(20_000, capture_id="9"))) is Refusal.NOT_FOUND


def test_refusals_of_a_refund():
    assert refusal(decide_credit(order(VASES, amount=20_000), refund(20_000))) is Refusal.NOT_ALLOWED
    assert refusal(decide_credit(by_amount(), refund(TOTAL + 1))) is Refusal.AMOUNT_TOO_HIGH
    assert refusal(decide_credit(by_amount(CreditedAmount=TOTAL), refund(1))) is Refusal.AMOUNT_TOO_HIGH
    assert refusal(decide_credit(by_amount(), refund(0))) is Refusal.INVALID
    assert refusal(decide_credit(by_amount(), refund(1, currency="EUR"))) is Refusal.INVALID
    assert refusal(decide_credit(delivered(delivery(7, TOTAL, Actions=[])), refund(1))) is Refusal.NOT_ALLOWED
    assert refusal(decide_credit(by_amount(CreditedAmount=500), refund(1, refunded_before=0))) is Refusal.CONFLICT


def test_bodies_of_a_credit():
    read = delivered()
    parts = credit_call(read, decide_credit(read, refund(30_600, line("1", quantity="2"), line("2"))))
    amount = credit_call(by_amount(), decide_credit(by_amount(), refund(1_234)))
    new = credit_call(read, decide_credit(read, refund(1_234, line(total=1_234), description="Skada")))

    path = "/orders/2291662/deliveries/7"
    quantities = [{"OrderRowId": 2, "Quantity": 100}]
    assert parts == Call(method="POST", path=f"{path}/credits", body={"OrderRowIds": [1, 2], "RowCreditingOptions": quantities})
    assert amount == Call(method="PATCH", path=path, body={"CreditedAmount": 1_234})
    row_ = {"Name": "Skada", "Quantity": 100, "UnitPrice": 1_234, "VatPercent": 2500}
    assert new == Call(method="POST", path=f"{path}/credits", body={"NewCreditOrderRow": row_})


def test_empty_list_of_rows_is_never_credited():
    with pytest.raises(ValueError, match="every row"):
        credit_call(delivered(), Credit(how=CreditHow.ROWS, delivery_id=7, amount=1))


# Cancelling and releasing ---------------------------------------------------------------------------------------------------------


def test_untouched_order_is_cancelled_whole():
    assert cancel_call(order(VASES, amount=20_000)) == Call(method="PATCH", path="/orders/2291662", body={"IsCancelled": True})


def test_partly_delivered_order_is_not_cancelled_although_svea_would_let():
    part = order(BOOK, amount=TOTAL, deliveries=(delivery(7, 20_000, VASES),))

    assert refusal(cancel_call(part)) is Refusal.NOT_ALLOWED


def test_order_that_cannot_be_cancelled():
    assert refusal(cancel_call(order(VASES, amount=20_000, Actions=[]))) is Refusal.NOT_ALLOWED
    assert refusal(cancel_call(order(amount=20_000, CancelledAmount=20_000, OrderStatus="Cancelled"))) is Refusal.CANCELLED


def test_rest_is_released_by_its_rows():
    part = order(BOOK, row(3, 100), amount=51_900, deliveries=(delivery(7, 20_000, VASES),))

    assert release_call(part) == Call(method="PATCH", path="/orders/2291662/rows/cancelOrderRows", body={"OrderRowIds": [2, 3]})


def test_rest_is_released_as_an_amount_where_its_rows_cannot_be_cancelled():
    held = BOOK | {"Actions": ["CanDeliverRow"]}
    part = order(
        held, amount=TOTAL + 500, CancelledAmount=500, deliveries=(delivery(7, 20_000, VASES),), Actions=[*ALL_ACTIONS, "CanCancelAmount"]
    )

    assert release_call(part) == Call(method="PATCH", path="/orders/2291662", body={"CancelledAmount": 32_300})


@pytest.mark.parametrize(
    "read",
    [
        order(VASES, amount=20_000),
        delivered(),
        order(BOOK, amount=TOTAL, deliveries=(delivery(7, 20_000, VASES),), Actions=["CanDeliverOrder"]),
    ],
    ids=["nothing delivered", "nothing left", "no action"],
)
def test_release_that_is_refused(read):
    assert refusal(release_call(read)) is Refusal.NOT_ALLOWED
