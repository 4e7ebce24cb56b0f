"""Orders that change while they are read, or while a call about them is unanswered."""

from __future__ import annotations

from decimal import Decimal

from app.sandbox.prestashop.scenarios import BY_SLUG
from mappers.hogia.model import InvoiceStatus
from mappers.hogia.reading_invoice import read_invoice
from tests.journeys.later import reference_of
from tests.world import World


async def test_order_that_is_edited_and_paid_while_it_is_read_is_invoiced_as_it_is_then(bridge: World) -> None:
    order = bridge.shop.place_cart(BY_SLUG["unpaid-bank-wire"])[0]
    row = bridge.shop.find("order_details", id_order=order)[0]["id"]
    was_read, seen = bridge.shop.was_read, []

    def paid_meanwhile(name: str) -> None:
        was_read(name)
        if name == "orders" and not seen:
            seen.append(name)
            bridge.shop.edit_row(order, row, 2)
            bridge.shop.set_state(order, 2)

    bridge.shop.was_read = paid_meanwhile  # type: ignore[method-assign]
    await bridge.notice(order)
    await bridge.settle()

    (invoice,) = bridge.invoices_of(order)
    assert seen
    assert invoice["gross"] == Decimal(bridge.shop.get("orders", order)["total_paid_tax_incl"])


async def test_order_cancelled_while_its_invoice_had_no_answer_is_found_and_cancelled(bridge: World) -> None:
    await bridge.place("plain")  # so that the customer is known
    await bridge.settle()
    bridge.hogia.switches.drop_response_after_commit = 1
    order = await bridge.place("plain")
    await bridge.run_once(order)
    assert len(bridge.invoices_of(order)) == 1

    bridge.shop.set_state(order, 6)
    await bridge.notice(order, sender_id="cancelled", hint="state=6")
    await bridge.settle()

    assert len(bridge.invoices_of(order)) == 1
    assert read_invoice(bridge.hogia.invoice(reference_of(order))).status is InvoiceStatus.CANCELLED


async def test_order_cancelled_before_its_unanswered_call_did_anything_gets_no_invoice(bridge: World) -> None:
    order = await bridge.place("plain")
    bridge.hogia.switches.fail_before_commit = 20
    await bridge.run_once(order)
    bridge.hogia.switches.fail_before_commit = 0

    bridge.shop.set_state(order, 6)
    await bridge.notice(order, sender_id="cancelled", hint="state=6")
    await bridge.settle()

    assert bridge.invoices() == []
    assert not (await bridge.mark(order)).parked
