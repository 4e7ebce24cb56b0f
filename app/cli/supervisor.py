"""`orderbro up`: starts the embedded server, the API and the workers in this order, starts again what dies, stops in the reverse order.

What a process held when it died is not lost: leases run out and another run takes over, unanswered webhooks come again, and the embedded
server has every acknowledged event on disk.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.embedded import EmbeddedServer
from app.log import log
from app.orphans import die_with_parent
from app.settings import Settings
from app.store.seal import open_seal
from mappers.errors import OrderbroError

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
STEADY_SECONDS = 30.0  # one that ran this long starts again without a longer wait
LOOK_SECONDS = 0.1


class Child(Protocol):
    """Something that runs and may die."""

    name: str

    def start(self) -> None:
        """Start it, or start it again; raises OrderbroError or OSError when that fails."""

    @property
    def running(self) -> bool: ...

    @property
    def pid(self) -> int | None: ...

    def stop(self) -> None:
        """Ask it to stop, wait, and insist."""


class Process:
    """A child process in a session of its own, so that Ctrl-C reaches only the supervisor, who stops them in order."""

    def __init__(self, name: str, arguments: Sequence[str], *, environment: Mapping[str, str], stop_seconds: float) -> None:
        self.name = name
        self._arguments = list(arguments)
        self._environment = dict(environment)
        self._stop_seconds = stop_seconds
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            self._arguments,
            env=self._environment,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - the supervisor has one thread
        )

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def stop(self) -> None:
        if self._process is None or not self.running:
            return
        self._process.terminate()
        try:
            self._process.wait(self._stop_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Server:
    """The embedded server as a child."""

    name = "redis"

    def __init__(self, server: EmbeddedServer) -> None:
        self._server = server

    def start(self) -> None:
        self._server.start()

    @property
    def running(self) -> bool:
        return self._server.running

    @property
    def pid(self) -> int | None:
        return self._server.pid

    def stop(self) -> None:
        self._server.stop()


@dataclass(slots=True, kw_only=True)
class Watched:
    """A child with its record. Times are in seconds of a monotonic clock."""

    child: Child
    started_at: float = 0.0
    wait_seconds: float = FIRST_WAIT_SECONDS
    due_at: float | None = None  # when it is started again; None while it runs


class Supervisor:
    """Children in the order in which they start. `look` is called again and again; it never blocks for long."""

    def __init__(self, children: Sequence[Child]) -> None:
        self._watched = [Watched(child=child) for child in children]

    def start(self, now: float) -> None:
        """Start all; raises what the first failing one raises, after stopping those before it."""
        for number, watched in enumerate(self._watched):
            try:
                watched.child.start()
            except (OrderbroError, OSError):
                for before in reversed(self._watched[:number]):
                    before.child.stop()
                raise
            watched.started_at = now
            log.info("started", process=watched.child.name, pid=watched.child.pid)

    def look(self, now: float) -> None:
        """Start again what died and whose wait is over."""
        for watched in self._watched:
            if watched.due_at is None:
                if not watched.child.running:
                    self._schedule(watched, now, ran=now - watched.started_at)
            elif now >= watched.due_at:
                self._restart(watched, now)

    def _schedule(self, watched: Watched, now: float, *, ran: float) -> None:
        if ran >= STEADY_SECONDS:
            watched.wait_seconds = FIRST_WAIT_SECONDS
        log.warning("died", process=watched.child.name, ran_seconds=round(ran, 1), starts_again_in_seconds=watched.wait_seconds)
        watched.due_at = now + watched.wait_seconds
        watched.wait_seconds = min(watched.wait_seconds * 2, LONGEST_WAIT_SECONDS)

    def _restart(self, watched: Watched, now: float) -> None:
        try:
            watched.child.start()
        except (OrderbroError, OSError) as error:
            log.warning("start_failed", process=watched.child.name, error=str(error))
            self._schedule(watched, now, ran=0)
            return
        watched.started_at, watched.due_at = now, None
        log.info("started", process=watched.child.name, pid=watched.child.pid)

    def stop(self) -> None:
        """Stop all, the last started first."""
        for watched in reversed(self._watched):
            watched.child.stop()
            log.info("stopped", process=watched.child.name)


def children(settings: Settings, *, workers: int, api_workers: int) -> list[Child]:
    """Server (if embedded), API, workers."""
    found: list[Child] = []
    environment = dict(os.environ)
    if settings.redis_url is None:
        server = EmbeddedServer(settings.data_dir)
        environment["ORDERBRO_REDIS_URL"] = server.url
        found.append(Server(server))
    patience = settings.shutdown_seconds + 5
    serve = [sys.executable, "-m", "app.cli.main", "serve", "--workers", str(api_workers)]
    found.append(Process("api", serve, environment=environment, stop_seconds=patience))
    for number in range(1, workers + 1):
        name = f"worker-{number}"
        found.append(Process(name, [sys.executable, "-m", "workers"], environment=environment, stop_seconds=patience))
    return found


def run(settings: Settings, *, workers: int, api_workers: int) -> None:
    """Until SIGTERM or Ctrl-C. Raises Misconfigured when the first start fails."""
    open_seal(settings)  # made here once: two processes that both found no key would race to make one
    asked = threading.Event()
    supervisor = Supervisor(children(settings, workers=workers, api_workers=api_workers))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: asked.set())
    supervisor.start(time.monotonic())
    log.info("up", url=settings.url)
    while not asked.wait(LOOK_SECONDS):
        supervisor.look(time.monotonic())
    supervisor.stop()
