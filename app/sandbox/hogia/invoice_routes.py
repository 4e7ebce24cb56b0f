"""The routes of customer invoices (hogia.md 3.8)."""

from app.sandbox.hogia import invoices
from app.sandbox.hogia.call import Call
from app.sandbox.hogia.errors import BindingError, MissingError
from app.sandbox.hogia.invoice_body import read
from app.sandbox.hogia.invoice_status import dated
from app.sandbox.hogia.pdf import invoice_pdf
from app.sandbox.hogia.wire import Answer, Json

V2_SINCE = "2025-02-13"  # the first api-version at which v2 bodies were seen (hogia.md 1.6)


def create(call: Call) -> Answer:
    """201 with the new GUID as a bare JSON string."""
    body = call.body()
    if call.query.get("api-version", "") < V2_SINCE:
        raise BindingError({"invoiceHeader": [f"Before api-version {V2_SINCE} the body has another form."]})
    return call.once(
        "customerinvoices", body, lambda: Answer(status=201, body=invoices.create(call.org, read(call, body), as_draft=None)["id"])
    )


def listed(call: Call) -> Answer:
    names = ("customerOrderNumber", "invoiceReference", "customerNumber")
    wanted = {name: call.word(name) for name in names} | {"invoiceNumber": call.number("invoiceNumber")}
    found = call.org.invoices.select(upto=call.org.seen_until(), **wanted)
    start, end = call.word("fromDate") or "", call.word("toDate") or "9999"
    return call.many([_today(call, each) for each in found if start[:10] <= each["invoiceHeader"]["invoiceDate"] <= end[:10]])


def one(call: Call) -> Answer:
    return call.one(_today(call, call.seen(call.org.invoices, call.path["id"])))


def feed(call: Call) -> Answer:
    return call.feed(call.org.invoices, lambda invoice: _today(call, invoice))


def pdf(call: Call) -> Answer:
    return Answer(raw=invoice_pdf(call.seen(call.org.invoices, call.path["id"])), media_type="application/pdf")


def cancel(call: Call) -> Answer:
    found = call.org.invoices.current(call.path["id"])
    if found is None:
        raise MissingError("CustomerInvoice")
    return call.one(_today(call, invoices.cancel(call.org, found)))


def _today(call: Call, invoice: Json) -> Json:
    return dated(invoice, call.org.clock.today())
