"""Applies what an invoiced order's later life asks for: order states, tracking, captures, refunds, credits, notes.

The same ledger, the same three outcomes as in `workers.apply`; here a repeat is never blind: PrestaShop and Svea know no idempotency key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.store import deadlines
from app.store.ledger import EffectState
from mappers.changes_after import (
    AdoptCredit,
    After,
    CancelInvoice,
    Capture,
    CreditInvoice,
    ExtendPayment,
    NoteCapture,
    NoteExtension,
    NoteState,
    RefundPayment,
    ReleasePayment,
    SetOrderState,
    SetTracking,
    WriteNote,
)
from mappers.errors import Rejected, Transient, Unknown
from mappers.flows.capture_check import is_final
from mappers.hogia.credit import credit_body
from mappers.hogia.reading_invoice import read_invoice
from mappers.payments.capture import capture_key
from mappers.payments.model import Accepted, CaptureRequest, Refusal, TaskState
from workers.apply import APPLIERS as OF_INVOICES
from workers.apply import Applying
from workers.clients.hogia import NotFound, SequenceReused, WrongState
from workers.clients.payments.contract import PaymentProvider, Refused
from workers.clients.prestashop.client import PrestaShopClient
from workers.extending import extend_payment, note_extension

TASK_POLLS = 10
TASK_SECONDS = 1.0
METHOD_TRIES = 3
DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyingAfter:
    """One run's applying after the invoice: the ledger and Hogia through `run`, the shop, and the provider where one was asked."""

    run: Applying
    shop: PrestaShopClient
    provider: PaymentProvider | None = None

    async def confirm(self, key: str, *, links: Mapping[str, str] | None = None, **fields: str) -> None:
        await self.run.write(key, EffectState.CONFIRMED, links=links, **fields)


async def set_tracking(after: ApplyingAfter, change: SetTracking) -> None:
    """The same number again is harmless without a mail."""
    await after.run.call_at_once(change.key, lambda: after.shop.set_tracking(change.order_carrier_id, change.number), kind="tracking")
    await after.confirm(change.key, external_number=change.number, code="", reason="")


async def set_order_state(after: ApplyingAfter, change: SetOrderState) -> None:
    """Posted once. What no usable answer came to is read from the history by the next look, never posted again."""
    history = await after.run.call_at_once(
        change.key,
        lambda: after.shop.add_history(change.order_id, change.state_id, mail=change.mail),
        kind="order_state",
        external_number=str(change.state_id),
    )
    await after.confirm(change.key, external_id=str(history), code="", reason="")


async def note_state(after: ApplyingAfter, change: NoteState) -> None:
    """The order was in the state already: `checked` 0 says that it was not we who set it."""
    await after.confirm(change.key, kind="order_state", external_number=str(change.state_id), code=change.code, reason="", checked="0")


async def capture(after: ApplyingAfter, change: Capture) -> None:
    """Definite from the provider's own yes; a provider with tasks is asked until the payment shows it."""
    provider = _provider(after)
    request = change.request
    fields = {"kind": "capture", "sequence_id": request.key, "amount": _kronor(request.amount), "currency": request.currency}
    try:
        accepted = await after.run.call_at_once(change.key, lambda: provider.capture(change.reference, request), **fields)
    except Refused as error:
        accepted = await _refused_capture(after, change, error)
    if accepted.task:
        await _await_task(provider, accepted.task)
        payment = await provider.payment(change.reference)
        captured = max(payment.captured, sum(view.amount for view in payment.captures))
        if captured < (request.captured_before or 0) + request.amount:
            await _still_running(after, change.key, code="CAPTURE_TASK_RUNNING", what="capture")
    checked = "1" if is_final(change.provider) else "0"
    await after.confirm(change.key, external_id=accepted.id, code="CAPTURED", reason="", checked=checked)


