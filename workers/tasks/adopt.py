"""Bind an invoice that was made by hand to an order: the ledger learns of it, and no other is ever made."""

from __future__ import annotations

import json
from typing import Any

from app.store import cache, ledger, marks
from app.store.ledger import EffectState
from mappers.canonical import EntityKey, Kind
from mappers.errors import OrderbroError, Rejected, Transient
from mappers.flows.orders import invoice_key
from mappers.hogia.model import HogiaInvoice
from mappers.hogia.reading_invoice import read_invoice
from workers.resources import Resources


async def adopt(ctx: dict[str, Any], subject: str, request_id: str) -> None:
    """Answer `request_id` with the adopted invoice as JSON. `subject` is JSON: entity, external_id, reason."""
    resources: Resources = ctx["resources"]
    wish = json.loads(subject)
    try:
        found = await _adopt(resources, EntityKey.parse(wish["entity"]), wish["external_id"], wish.get("reason", ""))
        answer = {
            "entity": wish["entity"],
            "invoice": {
                "id": found.id,
                "number": found.number,
                "gross": str(found.gross),
                "currency": found.currency,
                "status": found.status,
            },
        }
    except OrderbroError as error:
        answer = {"entity": wish["entity"], "error": {"code": error.code, "message": error.message, "family": error.family}}
    await cache.answer(resources.store, request_id, json.dumps(answer))


async def _adopt(resources: Resources, key: EntityKey, external_id: str, reason: str) -> HogiaInvoice:
    if key.kind is not Kind.ORDER:
        raise Rejected("ADOPT_ORDERS_ONLY", f"a {key.kind} has no invoice; orders have.")
    configured, _ = await resources.directory.shop(key.shop)
    known = await ledger.get(resources.store, invoice_key(str(key)))
    if known is not None and known.state is EffectState.CONFIRMED:
        raise Rejected("ALREADY_INVOICED", f"the order has invoice {known.external_number or known.external_id} already.")
    found = read_invoice(await resources.hogia_client(configured).invoice(external_id))
    await marks.mark(resources.store, [str(key)], hint="operator", why=f"adopt invoice {found.number}: {reason}")
    claim = await marks.claim(resources.store, str(key), owner=resources.worker_id, lease_seconds=resources.settings.lease_seconds)
    if not isinstance(claim, marks.Claim):
        raise Transient("ENTITY_BUSY", "a run on this order is under way; try again in a moment.")
    await ledger.write(
        resources.store,
        claim,
        invoice_key(str(key)),
        EffectState.CONFIRMED,
        fields={
            "kind": "invoice",
            "external_id": found.id,
            "external_number": str(found.number or ""),
            "amount": str(found.gross),
            "currency": found.currency,
            "adopted": "1",
            "checked": "1",
            "code": "",
            "reason": reason,
        },
    )
    settled = marks.Settlement(
        outcome=marks.Outcome.DONE,
        status="processed",
        reason=f"invoice {found.number} adopted",
        story=f"adopted invoice {found.number}: {reason}",
    )
    await marks.settle(resources.store, claim, settled)
    return found
