"""`/api/deadlines`: authorisations that end soon and are not captured."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from app.api.access import Held, Viewer, new_router
from app.operations import deadlines

router = new_router("deadlines")


@router.get("/deadlines")
async def list_deadlines(
    state: Held,
    _: Viewer,
    within_days: Annotated[int, Query(ge=0, le=400)] = deadlines.NEAR_DAYS,
    shop: Annotated[str, Query(max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """Nearest first: which order, at which provider, until when, and whether the provider has said so or its terms were reckoned with."""
    return await deadlines.page(state.store, within_days=within_days, shop=shop, limit=limit)
