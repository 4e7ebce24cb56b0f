"""`orderbro deadlines`: authorisations that end soon and are not captured."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli import show
from app.cli.session import run
from app.operations.deadlines import NEAR_DAYS, page


def deadlines(
    within_days: Annotated[int, typer.Option(min=0, max=400, help="how far ahead")] = NEAR_DAYS,
    shop: Annotated[str, typer.Option(help="of one shop")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    *,
    json: show.Json = False,
) -> None:
    """Payments that are not captured and can soon be captured no more, nearest first."""
    found = run(lambda s: page(s.store, within_days=within_days, shop=shop, limit=limit))
    if json:
        show.as_json(found)
        return
    show.table(
        ["entity", "provider", "ends", "days left", "said by the provider"],
        [[d["entity"], d["provider"], d["expires_at"], d["days_left"], "yes" if d["certain"] else "reckoned"] for d in found["deadlines"]],
        right=("days left",),
    )
    typer.echo(f"{found['count']} end within {within_days} days")
