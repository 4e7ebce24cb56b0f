"""Svea's answers, sorted once into our families, and the addresses it sends us to (payments.md 3.3, 3.6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx

from mappers.errors import Misconfigured, OrderbroError, Transient, Unknown
from mappers.payments.svea_errors import SveaProblem, read_problem, refusal_sentence
from workers.clients.http import READS
from workers.clients.payments.contract import Refused

DESTINATION = "Svea"
ROOT = "/api/v1"
SEE_OTHER = frozenset({302, 303})  # successes: the operation is done, look there
NOT_CARRIED_OUT = frozenset({425, 429})  # refused before anything was done, also a write
AGAIN = frozenset({408, 425, 429})
BUSY_SECONDS = 5.0  # 429 without Retry-After; Svea publishes no limit
# Svea documents no id of its answers; these are what its servers' platform sends where it is switched on.
CORRELATIONS = ("x-correlation-id", "correlation-id", "x-request-id", "request-id")


def encode(body: Mapping[str, object]) -> bytes:
    """The body's bytes; exactly these are signed and sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def decode(response: httpx.Response) -> Any:
    """The answer's JSON, a BOM before it or not, with `Decimal` for every fraction; raises ValueError for anything else."""
    return json.loads(response.content.decode("utf-8-sig"), parse_float=Decimal)


def sort_answer(request: httpx.Request, response: httpx.Response) -> OrderbroError | None:
    """None for a success, else our error."""
    status = response.status_code
    if 200 <= status < 300 or status in SEE_OTHER:
        return None
    if status < 400:
        return Misconfigured(
            "SVEA_ADDRESS_MOVED",
            f"Svea's address answers with a redirection (HTTP {status}). Check the address in the shop's settings.",
            subject=DESTINATION,
        )
    problem = read_problem(status, response.content, header=response.headers.get("ErrorMessage", ""))
    if status in AGAIN or status >= 500:
        return _temporary(request, response, problem)
    if problem.are_credentials_refused:
        return Misconfigured(
            "SVEA_CREDENTIALS_REFUSED",
            f"Svea refused the merchant or its secret ({problem}). Check both, whether they are for test or live, and this machine's clock; "
            "the order may also be another merchant's.",
            subject=DESTINATION,
        )
    refusal, _ = problem.refusal
    return Refused(refusal, f"SVEA_{refusal.name}", refusal_sentence(problem), subject=subject(request), correlation=correlation(response))


def unreadable(request: httpx.Request, response: httpx.Response) -> OrderbroError:
    """Our error for a success whose content cannot be used: a write may have been carried out."""
    told = f"Svea's answer to a {request.method} could not be read (HTTP {response.status_code})"
    if request.method in READS:
        return Transient("SVEA_ANSWER_UNREADABLE", f"{told}. It is tried again by itself.", subject=subject(request))
    return Unknown("SVEA_OUTCOME_UNKNOWN", f"{told}; whether it was carried out is looked up.", subject=subject(request))


def subject(request: httpx.Request) -> str:
    """`Svea order 123`, from the request's path."""
    parts = request.url.path.split("/")
    return f"Svea order {parts[parts.index('orders') + 1]}" if "orders" in parts[:-1] else DESTINATION


def correlation(response: httpx.Response) -> str:
    return next((response.headers[name][:100] for name in CORRELATIONS if response.headers.get(name)), "")


def own_address(base: httpx.URL, location: str) -> httpx.URL | None:
    """Where `location` leads, if that is a path of the API at the configured host; signed headers go nowhere else."""
    try:
        found = base.join(location.strip())
    except httpx.InvalidURL:
        return None
    is_ours = (found.scheme, found.host, found.port) == (base.scheme, base.host, base.port) and not found.userinfo
    return found if location.strip() and is_ours and f"{ROOT}/" in found.path else None


def _temporary(request: httpx.Request, response: httpx.Response, problem: SveaProblem) -> OrderbroError:
    status = response.status_code
    if request.method not in READS and status not in NOT_CARRIED_OUT:
        return Unknown(
            "SVEA_OUTCOME_UNKNOWN",
            f"Svea failed while doing a {request.method} ({problem}); whether it was carried out is looked up.",
            subject=subject(request),
        )
    wait = _retry_after(response)
    if status == 429:
        return Transient(
            "SVEA_BUSY",
            f"Svea asks us to slow down ({problem}). It is tried again by itself.",
            subject=subject(request),
            retry_after=wait or BUSY_SECONDS,
        )
    return Transient("SVEA_DOWN", f"Svea has trouble ({problem}). It is tried again by itself.", subject=subject(request), retry_after=wait)


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds; None where the header is absent or a date."""
    text = response.headers.get("retry-after", "").strip()
    return float(text) if text.isascii() and text.isdigit() else None
