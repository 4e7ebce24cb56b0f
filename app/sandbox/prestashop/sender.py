"""The shop module's webhook sender: hooks become thin signed notices in an outbox, resent until acknowledged (design.md 3.1, 5).

It behaves like `deploy/prestashop/orderbro` (tests/module/test_contract.py runs on both): an acknowledgement is a 202, or another 2xx that
names the event; a notice never overtakes an earlier one about the same entity; trouble of the whole service ends the run. It does not
coalesce, so it tells more often than the module does.

Signature: Standard Webhooks. `webhook-signature: v1,<base64 HMAC-SHA256 of "id.timestamp.body">`; the secret is base64, with or
without `whsec_`. Body: `{"type": "order.state_changed", "timestamp": "…", "data": {"id": 42, "id_shop": 1, "state": 2}}`.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any

import httpx

from app.sandbox.prestashop.journal import Hook

# hook -> (event type, parameter that holds the id). The recommended set of prestashop.md 10.
EVENTS = {
    "actionValidateOrderAfter": ("order.created", "ids"),
    "actionOrderStatusPostUpdate": ("order.state_changed", "id_order"),
    "actionOrderSlipAdd": ("order.refunded", "id_order"),
    "actionOrderEdited": ("order.updated", "id_order"),
    "actionObjectOrderPaymentAddAfter": ("order.updated", "id_order"),
    "actionObjectOrderCarrierUpdateAfter": ("order.updated", "id_order"),
    "actionObjectProductAddAfter": ("product.saved", "id"),
    "actionObjectProductUpdateAfter": ("product.saved", "id"),
    "actionObjectCombinationUpdateAfter": ("product.saved", "id_product"),
    "actionObjectProductDeleteAfter": ("product.deleted", "id"),
    "actionObjectStockAvailableUpdateAfter": ("stock.changed", "id"),
    "actionObjectCustomerAddAfter": ("customer.saved", "id"),
    "actionObjectCustomerUpdateAfter": ("customer.saved", "id"),
}
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 300.0
HELD_SECONDS = 3600.0
# Answers that would meet every notice: the rest waits too. Of the others the notice itself may be the reason.
TROUBLE_OF_THE_SERVICE = frozenset({401, 403, 404, 410, 413, 429, 502, 503, 504})


def secret_bytes(secret: str) -> bytes:
    """The key behind a secret as it is written in settings."""
    return base64.b64decode(secret.removeprefix("whsec_"))


def signature(secret: str, ident: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`."""
    signed = b".".join((ident.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(secret_bytes(secret), signed, hashlib.sha256).digest()).decode()


@dataclass(slots=True, kw_only=True)
class Switches:
    """What goes wrong on the way."""

    duplicate: int = 0  # extra copies of every delivery
    drop: int = 0  # the next n notices are lost for good
    shuffle: bool = False  # due notices leave in random order
    delay_seconds: float = 0.0  # before a notice is tried the first time
    burst: int = 0  # hold notices back until this many wait, then send all at once
    off: bool = False  # nothing is sent; the outbox grows


@dataclass(slots=True, kw_only=True)
class Notice:
    """One row of the outbox."""

    id: str
    type: str
    body: bytes
    due: float  # seconds since the epoch
    attempts: int = 0
    delivered: bool = False
    refused: bool = False  # for what it says; it does not hold its successors back
    last_status: int | None = None  # None: never tried, or no answer


def numbered_ids(prefix: str = "msg") -> Callable[[], str]:
    """Ids that are the same in every run: `msg_000001` …."""
    numbers: Iterator[int] = count(1)
    return lambda: f"{prefix}_{next(numbers):06d}"


def acknowledges(response: httpx.Response) -> bool:
    """Whether the service says that it has the notice: 202, or another 2xx that names the event. A parked domain answers 200 to everything."""
    if response.status_code == httpx.codes.ACCEPTED:
        return True
    try:
        said = response.json() if response.is_success else None
    except ValueError:
        return False
    return isinstance(said, dict) and bool(said.get("event_id"))


def _entity(notice: Notice) -> tuple[str, int]:
    """What a notice is about: `("order", 42)`."""
    return notice.type.partition(".")[0], int(json.loads(notice.body)["data"].get("id", 0))


def _order_in(notice: Notice) -> int:
    """The order that a notice is about, or 0."""
    return int(json.loads(notice.body)["data"]["id"]) if notice.type.startswith("order.") else 0


@dataclass(slots=True)
class Sender:
    """The outbox and its deliveries. `url` is the receiver's full address; clock and ids are arguments so that tests own them."""

    client: httpx.AsyncClient
    url: str
    secret: str
    previous_secret: str = ""  # signs too, while a secret is exchanged
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    new_id: Callable[[], str] = field(default_factory=numbered_ids)
    switches: Switches = field(default_factory=Switches)
    random: random.Random = field(default_factory=lambda: random.Random(0))
    outbox: list[Notice] = field(default_factory=list)
    dropped: list[Notice] = field(default_factory=list)
    paused_until: float = 0.0  # seconds since the epoch
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def heard(self, hook: Hook) -> None:
        """A hook listener for `ShopState.listeners`."""
        kind, parameter = EVENTS.get(hook.name, ("", ""))
        if not kind or parameter not in hook.parameters:
            return
        found = hook.parameters[parameter]
        for ident in found if isinstance(found, tuple) else (found,):
            data: dict[str, Any] = {"id": ident, "id_shop": hook.parameters.get("id_shop", 1)}
            if kind == "order.state_changed":
                data["state"] = hook.parameters["newOrderStatus"]
            if kind == "stock.changed" and "id_product" in hook.parameters:
                data["product"] = hook.parameters["id_product"]
            self.put(kind, data, at=hook.at)

    def put(self, kind: str, data: dict[str, Any], *, at: datetime | None = None) -> Notice:
        """Write a notice to the outbox."""
        now = at or self.clock()
        written = {"type": kind, "timestamp": now.astimezone(UTC).isoformat().replace("+00:00", "Z"), "data": data}
        body = json.dumps(written, separators=(",", ":")).encode()
        notice = Notice(id=self.new_id(), type=kind, body=body, due=now.timestamp() + self.switches.delay_seconds)
        if self.switches.drop > 0:
            self.switches.drop -= 1
            self.dropped.append(notice)
            return notice
        self.outbox.append(notice)
        self._changed.set()
        return notice

    def hold(self, notices: Sequence[Notice]) -> None:
        """Keep those of them that are about orders back until `let_go`, or for an hour."""
        for notice in notices:
            notice.due += HELD_SECONDS if _order_in(notice) else 0

    def let_go(self, order_id: int) -> int:
        """Send what was held back about an order; how many there were."""
        now = self.clock().timestamp()
        held = [notice for notice in self.waiting if not notice.attempts and notice.due > now and _order_in(notice) == order_id]
        for notice in held:
            notice.due = now
        self._changed.set()
        return len(held)

    @property
    def waiting(self) -> list[Notice]:
        """Not yet delivered."""
        return [notice for notice in self.outbox if not notice.delivered]

    async def deliver_due(self) -> int:
        """Try everything that is due once; returns how many were delivered."""
        if self.switches.off:
            return 0
        now = self.clock().timestamp()
        due = [notice for notice in self.waiting if notice.due <= now]
        if self.switches.burst and len(self.waiting) < self.switches.burst:
            return 0
        if self.switches.shuffle:
            self.random.shuffle(due)
        copies = [notice for notice in due for _ in range(1 + self.switches.duplicate)]
        if self.switches.burst:
            await asyncio.gather(*(self._try(notice) for notice in copies))
        else:
            await self._one_by_one(copies)
        return sum(notice.delivered for notice in due)

    async def _one_by_one(self, notices: Sequence[Notice]) -> None:
        if self.paused_until > self.clock().timestamp():
            return
        queues: defaultdict[tuple[str, int], deque[Notice]] = defaultdict(deque)
        for waiting in self.waiting:
            queues[_entity(waiting)].append(waiting)
        for notice in notices:
            queue = queues[_entity(notice)]
            while queue and (queue[0].delivered or queue[0].refused) and queue[0] is not notice:
                queue.popleft()
            if queue and queue[0] is not notice and not notice.delivered and not self.switches.shuffle:
                continue
            await self._try(notice)
            if not notice.delivered and (notice.last_status is None or self._is_trouble_of_the_service(notice.last_status)):
                self.paused_until = notice.due
                return

    @staticmethod
    def _is_trouble_of_the_service(status: int) -> bool:
        return status < 400 or status in TROUBLE_OF_THE_SERVICE

    def resume(self) -> None:
        """Every wait is over."""
        self.paused_until = 0.0
        for notice in self.waiting:
            notice.due = min(notice.due, self.clock().timestamp())
        self._changed.set()

    async def _try(self, notice: Notice) -> None:
        timestamp = int(self.clock().timestamp())
        headers = {
            "content-type": "application/json",
            "webhook-id": notice.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(
                signature(secret, notice.id, timestamp, notice.body) for secret in (self.secret, self.previous_secret) if secret
            ),
        }
        notice.attempts += 1
        try:
            response = await self.client.post(self.url, content=notice.body, headers=headers)
        except httpx.HTTPError:
            notice.last_status = None
            notice.due = self.clock().timestamp() + self._wait(notice, None)
            return
        notice.last_status = response.status_code
        notice.refused = response.status_code in {400, 409, 422}
        if acknowledges(response):
            notice.delivered = True
        elif not notice.delivered:
            notice.due = self.clock().timestamp() + self._wait(notice, response.headers.get("retry-after"))

    def _wait(self, notice: Notice, retry_after: str | None) -> float:
        """Seconds until the next try: what the receiver asked for, else doubling from one second to five minutes."""
        if retry_after is not None:
            if retry_after.isdigit():
                return float(retry_after)
            try:
                return max(0.0, parsedate_to_datetime(retry_after).timestamp() - self.clock().timestamp())
            except ValueError:
                pass
        return min(FIRST_WAIT_SECONDS * float(2 ** min(notice.attempts - 1, 16)), LONGEST_WAIT_SECONDS)

    async def run(self) -> None:
        """Deliver until cancelled; wakes for new notices and for the next due one."""
        while True:
            self._changed.clear()
            await self.deliver_due()
            now = self.clock().timestamp()
            waits = [max(max(notice.due, self.paused_until) - now, 0.05) for notice in self.waiting]
            try:
                await asyncio.wait_for(self._changed.wait(), timeout=min(waits, default=None))
            except TimeoutError:
                continue
