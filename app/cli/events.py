"""`orderbro events`: what was received, looking again, putting aside."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from app.cli import show
from app.cli.session import run
from app.operations import events, replays
from app.operations.events import Filters
from app.operations.replays import DEFAULT_LIMIT, DEFAULT_RATE
from app.operations.times import milliseconds
from app.store.events import EventStatus
from mappers.canonical import Kind

commands = typer.Typer(help="What was received, and what became of it.", no_args_is_help=True)

Status = Annotated[EventStatus | None, typer.Option(help="received, processed, ignored, failed, retrying or discarded")]
Connection = Annotated[str, typer.Option(help="a connection's key")]
Shop = Annotated[str, typer.Option(help="a shop's key")]
OfKind = Annotated[Kind | None, typer.Option(help="order, product, stock or customer")]
Entity = Annotated[str, typer.Option(help="shop/kind/id, for instance acme-se/order/42")]
Type = Annotated[str, typer.Option(help="for instance order.refunded")]
Code = Annotated[str, typer.Option(help="the code of why it failed or was ignored")]
From = Annotated[str, typer.Option("--from", help="received at or after: ISO 8601, UTC without an offset")]
To = Annotated[str, typer.Option("--to", help="received at or before")]
Reason = Annotated[str, typer.Option(help="why; written into the story and the audit stream")]


def _moment(text: str, option: str) -> int | None:
    if not text:
        return None
    try:
        return milliseconds(datetime.fromisoformat(text))
    except ValueError:
        raise typer.BadParameter(f"{option} {text!r} is not ISO 8601, for instance 2026-11-24T10:00:00+01:00.") from None


def _filters(since: str, until: str, **fields: str | None) -> Filters:
    given = {name: str(value) for name, value in fields.items() if value}
    return Filters(fields=given, from_ms=_moment(since, "--from"), to_ms=_moment(until, "--to"))


@commands.command("list")
def list_events(
    *,
    status: Status = None,
    connection: Connection = "",
    shop: Shop = "",
    kind: OfKind = None,
    entity: Entity = "",
    type: Type = "",  # noqa: A002 - the option's name
    code: Code = "",
    since: From = "",
    until: To = "",
    cursor: Annotated[str, typer.Option(help="the cursor printed under the page before")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    json: show.Json = False,
) -> None:
    """Events, newest first."""
    filters = _filters(since, until, status=status, connection=connection, shop=shop, kind=kind, entity=entity, type=type, code=code)
    if cursor and not cursor.partition(".")[0].isdecimal():
        raise typer.BadParameter("--cursor is what the page before printed.")
    found = run(lambda s: events.page(s.store, filters, cursor=cursor, limit=limit))
    if json:
        show.as_json(found)
        return
    show.table(
        ["received", "event", "status", "type", "entity", "code", "reason"],
        [[e["received_at"], e["id"], e["status"], e["type"], e["entity"], e["code"], e["reason"]] for e in found["events"]],
    )
    if found["cursor"]:
        typer.echo(f"more: --cursor {found['cursor']}")


@commands.command("show")
def show_event(
    event_id: str,
    *,
    body: Annotated[bool, typer.Option("--body", help="with the notice as it was received")] = False,
    json: show.Json = False,
) -> None:
    """One event with its entity's state."""
    found = run(lambda s: events.show(s.store, event_id, body=body))
    if json:
        show.as_json(found)
        return
    state: dict[str, Any] = found.pop("entity_state") or {}
    show.lines(found.items())
    show.lines([("now", state.get("summary", ""))])
    for effect in state.get("effects", []):
        show.lines([("effect", f"{effect['key']} {effect['state']} {effect['external_number']}")])


