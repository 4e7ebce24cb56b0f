"""OAuth client credentials (RFC 6749 4.4) as hogia.md 3.1 has it: POST `/connect/token`, form body or Basic header."""

import base64
import binascii
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote_plus
from uuid import uuid4

from app.sandbox.hogia.errors import ApiError, UnauthorizedError
from app.sandbox.hogia.wire import Answer

if TYPE_CHECKING:
    from app.sandbox.hogia.state import HogiaState

NO_STORE = {"Cache-Control": "no-store"}


def token_answer(state: "HogiaState", *, authorization: str, body: bytes) -> Answer:
    """A token, or RFC 6749's error object."""
    form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
    if form.get("grant_type") != "client_credentials":
        return Answer(status=400, body={"error": "unsupported_grant_type"}, headers=NO_STORE)
    basic = _basic(authorization)
    ident, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
    client = state.clients.get(ident)
    if client is None or not hmac.compare_digest(client.secret.encode(), secret.encode()):
        challenge = {"WWW-Authenticate": "Basic"} if basic else {}
        return Answer(status=401 if basic else 400, body={"error": "invalid_client"}, headers=NO_STORE | challenge)
    token, ttl = uuid4().hex + uuid4().hex, state.switches.token_ttl
    state.tokens[token] = (ident, state.clock.now() + timedelta(seconds=ttl))
    return Answer(body={"access_token": token, "expires_in": ttl, "token_type": "Bearer"}, headers=NO_STORE)


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        ident, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(ident), unquote_plus(secret)


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def client_of(state: "HogiaState", authorization: str) -> str:
    """The client whose token this is; UnauthorizedError for none, a wrong one or an expired one."""
    ident, expires = state.tokens.get(_bearer(authorization), ("", None))
    if expires is None or expires <= state.clock.now():
        raise UnauthorizedError
    return ident


def forget(state: "HogiaState", authorization: str) -> None:
    """The token is dead, as after a restart of the identity server."""
    state.tokens.pop(_bearer(authorization), None)


def admit(state: "HogiaState", client: str, organization: str) -> None:
    """403 where the client may not enter the organisation."""
    if organization not in state.clients[client].organizations:
        raise ApiError(403, "The client has no access to this organisation.")
