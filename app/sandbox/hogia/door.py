"""From a Starlette request to a handler's answer: token, organisation, rate limit, api-version, then the handler, then refusals.

The outer routes (`/connect/token`, `/_…`) have no organisation and no token.
"""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from app.sandbox.hogia.auth import admit, client_of, forget
from app.sandbox.hogia.call import Call
from app.sandbox.hogia.errors import ApiError, BindingError, MissingError, TooManyError, UnauthorizedError, rendered
from app.sandbox.hogia.routes import Handler
from app.sandbox.hogia.wire import Answer

if TYPE_CHECKING:
    from app.sandbox.hogia.state import HogiaState

API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")
Endpoint = Callable[[Request], Awaitable[Response]]


def inside(state: "HogiaState", handler: Handler, *, assumed: bool) -> Endpoint:
    """The endpoint of a route inside an organisation."""

    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        headers = {"X-Contract-Status": "assumed"} if assumed else {}
        return responded(answered(state, lambda: handler(_call(state, request, raw))), headers)

    return endpoint


def outside(state: "HogiaState", handler: Callable[[Request, bytes], Answer]) -> Endpoint:
    """The endpoint of a route that needs no token; its errors are never disguised."""

    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        return responded(answered(state, lambda: handler(request, raw), shape="natural"), {})

    return endpoint


def answered(state: "HogiaState", handle: Callable[[], Answer], *, shape: str | None = None) -> Answer:
    """The handler's answer, or its refusal in the shape that the switch asks for."""
    try:
        return handle()
    except ApiError as error:
        return rendered(error, shape=shape or state.switches.error_shape, trace_id=f"00-{uuid4().hex}-00", scope_id=str(uuid4()))


def responded(answer: Answer, headers: dict[str, str]) -> Response:
    response = Response(answer.encoded(), status_code=answer.status, headers={**headers, **answer.headers})
    if answer.status != 204:
        response.headers["Content-Type"] = answer.media_type
    return response


def _call(state: "HogiaState", request: Request, raw: bytes) -> Call:
    authorization = request.headers.get("authorization", "")
    if state.switches.take("unauthorized"):
        forget(state, authorization)
        raise UnauthorizedError
    client = client_of(state, authorization)
    organization = request.path_params["org"].lower()
    admit(state, client, organization)
    org = state.organisations.get(organization)
    if org is None:
        raise MissingError("Organisation")
    switches = state.switches
    wait = state.window.retry_after(
        (client, organization), limit=switches.rate_limit, seconds=float(switches.rate_limit_seconds), now=state.clock.now()
    )
    if wait:
        raise TooManyError(wait)
    query = {name.lower(): value for name, value in request.query_params.items()}
    if not API_VERSION.fullmatch(query.get("api-version", "")):
        raise BindingError({"api-version": ["An API version in the query is required, as YYYY-MM-DD."]})
    return Call(state=state, org=org, path=request.path_params, query=query, raw=raw, url_path=request.url.path)
