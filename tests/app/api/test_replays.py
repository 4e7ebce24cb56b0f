"""Bulk replay: planned, carried out at a rate behind fresh work, survived, cancelled, and without effect on what is done."""

from __future__ import annotations

import asyncio

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from app.store import keys, marks, replays
from app.store.ledger import EffectState
from app.store.redis import Store
from tests.app.api.conftest import Client, Recorder, Runner
from workers.tasks.replays import BACKLOG, advance


def order(number: int) -> str:
    return f"acme-se/order/{number}"


async def done_orders(record: Recorder, run: Runner, *numbers: int) -> None:
    for number in numbers:
        await record(number)
        await run(order(number), effects={f"invoice:{order(number)}": EffectState.CONFIRMED})


async def started(operator: Client, **more: object) -> str:
    answer = await operator.post("/api/events/replay", json={"reason": "settings corrected", "rate_per_second": 100, **more})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def due(store: Store) -> int:
    return int(await store.redis.zcard(keys.DUE))


async def drain(store: Store, run: Runner) -> int:
    """Every due entity runs and finds nothing to do, as a worker does with what the ledger has confirmed."""
    entities = [raw.decode() for raw in await store.redis.zrange(keys.DUE, 0, -1)]
    for entity in entities:
        await run(entity)
    return len(entities)


async def test_a_dry_run_counts_and_asks_the_ledger_and_marks_nothing(
    operator: Client, store: Store, record: Recorder, run: Runner
) -> None:
    await done_orders(record, run, 1)
    await record(1, type="order.refunded")
    await record(2)
    await run(order(2), effects={f"invoice:{order(2)}": EffectState.UNKNOWN})
    await record(3)
    await run(order(3), outcome=marks.Outcome.PARK, status="failed", code="ARTICLE_MISSING", reason="why")
    await record(None)
    before = await due(store)

    plan = (await operator.post("/api/events/replay", json={"filter": {"connection": "acme"}, "dry_run": True})).json()

    assert (plan["events"], plan["entities"], plan["without_entity"], plan["truncated"]) == (5, 3, 1, False)
    assert plan["by_status"] == {"processed": 2, "failed": 2, "received": 1}
    assert plan["by_type"] == {"order.updated": 4, "order.refunded": 1}
    assert plan["by_code"] == {"ARTICLE_MISSING": 1, "NOTICE_UNREADABLE": 1}
    assert plan["ledger"]["invoice"] == {"confirmed": 1, "unknown": 1, "failed": 0, "none": 1}
    assert plan["ledger"]["effects"] == {"invoice": {"confirmed": 1, "unknown": 1}}
    assert await due(store) == before
    assert (await operator.get("/api/replays")).json() == {"replays": []}


async def test_a_plan_says_when_the_limit_left_something_out(operator: Client, record: Recorder) -> None:
    for number in range(4):
        await record(number)

    plan = (await operator.post("/api/events/replay", json={"dry_run": True, "limit": 3})).json()

    assert (plan["entities"], plan["truncated"]) == (3, True)


async def test_a_replay_needs_a_reason(operator: Client) -> None:
    answer = await operator.post("/api/events/replay", json={"filter": {}})

    assert answer.status_code == 400
    assert "reason" in answer.json()["detail"]


async def test_replaying_what_is_done_leaves_no_effect(operator: Client, store: Store, record: Recorder, run: Runner) -> None:
    await done_orders(record, run, *range(5))
    await asyncio.sleep(0.002)  # the store counts in milliseconds: what was written in the replay's own would count as written since
    replay_id = await started(operator, filter={"status": "processed"})
    now = (await store.now_ms()) / 1000

    marked = await advance(store, owner="w", now=now + 1)
    await drain(store, run)

    shown = (await operator.get(f"/api/replays/{replay_id}")).json()
    assert (marked, shown["status"], shown["released"], shown["total"]) == (5, "done", 5, 5)
    assert (shown["outcome"]["settled"], shown["outcome"]["effects"], shown["outcome"]["summary"]) == (5, {}, "0 effects")


async def test_what_a_replay_brings_about_is_counted(operator: Client, store: Store, record: Recorder, run: Runner) -> None:
    await record(1)
    await run(order(1), outcome=marks.Outcome.PARK, status="failed", code="ARTICLE_MISSING", reason="why")
    replay_id = await started(operator, filter={"code": "ARTICLE_MISSING"})
    await advance(store, owner="w", now=(await store.now_ms()) / 1000)

    await run(order(1), effects={f"invoice:{order(1)}": EffectState.CONFIRMED})

    outcome = (await operator.get(f"/api/replays/{replay_id}")).json()["outcome"]
    assert (outcome["effects"], outcome["summary"]) == ({"confirmed": 1}, "1 effects")


