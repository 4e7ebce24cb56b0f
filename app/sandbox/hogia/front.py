"""The ASGI layer in front of the routes: everything that goes wrong between a client and the books, and the log of requests.

    latency ─► 500/503 ─► one write at a time ─► fail before commit ─► routes ─► late answer ─► answer, or a broken connection

A dropped answer: under uvicorn the socket is closed without a byte; under httpx's `ASGITransport` a `RemoteProtocolError` is raised,
as a client sees it when a server hangs up.
"""

import asyncio
import time
from typing import TYPE_CHECKING, Any

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.sandbox.hogia.clock import instant
from app.sandbox.hogia.door import answered, responded
from app.sandbox.hogia.errors import ApiError, TooManyError
from app.sandbox.hogia.wire import Json

if TYPE_CHECKING:
    from app.sandbox.hogia.state import HogiaState

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
TOKEN_PATH = "/connect/token"
HANG_UP_SECONDS = 1.0


class Front:
    """Wraps the routes; the simulator's own `/_…` pass untouched and unlogged."""

    def __init__(self, routes: ASGIApp, state: "HogiaState") -> None:
        self._routes = routes
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _path(scope) if scope["type"] == "http" else ""
        if scope["type"] != "http" or path.startswith("/_"):
            await self._routes(scope, receive, send)
            return
        entry: Json = {
            "method": scope["method"],
            "path": path,
            "query": scope["query_string"].decode(),
            "status": None,
            "time": instant(self._state.clock.now()),
        }
        self._state.log.append(entry)
        started = time.perf_counter()
        try:
            messages = await self._handled(scope, receive, path)
        finally:
            entry["milliseconds"] = round((time.perf_counter() - started) * 1000)
        entry["status"] = messages[0]["status"]
        if self._is_dropped(scope["method"], path, messages[0]["status"]):
            entry["dropped"] = True
            await _hang_up(receive, send)
            return
        for message in _with_request_id(scope, messages):
            await send(message)

    async def _handled(self, scope: Scope, receive: Receive, path: str) -> list[Message]:
        """The routes' answer, or a fault's, as ASGI messages."""
        state, switches = self._state, self._state.switches
        await self._pause(switches.latency_ms)
        for name, status in (("http_500", 500), ("http_503", 503)):
            if switches.take(name):
                return await self._refused(scope, receive, ApiError(status, "The service is in trouble."))
        is_write = scope["method"] in WRITES and path != TOKEN_PATH
        organization = path.split("/")[1].lower()
        if is_write and switches.one_write_at_a_time and state.writing.get(organization):
            return await self._refused(scope, receive, TooManyError(1))
        if is_write and switches.take("fail_before_commit"):
            return await self._refused(scope, receive, ApiError(500, "The write failed and was rolled back."))
        if not is_write:
            return await _answer(self._routes, scope, receive)
        state.writing[organization] = state.writing.get(organization, 0) + 1
        try:
            messages = await _answer(self._routes, scope, receive)
            if messages[0]["status"] < 300:
                await self._pause(switches.answer_late_ms)
        finally:
            state.writing[organization] -= 1
        return messages

    async def _pause(self, milliseconds: int) -> None:
        if milliseconds:
            await self._state.sleep(milliseconds / 1000)

    async def _refused(self, scope: Scope, receive: Receive, error: ApiError) -> list[Message]:
        def refuse() -> Any:
            raise error

        return await _answer(responded(answered(self._state, refuse), {}), scope, receive)

    def _is_dropped(self, method: str, path: str, status: int) -> bool:
        if method not in WRITES or path == TOKEN_PATH or status >= 300:
            return False
        self._state.committed_writes += 1
        every = self._state.switches.drop_response_every
        if self._state.switches.take("drop_response_after_commit"):
            return True
        return every > 0 and self._state.committed_writes % every == 0


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


def _with_request_id(scope: Scope, messages: list[Message]) -> list[Message]:
    """The caller's `X-Request-Id` comes back."""
    given = [(name, value) for name, value in scope["headers"] if name.lower() == b"x-request-id"]
    start, *rest = messages
    return [{**start, "headers": [*start.get("headers", []), *given]}, *rest]


async def _hang_up(receive: Receive, send: Send) -> None:
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:  # uvloop's transports are no asyncio.BaseTransport
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
    transport.close()
    async with asyncio.timeout(HANG_UP_SECONDS):
        while (await receive())["type"] != "http.disconnect":
            continue
