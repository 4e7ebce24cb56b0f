"""Kill -9 of workers and Redis while deliveries are captured, states set and refunds credited, and every neighbour drops answers after acting.

The provider, the shop and Hogia carry writes out and break the connection: 0 captures, refunds, states, mails or credits too many, 0 too few.
The short run belongs to every test run; the long one runs with `-m faults`.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from app.sandbox.hogia.state import CLIENT_ID, CLIENT_SECRET, ORGANIZATION_ID
from app.sandbox.payments import klarna
from app.sandbox.prestashop.state import DEFAULT_KEY
from app.store import connections, keys, marks
from app.store.redis import UNAVAILABLE, Store
from app.store.seal import Seal
from tests.conftest import SECRET_KEY, connection_file
from tests.faults.chaos import Sender
from tests.faults.rig import Child, Rig, free_port
from tests.faults.waiting import until

SHIPPED = 4


@dataclass(slots=True, kw_only=True)
class Later:
    """Everything that runs, and the orders with their payments."""

    rig: Rig
    store: Store
    shop: Child
    hogia: Child
    provider: Child
    api: Child
    workers: list[Child]
    sender: Sender
    payments: dict[int, str] = field(default_factory=dict)
    totals: dict[int, int] = field(default_factory=dict)  # minor units
    refunds: dict[int, int] = field(default_factory=dict)
    struck: Counter[str] = field(default_factory=Counter)

    async def configure(self) -> None:
        document: Any = connection_file(shop_url=f"http://127.0.0.1:{self.shop.port}", hogia_url=f"http://127.0.0.1:{self.hogia.port}")
        document["hogia"] |= {"organization_id": ORGANIZATION_ID, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        document["hogia"] |= {"requests_per_second": 1000, "read_delay_seconds": 0, "poll_seconds": 1}
        document["shops"][0] |= {
            "webservice_key": DEFAULT_KEY,
            "requests_per_second": 1000,
            "order_status": [{"hogia": "delivered", "state": SHIPPED, "mail": True, "tracking": True}],
            "capture": {
                "klarnapayment": {
                    "strategy": "psp_api",
                    "provider": "klarna",
                    "base_url": f"http://127.0.0.1:{self.provider.port}",
                    "username": klarna.USERNAME,
                    "password": klarna.API_KEY,
                    "refund": True,
                }
            },
        }
        await connections.save(self.store, Seal(SECRET_KEY), connections.read_document(document, {}))
        await self.store.born()

    async def buy(self) -> None:
        """An order with its authorisation at Klarna, noticed; two articles, so that one can be given back."""
        (order,) = await self.rig.place(self.shop, "mixed-vat")
        record = (await self._read("orders", f"[{order}]", "id"))[0]
        total = int(Decimal(record["total_paid_tax_incl"]) * 100)
        made = await self.rig.call(self.provider, "POST", "/_control/authorise", {"order_reference": record["reference"], "amount": total})
        payment = (await self._read("order_payments", f"[{record['reference']}]", "order_reference"))[0]
        await self.rig.call(self.shop, "POST", f"/_control/edit/order_payments/{payment['id']}", {"transaction_id": made["id"]})
        self.payments[order], self.totals[order] = made["id"], total
        await self.sender.deliver(f"changed-{order}", "order.state_changed", order)

    async def live_on(self, order: int, *, is_refunded: bool) -> None:
        """The goods go out; of every other order an article comes back."""
        what = {"which": f"PS:1:{order}:INV", "carrier": "PostNord", "tracking_number": f"SE{order}"}
        await self.rig.call(self.hogia, "POST", "/_control/deliver", what)
        if not is_refunded:
            return
        await until(lambda: self.is_captured(order), f"order {order} is captured", seconds=180, every=1.0)
        row = min(await self._read("order_details", f"[{order}]", "id_order"), key=lambda each: int(each["id"]))
        await self.rig.call(self.shop, "POST", f"/_control/orders/{order}/slip", {"rows": {row["id"]: 1}})
        self.refunds[order] = int(Decimal(row["unit_price_tax_incl"]) * 100)
        await self.sender.deliver(f"refunded-{order}", "order.refunded", order)

    async def _read(self, resource: str, wanted: str, name: str) -> list[dict[str, Any]]:
        address = f"http://127.0.0.1:{self.shop.port}/api/{resource}"
        asked = {"output_format": "JSON", "display": "full", f"filter[{name}]": wanted}
        for _ in range(20):
            answer = await self.rig.http.get(address, params=asked, auth=(DEFAULT_KEY, ""))
            if answer.status_code == 200:
                found: list[dict[str, Any]] = answer.json()[resource]
                return found
        raise AssertionError(f"the shop did not show its {resource}: {answer.status_code}")

    async def authorisations(self) -> dict[str, dict[str, Any]]:
        return {order["order_id"]: order for order in await self.rig.call(self.provider, "GET", "/_orders")}

    async def is_captured(self, order: int) -> bool:
        return int((await self.authorisations())[self.payments[order]]["captured_amount"]) > 0

    async def strike(self) -> None:
        """One of them dies, by lot."""
        name = self.sender.chance.choices(["worker", "redis"], weights=[3, 1])[0]
        if name == "redis":
            self.rig.redis.kill()
            await asyncio.to_thread(self.rig.redis.start)
        else:
            worker = self.sender.chance.choice(self.workers)
            worker.kill()
            worker.start()
        self.struck[name] += 1

    async def is_done(self) -> bool:
        """Everything that was to happen has happened, and nothing is under way."""
        try:
            if await self.store.redis.zcard(keys.DUE) or await self.store.redis.zcard(keys.LEASES):
                return False
        except UNAVAILABLE:
            return False
        known = await self.authorisations()
        captured = all(known[payment]["captured_amount"] == self.totals[order] for order, payment in self.payments.items())
        returned = all(known[self.payments[order]]["refunded_amount"] >= amount for order, amount in self.refunds.items())
        return captured and returned

    async def told(self) -> str:
        """For a person who reads a failure."""
        lines = []
        for order in self.payments:
            mark = await marks.state(self.store, f"acme-se/order/{order}")
            if mark is not None and (mark.parked or mark.generation != mark.settled):
                story = [f"{entry['what']} {entry['text']}" for entry in (await marks.story(self.store, f"acme-se/order/{order}"))[-8:]]
                lines.append(f"{order} {mark}: {story}")
        return "\n".join(lines)

    async def assert_each_once(self) -> None:
        """One capture of everything, one state with one mail, one credit and one refund of what came back."""
        known = await self.authorisations()
        invoices = Counter(each["invoiceReference"] for each in await self.rig.invoices(self.hogia))
        mails = Counter(
            mail["order_id"] for mail in (await self.rig.call(self.shop, "GET", "/_mails"))["mails"] if mail["template"] == "shipped"
        )
        for order, payment in self.payments.items():
            authorisation = known[payment]
            assert [capture["captured_amount"] for capture in authorisation["captures"]] == [self.totals[order]], order
            returned = [self.refunds[order]] if order in self.refunds else []
            assert [refund["refunded_amount"] for refund in authorisation["refunds"]] == returned, order
            history = await self._read("order_histories", f"[{order}]", "id_order")
            assert [int(row["id_order_state"]) for row in history].count(SHIPPED) == 1, order
            assert mails[order] == 1, order
            assert invoices[f"PS:1:{order}:INV"] == 1, order
            made = sum(count for reference, count in invoices.items() if reference.startswith(f"PS:1:{order}:CRE"))
            assert made == len(returned), order


async def later(rig: Rig, *, seed: int) -> Later:
    """Everything started, with two workers; the API is ready."""
    store, port = rig.store(), free_port()
    provider = rig.child("klarna", "-m", "app.sandbox", "klarna", "--port", str(port), port=port)
    shop, hogia, api = await asyncio.gather(rig.shop(), rig.hogia(), rig.api())
    await rig.answers(provider, "/_faults")
    made = Later(
        rig=rig,
        store=store,
        shop=shop,
        hogia=hogia,
        provider=provider,
        api=api,
        workers=[rig.worker(), rig.worker()],
        sender=Sender(rig, api, random.Random(seed)),
    )
    await made.configure()
    await rig.answers(api, "/health/ready")
    return made


async def play(made: Later, *, orders: int, strikes: int, pause: tuple[float, float] = (0.3, 1.2)) -> None:
    """Invoices first, in peace; then the later life, in trouble."""
    for _ in range(orders):
        await made.buy()

    async def invoiced() -> bool:
        return len(await made.rig.invoices(made.hogia)) == orders and not await made.store.redis.zcard(keys.DUE)

    await until(invoiced, "every order is invoiced", seconds=60, every=0.2)
    await made.rig.switch(made.hogia, drop_response_every=3)
    await made.rig.call(made.provider, "POST", "/_faults", {"drop_response_every": 3})
    fault = {"kind": "drop_after_commit", "rate": 0.4, "path": "order_histories", "method": "POST"}
    await made.rig.call(made.shop, "POST", "/_faults", fault)

    async def chaos() -> None:
        for _ in range(strikes):
            await asyncio.sleep(made.sender.chance.uniform(*pause))  # random moments are the fault, nothing is synchronised by them
            await made.strike()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(chaos())
        for index, order in enumerate(list(made.payments)):
            tasks.create_task(made.live_on(order, is_refunded=index % 2 == 0))


async def finish(made: Later, *, seconds: float) -> None:
    try:
        took = await until(made.is_done, "everything has happened", seconds=seconds, every=0.3)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{await made.told()}") from None
    print(f"done {took:.1f} s after the last act; struck {dict(made.struck)}")  # noqa: T201 - pytest shows it with -s, and on failure
    await made.assert_each_once()


async def test_kills_and_dropped_answers_capture_and_credit_once() -> None:
    async with Rig(state_change_seconds=5) as rig:
        made = await later(rig, seed=5)

        await play(made, orders=8, strikes=6)

        await finish(made, seconds=150)


@pytest.mark.faults
async def test_sixty_orders_are_captured_and_credited_once_under_many_kills() -> None:
    async with Rig(state_change_seconds=5) as rig:
        made = await later(rig, seed=6)

        await play(made, orders=60, strikes=30, pause=(0.8, 2.5))

        await finish(made, seconds=400)
