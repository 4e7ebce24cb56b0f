"""Taking work: whatever has been due longest is claimed with its wake-up, and waiting jobs are taken once."""

from __future__ import annotations

from app.store import keys, marks
from app.store.marks import Claim, NoClaim
from app.store.redis import Store

NOW = 1_800_000_000_000


async def raised(store: Store, *entities: str) -> None:
    for at, entity in enumerate(entities):
        await store.scripts.mark(args=[NOW + at, "", "", entity])


async def due(store: Store, *, now_ms: int = NOW + 1000) -> Claim | None:
    return await marks.claim_due(store, owner="w", lease_seconds=30, now_ms=now_ms)


async def test_what_has_been_due_longest_is_claimed_first(store: Store) -> None:
    await raised(store, "s/order/2", "s/order/3", "s/order/1")

    claimed = [await due(store) for _ in range(4)]

    assert [claim.entity if claim else None for claim in claimed] == ["s/order/2", "s/order/3", "s/order/1", None]


async def test_a_claim_takes_its_wake_up_out_of_the_queue(store: Store) -> None:
    await raised(store, "s/order/1", "s/order/2")

    await due(store)

    assert await store.redis.zrange(keys.QUEUE, 0, -1) == [b"process:s/order/2:1:0"]


async def test_an_executor_that_was_taking_the_wake_up_still_finds_the_job_and_nothing_to_claim(store: Store) -> None:
    await raised(store, "s/order/1")

    await due(store)

    assert await store.redis.get("arq:job:process:s/order/1:1:0") is not None
    assert 0 < await store.redis.pttl("arq:job:process:s/order/1:1:0") <= 60_000
    again = await marks.claim(store, "s/order/1", owner="x", lease_seconds=30, now_ms=NOW + 1000)
    assert again == NoClaim(why="busy")


async def test_the_claim_is_the_same_as_one_that_was_asked_for_by_name(store: Store) -> None:
    await store.scripts.mark(args=[NOW, "state=2", "", "s/order/1", "s/order/2"])

    by_turn = await due(store)
    by_name = await marks.claim(store, "s/order/2", owner="w", lease_seconds=30, now_ms=NOW + 1000)

    assert isinstance(by_name, Claim)
    assert isinstance(by_turn, Claim)
    assert (by_turn.fence, by_turn.generation, by_turn.tries, by_turn.since_ms, by_turn.hints, by_turn.unsettled) == (
        by_name.fence,
        by_name.generation,
        by_name.tries,
        by_name.since_ms,
        by_name.hints,
        by_name.unsettled,
    )


async def test_what_is_not_due_yet_is_left_alone(store: Store) -> None:
    await raised(store, "s/order/1")
    await store.redis.zadd(keys.DUE, {"s/order/1": NOW + 5000})

    assert await due(store) is None


async def test_a_waiting_job_is_taken_by_one_executor_only(store: Store) -> None:
    await raised(store, *(f"s/order/{number}" for number in range(5)))
    waiting = await store.redis.zrange(keys.QUEUE, 0, -1)

    first = await marks.take(store, waiting, most=3, milliseconds=60_000)
    second = await marks.take(store, waiting, most=3, milliseconds=60_000)

    assert [job for job, _ in first + second] == [name.decode() for name in waiting]
    assert await marks.take(store, waiting, most=3, milliseconds=60_000) == []


async def test_a_job_that_left_the_queue_is_not_taken(store: Store) -> None:
    await raised(store, "s/order/1")

    assert await marks.take(store, [b"process:s/order/9:1:0"], most=5, milliseconds=60_000) == []


async def test_no_slot_takes_nothing(store: Store) -> None:
    await raised(store, "s/order/1")

    assert await marks.take(store, await store.redis.zrange(keys.QUEUE, 0, -1), most=0, milliseconds=60_000) == []
