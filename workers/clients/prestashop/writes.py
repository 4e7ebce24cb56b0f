"""What we change in a shop: one history row, one tracking number, one note. XML bodies, PATCH and never PUT (prestashop.md 1.1, 11).

None of these is idempotent in PrestaShop: whoever calls has read before, and looks again before any repeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

ILLEGAL = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])


def body(entity: str, fields: Mapping[str, str | int]) -> bytes:
    """`<prestashop><entity>…` with the fields as text."""
    inner = "".join(f"<{name}>{escape(str(value).translate(ILLEGAL))}</{name}>" for name, value in fields.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<prestashop><{entity}>{inner}</{entity}></prestashop>'.encode()


def history_body(order_id: int, state_id: int) -> bytes:
    """A state change. Posted to order_histories; it mails nobody without `sendemail=1`."""
    return body("order_history", {"id_order": order_id, "id_order_state": state_id})


def tracking_body(order_carrier_id: int, number: str) -> bytes:
    """A tracking number, on the order's carrier record (its own id)."""
    return body("order_carrier", {"id": order_carrier_id, "tracking_number": number})


def note_body(order_id: int, note: str) -> bytes:
    """The order's own note; nothing else of the order is touched."""
    return body("order", {"id": order_id, "note": note})
