"""Events as operators see them; looking again at what one was about; putting one aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from app.operations import audit, entities
from app.operations.audit import Actor
from app.operations.refusals import Conflict, Missing
from app.operations.times import iso
from app.store import events, marks
from app.store.events import Event
from app.store.redis import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which events: `fields` by the names of `events.FILTERS`; times in milliseconds since 1970, both inclusive."""

    fields: Mapping[str, str] = field(default_factory=dict)
    from_ms: int | None = None
    to_ms: int | None = None

    def spoken(self) -> dict[str, Any]:
        """For the audit stream and a replay's record."""
        times = {"from": iso(self.from_ms), "to": iso(self.to_ms)}
        return {name: value for name, value in {**self.fields, **times}.items() if value}


def shown(event: Event) -> dict[str, Any]:
    """An event without its body."""
    fields = asdict(event)
    return {**fields, "received_at": iso(fields.pop("received_ms")), "updated_at": iso(fields.pop("updated_ms"))}


async def page(store: Store, filters: Filters, *, cursor: str = "", limit: int = 50) -> dict[str, Any]:
    """Newest first: `events`, and the `cursor` of the next page (empty at the end)."""
    found, following = await events.search(store, filters.fields, from_ms=filters.from_ms, to_ms=filters.to_ms, cursor=cursor, limit=limit)
    return {"events": [shown(event) for event in found], "cursor": following}


async def _existing(store: Store, event_id: str) -> Event:
    event = await events.get(store, event_id)
    if event is None:
        raise Missing(
            "EVENT_UNKNOWN", f"there is no event {event_id}; it may be older than the retention time. GET /api/events lists them."
        )
    return event


async def show(store: Store, event_id: str, *, body: bool = False) -> dict[str, Any]:
    """An event with what is known of its entity; with `body`, the notice's bytes as text. Raises Missing EVENT_UNKNOWN."""
    event = await _existing(store, event_id)
    answer: dict[str, Any] = {**shown(event), "entity_state": await entities.state(store, event.entity) if event.entity else None}
    if body:
        answer["body"] = (await events.body(store, event_id)).decode(errors="replace")
    return answer


async def replay(store: Store, actor: Actor, event_id: str, *, reason: str) -> dict[str, Any]:
    """Look at the event's entity again. The ledger decides what is still to be done, so repeating a done event does nothing.

    Raises Missing EVENT_UNKNOWN, Conflict EVENT_WITHOUT_ENTITY.
    """
    async with audit.act(store, actor, "events.replay", target=event_id, reason=reason) as act:
        event = await _existing(store, event_id)
        if not event.entity:
            raise Conflict(
                "EVENT_WITHOUT_ENTITY",
                f"the event names no entity, so there is nothing to look at again ({event.code}: {event.reason})",
            )
        why = f"replay of {event_id} by {actor.name}: {reason}" if reason else f"replay of {event_id} by {actor.name}"
        generation = await marks.release(store, event.entity, why=why)
        act.counts["entities"] = 1
    return {"event_id": event_id, "entity": event.entity, "generation": generation}


async def discard(store: Store, actor: Actor, event_id: str, *, reason: str) -> dict[str, Any]:
    """Put an event aside; its entity keeps its mark. Raises Missing EVENT_UNKNOWN."""
    async with audit.act(store, actor, "events.discard", target=event_id, reason=reason) as act:
        await _existing(store, event_id)
        before = await events.discard(store, event_id, f"{reason} ({actor.name})")
        act.counts["events"] = int(before != events.EventStatus.DISCARDED)
    return {"event_id": event_id, "status": events.EventStatus.DISCARDED.value, "status_before": before}
