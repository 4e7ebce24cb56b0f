"""Klarna's checks of a body before any business rule: types and bounds → 400, lengths → 422 (payments.md 2.4, 2.6).

How tolerant Klarna is of lines is not known (payments.md 11.4). This one is strict: identity of each line, its VAT within one öre, and the
sum of the lines. What passes here passes there.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from app.sandbox.payments.klarna.answers import Json, KlarnaNo, bad_value

MOST = 200_000_000
LINE_TYPES = frozenset(
    "physical discount shipping_fee sales_tax store_credit gift_card digital surcharge return_fee".split()  # noqa: SIM905
)
METHODS = frozenset(
    "PickUpStore Home BoxReg BoxUnreg PickUpPoint Own Postal DHLPackstation Digital Undefined PickUpWarehouse ClickCollect "  # noqa: SIM905
    "PalletDelivery".split()
)
PARCEL = {
    "shipping_company": 100,
    "tracking_number": 100,
    "tracking_uri": 1024,
    "return_shipping_company": 100,
    "return_tracking_number": 100,
    "return_tracking_uri": 1024,
}
LINE_TEXTS = {"name": 255, "reference": 255, "quantity_unit": 10, "merchant_data": 1024, "product_url": 1024, "image_url": 1024}
LINE_NUMBERS = ("quantity", "unit_price", "total_amount", "tax_rate", "total_tax_amount", "total_discount_amount")
CAPTURE_FIELDS = frozenset(["captured_amount", "description", "reference", "order_lines", "shipping_info", "shipping_delay"])
REFUND_FIELDS = frozenset(["refunded_amount", "description", "reference", "order_lines"])


def checked_capture(body: Any) -> Json:
    """A capture's body. Raises KlarnaNo."""
    read = _object(body, CAPTURE_FIELDS)
    _checked_amount(read, "captured_amount")
    checked_parcels(read.get("shipping_info", []), at_least=0)
    return read


def checked_refund(body: Any) -> Json:
    """A refund's body. Raises KlarnaNo."""
    read = _object(body, REFUND_FIELDS)
    _checked_amount(read, "refunded_amount")
    return read


def checked_tracking(body: Any) -> list[Json]:
    """The parcels of `{shipping_info: [1..500]}`. Raises KlarnaNo."""
    return checked_parcels(_object(body, frozenset({"shipping_info"})).get("shipping_info"), at_least=1)


def checked_parcels(parcels: Any, *, at_least: int) -> list[Json]:
    if not isinstance(parcels, list) or not at_least <= len(parcels) <= 500:
        raise bad_value("shipping_info")
    for parcel in parcels:
        read = _object(parcel, frozenset({*PARCEL, "shipping_method"}), "shipping_info")
        _checked_texts(read, PARCEL, "shipping_info/")
        if read.get("shipping_method", "Undefined") not in METHODS:
            raise bad_value("shipping_info/shipping_method")
    return parcels


def checked_lines(lines: Any, amount: int) -> list[Json]:
    """Lines that are this amount; an order without lines is one too. Raises KlarnaNo."""
    if not isinstance(lines, list) or len(lines) > 1000:
        raise bad_value("order_lines")
    for index, line in enumerate(lines):
        _checked_line(line, f"order_lines[{index}]")
    if lines and sum(line["total_amount"] for line in lines) != amount:
        raise bad_value("order_lines: the sum of total_amount is not the amount")
    return lines


def _checked_line(line: Any, at: str) -> None:
    read = _object(line, frozenset({*LINE_TEXTS, *LINE_NUMBERS, "type"}), at)
    if not read.get("name"):
        raise bad_value(f"{at}.name")
    _checked_texts(read, LINE_TEXTS, f"{at}/")
    for name in LINE_NUMBERS:
        value = read.get(name, 0)
        if not _is_whole(value) or (name in {"quantity", "tax_rate", "total_discount_amount"} and value < 0):
            raise bad_value(f"{at}.{name}")
    if not {"quantity", "unit_price", "total_amount"} <= read.keys() or read.get("type", "physical") not in LINE_TYPES:
        raise bad_value(at)
    if read["total_amount"] != read["quantity"] * read["unit_price"] - read.get("total_discount_amount", 0):
        raise bad_value(f"{at}.total_amount")
    rate, total = read.get("tax_rate", 0), read["total_amount"]
    if "total_tax_amount" in read and abs(read["total_tax_amount"] - Fraction(total * rate, 10_000 + rate)) >= 1:
        raise bad_value(f"{at}.total_tax_amount")


def _checked_amount(body: Json, name: str) -> None:
    amount = body.get(name)
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount <= MOST:
        raise bad_value(name)
    _checked_texts(body, {"description": 255, "reference": 255}, "")
    checked_lines(body.get("order_lines", []), amount)


def _object(body: Any, fields: frozenset[str], at: str = "body") -> Json:
    if not isinstance(body, Mapping) or not fields.issuperset(body):
        raise bad_value(at)
    return dict(body)


def _checked_texts(body: Json, limits: Mapping[str, int], at: str) -> None:
    for name, limit in limits.items():
        text = body.get(name, "")
        if not isinstance(text, str):
            raise bad_value(f"{at}{name}")
        if len(text) > limit:
            raise KlarnaNo(422, "UNPROCESSABLE_ENTITY", f"The size of the {at}{name} value must be between 0 and {limit}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
