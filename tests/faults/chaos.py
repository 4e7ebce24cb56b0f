"""A whole bridge under load whose processes are killed at random moments, a sender that resends, and what must be true at the end."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from app.ingress.signatures import secret_bytes, sign
from app.sandbox.prestashop.scenarios import ALL
from app.store import events, keys, ledger, marks
from app.store.events import EventStatus
from app.store.ledger import EffectState
from app.store.redis import UNAVAILABLE, Store
from tests.conftest import WEBHOOK_SECRET
from tests.faults.rig import Child, Rig
from tests.faults.waiting import until
from tests.journeys.test_scenarios import FOLLOWS_REFUNDS, LEFT_ALONE, SETTINGS

SETTLED = frozenset({EventStatus.PROCESSED, EventStatus.IGNORED})
PATIENT_SECONDS = 60.0
SLUGS = tuple(scenario.slug for scenario in ALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    id: int
    slug: str

    @property
    def entity(self) -> str:
        return f"acme-se/order/{self.id}"

    @property
    def reference(self) -> str:
        return f"PS:1:{self.id}:INV"


@dataclass(slots=True)
class Sender:
    """The shop module's outbox: every notice is sent again, signed anew, until it is answered with 2xx."""

    rig: Rig
    api: Child
    chance: random.Random
    acknowledged: dict[str, str] = field(default_factory=dict)  # sender's id -> our event's id
    answers: Counter[str] = field(default_factory=Counter)

    async def deliver(self, sender_id: str, kind: str, order: int, **data: object) -> None:
        """Deliver one notice; returns when it is acknowledged. One in five is delivered twice, as at-least-once senders do."""
        body = json.dumps({"type": kind, "timestamp": "2026-11-24T10:00:00Z", "data": {"id": order, "id_shop": 1, **data}}).encode()
        await until(lambda: self._accepted(sender_id, body), f"{sender_id} is acknowledged", seconds=PATIENT_SECONDS, every=0.1)
        if self.chance.random() < 0.2:
            await self._accepted(sender_id, body)

    async def _accepted(self, sender_id: str, body: bytes) -> bool:
        stamp = int(time.time())
        headers = {
            "webhook-id": sender_id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": sign(secret_bytes(WEBHOOK_SECRET), sender_id, stamp, body),
        }
        try:
            answer = await self.rig.http.post(
                f"http://127.0.0.1:{self.api.port}/webhooks/prestashop/acme-se", content=body, headers=headers
            )
        except httpx.TransportError as error:
            self.answers[type(error).__name__] += 1
            return False
        self.answers[str(answer.status_code)] += 1
        assert answer.status_code in {202, 503}, answer.text
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) > 0
            return False
        event_id = answer.json()["event_id"]
        assert self.acknowledged.setdefault(sender_id, event_id) == event_id, "a repeat is answered with the first one's id"
        return True


