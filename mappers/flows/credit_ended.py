"""Orders that were cancelled or edited after they were invoiced (accounting.md 9, accounting-recordings.md 2.11).

An issued invoice is never changed: a draft or unpaid one is cancelled where Hogia allows, any other is credited in full; an edited order is
then invoiced anew, by `decide_order`, once its edit is confirmed (`invoice_version`).
"""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

from mappers.changes_after import CancelInvoice
from mappers.connection import CancelledOrder, EditedOrder
from mappers.errors import Rejected
from mappers.flows.credit_paper import full_name, named, read_delay
from mappers.flows.credit_register import move_payments
from mappers.flows.credit_run import CreditRun
from mappers.flows.orders import edit_key
from mappers.hogia.model import InvoiceStatus
from mappers.invoice.build import build_invoice
from mappers.invoice.credit import full_credit
from mappers.invoice.credit_remains import living, remains_of
from mappers.invoice.money import ZERO, to_ore
from mappers.invoice.vouchers import amount_of, is_payment
from mappers.snapshot import AfterSnapshot, Known

UNPAID = frozenset({InvoiceStatus.OPEN, InvoiceStatus.OVERDUE})


def is_cancelled(snapshot: AfterSnapshot) -> bool:
    """Whether the shop has cancelled the order."""
    return snapshot.order.current_state in snapshot.shop.orders.cancel_states


def cancel_key(entity: str, version: int) -> str:
    """The ledger's key of an invoice's cancellation."""
    return f"cancel:{entity}" if version == 1 else f"cancel:{entity}/{version}"


def is_to_be_cancelled(run: CreditRun) -> bool:
    """Whether the whole invoice goes away instead of being credited: the order is cancelled, nobody has paid, Hogia has not said no."""
    snapshot = run.snapshot
    known = run.known(cancel_key(run.entity, run.version))
    return (
        is_cancelled(snapshot)
        and snapshot.shop.refunds.cancelled is CancelledOrder.CREDIT
        and _can_cancel(snapshot)
        and (known is None or known.state is not Known.FAILED)
    )


def _can_cancel(snapshot: AfterSnapshot) -> bool:
    invoice = snapshot.invoice
    if invoice.status is InvoiceStatus.DRAFT:
        return True
    return invoice.status in UNPAID and not invoice.paid and not living(snapshot.credits)


def cancelled_changes(run: CreditRun) -> None:
    """A cancelled order's invoice, by `refunds.cancelled`. Raises Rejected for a person."""
    snapshot = run.snapshot
    rule, invoice = snapshot.shop.refunds.cancelled, snapshot.invoice
    if rule is CancelledOrder.LEAVE or invoice.status is InvoiceStatus.CANCELLED or remains_of(invoice, run.credits).is_nothing:
        return
    if rule is CancelledOrder.PARK:
        raise Rejected(
            "ORDER_CANCELLED_AFTER_INVOICE",
            f"the order was cancelled after invoice {invoice.number} of {invoice.gross} was made. Credit it in Hogia and discard this, or set "
            "refunds.cancelled to credit and release the order.",
            subject=run.entity,
        )
    if is_to_be_cancelled(run):
        _cancel(run, cancel_key(run.entity, run.version))
        return
    if invoice.status is InvoiceStatus.DRAFT:
        raise Rejected(
            "DRAFT_NOT_CANCELLED",
            "the order was cancelled, and Hogia refused to cancel its draft invoice. Delete or bill the draft in Hogia and release the order.",
            subject=run.entity,
        )
    order = snapshot.order
    run.credit(
        full_name(run.version),
        lambda: full_credit(
            invoice,
            run.credits,
            order_id=order.id,
            order_reference=order.reference,
            rounding_account=snapshot.shop.orders.accounts.rounding,
        ),
        why="ordern makulerad",
        arose_at=order.updated_at,
    )


def _cancel(run: CreditRun, key: str) -> None:
    """Cancel the invoice, once: what was confirmed is only waited for until Hogia shows it."""
    snapshot, known = run.snapshot, run.known(key)
    if known is not None and known.state is Known.CONFIRMED:
        run.wait(max(known.called_at, snapshot.now) + read_delay(snapshot))
        return
    until = run.unsure_until(key)
    if until is not None:
        run.wait(until)
        return
    number = str(snapshot.invoice.number or "")
    run.changes.append(CancelInvoice(key=key, invoice_id=snapshot.invoice.id, number=number))


