"""Customers and contacts for these tests."""

from __future__ import annotations

from typing import Any

from app.sandbox.prestashop.scenario import Person, Place, Scenario
from app.sandbox.prestashop.scenarios import GUEST, LUND
from app.store import events
from tests.journeys.settings.selling import ANNA, COMPANY, COMPANY_PLACE, HOME, ORGANISATION, TEAPOT, VAT, head, one, replace
from tests.world import World

GUEST_ORDER = one("guest", "A guest", TEAPOT, person=GUEST, place=LUND)
ANNAS = {"companyName": None, "givenName": "Anna", "surName": "Exempelsson"}

__all__ = [
    "ANNA",
    "ANNAS",
    "COMPANY",
    "COMPANY_PLACE",
    "GUEST_ORDER",
    "HOME",
    "ORGANISATION",
    "VAT",
    "company",
    "customer",
    "mail",
    "merchants",
    "private",
    "refused",
]


def company(*, place: Place = COMPANY_PLACE, person: Person = COMPANY, **values: str) -> Scenario:
    """The company's purchase with this in its address."""
    return one("company", "A company", TEAPOT, person=person, place=replace(place, **values))


def private(**values: str) -> Scenario:
    """Anna's purchase with this in her address."""
    return one("private", "Anna", TEAPOT, person=ANNA, place=replace(HOME, **values))


def mail(address: str) -> dict[str, Any]:
    """A contact's e-mail address in Hogia's words."""
    return {
        "contactChannels": [{"value": address, "contactChannelType": 1}],
        "customer": {"isActive": True, "eInvoiceReceiverEmail": address},
    }


def merchants(bridge: World, number: str, **fields: Any) -> dict[str, Any]:
    """A contact that the merchant made by hand."""
    return bridge.hogia.add_contact(number, **fields)


def customer(invoice: dict[str, Any]) -> str:
    """The invoice's customer number."""
    return str(head(invoice)["customer"]["number"])


async def refused(bridge: World, order: int) -> tuple[str, str, str]:
    """Status, code and sentence of the order's newest event."""
    found, _ = await events.search(bridge.store, {"entity": bridge.key(order)})
    return found[0].status, found[0].code, found[0].reason
