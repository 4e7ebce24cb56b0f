"""Whether a capture that the provider accepted still stands some time later, twice: at Nets a charge can fail afterwards (payments.md 4.6, 8.4, 9.11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from mappers.changes_after import After, Capture, NoteCapture
from mappers.errors import Rejected
from mappers.payments.capture import minor
from mappers.payments.model import Provider
from mappers.snapshot import AfterSnapshot, Known, KnownEffect

FAILS_LATER: Mapping[Provider, timedelta] = {Provider.NETS: timedelta(minutes=15)}
LAST_CHECK = timedelta(hours=24)
STANDS = "CAPTURE_STANDS"  # it was there at the first look; a timer brings the last one


def is_final(provider: Provider) -> bool:
    """Whether the provider's yes to a capture is its last word."""
    return provider not in FAILS_LATER


def is_check_due(snapshot: AfterSnapshot) -> bool:
    """Whether the provider is to be asked about a capture that it accepted."""
    return any(snapshot.now >= until for _, _, until in _open(snapshot))


def late_check(snapshot: AfterSnapshot, planned: Iterable[object]) -> tuple[tuple[After, ...], datetime | None]:
    """What is to be noted now, and when to look again, also for what is `planned`. Raises Rejected where the money did not come after all."""
    changes: list[After] = []
    captures = (change.provider for change in planned if isinstance(change, Capture))
    waits = [snapshot.now + FAILS_LATER[provider] for provider in captures if not is_final(provider)]
    accepted = sum((Decimal(effect.amount or 0) for _, effect, _ in _open(snapshot)), Decimal(0))
    for key, effect, until in _open(snapshot):
        if snapshot.now < until:
            waits += [until] if effect.code != STANDS else []
            continue
        payment = snapshot.payment
        if payment is None:
            continue
        if payment.captured < minor(accepted, snapshot.order.currency.decimals):
            raise Rejected(
                "CAPTURE_FAILED_LATER",
                f"{payment.provider.value} accepted the capture of {effect.amount} and does not show it any more: the customer's method failed "
                "afterwards, and the goods are delivered. Look in its portal; capture there or contact the customer, then release the order.",
                subject=str(snapshot.key),
            )
        reason = f"{payment.captured} minor units are captured at the provider"
        is_last = effect.code == STANDS
        note = NoteCapture(
            key=key,
            code="CAPTURED" if is_last else STANDS,
            reason=reason,
            amount=effect.amount,
            currency=payment.currency,
            again_at=None if is_last else snapshot.now + LAST_CHECK - FAILS_LATER[payment.provider],
        )
        changes.append(note)
    return tuple(changes), min(waits) if waits else None


def _open(snapshot: AfterSnapshot) -> Iterator[tuple[str, KnownEffect, datetime]]:
    """(key, effect, when it can be believed) of each capture that was accepted and not looked at since."""
    rule = snapshot.shop.capture.get(snapshot.order.module)
    if rule is None or rule.provider is None or is_final(rule.provider):
        return
    for key, effect in snapshot.effects.items():
        if key.startswith(f"capture:{snapshot.key}/") and effect.state is Known.CONFIRMED and not effect.checked:
            first = FAILS_LATER[rule.provider]
            yield key, effect, effect.called_at + (LAST_CHECK - first if effect.code == STANDS else first)
