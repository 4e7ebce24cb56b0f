"""The simulator's own routes, outside Klarna's API and without credentials.

GET /_faults  POST /_faults {"drop_response_after_commit": 1, "clock": "2026-02-03T10:00:00", "clock_advance_seconds": 61}
GET /_log     GET /_orders     POST /_reset     POST /_control/{act} {"reference": "…", …}

Acts: authorise, decide, expire, capture, refund, cancel, release; arguments as in `state.py`, by name.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.sandbox.hogia.clock import instant, moment
from app.sandbox.payments.klarna.answers import Json, KlarnaNo
from app.sandbox.payments.klarna.state import KlarnaState

ACTS = frozenset(["authorise", "decide", "expire", "capture", "refund", "cancel", "release"])


def routes(state: KlarnaState) -> list[Route]:
    """Every door of the simulation."""

    async def faults(_: Request) -> Response:
        return JSONResponse(_switches(state))

    async def set_faults(request: Request) -> Response:
        return _tried(lambda body: _set(state, body), await request.body())

    async def log(_: Request) -> Response:
        return JSONResponse(list(state.log))

    async def orders(_: Request) -> Response:
        return JSONResponse([order.shown(state.clock.now()) for order in state.orders.values()])

    async def reset(_: Request) -> Response:
        state.reset()
        return Response(status_code=204)

    async def act(request: Request) -> Response:
        name = request.path_params["act"]
        if name not in ACTS:
            return JSONResponse({"error": f"no act is called {name!r}; there are {', '.join(sorted(ACTS))}"}, status_code=404)
        perform: Callable[..., Any] = getattr(state, name)
        return _tried(lambda body: {"id": perform(**body)}, await request.body())

    return [
        Route("/_faults", faults, methods=["GET"]),
        Route("/_faults", set_faults, methods=["POST"]),
        Route("/_log", log, methods=["GET"]),
        Route("/_orders", orders, methods=["GET"]),
        Route("/_reset", reset, methods=["POST"]),
        Route("/_control/{act}", act, methods=["POST"]),
    ]


def _switches(state: KlarnaState) -> Json:
    return {**asdict(state.switches), "clock": instant(state.clock.now())}


def _set(state: KlarnaState, changes: Json) -> Json:
    """Switches by name; `clock` stops the clock at a time (null lets it run), `clock_advance_seconds` moves it."""
    clock = {name: changes.pop(name) for name in ("clock", "clock_advance_seconds") if name in changes}
    at = moment(clock["clock"]) if clock.get("clock") else None
    state.switches.update(changes)
    if "clock" in clock:
        state.clock.freeze(at) if at else state.clock.release()
    state.clock.advance(float(clock.get("clock_advance_seconds", 0)))
    return _switches(state)


def _tried(perform: Callable[[Json], Json], raw: bytes) -> Response:
    try:
        return JSONResponse(perform(dict(json.loads(raw or b"{}"))))
    except KlarnaNo as no:
        return JSONResponse({"error": f"{no.code}: {no.text}"}, status_code=no.status)
    except (TypeError, ValueError) as error:
        return JSONResponse({"error": str(error)}, status_code=400)
