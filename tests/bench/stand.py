"""The processes under measurement: store, API, worker, bare route, sandboxes. Each on a loopback port of its own, all in one temporary folder."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from redis import Redis

from app.embedded import EmbeddedServer
from app.orphans import die_with_parent
from app.sandbox.hogia.state import CLIENT_ID, CLIENT_SECRET, ORGANIZATION_ID
from app.sandbox.prestashop.state import DEFAULT_KEY
from app.store import connections, keys
from app.store.redis import Store
from app.store.seal import Seal
from tests.conftest import SECRET_KEY, WEBHOOK_SECRET, connection_file

ROOT = Path(__file__).parent.parent.parent
# As `orderbro serve` runs it.
UVICORN = ("-m", "uvicorn", "--factory", "--host", "127.0.0.1", "--loop", "uvloop", "--http", "httptools", "--no-access-log")
START_SECONDS = 30.0
TICKS = os.sysconf("SC_CLK_TCK")


class NotRunningError(Exception):
    """A process did not start, or stopped; the benchmark cannot run."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Running:
    """One process that was started here."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path, port: int = 0) -> None:
        self.name = name
        self.port = port
        self._process = process
        self._log = log

    @property
    def memory_mb(self) -> float:
        """Resident set, in MB of 1 000 000 bytes."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1_000_000
        raise NotRunningError(f"{self.name} has stopped; its log ends: {self.tail()}")

    @property
    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def tail(self) -> str:
        return self._log.read_text(errors="replace")[-800:]

    def check(self) -> None:
        """Raises NotRunningError when the process has ended."""
        if self._process.poll() is not None:
            raise NotRunningError(f"{self.name} has stopped; its log ends: {self.tail()}")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stand still within the block, as under SIGSTOP."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def get(self, path: str) -> tuple[int, bytes]:
        return self.request("GET", path)

    def request(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """One call on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def wait_until(self, path: str, *, status: int = 200) -> Self:
        """Wait until a path answers with the status."""

        def ready() -> bool:
            self.check()
            try:
                return self.get(path)[0] == status
            except OSError:
                return False

        wait_for(ready, f"{self.name} to answer {path}", seconds=START_SECONDS, every=0.05)
        return self


def wait_for(condition: Callable[[], bool], what: str, *, seconds: float, every: float = 0.005) -> None:
    """Raises NotRunningError when it has not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise NotRunningError(f"waited {seconds:.0f} s for {what}")
        time.sleep(every)


class Stand:
    """A store with the connection `acme`, and whatever is started beside it; everything ends with the `with` block."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ob-bench-"))
        self.redis = EmbeddedServer(self.folder / "redis")
        self._running: list[Running] = []

    def __enter__(self) -> Self:
        self.redis.start()
        return self

    def __exit__(self, *_: object) -> None:
        for running in reversed(self._running):
            running.stop()
        self.redis.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def environment(self) -> dict[str, str]:
        """Production defaults, but for where things are."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("ORDERBRO_")}
        return own | {
            "ORDERBRO_REDIS_URL": self.redis.url,
            "ORDERBRO_DATA_DIR": str(self.folder),
            "ORDERBRO_SECRET_KEY": SECRET_KEY,
            "ORDERBRO_ALLOW_PRIVATE_HOSTS": "1",
            "ORDERBRO_LOG_FORMAT": "json",
            "BENCH_WEBHOOK_SECRET": WEBHOOK_SECRET,
        }

    def start(self, name: str, *arguments: str, port: int = 0) -> Running:
        """`python …` in the repository, its output in a file of the folder."""
        log = self.folder / f"{name}-{len(self._running)}.log"
        environment = self.environment | {"ORDERBRO_BIND": f"127.0.0.1:{port}"}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call
            )
        running = Running(name, process, log, port)
        self._running.append(running)
        return running

    def web(self, name: str, factory: str, *, ready: str) -> Running:
        port = free_port()
        return self.start(name, *UVICORN, "--port", str(port), factory, port=port).wait_until(ready)

    def api(self) -> Running:
        """`orderbro serve`."""
        port = free_port()
        return self.start("api", "-m", "app.cli.main", "serve", port=port).wait_until("/health/ready")

    def bare(self) -> Running:
        return self.web("bare", "tests.bench.bare:create_app", ready="/ready")

    def shop(self) -> Running:
        return self.web("shop", "tests.bench.neighbours:create_watched_shop", ready="/_control/scenarios")

    def hogia(self) -> Running:
        return self.web("hogia", "tests.bench.neighbours:create_watched_hogia", ready="/_faults")

    def worker(self) -> Running:
        """A worker process, once it has said that it lives."""
        running = self.start("worker", "-m", "workers")
        with Redis.from_url(self.redis.url) as redis:
            before = redis.scard(keys.WORKERS)

            def lives() -> bool:
                running.check()
                return redis.scard(keys.WORKERS) > before

            wait_for(lives, "the worker's heartbeat", seconds=START_SECONDS, every=0.05)
        return running

    async def configure(
        self, *, shop: int = 1, hogia: int = 2, flow: str = "prestashop_leads", hogia_per_second: float = 1000, **orders: Any
    ) -> None:
        """Store the connection. Rate limits are lifted, since the neighbours here have none; feeds are not polled while something is measured."""
        document: dict[str, Any] = connection_file(shop_url=f"http://127.0.0.1:{shop}", hogia_url=f"http://127.0.0.1:{hogia}", **orders)
        document["hogia"] |= {"organization_id": ORGANIZATION_ID, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        document["flow"] = flow
        document["hogia"] |= {"requests_per_second": hogia_per_second, "poll_seconds": 3600}
        document["shops"][0] |= {"webservice_key": DEFAULT_KEY, "requests_per_second": 1000}
        store = Store.connect(self.redis.url)
        try:
            await connections.save(store, Seal(SECRET_KEY), connections.read_document(document, {}))
        finally:
            await store.close()
