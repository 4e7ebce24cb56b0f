"""Deliveries of an invoice's lines (design.md 7)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from app.sandbox.hogia.errors import BusinessError, Code
from app.sandbox.hogia.organisation import Organisation
from app.sandbox.hogia.wire import Json


def deliver(
    org: Organisation,
    invoice: Json,
    *,
    pieces: Mapping[int, Decimal] | None = None,
    on: date | None = None,
    carrier: str | None = None,
    tracking_number: str | None = None,
    tracking_url: str | None = None,
    final: bool | None = None,
) -> Json:
    """Deliver `pieces` (line index → quantity, added to earlier deliveries), or everything that is left.

    It is final, and the state `delivered`, when everything has gone or `final` says that no more comes.
    """
    if invoice["isCanceled"] or invoice["amountToPay"] < 0:
        raise BusinessError(Code.NOT_ALLOWED_IN_STATE, "A cancelled invoice and a credit cannot be delivered.", reference=invoice["id"])
    due = {line["lineIndex"]: line["quantity"] for line in invoice["invoiceLines"] if line["quantity"] > 0 and line["articleNumber"]}
    due = due or {line["lineIndex"]: line["quantity"] for line in invoice["invoiceLines"] if line["quantity"] > 0}
    done = {each["lineIndex"]: each["quantity"] for each in invoice["delivery"]["lines"]}
    for index, quantity in (pieces if pieces is not None else {at: due[at] - done.get(at, 0) for at in due}).items():
        done[index] = done.get(index, Decimal(0)) + quantity
        if index not in due or done[index] > due[index]:
            raise BusinessError(Code.NOT_ALLOWED_IN_STATE, f"Line {index} has not that much to deliver.", reference=invoice["id"])
    everything = all(done.get(index, 0) >= quantity for index, quantity in due.items())
    is_final = everything if final is None else final
    delivered = {
        "state": "delivered" if is_final or everything else "partial",
        "date": (on or org.clock.today()).isoformat(),
        "isFinal": is_final,
        "carrierName": carrier,
        "trackingNumber": tracking_number,
        "trackingUrl": tracking_url,
        "lines": [{"lineIndex": index, "quantity": quantity} for index, quantity in sorted(done.items()) if quantity],
    }
    return org.invoices.save({**invoice, "delivery": delivered}, by="person")
