"""What we send to Nets Easy (payments.md 4.2, 4.3). Amounts are integers in minor units; `unitPrice` and `netTotalAmount` excl. VAT.

    full      {"amount"}                 without lines
    partial   {"amount", "orderItems"}   whose `grossTotalAmount` add up to `amount`

A line keeps Nets' identities: net = quantity × unit price, tax = net × rate, gross = net + tax. Our lines are gross, and some gross amounts have no
net in whole öre (7 öre at 25 %): a line `Rounding` then makes up the difference, as in the vendor's own module. Lines that do not add up
otherwise, and a capture without lines, become one line of the whole amount without VAT: the form that module uses for an amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from mappers.payments.model import CaptureRequest, Line, Parcel, RefundRequest

TEXT = 128  # characters of any text (payments.md 4.3; the vendor's list of parameters says so of every string)
UNIT = "pcs"
NO_CARRIER = "-"
FORBIDDEN = frozenset("<>\\\"'&|")  # the vendor's modules take them out of names

Item = dict[str, Any]


def capture_body(request: CaptureRequest, *, is_whole: bool) -> dict[str, Any]:
    """`POST /v1/payments/{paymentId}/charges`. `is_whole`: the amount is all that was ever reserved."""
    body: dict[str, Any] = {"amount": request.amount}
    if not is_whole:
        body["orderItems"] = order_items(request.lines, amount=request.amount, reference=request.reference, name=request.description)
    shipping = _shipping(request.parcels)
    if shipping:
        body["shipping"] = shipping
    if request.reference:
        body["myReference"] = _cut(request.reference)
    return body


def refund_body(request: RefundRequest) -> dict[str, Any]:
    """`POST /v1/charges/{chargeId}/refunds` and `POST /v1/payments/{paymentId}/refunds`."""
    body: dict[str, Any] = {
        "amount": request.amount,
        "orderItems": order_items(request.lines, amount=request.amount, reference=request.reference, name=request.description),
    }
    if request.reference:
        body["myReference"] = _cut(request.reference)
    return body


def cancel_body(amount: int) -> dict[str, Any]:
    """`POST /v1/payments/{paymentId}/cancels`; all that was reserved, a part is refused (1007)."""
    return {"amount": amount}


def order_items(lines: Sequence[Line], *, amount: int, reference: str, name: str) -> list[Item]:
    """Lines whose gross amounts add up to `amount`."""
    items = [_item(line) for line in lines if line.total]
    difference = amount - sum(item["grossTotalAmount"] for item in items)
    if not items or abs(difference) > len(items) or any(_rate(line) is None for line in lines):
        return [_plain_item(reference=reference or "order", name=name or "Order", amount=amount)]
    if difference:
        items.append(_plain_item(reference="rounding", name="Rounding", amount=difference))
    return items


def _item(line: Line) -> Item:
    rate = _rate(line) or 0
    net = _net(line.total, rate)
    tax = _tax(net, rate)
    name = _text(line.name) or _text(line.reference) or "Item"
    quantity = line.quantity
    if quantity <= 0 or net % quantity:
        # The unit price would not be whole: the pieces become one, and the name says how many they are.
        quantity, name = Decimal(1), f"{_number(line.quantity)} × {name}" if line.quantity > 1 else name
    return {
        "reference": _cut(line.reference) or "item",
        "name": name[:TEXT],
        "quantity": _number(quantity),
        "unit": UNIT,
        "unitPrice": int(net / quantity),
        "taxRate": rate,
        "taxAmount": tax,
        "grossTotalAmount": net + tax,
        "netTotalAmount": net,
    }


def _plain_item(*, reference: str, name: str, amount: int) -> Item:
    return {
        "reference": _cut(reference),
        "name": _text(name) or "Order",
        "quantity": 1,
        "unit": UNIT,
        "unitPrice": amount,
        "grossTotalAmount": amount,
        "netTotalAmount": amount,
    }


def _rate(line: Line) -> int | None:
    """Percent × 100; None where that is not whole or negative."""
    rate = line.vat_rate * 100
    return int(rate) if rate >= 0 and rate == rate.to_integral_value() else None


def _net(gross: int, rate: int) -> int:
    """The net whose gross is `gross`, or comes within one öre of it."""
    near = _rounded(Decimal(gross) * 10_000 / (10_000 + rate))
    return min((near, near - 1, near + 1), key=lambda net: abs(net + _tax(net, rate) - gross))


def _tax(net: int, rate: int) -> int:
    return _rounded(Decimal(net) * rate / 10_000)


def _rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _number(value: Decimal) -> int | Decimal:
    """A quantity as JSON has it: whole where it is, without trailing zeros otherwise."""
    return int(value) if value == value.to_integral_value() else value.normalize()


def _shipping(parcels: Sequence[Parcel]) -> dict[str, str]:
    """A charge takes one tracking number with its carrier: the first there is."""
    parcel = next((each for each in parcels if each.number.strip()), None)
    if parcel is None:
        return {}
    return {"trackingNumber": _cut(parcel.number.strip()), "provider": _cut(parcel.carrier.strip()) or NO_CARRIER}


def _text(text: str) -> str:
    """Free text as the vendor's modules send it."""
    return _cut(" ".join("".join(ch for ch in text if ch not in FORBIDDEN).split()))


def _cut(text: str) -> str:
    return text[:TEXT]
