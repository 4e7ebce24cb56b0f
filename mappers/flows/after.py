"""`decide_after`: an invoiced order → what its later life asks for: credits, capture, tracking, order state, note.

Credits come first: what is credited is not captured. Capture comes before the state (a captured order with a late state is harmless, a delivered one without money is not: payments.md 8.4), tracking
before the state too, because the state's mail carries it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from mappers.canonical import ShopOrder
from mappers.changes import Change, Changeset, Verdict
from mappers.changes_after import After, NoteState, RefundPayment, SetOrderState, SetTracking, WriteNote
from mappers.connection import CancelledOrder, CaptureStrategy, HogiaStatus, OrderStatusRule, Shop
from mappers.errors import Rejected, Transient
from mappers.flows.capture import capture_changes, verification
from mappers.flows.capture_check import late_check
from mappers.flows.credits import CreditDecision, credit_changes
from mappers.flows.deadlines import HINT, extensions
from mappers.flows.orders import edit_key, invoice_version
from mappers.flows.status import ENDS, has_had, is_past, reached, target_state
from mappers.hogia.model import HogiaInvoice, InvoiceStatus
from mappers.invoice.model import Notice
from mappers.snapshot import AfterSnapshot, Known, KnownEffect

VERIFY_AFTER = timedelta(seconds=5)
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
    """The decision; raises Misconfigured for a person, and Rejected where nothing else is to be done."""
    credit = credit_changes(snapshot)
    statuses = _statuses(snapshot, credit)
    changes: list[Change] = [*credit.changes]
    waits: list[datetime] = [credit.until] if credit.until else []
    notices: list[Notice] = [*credit.notices]
    parked = credit.parked
    held = False  # the money is not sure: the delivered state waits for it
    if statuses and not ENDS & set(statuses) and not _is_cancelled(snapshot):
        try:
            captures, until = capture_changes(snapshot)
        except Rejected as error:
            captures, until, parked, held = (), None, parked or error, True
        changes += captures
        waits += [until] if until else []
        held = held or until is not None
    notices += _captured_and_cancelled(snapshot, statuses)
    refunding = _is_refunding(snapshot, credit)
    rules = {rule.hogia: rule for rule in snapshot.shop.order_status}
    order = snapshot.order
    for status in statuses:
        rule = rules.get(status)
        if rule is None or (held and status is HogiaStatus.DELIVERED) or (refunding and status is HogiaStatus.CREDITED):
            continue
        steps, notice, order = _state(snapshot, order, status, rule)
        changes += steps
        notices += [notice] if notice else []
    delivered = snapshot.effects.get(state_key(str(snapshot.key), HogiaStatus.DELIVERED))
    if delivered is not None and delivered.state is Known.CONFIRMED and delivered.checked:
        try:
            found, until = verification(snapshot, state_set_at=delivered.called_at)
        except Rejected as error:
            found, until, parked = (), None, parked or error
        changes += found
        waits += [until] if until else []
    elif _captures_on(snapshot, changes):
        waits.append(snapshot.now + VERIFY_AFTER)
    try:
        found, until = late_check(snapshot, changes)
    except Rejected as error:
        found, until, parked = (), None, parked or error
    changes += found
    waits += [until] if until else []
    changes += extensions(snapshot, changes)
    changes += _note(snapshot)
    decision = _changeset(snapshot, tuple(changes), tuple(notices), waits)
    if parked is not None and decision.verdict is not Verdict.CHANGES:
        raise parked
    return replace(decision, parked=parked)


def _captured_and_cancelled(snapshot: AfterSnapshot, statuses: Sequence[HogiaStatus]) -> list[Notice]:
    """A cancelled invoice is no credit, so nothing says what is to be given back: a person does."""
    taken = [name for name, effect in snapshot.effects.items() if name.startswith("capture:") and effect.code == "CAPTURED"]
    if HogiaStatus.CANCELLED not in statuses or not taken:
        return []
    message = f"invoice {snapshot.invoice.number} was cancelled in Hogia after its money was captured; refund it at the provider."
    return [Notice(code="CANCELLED_AFTER_CAPTURE", message=message)]


def _is_refunding(snapshot: AfterSnapshot, credit: CreditDecision) -> bool:
    """Whether money is on its way back: the customer is told that it is there when it is."""
    unsure = any(name.startswith("refund:") and effect.state in {Known.INTENT, Known.UNKNOWN} for name, effect in snapshot.effects.items())
    return unsure or any(isinstance(change, RefundPayment) for change in credit.changes)


def _captures_on(snapshot: AfterSnapshot, changes: Sequence[Change]) -> bool:
    """Whether the state that is set now makes the shop's own module capture: it is looked at again whether it did."""
    rule = snapshot.shop.capture.get(snapshot.order.module)
    key = state_key(str(snapshot.key), HogiaStatus.DELIVERED)
    return rule is not None and rule.strategy is CaptureStrategy.ORDER_STATE and any(change.key == key for change in changes)


