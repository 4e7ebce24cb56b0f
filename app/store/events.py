"""Events: one received notification each, recorded once with its raw bytes, indexed for operators, pruned by age."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.store import keys
from app.store.redis import Store, text, texts
from app.store.together import FsyncLateError
from mappers.canonical import EntityKey


class EventStatus(StrEnum):
    RECEIVED = "received"
    PROCESSED = "processed"
    IGNORED = "ignored"
    FAILED = "failed"
    RETRYING = "retrying"
    DISCARDED = "discarded"


UNSETTLED = frozenset({EventStatus.RECEIVED, EventStatus.RETRYING, EventStatus.FAILED})
FILTERS = ("status", "connection", "shop", "kind", "entity", "type", "code")


class NotDurableError(Exception):
    """The server answered, but what it acknowledged is not safe."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """What the door knows of a notification. `sender_id` is the sender's own event id (`webhook-id`)."""

    connection: str
    shop: str
    sender_id: str
    type: str
    entity: EntityKey | None
    body: bytes
    status: EventStatus = EventStatus.RECEIVED
    code: str = ""
    reason: str = ""
    occurred_at: str = ""
    source: str = "prestashop"
    hint: str = ""  # what the notice claims, `state=2`: a reason to look twice, never the truth

    @property
    def id(self) -> str:
        """Derived from the sender and its id, so that the event itself is the memory of having been seen."""
        return "evt_" + hashlib.sha256(f"{self.source}\n{self.shop or self.connection}\n{self.sender_id}".encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The answer to the sender: which event it is, and whether this was the first time."""

    event_id: str
    first: bool
    status: str
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A stored event as operators see it; `body` stays in the store."""

    id: str
    status: str
    connection: str
    shop: str
    kind: str
    entity: str
    type: str
    source: str
    code: str
    reason: str
    received_ms: int
    updated_ms: int
    occurred_at: str
    sender_id: str
    generation: int
    duplicates: int
    body_sha256: str

    @classmethod
    def read(cls, event_id: str, fields: Mapping[str, str]) -> Event:
        def number(name: str) -> int:
            return int(fields.get(name) or 0)

        def word(name: str) -> str:
            return fields.get(name, "")

        return cls(
            id=event_id,
            status=word("status"),
            connection=word("connection"),
            shop=word("shop"),
            kind=word("kind"),
            entity=word("entity"),
            type=word("type"),
            source=word("source"),
            code=word("code"),
            reason=word("reason"),
            occurred_at=word("occurred_at"),
            sender_id=word("sender_id"),
            body_sha256=word("sha256"),
            received_ms=number("received_ms"),
            updated_ms=number("updated_ms"),
            generation=number("generation"),
            duplicates=number("duplicates"),
        )


async def record(store: Store, event: NewEvent, *, wait_aof: bool = False, delay_ms: int = 0, now_ms: int = 0) -> Recorded:
    """Record once, raise the entity's mark, index and wake a worker: one script, durable when this returns.

    Raises redis's errors, and `NotDurableError` when the fsync that was waited for did not come.
    """
    fields = {
        "status": event.status.value,
        "connection": event.connection,
        "shop": event.shop,
        "kind": event.entity.kind.value if event.entity else "",
        "entity": str(event.entity) if event.entity else "",
        "type": event.type,
        "source": event.source,
        "code": event.code,
        "reason": event.reason,
        "occurred_at": event.occurred_at,
        "sender_id": event.sender_id,
        "sha256": hashlib.sha256(event.body).hexdigest(),
        "body": event.body,
        "schema": "1",
    }
    marks = event.entity if event.status == EventStatus.RECEIVED else None
    args: list[str | bytes | int] = [now_ms, event.id, str(marks) if marks else "", event.hint, delay_ms]
    for name, value in fields.items():
        args += [name, value]
    try:
        answer = await store.scripts.record(args=args, fsync=wait_aof)
    except FsyncLateError:
        raise NotDurableError("REDIS_FSYNC_LATE", "the server did not write the event to disk within a second") from None
    first, status, generation = answer
    return Recorded(event_id=event.id, first=bool(int(first)), status=text(status), generation=int(generation))


async def get(store: Store, event_id: str) -> Event | None:
    """One event, or None."""
    fields = await store.redis.hgetall(keys.event(event_id))
    return Event.read(event_id, _without_body(fields)) if fields else None


def _without_body(fields: Mapping[bytes, bytes]) -> dict[str, str]:
    """A stored event as text; its body may be any bytes."""
    return texts({name: value for name, value in fields.items() if name != b"body"})


async def body(store: Store, event_id: str) -> bytes:
    """The raw bytes as they were received; empty once pruned."""
    value = await store.redis.hget(keys.event(event_id), "body")
    return bytes(value or b"")


async def search(
    store: Store, filters: Mapping[str, str], *, from_ms: int | None = None, to_ms: int | None = None, cursor: str = "", limit: int = 50
) -> tuple[list[Event], str]:
    """Newest first. Answers a page and the cursor of the next one (empty at the end).

    The smallest index among the filters is walked and the others are checked on the records.
    """
    wanted = {name: value for name, value in filters.items() if value}
    index = keys.EVENTS
    if wanted:
        names = list(wanted)
        async with store.redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.zcard(keys.events_by(name, wanted[name]))
            sizes = await pipe.execute()
        index = keys.events_by(names[sizes.index(min(sizes))], wanted[names[sizes.index(min(sizes))]])
    highest: str | float = to_ms if to_ms is not None else "+inf"
    lowest: str | float = from_ms if from_ms is not None else "-inf"
    after = ""
    if cursor:
        at, _, after = cursor.partition(".")
        highest = int(at)
    found: list[Event] = []
    offset, page = 0, max(limit * 2, 100)
    while True:
        ids = [text(i) for i in await store.redis.zrevrangebyscore(index, highest, lowest, start=offset, num=page)]
        async with store.redis.pipeline(transaction=False) as pipe:
            for event_id in ids:
                pipe.hgetall(keys.event(event_id))
            records = await pipe.execute()
        for event_id, record_ in zip(ids, records, strict=True):
            fields = _without_body(record_)
            if not fields:
                continue
            if after and fields["received_ms"] == str(highest) and event_id >= after:
                continue
            if all(fields.get(name) == value for name, value in wanted.items()):
                found.append(Event.read(event_id, fields))
                if len(found) > limit:
                    last = found[limit - 1]
                    return found[:limit], f"{last.received_ms}.{last.id}"
        if len(ids) < page:
            return found, ""
        offset += page


async def discard(store: Store, event_id: str, reason: str) -> str:
    """Put an event aside; answers the status it had, or `missing`."""
    answer = [text(part) for part in await store.scripts.discard(args=[0, event_id, reason])]
    return answer[-1]


async def prune(store: Store, *, before_ms: int, limit: int = 500) -> int:
    """Delete settled events older than `before_ms`; what is not settled stays. Answers how many went."""
    gone = kept = 0
    while gone < limit:
        page = [text(raw) for raw in await store.redis.zrangebyscore(keys.EVENTS, "-inf", before_ms, start=kept, num=min(limit, 100))]
        for event_id in page:
            event = await get(store, event_id)
            if event is not None and event.status in UNSETTLED:
                kept += 1
                continue
            async with store.redis.pipeline(transaction=True) as pipe:
                pipe.zrem(keys.EVENTS, event_id)
                if event is not None:
                    for name in FILTERS:
                        value = getattr(event, name)
                        if value:
                            pipe.zrem(keys.events_by(name, value), event_id)
                pipe.delete(keys.event(event_id))
                await pipe.execute()
            gone += 1
        if len(page) < min(limit, 100):
            break
    return gone
