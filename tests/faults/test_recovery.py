"""What one death, one freeze, one outage leaves behind, and how soon it goes on by itself."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.ingress.signatures import secret_bytes, sign
from app.store import cache, events, keys, ledger, marks, parked
from app.store.marks import MarkState
from app.store.redis import Store
from mappers.canonical import EntityKey
from tests.conftest import WEBHOOK_SECRET
from tests.faults.rig import Child, Rig
from tests.faults.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEASE_SECONDS = 3
SETTLED = {"processed", "ignored", "failed"}


@dataclass(slots=True)
class Scene:
    """One connection between two neighbours, and the workers that a test starts."""

    rig: Rig
    store: Store
    shop: Child
    hogia: Child
    api: Child
    workers: list[Child] = field(default_factory=list)

    async def configure(self, **settings: Any) -> None:
        await self.rig.configure(self.store, self.shop, self.hogia, hogia_settings={"read_delay_seconds": 0, **settings})
        await self.store.born()

    async def worker(self, **more: Any) -> Child:
        """A worker that has said that it lives."""
        before = len(await cache.workers(self.store))
        child = self.rig.worker(**more)
        self.workers.append(child)

        async def lives() -> bool:
            assert child.running, child.said()[-2000:]
            return len(await cache.workers(self.store)) > before

        await until(lives, "the worker lives", seconds=30)
        return child

    async def notice(self, order: int, sender_id: str = "") -> str:
        event = events.NewEvent(
            connection="acme",
            shop="acme-se",
            sender_id=sender_id or f"notice-{order}",
            type="order.state_changed",
            entity=EntityKey.parse(self.key(order)),
            body=b"{}",
        )
        return (await events.record(self.store, event)).event_id

    async def place(self, slug: str) -> int:
        order = (await self.rig.place(self.shop, slug))[0]
        await self.notice(order)
        return order

    @staticmethod
    def key(order: int) -> str:
        return f"acme-se/order/{order}"

    async def settled(self, *orders: int, seconds: float = 30) -> float:
        """Wait until the orders' marks are settled or parked; answers the seconds it took."""

        async def all_settled() -> bool:
            found = [await marks.state(self.store, self.key(order)) for order in orders]
            return all(m is not None and (m.parked or m.generation == m.settled) for m in found)

        return await until(all_settled, f"orders {orders} are settled", seconds=seconds)

    async def mark(self, order: int) -> MarkState:
        found = await marks.state(self.store, self.key(order))
        assert found is not None
        return found

    async def invoices_of(self, order: int) -> list[dict[str, Any]]:
        return [i for i in await self.rig.invoices(self.hogia) if i["invoiceReference"] == f"PS:1:{order}:INV"]

    async def hogia_has_invoice(self, order: int) -> None:
        async def there() -> bool:
            return bool(await self.invoices_of(order))

        await until(there, f"Hogia has the invoice of order {order}", seconds=20)

    async def assert_invoiced_and_paid_once(self, *orders: int) -> None:
        for order in orders:
            invoices = await self.invoices_of(order)
            assert len(invoices) == 1, (order, invoices)
            assert Decimal(str(invoices[0]["left"])) == 0, invoices
            assert not (await self.mark(order)).parked

    async def known_customer(self) -> None:
        """Anna has bought before: her next order's first write is its invoice."""
        worker = await self.worker()
        await self.settled(await self.place("plain"))
        worker.kill()

    async def post(self, order: int, sender_id: str) -> httpx.Response:
        body = json.dumps({"type": "order.created", "timestamp": "2026-11-24T10:00:00Z", "data": {"id": order, "id_shop": 1}}).encode()
        stamp = int(time.time())
        headers = {
            "webhook-id": sender_id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": sign(secret_bytes(WEBHOOK_SECRET), sender_id, stamp, body),
        }
        return await self.rig.http.post(f"http://127.0.0.1:{self.api.port}/webhooks/prestashop/acme-se", content=body, headers=headers)

    async def answers(self, status: int, sender_id: str, *, seconds: float = 15) -> httpx.Response:
        """Post until the door answers with the status."""
        last: list[httpx.Response] = []

        async def answered() -> bool:
            last[:] = [await self.post(1, sender_id)]
            return last[0].status_code == status

        await until(answered, f"the door answers {status}", seconds=seconds, every=0.1)
        return last[0]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Scene]:
    async with Rig(lease_seconds=LEASE_SECONDS) as rig:
        shop, hogia, api = await asyncio.gather(rig.shop(), rig.hogia(), rig.api())
        yield Scene(rig, rig.store(), shop, hogia, api)


