"""Puts the simulated Hogia together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.sandbox.hogia import control
from app.sandbox.hogia.auth import token_answer
from app.sandbox.hogia.door import answered, inside, outside, responded
from app.sandbox.hogia.errors import ApiError
from app.sandbox.hogia.front import Front
from app.sandbox.hogia.routes import table
from app.sandbox.hogia.state import HogiaState
from app.sandbox.hogia.wire import Answer


def create_hogia(state: HogiaState | None = None) -> ASGIApp:
    """A simulated Hogia as an ASGI app.

    Under a server with lifespan events it sends its notifications by itself; elsewhere `state.outbox.deliver(client)` sends those due.
    """
    state = state or HogiaState()

    def unknown(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500

        def refuse() -> Answer:
            raise ApiError(status, "There is no such route." if status == 404 else "The method is not allowed here.")

        return responded(answered(state, refuse), {})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with httpx.AsyncClient(trust_env=False) as client:
            sender = asyncio.create_task(_send(state, client))
            yield
            sender.cancel()
            with suppress(asyncio.CancelledError):
                await sender

    own = (
        ("POST", "/connect/token", lambda request, raw: token_answer(state, authorization=_authorization(request), body=raw)),
        ("GET", "/_faults", lambda _request, _raw: control.faults(state)),
        ("POST", "/_faults", lambda _request, raw: control.set_faults(state, raw)),
        ("GET", "/_log", lambda _request, _raw: control.log(state)),
        ("GET", "/_invoices", lambda _request, _raw: control.invoices(state)),
        ("GET", "/_articles", lambda _request, _raw: control.articles(state)),
        ("POST", "/_reset", lambda _request, _raw: control.reset(state)),
        ("POST", "/_control/{act}", lambda request, raw: control.control(state, request.path_params["act"], raw)),
    )
    routes = [Route(path, outside(state, handler), methods=[method]) for method, path, handler in own]
    routes += [
        Route("/{org}" + path, inside(state, handler, assumed=assumed), methods=[method]) for method, path, handler, assumed in table()
    ]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={HTTPException: unknown})
    return Front(app, state)


def _authorization(request: Request) -> str:
    return request.headers.get("authorization", "")


async def _send(state: HogiaState, client: httpx.AsyncClient) -> None:
    """Send for ever. `reset` puts a new outbox in place: always look at the present one."""
    while True:
        await state.outbox.deliver(client)
        await state.outbox.wait()
