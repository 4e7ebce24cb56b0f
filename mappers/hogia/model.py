"""Hogia's side as frozen values: what was read, normalised (nullable everything, object or array, percent or fraction).

Money is `Decimal` kronor in the invoice's currency. `vat_percent` is percent (25), never a fraction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class InvoiceStatus(StrEnum):
    """Derived from an invoice's facts, never from `customerInvoiceState` (hogia.md 3.11)."""

    CANCELLED = "cancelled"
    DRAFT = "draft"
    CREDITED = "credited"
    PAID = "paid"
    PARTIALLY_PAID = "partially_paid"
    OVERDUE = "overdue"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class HogiaPayment:
    """One payment event of an invoice."""

    amount: Decimal
    account: int
    reference: str = ""
    sequence_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HogiaInvoice:
    """A customer invoice as it stands in Hogia."""

    id: str
    number: int | None
    status: InvoiceStatus
    reference: str  # invoiceReference
    customer_number: str
    currency: str
    net: Decimal
    vat: Decimal
    gross: Decimal
    to_pay: Decimal
    paid: Decimal
    left_to_pay: Decimal
    vat_per_rate: Mapping[Decimal, Decimal] = field(default_factory=dict)  # percent -> VAT
    payments: tuple[HogiaPayment, ...] = ()
    version: int = 0
    row_version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HogiaContact:
    """A contact as far as matching needs it. `email` is lower-cased; `person_key` is name and postcode, folded."""

    id: str
    number: str
    is_company: bool
    is_active: bool
    organisation_number: str = ""  # ten digits, legal persons only
    vat_number: str = ""  # with country prefix
    email: str = ""
    person_key: str = ""
    version: int = 0
    row_version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HogiaAccount:
    """An account of the chart with the VAT percentage its VAT code says; None where it has no VAT code."""

    number: int
    is_active: bool
    vat_percent: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancialYear:
    id: str
    start: date
    end: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HogiaReference:
    """Reference data of an organisation at the invoice's date (hogia.md 3.12)."""

    currencies: frozenset[str]  # ISO 4217
    financial_year: FinancialYear | None  # the year that covers the date; None: no open year
    accounts: Mapping[int, HogiaAccount]
