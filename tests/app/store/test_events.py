"""Events: recorded once with their mark and indexes, found by every filter, put aside, and deleted when they are old and settled."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from redis.exceptions import ResponseError

from app.store import events, keys, marks
from app.store.events import EventStatus, NewEvent
from app.store.marks import Claim, Outcome, Settlement
from app.store.redis import Store, text
from mappers.canonical import EntityKey, Kind

NOW = 1_700_000_000_000  # long ago: what is recorded then is due now


def new(number: int = 1, *, order: int = 42, **more: object) -> NewEvent:
    event = NewEvent(
        connection="acme",
        shop="acme-se",
        sender_id=f"msg-{number}",
        type="order.state_changed",
        entity=EntityKey(shop="acme-se", kind=Kind.ORDER, id=str(order)),
        body=b'{"type": "order.state_changed"}',
    )
    return replace(event, **more)


async def settle(store: Store, order: int, outcome: Outcome, status: str, code: str = "") -> None:
    claim = await marks.claim(store, f"acme-se/order/{order}", owner="w", lease_seconds=30)
    assert isinstance(claim, Claim)
    await marks.settle(store, claim, Settlement(outcome=outcome, status=status, code=code))


async def indexed(store: Store, event_id: str) -> set[str]:
    """The event indexes that have this event."""
    names = await store.redis.keys(f"{keys.PREFIX}events*")
    return {text(name).removeprefix(keys.PREFIX) for name in names if await store.redis.zscore(name, event_id) is not None}


async def test_event_is_recorded_with_mark_and_every_index(store: Store) -> None:
    recorded = await events.record(store, new())

    assert (recorded.first, recorded.generation) == (True, 1)
    assert await indexed(store, recorded.event_id) == {
        "events",
        "events:status:received",
        "events:connection:acme",
        "events:shop:acme-se",
        "events:kind:order",
        "events:entity:acme-se/order/42",
        "events:type:order.state_changed",
    }
    assert await store.redis.zscore(keys.pending("acme-se/order/42"), recorded.event_id) == 1


async def test_repeated_event_is_answered_with_the_first_and_counted(store: Store) -> None:
    first = await events.record(store, new())

    again = await asyncio.gather(*(events.record(store, new()) for _ in range(5)))

    assert {(r.event_id, r.first, r.generation) for r in again} == {(first.event_id, False, 1)}
    event = await events.get(store, first.event_id)
    assert event is not None
    assert event.duplicates == 5
    mark = await marks.state(store, "acme-se/order/42")
    assert mark is not None
    assert mark.generation == 1


async def test_same_id_of_two_shops_is_two_events(store: Store) -> None:
    one = await events.record(store, new())
    other = await events.record(store, new(shop="acme-no"))

    assert one.event_id != other.event_id
    assert other.first


@pytest.mark.parametrize(
    "broken", ["mark:acme-se/order/42", "pending:acme-se/order/42", "events", "events:status:received", "events:type:order.state_changed"]
)
async def test_script_error_half_way_leaves_no_seen(store: Store, broken: str) -> None:
    """Lua rolls nothing back: what says "seen" is written last, so a repeat is recorded."""
    await store.redis.set(f"{keys.PREFIX}{broken}", "of the wrong kind")
    with pytest.raises(ResponseError):
        await events.record(store, new())
    assert await events.get(store, new().id) is None
    await store.redis.delete(f"{keys.PREFIX}{broken}")

    recorded = await events.record(store, new())

    assert recorded.first
    assert (await events.search(store, {"status": "received"}))[0][0].id == recorded.event_id


async def test_event_without_entity_raises_no_mark(store: Store) -> None:
    recorded = await events.record(store, new(entity=None, status=EventStatus.IGNORED, code="TYPE_UNKNOWN"))

    assert recorded.generation == 0
    assert await store.redis.zcard(keys.DUE) == 0
    assert (await events.search(store, {"code": "TYPE_UNKNOWN"}))[0][0].id == recorded.event_id


async def test_body_of_any_bytes_is_kept(store: Store) -> None:
    recorded = await events.record(store, new(body=b"\xff\x00\xfe"))

    assert await events.body(store, recorded.event_id) == b"\xff\x00\xfe"
    assert await events.get(store, recorded.event_id) is not None


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [1, 2, 3, 4]),
        ({"status": "failed"}, [2]),
        ({"status": "processed"}, [1]),
        ({"connection": "acme"}, [1, 2, 3, 4]),
        ({"shop": "acme-no"}, [3]),
        ({"kind": "product"}, [4]),
        ({"entity": "acme-se/order/2"}, [2]),
        ({"type": "product.saved"}, [4]),
        ({"code": "TOTAL_MISMATCH"}, [2]),
        ({"shop": "acme-se", "status": "received"}, [4]),
        ({"shop": "acme-no", "status": "failed"}, []),
        ({"status": ""}, [1, 2, 3, 4]),
        ({"code": "NEVER_HEARD_OF"}, []),
    ],
)
async def test_search_finds_by_every_filter(store: Store, filters: dict[str, str], found: list[int]) -> None:
    await events.record(store, new(1, order=1))
    await events.record(store, new(2, order=2))
    await events.record(store, new(3, shop="acme-no", entity=EntityKey(shop="acme-no", kind=Kind.ORDER, id="3")))
    await events.record(store, new(4, type="product.saved", entity=EntityKey(shop="acme-se", kind=Kind.PRODUCT, id="4")))
    await settle(store, 1, Outcome.DONE, "processed")
    await settle(store, 2, Outcome.PARK, "failed", "TOTAL_MISMATCH")

    page, cursor = await events.search(store, filters)

    assert sorted(int(event.sender_id.removeprefix("msg-")) for event in page) == found
    assert cursor == ""


async def test_search_is_newest_first_within_times(store: Store) -> None:
    for number in range(5):
        await events.record(store, new(number), now_ms=NOW + number * 1000)

    page, _ = await events.search(store, {}, from_ms=NOW + 1000, to_ms=NOW + 3000)

    assert [event.received_ms - NOW for event in page] == [3000, 2000, 1000]


@pytest.mark.parametrize("filters", [{}, {"shop": "acme-se"}, {"shop": "acme-se", "type": "order.state_changed"}])
async def test_cursor_walks_over_equal_times_without_a_gap_or_a_repeat(store: Store, filters: dict[str, str]) -> None:
    sent = [new(number, order=number) for number in range(23)]
    for number, event in enumerate(sent):
        await events.record(store, event, now_ms=NOW + number // 10)

    seen: list[str] = []
    cursor = "start"
    while cursor:
        page, cursor = await events.search(store, filters, cursor="" if cursor == "start" else cursor, limit=4)
        seen += [event.id for event in page]

    assert len(seen) == len(set(seen)) == 23
    assert set(seen) == {event.id for event in sent}


async def test_event_that_arrives_between_two_pages_repeats_nothing(store: Store) -> None:
    for number in range(8):
        await events.record(store, new(number), now_ms=NOW + number)
    first, cursor = await events.search(store, {}, limit=4)
    await events.record(store, new(99), now_ms=NOW + 99)

    second, _ = await events.search(store, {}, cursor=cursor, limit=4)

    assert [event.sender_id for event in (*first, *second)] == [f"msg-{number}" for number in reversed(range(8))]


async def test_discarded_event_stays_discarded(store: Store) -> None:
    recorded = await events.record(store, new())

    assert await events.discard(store, recorded.event_id, "a test order") == "received"
    await settle(store, 42, Outcome.DONE, "processed")

    event = await events.get(store, recorded.event_id)
    assert event is not None
    assert (event.status, event.reason) == ("discarded", "a test order")
    assert await events.discard(store, recorded.event_id, "again") == "discarded"
    assert await events.discard(store, "evt_unknown", "x") == "missing"
    assert await store.redis.zcard(keys.pending("acme-se/order/42")) == 0


async def test_prune_deletes_what_is_old_and_settled_with_its_indexes(store: Store) -> None:
    done = await events.record(store, new(1, order=1), now_ms=NOW)
    await settle(store, 1, Outcome.DONE, "processed")
    young = await events.record(store, new(2, order=2), now_ms=NOW + 1000)

    gone = await events.prune(store, before_ms=NOW + 500)

    assert gone == 1
    assert await events.get(store, done.event_id) is None
    assert await indexed(store, done.event_id) == set()
    assert await events.get(store, young.event_id) is not None


@pytest.mark.parametrize("outcome", [Outcome.RETRY, Outcome.PARK, None])
async def test_prune_leaves_what_is_not_settled(store: Store, outcome: Outcome | None) -> None:
    recorded = await events.record(store, new(), now_ms=NOW)
    if outcome is not None:
        await settle(store, 42, outcome, {Outcome.RETRY: "retrying", Outcome.PARK: "failed"}[outcome])

    assert await events.prune(store, before_ms=NOW + 500) == 0
    assert await events.get(store, recorded.event_id) is not None


async def test_prune_gets_past_what_it_must_leave(store: Store) -> None:
    """Many old events that wait for a person do not keep the settled ones behind them for ever."""
    for number in range(6):
        await events.record(store, new(number, order=number), now_ms=NOW + number)
    await settle(store, 5, Outcome.DONE, "processed")

    assert await events.prune(store, before_ms=NOW + 500, limit=3) == 1
