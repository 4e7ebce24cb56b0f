"""The timer of payments: what is looked at once more although nobody told anything.

An authorisation that ends soon is looked at once a day, so that its provider is asked and, by rule, the time lengthened; a capture that may
fail afterwards is looked at a day later. It only marks; a parked order is left to the person it waits for, and one with other work is looked at when that is done.
"""

from __future__ import annotations

from datetime import timedelta

from app.store import cache, deadlines, marks
from mappers.flows.deadlines import HINT, NEAR
from workers.resources import Resources

LOCK = "deadlines"
LOCK_SECONDS = 600
A_DAY_SECONDS = 86_400.0
MOST = 10_000
ASKED_AFTER = timedelta(days=2)  # an authorisation that has ended is asked about for so long
KEPT = timedelta(days=30)  # and listed for so long


async def sweep_deadlines(resources: Resources) -> int:
    """Mark the orders whose authorisation ends within five days, or at a time that nobody has asked for yet; answers how many."""
    async with cache.lock(resources.store, LOCK, owner=resources.worker_id, seconds=LOCK_SECONDS) as taken:
        return await _mark(resources) if taken else 0


async def _mark(resources: Resources) -> int:
    store, now = resources.store, int(resources.now().timestamp() * 1000)
    await deadlines.remove_before(store, before_ms=now - _ms(KEPT))
    near = await deadlines.listed(store, until_ms=now + _ms(NEAR), limit=MOST)
    recent = [entry.entity for entry in near if entry.expires_ms is not None and entry.expires_ms > now - _ms(ASKED_AFTER)]
    found = []
    for entity in [*recent, *await deadlines.unknown(store)]:
        mark = await marks.state(store, entity)
        idle = mark is None or not (mark.leased or mark.parked or mark.due_ms is not None)
        if idle and not await cache.cached(store, LOCK, entity):
            await cache.keep(store, LOCK, entity, "1", seconds=A_DAY_SECONDS)
            found.append(entity)
    again = await deadlines.due_again(store, now_ms=now)
    marked = await marks.mark(store, again, hint=HINT, why="whether the capture still stands")
    await deadlines.looked_again(store, again)
    return marked + await marks.mark(store, found, hint=HINT, why="the payment's authorisation ends soon")


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
