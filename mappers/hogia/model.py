"""Hogia's side as frozen values: what was read, normalised (nullable everything, object or array, percent or fraction).

Money is `Decimal` kronor in the invoice's currency. `vat_percent` is percent (25), never a fraction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
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


class DeliveryState(StrEnum):
    """`delivery.state` of a customer invoice (design.md 7, assumed)."""

    NONE = "none"
    PARTIAL = "partial"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"  # a word we do not know


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredLine:
    """How much of an invoice line is delivered so far."""

    line_index: int
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class HogiaDelivery:
    """What Hogia knows of an invoice's delivery."""

    state: DeliveryState
    on: date | None = None
    is_final: bool = False
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    lines: tuple[DeliveredLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HogiaLine:
    """A line with an amount. `net` is excl. VAT; `rate` percent."""

    index: int
    text: str
    article: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    rate: Decimal
    account: int
    vat_account: int | None = None  # where its VAT is booked; None where Hogia does not say


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
    order_number: str = ""  # customerOrderNumber
    invoice_date: date | None = None
    due_date: date | None = None
    ocr: str = ""
    credits: str = ""  # id of the invoice that this one credits
    credited_by: tuple[str, ...] = ()  # ids of the invoices that credit this one
    delivery: HogiaDelivery | None = None
    lines: tuple[HogiaLine, ...] = ()
    is_reverse_charge: bool = False


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
class HogiaArticle:
    """An article (hogia.md 3.5). Prices are excl. VAT."""

    id: str
    number: str
    name: str = ""
    is_active: bool = True
    is_webshop_article: bool = False
    is_stock_article: bool = False
    unit: str = ""
    ean: str = ""
    sales_accounts: Mapping[str, int] = field(default_factory=dict)  # NationalSales, EuSales … -> account
    prices: Mapping[str, Decimal] = field(default_factory=dict)  # ISO 4217 -> price excl. VAT
    is_service: bool = False
    description: str = ""
    purchase_price: Decimal | None = None
    weight_grams: int | None = None
    version: int = 0
    row_version: int = 0


class PriceKind(StrEnum):
    """`kind` of an extra price (hogia.md 3.6, assumed)."""

    REGULAR = "Regular"
    CAMPAIGN = "Campaign"
    UNKNOWN = "unknown"  # a word we do not know


@dataclass(frozen=True, slots=True, kw_only=True)
class HogiaPrice:
    """An extra price of an article: exactly one of `price` and `discount_percent`. It holds from `valid_from` to just before `valid_to`."""

    id: str
    article: str
    kind: PriceKind
    currency: str = "SEK"
    price_list: str = "A"
    customer_number: str = ""
    price: Decimal | None = None
    discount_percent: Decimal | None = None
    is_vat_included: bool = False
    from_quantity: Decimal = Decimal(1)
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    row_version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HogiaStock:
    """An article's balance at one stock point (hogia.md 3.7): `available` is on hand less reserved."""

    id: str
    article: str
    available: Decimal
    on_hand: Decimal = Decimal(0)
    is_counted: bool = True  # False: the balance stands as it was opened with the article, at zero
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
