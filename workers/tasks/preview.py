"""The dry run of an order, for an operator who waits: gathered and decided now, nothing applied, no mark touched."""

from __future__ import annotations

import json
from typing import Any

from app.log import log
from app.store import cache
from app.store.connections import Configured
from mappers.canonical import EntityKey, Kind
from mappers.changes import Changeset, Verdict
from mappers.connection import Shop
from mappers.errors import OrderbroError, Rejected
from mappers.flows.after import decide_after
from mappers.flows.orders import decide_order
from mappers.invoice.model import InvoiceDocument
from mappers.snapshot import KnownEffect, OrderSnapshot
from workers.gather import gather_order
from workers.gather_after import gather_after
from workers.resources import Resources
from workers.tasks.order import current_invoice, is_made


async def preview(ctx: dict[str, Any], subject: str, request_id: str) -> None:
    """Answer `request_id` with the decision about the entity `subject` as JSON, or with the error it ends in."""
    resources: Resources = ctx["resources"]
    try:
        answer = await _preview(resources, EntityKey.parse(subject))
    except OrderbroError as error:
        answer = {"entity": subject, "error": {"code": error.code, "message": error.message, "family": error.family}}
    except Exception as error:  # noqa: BLE001 - somebody waits for an answer
        log.exception("preview_fault", entity=subject)
        message = f"an unexpected {type(error).__name__}; this is a fault of ours, the log has it."
        answer = {"entity": subject, "error": {"code": "INTERNAL_ERROR", "message": message, "family": "bug"}}
    await cache.answer(resources.store, request_id, json.dumps(answer))


async def _preview(resources: Resources, key: EntityKey) -> dict[str, Any]:
    if key.kind is not Kind.ORDER:
        raise Rejected("PREVIEW_ORDERS_ONLY", f"a {key.kind} has no preview; orders have.")
    configured, shop = await resources.directory.shop(key.shop)
    since = int(resources.now().timestamp() * 1000)
    snapshot = await gather_order(resources, configured, shop, key, since_ms=since)
    try:
        decision = decide_order(snapshot)
    except OrderbroError as error:
        if error.family not in {"rejected", "misconfigured"}:
            raise
        return {**_head(snapshot), **_parked(error)}
    shown = {**_head(snapshot), **_decided(decision)}
    made = current_invoice(snapshot.effects, str(key))
    if made is not None and is_made(made) and decision.verdict is not Verdict.WAIT:
        shown["after"] = await _later(resources, configured, shop, key, made=made, snapshot=snapshot)
    return shown


async def _later(
    resources: Resources, configured: Configured, shop: Shop, key: EntityKey, *, made: KnownEffect, snapshot: OrderSnapshot
) -> dict[str, Any] | None:
    """What the invoice's later life asks for now; None where the shop has the order no more."""
    later = await gather_after(
        resources, configured, shop, key, made=made, effects=snapshot.effects, order=snapshot.order, hints=frozenset({"operator"})
    )
    if later is None:
        return None
    try:
        decision = decide_after(later)
    except OrderbroError as error:
        if error.family not in {"rejected", "misconfigured"}:
            raise
        return _parked(error)
    parked = {"parked": {"code": decision.parked.code, "reason": decision.parked.message}} if decision.parked is not None else {}
    return {**_decided(decision), "outcome": decision.verdict.value, **parked}


def _parked(error: OrderbroError) -> dict[str, Any]:
    return {"outcome": "parked", "code": error.code, "reason": error.message, "changes": [], "notices": []}


def _head(snapshot: OrderSnapshot) -> dict[str, Any]:
    order = snapshot.order
    shown = None
    if order is not None:
        state = order.states.get(order.current_state)
        shown = {
            "reference": order.reference,
            "total_paid_incl": str(order.total_paid_incl),
            "currency": order.currency.code,
            "state": f"{order.current_state} {state.name}" if state else str(order.current_state),
        }
    return {"entity": str(snapshot.key), "decided_at": snapshot.now.isoformat(), "order": shown}


def _decided(decision: Changeset) -> dict[str, Any]:
    outcome = {"changes": "invoice", "nothing": "nothing", "wait": "wait"}[decision.verdict.value]
    return {
        "outcome": outcome,
        "code": decision.code,
        "reason": decision.reason,
        "document": _document(decision.document) if decision.document else None,
        "changes": [{"kind": type(change).__name__, "key": change.key, "summary": change.summary} for change in decision.changes],
        "notices": [{"code": notice.code, "message": notice.message} for notice in decision.notices],
    }


def _document(document: InvoiceDocument) -> dict[str, Any]:
    invoice = document.invoice
    return {
        "customer_number": document.customer_number,
        "invoice_date": document.invoice_date.isoformat(),
        "due_date": document.due_date.isoformat(),
        "invoice_reference": document.invoice_reference,
        "currency": invoice.currency,
        "rows": [
            {
                "kind": row.kind.value,
                "article": row.article,
                "text": row.text,
                "quantity": str(row.quantity),
                "unit_price": str(row.unit_price),
                "net": str(row.net),
                "rate": str(row.rate),
                "account": row.account,
            }
            for row in invoice.rows
        ],
        "vat": [{"rate": str(line.rate), "net": str(line.net), "vat": str(line.vat)} for line in invoice.vat],
        "net": str(invoice.net),
        "gross": str(invoice.gross),
    }
