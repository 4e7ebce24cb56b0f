"""Every refund of the shop is one credit of exactly its amount in Hogia, or the difference is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from app.sandbox.remote import Bill, Sale


def credit_reference(order: int, slip: int) -> str:
    """The reference under which Hogia has the credit of a refund (facts: hogia.md)."""
    return f"PS:1:{order}:CRE-{slip}"


def credit_differences(sale: Sale, invoice: Bill, credits_: Sequence[Bill], *, held: bool) -> list[str]:
    """Each refund of an invoiced order is one credit of exactly its amount; `held`: the newest refund waits for a person."""
    by_reference: defaultdict[str, list[Bill]] = defaultdict(list)
    for credit in credits_:
        by_reference[credit.reference].append(credit)
    told = []
    waits = max(sale.slips, default=0) if held else 0
    for slip, amount in sale.slips.items():
        mine = by_reference.pop(credit_reference(sale.id, slip), [])
        if slip == waits:
            told += [f"refund {slip} should wait for a person, and is credited as {credit.number}" for credit in mine]
        elif len(mine) != 1:
            told.append(f"refund {slip}: {len(mine)} credits, expected one of {amount:.2f}")
        else:
            told += _of_credit(invoice, mine[0], slip=slip, amount=amount)
    told += [
        f"credit {credit.number} ({reference}) belongs to no refund" for reference, strays in by_reference.items() for credit in strays
    ]
    return told


def _of_credit(invoice: Bill, credit: Bill, *, slip: int, amount: Decimal) -> list[str]:
    told = []
    if credit.gross != -amount:
        told.append(f"refund {slip}: credited {-credit.gross:.2f}, refunded in the shop {amount:.2f}: {-credit.gross - amount:+.2f}")
    if credit.credits != invoice.id:
        told.append(f"credit {credit.number} does not name invoice {invoice.number}")
    if credit.currency != invoice.currency:
        told.append(f"credit {credit.number} is in {credit.currency}, its invoice in {invoice.currency}")
    if credit.net + sum(credit.vat.values(), Decimal(0)) != credit.gross:
        told.append(f"credit {credit.number}: net and VAT are not {credit.gross}")
    return told
