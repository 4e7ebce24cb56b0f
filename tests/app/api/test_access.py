"""Who is let in, how trouble is answered, and that writes leave a trace."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from app.main import create_app
from app.state import State
from app.store import keys
from app.store.redis import Store
from tests.app.api.conftest import Client, Recorder

READS = ["/api/events", "/api/parked", "/api/ledger", "/api/replays", "/api/connections", "/api/entities/acme-se/order/42"]


def routes(state: State) -> list[tuple[str, str]]:
    paths = create_app(state=state).openapi()["paths"]
    filled = {
        "shop": "acme-se",
        "kind": "order",
        "id": "42",
        "event_id": "evt_" + "0" * 24,
        "replay_id": "0" * 32,
        "key_id": "0" * 12,
        "connection": "acme",
        "item": "product/1",
    }
    return [
        (method.upper(), path.format(**filled, key="acme"))
        for path, methods in paths.items()
        for method in methods
        if path.startswith("/api/")
    ]


async def test_no_route_answers_without_a_key(state: State) -> None:
    async with Client(transport=httpx.ASGITransport(create_app(state=state)), base_url="http://test") as client:
        answers = {f"{method} {path}": (await client.request(method, path)).status_code for method, path in routes(state)}

    assert len(answers) > 20
    assert {path: status for path, status in answers.items() if status not in {400, 401}} == {}
    assert answers["GET /api/events"] == 401


async def test_every_route_documents_that_it_needs_a_key(state: State) -> None:
    paths = create_app(state=state).openapi()["paths"]

    open_ones = [
        path for path, methods in paths.items() if path.startswith("/api/") for each in methods.values() if not each.get("security")
    ]

    assert open_ones == []


async def test_a_revoked_key_is_refused_at_once(admin: Client) -> None:
    made = (await admin.post("/api/keys", json={"name": "till", "role": "viewer"})).json()
    headers = {"Authorization": f"Bearer {made['key']}"}
    before = await admin.get("/api/events", headers=headers)

    await admin.delete(f"/api/keys/{made['id']}")

    after = await admin.get("/api/events", headers=headers)
    assert (before.status_code, after.status_code) == (200, 401)
    assert (await admin.delete(f"/api/keys/{made['id']}")).json()["code"] == "KEY_UNKNOWN"


async def test_a_listed_key_shows_no_secret(admin: Client) -> None:
    made = (await admin.post("/api/keys", json={"name": "till", "role": "viewer"})).json()

    listed = await admin.get("/api/keys")

    assert made["id"] in listed.text
    assert made["key"].split("_", 2)[2] not in listed.text


@pytest.mark.parametrize("path", READS)
async def test_a_viewer_may_read(viewer: Client, path: str) -> None:
    assert (await viewer.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/events/replay", {"reason": "r"}),
        ("POST", "/api/parked/release", {"code": "X", "reason": "r"}),
        ("POST", "/api/entities/acme-se/order/42/sync", None),
        ("GET", "/api/keys", None),
        ("GET", "/api/audit", None),
        ("GET", "/api/connections/acme/export", None),
    ],
)
async def test_a_viewer_may_not_act(viewer: Client, store: Store, method: str, path: str, body: dict[str, str] | None) -> None:
    answer = await viewer.request(method, path, json=body)

    assert (answer.status_code, answer.json()["code"]) == (403, "ROLE_TOO_LOW")
    assert await store.redis.zcard(keys.DUE) == 0


async def test_an_operator_may_not_make_keys_or_change_connections(operator: Client) -> None:
    made = await operator.post("/api/keys", json={"name": "n", "role": "admin"})
    put = await operator.put("/api/connections/acme", json={"key": "acme", "name": "n", "hogia": {}, "shops": []})

    assert [made.status_code, put.status_code] == [403, 403]


async def test_a_body_over_a_megabyte_is_refused(admin: Client) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b" " * 100_000

    declared = await admin.post("/api/keys", content=b" " * 1_000_001, headers={"Content-Type": "application/json"})
    chunked = await admin.post("/api/keys", content=chunks(), headers={"Content-Type": "application/json"})

    assert [(a.status_code, a.json()["code"]) for a in (declared, chunked)] == [(413, "BODY_TOO_LARGE")] * 2


async def test_who_did_what_and_what_came_of_it_is_in_the_audit_stream(operator: Client, record: Recorder) -> None:
    event_id = await record()
    await operator.post(f"/api/events/{event_id}/discard", json={"reason": "a test order"})
    await operator.post(f"/api/events/evt_{'0' * 24}/discard", json={"reason": "no such"})

    entries = (await operator.get("/api/audit")).json()["entries"]

    refused, done = entries
    assert (done["action"], done["target"], done["reason"]) == ("events.discard", event_id, "a test order")
    assert (done["key_name"], done["counts"], done["result"]) == ("the operator", {"events": 1}, "done")
    assert refused["result"] == "refused: EVENT_UNKNOWN"


async def test_the_audit_stream_is_paged(operator: Client, record: Recorder) -> None:
    event_id = await record()
    for _ in range(3):
        await operator.post(f"/api/events/{event_id}/replay")

    first = (await operator.get("/api/audit?limit=2")).json()
    second = (await operator.get("/api/audit", params={"limit": 2, "cursor": first["cursor"]})).json()

    assert [len(first["entries"]), len(second["entries"]), second["cursor"]] == [2, 1, ""]
