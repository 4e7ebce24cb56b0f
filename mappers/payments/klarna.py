"""Klarna's order (Order Management v1, and Kustom's, which is the same) → `Payment` (payments.md 2.4).

Amounts are integers in minor units incl. VAT, `tax_rate` is percent with two implied decimals: both sides agree, nothing is computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from mappers.errors import Rejected
from mappers.payments.klarna_bodies import ARTICLE, TEXT, cut
from mappers.payments.model import Action, CaptureView, Payment, PaymentRow, PaymentStatus, Provider, RefundView

REFERENCE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)

STATUSES: Mapping[str, PaymentStatus] = {
    "AUTHORIZED": PaymentStatus.AUTHORISED,
    "PART_CAPTURED": PaymentStatus.PART_CAPTURED,
    "CAPTURED": PaymentStatus.CAPTURED,
    "CANCELLED": PaymentStatus.CANCELLED,
    "EXPIRED": PaymentStatus.EXPIRED,
    "CLOSED": PaymentStatus.CAPTURED,  # where something was captured; see `_status`
}
# What Klarna's risk decision makes of an order that could be captured otherwise: only an accepted one may be (payments.md 2.4).
RISKS: Mapping[str, PaymentStatus | None] = {
    "ACCEPTED": None,
    "PENDING": PaymentStatus.PENDING,
    "REJECTED": PaymentStatus.NEW,
    "STOPPED": PaymentStatus.NEW,
}
CAPTURABLE = frozenset({PaymentStatus.AUTHORISED, PaymentStatus.PART_CAPTURED})
UNCAPTURED = frozenset({PaymentStatus.AUTHORISED, PaymentStatus.PENDING, PaymentStatus.NEW})
ENDED = frozenset({"CANCELLED", "EXPIRED", "CLOSED"})  # whatever amount Klarna still shows as remaining


def is_reference(text: str) -> bool:
    """Whether this is a Klarna order id: a UUID, as the shop's `transaction_id` has it (payments.md 8.7)."""
    return REFERENCE.fullmatch(text) is not None


def read_payment(body: Any, reference: str) -> Payment:
    """The answer of `GET /ordermanagement/v1/orders/{reference}`.

    Raises Rejected KLARNA_ORDER_UNREADABLE where an amount or id is missing, or it is another order.
    """
    if not isinstance(body, Mapping) or _id(body, "order_id").lower() != reference.lower():
        raise _unreadable("order of that id")
    raw, risk = _text(body, "status"), _text(body, "fraud_status")
    captured, refunded = _amount(body, "captured_amount"), _amount(body, "refunded_amount")
    status = _status(raw, risk, captured)
    remaining = 0 if raw in ENDED else _amount(body, "remaining_authorized_amount")
    captures = tuple(read_capture(each) for each in _items(body, "captures"))
    return Payment(
        provider=Provider.KLARNA,
        reference=reference,
        order_reference=_text(body, "merchant_reference1"),
        status=status,
        raw_status=raw if risk == "ACCEPTED" else f"{raw}, fraud_status {risk or 'missing'}",
        currency=_id(body, "purchase_currency").upper(),
        authorised=_amount(body, "order_amount"),
        captured=captured,
        refunded=refunded,
        remaining=remaining,
        captures=captures,
        refunds=tuple(_refund(each) for each in _items(body, "refunds")),
        rows=_left(_rows(body), captures, remaining) if status in CAPTURABLE | UNCAPTURED else (),
        actions=frozenset(_actions(status, captured=captured, refunded=refunded, remaining=remaining)),
        expires_at=_moment(body, "expires_at"),
    )


def read_captures(body: Any) -> tuple[CaptureView, ...]:
    """The answer of `GET …/captures`. Raises Rejected as `read_payment`."""
    if not isinstance(body, list):
        raise _unreadable("list of captures")
    return tuple(read_capture(each) for each in body if isinstance(each, Mapping))


def read_capture(body: Mapping[str, Any]) -> CaptureView:
    return CaptureView(
        id=_id(body, "capture_id"),
        amount=_amount(body, "captured_amount"),
        refunded=_amount(body, "refunded_amount") if body.get("refunded_amount") is not None else 0,
        reference=_text(body, "reference"),
        at=_moment(body, "captured_at"),
        rows=_rows(body),
    )


