"""`orderbro parked`: what waits for a person."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli import show
from app.cli.session import run
from app.operations import parked
from mappers.canonical import EntityKey
from mappers.errors import Rejected

commands = typer.Typer(help="What waits for a person: list, look again, put aside.", no_args_is_help=True)

Entity = Annotated[str, typer.Argument(help="shop/kind/id, for instance acme-se/order/42")]


def entity(text: str) -> EntityKey:
    """Raises Rejected ENTITY_MALFORMED."""
    try:
        return EntityKey.parse(text)
    except ValueError:
        raise Rejected("ENTITY_MALFORMED", f"{text!r} is no entity; write shop/kind/id, for instance acme-se/order/42.") from None


@commands.command("list")
def list_parked(
    shop: Annotated[str, typer.Option(help="of one shop")] = "",
    code: Annotated[str, typer.Option(help="with one code")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    *,
    json: show.Json = False,
) -> None:
    """Oldest first: which entity, since when, why, and what to do."""
    found = run(lambda s: parked.page(s.store, shop=shop, code=code, limit=limit))
    if json:
        show.as_json(found)
        return
    show.table(["entity", "since", "code", "reason"], [[p["entity"], p["at"], p["code"], p["reason"]] for p in found["parked"]])


@commands.command()
def release(
    which: Annotated[str, typer.Argument(metavar="[ENTITY]", help="shop/kind/id; left out: everything with --code")] = "",
    code: Annotated[str, typer.Option(help="everything parked with this code")] = "",
    shop: Annotated[str, typer.Option(help="with --code: of one shop")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 1000,
    reason: Annotated[str, typer.Option(help="written into the story and the audit stream; required with --code")] = "",
) -> None:
    """Look at it again."""
    if bool(which) == bool(code):
        raise typer.BadParameter("name an entity, or --code for everything parked with it.")
    if which:
        key = entity(which)
        run(lambda s: parked.release(s.store, s.actor, key, reason=reason))
        typer.echo(f"{which} is looked at again")
        return
    if not reason:
        raise typer.BadParameter("--reason is required with --code.")
    done = run(lambda s: parked.release_all(s.store, s.actor, code=code, shop=shop, limit=limit, reason=reason))
    typer.echo(f"{done['released']} are looked at again; {done['still_parked']} are still parked")


@commands.command()
def drop(which: Entity, reason: Annotated[str, typer.Option(help="why; written into the story and the audit stream")]) -> None:
    """Put it aside until something new comes."""
    key = entity(which)
    run(lambda s: parked.drop(s.store, s.actor, key, reason=reason))
    typer.echo(f"{which} is put aside until something new comes")
