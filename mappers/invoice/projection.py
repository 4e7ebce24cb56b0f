"""A voucher's split over VAT rates when only its value incl. and excl. VAT is known (accounting-recordings.md 2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mappers.invoice.money import HUNDRED, ZERO, with_vat, without_vat

REACH = Decimal("0.05")


def project(*, value: Decimal, excl: Decimal, bases: Mapping[Decimal, Decimal]) -> dict[Decimal, Decimal] | None:
    """Net per rate, summing to `excl` and with VAT to `value`; None when no split within the bases does, to 0.05.

    `bases`: gross that is left per rate. Starting from the whole order's split P, the solution is x = P * (1 + l + m * rate), the least change
    of P in proportion; a rate that would turn negative is dropped and the rest is solved again. With two rates it is the only solution.
    """
    rates = sorted(rate for rate, gross in bases.items() if gross > 0)
    while rates:
        solved = _solve(value, excl, {rate: without_vat(bases[rate], rate) for rate in rates})
        if solved is None:
            return None
        negative = [rate for rate, net in solved.items() if net < 0]
        if not negative:
            return solved if _is_sound(solved, value, excl, bases) else None
        rates = [rate for rate in rates if rate not in negative]
    return None


def _solve(value: Decimal, excl: Decimal, nets: Mapping[Decimal, Decimal]) -> dict[Decimal, Decimal] | None:
    """Solve l and m from sum(x) = excl and sum(x * rate) = value - excl."""
    total = sum(nets.values(), ZERO)
    if total <= 0:
        return None
    start = {rate: excl * net / total for rate, net in nets.items()}
    if len(start) == 1:
        return start
    weighted = sum((net * rate / HUNDRED for rate, net in start.items()), ZERO)
    squared = sum((net * rate * rate / HUNDRED / HUNDRED for rate, net in start.items()), ZERO)
    # l * excl + m * weighted = 0   and   l * weighted + m * squared = (value - excl) - weighted
    determinant = squared * excl - weighted * weighted
    if determinant == 0:
        return None
    m = excl * (value - excl - weighted) / determinant
    shift = -m * weighted / excl
    return {rate: net * (1 + shift + m * rate / HUNDRED) for rate, net in start.items()}


def _is_sound(solved: Mapping[Decimal, Decimal], value: Decimal, excl: Decimal, bases: Mapping[Decimal, Decimal]) -> bool:
    gross = {rate: with_vat(net, rate) for rate, net in solved.items()}
    return (
        abs(sum(solved.values(), ZERO) - excl) <= REACH
        and abs(sum(gross.values(), ZERO) - value) <= REACH
        and all(amount <= bases[rate] + REACH for rate, amount in gross.items())
    )
