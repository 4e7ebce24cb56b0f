"""Single values out of Hogia's JSON: every one may be null, absent or of a neighbouring type (hogia.md 1.5, 1.6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

LARGEST_EXPONENT = 20  # no amount, rate or number is beyond; 1E+999999 would be a megabyte of digits
STOCKHOLM = ZoneInfo("Europe/Stockholm")  # zone-less values are local time (hogia.md 3.1)


def text(value: Any) -> str:
    """A string without surrounding blanks; numbers as written; "" for null."""
    if value is None or isinstance(value, bool | Mapping | list):
        return ""
    return str(value).strip()


def number(value: Any) -> Decimal | None:
    """A number, or a number in a string; None for null and anything else.

    Raises TypeError for a binary float: the answer was parsed without decimals, and its öre can no longer be trusted.
    """
    if isinstance(value, float):
        raise TypeError("an amount was parsed as a binary float; parse with use_decimal=True")
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        return None
    try:
        found = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) <= LARGEST_EXPONENT else None


def whole(value: Any) -> int | None:
    """A whole number, also from `"3001"` or `3001.0`; None for null and anything else."""
    found = number(value)
    return int(found) if found is not None and found == found.to_integral_value() else None


def flag(value: Any) -> bool | None:
    """A bool, or None where it was not said."""
    return value if isinstance(value, bool) else None


def percent(value: Any) -> Decimal | None:
    """25 and 0.25 both give 25: a value above 1 is percent (hogia.md 3.12)."""
    found = number(value)
    if found is None:
        return None
    scaled = (found if found > 1 else found * 100).normalize()
    return Decimal(f"{scaled:f}")


def mapping(value: Any) -> Mapping[str, Any]:
    """An object; empty for null and anything else."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: Any) -> tuple[Mapping[str, Any], ...]:
    """The objects of an array, of a single object that stands for a one-element array, or nothing."""
    if isinstance(value, Mapping):
        return (value,)
    return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()


def moment(value: Any) -> datetime | None:
    """A time in UTC from any form of hogia.md 1.6; None for null, "" and .NET's zero date (year 1)."""
    try:
        read = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    if read.year <= 1:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=STOCKHOLM)).astimezone(UTC)


def day(value: Any) -> date | None:
    """The calendar day in Stockholm: `2026-02-02T23:00:00Z` is the third of February."""
    at = moment(value)
    return at.astimezone(STOCKHOLM).date() if at else None
