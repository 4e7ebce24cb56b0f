"""How much of an invoice has been delivered, in kronor incl. VAT (payments.md 10).

Discounts are spread over the goods of their rate by gross; freight and fees go with the first delivery; the last delivery takes the rest, so
that rounding leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import ROUND_HALF_UP, Decimal

from mappers.hogia.model import DeliveryState, HogiaInvoice, HogiaLine

ORE = Decimal("0.01")


def is_all_delivered(invoice: HogiaInvoice) -> bool:
    """Everything is delivered."""
    return invoice.delivery is not None and invoice.delivery.state is DeliveryState.DELIVERED


def delivered_amount(invoice: HogiaInvoice, *, service_accounts: Collection[int]) -> Decimal:
    """What has been delivered so far. `service_accounts` are those of freight and fees."""
    if is_all_delivered(invoice):
        return invoice.gross
    if invoice.delivery is None or invoice.delivery.state is not DeliveryState.PARTIAL:
        return Decimal(0)
    pieces = {line.line_index: line.quantity for line in invoice.delivery.lines if line.quantity > 0}
    if not pieces:
        return Decimal(0)
    total = Decimal(0)
    for line in invoice.lines:
        gross = _gross(line)
        if line.net <= 0:
            continue
        if line.account in service_accounts:
            total += gross
        elif line.index in pieces and line.quantity:
            share = min(pieces[line.index] / line.quantity, Decimal(1))
            total += (gross - _discount(invoice, line, service_accounts)) * share
    return min(total.quantize(ORE, rounding=ROUND_HALF_UP), invoice.gross)


def _gross(line: HogiaLine) -> Decimal:
    return line.net * (1 + line.rate / 100)


def _discount(invoice: HogiaInvoice, line: HogiaLine, service_accounts: Collection[int]) -> Decimal:
    """The line's share of the discounts at its rate, as a positive amount."""
    given = -sum((_gross(other) for other in invoice.lines if other.net < 0 and other.rate == line.rate), Decimal(0))
    goods = [other for other in invoice.lines if other.net > 0 and other.rate == line.rate and other.account not in service_accounts]
    base = sum((_gross(other) for other in goods), Decimal(0))
    return given * _gross(line) / base if base else Decimal(0)
