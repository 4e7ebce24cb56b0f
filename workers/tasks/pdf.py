"""The PDF of an order's invoice, for a shop that shows it to its customer: fetched when it is asked for and not kept.

It names a person: it is never logged, and lies sealed in Redis for a minute, because Redis writes what it holds to its disk.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from app.log import log
from app.store import cache
from mappers.canonical import EntityKey, Kind
from mappers.errors import OrderbroError, Rejected
from mappers.snapshot import Known
from workers.clients.hogia import NotFound
from workers.gather import effects_of
from workers.resources import Resources
from workers.tasks.order import current_invoice

KEPT_SECONDS = 60.0


class NotThere(Rejected):
    """What was asked for does not exist."""

    family = "missing"


async def pdf(ctx: dict[str, Any], subject: str, request_id: str) -> None:
    """Answer `request_id` about the order `subject` with JSON: `number`, and `pdf`, sealed base64; or the error it ends in."""
    resources: Resources = ctx["resources"]
    try:
        answer = await _pdf(resources, EntityKey.parse(subject))
    except OrderbroError as error:
        answer = {"entity": subject, "error": {"code": error.code, "message": error.message, "family": error.family}}
    except Exception as error:  # noqa: BLE001 - somebody waits for an answer
        log.exception("pdf_fault", entity=subject)
        message = f"an unexpected {type(error).__name__}; this is a fault of ours, the log has it."
        answer = {"entity": subject, "error": {"code": "INTERNAL_ERROR", "message": message, "family": "bug"}}
    await cache.answer(resources.store, request_id, json.dumps(answer), seconds=KEPT_SECONDS)


async def _pdf(resources: Resources, key: EntityKey) -> dict[str, Any]:
    if key.kind is not Kind.ORDER:
        raise Rejected("PDF_ORDERS_ONLY", f"a {key.kind} has no invoice; orders have.")
    configured, _ = await resources.directory.shop(key.shop)
    made = current_invoice(await effects_of(resources, str(key)), str(key))
    if made is None or made.state is not Known.CONFIRMED:
        raise NotThere("INVOICE_NONE", f"{key} has no invoice in Hogia; its preview says why, or sync it.")
    try:
        content = await resources.hogia_client(configured).invoice_pdf(made.external_id)
    except NotFound as error:
        number = made.external_number or made.external_id
        raise NotThere(
            "INVOICE_PDF_NONE",
            f"Hogia has no PDF of invoice {number}. One that was made this minute may not be readable yet; else look in Hogia.",
        ) from error
    sealed = resources.seal.seal(base64.b64encode(content).decode())
    return {"entity": str(key), "number": made.external_number, "pdf": sealed}
