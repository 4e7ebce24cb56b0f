"""One entity's whole story; looking at it now; its dry run; binding an invoice that was made by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from app import queue
from app.operations import audit, ledger, parked, summary
from app.operations.audit import Actor
from app.operations.refusals import FAMILIES, Missing, NoAnswer
from app.operations.times import iso
from app.store import events, keys, marks
from app.store import ledger as effects
from app.store import parked as parking
from app.store.events import EventStatus, NewEvent
from app.store.redis import Store, text
from mappers.canonical import EntityKey
from mappers.errors import OrderbroError

POLL_SECONDS = 0.1
SETTLED = frozenset({EventStatus.PROCESSED, EventStatus.IGNORED, EventStatus.FAILED, EventStatus.DISCARDED})


async def state(store: Store, entity: str) -> dict[str, Any]:
    """What is known of an entity now: `summary`, `mark`, `parked`, `effects`."""
    mark = await marks.state(store, entity)
    record = await parking.get(store, entity)
    known = await effects.of_entity(store, entity)
    newest, _ = await events.search(store, {"entity": entity}, limit=1)
    told = summary.sentence(mark=mark, parked=record, effects=known, last_event=newest[0] if newest else None, now_ms=await store.now_ms())
    shown_mark = None
    if mark is not None:
        shown_mark = asdict(mark)
        shown_mark["due_at"] = iso(shown_mark.pop("due_ms"))
    return {
        "entity": entity,
        "summary": told,
        "mark": shown_mark,
        "parked": parked.shown(record) if record else None,
        "effects": [ledger.shown(effect) for effect in known],
    }


async def connection_of(store: Store, shop: str) -> str:
    """The connection a shop belongs to. Raises Missing SHOP_UNKNOWN."""
    owner = text(await store.redis.get(keys.shop(shop)))
    if not owner:
        raise Missing("SHOP_UNKNOWN", f"no connection has a shop with the key {shop!r}; orderbro connections list shows them.")
    return owner


async def tell(store: Store, entity: EntityKey, *, events_limit: int = 100) -> dict[str, Any]:
    """Everything about one entity: its state, its newest events, its story oldest first. Raises Missing SHOP_UNKNOWN."""
    owner = await connection_of(store, entity.shop)
    newest, _ = await events.search(store, {"entity": str(entity)}, limit=events_limit)
    story = [{**entry, "at": iso(int(entry["at"]))} for entry in await marks.story(store, str(entity))]
    return {
        **await state(store, str(entity)),
        "connection": owner,
        "events": [_brief(event) for event in newest],
        "story": story,
    }


def _brief(event: events.Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "status": event.status,
        "type": event.type,
        "source": event.source,
        "code": event.code,
        "reason": event.reason,
        "received_at": iso(event.received_ms),
        "generation": event.generation,
    }


async def sync(store: Store, actor: Actor, entity: EntityKey, *, new_id: Callable[[], str], wait_seconds: float = 0) -> dict[str, Any]:
    """Look at an entity now. Recorded as an event of its own, so that the story shows who asked.

    With `wait_seconds`, waits that long for the outcome: `settled` says whether it came. Raises Missing SHOP_UNKNOWN.
    """
    async with audit.act(store, actor, "entities.sync", target=str(entity)) as act:
        owner = await connection_of(store, entity.shop)
        durability = await store.durability()
        if not durability.durable:
            raise events.NotDurableError(durability.reason, durability.detail)
        event = NewEvent(
            connection=owner,
            shop=entity.shop,
            sender_id=new_id(),
            type="operator.sync",
            entity=entity,
            body=json.dumps({"by": actor.name}).encode(),
            source="operator",
        )
        recorded = await events.record(store, event, wait_aof=durability.wait_aof)
        act.counts["entities"] = 1
    seen = await _awaited(store, recorded.event_id, seconds=wait_seconds)
    settled = seen is not None and seen.status in SETTLED
    answer: dict[str, Any] = {"event_id": recorded.event_id, "entity": str(entity), "settled": settled}
    if seen is not None:
        answer |= {"status": seen.status, "code": seen.code, "reason": seen.reason}
    return answer | {"state": await state(store, str(entity))} if settled else answer


async def _awaited(store: Store, event_id: str, *, seconds: float) -> events.Event | None:
    event = await events.get(store, event_id)
    for _ in range(int(seconds / POLL_SECONDS)):
        if event is None or event.status in SETTLED:
            break
        await asyncio.sleep(POLL_SECONDS)
        event = await events.get(store, event_id)
    return event


def told(answer: dict[str, Any] | None, *, what: str) -> dict[str, Any]:
    """A worker's answer, with its error raised as what it was. Raises NoAnswer NO_WORKER_ANSWERED."""
    if answer is None:
        raise NoAnswer(
            "NO_WORKER_ANSWERED",
            f"no worker answered {what} in time. Start one with: orderbro work (or orderbro up); if one runs, see GET /health for what it waits for.",
        )
    error = answer.get("error")
    if error:
        family = FAMILIES.get(str(error.get("family")), OrderbroError)
        raise family(str(error.get("code") or "WORKER_FAILED"), str(error.get("message") or "the worker failed; its log has it."))
    return answer


async def preview(store: Store, entity: EntityKey, *, new_id: Callable[[], str], seconds: float) -> dict[str, Any]:
    """What a run would do now, without doing it. Raises Missing SHOP_UNKNOWN, NoAnswer, and whatever the worker met."""
    await connection_of(store, entity.shop)
    return told(await queue.preview(store, entity, new_id=new_id, seconds=seconds), what="the preview")


async def adopt(
    store: Store,
    actor: Actor,
    entity: EntityKey,
    *,
    external_id: str,
    invoice_number: str,
    reason: str,
    new_id: Callable[[], str],
    seconds: float,
) -> dict[str, Any]:
    """Bind an invoice that exists in Hogia to an order, so that none is made. A worker verifies it before it is bound."""
    async with audit.act(
        store, actor, "entities.adopt", target=str(entity), reason=reason, filters={"external_id": external_id, "number": invoice_number}
    ) as act:
        await connection_of(store, entity.shop)
        wish = {"entity": str(entity), "external_id": external_id, "invoice_number": invoice_number, "reason": reason, "by": actor.name}
        answer = await queue.ask(store, queue.Task.ADOPT, json.dumps(wish), request_id=new_id(), seconds=seconds)
        found = told(answer, what="the adoption")
        act.counts["entities"] = 1
    return found
