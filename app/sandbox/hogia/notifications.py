"""Sends thin, signed notices of changes (hogia.md 3.13): at least once, retried for a day and a half, then the subscription is off.

attempt  1 ── 1 s ── 2 ── 17 s ── 3 ── 300 s ── 4 ── 5000 s ── 5 ── 86400 s ── 6 ── subscription deactivated

A notice names what changed and no more: the receiver fetches the entity.
"""

import asyncio
import hashlib
import hmac
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

import httpx

from app.sandbox.hogia.clock import Clock, instant
from app.sandbox.hogia.faults import Switches
from app.sandbox.hogia.subscriptions import Subscriptions
from app.sandbox.hogia.wire import Json, dumped

RETRY_SECONDS = (1, 17, 300, 5000, 86_400)
TIMEOUT_SECONDS = 5.0
LOOK_SECONDS = 0.2  # how often the sender looks for a retry that has become due


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    subscription_id: str
    body: Json
    due: datetime
    attempt: int = 1


class Outbox:
    """Notices waiting to be sent, and the last that were (`sent`: body, status or None for no answer)."""

    def __init__(self, *, clock: Clock, switches: Switches, subscriptions: Subscriptions) -> None:
        self._clock = clock
        self._switches = switches
        self._subscriptions = subscriptions
        self._something = asyncio.Event()
        self.waiting: list[Notice] = []
        self.sent: deque[tuple[Json, int | None]] = deque(maxlen=5000)

    def changed(self, organization_id: str, resource: str, action: str, entity: Json) -> None:
        """A commit: one notice to everybody who wants to hear of it (two with `duplicate_notifications`)."""
        now = self._clock.now()
        for each in self._subscriptions.wanting(organization_id, resource):
            body = {
                "notificationId": str(uuid4()),
                "subscriptionId": each.id,
                "organizationId": organization_id,
                "resourceType": resource,
                "action": action,
                "resourceId": entity["id"],
                "resourceNumber": _number(entity),
                "rowVersion": entity["rowVersion"],
                "occurredAt": instant(now),
            }
            notice = Notice(subscription_id=each.id, body=body, due=now)
            self.waiting += [notice, notice] if self._switches.duplicate_notifications else [notice]
            self._something.set()

    async def deliver(self, client: httpx.AsyncClient) -> int:
        """Send what is due, newest first with `reorder_notifications`; returns how many were accepted."""
        now = self._clock.now()
        due = [notice for notice in self.waiting if notice.due <= now]
        self.waiting = [notice for notice in self.waiting if notice.due > now]
        accepted = 0
        for notice in reversed(due) if self._switches.reorder_notifications else due:
            accepted += await self._send(client, notice)
        return accepted

    async def wait(self) -> None:
        """Until there is something to send, or it is time to look for a retry."""
        self._something.clear()
        if any(notice.due <= self._clock.now() for notice in self.waiting):
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self._something.wait()

    async def _send(self, client: httpx.AsyncClient, notice: Notice) -> bool:
        subscription = self._subscriptions.get(notice.subscription_id)
        if subscription is None or not subscription.is_active:
            return False
        body = {**notice.body, "attempt": notice.attempt}
        raw, at = dumped(body), str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-Hogia-Timestamp": at,
            "X-Hogia-Signature": signature(subscription.secret, at, raw),
        }
        try:
            status: int | None = (await client.post(subscription.url, content=raw, headers=headers, timeout=TIMEOUT_SECONDS)).status_code
        except httpx.HTTPError:
            status = None
        self.sent.append((body, status))
        if status is not None and 200 <= status < 300:
            return True
        if notice.attempt > len(RETRY_SECONDS):
            self._subscriptions.keep(replace(subscription, is_active=False))
        else:
            due = self._clock.now() + timedelta(seconds=RETRY_SECONDS[notice.attempt - 1])
            self.waiting.append(replace(notice, due=due, attempt=notice.attempt + 1))
        return False


def signature(secret: str, timestamp: str, raw: bytes) -> str:
    """`sha256=` and the hex HMAC of timestamp, a dot and the raw body."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()


def _number(entity: Json) -> str | None:
    header = entity.get("invoiceHeader") or {}
    number = entity.get("number") or entity.get("articleNumber") or header.get("invoiceNumber")
    return None if number is None else str(number)
