"""Amounts as they are written into Hogia's JSON: plain decimal notation, no -0.00, never a binary float."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from mappers.errors import Rejected

CENT = Decimal("0.01")


def plain(value: Decimal, *, decimals: int, subject: str) -> Decimal:
    """The value without exponent, minus zero or superfluous zeros beyond two decimals.

    Raises Rejected `AMOUNT_NOT_SENDABLE` for a value that has more decimals than the field takes, or that is no number.
    """
    if not value.is_finite():
        raise Rejected("AMOUNT_NOT_SENDABLE", f"{subject} is not a number. Nothing was sent; check the order's amounts.", subject=subject)
    fewest = value.quantize(CENT) if decimals >= 2 and value == value.quantize(CENT) else value.normalize()
    if -int(fewest.as_tuple().exponent) > decimals:
        raise Rejected(
            "AMOUNT_NOT_SENDABLE",
            f"{subject} has more than {decimals} decimals, which Hogia does not take. Nothing was sent; this is a fault of the calculation.",
            subject=subject,
        )
    return abs(Decimal(f"{fewest:f}")) if fewest.is_zero() else Decimal(f"{fewest:f}")


def fraction(percent: Decimal) -> Decimal:
    """25 (percent) -> 0.25, as `vat.percent` on a line wants it (hogia.md 3.12)."""
    value = Decimal(f"{(percent / 100).normalize():f}")
    return abs(value) if value.is_zero() else value


def rounded(value: Decimal) -> Decimal:
    """Two decimals, half away from zero (hogia.md 3.16)."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)
