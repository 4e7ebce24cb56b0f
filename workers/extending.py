"""Applies the lengthening of an authorisation. A provider that refuses is no reason to park: the order's capture must not wait for that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.log import log
from app.store.ledger import EffectState
from mappers.changes_after import ExtendPayment, NoteExtension
from workers.clients.payments.contract import Refused

if TYPE_CHECKING:
    from workers.apply_after import ApplyingAfter


async def extend_payment(after: ApplyingAfter, change: ExtendPayment) -> None:
    """The provider answers nothing, so the payment is read for its new end."""
    provider = after.provider
    assert provider is not None, "a change at the provider is decided only after it was asked"
    fields = {"kind": "extension", "sequence_id": change.idempotency_key}
    try:
        await after.run.call_at_once(change.key, lambda: provider.extend(change.reference, key=change.idempotency_key), **fields)
    except Refused as error:
        log.warning("extension_refused", entity=after.run.claim.entity, code=error.code)
        await after.run.write(change.key, EffectState.FAILED, sequence=str(change.sequence + 1), code=error.code, reason=error.message)
        return
    await after.confirm(change.key, code="EXTENDED", reason="")
    payment = await provider.payment(change.reference)
    if payment.expires_at is not None:
        await after.confirm(change.key, external_id=payment.expires_at.isoformat())


async def note_extension(after: ApplyingAfter, change: NoteExtension) -> None:
    """What no usable answer came to, as the provider shows it."""
    if change.expires_at is None:
        await after.run.write(
            change.key, EffectState.FAILED, code="NOT_EXTENDED", reason="the provider shows no other end, or none is needed"
        )
    else:
        await after.confirm(change.key, external_id=change.expires_at.isoformat(), code="EXTENDED", reason="")
