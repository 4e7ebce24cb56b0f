"""What Nets Easy (Nexi Checkout) says of a payment → one `Payment` (payments.md 4.3). Amounts are öre incl. VAT.

Nets has no status field: it is derived from the sums in `summary`, in the order that the vendor's SDK uses. A key of `summary` is absent when
its sum is 0. A refund word (`refunded`, `pending_refund`, `partially_refunded`) hides whether a rest may still be charged; that is then asked of
the same sums without the refunds.

A charge may be accepted and fail later (`payment.charge.failed`, 4.6): a later read then shows less charged, and nothing else tells of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from mappers.payments.model import Action, CaptureView, Payment, PaymentRow, PaymentStatus, Provider, RefundView

CARD_LIFETIME = timedelta(days=30)  # payments.md 4.6; other methods' lifetimes are not published
_REFERENCE = re.compile(r"[0-9a-f]{32}", re.IGNORECASE | re.ASCII)


class Word(StrEnum):
    """The status that the vendor's SDK derives; kept as `raw_status`."""

    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    PENDING_REFUND = "pending_refund"
    PARTIALLY_REFUNDED = "partially_refunded"
    CHARGED = "charged"
    PARTIALLY_CHARGED = "partially_charged"
    RESERVED = "reserved"
    TERMINATED = "terminated"  # the checkout was given up before anything was reserved
    NEW = "new"
    NO_SUMMARY = "no_summary"  # an answer without the sums that everything is derived from


class Method(StrEnum):
    """`paymentDetails.paymentType`."""

    CARD = "card"
    INVOICE = "invoice"
    A2A = "a2a"  # account to account, Swish and alike: the money moves at purchase, a charge is neither needed nor allowed
    INSTALLMENT = "installment"
    WALLET = "wallet"
    PREPAID_INVOICE = "prepaid_invoice"
    UNKNOWN = "unknown"


class RefundWord(StrEnum):
    """`refunds[].state`."""

    PENDING = "pending"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


