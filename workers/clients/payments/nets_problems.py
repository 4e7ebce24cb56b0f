"""Nets' answers that are no success → one of our families (payments.md 4.5).

    400       {"errors": {"field": ["text", …]}}, sometimes without the outer `errors`
    401       no body
    402, 4xx  {"message", "code": "1008", "source"}; `code` is a text
    500       the same

Nets' own texts are left out of our messages: they may quote what the customer typed. Its code and the fields' names say enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import simplejson

from mappers.errors import Misconfigured, OrderbroError, Transient, Unknown
from mappers.payments.model import Refusal
from mappers.payments.nets_codes import CODES, OTHERWISE, Code
from workers.clients.http import READS
from workers.clients.payments.contract import Refused

DESTINATION = "Nets"
BUSY_SECONDS = 5.0  # 429 without Retry-After: not at once, as a read's short retries would
NOT_CARRIED_OUT = frozenset({425, 429})  # refused before anything was done, also a write
MAYBE_CARRIED_OUT = frozenset({408, 499})
CORRELATION_HEADERS = ("x-correlation-id", "correlation-id", "x-request-id", "request-id")
FIELDS_IN_MESSAGE = 5
_SUBJECT = re.compile(r"/v1/(payment|charge)s/([0-9A-Za-z-]{1,64})(?:/|$)")
_FIELD = re.compile(r"[^0-9A-Za-z_.\[\]-]")


def sorter(now: Callable[[], datetime]) -> Callable[[httpx.Request, httpx.Response], OrderbroError | None]:
    """What `Http` asks of every answer. `now` is for a `Retry-After` that is a date."""
    return lambda request, response: sort_answer(request, response, now=now())


def sort_answer(request: httpx.Request, response: httpx.Response, *, now: datetime) -> OrderbroError | None:
    """None for a success, else our error."""
    status = response.status_code
    if 200 <= status < 300:
        return unreadable(request, response) if "html" in response.headers.get("content-type", "").lower() else None
    if status in NOT_CARRIED_OUT:
        return _busy(request, response, now=now)
    if status >= 500 or status in MAYBE_CARRIED_OUT:
        return _trouble(request, response, now=now)
    if status == 401:
        return Misconfigured(
            "NETS_CREDENTIALS_REFUSED",
            "Nets refused the secret key (HTTP 401). Check that it is this shop's secret key from Nets' portal, and live or test as the address is.",
            subject=DESTINATION,
        )
    if status < 400:
        return Misconfigured(
            "NETS_ADDRESS_MOVED",
            f"Nets' address answers with a redirection (HTTP {status}). Check the provider's address.",
            subject=DESTINATION,
        )
    return _refused(request, response)


def unreadable(request: httpx.Request, response: httpx.Response) -> OrderbroError:
    """Our error for a success whose body cannot be used: a write may have been carried out."""
    told = f"Nets' answer to a {request.method} could not be read (HTTP {response.status_code})"
    if request.method in READS:
        return Transient("NETS_ANSWER_UNREADABLE", f"{told}. It is tried again by itself.", subject=subject_of(request))
    return Unknown("NETS_OUTCOME_UNKNOWN", f"{told}; whether it was carried out is looked up.", subject=subject_of(request))


def refused(refusal: Refusal, sentence: str, *, subject: str, correlation: str = "") -> Refused:
    """Nets' no, or ours in its name; `sentence` without its full stop."""
    return Refused(refusal, f"NETS_{refusal.name}", f"{sentence}.", subject=subject, correlation=correlation)


def decode(response: httpx.Response) -> Any:
    """The answer's JSON with `Decimal` for fractions; raises ValueError for anything else, an empty body too."""
    return simplejson.loads(response.content.decode("utf-8-sig").strip(), use_decimal=True)


def subject_of(request: httpx.Request) -> str:
    """`payment 0254…` or `charge …`; the provider's name for any other path."""
    found = _SUBJECT.search(request.url.path)
    return f"{found[1]} {found[2]}" if found else DESTINATION


