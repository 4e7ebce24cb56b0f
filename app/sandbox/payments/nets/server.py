"""The account as an ASGI application: routes, and the layer in front of them where things go wrong.

    latency ─► 429/500/401 by switch ─► key ─► fail before commit ─► routes ─► late answer ─► answer, 500, a page, or a broken connection

A dropped answer: under uvicorn the socket is closed without a byte; under httpx's `ASGITransport` a `RemoteProtocolError` is raised,
as a client sees it when a server hangs up.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.sandbox.hogia.wire import dumped
from app.sandbox.payments.nets import control, routes
from app.sandbox.payments.nets.errors import FormError, NetsError, broken, busy, unauthorized
from app.sandbox.payments.nets.payment import instant
from app.sandbox.payments.nets.state import NetsState

HANG_UP_SECONDS = 1.0
PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
DROPPED = "orderbro.dropped"  # of an ASGI scope: holds something once the answer is not to be sent


def create_nets(state: NetsState | None = None) -> ASGIApp:
    """A simulated Nets Easy."""
    state = state or NetsState()
    app = Starlette(
        routes=[
            *(Route(path, _answered(state, handler), methods=[method]) for method, path, handler in routes.TABLE),
            *(Route(path, control.door(state, handler), methods=[method]) for method, path, handler in control.TABLE),
            Route("/{path:path}", _answered(state, routes.nowhere), methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]
    )
    return _hanging_up(app)


def _hanging_up(app: ASGIApp) -> ASGIApp:
    """Holds an answer back until it is clear that it is to be sent; the frameworks between would answer 500 to an exception."""

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        dropped: list[str] = []
        scope[DROPPED] = dropped
        await app(scope, receive, keep)
        if dropped:
            await _hang_up(receive, send)
            return
        for message in messages:
            await send(message)

    return front


async def _hang_up(receive: Receive, send: Send) -> None:
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:  # uvloop's transports are no `asyncio.BaseTransport`
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
    transport.close()
    async with asyncio.timeout(HANG_UP_SECONDS):
        while (await receive())["type"] != "http.disconnect":
            continue


def _answered(state: NetsState, handler: routes.Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        entry: dict[str, Any] = {
            "time": instant(state.clock.now()),
            "method": request.method,
            "path": request.url.path,
            "key": request.headers.get("idempotency-key", ""),
            "platform": request.headers.get("commerceplatformtag", ""),
            "status": None,
        }
        state.log.append(entry)
        response = await _handled(state, handler, request, raw)
        entry["status"] = response.status_code
        if request.method != "GET" and response.status_code < 300:
            response = await _spoiled(state, response, entry, dropped=request.scope[DROPPED])
        return response

    return endpoint


async def _handled(state: NetsState, handler: routes.Handler, request: Request, raw: bytes) -> Response:
    switches = state.switches
    if switches.latency_ms:
        await state.sleep(switches.latency_ms / 1000)
    try:
        if switches.take("too_many_requests"):
            raise busy(switches.retry_after_seconds)
        if switches.take("http_500"):
            raise broken()
        if switches.take("unauthorized") or not _is_known(state, request):
            raise unauthorized()
        if request.method != "GET" and switches.take("fail_before_commit"):
            raise broken()
        status, body = handler(state, request, raw)
    except FormError as error:
        return _refusal(error.rendered(is_wrapped=not switches.errors_without_wrapper))
    except NetsError as error:
        return _refusal(error)
    return Response(b"" if body is None else dumped(body), status_code=status, media_type=None if body is None else "application/json")


async def _spoiled(state: NetsState, response: Response, entry: dict[str, Any], *, dropped: list[str]) -> Response:
    """What becomes of the answer to a committed write."""
    switches = state.switches
    if switches.answer_late_ms:
        await state.sleep(switches.answer_late_ms / 1000)
    if switches.take("drop_response_after_commit"):
        entry["dropped"] = True
        dropped.append("after the commit")
    if switches.take("fail_after_commit"):
        entry["dropped"] = True
        return _refusal(broken())
    if switches.take("unreadable_after_commit"):
        entry["dropped"] = True
        return Response(PAGE, status_code=200, media_type="text/html")
    return response


def _is_known(state: NetsState, request: Request) -> bool:
    """The raw key, without a scheme word."""
    return hmac.compare_digest(request.headers.get("authorization", "").encode(), state.secret_key.encode())


def _refusal(error: NetsError) -> Response:
    has_body = error.body is not None
    return Response(
        dumped(error.body) if has_body else b"",
        status_code=error.status,
        headers=error.headers,
        media_type="application/json" if has_body else None,
    )
