"""The shop's memory: records as PrestaShop stores them, who may read them, what was asked, mailed and told to modules.

`ShopState` keeps tables and bookkeeping of the simulation; what happens to orders is in `orders` and `lifecycle`, which it inherits
nothing from: its methods hand over to them, so that tests and the demo have one object to drive.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.sandbox.prestashop import bulk, lifecycle, offers, orders, refunds, stock
from app.sandbox.prestashop.access import Permissions
from app.sandbox.prestashop.checkout import Money
from app.sandbox.prestashop.faults import Faults
from app.sandbox.prestashop.installation import seeds
from app.sandbox.prestashop.journal import Hook, Mail
from app.sandbox.prestashop.offers import Buyer
from app.sandbox.prestashop.scenario import Scenario
from app.sandbox.prestashop.schema import Record, record_of, resource, typed
from app.sandbox.prestashop.steps import take_step
from app.sandbox.prestashop.tables import Table

DEFAULT_KEY = "ORDERBROSANDBOXKEY0123456789ABCD"  # 32 characters, as PrestaShop's own
Tables = Mapping[str, Mapping[int, Record]]
LOG_LENGTH = 50_000
# resource, id or "", query parameters, JSON?, ids of the answer -> a real shop's bytes
Recorded = Callable[[str, str, Sequence[tuple[str, str]], bool, Sequence[int]], bytes | None]


def install(state: ShopState) -> None:
    """A fresh installation: everything but orders."""
    texts = {"version": state.version, "shop_name": state.shop_name, "domain": state.domain, "now": state.now()}
    for name, values in seeds(shops=state.shops, share_stock=state.share_stock, **texts):
        state.add(name, values)


class ShopState:
    """One PrestaShop installation in memory. Not for several threads; one event loop is enough."""

    def __init__(
        self,
        *,
        version: str = "9.1.4",
        shop_name: str = "Testbutiken",
        domain: str = "",
        shops: tuple[int, ...] = (1,),
        share_stock: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        keys: Mapping[str, Permissions] | None = None,
        fill: Callable[[ShopState], None] | None = None,
    ) -> None:
        """A shop with its first records.

        `domain`: answer 302 to any other Host ("" takes all). `clock` gives aware times. `fill` puts the first records in; left out
        it is a fresh installation of `catalogue`. `share_stock`: the shops' group has one stock row per article, not one per shop.
        """
        self.version = version
        self.shop_name = shop_name
        self.domain = domain
        self.shops = shops
        self.share_stock = share_stock
        self.clock = clock
        self.fill = fill or install
        self.zone = ZoneInfo("Europe/Stockholm")
        self.keys = dict(keys) if keys is not None else {DEFAULT_KEY: Permissions.everything(version)}
        self.webservice_active = True
        self.listeners: list[Callable[[Hook], None]] = []
        self.faults = Faults()
        self.recorded: Recorded | None = None  # answers of a real shop, see `recordings`
        self.reset()

    # -- life of the simulation ------------------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Back to the beginning: no orders of ours, no log, no faults. Keys and listeners stay."""
        self.tables: dict[str, Table] = {}
        self.requests: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
        self.hooks: deque[Hook] = deque(maxlen=LOG_LENGTH)
        self.mails: list[Mail] = []
        self.counters: dict[str, int] = {}
        self.own: dict[tuple[str, int, int], dict[str, Any]] = {}  # resource, shop, id -> values of a shop other than the first
        self.members: dict[int, set[int]] = {}  # product -> the shops that offer it; not named: all
        self.changed: set[str] = set()  # resources written to since the beginning: recorded answers about them are no longer true
        self.faults.clear()
        self._old: tuple[Tables, int] | None = None
        self.fill(self)
        self.changed.clear()

    def now(self) -> str:
        """The shop's local time as the database stores it: whole seconds, no offset."""
        return self.clock().astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def next_number(self, name: str) -> int:
        """The next of a series: ids, invoice numbers, delivery numbers."""
        self.counters[name] = self.counters.get(name, 0) + 1
        return self.counters[name]

    def token(self, *parts: object) -> str:
        """A value that looks random and is the same in every run: 32 hexadecimal digits."""
        return hashlib.md5("|".join(map(str, (self.shop_name, *parts))).encode(), usedforsecurity=False).hexdigest()

    def fire(self, name: str, **parameters: Any) -> None:
        """Run a hook: remember it and tell the listeners."""
        hook = Hook(name=name, at=self.clock(), parameters=parameters)
        self.hooks.append(hook)
        for listener in self.listeners:
            listener(hook)

    # -- records ---------------------------------------------------------------------------------------------------------------

    def add(self, name: str, values: Mapping[str, Any]) -> int:
        """Store a new record and return its id (the next one where none is given)."""
        given = dict(values)
        ident = int(given["id"]) if "id" in given else self.next_number(name)
        self.counters[name] = max(self.counters.get(name, 0), ident)
        self.tables.setdefault(name, Table())[ident] = record_of(name, self.version, given | {"id": ident})
        self.changed.add(name)
        return ident

    def keep(self, name: str, record: Record) -> None:
        """Store a record that already has its types and order, replacing one of that id."""
        ident = int(record["id"])
        self.counters[name] = max(self.counters.get(name, 0), ident)
        self.tables.setdefault(name, Table())[ident] = record
        self.changed.add(name)

    def get(self, name: str, ident: int) -> Record:
        """The stored record; KeyError when there is none."""
        return self.tables[name][ident]

    def find(self, name: str, **where: Any) -> list[Record]:
        """Stored records whose fields have these values (compared as texts), by id."""
        rows = self.tables.get(name, Table())
        return [rows[key] for key in rows.among(where) if all(str(rows[key].get(part)) == str(value) for part, value in where.items())]

    def change(self, name: str, ident: int, /, **values: Any) -> None:
        """Replace fields of a record; nothing else moves, no hook fires."""
        kind = resource(name, self.version)
        assert kind is not None, name
        new = dict(self.get(name, ident))
        for key, value in values.items():
            whole = key == "associations" or isinstance(value, list)
            new[key] = value if whole else typed(value, integer=kind.fields[key].integer, version=self.version)
        self.tables[name][ident] = new
        self.changed.add(name)

    def remove(self, name: str, ident: int) -> None:
        """Delete a record; nothing else moves, no hook fires."""
        del self.tables[name][ident]
        for shop in self.shops:
            self.own.pop((name, shop, ident), None)
        if name == "products":
            self.members.pop(ident, None)
        self.changed.add(name)

    # -- what a reader sees ----------------------------------------------------------------------------------------------------

    def visible(self, name: str) -> Mapping[int, Record]:
        """The records a request gets to see: the old ones while a hook ran before the database had them."""
        tables: Tables = self._old[0] if self._old is not None else self.tables
        return tables.get(name, {})

    def before_writing(self) -> None:
        """Called before an order changes: with the fault `hook_before_save` readers go on seeing the state before for some reads."""
        fault = self.faults.take("hook_before_save", path="")
        if fault is not None and self._old is None:
            self._old = ({name: dict(rows) for name, rows in self.tables.items()}, int(fault.value or 1))

    def was_read(self, name: str) -> None:
        """Called after a request for a resource; reads of orders use up `hook_before_save`."""
        if self._old is not None and name == "orders":
            tables, left = self._old
            self._old = (tables, left - 1) if left > 1 else None

    # -- what happens in the shop ----------------------------------------------------------------------------------------------

    def place_order(self, scenario: Scenario, *, id_shop: int = 1, steps: bool = True) -> int:
        """A customer's purchase, and what the scenario lets happen to it afterwards. The (first) order's id."""
        return self.place_cart(scenario, id_shop=id_shop, steps=steps)[0]

    def place_cart(self, scenario: Scenario, *, id_shop: int = 1, steps: bool = True) -> tuple[int, ...]:
        """As `place_order`, with the ids of all orders the cart was split into. ValueError in a recorded shop: its taxes are its own."""
        if self.recorded is not None:
            raise ValueError("a recorded shop takes no new orders: its articles, taxes and carriers are not the sandbox's")
        self.before_writing()
        placed = orders.place(self, scenario, id_shop=id_shop)
        if steps:
            for step in scenario.steps:
                take_step(self, placed, step)
        return placed

    def set_state(self, order_id: int, state_id: int, *, employee: int = 0, mail: bool = False) -> int:
        """A state change as OrderHistory::changeIdOrderState makes it; returns the id of the order_histories row."""
        self.before_writing()
        return lifecycle.set_state(self, order_id, state_id, employee=employee, mail=mail)

    def add_payment(self, order_id: int, amount: Any, *, method: str, transaction_id: str = "") -> int:
        """A payment entered in the back office; returns the order_payments id."""
        return lifecycle.add_payment(self, order_id, amount, method=method, transaction_id=transaction_id, employee=1)

    def add_slip(
        self,
        order_id: int,
        quantities: Mapping[int, int] | None = None,
        *,
        amounts: Mapping[int, Money] | None = None,
        shipping: Money | None = None,
    ) -> int:
        """A refund (order_slip): pieces per order_details id, free amounts per row, freight. Moves neither state nor date_upd."""
        return refunds.add_slip(self, order_id, quantities or {}, amounts=amounts or {}, shipping=shipping)

    def edit_row(self, order_id: int, detail_id: int, quantity: int) -> None:
        """Change a row's quantity in the back office (0 takes the row away): totals and the invoice already made change with it."""
        lifecycle.edit_row(self, order_id, detail_id, quantity)

    def set_tracking(self, order_id: int, number: str) -> None:
        """A tracking number. orders.date_upd does not move (prestashop.md 1.3)."""
        lifecycle.set_tracking(self, order_id, number)

    def edit(self, name: str, ident: int, /, **values: Any) -> None:
        """Edit a customer, address, product … in the back office: date_upd moves where there is one, the object's hook fires."""
        lifecycle.edit(self, name, ident, values)

    # -- the catalogue -----------------------------------------------------------------------------------------------------------

    def add_products(self, count: int, *, combinations: int = 0, prefix: str = "BULK") -> list[int]:
        """Many products at once, with this many combinations each; their ids. No hook fires (see `bulk`)."""
        return bulk.add_products(self, count, combinations=combinations, prefix=prefix)

    def quantity_of(self, reference: str, *, id_shop: int = 1) -> int:
        """What a shop has of an article, by its product's or combination's reference; KeyError for none such."""
        return stock.quantity_of(self, reference, shop=id_shop)

    def set_quantity(self, reference: str, quantity: int, *, id_shop: int = 1) -> None:
        """Edit an article's quantity in the back office."""
        stock.set_quantity(self, reference, quantity, shop=id_shop)

    def price_at(self, reference: str, at: datetime, *, buyer: Buyer | None = None) -> Money:
        """What a customer sees in the shop at a moment: kronor excl. and incl. VAT with six decimals (see `offers`)."""
        return offers.price_at(self, reference, at, buyer=buyer or Buyer())
