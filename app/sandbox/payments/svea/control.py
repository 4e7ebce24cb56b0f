"""The simulation's own doors, without a signature.

GET  /_faults  POST /_faults {"task_looks": 3, "clock_advance_seconds": 86400}      switches and the clock
GET  /_log     GET /_orders  POST /_reset
POST /_control/authorise {"order_reference": "XKBKNABJK", "amount": 12500, "payment_type": "Card", "rows": [{"name": …, "unit_price": …}]}
POST /_control/approve|expire {"reference": "2291662"}      POST /_control/set_status {"reference": "2291662", "status": "Processing"}
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.sandbox.hogia.clock import instant, moment
from app.sandbox.payments.svea.errors import Json, SveaError
from app.sandbox.payments.svea.order import Row

if TYPE_CHECKING:
    from app.sandbox.payments.svea.state import SveaState


def faults(state: SveaState) -> Json:
    return {**asdict(state.switches), "clock": instant(state.clock.now())}


def set_faults(state: SveaState, raw: bytes) -> Json:
    """Switches by name; `clock` stops the clock at a time (null lets it run), `clock_advance_seconds` moves it."""
    changes = _object(raw)
    clock = {name: changes.pop(name) for name in ("clock", "clock_advance_seconds") if name in changes}
    try:
        at = moment(clock["clock"]) if clock.get("clock") else None
        ahead = float(clock.get("clock_advance_seconds", 0))
        state.switches.update(changes)
    except (TypeError, ValueError) as error:
        raise SveaError(400, text=str(error)) from None
    if "clock" in clock:
        state.clock.freeze(at) if at else state.clock.release()
    state.clock.advance(ahead)
    return faults(state)


def log(state: SveaState) -> Json:
    return {"requests": list(state.log), "count": len(state.log)}


def orders(state: SveaState) -> Json:
    return {"orders": [state.summary(each) for each in state.orders.values()]}


def reset(state: SveaState) -> Json:
    state.reset()
    return {"reset": True}


def control(state: SveaState, act: str, raw: bytes) -> Json:
    """One act; arguments as in `state.py`, by name."""
    acts: dict[str, Callable[..., Json]] = {
        "authorise": lambda **given: _authorise(state, **given),
        "approve": state.approve,
        "expire": state.expire,
        "set_status": state.set_status,
    }
    if act not in acts:
        raise SveaError(404, text=f"No act is called {act!r}; there are {', '.join(sorted(acts))}.")
    try:
        return acts[act](**_object(raw))
    except (TypeError, ValueError, AttributeError) as error:
        raise SveaError(400, text=f"{act}: {error}") from None


def _authorise(state: SveaState, *, rows: Any = (), **given: Any) -> Json:
    reference = state.authorise(rows=[Row(**row) for row in rows], **given)
    return state.summary(state.order(reference))


def _object(raw: bytes) -> Json:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise SveaError(400, text="The body is not JSON.") from None
    if not isinstance(body, dict):
        raise SveaError(400, text="The body is not a JSON object.")
    return body
