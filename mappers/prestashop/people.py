"""Who bought and where it goes. Only the named fields are taken: password hashes, keys and birthdays stop here."""

from __future__ import annotations

from collections.abc import Sequence

from mappers.canonical import Address, Customer
from mappers.prestashop.records import Record, flag, integer, text
from mappers.prestashop.reference import ShopReference

FALLBACK_LANGUAGE = "sv"


def read_customer(record: Record | None, *, order_language: int, reference: ShopReference) -> Customer | None:
    """The customer; None where the shop has deleted the record (prestashop.md 4, connectors.md 9 row 16).

    The language is the customer's own, else the order's, else the shop's.
    """
    if record is None:
        return None
    spoken = (integer(record, "id_lang"), order_language, reference.default_language_id)
    return Customer(
        id=integer(record, "id", required=True),
        firstname=text(record, "firstname"),
        lastname=text(record, "lastname"),
        email=text(record, "email").strip(),
        company=text(record, "company"),
        siret=text(record, "siret").strip(),
        is_guest=flag(record, "is_guest"),
        default_group_id=integer(record, "id_default_group"),
        language=next((reference.languages[ident] for ident in spoken if reference.languages.get(ident)), FALLBACK_LANGUAGE),
    )


def read_address(addresses: Sequence[Record], ident: int, reference: ShopReference) -> Address | None:
    """The address with this id, deleted or not; None where the shop no longer has it."""
    record = next((entry for entry in addresses if integer(entry, "id") == ident), None) if ident else None
    if record is None:
        return None
    return Address(
        id=ident,
        country=reference.countries.get(integer(record, "id_country"), ""),
        firstname=text(record, "firstname"),
        lastname=text(record, "lastname"),
        company=text(record, "company"),
        vat_number=text(record, "vat_number").strip(),
        dni=text(record, "dni").strip(),
        address1=text(record, "address1"),
        address2=text(record, "address2"),
        postcode=text(record, "postcode").strip(),
        city=text(record, "city"),
        other=text(record, "other"),
        phone=text(record, "phone").strip(),
        phone_mobile=text(record, "phone_mobile").strip(),
    )
