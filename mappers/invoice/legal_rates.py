"""The VAT rates that exist, per country and time. Data, to be maintained; a rate that has expired only makes a notice.

Standard rates: accounting.md 4. Reduced rates are general knowledge of the EU's published table and only decide whether a rate that a
shop charged *can be* a country's, never which rate a row should have had. Greece is `EL`, as in VAT numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# What each country charges today.
CURRENT_RATES: dict[str, tuple[str, ...]] = {
    "AT": ("20", "13", "10"),
    "BE": ("21", "12", "6", "0"),
    "BG": ("20", "9", "0"),
    "CY": ("19", "9", "5", "3", "0"),
    "CZ": ("21", "12", "0"),
    "DE": ("19", "7", "0"),
    "DK": ("25", "0"),
    "EE": ("24", "13", "9"),
    "EL": ("24", "13", "6"),
    "ES": ("21", "10", "4", "0"),
    "FI": ("25.5", "14", "13.5", "10"),
    "FR": ("20", "10", "5.5", "2.1"),
    "HR": ("25", "13", "5", "0"),
    "HU": ("27", "18", "5", "0"),
    "IE": ("23", "13.5", "9", "4.8", "0"),
    "IT": ("22", "10", "5", "4"),
    "LT": ("21", "12", "9", "5", "0"),
    "LU": ("17", "14", "8", "3"),
    "LV": ("21", "12", "5"),
    "MT": ("18", "12", "7", "5", "0"),
    "NL": ("21", "9", "0"),
    "PL": ("23", "8", "5", "0"),
    "PT": ("23", "13", "6", "0"),
    "RO": ("21", "11"),
    "SE": ("25", "12", "6", "0"),
    "SI": ("22", "9.5", "5"),
    "SK": ("23", "19", "5"),
    "XI": ("20", "5", "0"),
}

# Standard and reduced rates that a later one replaced: (rate, last day).
FORMER_RATES: dict[str, tuple[tuple[str, date], ...]] = {
    "EE": (("20", date(2023, 12, 31)), ("22", date(2025, 6, 30))),
    "FI": (("24", date(2024, 8, 31)),),
    "LU": (("16", date(2023, 12, 31)),),
    "RO": (("19", date(2025, 7, 31)), ("9", date(2025, 7, 31)), ("5", date(2025, 7, 31))),
    "SK": (("20", date(2024, 12, 31)), ("10", date(2024, 12, 31))),
}

# Rates that a later one replaces when it begins: (rate, first day).
FIRST_DAYS: dict[tuple[str, str], date] = {
    ("EE", "24"): date(2025, 7, 1),
    ("FI", "25.5"): date(2024, 9, 1),
    ("RO", "21"): date(2025, 8, 1),
    ("SK", "23"): date(2025, 1, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChange:
    """Goods whose rate moves while the country's set of rates stays: what a person should look at (accounting.md 1)."""

    country: str
    goods: str
    old: Decimal
    new: Decimal
    first_day: date
    last_day: date


# Bill 2025/26:55. Restaurant and catering services stay at 12 %, spirits, wine and strong beer at 25 %.
FOOD_IN_SWEDEN = RateChange(
    country="SE", goods="food", old=Decimal(12), new=Decimal(6), first_day=date(2026, 4, 1), last_day=date(2027, 12, 31)
)


def rates_of(country: str) -> tuple[Decimal, ...]:
    """The rates a country has now; empty for a country outside the tables."""
    return tuple(Decimal(rate) for rate in CURRENT_RATES.get(country, ()))


def is_rate_of(rate: Decimal, country: str) -> bool:
    """Whether the country has or had this rate."""
    return rate in rates_of(country) or any(Decimal(old) == rate for old, _ in FORMER_RATES.get(country, ()))


def is_valid_on(rate: Decimal, country: str, day: date) -> bool:
    """Whether the country's law knew this rate that day."""
    if any(Decimal(old) == rate and day <= last for old, last in FORMER_RATES.get(country, ())):
        return True
    if rate not in rates_of(country):
        return False
    return all(day >= first for (where, new), first in FIRST_DAYS.items() if where == country and Decimal(new) == rate)
