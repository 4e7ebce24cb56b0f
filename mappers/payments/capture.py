"""How much is to be captured now, and whether it may be: a pure decision over the provider's own numbers (payments.md 8 to 11).

A delivery in Hogia is known by what has been delivered so far, all in all: the same cumulative amount is the same capture, however often it
is looked at. What others have captured (the portal, the shop's module) counts; nothing is ever topped up beyond what is authorised.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from mappers.canonical import ShopOrder
from mappers.errors import Rejected
from mappers.payments.model import Action, CaptureRequest, Line, Parcel, Payment, PaymentStatus, Provider

NAMESPACE = uuid.UUID("0a8c2f55-6d0b-5f6e-8a51-5f6a3b2f9c10")
REVIEW_HOURS = 1
KEY_LIFETIME = timedelta(hours=20)  # Klarna promises 24 (payments.md 9.6)


class CaptureVerdict(StrEnum):
    CAPTURE = "capture"
    DONE = "done"  # captured, by us or by somebody else
    NOT_REQUIRED = "not_required"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureDecision:
    verdict: CaptureVerdict
    code: str
    reason: str
    request: CaptureRequest | None = None
    until: datetime | None = None


def minor(amount: Decimal, decimals: int = 2) -> int:
    """An amount in minor units, half up."""
    return int((amount * 10**decimals).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def capture_key(provider: Provider, reference: str, *, cumulative: int, amount: int, sequence: int = 0) -> str:
    """The idempotency key of a capture: what is captured, never which attempt (payments.md 9.4).

    The amount is part of it, because Klarna looks at the key alone; `sequence` rises with every definite no, which a provider replays too.
    """
    return str(uuid.uuid5(NAMESPACE, f"{provider}|{reference}|capture|{cumulative}|{amount}|{sequence}"))


def refund_key(provider: Provider, reference: str, what: str) -> str:
    """The idempotency key of a refund or a cancellation."""
    return str(uuid.uuid5(NAMESPACE, f"{provider}|{reference}|{what}"))


def authorised_for(payment: Payment, order: ShopOrder) -> int:
    """What the order may take: its total, and the provider's own fee on top of it. Raises Rejected when the sums differ otherwise."""
    total = minor(order.total_paid_incl, order.currency.decimals)
    fees = sum(row.amount for row in payment.rows if row.is_fee)
    fees += sum(row.amount for capture in payment.captures for row in capture.rows if row.is_fee)
    if payment.authorised not in {total, total + fees}:
        raise Rejected(
            "PAYMENT_TOTAL_DIFFERS",
            f"the payment at {payment.provider.value} is {payment.authorised} minor units, the order {total}. The order was edited after the "
            "purchase, or the payment is another's. Change the payment at the provider, or capture there; then release the order.",
            subject=f"order {order.id}",
        )
    return payment.authorised