def own_capture(captures: Iterable[CaptureView], delivery: str) -> CaptureView | None:
    """The capture that this delivery made, by the reference that Klarna gives back (payments.md 9.8)."""
    return next((capture for capture in captures if delivery and capture.reference == delivery), None)


def _status(raw: str, risk: str, captured: int) -> PaymentStatus:
    """An order closed without a capture says nothing of how it ended, so it stays UNKNOWN."""
    status = STATUSES.get(raw, PaymentStatus.UNKNOWN)
    if raw == "CLOSED" and not captured:
        return PaymentStatus.UNKNOWN
    if status in CAPTURABLE:
        return RISKS.get(risk, PaymentStatus.UNKNOWN) or status
    return status


def _actions(status: PaymentStatus, *, captured: int, refunded: int, remaining: int) -> Iterable[Action]:
    if status in CAPTURABLE and remaining > 0:
        yield from (Action.CAPTURE, Action.CAPTURE_PARTIALLY, Action.EXTEND)
        if captured:
            yield Action.RELEASE
    if status in UNCAPTURED and not captured:
        yield Action.CANCEL
    if captured > refunded:
        yield Action.REFUND


def _rows(body: Mapping[str, Any]) -> tuple[PaymentRow, ...]:
    return tuple(_row(index, line) for index, line in enumerate(_items(body, "order_lines")))


def _row(index: int, line: Mapping[str, Any]) -> PaymentRow:
    """Klarna's lines have no id of their own: the position stands in for it."""
    return PaymentRow(
        id=str(index),
        reference=_text(line, "reference"),
        name=_text(line, "name"),
        quantity=Decimal(_amount(line, "quantity")),
        amount=_amount(line, "total_amount"),
        vat_rate=Decimal(_amount(line, "tax_rate")) / 100 if line.get("tax_rate") is not None else None,
        is_shipping=line.get("type") == "shipping_fee",
    )


def _left(ordered: tuple[PaymentRow, ...], captures: tuple[CaptureView, ...], remaining: int) -> tuple[PaymentRow, ...]:
    """What is not captured yet. Lines of a capture are optional: where what is left does not add up, nobody knows, and nothing is listed."""
    if not captures:
        return ordered
    taken = [row for capture in captures for row in capture.rows]
    left = [_lessened(row, [each for each in taken if _name(each) == _name(row)]) for row in ordered]
    return tuple(row for row in left if row.quantity > 0) if sum(row.amount for row in left) == remaining else ()


def _lessened(row: PaymentRow, taken: list[PaymentRow]) -> PaymentRow:
    return replace(
        row,
        quantity=row.quantity - sum((each.quantity for each in taken), Decimal(0)),
        amount=row.amount - sum(each.amount for each in taken),
    )


def _name(row: PaymentRow) -> tuple[str, str]:
    """What a captured line is known by; as we cut it when we sent it."""
    return cut(row.reference, ARTICLE), cut(row.name, TEXT)


def _refund(body: Mapping[str, Any]) -> RefundView:
    return RefundView(
        id=_text(body, "refund_id"),
        amount=_amount(body, "refunded_amount"),
        reference=_text(body, "reference"),
        at=_moment(body, "refunded_at"),
    )


def _items(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = body.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _text(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else ""


def _id(body: Mapping[str, Any], name: str) -> str:
    if not _text(body, name):
        raise _unreadable(name)
    return _text(body, name)


def _amount(body: Mapping[str, Any], name: str) -> int:
    found = body.get(name)
    if not isinstance(found, int) or isinstance(found, bool):
        raise _unreadable(name)
    return found


def _moment(body: Mapping[str, Any], name: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(_text(body, name))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _unreadable(what: str) -> Rejected:
    return Rejected(
        "KLARNA_ORDER_UNREADABLE",
        f"Klarna's answer has no usable {what}, so nothing is decided from it. Look at the order in Klarna's portal, then release it.",
        subject="Klarna",
    )
