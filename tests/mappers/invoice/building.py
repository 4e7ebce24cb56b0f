"""How these tests build and look at invoices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from mappers.canonical import ShopOrder
from mappers.connection import OrderPolicy
from mappers.invoice.build import build_invoice
from mappers.invoice.model import Invoice, RowKind
from mappers.invoice.money import to_ore

TODAY = date(2026, 11, 24)


def build(order: ShopOrder, *, shop_country: str = "SE", payment_day: date | None = None, **policy: Any) -> Invoice:
    return build_invoice(order, OrderPolicy(**policy), shop_country=shop_country, payment_day=payment_day, today=TODAY)


def vat_of(invoice: Invoice) -> dict[str, tuple[str, str]]:
    """Rate -> (net, VAT), without 0 %."""
    return {format(line.rate.normalize(), "f"): (str(line.net), str(line.vat)) for line in invoice.vat if line.rate}


def nets(invoice: Invoice, kind: RowKind) -> list[str]:
    return [str(row.net) for row in invoice.rows if row.kind is kind]


def rounding(invoice: Invoice) -> str:
    """The 3740 row's amount; "0" without one."""
    return next(iter(nets(invoice, RowKind.ROUNDING)), "0")


def codes(invoice: Invoice) -> set[str]:
    return {notice.code for notice in invoice.notices}


def texts(invoice: Invoice) -> list[str]:
    return [row.text for row in invoice.rows if row.kind is RowKind.TEXT]


def assert_sound(invoice: Invoice, total: Decimal) -> None:
    """What holds for every invoice: A1, A5, A10 and the sums (accounting-recordings.md 2.9)."""
    assert invoice.gross == total
    assert invoice.gross == sum((line.net + line.vat for line in invoice.vat), Decimal(0))
    assert invoice.net == sum((row.net for row in invoice.rows), Decimal(0))
    negated: dict[Decimal, Decimal] = {}
    for row in invoice.rows:
        if row.kind is RowKind.TEXT:
            continue
        assert to_ore(row.quantity * row.unit_price) == row.net
        assert row.unit_price == row.unit_price.quantize(Decimal("0.0001"))
        assert not (row.net == 0 and row.net.is_signed())
        assert row.account
        assert (row.vat_account is None) == (row.rate == 0)
        negated[row.rate] = negated.get(row.rate, Decimal(0)) - row.net
    credit = sum((net + to_ore(net * rate / 100) for rate, net in negated.items()), Decimal(0))
    assert credit == -total
