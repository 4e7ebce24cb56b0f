"""`orderbro catalogue`: started and followed, looked at and stopped from a shell; and `orderbro fields`, which needs no server."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.operations import catalogue as operations
from app.store import cache, catalogue, marks
from app.store.redis import Store
from mappers.catalogue.changes import ItemLink
from mappers.catalogue.lanes import Lane
from mappers.catalogue.outcome import Notice, Outcome, Status
from mappers.catalogue.register import register
from mappers.connection import Flow
from tests.app.cli.conftest import Terminal

SHOP = "acme-se"
DONE = (
    Outcome(item="product/1", number="A1", status=Status.CREATED, reason="the article is made."),
    Outcome(item="product/2", number="", status=Status.REFUSED, code="SKU_MISSING", reason="it has no reference."),
    Outcome(item="product/3", number="A3", status=Status.UNCHANGED, notices=(Notice(code="PRICE_ZERO", message="its price is 0."),)),
)
Act = Callable[[Store], Coroutine[Any, Any, None]]


async def beat(store: Store) -> None:
    """A worker is there."""
    await cache.beat(store, "w", fields={"at_ms": str(await store.now_ms())}, seconds=60)


async def end(store: Store) -> None:
    """What a worker leaves of a run of three products."""
    await catalogue.keep_outcomes(store, SHOP, Lane.TO_HOGIA, DONE, at_ms=await store.now_ms())
    now = str(await store.now_ms())
    run = await catalogue.run(store, SHOP, Lane.TO_HOGIA)
    await catalogue.write_run(store, SHOP, Lane.TO_HOGIA, run.get("id", ""), {"total": "3", "listed_ms": now, "ended_ms": now})


@contextmanager
def beside(terminal: Terminal, act: Act) -> Iterator[None]:
    """Does `act` once the run has begun, from another thread."""

    def acts() -> None:
        until = time.monotonic() + 20
        while terminal.do(lambda store: marks.state(store, Lane.TO_HOGIA.entity(SHOP))) is None and time.monotonic() < until:
            time.sleep(0.01)
        terminal.do(act)

    thread = threading.Thread(target=acts)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_a_start_is_followed_to_its_end_and_told_in_numbers(terminal: Terminal) -> None:
    terminal.do(beat)

    with beside(terminal, end):
        done = terminal("catalogue", "start", "acme", "--from", "prestashop")

    assert done.exit_code == 0, done.output
    assert "synchronisation started from prestashop: acme-se" in done.stdout
    assert "acme-se: 3 of 3" in done.stdout
    assert "SKU_MISSING" in done.stdout
    assert "orderbro catalogue report acme acme-se --lane to-hogia --csv report.csv" in done.stdout


def test_without_waiting_a_start_says_how_to_follow_it(terminal: Terminal) -> None:
    done = terminal("catalogue", "start", "acme", "--from", "hogia", "--preview", "--shop", SHOP, "--no-wait")

    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        ["preview started from hogia: acme-se", "progress: orderbro catalogue status acme"],
    )
    assert not terminal.do(lambda store: catalogue.is_started(store, SHOP))


def test_a_parked_run_ends_the_waiting_with_its_reason_and_exit_code_1(terminal: Terminal) -> None:
    async def park(store: Store) -> None:
        claim = await marks.claim(store, Lane.TO_HOGIA.entity(SHOP), owner="w", lease_seconds=30)
        assert isinstance(claim, marks.Claim)
        settlement = marks.Settlement(outcome=marks.Outcome.PARK, status="failed", code="SHOP_KEY_REFUSED", reason="enter the key again")
        await marks.settle(store, claim, settlement)

    terminal.do(beat)

    with beside(terminal, park):
        done = terminal("catalogue", "start", "acme", "--from", "prestashop")

    assert done.exit_code == 1
    assert "waits for a person: SHOP_KEY_REFUSED: enter the key again" in done.stdout


def test_a_run_that_is_stopped_meanwhile_ends_the_waiting(terminal: Terminal) -> None:
    with beside(terminal, lambda store: catalogue.stop(store, SHOP)):
        done = terminal("catalogue", "start", "acme", "--from", "prestashop")

    assert done.exit_code == 1
    assert "acme-se: the run was stopped, or another one was begun" in done.stdout


def test_a_run_that_no_worker_takes_says_so(terminal: Terminal) -> None:
    terminal("catalogue", "start", "acme", "--from", "prestashop", "--no-wait")

    assert "waits for a worker; start one with: orderbro work" in terminal("catalogue", "status", "acme").stdout


def test_ctrl_c_leaves_the_run_going_and_says_so(terminal: Terminal) -> None:
    command = [sys.executable, "-m", "app.cli.main", "catalogue", "start", "acme", "--from", "prestashop"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
    assert process.stdout is not None
    said = [process.stdout.readline(), process.stdout.readline()]  # begun, and a first line of progress

    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=20)

    assert said[0].startswith("synchronisation started from prestashop")
    assert (process.returncode, "the run goes on without this command" in rest, errors) == (130, True, "")
    assert operations.is_running(terminal.do(lambda store: catalogue.run(store, SHOP, Lane.TO_HOGIA)))


def test_a_refusal_is_one_line(terminal: Terminal) -> None:
    terminal("catalogue", "start", "acme", "--from", "prestashop", "--no-wait")

    again = terminal("catalogue", "start", "acme", "--from", "prestashop")

    assert (again.exit_code, again.stderr.partition(":")[0]) == (1, "CATALOGUE_RUNNING")
    assert terminal("catalogue", "status", "other").stderr.startswith("CONNECTION_UNKNOWN: ")


def test_the_status_is_a_table_and_json(terminal: Terminal) -> None:
    terminal.do(beat)
    terminal("catalogue", "start", "acme", "--from", "prestashop", "--no-wait")
    terminal.do(end)

    told = terminal("catalogue", "status", "acme").stdout
    found = terminal.json("catalogue", "status", "acme")

    assert "acme-se: started" in told
    assert "to-hogia: 3 of 3" in told
    assert "FLOW_LEAVES_OUT" in told
    assert found["shops"][0]["lanes"][0]["counts"]["code"] == {"SKU_MISSING": 1}


def test_a_shop_that_was_never_started_says_what_to_do(terminal: Terminal) -> None:
    told = terminal("catalogue", "status", "acme").stdout

    assert "acme-se: not started: nothing moves before orderbro catalogue start" in told
    assert "to-hogia: no run" in told


def test_the_report_is_a_table_a_page_and_a_file(terminal: Terminal, tmp_path: Path) -> None:
    terminal.do(end)
    file = tmp_path / "report.csv"

    table = terminal("catalogue", "report", "acme", SHOP, "--lane", "to-hogia", "--status", "refused")
    page = terminal.json("catalogue", "report", "acme", SHOP, "--lane", "to-hogia", "--limit", "2")
    written = terminal("catalogue", "report", "acme", SHOP, "--lane", "to-hogia", "--csv", str(file), "--excel")

    assert "SKU_MISSING" in table.stdout
    assert "1 items in to-hogia" in table.stdout
    assert (len(page["rows"]), page["cursor"]) == (2, "product/2")
    assert written.stdout == f"3 rows in {file}\n"
    assert file.read_bytes().startswith(b"\xef\xbb\xbfitem;number")


def test_an_item_is_shown_with_what_it_is_linked_to(terminal: Terminal) -> None:
    terminal.do(end)
    terminal.do(lambda store: catalogue.keep_links(store, SHOP, {"a3": ItemLink(product_id=3, article_id="art-3")}))

    told = terminal("catalogue", "show", SHOP, "A3").stdout

    assert "product/3" in told
    assert "PRICE_ZERO: its price is 0." in told
    assert "art-3" in told
    assert terminal("catalogue", "show", SHOP, "B9").stderr.startswith("CATALOGUE_ITEM_UNKNOWN: ")


def test_a_stop_names_what_it_stopped(terminal: Terminal) -> None:
    terminal("catalogue", "start", "acme", "--from", "prestashop", "--no-wait")

    done, again = terminal("catalogue", "stop", "acme", "--shop", SHOP), terminal("catalogue", "stop", "acme")

    assert done.stdout == "stopped: acme-se\n"
    assert again.stderr.startswith("CATALOGUE_NOT_STARTED: ")


# fields


def test_fields_are_told_of_every_flow_without_a_server(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERBRO_REDIS_URL", "redis://127.0.0.1:1")

    told = terminal("fields")

    assert told.exit_code == 0
    assert [f"{flow.value}: {len(register(flow))} fields" in told.stdout for flow in Flow] == [True] * 3


def test_fields_are_json_and_a_file(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "fields.csv"

    found = terminal.json("fields", "--flow", "combo")
    terminal("fields", "--csv", str(file))

    rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode(), newline="")))
    assert len(found) == len(register(Flow.COMBO))
    assert set(found[0]) == {"flow", "part", "way", "target", "source", "rule", "when"}
    assert len(rows) == sum(len(register(flow)) for flow in Flow)
    assert {row["flow"] for row in rows} == set(Flow)