@dataclass(slots=True)
class Bridge:
    """Everything that runs, and the orders that were placed."""

    rig: Rig
    store: Store
    shop: Child
    hogia: Child
    api: Child
    workers: list[Child]
    sender: Sender
    orders: list[Order] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    hogia_settings: dict[str, Any] = field(default_factory=dict)

    async def configure(self) -> None:
        await self.rig.configure(
            self.store, self.shop, self.hogia, hogia_settings=self.hogia_settings, shop_settings=FOLLOWS_REFUNDS, **SETTINGS
        )
        await self.store.born()

    async def place(self, slug: str) -> None:
        """Buy it, and let the module tell of it: created, paid, looked at."""
        for ident in await self.rig.place(self.shop, slug):
            self.orders.append(Order(id=ident, slug=slug))
            await asyncio.gather(*self._notices(ident))

    def _notices(self, ident: int) -> Iterable[Awaitable[None]]:
        yield self.sender.deliver(f"created-{ident}", "order.created", ident)
        yield self.sender.deliver(f"changed-{ident}", "order.state_changed", ident)
        if self.sender.chance.random() < 0.5:
            yield self.sender.deliver(f"updated-{ident}", "order.updated", ident)

    async def send_all_again(self) -> None:
        """The module's outbox, from its beginning."""
        gate = asyncio.Semaphore(10)

        async def again(sender_id: str) -> None:
            kind, _, ident = sender_id.rpartition("-")
            async with gate:
                await self.sender.deliver(sender_id, {"changed": "order.state_changed"}.get(kind, f"order.{kind}"), int(ident))

        known = list(self.sender.acknowledged)
        self.sender.acknowledged.clear()
        await asyncio.gather(*(again(sender_id) for sender_id in known))

    # what is killed

    async def kill_redis(self) -> None:
        self.rig.redis.kill()
        await asyncio.sleep(self.sender.chance.uniform(0, 0.5))  # how long it is away is part of the fault
        await asyncio.to_thread(self.rig.redis.start)

    async def kill_api(self) -> None:
        self.api.kill()
        self.api.start()

    async def kill_worker(self) -> None:
        worker = self.sender.chance.choice(self.workers)
        worker.kill()
        worker.start()

    async def trouble_hogia(self) -> None:
        """A few answers 503, a few writes refused before the commit."""
        await self.rig.switch(self.hogia, http_503=2, fail_before_commit=1)

    async def strike(self) -> None:
        """One fault, drawn by lot."""
        acts: dict[str, Callable[[], Awaitable[None]]] = {
            "redis": self.kill_redis,
            "api": self.kill_api,
            "worker": self.kill_worker,
            "hogia": self.trouble_hogia,
        }
        name = self.sender.chance.choices(list(acts), weights=[3, 2, 5, 1])[0]
        await acts[name]()
        self.struck[name] += 1

    # what is waited for and asserted

    async def settled(self) -> bool:
        """Nothing is due, nothing is under way, every acknowledged event has been settled."""
        try:
            if await self.store.redis.zcard(keys.DUE) or await self.store.redis.zcard(keys.LEASES):
                return False
            found = [await events.get(self.store, event_id) for event_id in self.sender.acknowledged.values()]
        except UNAVAILABLE:
            return False
        return all(event is None or event.status not in {EventStatus.RECEIVED, EventStatus.RETRYING} for event in found)

    async def wait_until_settled(self, *, seconds: float = PATIENT_SECONDS) -> float:
        try:
            return await until(self.settled, "everything is settled", seconds=seconds, every=0.2)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{await self.unsettled()}") from None

    async def unsettled(self) -> str:
        """For a person who reads a failure."""
        found = [await events.get(self.store, event_id) for event_id in self.sender.acknowledged.values()]
        lines = [
            f"due {await self.store.redis.zrange(keys.DUE, 0, -1, withscores=True)}, now {await self.store.now_ms()}",
            f"leased {await self.store.redis.zrange(keys.LEASES, 0, -1, withscores=True)}",
            *(f"{event}" for event in found if event is not None and event.status not in SETTLED),
        ]
        for order in self.orders:
            mark = await marks.state(self.store, order.entity)
            if mark is None or mark.generation != mark.settled:
                told = [f"{entry['what']} {entry['text']}" for entry in (await marks.story(self.store, order.entity))[-6:]]
                lines.append(f"{order.entity} {order.slug} {mark}: {told}")
        return "\n".join(lines)

    async def assert_nothing_lost(self) -> None:
        """Every acknowledged event is stored and settled, and no entity waits for a person."""
        for sender_id, event_id in self.sender.acknowledged.items():
            event = await events.get(self.store, event_id)
            assert event is not None, f"lost: {sender_id}"
            assert event.status in SETTLED, (sender_id, event.status, event.code, event.reason)
        for order in self.orders:
            mark = await marks.state(self.store, order.entity)
            assert mark is not None
            assert (mark.generation, mark.parked, mark.leased) == (mark.settled, False, False), (order, mark)

    async def assert_one_invoice_each(self) -> None:
        """One invoice and one set of payments per order that is to be invoiced; none for the others; the ledger says the same."""
        invoices = await self.rig.invoices(self.hogia)
        by_reference = Counter(invoice["invoiceReference"] for invoice in invoices)
        assert [reference for reference, count in by_reference.items() if count > 1] == []
        known = {i["invoiceReference"]: i for i in invoices if i["creditedCustomerInvoiceId"] is None}
        totals = {o["id"]: Decimal(o["total_paid_tax_incl"]) for o in (await self.rig.call(self.shop, "GET", "/_control/orders"))["orders"]}
        due = [order for order in self.orders if order.slug not in LEFT_ALONE]
        assert set(known) == {order.reference for order in due}
        for order in due:
            invoice = known[order.reference]
            gross, paid = Decimal(str(invoice["gross"])), Decimal(str(invoice["paid"]))
            assert gross == totals[order.id], order
            effects = await ledger.of_entity(self.store, order.entity)
            assert {effect.state for effect in effects} == {EffectState.CONFIRMED}, (order, effects)
            made = [(e.external_id, Decimal(e.amount), e.checked) for e in effects if e.kind == "invoice"]
            assert made == [(invoice["id"], gross, True)], order
            payments = [Decimal(effect.amount) for effect in effects if effect.kind == "payment"]
            assert sum(payments) == paid, (order, payments, invoice)
            detail = await self.rig.call(self.hogia, "POST", "/_control/invoice", {"which": order.reference})
            booked = [
                Decimal(str(event["amount"])) for event in detail["customerInvoiceEvents"] if event["customerInvoiceEventType"] == "Paid"
            ]
            assert sorted(booked) == sorted(payments), (order, payments, booked)

    async def report(self) -> dict[str, Any]:
        """What happened, for whoever reads the run."""
        newest = [effect for order in self.orders for effect in await ledger.of_entity(self.store, order.entity)]
        return {
            "orders": len(self.orders),
            "events": len(self.sender.acknowledged),
            "answers": dict(self.sender.answers),
            "struck": dict(self.struck),
            "worker starts": [worker.starts for worker in self.workers],
            "effects": len(newest),
            "adopted": sum(effect.adopted for effect in newest),
            "tried more than once": sum(effect.attempts > 1 for effect in newest),
        }


