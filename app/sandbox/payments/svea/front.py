"""The ASGI layer before the routes: everything that goes wrong between a client and the orders, and the log of requests.

    latency ─► 429/500 ─► fail before commit ─► routes ─► late answer ─► fail after commit ─► answer, or a broken connection

A dropped answer: under uvicorn the socket is closed without a byte; under httpx's `ASGITransport` a `RemoteProtocolError` is raised.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.sandbox.hogia.clock import instant
from app.sandbox.payments.svea.errors import Json, SveaError, body_of

if TYPE_CHECKING:
    from app.sandbox.payments.svea.state import SveaState

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
HANG_UP_SECONDS = 1.0


class Front:
    """Wraps the routes; the simulation's own `/_…` pass untouched and unlogged."""

    def __init__(self, routes: ASGIApp, state: SveaState) -> None:
        self._routes = routes
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _path(scope).startswith("/_"):
            await self._routes(scope, receive, send)
            return
        entry: Json = {"method": scope["method"], "path": _path(scope), "status": None, "time": instant(self._state.clock.now())}
        self._state.log.append(entry)
        messages = await self._handled(scope, receive)
        entry["status"] = messages[0]["status"]
        if scope["method"] in WRITES and messages[0]["status"] < 400:
            if self._state.switches.take("drop_response_after_commit"):
                entry["dropped"] = True
                await _hang_up(receive, send)
                return
            if self._state.switches.take("fail_after_commit"):
                messages = await self._refused(scope, receive, SveaError(500, text="Internal server error"))
                entry["status"] = 500
        for message in messages:
            await send(message)

    async def _handled(self, scope: Scope, receive: Receive) -> list[Message]:
        switches = self._state.switches
        await self._pause(switches.latency_ms)
        if switches.take("too_many_requests"):
            wait = {"Retry-After": str(switches.retry_after_seconds)}
            return await self._refused(scope, receive, SveaError(429, text="Too many requests", headers=wait))
        if switches.take("http_500") or (scope["method"] in WRITES and switches.take("fail_before_commit")):
            return await self._refused(scope, receive, SveaError(500, text="Internal server error"))
        messages = await _answer(self._routes, scope, receive)
        if scope["method"] in WRITES and messages[0]["status"] < 400:
            await self._pause(switches.answer_late_ms)
        return messages

    async def _pause(self, milliseconds: int) -> None:
        if milliseconds:
            await self._state.sleep(milliseconds / 1000)

    async def _refused(self, scope: Scope, receive: Receive, error: SveaError) -> list[Message]:
        content, headers = body_of(error, form=self._state.switches.error_form, bom=self._state.switches.bom)
        return await _answer(Response(content, status_code=error.status, headers=headers), scope, receive)


def _path(scope: Scope) -> str:
    """Below where the app is mounted."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and path.startswith(root) else path


async def _answer(app: ASGIApp, scope: Scope, receive: Receive) -> list[Message]:
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages


async def _hang_up(receive: Receive, send: Send) -> None:
    close = getattr(getattr(getattr(send, "__self__", None), "transport", None), "close", None)  # uvloop's transports are no BaseTransport
    if not callable(close):
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
    close()
    async with asyncio.timeout(HANG_UP_SECONDS):
        while (await receive())["type"] != "http.disconnect":
            continue
