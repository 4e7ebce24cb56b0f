"""What is written on a contact, and when: each setting left out, and set."""

from __future__ import annotations

from typing import Any

import pytest

from app.sandbox.prestashop.scenario import Person, Scenario
from tests.journeys.settings.people import ANNA, ANNAS, HOME, ORGANISATION, VAT, company, mail, merchants
from tests.journeys.settings.proofs import proves
from tests.journeys.settings.selling import COMPANY_ORDER, PLAIN, TEAPOT, again, buy, contact, head, one, replace, sold, stored
from tests.world import World

MOVED = replace(HOME, address1="Nya gatan 9", postcode="222 22", city="Lund")
NEW: Person = replace(ANNA, lastname="Nygift", email="nygift@kund.example")
CHANGED = one("changed", "Anna with another name, e-mail and home", TEAPOT, person=NEW, place=MOVED)


def email(card: dict[str, Any]) -> str:
    return str(card["contactChannels"][0]["value"])


def street(card: dict[str, Any], kind: int) -> str:
    return str(next(each["street"] for each in card["addresses"] if each["addressType"] == kind))


def parts(card: dict[str, Any]) -> set[str]:
    """Which parts of Anna's card are the new ones."""
    new = {
        "name": card["surName"] == "Nygift",
        "email": email(card) == "nygift@kund.example",
        "billing": street(card, 2) == "Nya gatan 9",
        "delivery": street(card, 3) == "Nya gatan 9",
    }
    return {name for name, changed in new.items() if changed}


async def changed_order(bridge: World, scenario: Scenario = CHANGED) -> int:
    """The same customer buys again, after the shop's customer row was changed."""
    bridge.shop.edit("customers", 1, lastname=NEW.lastname, email=NEW.email)
    order = bridge.shop.place_order(scenario)
    await again(bridge, order)
    return order


@proves("CustomerPolicy.update", *(f"CustomerPart.{word}" for word in ("NAME", "EMAIL", "BILLING", "DELIVERY")))
@pytest.mark.parametrize(
    ("customers", "written"),
    [
        ({}, {"name", "email", "billing", "delivery"}),
        ({"update": []}, set()),
        ({"update": ["name"]}, {"name"}),
        ({"update": ["email"]}, {"email"}),
        ({"update": ["billing"]}, {"billing"}),
        ({"update": ["delivery"]}, {"delivery"}),
    ],
    ids=["everything_by_default", "nothing", "name", "email", "billing", "delivery"],
)
async def test_what_the_shop_has_newer_is_written_on_our_contact_as_set(
    bridge: World, customers: dict[str, Any], written: set[str]
) -> None:
    await bridge.configure(customers=customers)
    await buy(bridge)

    order = await changed_order(bridge)

    assert parts(contact(bridge)) == written
    assert head(stored(bridge, order))["billingAddress"]["street"] == "Nya gatan 9"


@proves("CustomerPart.VAT_NUMBER")
@pytest.mark.parametrize(
    ("customers", "number"), [({}, ORGANISATION), ({"update": ["name"]}, None)], ids=["by_default", "not_among_the_parts"]
)
async def test_number_that_the_customer_gives_later_is_written_as_set(bridge: World, customers: dict[str, Any], number: str | None) -> None:
    await bridge.configure(customers=customers)
    await buy(bridge, company(vat_number="", dni=""))

    await buy(bridge, COMPANY_ORDER)

    assert contact(bridge)["identificationNumber"] == number


@proves("CustomerPolicy.update")
async def test_nothing_is_written_when_nothing_changed(bridge: World) -> None:
    await bridge.configure()
    await buy(bridge)
    before = contact(bridge)

    await buy(bridge)

    assert contact(bridge) == before


@proves("CustomerPolicy.update")
async def test_what_the_merchant_wrote_on_our_contact_stays(bridge: World) -> None:
    await bridge.configure()
    await buy(bridge)
    known = contact(bridge)
    bridge.hogia.organisation.contacts.save({**known, "customer": {**known["customer"], "paymentTerms": 60, "invoiceReference": "Ekonomi"}})

    await changed_order(bridge)

    kept = contact(bridge)["customer"]
    assert (kept["paymentTerms"], kept["invoiceReference"]) == (60, "Ekonomi")


@proves("CustomerPolicy.update_matched")
@pytest.mark.parametrize(
    ("customers", "written"),
    [({}, set()), ({"update_matched": True}, {"name", "email", "billing", "delivery"})],
    ids=["never_by_default", "where_that_is_set"],
)
async def test_merchants_own_contact_is_written_only_where_that_is_set(bridge: World, customers: dict[str, Any], written: set[str]) -> None:
    addresses = [{"addressType": kind, "street": "Gamla gatan 1", "zipCode": "111 11", "city": "Stockholm"} for kind in (1, 2, 3)]
    merchants(bridge, "5001", **ANNAS, **mail("anna@kund.example"), addresses=addresses)
    await bridge.configure(customers=customers)
    first = await buy(bridge)

    await changed_order(bridge)

    assert head(stored(bridge, first))["customer"]["number"] == "5001"
    assert parts(contact(bridge)) == written


@proves("CustomerPolicy.send_vat_number")
@pytest.mark.parametrize(("customers", "number"), [({}, VAT), ({"send_vat_number": False}, None)])
async def test_vat_number_is_written_unless_that_is_switched_off(bridge: World, customers: dict[str, Any], number: str | None) -> None:
    await sold(bridge, COMPANY_ORDER, customers=customers)

    assert contact(bridge)["vatNumber"] == number
    assert contact(bridge)["identificationNumber"] == ORGANISATION


@proves("CustomerPolicy.language")
@pytest.mark.parametrize(
    ("customers", "spoken", "language"),
    [({}, 2, "sv-SE"), ({}, 1, "en-GB"), ({"language": "nb-NO"}, 2, "nb-NO"), ({"language": "nb-NO"}, 1, "nb-NO")],
)
async def test_contacts_language_is_the_customers_unless_one_is_set(
    bridge: World, customers: dict[str, Any], spoken: int, language: str
) -> None:
    await sold(bridge, replace(PLAIN, person=replace(ANNA, language=spoken)), customers=customers)

    assert contact(bridge)["language"] == language
