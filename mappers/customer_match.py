"""Which contact in Hogia a card is (connectors.md 5, accounting-recordings.md 5).

    link                  the contact we used last, or the one that has our number (a lost link is found again)
    vat_number            companies
    organisation_number   companies
    email                 the same kind and the same name, made by no other shop; guests: and the same postcode
    else                  create

Never by name or e-mail alone: couples share an e-mail. A private person and a company are never the same contact, nor are two companies
with different numbers, whatever links them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mappers.connection import CustomerPolicy, GuestRule
from mappers.customer_card import ContactCard
from mappers.customer_fingerprint import PARTS
from mappers.errors import Misconfigured, Rejected
from mappers.hogia.model import HogiaContact
from mappers.identity import fold, mask

LIST_AT_MOST = 10  # contact numbers in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Invoice this contact. `update`: the parts of its card we may write, if they changed since we last wrote them."""

    number: str
    id: str
    update: tuple[str, ...] = ()
    reason: str = ""  # the step that found it, or `collective`
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """No contact is this customer: make one with this number."""

    number: str


Match = Use | Create


def match_contact(card: ContactCard, *, link: str, candidates: Sequence[HogiaContact], policy: CustomerPolicy) -> Match:
    """The contact to invoice.

    `link` is the id of the contact stored for this customer, "" for none. `candidates` hold at least: the linked contact, the contacts
    that have `card.number` or `card.other_number` (inactive ones too, or a number would be given twice), and those that share the card's
    VAT number, organisation number or e-mail.

    Raises Rejected `CUSTOMER_AMBIGUOUS`, `CUSTOMER_NUMBER_TAKEN`, `CUSTOMER_INACTIVE`, `CUSTOMER_ANONYMISED`; Misconfigured
    `COLLECTIVE_CONTACT_MISSING`, `CUSTOMER_SETTING_UNKNOWN`.
    """
    for setting, words, known in (("match", policy.match, tuple(STEPS)), ("update", policy.update, PARTS)):
        if unknown := [word for word in words if word not in known]:
            raise Misconfigured(
                "CUSTOMER_SETTING_UNKNOWN",
                f"`{setting}` in the customer settings names {unknown[0]!r}; it can name {', '.join(known)}. Correct the connection file.",
            )
    usable = [contact for contact in candidates if contact.is_active or not policy.ignore_inactive]
    if card.is_collective:
        return _collective(card.number, [contact for contact in candidates if contact.is_active])
    steps = [word for word in policy.match if not card.is_anonymised or word == "link"]
    for word in steps:
        hits = {contact.id: contact for contact in STEPS[word](card, link, usable, policy)}
        if hits:
            contact = _one(card, list(hits.values()), word)
            if not contact.is_active:
                raise _inactive(contact)
            return Use(number=contact.number, id=contact.id, update=_update(card, contact, policy), reason=word, version=contact.version)
    if card.is_anonymised:
        return _anonymised(usable, policy)
    return Create(number=_free_number(card, candidates))


def _by_link(card: ContactCard, link: str, usable: Sequence[HogiaContact], policy: CustomerPolicy) -> list[HogiaContact]:
    linked = [contact for contact in usable if card.is_known and link and contact.id == link and not _is_other_entity(card, contact)]
    if linked:
        return linked
    own = {number.casefold() for number in (card.number, card.other_number) if number}
    found = [contact for contact in usable if contact.number.casefold() in own and not _is_other_entity(card, contact)]
    mine = [contact for contact in found if _may_be_ours(card, contact, policy)]
    return sorted(mine, key=lambda contact: contact.number.casefold() != card.number.casefold())[:1]


def _by_vat_number(card: ContactCard, _link: str, usable: Sequence[HogiaContact], _policy: CustomerPolicy) -> list[HogiaContact]:
    return [contact for contact in usable if card.vat_number and contact.vat_number == card.vat_number]


def _by_organisation_number(card: ContactCard, _link: str, usable: Sequence[HogiaContact], _policy: CustomerPolicy) -> list[HogiaContact]:
    number = card.organisation_number
    return [contact for contact in usable if number and contact.organisation_number == number]


def _by_email(card: ContactCard, _link: str, usable: Sequence[HogiaContact], policy: CustomerPolicy) -> list[HogiaContact]:
    email = card.email.lower()
    if not email or (card.is_guest and policy.guests is GuestRule.CREATE):
        return []
    hits = [
        contact
        for contact in usable
        if contact.email == email
        and contact.is_company == bool(card.company_name)
        and not _is_other_entity(card, contact)
        and _maker(contact.number, policy) in {"", card.shop}
    ]
    if card.is_guest:
        return [contact for contact in hits if contact.person_key and contact.person_key == card.person_key]
    return [contact for contact in hits if _name(contact) == fold(card.name)]


Step = Callable[[ContactCard, str, Sequence[HogiaContact], CustomerPolicy], list[HogiaContact]]
STEPS: Mapping[str, Step] = {
    "link": _by_link,
    "vat_number": _by_vat_number,
    "organisation_number": _by_organisation_number,
    "email": _by_email,
}


