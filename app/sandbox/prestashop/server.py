"""The shop as an ASGI application: the webservice under `/api`, and the simulation's own doors, whose paths begin with `_`.

/api/…  and /webservice/dispatcher.php?url=…   PrestaShop's webservice (see `webservice`)
/                                              the front page, where PrestaShop redirects what it does not know
/_faults, /_log, /_reset, /_mails, /_hooks, /_outbox, /_control/…   see `control`
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.sandbox.prestashop import control
from app.sandbox.prestashop.access import REALM
from app.sandbox.prestashop.faults import Fault
from app.sandbox.prestashop.sender import Sender
from app.sandbox.prestashop.state import ShopState
from app.sandbox.prestashop.webservice import HTML, Answer, Call, answer

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
PAGE = b"<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"
WARNING = (
    b'<br />\n<b>Warning</b>:  Undefined array key "id_lang" in <b>/var/www/shop/modules/tracker/tracker.php</b> on line <b>214</b><br />\n'
)
INSTEAD = ("500", "500_empty", "redirect", "html_200", "unauthorized", "maintenance", "disabled", "too_many_requests")
AFTERWARDS = ("php_warning_before_body", "malformed", "drop_after_commit")


def page(status: int, title: str, **headers: str) -> Answer:
    """An HTML page that some server on the way wrote."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, body=PAGE % (title.encode(), title.encode()), content_type=HTML, headers=named)


def instead(fault: Fault, state: ShopState, call: Call) -> Answer:
    """What a fault answers without asking the webservice."""
    if fault.kind == "500_empty":
        return Answer(status=500, content_type=HTML)
    if fault.kind == "redirect":
        return Answer(status=302, content_type=HTML, headers={"Location": f"{call.base}/"})
    if fault.kind == "unauthorized":
        return Answer(status=401, body=b"401 Unauthorized", content_type=HTML, headers={"WWW-Authenticate": REALM})
    if fault.kind == "disabled":
        state.webservice_active = False
        try:
            return answer(state, call)
        finally:
            state.webservice_active = True
    pages = {
        "500": (500, "500 Internal Server Error"),
        "html_200": (200, state.shop_name),
        "maintenance": (503, "Maintenance"),
        "too_many_requests": (429, "Too Many Requests"),
    }
    status, title = pages[fault.kind]
    waits = {"Retry_After": str(int(fault.value or 1))} if fault.kind == "too_many_requests" else {}
    return page(status, title, **waits)


def spoiled(fault: Fault, given: Answer) -> Answer:
    """What a fault makes of the right answer."""
    headers = {name: value for name, value in given.headers.items() if name != "Content-Sha1"}
    if fault.kind == "php_warning_before_body":
        return Answer(status=given.status, body=WARNING + given.body, content_type=HTML, headers=headers)
    if fault.kind == "malformed":
        return Answer(status=given.status, body=given.body[: len(given.body) // 2], content_type=given.content_type, headers=headers)
    return page(502, "502 Bad Gateway")


async def called(request: Request, path: str, parameters: tuple[tuple[str, str], ...]) -> Response:
    """One call of the webservice with its faults."""
    state: ShopState = request.app.state.shop
    call = Call(
        method=request.method,
        path=path,
        parameters=parameters,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
        base=f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}",
    )
    seen = {"method": call.method, "path": f"/api/{path}", "query": [pair for pair in parameters if pair[0] != "ws_key"]}
    entry: dict[str, Any] = seen | {"time": state.clock().isoformat(), "status": None}
    state.requests.append(entry)
    slow = state.faults.take("slow", path=path, method=call.method)
    if slow is not None:
        await asyncio.sleep((slow.value or 0) / 1000)
    fault = state.faults.take(*INSTEAD, path=path, method=call.method)
    given = instead(fault, state, call) if fault is not None else answer(state, call)
    after = state.faults.take(*AFTERWARDS, path=path, method=call.method) if fault is None else None
    given = spoiled(after, given) if after is not None else given
    entry["status"] = given.status
    headers = dict(given.headers) | ({"Content-Type": given.content_type} if given.content_type else {})
    body = b"" if call.method == "HEAD" else given.body
    return Response(content=body, status_code=given.status, headers=headers)


async def api(request: Request) -> Response:
    """`/api/<resource>[/<id>]`."""
    return await called(request, request.path_params.get("path", "").strip("/"), tuple(request.query_params.multi_items()))


async def dispatcher(request: Request) -> Response:
    """Without rewriting: `/webservice/dispatcher.php?url=orders/30` (prestashop.md 2)."""
    pairs = tuple(request.query_params.multi_items())
    path, _, more = request.query_params.get("url", "").partition("?")
    rest = tuple(pair for pair in pairs if pair[0] != "url")
    return await called(request, path.strip("/"), rest + tuple(parse_qsl(more, keep_blank_values=True)))


async def front_page(request: Request) -> Response:
    """What a client that follows PrestaShop's redirect lands on: 200 with HTML."""
    given = page(200, request.app.state.shop.shop_name)
    return Response(content=given.body, media_type="text/html")


def create_shop(state: ShopState, *, sender: Sender | None = None) -> Starlette:
    """The application over this state; a sender hears the state's hooks and delivers while the application runs."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(sender.run()) if sender is not None else None
        yield
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    app = Starlette(
        routes=[
            Route("/api", api, methods=METHODS),
            Route("/api/{path:path}", api, methods=METHODS),
            Route("/webservice/dispatcher.php", dispatcher, methods=METHODS),
            *control.ROUTES,
            Route("/", front_page),
        ],
        lifespan=lifespan,
    )
    app.state.shop = state
    app.state.sender = sender
    if sender is not None and sender.heard not in state.listeners:
        state.listeners.append(sender.heard)
    return app
