"""One order, one invoice, one payment: whatever breaks between two lines."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from app.store import keys, ledger
from app.store.ledger import EffectState
from mappers.customer import ContactCard
from mappers.hogia.model import HogiaContact
from tests.world import World
from workers.registers import CONTACTS, Contacts

PAID = Decimal("448.00")


def assert_invoiced_and_paid_once(bridge: World, order: int) -> None:
    invoices = bridge.invoices_of(order)
    assert [(i["gross"], i["paid"], i["left"]) for i in invoices] == [(PAID, PAID, Decimal(0))]


async def test_the_same_notice_ten_times_is_one_invoice(bridge: World) -> None:
    order = await bridge.place("plain")
    for number in range(9):
        await bridge.notice(order, sender_id=f"again-{number}")

    await bridge.settle()

    assert_invoiced_and_paid_once(bridge, order)


async def test_looking_again_does_nothing(bridge: World) -> None:
    order = await bridge.place("plain")
    await bridge.settle()
    before = len(bridge.hogia.log)

    await bridge.notice(order, sender_id="again")
    await bridge.settle()

    assert_invoiced_and_paid_once(bridge, order)
    assert len(bridge.hogia.log) == before
    assert await bridge.outcome(order) == ("processed", "")


@pytest.mark.parametrize("writes", [1, 2, 3, 4])
async def test_answers_lost_after_the_commit_are_looked_up(bridge: World, writes: int) -> None:
    """The contact, the invoice and the payment are each made, and each answer is lost."""
    bridge.hogia.switches.drop_response_after_commit = writes
    order = await bridge.place("plain")

    await bridge.settle()

    assert_invoiced_and_paid_once(bridge, order)
    assert len(bridge.hogia.organisation.contacts) == 1


async def test_a_write_that_failed_before_the_commit_is_done_once(bridge: World) -> None:
    bridge.hogia.switches.fail_before_commit = 3
    order = await bridge.place("plain")

    await bridge.settle()

    assert_invoiced_and_paid_once(bridge, order)


@pytest.mark.parametrize("mode", ["idempotent", "ignored"])
async def test_a_lost_answer_and_reads_that_lag_are_one_invoice(bridge: World, mode: str) -> None:
    await bridge.configure(hogia={"read_delay_seconds": 60})
    bridge.hogia.switches.update({"sequence_id_mode": mode, "read_lag_seconds": 50})
    await bridge.store.born()
    bridge.hogia.switches.drop_response_after_commit = 4
    order = await bridge.place("plain")

    for _ in range(12):
        await bridge.run()
        await bridge.wait(70)

    assert_invoiced_and_paid_once(bridge, order)


async def test_a_lost_answer_is_not_repeated_before_the_reads_have_caught_up(bridge: World) -> None:
    await bridge.configure(hogia={"read_delay_seconds": 60})
    await bridge.store.born()
    order = await bridge.place("plain")
    bridge.hogia.switches.update({"read_lag_seconds": 50, "sequence_id_mode": "ignored"})
    await bridge.run()
    bridge.hogia.switches.drop_response_every = 1
    order = await bridge.place("mixed-vat")
    await bridge.run()

    await bridge.hurry()
    await bridge.run()

    assert len(bridge.invoices_of(order)) <= 1
    assert (await bridge.outcome(order))[0] == "retrying"


async def test_a_run_cut_off_in_the_middle_of_the_call_leaves_one_invoice(bridge: World) -> None:
    """The worker stops while Hogia has committed and not answered yet: the next run finds the invoice."""
    order = await bridge.place("plain")
    bridge.hogia.switches.answer_late_ms = 60_000
    running = asyncio.create_task(bridge.run_once(order))
    while not bridge.invoices_of(order):
        if bridge.hogia.organisation.contacts:
            bridge.hogia.switches.answer_late_ms = 0
        await asyncio.sleep(0.01)
        if running.done():
            break
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    bridge.hogia.switches.answer_late_ms = 0

    await bridge.settle()

    assert_invoiced_and_paid_once(bridge, order)


async def test_redis_wiped_and_everything_sent_again_is_no_second_invoice(bridge: World) -> None:
    orders = [await bridge.place(slug) for slug in ("plain", "mixed-vat", "company-sweden", "two-part-payment", "guest-again")]
    await bridge.settle()
    before = bridge.invoices()

    await bridge.wipe()
    for order in orders:
        await bridge.notice(order)
    await bridge.settle()

    assert bridge.invoices() == before
    assert len(before) == len(orders)
    for order in orders:
        effect = await bridge.effect(order)
        assert effect is not None
        assert effect.adopted


async def test_redis_wiped_while_reads_lag_waits_for_them(bridge: World) -> None:
    """An order older than the ledger is not invoiced before Hogia's reads would show an invoice that the ledger has lost."""
    await bridge.configure(hogia={"read_delay_seconds": 60})
    bridge.hogia.switches.update({"read_lag_seconds": 50, "sequence_id_mode": "ignored"})
    await bridge.store.born()
    order = await bridge.place("plain")
    for _ in range(4):
        await bridge.run()
        await bridge.wait(61)
    assert_invoiced_and_paid_once(bridge, order)
    await bridge.run()

    await bridge.wipe()
    await bridge.notice(order)
    for _ in range(5):
        await bridge.run()
        await bridge.wait(61)

    assert_invoiced_and_paid_once(bridge, order)


