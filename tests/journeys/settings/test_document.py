"""The invoice's head and its text rows: each setting left out, and set."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.sandbox.prestashop.scenario import Scenario, Step
from tests.journeys.settings.proofs import proves
from tests.journeys.settings.selling import (
    COMPANY_ORDER,
    COMPANY_PLACE,
    HOME,
    PLAIN,
    WIRE,
    again,
    head,
    lines,
    replace,
    sold,
    stored,
    texts,
    today,
)
from tests.world import World

OTHER = replace(COMPANY_ORDER, place=replace(COMPANY_PLACE, other="Projekt Hamnen\nport 4"))
CHATTY = replace(PLAIN, message="Ring före leverans", gift_message="Grattis!", gift_wrapping=True)
SHIPPED = replace(PLAIN, steps=(Step(kind="state", values={"state": 4}),))


def back_dated(bridge: World, scenario: Scenario) -> int:
    """An order of a week with a day for each thing: placed, paid, in state 4, delivered; today is after all of them."""
    order = bridge.shop.place_order(scenario)
    days = {name: f"{today() - timedelta(days=age)} 12:00:00" for name, age in {"placed": 6, "paid": 5, "state": 4, "delivered": 3}.items()}
    bridge.shop.change("orders", order, date_add=days["placed"], invoice_date=days["paid"])
    if str(bridge.shop.get("orders", order)["delivery_date"])[:4] != "0000":
        bridge.shop.change("orders", order, delivery_date=days["delivered"])
    for payment in bridge.shop.find("order_payments"):
        bridge.shop.change("order_payments", int(payment["id"]), date_add=days["paid"])
    for entry in bridge.shop.find("order_histories", id_order=order):
        bridge.shop.change("order_histories", int(entry["id"]), date_add=days["state"])
    return order


@proves("OrderPolicy.invoice_date", "InvoiceDate.PLACED", "InvoiceDate.PAID", "InvoiceDate.TRANSFER_STATE", "InvoiceDate.TODAY")
@pytest.mark.parametrize(
    ("orders", "age"),
    [
        ({}, 5),
        ({"invoice_date": "paid"}, 5),
        ({"invoice_date": "placed"}, 6),
        ({"invoice_date": "transfer_state"}, 4),
        ({"invoice_date": "today"}, 0),
    ],
    ids=["the_day_of_payment_by_default", "paid", "placed", "transfer_state", "today"],
)
async def test_invoice_bears_the_day_that_is_set(bridge: World, orders: dict[str, Any], age: int) -> None:
    await bridge.configure(**orders)
    order = back_dated(bridge, PLAIN)

    await again(bridge, order)

    day = str(today() - timedelta(days=age))
    assert head(stored(bridge, order))["invoiceDate"] == day
    assert head(stored(bridge, order))["invoiceExpirationDate"] == day


@proves("OrderPolicy.invoice_date", "InvoiceDate.PLACED", "InvoiceDate.TODAY")
@pytest.mark.parametrize(("word", "age"), [("placed", 5), ("today", 0)], ids=["its_own_day", "never_before_the_invoice"])
async def test_payment_is_registered_on_its_own_day_but_not_before_the_invoice(bridge: World, word: str, age: int) -> None:
    await bridge.configure(invoice_date=word)
    order = back_dated(bridge, PLAIN)

    await again(bridge, order)

    (paid,) = [event for event in stored(bridge, order)["customerInvoiceEvents"] if event["paymentAccountNumber"]]
    assert paid["date"][:10] == str(today() - timedelta(days=age))


@proves("OrderPolicy.payment_terms_days")
@pytest.mark.parametrize(("orders", "days"), [({}, 30), ({"payment_terms_days": 14}, 14)], ids=["thirty_by_default", "as_set"])
async def test_unpaid_invoice_is_due_after_the_payment_terms(bridge: World, orders: dict[str, Any], days: int) -> None:
    invoice = await sold(bridge, WIRE, transfer_states=[10], **orders)

    due = date.fromisoformat(head(invoice)["invoiceExpirationDate"]) - date.fromisoformat(head(invoice)["invoiceDate"])
    assert due.days == days


@proves("OrderPolicy.payment_terms_days")
async def test_paid_invoice_is_due_at_once_whatever_the_terms(bridge: World) -> None:
    invoice = await sold(bridge, payment_terms_days=14)

    assert head(invoice)["invoiceExpirationDate"] == head(invoice)["invoiceDate"]


@proves("OrderPolicy.invoice_reference_prefix")
@pytest.mark.parametrize(("orders", "reference"), [({}, "PS:1:1:INV"), ({"invoice_reference_prefix": "TE-"}, "TE-PS:1:1:INV")])
async def test_invoice_reference_has_the_prefix(bridge: World, orders: dict[str, Any], reference: str) -> None:
    assert head(await sold(bridge, **orders))["invoiceReference"] == reference


@proves("OrderPolicy.order_number")
@pytest.mark.parametrize(("orders", "number"), [({}, "{reference}"), ({"order_number": "W{id}/{reference}"}, "W1/{reference}")])
async def test_order_number_is_filled_in(bridge: World, orders: dict[str, Any], number: str) -> None:
    invoice = await sold(bridge, **orders)

    reference = bridge.shop.get("orders", 1)["reference"]
    assert head(invoice)["customerOrderNumber"] == number.replace("{reference}", reference)


@proves("OrderPolicy.our_reference")
@pytest.mark.parametrize(("orders", "name"), [({}, None), ({"our_reference": "Webbutiken"}, "Webbutiken")])
async def test_our_reference_stands_on_the_invoice(bridge: World, orders: dict[str, Any], name: str | None) -> None:
    assert head(await sold(bridge, **orders))["ourReference"] == name


@proves("OrderPolicy.your_reference", *(f"YourReference.{word}" for word in ("CONTACT", "ALWAYS", "NONE", "OTHER")))
@pytest.mark.parametrize(
    ("orders", "scenario", "reference"),
    [
        ({}, COMPANY_ORDER, "Doris Mönster"),
        ({}, PLAIN, None),
        ({"your_reference": "contact"}, COMPANY_ORDER, "Doris Mönster"),
        ({"your_reference": "always"}, PLAIN, "Anna Exempelsson"),
        ({"your_reference": "none"}, COMPANY_ORDER, None),
        ({"your_reference": "other"}, OTHER, "Projekt Hamnen"),
        ({"your_reference": "other"}, PLAIN, None),
    ],
)
async def test_your_reference_is_what_is_set(bridge: World, orders: dict[str, Any], scenario: Scenario, reference: str | None) -> None:
    assert head(await sold(bridge, scenario, **orders))["yourReference"] == reference


@proves("YourReference.OTHER")
async def test_personal_number_in_the_other_field_is_no_reference(bridge: World) -> None:
    scenario = replace(PLAIN, place=replace(HOME, other="Legitimation 121212-1212"))

    assert head(await sold(bridge, scenario, your_reference="other"))["yourReference"] is None


@proves("OrderPolicy.comment")
@pytest.mark.parametrize(
    ("orders", "comment"), [({}, "Webborder {reference}"), ({"comment": "Order {id}"}, "Order 1"), ({"comment": ""}, None)]
)
async def test_comment_is_filled_in(bridge: World, orders: dict[str, Any], comment: str | None) -> None:
    invoice = await sold(bridge, **orders)

    reference = bridge.shop.get("orders", 1)["reference"]
    assert head(invoice)["comment"] == (comment and comment.replace("{reference}", reference))


@proves("OrderPolicy.text_rows")
@pytest.mark.parametrize(
    ("orders", "rows"), [({}, []), ({"text_rows": ["Tack!", "Order {id} ({reference})"]}, ["Tack!", "Order 1 ({reference})"])]
)
async def test_text_rows_are_printed_last(bridge: World, orders: dict[str, Any], rows: list[str]) -> None:
    invoice = await sold(bridge, **orders)

    reference = bridge.shop.get("orders", 1)["reference"]
    assert texts(invoice) == [row.replace("{reference}", reference) for row in rows]


@proves("OrderPolicy.order_notes")
@pytest.mark.parametrize(("orders", "rows"), [({}, []), ({"order_notes": True}, ["Ring före leverans", "Grattis!"])])
async def test_customers_messages_are_text_rows_where_that_is_set(bridge: World, orders: dict[str, Any], rows: list[str]) -> None:
    assert texts(await sold(bridge, CHATTY, **orders)) == rows


@proves("OrderPolicy.delivery_date")
@pytest.mark.parametrize(("orders", "shown"), [({}, True), ({"delivery_date": False}, False)], ids=["by_default", "switched_off"])
async def test_day_of_delivery_stands_on_the_invoice_before_the_shops_own_texts(
    bridge: World, *, orders: dict[str, Any], shown: bool
) -> None:
    await bridge.configure(text_rows=["Tack!"], **orders)
    order = back_dated(bridge, SHIPPED)

    await again(bridge, order)

    delivered = f"Leveransdatum {today() - timedelta(days=3)}"
    assert texts(stored(bridge, order)) == ([delivered, "Tack!"] if shown else ["Tack!"])


@proves("OrderPolicy.delivery_date")
async def test_day_of_delivery_that_is_the_invoices_own_is_not_repeated(bridge: World) -> None:
    assert texts(await sold(bridge, SHIPPED)) == []


@proves("OrderPolicy.cost_centre")
@pytest.mark.parametrize(("orders", "numbers"), [({}, set()), ({"cost_centre": "100"}, {"100"})])
async def test_cost_centre_stands_on_the_invoice_and_its_lines(bridge: World, orders: dict[str, Any], numbers: set[str]) -> None:
    invoice = await sold(bridge, **orders)

    assert {each["dimensionNumber"] for each in invoice["dimensions"]} == numbers
    assert all({each["dimensionNumber"] for each in line["dimensions"]} == numbers for line in lines(invoice))


@proves("OrderPolicy.project")
@pytest.mark.parametrize(("orders", "number"), [({}, None), ({"project": "10"}, "10")])
async def test_project_stands_on_the_invoice_and_its_lines(bridge: World, orders: dict[str, Any], number: str | None) -> None:
    invoice = await sold(bridge, **orders)

    assert {invoice["projectNumber"], *(line["projectNumber"] for line in lines(invoice))} == {number}


@proves("OrderPolicy.send_email")
@pytest.mark.parametrize(("orders", "email"), [({}, None), ({"send_email": True}, "anna@kund.example")])
async def test_hogia_mails_the_invoice_only_where_that_is_set(bridge: World, orders: dict[str, Any], email: str | None) -> None:
    invoice = await sold(bridge, **orders)

    assert head(invoice)["distributionEmail"] == email
    assert head(invoice)["distributionMethod"] == ("2" if email else None)
