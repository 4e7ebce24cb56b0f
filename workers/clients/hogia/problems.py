"""Hogia's four shapes of error → one `HogiaProblem` → one of our families (hogia.md 1.6, 3.14).

    1  [{errorCode, errorScopeId, message, reference, sourceHint}]     business validation
    2  {type, title, status, traceId, errors: {field: [messages]}}     model binding, RFC 9110
    3  "text"
    4  {message}
    -  HTML, text, nothing: only the status says something

Hogia's own texts may quote a person. What is kept of them is short, masked, and without quoted values that could be a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from mappers.errors import Misconfigured, OrderbroError, Rejected, Transient, Unknown
from mappers.identity import mask
from workers.clients.hogia.wire import decode
from workers.clients.http import READS

MESSAGE_LENGTH = 160
ITEMS_IN_MESSAGE = 3
DESTINATION = "Hogia"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemItem:
    """One complaint. `code` is Hogia's, "" where it gave none."""

    code: str = ""
    field: str = ""
    message: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HogiaProblem:
    """An answer that is no success."""

    status: int
    items: tuple[ProblemItem, ...] = ()
    trace_id: str = ""

    def __str__(self) -> str:
        said = "; ".join(" ".join(part for part in (item.code, item.field, item.message) if part) for item in self.items[:ITEMS_IN_MESSAGE])
        trace = f", trace {self.trace_id}" if self.trace_id else ""
        return f"HTTP {self.status}{trace}{': ' + said if said else ''}"


class HogiaRejected(Rejected):
    """Hogia refused the data; `problem` says how."""

    def __init__(self, code: str, message: str, *, subject: str = DESTINATION, problem: HogiaProblem) -> None:
        super().__init__(code, message, subject=subject)
        self.problem = problem


class NotFound(HogiaRejected):
    """404."""


class NumberTaken(HogiaRejected):
    """9000009: a contact, article or invoice has this number already. Look it up and use or refuse it."""


class StaleVersion(HogiaRejected):
    """9000010 or 412: the entity changed since it was read. Read it again and decide again."""


class SequenceReused(HogiaRejected):
    """9000011: our `sequenceId` was used with other content. Look up what it made."""


class WrongState(HogiaRejected):
    """9000013: the entity's state does not allow it."""


class TokenRefused(Misconfigured):
    """401: the token is not, or no longer, good. The session asks for a new one and tries once more."""


class OrganisationUnknown(Misconfigured):
    """404 where only the organisation, or the whole route, can be what does not exist."""


Sorted = tuple[type[HogiaRejected], str, str]
# Codes of 9 are this project's own (hogia.md 3.14); 1001004 is the only real one that is known.
BY_CODE: Mapping[str, Sorted] = {
    "1001004": (HogiaRejected, "HOGIA_VOUCHER_TYPE_INVALID", "the voucher's type is not one that Hogia knows"),
    "9000001": (
        HogiaRejected,
        "HOGIA_CUSTOMER_UNKNOWN",
        "the customer number is not that of a contact. Transfer again to create the contact",
    ),
    "9000002": (HogiaRejected, "HOGIA_ARTICLE_UNKNOWN", "an article is missing or inactive. Create or activate it, then transfer again"),
    "9000003": (
        HogiaRejected,
        "HOGIA_ACCOUNT_UNUSABLE",
        "an account is missing or inactive in the financial year. Activate it or change the account settings",
    ),
    "9000004": (
        HogiaRejected,
        "HOGIA_PERIOD_CLOSED",
        "no open financial year covers the date. Open the year or period, then transfer again",
    ),
    "9000005": (HogiaRejected, "HOGIA_CURRENCY_UNKNOWN", "the currency is not registered. Register it in Hogia, then transfer again"),
    "9000006": (HogiaRejected, "HOGIA_INVOICE_EMPTY", "the invoice has no rows"),
    "9000007": (
        HogiaRejected,
        "HOGIA_VAT_ON_REVERSE_CHARGE",
        "a reverse-charge invoice has VAT. Check the customer's VAT number and the order's VAT",
    ),
    "9000008": (HogiaRejected, "HOGIA_CREDIT_TOO_LARGE", "the credit exceeds what is left of the invoice. Check earlier credits"),
    "9000009": (NumberTaken, "HOGIA_NUMBER_TAKEN", "the number is already used"),
    "9000010": (StaleVersion, "HOGIA_STALE_VERSION", "it was changed by somebody else in the meantime"),
    "9000011": (SequenceReused, "HOGIA_SEQUENCE_REUSED", "the same request was made before with other content"),
    "9000012": (HogiaRejected, "HOGIA_PAYMENT_TOO_LARGE", "the payment is larger than what is left to pay"),
    "9000013": (WrongState, "HOGIA_WRONG_STATE", "its state does not allow this"),
}
BY_STATUS: Mapping[int, Sorted] = {
    404: (NotFound, "HOGIA_NOT_FOUND", "it does not exist"),
    409: (HogiaRejected, "HOGIA_CONFLICT", "it conflicts with what is there"),
    412: (StaleVersion, "HOGIA_STALE_VERSION", "it was changed by somebody else in the meantime"),
}
OTHERWISE: Sorted = (HogiaRejected, "HOGIA_REFUSED", "the data was not accepted")

NOT_CARRIED_OUT = frozenset({425, 429})  # refused before anything was done, also a write
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
BUSY_SECONDS = 1.0  # 429 without Retry-After: not at once, as a read's short retries would


