"""One request to one organisation: path, version, correlation, sign-in, and the answer as JSON (hogia.md 3.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

import httpx

from mappers.connection import HogiaOrganisation
from mappers.errors import Misconfigured
from workers.clients.hogia.problems import DESTINATION, NotFound, OrganisationUnknown, TokenRefused, sort_answer, unreadable
from workers.clients.hogia.sign_in import SignIn
from workers.clients.hogia.wire import MEDIA_TYPE, decode, encode
from workers.clients.http import READS, Before, Gate, Http

USER_AGENT = "orderbro"
JSON = "application/json"
# Done when a write has its turn: whoever notes an intent notes it here, behind every wait (for a token, for other writes, for the rate
# limit), so that the time of the intent is the time of the call.
BEFORE_WRITE: ContextVar[Before | None] = ContextVar("before_write", default=None)
Query = Mapping[str, str | int]


class Session:
    """Sends requests for one organisation. Writes go one at a time (hogia.md 3.15); reads beside them."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        organisation: HogiaOrganisation,
        *,
        sign_in: SignIn,
        gate: Gate | None,
        request_id: Callable[[], str],
        on_call: Callable[[str, str], None] | None,
    ) -> None:
        self._client = client
        self._root = f"{organisation.base_url.rstrip('/')}/{organisation.organization_id.lower()}"
        self._version = organisation.api_version
        self._sign_in = sign_in
        self._http = Http(client, destination=DESTINATION, sort=sort_answer, gate=gate, on_call=on_call)
        self._request_id = request_id
        self._one_write = asyncio.Lock()

    async def get(self, path: str, query: Query | None = None) -> Any:
        """The answer's JSON; None for 204. Raises the families of `mappers.errors`, `NotFound` among them."""
        return (await self.answer("GET", path, query))[0]

    async def write(self, method: str, path: str, body: Any, query: Query | None = None) -> Any:
        """The answer's JSON; None where there is none. Unknown means: look before repeating it."""
        async with self._one_write:
            return (await self.answer(method, path, query, body))[0]

    async def content(self, path: str, *, accept: str) -> bytes:
        """The answer's own bytes, of a media type that is no JSON. Raises as `get`."""
        return (await self._signed("GET", path, None, None, accept))[0].content

    async def answer(self, method: str, path: str, query: Query | None = None, body: Any = None) -> tuple[Any, httpx.Headers]:
        """JSON and headers."""
        content = None if body is None else encode(body)
        response, request = await self._signed(method, path, query, content, JSON)
        if response.status_code == 204 or (method not in READS and not response.content.strip()):
            return None, response.headers
        try:
            return decode(response), response.headers
        except ValueError:
            if method not in READS and (word := _bare_word(response)):
                return word, response.headers
            raise unreadable(request, response) from None

    async def _signed(
        self, method: str, path: str, query: Query | None, content: bytes | None, accept: str
    ) -> tuple[httpx.Response, httpx.Request]:
        """A refused token is replaced once, for a write too: what is refused with 401 was not carried out."""
        token = await self._sign_in.token()
        try:
            return await self._send(method, path, query, content, token=token, accept=accept)
        except TokenRefused:
            self._sign_in.drop(token)
            return await self._send(method, path, query, content, token=await self._sign_in.token(), accept=accept)

    async def _send(
        self, method: str, path: str, query: Query | None, content: bytes | None, *, token: str, accept: str
    ) -> tuple[httpx.Response, httpx.Request]:
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept": accept,
            "User-Agent": USER_AGENT,
            "api-version": self._version,
            "X-Request-Id": self._request_id(),
        }
        if content is not None:
            headers["Content-Type"] = MEDIA_TYPE
        params = {**(query or {}), "api-version": self._version}
        try:
            request = self._client.build_request(method, self._root + path, params=params, content=content, headers=headers)
        except httpx.InvalidURL:
            raise Misconfigured(
                "ADDRESS_UNUSABLE", "Hogia's `base_url` is not an address. Correct it in the connection.", subject=DESTINATION
            ) from None
        try:
            before = BEFORE_WRITE.get() if method not in READS else None
            return await self._http.send(request, before=before), request
        except NotFound as missing:
            if path.count("/") > 1 and not path.endswith("/rowversion"):
                raise
            raise OrganisationUnknown(
                "HOGIA_ORGANISATION_UNKNOWN",
                f"Hogia knows no such organisation, or not the route {path} ({missing.problem}). Check `organization_id` and `base_url`.",
                subject=DESTINATION,
            ) from missing


def _bare_word(response: httpx.Response) -> str:
    """An id that was sent as plain text instead of as a JSON string (hogia.md 1.4 #18); "" for anything longer."""
    word = response.text.strip()
    return word if len(word) <= 64 and " " not in word and "<" not in word else ""
