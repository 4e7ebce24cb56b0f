"""What we would keep of an order's customer in Hogia (accounting-recordings.md 5, connectors.md 4 and 5).

The shop's customer row may be a guest's, anonymised, or gone: the order's own addresses are what it was sold on, and they decide. A card
never holds a personal number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mappers.canonical import Address, ShopOrder
from mappers.connection import CustomerPolicy, GuestRule
from mappers.errors import Misconfigured, Rejected
from mappers.hogia.text import CONTACT_NUMBER, NAME, fit
from mappers.identity import IdentityNumber, fold, looks_personal, person_key, read_number
from mappers.invoice.model import DocumentAddress

LANGUAGES: Mapping[str, str] = {"sv": "sv-SE"}  # customers' language (ISO 639-1) -> Hogia's; every other speaks English
OTHER_LANGUAGE = "en-GB"
# What GDPR modules leave of a person (accounting-recordings.md 4.7): both names one of these words, or such an address.
ANONYMOUS_NAMES = frozenset({"anonym", "anonyme", "anonymous", "anonymiserad", "anonymized", "anonymised", "deleted", "raderad", "removed"})
ANONYMOUS_MAILBOXES = ("anonymous", "anonym", "anonymized", "anonymised", "anonymiserad", "deleted", "removed", "raderad")
ANONYMOUS_DOMAINS = ("psgdpr.com", "anonymous.com", "anonymized.invalid")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCard:
    """A customer as a contact. `company_name` is set for whoever is named as a company; `is_company` says it *is* one.

    `is_company`: a valid organisation or EU VAT number, or (by setting) a company name on the invoice address. A company name that only
    the customer row has names the contact but does not make a company (recording 069). VAT treatment follows from neither alone.
    """

    number: str
    other_number: str = ""  # where `number` is taken by the same customer as the other kind (private person, company)
    shop: str = ""
    is_company: bool
    company_name: str = ""
    given_name: str = ""
    surname: str = ""
    organisation_number: str = ""  # ten digits, legal persons only
    vat_number: str = ""  # with prefix; used to match even when it is not sent
    send_vat_number: bool = True
    email: str = ""
    country: str = ""  # ISO 3166 alpha-2
    language: str = "sv-SE"
    currency: str = "SEK"
    payment_terms: int = 30  # days
    reference: str = ""  # "your reference"
    billing: DocumentAddress | None = None
    delivery: DocumentAddress | None = None
    is_known: bool = True  # False: not even the customer's id is left, so no stored link can be this customer's
    is_guest: bool = False
    is_anonymised: bool = False
    is_collective: bool = False  # `number` is the contact that every guest shares; the card's persons are not written to it

    @property
    def name(self) -> str:
        """The company's name, else given name and surname, as long as Hogia keeps them: what was cut there must be recognised here."""
        return fit(self.company_name, NAME) or f"{fit(self.given_name, NAME)} {fit(self.surname, NAME)}".strip()

    @property
    def person_key(self) -> str:
        """Name and postcode, folded; compared with `HogiaContact.person_key`."""
        return person_key(self.name, self.billing.postcode if self.billing else "")


def contact_card(
    order: ShopOrder, policy: CustomerPolicy, *, shop_key: str, currency: str, terms_days: int, your_reference_source: str = "contact"
) -> ContactCard:
    """The card of the order's customer.

    `your_reference_source` is `OrderPolicy.your_reference`. Raises Rejected `CUSTOMER_NAMELESS`, `ORGANISATION_NUMBER_MISSING`;
    Misconfigured `CUSTOMER_NUMBER_TOO_LONG`, `CUSTOMER_NUMBER_FORMAT`, `COLLECTIVE_NUMBER_MISSING`, `ORGANISATION_NUMBER_FIELD_UNKNOWN`,
    `YOUR_REFERENCE_UNKNOWN`.
    """
    customer = order.customer
    invoice_address = order.invoice_address
    address = invoice_address or order.delivery_address
    found = _numbers(order, policy)
    organisation_number = next((number.organisation_number for number in found if number.organisation_number), "")
    vat_number = next((number.vat_number for number in found if number.vat_number), "")
    address_company = invoice_address.company.strip() if invoice_address else ""
    customer_company = customer.company.strip() if customer else ""
    given = (address.firstname if address else "").strip() or (customer.firstname if customer else "").strip()
    surname = (address.lastname if address else "").strip() or (customer.lastname if customer else "").strip()
    has_number = bool(organisation_number or vat_number)
    is_company = has_number or (policy.company_name_is_company and bool(address_company))
    company_name = ""
    if is_company:
        company_name = address_company or customer_company or f"{given} {surname}".strip()
    elif policy.company_name_is_company:
        company_name = customer_company
    if policy.require_organisation_number and is_company and not has_number:
        raise Rejected(
            "ORGANISATION_NUMBER_MISSING",
            "The customer is a company without a valid organisation or VAT number. Enter it on the order's invoice address in the shop.",
            subject=f"order {order.id}",
        )
    is_guest = customer is not None and customer.is_guest
    is_collective = is_guest and not is_company and policy.guests is GuestRule.COLLECTIVE
    if not (company_name or given or surname or is_collective):
        raise Rejected(
            "CUSTOMER_NAMELESS",
            "Neither the order's addresses nor its customer have a name. Enter one on the invoice address in the shop.",
            subject=f"order {order.id}",
        )
    number = collective_number(policy) if is_collective else contact_number(order, policy, shop_key=shop_key)
    other = f"{number}{'F' if company_name else 'P'}"
    return ContactCard(
        number=number,
        other_number=other if len(other) <= CONTACT_NUMBER and not is_collective else "",
        shop=shop_key,
        is_company=is_company,
        company_name=company_name,
        given_name=given,
        surname=surname,
        organisation_number=organisation_number,
        vat_number=vat_number,
        send_vat_number=policy.send_vat_number,
        email=customer.email.strip() if customer else "",
        country=address.country if address else "",
        language=policy.language or LANGUAGES.get(customer.language if customer else "sv", OTHER_LANGUAGE),
        currency=currency,
        payment_terms=terms_days,
        reference=your_reference(order, your_reference_source, is_company=is_company),
        billing=document_address(address),
        delivery=document_address(order.delivery_address),
        is_known=customer is not None or order.customer_id != 0,
        is_guest=is_guest,
        is_anonymised=_is_anonymised(order, given, surname),
        is_collective=is_collective,
    )


