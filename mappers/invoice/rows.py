"""Parts with their final nets → invoice rows, and what the accounting system makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from mappers.canonical import OrderRow
from mappers.connection import OrderPolicy
from mappers.invoice.components import Part
from mappers.invoice.model import InvoiceRow, RowKind, VatLine
from mappers.invoice.money import ZERO, erp_vat
from mappers.invoice.steer import unit_price
from mappers.invoice.texts import cut, text_row


def article_texts(row: OrderRow, policy: OrderPolicy) -> tuple[str, ...]:
    """The customer's own texts of a customised product, one row each."""
    texts = (cut(text, policy.row_text_length) for text in row.customization_texts)
    return tuple(text for text in texts if text)


def posted(parts: Sequence[Part], nets: Sequence[Decimal], policy: OrderPolicy) -> list[InvoiceRow]:
    """One row per part, followed by an adjustment row where a four-decimal price cannot say the net, and by its text rows."""
    rows: list[InvoiceRow] = []
    for part, net in zip(parts, nets, strict=True):
        price, rest = unit_price(net, part.quantity)
        rows.append(_row(part, net=net - rest, price=price, policy=policy))
        if rest:
            rows.append(
                InvoiceRow(
                    kind=RowKind.ADJUSTMENT,
                    text="Prisjustering",
                    quantity=Decimal(1),
                    unit=policy.unit,
                    unit_price=rest,
                    net=rest,
                    rate=part.rate,
                    account=part.account,
                    vat_account=part.vat_account,
                    treatment=part.treatment,
                    order_row_id=part.row_id,
                )
            )
        rows += [text_row(text) for text in part.below]
    return rows


def _row(part: Part, *, net: Decimal, price: Decimal, policy: OrderPolicy) -> InvoiceRow:
    return InvoiceRow(
        kind=part.kind,
        text=cut(part.text, policy.row_text_length),
        article=part.article,
        quantity=Decimal(part.quantity),
        unit=policy.unit,
        unit_price=price,
        net=net,
        rate=part.rate,
        account=part.account,
        vat_account=part.vat_account,
        treatment=part.treatment,
        order_row_id=part.row_id,
    )


def totals(rows: Iterable[InvoiceRow]) -> tuple[Decimal, Decimal, tuple[VatLine, ...]]:
    """(net, gross, VAT per rate) as the accounting system computes them, highest rate first (hogia.md 3.16)."""
    nets: dict[Decimal, Decimal] = {}
    for row in rows:
        if row.kind is not RowKind.TEXT:
            nets[row.rate] = nets.get(row.rate, ZERO) + row.net
    vat = tuple(VatLine(rate=rate, net=nets[rate], vat=erp_vat(nets[rate], rate)) for rate in sorted(nets, reverse=True))
    net = sum(nets.values(), ZERO)
    return net, net + sum((line.vat for line in vat), ZERO), vat
