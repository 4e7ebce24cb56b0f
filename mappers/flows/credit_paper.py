"""A credit's references, its head, and the change that makes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from mappers.canonical import ShopOrder
from mappers.changes import sequence_id
from mappers.changes_after import CreditInvoice
from mappers.connection import Shop
from mappers.customer import document_address, your_reference
from mappers.flows.head import filled, payment_rule
from mappers.hogia.model import HogiaInvoice, HogiaReference
from mappers.identity import read_number
from mappers.invoice.credit_remains import living
from mappers.invoice.model import Invoice, InvoiceDocument, InvoiceRow, RowKind
from mappers.invoice.texts import cut
from mappers.snapshot import AfterSnapshot, Known

ARTICLE_UNKNOWN = "HOGIA_ARTICLE_UNKNOWN"  # how an earlier call was refused
FULL = "FULL"


def credit_key(entity: str, what: str) -> str:
    """The ledger's key of a credit: `what` is the slip's id, `full`, `full-2` or `edit-1`."""
    return f"credit:{entity}/{what.lower()}"


def credit_reference(shop: Shop, order_id: int, what: str) -> str:
    """What a credit is looked up by: `PS:{id_shop}:{order}:CRE-5` of slip 5, `…:CRE-FULL` of a cancellation, `…:CRE-EDIT-1` of an edit."""
    return f"{shop.orders.invoice_reference_prefix}PS:{shop.id_shop}:{order_id}:CRE-{what.upper()}"


def full_name(version: int) -> str:
    """The full credit of a cancelled order's current invoice."""
    return FULL if version == 1 else f"{FULL}-{version}"


def read_delay(snapshot: AfterSnapshot) -> timedelta:
    """How long Hogia's reads may lag behind its writes."""
    return timedelta(seconds=snapshot.connection.hogia.read_delay_seconds)


def named(snapshot: AfterSnapshot, credit: HogiaInvoice) -> str:
    """Which credit of ours this is (`5`, `FULL`, `EDIT-1`), by its reference or by what the ledger knows of it; "" for another's."""
    start = credit_reference(snapshot.shop, snapshot.order.id, "")
    if credit.reference.startswith(start):
        return credit.reference.removeprefix(start)
    keys = credit_key(str(snapshot.key), "")
    for key, effect in snapshot.effects.items():
        if key.startswith(keys) and effect.external_id and effect.external_id == credit.id:
            return key.removeprefix(keys).upper()
    return ""


def credit_change(snapshot: AfterSnapshot, invoice: Invoice, *, what: str, why: str) -> CreditInvoice:
    """The change that makes this credit. `why` ends the sentence that names the original ("återbetalning 5")."""
    original = snapshot.invoice
    key = credit_key(str(snapshot.key), what)
    known = snapshot.effects.get(key)
    refused = known is not None and known.state is Known.FAILED and known.code == ARTICLE_UNKNOWN
    paper = credit_document(snapshot, invoice, reference=credit_reference(snapshot.shop, snapshot.order.id, what), why=why)
    is_whole = invoice.gross == original.gross and not living(snapshot.credits)
    return CreditInvoice(
        key=key,
        sequence_id=sequence_id(snapshot.connection.hogia.organization_id, paper.invoice_reference),
        document=paper,
        credited_invoice_id=original.id,
        credited_invoice_number=str(original.number),
        article_lines=frozenset() if refused else _article_lines(paper.invoice, snapshot.reference),
        use_rounding=is_whole and original.to_pay != original.gross,
    )


def credit_document(snapshot: AfterSnapshot, invoice: Invoice, *, reference: str, why: str) -> InvoiceDocument:
    """The credit with its head: today's date, since a correction is booked when it is found (accounting.md 14), and the original's customer.

    The original's number and date stand in the comment and as a row: 17 kap. 22 § ML asks for a reference without doubt (accounting.md 9).
    """
    order, original, policy = snapshot.order, snapshot.invoice, snapshot.shop.orders
    today = snapshot.now.astimezone(ZoneInfo(snapshot.time_zone)).date()
    day = max(today, original.invoice_date) if original.invoice_date else today
    dated = f" av {original.invoice_date.isoformat()}" if original.invoice_date else ""
    comment = f"Kredit av faktura {original.number}{dated}, order {order.reference}, {why}"
    row = InvoiceRow(kind=RowKind.TEXT, text=cut(comment, policy.row_text_length))
    address = order.invoice_address
    reverse = invoice.is_reverse_charge and address is not None
    vat_number = read_number(address.vat_number, country=address.country, complete=True).vat_number if reverse and address else ""
    return InvoiceDocument(
        invoice=replace(invoice, rows=(*invoice.rows, row), order_id=order.id, order_reference=order.reference),
        customer_number=original.customer_number,
        invoice_date=day,
        due_date=day,
        invoice_reference=reference,
        customer_order_number=original.order_number or filled(policy.order_number, order, setting="order_number"),
        our_reference=payment_rule(order, policy).our_reference or policy.our_reference,
        your_reference=_your_reference(order, policy.your_reference),
        comment=comment,
        vat_number=vat_number,
        billing_address=document_address(address),
        shipping_address=document_address(order.delivery_address),
        email=order.customer.email.strip() if policy.send_email and order.customer else "",
        cost_centre=policy.cost_centre,
        project=policy.project,
        buyer_name_in_address=bool(policy.customers.collective_number)
        and original.customer_number.casefold() == policy.customers.collective_number.casefold(),
    )


def _your_reference(order: ShopOrder, source: str) -> str:
    address = order.invoice_address
    return your_reference(order, source, is_company=bool(address and address.company.strip())) if address else ""


def _article_lines(invoice: Invoice, reference: HogiaReference | None) -> frozenset[int]:
    """The rows that name an article, as the original's did, so that its pieces come back to stock.

    Where the chart has since given the account another VAT, the row spells its VAT out instead.
    """
    lines = set()
    for index, row in enumerate(invoice.rows):
        account = reference.accounts.get(row.account) if reference is not None else None
        if row.article and (account is None or (account.vat_percent or 0) == row.rate):
            lines.add(index)
    return frozenset(lines)
