"""The doors' routes, and the way to them past the framework's own layers (facts: dependencies.md A: those layers cost as much as the work)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.ingress import hogia, prestashop

# Bare Starlette routes, not FastAPI ones. They are described in the README and in design.md 5.
ROUTES = (
    Route("/webhooks/prestashop/{shop}", prestashop.receive, methods=["POST"]),
    Route("/webhooks/hogia/{connection}", hogia.receive, methods=["POST"]),
)


class Doors:
    """ASGI middleware: what matches a door goes in; all else, a wrong method too, goes on to the framework."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/webhooks/"):
            for route in ROUTES:
                match, found = route.matches(scope)
                if match is Match.FULL:
                    scope.update(found)
                    response = await route.endpoint(Request(scope, receive))
                    await response(scope, receive, send)
                    return
        await self._app(scope, receive, send)
