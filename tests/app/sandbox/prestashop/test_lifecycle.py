"""What happens to orders after the purchase (facts: prestashop.md 1.3, 4, 5, 9, 10)."""

from decimal import Decimal

import pytest

from app.sandbox.prestashop.scenarios import BY_SLUG


@pytest.fixture
def order(state, clock):
    ident = state.place_order(BY_SLUG["mixed-vat"])
    clock.move(60)
    return ident


def names(state):
    return [hook.name for hook in state.hooks]


def test_a_paid_purchase_fires_the_hooks_in_prestashops_order(state):
    state.place_order(BY_SLUG["plain"])

    wanted = [
        "actionValidateOrderBefore",
        "actionObjectOrderAddAfter",
        "actionObjectOrderDetailAddAfter",
        "actionObjectOrderPaymentAddAfter",
        "actionValidateOrder",
        "actionPaymentConfirmation",
        "actionOrderStatusUpdate",
        "actionSetInvoice",
        "actionOrderStatusPostUpdate",
        "actionOrderHistoryAddAfter",
        "actionValidateOrderAfter",
    ]
    assert [name for name in names(state) if name in wanted] == wanted


def test_a_cancelled_order_keeps_number_totals_and_payment_and_gives_its_stock_back(state, order):
    before = state.get("orders", order)
    stock = state.find("stock_availables", id_product=1)[0]["quantity"]

    state.set_state(order, 6)

    after = state.get("orders", order)
    kept = ("invoice_number", "total_paid", "total_paid_real", "total_products")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert (after["valid"], after["current_state"]) == ("0", 6)
    assert state.find("stock_availables", id_product=1)[0]["quantity"] == stock + 1


def test_a_slip_moves_neither_state_nor_totals_nor_date(state, order):
    before = state.get("orders", order)
    row = state.find("order_details", id_order=order)[1]

    slip = state.add_slip(order, {row["id"]: 1})

    assert state.get("orders", order) == before
    stored = state.get("order_slip", slip)
    assert (stored["total_products_tax_incl"], stored["total_products_tax_excl"], stored["amount"]) == (
        "69.000000",
        "61.610000",
        "69.000000",
    )
    assert stored["associations"]["order_slip_details"][0]["id"] == slip
    refunded = state.get("order_details", row["id"])
    assert (refunded["product_quantity_refunded"], refunded["total_refunded_tax_incl"]) == (1, "69.000000")


def test_a_slip_after_delivery_counts_returned_pieces(state, order):
    state.set_state(order, 4)
    row = state.find("order_details", id_order=order)[0]

    state.add_slip(order, {row["id"]: 1})

    assert state.get("order_details", row["id"])["product_quantity_return"] == 1


def test_a_slip_of_a_group_with_prices_excl_vat_has_its_amount_excl_vat(state):
    order = state.place_order(BY_SLUG["company-sweden"])
    row = state.find("order_details", id_order=order)[0]

    slip = state.get("order_slip", state.add_slip(order, {row["id"]: 1}))

    assert (slip["amount"], slip["total_products_tax_incl"]) == ("1996.000000", "2495.000000")


def test_partly_refunded_has_two_slips_the_second_with_freight(state):
    order = state.place_order(BY_SLUG["partly-refunded"])

    slips = state.find("order_slip", id_order=order)
    assert [slip["total_shipping_tax_incl"] for slip in slips] == ["0.000000", "49.000000"]
    assert [slip["order_slip_type"] for slip in slips] == [0, 2]


def test_tracking_shows_on_the_order_without_moving_its_date(state, order):
    before = state.get("orders", order)["date_upd"]

    state.set_tracking(order, "SE1")

    after = state.get("orders", order)
    assert (after["shipping_number"], after["date_upd"]) == ("SE1", before)
    assert state.find("order_carriers", id_order=order)[0]["tracking_number"] == "SE1"


def test_a_payment_from_the_back_office_raises_the_real_total_and_keeps_the_state(state):
    order = state.place_order(BY_SLUG["unpaid-bank-wire"])

    state.add_payment(order, Decimal("100.00"), method="Swish")

    stored = state.get("orders", order)
    assert (stored["total_paid_real"], stored["current_state"], stored["invoice_number"]) == ("100.000000", 10, 0)


def test_a_paid_state_pays_only_what_is_missing(state):
    order = state.place_order(BY_SLUG["two-part-payment"])

    reference = state.get("orders", order)["reference"]
    assert [row["amount"] for row in state.find("order_payments", order_reference=reference)] == ["100.000000", "348.000000"]


def test_an_edited_row_changes_totals_and_the_invoice_already_made(state, order):
    row = state.find("order_details", id_order=order)[1]

    state.edit_row(order, row["id"], 5)

    stored, invoice = state.get("orders", order), state.find("order_invoices", id_order=order)[0]
    assert (stored["total_paid"], stored["total_paid_real"]) == ("1542.000000", "1335.000000")
    assert (invoice["number"], invoice["total_paid_tax_incl"]) == (1, "1542.000000")
    assert stored["associations"]["order_rows"][1]["product_quantity"] == 5
    assert names(state)[-1] == "actionOrderEdited"


def test_a_row_taken_away_is_gone_from_the_order(state, order):
    row = state.find("order_details", id_order=order)[3]

    state.edit_row(order, row["id"], 0)

    assert state.get("orders", order)["total_paid"] == "835.000000"
    assert len(state.get("orders", order)["associations"]["order_rows"]) == 3


def test_delivery_gives_order_and_invoice_a_delivery_number(state, order):
    state.set_state(order, 4)

    assert state.get("orders", order)["delivery_number"] == 1
    assert state.find("order_invoices", id_order=order)[0]["delivery_number"] == 1


def test_an_edited_customer_fires_its_hook(state, order):
    state.edit("customers", 1, firstname="Ny")

    assert state.get("customers", 1)["firstname"] == "Ny"
    assert names(state)[-1] == "actionObjectCustomerUpdateAfter"
