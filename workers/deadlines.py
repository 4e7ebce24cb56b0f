"""Keeps what is known of an order's deadline: written when a run has seen it, removed when there is nothing left to capture in time."""

from __future__ import annotations

from app.store import deadlines
from mappers.canonical import EntityKey
from mappers.flows.deadlines import deadline_of
from mappers.snapshot import AfterSnapshot
from workers.resources import Resources


async def note_deadline(resources: Resources, key: EntityKey, snapshot: AfterSnapshot | None) -> None:
    """Once before the run acts, so that one that parks leaves it too, and once after. `snapshot` None: the shop has the order no more.

    Costs a shop without capture rules nothing, and an order whose deadline is as it was one read.
    """
    if snapshot is not None and not snapshot.shop.capture:
        return
    known = await deadlines.get(resources.store, str(key))
    found = deadline_of(snapshot) if snapshot is not None else None
    if found == known:
        return
    if found is None:
        await deadlines.remove(resources.store, [str(key)])
    else:
        await deadlines.put(resources.store, str(key), found)
