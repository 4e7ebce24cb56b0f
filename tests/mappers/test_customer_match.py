from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mappers.connection import CustomerPolicy, GuestRule
from mappers.customer import PARTS, ContactCard, Create, Match, Use, contact_card, match_contact
from mappers.errors import Misconfigured, Rejected
from mappers.hogia.contact import contact_body
from mappers.hogia.model import HogiaContact
from mappers.hogia.reading import read_contact
from tests.mappers.orders import address, customer, order

POLICY = CustomerPolicy()
VAT, ORGANISATION = "SE556036079301", "5560360793"


def person(**changes: Any) -> ContactCard:
    made = order(customer=customer(**changes))
    return contact_card(made, POLICY, shop_key="acme", currency="SEK", terms_days=30)


def company(**changes: Any) -> ContactCard:
    made = order(
        invoice_address=address(**({"company": "Snickeriet Åkerö AB", "vat_number": VAT} | changes)),
        customer=customer(email="info@example.net"),
    )
    return contact_card(made, POLICY, shop_key="acme", currency="SEK", terms_days=30)


def contact(ident: str, **changes: Any) -> HogiaContact:
    given: dict[str, Any] = {
        "id": ident,
        "number": ident.upper(),
        "is_company": False,
        "is_active": True,
        "person_key": "gast gastsson|11122",
    }
    return HogiaContact(**(given | changes))


def firm(ident: str, **changes: Any) -> HogiaContact:
    return contact(ident, **({"is_company": True, "person_key": "snickeriet akero ab|93135"} | changes))


def match(card: ContactCard, *candidates: HogiaContact, link: str = "", policy: CustomerPolicy = POLICY) -> Match:
    return match_contact(card, link=link, candidates=candidates, policy=policy)


def found(result: Match) -> tuple[str, str]:
    assert isinstance(result, Use)
    return result.id, result.reason


def test_nobody_there_is_created_with_our_number() -> None:
    assert match(person()) == Create(number="PSacme-12")


def test_the_linked_contact_is_used_although_mail_and_name_changed() -> None:
    linked = contact("k1", email="old@example.com", person_key="gast tidigare|99999")

    assert found(match(person(email="new@example.com"), linked, link="k1")) == ("k1", "link")


def test_a_link_of_a_customer_without_an_id_is_nobodys() -> None:
    made = order(customer=None, customer_id=0)
    card = contact_card(made, POLICY, shop_key="acme", currency="SEK", terms_days=30)

    assert match(card, contact("k1", person_key="eva ek|22233"), link="k1") == Create(number="PSacme-O42")


def test_a_name_that_hogia_cuts_is_recognised() -> None:
    long = "Bostadsrättsföreningen Norra Djurgårdsstadens Samfällighet i Stockholm"
    card = company(company=long, vat_number="")
    there = read_contact({"id": "k1", **contact_body(card), "number": "K1"})

    assert found(match(card, there)) == ("k1", "email")


def test_a_personal_number_used_as_a_contact_number_is_masked() -> None:
    with pytest.raises(Rejected) as caught:
        match(company(), firm("k1", vat_number=VAT, number="19121212-1212"), firm("k2", vat_number=VAT))

    assert "1212-" not in caught.value.message.replace("121212-****", "")


def test_a_link_to_a_contact_that_is_gone_is_climbed_past() -> None:
    by_mail = contact("k2", email="gast1@example.com")

    assert found(match(person(), by_mail, link="k1")) == ("k2", "email")


def test_a_link_to_an_inactive_contact_is_climbed_past() -> None:
    assert match(person(), contact("k1", is_active=False), link="k1") == Create(number="PSacme-12")


def test_an_inactive_contact_parks_the_customer_where_inactive_ones_count() -> None:
    """Hogia invoices no inactive contact, so a match with one is a person's to look at."""
    policy = replace(POLICY, ignore_inactive=False)

    with pytest.raises(Rejected) as caught:
        match(person(), contact("k1", is_active=False), link="k1", policy=policy)

    assert caught.value.code == "CUSTOMER_INACTIVE"


def test_a_lost_link_is_found_again_by_our_number() -> None:
    ours = contact("k1", number="psACME-12", email="gast1@example.com")

    assert found(match(person(), ours)) == ("k1", "link")


def test_our_number_on_a_contact_of_nulls_is_ours_because_of_the_shops_key() -> None:
    assert found(match(person(), contact("k1", number="PSacme-12", person_key=""))) == ("k1", "link")


def test_our_number_on_somebody_else_is_never_invoiced() -> None:
    stranger = contact("k1", number="PSacme-12", email="eva@example.com", person_key="eva ek|22233")

    with pytest.raises(Rejected) as caught:
        match(person(), stranger)

    assert caught.value.code == "CUSTOMER_NUMBER_TAKEN"
    assert "eva" not in str(caught.value).lower()


