"""What this Hogia refuses, and in which of the body shapes of hogia.md 1.6 it says so.

    natural shapes   business rule → list (shape 1)     binding, not found → problem (shape 2)
                     429, 5xx → message (shape 4)       401 → empty

The switch `error_shape` makes every error take one shape. Codes starting with 9 are ours (hogia.md 3.14); 1001004 is Hogia's.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from http import HTTPStatus
from typing import Any

from app.sandbox.hogia.wire import Answer


class Code(IntEnum):
    """Business errors of hogia.md 3.14."""

    INVALID_VOUCHER_TYPE = 1001004
    UNKNOWN_CUSTOMER = 9000001
    UNKNOWN_ARTICLE = 9000002
    ACCOUNT_MISSING = 9000003
    NO_OPEN_YEAR = 9000004
    CURRENCY_NOT_REGISTERED = 9000005
    EMPTY_INVOICE = 9000006
    VAT_ON_REVERSE_CHARGE = 9000007
    CREDIT_EXCEEDS_REMAINDER = 9000008
    NUMBER_USED = 9000009
    STALE_VERSION = 9000010
    SEQUENCE_ID_REUSED = 9000011
    PAYMENT_TOO_LARGE = 9000012
    NOT_ALLOWED_IN_STATE = 9000013


CONFLICTS = frozenset({Code.NUMBER_USED, Code.STALE_VERSION, Code.SEQUENCE_ID_REUSED, Code.NOT_ALLOWED_IN_STATE})


class ApiError(Exception):
    """A refusal. `fields` holds binding messages by field name; `headers` go out with the answer."""

    shape = "message"

    def __init__(self, status: int, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = 0
        self.reference = ""
        self.source_hint = ""
        self.fields: Mapping[str, Sequence[str]] = {}
        self.headers = dict(headers or {})


class BindingError(ApiError):
    """The body or query does not have the contract's form: 400, problem details."""

    shape = "problem"

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        super().__init__(400, "One or more validation errors occurred.")
        self.fields = fields


class BusinessError(ApiError):
    """The books say no: 400 or 409, a list of coded errors."""

    shape = "list"

    def __init__(self, code: Code, message: str, *, reference: str = "", source_hint: str = "") -> None:
        super().__init__(409 if code in CONFLICTS else 400, message)
        self.code = int(code)
        self.reference = reference
        self.source_hint = source_hint


class MissingError(ApiError):
    """No such thing, or it cannot be seen yet: 404."""

    shape = "problem"

    def __init__(self, what: str) -> None:
        super().__init__(404, f"{what} was not found.")


class UnauthorizedError(ApiError):
    """No token, a wrong one or an expired one: 401 with an empty body."""

    shape = "empty"

    def __init__(self) -> None:
        super().__init__(
            401, "The access token is missing, unknown or expired.", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
        )


class TooManyError(ApiError):
    """429 with `Retry-After` in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(429, "Rate limit is exceeded.", headers={"Retry-After": str(retry_after)})


def rendered(error: ApiError, *, shape: str, trace_id: str, scope_id: str) -> Answer:
    """The error as an answer. `shape` is the switch's position; "natural" leaves it to the error."""
    shape = error.shape if shape == "natural" else shape
    title = HTTPStatus(error.status).phrase
    if shape == "html":
        page = f"<html><head><title>{error.status} {title}</title></head><body><h1>{title}</h1></body></html>"
        return Answer(status=error.status, raw=page.encode(), media_type="text/html; charset=utf-8", headers=error.headers)
    if shape == "empty":
        return Answer(status=error.status, raw=b"", headers=error.headers)
    bodies: dict[str, Any] = {
        "list": [
            {
                "errorCode": error.code,
                "errorScopeId": scope_id,
                "message": error.message,
                "reference": error.reference,
                "sequentialId": trace_id,
                "sourceHint": error.source_hint,
            }
        ],
        "problem": {
            "type": f"https://tools.ietf.org/html/rfc9110#section-15.{error.status // 100 + 1}.{error.status % 100 + 1}",
            "title": error.message,
            "status": error.status,
            "traceId": trace_id,
            **({"errors": dict(error.fields)} if error.fields else {}),
        },
        "string": error.message,
        "message": {"message": error.message},
    }
    media = "application/problem+json; charset=utf-8" if shape == "problem" else "application/json; charset=utf-8"
    return Answer(status=error.status, body=bodies[shape], media_type=media, headers=error.headers)
