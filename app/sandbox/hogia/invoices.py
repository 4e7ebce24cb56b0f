"""Making, billing and cancelling customer invoices (hogia.md 3.8, 3.9). Callers have read the request; here the books decide."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from app.sandbox.hogia import bookkeeping, crediting
from app.sandbox.hogia.calculation import InvoiceAmounts, invoice_amounts, rounded
from app.sandbox.hogia.chart import RECEIVABLES, ROUNDING
from app.sandbox.hogia.errors import BusinessError, Code
from app.sandbox.hogia.invoice_body import InvoiceRequest
from app.sandbox.hogia.invoice_lines import Setting, in_accounting_currency, line_amounts, line_json
from app.sandbox.hogia.invoice_status import settled
from app.sandbox.hogia.ocr import ocr
from app.sandbox.hogia.organisation import Organisation
from app.sandbox.hogia.stock import move_for_invoice
from app.sandbox.hogia.wire import Json

DEFAULT_TERMS_DAYS = 30
NO_DELIVERY: Json = {
    "state": "none",
    "date": None,
    "isFinal": False,
    "carrierName": None,
    "trackingNumber": None,
    "trackingUrl": None,
    "lines": [],
}
FRESH: Json = {
    "isBilled": False,
    "isClosed": False,
    "isExpired": False,
    "isCanceled": False,
    "isCustomerPaid": False,
    "reminderCount": 0,
    "reminderFeeAmount": Decimal(0),
    "reminderFeeText": None,
    "accountingMethod": "InvoiceMethod",
    "rutRot": None,
    "attachments": [],
    "customerInvoiceEvents": [],
}


def create(org: Organisation, request: InvoiceRequest, *, by: str = "api", as_draft: bool | None = None) -> Json:
    """A new invoice; nothing is changed where it is refused.

    It is billed at once when it has a number (hogia.md 3.8) or the switch `invoices_arrive_as` says so; `as_draft` overrides the switch.
    """
    customer = _customer(org, request.customer_number)
    on = request.invoice_date or org.clock.today()
    year = org.open_year_of(on)
    if request.currency not in org.currencies:
        raise BusinessError(Code.CURRENCY_NOT_REGISTERED, f"Currency {request.currency} is not registered.", reference=request.currency)
    if not any(line.kind != "TextInvoiceLine" for line in request.lines):
        raise BusinessError(Code.EMPTY_INVOICE, "The invoice has no lines with an amount.", source_hint="invoiceLines")
    if request.number is not None and org.invoices.find("invoiceNumber", request.number):
        raise BusinessError(Code.NUMBER_USED, f"Invoice number {request.number} is used.", reference=str(request.number))
    setting = Setting(
        year=year,
        currency=request.currency,
        customer_number=customer["number"],
        country=customer["countryCode"] or "SE",
        is_reverse_charge=request.is_reverse_charge,
        at=org.clock.now(),
    )
    lines = [line_json(org, line, index, setting) for index, line in enumerate(request.lines)]
    invoice = _document(org, request, customer, on, lines)
    if request.credited_id is not None:
        original = crediting.original_of(org, request.credited_id)
        crediting.check_remainder(org, original, invoice)
        invoice = crediting.link(org, invoice, original)
    draft = org.switches.invoices_arrive_as == "draft" if as_draft is None else as_draft
    if request.number is not None or not draft:
        return bill(org, invoice, by=by, was_draft=False)
    move_for_invoice(org, invoice, reserved=1)
    return org.invoices.save(invoice, by=by)


def bill(org: Organisation, invoice: Json, *, by: str = "person", was_draft: bool = True) -> Json:
    """Finalise: number and OCR, stock, voucher, and the settlement of a credit against its original."""
    if invoice["isBilled"] or invoice["isCanceled"]:
        raise BusinessError(Code.NOT_ALLOWED_IN_STATE, "The invoice is billed or cancelled already.", reference=invoice["id"])
    header = invoice["invoiceHeader"]
    org.open_year_of(date.fromisoformat(header["invoiceDate"]))
    number = header["invoiceNumber"] or _next_number(org)
    header = {**header, "invoiceNumber": number, "ocr": header["ocr"] or ocr(number)}
    invoice = {**invoice, "invoiceHeader": header, "isBilled": True}
    voucher = bookkeeping.invoice_voucher(org, invoice)
    on = date.fromisoformat(header["invoiceDate"])
    made = bookkeeping.event(
        org, "Billed", invoice_id=invoice["id"], on=on, voucher=voucher, amount=invoice["amountToPay"], invoiceNumber=number
    )
    move_for_invoice(org, invoice, billed=1, reserved=-1 if was_draft else 0)
    covered = _settle(org, invoice, sign=1)
    return org.invoices.save(
        settled({**invoice, "_covered": -covered, "customerInvoiceEvents": [*invoice["customerInvoiceEvents"], made]}), by=by
    )


def cancel(org: Organisation, invoice: Json, *, by: str = "api") -> Json:
    """Only while unpaid and uncredited: stock comes back, the voucher is reversed, a credit lets go of its original."""
    if invoice["isCanceled"] or invoice["amountPaid"] != 0 or _is_credited(org, invoice):
        raise BusinessError(Code.NOT_ALLOWED_IN_STATE, "Only an unpaid and uncredited invoice can be cancelled.", reference=invoice["id"])
    today = org.clock.today()
    if invoice["isBilled"]:
        move_for_invoice(org, invoice, billed=-1)
        for each in invoice["customerInvoiceEvents"]:
            if each["voucherId"]:
                bookkeeping.reversed_voucher(org, each["voucherId"], on=today)
        _settle(org, invoice, sign=-1)
    else:
        move_for_invoice(org, invoice, reserved=-1)
    made = bookkeeping.event(org, "Canceled", invoice_id=invoice["id"], on=today)
    gone = {**invoice, "isCanceled": True, "_covered": Decimal("0.00"), "customerInvoiceEvents": [*invoice["customerInvoiceEvents"], made]}
    return org.invoices.save(settled(gone), by=by)


def _is_credited(org: Organisation, invoice: Json) -> bool:
    return not invoice["creditedCustomerInvoiceId"] and bool(crediting.earlier_credits(org, invoice))


def _settle(org: Organisation, credit: Json, *, sign: int) -> Decimal:
    """A billed credit pays its original as far as that is unpaid (1), or gives that back (−1); returns the amount, kronor."""
    original = org.invoices.current(credit["creditedCustomerInvoiceId"]) if credit["creditedCustomerInvoiceId"] else None
    if original is None:
        return Decimal("0.00")
    amount = min(-credit["amountToPay"], original["amountLeftToPay"]) if sign > 0 else -credit["_covered"]
    amount = max(amount, Decimal("0.00"))
    events = original["customerInvoiceEvents"]
    if sign > 0:
        on = date.fromisoformat(credit["invoiceHeader"]["invoiceDate"])
        events = [*events, bookkeeping.event(org, "Credited", invoice_id=original["id"], on=on, amount=credit["amountToPay"])]
    org.invoices.save(settled({**original, "_covered": original["_covered"] + amount * sign, "customerInvoiceEvents": events}))
    return Decimal(amount)


def _customer(org: Organisation, number: str) -> Json:
    found = org.contacts.find("number", number)
    if found is None or not (found["customer"] or {"isActive": True})["isActive"]:
        raise BusinessError(Code.UNKNOWN_CUSTOMER, "The customer number is unknown or inactive.", source_hint="customerNumber")
    return found


def _next_number(org: Organisation) -> int:
    org.last_invoice_number += 1
    while org.invoices.find("invoiceNumber", org.last_invoice_number):
        org.last_invoice_number += 1
    return org.last_invoice_number


def _document(org: Organisation, request: InvoiceRequest, customer: Json, on: date, lines: list[Json]) -> Json:
    currency = org.currencies[request.currency]
    factor = currency["roundingFactor"] if request.use_rounding else None
    amounts = invoice_amounts([line_amounts(line) for line in lines if line["salesAccountNumber"] is not None], rounding_factor=factor)
    if org.switches.take("wrong_vat"):
        amounts = _miscomputed(amounts)
    terms = (customer["customer"] or {}).get("paymentTerms")
    due = request.due_date or on + timedelta(days=DEFAULT_TERMS_DAYS if terms is None else terms)
    method, email = request.distribution
    made = {
        "id": str(uuid4()),
        "sequenceId": request.sequence_id,
        **_amounts(amounts, org.rates[request.currency]),
        **FRESH,
        "isReverseCharge": request.is_reverse_charge,
        "customerDebtAccountNumber": RECEIVABLES,
        "roundingAccountNumber": ROUNDING,
        "projectNumber": request.project,
        "vatDistributions": [{"organizationId": org.id, "percent": each.rate, "amount": each.vat} for each in amounts.rates],
        "customerInvoiceReferences": [],
        "invoiceHeader": {
            **request.texts,
            "invoiceDate": on.isoformat(),
            "invoiceExpirationDate": due.isoformat(),
            "invoiceNumber": request.number,
            "ocr": request.ocr,
            "invoiceReference": request.reference,
            "customer": {
                "name": customer["companyName"] or f"{customer['givenName'] or ''} {customer['surName'] or ''}".strip(),
                **{name: customer[name] for name in ("number", "identificationNumber", "vatNumber", "countryCode")},
            },
            "billingAddress": request.billing_address,
            "shippingAddress": request.shipping_address,
            "distributionMethod": None if method is None else str(method),
            "distributionEmail": email,
            "language": customer["language"],
            "reminderText": None,
            "isAutogiro": False,
        },
        "currencyInfo": {
            "exchangeRate": org.rates[request.currency],
            "roundingFactor": currency["roundingFactor"],
            "currency": {"decimals": currency["decimals"], "code": currency["code"]},
            "accountingCurrency": {"decimals": 2, "code": "SEK"},
            "currencyProfitsAccountNumber": 3960,
            "currencyLossesAccountNumber": 7960,
        },
        "organization": {"name": org.name, "organizationNumber": org.number, "isFTaxApproved": True, "subjectToVAT": True},
        "paymentChannels": [{"organizationId": org.id, "type": "BankGiro", "value": "5050-1055", "isPrimary": True}],
        "dimensions": [{"dimensionNumber": each["number"], "dimensionLevel": 1} for each in request.dimensions],
        "delivery": NO_DELIVERY,
        "invoiceLines": lines,
        "creditedCustomerInvoiceId": request.credited_id,
        "_covered": Decimal("0.00"),
        "_vatByAccount": _vat_by_account(lines, amounts),
    }
    return settled(made)


def _miscomputed(amounts: InvoiceAmounts) -> InvoiceAmounts:
    """One krona too much VAT at the highest rate: what the switch `wrong_vat` asks for."""
    first, *rest = amounts.rates
    sums = {name: getattr(amounts, name) + 1 for name in ("vat", "gross", "to_pay")}
    return replace(amounts, rates=(replace(first, vat=first.vat + 1), *rest), **sums)


def _amounts(amounts: InvoiceAmounts, exchange_rate: Decimal) -> Json:
    own = {"grossAmount": amounts.gross, "netAmount": amounts.net, "vatAmount": amounts.vat, "roundingAmount": amounts.rounding}
    booked = {f"accounting{name[0].upper()}{name[1:]}": in_accounting_currency(value, exchange_rate) for name, value in own.items()}
    rest = {"amountToPay": amounts.to_pay, "amountPaid": Decimal("0.00"), "amountLeftToPay": amounts.to_pay}
    without = amounts.net_without_discount
    return {**own, **booked, **rest, "netAmountWithoutDiscount": without, "discount": without - amounts.net}


def _vat_by_account(lines: list[Json], amounts: InvoiceAmounts) -> list[Json]:
    """A rate's VAT on the accounts its lines name, in proportion to their nets; the last account takes what rounding leaves."""
    made = []
    for each in amounts.rates:
        nets: dict[int, Decimal] = {}
        for line in lines:
            if line["vat"]["accountNumber"] is not None and line["vat"]["percent"] == each.rate:
                account = line["vat"]["accountNumber"]
                nets[account] = nets.get(account, Decimal(0)) + line["netAmount"]
        left = each.vat
        for index, (account, net) in enumerate(nets.items(), start=1):
            amount = left if index == len(nets) else rounded(net * each.rate)
            left -= amount
            made.append({"accountNumber": account, "amount": amount})
    return made
