"""JSON in and out with `Decimal`, never float, and the answer a handler gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import simplejson

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status and body; `raw` is sent as it is where it is given, else `body` as JSON."""

    status: int = 200
    body: Any = None
    raw: bytes | None = None
    media_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        return dumped(self.body) if self.raw is None else self.raw


def parsed(raw: bytes) -> Any:
    """JSON with every fraction as `Decimal`; ValueError for anything else, NaN and Infinity included."""
    return simplejson.loads(raw.decode(), use_decimal=True, parse_constant=_no_constant)


def dumped(value: Any) -> bytes:
    text: str = simplejson.dumps(value, use_decimal=True, ensure_ascii=False, allow_nan=False)
    return text.encode()


def _no_constant(name: str) -> Decimal:
    raise ValueError(f"{name} is not JSON")


def public(value: Any) -> Any:
    """Without the private fields (a leading underscore) that this Hogia keeps for itself."""
    if isinstance(value, dict):
        return {key: public(each) for key, each in value.items() if not key.startswith("_")}
    if isinstance(value, list):
        return [public(each) for each in value]
    return value
