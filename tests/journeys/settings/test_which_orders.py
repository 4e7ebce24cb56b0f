"""Which orders are transferred: each condition left out, and set."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.sandbox.prestashop.scenario import Scenario, Step
from app.sandbox.prestashop.scenarios import BY_SLUG, NORWEGIAN, NORWEGIAN_PLACE
from tests.journeys.settings.proofs import proves
from tests.journeys.settings.selling import COMPANY_ORDER, PLAIN, TEAPOT, WIRE, again, buy, one, replace, stored, today
from tests.world import World
from workers.tasks.sweep import sweep_shops

EXPORT = one("export", "To Norway", TEAPOT, person=NORWEGIAN, place=NORWEGIAN_PLACE)
# Two days: midnight may pass between here and the test.
LATER = str(today() + timedelta(days=2))
EARLIER = str(today() - timedelta(days=2))


def moved(*states: int, scenario: Scenario = PLAIN) -> Scenario:
    """The purchase, moved through these states afterwards."""
    return replace(scenario, steps=tuple(Step(kind="state", values={"state": state}) for state in states))


INVOICED: list[tuple[str, dict[str, Any], Scenario]] = [
    ("every_paid_state_transfers", {}, PLAIN),
    ("a_configured_state_transfers", {"transfer_states": [10]}, WIRE),
    ("a_transfer_state_left_since_counts", {"transfer_states": [3]}, moved(3, 4)),
    ("a_refunded_order_that_was_paid_before_is_invoiced", {}, moved(7)),
    ("an_order_out_of_its_hold_state_is_invoiced", {"hold_states": [3]}, moved(3, 4)),
    ("another_cancel_state_leaves_six_alone", {"cancel_states": [7]}, moved(6)),
    ("an_order_after_the_start_date_is_invoiced", {"start_date": EARLIER}, PLAIN),
    ("an_order_old_enough_is_invoiced", {"minimum_age_minutes": 0}, PLAIN),
    ("an_included_country_is_invoiced", {"countries": ["NO", "SE"]}, EXPORT),
    ("a_country_not_excluded_is_invoiced", {"excluded_countries": ["DE"]}, EXPORT),
    ("an_included_group_is_invoiced", {"customer_groups": [4]}, COMPANY_ORDER),
    ("a_group_not_excluded_is_invoiced", {"excluded_customer_groups": [3]}, COMPANY_ORDER),
    ("a_module_not_excluded_is_invoiced", {"excluded_modules": ["swish"]}, PLAIN),
    ("a_total_at_the_minimum_is_invoiced", {"minimum_total_incl": "448.00"}, PLAIN),
    ("a_total_at_the_maximum_is_invoiced", {"maximum_total_incl": 448}, PLAIN),
    ("a_free_order_is_invoiced_where_that_is_set", {"zero_orders": "invoice"}, BY_SLUG["hundred-percent"]),
]
LEFT_ALONE: list[tuple[str, dict[str, Any], Scenario, str]] = [
    ("an_unpaid_state_does_not_transfer", {}, WIRE, "STATE_NOT_TRANSFERRED"),
    ("a_paid_state_outside_the_list_does_not_transfer", {"transfer_states": [4]}, PLAIN, "STATE_NOT_TRANSFERRED"),
    ("a_held_order_waits_for_another_state", {"hold_states": [3]}, moved(3), "ORDER_HELD"),
    ("a_cancelled_order_is_left_alone", {}, moved(6), "ORDER_CANCELLED"),
    ("an_order_in_a_configured_cancel_state_is_left_alone", {"cancel_states": [7]}, moved(7), "ORDER_CANCELLED"),
    ("an_order_before_the_start_date_is_left_alone", {"start_date": LATER}, PLAIN, "ORDER_BEFORE_START"),
    ("a_country_not_included_is_left_alone", {"countries": ["SE"]}, EXPORT, "COUNTRY_NOT_INCLUDED"),
    ("an_excluded_country_is_left_alone", {"excluded_countries": ["NO"]}, EXPORT, "COUNTRY_EXCLUDED"),
    ("a_group_not_included_is_left_alone", {"customer_groups": [4]}, PLAIN, "GROUP_NOT_INCLUDED"),
    ("an_excluded_group_is_left_alone", {"excluded_customer_groups": [4]}, COMPANY_ORDER, "GROUP_EXCLUDED"),
    ("an_excluded_module_is_left_alone", {"excluded_modules": ["klarnapayment"]}, PLAIN, "MODULE_EXCLUDED"),
    ("a_total_below_the_minimum_is_left_alone", {"minimum_total_incl": "448.01"}, PLAIN, "TOTAL_BELOW_MINIMUM"),
    ("a_total_above_the_maximum_is_left_alone", {"maximum_total_incl": "447.99"}, PLAIN, "TOTAL_ABOVE_MAXIMUM"),
    ("a_free_order_is_skipped", {}, BY_SLUG["hundred-percent"], "ORDER_FREE"),
]
CONDITIONS = [
    "transfer_states",
    "hold_states",
    "cancel_states",
    "start_date",
    "minimum_age_minutes",
    "countries",
    "excluded_countries",
    "customer_groups",
    "excluded_customer_groups",
    "excluded_modules",
    "minimum_total_incl",
    "maximum_total_incl",
    "zero_orders",
]


@proves(*(f"OrderPolicy.{name}" for name in CONDITIONS), "ZeroOrders.INVOICE")
@pytest.mark.parametrize(("orders", "scenario"), [each[1:] for each in INVOICED], ids=[each[0] for each in INVOICED])
async def test_order_that_meets_the_condition_is_invoiced(bridge: World, orders: dict[str, Any], scenario: Scenario) -> None:
    await bridge.configure(**orders)

    order = await buy(bridge, scenario)

    assert await bridge.outcome(order) == ("processed", "")
    assert stored(bridge, order)["grossAmount"] == Decimal(bridge.shop.get("orders", order)["total_paid_tax_incl"])


@proves(*(f"OrderPolicy.{name}" for name in CONDITIONS), "ZeroOrders.SKIP")
@pytest.mark.parametrize(("orders", "scenario", "code"), [each[1:] for each in LEFT_ALONE], ids=[each[0] for each in LEFT_ALONE])
async def test_order_that_does_not_is_left_alone_with_the_reason(
    bridge: World, orders: dict[str, Any], scenario: Scenario, code: str
) -> None:
    await bridge.configure(**orders)

    order = await buy(bridge, scenario)

    assert await bridge.outcome(order) == ("ignored", code)
    assert bridge.invoices() == []


@proves("OrderPolicy.minimum_age_minutes")
async def test_young_order_waits_until_it_is_old_enough(bridge: World) -> None:
    await bridge.configure(minimum_age_minutes=30)
    order = await bridge.place("plain")
    await bridge.run()
    waiting = await bridge.outcome(order), bridge.invoices()

    await bridge.wait(31 * 60)
    await bridge.settle()

    assert waiting == (("retrying", "ORDER_TOO_YOUNG"), [])
    assert len(bridge.invoices_of(order)) == 1


@proves("OrderPolicy.hold_states")
async def test_order_that_leaves_its_hold_state_is_invoiced_at_its_next_state(bridge: World) -> None:
    await bridge.configure(hold_states=[3])
    order = await buy(bridge, moved(3))

    bridge.shop.set_state(order, 4)
    await again(bridge, order)

    assert len(bridge.invoices_of(order)) == 1


@proves("OrderPolicy.transfer_states")
async def test_paid_order_in_a_transfer_state_without_the_paid_flag_is_invoiced_as_paid(bridge: World) -> None:
    """A merchant's own "packed" is seldom flagged paid: the history says that the order was."""
    await bridge.configure(transfer_states=[12])

    order = await buy(bridge, moved(12))

    assert [(i["gross"], i["left"]) for i in bridge.invoices_of(order)] == [(Decimal("448.00"), Decimal(0))]
    assert stored(bridge, order)["invoiceHeader"]["invoiceExpirationDate"] == stored(bridge, order)["invoiceHeader"]["invoiceDate"]


