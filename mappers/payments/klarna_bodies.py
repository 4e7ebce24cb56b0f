"""What we ask of Klarna: bodies of captures and refunds, with its limits and its line identity (payments.md 2.4, 2.7).

`total_amount = quantity × unit_price − total_discount_amount`, all incl. VAT in minor units. What a line cannot say in whole öre goes
into its discount. Lines are optional and informative: where one cannot be said exactly, or their sum is another than the amount, all are
left out; the amount alone is what counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID, uuid5

from mappers.payments.model import CaptureRequest, Line, Parcel, RefundRequest

TEXT = 255
ARTICLE = 64  # the specification allows 255; a vendor-backed plugin cuts here (payments.md 2.4)
TRACKING = 100
ADDRESS = 1024
MOST_LINES = 1000
MOST_PARCELS = 500
NAMESPACE = UUID("d3b0a6c9-5f1e-5c55-9d9b-7f0a0f6f1c11")

Body = dict[str, Any]


def capture_body(request: CaptureRequest) -> Body:
    """The body of `POST …/captures`."""
    body: Body = {"captured_amount": request.amount, **_described(request.reference, request.description)}
    if lines := order_lines(request.lines, request.amount):
        body["order_lines"] = lines
    if parcels := shipping_info(request.parcels):
        body["shipping_info"] = parcels
    return body


def refund_body(request: RefundRequest) -> Body:
    """The body of `POST …/refunds`. Klarna refunds the order: which capture is its own business."""
    body: Body = {"refunded_amount": request.amount, **_described(request.reference, request.description)}
    if lines := order_lines(request.lines, request.amount):
        body["order_lines"] = lines
    return body


def order_lines(lines: tuple[Line, ...], amount: int) -> list[Body]:
    """Klarna's lines; [] where they cannot be said exactly or are not this amount."""
    written = [order_line(line) for line in lines]
    known = [line for line in written if line is not None]
    fits = len(known) == len(lines) <= MOST_LINES and sum(line.total for line in lines) == amount
    return known if fits else []


def order_line(line: Line) -> Body | None:
    """One line; None where its quantity or rate is no whole number of Klarna's units, or it has no name."""
    quantity, rate, name = line.quantity, line.vat_rate * 100, line.name or line.reference
    if quantity < 1 or quantity != int(quantity) or rate < 0 or rate != int(rate) or not name:
        return None
    unit_price = -(-line.total // int(quantity))  # rounded up, so that the discount is never negative
    body: Body = {
        "name": cut(name, TEXT),
        "quantity": int(quantity),
        "unit_price": unit_price,
        "tax_rate": int(rate),
        "total_amount": line.total,
        "total_tax_amount": tax_in(line.total, int(rate)),
    }
    if discount := unit_price * int(quantity) - line.total:
        body["total_discount_amount"] = discount
    if line.reference:
        body["reference"] = cut(line.reference, ARTICLE)
    if line.total < 0:
        body["type"] = "discount"
    return body


def tax_in(total: int, tax_rate: int) -> int:
    """The VAT inside a total: `total − total×10000/(10000+tax_rate)`, half up (6000 at 2500 → 1200)."""
    return int((Decimal(total) * tax_rate / (10_000 + tax_rate)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def shipping_info(parcels: Iterable[Parcel]) -> list[Body]:
    """Tracking in Klarna's words. A carrier's name is cut; a number or address that is too long would be wrong if cut, so it is left out."""
    written = (_parcel(parcel) for parcel in parcels)
    return [each for each in written if each][:MOST_PARCELS]


def tracking_key(reference: str, capture_id: str, parcels: Iterable[Parcel]) -> str:
    """The idempotency key of tracking that is added later: the same tracking is appended once."""
    said = "|".join(f"{parcel.carrier}/{parcel.number}/{parcel.url}" for parcel in parcels)
    return str(uuid5(NAMESPACE, f"{reference}|{capture_id}|{said}"))


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, no blanks around."""
    return text.strip()[:limit].strip()


def _described(reference: str, description: str) -> Mapping[str, str]:
    said = {"reference": cut(reference, TEXT), "description": cut(description, TEXT)}
    return {name: text for name, text in said.items() if text}


def _parcel(parcel: Parcel) -> Body:
    said = {
        "shipping_company": cut(parcel.carrier, TRACKING),
        "tracking_number": parcel.number if len(parcel.number) <= TRACKING else "",
        "tracking_uri": parcel.url if len(parcel.url) <= ADDRESS else "",
    }
    return {name: text for name, text in said.items() if text}