async def test_an_invoice_with_the_reference_and_another_total_is_not_touched(bridge: World) -> None:
    order = await bridge.place("plain")
    await bridge.settle()
    await bridge.wipe()
    row = bridge.shop.find("order_details", id_order=order)[0]
    bridge.shop.edit_row(order, int(row["id"]), 2)

    await bridge.notice(order)
    await bridge.settle()

    assert await bridge.outcome(order) == ("failed", "INVOICE_DIFFERS")
    assert len(bridge.invoices_of(order)) == 1


async def test_an_order_edited_after_its_invoice_is_told_and_not_invoiced_again(bridge: World) -> None:
    order = await bridge.place("plain")
    await bridge.settle()
    row = bridge.shop.find("order_details", id_order=order)[0]
    bridge.shop.edit_row(order, int(row["id"]), 2)

    await bridge.notice(order, sender_id="edited")
    await bridge.settle()

    event = await bridge.outcome(order)
    assert event == ("processed", "")
    assert len(bridge.invoices_of(order)) == 1


async def test_a_payment_that_comes_later_is_registered_once(bridge: World) -> None:
    await bridge.configure(transfer_states=[10])
    order = await bridge.place("unpaid-bank-wire")
    await bridge.settle()
    assert [(i["paid"]) for i in bridge.invoices_of(order)] == [Decimal(0)]
    bridge.shop.set_state(order, 2)

    for sender_id in ("paid", "paid-again"):
        await bridge.notice(order, sender_id=sender_id)
        await bridge.settle()

    assert_invoiced_and_paid_once(bridge, order)


async def test_the_ledger_tells_what_was_done(bridge: World) -> None:
    order = await bridge.place("plain")

    await bridge.settle()

    effects = await ledger.of_entity(bridge.store, bridge.key(order))
    assert [(e.kind, e.state) for e in effects] == [(kind, EffectState.CONFIRMED) for kind in ("contact", "invoice", "payment")]
    assert effects[1].amount == str(PAID)
    assert effects[1].external_number == str(bridge.invoices_of(order)[0]["number"])


async def test_linked_contact_that_the_index_lacks_is_asked_for_and_not_made_again(bridge: World) -> None:
    """Another worker may be writing the index at that moment; the feed has passed the contact long ago."""
    await bridge.place("plain")
    await bridge.settle()
    await bridge.store.redis.delete(keys.index("hogia:acme", CONTACTS))

    order = await bridge.place("plain")
    await bridge.settle()

    assert_invoiced_and_paid_once(bridge, order)
    assert len(bridge.hogia.organisation.contacts) == 1


async def test_readers_of_the_contact_index_never_miss_a_contact_that_is_written_again(bridge: World) -> None:
    index = Contacts(bridge.store, "acme", b"key")
    contact = HogiaContact(id="c-1", number="PSacme-se-1", is_company=False, is_active=True)
    card = ContactCard(number="PSacme-se-1", is_company=False)
    await index.remember(contact)
    written = asyncio.Event()

    async def write() -> None:
        for number in range(200):
            await index.remember(replace(contact, version=number))
        written.set()

    async def read() -> int:
        missed = 0
        while not written.is_set():
            missed += not await index.candidates(card, "c-1")
        return missed

    _, missed = await asyncio.gather(write(), read())
    assert missed == 0
