"""Rounding. Every amount on the way to an invoice is a `Decimal` in kronor (or the order's currency); a rate is percent.

The accounting system works in hundredths whatever the currency (hogia.md 3.16), so an invoice row and its VAT have two decimals even
where the shop's currency has none. The *shop's* unit comes from the currency: it decides how far the shop's own rounding can reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

ORE = Decimal("0.01")
ZERO = Decimal(0)
HUNDRED = Decimal(100)

# orders.round_mode -> Decimal's word (prestashop.md 7). 5, half to odd, is unknown to Decimal: see `shop_round`.
HALF_ODD = 5
ROUND_MODES = {0: ROUND_CEILING, 1: ROUND_FLOOR, 2: ROUND_HALF_UP, 3: ROUND_HALF_DOWN, 4: ROUND_HALF_EVEN}


def to_ore(amount: Decimal) -> Decimal:
    """Two decimals, half away from zero. Adding zero turns Decimal's `-0.00` into `0.00` (accounting-recordings.md 2.8)."""
    return amount.quantize(ORE, ROUND_HALF_UP) + ZERO


def erp_vat(net: Decimal, rate: Decimal) -> Decimal:
    """The VAT that the accounting system computes on a rate's sum of nets. The only place that knows its rounding (hogia.md 3.16)."""
    return to_ore(net * rate / HUNDRED)


def legal_vat(gross: Decimal, rate: Decimal) -> Decimal:
    """The VAT contained in a gross amount."""
    return to_ore(gross * rate / (HUNDRED + rate))


def without_vat(gross: Decimal, rate: Decimal) -> Decimal:
    """Unrounded net of a gross amount."""
    return gross * HUNDRED / (HUNDRED + rate)


def with_vat(net: Decimal, rate: Decimal) -> Decimal:
    """Unrounded gross of a net amount."""
    return net * (HUNDRED + rate) / HUNDRED


def shop_unit(decimals: int) -> Decimal:
    """The smallest amount of a currency: 0.01 for two decimals, 1 for none."""
    return Decimal(1).scaleb(-decimals)


def shop_round(amount: Decimal, *, mode: int, unit: Decimal) -> Decimal:
    """Round as the shop did, by `orders.round_mode`; an unknown mode is taken for PrestaShop's default, half up."""
    if mode == HALF_ODD:
        steps = amount / unit
        down = steps.to_integral_value(ROUND_DOWN)
        if abs(steps - down) == Decimal("0.5"):
            return (down if down % 2 else down + (1 if steps > 0 else -1)) * unit + ZERO
    return (amount / unit).to_integral_value(ROUND_MODES.get(mode, ROUND_HALF_UP)) * unit + ZERO


def round_together(amounts: Sequence[Decimal]) -> list[Decimal]:
    """Round each to öre so that the sum is the rounded sum: largest remainder, ties to the earlier."""
    floors = [amount.quantize(ORE, ROUND_FLOOR) for amount in amounts]
    missing = int((to_ore(sum(amounts, ZERO)) - sum(floors, ZERO)) / ORE)
    by_remainder = sorted(range(len(amounts)), key=lambda index: (floors[index] - amounts[index], index))
    for index in by_remainder[:missing]:
        floors[index] += ORE
    return [floor + ZERO for floor in floors]


def rate_key(rate: Decimal) -> str:
    """A rate as the account tables spell it: `25`, `25.5`, `0`."""
    return format(rate.normalize() + ZERO, "f")


def clean_rate(rate: Decimal) -> Decimal:
    """`25.000` -> `25`."""
    return Decimal(rate_key(rate))
