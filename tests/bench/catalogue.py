"""The initial synchronisation, changed stock, and what both do to orders that come meanwhile.

Rates with neighbours that take no time are one worker's own; against Hogia's real limit (hogia.md 3.15) it is the limit that is used up.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from app.store import catalogue, feeds, marks
from app.store.redis import Store
from mappers.catalogue.lanes import Lane, Origin
from tests.bench.bridge import Bridge, bridge
from tests.bench.figures import Figure, at_least, at_most, quantile
from tests.bench.neighbours import Call, calls, forget
from tests.bench.stand import NotRunningError, wait_for

SHOP = "acme-se"
LIMIT_PER_SECOND = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    products: int = 10_000  # with one combination each beside it: two articles
    limited: int = 60  # articles that are made against the real limit
    stock: int = 1000
    orders: int = 40  # while a synchronisation runs, and as many idle


FULL = Size()
TINY = Size(products=30, limited=12, stock=20, orders=3)


def running(*, hogia_per_second: float = 1000) -> AbstractContextManager[Bridge]:
    """A bridge whose shop leads articles and whose Hogia leads prices and stock."""
    return bridge(flow="combo", hogia_per_second=hogia_per_second)


def run(system: Bridge, act: Callable[[Store], Any]) -> Any:
    """One act on the store."""

    async def acted() -> Any:
        store = Store.connect(system.stand.redis.url)
        try:
            return await act(store)
        finally:
            await store.close()

    return asyncio.run(acted())


def tell(system: Bridge, path: str, body: dict[str, Any], *, hogia: bool = False) -> Any:
    """One of a neighbour's own doors."""
    status, answer = (system.hogia if hogia else system.shop).request("POST", path, json.dumps(body).encode())
    if status != 200:
        raise NotRunningError(f"{path} was answered {status}: {answer[:200]!r}")
    return json.loads(answer)


def start(system: Bridge) -> None:
    """From the shop to Hogia."""

    async def act(store: Store) -> None:
        lane = Origin.PRESTASHOP.lane(preview=False)
        fields = {"id": "bench", "began_ms": str(await store.now_ms()), "by": "bench", "origin": "prestashop"}
        await catalogue.begin(store, SHOP, lane, fields)
        await marks.mark(store, [lane.entity(SHOP)], hint="start")

    run(system, act)


def has_ended(system: Bridge) -> bool:
    system.worker.check()
    found: dict[str, str] = run(system, lambda store: catalogue.run(store, SHOP, Lane.TO_HOGIA))
    return bool(found.get("ended_ms"))


def created(seen: list[Call]) -> list[Call]:
    return [call for call in seen if call.method == "POST" and call.path.endswith("/articles")]


