"""How answers are printed: tables for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

Json = Annotated[bool, typer.Option("--json", help="print JSON instead of a table")]
WIDTH = 200  # where the output is no terminal


def console() -> Console:
    """On the present standard output, wide enough for a pipe."""
    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=WIDTH)


def as_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def lines(pairs: Iterable[tuple[str, Any]]) -> None:
    """Names and values, one a line; empty ones are left out."""
    found = [(name, value) for name, value in pairs if value not in (None, "", [], {})]
    width = max((len(name) for name, _ in found), default=0)
    for name, value in found:
        typer.echo(f"{name:<{width}}  {value}")


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "", right: Sequence[str] = ()) -> None:
    """A table; columns named in `right` are aligned to the right."""
    made = Table(title=title or None, title_justify="left")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*[Text(str(cell if cell is not None else "")) for cell in row])
    console().print(made)