def _is_cancelled(snapshot: AfterSnapshot) -> bool:
    return snapshot.order.current_state in snapshot.shop.orders.cancel_states


def _statuses(snapshot: AfterSnapshot, credit: CreditDecision) -> tuple[HogiaStatus, ...]:
    """What the invoice has reached; nothing while an edit replaces it: its end is not the order's."""
    entity = str(snapshot.key)
    ends = edit_key(entity, invoice_version(snapshot.effects, entity))
    if ends in snapshot.effects or any(change.key == ends for change in credit.changes):
        return ()
    return reached(snapshot.invoice, credited=snapshot.credited)


def _changeset(snapshot: AfterSnapshot, changes: tuple[Change, ...], notices: tuple[Notice, ...], waits: list[datetime]) -> Changeset:
    if changes:
        reason = f"invoice {snapshot.invoice.number} is {snapshot.invoice.status.value}"
        return Changeset(
            verdict=Verdict.CHANGES, code="STATUS", reason=reason, changes=changes, notices=notices, until=min(waits) if waits else None
        )
    if waits:
        return Changeset(
            verdict=Verdict.WAIT,
            code="OTHER_SIDE_NOT_READY",
            reason="the payment provider, the shop's module or Hogia's reads are not as far yet; looked at again",
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
    if known is not None and known.state in {Known.INTENT, Known.UNKNOWN} and snapshot.now < known.called_at + snapshot.state_change:
        # A state change runs the shop's payment modules inside the request (payments.md 7.3): one that was cut off may still end well.
        raise Transient(
            "STATE_CHANGE_RUNNING",
            "an earlier state change may still be running in the shop; its history is read when that is over.",
            retry_after=(known.called_at + snapshot.state_change - snapshot.now).total_seconds(),
        )
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


def wants_after(
    shop: Shop,
    order: ShopOrder | None,
    made: KnownEffect,
    *,
    effects: Mapping[str, KnownEffect],
    hints: frozenset[str],
    entity: str,
) -> bool:
    """Whether anything after the invoice can be due: rules that are not done yet, a refund, a cancellation, an edit, a reason from Hogia.

    Without one the invoice is not read again: a plain order costs no more calls for a life that nothing asks for.
    """
    has_rules = bool(shop.order_status or shop.capture or shop.write_note)
    if has_rules and hints & {"invoice", "operator", HINT}:
        return True
    if shop.refunds.slips and hints & {"order.refunded", "order_slip", "operator"}:
        return True
    if order is not None:
        cancelled = order.current_state in shop.orders.cancel_states and shop.refunds.cancelled is not CancelledOrder.LEAVE
        refunded = shop.refunds.slips and any(row.refunded_incl for row in order.rows)
        edited = bool(made.amount) and bool(order.rows) and Decimal(made.amount) != order.total_paid_incl
        if cancelled or refunded or edited:
            return True
    open_rules = [
        rule
        for rule in shop.order_status
        if (known := effects.get(state_key(entity, rule.hogia))) is None or known.state is not Known.CONFIRMED
    ]
    return bool(open_rules or shop.write_note or shop.capture)


def is_echo(hints: frozenset[str], effects: Mapping[str, KnownEffect], entity: str) -> bool:
    """Whether the only reason to look is the shop's notice of a state that we set ourselves."""
    if not hints or not all(hint.startswith("state=") for hint in hints):
        return False
    ours = {
        f"state={effect.external_number}"
        for name, effect in effects.items()
        if name.startswith(f"state:{entity}/") and effect.state is Known.CONFIRMED and effect.checked
    }
    return hints <= ours
