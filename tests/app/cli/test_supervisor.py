"""The supervisor: starts in order, starts again what dies, with growing waits, and stops in the reverse order."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.cli.supervisor import FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, STEADY_SECONDS, Process, Supervisor, children
from app.settings import Settings
from mappers.errors import Misconfigured


class Fake:
    """A child that dies when it is told to."""

    def __init__(self, name: str, log: list[str], *, fails: int = 0) -> None:
        self.name = name
        self._log = log
        self._fails = fails
        self.running = False
        self.pid = None

    def start(self) -> None:
        if self._fails:
            self._fails -= 1
            raise Misconfigured("REDIS_START_FAILED", "it did not start")
        self._log.append(f"start {self.name}")
        self.running = True

    def stop(self) -> None:
        self._log.append(f"stop {self.name}")
        self.running = False


def test_children_start_in_order_and_stop_in_the_reverse_order() -> None:
    log: list[str] = []
    supervisor = Supervisor([Fake(name, log) for name in ("redis", "api", "worker")])

    supervisor.start(0)
    supervisor.stop()

    assert log == ["start redis", "start api", "start worker", "stop worker", "stop api", "stop redis"]


def test_a_dead_child_is_started_again_after_its_wait_and_the_others_are_left_alone() -> None:
    log: list[str] = []
    dying, other = Fake("worker", log), Fake("api", log)
    supervisor = Supervisor([other, dying])
    supervisor.start(0)
    dying.running = False

    supervisor.look(1)
    before = list(log)
    supervisor.look(1 + FIRST_WAIT_SECONDS)

    assert before == ["start api", "start worker"]
    assert log == ["start api", "start worker", "start worker"]


def starts(seconds_alive: float, *, rounds: int) -> list[float]:
    """Waits between death and start of a child that lives so long each time."""
    child = Fake("worker", [])
    supervisor = Supervisor([child])
    now = 0.0
    supervisor.start(now)
    waits = []
    for _ in range(rounds):
        now += seconds_alive
        child.running = False
        supervisor.look(now)
        died = now
        while not child.running:
            now += 0.125  # exact as a binary fraction
            supervisor.look(now)
        waits.append(now - died)
    return waits


def test_a_child_that_keeps_dying_waits_longer_up_to_a_limit() -> None:
    assert starts(0.125, rounds=9) == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS]


def test_a_child_that_ran_for_long_starts_again_quickly() -> None:
    assert starts(STEADY_SECONDS, rounds=3) == [FIRST_WAIT_SECONDS] * 3


def test_a_server_that_does_not_start_again_at_once_is_tried_again() -> None:
    log: list[str] = []
    server = Fake("redis", log)
    supervisor = Supervisor([server])
    supervisor.start(0)
    server.running, server._fails = False, 2

    for tenth in range(100):
        supervisor.look(tenth / 10)

    assert log == ["start redis", "start redis"]
    assert server.running


def test_a_first_start_that_fails_stops_what_was_started() -> None:
    log: list[str] = []
    supervisor = Supervisor([Fake("redis", log), Fake("api", log, fails=1)])

    with pytest.raises(Misconfigured):
        supervisor.start(0)

    assert log == ["start redis", "stop redis"]


def test_a_process_is_asked_to_stop_and_then_made_to() -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()"
    process = Process("deaf", [sys.executable, "-c", deaf], environment=os.environ, stop_seconds=0.2)
    process.start()

    process.stop()

    assert not process.running


def test_the_embedded_server_is_a_child_only_without_a_redis_of_ones_own(tmp_path: Path) -> None:
    own = Settings(redis_url="redis://127.0.0.1/0", data_dir=tmp_path, _env_file=None)
    none = Settings(redis_url=None, data_dir=tmp_path, _env_file=None)

    assert [child.name for child in children(own, workers=2, api_workers=1)] == ["api", "worker-1", "worker-2"]
    assert [child.name for child in children(none, workers=1, api_workers=1)] == ["redis", "api", "worker-1"]
