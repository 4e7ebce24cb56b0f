"""Single values out of Svea's JSON (payments.md 3.3, 3.4). Its server does not care about the case of a key: neither do we."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from mappers.errors import Rejected

FIRST_REAL_YEAR = 1900  # .NET writes a date that was not set as 0001-01-01


def lowered(value: Any) -> Any:
    """The same JSON with keys in lower case, all the way down."""
    if isinstance(value, Mapping):
        return {str(key).lower(): lowered(each) for key, each in value.items()}
    return [lowered(each) for each in value] if isinstance(value, list) else value


def text(value: Any) -> str:
    """A string without surrounding blanks, numbers as written; "" for null and anything else."""
    return str(value).strip() if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else ""


def whole(value: Any) -> int | None:
    """A whole number, also as `"12500"` or `12500.0`; None for null and anything else.

    Raises TypeError for a binary float: the answer was parsed without decimals.
    """
    if isinstance(value, float):
        raise TypeError("an amount was parsed as a binary float; parse with Decimal")
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        found = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    return int(found) if found.is_finite() and abs(found.adjusted()) < 18 and found == found.to_integral_value() else None


def amount(record: Mapping[str, Any], name: str) -> int:
    """An amount or quantity that must be there, in minor units. Raises Rejected `SVEA_ORDER_UNREADABLE`: money is not guessed."""
    found = whole(record.get(name))
    if found is None:
        raise unreadable(name)
    return found


def unreadable(name: str) -> Rejected:
    return Rejected(
        "SVEA_ORDER_UNREADABLE",
        f"Svea's order has no usable `{name}`, so what may be captured is not known. Look at the order in Svea's admin; nothing was changed.",
        subject="Svea",
    )


def moment(value: Any) -> datetime | None:
    """An aware time; one without a zone is taken for UTC, as the `Timestamp` header is. None where there is none."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if read is None or read.year < FIRST_REAL_YEAR:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def records(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; empty for null and anything else."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
