"""The sandboxes with a stop-watch in front: when each call came and when it was answered, on the clock that all processes share."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.sandbox.hogia.server import create_hogia
from app.sandbox.hogia.state import HogiaState
from app.sandbox.prestashop import scenarios
from app.sandbox.prestashop.scenario import Item, Scenario, Step
from app.sandbox.prestashop.server import create_shop
from app.sandbox.prestashop.state import ShopState
from tests.bench.stand import Running

RICH = Scenario(
    slug="bench-rich",
    description="Two vouchers over two VAT rates, and a message",
    person=scenarios.BERTIL,
    place=scenarios.LUND,
    items=(Item(reference="KANNA-25", quantity=2), Item(reference="TE-12", quantity=3)),
    vouchers=("TIO", "HUNDRA"),
    message="Ring före leverans",
    transaction_id="KL-9001",
)
REFUNDED = replace(
    RICH,
    slug="bench-refunded",
    description="The same, with one piece refunded before the bridge sees it",
    steps=(Step(kind="slip", values={"rows": {0: 1}}),),
)


class Watch:
    """`GET /_watch` tells the calls; `POST /_watch {"latency_ms": 40}` forgets them and makes each of the next ones take that long."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._calls: list[dict[str, Any]] = []
        self._latency = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (scope["path"].startswith("/_") and scope["path"] != "/_watch"):
            await self._app(scope, receive, send)
        elif scope["path"] == "/_watch":
            await self._told(scope, receive, send)
        else:
            call = {"method": scope["method"], "path": scope["path"], "began": time.monotonic()}
            self._calls.append(call)
            if self._latency:
                await asyncio.sleep(self._latency)
            await self._app(scope, receive, send)
            call["ended"] = time.monotonic()

    async def _told(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            self._latency = json.loads(await Request(scope, receive).body())["latency_ms"] / 1000
            self._calls.clear()
        await JSONResponse(self._calls)(scope, receive, send)


def create_watched_shop() -> ASGIApp:
    scenarios.BY_SLUG.update({scenario.slug: scenario for scenario in (RICH, REFUNDED)})
    return Watch(create_shop(ShopState()))


def create_watched_hogia() -> ASGIApp:
    state = HogiaState()
    state.switches.rate_limit = 0
    return Watch(create_hogia(state))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as the neighbour saw it; times in seconds of the machine's monotonic clock."""

    method: str
    path: str
    began: float
    ended: float

    @property
    def is_invoice(self) -> bool:
        return self.method == "POST" and self.path.endswith("/customerinvoices")


def calls(neighbour: Running) -> list[Call]:
    """The finished calls since `forget`, but for signing in."""
    seen = json.loads(neighbour.get("/_watch")[1])
    return [Call(**call) for call in seen if "ended" in call and not call["path"].startswith("/connect/")]


def forget(neighbour: Running, *, latency_ms: float = 0) -> None:
    neighbour.request("POST", "/_watch", json.dumps({"latency_ms": latency_ms}).encode())


def rounds(seen: Sequence[Call]) -> list[list[Call]]:
    """Calls that were under way at the same time, one list per round."""
    grouped: list[list[Call]] = []
    until = float("-inf")
    for call in sorted(seen, key=lambda call: call.began):
        if call.began >= until:
            grouped.append([])
        grouped[-1].append(call)
        until = max(until, call.ended)
    return grouped


def place(shop: Running, scenario: str) -> int:
    """A purchase in the shop; answers the order's id. Nobody is told."""
    status, body = shop.request("POST", "/_control/orders", json.dumps({"scenario": scenario}).encode())
    assert status == 200, body
    return int(json.loads(body)["id"])


def edit_customer(shop: Running, order: int, **values: str) -> None:
    """Change the buyer of an order, for a customer that Hogia has never seen."""
    customer = json.loads(shop.request("POST", f"/_control/edit/orders/{order}", b"{}")[1])["orders"]["id_customer"]
    shop.request("POST", f"/_control/edit/customers/{customer}", json.dumps(values).encode())
