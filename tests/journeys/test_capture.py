"""The customer's money, taken when the goods are delivered: once, never more than is authorised, for every provider."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.sandbox.payments.svea import rules
from tests.journeys.later import CASES, IDS, KLARNA, SHIPPED, Case, bought, capture, effect_of, hogia_says, reference_of, states_of
from tests.world import World

every_provider = pytest.mark.parametrize("case", CASES, ids=IDS)


async def delivered(bridge: World, case: Case, order: int, **how: object) -> None:
    bridge.hogia.deliver(reference_of(order), **how)
    await hogia_says(bridge, order)


def total_of(bridge: World, order: int) -> int:
    return int(Decimal(bridge.shop.get("orders", order)["total_paid_tax_incl"]) * 100)


@every_provider
async def test_delivery_captures_everything_before_the_state_is_set(bridge: World, case: Case) -> None:
    await bridge.configure(shop={**capture(case), "order_status": [SHIPPED]})
    order, payment = await bought(bridge, case)
    await bridge.settle()
    assert case.captured(case.state(bridge), payment) == 0

    await delivered(bridge, case, order, tracking_number="SE1", carrier="PostNord")

    assert case.captured(case.state(bridge), payment) == total_of(bridge, order)
    assert states_of(bridge, order)[-1] == 4
    effect = await effect_of(bridge, f"capture:{bridge.key(order)}/{total_of(bridge, order)}")
    assert effect is not None
    assert effect.state == "confirmed"


@every_provider
async def test_capture_that_lost_its_answer_is_read_and_not_repeated(bridge: World, case: Case) -> None:
    await bridge.configure(shop={**capture(case), "order_status": [SHIPPED]})
    order, payment = await bought(bridge, case)
    await bridge.settle()
    case.state(bridge).switches.drop_response_after_commit = 1

    await delivered(bridge, case, order)
    await bridge.wait(120)
    await bridge.settle()

    assert case.captured(case.state(bridge), payment) == total_of(bridge, order)
    assert states_of(bridge, order).count(4) == 1


@every_provider
async def test_provider_in_trouble_holds_the_state_until_the_money_is_sure(bridge: World, case: Case) -> None:
    await bridge.configure(shop={**capture(case), "order_status": [SHIPPED]})
    order, payment = await bought(bridge, case)
    await bridge.settle()
    case.state(bridge).switches.http_500 = 50

    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)
    assert 4 not in states_of(bridge, order)

    case.state(bridge).switches.http_500 = 0
    await bridge.wait(3600)
    await bridge.settle()
    assert case.captured(case.state(bridge), payment) == total_of(bridge, order)
    assert states_of(bridge, order)[-1] == 4


@every_provider
async def test_wrong_credentials_wait_for_the_merchant(bridge: World, case: Case) -> None:
    secret = next(name for name in ("password", "secret", "secret_key") if name in case.rule)
    await bridge.configure(shop=capture(case, **{secret: "wrong-wrong"}))
    order, payment = await bought(bridge, case)
    await bridge.settle()

    await delivered(bridge, case, order)
    parked = await bridge.parked(order)

    assert parked.family == "misconfigured"
    assert case.captured(case.state(bridge), payment) == 0


@every_provider
async def test_expired_authorisation_is_told_to_a_person(bridge: World, case: Case) -> None:
    await bridge.configure(shop=capture(case))
    order, payment = await bought(bridge, case)
    await bridge.settle()
    case.state(bridge).expire(payment)

    await delivered(bridge, case, order)

    assert (await bridge.parked(order)).code in {"PAYMENT_EXPIRED", "CAPTURE_CONFLICT", "PAYMENT_CANCELLED", "NETS_1010", "PAYMENT_ENDED"}


@every_provider
async def test_what_the_merchant_captured_in_the_portal_is_not_captured_again(bridge: World, case: Case) -> None:
    await bridge.configure(shop={**capture(case), "order_status": [SHIPPED]})
    order, payment = await bought(bridge, case)
    await bridge.settle()
    total = total_of(bridge, order)
    state = case.state(bridge)
    if case.provider == "klarna":
        state.capture(payment, total)
    elif case.provider == "nets":
        state.charge(payment, total)
    else:
        await delivered_in_portal(bridge, case, payment)

    await delivered(bridge, case, order)

    assert case.captured(state, payment) == total
    assert states_of(bridge, order)[-1] == 4


async def delivered_in_portal(bridge: World, case: Case, payment: str) -> None:
    rules.deliver(bridge.svea, bridge.svea.order(payment), rules.Ask(row_ids=()), 77)


async def test_two_deliveries_are_two_captures_of_what_was_delivered(bridge: World) -> None:
    await bridge.configure(shop={**capture(KLARNA), "order_status": [SHIPPED]})
    order, payment = await bought(bridge, KLARNA, slug="mixed-vat")
    await bridge.settle()

    await delivered(bridge, KLARNA, order, pieces={0: Decimal(1)}, final=False)
    first = KLARNA.captured(bridge.klarna, payment)
    assert 0 < first < total_of(bridge, order)
    assert 4 not in states_of(bridge, order)

    await delivered(bridge, KLARNA, order)

    assert KLARNA.captured(bridge.klarna, payment) == total_of(bridge, order)
    assert len(bridge.klarna.order(payment).captures) == 2
    assert states_of(bridge, order)[-1] == 4


async def test_module_that_no_rule_names_parks_and_asks(bridge: World) -> None:
    await bridge.configure(shop={**capture(KLARNA), "order_status": [SHIPPED]})
    order, _ = await bought(bridge)
    await bridge.settle()

    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)

    assert (await bridge.parked(order)).code == "CAPTURE_STRATEGY_MISSING"
    assert 4 not in states_of(bridge, order)


@pytest.mark.parametrize("strategy", ["none", "already_captured"])
async def test_module_that_needs_no_capture_gets_its_state(bridge: World, strategy: str) -> None:
    await bridge.configure(shop={"capture": {"ps_wirepayment": {"strategy": strategy}}, "order_status": [SHIPPED]})
    order, _ = await bought(bridge)
    await bridge.settle()

    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)

    assert states_of(bridge, order)[-1] == 4


async def test_state_that_makes_the_module_capture_is_verified_at_the_provider(bridge: World) -> None:
    await bridge.configure(shop={**capture(KLARNA, strategy="order_state"), "order_status": [SHIPPED]})
    order, payment = await bought(bridge, KLARNA)
    await bridge.settle()
    total = total_of(bridge, order)
    bridge.shop.listeners.append(
        lambda hook: (
            bridge.klarna.capture(payment, total)
            if hook.name == "actionOrderStatusUpdate" and hook.parameters["newOrderStatus"] == 4
            else None
        )
    )

    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)

    effect = await effect_of(bridge, f"capture:{bridge.key(order)}/{total_of(bridge, order)}")
    assert effect is not None
    assert (effect.state, effect.code) == ("confirmed", "CAPTURED_BY_MODULE")
    assert len(bridge.klarna.order(payment).captures) == 1


async def test_module_that_swallowed_its_failure_is_found_out(bridge: World) -> None:
    await bridge.configure(shop={**capture(KLARNA, strategy="order_state"), "order_status": [SHIPPED]})
    order, _ = await bought(bridge, KLARNA)
    await bridge.settle()

    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)
    await bridge.wait(700)
    await bridge.settle()

    assert (await bridge.parked(order)).code == "CAPTURE_NOT_SEEN"
    assert states_of(bridge, order)[-1] == 4


async def test_module_that_did_not_capture_is_made_up_for_where_the_rule_says_so(bridge: World) -> None:
    await bridge.configure(shop={**capture(KLARNA, strategy="order_state", fallback=True), "order_status": [SHIPPED]})
    order, payment = await bought(bridge, KLARNA)
    await bridge.settle()

    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)
    await bridge.wait(700)
    await bridge.settle()

    assert KLARNA.captured(bridge.klarna, payment) == total_of(bridge, order)


async def test_without_credentials_the_modules_capture_is_recorded_as_assumed(bridge: World) -> None:
    await bridge.configure(shop={"capture": {"klarnapayment": {"strategy": "order_state"}}, "order_status": [SHIPPED]})
    order, _ = await bought(bridge, KLARNA)
    await bridge.settle()

    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)

    effect = await effect_of(bridge, f"capture:{bridge.key(order)}/{total_of(bridge, order)}")
    assert effect is not None
    assert (effect.state, effect.code) == ("confirmed", "ASSUMED")


async def test_cancelled_order_is_not_captured(bridge: World) -> None:
    await bridge.configure(shop={**capture(KLARNA), "order_status": [SHIPPED], "refunds": {"cancelled": "leave"}})
    order, payment = await bought(bridge, KLARNA)
    await bridge.settle()
    bridge.shop.set_state(order, 6)

    await delivered(bridge, KLARNA, order)

    assert KLARNA.captured(bridge.klarna, payment) == 0


async def test_payment_in_review_is_captured_when_the_provider_has_decided(bridge: World) -> None:
    await bridge.configure(shop={**capture(KLARNA), "order_status": [SHIPPED]})
    order, payment = await bought(bridge, KLARNA, fraud_status="PENDING")
    await bridge.settle()

    await delivered(bridge, KLARNA, order)
    assert KLARNA.captured(bridge.klarna, payment) == 0
    assert 4 not in states_of(bridge, order)

    bridge.klarna.decide(payment, "ACCEPTED")
    await bridge.wait(3700)
    await bridge.settle()
    assert KLARNA.captured(bridge.klarna, payment) == total_of(bridge, order)
    assert states_of(bridge, order)[-1] == 4


async def test_payment_of_another_order_is_never_captured(bridge: World) -> None:
    await bridge.configure(shop=capture(KLARNA))
    order, payment = await bought(bridge, KLARNA)
    bridge.klarna.order(payment).merchant_reference1 = "ANOTHER"
    await bridge.settle()

    await delivered(bridge, KLARNA, order)

    assert (await bridge.parked(order)).code == "PAYMENT_REFERENCE_MISMATCH"
    assert KLARNA.captured(bridge.klarna, payment) == 0
