"""The OAuth 2 client-credentials token, cached per client (hogia.md 1.3, 3.1).

no token, or 60 s before its end   one caller fetches, the others wait for it
401 from the API                   `drop` forgets that token, and only that one: a newer one stays
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from mappers.errors import Misconfigured, OrderbroError, Transient, Unknown
from workers.clients.hogia.problems import retry_after
from workers.clients.hogia.wire import decode
from workers.clients.http import Http

EARLY_SECONDS = 60.0
DEFAULT_SECONDS = 300.0  # where `expires_in` is missing
DESTINATION = "Hogia's sign-in"
# RFC 6749 5.2 -> our code and what to do
REFUSALS: Mapping[str, tuple[str, str]] = {
    "invalid_client": ("HOGIA_CREDENTIALS_REFUSED", "Check `client_id` and `client_secret` of the connection"),
    "invalid_grant": ("HOGIA_CREDENTIALS_REFUSED", "Check `client_id` and `client_secret` of the connection"),
    "unauthorized_client": ("HOGIA_CREDENTIALS_REFUSED", "The client is not allowed to sign in this way; ask Hogia"),
    "unsupported_grant_type": ("HOGIA_CREDENTIALS_REFUSED", "Sign-in by client credentials is not offered there. Check `token_url`"),
    "invalid_scope": ("HOGIA_SCOPE_REFUSED", "Check `scope` of the connection"),
}


class SignIn:
    """Hands out the access token."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        token_url: str,
        client_id: str,
        client_secret: str,
        scope: str = "",
        now: Callable[[], float],
        on_call: Callable[[str, str], None] | None = None,
    ) -> None:
        self._client = client
        self._http = Http(client, destination=DESTINATION, sort=_sort, on_call=on_call)
        self._url = token_url
        self._form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        if scope:
            self._form["scope"] = scope
        self._now = now
        self._token = ""
        self._renew_at = 0.0
        self._renewal = asyncio.Lock()

    async def token(self) -> str:
        """A token good for a while yet. Raises Misconfigured `HOGIA_CREDENTIALS_REFUSED` and its like, Transient otherwise."""
        if self._fresh():
            return self._token
        async with self._renewal:
            if not self._fresh():
                await self._fetch()
            return self._token

    def drop(self, token: str) -> None:
        """Forget this token, unless it has been replaced already."""
        if self._token == token:
            self._token = ""

    def _fresh(self) -> bool:
        return bool(self._token) and self._now() < self._renew_at

    async def _fetch(self) -> None:
        asked_at = self._now()
        try:
            request = self._client.build_request("POST", self._url, data=self._form, headers={"Accept": "application/json"})
            response = await self._http.send(request)
        except httpx.InvalidURL:
            raise Misconfigured(
                "ADDRESS_UNUSABLE", "Hogia's `token_url` is not an address. Correct it in the connection.", subject=DESTINATION
            ) from None
        except Unknown as error:
            # A token that was made and never arrived harms nobody: asking again is safe.
            raise Transient(
                "HOGIA_SIGN_IN_DOWN", f"{DESTINATION} gave no usable answer. It is tried again by itself.", subject=DESTINATION
            ) from error
        answer = _object(response)
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise Transient(
                "HOGIA_SIGN_IN_DOWN", f"{DESTINATION} answered without a token. It is tried again by itself.", subject=DESTINATION
            )
        lifetime = _seconds(answer.get("expires_in"))
        self._token = token
        self._renew_at = asked_at + max(lifetime - EARLY_SECONDS, lifetime / 2)


def _sort(_request: httpx.Request, response: httpx.Response) -> OrderbroError | None:
    status = response.status_code
    if 200 <= status < 300:
        return None
    if status in {408, 425, 429} or status >= 500:
        wait = retry_after(response) or (1.0 if status == 429 else None)
        return Transient(
            "HOGIA_SIGN_IN_DOWN",
            f"{DESTINATION} has trouble (HTTP {status}). It is tried again by itself.",
            subject=DESTINATION,
            retry_after=wait,
        )
    error = str(_object(response).get("error") or "")
    if error in REFUSALS:
        code, remedy = REFUSALS[error]
        return Misconfigured(code, f"{DESTINATION} refused ({error}). {remedy}.", subject=DESTINATION)
    if status in {401, 403}:
        return Misconfigured(
            "HOGIA_CREDENTIALS_REFUSED",
            f"{DESTINATION} refused (HTTP {status}). Check `client_id` and `client_secret`.",
            subject=DESTINATION,
        )
    return Misconfigured(
        "HOGIA_TOKEN_URL_WRONG", f"{DESTINATION} does not answer as one (HTTP {status}). Check `token_url`.", subject=DESTINATION
    )


def _object(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = decode(response)
    except ValueError:
        return {}
    return body if isinstance(body, Mapping) else {}


def _seconds(value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return DEFAULT_SECONDS
    return seconds if seconds > 0 else DEFAULT_SECONDS
