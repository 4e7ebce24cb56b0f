"""Payments on an invoice (hogia.md 3.10)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.sandbox.hogia import bookkeeping
from app.sandbox.hogia.call import Call
from app.sandbox.hogia.errors import BusinessError, Code, MissingError
from app.sandbox.hogia.invoice_status import settled
from app.sandbox.hogia.organisation import Organisation
from app.sandbox.hogia.wire import Answer, Json

FIELDS = ("payer", "date", "amount", "accountNumber", "sequenceId", "reference")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    amount: Decimal
    account: int
    on: date
    reference: str | None = None
    sequence_id: str | None = None


def create(call: Call) -> Answer:
    body = call.body()

    def make() -> Answer:
        invoice = call.org.invoices.current(call.path["id"])
        if invoice is None:
            raise MissingError("CustomerInvoice")
        return Answer(status=201, body={"id": register(call.org, invoice, _read(call, body))})

    return call.once("payments", body, make)


def _read(call: Call, body: Json) -> PaymentRequest:
    reader = call.reader(body, FIELDS)
    reader.word("payer", ("Customer",))
    amount = reader.decimal("amount", required=True, places=2)
    if reader.has("amount") and amount == 0:
        reader.refuse("amount", "The field amount must not be zero.")
    account, on = reader.integer("accountNumber", required=True), reader.day("date", required=True)
    made = PaymentRequest(
        amount=amount or Decimal(0),
        account=account or 0,
        on=on or date.min,
        reference=reader.text("reference", longest=100),
        sequence_id=reader.guid("sequenceId"),
    )
    reader.done()
    return made


def register(org: Organisation, invoice: Json, payment: PaymentRequest, *, by: str = "api") -> str:
    """Book a payment, or on a credit invoice a refund (negative); returns its id.

    Refused: on a draft or a cancelled invoice, larger than what is left, against the document's sign, on an inactive account or in a
    closed period.
    """
    if not invoice["isBilled"] or invoice["isCanceled"]:
        raise BusinessError(Code.NOT_ALLOWED_IN_STATE, "Only a billed, uncancelled invoice can be paid.", reference=invoice["id"])
    org.account(org.open_year_of(payment.on), payment.account, source_hint="accountNumber")
    left = invoice["amountLeftToPay"]
    sign = -1 if invoice["amountToPay"] < 0 else 1
    if payment.amount * sign <= 0 or payment.amount * sign > left * sign:
        message = f"The payment of {payment.amount} does not fit what is left to pay, {left}."
        raise BusinessError(Code.PAYMENT_TOO_LARGE, message, reference=invoice["id"], source_hint="amount")
    voucher = bookkeeping.payment_voucher(org, invoice, amount=payment.amount, account=payment.account, on=payment.on)
    made = bookkeeping.event(
        org,
        "Paid",
        invoice_id=invoice["id"],
        on=payment.on,
        voucher=voucher,
        amount=payment.amount,
        paymentAccountNumber=payment.account,
        reference=payment.reference,
        sequenceId=payment.sequence_id,
    )
    paid = invoice["amountPaid"] + payment.amount
    org.invoices.save(settled({**invoice, "amountPaid": paid, "customerInvoiceEvents": [*invoice["customerInvoiceEvents"], made]}), by=by)
    ident: str = made["id"]
    return ident
