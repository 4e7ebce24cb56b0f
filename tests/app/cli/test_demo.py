"""`orderbro demo` as a person runs it, in a process of its own with a temporary directory of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.cli.demo.household import listening
from tests.conftest import RECORDINGS

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 90  # a machine that runs other tests at the same time is slow; the command's own limit is 40
HOSTILE = {  # what a shell may have set must not reach the demo, least of all a real Redis
    "ORDERBRO_REDIS_URL": "redis://production.example:6379",
    "ORDERBRO_SECRET_KEY": "the real one",
    "ORDERBRO_BIND": "0.0.0.0:1",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A demo that has ended."""

    code: int
    text: str
    seconds: float
    left: list[str]  # processes and folders that remain


def processes(folder: Path) -> dict[int, str]:
    """Command lines of what runs for a demo with this temporary directory, by process id."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment, command = (entry / "environ").read_bytes(), (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if f"TMPDIR={folder}".encode() in environment and command:
            found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


def remains(folder: Path, *, seconds: float = 6) -> list[str]:
    """What is left after some patience: a guardian may still be at work."""
    deadline = time.monotonic() + seconds
    while True:
        left = [*processes(folder).values(), *(str(path) for path in folder.iterdir())]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.05)


@contextmanager
def temporary() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ob-demo-"))
    try:
        yield folder
    finally:
        for pid in processes(folder):
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "app.cli.main", "demo", *arguments]


def environment(folder: Path) -> dict[str, str]:
    return os.environ | HOSTILE | {"TMPDIR": str(folder), "PYTHONWARNINGS": "default"}


def run(*arguments: str) -> Ran:
    with temporary() as folder:
        began = time.monotonic()
        done = subprocess.run(
            command(*arguments), cwd=ROOT, env=environment(folder), capture_output=True, text=True, timeout=SECONDS, check=False
        )
        return Ran(code=done.returncode, text=done.stdout + done.stderr, seconds=time.monotonic() - began, left=remains(folder))


@contextmanager
def staying(*arguments: str, until: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A demo that has printed a line with `until` and goes on."""
    with temporary() as folder:
        demo = subprocess.Popen(
            command(*arguments), cwd=ROOT, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert demo.stdout is not None
        try:
            for line in demo.stdout:
                if until in line:
                    break
            yield demo, folder
        finally:
            demo.kill()
            demo.communicate()


def number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    assert found, f"{pattern!r} is not in:\n{text}"
    return int(found[1])


def test_demo_invoices_varied_orders_verifies_them_and_ends_with_0():
    done = run("--exit")

    shown = " ".join(done.text.split())
    assert done.code == 0, done.text
    assert "All equal to the öre: yes" in shown
    assert number(r"(\d+) orders", shown) >= 12
    assert number(r"(\d+) invoices", shown) >= 12
    assert {"SEK", "EUR", "NOK", "DKK"} <= set(re.findall(r"\b[A-Z]{3}\b", shown))
    assert re.search(
        r"Rows at 25, 12, 6 and 0 % \w+, Payment accepted · [a-z_., ]*order\.created [^→]*→ invoice 10\d\d 1335\.00 SEK paid \d+ ms", shown
    )
    assert "VAT 25 % 89.60, 12 % 14.79, 6 % 14.09, 0 % 0.00" in shown
    for code in ("STATE_NOT_TRANSFERRED", "ORDER_CANCELLED", "ORDER_FREE"):
        assert f"no invoice {code}" in shown
    assert number(r"(\d+) parked", shown) == 2
    assert "parked TOTAL_MISMATCH" in shown
    assert re.search(r"invoice 10\d\d 1115\.50 SEK [^→!]*→ credit invoice 10\d\d -399\.00 SEK ! parked CREDIT_EXCEEDS_INVOICE", shown)
    assert re.search(r"49(\.0+)? incl\. VAT is unexplained", shown)
    assert "; 0 were answered 429" in shown
    assert "\x1b" not in done.text
    assert [line for line in done.text.splitlines() if len(line) > 80] == []
    assert done.left == []


def test_demo_shows_a_delivery_and_a_refund_from_the_act_to_the_result():
    done = run("--exit", "--orders", "2")

    shown = " ".join(done.text.split())
    assert done.code == 0, done.text
    assert "All equal to the öre: yes" in shown
    delivered = (
        r"1 delivered in Hogia, PostNord SE000000001; heard by notification after \d+ ms "
        r"→ captured 448\.00 SEK at Klarna \d+ ms "
        r"→ tracking number SE000000001 in the shop \d+ ms "
        r"→ order state Shipped \(4\) in the shop \d+ ms "
        r"→ 1 mail to the customer; invoice 1001 is paid in Hogia"
    )
    assert re.search(delivered, shown), done.text
    refunded = shown.partition("2 refunded in the shop, all rows and freight: slip 1 of 1335.00 SEK")[2]
    assert re.search(r"→ credit invoice 1003 -1335\.00 SEK \d+ ms", refunded), done.text
    assert re.search(r"→ refunded 1335\.00 SEK at Klarna \d+ ms", refunded)
    assert re.search(r"→ order state Refunded \(7\) in the shop \d+ ms", refunded)
    assert (number(r"(\d+) invoices", shown), number(r"(\d+) credits", shown)) == (2, 1)


def test_a_delivery_that_no_notification_tells_of_is_found_in_the_change_feed():
    done = run("--exit", "--orders", "1", "--fault", "expire_subscription=1")

    assert done.code == 0, done.text
    assert "SE000000001; heard by the change feed" in done.text
    assert "captured 448.00 SEK at Klarna" in done.text


@pytest.mark.skipif(not (RECORDINGS / "9.1.4").is_dir(), reason="no recordings beside the repository")
@pytest.mark.parametrize("version", ["9.1.4", "8.2.1"])
def test_recorded_orders_of_a_real_shop_balance_or_say_why_not(version: str):
    done = run("--exit", "--recordings", str(RECORDINGS / version))

    assert done.code == 0, done.text
    assert "All equal to the öre: yes" in done.text
    orders, invoices = number(r"(\d+) orders", done.text), number(r"(\d+) invoices", done.text)
    assert invoices >= orders * 0.7
    assert number(r"(\d+) credits", done.text) >= 2
    assert "Left out: a recorded shop gives back what it was recorded with" in done.text
    assert done.left == []


def test_a_hogia_that_computes_wrongly_is_found():
    done = run("--exit", "--orders", "2", "--fault", "wrong_vat=1")

    assert done.code == 1
    assert "All equal to the öre: NO" in done.text
    assert "+1.00" in done.text
    assert "ENGINE_MISMATCH" in done.text
    assert done.left == []


def test_a_hogia_that_breaks_connections_after_the_commit_gets_no_second_invoice():
    done = run("--exit", "--orders", "2", "--fault", "drop_response_every=2")

    assert done.code == 0, done.text
    assert (number(r"(\d+) invoices", done.text), number(r"(\d+) credits", done.text)) == (2, 1)


def test_ctrl_c_stops_a_staying_demo_cleanly():
    with staying("--orders", "1", until="Ctrl-C") as (demo, folder):
        assert any("-m workers" in line for line in processes(folder).values())

        demo.send_signal(signal.SIGINT)

        rest, _ = demo.communicate(timeout=SECONDS)
        assert (demo.returncode, "Stopping everything" in rest) == (0, True)
        assert remains(folder) == []


def test_a_killed_demo_leaves_no_process_and_no_folder():
    with staying("--orders", "1", until="Up after") as (demo, folder):
        demo.kill()
        demo.wait()

        assert remains(folder) == []


def test_a_demo_whose_worker_dies_says_so_and_ends():
    with staying("--orders", "1", until="Up after") as (demo, folder):
        worker = next(pid for pid, line in processes(folder).items() if "-m workers" in line)
        os.kill(worker, signal.SIGKILL)

        rest, _ = demo.communicate(timeout=SECONDS)
        assert demo.returncode == 1
        assert "The process worker ended by itself" in rest
        assert remains(folder) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--recordings", "."), "RECORDINGS_MISSING"),
        (("--fault", "nonsense"), "NAME=NUMBER"),
        (("--fault", "gremlins=1"), "no switch is called 'gremlins'"),
    ],
)
def test_a_mistake_is_told(arguments: tuple[str, ...], said: str):
    done = run(*arguments)

    assert done.code != 0
    assert said in " ".join(done.text.split())
    assert done.left == []


def test_a_taken_port_is_told(free_listener: Callable[[], int]):
    done = run("--exit", "--port", str(free_listener()))

    assert done.code == 1
    assert "PORT_TAKEN" in done.text
    assert done.left == []


@pytest.fixture
def free_listener() -> Iterator[Callable[[], int]]:
    """Takes a port and answers which."""
    found = listening(0)
    yield lambda: found.getsockname()[1]
    found.close()
