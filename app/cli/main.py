"""`orderbro`: every command, and the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import typer
from typer.core import TyperGroup

from app.cli import audit, catalogue, connections, deadlines, events, fields, keys, parked, processes, transfers
from mappers.errors import OrderbroError

LAZY = {"demo": "app.cli.demo"}  # brings a whole simulated world along, so it is imported only when it is asked for


def _is_there(module: str) -> bool:
    """A slim installation may leave the module out."""
    spec = importlib.util.find_spec(module)
    return spec is not None and spec.origin is not None


class Commands(TyperGroup):
    """Prints errors as `CODE: sentence`, and imports some commands only when they are used."""

    # ctx is Any: typer brings its own copy of click, whose classes have no public name.

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *(name for name, module in LAZY.items() if _is_there(module))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        module = LAZY.get(cmd_name)
        if module is None or not _is_there(module):
            return super().get_command(ctx, cmd_name)
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(cmd_name)(getattr(importlib.import_module(module), cmd_name))
        return typer.main.get_command(alone)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except OrderbroError as error:
            typer.echo(f"{error.code}: {error.message}", err=True)
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=Commands,
    name="orderbro",
    help="The bridge between PrestaShop web shops and Hogia Smart accounting.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(processes.up)
app.command()(processes.serve)
app.command()(processes.work)
app.command()(transfers.preview)
app.command()(transfers.sync)
app.command()(fields.fields)
app.command()(audit.audit)
app.command()(deadlines.deadlines)
app.add_typer(connections.commands, name="connections")
app.add_typer(catalogue.commands, name="catalogue")
app.add_typer(events.commands, name="events")
app.add_typer(parked.commands, name="parked")
app.add_typer(keys.commands, name="keys")


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