async def _refused_capture(after: ApplyingAfter, change: Capture, error: Refused) -> Accepted:
    """What a provider's no means for the next step (payments.md 11.1)."""
    provider, sequence = _provider(after), change.sequence + 1
    await after.run.write(change.key, EffectState.FAILED, sequence=str(sequence), code=error.code, reason=error.message)
    if error.refusal is Refusal.LINES_DIFFER and change.request.lines:
        request = change.request
        key = capture_key(change.provider, change.reference, cumulative=change.cumulative, amount=request.amount, sequence=sequence)
        return await _again(after, change, provider, replace(request, lines=(), key=key))
    if error.refusal in {Refusal.ALREADY_CAPTURED, Refusal.KEY_REUSED, Refusal.CONFLICT}:
        raise Transient(error.code, f"{error.message} The payment is read again.", retry_after=5) from error
    if error.refusal is Refusal.SPLIT_REFUSED and not change.request.is_rest:
        raise Transient(error.code, f"{error.message} It is captured with the final delivery.", retry_after=5) from error
    if error.refusal is Refusal.METHOD_FAILED and after.run.claim.tries <= METHOD_TRIES:
        raise Transient(error.code, f"{error.message} It is tried again tomorrow.", retry_after=DAY_SECONDS) from error
    raise error


async def _again(after: ApplyingAfter, change: Capture, provider: PaymentProvider, request: CaptureRequest) -> Accepted:
    accepted: Accepted = await after.run.call_at_once(
        change.key, lambda: provider.capture(change.reference, request), sequence_id=request.key
    )
    return accepted


async def _await_task(provider: PaymentProvider, address: str) -> None:
    """Some seconds now; what a task that takes longer has done is read on the payment itself, later."""
    for _ in range(TASK_POLLS):
        if await provider.task(address) is not TaskState.RUNNING:
            return
        await asyncio.sleep(TASK_SECONDS)


async def _still_running(after: ApplyingAfter, key: str, *, code: str, what: str) -> None:
    """Raises Unknown: the payment does not show yet what the provider has accepted."""
    reason = f"the provider has accepted the {what} and not shown it yet; the payment is read until it does"
    await after.run.write(key, EffectState.UNKNOWN, code=code, reason=reason)
    raise Unknown(code, reason)


async def note_capture(after: ApplyingAfter, change: NoteCapture) -> None:
    await after.confirm(
        change.key,
        kind="capture",
        code=change.code,
        reason=change.reason,
        amount=change.amount,
        currency=change.currency,
        checked="1" if change.again_at is None else "0",
    )
    if change.again_at is not None:
        await deadlines.look_again(after.run.resources.store, after.run.claim.entity, change.again_at)


async def refund_payment(after: ApplyingAfter, change: RefundPayment) -> None:
    provider = _provider(after)
    fields = {
        "kind": "refund",
        "sequence_id": change.request.key,
        "amount": _kronor(change.request.amount),
        "currency": change.request.currency,
    }
    accepted = await after.run.call_at_once(change.key, lambda: provider.refund(change.reference, change.request), **fields)
    if accepted.task:
        await _await_task(provider, accepted.task)
        payment = await provider.payment(change.reference)
        if payment.refunded < (change.request.refunded_before or 0) + change.request.amount:
            await _still_running(after, change.key, code="REFUND_TASK_RUNNING", what="refund")
    await after.confirm(change.key, external_id=accepted.id, code="REFUNDED", reason="")


async def release_payment(after: ApplyingAfter, change: ReleasePayment) -> None:
    provider = _provider(after)

    async def release() -> None:
        if change.is_rest:
            await provider.release(change.reference, key=change.idempotency_key)
        else:
            await provider.cancel(change.reference, key=change.idempotency_key, amount=change.amount)

    await after.run.call_at_once(change.key, release, kind="release", sequence_id=change.idempotency_key, amount=_kronor(change.amount))
    await after.confirm(change.key, code="RELEASED", reason="")


