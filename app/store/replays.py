"""Replays: many entities to look at again, at a rate, with progress and an end.

    {ob}:replay:<id>            what was asked for, how far it is, and when the next one may go
    {ob}:replay:<id>:entities   the pinned entities by their place in the queue
    {ob}:replay:all             every replay by its creation; {ob}:replay:running those with something left

The set is pinned when the replay is made, so that what arrives later is not in it. A step releases entities and moves the progress in one
transaction that a change of the replay (a cancel, another worker) makes void: a crash repeats nothing and forgets nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from redis.exceptions import WatchError

from app.store import keys
from app.store.redis import Store, text, texts

ALL = keys.replay("all")
RUNNING = keys.replay("running")
KEPT_MS = 30 * 86_400_000  # after its end
CHUNK = 1000


class ReplayStatus(StrEnum):
    RUNNING = "running"
    DONE = "done"  # every entity has its mark; `outcome` says how their runs go
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """`filters` is JSON, for people. `next_ms` is when the rate lets the next entity go."""

    id: str
    status: ReplayStatus
    filters: str
    reason: str
    by: str
    rate_per_second: float
    total: int
    released: int
    created_ms: int
    updated_ms: int
    next_ms: float


def _entities(replay_id: str) -> str:
    return keys.replay(f"{replay_id}:entities")


def _read(replay_id: str, fields: dict[str, str]) -> Replay:
    return Replay(
        id=replay_id,
        status=ReplayStatus(fields["status"]),
        filters=fields["filters"],
        reason=fields["reason"],
        by=fields["by"],
        rate_per_second=float(fields["rate_per_second"]),
        total=int(fields["total"]),
        released=int(fields["released"]),
        created_ms=int(fields["created_ms"]),
        updated_ms=int(fields["updated_ms"]),
        next_ms=float(fields["next_ms"]),
    )


async def create(
    store: Store, *, replay_id: str, entities: Sequence[str], filters: str, reason: str, by: str, rate_per_second: float
) -> Replay:
    """Pin distinct entities in the order they are to go. One with no entity is done at once."""
    now = await store.now_ms()
    status = ReplayStatus.RUNNING if entities else ReplayStatus.DONE
    record: dict[str, str | int | float] = {
        "status": status.value,
        "filters": filters,
        "reason": reason,
        "by": by,
        "rate_per_second": rate_per_second,
        "total": len(entities),
        "released": 0,
        "created_ms": now,
        "updated_ms": now,
        "next_ms": now,
    }
    async with store.redis.pipeline(transaction=True) as pipe:
        for start in range(0, len(entities), CHUNK):
            pipe.zadd(_entities(replay_id), {e: start + i for i, e in enumerate(entities[start : start + CHUNK])})
        pipe.hset(keys.replay(replay_id), mapping=record)
        pipe.zadd(ALL, {replay_id: now})
        if status == ReplayStatus.RUNNING:
            pipe.zadd(RUNNING, {replay_id: now})
        else:
            pipe.pexpire(keys.replay(replay_id), KEPT_MS)
        await pipe.execute()
    return _read(replay_id, {name: str(value) for name, value in record.items()})


async def get(store: Store, replay_id: str) -> Replay | None:
    fields = texts(await store.redis.hgetall(keys.replay(replay_id)))
    return _read(replay_id, fields) if fields else None


async def listed(store: Store, *, limit: int = 50) -> list[Replay]:
    """Newest first; those whose time is up are forgotten on the way."""
    found: list[Replay] = []
    for raw in await store.redis.zrevrange(ALL, 0, limit - 1):
        replay = await get(store, text(raw))
        if replay is None:
            await store.redis.zrem(ALL, raw)
        else:
            found.append(replay)
    return found


async def running(store: Store) -> list[str]:
    """Oldest first."""
    return [text(raw) for raw in await store.redis.zrange(RUNNING, 0, -1)]


async def cancel(store: Store, replay_id: str) -> bool:
    """Stop a replay where it is. False when it was not running."""
    while True:
        async with store.redis.pipeline(transaction=True) as pipe:
            await pipe.watch(keys.replay(replay_id))
            if text(await pipe.hget(keys.replay(replay_id), "status")) != ReplayStatus.RUNNING:
                return False
            pipe.multi()
            _end(pipe, replay_id, ReplayStatus.CANCELLED, await store.now_ms())
            try:
                await pipe.execute()
            except WatchError:
                continue
            return True


def _end(pipe: Any, replay_id: str, status: ReplayStatus, now_ms: int) -> None:
    pipe.hset(keys.replay(replay_id), mapping={"status": status.value, "updated_ms": now_ms})
    pipe.zrem(RUNNING, replay_id)
    pipe.pexpire(keys.replay(replay_id), KEPT_MS)
    pipe.pexpire(_entities(replay_id), KEPT_MS)


def allowance(replay: Replay, *, now_ms: float) -> tuple[float, float]:
    """How many entities the rate lets go now, and the milliseconds between two.

    Credit gathers for one second at the most, so that a worker that was away does not make up for it in a burst.
    """
    interval = 1000 / replay.rate_per_second
    if now_ms < replay.next_ms:
        return 0.0, interval
    longest = max(1.0, replay.rate_per_second)
    return min(longest, (now_ms - replay.next_ms) / interval + 1), interval


async def step(store: Store, replay_id: str, *, now_ms: float, room: int) -> int:
    """Release as many entities as the rate, `room` and the rest allow. Answers how many; 0 also when somebody else was faster."""
    async with store.redis.pipeline(transaction=True) as pipe:
        await pipe.watch(keys.replay(replay_id))
        fields = texts(await pipe.hgetall(keys.replay(replay_id)))
        replay = _read(replay_id, fields) if fields else None
        if replay is None or replay.status != ReplayStatus.RUNNING:
            await pipe.unwatch()
            await store.redis.zrem(RUNNING, replay_id)
            return 0
        credit, interval = allowance(replay, now_ms=now_ms)
        count = min(int(credit), room, replay.total - replay.released)
        if count < 1:
            return 0
        going = [text(raw) for raw in await pipe.zrange(_entities(replay_id), replay.released, replay.released + count - 1)]
        pipe.multi()
        for entity in going:
            await store.scripts.release(args=[0, entity, f"replay {replay_id} by {replay.by}: {replay.reason}", "received"], client=pipe)
        progress = {"released": replay.released + count, "updated_ms": int(now_ms), "next_ms": now_ms - (credit - 1 - count) * interval}
        pipe.hset(keys.replay(replay_id), mapping=progress)
        if replay.released + count >= replay.total:
            _end(pipe, replay_id, ReplayStatus.DONE, int(now_ms))
        try:
            await pipe.execute()
        except WatchError:
            return 0
    return len(going)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the released entities stand (the first `looked_at` of them). `effects` counts ledger records written since, by state."""

    looked_at: int
    settled: int
    parked: int
    waiting: int
    effects: dict[str, int]


