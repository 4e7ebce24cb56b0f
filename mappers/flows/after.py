"""`decide_after`: an invoiced order → what its later life asks for: capture, tracking, order state, note.

Capture comes before the state (a captured order with a late state is harmless, a delivered one without money is not: payments.md 8.4), tracking
before the state too, because the state's mail carries it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mappers.canonical import ShopOrder
from mappers.changes import Changeset, Verdict
from mappers.changes_after import After, NoteState, SetOrderState, SetTracking, WriteNote
from mappers.connection import HogiaStatus, OrderStatusRule
from mappers.flows.capture import capture_changes, verification
from mappers.flows.status import ENDS, has_had, is_past, reached, target_state
from mappers.hogia.model import HogiaInvoice, InvoiceStatus
from mappers.invoice.model import Notice
from mappers.snapshot import AfterSnapshot, Known

NOTE_STATES = {
    InvoiceStatus.PAID: "betald",
    InvoiceStatus.PARTIALLY_PAID: "delbetald",
    InvoiceStatus.CREDITED: "krediterad",
    InvoiceStatus.CANCELLED: "makulerad",
    InvoiceStatus.OVERDUE: "förfallen",
}


def state_key(entity: str, status: HogiaStatus) -> str:
    """The ledger's key of an order state that a status of Hogia asks for."""
    return f"state:{entity}/{status.value}"


def decide_after(snapshot: AfterSnapshot) -> Changeset:
    """The decision; raises Rejected and Misconfigured for a person."""
    statuses = reached(snapshot.invoice, credited=snapshot.credited)
    changes: list[After] = []
    waits: list[datetime] = []
    notices: list[Notice] = []
    if not ENDS & set(statuses):
        captures, until = capture_changes(snapshot)
        changes += captures
        waits += [until] if until else []
    held = bool(waits)  # the money is not sure: the delivered state waits for it
    rules = {rule.hogia: rule for rule in snapshot.shop.order_status}
    order = snapshot.order
    for status in statuses:
        rule = rules.get(status)
        if rule is None or (held and status is HogiaStatus.DELIVERED):
            continue
        steps, notice, order = _state(snapshot, order, status, rule)
        changes += steps
        notices += [notice] if notice else []
    delivered = snapshot.effects.get(state_key(str(snapshot.key), HogiaStatus.DELIVERED))
    if delivered is not None and delivered.state is Known.CONFIRMED and delivered.checked:
        found, until = verification(snapshot, state_set_at=delivered.called_at)
        changes += found
        waits += [until] if until else []
    changes += _note(snapshot)
    return _changeset(snapshot, tuple(changes), tuple(notices), waits)


def _changeset(snapshot: AfterSnapshot, changes: tuple[After, ...], notices: tuple[Notice, ...], waits: list[datetime]) -> Changeset:
    if changes:
        reason = f"invoice {snapshot.invoice.number} is {snapshot.invoice.status.value}"
        return Changeset(
            verdict=Verdict.CHANGES, code="STATUS", reason=reason, changes=changes, notices=notices, until=min(waits) if waits else None
        )
    if waits:
        return Changeset(
            verdict=Verdict.WAIT,
            code="CAPTURE_WAITS",
            reason="the payment provider is not ready, or the shop's module has not captured yet",
            notices=notices,
            until=min(waits),
        )
    return Changeset(
        verdict=Verdict.NOTHING, code="ALREADY_INVOICED", reason=f"invoice {snapshot.invoice.number} asks for nothing new", notices=notices
    )


def _state(
    snapshot: AfterSnapshot, order: ShopOrder, status: HogiaStatus, rule: OrderStatusRule
) -> tuple[list[After], Notice | None, ShopOrder]:
    """The steps for one status, what a person should know, and the order as it will be."""
    key = state_key(str(snapshot.key), status)
    known = snapshot.effects.get(key)
    if known is not None and known.state is Known.CONFIRMED:
        return [], None, order
    target = target_state(rule, order.states)
    if has_had(order, target.id):
        return [NoteState(key=key, state_id=target.id, code="THERE_ALREADY")], None, order
    if order.current_state in snapshot.shop.orders.cancel_states and status not in ENDS:
        message = f"Hogia says {status.value}, but the order is cancelled in the shop; its state is left alone."
        return [], Notice(code="ORDER_CANCELLED_IN_SHOP", message=message), order
    if status not in ENDS and is_past(order.states.get(order.current_state), target):
        return [NoteState(key=key, state_id=target.id, code="PAST_ALREADY")], None, order
    steps: list[After] = []
    if rule.tracking:
        steps += _tracking(snapshot, status)
    steps.append(SetOrderState(key=key, order_id=order.id, state_id=target.id, mail=rule.mail))
    return steps, None, replace(order, current_state=target.id)


def _tracking(snapshot: AfterSnapshot, status: HogiaStatus) -> list[After]:
    delivery = snapshot.invoice.delivery
    if status is not HogiaStatus.DELIVERED or delivery is None or not delivery.tracking_number or not snapshot.parcels:
        return []
    parcel = snapshot.parcels[-1]
    if parcel.tracking_number == delivery.tracking_number:
        return []
    key = f"tracking:{snapshot.key}/{delivery.tracking_number}"
    return [SetTracking(key=key, order_carrier_id=parcel.id, number=delivery.tracking_number)]


def note_text(invoice: HogiaInvoice) -> str:
    """What the order's note says of the invoice, in Swedish: it is for the shop's staff."""
    parts = [f"Faktura {invoice.number}"]
    if invoice.ocr:
        parts.append(f"OCR {invoice.ocr}")
    parts.append(NOTE_STATES.get(invoice.status, "obetald"))
    return ", ".join(parts)


def _note(snapshot: AfterSnapshot) -> list[After]:
    if not snapshot.shop.write_note or snapshot.invoice.number is None:
        return []
    text = note_text(snapshot.invoice)
    key = f"note:{snapshot.key}/{snapshot.invoice.number}/{snapshot.invoice.status.value}"
    known = snapshot.effects.get(key)
    if known is not None and known.state is Known.CONFIRMED:
        return []
    return [WriteNote(key=key, order_id=snapshot.order.id, text=text)]
