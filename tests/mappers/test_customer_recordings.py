"""Cards of every recorded customer; skipped where the recordings are not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mappers.canonical import Address, Customer
from mappers.connection import CustomerPolicy
from mappers.customer import ContactCard, contact_card
from mappers.hogia.contact import contact_body
from mappers.hogia.reading import read_contact
from mappers.identity import looks_personal
from tests.mappers.orders import order

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "recordings"
FOLDERS = sorted(path.parent for path in RECORDINGS.glob("*/[0-9]*/customer.json"))
pytestmark = pytest.mark.skipif(not FOLDERS, reason="the recordings are not here")

ADDRESS_FIELDS = ("firstname", "lastname", "company", "vat_number", "dni", "address1", "address2", "postcode", "city", "other")


def record(folder: Path, name: str, plural: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())[plural][0]
    return found


def address(folder: Path, kind: str) -> Address:
    given = record(folder, f"address_{kind}", "addresses")
    country = record(folder, f"country_{kind}", "countries")["iso_code"]
    return Address(id=int(given["id"]), country=country, **{name: given.get(name) or "" for name in ADDRESS_FIELDS})


def card(folder: Path) -> ContactCard:
    given = record(folder, "customer", "customers")
    buyer = Customer(
        id=int(given["id"]),
        firstname=given["firstname"] or "",
        lastname=given["lastname"] or "",
        email=given["email"] or "",
        company=given["company"] or "",
        siret=given["siret"] or "",
        is_guest=str(given["is_guest"]) == "1",
    )
    made = order(customer=buyer, invoice_address=address(folder, "invoice"), delivery_address=address(folder, "delivery"))
    return contact_card(made, CustomerPolicy(), shop_key="acme-se", currency="SEK", terms_days=30)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_every_recorded_customer_has_a_card_that_reads_back(folder: Path) -> None:
    made = card(folder)

    read = read_contact({"id": "k1", **contact_body(made)})

    assert (read.number, read.is_company, read.organisation_number, read.vat_number, read.person_key) == (
        made.number,
        bool(made.company_name),
        made.organisation_number,
        made.vat_number,
        made.person_key,
    )
    assert not made.is_anonymised
    assert not any(looks_personal(number) for number in (made.organisation_number, made.vat_number))


def test_the_recorded_companies_are_told_by_their_numbers() -> None:
    numbers = {(made.organisation_number, made.vat_number) for folder in FOLDERS if (made := card(folder)).is_company}

    assert {("5560360793", "SE556036079301"), ("", "DE129273398")} <= numbers
