from __future__ import annotations

from typing import Any

import pytest

from mappers.canonical import ShopOrder
from mappers.connection import CustomerPolicy, GuestRule
from mappers.customer import ContactCard, changed_parts, contact_card, fingerprint
from mappers.errors import Misconfigured, Rejected
from tests.mappers.orders import address, customer, order

CARPENTER = {"firstname": "Björn", "lastname": "Lind", "company": "Snickeriet Åkerö AB"}


def card(made: ShopOrder, *, source: str = "contact", shop: str = "acme-se", **policy: Any) -> ContactCard:
    return contact_card(made, CustomerPolicy(**policy), shop_key=shop, currency="SEK", terms_days=30, your_reference_source=source)


def test_016_a_swedish_company_has_both_its_numbers() -> None:
    made = order(
        invoice_address=address(**CARPENTER, vat_number="SE556036079301", dni="5560360793"),
        customer=customer(company="Snickeriet Åkerö AB"),
    )

    found = card(made)

    assert (found.is_company, found.company_name, found.organisation_number, found.vat_number) == (
        True,
        "Snickeriet Åkerö AB",
        "5560360793",
        "SE556036079301",
    )
    assert (found.reference, found.number, found.language, found.payment_terms) == ("Björn Lind", "PSacme-se-12", "sv-SE", 30)


@pytest.mark.parametrize("vat_number", ["DE129273398", "DE 129 273 398", "129273398"])
def test_017_018_a_german_company_has_its_vat_number(vat_number: str) -> None:
    made = order(
        invoice_address=address(country="DE", firstname="Jürgen", lastname="Müller", company="Müller Möbel GmbH", vat_number=vat_number),
        customer=customer(company="Müller Möbel GmbH", language="de"),
    )

    found = card(made)

    assert (found.is_company, found.vat_number, found.organisation_number) == (True, "DE129273398", "")
    assert (found.country, found.language) == ("DE", "en-GB")


def test_069_a_company_name_on_the_customer_alone_names_it_and_makes_no_company() -> None:
    made = order(customer=customer(company="Ateljé Sol", siret="73282932000074"))

    found = card(made)

    assert (found.is_company, found.company_name, found.organisation_number, found.reference) == (False, "Ateljé Sol", "", "")


def test_023_024_guests_with_one_mail_address_get_a_number_each() -> None:
    one = card(order(customer=customer(id=12, is_guest=True)))
    other = card(order(customer=customer(id=13, is_guest=True)))

    assert (one.number, other.number) == ("PSacme-se-12", "PSacme-se-13")
    assert one.person_key == other.person_key == "gast gastsson|11122"
    assert not one.is_company


def test_054_the_delivery_address_never_names_the_customer() -> None:
    made = order(
        invoice_address=address(**CARPENTER, vat_number="SE556036079301"),
        delivery_address=address(id=2, company="Kund c/o Norra", firstname="Eva", lastname="Ek"),
    )

    found = card(made)

    assert found.name == "Snickeriet Åkerö AB"
    assert found.delivery is not None
    assert found.delivery.name == "Kund c/o Norra"


def test_a_number_in_the_wrong_field_is_found() -> None:
    found = card(order(invoice_address=address(**CARPENTER, vat_number="556036-0793", dni="")))

    assert (found.organisation_number, found.vat_number) == ("5560360793", "")


def test_the_siret_field_may_hold_a_swedish_number() -> None:
    assert card(order(customer=customer(siret="556036-0793"))).organisation_number == "5560360793"


@pytest.mark.parametrize("field", ["vat_number", "dni"])
@pytest.mark.parametrize("number", ["121212-1212", "19121212-1212", "701063-2391", "SE121212121201"])
def test_a_personal_number_stays_in_the_shop(field: str, number: str) -> None:
    found = card(order(invoice_address=address(**{field: number})))

    assert not found.is_company
    assert "1212" not in repr(found)
    assert "2391" not in repr(found)


def test_the_fields_are_read_in_the_configured_order() -> None:
    made = order(invoice_address=address(dni="556036-0793"), customer=customer(siret="802002-4280"))

    assert card(made, organisation_number_fields=("siret", "dni")).organisation_number == "8020024280"


def test_without_the_setting_a_company_name_makes_nothing() -> None:
    found = card(order(invoice_address=address(company="Privat"), customer=customer(company="Sol")), company_name_is_company=False)

    assert (found.is_company, found.company_name, found.name) == (False, "", "Gäst Gästsson")


def test_a_company_without_a_name_bears_its_contacts() -> None:
    found = card(order(invoice_address=address(vat_number="SE556036079301")))

    assert (found.is_company, found.company_name) == (True, "Gäst Gästsson")


def test_a_required_number_that_is_missing_holds_the_order() -> None:
    with pytest.raises(Rejected) as caught:
        card(order(invoice_address=address(company="Sol AB")), require_organisation_number=True)

    assert caught.value.code == "ORGANISATION_NUMBER_MISSING"


def test_a_private_person_needs_no_number() -> None:
    assert not card(order(), require_organisation_number=True).is_company


def test_a_deleted_customer_is_known_by_the_orders_addresses() -> None:
    found = card(order(customer=None))

    assert (found.number, found.name, found.email, found.language) == ("PSacme-se-12", "Gäst Gästsson", "", "sv-SE")


