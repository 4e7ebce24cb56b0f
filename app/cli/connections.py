"""`orderbro connections`: one Hogia organisation and its shops."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli import show
from app.cli.session import Session, run
from app.operations import connections
from mappers.errors import Rejected

commands = typer.Typer(help="Connections: one Hogia organisation and its shops.", no_args_is_help=True)


@commands.command()
def apply(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="the connection file (TOML)")]) -> None:
    """Store a connection file. `env:NAME` is read from the environment now, and sealed."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Rejected("CONNECTION_FILE_INVALID", f"{file} is not TOML: {error}") from None

    async def applied(s: Session) -> tuple[dict[str, Any], str]:
        return await connections.apply(s.store, s.seal, s.actor, document, environment=os.environ), s.settings.url

    done, url = run(applied)
    typer.echo(f"connection {done['key']} {done['result']}")
    for shop in done["shops"]:
        typer.echo(f"shop {shop}: enter in its module {connections.webhook_address(url, shop)}")


@commands.command("list")
def list_connections(*, json: show.Json = False) -> None:
    """Every connection with its shops."""
    found = run(lambda s: connections.listed(s.store))
    if json:
        show.as_json(found)
        return
    show.table(
        ["key", "name", "plan", "flow", "shops"],
        [[c["key"], c["name"], c["plan"], c["flow"], ", ".join(shop["key"] for shop in c["shops"])] for c in found["connections"]],
    )


@commands.command("show")
def show_connection(key: str, *, json: show.Json = False) -> None:
    """One connection: its file without secrets, which secrets are set, and the webhook addresses."""

    async def shown(s: Session) -> tuple[dict[str, Any], str]:
        whole = await connections.show(s.store, s.seal, key, public_url=s.settings.url)
        return whole, await connections.export(s.store, s.seal, key)

    found, text = run(shown)
    if json:
        show.as_json(found)
        return
    typer.echo(text)
    for shop, about in found["shops"].items():
        typer.echo(f"# shop {shop}: secrets {', '.join(about['secrets'])}; webhook address {about['webhook_address']}")


@commands.command()
def export(key: str) -> None:
    """Print the connection file, with env:NAME in place of each secret."""
    typer.echo(run(lambda s: connections.export(s.store, s.seal, key)), nl=False)


@commands.command()
def check(
    key: str,
    seconds: Annotated[float, typer.Option(min=1, max=600, help="how long to wait for a worker")] = 60,
    *,
    json: show.Json = False,
) -> None:
    """Verify both sides: keys, permissions, modules, states, accounts, tax, clock. Exit code 1 when something is wrong."""
    found = run(lambda s: connections.check(s.store, key, new_id=s.new_id, seconds=seconds))
    if json:
        show.as_json(found)
    else:
        show.table(
            ["level", "where", "code", "what"],
            [[each["level"], each.get("subject", ""), each["code"], each["message"]] for each in found["findings"]],
        )
    if any(each["level"] == "error" for each in found["findings"]):
        raise typer.Exit(1)