async def credit_invoice(after: ApplyingAfter, change: CreditInvoice) -> None:
    """Made, confirmed, read back, as an invoice is; its reference finds it again."""
    run, invoice = after.run, change.document.invoice
    body = credit_body(
        change.document,
        sequence_id=change.sequence_id,
        credited_invoice_id=change.credited_invoice_id,
        credited_number=change.credited_invoice_number,
        article_lines=change.article_lines,
        use_rounding=change.use_rounding,
    )
    fields = {"kind": "credit", "sequence_id": change.sequence_id, "amount": str(invoice.gross), "currency": invoice.currency}
    try:
        credit_id = await run.call(change.key, lambda: run.client.create_invoice(body), **fields)
    except SequenceReused as error:
        await run.write(change.key, EffectState.UNKNOWN, code=error.code, reason=error.message)
        raise Unknown(error.code, "a credit was made with this key before; it is looked up.") from error
    await run.write(
        change.key, EffectState.CONFIRMED, links=run.invoice_link(credit_id), external_id=credit_id, checked="0", code="", reason=""
    )
    try:
        found = read_invoice(await run.client.invoice(credit_id))
    except NotFound as error:
        raise Transient("READ_BACK_PENDING", "the credit was made; it is read back when Hogia's reads show it.", retry_after=1) from error
    if -found.gross != invoice.gross:
        message = f"Hogia computed credit {found.number or found.id} as {found.gross} instead of -{invoice.gross}. Look at it in Hogia."
        await after.confirm(change.key, external_number=str(found.number or ""), code="ENGINE_MISMATCH", reason=message)
        raise Rejected("ENGINE_MISMATCH", message)
    await after.confirm(change.key, external_number=str(found.number or ""), checked="1")


async def adopt_credit(after: ApplyingAfter, change: AdoptCredit) -> None:
    credit = change.invoice
    await after.confirm(
        change.key,
        links=after.run.invoice_link(credit.id),
        kind="credit",
        sequence_id=change.sequence_id,
        external_id=credit.id,
        external_number=str(credit.number or ""),
        amount=str(-credit.gross),
        currency=credit.currency,
        adopted="1",
        checked="1",
        code="",
        reason="",
    )


async def cancel_invoice(after: ApplyingAfter, change: CancelInvoice) -> None:
    """Where Hogia does not allow it any more, the next look credits instead."""
    try:
        await after.run.call(change.key, lambda: after.run.client.cancel_invoice(change.invoice_id), kind="cancellation")
    except WrongState as error:
        raise Transient(
            "INVOICE_NOT_CANCELLABLE", "the invoice can no longer be cancelled; it is credited instead.", retry_after=1
        ) from error
    await after.confirm(change.key, external_id=change.invoice_id, external_number=change.number, code="CANCELLED", reason="")


async def write_note(after: ApplyingAfter, change: WriteNote) -> None:
    await after.run.call_at_once(change.key, lambda: after.shop.set_note(change.order_id, change.text), kind="note")
    await after.confirm(change.key, code="", reason="")


def _provider(after: ApplyingAfter) -> PaymentProvider:
    assert after.provider is not None, "a change at the provider is decided only after it was asked"
    return after.provider


def _kronor(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


APPLIERS: Mapping[type[After], Callable[[ApplyingAfter, Any], Awaitable[None]]] = {
    SetTracking: set_tracking,
    SetOrderState: set_order_state,
    NoteState: note_state,
    Capture: capture,
    NoteCapture: note_capture,
    RefundPayment: refund_payment,
    ReleasePayment: release_payment,
    ExtendPayment: extend_payment,
    NoteExtension: note_extension,
    CreditInvoice: credit_invoice,
    AdoptCredit: adopt_credit,
    CancelInvoice: cancel_invoice,
    WriteNote: write_note,
}


async def apply_after(after: ApplyingAfter, changes: tuple[Any, ...]) -> list[str]:
    """Apply them in their order; answers a line about each. Stops at the first that does not go well, with its error."""
    done = []
    for change in changes:
        if type(change) in OF_INVOICES:
            await OF_INVOICES[type(change)](after.run, change)
        else:
            await APPLIERS[type(change)](after, change)
        done.append(change.summary)
    return done