def test_a_customer_of_whom_nothing_is_left_is_numbered_by_the_order() -> None:
    assert card(order(customer=None, customer_id=0)).number == "PSacme-se-O42"


def test_an_unreadable_invoice_address_is_stood_in_for() -> None:
    found = card(order(invoice_address=None, delivery_address=address(firstname="Eva", lastname="Ek", company="c/o Sol")))

    assert (found.name, found.company_name) == ("Eva Ek", "")


def test_the_customers_name_stands_in_for_an_addresses() -> None:
    found = card(order(invoice_address=None, delivery_address=None))

    assert (found.name, found.billing, found.country) == ("Gäst Gästsson", None, "")


def test_nobody_is_no_customer() -> None:
    with pytest.raises(Rejected) as caught:
        card(order(customer=None, invoice_address=address(firstname=" ", lastname="")))

    assert caught.value.code == "CUSTOMER_NAMELESS"


@pytest.mark.parametrize(
    ("names", "email"),
    [
        ({"firstname": "Anonymous", "lastname": "Anonymous"}, "x@example.com"),
        ({"firstname": "Gäst", "lastname": "Gästsson"}, "anonymous@psgdpr.com"),
        ({"firstname": "Gäst", "lastname": "Gästsson"}, "Deleted@example.com"),
        ({"firstname": "Raderad", "lastname": "RADERAD"}, ""),
    ],
)
def test_an_anonymised_customer_is_recognised(names: dict[str, str], email: str) -> None:
    assert card(order(customer=customer(**names, email=email))).is_anonymised


def test_a_person_is_not_taken_for_an_anonymised_one() -> None:
    assert not card(order(customer=customer(firstname="Anonymous", lastname="Andersson"))).is_anonymised


def test_guests_may_share_a_contact() -> None:
    found = card(order(customer=customer(is_guest=True)), guests=GuestRule.COLLECTIVE, collective_number="WEBB")

    assert (found.number, found.is_collective) == ("WEBB", True)


def test_a_company_that_buys_as_a_guest_is_never_collective() -> None:
    made = order(customer=customer(is_guest=True), invoice_address=address(**CARPENTER, vat_number="SE556036079301"))

    assert card(made, guests=GuestRule.COLLECTIVE, collective_number="WEBB").number == "PSacme-se-12"


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ({"number_format": "{shop}"}, "CUSTOMER_NUMBER_FORMAT"),
        ({"number_format": "{shop}-{customer}-{x}"}, "CUSTOMER_NUMBER_FORMAT"),
        ({"number_format": "PRESTASHOP-{shop}-{customer}"}, "CUSTOMER_NUMBER_TOO_LONG"),
        ({"organisation_number_fields": ("ape",)}, "ORGANISATION_NUMBER_FIELD_UNKNOWN"),
        ({"guests": GuestRule.COLLECTIVE}, "COLLECTIVE_NUMBER_MISSING"),
    ],
)
def test_settings_that_cannot_be_used_are_told(policy: dict[str, Any], code: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        card(order(customer=customer(is_guest=True)), **policy)

    assert caught.value.code == code


def test_a_number_of_twenty_characters_has_no_room_for_a_second() -> None:
    assert card(order(), number_format="1234567890123456-{customer}").number == "1234567890123456-12"
    assert card(order(), number_format="12345678901234567-{customer}").other_number == ""


@pytest.mark.parametrize(("source", "reference"), [("always", "Gäst Gästsson"), ("none", ""), ("other", "Ref 7"), ("contact", "")])
def test_your_reference_comes_from_where_it_is_set_to(source: str, reference: str) -> None:
    assert card(order(invoice_address=address(other="\n Ref 7 \nring på")), source=source).reference == reference


def test_an_unknown_source_of_your_reference_is_told() -> None:
    with pytest.raises(Misconfigured):
        card(order(), source="message")


def test_a_set_language_is_everybodys() -> None:
    assert card(order(customer=customer(language="de")), language="sv-SE").language == "sv-SE"


KEY = b"k" * 32


def test_a_fingerprint_tells_which_parts_changed() -> None:
    before = fingerprint(card(order()), KEY)
    after = fingerprint(card(order(customer=customer(email="new@example.com"), delivery_address=address(city="Uppsala"))), KEY)

    assert changed_parts(before, after) == ("email", "delivery")


def test_a_fingerprint_of_the_same_card_is_the_same() -> None:
    assert changed_parts(fingerprint(card(order()), KEY), fingerprint(card(order(id=43)), KEY)) == ()


def test_without_an_earlier_fingerprint_everything_is_new() -> None:
    assert changed_parts("", fingerprint(card(order()), KEY)) == ("name", "email", "billing", "delivery", "vat_number")


def test_a_fingerprint_says_nothing_of_the_person_and_depends_on_the_key() -> None:
    made = fingerprint(card(order()), KEY)

    assert "gast" not in made.lower()
    assert not set(made.split(";")) & set(fingerprint(card(order()), b"other").split(";"))


def test_a_missing_address_has_a_fingerprint_too() -> None:
    before, after = (fingerprint(card(order(delivery_address=there)), KEY) for there in (None, address()))

    assert changed_parts(before, after) == ("delivery",)
