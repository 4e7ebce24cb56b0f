"""Binding an invoice that a person made: the order gets no other, and no order gets another's."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from app.sandbox.prestashop.scenarios import BY_SLUG
from app.store import keys
from app.store.redis import text
from tests.journeys.later import reference_of
from tests.world import World
from workers.tasks.adopt import adopt

LINE = {"invoiceLine": {"description": "Tekanna", "quantity": 1, "unitPrice": Decimal("358.40"), "salesAccountNumber": 3001}}


async def adopted(bridge: World, order: int, **wish: str) -> dict[str, Any]:
    """What the worker answers."""
    subject = json.dumps({"entity": bridge.key(order), "reason": "made by hand", **wish})
    await adopt({"resources": bridge.resources}, subject, "req-1")
    answer = await bridge.store.redis.lpop(keys.reply("req-1"))
    found: dict[str, Any] = json.loads(text(answer))
    return found


def number_of(bridge: World, order: int) -> str:
    return str(bridge.hogia.invoice(reference_of(order))["invoiceHeader"]["invoiceNumber"])


async def test_invoice_made_by_hand_is_bound_and_no_other_is_made(bridge: World) -> None:
    first = await bridge.place("plain")
    await bridge.settle()
    customer = bridge.hogia.invoice(reference_of(first))["invoiceHeader"]["customer"]["number"]
    by_hand = bridge.hogia.make_invoice(customer, [LINE], draft=False)
    order = bridge.shop.place_cart(BY_SLUG["swish"])[0]

    answer = await adopted(bridge, order, external_id=by_hand["id"])
    await bridge.notice(order)
    await bridge.settle()

    assert answer["invoice"]["id"] == by_hand["id"]
    assert bridge.invoices_of(order) == []


async def test_another_orders_invoice_is_refused(bridge: World) -> None:
    first = await bridge.place("plain")
    await bridge.settle()
    second = await bridge.place("swish")

    answer = await adopted(bridge, second, invoice_number=number_of(bridge, first))

    assert answer["error"]["code"] == "INVOICE_OF_ANOTHER_ORDER"
    await bridge.settle()
    assert len(bridge.invoices_of(second)) == 1


async def test_another_orders_invoice_is_refused_by_its_reference_after_the_ledger_was_lost(bridge: World) -> None:
    first = await bridge.place("plain")
    await bridge.settle()
    number = number_of(bridge, first)
    await bridge.wipe()

    answer = await adopted(bridge, first + 1, invoice_number=number)

    assert answer["error"]["code"] == "INVOICE_OF_ANOTHER_ORDER"


async def test_order_with_an_invoice_takes_no_second(bridge: World) -> None:
    order = await bridge.place("plain")
    await bridge.settle()

    answer = await adopted(bridge, order, invoice_number=number_of(bridge, order))

    assert answer["error"]["code"] == "ALREADY_INVOICED"


async def test_invoice_that_hogia_computed_differently_can_be_replaced(bridge: World) -> None:
    bridge.hogia.switches.wrong_vat = 1
    order = await bridge.place("plain")
    await bridge.settle()
    assert (await bridge.parked(order)).code == "ENGINE_MISMATCH"
    customer = bridge.hogia.invoice(reference_of(order))["invoiceHeader"]["customer"]["number"]
    corrected = bridge.hogia.make_invoice(customer, [LINE], draft=False)

    answer = await adopted(bridge, order, external_id=corrected["id"])

    assert answer["invoice"]["id"] == corrected["id"]
    assert not (await bridge.mark(order)).parked


async def test_order_touched_just_after_the_ledger_was_lost_still_waits_for_hogias_reads(bridge: World) -> None:
    await bridge.configure(hogia={"read_delay_seconds": 30})
    order = await bridge.place("plain")
    await bridge.settle()
    bridge.hogia.switches.read_lag_seconds = 20
    await bridge.wipe()
    await bridge.store.born()
    bridge.shop.set_state(order, 3)

    await bridge.notice(order, sender_id="after")
    await bridge.run_once(order)
    assert (await bridge.newest(order)).code == "LEDGER_YOUNG"

    await bridge.wait(40)
    await bridge.settle()
    assert len(bridge.invoices_of(order)) == 1