def test_a_merchants_own_series_is_no_proof_of_who_it_is() -> None:
    policy = replace(POLICY, number_format="{customer}")
    card = replace(person(), number="12", other_number="12P")

    with pytest.raises(Rejected):
        match(card, contact("k1", number="12", person_key=""), policy=policy)


def test_our_own_inactive_contact_is_not_made_twice() -> None:
    with pytest.raises(Rejected) as caught:
        match(person(), contact("k1", number="PSacme-12", is_active=False))

    assert caught.value.code == "CUSTOMER_INACTIVE"


def test_a_company_is_found_by_its_vat_number() -> None:
    assert found(match(company(), firm("k1", vat_number=VAT), firm("k2", vat_number="SE802002428001"))) == ("k1", "vat_number")


def test_a_company_is_found_by_its_organisation_number() -> None:
    assert found(match(company(vat_number="556036-0793"), firm("k1", organisation_number=ORGANISATION))) == ("k1", "organisation_number")


def test_the_order_of_the_ladder_is_the_settings() -> None:
    by_vat, by_number = firm("k1", vat_number=VAT), firm("k2", organisation_number=ORGANISATION)
    policy = replace(POLICY, match=("link", "organisation_number", "vat_number"))

    assert found(match(company(), by_vat, by_number)) == ("k1", "vat_number")
    assert found(match(company(), by_vat, by_number, policy=policy)) == ("k2", "organisation_number")


def test_a_step_that_is_left_out_is_not_climbed() -> None:
    policy = replace(POLICY, match=("link",))

    assert match(company(), firm("k1", vat_number=VAT), policy=policy) == Create(number="PSacme-12")


def test_two_contacts_of_one_company_wait_for_a_person_by_their_numbers() -> None:
    with pytest.raises(Rejected) as caught:
        match(company(), firm("k2", vat_number=VAT), firm("k1", vat_number=VAT))

    assert caught.value.code == "CUSTOMER_AMBIGUOUS"
    assert "K1, K2" in caught.value.message
    assert not any(part in str(caught.value) for part in ("Snickeriet", VAT, ORGANISATION))


def test_a_mail_address_matches_with_kind_and_name() -> None:
    assert found(match(person(), contact("k1", email="gast1@example.com", person_key="gast gastsson|99999"))) == ("k1", "email")


@pytest.mark.parametrize(
    "other",
    [
        contact("k1", email="gast1@example.com", person_key="eva ek|11122"),  # a couple's shared address
        firm("k1", email="gast1@example.com", person_key="gast gastsson|11122"),  # another kind
        contact("k1", email="gast1@example.com", number="PSother-12"),  # made by another shop
        contact("k1", email="gast2@example.com"),  # the name alone
        contact("k1", email="gast1@example.com", is_active=False),
    ],
)
def test_a_mail_address_alone_is_nobody(other: HogiaContact) -> None:
    assert match(person(), other) == Create(number="PSacme-12")


def test_several_contacts_with_the_customers_mail_and_name_wait_for_a_person() -> None:
    with pytest.raises(Rejected) as caught:
        match(person(), contact("k1", email="gast1@example.com"), contact("k2", email="gast1@example.com"))

    assert caught.value.code == "CUSTOMER_AMBIGUOUS"


def test_a_customer_without_mail_matches_nobody_without() -> None:
    assert match(person(email=""), contact("k1", email="")) == Create(number="PSacme-12")


def test_a_company_with_another_number_is_not_matched_by_mail() -> None:
    other = firm("k1", email="info@example.net", organisation_number="8020024280", person_key="snickeriet akero ab|11122")

    assert match(company(), other) == Create(number="PSacme-12")


def test_guests_are_one_by_mail_name_and_postcode() -> None:
    assert found(match(person(is_guest=True), contact("k1", email="gast1@example.com"))) == ("k1", "email")


def test_a_guest_who_moved_is_another_contact() -> None:
    moved = contact("k1", email="gast1@example.com", person_key="gast gastsson|99999")

    assert match(person(is_guest=True), moved) == Create(number="PSacme-12")


def test_of_several_contacts_a_guest_gets_the_most_recent() -> None:
    old, new = (contact(ident, email="gast1@example.com", row_version=version) for ident, version in (("k1", 5), ("k2", 9)))

    assert found(match(person(is_guest=True), new, old)) == ("k2", "email")


def test_guests_get_a_contact_each_where_that_is_set() -> None:
    policy = replace(POLICY, guests=GuestRule.CREATE)

    assert match(person(is_guest=True), contact("k1", email="gast1@example.com"), policy=policy) == Create(number="PSacme-12")


