"""Invoices and credits as Hogia would have them, for tests that credit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from mappers.canonical import ShopOrder, Slip, SlipRow
from mappers.connection import MoreThanInvoiced, OrderPolicy
from mappers.hogia.model import HogiaInvoice, HogiaLine, InvoiceStatus
from mappers.invoice.credit import build_credit
from mappers.invoice.credit_remains import planned
from mappers.invoice.model import Invoice, RowKind
from mappers.invoice.money import to_ore

D = Decimal
MADE_AT = datetime(2026, 11, 10, 8, 0, tzinfo=UTC)


def in_hogia(invoice: Invoice, **changes: Any) -> HogiaInvoice:
    """The invoice as it stands in Hogia: its lines, its VAT per rate, unpaid."""
    rows = [row for row in invoice.rows if row.kind is not RowKind.TEXT]
    made = HogiaInvoice(
        id="inv-1",
        number=1001,
        status=InvoiceStatus.OPEN,
        reference="PS:1:42:INV",
        customer_number="PS1-7",
        currency=invoice.currency,
        net=invoice.net,
        vat=invoice.gross - invoice.net,
        gross=invoice.gross,
        to_pay=invoice.gross,
        paid=D(0),
        left_to_pay=invoice.gross,
        vat_per_rate={line.rate: line.vat for line in invoice.vat},
        invoice_date=date(2026, 11, 2),
        order_number=invoice.order_reference,
        lines=tuple(
            HogiaLine(
                index=index,
                text=row.text,
                article=row.article,
                quantity=row.quantity,
                unit_price=row.unit_price,
                net=row.net,
                rate=row.rate,
                account=row.account,
                vat_account=row.vat_account,
            )
            for index, row in enumerate(rows)
        ),
        is_reverse_charge=invoice.is_reverse_charge,
    )
    return replace(made, **changes)


def credit_in_hogia(invoice: Invoice, original: HogiaInvoice, **changes: Any) -> HogiaInvoice:
    return replace(planned(invoice, original), **{"id": "cre-1", "number": 1002, "reference": "PS:1:42:CRE-5", **changes})


def slip_row(order_row_id: int, incl: str | Decimal, excl: str | Decimal | None = None, *, rate: int = 25, quantity: int = 1) -> SlipRow:
    net = to_ore(D(incl) * 100 / (100 + rate)) if excl is None else D(excl)
    return SlipRow(order_row_id=order_row_id, quantity=quantity, total_excl=net, total_incl=D(incl))


def make_slip(*rows: SlipRow, ident: int = 5, freight: str | Decimal = "0", products: str | Decimal | None = None) -> Slip:
    """A slip whose amounts add up; `products` overrides what the rows give (an amount chosen, a voucher taken off)."""
    incl = sum((row.total_incl for row in rows), D(0)) if products is None else D(products)
    return Slip(
        id=ident,
        products_excl=sum((row.total_excl for row in rows), D(0)),
        products_incl=incl,
        shipping_excl=to_ore(D(freight) / D("1.25")),
        shipping_incl=D(freight),
        made_at=MADE_AT,
        rows=tuple(rows),
    )


def credit(
    slip: Slip, order: ShopOrder, original: HogiaInvoice, credits_: Sequence[HogiaInvoice] = (), *, cap: bool = False, **policy: Any
) -> Invoice:
    rule = MoreThanInvoiced.CAP if cap else MoreThanInvoiced.HOLD
    return build_credit(slip, order, OrderPolicy(**policy), original=original, credits=tuple(credits_), more_than_invoiced=rule)
