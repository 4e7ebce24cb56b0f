"""Contacts that are inactive, ambiguous, gone or renumbered in Hogia, customers that are gone in the shop, and two orders at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.settings.people import ORGANISATION, customer, merchants, private, refused
from tests.journeys.settings.proofs import proves
from tests.journeys.settings.selling import COMPANY_ORDER, MIXED, PLAIN, again, buy, contact, contacts, stored
from tests.world import World


@proves("CustomerPolicy.ignore_inactive")
@pytest.mark.parametrize(
    ("customers", "outcome", "numbers"),
    [
        ({}, ("processed", ""), ["5001", "PSacme-se-1"]),
        ({"ignore_inactive": False}, ("failed", "CUSTOMER_INACTIVE"), ["5001"]),
    ],
    ids=["no_match_by_default", "parked"],
)
async def test_inactive_contact(bridge: World, customers: dict[str, Any], outcome: tuple[str, str], numbers: list[str]) -> None:
    merchants(bridge, "5001", companyName="Snickeriet", identificationNumber=ORGANISATION, customer={"isActive": False})
    await bridge.configure(customers=customers)

    order = await buy(bridge, COMPANY_ORDER)

    assert await bridge.outcome(order) == outcome
    assert [each["number"] for each in contacts(bridge)] == numbers


async def test_customers_own_contact_that_was_made_inactive_parks_the_order_and_names_it(bridge: World) -> None:
    await bridge.configure()
    await buy(bridge)
    known = contact(bridge)
    bridge.hogia.organisation.contacts.save({**known, "customer": {**known["customer"], "isActive": False}})

    status, code, reason = await refused(bridge, await buy(bridge, MIXED))

    assert (status, code) == ("failed", "CUSTOMER_INACTIVE")
    assert "PSacme-se-1" in reason


async def test_several_contacts_of_one_company_park_the_order_and_are_named(bridge: World) -> None:
    for number in ("5001", "5002"):
        merchants(bridge, number, companyName="Snickeriet", identificationNumber=ORGANISATION)
    await bridge.configure()

    status, code, reason = await refused(bridge, await buy(bridge, COMPANY_ORDER))

    assert (status, code) == ("failed", "CUSTOMER_AMBIGUOUS")
    assert "5001, 5002" in reason
    assert bridge.invoices() == []


async def test_order_of_a_deleted_customer_is_invoiced_from_its_addresses(bridge: World) -> None:
    await bridge.configure()
    order = bridge.shop.place_order(PLAIN)
    del bridge.shop.tables["customers"][1]

    await again(bridge, order)

    made = contact(bridge)
    assert customer(stored(bridge, order)) == "PSacme-se-1"
    assert (made["givenName"], made["surName"], made["addresses"][0]["city"]) == ("Anna", "Exempelsson", "Stockholm")


async def test_customer_who_is_deleted_after_the_first_order_keeps_the_contact(bridge: World) -> None:
    await bridge.configure()
    await buy(bridge)
    order = bridge.shop.place_order(MIXED)
    del bridge.shop.tables["customers"][1]

    await again(bridge, order)

    assert customer(stored(bridge, order)) == contact(bridge)["number"]


@pytest.mark.parametrize("same", [True, False], ids=["one_address", "two_addresses"])
async def test_two_orders_of_one_new_customer_at_once_make_one_contact(bridge: World, *, same: bool) -> None:
    await bridge.configure()
    other = PLAIN if same else private(address1="Andra gatan 2", postcode="222 22", city="Lund")
    orders = [bridge.shop.place_order(PLAIN), bridge.shop.place_order(other)]
    for order in orders:
        await bridge.notice(order)

    await bridge.settle()

    assert len(contacts(bridge)) == 1
    assert [customer(stored(bridge, order)) for order in orders] == ["PSacme-se-1"] * 2


async def test_contact_that_was_deleted_in_hogia_is_made_anew(bridge: World) -> None:
    await bridge.configure()
    await buy(bridge)
    bridge.hogia.organisation.contacts.delete(contact(bridge)["id"])

    order = await buy(bridge, MIXED)

    assert await bridge.outcome(order) == ("processed", "")
    assert customer(stored(bridge, order)) == contact(bridge)["number"] == "PSacme-se-1"


async def test_contact_that_was_deleted_while_redis_was_lost_is_made_anew(bridge: World) -> None:
    await bridge.configure()
    await buy(bridge)
    bridge.hogia.organisation.contacts.delete(contact(bridge)["id"])
    await bridge.wipe()

    order = await buy(bridge, MIXED)

    assert await bridge.outcome(order) == ("processed", "")
    assert customer(stored(bridge, order)) == contact(bridge)["number"]


async def test_contact_that_got_another_number_in_hogia_is_invoiced_under_that_one(bridge: World) -> None:
    await bridge.configure()
    await buy(bridge)
    bridge.hogia.organisation.contacts.save({**contact(bridge), "number": "7001"})

    order = await buy(bridge, MIXED)

    assert customer(stored(bridge, order)) == "7001"
    assert len(contacts(bridge)) == 1
