"""`/api/events`: what was received and what became of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Path, Query, Request

from app.api.access import Held, Operator, OptionalReason, Reason, Viewer, actor, new_router
from app.api.filters import EventQuery
from app.auth import ORDER, Role
from app.operations import events
from app.problems import Problem

EventId = Annotated[str, Path(pattern=r"^evt_[0-9a-f]{24}$")]

router = new_router("events")


@router.get("/events")
async def list_events(state: Held, _: Viewer, query: Annotated[EventQuery, Query()]) -> dict[str, Any]:
    """Events, newest first."""
    return await events.page(state.store, query.filters(), cursor=query.cursor, limit=query.limit)


@router.get("/events/{event_id}")
async def show_event(state: Held, key: Viewer, event_id: EventId, body: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - a query parameter
    """One event with its entity's state; `body=true` (operators) adds the notice as it was received."""
    if body and ORDER.index(key.role) < ORDER.index(Role.OPERATOR):
        raise Problem(403, "ROLE_TOO_LOW", f"the body needs the role operator; the key {key.name!r} is {key.role.value}.")
    return await events.show(state.store, event_id, body=body)


@router.post("/events/{event_id}/replay", status_code=202)
async def replay_event(
    state: Held, key: Operator, request: Request, event_id: EventId, said: Annotated[OptionalReason | None, Body()] = None
) -> dict[str, Any]:
    """Look at the event's entity again. What the ledger has confirmed is not done twice."""
    return await events.replay(state.store, actor(key, request), event_id, reason=said.reason if said else "")


@router.post("/events/{event_id}/discard")
async def discard_event(state: Held, key: Operator, request: Request, event_id: EventId, said: Reason) -> dict[str, Any]:
    """Put an event aside, with a reason."""
    return await events.discard(state.store, actor(key, request), event_id, reason=said.reason)
