"""How a refund is said to Svea: by rows, by amount, or by a new row (payments.md 3.3). Pure, decided before any call.

Rows say it best: they carry the VAT. Which of the three a delivery takes, its actions tell; `CreditedAmount` is a new *total*.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mappers.payments.model import RefundRequest, Refusal
from mappers.payments.svea_delivery import quantities_of
from mappers.payments.svea_model import CREDITS, CREDITS_QUANTITIES, Can, Objection, SveaDelivery, SveaOrder

NAME_LENGTH = 40
FALLBACK_NAME = "Kreditering"  # on the customer's credit invoice


class CreditHow(StrEnum):
    ROWS = "rows"
    AMOUNT = "amount"
    NEW_ROW = "new_row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What to credit of one delivery. `total` for AMOUNT: all that will have been credited; `name`, `vat_percent` (hundredths) for NEW_ROW."""

    how: CreditHow
    delivery_id: int
    amount: int
    row_ids: tuple[int, ...] = ()
    quantities: tuple[tuple[int, int], ...] = ()
    total: int = 0
    name: str = ""
    vat_percent: int = 0


def decide_credit(order: SveaOrder, request: RefundRequest) -> Credit | Objection:
    """The credit that says exactly the requested amount, or why there is none."""
    payment = order.payment
    if request.currency.upper() != payment.currency:
        return Objection(
            refusal=Refusal.INVALID,
            reason=f"The refund is in {request.currency}, the order at Svea in {payment.currency}. Check which payment belongs to the order.",
        )
    if request.amount <= 0:
        return Objection(refusal=Refusal.INVALID, reason="A refund needs an amount above zero.")
    if request.refunded_before is not None and request.refunded_before != payment.refunded:
        return Objection(
            refusal=Refusal.CONFLICT,
            reason=f"Svea has credited {payment.refunded} minor units, not {request.refunded_before} as when this refund was decided. "
            "Look at the order again before refunding.",
        )
    delivery = _delivery_of(order, request)
    if isinstance(delivery, Objection):
        return delivery
    if request.amount > delivery.left:
        return Objection(
            refusal=Refusal.AMOUNT_TOO_HIGH,
            reason=f"{request.amount} minor units are to be refunded and {delivery.left} of the delivery are left at Svea. "
            "Look in Svea's admin at what was credited before.",
        )
    return _plan(order, delivery, request)


def _delivery_of(order: SveaOrder, request: RefundRequest) -> SveaDelivery | Objection:
    if not order.deliveries:
        return Objection(refusal=Refusal.NOT_ALLOWED, reason="Nothing of the order is delivered at Svea yet: cancel instead of refunding.")
    if request.capture_id:
        found = [each for each in order.deliveries if str(each.id) == request.capture_id]
        return found[0] if found else Objection(refusal=Refusal.NOT_FOUND, reason="The order at Svea has no such delivery to refund.")
    if len(order.deliveries) > 1:
        return Objection(
            refusal=Refusal.INVALID, reason="The order has several deliveries at Svea: refund each of them by itself, with its id."
        )
    return order.deliveries[0]


def _plan(order: SveaOrder, delivery: SveaDelivery, request: RefundRequest) -> Credit | Objection:
    if not delivery.can & CREDITS:
        return Objection(refusal=Refusal.NOT_ALLOWED, reason="Svea does not let this delivery be credited. Refund it in Svea's admin.")
    by_rows = _by_rows(order, delivery, request)
    if by_rows is not None:
        return by_rows
    if Can.CREDIT_AMOUNT in delivery.can:
        total = delivery.credited + request.amount
        return Credit(how=CreditHow.AMOUNT, delivery_id=delivery.id, amount=request.amount, total=total)
    rates = {line.vat_rate * 100 for line in request.lines}
    if Can.CREDIT_NEW_ROW in delivery.can and len(rates) == 1 and (rate := rates.pop()) == rate.to_integral_value():
        return Credit(
            how=CreditHow.NEW_ROW,
            delivery_id=delivery.id,
            amount=request.amount,
            name=(request.description or request.reference)[:NAME_LENGTH].strip() or FALLBACK_NAME,
            vat_percent=int(rate),
        )
    return Objection(
        refusal=Refusal.LINES_DIFFER,
        reason=f"No selection of the delivered rows says exactly {request.amount} minor units, and the VAT of a free amount is not known. "
        "Credit the right rows in Svea's admin.",
    )


def _by_rows(order: SveaOrder, delivery: SveaDelivery, request: RefundRequest) -> Credit | None:
    """The delivered rows that the lines name; None where they do not say the amount exactly, or are credited already."""
    taken = quantities_of(request.lines, delivery.rows)
    if not taken or Can.CREDIT_ROWS not in delivery.can:
        return None
    named = [row for row in delivery.rows if row.id in taken]
    before = delivery.credited_quantities
    if any(Can.CREDIT_ROW not in row.can or taken[row.id] + before.get(row.id, 0) > row.quantity for row in named):
        return None
    pieces = tuple((row.id, taken[row.id]) for row in named if taken[row.id] != row.quantity)
    if pieces and order.payment_type not in CREDITS_QUANTITIES:
        return None
    parts = [row.part(taken[row.id]) for row in named]
    if None in parts or sum(part or 0 for part in parts) != request.amount:
        return None
    return Credit(
        how=CreditHow.ROWS,
        delivery_id=delivery.id,
        amount=request.amount,
        row_ids=tuple(row.id for row in named),
        quantities=pieces,
    )
