"""What a row of the data register is: one field that Orderbro writes somewhere, what it comes from, by which rule, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What the field is one of, on the side that is written to."""

    ARTICLE = "article"  # of a product or combination
    ORDER_ARTICLE = "article of an order row"
    PRODUCT = "product"
    COMBINATION = "combination"
    SPECIFIC_PRICE = "specific price"
    STOCK = "stock"
    CONTACT = "contact"
    INVOICE = "invoice"
    PAYMENT = "payment"
    CREDIT = "credit invoice"
    ORDER_STATE = "order state"
    TRACKING = "tracking"
    NOTE = "order note"
    KLARNA = "capture at Klarna"
    NETS = "capture at Nets"
    SVEA = "capture at Svea"


class Way(StrEnum):
    TO_HOGIA = "shop → Hogia"
    TO_SHOP = "Hogia → shop"
    WITHIN_SHOP = "shop → shop"  # made by a rule from what the shop has
    TO_PROVIDER = "Hogia → payment provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`target` is a path in the words of the side that is written to; `[]` a list. `source` in the words of the side that is read.

    Words in `backticks` are settings of the connection file.
    """

    part: Part
    way: Way
    target: str
    source: str
    rule: str
    when: str


MADE = "when it is made"
FOLLOWED = "when it is made, and when it differs"
DIFFERS = "when it differs"
FIRST = "when it is made by `orderbro catalogue start`; after that the other side leads it"


def entries(part: Part, way: Way, rows: Iterable[tuple[str, str, str]], *, when: str = MADE) -> tuple[Entry, ...]:
    """Rows of (target, source, rule) that are written at the same time."""
    return tuple(Entry(part=part, way=way, target=target, source=source, rule=rule, when=when) for target, source, rule in rows)
