"""How a capture is said to Svea, which delivers rows and not amounts (payments.md 3.3, 3.5, 10). Pure, decided before any call.

    ALL         every row by its id: the amount is what remains (Svea's own fee counted or not)
    ROWS        some whole rows
    QUANTITIES  rows, of some only a part of the pieces
    LOWERED     everything, at a lower amount; the difference is given up for good: only when the caller says that nothing more will come
                (`is_rest`), nothing was delivered before and there is no fee whose part of the amount would be a guess

What none of them says to the öre is refused LINES_DIFFER. An undelivered fee row rides along with the first delivery and is not part of the
requested amount, unless a line names it. An empty list of rows would deliver everything: none is ever built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mappers.payments.model import CaptureRequest, Line, PaymentStatus, Refusal
from mappers.payments.svea_model import PIECE, Can, Objection, SveaOrder, SveaRow


class How(StrEnum):
    ALL = "all"
    ROWS = "rows"
    QUANTITIES = "quantities"
    LOWERED = "lowered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What to deliver. `amount` is what Svea will have delivered, its fee included; `quantities`: row id, minor quantity."""

    how: How
    amount: int
    row_ids: tuple[int, ...]
    quantities: tuple[tuple[int, int], ...] = ()


NOT_NOW: Mapping[PaymentStatus, Objection] = {
    PaymentStatus.CAPTURED: Objection(
        refusal=Refusal.ALREADY_CAPTURED, reason="Svea has delivered the order already: there is nothing left to capture."
    ),
    PaymentStatus.CANCELLED: Objection(
        refusal=Refusal.CANCELLED, reason="The order is cancelled at Svea: no money will come. Contact the customer for a new payment."
    ),
    PaymentStatus.EXPIRED: Objection(
        refusal=Refusal.EXPIRED, reason="The order has expired at Svea. Ask Svea to extend it, or the customer for a new payment."
    ),
    PaymentStatus.PENDING: Objection(
        refusal=Refusal.NOT_ALLOWED,
        reason="Svea is reviewing or processing the order. Capture later; look in Svea's admin if it takes days.",
    ),
}
NOT_DELIVERABLE = Objection(
    refusal=Refusal.NOT_ALLOWED, reason="Svea does not let the order be delivered now. Look at the order in Svea's admin to see why."
)


def decide_delivery(order: SveaOrder, request: CaptureRequest) -> Delivery | Objection:
    """The delivery that says exactly the requested amount, or why there is none."""
    return _objection(order, request) or _plan(order, request)


def _objection(order: SveaOrder, request: CaptureRequest) -> Objection | None:
    payment = order.payment
    if request.currency.upper() != payment.currency:
        return Objection(
            refusal=Refusal.INVALID,
            reason=f"The capture is in {request.currency}, the order at Svea in {payment.currency}. Check which payment belongs to the order.",
        )
    if request.amount <= 0:
        return Objection(refusal=Refusal.INVALID, reason="A capture needs an amount above zero.")
    if payment.status in NOT_NOW:
        return NOT_NOW[payment.status]
    if Can.DELIVER not in order.can or payment.status not in {PaymentStatus.AUTHORISED, PaymentStatus.PART_CAPTURED}:
        return NOT_DELIVERABLE
    if request.captured_before is not None and request.captured_before != payment.captured:
        return Objection(
            refusal=Refusal.CONFLICT,
            reason=f"Svea has delivered {payment.captured} minor units, not {request.captured_before} as when this capture was decided. "
            "Look at the order again before capturing.",
        )
    if request.amount > payment.remaining:
        return Objection(
            refusal=Refusal.AMOUNT_TOO_HIGH,
            reason=f"{request.amount} minor units are to be captured and {payment.remaining} remain at Svea. "
            "Compare the order in the shop with the one in Svea's admin.",
        )
    return None


def _plan(order: SveaOrder, request: CaptureRequest) -> Delivery | Objection:
    rest = order.payment.remaining
    fees = sum(row.amount for row in order.rows if row.is_fee)
    everything = Delivery(how=How.ALL, amount=rest, row_ids=tuple(row.id for row in order.rows))
    if not order.rows:
        return NOT_DELIVERABLE
    if request.amount == rest:
        return everything
    by_rows = _by_rows(order, request)
    if by_rows is not None and by_rows.amount == rest:
        return everything
    if by_rows is not None and Can.DELIVER_PARTIALLY in order.can:
        return by_rows
    if by_rows is None and fees > 0 and request.amount == rest - fees:
        return everything
    if request.is_rest and not fees and not order.deliveries and Can.CANCEL_AMOUNT in order.can:
        return Delivery(how=How.LOWERED, amount=request.amount, row_ids=())
    if Can.DELIVER_PARTIALLY not in order.can:
        return Objection(
            refusal=Refusal.SPLIT_REFUSED,
            reason="Svea lets this order only be delivered as a whole (a payment plan is). Capture it with the last delivery.",
        )
    return Objection(
        refusal=Refusal.LINES_DIFFER,
        reason=f"No selection of the order's rows at Svea says exactly {request.amount} minor units. Deliver the right rows in Svea's admin.",
    )


def _by_rows(order: SveaOrder, request: CaptureRequest) -> Delivery | None:
    """The rows that the lines name, with riding fees; None where they do not say the amount exactly."""
    taken = quantities_of(request.lines, order.rows)
    if not taken or not order.adds_up:
        return None
    named = [row for row in order.rows if row.id in taken]
    if any(Can.DELIVER_ROW not in row.can for row in named):
        return None
    parts = [row.part(taken[row.id]) for row in named]
    if sum(part for part in parts if part is not None) != request.amount or None in parts:
        return None
    riding = [row for row in order.rows if row.is_fee and row.id not in taken and Can.DELIVER_ROW in row.can]
    pieces = tuple((row.id, taken[row.id]) for row in named if taken[row.id] != row.quantity)
    return Delivery(
        how=How.QUANTITIES if pieces else How.ROWS,
        amount=request.amount + sum(row.amount for row in riding),
        row_ids=tuple(row.id for row in order.rows if row in named or row in riding),
        quantities=pieces,
    )


def quantities_of(lines: tuple[Line, ...], rows: tuple[SveaRow, ...]) -> dict[int, int] | None:
    """Row id → minor quantity; None where a line has no row of its own, or more of it than there is."""
    found: dict[int, int] = {}
    for line in lines:
        row = _row_of(line, rows)
        quantity = line.quantity * PIECE
        if row is None or quantity <= 0 or quantity != quantity.to_integral_value():
            return None
        found[row.id] = found.get(row.id, 0) + int(quantity)
        if found[row.id] > row.quantity:
            return None
    return found


def _row_of(line: Line, rows: tuple[SveaRow, ...]) -> SveaRow | None:
    """By the row's id where the line has one; else by the article number, if one row alone has it."""
    if line.row_id:
        return next((row for row in rows if str(row.id) == line.row_id), None)
    same = [row for row in rows if line.reference and row.reference == line.reference]
    return same[0] if len(same) == 1 else None