def _refused(request: httpx.Request, response: httpx.Response) -> OrderbroError:
    status, said, subject = response.status_code, _said(response), subject_of(request)
    code = _code(said)
    correlation = _correlation(response)
    if code in CODES:
        return _by_code(request, CODES[code], told=f"HTTP {status}, code {code} {CODES[code].name}", correlation=correlation)
    if status == 403:
        return Misconfigured(
            "NETS_FORBIDDEN",
            "Nets does not let this key do that (HTTP 403). Check the key's rights and the account in Nets' portal.",
            subject=subject,
        )
    if status == 404:
        sentence = "Nets knows no such payment or charge (HTTP 404). Check its id, and whether key and address are both live or both test"
        return refused(Refusal.NOT_FOUND, sentence, subject=subject, correlation=correlation)
    if status == 409:
        sentence = "Nets is at work on this payment already (HTTP 409). It is read and tried again by itself"
        return refused(Refusal.CONFLICT, sentence, subject=subject, correlation=correlation)
    if status == 402:
        return _by_code(request, OTHERWISE, told=f"HTTP 402{f', code {code}' if code else ''}", correlation=correlation)
    fields = _fields(said)
    about = f" about {', '.join(fields)}" if fields else ""
    sentence = (
        f"Nets did not accept the request (HTTP {status}{f', code {code}' if code else ''}{about}). Do it in Nets' portal and report this"
    )
    return refused(Refusal.INVALID, sentence, subject=subject, correlation=correlation)


def _by_code(request: httpx.Request, code: Code, *, told: str, correlation: str) -> OrderbroError:
    subject = subject_of(request)
    if code.refusal is not None:
        return refused(code.refusal, f"Nets refused ({told}): {code.says}", subject=subject, correlation=correlation)
    if request.method in READS:
        return Transient("NETS_DOWN", f"Nets has trouble ({told}): {code.says}. It is tried again by itself.", subject=subject)
    return Unknown("NETS_OUTCOME_UNKNOWN", f"Nets failed ({told}): {code.says}; whether it was carried out is looked up.", subject=subject)


def _busy(request: httpx.Request, response: httpx.Response, *, now: datetime) -> OrderbroError:
    return Transient(
        "NETS_BUSY",
        f"Nets asks us to slow down (HTTP {response.status_code}). It is tried again by itself.",
        subject=subject_of(request),
        retry_after=retry_after(response, now=now) or BUSY_SECONDS,
    )


def _trouble(request: httpx.Request, response: httpx.Response, *, now: datetime) -> OrderbroError:
    code = _code(_said(response))
    correlation = _correlation(response)
    told = f"HTTP {response.status_code}{f', code {code}' if code else ''}{f', correlation {correlation}' if correlation else ''}"
    if request.method not in READS:
        return Unknown(
            "NETS_OUTCOME_UNKNOWN",
            f"Nets failed while doing a {request.method} ({told}); whether it was carried out is looked up.",
            subject=subject_of(request),
        )
    return Transient(
        "NETS_DOWN",
        f"Nets has trouble ({told}). It is tried again by itself.",
        subject=subject_of(request),
        retry_after=retry_after(response, now=now),
    )


def retry_after(response: httpx.Response, *, now: datetime) -> float | None:
    """Seconds to wait: `Retry-After` as seconds or as a date; None where there is none that can be read."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds())


def _said(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = decode(response)
    except ValueError:
        return {}
    return body if isinstance(body, Mapping) else {}


def _code(said: Mapping[str, Any]) -> str:
    """`code`, a text of digits (a number is taken too); "" for anything else."""
    code = said.get("code")
    text = str(code) if isinstance(code, str | int) and not isinstance(code, bool) else ""
    return text if text.isascii() and text.isdigit() and len(text) <= 6 else ""


def _fields(said: Mapping[str, Any]) -> list[str]:
    """The names of the fields that a 400 is about; bodies with and without the outer `errors`."""
    errors = said.get("errors", said)
    if not isinstance(errors, Mapping):
        return []
    names = [_FIELD.sub("", str(name))[:60] for name, texts in errors.items() if isinstance(texts, list | str) and name != "message"]
    return [name for name in names if name][:FIELDS_IN_MESSAGE]


def _correlation(response: httpx.Response) -> str:
    return next((_FIELD.sub("", response.headers[name])[:64] for name in CORRELATION_HEADERS if name in response.headers), "")