def test_the_collective_contact_is_used_and_never_written_to() -> None:
    policy = replace(POLICY, guests=GuestRule.COLLECTIVE, collective_number="WEBB")
    card = replace(person(is_guest=True), number="WEBB", other_number="", is_collective=True)

    result = match(card, contact("k1", number="webb"), policy=policy)

    assert result == Use(number="webb", id="k1", reason="collective")


def test_a_collective_contact_that_is_missing_is_a_matter_of_settings() -> None:
    card = replace(person(is_guest=True), number="WEBB", is_collective=True)

    with pytest.raises(Misconfigured) as caught:
        match(card)

    assert caught.value.code == "COLLECTIVE_CONTACT_MISSING"


def test_what_we_made_may_be_updated() -> None:
    result = match(person(), contact("k1", number="PSacme-12"))

    assert isinstance(result, Use)
    assert result.update == PARTS


def test_only_the_configured_parts_are_updated() -> None:
    result = match(person(), contact("k1", number="PSacme-12"), policy=replace(POLICY, update=("delivery", "email")))

    assert isinstance(result, Use)
    assert result.update == ("email", "delivery")


def test_a_merchants_contact_is_left_alone_unless_set() -> None:
    theirs = firm("k1", vat_number=VAT)
    left, changed = match(company(), theirs), match(company(), theirs, policy=replace(POLICY, update_matched=True))

    assert isinstance(left, Use)
    assert isinstance(changed, Use)
    assert (left.update, changed.update) == ((), PARTS)


def test_a_contact_that_another_guest_row_of_the_shop_made_is_ours() -> None:
    result = match(person(id=13, is_guest=True), contact("k1", number="PSacme-12", email="gast1@example.com"))

    assert isinstance(result, Use)
    assert result.update == PARTS


def test_a_private_customer_who_buys_for_a_company_gets_a_second_contact() -> None:
    private = contact("k1", number="PSacme-12", email="info@example.net")

    assert match(company(), private, link="k1") == Create(number="PSacme-12F")


def test_the_second_contact_is_found_again() -> None:
    private, business = contact("k1", number="PSacme-12"), firm("k2", number="PSacme-12F", vat_number=VAT)

    assert found(match(company(), private, business, link="k1")) == ("k2", "link")
    assert found(match(person(), private, business, link="k2")) == ("k1", "link")


def test_a_customer_who_buys_for_another_company_is_not_invoiced_on_the_first() -> None:
    first = firm("k1", number="PSacme-12", vat_number="SE802002428001", organisation_number="8020024280")

    with pytest.raises(Rejected) as caught:
        match(company(), first, link="k1")

    assert caught.value.code == "CUSTOMER_NUMBER_TAKEN"


def test_a_number_taken_in_both_forms_is_told() -> None:
    private, stranger = contact("k1", number="PSacme-12"), firm("k2", number="PSacme-12F", organisation_number="8020024280")

    with pytest.raises(Rejected) as caught:
        match(company(), private, stranger)

    assert "PSacme-12F" in caught.value.message


def anonymous() -> ContactCard:
    return replace(person(), is_anonymised=True, given_name="Anonymous", surname="Anonymous", email="anonymous@psgdpr.com")


def test_an_anonymised_customer_keeps_its_contact_untouched() -> None:
    result = match(anonymous(), contact("k1", number="PSacme-12", email="gast1@example.com"), link="k1")

    assert result == Use(number="PSacme-12", id="k1", reason="link")


def test_an_anonymised_customers_lost_link_is_found_by_number() -> None:
    assert found(match(anonymous(), contact("k1", number="PSacme-12", email="gast1@example.com"))) == ("k1", "link")


def test_an_anonymised_customer_is_matched_by_nothing_else() -> None:
    with pytest.raises(Rejected) as caught:
        match(anonymous(), contact("k1", email="anonymous@psgdpr.com", person_key="anonymous anonymous|11122"))

    assert caught.value.code == "CUSTOMER_ANONYMISED"


def test_an_anonymised_customer_may_go_on_the_collective_contact() -> None:
    policy = replace(POLICY, collective_number="WEBB")

    assert found(match(anonymous(), contact("k9", number="WEBB"), policy=policy)) == ("k9", "collective")


@pytest.mark.parametrize("settings", [{"match": ("link", "phone")}, {"update": ("phone",)}])
def test_an_unknown_word_in_the_settings_is_told(settings: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured) as caught:
        match(person(), policy=replace(POLICY, **settings))

    assert caught.value.code == "CUSTOMER_SETTING_UNKNOWN"
