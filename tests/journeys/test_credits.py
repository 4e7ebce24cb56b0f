"""What the shop gives back, cancels or changes after the invoice, in the books and at the provider."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.store import marks
from mappers.hogia.model import InvoiceStatus
from mappers.hogia.reading_invoice import read_invoice
from tests.journeys.later import CASES, IDS, KLARNA, REFUNDED, SHIPPED, Case, bought, capture, hogia_says, reference_of, states_of
from tests.world import World

every_provider = pytest.mark.parametrize("case", CASES, ids=IDS)


def credits_of(bridge: World, order: int) -> list[dict[str, Any]]:
    return [invoice for invoice in bridge.invoices() if f"PS:1:{order}:CRE" in invoice["invoiceReference"]]


def left_of(bridge: World, order: int) -> Decimal:
    """What the books say the customer has bought, all in all."""
    return sum((i["gross"] for i in bridge.invoices() if f"PS:1:{order}:" in i["invoiceReference"]), Decimal(0))


def slip_of(bridge: World, order: int, *, rows: dict[int, int], **slip: Any) -> None:
    """A refund of so many pieces of the order's rows, named by their place."""
    details = sorted(int(row["id"]) for row in bridge.shop.find("order_details", id_order=order))
    bridge.shop.add_slip(order, {details[place]: pieces for place, pieces in rows.items()}, **slip)


async def refunded(bridge: World, order: int, **slip: Any) -> None:
    slip_of(bridge, order, **slip)
    await bridge.notice(order, sender_id=f"slip-{len(bridge.shop.find('order_slip'))}", kind="order.refunded", hint="order.refunded")
    await bridge.settle()


async def test_refunded_row_becomes_a_credit_that_names_its_invoice(bridge: World) -> None:
    order, _ = await bought(bridge, slug="mixed-vat")
    await bridge.settle()

    await refunded(bridge, order, rows={0: 1})

    (credit,) = credits_of(bridge, order)
    original = bridge.hogia.invoice(reference_of(order))
    assert credit["gross"] == Decimal("-399.00")
    assert bridge.hogia.invoice(credit["invoiceReference"])["creditedCustomerInvoiceId"] == original["id"]


async def test_refund_that_is_told_three_times_is_credited_once(bridge: World) -> None:
    order, _ = await bought(bridge, slug="mixed-vat")
    await bridge.settle()
    slip_of(bridge, order, rows={0: 1})

    for number in range(3):
        await bridge.notice(order, sender_id=f"again-{number}", kind="order.refunded", hint="order.refunded")
        await bridge.settle()

    assert len(credits_of(bridge, order)) == 1


@pytest.mark.parametrize("fault", ["drop_response_after_commit", "fail_before_commit"])
async def test_credit_that_lost_its_answer_is_found_and_not_repeated(bridge: World, fault: str) -> None:
    order, _ = await bought(bridge, slug="mixed-vat")
    await bridge.settle()
    setattr(bridge.hogia.switches, fault, 1)

    await refunded(bridge, order, rows={0: 1})
    await bridge.wait(120)
    await bridge.settle()

    assert len(credits_of(bridge, order)) == 1
    assert not (await bridge.mark(order)).parked


async def test_two_refunds_are_two_credits(bridge: World) -> None:
    order, _ = await bought(bridge, slug="mixed-vat")
    await bridge.settle()

    await refunded(bridge, order, rows={0: 1})
    await refunded(bridge, order, rows={2: 1})

    assert len(credits_of(bridge, order)) == 2


async def test_refund_after_the_ledger_was_lost_is_not_credited_again(bridge: World) -> None:
    order, _ = await bought(bridge, slug="mixed-vat")
    await bridge.settle()
    await refunded(bridge, order, rows={0: 1})
    await bridge.wait(60)

    await bridge.wipe()
    await bridge.notice(order, sender_id="after", kind="order.refunded", hint="order.refunded")
    await bridge.settle()
    await bridge.wait(120)
    await bridge.settle()

    assert len(credits_of(bridge, order)) == 1
    assert len(bridge.invoices_of(order)) == 1


async def test_cancelled_paid_order_is_credited_in_full(bridge: World) -> None:
    order, _ = await bought(bridge)
    await bridge.settle()

    bridge.shop.set_state(order, 6)
    await bridge.notice(order, sender_id="cancel", hint="state=6")
    await bridge.settle()

    assert left_of(bridge, order) == 0
    assert len(credits_of(bridge, order)) == 1


async def test_cancelled_unpaid_order_has_its_invoice_cancelled(bridge: World) -> None:
    await bridge.configure(payments={"ps_wirepayment": {"register": "never"}})
    order, _ = await bought(bridge)
    await bridge.settle()

    bridge.shop.set_state(order, 6)
    await bridge.notice(order, sender_id="cancel", hint="state=6")
    await bridge.settle()

    assert read_invoice(bridge.hogia.invoice(reference_of(order))).status is InvoiceStatus.CANCELLED
    assert credits_of(bridge, order) == []


async def test_edited_order_is_shown_and_left_without_a_rule(bridge: World) -> None:
    order, _ = await bought(bridge, slug="mixed-vat")
    await bridge.settle()
    row = bridge.shop.find("order_details", id_order=order)[0]["id"]

    bridge.shop.edit_row(order, row, 3)
    await bridge.notice(order, sender_id="edit")
    await bridge.settle()

    assert credits_of(bridge, order) == []
    assert "ORDER_CHANGED_AFTER_INVOICE" in await bridge.story(order)


