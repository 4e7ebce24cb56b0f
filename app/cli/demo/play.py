"""A demo from the first process to the last line: start, apply, let customers buy, follow, verify, stay."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from app.cli.demo import scene, suggestions, verify
from app.cli.demo.follow import Outcome, deeds, newest_deeds, outcome, subscribed
from app.cli.demo.goods import Goods
from app.cli.demo.household import Household
from app.cli.demo.later import Later, suitable
from app.cli.demo.purchase import buy
from app.cli.demo.screen import Screen
from app.cli.demo.start import prepare, start, wait_until_up
from app.cli.demo.suggestions import Addresses, Refundable, Spoiled
from app.cli.demo.verify_later import Life, later_differences
from app.sandbox.remote import Remote, Sale
from app.store import events
from app.store.redis import Store

EXIT_SECONDS = 26.0  # when `--exit` gives up waiting for invoices, counted from the beginning: it has to end within 40
LATER_SECONDS = 34.0  # the same for what happens after them
GOODS_SECONDS = 38.0  # and for the catalogue
PATIENCE_SECONDS = 20.0  # for either, in a demo that stays
NEXT_SECONDS = 1.5  # the next customer comes when an order is settled, or after this long
LOOK_SECONDS = 0.02
WATCH_SECONDS = 0.3
AT_ONCE = 3  # orders under way with `--exit`
PLANNED = "FOLLOWED_UP"  # another look that was arranged, and no trouble
Printed = tuple[tuple[str, ...], str, str, str]  # what of an outcome was printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for."""

    exits: bool
    recordings: Path | None
    orders: int
    port: int | None
    faults: dict[str, int]


