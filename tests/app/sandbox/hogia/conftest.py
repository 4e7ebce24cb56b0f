from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest
import simplejson

from app.sandbox.hogia import CLIENT_ID, CLIENT_SECRET, ORGANIZATION_ID, HogiaState, Switches, create_hogia

NOW = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
VERSION = {"api-version": "2025-06-01"}


class Api:
    """A client of the simulated Hogia that has a token, and JSON with Decimals."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.http = client
        self.token = ""

    async def login(self, client_id: str = CLIENT_ID, secret: str = CLIENT_SECRET) -> httpx.Response:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        answer = await self.http.post("/connect/token", data=form)
        self.token = answer.json().get("access_token", "")
        return answer

    async def call(self, method: str, path: str, body: Any = None, *, org: str = ORGANIZATION_ID, **query: Any) -> httpx.Response:
        content = None if body is None else simplejson.dumps(body, use_decimal=True).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json; charset=utf-8"}
        return await self.http.request(method, f"/{org}{path}", params={**VERSION, **query}, content=content, headers=headers)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.call("GET", path, **query)

    async def post(self, path: str, body: Any, **query: Any) -> httpx.Response:
        return await self.call("POST", path, body, **query)

    async def read(self, path: str, **query: Any) -> Any:
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return json_of(answer)

    async def made(self, path: str, body: Any, **query: Any) -> Any:
        answer = await self.post(path, body, **query)
        assert answer.status_code == 201, answer.text
        return json_of(answer)

    async def invoice(self, *lines: Any, **header: Any) -> Any:
        """Makes an invoice and reads it."""
        return await self.read(f"/customerinvoices/{await self.made('/customerinvoices', body(*lines, **header))}")


def json_of(answer: httpx.Response) -> Any:
    return simplejson.loads(answer.content, use_decimal=True)


def body(*lines: Any, **header: Any) -> dict[str, Any]:
    return {"customerInvoice": {"customerNumber": "PS1-1", "invoiceDate": "2026-02-03", **header}, "invoiceLines": list(lines)}


def line(price: str = "100", quantity: str = "1", account: int = 3001, **more: Any) -> dict[str, Any]:
    own = {"description": "Row", "unitPrice": Decimal(price), "quantity": Decimal(quantity), "salesAccountNumber": account}
    return {"invoiceLine": own | more}


def article(number: str, quantity: str = "1", **more: Any) -> dict[str, Any]:
    return {"articleInvoiceLine": {"articleNumber": number, "quantity": Decimal(quantity), **more}}


class Words:
    """The bodies that tests write, by short names."""

    body = staticmethod(body)
    line = staticmethod(line)
    article = staticmethod(article)
    json_of = staticmethod(json_of)

    @staticmethod
    def code_of(answer: httpx.Response) -> tuple[int, int]:
        """(HTTP status, business code)."""
        return answer.status_code, json_of(answer)[0]["errorCode"]

    @staticmethod
    def guid() -> str:
        return str(uuid4())


@pytest.fixture
def words() -> type[Words]:
    return Words


@pytest.fixture
def state() -> HogiaState:
    """Clock at 10:00 in Stockholm on 3 February 2026, one customer, no rate limit."""
    made = HogiaState(switches=Switches(rate_limit=0), now=lambda: NOW)
    made.add_contact("PS1-1", companyName="Kund AB")
    return made


@pytest.fixture
async def api(state: HogiaState) -> AsyncIterator[Api]:
    transport = httpx.ASGITransport(app=create_hogia(state))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        made = Api(client)
        await made.login()
        yield made
