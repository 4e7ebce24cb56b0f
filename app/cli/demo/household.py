"""Every process of a demo: the embedded server, the sandboxes, the API, a worker. They start together and stop together.

Each is in a session of its own, so that Ctrl-C reaches only the demo, who stops them in order; should the demo itself be killed, its
guardian does it. Each listens on a socket that was opened here, so a port cannot be lost between finding and using it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.cli.demo import guardian
from app.embedded import EmbeddedServer
from app.store.seal import write_private
from mappers.errors import Misconfigured

HOST = "127.0.0.1"
STOP_SECONDS = 5.0
LOOK_SECONDS = 0.1


def listening(port: int, *, exactly: bool = False) -> socket.socket:
    """A listening socket on this port, or on any other when it is taken. Raises Misconfigured PORT_TAKEN when it has to be this one."""
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
        found.listen(128)
    except (OSError, OverflowError):
        found.close()
        if exactly or port == 0:
            raise Misconfigured("PORT_TAKEN", f"port {port} cannot be used on this machine; choose another with --port.") from None
        return listening(0)
    return found


def address(listener: socket.socket) -> str:
    """The URL of what will listen on this socket."""
    return f"http://{HOST}:{listener.getsockname()[1]}"


class Household:
    """The processes and their folder. `begin` first, `stop` always."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="orderbro-demo-"))
        self.secret_key = secrets.token_urlsafe(32)
        self._server = EmbeddedServer(self.folder)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._guardian: subprocess.Popen[bytes] | None = None

    @property
    def redis_url(self) -> str:
        return self._server.url

    def begin(self) -> None:
        """Start the guardian and the embedded server. Raises Misconfigured when this machine has no server."""
        write_private(self.folder / "secret.key", self.secret_key)
        self._guardian = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", str(guardian.__file__), str(self.folder)], stdin=subprocess.PIPE, start_new_session=True
        )
        self._server.start()
        self._remember(self._server.pid)

    def environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        """What a child sees: nothing that configures a real Orderbro, no proxy, and these settings."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.upper().startswith("ORDERBRO_") and not name.lower().endswith("_proxy")
        }
        return inherited | {"ORDERBRO_DATA_DIR": str(self.folder), "PYTHONUNBUFFERED": "1"} | dict(settings)

    def start(self, name: str, arguments: Sequence[str], *, environment: Mapping[str, str], listener: socket.socket | None = None) -> None:
        """Run `python …` with its output in a log of its own. The listener's number is put where an argument says `FD`."""
        given = [str(listener.fileno()) if listener is not None and argument == "FD" else argument for argument in arguments]
        with self.log(name).open("wb") as file:
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, *given],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[listener.fileno()] if listener is not None else [],
            )
        if listener is not None:
            listener.close()  # the child's is the only one: when it dies, callers are refused instead of waiting
        self._processes[name] = process
        self._remember(process.pid)

    def _remember(self, pid: int | None) -> None:
        assert self._guardian is not None
        assert self._guardian.stdin is not None
        self._guardian.stdin.write(f"{pid}\n".encode())
        self._guardian.stdin.flush()

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def last_words(self, name: str, *, lines: int = 5) -> list[str]:
        """The end of a process's log."""
        with contextlib.suppress(OSError):
            return self.log(name).read_text(errors="replace").splitlines()[-lines:]
        return []

    def dead(self) -> str:
        """The name of a process that ended by itself, or empty; empty too before they were started."""
        if self._processes and not self._server.running:
            return "redis"
        return next((name for name, process in self._processes.items() if process.poll() is not None), "")

    async def death(self) -> str:
        """Wait until a process ends by itself; answers its name."""
        while True:
            name = self.dead()
            if name:
                return name
            await asyncio.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Stop everything and remove the folder."""
        for process in self._processes.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._processes.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._server.stop()
        if self._guardian is not None:
            with contextlib.suppress(OSError):
                self._guardian.communicate(b"done\n", timeout=STOP_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)
        elsewhere = Path(self._server.url.removeprefix("unix://")).parent
        if elsewhere != self.folder.resolve():
            shutil.rmtree(elsewhere, ignore_errors=True)