def decide_capture(
    payment: Payment,
    order: ShopOrder,
    *,
    cumulative: int,
    is_all: bool,
    may_split: bool,
    now: datetime,
    lines: Sequence[Line] = (),
    parcels: Sequence[Parcel] = (),
    delivery: str,
    sequence: int = 0,
    credited: int = 0,
) -> CaptureDecision:
    """`cumulative`: what has been delivered so far in minor units incl. VAT; `is_all`: everything has. Raises Rejected for a person.

    `credited`: what was credited before it was captured, minor units: the customer does not owe it, so the final capture leaves it.
    """
    if payment.is_direct:
        return CaptureDecision(verdict=CaptureVerdict.NOT_REQUIRED, code="PAID_DIRECTLY", reason="the money moved at purchase")
    # The provider's own fee is captured with the first delivery and is no part of what the shop delivers.
    fees = sum(row.amount for capture in payment.captures for row in capture.rows if row.is_fee)
    goods = payment.captured - fees
    owed = minor(order.total_paid_incl, order.currency.decimals) - credited
    if goods >= (owed if is_all else cumulative) > 0:
        return _captured(payment, delivery)
    _refuse_ended(payment, order)
    authorised = authorised_for(payment, order)
    if authorised == 0:
        return CaptureDecision(verdict=CaptureVerdict.NOT_REQUIRED, code="NOTHING_TO_CAPTURE", reason="the payment is 0")
    wanted = max(authorised - credited, 0) if is_all else min(cumulative + fees, authorised - credited)
    if wanted <= 0:
        return CaptureDecision(verdict=CaptureVerdict.NOT_REQUIRED, code="NOTHING_TO_CAPTURE", reason="everything was credited")
    if payment.captured >= wanted:
        return _captured(payment, delivery)
    if payment.status is PaymentStatus.PENDING or (Action.CAPTURE not in payment.actions and payment.status is PaymentStatus.AUTHORISED):
        return CaptureDecision(
            verdict=CaptureVerdict.WAIT,
            code="PAYMENT_IN_REVIEW",
            reason="the provider is reviewing the payment; it is captured when that is done",
            until=now + timedelta(hours=REVIEW_HOURS),
        )
    amount = wanted - payment.captured
    if amount > payment.remaining:
        raise Rejected(
            "CAPTURE_CONFLICT",
            f"{amount} minor units are to be captured and {payment.remaining} remain at the provider: somebody captured or released a part. "
            "Look in the provider's portal, capture there what is right, and discard the event.",
            subject=f"order {order.id}",
        )
    if is_all and amount < payment.remaining and Action.CAPTURE_PARTIALLY not in payment.actions:
        amount, wanted = payment.remaining, authorised  # all or nothing: what was credited is refunded afterwards
    if not is_all and not (may_split and Action.CAPTURE_PARTIALLY in payment.actions):
        return CaptureDecision(
            verdict=CaptureVerdict.NOT_REQUIRED,
            code="CAPTURED_ON_FINAL_DELIVERY",
            reason="this payment is captured in one sum, when everything is delivered",
        )
    request = CaptureRequest(
        key=capture_key(payment.provider, payment.reference, cumulative=wanted, amount=amount, sequence=sequence),
        reference=delivery,
        amount=amount,
        currency=payment.currency,
        is_rest=amount == payment.remaining,
        lines=tuple(lines) if sum(line.total for line in lines) == amount else (),
        parcels=tuple(parcels),
        description=f"Order {order.reference}",
        captured_before=payment.captured,
    )
    return CaptureDecision(
        verdict=CaptureVerdict.CAPTURE, code="CAPTURE", reason=f"{amount} minor units are to be captured", request=request
    )


def _captured(payment: Payment, delivery: str) -> CaptureDecision:
    mine = any(capture.reference == delivery for capture in payment.captures)
    code = "CAPTURED" if mine else "CAPTURED_ELSEWHERE"
    return CaptureDecision(verdict=CaptureVerdict.DONE, code=code, reason=f"{payment.captured} minor units are captured at the provider")


def _refuse_ended(payment: Payment, order: ShopOrder) -> None:
    if payment.status is PaymentStatus.EXPIRED:
        raise Rejected(
            "PAYMENT_EXPIRED",
            f"the authorisation at {payment.provider.value} has expired and the goods are delivered. Ask the customer for a new payment; an invoice "
            "at Klarna can sometimes be renewed by its support.",
            subject=f"order {order.id}",
        )
    if payment.status is PaymentStatus.CANCELLED:
        raise Rejected(
            "PAYMENT_CANCELLED",
            f"the payment at {payment.provider.value} was cancelled and the goods are delivered: no money will come. Contact the customer.",
            subject=f"order {order.id}",
        )
    if payment.status in {PaymentStatus.NEW, PaymentStatus.UNKNOWN}:
        raise Rejected(
            "PAYMENT_NOT_AUTHORISED",
            f"the payment at {payment.provider.value} is not authorised (its own word: {payment.raw_status[:40]}). Look in the provider's portal.",
            subject=f"order {order.id}",
        )
