"""`orderbro fields`: the data register, every field that each flow writes."""

from __future__ import annotations

from dataclasses import asdict
from dataclasses import fields as names_of
from pathlib import Path
from typing import Annotated

import typer

from app.cli import show
from app.operations import csv_file
from mappers.catalogue.register import register
from mappers.catalogue.register_model import Entry
from mappers.connection import Flow

COLUMNS = tuple(field.name for field in names_of(Entry))


def fields(
    *,
    flow: Annotated[Flow | None, typer.Option(help="one flow; left out: all three")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", dir_okay=False, help="write them to a file")] = None,
    excel: Annotated[bool, typer.Option("--excel", help="with --csv: as a Swedish Excel opens it by a double click")] = False,
    json: show.Json = False,
) -> None:
    """Every field that Orderbro writes in each flow: what, from what, which way, by which rule, when. Needs no server."""
    found = [(each, entry) for each in ([flow] if flow else list(Flow)) for entry in register(each)]
    if csv is not None:
        with csv.open("wb") as file:
            cells = ([each.value, *asdict(entry).values()] for each, entry in found)
            file.writelines(csv_file.chunks(["flow", *COLUMNS], cells, excel=excel))
        typer.echo(f"{len(found)} rows in {csv}")
        return
    if json:
        show.as_json([{"flow": each.value, **asdict(entry)} for each, entry in found])
        return
    for each in dict.fromkeys(each for each, _ in found):
        rows = [entry for own, entry in found if own is each]
        show.table(
            ["part", "way", "target", "source", "rule", "when"],
            [[entry.part, entry.way, entry.target, entry.source, entry.rule, entry.when] for entry in rows],
            title=f"{each.value}: {len(rows)} fields",
        )
