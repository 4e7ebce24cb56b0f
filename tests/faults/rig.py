"""Real processes that can be killed, frozen and started again: store, API, workers, and both neighbours, on loopback ports of their own.

Everything lives in one temporary folder and ends with the `with` block, also when a test fails; a child whose parent is killed is killed by
the kernel (`PR_SET_PDEATHSIG`).
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import httpx

from app.embedded import EmbeddedServer, socket_path
from app.sandbox.hogia.state import CLIENT_ID, CLIENT_SECRET, ORGANIZATION_ID
from app.sandbox.prestashop.state import DEFAULT_KEY
from app.store import connections
from app.store.redis import Store
from app.store.seal import Seal
from tests.conftest import SECRET_KEY, connection_file
from tests.faults.waiting import until

ROOT = Path(__file__).parent.parent.parent
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
QUICK: Mapping[str, object] = {
    "lease_seconds": 3,
    "retry_first_seconds": 0.3,
    "retry_longest_seconds": 2,
    "shutdown_seconds": 10,
    "log_format": "json",
    "log_level": "INFO",
    "allow_private_hosts": 1,
    "secret_key": SECRET_KEY,
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _die_with_parent() -> None:
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """One python process. It may be started again after it has ended; its output is appended to one file."""

    def __init__(self, name: str, arguments: Sequence[str], *, environment: Mapping[str, str], log: Path, port: int = 0) -> None:
        self.name = name
        self.port = port
        self.log = log
        self.starts = 0
        self._arguments = arguments
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=ROOT,
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - nothing here holds a lock while it forks
            )
        self.starts += 1
        return self

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, frozen or not, and wait until it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def wait(self, seconds: float) -> int:
        """Its exit status."""
        assert self._process is not None
        return self._process.wait(seconds)

    def said(self) -> str:
        return self.log.read_text(errors="replace")


class Rig:
    """The store and whatever is started beside it. `settings` are ORDERBRO_ settings by their lower-case names."""

    def __init__(self, **settings: object) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ob-faults-"))
        self.redis = EmbeddedServer(self.folder / "redis")
        self._settings = {**QUICK, "data_dir": self.folder / "data", "redis_url": self.redis.url, **settings}
        self._children: list[Child] = []
        self._stores: list[Store] = []
        self.http = httpx.AsyncClient(timeout=10, trust_env=False)

    async def __aenter__(self) -> Self:
        self.redis.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for child in reversed(self._children):
            child.kill()
        await self.http.aclose()
        for store in self._stores:
            await store.close()
        self.redis.kill()
        self.redis.stop()
        socket_path(self.folder / "redis").unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("ORDERBRO_", "PYTEST_", "COV_"))}
        return own | {f"ORDERBRO_{name.upper()}": str(value) for name, value in self._settings.items()}

    def store(self) -> Store:
        """A store of the test's own, patient enough for a Redis that is away for a moment."""
        store = Store.connect(self.redis.url)
        self._stores.append(store)
        return store

    def child(self, name: str, *arguments: str, port: int = 0, environment: Mapping[str, str] | None = None) -> Child:
        made = Child(
            name,
            arguments,
            environment={**self.environment, **(environment or {})},
            log=self.folder / f"{name}-{len(self._children)}.log",
            port=port,
        )
        self._children.append(made)
        return made.start()

    async def _web(self, name: str, *arguments: str, ready: str) -> Child:
        port = free_port()
        child = self.child(name, *arguments, "--port", str(port), port=port)
        await self.answers(child, ready)
        return child

    async def answers(self, child: Child, path: str, *, status: int = 200, seconds: float = 30) -> None:
        """Wait until a path of the child answers with the status."""

        async def ready() -> bool:
            assert child.running, f"{child.name} has stopped; its log ends: {child.said()[-2000:]}"
            try:
                return (await self.http.get(f"http://127.0.0.1:{child.port}{path}")).status_code == status
            except httpx.TransportError:
                return False

        await until(ready, f"{child.name} answers {path} with {status}", seconds=seconds)

    async def api(self) -> Child:
        uvicorn = ("-m", "uvicorn", "--factory", "app.main:create_app", "--host", "127.0.0.1", "--no-access-log", "--log-level", "warning")
        return await self._web("api", *uvicorn, ready="/health/live")

    async def shop(self) -> Child:
        return await self._web("shop", "-m", "app.sandbox", "prestashop", ready="/_control/orders")

    async def hogia(self, **switches: object) -> Child:
        child = await self._web("hogia", "-m", "app.sandbox", "hogia", ready="/_faults")
        await self.switch(child, rate_limit=0, **switches)
        return child

    def worker(self, *, script: str = "", environment: Mapping[str, str] | None = None) -> Child:
        """`python -m workers`, or a script of this folder that runs a worker in its own way."""
        arguments = (str(Path(__file__).parent / script),) if script else ("-m", "workers")
        return self.child("worker", *arguments, environment={"PYTHONPATH": str(ROOT), **(environment or {})})

    async def configure(
        self,
        store: Store,
        shop: Child,
        hogia: Child,
        *,
        hogia_settings: Mapping[str, Any] | None = None,
        shop_settings: Mapping[str, Any] | None = None,
        **orders: Any,
    ) -> None:
        """Store the connection `acme`; rate limits are lifted, since these neighbours have none."""
        document: Any = connection_file(shop_url=f"http://127.0.0.1:{shop.port}", hogia_url=f"http://127.0.0.1:{hogia.port}", **orders)
        document["hogia"] |= {"organization_id": ORGANIZATION_ID, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        document["hogia"] |= {"requests_per_second": 1000, **(hogia_settings or {})}
        document["shops"][0] |= {"webservice_key": DEFAULT_KEY, "requests_per_second": 1000, **(shop_settings or {})}
        await connections.save(store, Seal(SECRET_KEY), connections.read_document(document, {}))

    async def call(self, child: Child, method: str, path: str, body: Any = None) -> Any:
        answer = await self.http.request(method, f"http://127.0.0.1:{child.port}{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    async def switch(self, hogia: Child, **switches: object) -> None:
        await self.call(hogia, "POST", "/_faults", switches)

    async def place(self, shop: Child, slug: str, **more: object) -> list[int]:
        """Buy a scenario's cart; answers the order's or orders' ids."""
        ids: list[int] = (await self.call(shop, "POST", "/_control/orders", {"scenario": slug, **more}))["ids"]
        return ids

    async def invoices(self, hogia: Child) -> list[dict[str, Any]]:
        """Hogia's invoices without any lag."""
        found: list[dict[str, Any]] = await self.call(hogia, "GET", "/_invoices")
        return found
