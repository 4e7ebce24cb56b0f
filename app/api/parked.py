"""`/api/parked`: what waits for a person."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import Entity, Held, Operator, OptionalReason, Reason, Viewer, actor, new_router
from app.operations import parked

PATH = "/parked/{shop}/{kind}/{id}"

router = new_router("parked")


class BulkRelease(BaseModel):
    """Everything parked with a code, in one shop or in all."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=100)
    shop: str = Field("", max_length=40)
    limit: int = Field(1000, ge=1, le=10_000)
    reason: str = Field(min_length=1, max_length=500)


@router.get("/parked")
async def list_parked(
    state: Held,
    _: Viewer,
    shop: Annotated[str, Query(max_length=40)] = "",
    code: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """Oldest first: which entity, since when, why, and what to do."""
    return await parked.page(state.store, shop=shop, code=code, limit=limit)


@router.post("/parked/release")
async def release_all(state: Held, key: Operator, request: Request, wanted: BulkRelease) -> dict[str, Any]:
    """Look again at everything parked with a code, for instance after the settings were corrected."""
    return await parked.release_all(
        state.store, actor(key, request), code=wanted.code, shop=wanted.shop, limit=wanted.limit, reason=wanted.reason
    )


@router.post(f"{PATH}/release")
async def release(
    state: Held, key: Operator, request: Request, entity: Entity, said: Annotated[OptionalReason | None, Body()] = None
) -> dict[str, Any]:
    """Look at it again."""
    return await parked.release(state.store, actor(key, request), entity, reason=said.reason if said else "")


@router.post(f"{PATH}/drop")
async def drop(state: Held, key: Operator, request: Request, entity: Entity, said: Reason) -> dict[str, Any]:
    """Put it aside until something new comes, with a reason."""
    return await parked.drop(state.store, actor(key, request), entity, reason=said.reason)