@commands.command()
def replay(
    event_id: Annotated[str, typer.Argument(help="one event; left out: everything the filters find")] = "",
    *,
    status: Status = None,
    connection: Connection = "",
    shop: Shop = "",
    kind: OfKind = None,
    entity: Entity = "",
    type: Type = "",  # noqa: A002
    code: Code = "",
    since: From = "",
    until: To = "",
    everything: Annotated[bool, typer.Option("--all", help="without any filter")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only count, and ask the ledger")] = False,
    rate: Annotated[float, typer.Option(min=0.01, max=100, help="entities per second")] = DEFAULT_RATE,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="at most so many entities")] = DEFAULT_LIMIT,
    reason: Reason = "",
    json: show.Json = False,
) -> None:
    """Look again: at one event's entity, or at all that the filters find. What is confirmed is not done twice."""
    filters = _filters(since, until, status=status, connection=connection, shop=shop, kind=kind, entity=entity, type=type, code=code)
    filtered = bool(filters.spoken())
    if event_id:
        if filtered or dry_run or everything:
            raise typer.BadParameter("name an event or give filters, not both.")
        done = run(lambda s: events.replay(s.store, s.actor, event_id, reason=reason))
        show.as_json(done) if json else typer.echo(f"{done['entity']} is looked at again")
        return
    if not filtered and not everything:
        raise typer.BadParameter("name an event, give a filter, or --all.")
    if dry_run:
        _print_plan(run(lambda s: replays.plan(s.store, filters, limit=limit)), json=json)
        return
    if not reason:
        raise typer.BadParameter("--reason is required.")
    made = run(lambda s: replays.start(s.store, s.actor, filters, rate_per_second=rate, limit=limit, reason=reason, new_id=s.new_id))
    if json:
        show.as_json(made)
        return
    typer.echo(f"replay {made['id']}: {made['total']} entities at {rate:g} per second, carried out by the workers")
    typer.echo(f"progress: orderbro events replays {made['id']}; stop: orderbro events cancel {made['id']}")


def _print_plan(plan: dict[str, Any], *, json: bool) -> None:
    if json:
        show.as_json(plan)
        return
    more = " (more than --limit)" if plan["truncated"] else ""
    typer.echo(f"{plan['events']} events about {plan['entities']} entities{more}; {plan['without_entity']} events name no entity")
    rows = [[name, word, count] for name in ("by_status", "by_type", "by_code") for word, count in plan[name].items()]
    show.table(["", "", "events"], rows, right=["events"])
    invoices = plan["ledger"]["invoice"]
    show.table(
        ["the ledger says of their invoices", "orders"],
        [
            ["confirmed: stays as it is", invoices["confirmed"]],
            ["unknown: looked up in Hogia first", invoices["unknown"]],
            ["failed: tried again", invoices["failed"]],
            ["none: created where the order calls for one", invoices["none"]],
        ],
        right=["orders"],
    )


@commands.command("replays")
def list_replays(
    replay_id: Annotated[str, typer.Argument(help="one replay; left out: the newest")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500)] = 20,
    *,
    json: show.Json = False,
) -> None:
    """Replays and their progress."""
    if replay_id:
        one = run(lambda s: replays.show(s.store, replay_id))
        show.as_json(one) if json else show.lines([*((n, v) for n, v in one.items() if n != "outcome"), *one["outcome"].items()])
        return
    found = run(lambda s: replays.listed(s.store, limit=limit))
    if json:
        show.as_json(found)
        return
    show.table(
        ["replay", "status", "released", "of", "by", "reason", "created"],
        [[r["id"], r["status"], r["released"], r["total"], r["by"], r["reason"], r["created_at"]] for r in found["replays"]],
        right=["released", "of"],
    )


@commands.command()
def cancel(replay_id: str) -> None:
    """Stop a replay where it is."""
    found = run(lambda s: replays.cancel(s.store, s.actor, replay_id))
    typer.echo(f"stopped after {found['released']} of {found['total']}")


@commands.command()
def discard(event_id: str, reason: Annotated[str, typer.Option(help="why; written into the story and the audit stream")]) -> None:
    """Put an event aside."""
    done = run(lambda s: events.discard(s.store, s.actor, event_id, reason=reason))
    typer.echo(f"{event_id} is discarded (it was {done['status_before']})")