@dataclass(slots=True, kw_only=True)
class Play:
    """One demo while it runs."""

    options: Options
    house: Household
    screen: Screen
    began: float = field(default_factory=time.monotonic)
    descriptions: dict[int, str] = field(default_factory=dict)  # by order
    expectations: dict[int, str] = field(default_factory=dict)  # where the shop's facts alone do not say it
    held: dict[int, str] = field(default_factory=dict)  # orders with a refund that waits for a person: why
    printed: dict[int, Printed] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)  # deeds that were printed
    lives: list[Life] = field(default_factory=list)
    spoiled: Spoiled | None = None
    goods: list[str] = field(default_factory=list)  # what of the catalogue did not come

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    async def run(self) -> int:
        """Until everything is verified (`--exit`), or for ever. Answers the exit code. Raises RemoteError and Misconfigured."""
        at = await start(self.house, port=self.options.port, recordings=self.options.recordings)
        store = Store.connect(self.house.redis_url)
        remote = Remote(shop=at.shop, hogia=at.hogia, klarna=at.klarna)
        try:
            await wait_until_up(store, remote, at)
            await prepare(remote, faults=self.options.faults)
            self.screen.say(f"Up after {self.seconds:.1f} s, with an embedded server and a worker:")
            for name, url in (("API", at.api), ("sandbox shop", at.shop), ("sandbox Hogia", at.hogia), ("sandbox Klarna", at.klarna)):
                self.screen.say(f"  {name} {url}")
            await self._happen(store, remote)
            outcomes = await self._wait_until_settled(store, remote, limit=EXIT_SECONDS)
            await self._live_on(store, remote, outcomes)
            outcomes = await self._wait_until_settled(store, remote, limit=LATER_SECONDS)
            await self._move_goods(store, remote)
            code = await self._verify(remote, outcomes)
            if not self.options.exits:
                await self._suggest(remote, at, outcomes)
                await self._watch(store, remote)
            return code
        finally:
            await remote.close()
            await store.close()

    # What happens ---------------------------------------------------------------------------------------------------------------

    async def _happen(self, store: Store, remote: Remote) -> None:
        """Orders, one after the other for people who look on, some at once when time counts."""
        room = asyncio.Semaphore(AT_ONCE if self.options.exits else 1)

        async def one(make: Callable[[], Awaitable[dict[int, str]]]) -> None:
            async with room:
                made = await make()
                self.descriptions |= made
                for order in made:
                    await self._follow(store, remote, order, seconds=NEXT_SECONDS)

        first, *rest = await self._makers(remote)
        await one(first)
        await asyncio.gather(*map(one, rest))

    async def _makers(self, remote: Remote) -> list[Callable[[], Awaitable[dict[int, str]]]]:
        """What makes each order happen; called, it answers the orders and their descriptions."""
        if self.options.recordings is not None:
            found = scene.recorded(self.options.recordings)
            self.expectations = {order: each.code for order, each in found.items() if each.code}
            self.screen.title(f"{len(found)} recorded orders of a real shop: an event for each")
            return [partial(self._tell, remote, order, each.label) for order, each in found.items()]
        self.screen.title("Customers buy; the shop tells Orderbro; Hogia gets invoices")
        known = await remote.descriptions()
        wanted = scene.chosen(known, self.options.orders)
        return [*(partial(self._buy, remote, slug, known[slug]) for slug in wanted), partial(self._spoil, remote)]

    async def _buy(self, remote: Remote, slug: str, description: str) -> dict[int, str]:
        made = await buy(remote, slug)
        if slug in scene.HELD:
            self.held |= dict.fromkeys(made, scene.HELD[slug])
        return dict.fromkeys(made, description)

    async def _tell(self, remote: Remote, order: int, label: str) -> dict[int, str]:
        await remote.notify(order)
        return {order: label}

    async def _spoil(self, remote: Remote) -> dict[int, str]:
        """An order whose total a module raises without a row, before its payment arrives."""
        (order,) = (await remote.place(scene.SPOILED)).ids
        right = (await remote.sales())[order].total_incl
        wrong = f"{right + scene.SPOILED_BY:.6f}"
        await remote.edit_order(order, total_paid=wrong, total_paid_tax_incl=wrong)
        await remote.set_state(order, scene.PAID_STATE)
        self.expectations[order] = scene.SPOILED_CODE
        self.spoiled = Spoiled(order=order, right_total=f"{right:.6f}")
        return {order: scene.SPOILED_DESCRIPTION}

    async def _follow(self, store: Store, remote: Remote, order: int, *, seconds: float) -> None:
        """Print the order when it is settled; one that takes longer is printed later."""
        sale = (await remote.sales())[order]
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = await outcome(store, order, notices=sale.notices)
            if found is not None and found.settled:
                await self._print(store, remote, found)
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _print(self, store: Store, remote: Remote, found: Outcome) -> None:
        if not self._is_news(found):
            return
        self.printed[found.order] = _visible(found)
        sale = (await remote.sales())[found.order]
        bills = [bill for bill in await remote.bills() if bill.reference == verify.invoice_reference(found.order)]
        done = [deed for deed in await deeds(store, found.order) if deed.key not in self.seen]
        self.seen |= {deed.key for deed in done}
        self.screen.order(self.descriptions[found.order], sale, found, bills[0] if bills else None, done)

    def _is_news(self, found: Outcome) -> bool:
        return self.printed.get(found.order) != _visible(found)

    async def _wait_until_settled(self, store: Store, remote: Remote, *, limit: float) -> dict[int, Outcome | None]:
        """Those that took longer, up to the limit in a demo that ends; then they are printed as they stand. Answers what they came to."""
        limit = limit if self.options.exits else self.seconds + PATIENCE_SECONDS
        while True:
            sales = await remote.sales()
            found = {order: await outcome(store, order, notices=sales[order].notices) for order in sorted(self.descriptions)}
            late = self.seconds > limit
            for order, each in found.items():
                if each is not None and (each.settled or late) and order not in {life.order for life in self.lives}:
                    await self._print(store, remote, each)
            if late or all(each is not None and each.settled for each in found.values()):
                return found
            await asyncio.sleep(WATCH_SECONDS)

    # Afterwards -----------------------------------------------------------------------------------------------------------------

    async def _live_on(self, store: Store, remote: Remote, outcomes: dict[int, Outcome | None]) -> None:
        """A delivery and a refund, on orders whose invoices stand."""
        self.screen.title("What happens after the invoice")
        if self.options.recordings is not None:
            self.screen.say("Left out: a recorded shop gives back what it was recorded with, and none of its orders was paid at Klarna.")
            return
        orders = suitable(await remote.sales(), outcomes)
        if not orders:
            self.screen.say("Left out: no order that was paid at Klarna has its invoice.")
            return
        if not await subscribed(store, scene.CONNECTION):
            self.screen.say("Hogia was not asked to notify; its change feed is read.")
        until = self.began + LATER_SECONDS if self.options.exits else time.monotonic() + PATIENCE_SECONDS
        later = Later(store=store, remote=remote, screen=self.screen, until=until)
        try:
            await later.play(orders)
        finally:
            self.lives, self.seen = later.lives, self.seen | later.seen

    async def _move_goods(self, store: Store, remote: Remote) -> None:
        """The catalogue, to Hogia and back."""
        self.screen.title("Products to Hogia; stock and a campaign price back to the shop")
        if self.options.recordings is not None:
            self.screen.say("Left out: a recorded shop takes no stock and no prices.")
            return
        until = self.began + GOODS_SECONDS if self.options.exits else time.monotonic() + PATIENCE_SECONDS
        goods = Goods(store=store, remote=remote, screen=self.screen, until=until)
        await goods.play()
        self.goods = goods.faults

    async def _verify(self, remote: Remote, outcomes: dict[int, Outcome | None]) -> int:
        """Compare all sides; print it; 0 when nothing differs."""
        calls = await remote.calls()
        everything = await remote.sales()
        sales = {order: everything[order] for order in sorted(self.descriptions)}
        bills = await remote.bills()
        expectations = {order: self.expectations.get(order) or verify.expected(sale) for order, sale in sales.items()}
        found = verify.differences(sales, bills, outcomes, expectations, self.held)
        found += later_differences(sales, bills, await remote.payments(), self.lives)
        found += [verify.Difference(order=0, text=text) for text in self.goods]
        equal = not found
        credited = sum(bool(bill.credits) for bill in bills)
        self.screen.title("Result")
        self.screen.totals(verify.sums(sales, bills, expectations, self.held))
        self.screen.summary(outcomes, invoices=len(bills) - credited, credited=credited, calls=calls, equal=equal, seconds=self.seconds)
        if found:
            self.screen.differences(found)
        return 0 if equal else 1

    async def _suggest(self, remote: Remote, at: Addresses, outcomes: dict[int, Outcome | None]) -> None:
        sales = await remote.sales()
        lived = {life.order: life for life in self.lives}
        left = [order for order in suitable(sales, outcomes) if order not in lived]
        delivered = [order for order, life in lived.items() if not life.slip]
        suggestions.suggest(
            self.screen,
            at,
            order=min(self.descriptions),
            spoiled=self.spoiled,
            can_place=self.options.recordings is None,
            deliverable=left[0] if left else None,
            refundable=Refundable(order=delivered[0], row=min(sales[delivered[0]].rows)) if delivered else None,
        )

    async def _watch(self, store: Store, remote: Remote) -> None:
        """Print whatever else happens to orders, for ever."""
        told: dict[int, str] = {}
        for order in {life.order for life in self.lives}:
            found = await outcome(store, order)
            if found is not None:
                self.printed[order] = _visible(found)
        while True:
            newest, _ = await events.search(store, {"kind": "order"}, limit=50)
            sales: dict[int, Sale] = {}
            for order in sorted({int(event.entity.rpartition("/")[2]) for event in newest}):
                found = await outcome(store, order)
                if found is None or not self._is_news(found):
                    continue
                sales = sales or await remote.sales()
                if found.settled and len(found.events) >= sales[order].notices:
                    if order not in self.descriptions:
                        self.descriptions[order] = "Another order"
                    await self._print(store, remote, found)
                elif found.status == "retrying" and found.code not in {PLANNED, told.get(order)}:
                    told[order] = found.code
                    self.screen.waits(order, found)
            for deed in await newest_deeds(store):
                if deed.key not in self.seen and deed.order in self.printed:
                    self.seen.add(deed.key)
                    self.screen.later_deed(deed)
            await asyncio.sleep(WATCH_SECONDS)


def _visible(found: Outcome) -> Printed:
    return found.events, found.status, found.code, found.invoice_number
