"""A replay with real runs against both sandboxes: what is done stays done, and "0 effects" is said of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from app.embedded import EmbeddedServer
from app.operations import replays
from app.operations.audit import Actor
from app.operations.events import Filters
from app.store.redis import Store
from tests.world import World, world
from workers.tasks.replays import advance

ACTOR = Actor(id="k", name="tester", origin="test")


@pytest_asyncio.fixture
async def bridge(store: Store, redis_server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[World]:
    async with world(store, tmp_path, redis_url=redis_server.url) as made:
        await made.configure()
        yield made


async def test_replaying_every_event_of_invoiced_orders_has_no_effect(bridge: World) -> None:
    orders = [await bridge.place(slug) for slug in ("plain", "mixed-vat")]
    await bridge.settle()
    before = bridge.invoices()
    plan = await replays.plan(bridge.store, Filters(), limit=100)
    await asyncio.sleep(0.002)  # the store counts in milliseconds

    made = await replays.start(bridge.store, ACTOR, Filters(), rate_per_second=100, limit=100, reason="test", new_id=lambda: "0" * 32)
    marked = await advance(bridge.store, owner="w", now=await bridge.store.now_ms() / 1000 + 1)
    await bridge.settle()

    shown = await replays.show(bridge.store, made["id"])
    assert plan["ledger"]["invoice"]["confirmed"] == len(orders)
    assert marked == len(orders)
    assert bridge.invoices() == before
    assert len(before) == len(orders)
    assert (shown["outcome"]["settled"], shown["outcome"]["summary"]) == (len(orders), "0 effects")
