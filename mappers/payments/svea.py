"""Svea's order, read: JSON of `GET /api/v1/orders/{id}` → `SveaOrder` with the normalised `Payment` in it (payments.md 3.4, 3.5).

    authorised = OrderAmount − CancelledAmount        captured = Σ DeliveryAmount        remaining = authorised − captured

Svea's own amounts are the truth; the rows are only how to say an amount. A cancelled row stays in `OrderRows` and its amount is in
`CancelledAmount`. An open order that cannot be delivered and has no delivery is under review at Svea, or has expired.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from mappers.errors import Rejected
from mappers.payments.model import Action, CaptureView, Payment, PaymentRow, PaymentStatus, Provider, RefundView
from mappers.payments.reference import PATTERNS
from mappers.payments.svea_model import ACTIONS, CREDITS, DIRECT, FEE, PIECE, SHIPPING, STATUSES, Can, SveaDelivery, SveaOrder, SveaRow
from mappers.payments.svea_values import amount, lowered, moment, records, text, unreadable, whole

DELIVERABLE = frozenset({PaymentStatus.AUTHORISED, PaymentStatus.PART_CAPTURED})
NOTHING_MORE = frozenset({PaymentStatus.CANCELLED, PaymentStatus.EXPIRED, PaymentStatus.UNKNOWN, PaymentStatus.CAPTURED})


def is_reference(word: str) -> bool:
    """Whether it can be a CheckoutOrderId: a positive integer."""
    return PATTERNS[Provider.SVEA].fullmatch(word) is not None


def read_payment(body: Any, *, reference: str, now: datetime) -> Payment:
    """The payment. `now` is aware; raises as `read_order`."""
    return read_order(body, reference=reference, now=now).payment


def read_order(body: Any, *, reference: str, now: datetime) -> SveaOrder:
    """The order. Raises Rejected `SVEA_ORDER_UNREADABLE` for one without its amounts, `SVEA_ORDER_MISMATCH` for another one."""
    order = lowered(body)
    if not isinstance(order, Mapping):
        raise unreadable("Id")
    if text(order.get("id")) not in {"", reference}:
        raise Rejected(
            "SVEA_ORDER_MISMATCH",
            "Svea answered with another order than the one asked for. Nothing was changed; try again, and tell Svea if it happens again.",
            subject=f"Svea order {reference}",
        )
    rows = tuple(_row(each) for each in records(order.get("orderrows")) if each.get("iscancelled") is not True)
    deliveries = tuple(_delivery(each) for each in records(order.get("deliveries")))
    total, cancelled = amount(order, "orderamount"), whole(order.get("cancelledamount")) or 0
    can = _can(order)
    captured = sum(each.amount for each in deliveries)
    word = text(order.get("orderstatus"))
    if STATUSES.get(word.lower()) is PaymentStatus.CAPTURED and not deliveries:
        captured = total - cancelled
    rest = max(total - cancelled - captured, 0)
    expires_at = moment(order.get("expirationdate"))
    is_over = expires_at is not None and expires_at <= now
    status = _status(word, total=total, captured=captured, rest=rest, can_deliver=Can.DELIVER in can, is_over=is_over)
    remaining = 0 if status in NOTHING_MORE else rest
    kind = text(order.get("paymenttype")).lower()
    payment = Payment(
        provider=Provider.SVEA,
        reference=reference,
        order_reference=text(order.get("merchantorderid")),
        status=status,
        raw_status=word,
        currency=text(order.get("currency")).upper(),
        authorised=_authorised(status, total=total, cancelled=cancelled, captured=captured),
        captured=captured,
        refunded=sum(each.credited for each in deliveries),
        remaining=remaining,
        captures=tuple(_capture(each, raw) for each, raw in zip(deliveries, records(order.get("deliveries")), strict=True)),
        refunds=tuple(view for each in records(order.get("deliveries")) for view in _refunds(each)),
        rows=tuple(_payment_row(each) for each in rows) if remaining else (),
        actions=_actions(status, can, deliveries, captured=captured, remaining=remaining),
        expires_at=expires_at,
        is_direct=kind in DIRECT and status is PaymentStatus.CAPTURED,
    )
    return SveaOrder(
        payment=payment,
        payment_type=kind,
        rows=rows if remaining else (),
        deliveries=deliveries,
        can=can,
        cancelled=cancelled,
        adds_up=sum(each.amount for each in rows) == rest == total - cancelled - captured,
    )


def _status(word: str, *, total: int, captured: int, rest: int, can_deliver: bool, is_over: bool) -> PaymentStatus:
    said = STATUSES.get(word.lower(), PaymentStatus.UNKNOWN)
    if said is PaymentStatus.CANCELLED and captured:
        return PaymentStatus.CAPTURED  # a part was delivered, the rest was cancelled
    if said is not PaymentStatus.AUTHORISED:
        return said
    if not rest:
        return PaymentStatus.CAPTURED if captured or not total else PaymentStatus.CANCELLED
    if not can_deliver and is_over:
        return PaymentStatus.EXPIRED
    if captured:
        return PaymentStatus.PART_CAPTURED
    return PaymentStatus.AUTHORISED if can_deliver else PaymentStatus.PENDING


def _authorised(status: PaymentStatus, *, total: int, cancelled: int, captured: int) -> int:
    if status is PaymentStatus.CAPTURED:
        return captured
    return total if status is PaymentStatus.CANCELLED else total - cancelled


def _actions(
    status: PaymentStatus, can: frozenset[Can], deliveries: tuple[SveaDelivery, ...], *, captured: int, remaining: int
) -> frozenset[Action]:
    """What we offer. Svea would "cancel" a partly delivered order too, and mean the rest: that is a release."""
    found = {Action.REFUND for each in deliveries if each.left and each.can & CREDITS}
    if status in DELIVERABLE and Can.DELIVER in can:
        found |= {Action.CAPTURE, Action.CAPTURE_PARTIALLY} if Can.DELIVER_PARTIALLY in can else {Action.CAPTURE}
    if status not in NOTHING_MORE and remaining:
        found |= {Action.CANCEL} if Can.CANCEL_ORDER in can and not captured else set()
        found |= {Action.RELEASE} if can & {Can.CANCEL_ROWS, Can.CANCEL_AMOUNT} and captured else set()
    return frozenset(found)


def _can(record: Mapping[str, Any]) -> frozenset[Can]:
    said = record.get("actions")
    words = [text(each).lower() for each in said] if isinstance(said, list) else []
    return frozenset(ACTIONS[word] for word in words if word in ACTIONS)


def _row(record: Mapping[str, Any]) -> SveaRow:
    reference, name = text(record.get("articlenumber")), text(record.get("name"))
    return SveaRow(
        id=amount(record, "orderrowid"),
        reference=reference,
        name=name,
        quantity=amount(record, "quantity"),
        unit_price=amount(record, "unitprice"),
        discount_percent=whole(record.get("discountpercent")) or 0,
        discount_amount=whole(record.get("discountamount")) or 0,
        vat_percent=whole(record.get("vatpercent")),
        is_fee=FEE in {reference.lower(), name.replace(" ", "").lower()},
        is_shipping=text(record.get("rowtype")).lower() == SHIPPING,
        can=_can(record),
    )


def _delivery(record: Mapping[str, Any]) -> SveaDelivery:
    quantities: dict[int, int] = {}
    for credit in records(record.get("credits")):
        for row in records(credit.get("orderrows")):
            ident = whole(row.get("orderrowid"))
            if ident is not None:
                quantities[ident] = quantities.get(ident, 0) + abs(whole(row.get("quantity")) or 0)
    return SveaDelivery(
        id=amount(record, "id"),
        amount=amount(record, "deliveryamount"),
        credited=_credited(record),
        rows=tuple(_row(each) for each in records(record.get("orderrows"))),
        credited_quantities=quantities,
        can=_can(record),
    )


def _capture(delivery: SveaDelivery, record: Mapping[str, Any]) -> CaptureView:
    """A delivery bears no reference of ours: Svea takes none."""
    return CaptureView(
        id=str(delivery.id),
        amount=delivery.amount,
        refunded=delivery.credited,
        at=moment(record.get("creationdate")),
        rows=tuple(_payment_row(each) for each in delivery.rows),
    )


def _refunds(delivery: Mapping[str, Any]) -> list[RefundView]:
    """Credits have no id of their own and negative amounts; what was credited as an amount may not be among them."""
    ident = text(delivery.get("id"))
    sums = [abs(whole(each.get("amount")) or 0) for each in records(delivery.get("credits"))]
    found = [RefundView(id=f"{ident}-{number}", amount=each) for number, each in enumerate(sums, start=1)]
    unlisted = _credited(delivery) - sum(sums)
    return [*found, RefundView(id=f"{ident}-amount", amount=unlisted)] if unlisted > 0 else found


def _credited(delivery: Mapping[str, Any]) -> int:
    said = whole(delivery.get("creditedamount"))
    return sum(abs(whole(each.get("amount")) or 0) for each in records(delivery.get("credits"))) if said is None else said


def _payment_row(row: SveaRow) -> PaymentRow:
    return PaymentRow(
        id=str(row.id),
        reference=row.reference,
        name=row.name,
        quantity=Decimal(row.quantity) / PIECE,
        amount=row.amount,
        vat_rate=None if row.vat_percent is None else Decimal(row.vat_percent) / 100,
        is_fee=row.is_fee,
        is_shipping=row.is_shipping,
        can_capture=Can.DELIVER_ROW in row.can,
    )
