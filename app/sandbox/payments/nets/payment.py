"""One payment, its charges and refunds, and how `GET /v1/payments/{paymentId}` shows them (payments.md 4.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Json = dict[str, Any]

CARD_LIFETIME = timedelta(days=30)
PENDING, COMPLETED, CANCELLED = "Pending", "Completed", "Cancelled"


@dataclass(slots=True, kw_only=True)
class Refund:
    id: str
    amount: int
    state: str
    at: datetime
    items: list[Json]
    reference: str = ""
    parts: dict[str, int] = field(default_factory=dict)  # öre by charge


@dataclass(slots=True, kw_only=True)
class Charge:
    id: str
    amount: int
    at: datetime
    items: list[Json]
    reference: str = ""
    shipping: Json | None = None
    fails_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Pay:
    """A payment. `reserved` stays when it is charged; 0 before the checkout is completed, and where the money moves at purchase."""

    id: str
    order_reference: str
    amount: int
    currency: str
    items: list[Json]
    created: datetime
    payment_type: str
    method: str
    reserved: int
    may_split: bool = True
    my_reference: str = ""
    cancelled: int = 0
    terminated: datetime | None = None
    charges: list[Charge] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)

    @property
    def charged(self) -> int:
        return sum(charge.amount for charge in self.charges)

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds if refund.state == COMPLETED)

    def refundable(self, charge: Charge) -> int:
        """What is left of a charge; a pending refund holds its part."""
        return charge.amount - sum(each.parts.get(charge.id, 0) for each in self.refunds if each.state in {PENDING, COMPLETED})

    def has_lapsed(self, now: datetime) -> bool:
        """Whether the card's reservation is over."""
        return self.payment_type.upper() == "CARD" and self.reserved > 0 and now >= self.created + CARD_LIFETIME

    def settle(self, now: datetime) -> None:
        """Take away the charges that have failed by now."""
        self.charges = [charge for charge in self.charges if charge.fails_at is None or charge.fails_at > now]

    def shown(self, *, references: bool, cancelled: int) -> Json:
        sums = {
            "reservedAmount": self.reserved,
            "chargedAmount": self.charged,
            "refundedAmount": self.refunded,
            "cancelledAmount": cancelled,
        }
        payment: Json = {
            "paymentId": self.id,
            "summary": {name: amount for name, amount in sums.items() if amount},
            "consumer": {"privatePerson": {"firstName": "Prova", "lastName": "Provsson", "email": "prova@example.test"}},
            "paymentDetails": {"paymentType": self.payment_type, "paymentMethod": self.method},
            "orderDetails": {"amount": self.amount, "currency": self.currency, "reference": self.order_reference},
            "checkout": {"url": "https://shop.example/checkout", "cancelUrl": None},
            "created": instant(self.created),
            "terminated": instant(self.terminated) if self.terminated else None,
        }
        if self.my_reference:
            payment["myReference"] = self.my_reference
        if self.charges:
            payment["charges"] = [_charge(each, references=references) for each in self.charges]
        if self.refunds:
            payment["refunds"] = [_refund(each, references=references) for each in self.refunds]
        return {"payment": payment}


def _charge(charge: Charge, *, references: bool) -> Json:
    shown = {
        "chargeId": charge.id,
        "amount": charge.amount,
        "created": instant(charge.at),
        "surchargeAmount": 0,
        "orderItems": charge.items,
    }
    return shown | ({"myReference": charge.reference} if references and charge.reference else {})


def _refund(refund: Refund, *, references: bool) -> Json:
    shown = {
        "refundId": refund.id,
        "amount": refund.amount,
        "state": refund.state,
        "lastUpdated": instant(refund.at),
        "orderItems": refund.items,
    }
    return shown | ({"myReference": refund.reference} if references and refund.reference else {})


def order_item(reference: str, name: str, *, quantity: int = 1, gross: int, rate: int = 2500) -> Json:
    """An order item of so much incl. VAT in öre, all pieces together; `rate` is percent × 100."""
    net = int((Decimal(gross) * 10_000 / (10_000 + rate)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return {
        "reference": reference,
        "name": name,
        "quantity": quantity,
        "unit": "pcs",
        "unitPrice": net // quantity,
        "taxRate": rate,
        "taxAmount": gross - net,
        "grossTotalAmount": gross,
        "netTotalAmount": net,
    }


def instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
