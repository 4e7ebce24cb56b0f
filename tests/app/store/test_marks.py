"""Marks one by one: what a claim, a settlement, an expiry and a tick leave behind."""

from __future__ import annotations

import pytest

from app.store import events, keys, marks, parked
from app.store.events import NewEvent
from app.store.marks import Claim, NoClaim, Outcome, Settlement
from app.store.redis import Store, text
from mappers.canonical import EntityKey

NOW = 1_700_000_000_000
ENTITY = "acme-se/order/42"
DONE = Settlement(outcome=Outcome.DONE, status="processed")
RETRY = Settlement(outcome=Outcome.RETRY, status="retrying", wait_ms=5000)
PARK = Settlement(outcome=Outcome.PARK, status="failed", code="TOTAL_MISMATCH", reason="it does not add up", detail="{}")


async def claim(store: Store, entity: str = ENTITY, *, now_ms: int = NOW) -> Claim:
    found = await marks.claim(store, entity, owner="w", lease_seconds=30, now_ms=now_ms)
    assert isinstance(found, Claim), found
    return found


async def why_not(store: Store, *, now_ms: int = NOW) -> str:
    found = await marks.claim(store, ENTITY, owner="w", lease_seconds=30, now_ms=now_ms)
    assert isinstance(found, NoClaim), found
    return found.why


async def queued(store: Store) -> list[str]:
    return [text(job) for job in await store.redis.zrange(keys.QUEUE, 0, -1)]


async def notice(store: Store, number: int, *, now_ms: int = NOW) -> str:
    event = NewEvent(
        connection="acme", shop="acme-se", sender_id=str(number), type="order.updated", entity=EntityKey.parse(ENTITY), body=b"{}"
    )
    return (await events.record(store, event, now_ms=now_ms)).event_id


async def test_claim_says_why_there_is_nothing_to_do(store: Store) -> None:
    assert await why_not(store) == "clean"
    await marks.mark(store, [ENTITY], now_ms=NOW)
    held = await claim(store)
    assert await why_not(store) == "busy"
    await marks.settle(store, held, RETRY, now_ms=NOW)
    assert await why_not(store) == "early"
    again = await claim(store, now_ms=NOW + 5000)
    await marks.settle(store, again, PARK, now_ms=NOW + 5000)
    assert await why_not(store, now_ms=NOW + 5000) == "parked"


async def test_newer_mark_during_a_run_runs_again(store: Store) -> None:
    await marks.mark(store, [ENTITY], now_ms=NOW)
    held = await claim(store)
    await marks.mark(store, [ENTITY], now_ms=NOW + 10)

    assert await marks.settle(store, held, DONE, now_ms=NOW + 20) == "due"

    assert (await claim(store, now_ms=NOW + 20)).generation == 2


@pytest.mark.parametrize("outcome", [RETRY, PARK])
async def test_newer_mark_during_a_run_that_fails_runs_again_at_once(store: Store, outcome: Settlement) -> None:
    await marks.mark(store, [ENTITY], now_ms=NOW)
    held = await claim(store)
    await marks.mark(store, [ENTITY], now_ms=NOW + 10)

    assert await marks.settle(store, held, outcome, now_ms=NOW + 20) == "due"

    assert (await claim(store, now_ms=NOW + 20)).generation == 2


async def test_parked_entity_runs_again_on_a_new_event_as_if_it_were_its_first(store: Store) -> None:
    await notice(store, 1)
    await marks.settle(store, await claim(store), PARK, now_ms=NOW)
    assert await parked.get(store, ENTITY) is not None

    await notice(store, 2, now_ms=NOW + 90_000)

    held = await claim(store, now_ms=NOW + 90_000)
    assert (held.tries, held.failing_ms, held.since_ms) == (1, None, NOW + 90_000)
    assert await parked.get(store, ENTITY) is None
    assert await store.redis.zcard(keys.PARKED) == 0
    await marks.settle(store, held, DONE, now_ms=NOW + 90_000)
    found, _ = await events.search(store, {"status": "processed"})
    assert len(found) == 2


async def test_uncounted_wait_is_no_try_and_no_failure(store: Store) -> None:
    await marks.mark(store, [ENTITY], now_ms=NOW)
    for _ in range(3):
        held = await claim(store)
        await marks.settle(store, held, Settlement(outcome=Outcome.RETRY, status="retrying", counted=False), now_ms=NOW)

    held = await claim(store)
    assert (held.tries, held.failing_ms, held.unsettled) == (1, None, 1)


