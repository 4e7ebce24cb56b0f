"""`/api/events/replay` and `/api/replays`: looking again at everything a filter finds."""

from __future__ import annotations

from typing import Annotated, Any, Self

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.api.access import Held, Operator, Viewer, actor, new_router
from app.api.filters import EventFilter
from app.operations import replays
from app.operations.replays import DEFAULT_LIMIT, DEFAULT_RATE

ReplayId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]

router = new_router("replays")


class ReplayRequest(BaseModel):
    """`limit` is the largest number of entities; `rate_per_second` how many of them a second are looked at again."""

    model_config = ConfigDict(extra="forbid")

    filter: EventFilter = Field(default_factory=EventFilter)
    dry_run: bool = False
    rate_per_second: float = Field(DEFAULT_RATE, ge=0.01, le=100)
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=100_000)
    reason: str = Field("", max_length=500, description="required without dry_run")

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if not self.dry_run and not self.reason.strip():
            raise ValueError("a replay needs a reason; only a dry_run does without")
        return self


@router.post("/events/replay", responses={202: {"description": "the replay was made; workers carry it out"}})
async def replay_events(state: Held, key: Operator, request: Request, response: Response, wanted: ReplayRequest) -> dict[str, Any]:
    """With `dry_run`: counts, and per effect what the ledger says. Without: a replay, carried out by the workers at the rate."""
    filters = wanted.filter.filters()
    if wanted.dry_run:
        return await replays.plan(state.store, filters, limit=wanted.limit)
    response.status_code = 202
    return await replays.start(
        state.store,
        actor(key, request),
        filters,
        rate_per_second=wanted.rate_per_second,
        limit=wanted.limit,
        reason=wanted.reason.strip(),
        new_id=state.new_id,
    )


@router.get("/replays")
async def list_replays(state: Held, _: Viewer, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> dict[str, Any]:
    """Replays, newest first."""
    return await replays.listed(state.store, limit=limit)


@router.get("/replays/{replay_id}")
async def show_replay(state: Held, _: Viewer, replay_id: ReplayId) -> dict[str, Any]:
    """Progress, how the entities stand, and what was written in the ledger since ("0 effects" when all was done before)."""
    return await replays.show(state.store, replay_id)


@router.post("/replays/{replay_id}/cancel")
async def cancel_replay(state: Held, key: Operator, request: Request, replay_id: ReplayId) -> dict[str, Any]:
    """Stop a running replay where it is."""
    return await replays.cancel(state.store, actor(key, request), replay_id)