def edit_of(run: CreditRun) -> tuple[Decimal, Decimal] | None:
    """(the order's total now, what its invoice says of it) where they differ; None where not, or where the rows were not read.

    A slip lowers no total in the shop (prestashop.md 9), so slips' credits do not count; a credit made for something else may be what
    the edit was.
    """
    snapshot = run.snapshot
    order, invoice = snapshot.order, snapshot.invoice
    if not order.rows or invoice.status is InvoiceStatus.CANCELLED:
        return None
    paying = [voucher for voucher in order.vouchers if is_payment(voucher, snapshot.shop.orders)]
    total = to_ore(order.total_paid_incl + sum((amount_of(voucher, order.currency.decimals) for voucher in paying), ZERO))
    others = [credit for credit in living(snapshot.credits) if not named(snapshot, credit).isdigit()]
    left = invoice.gross + sum((credit.gross for credit in others), ZERO)
    return None if total in {invoice.gross, left} else (total, left)


def edited_changes(run: CreditRun) -> None:
    """An order whose total is no longer its invoice's, by `refunds.edited`. Raises Rejected for a person."""
    _refuse_reinstated(run)
    edit = edit_of(run)
    if edit is None:
        return
    snapshot = run.snapshot
    (total, left), rule = edit, snapshot.shop.refunds.edited
    message = f"the order is now {total} {snapshot.invoice.currency}, its invoice {snapshot.invoice.number} is {left}."
    if rule is EditedOrder.SHOW:
        run.notice("ORDER_CHANGED_AFTER_INVOICE", f"{message} A booked invoice is never changed: credit it in Hogia, or correct the order.")
        return
    if rule is EditedOrder.PARK:
        raise Rejected(
            "ORDER_CHANGED_AFTER_INVOICE",
            f"{message} Credit or supplement it in Hogia and discard this, or set refunds.edited to reinvoice and release the order.",
            subject=run.entity,
        )
    _reinvoice(run, message)


def _refuse_reinstated(run: CreditRun) -> None:
    """Raise Rejected where an order was cancelled, credited in full and is a paid order again: it would be delivered without an invoice."""
    snapshot = run.snapshot
    state = snapshot.order.states.get(snapshot.order.current_state)
    credited = any(named(snapshot, credit) == full_name(run.version) for credit in run.credits)
    if (credited or run.is_confirmed(cancel_key(run.entity, run.version))) and state is not None and state.paid:
        raise Rejected(
            "ORDER_REINSTATED",
            f"invoice {snapshot.invoice.number} was cancelled or credited in full, and the order is in a paid state in the shop. If it is to be "
            "delivered, make a new invoice in Hogia and adopt it; otherwise correct the order's state and discard this.",
            subject=run.entity,
        )


def _reinvoice(run: CreditRun, message: str) -> None:
    """The end of the current invoice. What comes after it must be known to be possible first: no order is left without an invoice."""
    snapshot = run.snapshot
    order, original = snapshot.order, snapshot.invoice
    if living(run.credits) or snapshot.slips:
        raise Rejected(
            "EDITED_ORDER_HAS_CREDITS",
            f"{message} It has refunds or credits besides, which a new invoice would not have. Credit and invoice by hand in Hogia, and adopt "
            "the new invoice.",
            subject=run.entity,
        )
    today = snapshot.now.astimezone(ZoneInfo(snapshot.time_zone)).date()
    build_invoice(order, snapshot.shop.orders, shop_country=snapshot.shop.country, today=today)
    if original.status is InvoiceStatus.DRAFT:
        _cancel(run, edit_key(run.entity, run.version))
        return
    what = f"EDIT-{run.version}"
    is_made = run.credit(
        what,
        lambda: full_credit(
            original,
            (),
            order_id=order.id,
            order_reference=order.reference,
            rounding_account=snapshot.shop.orders.accounts.rounding,
        ),
        why="ordern ändrad",
        arose_at=order.updated_at,
    )
    if is_made:
        move_payments(run, original, what, refundable=min(original.paid, original.gross), there=())
