"""The simulated Klarna as an ASGI application.

    latency ─► 500, 503, 429, 401 ─► known key? its first answer ─► 409 ─► fail before commit ─► route ─► late ─► answer, 500, or a broken
    connection

A dropped answer: under uvicorn the socket is closed without a byte; under httpx's `ASGITransport` a `RemoteProtocolError` is raised.
"""

import asyncio
import json
from dataclasses import replace
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.sandbox.hogia.clock import instant
from app.sandbox.payments.klarna import control
from app.sandbox.payments.klarna.answers import Answer, Json, KlarnaNo, bad_value
from app.sandbox.payments.klarna.calls import answered, order_in
from app.sandbox.payments.klarna.state import KlarnaState

BODY_LIMIT = 1_000_000
HANG_UP_SECONDS = 1.0


def create_klarna(state: KlarnaState | None = None) -> ASGIApp:
    """A simulated Klarna over this state."""
    return Front(state or KlarnaState())


class Front:
    """Klarna's API; paths that begin with `/_` are the simulation's own doors (see `control`)."""

    def __init__(self, state: KlarnaState) -> None:
        self.state = state
        self._own = Starlette(routes=control.routes(state))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _path(scope) if scope["type"] == "http" else ""
        if scope["type"] != "http" or path.startswith("/_"):
            await self._own(scope, receive, send)
            return
        request = Request(scope, receive)
        raw, key = await request.body(), request.headers.get("klarna-idempotency-key", "")
        entry: Json = {"method": request.method, "path": path, "key": key, "status": None, "time": instant(self.state.clock.now())}
        self.state.log.append(entry)
        answer = await self._handled(request, path, raw, key)
        if request.method != "GET" and answer.status < 300:
            answer = await self._after(answer)
        entry["status"] = answer.status
        if answer.is_dropped:
            entry["dropped"] = True
            await _hang_up(receive, send)
            return
        response = Response(answer.encoded(), status_code=answer.status, headers=answer.headers)
        if answer.body is not None:
            response.headers["Content-Type"] = "application/json"
        await response(scope, receive, send)

    async def _handled(self, request: Request, path: str, raw: bytes, key: str) -> Answer:
        """The route's answer, or a refusal's, with the quota's headers."""
        switches = self.state.switches
        if switches.latency_ms:
            await self.state.sleep(switches.latency_ms / 1000)
        try:
            quota = self._admitted(request)
        except KlarnaNo as no:
            return no.answer()
        repeated = self.state.repeated(key) if key and request.method != "GET" else None
        if repeated is not None:
            return repeated
        try:
            answer = await self._done(request, path, raw)
        except KlarnaNo as no:
            answer = no.answer()
        if key and request.method != "GET" and answer.status not in {409, 500}:
            self.state.first_answers[key] = (self.state.clock.now(), answer)
        return replace(answer, headers={**answer.headers, **quota})

    def _admitted(self, request: Request) -> dict[str, str]:
        """The quota's headers for a request that may come in. Raises KlarnaNo."""
        state, switches = self.state, self.state.switches
        if switches.take("http_500"):
            raise KlarnaNo(500, "INTERNAL_SERVER_ERROR", "Unexpected server error")
        if switches.take("http_503"):
            raise KlarnaNo(503, "TEMPORARILY_UNAVAILABLE", "Temporarily unavailable")
        wait = state.window.retry_after(("merchant", "other"), limit=switches.rate_limit, seconds=1, now=state.clock.now())
        if switches.take("too_many_requests"):
            wait = switches.retry_after_seconds
        limit = f"{switches.rate_limit};w=1"
        if wait:
            quota = {"X_Ratelimit_Limit": limit, "X_Ratelimit_Remaining": "0", "X_Ratelimit_Reset": str(wait)}
            raise KlarnaNo(429, "TOO_MANY_REQUESTS", "Too many requests", **quota)
        if switches.take("unauthorized") or not state.accepts(request.headers.get("authorization", "")):
            raise KlarnaNo(401)
        return {"X-Ratelimit-Limit": limit} if switches.rate_limit else {}

    async def _done(self, request: Request, path: str, raw: bytes) -> Answer:
        """The route's answer; a second write to an order while one is under way is refused. Raises KlarnaNo."""
        state, base = self.state, str(request.base_url).rstrip("/")
        if request.method == "GET":
            return answered(state, request.method, path, None, base)
        order = order_in(path)
        if order in state.writing or state.switches.take("conflict"):
            raise KlarnaNo(409, "CONFLICT", "Another operation on the order is in progress.")
        if state.switches.take("fail_before_commit"):
            raise KlarnaNo(500, "UNEXPECTED_ERROR", "Unexpected server error")
        body = _parsed(raw)
        state.writing.add(order)
        try:
            answer = answered(state, request.method, path, body, base)
            if state.switches.answer_late_ms:
                await state.sleep(state.switches.answer_late_ms / 1000)
        finally:
            state.writing.discard(order)
        return answer

    async def _after(self, answer: Answer) -> Answer:
        """What becomes of the answer to a write that was carried out."""
        state, switches = self.state, self.state.switches
        state.carried_out += 1
        if switches.take("fail_after_commit"):
            return KlarnaNo(500, "UNEXPECTED_ERROR", "Unexpected server error").answer()
        every = switches.drop_response_every
        if switches.take("drop_response_after_commit") or (every and state.carried_out % every == 0):
            return replace(answer, is_dropped=True)
        return answer


def _parsed(raw: bytes) -> Any:
    if len(raw) > BODY_LIMIT:
        raise KlarnaNo(413, "REQUEST_TOO_LARGE", "Request is too large")
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        raise bad_value("body") from None


def _path(scope: Scope) -> str:
    """Below where the app is mounted."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and path.startswith(root) else path


async def _hang_up(receive: Receive, send: Send) -> None:
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:  # not under uvicorn; uvloop's transports are no `asyncio.BaseTransport`
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
    transport.close()
    async with asyncio.timeout(HANG_UP_SECONDS):
        while (await receive())["type"] != "http.disconnect":
            continue
