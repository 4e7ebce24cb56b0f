"""Until when an invoiced order's money can be captured, whether its provider is to be asked, and whether the time is to be lengthened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mappers.changes import Change
from mappers.changes_after import CancelInvoice, Capture, CreditInvoice, ExtendPayment, NoteExtension, ReleasePayment
from mappers.connection import CaptureRule, CaptureStrategy
from mappers.flows.status import ENDS, reached
from mappers.payments.capture import minor, refund_key
from mappers.payments.deadline import DAYS, Deadline, is_over, reckoned, reserved_at, told
from mappers.payments.model import Action, Payment
from mappers.snapshot import AfterSnapshot, Known

HINT = "deadline"  # the reason to look that the timer gives
NEAR = timedelta(days=5)  # payments.md 11.1
REFUSED_FOR = timedelta(hours=20)  # a provider that would not lengthen is asked again the next day
CAPTURES = frozenset({CaptureStrategy.PSP_API, CaptureStrategy.ORDER_STATE})
MONEY = (Capture, ReleasePayment, CancelInvoice, CreditInvoice)


def extension_key(entity: str, expires_at: datetime) -> str:
    """The ledger's key of lengthening an authorisation that ends that day."""
    return f"extend:{entity}/{expires_at.astimezone(UTC).date().isoformat()}"


def deadline_of(snapshot: AfterSnapshot) -> Deadline | None:
    """When the order's authorisation ends; None where there is none, or nothing is left to capture. What was certain stays so until it is asked again."""
    rule = _rule(snapshot)
    if rule is None or rule.provider is None or _is_done(snapshot):
        return None
    payment, known = snapshot.payment, snapshot.deadline
    if payment is not None and is_over(payment):
        return None
    said = told(payment) if payment is not None else known if known is not None and known.certain else None
    if said is not None and said.provider is rule.provider:
        return _extended(snapshot, said)
    expires_at = reckoned(rule.provider, reserved_at(snapshot.order, rule.provider), zone=ZoneInfo(snapshot.time_zone))
    if expires_at is None and not snapshot.has_credentials:
        return None  # nobody will ever say
    return _extended(snapshot, Deadline(provider=rule.provider, expires_at=expires_at, certain=False))


def asks_provider(snapshot: AfterSnapshot) -> bool:
    """Whether the provider is to be asked for the deadline's sake alone: it is near, it is known to nobody else, or a lengthening is open."""
    rule = _rule(snapshot)
    if rule is None or rule.provider is None or not snapshot.has_credentials or _is_done(snapshot):
        return False
    if HINT in snapshot.hints or _open(snapshot):
        return True
    return DAYS[rule.provider] is None and snapshot.deadline is None


def extensions(snapshot: AfterSnapshot, changes: Iterable[Change]) -> tuple[ExtendPayment | NoteExtension, ...]:
    """Lengthen an authorisation that is about to end, where the rule says so and the provider can. `changes`: what else this run does.

    An earlier lengthening of which no usable answer came is settled by what the provider shows now.
    """
    payment, found = snapshot.payment, _open(snapshot)
    if _is_done(snapshot) or (payment is not None and is_over(payment)):
        return tuple(NoteExtension(key=key, expires_at=None) for key in found)
    if payment is None or payment.expires_at is None:
        return ()
    key = extension_key(str(snapshot.key), payment.expires_at)
    moved = tuple(NoteExtension(key=each, expires_at=payment.expires_at) for each in found if each != key)
    extend = _extension(snapshot, payment, payment.expires_at, key) if not any(isinstance(c, MONEY) for c in changes) else None
    if extend is None:
        return (*moved, NoteExtension(key=key, expires_at=None)) if key in found else moved
    return (*moved, extend)


def _extension(snapshot: AfterSnapshot, payment: Payment, expires_at: datetime, key: str) -> ExtendPayment | None:
    rule = _rule(snapshot)
    if rule is None or not rule.extend or Action.EXTEND not in payment.actions:
        return None
    if not snapshot.now < expires_at < snapshot.now + NEAR:
        return None
    known = snapshot.effects.get(key)
    if known is not None and known.state is Known.CONFIRMED:
        return None
    if known is not None and known.state is Known.FAILED and snapshot.now < known.called_at + REFUSED_FOR:
        return None
    sequence = known.sequence if known is not None else 0
    what = f"extend|{expires_at.astimezone(UTC).date().isoformat()}|{sequence}"
    return ExtendPayment(
        key=key,
        provider=payment.provider,
        reference=payment.reference,
        idempotency_key=refund_key(payment.provider, payment.reference, what),
        expires_at=expires_at,
        sequence=sequence,
    )


def _rule(snapshot: AfterSnapshot) -> CaptureRule | None:
    """The order's capture rule where it captures anything later."""
    rule = snapshot.shop.capture.get(snapshot.order.module)
    return rule if rule is not None and rule.strategy in CAPTURES else None


def _is_done(snapshot: AfterSnapshot) -> bool:
    """Captured in full by what the ledger says, or no longer owed: cancelled in the shop or in Hogia, or credited."""
    if snapshot.order.current_state in snapshot.shop.orders.cancel_states:
        return True
    if ENDS & set(reached(snapshot.invoice, credited=snapshot.credited)):
        return True
    whole, prefix = minor(snapshot.invoice.gross, snapshot.order.currency.decimals), f"capture:{snapshot.key}/"
    return any(
        effect.state is Known.CONFIRMED and int(key.removeprefix(prefix)) >= whole
        for key, effect in snapshot.effects.items()
        if key.startswith(prefix)
    )


def _open(snapshot: AfterSnapshot) -> list[str]:
    """The lengthenings whose outcome nobody knows."""
    prefix = f"extend:{snapshot.key}/"
    return sorted(k for k, effect in snapshot.effects.items() if k.startswith(prefix) and effect.state in {Known.INTENT, Known.UNKNOWN})


def _extended(snapshot: AfterSnapshot, deadline: Deadline) -> Deadline:
    """With what a lengthening has come to since: it only ever makes it longer."""
    prefix = f"extend:{snapshot.key}/"
    ends = [
        datetime.fromisoformat(effect.external_id)
        for key, effect in snapshot.effects.items()
        if key.startswith(prefix) and effect.state is Known.CONFIRMED and effect.external_id
    ]
    if not ends or (deadline.expires_at is not None and max(ends) <= deadline.expires_at):
        return deadline
    return replace(deadline, expires_at=max(ends), certain=True)
