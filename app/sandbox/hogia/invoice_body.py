"""Reads the body of POST `/customerinvoices` (v2 of hogia.md 1.5 with the additions of 3.8) into frozen values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.sandbox.hogia.call import Call
from app.sandbox.hogia.reading import Reader
from app.sandbox.hogia.wire import Json

HEADER_TEXTS = ("comment", "ourReference", "yourReference", "customerOrderNumber", "customerProjectNumber", "supplierOrderNumber")
HEADER = frozenset(
    [
        *HEADER_TEXTS,
        "isReverseCharge",
        "customerNumber",
        "projectNumber",
        "dimensions",
        "invoiceDate",
        "invoiceExpirationDate",
        "invoiceNumber",
        "ocr",
        "invoiceReference",
        "currency",
        "useRounding",
        "billingAddress",
        "shippingAddress",
        "distributionMethod",
        "distributionEmail",
        "creditedCustomerInvoiceId",
    ]
)
ADDRESS = ("street", "streetExtraLine", "zipCode", "city", "country", "name")
ON_EVERY_LINE = ("quantity", "description", "discountPercent", "unitPrice", "salesAccountNumber", "dimensions", "projectNumber")
WRAPPERS: dict[str, frozenset[str]] = {
    "invoiceLine": frozenset({*ON_EVERY_LINE, "unitType", "vat"}),
    "articleInvoiceLine": frozenset({*ON_EVERY_LINE, "articleNumber"}),
    "itemInvoiceLine": frozenset({*ON_EVERY_LINE, "itemNumber"}),  # the older name of the same
    "textInvoiceLine": frozenset({"description"}),
}
ARTICLE_KEY = {"articleInvoiceLine": "articleNumber", "itemInvoiceLine": "itemNumber"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRequest:
    """One line; None where the article or the account decides. `vat_rate` is a fraction."""

    kind: str  # InvoiceLine | ArticleInvoiceLine | TextInvoiceLine
    description: str | None
    article: str | None = None
    quantity: Decimal = Decimal(0)
    unit_price: Decimal | None = None
    unit: str | None = None
    discount_percent: Decimal = Decimal(0)
    account: int | None = None
    vat_rate: Decimal | None = None
    vat_account: int | None = None
    dimensions: tuple[Json, ...] = ()
    project: str | None = None
    where: str = ""  # invoiceLines[3], for error messages


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRequest:
    sequence_id: str | None
    customer_number: str
    is_reverse_charge: bool
    invoice_date: date | None
    due_date: date | None
    number: int | None
    ocr: str | None
    reference: str | None
    currency: str
    use_rounding: bool
    texts: Json
    billing_address: Json | None
    shipping_address: Json | None
    distribution: tuple[int | None, str | None]
    credited_id: str | None
    dimensions: tuple[Json, ...]
    project: str | None
    lines: tuple[LineRequest, ...]


def read(call: Call, body: Json) -> InvoiceRequest:
    """The request; raises BindingError naming every field that is wrong."""
    reader = call.reader(body, ("sequenceId", "customerInvoice", "invoiceLines"))
    header = reader.inside("customerInvoice", known=HEADER, required=True)
    if header is None:
        reader.done()
        raise AssertionError
    currency = header.inside("currency", known=("code",))
    number = header.integer("invoiceNumber", required=call.org.switches.number_policy == "client")
    if number is not None and number < 1:
        header.refuse("invoiceNumber", "The field invoiceNumber must be positive.")
    made = InvoiceRequest(
        sequence_id=reader.guid("sequenceId"),
        customer_number=header.text("customerNumber", required=True, longest=20) or "",
        is_reverse_charge=header.flag("isReverseCharge"),
        invoice_date=header.day("invoiceDate"),
        due_date=header.day("invoiceExpirationDate"),
        number=number,
        ocr=header.text("ocr", longest=25),
        reference=header.text("invoiceReference", longest=100),
        currency=(currency.text("code", required=True, longest=3) if currency else None) or "SEK",
        use_rounding=header.flag("useRounding"),
        texts={name: header.text(name) for name in HEADER_TEXTS},
        billing_address=_address(header, "billingAddress"),
        shipping_address=_address(header, "shippingAddress"),
        distribution=(header.integer("distributionMethod"), header.text("distributionEmail", longest=100)),
        credited_id=header.guid("creditedCustomerInvoiceId"),
        dimensions=_dimensions(header),
        project=header.text("projectNumber", longest=20),
        lines=tuple(_line(each) for each in reader.each("invoiceLines", known=WRAPPERS)),
    )
    reader.done()
    return made


def _address(header: Reader, name: str) -> Json | None:
    inside = header.inside(name, known=ADDRESS)
    return None if inside is None else {each: inside.text(each, longest=100) for each in ADDRESS}


def _dimensions(reader: Reader) -> tuple[Json, ...]:
    known = ("type", "number", "name")
    return tuple({name: each.text(name, longest=50) for name in known} for each in reader.each("dimensions", known=known))


def _line(element: Reader) -> LineRequest:
    wrappers = [name for name in WRAPPERS if element.has(name)]
    if len(wrappers) != 1:
        element.refuse("", f"Each line is exactly one of {', '.join(WRAPPERS)}.")
        return LineRequest(kind="TextInvoiceLine", description=None)
    (wrapper,) = wrappers
    line = element.inside(wrapper, known=WRAPPERS[wrapper])
    if line is None or wrapper == "textInvoiceLine":
        return LineRequest(kind="TextInvoiceLine", description=line.text("description", required=True) if line else None)
    article = line.text(ARTICLE_KEY[wrapper], required=True, longest=40) if wrapper in ARTICLE_KEY else None
    own = article is None
    quantity = line.decimal("quantity", required=True, places=2) or Decimal(0)
    if line.has("quantity") and quantity == 0:
        line.refuse("quantity", "The field quantity must not be zero.")
    discount = line.decimal("discountPercent", default=Decimal(0)) or Decimal(0)
    if not 0 <= discount <= 100:
        line.refuse("discountPercent", "The field discountPercent must be between 0 and 100.")
    rate, vat_account = _vat(line.inside("vat", known=("percent", "accountNumber"))) if own else (None, None)
    return LineRequest(
        kind="InvoiceLine" if own else "ArticleInvoiceLine",
        description=line.text("description", required=own, longest=2000),
        article=article,
        quantity=quantity,
        unit_price=line.decimal("unitPrice", required=own),
        unit=line.text("unitType", longest=10) if own else None,
        discount_percent=discount,
        account=line.integer("salesAccountNumber", required=own),
        vat_rate=rate,
        vat_account=vat_account,
        dimensions=_dimensions(line),
        project=line.text("projectNumber", longest=20),
        where=wrapper,
    )


def _vat(vat: Reader | None) -> tuple[Decimal | None, int | None]:
    if vat is None:
        return None, None
    rate = vat.decimal("percent", required=True)
    if rate is not None and not 0 <= rate <= 1:
        vat.refuse("percent", "The field percent is a fraction: 0.25 is 25 %.")
    return rate, vat.integer("accountNumber")
