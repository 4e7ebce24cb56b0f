"""`POST /webhooks/prestashop/{shop}`: a shop's thin, signed notice (design 3 and 5).

A bare Starlette route, not a FastAPI one: no model, no header parameters and no middleware stand on this path (facts: dependencies.md A).
The answer 202 means that the event is on disk; our own trouble is 503, so that the sender keeps it and comes again.
"""

from __future__ import annotations

import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.ingress import signatures
from app.metrics import EVENTS, RECORD_SECONDS
from app.problems import problem, unavailable
from app.state import State
from app.store import events
from app.store.redis import UNAVAILABLE
from mappers.canonical import EntityKey
from mappers.connection import Shop
from mappers.errors import Misconfigured
from mappers.prestashop.webhook import NoticeError, read_notice

SOURCE = "prestashop"


class BodyTooLargeError(Exception):
    """More bytes came than a notice may have."""


async def bounded_body(request: Request, limit: int) -> bytes:
    """The raw body, counted while it is read; raises BodyTooLargeError as soon as it is too much."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise BodyTooLargeError
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise BodyTooLargeError
        chunks.append(chunk)
    return b"".join(chunks)


async def receive(request: Request) -> Response:
    """Verify, record once with its mark, answer."""
    state: State = request.app.state.orderbro
    try:
        return await _receive(request, state)
    except BodyTooLargeError:
        EVENTS.labels(SOURCE, "too_large").inc()
        limit = state.settings.max_body_bytes
        return problem(
            413,
            "BODY_TOO_LARGE",
            f"a notice has at most {limit} bytes; send the entity's id, not its data.",
            headers={"Connection": "close"},
        )
    except signatures.SignatureError as error:
        EVENTS.labels(SOURCE, "refused").inc()
        return problem(401, error.code, error.message)
    except events.NotDurableError as error:
        EVENTS.labels(SOURCE, "unavailable").inc()
        return unavailable(error.reason, error.detail)
    except UNAVAILABLE as error:
        EVENTS.labels(SOURCE, "unavailable").inc()
        state.store.doubt()
        return unavailable(
            "REDIS_UNAVAILABLE", f"the event store does not answer ({type(error).__name__}); keep the event and send it again."
        )
    except Misconfigured as error:
        EVENTS.labels(SOURCE, "unavailable").inc()
        return unavailable(error.code, error.message)


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
    durability = await state.store.durability()
    if not durability.durable:
        raise events.NotDurableError(durability.reason, durability.detail)
    event, refusal = _event(configured.connection.key, configured.connection.shop(key), sender_id, body)
    with RECORD_SECONDS.time():
        recorded = await events.record(state.store, event, wait_aof=durability.wait_aof)
    EVENTS.labels(SOURCE, event.status.value if recorded.first else "duplicate").inc()
    if refusal is not None:
        return problem(400, event.code, event.reason, event_id=recorded.event_id)
    return JSONResponse({"event_id": recorded.event_id}, 202)


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
        hint=f"state={notice.state}" if notice.state is not None else "",
        occurred_at=notice.sent_at.isoformat() if notice.sent_at else "",
    )
    return event, None