async def test_the_rate_is_never_exceeded_however_often_or_seldom_it_is_advanced(
    operator: Client, store: Store, record: Recorder, run: Runner
) -> None:
    for number in range(40):
        await record(number)
    await drain(store, run)
    replay_id = await started(operator, rate_per_second=4)
    replay = await replays.get(store, replay_id)
    assert replay is not None
    start = replay.created_ms / 1000
    total = 0
    for offset in [0.0, 0.1, 0.2, 1.0, 1.05, 2.0, 6.0, 6.1, 7.0, 8.0]:
        total += await advance(store, owner="w", now=start + offset)
        await drain(store, run)

        assert total <= 4 * offset + 1

    assert total == 1 + 4 + 4 + 4 + 4 + 4  # at 0, by 1, at 2, one second's worth after the pause until 6, at 7, at 8


async def test_fresh_work_goes_first(operator: Client, store: Store, record: Recorder, run: Runner) -> None:
    for number in range(30):
        await record(number)
    await drain(store, run)
    await started(operator, rate_per_second=10)
    for number in range(100, 100 + BACKLOG):
        await record(number)
    now = (await store.now_ms()) / 1000

    held_back = await advance(store, owner="w", now=now + 5)
    await drain(store, run)
    goes_on = await advance(store, owner="w", now=now + 6)

    assert (held_back, goes_on) == (0, 10)


async def test_the_set_is_pinned_when_the_replay_is_made(operator: Client, store: Store, record: Recorder, run: Runner) -> None:
    await record(1)
    await run(order(1))
    replay_id = await started(operator)
    await record(2)
    await run(order(2))

    await advance(store, owner="w", now=(await store.now_ms()) / 1000 + 5)

    assert [raw.decode() for raw in await store.redis.zrange(keys.DUE, 0, -1)] == [order(1)]
    assert (await operator.get(f"/api/replays/{replay_id}")).json()["total"] == 1


async def test_a_cancelled_replay_stops_where_it_is(operator: Client, store: Store, record: Recorder, run: Runner) -> None:
    for number in range(10):
        await record(number)
    await drain(store, run)
    replay_id = await started(operator, rate_per_second=3)
    now = (await store.now_ms()) / 1000
    marked = await advance(store, owner="w", now=now + 1)

    cancelled = (await operator.post(f"/api/replays/{replay_id}/cancel")).json()

    assert (cancelled["status"], cancelled["released"]) == ("cancelled", marked)
    assert await advance(store, owner="w", now=now + 10) == 0
    assert (await operator.post(f"/api/replays/{replay_id}/cancel")).json()["code"] == "REPLAY_ENDED"


async def test_a_crash_in_a_step_neither_forgets_nor_repeats(
    operator: Client, store: Store, record: Recorder, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        await record(number)
    await drain(store, run)
    replay_id = await started(operator, rate_per_second=2)
    now = (await store.now_ms()) / 1000

    async def dies(*_: object, **__: object) -> None:
        raise RedisConnectionError

    with monkeypatch.context() as patch:
        patch.setattr("redis.asyncio.client.Pipeline._execute_transaction", dies)
        lost = await replays.step(store, replay_id, now_ms=(now + 1) * 1000, room=10)
    nothing = await due(store)
    marked = sum([await replays.step(store, replay_id, now_ms=(now + second) * 1000, room=10) for second in range(1, 6)])

    assert (lost, nothing) == (0, 0)
    assert (marked, await due(store)) == (6, 6)
    assert [(await marks.state(store, order(number))).generation for number in range(6)] == [2] * 6


async def test_two_workers_advance_a_replay_once(operator: Client, store: Store, record: Recorder, run: Runner) -> None:
    for number in range(20):
        await record(number)
    await drain(store, run)
    await started(operator, rate_per_second=5)
    now = (await store.now_ms()) / 1000 + 1

    marked = await asyncio.gather(*[advance(store, owner=f"w{number}", now=now) for number in range(4)])

    assert sum(marked) == 5


async def test_a_replay_of_nothing_is_done_at_once(operator: Client, store: Store) -> None:
    answer = await operator.post("/api/events/replay", json={"filter": {"shop": "nobody"}, "reason": "r"})

    assert (answer.json()["status"], answer.json()["total"]) == ("done", 0)
    assert await replays.running(store) == []