def synchronised(size: Size) -> list[Figure]:
    """Ten thousand products."""
    with running() as system:
        tell(system, "/_control/products", {"count": size.products, "combinations": 2, "prefix": "MASS"})
        for neighbour in (system.shop, system.hogia):
            forget(neighbour)
        before = system.worker.memory_mb
        start(system)
        memory: list[float] = []

        def done() -> bool:
            memory.append(system.worker.memory_mb)
            return has_ended(system)

        wait_for(done, "the synchronisation to end", seconds=1200, every=0.5)
        shop, hogia = calls(system.shop), calls(system.hogia)
        made = created(hogia)
        took = max(call.ended for call in made) - min(call.began for call in made)
        half = memory[len(memory) // 2 :]
        single = [call for call in hogia if "/articles" in call.path and not call.path.endswith("/rowversion")]
        articles = len(made)
    return [
        Figure(
            name=f"initial synchronisation of {articles} articles, one worker", values=(articles / took,), unit="/s", target=at_least(150)
        ),
        Figure(
            name="calls to Hogia per article, feed pages and reference data apart", values=(len(single) / articles,), target=at_most(1.1)
        ),
        Figure(name="all calls to Hogia per article", values=(len(hogia) / articles,)),
        Figure(name="calls to the shop per article", values=(len(shop) / articles,), unit=""),
        Figure(name="worker memory at most", values=(max(memory),), unit="MB", target=at_most(200)),
        Figure(name="worker memory, growth", values=(max(memory) - before,), unit="MB"),
        Figure(name="worker memory, growth in the second half", values=(half[-1] - half[0],), unit="MB", target=at_most(10)),
    ]


def limited(size: Size) -> list[Figure]:
    """Against 25 calls in 5 seconds, with our own 4 a second."""
    with running(hogia_per_second=LIMIT_PER_SECOND) as system:
        tell(system, "/_faults", {"rate_limit": 25}, hogia=True)
        tell(system, "/_control/products", {"count": size.limited, "combinations": 0, "prefix": "MASS"})
        forget(system.hogia)
        start(system)
        wait_for(lambda: has_ended(system), "the synchronisation to end", seconds=600, every=0.5)
        seen = calls(system.hogia)
        took = max(call.ended for call in seen) - min(call.began for call in seen)
        refused = sum(entry["status"] == 429 for entry in json.loads(system.hogia.get("/_log")[1]))
    rate = (len(seen) - 1) / took / LIMIT_PER_SECOND * 100
    return [
        Figure(name="of the allowed rate at Hogia, used", values=(rate,), unit="%", target=at_least(90)),
        Figure(name="answers 429", values=(float(refused),), unit="", target=at_most(0)),
    ]


def restocked(size: Size) -> list[Figure]:
    """A thousand balances change at once, and Hogia tells."""
    with running() as system:
        tell(system, "/_control/products", {"count": size.stock, "combinations": 0, "prefix": "MASS"})
        start(system)
        wait_for(lambda: has_ended(system), "the synchronisation to end", seconds=600, every=0.5)
        system.wait_idle()
        numbers = [each["number"] for each in json.loads(system.hogia.get("/_articles")[1]) if each["number"].startswith("MASS")]
        for number in numbers:
            tell(system, "/_control/change_stock", {"article": number, "on_hand": 7}, hogia=True)
        forget(system.shop)
        began = time.monotonic()
        run(system, lambda store: feeds.ask(store, "acme"))

        def written() -> list[Call]:
            return [call for call in calls(system.shop) if call.method == "PATCH" and "stock_availables" in call.path]

        wait_for(lambda: len(written()) >= len(numbers), "every quantity to be written", seconds=300, every=0.5)
        system.wait_idle()
        found = written()
        took = max(call.ended for call in found) - began
        reads = sum(call.method == "GET" for call in calls(system.shop))
    return [
        Figure(name="writes per changed article", values=(len(found) / len(numbers),), unit="", target=at_most(1.05)),
        Figure(name="reads per changed article", values=(reads / len(numbers),), unit=""),
        Figure(name=f"from the notification to the last of {len(numbers)} quantities", values=(took,), unit="s"),
    ]


def invoiced(system: Bridge, orders: int) -> list[float]:
    """Milliseconds from webhook to invoice POST, one order at a time."""
    found = []
    for number in range(orders):
        order = system.purchase("plain")
        forget(system.hogia)
        sent = system.notify(order)

        def posts() -> list[Call]:
            return [call for call in calls(system.hogia) if call.is_invoice]

        wait_for(lambda: bool(posts()), "the invoice", seconds=30)
        found.append((posts()[0].began - sent) * 1000)
        time.sleep(number * 37 % 100 / 1000)  # so that the worker's timers are met at every phase alike
    return found


def beside(size: Size) -> list[Figure]:
    """Orders while a synchronisation runs."""
    with running() as system:
        invoiced(system, 2)
        idle = invoiced(system, size.orders)
        tell(system, "/_control/products", {"count": size.products, "combinations": 2, "prefix": "MASS"})
        start(system)
        wait_for(lambda: bool(created(calls(system.hogia))), "the synchronisation to begin", seconds=60)
        busy = invoiced(system, size.orders)
        if has_ended(system) and size is FULL:
            raise NotRunningError("the synchronisation ended before the orders did")
    before, during = quantile(idle, 0.95), quantile(busy, 0.95)
    return [
        Figure(name="webhook → invoice POST, idle, p95", values=(before,), unit="ms"),
        Figure(name="webhook → invoice POST during a synchronisation, p95", values=(during,), unit="ms"),
        Figure(name="during beside idle", values=(during / before,), unit="×", target=at_most(2)),
    ]


def measure(size: Size = FULL) -> list[Figure]:
    return [*synchronised(size), *limited(size), *restocked(size), *beside(size)]