async def bridge(rig: Rig, *, seed: int, hogia_settings: dict[str, Any] | None = None, **switches: object) -> Bridge:
    """Start everything with two workers; answers when the API is ready."""
    store = rig.store()
    shop, hogia, api = await asyncio.gather(rig.shop(), rig.hogia(**switches), rig.api())
    made = Bridge(
        rig=rig,
        store=store,
        shop=shop,
        hogia=hogia,
        api=api,
        workers=[rig.worker(), rig.worker()],
        sender=Sender(rig, api, random.Random(seed)),
        hogia_settings={"read_delay_seconds": 0, **(hogia_settings or {})},
    )
    await made.configure()
    await rig.answers(api, "/health/ready")
    return made


async def storm(bridge: Bridge, slugs: Iterable[str], *, strikes: int, pause: tuple[float, float] = (0.3, 1.5)) -> None:
    """Place the orders while processes are killed, until both are done."""
    waiting = asyncio.Queue[str]()
    for slug in slugs:
        waiting.put_nowait(slug)

    async def buyer() -> None:
        while not waiting.empty():
            await bridge.place(waiting.get_nowait())

    async def chaos() -> None:
        for _ in range(strikes):
            await asyncio.sleep(bridge.sender.chance.uniform(*pause))  # random moments are the fault, nothing is synchronised by them
            await bridge.strike()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(chaos())
        for _ in range(6):
            tasks.create_task(buyer())
