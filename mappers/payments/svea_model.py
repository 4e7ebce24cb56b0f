"""Svea's order as it works with it: rows, deliveries and what it lets us do (payments.md 3.3 to 3.5). Quantities are minor: 100 is one piece."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from mappers.payments.model import Payment, PaymentStatus, Refusal

PIECE = 100


class Can(StrEnum):
    """What an order, a row or a delivery allows now. Svea decides by these, not by the payment's type."""

    DELIVER = "deliver"
    DELIVER_PARTIALLY = "deliver_partially"
    CANCEL_ORDER = "cancel_order"
    CANCEL_ROWS = "cancel_rows"
    CANCEL_AMOUNT = "cancel_amount"
    DELIVER_ROW = "deliver_row"
    CANCEL_ROW = "cancel_row"
    CREDIT_ROW = "credit_row"
    CREDIT_ROWS = "credit_rows"
    CREDIT_AMOUNT = "credit_amount"
    CREDIT_NEW_ROW = "credit_new_row"


# Svea's word in lower case -> ours. Two actions have two spellings (payments.md 3.3). Adding and updating rows is nothing we do.
ACTIONS: Mapping[str, Can] = {
    "candeliverorder": Can.DELIVER,
    "candeliverpartially": Can.DELIVER_PARTIALLY,
    "candeliverorderpartially": Can.DELIVER_PARTIALLY,
    "cancancelorder": Can.CANCEL_ORDER,
    "cancancelorderrow": Can.CANCEL_ROWS,
    "cancancelamount": Can.CANCEL_AMOUNT,
    "cancancelorderamount": Can.CANCEL_AMOUNT,
    "candeliverrow": Can.DELIVER_ROW,
    "cancancelrow": Can.CANCEL_ROW,
    "cancreditrow": Can.CREDIT_ROW,
    "cancreditorderrows": Can.CREDIT_ROWS,
    "cancreditamount": Can.CREDIT_AMOUNT,
    "cancreditnewrow": Can.CREDIT_NEW_ROW,
}
CREDITS = frozenset({Can.CREDIT_ROWS, Can.CREDIT_AMOUNT, Can.CREDIT_NEW_ROW})

# `OrderStatus` in lower case -> ours; Open is looked at more closely (`svea.py`).
STATUSES: Mapping[str, PaymentStatus] = {
    "open": PaymentStatus.AUTHORISED,
    "delivered": PaymentStatus.CAPTURED,
    "cancelled": PaymentStatus.CANCELLED,
    "failed": PaymentStatus.CANCELLED,
    "processing": PaymentStatus.PENDING,
}
# `PaymentType` in lower case: the money has moved at purchase.
DIRECT = frozenset({"swish", "directbank"})
# `PaymentType` in lower case: parts of a row's quantity can be credited (the vendor's .NET SDK: invoices only).
CREDITS_QUANTITIES = frozenset({"invoice"})
SHIPPING = "shippingfee"  # `RowType`
FEE = "invoicefee"  # Svea's own row, by `Name` or `ArticleNumber`


@dataclass(frozen=True, slots=True, kw_only=True)
class SveaRow:
    """A row. `unit_price` incl. VAT; `discount_percent` in hundredths of a percent; `discount_amount` is taken off the whole row."""

    id: int
    reference: str
    name: str
    quantity: int
    unit_price: int
    discount_percent: int = 0
    discount_amount: int = 0
    vat_percent: int | None = None  # hundredths
    is_fee: bool = False
    is_shipping: bool = False
    can: frozenset[Can] = frozenset()

    @property
    def amount(self) -> int:
        """Of the whole row, half up."""
        return int(self._exact(self.quantity).quantize(Decimal(1), rounding=ROUND_HALF_UP)) - self.discount_amount

    def part(self, quantity: int) -> int | None:
        """Of so much of it; None where that is no whole number of öre, or not known: Svea does not say how it splits a fixed discount."""
        if quantity == self.quantity:
            return self.amount
        found = self._exact(quantity)
        return int(found) if not self.discount_amount and found == found.to_integral_value() else None

    def _exact(self, quantity: int) -> Decimal:
        return Decimal(self.unit_price * quantity * (10_000 - self.discount_percent)) / (PIECE * 10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class SveaDelivery:
    """A delivery, which is a capture. `credited_quantities`: row id → how much of it has been credited by rows."""

    id: int
    amount: int
    credited: int
    rows: tuple[SveaRow, ...] = ()
    credited_quantities: Mapping[int, int]
    can: frozenset[Can] = frozenset()

    @property
    def left(self) -> int:
        """What may still be credited."""
        return max(self.amount - self.credited, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SveaOrder:
    """An order. `rows` are those neither delivered nor cancelled; `cancelled` is `CancelledAmount`.

    `adds_up`: the rows are worth exactly what remains. They are not after an amount was cancelled, or if Svea rounds otherwise than we do;
    then a selection of rows has no amount that we know.
    """

    payment: Payment
    payment_type: str  # in lower case
    rows: tuple[SveaRow, ...]
    deliveries: tuple[SveaDelivery, ...]
    can: frozenset[Can]
    cancelled: int
    adds_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Why something is not asked of Svea at all: known before the call."""

    refusal: Refusal
    reason: str  # a sentence that says what to do


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A write to Svea. `path` begins below `/api/v1`."""

    method: str
    path: str
    body: Mapping[str, object]
