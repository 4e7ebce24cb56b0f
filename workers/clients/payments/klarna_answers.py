"""Klarna's answers, sorted once (payments.md 2.6): None for a success, else one of our families.

401                             Misconfigured: credentials, or those of another region or environment
403 without Klarna's envelope   Misconfigured: something in front of Klarna turned us away
429                             Transient, with what its headers say of the wait; nothing was done, a write neither
5xx, 408                        a read: Transient; a write: Unknown
other 4xx                       Refused
3xx                             Misconfigured: redirects are not followed
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx

from mappers.errors import Misconfigured, OrderbroError, Transient, Unknown
from mappers.identity import mask
from mappers.payments.klarna_refusals import SENTENCES, KlarnaError, read_error, refusal_of
from mappers.payments.model import Refusal
from workers.clients.http import READS
from workers.clients.payments.contract import Refused

SUBJECT = "Klarna"
BUSY_SECONDS = 1.0  # 429 that says nothing: Klarna counts by the second
LONGEST_WAIT_SECONDS = 3600.0
SAID = 160  # characters of Klarna's own text


class KlarnaRefused(Refused):
    """Klarna's no, with what it said. Its text is kept short and masked: an address or a person may be quoted in it."""

    def __init__(self, refusal: Refusal, error: KlarnaError, *, status: int, correlation: str) -> None:
        self.error = error
        self.status = status
        code = f" {error.code}" if error.code else ""
        text = ": " + _line(error.texts[0]) if error.texts and error.code != "INVALID_ADDRESS" else ""
        super().__init__(
            refusal,
            f"KLARNA_{refusal.name}",
            f"Klarna refused: {SENTENCES[refusal]} (HTTP {status}{code}{text}{_cited(correlation)}).",
            subject=SUBJECT,
            correlation=correlation,
        )

    def because(self, refusal: Refusal) -> KlarnaRefused:
        """The same no, with the reason that was found out."""
        return KlarnaRefused(refusal, self.error, status=self.status, correlation=self.correlation)


def sort_answer(request: httpx.Request, response: httpx.Response) -> OrderbroError | None:
    """None for a success, else our error."""
    status = response.status_code
    if 200 <= status < 300:
        return None if _is_success(request, response) else unusable(request, response)
    error = read_error(_json(response))
    correlation = correlation_of(response, error)
    if status == 401:
        return Misconfigured(
            "KLARNA_CREDENTIALS",
            f"Klarna refused the credentials{_cited(correlation)}. Check username and password, and that they belong to the shop's region and "
            f"environment ({request.url.host}).",
            subject=SUBJECT,
        )
    if status == 403 and not error.code:
        return Misconfigured(
            "KLARNA_FORBIDDEN",
            f"something in front of Klarna turned the request away{_cited(correlation)}. Check the credentials, and that this server's address "
            "is not blocked.",
            subject=SUBJECT,
        )
    if status == 429:
        return Transient(
            "KLARNA_BUSY",
            f"Klarna asks us to slow down{_cited(correlation)}. It is tried again by itself.",
            subject=SUBJECT,
            retry_after=wait_of(response),
        )
    if status >= 500 or status == 408:
        return _down(request, f"HTTP {status}{_cited(correlation)}")
    if status < 400:
        return Misconfigured(
            "KLARNA_ADDRESS_MOVED", f"Klarna's address answers with a redirection (HTTP {status}). Check `base_url`.", subject=SUBJECT
        )
    refusal = refusal_of(status, error, has_lines=b'"order_lines"' in request.content)
    return KlarnaRefused(refusal, error, status=status, correlation=correlation)


def unusable(request: httpx.Request, response: httpx.Response) -> OrderbroError:
    """Our error for a success that cannot be used: a write may have been carried out."""
    return _down(request, f"HTTP {response.status_code} with an answer that cannot be read")


def decoded(request: httpx.Request, response: httpx.Response) -> Any:
    """The answer's JSON. Raises as `unusable` for anything else."""
    body = _json(response)
    if body is None:
        raise unusable(request, response)
    return body


def wait_of(response: httpx.Response) -> float:
    """Seconds to wait after 429, from `Retry-After` or `X-Ratelimit-Reset`."""
    for name in ("retry-after", "x-ratelimit-reset"):
        text = response.headers.get(name, "").strip()
        if text.isascii() and text.isdigit() and int(text) > 0:
            return min(float(text), LONGEST_WAIT_SECONDS)
    return BUSY_SECONDS


def correlation_of(response: httpx.Response, error: KlarnaError | None = None) -> str:
    """Klarna's id of the answer, for its support; "" where it gave none."""
    given = (error.correlation if error else "") or response.headers.get("klarna-correlation-id", "")
    return "".join(given.split())[:64]


def _is_success(request: httpx.Request, response: httpx.Response) -> bool:
    """A capture or refund is made by 201 only (payments.md 9.10); a page is never Klarna's."""
    makes = request.method == "POST" and request.url.path.endswith(("/captures", "/refunds"))
    is_page = "html" in response.headers.get("content-type", "").lower()
    return not is_page and (response.status_code == 201 or not makes)


def _down(request: httpx.Request, what: str) -> OrderbroError:
    if request.method in READS:
        return Transient("KLARNA_DOWN", f"Klarna has trouble ({what}). It is tried again by itself.", subject=SUBJECT)
    return Unknown(
        "KLARNA_OUTCOME_UNKNOWN",
        f"Klarna failed during a {request.method} ({what}); whether it was carried out is looked up.",
        subject=SUBJECT,
    )


def _json(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content.decode("utf-8-sig"), parse_float=Decimal)
    except ValueError:
        return None


def _cited(correlation: str) -> str:
    return f", correlation id {correlation}" if correlation else ""


def _line(text: str) -> str:
    line = mask(" ".join(text.split()))
    return line if len(line) <= SAID else line[: SAID - 1] + "…"
