"""Vouchers of invoices and payments: signed amounts in kronor, debit positive, summing to zero."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from uuid import uuid4

from app.sandbox.hogia.chart import RECEIVABLES, ROUNDING
from app.sandbox.hogia.clock import instant
from app.sandbox.hogia.invoice_lines import in_accounting_currency
from app.sandbox.hogia.organisation import Organisation
from app.sandbox.hogia.wire import Json

INVOICE_SERIES, PAYMENT_SERIES = "K", "I"


def invoice_voucher(org: Organisation, invoice: Json) -> Json:
    """Receivable against turnover, VAT and rounding."""
    rate = invoice["currencyInfo"]["exchangeRate"]
    rows: dict[int, Decimal] = defaultdict(Decimal)
    rows[RECEIVABLES] += in_accounting_currency(invoice["amountToPay"], rate)
    for line in invoice["invoiceLines"]:
        if line["salesAccountNumber"] is not None:
            rows[line["salesAccountNumber"]] -= in_accounting_currency(line["netAmount"], rate)
    for each in invoice["_vatByAccount"]:
        rows[each["accountNumber"]] -= in_accounting_currency(each["amount"], rate)
    rows[ROUNDING] -= in_accounting_currency(invoice["roundingAmount"], rate)
    rows[ROUNDING] -= sum(rows.values())  # what converting row by row left over
    header = invoice["invoiceHeader"]
    return _voucher(org, rows, on=header["invoiceDate"], series=INVOICE_SERIES, kind="CustomerInvoice", invoice=invoice)


def payment_voucher(org: Organisation, invoice: Json, *, amount: Decimal, account: int, on: date) -> Json:
    """Money account against receivable."""
    kronor = in_accounting_currency(amount, invoice["currencyInfo"]["exchangeRate"])
    rows = {account: kronor, RECEIVABLES: -kronor}
    return _voucher(org, rows, on=on.isoformat(), series=PAYMENT_SERIES, kind="CustomerInvoicePayment", invoice=invoice)


def reversed_voucher(org: Organisation, voucher_id: str, *, on: date) -> None:
    """The cancelled invoice's voucher once more with the signs turned."""
    voucher = org.vouchers.current(voucher_id)
    if voucher is None:
        return
    rows = {row["accountNumber"]: -row["amount"] for row in voucher["voucherRows"]}
    _voucher(org, rows, on=on.isoformat(), series=INVOICE_SERIES, kind="CustomerInvoice", invoice=None)


def event(org: Organisation, kind: str, *, invoice_id: str, on: date, voucher: Json | None = None, **more: object) -> Json:
    """A `customerInvoiceEvents` element; bookkeeping shows as `voucherId` and `voucherNumber`."""
    stamp = instant(org.clock.now())
    return {
        "id": str(uuid4()),
        "customerInvoiceId": invoice_id,
        "organizationId": org.id,
        "version": 1,
        "createdDate": stamp,
        "updatedDate": stamp,
        "customerInvoiceEventType": kind,
        "date": f"{on}T00:00:00",
        "sequenceId": None,
        "amount": None,
        "paymentAccountNumber": None,
        "voucherId": voucher["id"] if voucher else None,
        "voucherSerie": voucher["serie"] if voucher else None,
        "voucherNumber": voucher["number"] if voucher else None,
        "customerInvoiceEventRows": [],
        **more,
    }


def _voucher(org: Organisation, rows: dict[int, Decimal], *, on: str, series: str, kind: str, invoice: Json | None) -> Json:
    year = org.year_of(date.fromisoformat(on[:10]))
    entries: list[Json] = [
        {"id": str(uuid4()), "rowNumber": index, "accountNumber": account, "amount": amount, "text": None, "voucherRowDimensions": []}
        for index, (account, amount) in enumerate(((account, amount) for account, amount in rows.items() if amount), start=1)
    ]
    return org.vouchers.save(
        {
            "number": org.next_voucher_number(series),
            "serie": series,
            "date": on,
            "typeDto": kind,
            "text": None,
            "invoiceId": invoice["id"] if invoice else None,
            "invoiceNumber": str(invoice["invoiceHeader"]["invoiceNumber"]) if invoice else None,
            "financialYearId": year["id"] if year else None,
            "attachments": [],
            "voucherRows": entries,
        },
        by="system",
    )
