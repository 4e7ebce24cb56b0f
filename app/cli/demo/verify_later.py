"""What happened after the invoice, compared: the shop, Hogia and Klarna are asked, because Orderbro's own word is not enough."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.cli.demo.verify import Difference, invoice_reference
from app.sandbox.remote import Bill, Payment, Sale

SHIPPED, REFUNDED = 4, 7
SHIPPED_MAIL = "shipped"  # the template of the shop's mail with the tracking number


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What a demo let happen to an order: delivered in Hogia with this tracking number, and refunded in full by a slip or not (0)."""

    order: int
    tracking: str
    slip: int = 0


def later_differences(
    sales: Mapping[int, Sale], bills: Sequence[Bill], payments: Sequence[Payment], lives: Collection[Life]
) -> list[Difference]:
    """Every payment at Klarna and every order that lived on: captured, refunded, tracked, moved, mailed exactly once, or not at all."""
    invoices = {bill.reference: bill for bill in bills}
    mine: defaultdict[str, list[Payment]] = defaultdict(list)
    for payment in payments:
        mine[payment.reference].append(payment)
    found = []
    for life in lives:
        sale, invoice = sales[life.order], invoices.get(invoice_reference(life.order))
        told = [*_of_shop(sale, life), *_of_money(sale, mine.pop(sale.reference, []), life)]
        if invoice is None or invoice.left != 0:
            told.append(f"invoice {invoice.number if invoice else '?'} is not paid in Hogia")
        found += [Difference(order=life.order, text=text) for text in told]
    orders = {sale.reference: order for order, sale in sales.items()}
    found += [
        Difference(order=orders.get(reference, 0), text=f"not delivered, but Klarna shows captures of {_sums(payment.captures)}")
        for reference, untouched in mine.items()
        for payment in untouched
        if payment.captures
    ]
    return found


def _of_shop(sale: Sale, life: Life) -> list[str]:
    told = []
    wanted = [SHIPPED, *([REFUNDED] if life.slip else [])]
    told += [f"state {state} was set {sale.history.count(state)} times" for state in wanted if sale.history.count(state) != 1]
    if sale.state_id != wanted[-1]:
        told.append(f"is in state {sale.state_id}, expected {wanted[-1]}")
    if sale.mails != (SHIPPED_MAIL,):
        told.append(f"{len(sale.mails)} mails ({', '.join(sale.mails) or 'none'}), expected one of {SHIPPED_MAIL}")
    if sale.tracking != (life.tracking,):
        told.append(f"tracking {', '.join(sale.tracking) or 'missing'}, expected {life.tracking}")
    return told


def _of_money(sale: Sale, payments: Sequence[Payment], life: Life) -> list[str]:
    if len(payments) != 1 or sale.payments != (payments[0].id,):
        return [f"{len(payments)} payments at Klarna, expected the one of the order's payment row"]
    payment = payments[0]
    told = []
    if payment.captures != (sale.total_incl,):
        told.append(f"captured {_sums(payment.captures)}, expected one capture of {sale.total_incl:.2f}")
    refunds = (sale.slips.get(life.slip, Decimal(0)),) if life.slip else ()
    if payment.refunds != refunds:
        told.append(f"refunded at Klarna {_sums(payment.refunds)}, expected {_sums(refunds)}")
    return told


def _sums(amounts: Sequence[Decimal]) -> str:
    return " and ".join(f"{amount:.2f}" for amount in amounts) or "nothing"
