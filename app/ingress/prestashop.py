"""`POST /webhooks/prestashop/{shop}`: a shop's thin, signed notice (design 3 and 5).

A bare Starlette route, not a FastAPI one: no model, no header parameters and no middleware stand on this path (facts: dependencies.md A).
The answer 202 means that the event is on disk; our own trouble is 503, so that the sender keeps it and comes again.
"""

from __future__ import annotations

import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.ingress import signatures
from app.ingress.spine import bounded_body, guarded, recorded
from app.metrics import EVENTS
from app.problems import problem
from app.state import State
from app.store import events
from mappers.canonical import EntityKey
from mappers.connection import Shop
from mappers.prestashop.webhook import NoticeError, read_notice

SOURCE = "prestashop"


async def receive(request: Request) -> Response:
    """Verify, record once with its mark, answer."""
    return await guarded(request, SOURCE, _receive)


async def _receive(request: Request, state: State) -> Response:
    key = request.path_params["shop"]
    body = await bounded_body(request, state.settings.max_body_bytes)
    configured = await state.directory.of_shop(key)
    secrets = [configured.shop_secret(key, name) for name in ("webhook_secret", "webhook_secret_previous")] if configured else []
    usable = [signatures.secret_bytes(secret) for secret in secrets if secret]
    if configured is None or not usable:
        EVENTS.labels(SOURCE, "unknown_shop").inc()
        return problem(404, "WEBHOOK_UNKNOWN", "no shop with this key has a webhook secret; check the address and the connection file.")
    sender_id = signatures.standard_webhooks(
        body, request.headers, usable, now=time.time(), tolerance_seconds=state.settings.webhook_tolerance_seconds
    )
    event, refusal = _event(configured.connection.key, configured.connection.shop(key), sender_id, body)
    found = await recorded(state, event)
    EVENTS.labels(SOURCE, event.status.value if found.first else "duplicate").inc()
    if refusal is not None:
        return problem(400, event.code, event.reason, event_id=found.event_id)
    return JSONResponse({"event_id": found.event_id}, 202)


def _event(connection: str, shop: Shop, sender_id: str, body: bytes) -> tuple[events.NewEvent, NoticeError | None]:
    """What is recorded, and the error when the notice cannot be read (it is recorded all the same, as failed)."""
    try:
        notice = read_notice(body)
    except NoticeError as error:
        failed = events.NewEvent(
            connection=connection,
            shop=shop.key,
            sender_id=sender_id,
            type="",
            entity=None,
            body=body,
            status=events.EventStatus.FAILED,
            code=error.code,
            reason=error.message,
        )
        return failed, error
    code = reason = ""
    entity = None
    if notice.kind is None or notice.entity_id is None:
        code, reason = "TYPE_UNKNOWN", f"the type {notice.type!r} means nothing to this version; recorded and left alone."
    elif notice.id_shop is not None and notice.id_shop != shop.id_shop:
        code, reason = "WRONG_ID_SHOP", f"the notice is about id_shop {notice.id_shop}, this address is for id_shop {shop.id_shop}."
    else:
        entity = EntityKey(shop=shop.key, kind=notice.kind, id=str(notice.entity_id))
    event = events.NewEvent(
        connection=connection,
        shop=shop.key,
        sender_id=sender_id,
        type=notice.type,
        entity=entity,
        body=body,
        status=events.EventStatus.IGNORED if entity is None else events.EventStatus.RECEIVED,
        code=code,
        reason=reason,
        hint=f"state={notice.state}" if notice.state is not None else notice.type,
        occurred_at=notice.sent_at.isoformat() if notice.sent_at else "",
    )
    return event, None
