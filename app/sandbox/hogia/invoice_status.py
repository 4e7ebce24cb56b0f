"""What is derived of an invoice: what is left to pay, its flags, and its state in Hogia's words (hogia.md 3.11)."""

from datetime import date
from decimal import Decimal

from app.sandbox.hogia.wire import Json


def settled(invoice: Json) -> Json:
    """With `amountLeftToPay` and the flags recomputed from `amountPaid` and `_covered` (what credits have settled)."""
    left = Decimal("0.00") if invoice["isCanceled"] else invoice["amountToPay"] - invoice["amountPaid"] - invoice["_covered"]
    closed = invoice["isCanceled"] or (invoice["isBilled"] and left == 0)
    paid = invoice["isBilled"] and not invoice["isCanceled"] and left == 0 and (invoice["amountPaid"] != 0 or invoice["_covered"] == 0)
    lines = [{**line, "isClosed": closed} for line in invoice["invoiceLines"]]
    return {**invoice, "amountLeftToPay": left, "isClosed": closed, "isCustomerPaid": paid, "invoiceLines": lines}


def dated(invoice: Json, today: date) -> Json:
    """As it is read today: `isExpired` and `customerInvoiceState` depend on the day."""
    due = invoice["invoiceHeader"]["invoiceExpirationDate"]
    expired = invoice["isBilled"] and not invoice["isCanceled"] and invoice["amountLeftToPay"] > 0 and due[:10] < today.isoformat()
    return {**invoice, "isExpired": expired, "customerInvoiceState": _state(invoice, expired=expired)}


def _state(invoice: Json, *, expired: bool) -> str:
    credited = any(each["referencedCustomerInvoiceId"] == invoice["id"] for each in invoice["customerInvoiceReferences"])
    table = (
        (invoice["isCanceled"], "Canceled"),
        (not invoice["isBilled"], "Draft"),
        (credited and invoice["amountLeftToPay"] == 0 and invoice["amountPaid"] == 0, "Credited"),
        (invoice["amountLeftToPay"] == 0, "Paid"),
        (invoice["amountPaid"] != 0, "PartiallyPaid"),
        (expired, "Expired"),
    )
    return next((word for holds, word in table if holds), "Billed")
