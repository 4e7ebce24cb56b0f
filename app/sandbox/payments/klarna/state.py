"""Everything the simulated Klarna knows: one merchant, its orders, idempotency keys, switches, the log of requests.

What a person does in Klarna's portal or at the checkout are methods here; `POST /_control/{act}` calls the same ones.
"""

import asyncio
import base64
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from app.sandbox.hogia.clock import Clock, utc_now
from app.sandbox.hogia.limits import SlidingWindow
from app.sandbox.payments.klarna.answers import Answer, Json, KlarnaNo, no_such_order
from app.sandbox.payments.klarna.checks import checked_capture, checked_lines, checked_refund
from app.sandbox.payments.klarna.faults import Switches
from app.sandbox.payments.klarna.order import RISKS, KlarnaOrder

USERNAME = "7f1d2f5c-0f1e-4a55-9a43-2f0c5a1e8b10"
API_KEY = "klarna_test_api_b3JkZXJicm8gZGVtbyBrZXk"  # of a simulator on this machine
KEY_LIFETIME = timedelta(hours=24)
LOG_LENGTH = 20_000
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class KlarnaState:
    """One simulated Klarna. `now` is the real time, for the clock; `sleep` is what delays are made of."""

    def __init__(
        self,
        *,
        username: str = USERNAME,
        api_key: str = API_KEY,
        switches: Switches | None = None,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.username = username
        self.api_key = api_key
        self.switches = switches or Switches()
        self.clock = Clock(now)
        self.sleep = sleep
        self.reset()

    def reset(self) -> None:
        """No orders, no keys, no requests. Switches and clock stay."""
        self.orders: dict[str, KlarnaOrder] = {}
        self.first_answers: dict[str, tuple[datetime, Answer]] = {}  # Klarna-Idempotency-Key -> when, what
        self.writing: set[str] = set()  # orders with a write under way
        self.carried_out = 0
        self.window = SlidingWindow()
        self.log: deque[Json] = deque(maxlen=LOG_LENGTH)

    def accepts(self, authorization: str) -> bool:
        """The API key itself, or username and key as Basic (payments.md 2.2)."""
        pair = base64.b64encode(f"{self.username}:{self.api_key}".encode()).decode()
        return authorization in {f"Basic {self.api_key}", f"Basic {pair}"}

    def order(self, reference: str) -> KlarnaOrder:
        """Raises KlarnaNo 404 NO_SUCH_ORDER."""
        found = self.orders.get(reference.lower())
        if found is None:
            raise no_such_order(reference)
        return found

    def repeated(self, key: str) -> Answer | None:
        """The first answer to this key, if it is younger than 24 hours: whatever is asked now."""
        when, answer = self.first_answers.get(key, (None, None))
        return answer if when is not None and self.clock.now() - when < KEY_LIFETIME else None

    # At the checkout and in the portal ------------------------------------------------------------------------------------------

    def authorise(
        self,
        order_reference: str,
        amount: int,
        currency: str = "SEK",
        rows: Sequence[Json] = (),
        *,
        fraud_status: str = "ACCEPTED",
        merchant_reference2: str = "",
        days: int | None = None,
    ) -> str:
        """A customer has bought: the order's id. `amount` is öre incl. VAT; `rows` are Klarna's order lines. ValueError for nonsense."""
        if amount < 0 or fraud_status not in RISKS:
            raise ValueError(f"no order of {amount} with the risk decision {fraud_status!r}")
        try:
            lines = checked_lines([dict(row) for row in rows], amount)
        except KlarnaNo as no:
            raise ValueError(no.text) from None
        ident, now = str(uuid4()), self.clock.now()
        self.orders[ident] = KlarnaOrder(
            id=ident,
            klarna_reference="".join(LETTERS[int(two, 16) % len(LETTERS)] for two in (ident[at : at + 2] for at in range(0, 8, 2))) + "NY",
            merchant_reference1=order_reference,
            merchant_reference2=merchant_reference2,
            currency=currency,
            order_amount=amount,
            lines=lines,
            created_at=now,
            expires_at=now + timedelta(days=self.switches.authorisation_days if days is None else days),
            fraud_status=fraud_status,
        )
        return ident

    def decide(self, reference: str, fraud_status: str) -> None:
        """Klarna's risk decision of an order under review."""
        if fraud_status not in RISKS:
            raise ValueError(f"no risk decision is called {fraud_status!r}")
        self.order(reference).fraud_status = fraud_status

    def expire(self, reference: str) -> None:
        """The order's authorisation ends now, whatever the clock says."""
        self.order(reference).expires_at = self.clock.now()

    def capture(self, reference: str, amount: int, *, label: str = "") -> str:
        """Somebody captures in the portal; the capture's id."""
        body = checked_capture({"captured_amount": amount, "reference": label})
        made = self.order(reference).capture(body, self.clock.now(), days=self.switches.authorisation_days)
        return str(made["capture_id"])

    def refund(self, reference: str, amount: int) -> str:
        """Somebody refunds in the portal; the refund's id."""
        made = self.order(reference).refund(checked_refund({"refunded_amount": amount}), self.clock.now())
        return str(made["refund_id"])

    def cancel(self, reference: str) -> None:
        self.order(reference).cancel(self.clock.now())

    def release(self, reference: str) -> None:
        self.order(reference).release()
