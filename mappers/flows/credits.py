"""`credit_changes`: refunds, cancellations and edits in the shop → credits of the invoice, and what follows from them.

    nothing is decided until the invoice is confirmed and read back, and every credit the ledger knows of is seen in Hogia
    slips        each one a credit, or one that is there already
    cancelled    a draft or unpaid invoice is cancelled, any other credited in full, by `refunds.cancelled`
    edited       shown, parked, or credited and invoiced anew, by `refunds.edited`
    money        refund, registration and release (`credit_money`), once a credit is there

A slip that needs a person does not hold up the order's other changes: it is handed back as `parked`, to be raised when those are applied.
"""

from __future__ import annotations

from functools import partial

from mappers.canonical import Slip
from mappers.changes_after import AdoptCredit, CreditInvoice, NoteCapture, RefundPayment
from mappers.connection import CancelledOrder, EditedOrder, HogiaStatus
from mappers.errors import Rejected
from mappers.flows.credit_ended import cancelled_changes, edited_changes, is_cancelled, is_to_be_cancelled
from mappers.flows.credit_money import money_changes, needs_payment
from mappers.flows.credit_paper import credit_key, credit_reference, full_name, named, read_delay
from mappers.flows.credit_register import settle_edits
from mappers.flows.credit_run import CreditDecision, CreditRun
from mappers.flows.orders import MOST_ATTEMPTS, edit_key, invoice_key, invoice_version
from mappers.hogia.model import InvoiceStatus
from mappers.invoice.credit import build_credit
from mappers.invoice.credit_remains import living
from mappers.invoice.money import to_ore
from mappers.snapshot import AfterSnapshot, Known

__all__ = ["CreditDecision", "credit_changes", "credit_key", "credit_reference", "needs_payment", "open_slips"]


def open_slips(snapshot: AfterSnapshot) -> tuple[Slip, ...]:
    """The slips that have no confirmed credit yet, oldest first: for these the order's rows are needed."""
    if not snapshot.shop.refunds.slips:
        return ()
    keys = {slip.id: credit_key(str(snapshot.key), str(slip.id)) for slip in snapshot.slips}
    confirmed = {key for key, effect in snapshot.effects.items() if effect.state is Known.CONFIRMED and effect.checked}
    return tuple(slip for slip in sorted(snapshot.slips, key=lambda slip: slip.id) if keys[slip.id] not in confirmed)


def credit_changes(snapshot: AfterSnapshot) -> CreditDecision:
    """The decision about credits. Raises Misconfigured; what needs a person is in its `parked`."""
    entity = str(snapshot.key)
    version = invoice_version(snapshot.effects, entity)
    run = CreditRun(snapshot=snapshot, version=version, credits=list(living(snapshot.credits)))
    run.attempt(lambda: settle_edits(run))
    made = snapshot.effects.get(invoice_key(entity, version))
    is_current = made is not None and made.external_id in {"", snapshot.invoice.id}
    if not run.is_confirmed(invoice_key(entity, version)) or not is_current:
        return run.decision()
    run.attempt(lambda: _wait_for_known(run))
    if not run.is_blocked and run.parked is None:
        _decide(run)
    if not run.is_blocked:
        run.attempt(lambda: money_changes(run))
    if _follows(snapshot) and any(isinstance(change, CreditInvoice | AdoptCredit | RefundPayment | NoteCapture) for change in run.changes):
        run.waits.append(snapshot.now + read_delay(snapshot))  # what follows from it, once it can be read
    return run.decision()


def _follows(snapshot: AfterSnapshot) -> bool:
    """Whether anything can follow from a credit: money that goes back, an order state, a new invoice. Without it nothing is read again."""
    shop = snapshot.shop
    rule = shop.capture.get(snapshot.order.module)
    money = shop.refunds.register or bool(snapshot.cart_rules) or (rule is not None and (rule.refund or rule.release))
    state = any(each.hogia is HogiaStatus.CREDITED for each in shop.order_status)
    return money or state or shop.refunds.edited is EditedOrder.REINVOICE


def _decide(run: CreditRun) -> None:
    snapshot = run.snapshot
    if not is_to_be_cancelled(run):
        _slips(run)
    if run.is_blocked:
        return
    if is_cancelled(snapshot):
        held, run.parked = run.parked, None
        run.attempt(lambda: cancelled_changes(run))
        covered = snapshot.shop.refunds.cancelled is CancelledOrder.CREDIT and run.parked is None and not run.is_blocked
        run.parked = run.parked or (None if covered else held)
    elif run.parked is None:
        run.attempt(lambda: edited_changes(run))


def _wait_for_known(run: CreditRun) -> None:
    """Credits that the ledger has and Hogia does not show yet: how much is left of the invoice is not known before. Raises Rejected."""
    snapshot = run.snapshot
    delay = read_delay(snapshot)
    prefix = credit_key(run.entity, "")
    seen = {credit.id for credit in (*snapshot.credits, *snapshot.earlier)} | {"", snapshot.invoice.id}
    ended = snapshot.effects.get(edit_key(run.entity, run.version - 1))
    for key, effect in snapshot.effects.items():
        earlier = ended is not None and effect.called_at <= ended.called_at
        if not key.startswith(prefix) or effect.state is not Known.CONFIRMED or effect.external_id in seen or earlier:
            continue
        if snapshot.now >= effect.called_at + delay * MOST_ATTEMPTS:
            raise Rejected(
                "CREDIT_NOT_SEEN",
                f"credit {effect.external_number or effect.external_id} was made and is not among the credits of invoice {snapshot.invoice.number} in "
                "Hogia. Look there whether it names its original, and release the order.",
                subject=run.entity,
            )
        run.wait(max(effect.called_at, snapshot.now) + delay)


def _slips(run: CreditRun) -> None:
    """A credit for each open slip, oldest first; each sees what those before it take."""
    snapshot = run.snapshot
    slips = open_slips(snapshot)
    if not slips:
        return
    number = snapshot.invoice.number
    if snapshot.invoice.status is InvoiceStatus.DRAFT:
        run.notice(
            "REFUND_WAITS_FOR_INVOICE", "The order has a refund, and its invoice is a draft: it is credited once it is billed in Hogia."
        )
        return
    if snapshot.invoice.status is InvoiceStatus.CANCELLED:
        run.notice(
            "REFUND_OF_CANCELLED_INVOICE", f"The order has a refund, and its invoice {number} is cancelled: there is nothing to credit."
        )
        return
    full = full_name(run.version)
    if any(named(snapshot, credit) == full for credit in run.credits):
        run.notice("REFUND_COVERED", f"The order has a refund that the full credit of invoice {number} covers.")
        return
    for slip in slips:
        if run.is_blocked:
            return
        run.attempt(partial(_slip, run, slip))


def _slip(run: CreditRun, slip: Slip) -> None:
    snapshot = run.snapshot
    run.credit(
        str(slip.id),
        lambda: build_credit(
            slip,
            snapshot.order,
            snapshot.shop.orders,
            original=snapshot.invoice,
            credits=tuple(run.credits),
            more_than_invoiced=snapshot.shop.refunds.more_than_invoiced,
        ),
        why=f"återbetalning {slip.id}",
        arose_at=slip.made_at,
        by_hand=to_ore(slip.products_incl + slip.shipping_incl),
    )
