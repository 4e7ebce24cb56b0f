"""What the catalogue does in a demo: the shop's products become articles, then a campaign price and a sale in the till reach the shop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.cli.demo import scene
from app.cli.demo.screen import Screen
from app.operations import catalogue as operations
from app.operations.audit import Actor
from app.sandbox.remote import Remote
from app.store import catalogue, pending
from app.store.redis import Store
from mappers.catalogue.lanes import Lane, Origin
from mappers.catalogue.outcome import Status
from mappers.flows.articles import folded

LOOK_SECONDS = 0.05
NUMBER, COUNTED, SOLD = "KANNA-25", 40, 3
CAMPAIGN_PRICE = "249.00"


@dataclass(slots=True, kw_only=True)
class Goods:
    """The catalogue of a demo. `until`: when to give up waiting, on the monotonic clock; `faults`: what did not come."""

    store: Store
    remote: Remote
    screen: Screen
    until: float
    faults: list[str] = field(default_factory=list)

    async def play(self) -> None:
        """Synchronise, count, sell, put on offer. Raises RemoteError."""
        await self._synchronise()
        await self.remote.act("change_stock", article=NUMBER, on_hand=COUNTED)
        # Of what Hogia has, pieces in orders that are not invoiced (unpaid, or waiting for a person) are sold already.
        await self._arrives(f"{COUNTED} pieces counted in Hogia", lambda seen, held: seen["quantity"] == COUNTED - held)
        await self.remote.act("sell_in_till", article=NUMBER, pieces=SOLD)
        await self._arrives(f"{SOLD} sold in the till of the physical shop", lambda seen, held: seen["quantity"] == COUNTED - SOLD - held)
        starts = datetime.now(UTC) - timedelta(minutes=1)
        span = {"validFrom": starts.isoformat(timespec="seconds"), "validTo": (starts + timedelta(days=7)).isoformat(timespec="seconds")}
        await self.remote.act("add_price", article=NUMBER, kind="Campaign", price=CAMPAIGN_PRICE, **span)
        await self._arrives(
            f"campaign price {CAMPAIGN_PRICE} kr excl. VAT for a week",
            lambda seen, _: str(seen["excl"]).startswith(CAMPAIGN_PRICE) and len(seen["specific_prices"]) == 1,
        )

    async def _synchronise(self) -> None:
        started = time.monotonic()
        await operations.start(
            self.store,
            Actor(id="demo", name="demo", origin="command line"),
            scene.CONNECTION,
            Origin.PRESTASHOP,
            preview=False,
            new_id=lambda: "demo",
        )
        while not (await catalogue.run(self.store, scene.SHOP, Lane.TO_HOGIA)).get("ended_ms"):
            if time.monotonic() > self.until:
                self.faults.append("the initial synchronisation did not end in time")
                break
            await asyncio.sleep(LOOK_SECONDS)
        told = [each.outcome for each in await catalogue.outcomes(self.store, scene.SHOP, Lane.TO_HOGIA)]
        by_status = {status: sum(each.status is status for each in told) for status in Status}
        counts = ", ".join(f"{count} {status}" for status, count in by_status.items() if count)
        self.screen.say(f"Initial synchronisation, shop to Hogia: {len(told)} items in {time.monotonic() - started:.1f} s: {counts}")
        if not told or by_status[Status.REFUSED]:
            self.faults.append(f"of {len(told)} items {by_status[Status.REFUSED]} were refused")

    async def _held(self) -> int:
        """Pieces in orders that Hogia knows nothing of yet: unpaid, or waiting for a person."""
        counts, sales = await pending.of(self.store, scene.CONNECTION, [folded(NUMBER)])
        return sum(pieces for order, pieces in counts[folded(NUMBER)].items() if not sales[order].billed_ms)

    async def _arrives(self, what: str, is_there: Callable[[dict[str, Any], int], bool]) -> None:
        """Wait until the shop shows it."""
        began = time.monotonic()
        while True:
            seen, held = await self.remote.product(NUMBER), await self._held()
            if is_there(seen, held):
                break
            if time.monotonic() > self.until:
                self.faults.append(f"{NUMBER}: {what} did not reach the shop")
                self.screen.say(f"{NUMBER}: {what}: not in the shop")
                return
            await asyncio.sleep(LOOK_SECONDS)
        took = (time.monotonic() - began) * 1000
        self.screen.say(
            f"{NUMBER}: {what}; in the shop after {took:.0f} ms: {seen['quantity']} pieces ({held} held by orders), {Decimal(seen['incl']):.2f} kr"
        )
