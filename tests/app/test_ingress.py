"""The door: what is let in, what is refused with which words, and that nothing acknowledged is lost."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from standardwebhooks import Webhook

from app.ingress.signatures import secret_bytes, sign
from app.main import create_app
from app.state import State
from app.store import connections, events, keys, marks
from app.store.connections import Configured
from app.store.redis import Store
from app.store.seal import Seal
from tests.conftest import WEBHOOK_SECRET, connection_file

NOTICE = {"type": "order.state_changed", "timestamp": "2026-11-24T10:00:00Z", "data": {"id": 42, "id_shop": 1, "state": 2}}


def signed(body: bytes, *, sender_id: str = "msg_1", at: float | None = None, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    stamp = int(time.time() if at is None else at)
    return {
        "webhook-id": sender_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(secret_bytes(secret), sender_id, stamp, body),
    }


@pytest_asyncio.fixture
async def client(state: State, configured: Configured) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(state=state)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def post(client: httpx.AsyncClient, body: bytes, headers: dict[str, str], shop: str = "acme-se") -> httpx.Response:
    return await client.post(f"/webhooks/prestashop/{shop}", content=body, headers=headers)


def notice(**data: object) -> bytes:
    return json.dumps({**NOTICE, "data": {**NOTICE["data"], **data}}).encode()


async def test_signed_notice_is_recorded_marked_and_woken(client: httpx.AsyncClient, store: Store) -> None:
    body = notice()

    answer = await post(client, body, signed(body))

    assert answer.status_code == 202
    event = await events.get(store, answer.json()["event_id"])
    assert event is not None
    assert (event.status, event.entity, event.type) == ("received", "acme-se/order/42", "order.state_changed")
    assert await events.body(store, event.id) == body
    assert (await marks.state(store, "acme-se/order/42")).generation == 1
    assert await store.redis.zrange(keys.QUEUE, 0, -1) == [b"process:acme-se/order/42:1:0"]


async def test_a_notice_signed_by_the_standard_library_of_the_format_is_accepted(client: httpx.AsyncClient) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415

    body = notice()
    now = datetime.now(UTC)
    signature = Webhook(WEBHOOK_SECRET).sign("msg_9", now, body.decode())

    answer = await post(
        client, body, {"webhook-id": "msg_9", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}
    )

    assert answer.status_code == 202


async def test_the_same_notice_twice_is_one_event_and_one_look(client: httpx.AsyncClient, store: Store) -> None:
    body = notice()
    first = await post(client, body, signed(body))

    second = await post(client, body, signed(body))

    assert second.status_code == 202
    assert second.json() == first.json()
    assert (await marks.state(store, "acme-se/order/42")).generation == 1
    assert (await events.get(store, first.json()["event_id"])).duplicates == 1


async def test_forty_notices_about_one_order_are_one_wake_up(client: httpx.AsyncClient, store: Store) -> None:
    for number in range(40):
        body = notice(state=number)
        await post(client, body, signed(body, sender_id=f"msg_{number}"))

    assert (await marks.state(store, "acme-se/order/42")).generation == 40
    claimed = await marks.claim(store, "acme-se/order/42", owner="w", lease_seconds=30)
    assert isinstance(claimed, marks.Claim)
    assert claimed.generation == 40


async def test_both_secrets_are_valid_while_one_is_exchanged(client: httpx.AsyncClient, store: Store, seal: Seal) -> None:
    new = "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhpcnR5LXR3byBieXRlcyE="
    document = connection_file()
    document["shops"][0]["webhook_secret"] = new
    await connections.save(store, seal, connections.read_document(document, {}))
    body = notice()

    by_old = await post(client, body, signed(body, sender_id="old"))
    by_new = await post(client, body, signed(body, sender_id="new", secret=new))

    assert (by_old.status_code, by_new.status_code) == (202, 202)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "SIGNATURE_MISSING"),
        ({"webhook-signature": "v1,AAAA"}, "SIGNATURE_WRONG"),
        ({"webhook-signature": "v1,not base64"}, "SIGNATURE_WRONG"),
        ({"webhook-signature": "v2,AAAA"}, "SIGNATURE_WRONG"),
        ({"webhook-timestamp": "yesterday"}, "SIGNATURE_MALFORMED"),
        ({"webhook-timestamp": "1"}, "SIGNATURE_STALE"),
        ({"webhook-timestamp": "99999999999"}, "SIGNATURE_STALE"),
        ({"webhook-id": "x" * 201}, "SIGNATURE_MALFORMED"),
    ],
)
async def test_a_bad_signature_is_401_and_leaves_nothing(
    client: httpx.AsyncClient, store: Store, headers: dict[str, str], code: str
) -> None:
    body = notice()
    sent = {**signed(body), **headers} if headers else {}

    answer = await post(client, body, sent)

    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert await store.redis.zcard(keys.EVENTS) == 0


async def test_a_changed_body_is_refused(client: httpx.AsyncClient) -> None:
    answer = await post(client, notice(id=43), signed(notice()))

    assert answer.json()["code"] == "SIGNATURE_WRONG"


async def test_an_unknown_shop_and_a_shop_without_secret_are_both_404(client: httpx.AsyncClient, store: Store, seal: Seal) -> None:
    document = connection_file()
    document["key"], document["shops"][0]["key"] = "other", "other-se"
    del document["shops"][0]["webhook_secret"]
    await connections.save(store, seal, connections.read_document(document, {}))
    body = notice()

    answers = [await post(client, body, signed(body), shop=shop) for shop in ("nobody", "other-se")]

    assert [a.status_code for a in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()


async def test_a_body_over_the_limit_is_413_also_when_it_does_not_say_its_length(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b"x" * 1024

    declared = await post(client, b"x" * 70_000, {})
    chunked = await client.post("/webhooks/prestashop/acme-se", content=chunks())

    assert [(a.status_code, a.json()["code"]) for a in (declared, chunked)] == [(413, "BODY_TOO_LARGE")] * 2


async def test_a_signed_body_that_is_no_json_is_400_and_kept(client: httpx.AsyncClient, store: Store) -> None:
    body = b"<prestashop/>"

    answer = await post(client, body, signed(body))

    assert answer.status_code == 400
    event = await events.get(store, answer.json()["event_id"])
    assert event is not None
    assert event.status == "failed"
    assert event.code == answer.json()["code"]
    assert await events.body(store, event.id) == body


@pytest.mark.parametrize(
    ("change", "code"), [({"type": "cart.saved"}, "TYPE_UNKNOWN"), ({"data": {"id": 42, "id_shop": 7}}, "WRONG_ID_SHOP")]
)
async def test_what_is_not_for_us_is_recorded_and_ignored_with_the_reason(
    client: httpx.AsyncClient, store: Store, change: dict[str, object], code: str
) -> None:
    body = json.dumps({**NOTICE, **change}).encode()

    answer = await post(client, body, signed(body))

    assert answer.status_code == 202
    event = await events.get(store, answer.json()["event_id"])
    assert event is not None
    assert (event.status, event.code) == ("ignored", code)
    assert await store.redis.zcard(keys.DUE) == 0
