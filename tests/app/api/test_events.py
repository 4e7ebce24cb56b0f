"""Events: found, shown, replayed, put aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.store import events, marks
from app.store.ledger import EffectState
from app.store.redis import Store
from tests.app.api.conftest import Client, Recorder, Runner


async def test_events_are_found_by_every_filter(viewer: Client, record: Recorder) -> None:
    wanted = await record(42, type="order.refunded")
    await record(43)
    await record(None)
    hour = timedelta(hours=1)
    now = datetime.now(UTC)
    queries = [
        {"type": "order.refunded"},
        {"entity": "acme-se/order/42"},
        {"status": "received", "type": "order.refunded", "connection": "acme", "shop": "acme-se", "kind": "order"},
        {"type": "order.refunded", "from": (now - hour).isoformat(), "to": (now + hour).isoformat()},
    ]

    found = [[e["id"] for e in (await viewer.get("/api/events", params=query)).json()["events"]] for query in queries]

    assert found == [[wanted]] * 4
    assert (await viewer.get("/api/events", params={"code": "NOTICE_UNREADABLE"})).json()["events"][0]["status"] == "failed"
    assert (await viewer.get("/api/events", params={"from": (now + hour).isoformat()})).json()["events"] == []


async def test_pages_of_events_neither_repeat_nor_leave_out(viewer: Client, record: Recorder) -> None:
    made = {await record(number) for number in range(25)}
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await viewer.get("/api/events", params={"limit": 7, "cursor": cursor})).json()
        seen += [event["id"] for event in page["events"]]
        cursor = page["cursor"]
        if not cursor:
            break

    assert len(seen) == 25
    assert set(seen) == made


async def test_a_mistake_in_a_filter_is_told(viewer: Client) -> None:
    answers = [
        await viewer.get("/api/events", params=query)
        for query in ({"status": "lost"}, {"cursor": "x"}, {"from": "yesterday"}, {"colour": "red"})
    ]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [(400, "REQUEST_INVALID")] * 4


async def test_an_event_is_shown_with_its_entitys_state_and_effects(viewer: Client, record: Recorder, run: Runner) -> None:
    event_id = await record()
    await run("acme-se/order/42", effects={"invoice:acme-se/order/42": EffectState.CONFIRMED})

    shown = (await viewer.get(f"/api/events/{event_id}")).json()

    assert shown["status"] == "processed"
    assert shown["entity_state"]["mark"]["settled"] == 1
    assert [effect["key"] for effect in shown["entity_state"]["effects"]] == ["invoice:acme-se/order/42"]
    assert "body" not in shown


async def test_the_body_is_for_operators(viewer: Client, operator: Client, record: Recorder) -> None:
    event_id = await record()

    refused = await viewer.get(f"/api/events/{event_id}", params={"body": "true"})
    allowed = await operator.get(f"/api/events/{event_id}", params={"body": "true"})

    assert refused.status_code == 403
    assert allowed.json()["body"] == '{"data": {"id": 42}}'


async def test_a_replayed_event_marks_its_entity_again_although_the_event_was_seen(
    operator: Client, store: Store, record: Recorder, run: Runner
) -> None:
    event_id = await record()
    await run("acme-se/order/42")

    answer = await operator.post(f"/api/events/{event_id}/replay", json={"reason": "asked by the merchant"})

    assert answer.status_code == 202
    mark = await marks.state(store, "acme-se/order/42")
    assert mark is not None
    assert (mark.generation, mark.settled) == (2, 1)
    assert "asked by the merchant" in (await marks.story(store, "acme-se/order/42"))[-1]["text"]


async def test_a_replayed_event_of_a_parked_entity_is_received_again(operator: Client, store: Store, record: Recorder, run: Runner) -> None:
    event_id = await record()
    await run("acme-se/order/42", outcome=marks.Outcome.PARK, status="failed", code="ARTICLE_MISSING", reason="no article 7")

    await operator.post(f"/api/events/{event_id}/replay")

    event = await events.get(store, event_id)
    assert event is not None
    assert event.status == "received"


async def test_an_event_without_entity_cannot_be_replayed(operator: Client, record: Recorder) -> None:
    answer = await operator.post(f"/api/events/{await record(None)}/replay")

    assert (answer.status_code, answer.json()["code"]) == (409, "EVENT_WITHOUT_ENTITY")
    assert "NOTICE_UNREADABLE" in answer.json()["detail"]


async def test_an_event_is_discarded_with_a_reason_only(operator: Client, store: Store, record: Recorder) -> None:
    event_id = await record()

    refused = await operator.post(f"/api/events/{event_id}/discard", json={"reason": ""})
    answer = await operator.post(f"/api/events/{event_id}/discard", json={"reason": "a test order"})

    assert refused.status_code == 400
    assert answer.json()["status_before"] == "received"
    event = await events.get(store, event_id)
    assert event is not None
    assert event.status == "discarded"


async def test_an_unknown_event_is_404(operator: Client) -> None:
    answers = [await operator.get(f"/api/events/evt_{'0' * 24}"), await operator.post(f"/api/events/evt_{'0' * 24}/replay")]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [(404, "EVENT_UNKNOWN")] * 2
