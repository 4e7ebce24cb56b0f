"""Request bodies: what has the wrong shape is a 400 that names the field (payments.md 4.3, 4.5)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.sandbox.hogia.wire import parsed
from app.sandbox.payments.nets.errors import FormError, Json, refused

TEXT = 128
LARGEST = 2_147_483_647


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """An amount with its lines; None: none were sent."""

    amount: int
    items: list[Json] | None
    reference: str
    shipping: Json | None


def read_object(raw: bytes) -> Json:
    try:
        body = parsed(raw)
    except ValueError:
        raise FormError(body="The body is not JSON.") from None
    if not isinstance(body, dict):
        raise FormError(body="The body is not an object.")
    return body


def read_ask(raw: bytes) -> Ask:
    """The body of a charge, cancellation or refund; 1005 when its lines do not add up."""
    body = read_object(raw)
    amount = whole(body, "amount")
    items = body.get("orderItems")
    if items is not None:
        if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
            raise FormError(orderItems="The field orderItems must be a list of items.")
        for at, item in enumerate(items):
            _check_item(item, f"orderItems[{at}]")
    shipping = body.get("shipping")
    if shipping is not None:
        if not isinstance(shipping, dict):
            raise FormError(shipping="The field shipping must be an object.")
        for name in ("trackingNumber", "provider"):
            text(shipping, name, where="shipping.", is_required=True)
    return Ask(amount=amount, items=items, reference=text(body, "myReference"), shipping=shipping)


def check_sum(ask: Ask) -> None:
    """Each line keeps the identities, and the amount is their sum; 1005 otherwise."""
    for item in ask.items or []:
        net, gross, rate = item["netTotalAmount"], item["grossTotalAmount"], item.get("taxRate") or 0
        tax = int((Decimal(net) * rate / 10_000).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        if Decimal(item["quantity"]) * item["unitPrice"] != net or net + tax != gross or item.get("taxAmount", tax) != tax:
            raise refused("1005")
    if ask.items is not None and sum(item["grossTotalAmount"] for item in ask.items) != ask.amount:
        raise refused("1005")


def _check_item(item: Json, where: str) -> None:
    for name in ("reference", "name", "unit"):
        text(item, name, where=f"{where}.", is_required=True)
    for name in ("unitPrice", "grossTotalAmount", "netTotalAmount"):
        whole(item, name, where=f"{where}.")
    for name in ("taxRate", "taxAmount"):
        if item.get(name) is not None:
            whole(item, name, where=f"{where}.")
    quantity = item.get("quantity")
    if isinstance(quantity, bool) or not isinstance(quantity, int | Decimal):
        raise FormError(**{f"{where}.quantity": "The field quantity must be a number."})


def whole(body: Json, name: str, *, where: str = "") -> int:
    value: Any = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST:
        raise FormError(**{f"{where}{name}": f"The field {name} must be a whole number."})
    return value


def text(body: Json, name: str, *, where: str = "", is_required: bool = False) -> str:
    value: Any = body.get(name)
    if value is None and not is_required:
        return ""
    if not isinstance(value, str) or not value:
        raise FormError(**{f"{where}{name}": f"The field {name} is required."})
    if len(value) > TEXT:
        raise FormError(**{f"{where}{name}": f"The field {name} must be a text of at most {TEXT} characters."})
    return value
