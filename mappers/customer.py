"""Whose contact an order is invoiced to: the card we would keep of a customer, and the contact in Hogia that it is.

The card is built in `mappers.customer_card`, its keyed fingerprint in `mappers.customer_fingerprint`, the ladder of connectors.md 5 is
climbed in `mappers.customer_match`. Nothing here puts a person into a message: contacts are named by their number.
"""

from __future__ import annotations

from mappers.customer_card import ContactCard, contact_card, document_address, your_reference
from mappers.customer_fingerprint import PARTS, changed_parts, fingerprint
from mappers.customer_match import Create, Match, Use, match_contact

__all__ = [
    "PARTS",
    "ContactCard",
    "Create",
    "Match",
    "Use",
    "changed_parts",
    "contact_card",
    "document_address",
    "fingerprint",
    "match_contact",
    "your_reference",
]
