"""Vouchers and voucher drafts by API, as far as the contract needs them (hogia.md 1.4 rows 17–19)."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

from app.sandbox.hogia.call import Call
from app.sandbox.hogia.errors import BusinessError, Code, MissingError
from app.sandbox.hogia.reading import Reader
from app.sandbox.hogia.wire import Answer, Json

TYPES = ("Unspecified", "SupplierInvoice", "AutoVat", "SupplierInvoicePayment", "CustomerInvoice", "CustomerInvoicePayment")
RARE = ("invoiceId", "invoiceNumber", "parentId", "accrualTypeDto")  # accepted, not used
VOUCHER = ("number", "sequenceId", "date", "typeDto", "text", "serie", "currencyId", "voucherRows", *RARE)
ROW = ("accountNumber", "amount", "numberOf", "rowNumber", "specification", "text", "projectNumber", "voucherRowDimensions", "dimensions")
DRAFT = ("voucherDate", "voucherType", "text", "currencyCode", "series")


def create(call: Call) -> Answer:
    body = call.body()

    def make() -> Answer:
        year = call.org.years.get(call.path["year"])
        if year is None:
            raise MissingError("FinancialYear")
        reader = call.reader(body, VOUCHER)
        on, series, number = reader.day("date", required=True) or date.min, reader.text("serie", longest=4) or "A", reader.integer("number")
        rows = _rows(reader, "voucherRows")
        text, kind = reader.text("text"), reader.text("typeDto") or "Unspecified"
        reader.done()
        _check_type(kind)
        if call.org.open_year_of(on)["id"] != year["id"]:
            raise BusinessError(Code.NO_OPEN_YEAR, f"{on} is not in this financial year.", reference=str(on))
        for row in rows:
            call.org.account(year, row["accountNumber"], source_hint="voucherRows")
        if not rows or sum(row["amount"] for row in rows):
            raise BusinessError(Code.EMPTY_INVOICE, "A voucher has rows, and they sum to zero.", source_hint="voucherRows")
        made = {"number": number or call.org.next_voucher_number(series), "serie": series, "date": on.isoformat(), "typeDto": kind}
        made |= {"text": text, "financialYearId": year["id"], "attachments": [], "sequenceId": body.get("sequenceId"), "voucherRows": rows}
        return call.one(call.org.vouchers.save(made), status=201)

    return call.once("vouchers", body, make)


def create_draft(call: Call) -> Answer:
    """201 with the draft's GUID as a bare JSON string."""
    body = call.body()

    def make() -> Answer:
        reader = call.reader(body, ("sequenceId", "voucherDraft", "voucherDraftRows"))
        head = reader.inside("voucherDraft", known=DRAFT, required=True)
        rows = _rows(reader, "voucherDraftRows")
        on = head.day("voucherDate", required=True) if head else None
        kind = (head.text("voucherType") if head else None) or "Unspecified"
        reader.done()
        _check_type(kind)
        year = call.org.open_year_of(on or date.min)
        for row in rows:
            call.org.account(year, row["accountNumber"], source_hint="voucherDraftRows")
        draft = {**body["voucherDraft"], "voucherType": kind}
        saved = call.org.voucher_drafts.save({"sequenceId": body.get("sequenceId"), "voucherDraft": draft, "voucherDraftRows": rows})
        return Answer(status=201, body=saved["id"])

    return call.once("voucherdrafts", body, make)


def one_draft(call: Call) -> Answer:
    return call.one(call.seen(call.org.voucher_drafts, call.path["id"]))


def _rows(reader: Reader, name: str) -> list[Json]:
    return [
        {
            "id": str(uuid4()),
            "rowNumber": index,
            "accountNumber": each.integer("accountNumber", required=True) or 0,
            "amount": each.decimal("amount", required=True, places=2) or Decimal(0),
            "text": each.text("text"),
            "projectNumber": each.text("projectNumber"),
        }
        for index, each in enumerate(reader.each(name, known=ROW), start=1)
    ]


def _check_type(kind: str) -> None:
    if kind not in TYPES:
        message = f"Invalid voucher type. Valid types are {', '.join(TYPES)}."
        raise BusinessError(Code.INVALID_VOUCHER_TYPE, message, source_hint="voucherType")
