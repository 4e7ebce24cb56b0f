"""One order's story, its dry run, and what a person may do about it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from app.state import State
from app.store import marks
from app.store.ledger import EffectState
from app.store.redis import Store
from tests.app.api.conftest import Client, Recorder, Runner

ORDER = "/api/entities/acme-se/order/42"
ENTITY = "acme-se/order/42"


async def test_the_story_says_what_was_done_and_sums_it_up(viewer: Client, record: Recorder, run: Runner) -> None:
    await record()
    await run(ENTITY, effects={"invoice:acme-se/order/42": EffectState.CONFIRMED}, story="invoiced")

    told = (await viewer.get(ORDER)).json()

    assert "Invoice 1001 of 125.00 SEK was made" in told["summary"]
    assert [entry["what"] for entry in told["story"]] == ["event", "effect", "done"]
    assert told["story"][0]["at"].endswith("Z")
    assert (told["connection"], told["events"][0]["status"], told["effects"][0]["state"]) == ("acme", "processed", "confirmed")


async def test_the_summary_of_a_parked_order_is_its_reason(viewer: Client, record: Recorder, run: Runner) -> None:
    await record()
    await run(ENTITY, outcome=marks.Outcome.PARK, status="failed", code="ARTICLE_MISSING", reason="no article 7", detail='{"row": 3}')

    told = (await viewer.get(ORDER)).json()

    assert "Waits for a person" in told["summary"]
    assert "ARTICLE_MISSING: no article 7" in told["summary"]
    assert told["parked"]["detail"] == {"row": 3}


@pytest.mark.parametrize(
    ("ran", "sentence"),
    [
        (None, "Waits for a worker."),
        ({"effects": {"invoice:acme-se/order/42": EffectState.UNKNOWN}}, "is not known yet"),
        (
            {"outcome": marks.Outcome.RETRY, "status": "retrying", "code": "UNREACHABLE", "reason": "the shop", "wait_ms": 60_000},
            "UNREACHABLE",
        ),
        (
            {"status": "ignored", "code": "STATE_NOT_WANTED", "reason": "state 1 starts no transfer"},
            "left alone: state 1 starts no transfer",
        ),
    ],
)
async def test_the_summary_names_what_matters_most(
    viewer: Client, record: Recorder, run: Runner, ran: dict[str, Any] | None, sentence: str
) -> None:
    await record()
    if ran is not None:
        await run(ENTITY, **ran)

    assert sentence in (await viewer.get(ORDER)).json()["summary"]


async def test_an_order_that_nobody_spoke_of_says_so(viewer: Client) -> None:
    assert "Nothing has asked for a look" in (await viewer.get(ORDER)).json()["summary"]


async def test_an_unknown_shop_is_404_and_leaves_no_mark(operator: Client, store: Store) -> None:
    answer = await operator.post("/api/entities/nobody/order/1/sync")

    assert (answer.status_code, answer.json()["code"]) == (404, "SHOP_UNKNOWN")
    assert await marks.state(store, "nobody/order/1") is None


async def test_a_sync_is_an_event_of_its_own_in_the_story(operator: Client, store: Store) -> None:
    answer = await operator.post(f"{ORDER}/sync")

    assert answer.status_code == 202
    told = (await operator.get(ORDER)).json()
    assert [(e["id"], e["type"], e["source"]) for e in told["events"]] == [(answer.json()["event_id"], "operator.sync", "operator")]
    assert told["mark"]["generation"] == 1


async def test_two_syncs_are_two_looks(operator: Client, store: Store) -> None:
    await operator.post(f"{ORDER}/sync")

    await operator.post(f"{ORDER}/sync")

    mark = await marks.state(store, ENTITY)
    assert mark is not None
    assert mark.generation == 2


async def test_a_sync_that_waits_answers_the_outcome(operator: Client, run: Runner) -> None:
    async def worker() -> None:
        while (await operator.get(ORDER)).json()["mark"] is None:  # noqa: ASYNC110 - the request under test says nothing until it is answered
            await asyncio.sleep(0.01)
        await run(ENTITY, effects={"invoice:acme-se/order/42": EffectState.CONFIRMED})

    answer, _ = await asyncio.gather(operator.post(f"{ORDER}/sync", params={"wait_seconds": 10}), worker())

    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["state"]["effects"][0]["external_number"]) == ("processed", "1001")


async def test_a_sync_whose_outcome_does_not_come_answers_202(operator: Client) -> None:
    answer = await operator.post(f"{ORDER}/sync", params={"wait_seconds": 0.3})

    assert (answer.status_code, answer.json()["settled"], answer.json()["status"]) == (202, False, "received")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_preview_is_what_the_worker_says(operator: Client, answering: Any, method: str) -> None:
    said = {"entity": ENTITY, "outcome": "invoice", "document": {"gross": "125.00"}}

    async with answering(said) as asked:
        answer = await operator.request(method, f"{ORDER}/preview")

    assert answer.json() == said
    assert (asked[0]["f"], asked[0]["a"][0]) == ("preview", ENTITY)


@pytest.mark.parametrize(("family", "status"), [("rejected", 422), ("misconfigured", 409), ("transient", 503)])
async def test_a_preview_that_fails_is_a_problem_document(operator: Client, answering: Any, family: str, status: int) -> None:
    async with answering({"error": {"code": "SHOP_KEY_REFUSED", "message": "check the key", "family": family}}):
        answer = await operator.get(f"{ORDER}/preview")

    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (status, "SHOP_KEY_REFUSED", "check the key")


async def test_a_preview_without_a_worker_says_what_to_start(state: State, operator: Client) -> None:
    object.__setattr__(state, "settings", state.settings.model_copy(update={"preview_wait_seconds": 0.1}))

    answer = await operator.get(f"{ORDER}/preview")

    assert (answer.status_code, answer.json()["code"]) == (504, "NO_WORKER_ANSWERED")
    assert "orderbro work" in answer.json()["detail"]


async def test_an_adoption_is_asked_of_a_worker_with_its_reason(operator: Client, answering: Any) -> None:
    async with answering({"adopted": "INV-1"}) as asked:
        answer = await operator.post(f"{ORDER}/adopt", json={"invoice_number": "1001", "reason": "made by hand on Monday"})

    assert answer.json() == {"adopted": "INV-1"}
    assert asked[0]["f"] == "adopt"
    assert json.loads(asked[0]["a"][0]) == {
        "entity": ENTITY,
        "external_id": "",
        "invoice_number": "1001",
        "reason": "made by hand on Monday",
        "by": "the operator",
    }
    entry = (await operator.get("/api/audit")).json()["entries"][0]
    assert (entry["action"], entry["target"], entry["result"]) == ("entities.adopt", ENTITY, "done")


@pytest.mark.parametrize("body", [{"reason": "r"}, {"external_id": "a", "invoice_number": "1", "reason": "r"}, {"external_id": "a"}])
async def test_an_adoption_names_one_invoice_and_a_reason(operator: Client, body: dict[str, str]) -> None:
    assert (await operator.post(f"{ORDER}/adopt", json=body)).status_code == 400
