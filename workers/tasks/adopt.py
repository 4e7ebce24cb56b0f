"""Bind an invoice that was made by hand to an order: the ledger learns of it, and no other is ever made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.log import log
from app.store import cache, feeds, ledger, marks
from app.store.ledger import EffectState
from mappers.canonical import EntityKey, Kind
from mappers.connection import Connection
from mappers.errors import OrderbroError, Rejected, Transient
from mappers.flows.head import order_of_reference
from mappers.flows.orders import invoice_key
from mappers.hogia.model import HogiaInvoice
from mappers.hogia.reading_invoice import read_invoice
from workers.clients.hogia import HogiaClient
from workers.resources import Resources


async def adopt(ctx: dict[str, Any], subject: str, request_id: str) -> None:
    """Answer `request_id` with the adopted invoice as JSON. `subject` is JSON: entity, external_id or invoice_number, reason."""
    resources: Resources = ctx["resources"]
    wish = json.loads(subject)
    try:
        found = await _adopt(resources, EntityKey.parse(wish["entity"]), wish)
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
    except Exception as error:  # noqa: BLE001 - somebody waits for an answer
        log.exception("adopt_fault", entity=wish["entity"])
        message = f"an unexpected {type(error).__name__}; this is a fault of ours, the log has it."
        answer = {"entity": wish["entity"], "error": {"code": "INTERNAL_ERROR", "message": message, "family": "bug"}}
    await cache.answer(resources.store, request_id, json.dumps(answer))


async def _wanted(client: HogiaClient, wish: Mapping[str, str]) -> HogiaInvoice:
    """The invoice by its id or its number; raises Rejected where there is none, or more than one."""
    if wish.get("external_id"):
        return read_invoice(await client.invoice(wish["external_id"]))
    number = wish.get("invoice_number", "")
    found = await client.invoices_by_number(number) if number else []
    if len(found) != 1:
        raise Rejected("INVOICE_NOT_FOUND", f"Hogia has {len(found)} invoices with the number {number[:20]!r}; give the invoice's id.")
    return read_invoice(found[0])


async def _refuse_anothers(resources: Resources, connection: Connection, key: EntityKey, found: HogiaInvoice) -> None:
    """Raises Rejected for an invoice that is another order's, or a credit: what happens to it would happen to the wrong order."""
    linked = await feeds.order_of(resources.store, connection.key, found.id)
    named = order_of_reference(connection, found.reference)
    others = {each for each in (linked, str(named) if named is not None else None) if each is not None and each != str(key)}
    if others:
        raise Rejected(
            "INVOICE_OF_ANOTHER_ORDER",
            f"invoice {found.number or found.id} belongs to {', '.join(sorted(others))}. Give the invoice that was made for this order.",
            subject=str(key),
        )
    if found.credits:
        raise Rejected(
            "INVOICE_IS_A_CREDIT", f"invoice {found.number or found.id} credits another. Give the invoice itself.", subject=str(key)
        )


async def _adopt(resources: Resources, key: EntityKey, wish: Mapping[str, str]) -> HogiaInvoice:
    reason = wish.get("reason", "")
    if key.kind is not Kind.ORDER:
        raise Rejected("ADOPT_ORDERS_ONLY", f"a {key.kind} has no invoice; orders have.")
    configured, _ = await resources.directory.shop(key.shop)
    known = await ledger.get(resources.store, invoice_key(str(key)))
    if known is not None and known.state is EffectState.CONFIRMED and known.checked:
        raise Rejected("ALREADY_INVOICED", f"the order has invoice {known.external_number or known.external_id} already.")
    found = await _wanted(resources.hogia_client(configured), wish)
    await _refuse_anothers(resources, configured.connection, key, found)
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
        links={feeds.invoice_link(configured.connection.key, found.id): str(key)},
    )
    settled = marks.Settlement(
        outcome=marks.Outcome.DONE,
        status="processed",
        reason=f"invoice {found.number} adopted",
        story=f"adopted invoice {found.number}: {reason}",
    )
    await marks.settle(resources.store, claim, settled)
    return found