@proves("OrderPolicy.customer_groups", "OrderPolicy.excluded_customer_groups")
@pytest.mark.parametrize("setting", ["customer_groups", "excluded_customer_groups"])
async def test_order_of_a_deleted_customer_is_parked_where_groups_decide(bridge: World, setting: str) -> None:
    await bridge.configure(**{setting: [3]})
    order = bridge.shop.place_order(PLAIN)
    del bridge.shop.tables["customers"][int(bridge.shop.get("orders", order)["id_customer"])]

    await again(bridge, order)

    assert await bridge.outcome(order) == ("failed", "CUSTOMER_GROUP_UNKNOWN")


@proves("OrderPolicy.countries", "OrderPolicy.excluded_countries")
@pytest.mark.parametrize("setting", ["countries", "excluded_countries"])
async def test_order_without_readable_addresses_is_parked_where_countries_decide(bridge: World, setting: str) -> None:
    await bridge.configure(**{setting: ["DE"]})
    order = bridge.shop.place_order(PLAIN)
    bridge.shop.tables["addresses"].clear()

    await again(bridge, order)

    assert await bridge.outcome(order) == ("failed", "COUNTRY_UNKNOWN")


@proves("OrderPolicy.sweep_minutes")
@pytest.mark.parametrize(("minutes", "looked"), [(10, False), (5, True)], ids=["ten_by_default", "five_where_that_is_set"])
async def test_shop_is_swept_as_often_as_is_set(bridge: World, *, minutes: int, looked: bool) -> None:
    await bridge.configure(**({} if minutes == 10 else {"sweep_minutes": minutes}))
    await sweep_shops(bridge.resources)
    await bridge.store.redis.hincrby(next(iter(await bridge.store.redis.keys("*sweep*acme-se*"))), "at_ms", -6 * 60_000)
    before = len(bridge.shop.requests)

    await sweep_shops(bridge.resources)

    assert (len(bridge.shop.requests) > before) is looked
