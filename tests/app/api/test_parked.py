"""What waits for a person, and letting it go."""

from __future__ import annotations

from app.store import marks
from app.store.ledger import EffectState
from app.store.redis import Store
from tests.app.api.conftest import Client, Recorder, Runner


async def park(record: Recorder, run: Runner, *orders: int, code: str = "ARTICLE_MISSING") -> None:
    for order in orders:
        await record(order)
        await run(f"acme-se/order/{order}", outcome=marks.Outcome.PARK, status="failed", code=code, reason="why")


async def test_parked_entities_are_listed_by_code_and_shop(viewer: Client, record: Recorder, run: Runner) -> None:
    await park(record, run, 1, 2)
    await park(record, run, 3, code="TOTAL_DIFFERS")

    found = (await viewer.get("/api/parked", params={"code": "ARTICLE_MISSING", "shop": "acme-se"})).json()

    assert [each["entity"] for each in found["parked"]] == ["acme-se/order/1", "acme-se/order/2"]
    assert found["count"] == 3


async def test_a_released_entity_is_looked_at_again(operator: Client, store: Store, record: Recorder, run: Runner) -> None:
    await park(record, run, 1)

    answer = await operator.post("/api/parked/acme-se/order/1/release", json={"reason": "article made"})

    assert answer.status_code == 200
    mark = await marks.state(store, "acme-se/order/1")
    assert mark is not None
    assert (mark.parked, mark.due_ms is not None) == (False, True)


async def test_a_dropped_entity_rests_until_something_new_comes(operator: Client, store: Store, record: Recorder, run: Runner) -> None:
    await park(record, run, 1)
    await operator.post("/api/parked/acme-se/order/1/drop", json={"reason": "a test order"})
    rests = await marks.state(store, "acme-se/order/1")

    await record(1, sender_id="new")

    comes = await marks.state(store, "acme-se/order/1")
    assert rests is not None
    assert comes is not None
    assert (rests.parked, rests.due_ms) == (False, None)
    assert comes.due_ms is not None


async def test_what_is_not_parked_is_neither_released_nor_dropped(operator: Client, record: Recorder) -> None:
    await record(1)

    answers = [
        await operator.post("/api/parked/acme-se/order/1/release"),
        await operator.post("/api/parked/acme-se/order/1/drop", json={"reason": "r"}),
    ]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [(409, "NOT_PARKED")] * 2


async def test_everything_parked_with_a_code_is_released_and_nothing_else(
    operator: Client, store: Store, record: Recorder, run: Runner
) -> None:
    await park(record, run, 1, 2)
    await park(record, run, 3, code="TOTAL_DIFFERS")

    answer = await operator.post("/api/parked/release", json={"code": "ARTICLE_MISSING", "reason": "articles made"})

    assert answer.json() == {"released": 2, "still_parked": 1}


async def test_the_ledger_is_listed_by_state_and_shown_by_key(viewer: Client, record: Recorder, run: Runner) -> None:
    for order, state in ((1, EffectState.CONFIRMED), (2, EffectState.UNKNOWN)):
        await record(order)
        await run(f"acme-se/order/{order}", effects={f"invoice:acme-se/order/{order}": state})

    newest = (await viewer.get("/api/ledger")).json()
    unknown = (await viewer.get("/api/ledger", params={"state": "unknown"})).json()
    shown = (await viewer.get("/api/ledger/invoice:acme-se/order/1")).json()
    missing = await viewer.get("/api/ledger/invoice:acme-se/order/3")

    assert (len(newest["effects"]), newest["counts"]) == (2, {"intent": 0, "unknown": 1, "confirmed": 1, "failed": 0})
    assert [effect["key"] for effect in unknown["effects"]] == ["invoice:acme-se/order/2"]
    assert (shown["amount"], shown["currency"], shown["state"]) == ("125.00", "SEK", "confirmed")
    assert missing.json()["code"] == "EFFECT_UNKNOWN"
