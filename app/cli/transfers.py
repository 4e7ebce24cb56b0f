"""`orderbro preview` and `orderbro sync`: one order, as a dry run or now."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app.cli import show
from app.cli.session import run
from app.operations import entities
from mappers.canonical import EntityKey, Kind
from mappers.errors import Rejected

Shop = Annotated[str, typer.Argument(help="the shop's key")]
Order = Annotated[str, typer.Argument(help="the order's id in the shop")]
MONEY = ("quantity", "unit price", "net", "rate", "vat")


def order_key(shop: str, order: str) -> EntityKey:
    """Raises Rejected ENTITY_MALFORMED."""
    if not (order.isascii() and order.isdecimal()):
        raise Rejected(
            "ENTITY_MALFORMED", f"{order!r} is no order id; it is the number that the shop's back office shows as ID, not the reference."
        )
    return EntityKey(shop=shop, kind=Kind.ORDER, id=order)


def preview(
    shop: Shop,
    order: Order,
    seconds: Annotated[float, typer.Option(min=1, max=600, help="how long to wait for a worker")] = 30,
    *,
    json: show.Json = False,
) -> None:
    """What a transfer would do now, with the full invoice; nothing is done."""
    key = order_key(shop, order)
    found = run(lambda s: entities.preview(s.store, key, new_id=s.new_id, seconds=seconds))
    if json:
        show.as_json(found)
        return
    head = found.get("order") or {}
    total = f"{head.get('total_paid_incl', '')} {head.get('currency', '')}".strip()
    show.lines(
        [
            ("order", f"{key} {head.get('reference', '')}".strip()),
            ("state", head.get("state")),
            ("total in the shop, incl. VAT", total),
            ("outcome", found.get("outcome")),
            ("code", found.get("code")),
            ("reason", found.get("reason")),
        ]
    )
    if found.get("document"):
        _invoice(found["document"], head.get("currency", ""))
    if found.get("changes"):
        show.table(["would do", "effect"], [[change.get("summary"), change.get("key")] for change in found["changes"]])
    for notice in found.get("notices") or []:
        typer.echo(f"notice {notice.get('code')}: {notice.get('message')}")


def _invoice(document: dict[str, Any], currency: str) -> None:
    show.lines(
        [
            ("customer", document.get("customer_number")),
            ("invoice date", document.get("invoice_date")),
            ("due date", document.get("due_date")),
            ("reference", document.get("invoice_reference")),
        ]
    )
    show.table(
        ["kind", "article", "text", "quantity", "unit price", "net", "rate", "account"],
        [
            [row.get(name) for name in ("kind", "article", "text", "quantity", "unit_price", "net", "rate", "account")]
            for row in document.get("rows", [])
        ],
        right=MONEY,
    )
    show.table(["rate", "net", "vat"], [[vat.get("rate"), vat.get("net"), vat.get("vat")] for vat in document.get("vat", [])], right=MONEY)
    show.lines([("net", f"{document.get('net')} {currency}"), ("gross, incl. VAT", f"{document.get('gross')} {currency}")])


def sync(
    shop: Shop,
    order: Order,
    seconds: Annotated[float, typer.Option(min=0, max=600, help="how long to wait for the outcome")] = 30,
    *,
    json: show.Json = False,
) -> None:
    """Transfer now, and wait for the outcome. Exit code 1 when it failed or did not come in time."""
    key = order_key(shop, order)
    done = run(lambda s: entities.sync(s.store, s.actor, key, new_id=s.new_id, wait_seconds=seconds))
    if json:
        show.as_json(done)
    elif done["settled"]:
        show.lines([("status", done["status"]), ("code", done["code"]), ("reason", done["reason"]), ("now", done["state"]["summary"])])
    else:
        told = f"{done['code']}: {done['reason']}" if done.get("code") else "no worker has finished it; is one running?"
        typer.echo(f"recorded as {done['event_id']}, not finished after {seconds:g} seconds ({done.get('status')}): {told}")
    if not done["settled"] or done["status"] not in {"processed", "ignored"}:
        raise typer.Exit(1)
