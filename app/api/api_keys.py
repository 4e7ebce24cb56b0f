"""`/api/keys`: API keys with a role."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Request
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import Admin, Held, actor, new_router
from app.auth import Role
from app.operations import api_keys

router = new_router("keys")


class NewKey(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    role: Role


@router.get("/keys")
async def list_keys(state: Held, _: Admin) -> dict[str, Any]:
    """Every key, without its secret."""
    return await api_keys.listed(state.store)


@router.post("/keys", status_code=201)
async def create_key(state: Held, who: Admin, request: Request, wanted: NewKey) -> dict[str, Any]:
    """A new key; `key` is shown this once."""
    return await api_keys.create(state.store, actor(who, request), name=wanted.name, role=wanted.role)


@router.delete("/keys/{key_id}")
async def revoke_key(state: Held, who: Admin, request: Request, key_id: Annotated[str, Path(pattern=r"^[0-9a-f]{12}$")]) -> dict[str, Any]:
    """Forget a key at once."""
    return await api_keys.revoke(state.store, actor(who, request), key_id)
