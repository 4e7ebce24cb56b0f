"""The invoice we decided on, before it is put into Hogia's words.

Amounts are `Decimal` kronor in the invoice's currency. `net` is excl. VAT, `gross` incl. VAT; rates are percent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class RowKind(StrEnum):
    ARTICLE = "article"
    FREIGHT = "freight"
    FEE = "fee"
    WRAPPING = "wrapping"
    DISCOUNT = "discount"
    ADJUSTMENT = "adjustment"  # what a four-decimal unit price cannot say of a large quantity
    ROUNDING = "rounding"  # 3740, 0 %
    TEXT = "text"


class Treatment(StrEnum):
    """How Swedish VAT law sees a row (accounting.md 2)."""

    SWEDEN = "sweden"
    EU_CONSUMER = "eu_consumer"
    EU_BUSINESS = "eu_business"
    OSS = "oss"
    EXPORT = "export"
    GIFT_CARD = "gift_card"  # a liability, outside VAT
    ROUNDING = "rounding"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRow:
    """One row as it is posted: `round(quantity * unit_price, 2) == net`, unit price at most four decimals, excl. VAT."""

    kind: RowKind
    text: str
    article: str = ""  # article number; "" for a row without one
    quantity: Decimal = Decimal(0)
    unit: str = "st"
    unit_price: Decimal = Decimal(0)
    net: Decimal = Decimal(0)
    rate: Decimal = Decimal(0)
    account: int = 0
    vat_account: int | None = None  # where its VAT is booked; None at 0 %
    treatment: Treatment = Treatment.SWEDEN
    order_row_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VatLine:
    """One VAT rate's sum as the accounting system will compute it."""

    rate: Decimal
    net: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something a person should know although the invoice goes out."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPart:
    """Money that has come in and is to be registered on the invoice, incl. VAT, in the invoice's currency."""

    key: str  # "payment-58" (order_payments.id) or "voucher-12" (order_cart_rules.id): the idempotency discriminator
    amount: Decimal
    account: int
    on: date
    reference: str = ""  # the payment service's transaction id


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """A customer invoice for one order. `gross` equals what the customer paid, exactly."""

    order_id: int
    order_reference: str
    currency: str
    rows: tuple[InvoiceRow, ...]
    vat: tuple[VatLine, ...]
    net: Decimal
    gross: Decimal
    is_reverse_charge: bool
    country: str  # deciding country for VAT, ISO
    payments: tuple[PaymentPart, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAddress:
    """An address as it is printed on this one document; a later change of the contact's card never touches it."""

    name: str
    street: str
    street_extra: str
    postcode: str
    city: str
    country: str  # ISO 3166 alpha-2


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDocument:
    """An invoice with its head: everything `mappers.hogia.invoice` needs to write Hogia's body."""

    invoice: Invoice
    customer_number: str
    invoice_date: date
    due_date: date
    invoice_reference: str  # `PS:{shop}:{order}:INV`, what we look an invoice up by (hogia.md 3.8)
    customer_order_number: str
    our_reference: str = ""
    your_reference: str = ""
    comment: str = ""
    vat_number: str = ""
    billing_address: DocumentAddress | None = None
    shipping_address: DocumentAddress | None = None
    email: str = ""  # set only when Hogia is to send the invoice
    cost_centre: str = ""
    project: str = ""
    buyer_name_in_address: bool = False  # the contact is a collective one, so its name is not the buyer's
