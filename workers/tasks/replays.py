"""Carrying out replays: a few entities a second are marked again, behind fresh work."""

from __future__ import annotations

from app.store import cache, keys, replays
from app.store.redis import Store

LOCK_SECONDS = 30
BACKLOG = 20  # entities that may be due already when a replay adds its own; fresh work never waits behind more than these


async def advance(store: Store, *, owner: str, now: float) -> int:
    """Release what the running replays' rates allow now; called about once a second. `now` is in seconds since 1970.

    One worker at a time does it. When more is due than the workers keep up with, replays wait: fresh work goes first.
    Answers how many entities were marked.
    """
    running = await replays.running(store)
    if not running:
        return 0
    async with cache.lock(store, "replays", owner=owner, seconds=LOCK_SECONDS) as mine:
        if not mine:
            return 0
        marked = 0
        for replay_id in running:
            replay = await replays.get(store, replay_id)
            allowed = max(BACKLOG, int(replay.rate_per_second)) if replay is not None else 0
            due = int(await store.redis.zcount(keys.DUE, "-inf", await store.now_ms()))
            marked += await replays.step(store, replay_id, now_ms=now * 1000, room=max(0, allowed - due))
    return marked
