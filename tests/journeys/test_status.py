"""What happens in Hogia reaches the shop: states, mails, tracking."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.journeys.goods import replace_shop
from tests.journeys.later import CANCELLED, PAID, REFUNDED, SHIPPED, bought, hogia_says, mails_of, reference_of, states_of
from tests.world import World

DELIVERED = {"carrier": "PostNord", "tracking_number": "SE111", "tracking_url": "https://track.test/SE111"}


async def test_delivered_invoice_becomes_shipped_with_tracking_and_one_mail(bridge: World) -> None:
    await bridge.configure(shop={"order_status": [SHIPPED]})
    order, _ = await bought(bridge)
    await bridge.settle()
    bridge.shop.mails.clear()

    bridge.hogia.deliver(reference_of(order), **DELIVERED)
    await hogia_says(bridge, order)

    assert states_of(bridge, order)[-1] == 4
    assert bridge.shop.find("order_carriers", id_order=order)[-1]["tracking_number"] == "SE111"
    assert len(mails_of(bridge, order)) == 1


async def test_shop_of_the_old_generation_is_told_without_patch_and_keeps_its_freight(bridge: World) -> None:
    """PrestaShop 1.7: a record is read whole and sent back."""
    replace_shop(bridge, version="1.7.8.11")
    await bridge.configure(shop={"order_status": [SHIPPED], "write_note": True})
    order, _ = await bought(bridge)
    await bridge.settle()
    before = bridge.shop.find("order_carriers", id_order=order)[-1]

    bridge.hogia.deliver(reference_of(order), **DELIVERED)
    await hogia_says(bridge, order)

    after = bridge.shop.find("order_carriers", id_order=order)[-1]
    assert after == {**before, "tracking_number": "SE111"}
    assert states_of(bridge, order)[-1] == 4
    assert len(mails_of(bridge, order)) == 1


async def test_state_is_set_once_however_often_hogia_tells(bridge: World) -> None:
    await bridge.configure(shop={"order_status": [SHIPPED]})
    order, _ = await bought(bridge)
    await bridge.settle()
    bridge.hogia.deliver(reference_of(order), **DELIVERED)

    for _ in range(3):
        await hogia_says(bridge, order)

    assert states_of(bridge, order).count(4) == 1


async def test_status_change_takes_at_most_four_calls_in_sum(bridge: World) -> None:
    await bridge.configure(shop={"order_status": [{"hogia": "delivered", "state": 4}]})
    order, _ = await bought(bridge)
    await bridge.settle()
    bridge.hogia.deliver(reference_of(order))
    before = bridge.calls()

    await hogia_says(bridge, order)

    assert states_of(bridge, order)[-1] == 4
    assert sum(bridge.calls().values()) - sum(before.values()) <= 4


async def test_steps_that_were_skipped_between_two_looks_are_made_up_for_in_their_order(bridge: World) -> None:
    rules = [{"hogia": "invoiced", "state": 3}, {"hogia": "delivered", "state": 4}, {"hogia": "credited", "state": 7}]
    await bridge.configure(shop={"order_status": rules})
    order, _ = await bought(bridge)
    await bridge.settle()

    bridge.hogia.deliver(reference_of(order))
    bridge.hogia.credit(reference_of(order))
    await hogia_says(bridge, order)

    assert states_of(bridge, order)[-3:] == [3, 4, 7]


async def test_order_that_is_past_the_state_is_left_where_it_is(bridge: World) -> None:
    await bridge.configure(shop={"order_status": [{"hogia": "delivered", "state": 4}]})
    order, _ = await bought(bridge)
    await bridge.settle()
    bridge.shop.set_state(order, 5)

    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)

    assert states_of(bridge, order)[-1] == 5
    assert 4 not in states_of(bridge, order)


async def test_our_own_change_that_comes_back_as_a_notice_makes_no_call(bridge: World) -> None:
    await bridge.configure(shop={"order_status": [SHIPPED]})
    order, _ = await bought(bridge)
    await bridge.settle()
    bridge.hogia.deliver(reference_of(order), **DELIVERED)
    await hogia_says(bridge, order)
    before = bridge.calls()

    event = await bridge.notice(order, sender_id="echo", hint="state=4")
    await bridge.settle()

    assert (await bridge.event(event)).code == "ECHO"
    assert bridge.calls() == before


async def test_older_change_that_is_heard_last_changes_nothing(bridge: World) -> None:
    await bridge.configure(shop={"order_status": [{"hogia": "invoiced", "state": 3}, SHIPPED]})
    order, _ = await bought(bridge)
    await bridge.settle()
    bridge.hogia.deliver(reference_of(order), **DELIVERED)
    await hogia_says(bridge, order)
    before = states_of(bridge, order)

    await hogia_says(bridge, order)  # "invoiced", delayed: what it says is not believed, the invoice is read

    assert states_of(bridge, order) == before == [*before[:-2], 3, 4]


async def test_state_that_the_shop_does_not_have_waits_for_the_merchant(bridge: World) -> None:
    await bridge.configure(shop={"order_status": [{"hogia": "delivered", "state": 99}]})
    order, _ = await bought(bridge)
    await bridge.settle()

    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)
    assert (await bridge.parked(order)).code == "ORDER_STATE_MISSING"

    await bridge.configure(shop={"order_status": [{"hogia": "delivered", "state": 4}]})
    await bridge.release(order)
    await bridge.settle()
    assert states_of(bridge, order)[-1] == 4


@pytest.mark.parametrize("fault", ["drop_after_commit", "500", "500_empty", "redirect", "php_warning_before_body", "html_200"])
async def test_shop_that_answers_badly_gets_the_state_once(bridge: World, fault: str) -> None:
    await bridge.configure(shop={"order_status": [SHIPPED]})
    order, _ = await bought(bridge)
    await bridge.settle()
    bridge.shop.mails.clear()
    bridge.hogia.deliver(reference_of(order), **DELIVERED)
    bridge.shop.faults.add(fault, count=1, path="order_histories", method="POST")

    await hogia_says(bridge, order)
    await bridge.wait(120)
    await bridge.settle()

    assert states_of(bridge, order).count(4) == 1
    assert len(mails_of(bridge, order)) == 1


async def test_invoice_cancelled_in_hogia_sets_the_rules_state(bridge: World) -> None:
    await bridge.configure(shop={"order_status": [CANCELLED]}, payments={"ps_wirepayment": {"register": "never"}})
    order, _ = await bought(bridge)
    await bridge.settle()

    bridge.hogia.cancel(reference_of(order))
    await hogia_says(bridge, order)

    assert states_of(bridge, order)[-1] == 6


async def test_invoice_credited_in_hogia_sets_the_rules_state(bridge: World) -> None:
    await bridge.configure(shop={"order_status": [REFUNDED]})
    order, _ = await bought(bridge)
    await bridge.settle()

    bridge.hogia.credit(reference_of(order))
    await hogia_says(bridge, order)

    assert states_of(bridge, order)[-1] == 7


async def test_unpaid_invoice_that_is_paid_in_hogia_sets_the_rules_state(bridge: World) -> None:
    await bridge.configure(shop={"order_status": [PAID]}, transfer_states=[10], payments={"ps_wirepayment": {"register": "never"}})
    order = await bridge.place("unpaid-bank-wire")
    await bridge.settle()
    assert states_of(bridge, order)[-1] == 10

    bridge.hogia.register_payment(reference_of(order))
    await hogia_says(bridge, order)

    assert states_of(bridge, order)[-1] == 2


async def test_order_cancelled_in_the_shop_keeps_its_state(bridge: World) -> None:
    await bridge.configure(shop={"order_status": [SHIPPED], "refunds": {"cancelled": "leave"}})
    order, _ = await bought(bridge)
    await bridge.settle()
    bridge.shop.set_state(order, 6)

    bridge.hogia.deliver(reference_of(order), **DELIVERED)
    await hogia_says(bridge, order)

    assert states_of(bridge, order)[-1] == 6


async def test_order_that_the_shop_has_deleted_is_told_and_left(bridge: World) -> None:
    await bridge.configure(shop={"order_status": [SHIPPED]})
    order, _ = await bought(bridge)
    await bridge.settle()
    bridge.hogia.deliver(reference_of(order), **DELIVERED)
    del bridge.shop.tables["orders"][order]

    await hogia_says(bridge, order)

    assert not (await bridge.mark(order)).parked
    assert len(bridge.invoices_of(order)) == 1


async def test_note_tells_the_invoices_number_and_state_once(bridge: World) -> None:
    await bridge.configure(shop={"write_note": True})
    order, _ = await bought(bridge)

    await bridge.settle()
    await hogia_says(bridge, order)

    number = bridge.hogia.invoice(reference_of(order))["invoiceHeader"]["invoiceNumber"]
    assert (
        bridge.shop.get("orders", order)["note"] == f"Faktura {number}, betald" or str(number) in bridge.shop.get("orders", order)["note"]
    )
    assert Decimal(bridge.invoices_of(order)[0]["gross"]) > 0
