"""Typed reading of one PrestaShop record: never float, and a missing key is an empty one.

A `Record` is what `workers.clients.prestashop.reading` makes of JSON and XML alike: every scalar is text (`"11"`, `"148.000000"`, `""`),
a text in several languages is `dict[int, str]` by language id, `associations` holds lists of records. PrestaShop's JSON leaves out
`""`, `"0"`, 0 and null when it answers with a single entity (facts: prestashop.md 1.9), so a missing key means empty everywhere, except
where a caller says that a field is `required`.

An unreadable or missing value raises `Rejected`: its message names the field and the record's id, never the value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from mappers.errors import Misconfigured, Rejected

Record: TypeAlias = Mapping[str, Any]

NUMBER = re.compile(r"[-+]?\d{1,18}(\.\d{0,18})?([eE][-+]?\d{1,2})?", re.ASCII)
WHOLE = re.compile(r"[-+]?\d{1,18}(\.0{1,18})?", re.ASCII)
FLAGS = {"": False, "0": False, "false": False, "1": True, "true": True}
UNSET_DATES = ("", "0000-00-00", "-0001-11-30", "0001-01-01")  # the second and third are how PHP prints MySQL's zero date


def _subject(record: Record) -> str:
    return f"record {record.get('id') or '?'}"


def _unreadable(record: Record, field: str, what: str) -> Rejected:
    return Rejected(
        "SHOP_FIELD_UNREADABLE",
        f"The shop's field {field} of {_subject(record)} is not {what}. "
        "Look at it in the shop's back office; a module may have written it.",
        subject=_subject(record),
    )


def _raw(record: Record, field: str, *, required: bool) -> str:
    value = record.get(field, "")
    if not isinstance(value, str):
        raise _unreadable(record, field, "a single value")
    if required and not value:
        raise Rejected(
            "SHOP_FIELD_MISSING",
            f"The shop's answer lacks {field} of {_subject(record)}, so nothing is decided on it. "
            "Check that no module or proxy changes the webservice's answers, then try again.",
            subject=_subject(record),
        )
    return value.strip()


def text(record: Record, field: str, *, languages: tuple[int, ...] = (), required: bool = False) -> str:
    """The text of a field, as stored; of a text in several languages the first of `languages` that has one, else any.

    With one language installed the JSON dialect gives a plain text where XML gives one per language; both read the same here.
    """
    value = record.get(field, "")
    if isinstance(value, Mapping):
        wanted = [value.get(language, "") for language in languages]
        return next((found for found in [*wanted, *value.values()] if found), "")
    _raw(record, field, required=required)
    return str(value)


def integer(record: Record, field: str, *, missing: int = 0, required: bool = False) -> int:
    """A whole number; "" and a missing key are `missing`. `"2.000"` is 2, `"2.5"` is unreadable."""
    raw = _raw(record, field, required=required)
    if not raw:
        return missing
    if not WHOLE.fullmatch(raw):
        raise _unreadable(record, field, "a whole number")
    return int(raw.partition(".")[0])


def flag(record: Record, field: str) -> bool:
    """A flag; "" and a missing key are False."""
    raw = _raw(record, field, required=False).lower()
    if raw not in FLAGS:
        raise _unreadable(record, field, "a yes or no")
    return FLAGS[raw]


def amount(record: Record, field: str, *, required: bool = False) -> Decimal:
    """A decimal number exactly as stored (all its decimals); "" and a missing key are 0. Commas, NaN and infinity are unreadable."""
    raw = _raw(record, field, required=required)
    if not raw:
        return Decimal(0)
    if not NUMBER.fullmatch(raw):
        raise _unreadable(record, field, "a number")
    return Decimal(raw)


def moment(record: Record, field: str, zone: ZoneInfo) -> datetime | None:
    """A time in UTC; None for `0000-00-00 00:00:00` and a missing key.

    The shop writes local time without an offset (prestashop.md 2). In autumn's repeated hour the first pass (summer time) is taken: it is
    the earlier instant, so whoever looks "from then on" looks at too much, never at too little; the date is the same in either pass.
    A time inside the gap of spring, which only a module can have written, is read with the offset before the gap.
    """
    raw = _raw(record, field, required=False)
    if raw[:10] in UNSET_DATES or raw.startswith("-"):
        return None
    try:
        local = datetime.fromisoformat(raw)
        return (local if local.tzinfo is not None else local.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _unreadable(record, field, "a time") from None


def time_zone(name: str) -> ZoneInfo:
    """The shop's time zone (`PS_TIMEZONE`); raises Misconfigured when it is not a known one."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Misconfigured(
            "SHOP_TIME_ZONE_UNKNOWN",
            "The shop's time zone is not a known one, so its times cannot be read. Choose a time zone in PrestaShop under "
            "International > Localization, and give the webservice key read access to configurations.",
        ) from None


def earliest_local(at: datetime, zone: ZoneInfo) -> datetime:
    """The earliest local time (naive) that the shop can write at or after the instant `at`: what to ask "changed since" with.

    It differs from `at` in local time only when the clock is set back within the time it is set back by: what happens then bears
    earlier times than what happens now.

        at 00:30Z = 02:30 summer time ─ clock set back at 01:00Z ─ 01:10Z = 02:10 standard time  →  02:00
    """
    local = at.astimezone(zone)
    hours = [(at + timedelta(hours=step)).astimezone(zone) for step in (1, 2, 3)]
    later = next((hour for hour in hours if _offset(hour) < _offset(local)), None)
    if later is None:
        return local.replace(tzinfo=None)
    before, after = at.astimezone(UTC), later.astimezone(UTC)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if _offset(middle.astimezone(zone)) < _offset(local):
            after = middle
        else:
            before = middle
    set_back = after.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return min(local.replace(tzinfo=None), set_back)


def _offset(at: datetime) -> timedelta:
    return at.utcoffset() or timedelta(0)


def associated(record: Record, *names: str) -> tuple[Record, ...]:
    """The records associated under the first of `names` that is there; names differ by version: `taxes` or `tax`."""
    associations = record.get("associations")
    if not isinstance(associations, Mapping):
        return ()
    for name in names:
        found = associations.get(name)
        if found:
            return tuple(found)
    return ()
