"""A customer invoice's JSON → `HogiaInvoice`, its status derived from facts (hogia.md 1.5, 3.11; design.md 7)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mappers.hogia.model import DeliveredLine, DeliveryState, HogiaDelivery, HogiaInvoice, HogiaPayment, InvoiceStatus
from mappers.hogia.reading_lines import read_lines
from mappers.hogia.values import day, flag, mapping, mappings, number, percent, text, whole

ZERO = Decimal(0)
CREDIT = "credit"  # customerInvoiceReferences.type, any case

DELIVERY_STATES: Mapping[str, DeliveryState] = {
    "": DeliveryState.NONE,
    "none": DeliveryState.NONE,
    "partial": DeliveryState.PARTIAL,
    "delivered": DeliveryState.DELIVERED,
}


def read_invoice(body: Mapping[str, Any]) -> HogiaInvoice:
    """A customer invoice. An amount that was not given reads as 0, but never makes an invoice paid or credited."""
    header = mapping(body.get("invoiceHeader"))
    credits_id, credited_by = _credits(body)
    return HogiaInvoice(
        id=text(body.get("id")),
        number=invoice_number(body),
        status=invoice_status(body),
        reference=text(header.get("invoiceReference")),
        customer_number=text(mapping(header.get("customer")).get("number")),
        currency=text(mapping(mapping(body.get("currencyInfo")).get("currency")).get("code")).upper(),
        net=number(body.get("netAmount")) or ZERO,
        vat=number(body.get("vatAmount")) or ZERO,
        gross=number(body.get("grossAmount")) or ZERO,
        to_pay=number(body.get("amountToPay")) or ZERO,
        paid=number(body.get("amountPaid")) or ZERO,
        left_to_pay=number(body.get("amountLeftToPay")) or ZERO,
        vat_per_rate=_vat_per_rate(body),
        payments=_payments(body),
        version=whole(body.get("version")) or 0,
        row_version=whole(body.get("rowVersion")) or 0,
        order_number=text(header.get("customerOrderNumber")),
        invoice_date=day(header.get("invoiceDate")),
        due_date=day(header.get("invoiceExpirationDate")),
        ocr=text(header.get("ocr")),
        credits=credits_id,
        credited_by=credited_by,
        delivery=_delivery(body),
        lines=read_lines(body),
        is_reverse_charge=flag(body.get("isReverseCharge")) is True,
    )


def invoice_number(body: Mapping[str, Any]) -> int | None:
    """The serial number; None while it has none (0 is none)."""
    return whole(mapping(body.get("invoiceHeader")).get("invoiceNumber")) or None


def invoice_status(body: Mapping[str, Any]) -> InvoiceStatus:
    """The first condition of hogia.md 3.11 that holds. Amounts of a credit invoice are compared with their sign turned.

    What was not said decides nothing: without `isBilled` an invoice with a number counts as billed, and a missing
    `amountLeftToPay` is not zero.
    """
    gross, to_pay, paid, left = (number(body.get(name)) for name in ("grossAmount", "amountToPay", "amountPaid", "amountLeftToPay"))
    sign = -1 if gross is not None and gross < 0 else 1
    settled = left is not None and left * sign <= 0
    paid_so_far = (paid or ZERO) * sign
    billed = flag(body.get("isBilled"))
    if flag(body.get("isCanceled")):
        return InvoiceStatus.CANCELLED
    if billed is False or (billed is None and invoice_number(body) is None):
        return InvoiceStatus.DRAFT
    if settled and paid_so_far == 0 and _credits(body)[1]:
        return InvoiceStatus.CREDITED
    if flag(body.get("isCustomerPaid")) or settled:
        return InvoiceStatus.PAID
    due = to_pay if to_pay is not None else gross
    if paid_so_far > 0 and (due is None or paid_so_far < due * sign):
        return InvoiceStatus.PARTIALLY_PAID
    return InvoiceStatus.OVERDUE if flag(body.get("isExpired")) else InvoiceStatus.OPEN


def _credits(body: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """(the invoice this one credits, the invoices that credit this one); a reference names both ends (hogia.md 3.9)."""
    own = text(body.get("id")).lower()
    credited = text(body.get("creditedCustomerInvoiceId"))
    by: list[str] = []
    for reference in mappings(body.get("customerInvoiceReferences")):
        if text(reference.get("type")).lower() != CREDIT:
            continue
        credit, original = text(reference.get("customerInvoiceId")), text(reference.get("referencedCustomerInvoiceId"))
        if original.lower() == own:
            by.append(credit)
        else:
            credited = credited or original
    return credited, tuple(by)


def _vat_per_rate(body: Mapping[str, Any]) -> Mapping[Decimal, Decimal]:
    sums: dict[Decimal, Decimal] = {}
    for item in mappings(body.get("vatDistributions")):
        rate, amount = percent(item.get("percent")), number(item.get("amount"))
        if rate is not None and amount is not None:
            sums[rate] = sums.get(rate, ZERO) + amount
    return sums


def _payments(body: Mapping[str, Any]) -> tuple[HogiaPayment, ...]:
    """Events that name a money account and an amount: what `customerInvoiceEventType` says is not relied on."""
    found = []
    for event in mappings(body.get("customerInvoiceEvents")):
        account, amount = whole(event.get("paymentAccountNumber")), number(event.get("amount"))
        if account and amount is not None:
            found.append(
                HogiaPayment(
                    amount=amount,
                    account=account,
                    reference=text(event.get("reference")),
                    sequence_id=text(event.get("sequenceId")).lower(),
                )
            )
    return tuple(found)


def _delivery(body: Mapping[str, Any]) -> HogiaDelivery | None:
    delivery = mapping(body.get("delivery"))
    if not delivery:
        return None
    lines = ((whole(line.get("lineIndex")), number(line.get("quantity"))) for line in mappings(delivery.get("lines")))
    return HogiaDelivery(
        state=DELIVERY_STATES.get(text(delivery.get("state")).lower(), DeliveryState.UNKNOWN),
        on=day(delivery.get("date")),
        is_final=flag(delivery.get("isFinal")) is True,
        carrier=text(delivery.get("carrierName")),
        tracking_number=text(delivery.get("trackingNumber")),
        tracking_url=text(delivery.get("trackingUrl")),
        lines=tuple(DeliveredLine(line_index=index, quantity=quantity) for index, quantity in lines if index is not None and quantity),
    )
