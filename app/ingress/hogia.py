"""`POST /webhooks/hogia/{connection}`: Hogia's thin notification (hogia.md 3.13); its own signature, or Standard Webhooks.

A notification is a reason to look at the order behind an invoice. One about an invoice that we know nothing of, or that is not an invoice,
asks for the change feed to be read now: that is the reliable way, and this door only makes it faster.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.ingress import signatures
from app.ingress.spine import bounded_body, guarded, recorded
from app.metrics import EVENTS
from app.problems import problem
from app.state import State
from app.store import events, feeds
from app.store.connections import Configured
from mappers.canonical import EntityKey
from mappers.hogia.notification import Notification, NotificationError, read_notification

SOURCE = "hogia"


async def receive(request: Request) -> Response:
    """Verify, record once with its mark, answer."""
    return await guarded(request, SOURCE, _receive)


def _verified(request: Request, state: State, body: bytes, configured: Configured) -> str:
    """The sender's id of this delivery, "" where only the notification has one. Raises SignatureError."""
    secret = configured.hogia_secret("webhook_secret")
    tolerance = state.settings.webhook_tolerance_seconds
    if "x-hogia-signature" in request.headers:
        signatures.hogia(body, request.headers, [secret.encode()], now=time.time(), tolerance_seconds=tolerance)
        return ""
    usable = signatures.secret_forms(secret)
    return signatures.standard_webhooks(body, request.headers, usable, now=time.time(), tolerance_seconds=tolerance)


async def _receive(request: Request, state: State) -> Response:
    body = await bounded_body(request, state.settings.max_body_bytes)
    configured = await state.directory.of_connection(request.path_params["connection"])
    if configured is None or not configured.hogia_secret("webhook_secret"):
        EVENTS.labels(SOURCE, "unknown_shop").inc()
        return problem(
            404, "WEBHOOK_UNKNOWN", "no connection with this key has a Hogia webhook secret; check the address and the connection file."
        )
    sender_id = _verified(request, state, body, configured)
    try:
        notification = read_notification(body)
    except NotificationError as error:
        failed = _event(
            configured, sender_id or _digest(body), body, status=events.EventStatus.FAILED, code=error.code, reason=error.message
        )
        found = await recorded(state, failed)
        EVENTS.labels(SOURCE, "failed").inc()
        return problem(400, error.code, error.message, event_id=found.event_id)
    event = await _read(state, configured, notification, sender_id, body)
    found = await recorded(state, event)
    if event.entity is None and event.status is events.EventStatus.PROCESSED:
        await feeds.ask(state.store, configured.connection.key, notification.resource)
    EVENTS.labels(SOURCE, event.status.value if found.first else "duplicate").inc()
    return JSONResponse({"event_id": found.event_id}, 202)


async def _read(state: State, configured: Configured, notification: Notification, sender_id: str, body: bytes) -> events.NewEvent:
    own = configured.connection.hogia.organization_id.lower()
    ident = notification.id or sender_id or _digest(body)
    kind = f"hogia.{notification.resource}"
    if notification.organization_id and notification.organization_id.lower() != own:
        reason = "the notification is about another organisation than this connection's"
        return _event(configured, ident, body, type=kind, status=events.EventStatus.IGNORED, code="WRONG_ORGANISATION", reason=reason)
    entity = await feeds.order_of(state.store, configured.connection.key, notification.resource_id) if notification.is_invoice else None
    if entity is None:
        reason = "no order is known to belong to it; the change feed is read"
        return _event(configured, ident, body, type=kind, status=events.EventStatus.PROCESSED, code="FEED_ASKED", reason=reason)
    return _event(configured, ident, body, type=kind, entity=EntityKey.parse(entity), hint="invoice")


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _event(configured: Configured, sender_id: str, body: bytes, **more: Any) -> events.NewEvent:
    entity: EntityKey | None = more.pop("entity", None)
    more.setdefault("type", "hogia")
    return events.NewEvent(
        connection=configured.connection.key,
        shop=entity.shop if entity is not None else "",
        sender_id=sender_id,
        entity=entity,
        body=body,
        source=f"{SOURCE}:{configured.connection.key}",
        **more,
    )
