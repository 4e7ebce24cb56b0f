"""What Svea answers instead of a success, in its four forms (payments.md 3.6)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
BOM = b"\xef\xbb\xbf"

TEXTS = {
    "10000": "Authentication failed",
    "20000": "Order is closed",
    "20002": "Order is in state error",
    "20003": "Order has expired",
    "20004": "Order is missing",
    "20006": "Invalid amount",
    "20009": "Order rows missing",
    "20010": "Order rows do not match",
    "20011": "Order amount exceeds authorized amount",
    "20013": "Order is pending",
    "20015": "One or more of the specified order rows are delivered",
    "20016": "One or more of the specified order rows are cancelled",
    "20017": "The requested operation cannot be performed because the order is delivered",
    "20018": "The requested operation cannot be performed because the order is cancelled",
}


class SveaError(Exception):
    """An answer that is no success. `code` "" for what has none."""

    def __init__(self, status: int, code: str = "", text: str = "", *, field: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.code = code
        self.text = text or TEXTS.get(code, "")
        self.field = field
        self.headers = headers or {}


def refused(code: str, *, field: str = "") -> SveaError:
    """400 with one of the business codes."""
    return SveaError(400, code, field=field)


def missing() -> SveaError:
    return SveaError(404, "20004")


def body_of(error: SveaError, *, form: str, bom: bool) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the answer."""
    headers = dict(error.headers)
    if form == "header":
        return b"", headers | {"ErrorMessage": error.text}
    if form == "text":
        return error.text.encode(), headers | {"Content-Type": "text/plain"}
    body = FORMS[form](error)
    return (BOM if bom else b"") + json.dumps(body).encode(), headers | {"Content-Type": "application/json"}


def _code_form(error: SveaError) -> Json:
    detail = {"Code": error.code, "Field": error.field, "ErrorMessage": error.text}
    return {"Code": error.code, "Message": error.text, "Errors": [detail] if error.field else []}


def _result_form(error: SveaError) -> Json:
    return {"resultCode": error.code, "errorMessage": error.text}


FORMS: dict[str, Callable[[SveaError], Json]] = {"code": _code_form, "result": _result_form}
