"""A Hogia that answers from a script of handlers, and keeps what it was sent."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import httpx
import pytest
import simplejson

from mappers.connection import HogiaOrganisation
from workers.clients.hogia import HogiaClient

ORG = "6f1f2a3b-0000-4000-8000-0f5d0f3e5b0a"
Answer = httpx.Response | Exception
Handler = Callable[[httpx.Request], Answer | Awaitable[Answer]]


@dataclass
class FakeHogia:
    """Routes are `METHOD /path` below the organisation; each call of a route takes its next handler, the last one stays."""

    clock: float = 1000.0
    lifetime: int = 3600
    tokens_made: int = 0
    token_answers: list[Answer] = field(default_factory=list)
    routes: dict[str, list[Handler | Answer]] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)

    def on(self, route: str, *answers: Handler | Answer) -> None:
        self.routes[route] = list(answers)

    def sent(self, route: str) -> list[httpx.Request]:
        return [request for request in self.requests if self.route(request) == route]

    @staticmethod
    def route(request: httpx.Request) -> str:
        return f"{request.method} {request.url.path.removeprefix(f'/{ORG}')}"

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.host == "id.hogia.test":
            if self.token_answers:
                return give(self.token_answers.pop(0))
            self.tokens_made += 1
            return httpx.Response(
                200, json={"access_token": f"token-{self.tokens_made}", "expires_in": self.lifetime, "token_type": "Bearer"}
            )
        answers = self.routes.get(self.route(request))
        if not answers:
            return httpx.Response(404)
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if callable(answer):
            answer = answer(request)
            if not isinstance(answer, httpx.Response | Exception):
                answer = await answer
        return give(answer)


def give(answer: Answer) -> httpx.Response:
    if isinstance(answer, Exception):
        raise answer
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def reply(body: object, status: int = 200, **headers: str) -> httpx.Response:
    content = simplejson.dumps(body, use_decimal=True).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, content=content, headers={"Content-Type": "application/json", **named})


@pytest.fixture
def hogia() -> FakeHogia:
    return FakeHogia()


@pytest.fixture
async def client(hogia: FakeHogia) -> AsyncIterator[HogiaClient]:
    numbers = itertools.count(1)
    organisation = HogiaOrganisation(
        base_url="https://api.hogia.test/", token_url="https://id.hogia.test/connect/token", organization_id=ORG.upper()
    )
    async with httpx.AsyncClient(transport=httpx.MockTransport(hogia)) as http:
        yield HogiaClient(
            http,
            organisation,
            client_id="id",
            client_secret="secret",
            now=lambda: hogia.clock,
            request_id=lambda: f"request-{next(numbers)}",
        )
