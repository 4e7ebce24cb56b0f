"""One order, its deliveries and credits, what may be done with them, and how `GET /api/v1/orders/{id}` shows them (payments.md 3.4, 3.5)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Json = dict[str, Any]

_BY_ROWS = ("CanDeliverOrder", "CanDeliverPartially", "CanCancelOrder", "CanCancelOrderRow")
ORDER_ACTIONS = {
    "Invoice": (*_BY_ROWS, "CanAddOrderRow", "CanUpdateOrderRow"),
    "AccountCredit": (*_BY_ROWS, "CanCancelAmount"),
    "Card": (*_BY_ROWS, "CanCancelAmount"),
    "Vipps": (*_BY_ROWS, "CanCancelAmount"),
    "MobilePay": (*_BY_ROWS, "CanCancelAmount"),
    "PaymentPlan": ("CanDeliverOrder", "CanCancelOrder", "CanCancelAmount"),
    "Leasing": ("CanDeliverOrder", "CanCancelOrder"),
    "Swish": (),
    "DirectBank": (),
}
DELIVERY_ACTIONS = {
    "Invoice": ("CanCreditNewRow", "CanCreditOrderRows"),
    "AccountCredit": ("CanCreditOrderRows", "CanCreditAmount"),
}
BY_AMOUNT = ("CanCreditAmount",)  # every other type
DIRECT = frozenset({"Swish", "DirectBank"})
README_SPELLING = {"CanDeliverPartially": "CanDeliverOrderPartially", "CanCancelAmount": "CanCancelOrderAmount"}


@dataclass(slots=True, kw_only=True)
class Row:
    """Minor units; `unit_price` incl. VAT, 100 is one piece, 2500 is 25 %. `discount_amount` is of the whole row."""

    name: str
    unit_price: int
    article: str = ""
    quantity: int = 100
    vat_percent: int = 2500
    discount_percent: int = 0
    discount_amount: int = 0
    unit: str = "st"
    row_type: str = "Row"
    id: int = 0
    is_cancelled: bool = False

    @property
    def amount(self) -> int:
        gross = Decimal(self.unit_price) * self.quantity / 100 * (10_000 - self.discount_percent) / 10_000
        return int(gross.quantize(Decimal(1), rounding=ROUND_HALF_UP)) - self.discount_amount

    def split(self, quantity: int) -> tuple[Row, Row]:
        """So much of it, and the rest; a fixed discount is divided pro rata."""
        discount = self.discount_amount * quantity // self.quantity
        rest = replace(self, quantity=self.quantity - quantity, discount_amount=self.discount_amount - discount)
        return replace(self, quantity=quantity, discount_amount=discount), rest

    def shown(self, actions: list[str], *, sign: int = 1) -> Json:
        return {
            "OrderRowId": self.id,
            "ArticleNumber": self.article,
            "Name": self.name,
            "Quantity": sign * self.quantity,
            "UnitPrice": self.unit_price,
            "DiscountPercent": self.discount_percent,
            "DiscountAmount": self.discount_amount,
            "VatPercent": self.vat_percent,
            "Unit": self.unit,
            "RowType": self.row_type,
            "IsCancelled": self.is_cancelled,
            "Actions": actions,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    amount: int
    rows: tuple[Row, ...] = ()


@dataclass(slots=True, kw_only=True)
class Delivery:
    id: int
    amount: int
    rows: list[Row]
    at: datetime
    invoice_id: int | None = None
    credited: int = 0
    credits: list[Credit] = field(default_factory=list)

    def credited_quantity(self, row_id: int) -> int:
        return sum(row.quantity for credit in self.credits for row in credit.rows if row.id == row_id)


@dataclass(slots=True, kw_only=True)
class Order:
    """`rows` are those not delivered; a cancelled one stays among them. `word` is an `OrderStatus` that a person set, "" for none."""

    id: int
    merchant: str
    order_reference: str
    currency: str
    payment_type: str
    rows: list[Row]
    amount: int
    created: datetime
    expires: datetime | None
    is_in_review: bool = False
    word: str = ""
    cancelled: int = 0
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def delivered(self) -> int:
        return sum(each.amount for each in self.deliveries)

    @property
    def credited(self) -> int:
        return sum(each.credited for each in self.deliveries)

    @property
    def left(self) -> int:
        return self.amount - self.cancelled - self.delivered

    @property
    def open_rows(self) -> list[Row]:
        return [row for row in self.rows if not row.is_cancelled]

    @property
    def status(self) -> str:
        if self.word:
            return self.word
        if self.left > 0 and self.open_rows:
            return "Open"
        return "Delivered" if self.deliveries else "Cancelled"

    def has_expired(self, now: datetime) -> bool:
        return self.expires is not None and now >= self.expires

    def actions(self, now: datetime) -> list[str]:
        """In the SDK's spelling. A partly delivered order can still be "cancelled", which means its rest (as the vendor's samples have it)."""
        if self.status != "Open" or self.is_in_review:
            return []
        every = ORDER_ACTIONS[self.payment_type]
        return [each for each in every if not (self.has_expired(now) and each.startswith("CanDeliver"))]

    def row_actions(self, row: Row, now: datetime) -> list[str]:
        if row.is_cancelled:
            return []
        of_order = self.actions(now)
        pairs = {"CanDeliverPartially": "CanDeliverRow", "CanCancelOrderRow": "CanCancelRow", "CanUpdateOrderRow": "CanUpdateRow"}
        return [own for order_wide, own in pairs.items() if order_wide in of_order]

    def delivery_actions(self, delivery: Delivery) -> list[str]:
        if delivery.credited >= delivery.amount:
            return []
        return list(DELIVERY_ACTIONS.get(self.payment_type, BY_AMOUNT))

    def shown(self, now: datetime, *, spelling: str) -> Json:
        actions = self.actions(now)
        return {
            "Id": self.id,
            "Currency": self.currency,
            "MerchantOrderId": self.order_reference,
            "OrderStatus": self.status,
            "SystemStatus": "SUCCESS" if self.payment_type in DIRECT else "Active" if self.status == "Open" else "Closed",
            "SystemStatusMessage": None,
            "PaymentCreditStatus": None,
            "EmailAddress": "prova@example.test",
            "PhoneNumber": "0700000000",
            "CustomerReference": "",
            "PeppolId": None,
            "PaymentType": self.payment_type,
            "CreationDate": written(self.created),
            "ExpirationDate": written(self.expires) if self.expires else None,
            "IsCompany": False,
            "CancelledAmount": self.cancelled,
            "OrderAmount": self.amount,
            "BillingAddress": {"FullName": "Prova Provsson", "StreetAddress": "Provgatan 1", "PostalCode": "11122", "City": "Stockholm"},
            "Deliveries": [self._delivery(each) for each in self.deliveries],
            "OrderRows": [row.shown(self.row_actions(row, now)) for row in self.rows],
            "Actions": [README_SPELLING.get(each, each) for each in actions] if spelling == "readme" else actions,
            "SveaWillBuy": True,
        }

    def _delivery(self, delivery: Delivery) -> Json:
        actions = self.delivery_actions(delivery)
        by_rows = "CanCreditOrderRows" in actions
        return {
            "Id": delivery.id,
            "CreationDate": written(delivery.at),
            "InvoiceId": delivery.invoice_id,
            "DeliveryAmount": delivery.amount,
            "CreditedAmount": delivery.credited,
            "Credits": [
                {"Amount": -credit.amount, "OrderRows": [row.shown([], sign=-1) for row in credit.rows], "Actions": []}
                for credit in delivery.credits
            ],
            "OrderRows": [
                row.shown(["CanCreditRow"] if by_rows and delivery.credited_quantity(row.id) < row.quantity else [])
                for row in delivery.rows
            ],
            "Actions": actions,
            "Status": "Sent",
            "DueDate": None,
        }


def written(moment: datetime) -> str:
    """Without a zone, as Svea writes times."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S")
