"""Does every order have what it should have? The shop says what was sold, Hogia what was invoiced; Orderbro's own word is not enough."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.cli.demo.follow import Outcome
from app.cli.demo.verify_credits import credit_differences
from app.sandbox.remote import Bill, Sale

CANCELLED = 6
INVOICED = ""
VAT_TOLERANCE = Decimal("0.02")  # kronor or euro: PrestaShop's own totals excl. VAT are rounded apart (facts: accounting-recordings.md 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that is not as it should be. `order` 0: an invoice that belongs to no order."""

    order: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What was sold and invoiced, refunded and credited in one currency, incl. VAT, each as a positive amount."""

    currency: str
    sold: Decimal
    invoiced: Decimal
    refunded: Decimal = Decimal(0)
    credited: Decimal = Decimal(0)

    @property
    def difference(self) -> Decimal:
        """What the books have too much or too little."""
        return (self.invoiced - self.credited) - (self.sold - self.refunded)


def invoice_reference(order: int) -> str:
    """The reference under which Hogia has the order's invoice (facts: hogia.md)."""
    return f"PS:1:{order}:INV"


def expected(sale: Sale) -> str:
    """Why there should be no invoice, as Orderbro's code for it, or INVOICED; from the shop's facts alone."""
    if sale.state_id == CANCELLED:
        return "ORDER_CANCELLED"
    if sale.total_incl == 0:
        return "ORDER_FREE"
    if not sale.has_been_paid:
        return "STATE_NOT_TRANSFERRED"
    if sale.total_paid != sale.total_incl:
        return "ORDER_TOTALS_DISAGREE"
    return INVOICED


def differences(
    sales: Mapping[int, Sale],
    bills: Sequence[Bill],
    outcomes: Mapping[int, Outcome | None],
    expectations: Mapping[int, str],
    held: Mapping[int, str] | None = None,
) -> list[Difference]:
    """Everything that is not as expected, by order. `sales` are the orders to look at.

    `expectations`: why an order has no invoice. `held`: why an invoiced order's newest refund waits for a person.
    """
    by_order: dict[str, list[Bill]] = defaultdict(list)
    for bill in bills:
        by_order[bill.reference.rpartition(":")[0]].append(bill)
    found: list[Difference] = []
    for order, sale in sales.items():
        mine = by_order.pop(invoice_reference(order).rpartition(":")[0], [])
        told = _of_order(sale, mine, outcomes.get(order), expectations[order], (held or {}).get(order, ""))
        found += [Difference(order=order, text=text) for text in told]
    found += [
        Difference(order=0, text=f"invoice {bill.number} ({bill.reference or 'no reference'}) belongs to no order of this demo")
        for strays in by_order.values()
        for bill in strays
    ]
    return found


def _of_order(sale: Sale, papers: Sequence[Bill], outcome: Outcome | None, code: str, held: str) -> list[str]:
    bills = [paper for paper in papers if not paper.credits]
    credits_ = [paper for paper in papers if paper.credits]
    if outcome is None:
        return ["no event arrived"]
    told = [] if outcome.settled else [f"not settled in time: {_why(outcome)}"]
    if code != INVOICED:
        if papers:
            told.append(f"invoiced ({', '.join(str(bill.number) for bill in papers)}), expected {code}")
        elif outcome.code != code:
            told.append(f"{_why(outcome)}, expected {code}")
        return told
    if not bills:
        return [*told, f"no invoice in Hogia: {_why(outcome)}"]
    if len(bills) > 1:
        return [*told, f"{len(bills)} invoices: {', '.join(str(bill.number) for bill in bills)}"]
    told += credit_differences(sale, bills[0], credits_, held=bool(held))
    return [*told, *_of_invoice(sale, bills[0], outcome, held)]


def _why(outcome: Outcome) -> str:
    return f"{outcome.status} {outcome.code}".rstrip()


def _of_invoice(sale: Sale, bill: Bill, outcome: Outcome, held: str) -> list[str]:
    told = []
    if bill.reference != invoice_reference(sale.id):
        told.append(f"invoice {bill.number} has the reference {bill.reference}")
    if bill.currency != sale.currency:
        told.append(f"invoiced in {bill.currency}, sold in {sale.currency}")
    if bill.gross != sale.total_incl:
        told.append(f"invoiced {bill.gross:.2f}, paid in the shop {sale.total_incl:.2f}: {bill.gross - sale.total_incl:+.2f}")
    vat = sum(bill.vat.values(), Decimal(0))
    if bill.net + vat != bill.gross:
        told.append(f"net {bill.net} and VAT {vat} are not {bill.gross}")
    shops = sale.total_incl - sale.total_excl
    if abs(vat - shops) > VAT_TOLERANCE:
        told.append(f"VAT {vat:.2f}, in the shop {shops:.2f}")
    if outcome.code != held:
        told.append(f"in Hogia as {bill.number}, but {_why(outcome)}{f', expected {held}' if held else ''}")
    elif outcome.invoice_number != str(bill.number) or Decimal(outcome.invoice_amount or 0) != bill.gross:
        told.append(f"Orderbro's ledger says invoice {outcome.invoice_number or '?'} of {outcome.invoice_amount or '?'}")
    return told


def sums(
    sales: Mapping[int, Sale], bills: Sequence[Bill], expectations: Mapping[int, str], held: Mapping[int, str] | None = None
) -> list[Sum]:
    """Per currency: the orders that should be invoiced with their refunds, but those that wait for a person; and all that stands in Hogia."""
    found: dict[str, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(("sold", "invoiced", "refunded", "credited"), Decimal(0)))
    for order, sale in sales.items():
        if expectations[order] == INVOICED:
            found[sale.currency]["sold"] += sale.total_incl
            waits = max(sale.slips, default=0) if order in (held or {}) else 0
            found[sale.currency]["refunded"] += sum((amount for slip, amount in sale.slips.items() if slip != waits), Decimal(0))
    for bill in bills:
        found[bill.currency]["credited" if bill.credits else "invoiced"] += -bill.gross if bill.credits else bill.gross
    return [Sum(currency=currency, **found[currency]) for currency in sorted(found, key=lambda code: (code != "SEK", code))]
