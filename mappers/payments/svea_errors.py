"""Svea's errors: four forms of body → one problem → one of our refusals (payments.md 3.6).

    1  {Code, Message, Errors: [{Code, Field, ErrorMessage}]}      a BOM may precede any JSON, keys have any case
    2  {resultCode, errorMessage}
    3  the header `ErrorMessage`, and no body
    4  plain text

The numeric codes are those of Svea's SOAP admin service; that the REST API uses them is not confirmed. An unknown one is INVALID.
Svea's own text may quote a person: what is kept of it is short and masked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mappers.identity import mask
from mappers.payments.model import Refusal
from mappers.payments.svea_values import lowered, records, text

CODES: Mapping[str, tuple[Refusal, str]] = {
    "20000": (Refusal.NOT_ALLOWED, "the order is closed"),
    "20001": (Refusal.DECLINED, "the order is denied"),
    "20002": (Refusal.NOT_ALLOWED, "the order is in a state that does not allow it"),
    "20003": (Refusal.EXPIRED, "the order has expired"),
    "20004": (Refusal.NOT_FOUND, "there is no such order"),
    "20006": (Refusal.INVALID, "the amount is not valid"),
    "20009": (Refusal.LINES_DIFFER, "rows are missing"),
    "20010": (Refusal.LINES_DIFFER, "the rows do not match"),
    "20011": (Refusal.AMOUNT_TOO_HIGH, "the amount exceeds what is authorised"),
    "20013": (Refusal.NOT_ALLOWED, "the order is being reviewed"),
    "20015": (Refusal.ALREADY_CAPTURED, "a row is delivered already"),
    "20016": (Refusal.CONFLICT, "a row is cancelled"),
    "20017": (Refusal.ALREADY_CAPTURED, "the order is delivered already"),
    "20018": (Refusal.CANCELLED, "the order is cancelled"),
}
STATUSES: Mapping[int, tuple[Refusal, str]] = {
    404: (Refusal.NOT_FOUND, "there is no such order"),
    409: (Refusal.CONFLICT, "another operation is under way"),
    412: (Refusal.CONFLICT, "the order has changed"),
}
OTHERWISE = (Refusal.INVALID, "the request was not accepted")
CREDENTIALS = frozenset({"10000", "10001", "10002"})
REMEDIES: Mapping[Refusal, str] = {
    Refusal.ALREADY_CAPTURED: "Read the order: if all of it is delivered there is nothing left to do",
    Refusal.EXPIRED: "Ask Svea to extend it, or the customer for a new payment",
    Refusal.CANCELLED: "No money will come; contact the customer for a new payment",
    Refusal.AMOUNT_TOO_HIGH: "Compare the order in the shop with the one in Svea's admin",
    Refusal.LINES_DIFFER: "Deliver the right rows in Svea's admin",
    Refusal.DECLINED: "Contact the customer for a new payment",
    Refusal.NOT_ALLOWED: "Look at the order in Svea's admin",
    Refusal.NOT_FOUND: "Check the order's number, the environment (test or live) and the merchant",
    Refusal.CONFLICT: "Read the order before trying again",
    Refusal.INVALID: "Look at the order in Svea's admin; nothing was changed",
}
TEXT_LENGTH = 160
FIELDS_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SveaProblem:
    """An answer that is no success. `text` is fit for a log."""

    status: int
    codes: tuple[str, ...] = ()
    text: str = ""

    def __str__(self) -> str:
        code = f", code {self.codes[0]}" if self.codes else ""
        return f"HTTP {self.status}{code}{': ' + self.text if self.text else ''}"

    @property
    def are_credentials_refused(self) -> bool:
        """401 and 403 mean the merchant or its secret; 403 with a known business code does not."""
        known = any(code in CODES for code in self.codes)
        return self.status == 401 or (self.status == 403 and not known) or bool(CREDENTIALS.intersection(self.codes))

    @property
    def refusal(self) -> tuple[Refusal, str]:
        """Why, and that as words without a full stop."""
        known = [CODES[code] for code in self.codes if code in CODES]
        return known[0] if known else STATUSES.get(self.status, OTHERWISE)


def read_problem(status: int, content: bytes, *, header: str = "") -> SveaProblem:
    """The problem in whichever form it comes; `header` is the answer's `ErrorMessage`."""
    said = content.decode("utf-8-sig", errors="replace").strip()
    try:
        body = lowered(json.loads(said)) if said else None
    except ValueError:
        body = None if said.startswith("<") else said
    if isinstance(body, Mapping):
        return _from_json(status, body)
    plain = header or (body if isinstance(body, str) else "")
    return SveaProblem(status=status, text=safe_text(plain))


def _from_json(status: int, body: Mapping[str, Any]) -> SveaProblem:
    errors = records(body.get("errors"))
    codes = [text(body.get(name)) for name in ("code", "resultcode")] + [text(each.get("code")) for each in errors]
    fields = [
        f"{text(each.get('field'))} {text(each.get('errormessage') or each.get('message'))}".strip() for each in errors[:FIELDS_SHOWN]
    ]
    words = [text(body.get("message")) or text(body.get("errormessage")), *fields]
    return SveaProblem(
        status=status,
        codes=tuple(code[:12] for code in codes if code),
        text=safe_text("; ".join(word for word in words if word)),
    )


def safe_text(said: str) -> str:
    """A foreign text as one short line with numbers of persons and e-mail addresses masked."""
    line = mask(" ".join(said.split()))
    return line if len(line) <= TEXT_LENGTH else line[: TEXT_LENGTH - 1] + "…"


def refusal_sentence(problem: SveaProblem) -> str:
    """What, why, what to do."""
    refusal, meaning = problem.refusal
    return f"Svea refused: {meaning} ({problem}). {REMEDIES[refusal]}."
