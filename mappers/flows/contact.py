"""Whose contact the invoice goes to: found, made or brought up to date."""

from __future__ import annotations

import hashlib

from mappers.canonical import ShopOrder
from mappers.changes import Change, CreateContact, LinkContact, sequence_id
from mappers.customer import ContactCard, Create, changed_parts, fingerprint, match_contact
from mappers.snapshot import OrderSnapshot

LONGEST_SHOP_CODE = 8


def shop_code(key: str) -> str:
    """A shop's key as it stands in contact numbers, which have twenty characters: cut and hashed when it is long."""
    if len(key) <= LONGEST_SHOP_CODE:
        return key
    return key[:4] + hashlib.sha256(key.encode()).hexdigest()[:4]


def contact_name(shop: str, order: ShopOrder) -> str:
    """What the link from a shop's customer to a contact, and the effect that made it, are called. Without a customer it is the order's own."""
    owner = f"customer/{order.customer_id}" if order.customer_id else f"order/{order.id}"
    return f"contact:{shop}/{owner}"


def contact_changes(snapshot: OrderSnapshot, card: ContactCard) -> tuple[str, tuple[Change, ...]]:
    """The number of the contact to invoice, and what is to be done for it first. Raises as `match_contact` does."""
    order = snapshot.order
    assert order is not None
    customers = snapshot.shop.orders.customers
    link = snapshot.contact_link
    match = match_contact(card, link=link.contact_id if link else "", candidates=snapshot.contacts, policy=customers)
    key = name = contact_name(snapshot.shop.key, order)
    organisation = snapshot.connection.hogia.organization_id
    if isinstance(match, Create):
        # After a contact that is gone it is another act: the ledger has the first one as done, and Hogia would answer with what it made.
        gone = f"/instead-of/{link.contact_id}" if link is not None else ""
        change = CreateContact(
            key=f"{key}{gone}",
            sequence_id=sequence_id(organisation, f"contact/{match.number}{gone}"),
            card=card,
            number=match.number,
            link=name,
        )
        return match.number, (change,)
    before = link.fingerprint if link and link.contact_id == match.id else ""
    changed = changed_parts(before, fingerprint(card, snapshot.hash_key))
    parts = tuple(part for part in match.update if part in changed)
    if not parts and link is not None and link.contact_id == match.id:
        return match.number, ()
    linked = LinkContact(
        key=key,
        sequence_id=sequence_id(organisation, f"contact/{match.number}"),
        contact_id=match.id,
        number=match.number,
        card=card,
        parts=parts,
        link=name,
    )
    return match.number, (linked,)
