"""Looking again at everything that a filter finds: what it would mean, carrying it out at a rate, its progress."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from app.operations import audit
from app.operations.audit import Actor
from app.operations.events import Filters
from app.operations.refusals import Conflict, Missing
from app.operations.times import iso
from app.store import events, keys, replays
from app.store.ledger import EffectState
from app.store.redis import Store, text
from app.store.replays import Replay, ReplayStatus

PAGE = 500
DEFAULT_RATE = 5.0  # entities per second
DEFAULT_LIMIT = 1000


@dataclass(slots=True, kw_only=True)
class Found:
    """What a filter finds. `entities` are distinct, those whose newest event is oldest first."""

    entities: list[str] = field(default_factory=list)
    events: int = 0
    without_entity: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    by_type: Counter[str] = field(default_factory=Counter)
    by_code: Counter[str] = field(default_factory=Counter)
    truncated: bool = False  # more entities than the limit were there


async def find(store: Store, filters: Filters, *, limit: int) -> Found:
    """Walk the events a filter finds, newest first, until `limit` distinct entities are found."""
    found = Found()
    seen: dict[str, None] = {}
    cursor = ""
    while True:
        page, cursor = await events.search(store, filters.fields, from_ms=filters.from_ms, to_ms=filters.to_ms, cursor=cursor, limit=PAGE)
        for event in page:
            if event.entity and event.entity not in seen and len(seen) >= limit:
                found.truncated = True
                break
            found.events += 1
            found.by_status[event.status] += 1
            found.by_type[event.type] += 1
            found.by_code[event.code] += bool(event.code)
            if event.entity:
                seen[event.entity] = None
            else:
                found.without_entity += 1
        if found.truncated or not cursor:
            break
    found.entities = list(reversed(seen))
    return found


async def plan(store: Store, filters: Filters, *, limit: int) -> dict[str, Any]:
    """The dry run: counts, and per effect what the ledger says would be found done.

    `ledger.invoice` counts the orders: `confirmed` have their invoice and get no other; `unknown` are looked up in Hogia first; `none`
    have none in the ledger: one is created where the order, as it is then, calls for it.
    """
    found = await find(store, filters, limit=limit)
    effects: dict[str, Counter[str]] = {}
    invoices: Counter[str] = Counter(dict.fromkeys(("confirmed", "unknown", "failed", "none"), 0))
    for start in range(0, len(found.entities), PAGE):
        chunk = found.entities[start : start + PAGE]
        for entity, states in zip(chunk, await _states(store, chunk), strict=True):
            for kind, state in states:
                effects.setdefault(kind, Counter())[state] += 1
            if "/order/" in entity:
                state = dict(states).get("invoice", "")
                invoices[INVOICE_WORDS.get(state, state)] += 1
    return {
        "dry_run": True,
        "events": found.events,
        "entities": len(found.entities),
        "without_entity": found.without_entity,
        "truncated": found.truncated,
        "by_status": dict(found.by_status),
        "by_type": dict(found.by_type),
        "by_code": dict(+found.by_code),
        "ledger": {"invoice": dict(invoices), "effects": {kind: dict(states) for kind, states in sorted(effects.items())}},
    }


INVOICE_WORDS = {"": "none", EffectState.INTENT.value: "unknown"}  # after a crash an intent is as good as unknown


async def _states(store: Store, entities: list[str]) -> list[list[tuple[str, str]]]:
    """Per entity: what kind of effect (the word before the colon of its key) is in which state."""
    async with store.redis.pipeline(transaction=False) as pipe:
        for entity in entities:
            pipe.zrange(keys.effects_by("entity", entity), 0, -1)
        known = [[text(raw) for raw in answer] for answer in await pipe.execute()]
    async with store.redis.pipeline(transaction=False) as pipe:
        for key in (key for each in known for key in each):
            pipe.hget(keys.effect(key), "state")
        states = iter([text(raw) for raw in await pipe.execute()])
    return [[(key.partition(":")[0], next(states)) for key in each] for each in known]


async def start(
    store: Store,
    actor: Actor,
    filters: Filters,
    *,
    rate_per_second: float,
    limit: int,
    reason: str,
    new_id: Callable[[], str],
) -> dict[str, Any]:
    """Pin what the filter finds now and let the workers look at it again at the rate."""
    async with audit.act(store, actor, "replays.start", reason=reason, filters=filters.spoken()) as act:
        found = await find(store, filters, limit=limit)
        replay = await replays.create(
            store,
            replay_id=new_id(),
            entities=found.entities,
            filters=json.dumps(filters.spoken()),
            reason=reason,
            by=actor.name,
            rate_per_second=rate_per_second,
        )
        act.counts = {"events": found.events, "entities": len(found.entities)}
        act.result = f"replay {replay.id}"
    return shown(replay)


def shown(replay: Replay) -> dict[str, Any]:
    """A replay with its progress."""
    fields = asdict(replay)
    fields["filter"] = json.loads(fields.pop("filters"))
    del fields["next_ms"]
    return {**fields, "created_at": iso(fields.pop("created_ms")), "updated_at": iso(fields.pop("updated_ms"))}


async def show(store: Store, replay_id: str) -> dict[str, Any]:
    """A replay, how its entities stand, and what was written in the ledger since. Raises Missing REPLAY_UNKNOWN."""
    replay = await replays.get(store, replay_id)
    if replay is None:
        raise Missing("REPLAY_UNKNOWN", f"there is no replay {replay_id}; finished ones are kept for 30 days.")
    found = await replays.outcome(store, replay)
    written = sum(found.effects.values())
    return {**shown(replay), "outcome": {**asdict(found), "summary": f"{written} effects"}}


async def listed(store: Store, *, limit: int = 50) -> dict[str, Any]:
    return {"replays": [shown(replay) for replay in await replays.listed(store, limit=limit)]}


async def cancel(store: Store, actor: Actor, replay_id: str) -> dict[str, Any]:
    """Stop a running replay; what was released stays released. Raises Missing REPLAY_UNKNOWN, Conflict REPLAY_ENDED."""
    async with audit.act(store, actor, "replays.cancel", target=replay_id) as act:
        if not await replays.cancel(store, replay_id):
            replay = await replays.get(store, replay_id)
            if replay is None:
                raise Missing("REPLAY_UNKNOWN", f"there is no replay {replay_id}; GET /api/replays lists them.")
            if replay.status != ReplayStatus.RUNNING:
                raise Conflict("REPLAY_ENDED", f"the replay is {replay.status.value} already; nothing was stopped.")
        act.counts["replays"] = 1
    return await show(store, replay_id)