async def test_expired_lease_is_taken_over_with_a_higher_fence(store: Store) -> None:
    await marks.mark(store, [ENTITY], now_ms=NOW)
    old = await claim(store)
    assert await marks.tick(store, now_ms=NOW + 31_000) == (1, 1, 1)

    new = await claim(store, now_ms=NOW + 31_000)

    assert new.fence > old.fence
    assert new.unsettled == 2
    assert await marks.settle(store, old, DONE, now_ms=NOW + 31_000) == "lost"
    assert await marks.renew(store, {ENTITY: old.fence}, lease_seconds=30, now_ms=NOW + 31_000) == {ENTITY}
    assert await marks.settle(store, new, DONE, now_ms=NOW + 31_000) == "settled"


async def test_run_that_outlives_its_lease_unclaimed_may_still_settle(store: Store) -> None:
    await marks.mark(store, [ENTITY], now_ms=NOW)
    held = await claim(store)
    await marks.tick(store, now_ms=NOW + 31_000)

    assert await marks.settle(store, held, DONE, now_ms=NOW + 32_000) == "settled"
    assert await why_not(store, now_ms=NOW + 32_000) == "clean"
    assert await store.redis.zcard(keys.DUE) == 0


async def test_settlement_that_is_repeated_changes_nothing(store: Store) -> None:
    """The answer to the first was lost with the connection; or the worker was stopped right behind it."""
    await marks.mark(store, [ENTITY], now_ms=NOW)
    held = await claim(store)
    await marks.settle(store, held, DONE, now_ms=NOW)

    assert await marks.settle(store, held, RETRY, now_ms=NOW) == "again"
    assert await store.redis.zcard(keys.DUE) == 0
    assert await why_not(store) == "clean"


async def test_first_crash_is_repeated_at_once_and_suspects_are_kept_apart(store: Store) -> None:
    """What kills a worker three times in a row does not meet the same neighbours a fourth time."""
    entities = [f"acme-se/order/{number}" for number in range(4)]
    await marks.mark(store, entities, now_ms=NOW)
    now = NOW
    for _ in range(2):
        for entity in entities:
            await claim(store, entity, now_ms=now)
        now += 31_000
        assert await marks.tick(store, now_ms=now) == (4, 4, 4)

    for entity in entities:
        await claim(store, entity, now_ms=now)
    now += 31_000
    assert await marks.tick(store, now_ms=now) == (4, 1, 1)

    due = await store.redis.zrange(keys.DUE, 0, -1, withscores=True)
    assert [score - now for _, score in due] == [0, 500, 1000, 1500]


@pytest.mark.parametrize("jobs_too", [True, False])
async def test_tick_finds_what_has_no_wake_up(store: Store, *, jobs_too: bool) -> None:
    """Whether the queue alone was lost or the jobs with it."""
    await marks.mark(store, [ENTITY], now_ms=NOW)
    before = await queued(store)
    await store.redis.delete(keys.QUEUE, *(f"arq:job:{job}" for job in before if jobs_too))

    assert await marks.tick(store, now_ms=NOW) == (0, 1, 1)
    assert await queued(store) == before


async def test_tick_wakes_once(store: Store) -> None:
    await marks.mark(store, [ENTITY], now_ms=NOW)

    assert await marks.tick(store, now_ms=NOW) == (0, 0, 1)
    assert len(await queued(store)) == 1


async def test_wake_up_that_an_executor_took_to_its_grave_is_replaced(store: Store) -> None:
    await marks.mark(store, [ENTITY], now_ms=NOW)
    (job,) = await queued(store)
    await store.redis.set(f"arq:in-progress:{job}", "1")

    assert await marks.tick(store, now_ms=NOW) == (0, 0, 1)
    assert await marks.tick(store, now_ms=NOW + 4000) == (0, 0, 1)
    assert await marks.tick(store, now_ms=NOW + 6000) == (0, 1, 1)
    assert len(await queued(store)) == 2


async def test_dropped_entity_is_left_alone_until_something_new_comes(store: Store) -> None:
    event_id = await notice(store, 1)
    await marks.settle(store, await claim(store), PARK, now_ms=NOW)

    assert await marks.drop(store, ENTITY, why="a test order")

    event = await events.get(store, event_id)
    assert event is not None
    assert event.status == "discarded"
    assert await why_not(store) == "clean"
    assert not await marks.drop(store, ENTITY, why="twice")
    await notice(store, 2, now_ms=NOW + 1000)
    assert (await claim(store, now_ms=NOW + 1000)).generation == 2


async def test_hints_reach_the_run_and_go_with_it(store: Store) -> None:
    await marks.mark(store, [ENTITY], hint="state=2", now_ms=NOW)
    await marks.mark(store, [ENTITY], hint="sweep", now_ms=NOW)
    held = await claim(store)
    assert held.hints == {"state=2", "sweep"}

    await marks.settle(store, held, DONE, now_ms=NOW)
    await marks.mark(store, [ENTITY], now_ms=NOW)

    assert (await claim(store)).hints == frozenset()
