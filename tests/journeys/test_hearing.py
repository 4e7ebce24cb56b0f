"""Hearing Hogia: by its notifications through the real door, and by the change feed when there are none."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest_asyncio

from app.main import create_app
from app.sandbox.hogia.notifications import signature
from app.state import State
from app.store import cache, events, feeds, keys
from app.store.connections import Directory
from tests.journeys.goods import configure, start
from tests.journeys.later import SHIPPED, bought, reference_of, states_of
from tests.world import World
from workers.tasks.feed import poll_feeds

SECRET = "a-secret-that-is-long-enough-for-hogia"
URL = "http://bridge.test"


@pytest_asyncio.fixture
async def door(bridge: World) -> AsyncIterator[httpx.AsyncClient]:
    """The bridge's web side over the same store."""
    resources = bridge.resources
    state = State(
        settings=resources.settings, store=bridge.store, seal=resources.seal, directory=Directory(bridge.store, resources.seal, seconds=0)
    )
    transport = httpx.ASGITransport(create_app(state=state))
    async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
        yield client


async def shipping(bridge: World, **hogia: object) -> int:
    """An invoiced order of a shop whose rule sets the state for a delivery."""
    await bridge.configure(hogia={"webhook_secret": SECRET, **hogia}, shop={"order_status": [SHIPPED]})
    order, _ = await bought(bridge)
    await bridge.settle()
    return order


async def told(door: httpx.AsyncClient, bridge: World, body: dict[str, object], *, secret: str = SECRET) -> httpx.Response:
    raw = json.dumps(body).encode()
    stamp = str(int(bridge.resources.now().timestamp()))
    headers = {"X-Hogia-Timestamp": stamp, "X-Hogia-Signature": signature(secret, stamp, raw)}
    return await door.post("/webhooks/hogia/acme", content=raw, headers=headers)


def about(bridge: World, order: int, *, ident: str = "n-1") -> dict[str, object]:
    invoice = bridge.hogia.invoice(reference_of(order))
    return {
        "notificationId": ident,
        "organizationId": bridge.hogia.organisation.id,
        "resourceType": "CustomerInvoice",
        "action": "Updated",
        "resourceId": invoice["id"],
        "rowVersion": invoice["rowVersion"],
    }


async def test_signed_notification_about_an_invoice_sets_the_orders_state(bridge: World, door: httpx.AsyncClient) -> None:
    order = await shipping(bridge)
    bridge.hogia.deliver(reference_of(order))

    answer = await told(door, bridge, about(bridge, order))
    await bridge.settle()

    assert answer.status_code == 202
    assert states_of(bridge, order)[-1] == 4


async def test_notification_with_a_wrong_signature_is_refused(bridge: World, door: httpx.AsyncClient) -> None:
    order = await shipping(bridge)

    answer = await told(door, bridge, about(bridge, order), secret="another-secret-of-the-same-length-as-ours")

    assert answer.status_code == 401


async def test_same_notification_twice_is_one_event(bridge: World, door: httpx.AsyncClient) -> None:
    order = await shipping(bridge)
    body = about(bridge, order)

    first, second = await told(door, bridge, body), await told(door, bridge, body)

    assert first.json() == second.json()
    found = await events.get(bridge.store, first.json()["event_id"])
    assert found is not None
    assert found.duplicates == 1


async def test_notification_about_an_invoice_made_by_hand_is_told_and_left(bridge: World, door: httpx.AsyncClient) -> None:
    order = await shipping(bridge)
    body = about(bridge, order) | {"resourceId": "11111111-2222-3333-4444-555555555555"}

    answer = await told(door, bridge, body)

    found = await events.get(bridge.store, answer.json()["event_id"])
    assert found is not None
    assert (found.status, found.code) == ("processed", "FEED_ASKED")


