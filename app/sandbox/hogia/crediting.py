"""Credit invoices (hogia.md 3.9): what may be credited, and what a credit does to its original.

A credit may not exceed what is left of its original: in pieces for stock-tracked articles, in kronor per article and per VAT rate
(an öre or two of rounding may move between rows and rates), and exactly in total.
"""

from collections import defaultdict
from decimal import Decimal

from app.sandbox.hogia.errors import BusinessError, Code
from app.sandbox.hogia.organisation import Organisation
from app.sandbox.hogia.wire import Json

MOVED_ORE = Decimal("0.10")  # rounding that may sit on another row or rate than on the original (accounting-recordings.md A6)


def original_of(org: Organisation, ident: str) -> Json:
    """The invoice to be credited; refused where there is none, or it is a draft, cancelled or itself a credit."""
    found = org.invoices.current(ident)
    if found is None:
        raise BusinessError(Code.CREDIT_EXCEEDS_REMAINDER, "The invoice to be credited does not exist.", reference=ident)
    if not found["isBilled"] or found["isCanceled"] or found["creditedCustomerInvoiceId"]:
        raise BusinessError(Code.NOT_ALLOWED_IN_STATE, "Only a billed, uncancelled invoice can be credited.", reference=ident)
    return found


def earlier_credits(org: Organisation, original: Json) -> list[Json]:
    """Billed or drafted credits of the original that stand."""
    idents = [each["customerInvoiceId"] for each in original["customerInvoiceReferences"]]
    found = [org.invoices.current(each) for each in idents]
    return [each for each in found if each is not None and not each["isCanceled"]]


def check_remainder(org: Organisation, original: Json, credit: Json) -> None:
    """Raise 9000008 where the credit takes back more than is left, 9000013 where it is another customer's or in another currency."""
    for name in ("customer", "currency"):
        if _party(original, name) != _party(credit, name):
            raise BusinessError(Code.NOT_ALLOWED_IN_STATE, f"A credit has the {name} of its original.", source_hint=name)
    credits_ = [*earlier_credits(org, original), credit]
    given, taken = _sums([original]), _sums(credits_)
    for key, amount in taken.items():
        kind, name = key
        allowed = given.get(key, Decimal(0)) + (Decimal(0) if kind == "pieces" else MOVED_ORE)
        if amount > allowed and _checked(org, kind, name):
            message = f"The credit exceeds what was invoiced: {kind} of {name}, {amount} of {given.get(key, Decimal(0))}."
            raise BusinessError(Code.CREDIT_EXCEEDS_REMAINDER, message, reference=original["id"], source_hint=name)
    if -sum(each["grossAmount"] for each in credits_) > original["grossAmount"]:
        message = "The credits together exceed the invoice's gross amount."
        raise BusinessError(Code.CREDIT_EXCEEDS_REMAINDER, message, reference=original["id"], source_hint="grossAmount")


def _party(invoice: Json, name: str) -> str:
    party = {"customer": invoice["invoiceHeader"]["customer"]["number"], "currency": invoice["currencyInfo"]["currency"]["code"]}
    return str(party[name]).casefold()


def _checked(org: Organisation, kind: str, name: str) -> bool:
    article = org.articles.find("number", name) if kind == "pieces" else None
    return kind != "pieces" or bool(article and article["isStockArticle"])


def _sums(invoices: list[Json]) -> dict[tuple[str, str], Decimal]:
    """Absolute sums over the lines that go the document's own way (a credit's rabatt row goes against it), and nets per rate."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for invoice in invoices:
        sign = -1 if invoice["creditedCustomerInvoiceId"] else 1
        for line in invoice["invoiceLines"]:
            net = line["netAmount"] * sign
            if line["salesAccountNumber"] is None:
                continue
            sums["net", f"{line['vat']['percent'] * 100:f} %"] += net
            if line["articleNumber"] and net > 0:
                sums["net", line["articleNumber"]] += net
            if line["articleNumber"] and line["quantity"] * sign > 0:
                sums["pieces", line["articleNumber"]] += line["quantity"] * sign
    return sums


def link(org: Organisation, credit: Json, original: Json) -> Json:
    """Both documents name each other; returns the credit, to be saved by its maker."""
    reference = {"customerInvoiceId": credit["id"], "referencedCustomerInvoiceId": original["id"], "type": "Credit"}
    org.invoices.save({**original, "customerInvoiceReferences": [*original["customerInvoiceReferences"], reference]})
    return {**credit, "customerInvoiceReferences": [reference]}