@pytest_asyncio.fixture(loop_scope="module")
async def scene(stage: Scene) -> AsyncIterator[Scene]:
    """An empty store, fresh neighbours, no worker."""
    rig = stage.rig
    await stage.store.redis.flushall()
    await rig.http.post(f"http://127.0.0.1:{stage.shop.port}/_reset")
    await rig.http.post(f"http://127.0.0.1:{stage.hogia.port}/_reset")
    await rig.switch(stage.hogia, rate_limit=0)
    made = Scene(rig, stage.store, stage.shop, stage.hogia, stage.api)
    await made.configure()
    yield made
    for worker in made.workers:
        worker.kill()
    if not rig.redis.running:
        rig.redis.start()


# a worker dies


async def test_order_of_a_worker_killed_in_its_call_is_taken_over_within_lease_and_seconds(scene: Scene) -> None:
    await scene.known_customer()
    await scene.rig.switch(scene.hogia, answer_late_ms=60_000)
    first = await scene.worker()
    order = await scene.place("mixed-vat")
    await scene.hogia_has_invoice(order)

    first.kill()
    await scene.rig.switch(scene.hogia, answer_late_ms=0)
    await scene.worker()
    took = await scene.settled(order)

    await scene.assert_invoiced_and_paid_once(order)
    assert took < LEASE_SECONDS + 5
    effect = await ledger.get(scene.store, f"invoice:{scene.key(order)}")
    assert effect is not None
    assert effect.adopted


async def test_late_writes_of_a_frozen_worker_are_refused(scene: Scene) -> None:
    """It wakes up long after its lease: what it has to say is not written, and nobody hears it."""
    await scene.known_customer()
    await scene.rig.switch(scene.hogia, answer_late_ms=2000, sequence_id_mode="ignored")
    frozen = await scene.worker()
    order = await scene.place("mixed-vat")
    await scene.hogia_has_invoice(order)

    frozen.signal(signal.SIGSTOP)
    await scene.rig.switch(scene.hogia, answer_late_ms=0)
    await scene.worker()
    await scene.settled(order)
    before = await ledger.of_entity(scene.store, scene.key(order))
    frozen.signal(signal.SIGCONT)

    async def noticed() -> bool:
        return "lease_lost" in frozen.said()

    await until(noticed, "the frozen worker learns that its lease is lost", seconds=20)
    await scene.assert_invoiced_and_paid_once(order)
    assert await ledger.of_entity(scene.store, scene.key(order)) == before
    assert frozen.running


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_worker_frozen_at_any_moment_doubles_nothing(scene: Scene, seed: int) -> None:
    await scene.rig.switch(scene.hogia, sequence_id_mode="ignored", latency_ms=20)
    frozen = await scene.worker()
    orders = [await scene.place(slug) for slug in ("plain", "mixed-vat", "swish", "pick-up", "combinations", "ten-percent")]
    await asyncio.sleep(random.Random(seed).uniform(0.2, 1.2))  # the moment is the fault

    frozen.signal(signal.SIGSTOP)
    await scene.worker()
    await scene.settled(*orders)
    frozen.signal(signal.SIGCONT)
    again = [await scene.notice(order, f"again-{order}") for order in orders]
    await scene.settled(*orders)

    assert len(again) == len(orders)
    await scene.assert_invoiced_and_paid_once(*orders)


