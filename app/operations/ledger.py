"""The effect ledger as operators see it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.operations.refusals import Missing
from app.operations.times import iso
from app.store import ledger
from app.store.ledger import Effect, EffectState
from app.store.redis import Store


def shown(effect: Effect) -> dict[str, Any]:
    """A ledger record; `amount` is text, in the effect's currency, incl. VAT."""
    fields = asdict(effect)
    return {**fields, "created_at": iso(fields.pop("created_ms")), "updated_at": iso(fields.pop("updated_ms"))}


async def page(store: Store, *, state: EffectState | None = None, offset: int = 0, limit: int = 50) -> dict[str, Any]:
    """Newest first; with a state, those that have been in it the longest first."""
    if state is None:
        found = await ledger.newest(store, offset=offset, limit=limit)
    else:
        found = (await ledger.in_state(store, state, limit=offset + limit))[offset:]
    counts = {each.value: await ledger.count(store, each) for each in EffectState}
    return {"effects": [shown(effect) for effect in found], "counts": counts}


async def show(store: Store, key: str) -> dict[str, Any]:
    """One record. Raises Missing EFFECT_UNKNOWN."""
    effect = await ledger.get(store, key)
    if effect is None:
        raise Missing("EFFECT_UNKNOWN", f"the ledger has no effect {key!r}; an invoice's key is written invoice:shop/order/id.")
    return shown(effect)
