"""From the moment Hogia's notification leaves to the moment the order state's POST arrives at the shop: one order at a time, no latency."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from dataclasses import dataclass
from typing import Any

from app.sandbox.hogia.notifications import signature
from app.sandbox.hogia.state import CLIENT_ID, CLIENT_SECRET, ORGANIZATION_ID
from app.sandbox.prestashop.state import DEFAULT_KEY
from app.store import connections
from app.store.redis import Store
from app.store.seal import Seal
from tests.bench.bridge import Bridge, bridge
from tests.bench.figures import Figure, at_most, quantile
from tests.bench.latency import pauses
from tests.bench.neighbours import calls, forget
from tests.bench.stand import NotRunningError
from tests.conftest import SECRET_KEY, connection_file

SECRET = "a-secret-that-is-long-enough-for-hogia"
SHIPPED = 4
CACHED_SECONDS = 3.5  # how long a process may still know the connection as it was (app.store.connections.Directory)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    rounds: int = 5
    orders: int = 20  # in each round
    warm_up: int = 3


FULL = Size()
TINY = Size(rounds=1, orders=2, warm_up=1)


async def _configure(system: Bridge) -> None:
    """The connection with a rule for deliveries and a secret for notifications; the feed is not polled while something is measured."""
    document: dict[str, Any] = connection_file(
        shop_url=f"http://127.0.0.1:{system.shop.port}", hogia_url=f"http://127.0.0.1:{system.hogia.port}", sweep_minutes=1000
    )
    document["hogia"] |= {"organization_id": ORGANIZATION_ID, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    document["hogia"] |= {"requests_per_second": 1000, "poll_seconds": 3600, "webhook_secret": SECRET}
    document["shops"][0] |= {"webservice_key": DEFAULT_KEY, "requests_per_second": 1000}
    document["shops"][0]["order_status"] = [{"hogia": "delivered", "state": SHIPPED, "mail": True, "tracking": True}]
    store = Store.connect(system.stand.redis.url)
    try:
        await connections.save(store, Seal(SECRET_KEY), connections.read_document(document, {}))
    finally:
        await store.close()


def _control(system: Bridge, act: str, **body: object) -> dict[str, Any]:
    status, answer = system.hogia.request("POST", f"/_control/{act}", json.dumps(body).encode())
    if status != 200:
        raise NotRunningError(f"the sandbox Hogia answered {act} with {status}")
    found: dict[str, Any] = json.loads(answer)
    return found


def one(system: Bridge, line: http.client.HTTPConnection) -> tuple[float, int]:
    """Milliseconds from notification to state, and the calls that the change took in sum."""
    order = system.purchase("plain")
    system.notify(order)
    system.wait_idle()
    invoice = _control(system, "deliver", which=f"PS:1:{order}:INV")
    for neighbour in (system.shop, system.hogia):
        forget(neighbour)
    notification = {
        "notificationId": f"bench-{order}",
        "organizationId": ORGANIZATION_ID,
        "resourceType": "CustomerInvoice",
        "resourceId": invoice["id"],
        "rowVersion": invoice["rowVersion"],
    }
    raw, stamp = json.dumps(notification).encode(), str(int(time.time()))
    headers = {"X-Hogia-Timestamp": stamp, "X-Hogia-Signature": signature(SECRET, stamp, raw)}
    line.close()
    line.connect()
    sent = time.monotonic()
    line.request("POST", "/webhooks/hogia/acme", raw, headers)
    answer = line.getresponse()
    answer.read()
    if answer.status != 202:
        raise NotRunningError(f"the notification was answered with {answer.status}")
    system.wait_idle()
    there = calls(system.shop)
    arrived = [call.began for call in there if call.method == "POST" and call.path.endswith("/order_histories")]
    if len(arrived) != 1:
        raise NotRunningError(f"order {order} got {len(arrived)} states; the worker's log ends: {system.worker.tail()}")
    return (arrived[0] - sent) * 1000, len(there) + len(calls(system.hogia))


def measure(size: Size = FULL) -> list[Figure]:
    took: list[list[float]] = []
    cost: list[int] = []
    with bridge() as system:
        asyncio.run(_configure(system))
        time.sleep(CACHED_SECONDS)
        line, pause = http.client.HTTPConnection("127.0.0.1", system.api.port, timeout=10), pauses()
        for _ in range(size.warm_up):
            one(system, line)
        for _ in range(size.rounds):
            took.append([])
            for _ in range(size.orders):
                time.sleep(next(pause))
                milliseconds, made = one(system, line)
                took[-1].append(milliseconds)
                cost.append(made)
        line.close()
    return [
        Figure(
            name="notification to order state POST, p95",
            values=tuple(quantile(each, 0.95) for each in took),
            unit="ms",
            target=at_most(250),
        ),
        Figure(name="notification to order state POST, p50", values=tuple(quantile(each, 0.5) for each in took), unit="ms"),
        Figure(name="notification to order state POST, slowest", values=tuple(max(each) for each in took), unit="ms"),
        Figure(name="status change: calls in sum", values=(float(max(cost)),), unit="calls", target=at_most(4)),
    ]