async def test_notification_that_is_not_json_is_recorded_and_refused(bridge: World, door: httpx.AsyncClient) -> None:
    await shipping(bridge)
    raw, stamp = b"<html>", str(int(bridge.resources.now().timestamp()))
    headers = {"X-Hogia-Timestamp": stamp, "X-Hogia-Signature": signature(SECRET, stamp, raw)}

    answer = await door.post("/webhooks/hogia/acme", content=raw, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["code"] == "BODY_NOT_JSON"
    found = await events.get(bridge.store, answer.json()["event_id"])
    assert found is not None
    assert found.status == "failed"


async def test_another_organisations_notification_is_left_alone(bridge: World, door: httpx.AsyncClient) -> None:
    order = await shipping(bridge)

    answer = await told(door, bridge, about(bridge, order) | {"organizationId": "99999999-2222-3333-4444-555555555555"})

    found = await events.get(bridge.store, answer.json()["event_id"])
    assert found is not None
    assert (found.status, found.code) == ("ignored", "WRONG_ORGANISATION")


async def test_without_notifications_the_feed_brings_the_same(bridge: World) -> None:
    order = await shipping(bridge)
    await poll_feeds(bridge.resources)
    await bridge.settle()
    bridge.hogia.deliver(reference_of(order))

    await feeds.ask(bridge.store, "acme")
    found = await poll_feeds(bridge.resources)
    await bridge.settle()

    assert found == 1
    assert states_of(bridge, order)[-1] == 4


async def test_unchanged_organisation_costs_one_call_per_look(bridge: World) -> None:
    await shipping(bridge)
    await poll_feeds(bridge.resources)
    await bridge.settle()
    before = bridge.calls()

    await feeds.ask(bridge.store, "acme")
    await poll_feeds(bridge.resources)

    assert sum(bridge.calls().values()) - sum(before.values()) == 1


async def test_feed_is_read_once_in_its_interval(bridge: World) -> None:
    await shipping(bridge, poll_seconds=60)
    await poll_feeds(bridge.resources)
    before = bridge.calls()

    await poll_feeds(bridge.resources)

    assert bridge.calls() == before


async def test_feed_finds_the_order_by_reference_when_the_link_was_lost(bridge: World) -> None:
    order = await shipping(bridge)
    bridge.hogia.deliver(reference_of(order))
    await bridge.wait(60)
    await bridge.wipe()

    await poll_feeds(bridge.resources)
    for _ in range(3):
        await bridge.settle()
        await bridge.wait(60)

    assert len(bridge.invoices_of(order)) == 1
    assert states_of(bridge, order)[-1] == 4


async def test_subscription_is_made_once_and_made_again_when_it_is_gone(bridge: World) -> None:
    settings = bridge.resources.settings.model_copy(update={"public_url": "https://bridge.test"})
    bridge.resources = replace(bridge.resources, settings=settings)
    await shipping(bridge)

    async def look() -> None:
        await feeds.ask(bridge.store, "acme")
        await poll_feeds(bridge.resources)

    await look()
    await look()
    (first,) = bridge.hogia.subscriptions.of(bridge.hogia.organisation.id)
    bridge.hogia.subscriptions.remove(first.id)
    await bridge.store.redis.hset(*(await _stamp(bridge)), "0")
    await look()

    (second,) = bridge.hogia.subscriptions.of(bridge.hogia.organisation.id)
    assert second.id != first.id


async def _stamp(bridge: World) -> tuple[str, str]:
    return keys.sweep("subscription:acme"), "at_ms"


async def test_connection_without_a_hogia_secret_has_no_door(bridge: World, door: httpx.AsyncClient) -> None:
    answer = await door.post("/webhooks/hogia/acme", content=b"{}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "WEBHOOK_UNKNOWN"


async def test_question_that_comes_while_the_feed_is_read_is_asked_again(bridge: World) -> None:
    await feeds.ask(bridge.store, "acme")

    async with cache.lock(bridge.store, "feed:acme", owner="another worker", seconds=60):
        await poll_feeds(bridge.resources)

    assert await feeds.asked(bridge.store, "acme")


async def test_notification_about_an_article_reads_no_other_feed(bridge: World) -> None:
    await configure(bridge, "combo")
    await start(bridge, "prestashop")
    await poll_feeds(bridge.resources)
    before = len(bridge.hogia.log)

    await feeds.ask(bridge.store, "acme", "Article")
    await bridge.store.redis.delete(keys.sweep("feed:acme:catalogue"))
    await poll_feeds(bridge.resources)

    assert [entry["path"].rpartition("/")[0].rpartition("/")[2] for entry in list(bridge.hogia.log)[before:]] == ["articles"]


async def test_notifications_of_our_own_writes_do_not_spend_the_rate_limit(bridge: World) -> None:
    await configure(bridge, "combo")
    await start(bridge, "prestashop")
    await poll_feeds(bridge.resources)
    before = len(bridge.hogia.log)

    for _ in range(10):
        await feeds.ask(bridge.store, "acme", "Article")
        await poll_feeds(bridge.resources)

    assert len(bridge.hogia.log) - before <= 1
    assert await feeds.asked(bridge.store, "acme") == {"Article"}