async def outcome(store: Store, replay: Replay, *, limit: int = 10_000) -> Outcome:
    """What came of a replay so far. Repeating what is done leaves `effects` empty."""
    seen = settled = parked = 0
    effects: dict[str, int] = {}
    while seen < min(replay.released, limit):
        last = min(seen + CHUNK, replay.released, limit) - 1
        entities = [text(raw) for raw in await store.redis.zrange(_entities(replay.id), seen, last)]
        if not entities:
            break
        async with store.redis.pipeline(transaction=False) as pipe:
            for entity in entities:
                pipe.hmget(keys.mark(entity), "gen", "settled", "parked")
                pipe.zrange(keys.effects_by("entity", entity), 0, -1)
            answers = await pipe.execute()
        for generation, up_to, is_parked in answers[0::2]:
            parked += is_parked == b"1"
            settled += is_parked != b"1" and generation == up_to
        async with store.redis.pipeline(transaction=False) as pipe:
            for key in (text(raw) for known in answers[1::2] for raw in known):
                pipe.hmget(keys.effect(key), "state", "updated_ms")
            for state, updated in await pipe.execute():
                if int(updated or 0) >= replay.created_ms:
                    effects[text(state)] = effects.get(text(state), 0) + 1
        seen += len(entities)
    return Outcome(looked_at=seen, settled=settled, parked=parked, waiting=seen - settled - parked, effects=effects)
