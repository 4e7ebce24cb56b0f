"""A `ContactCard` in Hogia's words (hogia.md 1.5, 3.4).

An update is a PUT, which replaces: so it starts from what was read and changes only the parts that are to change. Nothing is ever emptied,
and what the merchant entered by hand stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from mappers.customer_card import ContactCard
from mappers.customer_fingerprint import PARTS
from mappers.hogia import text as fitting
from mappers.hogia.countries import country_name
from mappers.hogia.reading import BILLING, EMAIL_CHANNEL, POSTAL, SHIPPING, contact_email
from mappers.hogia.text import fit
from mappers.hogia.values import mapping, mappings, text, whole
from mappers.identity import format_organisation_number
from mappers.invoice.model import DocumentAddress

CUSTOMER = 2  # contactTypes
READ_ONLY = frozenset(
    {
        "id",
        "version",
        "rowVersion",
        "sequenceId",
        "organizationId",
        "createdBy",
        "createdDate",
        "updatedBy",
        "updatedDate",
        "isOrganization",
        "isDeleted",
    }
)


def contact_body(
    card: ContactCard, *, existing: Mapping[str, Any] | None = None, parts: Collection[str] = PARTS, number: str = ""
) -> dict[str, Any]:
    """The body of POST contacts, or with `existing` (the contact as Hogia gave it) of PUT contacts/{id}.

    `parts`: what an update may change (words of `CustomerPolicy.update`). `number` is the number a new contact gets, by default the card's.
    """
    if existing is None:
        return _created(card, number or card.number)
    body: dict[str, Any] = {name: value for name, value in existing.items() if name not in READ_ONLY and value is not None}
    if "name" in parts:
        body |= _names(card)
    if "vat_number" in parts:
        body |= _numbers(card)
    if "email" in parts and _email(card):
        body |= _with_email(card, existing)
    addresses = [dict(address) for address in mappings(existing.get("addresses"))]
    if "billing" in parts and card.billing is not None:
        kinds = (BILLING, POSTAL) if _same_street(addresses, BILLING, POSTAL) else (BILLING,)
        for kind in kinds:
            addresses = _with_address(addresses, kind, card.billing)
        body |= _country(card)
    if "delivery" in parts and card.delivery is not None:
        addresses = _with_address(addresses, SHIPPING, card.delivery)
    return body | ({"addresses": addresses} if addresses else {})


def _created(card: ContactCard, number: str) -> dict[str, Any]:
    email = _email(card)
    customer: dict[str, Any] = {
        "isActive": True,
        "paymentTerms": card.payment_terms,
        "selectedCurrencyCode": card.currency,
        "isReverseCharge": False,  # each invoice says so for itself
    }
    if email:
        customer["eInvoiceReceiverEmail"] = email
    if card.reference:
        customer["invoiceReference"] = fit(card.reference, fitting.REFERENCE)
    body: dict[str, Any] = {
        "number": number,
        "contactTypes": [CUSTOMER],
        **_names(card),
        **_numbers(card),
        **_country(card),
        "language": card.language,
        "customer": customer,
    }
    if email:
        body["contactChannels"] = [{"value": email, "contactChannelType": EMAIL_CHANNEL}]
    addresses: list[dict[str, Any]] = []
    for kind, address in ((POSTAL, card.billing), (BILLING, card.billing), (SHIPPING, card.delivery)):
        if address is not None:
            addresses = _with_address(addresses, kind, address)
    return body | ({"addresses": addresses} if addresses else {})


def _names(card: ContactCard) -> dict[str, Any]:
    if card.company_name:
        return {"companyName": fit(card.company_name, fitting.NAME)}
    return {"givenName": fit(card.given_name, fitting.NAME), "surName": fit(card.surname, fitting.NAME)}


def _numbers(card: ContactCard) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if card.organisation_number:
        found["identificationNumber"] = format_organisation_number(card.organisation_number)
    if card.vat_number and card.send_vat_number:
        found["vatNumber"] = card.vat_number
    return found


def _country(card: ContactCard) -> dict[str, Any]:
    return {"countryCode": card.country, "country": country_name(card.country)} if card.country else {}


def _email(card: ContactCard) -> str:
    """A longer address is left out: half an address is none."""
    return card.email if len(card.email) <= fitting.EMAIL else ""


def _with_email(card: ContactCard, existing: Mapping[str, Any]) -> dict[str, Any]:
    """The new address in the first e-mail channel, and where invoices go if they went to the old one; another one the merchant chose."""
    old = contact_email(existing)
    channels = [dict(channel) for channel in mappings(existing.get("contactChannels"))]
    first = next((channel for channel in channels if whole(channel.get("contactChannelType")) == EMAIL_CHANNEL), None)
    if first is None:
        channels.append({"value": card.email, "contactChannelType": EMAIL_CHANNEL})
    else:
        first["value"] = card.email
    customer = {name: value for name, value in mapping(existing.get("customer")).items() if value is not None}
    if text(customer.get("eInvoiceReceiverEmail")) in {"", old}:
        customer["eInvoiceReceiverEmail"] = card.email
    return {"contactChannels": channels, "customer": customer}


def _with_address(addresses: list[dict[str, Any]], kind: int, address: DocumentAddress) -> list[dict[str, Any]]:
    """The addresses with the first one of this kind rewritten in place (it keeps its id and version), or added."""
    written = {
        "street": fit(address.street, fitting.ADDRESS_LINE),
        "streetExtraLine": fit(address.street_extra, fitting.ADDRESS_LINE),
        "zipCode": fit(address.postcode, fitting.POSTCODE),
        "city": fit(address.city, fitting.CITY),
        "country": country_name(address.country),
    }
    index = next((at for at, item in enumerate(addresses) if whole(item.get("addressType")) == kind), None)
    if index is None:
        return [*addresses, {"addressType": kind, **written}]
    return [*addresses[:index], addresses[index] | written, *addresses[index + 1 :]]


def _same_street(addresses: list[dict[str, Any]], one: int, other: int) -> bool:
    """Whether both addresses say the same, so that the second follows when the first moves."""
    by_kind = {whole(address.get("addressType")): address for address in reversed(addresses)}
    if one not in by_kind or other not in by_kind:
        return False
    return all(text(by_kind[one].get(name)) == text(by_kind[other].get(name)) for name in ("street", "zipCode", "city"))
