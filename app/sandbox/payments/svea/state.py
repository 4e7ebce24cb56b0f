"""Everything the simulated Svea knows: merchants, orders, tasks, switches, the log of requests; and what a customer or a person at Svea does."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

from app.sandbox.hogia.clock import Clock, utc_now
from app.sandbox.payments.svea.errors import Json, missing
from app.sandbox.payments.svea.faults import Switches
from app.sandbox.payments.svea.order import DIRECT, ORDER_ACTIONS, Delivery, Order, Row
from app.sandbox.payments.svea.tasks import Task

MERCHANT_ID = "123123"
SECRET = "sharedSecret"  # of a simulator on this machine
FIRST_ID = 2_291_662
LOG_LENGTH = 20_000
LIFETIME_DAYS = 60  # Svea does not document it


class SveaState:
    """One simulated Svea. `now` is the real time, for the clock; `sleep` is what delays are made of."""

    def __init__(
        self,
        *,
        switches: Switches | None = None,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.switches = switches or Switches()
        self.clock = Clock(now)
        self.sleep = sleep
        self.reset()

    def reset(self) -> None:
        """No orders, the demo's merchant, no requests. Switches and clock stay."""
        self.merchants: dict[str, str] = {MERCHANT_ID: SECRET}
        self.orders: dict[int, Order] = {}
        self.tasks: dict[int, Task] = {}
        self.log: deque[Json] = deque(maxlen=LOG_LENGTH)
        self._last_id = FIRST_ID - 1

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def authorise(
        self,
        order_reference: str,
        amount: int,
        currency: str = "SEK",
        rows: Iterable[Row] = (),
        *,
        payment_type: str = "Invoice",
        fee: int = 0,
        is_in_review: bool = False,
        days: int | None = LIFETIME_DAYS,
        merchant: str = MERCHANT_ID,
    ) -> str:
        """A customer completes the checkout; the CheckoutOrderId. `rows` add up to `amount` (none: one row of it); `fee` is Svea's own row on top.

        `days` until it expires; None: no date.
        """
        if payment_type not in ORDER_ACTIONS:
            raise ValueError(f"no payment type is called {payment_type!r}")
        taken = list(rows) or [Row(name="Varor", article="VAROR", unit_price=amount)]
        if sum(row.amount for row in taken) != amount:
            raise ValueError(f"the rows do not add up to {amount}")
        if fee:
            taken.append(Row(name="InvoiceFee", article="", unit_price=fee))
        for number, row in enumerate(taken, start=1):
            row.id = number
        now = self.clock.now()
        order = Order(
            id=self.next_id(),
            merchant=merchant,
            order_reference=order_reference[:32],
            currency=currency,
            payment_type=payment_type,
            rows=taken,
            amount=amount + fee,
            created=now,
            expires=None if days is None else now + timedelta(days=days),
            is_in_review=is_in_review,
        )
        if payment_type in DIRECT and not is_in_review:
            order.rows = []
            order.deliveries = [Delivery(id=self.next_id(), amount=order.amount, rows=taken, at=now)]
        self.orders[order.id] = order
        return str(order.id)

    def order(self, reference: str) -> Order:
        """404 for one that there is not."""
        found = self.orders.get(int(reference)) if reference.isascii() and reference.isdigit() else None
        if found is None:
            raise missing()
        return found

    # What a person does in Svea's admin ------------------------------------------------------------------------------------------

    def approve(self, reference: str) -> Json:
        """End the review well."""
        order = self.order(reference)
        order.is_in_review = False
        return self.summary(order)

    def expire(self, reference: str) -> Json:
        """Let it run out now."""
        order = self.order(reference)
        order.expires = self.clock.now()
        return self.summary(order)

    def set_status(self, reference: str, status: str) -> Json:
        """Any word as `OrderStatus`; "" gives the order its own again."""
        order = self.order(reference)
        order.word = status
        return self.summary(order)

    def summary(self, order: Order) -> Json:
        """What the simulation itself knows of an order."""
        return {
            "reference": str(order.id),
            "order_reference": order.order_reference,
            "payment_type": order.payment_type,
            "currency": order.currency,
            "status": order.status,
            "amount": order.amount,
            "cancelled": order.cancelled,
            "captured": order.delivered,
            "refunded": order.credited,
            "left": order.left,
            "deliveries": len(order.deliveries),
            "expires": None if order.expires is None else order.expires.isoformat(),
        }

    # Tasks -----------------------------------------------------------------------------------------------------------------------

    def start(self, order: Order, work: Callable[[], None], *, resource: str) -> Task:
        """A task about the order; the switches may lose it, fail it or rob it of its effect."""
        task = Task(
            id=self.next_id(),
            order_id=order.id,
            work=work,
            resource=resource,
            looks_left=self.switches.task_looks,
            is_lost=self.switches.take("lose_task"),
        )
        if self.switches.take("fail_task"):
            task.work = _fail
        elif self.switches.take("task_without_effect"):
            task.work = _do_nothing
        self.tasks[task.id] = task
        return task

    def look(self, order: Order) -> None:
        """A read of the order brings its tasks one step on."""
        for task in self.tasks.values():
            if task.order_id == order.id:
                task.look()


def _fail() -> None:
    raise missing()


def _do_nothing() -> None:
    return
