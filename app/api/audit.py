"""`/api/audit`: who did what, when, from where, and what came of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from app.api.access import Held, Operator, new_router
from app.operations import audit

router = new_router("audit")


@router.get("/audit")
async def list_audit(
    state: Held,
    _: Operator,
    cursor: Annotated[str, Query(pattern=r"^(\d{1,15}-\d{1,9})?$")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    """Newest first."""
    found, following = await audit.listed(state.store, cursor=cursor, limit=limit)
    return {"entries": found, "cursor": following}
