"""Registers on a credit in Hogia what was given back for it: negative payments, each once (hogia.md 3.10)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from mappers.changes import AdoptPayment, RegisterPayment, sequence_id
from mappers.flows.credit_paper import credit_key, credit_reference, named
from mappers.flows.credit_run import CreditRun
from mappers.flows.orders import payment_key
from mappers.hogia.model import HogiaInvoice, HogiaPayment
from mappers.invoice.credit_remains import living
from mappers.invoice.model import PaymentPart
from mappers.snapshot import AfterSnapshot, Known

EDIT = "EDIT-"


def is_done(snapshot: AfterSnapshot, key: str) -> bool:
    known = snapshot.effects.get(key)
    return known is not None and known.state is Known.CONFIRMED


def settle_edits(run: CreditRun) -> None:
    """The payments of an invoice that an edit has ended go back on its credit, so that they can be registered on the next invoice."""
    snapshot = run.snapshot
    invoices = {invoice.id: invoice for invoice in (snapshot.invoice, *snapshot.earlier)}
    for credit in living((*snapshot.credits, *snapshot.earlier)):
        name, original = named(snapshot, credit), invoices.get(credit.credits)
        if name.startswith(EDIT) and original is not None and run.is_confirmed(credit_key(run.entity, name)):
            move_payments(run, original, name, refundable=-credit.left_to_pay, there=credit.payments)


def move_payments(run: CreditRun, original: HogiaInvoice, what: str, *, refundable: Decimal, there: Sequence[HogiaPayment]) -> None:
    """Register the original's payments on its credit, turned round, each on its own account."""
    left = refundable
    for index, payment in enumerate(original.payments, start=1):
        amount = min(payment.amount, left)
        if amount > 0 and registered(
            run,
            what,
            part=f"credit-{what.lower()}-{index}",
            amount=amount,
            account=payment.account,
            reference=payment.reference,
            there=there,
        ):
            left -= amount


def registered(
    run: CreditRun,
    what: str,
    *,
    part: str,
    amount: Decimal,
    account: int,
    reference: str,
    there: Sequence[HogiaPayment],
    credit_id: str = "",
) -> bool:
    """Register money that went back on a credit, or find it registered; False when that is done or still unsure.

    `credit_id`: of a credit that is in Hogia already; one made by hand is not in the ledger.
    """
    snapshot = run.snapshot
    key = payment_key(run.entity, part)
    if is_done(snapshot, key):
        return False
    ident = sequence_id(snapshot.connection.hogia.organization_id, f"{credit_reference(snapshot.shop, snapshot.order.id, what)}/{part}")
    currency = snapshot.invoice.currency
    today = snapshot.now.astimezone(ZoneInfo(snapshot.time_zone)).date()
    # What has no sequence id was registered by a person; with nothing left to pay back, whatever stands on the account is this.
    match = next(
        (
            payment
            for payment in there
            if payment.sequence_id == ident
            or (not payment.sequence_id and payment.account == account and (payment.amount == -amount or amount <= 0))
        ),
        None,
    )
    paid = PaymentPart(key=part, amount=match.amount if match else -amount, account=account, on=today, reference=reference)
    if match is not None:
        run.changes.append(AdoptPayment(key=key, sequence_id=ident, part=paid, currency=currency))
        return False
    until = run.unsure_until(key)
    if until is not None:
        run.waits.append(until)
        return False
    if amount <= 0:
        return False
    run.changes.append(
        RegisterPayment(
            key=key, sequence_id=ident, invoice_key=credit_key(run.entity, what), invoice_id=credit_id, part=paid, currency=currency
        )
    )
    return True
