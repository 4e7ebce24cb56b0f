"""What every route of the API shares: who is calling, what the process holds, and how trouble is answered and documented."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from app.auth import ApiKey, Requires, Role
from app.operations.audit import Actor
from app.operations.refusals import Conflict, Missing, NoAnswer
from app.problems import Problem
from app.state import State
from mappers.canonical import EntityKey, Kind
from mappers.errors import OrderbroError

LARGEST_BODY_BYTES = 1_000_000  # a connection file with every rule stays far below
STATUS: dict[type[OrderbroError], int] = {Missing: 404, Conflict: 409, NoAnswer: 504}

SHOP_KEY = r"^[a-z0-9-]{1,40}$"
ENTITY_ID = r"^[A-Za-z0-9_.-]{1,64}$"


class ProblemDocument(BaseModel):
    """RFC 9457, with a stable code."""

    type: str
    title: str
    status: int
    code: str
    detail: str


def _too_large() -> HTTPException:
    # Not a Problem: FastAPI lets only this one through while it reads a body.
    return HTTPException(413, f"a request has at most {LARGEST_BODY_BYTES} bytes.", headers={"Connection": "close"})


def _bounded(receive: Receive) -> Receive:
    """Counts what comes in. FastAPI's own `max_body_size` answers a declared length in plain text, not with a problem document."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > LARGEST_BODY_BYTES:
            raise _too_large()
        return message

    return counted


class Route(APIRoute):
    """Bounds the body and gives the operations' refusals their status; `app.problems` does the rest."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def translated(request: Request) -> Response:
            declared = request.headers.get("content-length", "")
            if declared.isdecimal() and int(declared) > LARGEST_BODY_BYTES:
                raise _too_large()
            try:
                return await handle(Request(request.scope, _bounded(request.receive)))
            except tuple(STATUS) as error:
                raise Problem(STATUS[type(error)], error.code, error.message) from None

        return translated


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemDocument, "description": description}
    for status, description in {
        400: "the request has mistakes",
        401: "no valid API key",
        403: "the key's role is too low",
        404: "there is no such thing",
        409: "not possible in its present state, or the settings need a change",
        413: "the body is too large",
        422: "cannot be done with this data",
        502: "the outcome is unknown",
        503: "temporarily unavailable",
        504: "no worker answered in time",
    }.items()
}


def new_router(tag: str) -> APIRouter:
    """A router whose routes need a bearer key."""
    bearer = HTTPBearer(auto_error=False, description="an API key: orderbro keys create")
    return APIRouter(prefix="/api", tags=[tag], route_class=Route, responses=RESPONSES, dependencies=[Security(bearer)])


def _state(request: Request) -> State:
    held: State = request.app.state.orderbro
    return held


Held = Annotated[State, Depends(_state)]
Viewer = Annotated[ApiKey, Depends(Requires(Role.VIEWER))]
Operator = Annotated[ApiKey, Depends(Requires(Role.OPERATOR))]
Admin = Annotated[ApiKey, Depends(Requires(Role.ADMIN))]


def actor(key: ApiKey, request: Request) -> Actor:
    """The caller, for the audit stream."""
    return Actor(id=key.id, name=key.name, origin=request.client.host if request.client else "")


def _entity(
    shop: Annotated[str, Path(pattern=SHOP_KEY)],
    kind: Annotated[Kind, Path()],
    id: Annotated[str, Path(pattern=ENTITY_ID)],  # noqa: A002 - the route's own word
) -> EntityKey:
    if kind is Kind.ORDER and not id.isdecimal():
        raise Problem(400, "REQUEST_INVALID", f"an order's id is a number, not {id!r}.")
    return EntityKey(shop=shop, kind=kind, id=id)


Entity = Annotated[EntityKey, Depends(_entity)]


class Reason(BaseModel):
    """Why a person did it; shown in the story and the audit stream."""

    reason: str = Field(min_length=1, max_length=500)


class OptionalReason(BaseModel):
    reason: str = Field("", max_length=500)
