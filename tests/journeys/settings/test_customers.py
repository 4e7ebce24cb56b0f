"""Whose contact an order is invoiced to: each setting of the ladder left out, and set."""

from __future__ import annotations

from typing import Any

import pytest

from app.sandbox.prestashop.scenario import Scenario
from tests.journeys.settings.people import ANNA, ANNAS, GUEST_ORDER, ORGANISATION, VAT, company, customer, mail, merchants, refused
from tests.journeys.settings.proofs import proves
from tests.journeys.settings.selling import COMPANY_ORDER, PLAIN, again, buy, contact, contacts, head, replace, sold, stored
from tests.world import World


@proves("OrderPolicy.customers", "CustomerPolicy.number_format")
@pytest.mark.parametrize(
    ("orders", "number"),
    [
        ({}, "PSacme-se-1"),
        ({"customers": {"number_format": "{customer}"}}, "1"),
        ({"customers": {"number_format": "W{customer}{shop}"}}, "W1acme-se"),
    ],
)
async def test_new_customer_gets_a_number_of_the_format(bridge: World, orders: dict[str, Any], number: str) -> None:
    assert customer(await sold(bridge, **orders)) == number
    assert contact(bridge)["number"] == number


@proves("CustomerPolicy.number_format")
async def test_number_that_grew_too_long_parks_the_order_and_says_what_to_change(bridge: World) -> None:
    await bridge.configure(customers={"number_format": "KUND-{shop}-{customer}"})
    bridge.shop.counters["customers"] = 10_000_000

    status, code, reason = await refused(bridge, await buy(bridge))

    assert (status, code) == ("failed", "CUSTOMER_NUMBER_TOO_LONG")
    assert "number_format" in reason


@proves("CustomerPolicy.match", "CustomerMatch.LINK")
async def test_known_customer_keeps_its_contact_with_another_name_and_e_mail(bridge: World) -> None:
    await bridge.configure()
    first = await buy(bridge)
    bridge.shop.edit("customers", 1, email="anna.ny@kund.example", lastname="Nygift")

    second = bridge.shop.place_order(replace(PLAIN, person=replace(ANNA, email="anna.ny@kund.example", lastname="Nygift")))
    await again(bridge, second)

    assert customer(stored(bridge, first)) == customer(stored(bridge, second))
    assert len(contacts(bridge)) == 1


@proves("CustomerPolicy.match", *(f"CustomerMatch.{word}" for word in ("VAT_NUMBER", "ORGANISATION_NUMBER", "EMAIL")))
@pytest.mark.parametrize(
    ("known", "scenario", "words", "found"),
    [
        ({"companyName": "Annat namn AB", "vatNumber": VAT}, COMPANY_ORDER, None, True),
        ({"companyName": "Annat namn AB", "vatNumber": VAT}, COMPANY_ORDER, ["link", "vat_number"], True),
        ({"companyName": "Annat namn AB", "vatNumber": VAT}, COMPANY_ORDER, ["link", "email"], False),
        ({"companyName": "Annat namn AB", "identificationNumber": ORGANISATION}, COMPANY_ORDER, None, True),
        ({"companyName": "Annat namn AB", "identificationNumber": ORGANISATION}, COMPANY_ORDER, ["link", "organisation_number"], True),
        ({"companyName": "Annat namn AB", "identificationNumber": ORGANISATION}, COMPANY_ORDER, ["link", "vat_number"], False),
        ({**ANNAS, **mail("anna@kund.example")}, PLAIN, None, True),
        ({**ANNAS, **mail("ANNA@kund.example")}, PLAIN, ["link", "email"], True),
        ({**ANNAS, **mail("anna@kund.example")}, PLAIN, ["link", "vat_number", "organisation_number"], False),
        ({**ANNAS, "givenName": "Bo", **mail("anna@kund.example")}, PLAIN, None, False),
    ],
    ids=[
        "vat_number",
        "vat_number_only",
        "vat_number_not_asked",
        "organisation_number",
        "organisation_number_only",
        "organisation_number_not_asked",
        "email",
        "email_only",
        "email_not_asked",
        "email_of_somebody_else",
    ],
)
async def test_contact_that_the_merchant_made_is_found(
    bridge: World, *, known: dict[str, Any], scenario: Scenario, words: list[str] | None, found: bool
) -> None:
    merchants(bridge, "5001", **known)

    invoice = await sold(bridge, scenario, **({} if words is None else {"customers": {"match": words}}))

    assert customer(invoice) == ("5001" if found else "PSacme-se-1")
    assert len(contacts(bridge)) == (1 if found else 2)


