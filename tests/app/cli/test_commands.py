"""What each command does and prints, and that every trouble is one line and exit code 1."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import tomllib
from pathlib import Path
from typing import Any

import pytest

from app.auth import Role
from app.cli.keys import RoleName
from app.operations import toml
from app.store import events, ledger, marks
from app.store.redis import Store
from tests.app.cli.conftest import Terminal
from tests.conftest import WEBSERVICE_KEY, connection_file

PREVIEW: dict[str, Any] = {
    "entity": "acme-se/order/42",
    "decided_at": "2026-11-24T10:00:00+00:00",
    "outcome": "invoice",
    "code": "INVOICE",
    "reason": "an invoice is to be made",
    "order": {"reference": "XKBKNABJK", "total_paid_incl": "137.50", "currency": "SEK", "state": "2 Payment accepted"},
    "document": {
        "customer_number": "PS1-7",
        "invoice_date": "2026-11-24",
        "due_date": "2026-11-24",
        "invoice_reference": "PS:1:42:INV",
        "rows": [
            {
                "kind": "article",
                "article": "MUG",
                "text": "Mug [blue]",
                "quantity": "2",
                "unit_price": "50.0000",
                "net": "100.00",
                "rate": "25",
                "account": 3001,
            }
        ],
        "vat": [{"rate": "25", "net": "110.00", "vat": "27.50"}],
        "net": "110.00",
        "gross": "137.50",
    },
    "changes": [{"kind": "CreateInvoice", "key": "invoice:acme-se/order/42", "summary": "create invoice PS:1:42:INV"}],
    "notices": [{"code": "ROUNDED", "message": "the shop rounded"}],
}


def park(terminal: Terminal, entity: str, *, code: str = "ARTICLE_MISSING") -> None:
    async def parked(store: Store) -> None:
        claim = await marks.claim(store, entity, owner="t", lease_seconds=30)
        assert isinstance(claim, marks.Claim)
        await marks.settle(store, claim, marks.Settlement(outcome=marks.Outcome.PARK, status="failed", code=code, reason="no article 7"))

    terminal.do(parked)


def mark(terminal: Terminal, entity: str) -> marks.MarkState:
    found = terminal.do(lambda store: marks.state(store, entity))
    assert found is not None
    return found


# connections


def test_a_connection_file_is_applied_with_secrets_from_the_environment(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document: dict[str, Any] = connection_file()
    document["shops"][0]["webservice_key"] = "env:TEST_PS_KEY"
    file = tmp_path / "acme.toml"
    file.write_text(toml.dumps(document))

    refused = terminal("connections", "apply", str(file))
    monkeypatch.setenv("TEST_PS_KEY", WEBSERVICE_KEY)
    done = terminal("connections", "apply", str(file))

    assert (refused.exit_code, refused.stderr.partition(":")[0]) == (1, "ENVIRONMENT_MISSING")
    assert done.exit_code == 0, done.output
    assert "connection acme updated" in done.stdout
    assert "/webhooks/prestashop/acme-se" in done.stdout


def test_a_file_that_is_not_toml_is_one_line(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("key = ")

    done = terminal("connections", "apply", str(file))

    assert done.exit_code == 1
    assert done.stderr.startswith("CONNECTION_FILE_INVALID: ")
    assert "Traceback" not in done.output


def test_connections_are_listed_shown_and_exported_without_secrets(terminal: Terminal) -> None:
    listed, shown, exported = (
        terminal("connections", "list"),
        terminal("connections", "show", "acme"),
        terminal("connections", "export", "acme"),
    )

    assert "acme-se" in listed.stdout
    assert "webhook address http://127.0.0.1:8080/webhooks/prestashop/acme-se" in shown.stdout
    assert tomllib.loads(exported.stdout)["shops"][0]["webservice_key"] == "env:ACME_SE_PS_KEY"
    assert WEBSERVICE_KEY not in listed.stdout + shown.stdout + exported.stdout


@pytest.mark.parametrize(("level", "code"), [("ok", 0), ("warning", 0), ("error", 1)])
def test_a_check_fails_when_something_is_wrong(terminal: Terminal, answering: Any, level: str, code: int) -> None:
    finding = {"level": level, "code": "CLOCK_DIFFERS", "message": "switch on time synchronisation", "subject": "shop acme-se"}

    with answering({"connection": "acme", "status": level, "findings": [finding]}):
        done = terminal("connections", "check", "acme")

    assert done.exit_code == code
    assert "switch on time synchronisation" in done.stdout


# events


def test_events_are_listed_with_filters_and_shown(terminal: Terminal) -> None:
    event_id = terminal.record(42)
    terminal.record(43, type="order.refunded")

    found = terminal.json("events", "list", "--type", "order.updated", "--shop", "acme-se", "--from", "2026-01-01")

    assert [event["id"] for event in found["events"]] == [event_id]
    assert event_id in terminal("events", "list").stdout
    assert "acme-se/order/42" in terminal("events", "show", event_id).stdout
    assert terminal("events", "show", "evt_no").stderr.startswith("EVENT_UNKNOWN: ")


def test_one_event_is_replayed_and_discarded(terminal: Terminal) -> None:
    event_id = terminal.record(42)

    replayed = terminal("events", "replay", event_id, "--reason", "again")
    discarded = terminal("events", "discard", event_id, "--reason", "a test order")

    assert (replayed.exit_code, discarded.exit_code) == (0, 0)
    assert mark(terminal, "acme-se/order/42").generation == 2
    event = terminal.do(lambda store: events.get(store, event_id))
    assert event is not None
    assert event.status == "discarded"


def test_a_bulk_replay_is_planned_started_followed_and_cancelled(terminal: Terminal) -> None:
    terminal.record(42)
    plan = terminal("events", "replay", "--shop", "acme-se", "--dry-run")
    made = terminal.json("events", "replay", "--shop", "acme-se", "--reason", "test", "--rate", "2")

    shown = terminal("events", "replays", made["id"])
    listed = terminal("events", "replays")
    cancelled = terminal("events", "cancel", made["id"])

    assert "1 events about 1 entities" in plan.stdout
    assert "none: created where the order calls for one" in plan.stdout
    assert "running" in shown.stdout
    assert made["id"] in listed.stdout
    assert cancelled.stdout == "stopped after 0 of 1\n"


@pytest.mark.parametrize(
    "arguments", [(), ("--shop", "acme-se"), ("evt_1", "--shop", "acme-se"), ("--all",), ("--from", "yesterday", "--dry-run")]
)
def test_a_replay_without_aim_or_reason_is_a_usage_error(terminal: Terminal, arguments: tuple[str, ...]) -> None:
    assert terminal("events", "replay", *arguments).exit_code == 2


# one order


def test_a_preview_prints_the_whole_invoice(terminal: Terminal, answering: Any) -> None:
    with answering(PREVIEW):
        done = terminal("preview", "acme-se", "42")

    assert done.exit_code == 0, done.output
    for word in (
        "XKBKNABJK",
        "137.50 SEK",
        "Mug [blue]",
        "50.0000",
        "3001",
        "27.50",
        "PS:1:42:INV",
        "create invoice",
        "ROUNDED: the shop rounded",
    ):
        assert word in done.stdout


def test_a_preview_that_finds_nothing_to_do_says_why(terminal: Terminal, answering: Any) -> None:
    said = {**PREVIEW, "outcome": "nothing", "reason": "state 1 starts no transfer", "document": None, "changes": [], "notices": []}

    with answering(said):
        done = terminal("preview", "acme-se", "42")

    assert "state 1 starts no transfer" in done.stdout


def test_a_preview_whose_worker_meets_an_error_prints_it(terminal: Terminal, answering: Any) -> None:
    with answering({"error": {"code": "SHOP_KEY_REFUSED", "message": "check the key", "family": "misconfigured"}}):
        done = terminal("preview", "acme-se", "42")

    assert (done.exit_code, done.stderr) == (1, "SHOP_KEY_REFUSED: check the key\n")


def test_a_preview_without_a_worker_says_what_to_start(terminal: Terminal) -> None:
    done = terminal("preview", "acme-se", "42", "--seconds", "1")

    assert done.exit_code == 1
    assert done.stderr.startswith("NO_WORKER_ANSWERED: ")
    assert "orderbro work" in done.stderr


@pytest.mark.parametrize("order", ["XKBKNABJK", "4/2", "-1", "²"])
def test_an_order_is_named_by_its_id(terminal: Terminal, order: str) -> None:
    assert terminal("sync", "acme-se", "--", order).stderr.startswith("ENTITY_MALFORMED: ")


def test_a_sync_without_a_worker_is_recorded_and_says_that_it_waits(terminal: Terminal) -> None:
    done = terminal("sync", "acme-se", "42", "--seconds", "0.2")

    assert done.exit_code == 1
    assert "recorded as evt_" in done.stdout
    assert mark(terminal, "acme-se/order/42").generation == 1


def test_a_sync_of_an_unknown_shop_is_one_line(terminal: Terminal) -> None:
    assert terminal("sync", "nobody", "42").stderr.startswith("SHOP_UNKNOWN: ")


# parked


def test_parked_entities_are_listed_released_and_dropped(terminal: Terminal) -> None:
    for order in (1, 2, 3):
        terminal.record(order)
        park(terminal, f"acme-se/order/{order}")

    listed = terminal("parked", "list", "--code", "ARTICLE_MISSING")
    released = terminal("parked", "release", "acme-se/order/1")
    dropped = terminal("parked", "drop", "acme-se/order/2", "--reason", "a test order")
    rest = terminal("parked", "release", "--code", "ARTICLE_MISSING", "--reason", "articles made")
    again = terminal("parked", "release", "acme-se/order/1")

    assert "no article 7" in listed.stdout
    assert (released.exit_code, dropped.exit_code) == (0, 0)
    assert rest.stdout == "1 are looked at again; 0 are still parked\n"
    assert again.stderr.startswith("NOT_PARKED: ")
    assert terminal("parked", "release", "nonsense").stderr.startswith("ENTITY_MALFORMED: ")
    assert terminal("parked", "release").exit_code == 2


# keys, audit


def test_a_key_is_made_listed_and_revoked(terminal: Terminal) -> None:
    made = terminal.json("keys", "create", "console", "--role", "operator")
    listed = terminal("keys", "list")
    revoked = terminal("keys", "revoke", made["id"])

    assert made["key"].startswith(f"ob_{made['id']}_")
    assert made["id"] in listed.stdout
    assert made["key"].split("_", 2)[2] not in listed.stdout
    assert (revoked.exit_code, terminal("keys", "revoke", made["id"]).exit_code) == (0, 1)


def test_the_roles_of_the_command_are_the_roles_of_the_api() -> None:
    assert [role.value for role in RoleName] == [role.value for role in Role]


def test_what_was_done_by_command_is_in_the_audit_stream_with_who_did_it(terminal: Terminal) -> None:
    terminal("events", "discard", terminal.record(42), "--reason", "a test order")

    entries = terminal.json("audit")

    assert (entries[0]["action"], entries[0]["reason"], entries[0]["result"]) == ("events.discard", "a test order", "done")
    assert entries[0]["key_name"]
    assert entries[0]["origin"].startswith("command line on ")
    assert "a test order" in terminal("audit").stdout


# trouble


def test_no_redis_is_one_clear_sentence(tmp_path: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERBRO_REDIS_URL", "redis://:password@127.0.0.1:1/0")
    given = terminal("events", "list")
    monkeypatch.delenv("ORDERBRO_REDIS_URL")
    embedded = terminal("events", "list")

    for done, place in ((given, "127.0.0.1:1"), (embedded, "redis.sock")):
        assert done.exit_code == 1
        assert done.stderr.startswith("REDIS_UNREACHABLE: no Redis at ")
        assert place in done.stderr
        assert "start orderbro up, or set ORDERBRO_REDIS_URL" in done.stderr
        assert "password" not in done.output


def test_a_wrong_setting_is_one_line(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERBRO_BIND", "8080")

    done = terminal("events", "list")

    assert (done.exit_code, done.stderr.partition(":")[0]) == (1, "SETTINGS_INVALID")
    assert "host:port" in done.stderr


def test_a_wrong_secret_key_is_told(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERBRO_SECRET_KEY", "another")

    assert terminal("connections", "show", "acme").stderr.startswith("SECRET_KEY_WRONG: ")


def test_the_web_framework_is_imported_only_by_the_commands_that_need_it() -> None:
    code = "import sys, app.cli.main; print(sorted(m for m in ('fastapi', 'uvicorn', 'app.sandbox') if m in sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_every_command_of_the_design_is_there(terminal: Terminal) -> None:
    for command in (
        ("serve",),
        ("work",),
        ("up",),
        ("preview",),
        ("sync",),
        ("audit",),
        *(("connections", word) for word in ("apply", "list", "show", "check", "export")),
        *(("events", word) for word in ("list", "show", "replay", "discard")),
        *(("parked", word) for word in ("list", "release", "drop")),
        *(("keys", word) for word in ("create", "list", "revoke")),
    ):
        assert terminal(*command, "--help").exit_code == 0, command


def test_a_synced_order_prints_its_invoice(terminal: Terminal) -> None:
    def work() -> None:
        async def once(store: Store) -> None:
            while True:
                claim = await marks.claim(store, "acme-se/order/42", owner="t", lease_seconds=30)
                if isinstance(claim, marks.Claim):
                    break
                await asyncio.sleep(0.01)
            await ledger.write(
                store,
                claim,
                "invoice:acme-se/order/42",
                ledger.EffectState.CONFIRMED,
                fields={"kind": "invoice", "external_number": "1001"},
            )
            await marks.settle(store, claim, marks.Settlement(outcome=marks.Outcome.DONE, status="processed"))

        terminal.do(once)

    worker = threading.Thread(target=work)
    worker.start()
    done = terminal("sync", "acme-se", "42", "--seconds", "10")
    worker.join()

    assert done.exit_code == 0, done.output
    assert "Invoice 1001" in done.stdout
