from __future__ import annotations

from dataclasses import replace
from typing import Any

from mappers.connection import CustomerPolicy
from mappers.customer import ContactCard, contact_card
from mappers.hogia.contact import contact_body
from mappers.hogia.reading import read_contact
from tests.mappers.orders import address, customer, order


def card(**changes: Any) -> ContactCard:
    return contact_card(order(**changes), CustomerPolicy(), shop_key="acme", currency="SEK", terms_days=30)


def company() -> ContactCard:
    return card(
        invoice_address=address(company="Snickeriet Åkerö AB", vat_number="SE556036079301", dni="556036-0793", address2="Port B"),
        delivery_address=address(id=2, company="Kund c/o Norra", country="NO", postcode="0150", city="Oslo"),
    )


EXISTING: dict[str, Any] = {
    "id": "k1",
    "version": 3,
    "rowVersion": 9,
    "organizationId": "o",
    "createdBy": "x",
    "isOrganization": True,
    "number": "PSacme-12",
    "contactTypes": [2, 1],
    "companyName": "Gammalt namn AB",
    "identificationNumber": "556036-0793",
    "vatNumber": None,
    "language": "sv-SE",
    "ourOwnField": {"kept": True},
    "contactChannels": [{"value": "08-123", "contactChannelType": 2}, {"id": "ch", "value": "old@example.net", "contactChannelType": 1}],
    "customer": {
        "isActive": True,
        "paymentTerms": 10,
        "discountPercent": 5,
        "eInvoiceReceiverEmail": "faktura@example.net",
        "glnNumber": None,
    },
    "addresses": [
        {"id": "a1", "addressType": 1, "street": "Gamla vägen 1", "zipCode": "11122", "city": "Stockholm", "version": 1},
        {"id": "a2", "addressType": 2, "street": "Gamla vägen 1", "zipCode": "11122", "city": "Stockholm", "version": 1},
    ],
}


def test_a_new_company_is_written_after_the_contract() -> None:
    body = contact_body(company())

    billing = {"street": "Storgatan 1", "streetExtraLine": "Port B", "zipCode": "111 22", "city": "Stockholm", "country": "Sverige"}
    assert body == {
        "number": "PSacme-12",
        "contactTypes": [2],
        "companyName": "Snickeriet Åkerö AB",
        "identificationNumber": "556036-0793",
        "vatNumber": "SE556036079301",
        "countryCode": "SE",
        "country": "Sverige",
        "language": "sv-SE",
        "customer": {
            "isActive": True,
            "paymentTerms": 30,
            "selectedCurrencyCode": "SEK",
            "isReverseCharge": False,
            "eInvoiceReceiverEmail": "gast1@example.com",
            "invoiceReference": "Gäst Gästsson",
        },
        "contactChannels": [{"value": "gast1@example.com", "contactChannelType": 1}],
        "addresses": [
            {"addressType": 1, **billing},
            {"addressType": 2, **billing},
            {"addressType": 3, "street": "Storgatan 1", "streetExtraLine": "", "zipCode": "0150", "city": "Oslo", "country": "Norge"},
        ],
    }


def test_a_private_person_has_names_and_no_number() -> None:
    body = contact_body(card(invoice_address=address(dni="121212-1212")))

    assert (body["givenName"], body["surName"]) == ("Gäst", "Gästsson")
    assert not {"companyName", "identificationNumber", "vatNumber"} & set(body)
    assert "1212" not in str(body)


def test_a_customer_of_whom_little_is_known_is_written_without_the_rest() -> None:
    body = contact_body(card(customer=None, invoice_address=None, delivery_address=address(country="")), number="X-1")

    assert (body["number"], "contactChannels" in body, "countryCode" in body) == ("X-1", False, False)
    assert "addresses" not in contact_body(replace(card(), billing=None, delivery=None))


def test_a_vat_number_is_kept_back_where_that_is_set() -> None:
    assert "vatNumber" not in contact_body(replace(company(), send_vat_number=False))


