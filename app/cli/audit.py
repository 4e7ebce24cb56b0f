"""`orderbro audit`: who did what."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli import show
from app.cli.session import run
from app.operations import audit as operations


def audit(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="how many, newest first")] = 50,
    *,
    json: show.Json = False,
) -> None:
    """Who did what, when, from where, and what came of it."""
    entries, _ = run(lambda s: operations.listed(s.store, limit=limit))
    if json:
        show.as_json(entries)
        return
    show.table(
        ["at", "who", "from", "action", "target", "reason", "counts", "result"],
        [[e["at"], e["key_name"], e["origin"], e["action"], e["target"], e["reason"], _counted(e["counts"]), e["result"]] for e in entries],
    )


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
