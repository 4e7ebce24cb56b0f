"""JSON both ways without a binary float: amounts are `Decimal` from the answer's text to the request's."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx
import simplejson

MEDIA_TYPE = "application/json; charset=utf-8"


def encode(body: Any) -> bytes:
    """The body as JSON. Raises TypeError for a float anywhere in it, ValueError for a decimal that is no number."""
    return simplejson.dumps(_checked(body), use_decimal=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def decode(response: httpx.Response) -> Any:
    """The answer's JSON with `Decimal` amounts; raises ValueError for anything else, an empty body too."""
    return simplejson.loads(response.content.decode("utf-8-sig").strip(), use_decimal=True)


def _checked(value: Any) -> Any:
    if isinstance(value, float):
        raise TypeError("a binary float was about to be sent to Hogia")
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("a decimal that is no number was about to be sent to Hogia")
        return Decimal(f"{value:f}") if not value.is_zero() else abs(Decimal(f"{value:f}"))
    if isinstance(value, Mapping):
        return {name: _checked(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_checked(item) for item in value]
    return value