def test_half_a_mail_address_is_none() -> None:
    body = contact_body(replace(company(), email="x" * 60 + "@example.net"))

    assert "contactChannels" not in body
    assert "eInvoiceReceiverEmail" not in body["customer"]


def test_an_update_of_nothing_keeps_everything_of_the_merchants() -> None:
    body = contact_body(company(), existing=EXISTING, parts=())

    kept = (
        "number",
        "contactTypes",
        "companyName",
        "identificationNumber",
        "language",
        "ourOwnField",
        "contactChannels",
        "customer",
        "addresses",
    )
    assert body == {name: EXISTING[name] for name in kept}


def test_an_update_changes_the_named_parts_only() -> None:
    body = contact_body(company(), existing=EXISTING, parts=("name", "vat_number"))

    assert (body["companyName"], body["vatNumber"], body["customer"]) == ("Snickeriet Åkerö AB", "SE556036079301", EXISTING["customer"])


def test_a_moved_customer_moves_in_place_and_its_postal_address_follows() -> None:
    body = contact_body(company(), existing=EXISTING, parts=("billing",))

    assert [(a["id"], a["addressType"], a["version"], a["street"]) for a in body["addresses"]] == [
        ("a1", 1, 1, "Storgatan 1"),
        ("a2", 2, 1, "Storgatan 1"),
    ]


def test_a_postal_address_of_its_own_stays() -> None:
    own = [EXISTING["addresses"][0] | {"street": "Box 7"}, EXISTING["addresses"][1]]

    body = contact_body(company(), existing=EXISTING | {"addresses": own}, parts=("billing",))

    assert [a["street"] for a in body["addresses"]] == ["Box 7", "Storgatan 1"]


def test_a_delivery_address_is_added() -> None:
    body = contact_body(company(), existing=EXISTING, parts=("delivery",))

    assert [a["addressType"] for a in body["addresses"]] == [1, 2, 3]


def test_a_changed_mail_address_keeps_where_the_merchant_sends_invoices() -> None:
    body = contact_body(company(), existing=EXISTING, parts=("email",))

    assert body["contactChannels"][1] == {"id": "ch", "value": "gast1@example.com", "contactChannelType": 1}
    assert body["customer"]["eInvoiceReceiverEmail"] == "faktura@example.net"
    assert body["customer"]["discountPercent"] == 5


def test_invoices_follow_a_mail_address_they_went_to() -> None:
    existing = EXISTING | {"contactChannels": None, "customer": {"eInvoiceReceiverEmail": "old@example.net"}}

    body = contact_body(company(), existing=existing, parts=("email",))

    assert body["customer"]["eInvoiceReceiverEmail"] == "gast1@example.com"
    assert body["contactChannels"] == [{"value": "gast1@example.com", "contactChannelType": 1}]


def test_an_update_never_empties_a_field() -> None:
    nobody = replace(company(), email="", vat_number="", organisation_number="", billing=None, delivery=None)

    body = contact_body(nobody, existing=EXISTING)

    assert (body["identificationNumber"], body["contactChannels"], body["addresses"]) == tuple(
        EXISTING[name] for name in ("identificationNumber", "contactChannels", "addresses")
    )


def test_what_was_read_is_not_changed_by_writing() -> None:
    before = repr(EXISTING)

    contact_body(company(), existing=EXISTING)

    assert repr(EXISTING) == before


def test_a_written_card_reads_back_as_the_same_customer() -> None:
    made = company()

    read = read_contact({"id": "k1", **contact_body(made)})

    assert (read.organisation_number, read.vat_number, read.email, read.person_key) == (
        made.organisation_number,
        made.vat_number,
        made.email,
        made.person_key,
    )


def test_customers_given_twice_are_the_same_person() -> None:
    one = card(customer=customer(id=12, is_guest=True))

    assert read_contact({"id": "k1", **contact_body(one)}).person_key == card(customer=customer(id=13, is_guest=True)).person_key
