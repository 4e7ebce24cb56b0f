"""Request bodies. Svea's server does not care about the case of a key; numbers are whole and minor."""

from __future__ import annotations

import json
from typing import Any

from app.sandbox.payments.svea.errors import SveaError

Json = dict[str, Any]


def read_object(raw: bytes) -> Json:
    """The object with keys in lower case; 400 for anything else."""
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise invalid("body") from None
    if not isinstance(body, dict):
        raise invalid("body")
    lowered: Json = _lowered(body)
    return lowered


def whole(body: Json, name: str) -> int:
    value = body.get(name.lower())
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid(name)
    return value


def ids(body: Json, name: str) -> list[int]:
    """A list of row ids that must be there, and may be empty."""
    value = body.get(name.lower())
    if not isinstance(value, list) or not all(isinstance(each, int) and not isinstance(each, bool) for each in value):
        raise invalid(name)
    return value


def options(body: Json, name: str, within: list[int]) -> dict[int, int]:
    """`[{OrderRowId, Quantity}]` as row id → quantity; each of them listed in `OrderRowIds` too."""
    value = body.get(name.lower()) or []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise invalid(name)
    found = {whole(each, "OrderRowId"): whole(each, "Quantity") for each in value}
    if set(found) - set(within):
        raise invalid(name)
    return found


def invalid(field: str) -> SveaError:
    return SveaError(400, "", f"The field {field} is invalid.", field=field)


def _lowered(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key).lower(): _lowered(each) for key, each in value.items()}
    return [_lowered(each) for each in value] if isinstance(value, list) else value
