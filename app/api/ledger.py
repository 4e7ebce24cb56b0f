"""`/api/ledger`: what was done on the other side, what may have been, and what was refused."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query

from app.api.access import Held, Viewer, new_router
from app.operations import ledger
from app.store.ledger import EffectState

router = new_router("ledger")


@router.get("/ledger")
async def list_effects(
    state: Held,
    _: Viewer,
    state_: Annotated[EffectState | None, Query(alias="state")] = None,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    """Newest first; with `state`, those that have been in it the longest first. `counts` is the whole ledger by state."""
    return await ledger.page(state.store, state=state_, offset=offset, limit=limit)


@router.get("/ledger/{key:path}")
async def show_effect(state: Held, _: Viewer, key: Annotated[str, Path(max_length=200)]) -> dict[str, Any]:
    """One effect by its key, for instance `invoice:acme-se/order/42`."""
    return await ledger.show(state.store, key)