def _one(card: ContactCard, hits: Sequence[HogiaContact], step: str) -> HogiaContact:
    hits = [contact for contact in hits if contact.is_active] or hits
    if len(hits) == 1:
        return hits[0]
    if card.is_guest and not card.is_company:
        return max(hits, key=lambda contact: (contact.is_active, contact.row_version, contact.id))
    numbers = ", ".join(sorted(mask(contact.number) for contact in hits)[:LIST_AT_MOST])
    raise Rejected(
        "CUSTOMER_AMBIGUOUS",
        f"{len(hits)} contacts in Hogia are this customer by {step.replace('_', ' ')}: {numbers}. Make all but one inactive in Hogia, or link "
        "the customer to one of them, and transfer again.",
        subject="customer",
    )


def _collective(number: str, usable: Sequence[HogiaContact]) -> Use:
    for contact in usable:
        if contact.number.casefold() == number.casefold():
            return Use(number=contact.number, id=contact.id, reason="collective", version=contact.version)
    raise Misconfigured(
        "COLLECTIVE_CONTACT_MISSING",
        f"The collective contact {number} is not an active contact in Hogia. Create or activate it there, or change `collective_number`.",
    )


def _anonymised(usable: Sequence[HogiaContact], policy: CustomerPolicy) -> Use:
    """An anonymised customer is nobody any more: only a link or the collective contact can be invoiced, and nothing is written to it."""
    if policy.collective_number:
        return _collective(policy.collective_number, [contact for contact in usable if contact.is_active])
    raise Rejected(
        "CUSTOMER_ANONYMISED",
        "The customer has been anonymised in the shop and is not linked to a contact. Set `collective_number` to a contact for such orders, or "
        "make the invoice in Hogia and bind it to the order.",
        subject="customer",
    )


def _update(card: ContactCard, contact: HogiaContact, policy: CustomerPolicy) -> tuple[str, ...]:
    ours = contact.number in {card.number, card.other_number} or (bool(card.shop) and _maker(contact.number, policy) == card.shop)
    if card.is_anonymised or not (ours or policy.update_matched):
        return ()
    return tuple(part for part in PARTS if part in policy.update)


def _is_other_entity(card: ContactCard, contact: HogiaContact) -> bool:
    """Whether the contact is certainly somebody else: the other kind, or a company with another number."""
    known_kind = contact.is_company or bool(contact.person_key)
    if known_kind and contact.is_company != bool(card.company_name):
        return True
    pairs = ((card.organisation_number, contact.organisation_number), (card.vat_number, contact.vat_number))
    return any(mine and theirs and mine != theirs for mine, theirs in pairs)


def _may_be_ours(card: ContactCard, contact: HogiaContact, policy: CustomerPolicy) -> bool:
    """Whether a contact with our number is the customer, and not a namesake from a merchant's own series or an earlier shop.

    Something of it must agree. Where nothing can be compared, a number that bears the shop's key is proof enough.
    """
    pairs = (
        (card.organisation_number, contact.organisation_number),
        (card.vat_number, contact.vat_number),
        ("" if card.is_anonymised else card.email.lower(), contact.email),
        ("" if card.is_anonymised else fold(card.name), _name(contact)),
    )
    comparable = [mine == theirs for mine, theirs in pairs if mine and theirs]
    return any(comparable) if comparable else "{shop}" in policy.number_format


def _inactive(contact: HogiaContact) -> Rejected:
    return Rejected(
        "CUSTOMER_INACTIVE",
        f"Contact {mask(contact.number)} in Hogia is this customer's and is inactive. Activate it there and transfer again.",
        subject="customer",
    )


def _free_number(card: ContactCard, candidates: Sequence[HogiaContact]) -> str:
    holders = {contact.number.casefold(): contact for contact in candidates}
    holder = holders.get(card.number.casefold())
    if holder is None:
        return card.number
    other_kind = _is_other_entity(card, holder) and holder.is_company != bool(card.company_name)
    second = holders.get(card.other_number.casefold())
    if other_kind and card.other_number and second is None:
        return card.other_number
    blocking = second if other_kind and second is not None else holder
    if not blocking.is_active and not _is_other_entity(card, blocking):
        raise _inactive(blocking)
    raise Rejected(
        "CUSTOMER_NUMBER_TAKEN",
        f"Contact {mask(blocking.number)} in Hogia has the number this customer would get, but is somebody else. Create the customer's contact in "
        "Hogia with its organisation number or e-mail, or change `number_format`, and transfer again.",
        subject="customer",
    )


def _maker(number: str, policy: CustomerPolicy) -> str:
    """The key of the shop that gave a contact its number, as far as the number says; "" for numbers of other making."""
    if "{shop}" not in policy.number_format:
        return ""
    pattern = re.escape(policy.number_format).replace(r"\{shop\}", "(?P<shop>.+)").replace(r"\{customer\}", r"O?\d+[FP]?")
    found = re.fullmatch(pattern, number)
    return found["shop"] if found else ""


def _name(contact: HogiaContact) -> str:
    return contact.person_key.partition("|")[0]