@proves("CustomerPolicy.guests", "GuestRule.MATCH", "GuestRule.CREATE")
@pytest.mark.parametrize(
    ("orders", "numbers"),
    [
        ({}, ["PSacme-se-1", "PSacme-se-1"]),
        ({"customers": {"guests": "match"}}, ["PSacme-se-1", "PSacme-se-1"]),
        ({"customers": {"guests": "create"}}, ["PSacme-se-1", "PSacme-se-2"]),
    ],
    ids=["matched_by_default", "matched", "created"],
)
async def test_guest_who_comes_again(bridge: World, orders: dict[str, Any], numbers: list[str]) -> None:
    """PrestaShop makes a new customer of every guest purchase."""
    await bridge.configure(**orders)

    bought = [await buy(bridge, GUEST_ORDER), await buy(bridge, GUEST_ORDER)]

    assert [customer(stored(bridge, order)) for order in bought] == numbers


@proves("GuestRule.MATCH")
@pytest.mark.parametrize("change", ["name", "postcode"])
async def test_guest_with_the_same_e_mail_but_another_name_or_postcode_is_another_contact(bridge: World, change: str) -> None:
    await bridge.configure()
    other = (
        replace(GUEST_ORDER, person=replace(GUEST_ORDER.person, firstname="Ida"))
        if change == "name"
        else replace(GUEST_ORDER, place=replace(GUEST_ORDER.place, postcode="999 99"))
    )

    bought = [await buy(bridge, GUEST_ORDER), await buy(bridge, other)]

    assert len({customer(stored(bridge, order)) for order in bought}) == 2


@proves("CustomerPolicy.guests", "CustomerPolicy.collective_number", "GuestRule.COLLECTIVE")
async def test_guests_share_the_collective_contact_and_stand_on_their_own_invoices(bridge: World) -> None:
    before = merchants(bridge, "9999", companyName="Webbkunder")
    await bridge.configure(customers={"guests": "collective", "collective_number": "9999"})

    bought = [await buy(bridge, GUEST_ORDER), await buy(bridge, GUEST_ORDER), await buy(bridge)]

    assert [customer(stored(bridge, order)) for order in bought] == ["9999", "9999", "PSacme-se-3"]
    assert "Ivar Gästgren" in head(stored(bridge, bought[0]))["billingAddress"]["streetExtraLine"]
    assert bridge.hogia.organisation.contacts.find("number", "9999") == before


@proves("CustomerPolicy.collective_number", "GuestRule.COLLECTIVE")
@pytest.mark.parametrize("known", [None, {"customer": {"isActive": False}}], ids=["missing", "inactive"])
async def test_collective_contact_that_cannot_be_invoiced_parks_the_order_and_names_it(bridge: World, known: dict[str, Any] | None) -> None:
    if known is not None:
        merchants(bridge, "9999", **known)
    await bridge.configure(customers={"guests": "collective", "collective_number": "9999"})

    status, code, reason = await refused(bridge, await buy(bridge, GUEST_ORDER))

    assert (status, code) == ("failed", "COLLECTIVE_CONTACT_MISSING")
    assert "9999" in reason


