"""A merchant's account at the simulated Nets: payments, clock, keys already used, and what happens in the checkout and the portal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from app.sandbox.hogia.clock import Clock, utc_now
from app.sandbox.payments.nets import rules
from app.sandbox.payments.nets.body import Ask
from app.sandbox.payments.nets.errors import Json, not_found, refused
from app.sandbox.payments.nets.faults import Switches
from app.sandbox.payments.nets.payment import CARD_LIFETIME, COMPLETED, PENDING, Charge, Pay, Refund, order_item

SECRET_KEY = "test-secret-key-5b1f0c4e9a7d4d0f8f3e2a6c1b9d7e50"
KEY_LIFETIME = timedelta(hours=24)  # not published (payments.md 4.4)
DIRECT = frozenset({"A2A"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """The first answer to an idempotency key."""

    amount: int
    at: datetime
    answer: Json


class NetsState:
    """`sleep` takes seconds; a test may put its own in place."""

    def __init__(
        self,
        *,
        secret_key: str = SECRET_KEY,
        now: Callable[[], datetime] = utc_now,
        switches: Switches | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.secret_key = secret_key
        self.clock = Clock(now)
        self.sleep = sleep
        self.switches = switches or Switches()
        self.payments: dict[str, Pay] = {}
        self.used: dict[tuple[str, str], Used] = {}
        self.log: list[Json] = []

    def reset(self) -> None:
        """As freshly started."""
        self.clock.release()
        self.switches = Switches()
        self.payments.clear()
        self.used.clear()
        self.log.clear()

    # The checkout ---------------------------------------------------------------------------------------------------------------

    def authorise(
        self,
        order_reference: str,
        amount: int,
        currency: str = "SEK",
        rows: Sequence[Json] = (),
        *,
        payment_type: str = "CARD",
        method: str = "Visa",
        may_split: bool = True,
        is_completed: bool = True,
        my_reference: str = "",
    ) -> str:
        """Let a customer pay; the `paymentId`.

        `rows` are order items in Nets' words (see `order_item`); without them the order is one row. An A2A payment is charged at once.
        `is_completed` False: the customer has not come to the end of the checkout.
        """
        items = [dict(row) for row in rows] or [order_item("order", "Order", gross=amount)]
        if amount <= 0 or sum(item["grossTotalAmount"] for item in items) != amount:
            raise ValueError("the rows' gross amounts do not add up to the amount")
        is_direct = payment_type.upper() in DIRECT
        pay = Pay(
            id=uuid4().hex,
            order_reference=order_reference,
            amount=amount,
            currency=currency,
            items=items,
            created=self.clock.now(),
            payment_type=payment_type,
            method=method,
            reserved=0 if is_direct or not is_completed else amount,
            may_split=may_split,
            my_reference=my_reference,
        )
        if is_direct and is_completed:
            pay.charges.append(Charge(id=uuid4().hex, amount=amount, at=pay.created, items=items))
        self.payments[pay.id] = pay
        return pay.id

    # The portal, and time -------------------------------------------------------------------------------------------------------

    def expire(self, reference: str) -> None:
        """Let 30 days pass for this payment alone."""
        self.found(reference).created -= CARD_LIFETIME

    def charge(self, reference: str, amount: int) -> str:
        """A person charges in the portal, or the shop's module does; the charge's id."""
        pay = self.found(reference)
        items = [order_item("portal", "Portal", gross=amount, rate=0)]
        return rules.charge(self, pay, Ask(amount=amount, items=items, reference="", shipping=None)).id

    def cancel(self, reference: str) -> None:
        pay = self.found(reference)
        rules.cancel(self, pay, Ask(amount=pay.reserved, items=None, reference="", shipping=None))

    def fail_charge(self, reference: str) -> None:
        """The latest charge fails after it was accepted: `payment.charge.failed`."""
        self.found(reference).charges.pop()

    def complete_refunds(self, reference: str, *, outcome: str = COMPLETED) -> None:
        """Pending refunds come to their end: Completed, Failed, Expired or Cancelled."""
        for refund in self.found(reference).refunds:
            if refund.state == PENDING:
                refund.state, refund.at = outcome, self.clock.now()

    def charged(self, reference: str) -> int:
        """Öre, the truth."""
        return self.found(reference).charged

    def refunded(self, reference: str) -> int:
        """Öre given back; a pending refund has given nothing back yet."""
        return self.found(reference).refunded

    # The API --------------------------------------------------------------------------------------------------------------------

    def found(self, reference: str) -> Pay:
        """The payment as it is now; 404 where there is none."""
        pay = self.payments.get(reference.lower())
        if pay is None:
            raise not_found()
        pay.settle(self.clock.now())
        return pay

    def found_charge(self, charge_id: str) -> tuple[Pay, Charge]:
        """The charge and its payment; 404 with 1011 where there is none."""
        for pay in self.payments.values():
            pay.settle(self.clock.now())
            for each in pay.charges:
                if each.id == charge_id:
                    return pay, each
        raise not_found("1011")

    def found_refund(self, refund_id: str) -> Refund:
        for pay in self.payments.values():
            for each in pay.refunds:
                if each.id == refund_id:
                    return each
        raise not_found()

    def shown(self, pay: Pay) -> Json:
        """What a GET answers. A card's reservation that has lapsed is cancelled by itself (payments.md 4.6)."""
        cancelled = pay.cancelled
        if pay.has_lapsed(self.clock.now()) and not self.switches.lapsed_stays_reserved:
            cancelled = pay.reserved - pay.charged
        return pay.shown(references=self.switches.references_come_back, cancelled=cancelled)

    def once(self, path: str, key: str, amount: int, *, different: str, work: Callable[[], Json]) -> Json:
        """The answer to a key's first request, whatever the second one says of its lines; `different` is the code for another amount.

        Only successes are kept: whether Nets replays a refusal is not published.
        """
        if not key:
            return work()
        now = self.clock.now()
        used = self.used.get((path, key))
        if used is not None and now < used.at + KEY_LIFETIME:
            if used.amount != amount:
                raise refused(different)
            return used.answer
        answer = work()
        self.used[path, key] = Used(amount=amount, at=now, answer=answer)
        return answer

    def summaries(self) -> list[dict[str, Any]]:
        """Every payment in short."""
        return [
            {
                "paymentId": pay.id,
                "orderReference": pay.order_reference,
                "currency": pay.currency,
                "reserved": pay.reserved,
                "charged": self.charged(pay.id),
                "refunded": pay.refunded,
                "cancelled": pay.cancelled,
                "tracking": [charge.shipping for charge in pay.charges if charge.shipping],
            }
            for pay in self.payments.values()
        ]
