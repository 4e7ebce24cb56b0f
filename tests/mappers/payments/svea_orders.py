"""Svea's orders as its API shows them, made by hand in its dialect."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from mappers.payments.model import CaptureRequest, Line, RefundRequest
from mappers.payments.svea import read_order
from mappers.payments.svea_model import SveaOrder

NOW = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
ID = "2291662"
ALL_ACTIONS = ["CanDeliverOrder", "CanDeliverPartially", "CanCancelOrder", "CanCancelOrderRow", "CanAddOrderRow", "CanUpdateOrderRow"]
ROW_ACTIONS = ["CanDeliverRow", "CanCancelRow", "CanUpdateRow"]
DELIVERY_ACTIONS = ["CanCreditNewRow", "CanCreditOrderRows"]


def row(ident: int, unit_price: int, quantity: int = 100, **more: Any) -> dict[str, Any]:
    own = {
        "OrderRowId": ident,
        "ArticleNumber": f"ART-{ident}",
        "Name": f"Vara {ident}",
        "Quantity": quantity,
        "UnitPrice": unit_price,
        "DiscountPercent": 0,
        "DiscountAmount": 0,
        "VatPercent": 2500,
        "Unit": "st",
        "RowType": "Row",
        "IsCancelled": False,
        "Actions": ROW_ACTIONS,
    }
    return own | more


def fee(ident: int, amount: int, **more: Any) -> dict[str, Any]:
    return row(ident, amount, ArticleNumber="", Name="InvoiceFee", **more)


def delivery(ident: int, amount: int, *rows: dict[str, Any], credited: int = 0, **more: Any) -> dict[str, Any]:
    own = {
        "Id": ident,
        "CreationDate": "2026-01-20T10:15:30",
        "InvoiceId": 1111272,
        "DeliveryAmount": amount,
        "CreditedAmount": credited,
        "Credits": [],
        "OrderRows": [each | {"Actions": ["CanCreditRow"]} for each in rows],
        "Actions": DELIVERY_ACTIONS,
        "Status": "Sent",
        "DueDate": None,
    }
    return own | more


def body(*rows: dict[str, Any], amount: int, deliveries: tuple[dict[str, Any], ...] = (), **more: Any) -> dict[str, Any]:
    own = {
        "Id": int(ID),
        "Currency": "SEK",
        "MerchantOrderId": "XKBKNABJK",
        "OrderStatus": "Open",
        "SystemStatus": "Active",
        "PaymentType": "Invoice",
        "CreationDate": "2026-01-15T12:34:56",
        "ExpirationDate": "2026-03-15T00:00:00",
        "CancelledAmount": 0,
        "OrderAmount": amount,
        "OrderRows": list(rows),
        "Deliveries": list(deliveries),
        "Actions": ALL_ACTIONS,
    }
    return own | more


def order(*rows: dict[str, Any], amount: int, deliveries: tuple[dict[str, Any], ...] = (), **more: Any) -> SveaOrder:
    return read_order(body(*rows, amount=amount, deliveries=deliveries, **more), reference=ID, now=NOW)


def line(row_id: str = "", total: int = 0, quantity: str = "1", *, reference: str = "", rate: str = "25") -> Line:
    return Line(reference=reference, name="Vara", quantity=Decimal(quantity), total=total, vat_rate=Decimal(rate), row_id=row_id)


def capture(amount: int, *lines: Line, **more: Any) -> CaptureRequest:
    own = {"key": "k", "reference": "DEL-1", "amount": amount, "currency": "SEK", "is_rest": False, "lines": lines}
    return CaptureRequest(**(own | more))


def refund(amount: int, *lines: Line, **more: Any) -> RefundRequest:
    own = {"key": "k", "reference": "RET-1", "amount": amount, "currency": "SEK", "lines": lines}
    return RefundRequest(**(own | more))
