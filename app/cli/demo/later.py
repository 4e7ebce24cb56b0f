"""What happens to two orders after their invoices: a person delivers in Hogia, a merchant refunds in the shop, and Orderbro does the rest."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from app.cli.demo import scene, verify
from app.cli.demo.follow import Deed, Outcome, deeds, heard
from app.cli.demo.screen import Screen
from app.cli.demo.verify_later import REFUNDED, SHIPPED, Life
from app.sandbox.remote import Remote, Sale
from app.store.redis import Store

LOOK_SECONDS = 0.02
DELIVERED = frozenset({("capture", ""), ("tracking", ""), ("order_state", str(SHIPPED))})
CREDITED = frozenset({("credit", ""), ("refund", ""), ("order_state", str(REFUNDED))})


def suitable(sales: Mapping[int, Sale], outcomes: Mapping[int, Outcome | None]) -> list[int]:
    """Orders paid at Klarna whose invoices stand, without refunds or parts, the first ones first."""
    parts = Counter(sale.reference for sale in sales.values())
    return [
        order
        for order, sale in sorted(sales.items())
        if sale.module == scene.KLARNA_MODULE and sale.payments and not sale.slips and parts[sale.reference] == 1
        if verify.expected(sale) == verify.INVOICED
        if (outcome := outcomes.get(order)) is not None and outcome.settled and outcome.invoice_number and not outcome.code
    ]


@dataclass(slots=True, kw_only=True)
class Later:
    """The later life of a demo's orders. `until`: when to give up waiting, on the monotonic clock."""

    store: Store
    remote: Remote
    screen: Screen
    until: float
    lives: list[Life] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)  # deeds that were printed

    async def play(self, orders: Collection[int]) -> None:
        """Deliver the first order and refund the second after it was delivered; a single order has both. Raises RemoteError."""
        delivered, refunded = (*orders, *orders)[:2]
        for order in dict.fromkeys((delivered, refunded)):
            await self._deliver(order)
        await self._refund(refunded)

    async def _deliver(self, order: int) -> None:
        life = Life(order=order, tracking=f"SE{order:09}")
        self.lives.append(life)
        since = _now_ms()
        await self.remote.act(
            "deliver", which=verify.invoice_reference(order), carrier=scene.CARRIER, tracking_number=life.tracking, final=True
        )
        done = await self._wait(order, DELIVERED, since=since)
        told = await heard(self.store, order, since_ms=since)
        how = f"heard by notification after {told - since} ms" if told is not None else "heard by the change feed"
        self.screen.later(order, f"delivered in Hogia, {scene.CARRIER} {life.tracking}; {how}")
        self._show(done, since)
        sale = (await self.remote.sales())[order]
        for bill in await self.remote.bills():
            if bill.reference == verify.invoice_reference(order):
                paid = "paid" if bill.left == 0 else "not paid"
                self.screen.fact(f"{_mails(len(sale.mails))} to the customer; invoice {bill.number} is {paid} in Hogia")

    async def _refund(self, order: int) -> None:
        sale = (await self.remote.sales())[order]
        since = _now_ms()
        slip = await self.remote.refund(order, sale.rows, shipping=True)
        self.lives = [Life(order=life.order, tracking=life.tracking, slip=slip) if life.order == order else life for life in self.lives]
        done = await self._wait(order, CREDITED, since=since)
        self.screen.later(order, f"refunded in the shop, all rows and freight: slip {slip} of {sale.total_incl:.2f} {sale.currency}")
        self._show(done, since)

    async def _wait(self, order: int, wanted: frozenset[tuple[str, str]], *, since: int) -> list[Deed]:
        """What was done since then, when all of it is, or when time is up."""
        while True:
            done = [deed for deed in await deeds(self.store, order) if deed.at_ms >= since]
            found = {(deed.kind, deed.number if deed.kind == "order_state" else "") for deed in done}
            if wanted <= found or time.monotonic() > self.until:
                return done
            await asyncio.sleep(LOOK_SECONDS)

    def _show(self, done: Collection[Deed], since: int) -> None:
        for deed in done:
            self.seen.add(deed.key)
            self.screen.deed(deed, milliseconds=deed.at_ms - since)


def _now_ms() -> int:
    return int(time.time() * 1000)


def _mails(count: int) -> str:
    return f"{count} mail" if count == 1 else f"{count} mails"
