"""The rows of payments.md 11.1 that `test_capture` and `test_status` do not tell: what a provider's trouble comes to in the end."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.journeys.later import CASES, IDS, KLARNA, SHIPPED, Case, bought, capture, effect_of, hogia_says, reference_of, states_of
from tests.world import World
from workers.tasks.deadlines import sweep_deadlines

_, SVEA, NETS = CASES
every_provider = pytest.mark.parametrize("case", CASES, ids=IDS)


async def sold(
    bridge: World, case: Case, *, slug: str = "plain", authorised: dict[str, object] | None = None, **rule: object
) -> tuple[int, str]:
    """An invoiced order whose payment is authorised at the provider."""
    await bridge.configure(shop={**capture(case, **rule), "order_status": [SHIPPED]})
    order, payment = await bought(bridge, case, slug=slug, **(authorised or {}))
    await bridge.settle()
    return order, payment


async def delivered(bridge: World, order: int, **how: object) -> None:
    bridge.hogia.deliver(reference_of(order), **how)
    await hogia_says(bridge, order)


def total_of(bridge: World, order: int) -> int:
    return int(Decimal(bridge.shop.get("orders", order)["total_paid_tax_incl"]) * 100)


async def later_on(bridge: World, *, times: int = 4, seconds: float = 400) -> None:
    for _ in range(times):
        await bridge.wait(seconds)
        await bridge.settle()


async def test_partly_captured_elsewhere_takes_only_the_rest(bridge: World) -> None:
    order, payment = await sold(bridge, KLARNA)
    bridge.klarna.capture(payment, 10000)

    await delivered(bridge, order)

    assert KLARNA.captured(bridge.klarna, payment) == total_of(bridge, order)
    assert states_of(bridge, order)[-1] == 4


@every_provider
async def test_cancelled_payment_of_delivered_goods_is_told_loudly(bridge: World, case: Case) -> None:
    order, payment = await sold(bridge, case)
    if case is SVEA:
        bridge.svea.set_status(payment, "Cancelled")
    else:
        case.state(bridge).cancel(payment)

    await delivered(bridge, order)

    assert (await bridge.parked(order)).code == "PAYMENT_CANCELLED"
    assert 4 not in states_of(bridge, order)


@every_provider
async def test_payment_of_another_total_is_not_captured(bridge: World, case: Case) -> None:
    await bridge.configure(shop={**capture(case), "order_status": [SHIPPED]})
    order, _ = await bought(bridge, case)
    record = bridge.shop.get("orders", order)
    other = case.state(bridge).authorise(record["reference"], total_of(bridge, order) - 5000)
    (row,) = bridge.shop.find("order_payments", order_reference=record["reference"])
    bridge.shop.change("order_payments", row["id"], transaction_id=other)
    await bridge.settle()

    await delivered(bridge, order)

    assert (await bridge.parked(order)).code == "PAYMENT_TOTAL_DIFFERS"
    assert case.captured(case.state(bridge), other) == 0


@every_provider
async def test_payment_in_another_currency_is_not_captured(bridge: World, case: Case) -> None:
    await bridge.configure(shop={**capture(case), "order_status": [SHIPPED]})
    order, payment = await bought(bridge, case, currency="NOK")
    await bridge.settle()

    await delivered(bridge, order)

    assert (await bridge.parked(order)).code == "PAYMENT_CURRENCY_DIFFERS"
    assert case.captured(case.state(bridge), payment) == 0


@every_provider
async def test_unknown_reference_waits_for_a_person(bridge: World, case: Case) -> None:
    unknown = {"klarna": "00000000-0000-4000-8000-000000000000", "svea": "999999", "nets": "0" * 32}[case.provider.value]
    order, _ = await sold(bridge, case)
    (row,) = bridge.shop.find("order_payments", order_reference=bridge.shop.get("orders", order)["reference"])
    bridge.shop.change("order_payments", row["id"], transaction_id=unknown)

    await delivered(bridge, order)

    assert (await bridge.parked(order)).family in {"rejected", "misconfigured"}


@every_provider
async def test_busy_provider_is_asked_again(bridge: World, case: Case) -> None:
    order, payment = await sold(bridge, case)
    case.state(bridge).switches.too_many_requests = 1

    await delivered(bridge, order)
    await later_on(bridge, times=1)

    assert case.captured(case.state(bridge), payment) == total_of(bridge, order)


async def test_method_that_cannot_be_split_is_captured_with_the_final_delivery(bridge: World) -> None:
    order, payment = await sold(bridge, NETS, slug="mixed-vat", authorised={"may_split": False})

    await delivered(bridge, order, pieces={0: Decimal(1)}, final=False)
    await later_on(bridge, times=1)
    assert NETS.captured(bridge.nets, payment) == 0

    await delivered(bridge, order)
    assert NETS.captured(bridge.nets, payment) == total_of(bridge, order)
    assert states_of(bridge, order)[-1] == 4


async def test_customers_method_that_failed_is_tried_again_tomorrow(bridge: World) -> None:
    order, payment = await sold(bridge, NETS)
    bridge.nets.switches.method_fails = 1

    await delivered(bridge, order)
    await later_on(bridge, times=1, seconds=90_000)

    assert NETS.captured(bridge.nets, payment) == total_of(bridge, order)


async def test_hard_decline_waits_for_a_person(bridge: World) -> None:
    order, payment = await sold(bridge, NETS)
    bridge.nets.switches.hard_decline = 1

    await delivered(bridge, order)

    assert (await bridge.parked(order)).family == "rejected"
    assert NETS.captured(bridge.nets, payment) == 0


async def test_task_whose_address_was_lost_is_read_and_not_repeated(bridge: World) -> None:
    order, payment = await sold(bridge, SVEA)
    bridge.svea.switches.lose_task = 1

    await delivered(bridge, order)
    await later_on(bridge)

    assert len(bridge.svea.order(payment).deliveries) == 1
    assert states_of(bridge, order).count(4) == 1


@pytest.mark.parametrize("fault", ["fail_task", "task_without_effect"])
async def test_task_that_did_nothing_is_not_taken_for_a_capture(bridge: World, fault: str) -> None:
    order, payment = await sold(bridge, SVEA)
    setattr(bridge.svea.switches, fault, 1)

    await delivered(bridge, order)
    assert 4 not in states_of(bridge, order)

    await later_on(bridge)
    assert SVEA.captured(bridge.svea, payment) == total_of(bridge, order)
    assert len(bridge.svea.order(payment).deliveries) == 1


async def test_provider_captured_and_the_shop_is_down_sets_the_state_later(bridge: World) -> None:
    order, payment = await sold(bridge, KLARNA)
    bridge.shop.faults.add("maintenance", path="order_histories", method="POST", count=3)

    await delivered(bridge, order)
    await later_on(bridge)

    assert len(bridge.klarna.order(payment).captures) == 1
    assert states_of(bridge, order).count(4) == 1


async def test_order_edited_after_the_purchase_is_not_captured(bridge: World) -> None:
    order, payment = await sold(bridge, KLARNA, slug="mixed-vat")
    row = bridge.shop.find("order_details", id_order=order)[0]["id"]
    bridge.shop.edit_row(order, row, 2)

    await delivered(bridge, order)

    assert (await bridge.parked(order)).code == "PAYMENT_TOTAL_DIFFERS"
    assert KLARNA.captured(bridge.klarna, payment) == 0


async def test_capture_that_the_module_made_first_is_recorded_as_anothers(bridge: World) -> None:
    order, payment = await sold(bridge, KLARNA)
    bridge.klarna.capture(payment, total_of(bridge, order))

    await delivered(bridge, order)

    effect = await effect_of(bridge, f"capture:{bridge.key(order)}/{total_of(bridge, order)}")
    assert effect is not None
    assert effect.code == "CAPTURED_ELSEWHERE"


async def test_credit_in_hogia_after_the_capture_refunds_nothing_without_a_rule(bridge: World) -> None:
    order, payment = await sold(bridge, KLARNA)
    await delivered(bridge, order)

    bridge.hogia.credit(reference_of(order))
    await hogia_says(bridge, order)

    assert KLARNA.captured(bridge.klarna, payment) == total_of(bridge, order)
    assert KLARNA.refunded(bridge.klarna, payment) == 0


async def test_charge_that_fails_after_it_was_accepted_is_found_out(bridge: World) -> None:
    order, payment = await sold(bridge, NETS)
    await delivered(bridge, order)
    bridge.nets.fail_charge(payment)

    await later_on(bridge, times=1, seconds=1000)

    assert (await bridge.parked(order)).code == "CAPTURE_FAILED_LATER"


async def test_charge_that_fails_after_the_first_look_is_found_out_the_day_after(bridge: World) -> None:
    order, payment = await sold(bridge, NETS)
    await delivered(bridge, order)
    await later_on(bridge, times=1, seconds=1000)
    bridge.nets.fail_charge(payment)

    await bridge.wait(86_400)
    await sweep_deadlines(bridge.resources)
    await bridge.settle()

    assert (await bridge.parked(order)).code == "CAPTURE_FAILED_LATER"


async def test_charge_that_stands_the_day_after_is_not_asked_about_again(bridge: World) -> None:
    order, _ = await sold(bridge, NETS)
    await delivered(bridge, order)
    await later_on(bridge, times=1, seconds=1000)
    await bridge.wait(86_400)
    await sweep_deadlines(bridge.resources)
    await bridge.settle()
    before = bridge.calls()["call|nets:acme-se|GET"]

    await bridge.wait(86_400)
    await sweep_deadlines(bridge.resources)
    await bridge.settle()

    effect = await effect_of(bridge, f"capture:{bridge.key(order)}/{total_of(bridge, order)}")
    assert effect is not None
    assert (effect.code, effect.checked) == ("CAPTURED", True)
    assert bridge.calls()["call|nets:acme-se|GET"] == before


async def test_charge_that_still_stands_a_quarter_of_an_hour_later_waits_for_its_last_look(bridge: World) -> None:
    order, _ = await sold(bridge, NETS)
    await delivered(bridge, order)

    await later_on(bridge, times=1, seconds=1000)

    effect = await effect_of(bridge, f"capture:{bridge.key(order)}/{total_of(bridge, order)}")
    mark = await bridge.mark(order)
    assert effect is not None
    assert (effect.code, effect.checked) == ("CAPTURE_STANDS", False)
    assert (mark.parked, mark.due_ms) == (False, None)


async def test_review_that_takes_more_than_a_day_is_told_to_a_person(bridge: World) -> None:
    order, _ = await sold(bridge, SVEA, authorised={"is_in_review": True})
    await delivered(bridge, order)

    await later_on(bridge, times=3, seconds=30_000)

    assert (await bridge.parked(order)).code == "OTHER_SIDE_TOO_SLOW"
