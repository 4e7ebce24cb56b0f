"""`orderbro catalogue`: the initial synchronisation of products, and what became of each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from app.cli import show
from app.cli.session import Session, run
from app.operations import catalogue, catalogue_report
from mappers.catalogue.lanes import Lane, Origin
from mappers.catalogue.outcome import Status

commands = typer.Typer(
    help="Products, prices and stock: the initial synchronisation, and what became of each product.", no_args_is_help=True
)

POLL_SECONDS = 0.5
LINE_SECONDS = 5.0  # where the output is no terminal
LISTED_CODES = 12

ConnectionKey = Annotated[str, typer.Argument(help="a connection's key")]
ShopKey = Annotated[str, typer.Argument(help="a shop's key")]
Shops = Annotated[list[str] | None, typer.Option("--shop", help="a shop's key, several times for several; left out: every shop")]


@commands.command()
def start(
    connection: ConnectionKey,
    origin: Annotated[Origin, typer.Option("--from", help="where the catalogue is taken from: prestashop or hogia")],
    *,
    preview: Annotated[bool, typer.Option("--preview", help="only say what would be done, for every product")] = False,
    shop: Shops = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="show its progress until it ends")] = True,
) -> None:
    """Begin the initial synchronisation, or its preview. Workers carry it out; it goes on after a crash. Exit code 1 when a shop is parked."""
    done = run(lambda s: catalogue.start(s.store, s.actor, connection, origin, preview=preview, new_id=s.new_id, shops=shop or None))
    typer.echo(f"{'preview' if preview else 'synchronisation'} started from {origin.value}: {', '.join(done['shops'])}")
    for left in done["left_out"]:
        typer.echo(f"{left['shop']} is left out: {left['reason']}")
    if not wait:
        typer.echo(f"progress: orderbro catalogue status {connection}")
        return
    try:
        ended = run(lambda s: _follow(s, connection, done["lane"], done["shops"], done["run"]))
    except KeyboardInterrupt:
        typer.echo(
            f"the run goes on without this command. Progress: orderbro catalogue status {connection}; end it: orderbro catalogue stop {connection}"
        )
        raise typer.Exit(130) from None
    for key, lane in ended.items():
        if lane is None:
            typer.echo(f"{key}: the run was stopped, or another one was begun")
            continue
        _print_counts(key, lane)
        typer.echo(f"each of them: orderbro catalogue report {connection} {key} --lane {lane['lane']} --csv report.csv --excel")
    if any(lane is None or lane["phase"] != "ended" for lane in ended.values()):
        raise typer.Exit(1)


async def _follow(s: Session, connection: str, lane: str, shops: list[str], run_id: str) -> dict[str, Any]:
    """Show the shops' progress until each has ended, is parked (they wait for a person) or is gone; answers how each ended, with counts."""
    bars, bar_of = _bars(), dict[str, TaskID]()
    told = 0.0
    with bars:
        while True:
            found = await catalogue.status(s.store, connection, counts=False)
            lanes = {key: lane_ for key, lane_ in _lanes(found, lane) if key in shops and lane_["run"]["id"] == run_id}
            said = {key: _sentence(lanes[key], workers=found["workers"]) for key in lanes}
            for key, each in lanes.items():
                if key not in bar_of:
                    bar_of[key] = bars.add_task(key, said="")
                bars.update(bar_of[key], total=each["total"], completed=each["done"] or 0, said=said[key])
            over = all(each["phase"] == "ended" or (each["trouble"] and each["trouble"]["parked"]) for each in lanes.values())
            if not bars.console.is_terminal and (over or time.monotonic() - told >= LINE_SECONDS):
                told = time.monotonic()
                for key, sentence in said.items():
                    typer.echo(f"{key}: {sentence}")
            if over:
                break
            await asyncio.sleep(POLL_SECONDS)
    whole = dict(_lanes(await catalogue.status(s.store, connection), lane))
    return {key: whole.get(key) if key in lanes else None for key in shops}


