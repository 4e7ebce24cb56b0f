"""Checks that never change an invoice, only tell a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from mappers.canonical import ShopOrder
from mappers.invoice.components import Part
from mappers.invoice.explain import PER_ITEM
from mappers.invoice.legal_rates import FOOD_IN_SWEDEN
from mappers.invoice.model import Notice, VatLine
from mappers.invoice.money import ORE, ZERO
from mappers.invoice.regime import Regime


def rate_windows(order: ShopOrder, parts: Sequence[Part], regime: Regime, payment_day: date | None) -> list[Notice]:
    """Order, payment and delivery on both sides of a change of rate: which one applies is an accountant's question (accounting.md 1)."""
    change = FOOD_IN_SWEDEN
    if not regime.at_home or regime.home != change.country:
        return []
    if not any(part.is_goods and part.rate in (change.old, change.new) for part in parts):
        return []
    moments = (order.placed_at, order.invoiced_at, order.delivered_at, *(payment.paid_at for payment in order.payments))
    days = [moment.date() for moment in moments if moment is not None]
    days += [payment_day] if payment_day else []
    inside = {change.first_day <= day <= change.last_day for day in days}
    if len(inside) == 1:
        return []
    return [
        Notice(
            code="VAT_RATE_CHANGE_WINDOW",
            message=f"The order's days {min(days)} to {max(days)} straddle a change of the rate on {change.goods} "
            f"({change.first_day} to {change.last_day}). The rate of the order was kept.",
        )
    ]


def difference_from_shop(order: ShopOrder, vat: Sequence[VatLine], paid_vat: Decimal) -> list[Notice]:
    """Our VAT against the shop's own, which is not arithmetic but never far off (accounting.md 16.7.4).

    `paid_vat`: VAT that the shop took off for vouchers that are payment. Allowed: 0.02, half an öre per row, and where unit prices were
    rounded before multiplying, one öre per piece.
    """
    ours = sum((line.vat for line in vat), ZERO)
    shops = order.total_paid_incl - order.total_paid_excl + paid_vat
    pieces = sum(row.quantity for row in order.rows) if order.round_type == PER_ITEM else 0
    allowed = ORE * 2 + ORE / 2 * len(order.rows) + ORE * pieces
    if abs(ours - shops) <= allowed:
        return []
    return [
        Notice(
            code="VAT_DIFFERS_FROM_SHOP",
            message=f"VAT is {ours} by law on the amounts charged; the shop's own figures say {shops}. Compare with the order.",
        )
    ]
