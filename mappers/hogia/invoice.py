"""An `InvoiceDocument` and a `PaymentPart` in Hogia's words: the v2 body of hogia.md 1.5 with the additions of 3.8, strictly.

Amounts are `Decimal` kronor excl. VAT in the document's currency, at most four decimals in a unit price and two in a quantity. One line
element wraps exactly one kind. Nothing is calculated here; what the calculation promised is checked before it is sent.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from mappers.errors import Rejected
from mappers.hogia import text as fitting
from mappers.hogia.amount import fraction, plain, rounded
from mappers.hogia.countries import country_name
from mappers.hogia.text import fit
from mappers.invoice.model import DocumentAddress, InvoiceDocument, InvoiceRow, PaymentPart, RowKind

EMAIL = 2  # distributionMethod together with an e-mail address (hogia.md 1.6)
PROFIT_CENTRE = "One"  # v2 dimension type (hogia.md 1.6; Hogia Connect calls it ProfitCenter)
PAYER = "Customer"
# 17 kap. 24 § 4 ML: it must stand on the invoice, and a contact that we may not write to may lack it (accounting.md 8).
BUYERS_VAT_NUMBER = "Köparens VAT-nr / Buyer's VAT number: "


def invoice_body(document: InvoiceDocument, *, sequence_id: str, article_lines: AbstractSet[int] = frozenset()) -> dict[str, Any]:
    """The body of POST customerinvoices.

    `article_lines`: indices of rows whose article exists in Hogia with the row's account and VAT; they go as `articleInvoiceLine`, every
    other row as `invoiceLine` with its VAT spelled out. Raises Rejected `AMOUNT_NOT_SENDABLE`, `ROW_SUM_MISMATCH`, `INVOICE_WITHOUT_ROWS`.
    """
    invoice = document.invoice
    rows = [_line(index, row, document, as_article=index in article_lines) for index, row in enumerate(invoice.rows)]
    if invoice.is_reverse_charge and document.vat_number:
        rows.append({"textInvoiceLine": {"description": BUYERS_VAT_NUMBER + document.vat_number}})
    if not any("textInvoiceLine" not in row for row in rows):
        raise Rejected("INVOICE_WITHOUT_ROWS", "The invoice has no row with an amount. Nothing was sent; check the order's rows.")
    head: dict[str, Any] = {
        "customerNumber": document.customer_number,
        "isReverseCharge": invoice.is_reverse_charge,
        "invoiceDate": document.invoice_date.isoformat(),
        "invoiceExpirationDate": document.due_date.isoformat(),
        "customerOrderNumber": fit(document.customer_order_number, fitting.ORDER_NUMBER),
        "invoiceReference": document.invoice_reference,  # what the invoice is looked up by: never cut
        "comment": fit(document.comment, fitting.COMMENT),
        "ourReference": fit(document.our_reference, fitting.REFERENCE),
        "yourReference": fit(document.your_reference, fitting.REFERENCE),
        "useRounding": False,  # the customer paid the öre (hogia.md 3.16)
        "currency": {"code": invoice.currency},
        **_dimensions(document),
    }
    if document.billing_address is not None:
        head["billingAddress"] = _address(document.billing_address, with_name=document.buyer_name_in_address)
    if document.shipping_address is not None:
        head["shippingAddress"] = _address(document.shipping_address, with_name=_other_name(document))
    if document.email:
        head |= {"distributionMethod": EMAIL, "distributionEmail": document.email}
    return {
        "sequenceId": sequence_id,
        "customerInvoice": {name: value for name, value in head.items() if value != ""},
        "invoiceLines": rows,
    }


def payment_body(part: PaymentPart, *, sequence_id: str) -> dict[str, Any]:
    """The body of POST customerinvoices/{id}/payments (hogia.md 3.10). Raises Rejected `AMOUNT_NOT_SENDABLE` for öre fractions and 0."""
    subject = f"payment {part.key}"
    amount = plain(part.amount, decimals=2, subject=subject)
    if amount == 0:
        raise Rejected("AMOUNT_NOT_SENDABLE", f"{subject} is 0. There is nothing to register.", subject=subject)
    body: dict[str, Any] = {
        "sequenceId": sequence_id,
        "payer": PAYER,
        "date": part.on.isoformat(),
        "amount": amount,
        "accountNumber": part.account,
    }
    return body | ({"reference": part.reference} if part.reference else {})


def _line(index: int, row: InvoiceRow, document: InvoiceDocument, *, as_article: bool) -> dict[str, Any]:
    described = fit(row.text, fitting.ROW)
    if row.kind is RowKind.TEXT:
        return {"textInvoiceLine": {"description": described}}
    subject = f"row {index + 1}"
    price = plain(row.unit_price, decimals=4, subject=f"the unit price of {subject}")
    quantity = plain(row.quantity, decimals=2, subject=f"the quantity of {subject}")
    if rounded(quantity * price) != row.net:
        raise Rejected(
            "ROW_SUM_MISMATCH",
            f"Quantity times unit price of {subject} does not give its sum. Nothing was sent; this is a fault of the calculation.",
            subject=subject,
        )
    if as_article and row.article:
        line: dict[str, Any] = {
            "articleNumber": row.article,
            "quantity": quantity,
            "unitPrice": price,
            "salesAccountNumber": row.account,
            **_dimensions(document),
        }
        return {"articleInvoiceLine": line | ({"description": described} if described else {})}
    vat: dict[str, Any] = {"percent": fraction(row.rate)}
    if row.vat_account is not None:
        vat["accountNumber"] = row.vat_account
    return {
        "invoiceLine": {
            "description": described or row.article or row.kind.value,
            "unitPrice": price,
            "unitType": row.unit,
            "quantity": quantity,
            "salesAccountNumber": row.account,
            "vat": vat,
            **_dimensions(document),
        }
    }


def _dimensions(document: InvoiceDocument) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if document.cost_centre:
        found["dimensions"] = [{"type": PROFIT_CENTRE, "number": document.cost_centre}]
    if document.project:
        found["projectNumber"] = document.project
    return found


def _other_name(document: InvoiceDocument) -> bool:
    """Whether somebody else than the buyer receives the goods."""
    shipping, billing = document.shipping_address, document.billing_address
    return shipping is not None and (billing is None or shipping.name != billing.name or document.buyer_name_in_address)


def _address(address: DocumentAddress, *, with_name: bool) -> dict[str, Any]:
    """v1 address shape, which has no field for a name: where one is needed it stands in the extra line."""
    extra = ", ".join(part for part in (address.name if with_name else "", address.street_extra) if part)
    return {
        "street": fit(address.street, fitting.ADDRESS_LINE),
        "streetExtraLine": fit(extra, fitting.ADDRESS_LINE),
        "zipCode": fit(address.postcode, fitting.POSTCODE),
        "city": fit(address.city, fitting.CITY),
        "country": country_name(address.country),
    }
