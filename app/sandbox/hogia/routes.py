"""Every route inside an organisation, and whether its shape is only assumed (hogia.md part 3: everything that is not tagged [V])."""

from collections.abc import Callable

from app.sandbox.hogia import articles, contacts, invoice_routes, payments, prices, reference, stock, subscriptions, vouchers
from app.sandbox.hogia.call import Call
from app.sandbox.hogia.wire import Answer

Handler = Callable[[Call], Answer]
SEEN = (  # in public clients of the real API
    ("GET", "/contacts", contacts.listed),
    ("GET", "/contacts/{id}", contacts.one),
    ("POST", "/contacts", contacts.create),
    ("POST", "/contacts/{id}/addresses", contacts.add_address),
    ("POST", "/customerinvoices", invoice_routes.create),
    ("POST", "/customerinvoices/{id}/payments", payments.create),
    ("GET", "/currencies", reference.currencies),
    ("GET", "/vatcodes", reference.vat_codes),
    ("GET", "/vatsettings", reference.vat_settings),
    ("GET", "/dimensions", reference.dimensions),
    ("GET", "/financialyears/paged", reference.years),
    ("GET", "/financialyears/bydate/{date}", reference.year_by_date),
    ("GET", "/financialyears/{year}/accounts", reference.accounts),
    ("POST", "/financialyears/{year}/vouchers", vouchers.create),
    ("POST", "/voucherdrafts", vouchers.create_draft),
    ("GET", "/voucherdrafts/{id}", vouchers.one_draft),
)
ASSUMED = (
    ("GET", "/organization", reference.organization),
    ("GET", "/contacts/rowversion", contacts.feed),
    ("PUT", "/contacts/{id}", contacts.replace),
    ("PUT", "/contacts/{id}/addresses/{address}", contacts.replace_address),
    ("GET", "/articles", articles.listed),
    ("GET", "/articles/rowversion", articles.feed),
    ("GET", "/articles/{id}", articles.one),
    ("POST", "/articles", articles.create),
    ("PATCH", "/articles/{id}", articles.patch),
    ("GET", "/articles/{id}/prices", prices.listed),
    ("POST", "/articles/{id}/prices", prices.create),
    ("PATCH", "/articles/{id}/prices/{price}", prices.patch),
    ("DELETE", "/articles/{id}/prices/{price}", prices.delete),
    ("GET", "/articleprices/rowversion", prices.feed),
    ("GET", "/stockbalances", stock.listed),
    ("GET", "/stockbalances/rowversion", stock.feed),
    ("POST", "/stockadjustments", stock.adjust),
    ("GET", "/customerinvoices", invoice_routes.listed),
    ("GET", "/customerinvoices/rowversion", invoice_routes.feed),
    ("GET", "/customerinvoices/{id}", invoice_routes.one),
    ("GET", "/customerinvoices/{id}/pdf", invoice_routes.pdf),
    ("POST", "/customerinvoices/{id}/cancel", invoice_routes.cancel),
    ("GET", "/subscriptions", subscriptions.listed),
    ("POST", "/subscriptions", subscriptions.create),
    ("GET", "/subscriptions/{id}", subscriptions.one),
    ("PATCH", "/subscriptions/{id}", subscriptions.renew),
    ("DELETE", "/subscriptions/{id}", subscriptions.delete),
)


def table() -> list[tuple[str, str, Handler, bool]]:
    """(method, path, handler, assumed), paths without a parameter first so that `rowversion` is not taken for an id."""
    every = [(method, path, handler, False) for method, path, handler in SEEN]
    every += [(method, path, handler, True) for method, path, handler in ASSUMED]
    return sorted(every, key=lambda route: "{" in route[1].rsplit("/", 1)[1])