async def test_edited_order_is_credited_and_invoiced_anew_by_rule(bridge: World) -> None:
    await bridge.configure(shop={"refunds": {"edited": "reinvoice"}})
    order, _ = await bought(bridge, slug="mixed-vat")
    await bridge.settle()
    row = bridge.shop.find("order_details", id_order=order)[0]["id"]

    bridge.shop.edit_row(order, row, 3)
    await bridge.notice(order, sender_id="edit")
    await bridge.settle()
    await bridge.wait(60)
    await bridge.settle()

    total = Decimal(bridge.shop.get("orders", order)["total_paid_tax_incl"])
    assert left_of(bridge, order) == total
    assert bridge.hogia.invoice(f"PS:1:{order}:INV-2")["grossAmount"] == total


@every_provider
async def test_refund_at_the_provider_is_made_where_the_rule_says_so(bridge: World, case: Case) -> None:
    await bridge.configure(shop=capture(case, refund=True))
    order, payment = await bought(bridge, case, slug="mixed-vat")
    await bridge.settle()
    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)

    await refunded(bridge, order, rows={0: 1})
    await bridge.wait(60)
    await bridge.settle()

    assert case.refunded(case.state(bridge), payment) == 39900
    assert len(credits_of(bridge, order)) == 1


@every_provider
async def test_refund_that_lost_its_answer_gives_the_money_back_once(bridge: World, case: Case) -> None:
    await bridge.configure(shop=capture(case, refund=True))
    order, payment = await bought(bridge, case, slug="mixed-vat")
    await bridge.settle()
    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)
    slip_of(bridge, order, rows={0: 1})
    case.state(bridge).switches.drop_response_after_commit = 1

    await bridge.notice(order, sender_id="slip", kind="order.refunded", hint="order.refunded")
    for _ in range(4):
        await bridge.settle()
        await bridge.wait(120)

    assert case.refunded(case.state(bridge), payment) == 39900


async def test_refund_at_the_provider_is_left_to_the_merchant_without_a_rule(bridge: World) -> None:
    await bridge.configure(shop=capture(KLARNA))
    order, payment = await bought(bridge, KLARNA, slug="mixed-vat")
    await bridge.settle()
    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)

    await refunded(bridge, order, rows={0: 1})

    assert len(credits_of(bridge, order)) == 1
    assert KLARNA.refunded(bridge.klarna, payment) == 0


async def test_row_refunded_before_delivery_is_not_captured(bridge: World) -> None:
    await bridge.configure(shop={**capture(KLARNA, refund=True), "order_status": [SHIPPED]})
    order, payment = await bought(bridge, KLARNA, slug="mixed-vat")
    await bridge.settle()
    total = int(Decimal(bridge.shop.get("orders", order)["total_paid_tax_incl"]) * 100)
    await refunded(bridge, order, rows={0: 1})
    await bridge.wait(60)
    await bridge.settle()

    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)

    assert KLARNA.captured(bridge.klarna, payment) - KLARNA.refunded(bridge.klarna, payment) == total - 39900


async def test_cancelled_order_releases_its_authorisation_by_rule(bridge: World) -> None:
    await bridge.configure(shop=capture(KLARNA, release=True))
    order, payment = await bought(bridge, KLARNA)
    await bridge.settle()

    bridge.shop.set_state(order, 6)
    await bridge.notice(order, sender_id="cancel", hint="state=6")
    await bridge.settle()
    await bridge.wait(60)
    await bridge.settle()

    assert bridge.klarna.order(payment).status(bridge.klarna.clock.now()) == "CANCELLED"


async def test_cancelled_order_keeps_its_authorisation_without_a_rule(bridge: World) -> None:
    await bridge.configure(shop=capture(KLARNA))
    order, payment = await bought(bridge, KLARNA)
    await bridge.settle()

    bridge.shop.set_state(order, 6)
    await bridge.notice(order, sender_id="cancel", hint="state=6")
    await bridge.settle()

    assert bridge.klarna.order(payment).status(bridge.klarna.clock.now()) == "AUTHORIZED"


async def test_refunded_state_is_set_when_the_money_has_gone_back(bridge: World) -> None:
    await bridge.configure(shop={**capture(KLARNA, refund=True), "order_status": [REFUNDED]})
    order, payment = await bought(bridge, KLARNA)
    await bridge.settle()
    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)
    bridge.klarna.switches.fail_before_commit = 1

    bridge.hogia.credit(reference_of(order))
    await marks.mark(bridge.store, [bridge.key(order)], hint="invoice")
    await bridge.run_once(order)
    assert KLARNA.refunded(bridge.klarna, payment) == 0
    assert 7 not in states_of(bridge, order)

    for _ in range(3):
        await bridge.wait(120)
        await bridge.settle()
    assert KLARNA.refunded(bridge.klarna, payment) == KLARNA.captured(bridge.klarna, payment)
    assert states_of(bridge, order)[-1] == 7, await bridge.story(order)


async def test_invoice_cancelled_after_its_money_was_captured_is_told(bridge: World) -> None:
    payments = {"klarnapayment": {"register": "never"}}
    await bridge.configure(shop=capture(KLARNA, when="invoiced"), payments=payments)
    order, payment = await bought(bridge, KLARNA)
    await bridge.settle()
    assert KLARNA.captured(bridge.klarna, payment) > 0

    bridge.hogia.cancel(reference_of(order))
    await hogia_says(bridge, order)

    assert "CANCELLED_AFTER_CAPTURE" in await bridge.story(order)
