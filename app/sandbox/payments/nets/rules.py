"""What may be charged, cancelled and refunded, and the code of every no (payments.md 4.2 to 4.6).

The order of the checks decides which code a request that is wrong in several ways gets; the documentation does not tell it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from app.sandbox.payments.nets.body import Ask, check_sum
from app.sandbox.payments.nets.errors import refused
from app.sandbox.payments.nets.payment import CANCELLED, COMPLETED, PENDING, Charge, Pay, Refund

if TYPE_CHECKING:
    from app.sandbox.payments.nets.state import NetsState


def charge(state: NetsState, pay: Pay, ask: Ask) -> Charge:
    """1001 too much, 1002 nothing, 1003 not reserved, 1005 and 1015 lines, 1008, 1010, 1019 over, 1020, 1024, 1029 the method."""
    if ask.amount <= 0:
        raise refused("1002")
    if not pay.reserved:
        raise refused("1003")
    _refuse_ended(state, pay)
    left = pay.reserved - pay.charged
    if not left:
        raise refused("1008")
    if ask.amount > left:
        raise refused("1001")
    is_full = ask.amount == pay.reserved
    if not is_full and not pay.may_split:
        raise refused("1024")
    if not is_full and ask.items is None:
        raise refused("1015")
    check_sum(ask)
    for switch, code in (("method_fails", "1020"), ("hard_decline", "1029"), ("unknown_error", "1000")):
        if state.switches.take(switch):
            raise refused(code)
    now = state.clock.now()
    made = Charge(
        id=uuid4().hex,
        amount=ask.amount,
        at=now,
        items=ask.items if ask.items is not None else pay.items,
        reference=ask.reference,
        shipping=ask.shipping,
    )
    if state.switches.take("charge_fails_later"):
        made.fails_at = now + timedelta(seconds=state.switches.charge_failure_seconds)
    pay.charges.append(made)
    return made


def cancel(state: NetsState, pay: Pay, ask: Ask) -> None:
    """In full and before any charge, or not at all."""
    if not pay.reserved:
        raise refused("1003" if not pay.charged else "1008")
    _refuse_ended(state, pay)
    if pay.charged:
        raise refused("1008")
    if ask.amount != pay.reserved:
        raise refused("1007")
    pay.cancelled = pay.reserved


def _refuse_ended(state: NetsState, pay: Pay) -> None:
    if pay.cancelled:
        raise refused("1019")
    if pay.has_lapsed(state.clock.now()) and pay.charged < pay.reserved:
        raise refused("1010")


def refund_charge(state: NetsState, pay: Pay, charge: Charge, ask: Ask) -> Refund:
    if not pay.refundable(charge):
        raise refused("1023")
    if not 0 < ask.amount <= pay.refundable(charge):
        raise refused("1009")
    return _refunded(state, pay, ask, parts={charge.id: ask.amount})


def refund_payment(state: NetsState, pay: Pay, ask: Ask) -> Refund:
    """Taken from the charges in their order."""
    left = {charge.id: pay.refundable(charge) for charge in pay.charges}
    if not left:
        raise refused("1009")
    if not sum(left.values()):
        raise refused("1023")
    if not 0 < ask.amount <= sum(left.values()):
        raise refused("1009")
    parts, wanted = {}, ask.amount
    for charge_id, amount in left.items():
        parts[charge_id] = min(amount, wanted)
        wanted -= parts[charge_id]
    return _refunded(state, pay, ask, parts=parts)


def _refunded(state: NetsState, pay: Pay, ask: Ask, *, parts: dict[str, int]) -> Refund:
    check_sum(ask)
    made = Refund(
        id=uuid4().hex,
        amount=ask.amount,
        state=PENDING if state.switches.refunds_wait else COMPLETED,
        at=state.clock.now(),
        items=ask.items or [],
        reference=ask.reference,
        parts=parts,
    )
    pay.refunds.append(made)
    return made


def cancel_refund(state: NetsState, refund: Refund) -> None:
    """1012 when it is cancelled already, 1025 when it is through."""
    if refund.state == CANCELLED:
        raise refused("1012")
    if refund.state != PENDING:
        raise refused("1025")
    refund.state, refund.at = CANCELLED, state.clock.now()


def terminate(state: NetsState, pay: Pay) -> None:
    """Only a checkout that nobody completed."""
    if pay.reserved or pay.charged:
        raise refused("1000")
    pay.terminated = state.clock.now()