def contact_number(order: ShopOrder, policy: CustomerPolicy, *, shop_key: str) -> str:
    """Our number for the order's customer. A customer of whom not even the id is left is numbered by the order: `O42`."""
    customer_id = order.customer.id if order.customer else order.customer_id
    number = policy.number_format.replace("{shop}", shop_key).replace("{customer}", str(customer_id) if customer_id else f"O{order.id}")
    if "{customer}" not in policy.number_format or "{" in number or "}" in number:
        raise Misconfigured(
            "CUSTOMER_NUMBER_FORMAT",
            f"The customer number format {policy.number_format!r} must contain {{customer}} and may contain {{shop}}, nothing else in braces. "
            "Correct `number_format` in the shop's customer settings.",
            subject=f"shop {shop_key}",
        )
    if len(number) > CONTACT_NUMBER:
        raise Misconfigured(
            "CUSTOMER_NUMBER_TOO_LONG",
            f"The customer number {number} has {len(number)} characters, Hogia takes {CONTACT_NUMBER}. "
            "Shorten `number_format` in the shop's customer settings.",
            subject=f"shop {shop_key}",
        )
    return number


def collective_number(policy: CustomerPolicy) -> str:
    """The number of the contact that guests share."""
    if not policy.collective_number:
        raise Misconfigured(
            "COLLECTIVE_NUMBER_MISSING",
            "Guests are to be invoiced on a collective contact, but none is named. Set `collective_number` to the number of a contact in Hogia.",
        )
    return policy.collective_number


def document_address(address: Address | None) -> DocumentAddress | None:
    """The address as it is printed on this one document; None where it could not be read."""
    if address is None:
        return None
    return DocumentAddress(
        name=address.company.strip() or f"{address.firstname} {address.lastname}".strip(),
        street=address.address1.strip(),
        street_extra=address.address2.strip(),
        postcode=address.postcode.strip(),
        city=address.city.strip(),
        country=address.country,
    )


def your_reference(order: ShopOrder, source: str, *, is_company: bool) -> str:
    """What Hogia prints as "Er referens": the name on the invoice address (`contact`: of companies only, `always`), the `other` field's first line, or "".

    A first line with a personal number in it is left out (accounting.md 13).
    """
    address = order.invoice_address or order.delivery_address
    name = f"{address.firstname} {address.lastname}".strip() if address else ""
    other = address.other.strip().splitlines()[0].strip() if address and address.other.strip() else ""
    other = "" if looks_personal(other) else other
    texts = {"contact": name if is_company else "", "always": name, "none": "", "other": other}
    if source not in texts:
        raise Misconfigured(
            "YOUR_REFERENCE_UNKNOWN", f"`your_reference` is {source!r}; it can be {', '.join(texts)}. Correct the shop's order settings."
        )
    return texts[source]


def _numbers(order: ShopOrder, policy: CustomerPolicy) -> list[IdentityNumber]:
    """What the configured fields hold, in the configured order; only `vat_number` may lack its EU prefix."""
    address = order.invoice_address
    fields = {
        "vat_number": address.vat_number if address else "",
        "dni": address.dni if address else "",
        "siret": order.customer.siret if order.customer else "",
    }
    country = address.country if address else ""
    for name in policy.organisation_number_fields:
        if name not in fields:
            raise Misconfigured(
                "ORGANISATION_NUMBER_FIELD_UNKNOWN",
                f"`organisation_number_fields` names {name!r}; it can name {', '.join(fields)}. Correct the shop's customer settings.",
            )
    return [read_number(fields[name], country=country, complete=name == "vat_number") for name in policy.organisation_number_fields]


def _is_anonymised(order: ShopOrder, given: str, surname: str) -> bool:
    customer = order.customer
    names = [(given, surname)] + ([(customer.firstname, customer.lastname)] if customer else [])
    if any(fold(first) in ANONYMOUS_NAMES and fold(last) in ANONYMOUS_NAMES for first, last in names):
        return True
    mailbox, _, domain = (customer.email if customer else "").strip().lower().partition("@")
    return domain in ANONYMOUS_DOMAINS or mailbox in ANONYMOUS_MAILBOXES