async def test_entity_that_kills_its_worker_is_parked_after_ten_and_others_go_on(scene: Scene) -> None:
    poison = await scene.place("plain")
    others = [await scene.place(slug) for slug in ("mixed-vat", "swish", "pick-up", "ten-percent")]
    worker = scene.rig.worker(script="poisoned.py", environment={"POISON": scene.key(poison), "ORDERBRO_LEASE_SECONDS": "0.6"})
    scene.workers.append(worker)

    async def is_parked() -> bool:
        if not worker.running:  # as a supervisor would
            worker.start()
        return (await scene.mark(poison)).parked

    await until(is_parked, "the poison is parked", seconds=150, every=0.05)
    await scene.settled(*others)

    record = await parked.get(scene.store, scene.key(poison))
    assert record is not None
    assert record.code == "CRASH_SUSPECTED"
    assert worker.starts == 11  # ten died of it, the next puts it aside
    await scene.assert_invoiced_and_paid_once(*others)


# a deploy


async def test_stopped_worker_ends_its_run_first(scene: Scene) -> None:
    await scene.known_customer()
    await scene.rig.switch(scene.hogia, answer_late_ms=700)
    worker = await scene.worker()
    order = await scene.place("mixed-vat")
    await scene.hogia_has_invoice(order)

    worker.signal(signal.SIGTERM)
    status = await asyncio.to_thread(worker.wait, 20)

    assert status == 0
    await scene.assert_invoiced_and_paid_once(order)
    mark = await scene.mark(order)
    assert (mark.generation, mark.tries) == (mark.settled, 0)


async def test_deploys_burn_no_tries(scene: Scene) -> None:
    """A run that takes longer than a stop may wait is given back at once, and not counted."""
    await scene.known_customer()
    await scene.rig.switch(scene.hogia, latency_ms=60_000)
    order = await scene.place("mixed-vat")
    for _ in range(3):
        worker = await scene.worker(environment={"ORDERBRO_SHUTDOWN_SECONDS": "0.2"})

        async def at_work() -> bool:
            return (await scene.mark(order)).leased

        await until(at_work, "the order is worked on", seconds=10)
        worker.signal(signal.SIGTERM)
        await asyncio.to_thread(worker.wait, 20)
        mark = await scene.mark(order)
        assert (mark.leased, mark.tries, mark.parked) == (False, 0, False)

    await scene.rig.switch(scene.hogia, latency_ms=0)
    await scene.worker()
    await scene.settled(order, seconds=10)
    await scene.assert_invoiced_and_paid_once(order)


# Redis is away


async def away(scene: Scene, seconds: float) -> None:
    """Kill Redis, and start it again after so long: the absence is the fault."""
    scene.rig.redis.kill()
    await asyncio.sleep(seconds)
    await asyncio.to_thread(scene.rig.redis.start)


@pytest.mark.parametrize("absence", [2, pytest.param(20, marks=pytest.mark.faults)])
async def test_idle_worker_survives_a_redis_restart(scene: Scene, absence: float) -> None:
    worker = await scene.worker()
    await away(scene, absence)

    order = await scene.place("plain")
    took = await scene.settled(order)

    assert took < 10
    assert (worker.running, worker.starts) == (True, 1)
    await scene.assert_invoiced_and_paid_once(order)


@pytest.mark.parametrize("absence", [2, pytest.param(20, marks=pytest.mark.faults)])
async def test_busy_worker_survives_a_redis_restart_and_ends_its_run(scene: Scene, absence: float) -> None:
    await scene.known_customer()
    await scene.rig.switch(scene.hogia, answer_late_ms=500)
    worker = await scene.worker()
    order = await scene.place("mixed-vat")
    await scene.hogia_has_invoice(order)

    await away(scene, absence)
    took = await scene.settled(order)

    assert took < LEASE_SECONDS + 10
    assert (worker.running, worker.starts) == (True, 1)
    await scene.assert_invoiced_and_paid_once(order)


