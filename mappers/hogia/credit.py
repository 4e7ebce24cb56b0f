"""A credit in Hogia's words: the body of an invoice with negative quantities, naming the invoice it credits (hogia.md 3.9)."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from mappers.errors import Rejected
from mappers.hogia.invoice import invoice_body
from mappers.hogia.text import COMMENT, fit
from mappers.invoice.model import InvoiceDocument


def credit_body(
    document: InvoiceDocument,
    *,
    sequence_id: str,
    credited_invoice_id: str,
    credited_number: str,
    article_lines: AbstractSet[int] = frozenset(),
    use_rounding: bool = False,
) -> dict[str, Any]:
    """The body of POST customerinvoices for a credit. Amounts in the document are positive.

    `use_rounding`: the original was rounded to whole kronor, so its full credit is too (accounting.md 9, E19). A credit that does not name its
    original is no lawful one (17 kap. 22 § ML): the number is put into the comment where the comment lacks it. Raises Rejected
    `CREDIT_WITHOUT_ORIGINAL`, and what `invoice_body` raises.
    """
    if not credited_invoice_id or not credited_number:
        raise Rejected(
            "CREDIT_WITHOUT_ORIGINAL",
            "The invoice to be credited has no number yet. Nothing was sent; bill it in Hogia and release the order.",
            subject=document.invoice_reference,
        )
    body = invoice_body(document, sequence_id=sequence_id, article_lines=article_lines)
    head = body["customerInvoice"]
    comment = str(head.get("comment", ""))
    if credited_number not in comment.replace(",", " ").replace(".", " ").split():
        comment = fit(f"Kredit av faktura {credited_number}. {comment}", COMMENT)
    head |= {"creditedCustomerInvoiceId": credited_invoice_id, "comment": comment, "useRounding": use_rounding}
    for line in body["invoiceLines"]:
        for wrapper in line.values():
            if "quantity" in wrapper:
                wrapper["quantity"] = -wrapper["quantity"]
    return body
