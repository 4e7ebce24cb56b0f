"""The bodies of Svea's writes (payments.md 3.3). A list of rows is never empty here: an empty one would mean every row."""

from __future__ import annotations

from collections.abc import Sequence

from mappers.payments.model import PaymentStatus, Refusal
from mappers.payments.svea_credit import Credit, CreditHow
from mappers.payments.svea_delivery import Delivery, How
from mappers.payments.svea_model import PIECE, Call, Can, Objection, SveaOrder


def deliver_call(order: SveaOrder, delivery: Delivery) -> Call:
    """`InvoiceDistributionType` is left out: Svea advises to use the configured one."""
    path = f"/orders/{order.payment.reference}/deliveries"
    if delivery.how is How.LOWERED:
        return Call(method="POST", path=f"{path}/DeliverAndLowerAmount", body={"DeliveredAmount": delivery.amount})
    body: dict[str, object] = {"OrderRowIds": _ids(delivery.row_ids)}
    if delivery.quantities:
        body["RowDeliveryOptions"] = _quantities(delivery.quantities)
    return Call(method="POST", path=path, body=body)


def credit_call(order: SveaOrder, credit: Credit) -> Call:
    path = f"/orders/{order.payment.reference}/deliveries/{credit.delivery_id}"
    if credit.how is CreditHow.AMOUNT:
        return Call(method="PATCH", path=path, body={"CreditedAmount": credit.total})
    if credit.how is CreditHow.NEW_ROW:
        row = {"Name": credit.name, "Quantity": PIECE, "UnitPrice": credit.amount, "VatPercent": credit.vat_percent}
        return Call(method="POST", path=f"{path}/credits", body={"NewCreditOrderRow": row})
    body: dict[str, object] = {"OrderRowIds": _ids(credit.row_ids)}
    if credit.quantities:
        body["RowCreditingOptions"] = _quantities(credit.quantities)
    return Call(method="POST", path=f"{path}/credits", body=body)


def cancel_call(order: SveaOrder) -> Call | Objection:
    """Cancel the whole order, of which nothing was delivered. Svea would cancel the rest of a partly delivered one: that is refused here."""
    payment = order.payment
    if payment.status is PaymentStatus.CANCELLED:
        return Objection(refusal=Refusal.CANCELLED, reason="The order is cancelled at Svea already: nothing is left to do.")
    if payment.captured:
        return Objection(
            refusal=Refusal.NOT_ALLOWED, reason="A part of the order or all of it is delivered at Svea: refund it instead of cancelling."
        )
    if Can.CANCEL_ORDER not in order.can:
        return Objection(refusal=Refusal.NOT_ALLOWED, reason="Svea does not let the order be cancelled now. Look at it in Svea's admin.")
    return Call(method="PATCH", path=f"/orders/{payment.reference}", body={"IsCancelled": True})


def release_call(order: SveaOrder) -> Call | Objection:
    """Give up what remains after a part was delivered: by rows where Svea lets every row be cancelled, else as an amount."""
    payment = order.payment
    if not payment.captured:
        return Objection(refusal=Refusal.NOT_ALLOWED, reason="Nothing of the order is delivered at Svea yet: cancel it as a whole instead.")
    if not payment.remaining:
        return Objection(refusal=Refusal.NOT_ALLOWED, reason="Nothing remains of the order at Svea that could be given up.")
    if Can.CANCEL_ROWS in order.can and order.rows and order.adds_up and all(Can.CANCEL_ROW in row.can for row in order.rows):
        ids = _ids([row.id for row in order.rows])
        return Call(method="PATCH", path=f"/orders/{payment.reference}/rows/cancelOrderRows", body={"OrderRowIds": ids})
    if Can.CANCEL_AMOUNT in order.can:
        total = order.cancelled + payment.remaining
        return Call(method="PATCH", path=f"/orders/{payment.reference}", body={"CancelledAmount": total})
    return Objection(
        refusal=Refusal.NOT_ALLOWED, reason="Svea does not let the rest of the order be cancelled. Look at it in Svea's admin."
    )


def _ids(row_ids: Sequence[int]) -> list[int]:
    if not row_ids:
        raise ValueError("an empty list of rows would mean every row to Svea")
    return list(row_ids)


def _quantities(pairs: Sequence[tuple[int, int]]) -> list[dict[str, int]]:
    return [{"OrderRowId": ident, "Quantity": quantity} for ident, quantity in pairs]
