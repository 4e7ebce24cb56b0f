"""One sentence about an entity for a person: the most urgent thing first."""

from __future__ import annotations

from collections.abc import Sequence

from app.operations.times import iso
from app.store.events import Event
from app.store.ledger import Effect, EffectState
from app.store.marks import MarkState
from app.store.parked import Parked


def sentence(*, mark: MarkState | None, parked: Parked | None, effects: Sequence[Effect], last_event: Event | None, now_ms: int) -> str:
    """What is going on with this entity."""
    done = _done(effects)
    if mark is None:
        told = f"the newest event was {last_event.status}: {last_event.reason}" if last_event else "no event, no sweep, no operator"
        return f"Nothing has asked for a look at it yet ({told}). If it should have: check the shop's module, or sync it now."
    if parked is not None:
        return f"Waits for a person since {iso(parked.at_ms)}. {parked.code}: {parked.reason}{done}"
    unknown = [effect for effect in effects if effect.state in {EffectState.UNKNOWN, EffectState.INTENT}]
    if mark.leased:
        return f"A worker is on it right now.{done}"
    if unknown:
        return f"The outcome of {unknown[0].key} is not known yet; it is looked up before anything is repeated.{done}"
    if mark.generation != mark.settled:
        if mark.due_ms is not None and mark.due_ms > now_ms:
            why = f" ({last_event.code}: {last_event.reason})" if last_event and last_event.code else ""
            return f"Waits, and is looked at again at {iso(mark.due_ms)}{why}.{done}"
        return f"Waits for a worker.{done}"
    if done:
        return f"Done; nothing is waiting.{done}"
    if last_event is not None and last_event.reason:
        return f"Looked at and left alone: {last_event.reason}"
    return "Looked at; there was nothing to do."


def _done(effects: Sequence[Effect]) -> str:
    invoice = next((e for e in effects if e.key.startswith("invoice:") and e.state == EffectState.CONFIRMED), None)
    confirmed = [effect for effect in effects if effect.state == EffectState.CONFIRMED]
    if invoice is not None:
        number = invoice.external_number or invoice.external_id
        amount = f" of {invoice.amount} {invoice.currency}".rstrip() if invoice.amount else ""
        how = "adopted" if invoice.adopted else "made"
        return f" Invoice {number}{amount} was {how} at {iso(invoice.created_ms)}."
    return f" {len(confirmed)} effects are confirmed." if confirmed else ""
