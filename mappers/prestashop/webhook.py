"""The body of a shop's notice (design.md 5), read strictly: it comes from the internet, even though it is signed.

    {"type": "order.state_changed", "timestamp": "2026-11-24T08:15:00Z", "data": {"id": 42, "id_shop": 1, "state": 2}}

A notice is a reason to look; nothing in it is believed but which entity it is about.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from mappers.canonical import Kind

KINDS = {
    "order.created": Kind.ORDER,
    "order.state_changed": Kind.ORDER,
    "order.updated": Kind.ORDER,
    "order.refunded": Kind.ORDER,
    "product.saved": Kind.PRODUCT,
    "product.deleted": Kind.PRODUCT,
    "stock.changed": Kind.STOCK,
    "customer.saved": Kind.CUSTOMER,
}
TYPE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
MAXIMUM_BYTES = 65_536
MAXIMUM_ID = 4_294_967_295  # PrestaShop's ids are INT UNSIGNED


class NoticeError(ValueError):
    """A notice that cannot be read: `code` is stable, `message` says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a shop tells. `kind` and `entity_id` are None for a type that we do not know, and `reason` says so."""

    type: str
    kind: Kind | None
    entity_id: int | None
    id_shop: int | None = None  # None: the notice does not say; the address it came to does
    state: int | None = None  # the order state that it claims, for the log
    sent_at: datetime | None = None
    reason: str = ""


def read_notice(body: bytes) -> Notice:
    """The notice in a webhook's body; raises NoticeError for a body that is not one."""
    data = _object(body)
    kind_of = data.get("type")
    if not isinstance(kind_of, str) or not TYPE.fullmatch(kind_of):
        raise NoticeError(
            "NOTICE_WITHOUT_TYPE", 'The notice has no "type" such as "order.updated". Update the Orderbro module in the shop.'
        )
    sent_at = _time(data.get("timestamp"))
    if kind_of not in KINDS:
        return Notice(
            type=kind_of,
            kind=None,
            entity_id=None,
            sent_at=sent_at,
            reason=f"UNKNOWN_TYPE: notices of type {kind_of} are recorded and ignored.",
        )
    about = data.get("data")
    if not isinstance(about, dict):
        raise NoticeError("NOTICE_WITHOUT_DATA", 'The notice has no "data" object. Update the Orderbro module in the shop.')
    return Notice(
        type=kind_of,
        kind=KINDS[kind_of],
        entity_id=_id(about.get("id"), "data.id"),
        id_shop=None if about.get("id_shop") is None else _id(about["id_shop"], "data.id_shop"),
        state=_state(about.get("state")),
        sent_at=sent_at,
    )


def _object(body: bytes) -> dict[str, Any]:
    if len(body) > MAXIMUM_BYTES:
        raise NoticeError("NOTICE_TOO_LARGE", f"The notice is larger than {MAXIMUM_BYTES} bytes. A notice holds a type and an id, no more.")
    try:
        data = json.loads(body.decode("utf-8"), parse_float=str, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except NoticeError:
        raise
    except (ValueError, RecursionError):  # not UTF-8, not JSON, a number of thousands of digits, nested too deep
        raise NoticeError(
            "NOTICE_NOT_JSON",
            "The notice is not readable JSON in UTF-8. Update the Orderbro module in the shop; check that no proxy alters it.",
        ) from None
    if not isinstance(data, dict):
        raise NoticeError(
            "NOTICE_NOT_AN_OBJECT", 'The notice is JSON but not an object with "type" and "data". Update the Orderbro module.'
        )
    return data


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NoticeError(
            "NOTICE_AMBIGUOUS", "The notice has the same key twice, so it could be read in two ways. Update the Orderbro module."
        )
    return found


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError


def _id(value: object, name: str) -> int:
    """A bool is an int to Python, and `"42"` is not a number: both are refused, since two spellings of an id would be two entities."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAXIMUM_ID:
        raise NoticeError(
            "NOTICE_ID_INVALID", f"{name} is not a whole number from 1 to {MAXIMUM_ID}. Update the Orderbro module in the shop."
        )
    return value


def _state(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAXIMUM_ID else None


def _time(value: object) -> datetime | None:
    """The sender's time in UTC, for the log; None where it cannot be read. Whether a notice is fresh is decided on its signature."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