@proves("CustomerPolicy.collective_number")
@pytest.mark.parametrize(
    ("customers", "outcome"),
    [({}, ("failed", "CUSTOMER_ANONYMISED")), ({"collective_number": "9999"}, ("processed", ""))],
    ids=["parked_by_default", "collective_where_one_is_named"],
)
async def test_customer_who_was_anonymised_goes_on_the_collective_contact(
    bridge: World, customers: dict[str, Any], outcome: tuple[str, str]
) -> None:
    merchants(bridge, "9999", companyName="Webbkunder")
    await bridge.configure(customers=customers)
    order = bridge.shop.place_order(PLAIN)
    bridge.shop.edit("customers", 1, firstname="Anonymous", lastname="Anonymous", email="anonymous@psgdpr.com")
    bridge.shop.edit("addresses", 1, firstname="Anonymous", lastname="Anonymous")

    await again(bridge, order)

    assert await bridge.outcome(order) == outcome
    assert [customer(stored(bridge, order)) for _ in bridge.invoices_of(order)] == ["9999"] * (outcome[0] == "processed")


FIELDS: list[tuple[str, Scenario]] = [
    ("vat_number", company(vat_number=ORGANISATION, dni="")),
    ("dni", company(vat_number="", dni=ORGANISATION)),
]


@proves("CustomerPolicy.organisation_number_fields", "NumberField.VAT_NUMBER", "NumberField.DNI")
@pytest.mark.parametrize(("field", "scenario"), FIELDS)
@pytest.mark.parametrize("asked", [None, True, False], ids=["by_default", "named", "not_named"])
async def test_organisation_number_is_read_from_the_named_fields(
    bridge: World, *, field: str, scenario: Scenario, asked: bool | None
) -> None:
    names = {None: None, True: [field], False: ["siret"]}[asked]

    await sold(bridge, scenario, **({} if names is None else {"customers": {"organisation_number_fields": names}}))

    assert contact(bridge)["identificationNumber"] == (None if asked is False else ORGANISATION)


@proves("NumberField.SIRET")
@pytest.mark.parametrize(("names", "number"), [(["siret"], ORGANISATION), (["dni"], None)])
async def test_organisation_number_is_read_from_the_customers_siret(bridge: World, names: list[str], number: str | None) -> None:
    scenario = company(vat_number="", dni="")

    await sold(
        bridge, replace(scenario, person=replace(scenario.person, siret=ORGANISATION)), customers={"organisation_number_fields": names}
    )

    assert contact(bridge)["identificationNumber"] == number


@proves("CustomerPolicy.company_name_is_company")
@pytest.mark.parametrize(("customers", "name"), [({}, "Påhittade Snickeriet AB"), ({"company_name_is_company": False}, None)])
async def test_company_name_alone_makes_a_company_unless_that_is_switched_off(
    bridge: World, customers: dict[str, Any], name: str | None
) -> None:
    await sold(bridge, company(vat_number="", dni=""), customers=customers)

    assert contact(bridge)["companyName"] == name


@proves("CustomerPolicy.require_organisation_number")
@pytest.mark.parametrize(
    ("customers", "scenario", "outcome"),
    [
        ({}, company(vat_number="", dni=""), ("processed", "")),
        ({"require_organisation_number": True}, company(vat_number="", dni=""), ("failed", "ORGANISATION_NUMBER_MISSING")),
        ({"require_organisation_number": True}, COMPANY_ORDER, ("processed", "")),
        ({"require_organisation_number": True}, PLAIN, ("processed", "")),
    ],
    ids=["not_by_default", "company_without", "company_with", "private_person"],
)
async def test_company_needs_a_number_where_that_is_set(
    bridge: World, customers: dict[str, Any], scenario: Scenario, outcome: tuple[str, str]
) -> None:
    await bridge.configure(customers=customers)

    assert await bridge.outcome(await buy(bridge, scenario)) == outcome
