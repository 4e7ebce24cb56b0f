"""`/api/connections`: the same as the connection file, without its secrets."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import SHOP_KEY, Admin, Held, Operator, Viewer, actor, new_router
from app.operations import connections

Key = Annotated[str, Path(pattern=SHOP_KEY)]
CHECK_SECONDS = 60

router = new_router("connections")


class ShopDocument(BaseModel):
    """One of the file's `[[shops]]`."""

    model_config = ConfigDict(extra="allow")

    key: str
    url: str
    orders: dict[str, Any] = Field(default_factory=dict)
    capture: dict[str, dict[str, Any]] = Field(default_factory=dict)
    order_status: list[dict[str, Any]] = Field(default_factory=list)


class ConnectionDocument(BaseModel):
    """A connection file as JSON. Every mistake in what is inside is told with its place."""

    model_config = ConfigDict(extra="allow")

    key: str
    name: str
    hogia: dict[str, Any]
    shops: list[ShopDocument]


@router.get("/connections")
async def list_connections(state: Held, _: Viewer) -> dict[str, Any]:
    """Every connection with its shops."""
    return await connections.listed(state.store)


@router.get("/connections/{key}")
async def show_connection(state: Held, _: Viewer, key: Key) -> dict[str, Any]:
    """The configuration, which secrets are set, and the webhook addresses to enter in the shops."""
    return await connections.show(state.store, state.seal, key, public_url=state.settings.url)


@router.put("/connections/{key}")
async def put_connection(state: Held, who: Admin, request: Request, key: Key, document: ConnectionDocument) -> dict[str, Any]:
    """Apply a connection file as JSON. Secrets that are left out stay as they are; `env:` names are not read here."""
    given = document.model_dump(mode="json", exclude_unset=True)
    return await connections.put(state.store, state.seal, actor(who, request), key, given)


@router.get("/connections/{key}/export", response_class=PlainTextResponse)
async def export_connection(state: Held, _: Operator, key: Key) -> PlainTextResponse:
    """The connection file (TOML), with `env:NAME` in place of each secret."""
    return PlainTextResponse(await connections.export(state.store, state.seal, key), media_type="application/toml")


@router.post("/connections/{key}/check")
async def check_connection(state: Held, _: Operator, key: Key) -> dict[str, Any]:
    """Verify both sides; each finding says what to click."""
    return await connections.check(state.store, key, new_id=state.new_id, seconds=CHECK_SECONDS)