async def test_door_answers_503_while_redis_is_away_and_202_when_it_is_back(scene: Scene) -> None:
    assert (await scene.post(1, "before")).status_code == 202
    scene.rig.redis.kill()

    refused = await scene.post(1, "while")
    not_ready = await scene.rig.http.get(f"http://127.0.0.1:{scene.api.port}/health/ready")
    live = await scene.rig.http.get(f"http://127.0.0.1:{scene.api.port}/health/live")
    await asyncio.to_thread(scene.rig.redis.start)
    back = await scene.answers(202, "while")

    assert (refused.status_code, refused.json()["code"]) == (503, "REDIS_UNAVAILABLE")
    assert int(refused.headers["retry-after"]) > 0
    assert (not_ready.status_code, live.status_code) == (503, 200)
    assert await events.get(scene.store, back.json()["event_id"]) is not None
    assert (scene.api.running, scene.api.starts) == (True, 1)


@pytest.mark.parametrize(
    ("setting", "bad", "good", "reason"),
    [("appendonly", "no", "yes", "REDIS_NOT_DURABLE"), ("maxmemory-policy", "allkeys-lru", "noeviction", "REDIS_EVICTS")],
)
async def test_door_refuses_a_server_that_keeps_nothing(scene: Scene, setting: str, bad: str, good: str, reason: str) -> None:
    await scene.answers(202, "before")

    await scene.store.redis.config_set(setting, bad)
    try:
        refused = await scene.answers(503, "with a bad server")
        ready = await scene.rig.http.get(f"http://127.0.0.1:{scene.api.port}/health/ready")
    finally:
        await scene.store.redis.config_set(setting, good)

    assert (refused.json()["code"], ready.status_code, ready.json()["code"]) == (reason, 503, reason)
    await scene.answers(202, "again")


# wake-ups and clocks


@pytest.mark.parametrize("jobs_too", [True, False])
async def test_lost_wake_ups_are_found_within_seconds(scene: Scene, *, jobs_too: bool) -> None:
    orders = [await scene.place(slug) for slug in ("plain", "mixed-vat", "swish")]
    for job in await scene.store.redis.keys("arq:*") if jobs_too else ():
        await scene.store.redis.delete(job)
    await scene.store.redis.delete(keys.QUEUE)

    await scene.worker()
    took = await scene.settled(*orders)

    assert took < 10
    await scene.assert_invoiced_and_paid_once(*orders)


@pytest.mark.parametrize("skew_seconds", [-600, 600])
async def test_worker_whose_clock_is_wrong_is_neither_late_nor_early(scene: Scene, skew_seconds: int) -> None:
    """Its orders are taken at once; it waits for Hogia's reads as long as it must; an order that is not there yet is not given up."""
    await scene.configure(read_delay_seconds=2)
    await scene.rig.switch(scene.hogia, read_lag_seconds=1.5, sequence_id_mode="ignored", drop_response_every=2)
    await scene.worker(script="skewed.py", environment={"SKEW_SECONDS": str(skew_seconds)})
    orders = [await scene.place(slug) for slug in ("plain", "mixed-vat")]
    await scene.settled(*orders, seconds=40)
    coming = max(orders) + 1
    event_id = await scene.notice(coming)

    async def waited() -> bool:
        event = await events.get(scene.store, event_id)
        assert event is not None
        return event.status != "received"

    await until(waited, "the notice was looked at", seconds=10)
    event = await events.get(scene.store, event_id)
    assert await scene.rig.place(scene.shop, "swish") == [coming]
    await scene.settled(coming, seconds=20)

    assert event is not None
    assert (event.status, event.code) == ("retrying", "ORDER_NOT_FOUND_YET")
    await scene.assert_invoiced_and_paid_once(*orders, coming)