REFUND_WORDS = frozenset({Word.REFUNDED, Word.PENDING_REFUND, Word.PARTIALLY_REFUNDED})
STATUS: Mapping[Word, PaymentStatus] = {
    Word.CANCELLED: PaymentStatus.CANCELLED,
    Word.CHARGED: PaymentStatus.CAPTURED,
    Word.PARTIALLY_CHARGED: PaymentStatus.PART_CAPTURED,
    Word.RESERVED: PaymentStatus.AUTHORISED,
    Word.TERMINATED: PaymentStatus.CANCELLED,
    Word.NEW: PaymentStatus.NEW,
    Word.NO_SUMMARY: PaymentStatus.UNKNOWN,
}
# Words are compared without case and without what is no letter or digit: the SDK spells `A2a`, the portal `PREPAID-INVOICE`.
METHODS: Mapping[str, Method] = {
    "card": Method.CARD,
    "invoice": Method.INVOICE,
    "a2a": Method.A2A,
    "installment": Method.INSTALLMENT,
    "wallet": Method.WALLET,
    "prepaidinvoice": Method.PREPAID_INVOICE,
}
REFUND_STATES: Mapping[str, RefundWord] = {each.value: each for each in RefundWord if each is not RefundWord.UNKNOWN}
GAVE_NOTHING_BACK = frozenset({RefundWord.CANCELLED, RefundWord.FAILED, RefundWord.EXPIRED})
CHARGEABLE = frozenset({PaymentStatus.AUTHORISED, PaymentStatus.PART_CAPTURED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The sums of a payment. `reserved` does not shrink when a part is charged."""

    reserved: int = 0
    charged: int = 0
    refunded: int = 0
    cancelled: int = 0


def is_reference(text: str) -> bool:
    """Whether the text is a `paymentId`: 32 hexadecimal characters (payments.md 4)."""
    return _REFERENCE.fullmatch(text) is not None


def read_payment(body: Any) -> Payment:
    """The answer to `GET /v1/payments/{paymentId}`, JSON with `Decimal` for fractions. Raises ValueError when it is not a payment."""
    payment = _object(_object(body, "the answer").get("payment"), "`payment`")
    details = _object(payment.get("orderDetails"), "`orderDetails`")
    reference, currency = payment.get("paymentId"), details.get("currency")
    if not isinstance(reference, str) or not isinstance(currency, str):
        raise ValueError("`paymentId` or `currency` is missing")  # noqa: TRY004
    sums = payment.get("summary")
    summary = read_summary(sums) if isinstance(sums, Mapping) else Summary()
    states = [_refund_state(refund) for refund in _list(payment, "refunds")]
    is_terminated = payment.get("terminated") is not None
    word = derive(summary, has_pending_refund=RefundWord.PENDING in states, is_terminated=is_terminated)
    word = word if isinstance(sums, Mapping) else Word.NO_SUMMARY
    method = _method(payment)
    remaining = max(0, summary.reserved - summary.charged - summary.cancelled)
    status = _status(word, summary, remaining=remaining, is_terminated=is_terminated)
    created = _moment(payment.get("created"))
    return Payment(
        provider=Provider.NETS,
        reference=reference,
        order_reference=str(details.get("reference") or ""),
        status=status,
        raw_status=word.value,
        currency=currency.upper(),
        authorised=summary.reserved or summary.charged,
        captured=summary.charged,
        refunded=summary.refunded,
        remaining=remaining,
        captures=_captures(payment, summary),
        refunds=tuple(_refund(each) for each in _list(payment, "refunds") if _refund_state(each) not in GAVE_NOTHING_BACK),
        actions=_actions(status, summary, method),
        expires_at=created + CARD_LIFETIME if created and method is Method.CARD and remaining else None,
        is_direct=summary.charged > 0 and (method is Method.A2A or summary.reserved == 0),
    )


def read_summary(sums: Mapping[str, Any]) -> Summary:
    """`summary`, whose keys are absent when they are zero. Raises ValueError."""
    return Summary(
        reserved=_minor(sums.get("reservedAmount")),
        charged=_minor(sums.get("chargedAmount")),
        refunded=_minor(sums.get("refundedAmount")),
        cancelled=_minor(sums.get("cancelledAmount")),
    )


def derive(summary: Summary, *, has_pending_refund: bool, is_terminated: bool) -> Word:
    """The status, in the order of the vendor's SDK: the first that fits (payments.md 4.3)."""
    is_fully_charged = summary.charged > 0 and summary.reserved in {0, summary.charged}
    cases = (
        (Word.CANCELLED, summary.cancelled > 0 and summary.cancelled >= summary.reserved),
        (Word.REFUNDED, summary.refunded > 0 and summary.refunded == summary.reserved),
        (Word.PENDING_REFUND, has_pending_refund),
        (Word.PARTIALLY_REFUNDED, summary.refunded > 0),
        (Word.CHARGED, is_fully_charged),
        (Word.PARTIALLY_CHARGED, summary.charged > 0),
        (Word.RESERVED, summary.reserved > 0),
        (Word.TERMINATED, is_terminated),
    )
    return next((word for word, fits in cases if fits), Word.NEW)


def _status(word: Word, summary: Summary, *, remaining: int, is_terminated: bool) -> PaymentStatus:
    if word in REFUND_WORDS:
        word = derive(replace(summary, refunded=0), has_pending_refund=False, is_terminated=is_terminated)
    if word is Word.PARTIALLY_CHARGED and not remaining:
        word = Word.CHARGED  # the rest lapsed or was given up
    return STATUS[word]


def _actions(status: PaymentStatus, summary: Summary, method: Method) -> frozenset[Action]:
    """Nets does not say what it would allow. That a method cannot be split shows when a partial charge is refused (1024)."""
    actions = set()
    if status in CHARGEABLE and method is not Method.A2A:
        actions |= {Action.CAPTURE, Action.CAPTURE_PARTIALLY}
    if status is PaymentStatus.AUTHORISED:
        actions.add(Action.CANCEL)
    if summary.charged > summary.refunded:
        actions.add(Action.REFUND)
    return frozenset(actions)


def _captures(payment: Mapping[str, Any], summary: Summary) -> tuple[CaptureView, ...]:
    """The charges. Which charge a refund belongs to is not told; with one charge it is clear."""
    charges = _list(payment, "charges")
    return tuple(
        CaptureView(
            id=str(charge.get("chargeId") or ""),
            amount=_minor(charge.get("amount")),
            refunded=summary.refunded if len(charges) == 1 else 0,
            reference=str(charge.get("myReference") or ""),
            at=_moment(charge.get("created")),
            rows=tuple(_row(item) for item in _list(charge, "orderItems")),
        )
        for charge in charges
    )


def _row(item: Mapping[str, Any]) -> PaymentRow:
    reference, rate = str(item.get("reference") or ""), item.get("taxRate")
    return PaymentRow(
        id=reference,
        reference=reference,
        name=str(item.get("name") or ""),
        quantity=_decimal(item.get("quantity")),
        amount=_minor(item.get("grossTotalAmount")),
        vat_rate=None if rate is None else _decimal(rate) / 100,
        can_capture=False,
    )


def _refund(refund: Mapping[str, Any]) -> RefundView:
    return RefundView(
        id=str(refund.get("refundId") or ""),
        amount=_minor(refund.get("amount")),
        reference=str(refund.get("myReference") or ""),
        is_final=_refund_state(refund) is RefundWord.COMPLETED,
        at=_moment(refund.get("lastUpdated")),
    )


def _refund_state(refund: Mapping[str, Any]) -> RefundWord:
    return REFUND_STATES.get(_plain(refund.get("state")), RefundWord.UNKNOWN)


def _method(payment: Mapping[str, Any]) -> Method:
    details = payment.get("paymentDetails")
    return METHODS.get(_plain(details.get("paymentType")), Method.UNKNOWN) if isinstance(details, Mapping) else Method.UNKNOWN


def _plain(word: Any) -> str:
    return "".join(ch for ch in str(word or "").casefold() if ch.isalnum())


def _object(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{what} is not an object")  # noqa: TRY004 - what the other side sent, not what we were called with
    return value


def _list(owner: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of objects; absent and null are empty."""
    value = owner.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f"`{name}` is not a list")  # noqa: TRY004
    return [_object(each, f"`{name}[]`") for each in value]


def _minor(value: Any) -> int:
    """Öre; absent is 0."""
    if value is None:
        return 0
    number = _decimal(value)
    if number != number.to_integral_value():
        raise ValueError("an amount is not in whole minor units")
    return int(number)


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        raise ValueError("a number was expected")
    return Decimal(value)


def _moment(text: Any) -> datetime | None:
    """A time as an aware one, UTC where it has no zone; None for anything else."""
    try:
        read = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