def _bars() -> Progress:
    """A bar per shop; nothing where the output is no terminal."""
    console = show.console()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}", markup=False))
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _lanes(found: Mapping[str, Any], lane: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The lane of each shop that has a run."""
    for shop in found["shops"]:
        for each in shop["lanes"]:
            if each["lane"] == lane and each["run"] is not None:
                yield shop["shop"], each


def _sentence(lane: Mapping[str, Any], *, workers: int) -> str:
    """How far a lane is: `1 200 of 10 000, 151.2 per second, 58 s left`."""
    trouble = lane["trouble"]
    if trouble:
        kind = "waits for a person" if trouble["parked"] else f"temporary trouble, again at {trouble['again_at']}"
        return f"{kind}: {trouble['code']}: {trouble['reason']}"
    if lane["phase"] not in {"never", "ended"} and not workers:
        return "waits for a worker; start one with: orderbro work"
    if lane["phase"] == "listing":
        return f"listing: {_number(lane['listed'])} so far; how many there are is known when all are listed"
    if lane["total"] is None:
        return "no run" if lane["phase"] == "never" else f"{lane['phase']}"
    parts = [f"{_number(lane['done'])} of {_number(lane['total'])}"]
    if lane["rate_per_second"]:
        parts.append(f"{lane['rate_per_second']} per second")
    if lane["phase"] == "finishing":
        parts.append("waits for a last look at some")
    elif lane["phase"] == "running" and lane["remaining_seconds"] is not None:
        parts.append(f"{timedelta(seconds=lane['remaining_seconds'])} left")
    elif lane["phase"] == "ended":
        parts.append("ended")
    return ", ".join(parts)


def _number(count: int) -> str:
    return f"{count:,}".replace(",", " ")


def _print_counts(title: str, lane: Mapping[str, Any]) -> None:
    counts = lane["counts"]
    rows: list[list[Any]] = [["status", word, count] for word, count in counts["status"].items()]
    for kind in ("code", "notice"):
        rows += [[kind, code, count] for code, count in list(counts[kind].items())[:LISTED_CODES]]
    if rows:
        show.table(["", f"{title} {lane['lane']}", "items"], rows, right=["items"])


@commands.command("status")
def show_status(connection: ConnectionKey, *, json: show.Json = False) -> None:
    """Per shop: whether it is started, who leads what, how far each run is, and what became of the items."""
    found = run(lambda s: catalogue.status(s.store, connection))
    if json:
        show.as_json(found)
        return
    for shop in found["shops"]:
        typer.echo(f"{shop['shop']}: {'started' if shop['started'] else 'not started: nothing moves before orderbro catalogue start'}")
        show.table(
            ["field group", "led by", "why"],
            [[group, led["leader"], f"{led['code']} {led['reason']}".strip()] for group, led in shop["leads"].items()],
        )
        for lane in shop["lanes"]:
            typer.echo(f"{lane['lane']}: {_sentence(lane, workers=found['workers'])}; {_number(lane['due'])} due now")
            _print_counts(shop["shop"], lane)


@commands.command()
def report(
    connection: ConnectionKey,
    shop: ShopKey,
    *,
    lane: Annotated[Lane | None, typer.Option(help="left out: that of the shop's newest run")] = None,
    status: Annotated[Status | None, typer.Option(help="of one status")] = None,
    code: Annotated[str, typer.Option(help="with one code, of the row or of a notice")] = "",
    csv: Annotated[Path | None, typer.Option("--csv", dir_okay=False, help="write all rows to a file")] = None,
    excel: Annotated[bool, typer.Option("--excel", help="with --csv: as a Swedish Excel opens it by a double click")] = False,
    cursor: Annotated[str, typer.Option(help="the cursor printed under the page before")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 200,
    json: show.Json = False,
) -> None:
    """What became of every product, combination and article: a status and a reason each."""
    query = catalogue_report.Query(connection=connection, shop=shop, lane=lane, status=status, code=code)
    if csv is not None:
        _, found = run(lambda s: catalogue_report.find(s.store, query))
        with csv.open("wb") as file:
            file.writelines(catalogue_report.csv_chunks(found, excel=excel))
        typer.echo(f"{len(found)} rows in {csv}")
        return
    page = run(lambda s: catalogue_report.report(s.store, query, cursor=cursor, limit=limit))
    if json:
        show.as_json(page)
        return
    show.table(
        ["item", "number", "status", "code", "reason", "notices"],
        [[r["item"], r["number"], r["status"], r["code"], r["reason"], " ".join(n["code"] for n in r["notices"])] for r in page["rows"]],
    )
    typer.echo(f"{page['count']} items in {page['lane']}")
    if page["cursor"]:
        typer.echo(f"more: --cursor {page['cursor']}")


@commands.command("show")
def show_item(
    shop: ShopKey,
    item: Annotated[str, typer.Argument(help="product/17, product/17/3 (a combination), article/ABC, or an article number")],
    *,
    json: show.Json = False,
) -> None:
    """One item: what became of it in each direction, and what it is linked to."""
    found = run(lambda s: catalogue_report.show(s.store, shop, item))
    if json:
        show.as_json(found)
        return
    for told in found["outcomes"]:
        show.lines([(name, value) for name, value in told.items() if name != "notices"])
        show.lines([("notice", f"{notice['code']}: {notice['message']}") for notice in told["notices"]])
    for link in found["links"]:
        show.lines([(f"linked {name}", value) for name, value in link.items()])


@commands.command()
def stop(connection: ConnectionKey, *, shop: Shops = None) -> None:
    """Nothing of these shops' catalogue moves any more until it is started again. What was done stays, and so do the links."""
    done = run(lambda s: catalogue.stop(s.store, s.actor, connection, shops=shop or None))
    typer.echo(f"stopped: {', '.join(done['stopped'])}")
