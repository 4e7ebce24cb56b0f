"""A card as keyed hashes, one per part that may be updated: tells what changed since we last wrote, and nothing about the person.

Written `name:1f3a…;email:…`. The key is a secret of the installation: without it neither a name nor a guess of one can be checked.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from mappers.customer_card import ContactCard
from mappers.invoice.model import DocumentAddress

PARTS = ("name", "email", "billing", "delivery", "vat_number")  # the words of `CustomerPolicy.update`


def fingerprint(card: ContactCard, key: bytes) -> str:
    """`part:hash` for every part; 64 bits each, HMAC-SHA256."""
    return ";".join(f"{part}:{_digest(key, part, values)}" for part, values in _values(card).items())


def changed_parts(before: str, after: str) -> tuple[str, ...]:
    """The parts that differ, in the order of `PARTS`; a part that `before` does not have counts as changed."""
    old, new = _parse(before), _parse(after)
    return tuple(part for part in PARTS if old.get(part) != new.get(part))


def _values(card: ContactCard) -> Mapping[str, tuple[str, ...]]:
    return {
        "name": (card.company_name, card.given_name, card.surname),
        "email": (card.email,),
        "billing": (card.country, *_address(card.billing)),
        "delivery": _address(card.delivery),
        "vat_number": (card.organisation_number, card.vat_number if card.send_vat_number else ""),
    }


def _address(address: DocumentAddress | None) -> tuple[str, ...]:
    if address is None:
        return ()
    return (address.name, address.street, address.street_extra, address.postcode, address.city, address.country)


def _digest(key: bytes, part: str, values: tuple[str, ...]) -> str:
    return hmac.new(key, "\x1f".join((part, *values)).encode(), hashlib.sha256).hexdigest()[:16]


def _parse(text: str) -> dict[str, str]:
    return dict(piece.split(":", 1) for piece in text.split(";") if ":" in piece)
