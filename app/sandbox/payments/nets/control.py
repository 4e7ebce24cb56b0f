"""The simulation's own doors, without a key.

GET /_faults  POST /_faults {"drop_response_after_commit": 1, "clock": "2026-02-03T10:00:00+00:00", "clock_advance_seconds": 61}
GET /_log     GET /_payments     POST /_reset
POST /_control/{act}             authorise {"order_reference": "XKBKNABJK", "amount": 5500, …}, and for a payment {"reference": "…"}:
                                 expire, charge {"amount"}, cancel, fail_charge, complete_refunds {"outcome"}
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.sandbox.hogia.wire import dumped
from app.sandbox.payments.nets.body import read_object
from app.sandbox.payments.nets.errors import FormError, NetsError
from app.sandbox.payments.nets.payment import instant
from app.sandbox.payments.nets.state import NetsState

Door = Callable[[NetsState, Request, dict[str, Any]], Any]
ACTS = ("authorise", "expire", "charge", "cancel", "fail_charge", "complete_refunds")


def door(state: NetsState, work: Door) -> Callable[[Request], Awaitable[Response]]:
    """A route that reads JSON, works and answers JSON; what does not exist is 404, what cannot be is 400."""

    async def opened(request: Request) -> Response:
        try:
            return _said(200, work(state, request, read_object(await request.body() or b"{}")))
        except NetsError as error:
            return _said(error.status, error.body or {"message": "there is no such payment"})
        except KeyError as error:
            return _said(404, {"message": f"there is no {error}"})
        except (FormError, ValueError, TypeError, IndexError) as error:
            return _said(400, {"message": str(error)})

    return opened


def faults(state: NetsState, _request: Request, _body: Mapping[str, Any]) -> Any:
    return {**asdict(state.switches), "clock": instant(state.clock.now())}


def set_faults(state: NetsState, request: Request, body: dict[str, Any]) -> Any:
    """Switches by name; `clock` stops the clock at a time (null lets it run), `clock_advance_seconds` moves it."""
    clock = {name: body.pop(name) for name in ("clock", "clock_advance_seconds") if name in body}
    at = datetime.fromisoformat(clock["clock"]) if clock.get("clock") else None
    state.switches.update(body)
    if "clock" in clock:
        state.clock.freeze(at if at.tzinfo else at.replace(tzinfo=UTC)) if at else state.clock.release()
    state.clock.advance(float(clock.get("clock_advance_seconds", 0)))
    return faults(state, request, {})


def log(state: NetsState, _request: Request, _body: Mapping[str, Any]) -> Any:
    return {"requests": state.log, "count": len(state.log)}


def payments(state: NetsState, _request: Request, _body: Mapping[str, Any]) -> Any:
    return {"payments": state.summaries()}


def reset(state: NetsState, _request: Request, _body: Mapping[str, Any]) -> Any:
    state.reset()
    return {}


def act(state: NetsState, request: Request, body: dict[str, Any]) -> Any:
    """Something that happens in the checkout or the portal; arguments as in `state.py`, by name."""
    name = request.path_params["act"]
    if name not in ACTS:
        raise KeyError(name)
    return {"result": getattr(state, name)(**body)}


def _said(status: int, body: Any) -> Response:
    return Response(dumped(body), status_code=status, media_type="application/json")


TABLE: tuple[tuple[str, str, Door], ...] = (
    ("GET", "/_faults", faults),
    ("POST", "/_faults", set_faults),
    ("GET", "/_log", log),
    ("GET", "/_payments", payments),
    ("POST", "/_reset", reset),
    ("POST", "/_control/{act}", act),
)
