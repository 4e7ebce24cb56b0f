"""Pieces that are sold in a shop and that Hogia's stock does not show yet.

An order takes its pieces out of the shop's own quantity at once, out of Hogia's only when it is invoiced. An absolute quantity from Hogia that
is written in between would put them up for sale again, so they are subtracted: for every shop of the connection, since all sell the same stock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mappers.canonical import OrderRow
from mappers.connection import OrderPolicy
from mappers.flows.articles import folded

# Orders that never become an invoice (mappers.flows.eligibility): Hogia's stock follows by hand, and counting them would hold pieces for ever.
NEVER_INVOICED = frozenset(
    {
        "ORDER_BEFORE_START",
        "MODULE_EXCLUDED",
        "COUNTRY_NOT_INCLUDED",
        "COUNTRY_EXCLUDED",
        "GROUP_NOT_INCLUDED",
        "GROUP_EXCLUDED",
        "TOTAL_BELOW_MINIMUM",
        "TOTAL_ABOVE_MAXIMUM",
        "ORDER_FREE",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One order's pieces by folded number. `billed_ms`: when its invoice was made, 0 while it is not; `row_version`: the invoice's."""

    numbers: Mapping[str, int] = field(default_factory=dict)
    billed_ms: int = 0
    row_version: int = 0


def pieces(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Pieces per folded number of (reference, quantity) rows."""
    found: dict[str, int] = {}
    for reference, quantity in rows:
        number = folded(reference)
        if number and quantity > 0:
            found[number] = found.get(number, 0) + quantity
    return found


def pieces_of(rows: Iterable[OrderRow]) -> dict[str, int]:
    return pieces((row.reference, row.quantity) for row in rows)


def holds_stock(current_state: int, policy: OrderPolicy, stock_back_states: frozenset[int]) -> bool:
    """Whether the shop has taken the order's pieces out of its quantity: not when it is cancelled or its payment failed, then they are put back."""
    return current_state != 0 and current_state not in {*policy.cancel_states, *stock_back_states}


def is_seen(sale: Sale, *, stock_row_version: int, stock_read_ms: int, read_delay_ms: int) -> bool:
    """Whether Hogia's stock, as we know it, has the sale in it.

    The balance was saved after the invoice (row versions rise over the whole organisation, hogia.md 3.3), or the feed was read so long after
    the invoice that Hogia's reads have caught up. Counting a sale a little too long sells too little for a minute, never too much.
    """
    if not sale.billed_ms:
        return False
    return (0 < sale.row_version < stock_row_version) or stock_read_ms >= sale.billed_ms + read_delay_ms
