"""Klarna's no, sorted (payments.md 2.6). Its error texts are not meant to be read by machines, so a vague code is explained by a read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from mappers.payments.model import Payment, PaymentStatus, Refusal

CODES: Mapping[str, Refusal] = {
    "CAPTURE_NOT_ALLOWED": Refusal.NOT_ALLOWED,
    "CANCEL_NOT_ALLOWED": Refusal.NOT_ALLOWED,
    "REFUND_NOT_ALLOWED": Refusal.NOT_ALLOWED,
    "NOT_ALLOWED": Refusal.NOT_ALLOWED,
    "PAYMENT_METHOD_FAILED": Refusal.METHOD_FAILED,
    "NO_SUCH_ORDER": Refusal.NOT_FOUND,
    "NO_SUCH_CAPTURE": Refusal.NOT_FOUND,
    "NOT_FOUND": Refusal.NOT_FOUND,
    "CONFLICT": Refusal.CONFLICT,
    "BAD_VALUE": Refusal.INVALID,
    "UNPROCESSABLE_ENTITY": Refusal.INVALID,
    "INVALID_ADDRESS": Refusal.INVALID,
    "REQUEST_TOO_LARGE": Refusal.INVALID,
}
STATUSES: Mapping[int, Refusal] = {
    403: Refusal.NOT_ALLOWED,
    404: Refusal.NOT_FOUND,
    409: Refusal.CONFLICT,
}
LINE_FIELDS = ("order_line", "orderline", "total_amount", "unit_price", "quantity", "tax_rate", "total_tax_amount", "total_discount_amount")

SENTENCES: Mapping[Refusal, str] = {
    Refusal.ALREADY_CAPTURED: "everything is captured already. Nothing is left to do",
    Refusal.EXPIRED: "the authorisation has expired. Ask the customer for a new payment; Klarna's support can sometimes renew an invoice",
    Refusal.CANCELLED: "the order is cancelled at Klarna. Ask the customer for a new payment",
    Refusal.AMOUNT_TOO_HIGH: "the amount is more than what remains. Compare the order with Klarna's portal and change it there first",
    Refusal.LINES_DIFFER: "the lines do not fit the amount. It is sent once more without lines",
    Refusal.SPLIT_REFUSED: "the payment cannot be captured in parts. It is captured when everything is delivered",
    Refusal.METHOD_FAILED: "the customer's payment method could not be charged. It is tried again slowly; then contact the customer",
    Refusal.DECLINED: "the payment is declined for good. Ask the customer for another payment",
    Refusal.NOT_ALLOWED: "the order's state does not allow it. Look at the order in Klarna's portal",
    Refusal.NOT_FOUND: "Klarna does not know it. Check that the credentials belong to the shop's Klarna account and environment",
    Refusal.CONFLICT: "another operation on the order is under way. The order is read again, then it is tried once more",
    Refusal.KEY_REUSED: "the same key was used for another request. Look at the order in Klarna's portal",
    Refusal.INVALID: "the request itself was not accepted. Please report this with the code and the correlation id",
}


class Act(StrEnum):
    """What was refused with no more than "not allowed"."""

    CAPTURE = "capture"
    REFUND = "refund"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class KlarnaError:
    """Klarna's envelope `{correlation_id, error_code, error_messages}`; a singular `error_message` exists too."""

    code: str = ""
    texts: tuple[str, ...] = ()
    correlation: str = ""


def read_error(body: Any) -> KlarnaError:
    """The envelope; empty for any other body."""
    if not isinstance(body, Mapping):
        return KlarnaError()
    texts = body.get("error_messages")
    listed = texts if isinstance(texts, list) else [texts if texts is not None else body.get("error_message")]
    code = _word(body.get("error_code"), 60)
    return KlarnaError(
        code=code if code.replace("_", "").isalnum() else "",
        texts=tuple(text for text in listed if isinstance(text, str)),
        correlation=_word(body.get("correlation_id"), 64),
    )


def refusal_of(status: int, error: KlarnaError, *, has_lines: bool) -> Refusal:
    """Why Klarna says no, as far as its answer says it. `has_lines`: lines were sent, so a bad value may be one of theirs."""
    refusal = CODES.get(error.code) or STATUSES.get(status, Refusal.INVALID)
    if refusal is Refusal.INVALID and has_lines and any(field in text.lower() for text in error.texts for field in LINE_FIELDS):
        return Refusal.LINES_DIFFER
    return refusal


def explained(act: Act, payment: Payment, amount: int, *, now: datetime) -> Refusal:
    """What a bare "not allowed" means, seen from the order as it is now."""
    if act is Act.CAPTURE:
        return _capture_explained(payment, amount, now)
    if act is Act.REFUND and payment.captured and amount > payment.captured - payment.refunded:
        return Refusal.AMOUNT_TOO_HIGH
    if act is Act.CANCEL and payment.status is PaymentStatus.CANCELLED:
        return Refusal.CANCELLED
    return Refusal.NOT_ALLOWED


def _capture_explained(payment: Payment, amount: int, now: datetime) -> Refusal:
    if payment.status is PaymentStatus.CANCELLED:
        return Refusal.CANCELLED
    if payment.captured >= payment.authorised:
        return Refusal.ALREADY_CAPTURED
    if payment.status is PaymentStatus.EXPIRED or (payment.expires_at is not None and payment.expires_at <= now and payment.remaining):
        return Refusal.EXPIRED
    return Refusal.AMOUNT_TOO_HIGH if amount > payment.remaining else Refusal.NOT_ALLOWED


def _word(value: Any, limit: int) -> str:
    return "".join(value.split())[:limit] if isinstance(value, str) else ""