def sort_answer(request: httpx.Request, response: httpx.Response) -> OrderbroError | None:
    """None for a success, else our error."""
    status = response.status_code
    if 200 <= status < 300:
        return _unreadable(request, response) if "html" in response.headers.get("content-type", "").lower() else None
    problem = read_problem(response)
    if status in AGAIN or status > 504:
        return _temporary(request, response, problem)
    if status == 401:
        return TokenRefused(
            "HOGIA_TOKEN_REFUSED",
            f"Hogia refused the access token ({problem}). Check the connection's Hogia credentials.",
            subject=DESTINATION,
        )
    if status == 403:
        return Misconfigured(
            "HOGIA_FORBIDDEN",
            f"Hogia does not let this client do that ({problem}). Check the organisation's modules and the client's rights.",
            subject=DESTINATION,
        )
    if status < 400:
        return Misconfigured(
            "HOGIA_ADDRESS_MOVED", f"Hogia's address answers with a redirection ({problem}). Check `base_url`.", subject=DESTINATION
        )
    known = next((BY_CODE[item.code] for item in problem.items if item.code in BY_CODE), None)
    kind, code, sentence = known or BY_STATUS.get(status, OTHERWISE)
    return kind(code, f"Hogia refused: {sentence} ({problem}).", problem=problem)


def unreadable(request: httpx.Request, response: httpx.Response) -> OrderbroError:
    """Our error for a success whose body cannot be used: a write may have been carried out."""
    return _unreadable(request, response)


def read_problem(response: httpx.Response) -> HogiaProblem:
    """The answer's complaint, whichever of the four shapes it has; without items for anything else."""
    try:
        body = decode(response)
    except ValueError:
        body = None
    items, trace = _items(body)
    return HogiaProblem(status=response.status_code, items=tuple(items), trace_id=trace)


def _items(body: Any) -> tuple[list[ProblemItem], str]:
    if isinstance(body, str):
        return ([ProblemItem(message=safe_text(body))] if body.strip() else []), ""
    if isinstance(body, list):
        return [_business(item) for item in body if isinstance(item, Mapping)], ""
    if not isinstance(body, Mapping):
        return [], ""
    trace = _word(body.get("traceId"), 64)
    errors = body.get("errors")
    if isinstance(errors, Mapping):
        bound = [
            ProblemItem(field=_word(name, 60), message=safe_text(str(text)))
            for name, texts in errors.items()
            for text in (texts if isinstance(texts, list) else [texts])
        ]
        return bound or [ProblemItem(message=safe_text(str(body.get("title") or "")))], trace
    if body.get("errorCode") is not None:
        return [_business(body)], trace
    said = body.get("message") or body.get("title")
    return ([ProblemItem(message=safe_text(str(said)))] if said else []), trace


def _business(item: Mapping[str, Any]) -> ProblemItem:
    return ProblemItem(
        code=_word(item.get("errorCode"), 20),
        field=_word(item.get("sourceHint"), 60),
        message=safe_text(str(item.get("message") or "")),
        reference=_word(item.get("reference"), 60),
    )


def safe_text(text: str) -> str:
    """A foreign text, fit for a log: one line, short, numbers of persons and e-mails masked, quoted values with a blank in them left out."""
    line = re.sub(r"(['\"“”«»‘’])([^'\"“”«»‘’]*\s[^'\"“”«»‘’]*)(['\"“”«»‘’])", r"\1…\3", mask(" ".join(text.split())))
    return line if len(line) <= MESSAGE_LENGTH else line[: MESSAGE_LENGTH - 1] + "…"


def _word(value: Any, limit: int) -> str:
    return mask(" ".join(str(value).split()))[:limit] if value is not None else ""


def _temporary(request: httpx.Request, response: httpx.Response, problem: HogiaProblem) -> OrderbroError:
    status = response.status_code
    if request.method not in READS and status not in NOT_CARRIED_OUT:
        return Unknown(
            "HOGIA_OUTCOME_UNKNOWN",
            f"Hogia failed while doing a {request.method} ({problem}); whether it was carried out is looked up.",
            subject=DESTINATION,
        )
    wait = retry_after(response)
    if status == 429:
        return Transient(
            "HOGIA_BUSY",
            f"Hogia asks us to slow down ({problem}). It is tried again by itself.",
            subject=DESTINATION,
            retry_after=wait or BUSY_SECONDS,
        )
    return Transient("HOGIA_DOWN", f"Hogia has trouble ({problem}). It is tried again by itself.", subject=DESTINATION, retry_after=wait)


def retry_after(response: httpx.Response) -> float | None:
    """Seconds of `Retry-After`; None where it is absent or a date (Hogia's peers send seconds, hogia.md 3.15)."""
    text = response.headers.get("retry-after", "").strip()
    return float(text) if text.isascii() and text.isdigit() else None


def _unreadable(request: httpx.Request, response: httpx.Response) -> OrderbroError:
    told = f"Hogia's answer to a {request.method} could not be read (HTTP {response.status_code})"
    if request.method in READS:
        return Transient("HOGIA_ANSWER_UNREADABLE", f"{told}. It is tried again by itself.", subject=DESTINATION)
    return Unknown("HOGIA_OUTCOME_UNKNOWN", f"{told}; whether it was carried out is looked up.", subject=DESTINATION)
