"""The tools that judge the module, each run as a person would: what it says is shown when it is not content."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from app.orphans import die_with_parent

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
MODULE = ROOT / "deploy" / "prestashop" / "orderbro"
WASM = ROOT / ".venv" / "php-wasm"  # where .ci/run installs @php-wasm


class MissingToolError(Exception):
    """A tool of the module's tests is not installed; .ci/run says how."""


def tool(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        raise MissingToolError(f"{name} is not installed; see the packages in .ci/run, or leave these tests out with -m 'not module'")
    return found


def run(name: str, *arguments: object, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """A tool's exit status and what it said, both streams together."""
    command = [tool(name), *(str(argument) for argument in arguments)]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )


def wasm() -> Path:
    """Where real PHPs of other versions are, compiled to WebAssembly."""
    if not (WASM / "node_modules" / "@php-wasm").is_dir():
        raise MissingToolError("@php-wasm is not installed in .venv/php-wasm; .ci/run installs it with npm")
    return WASM


@contextmanager
def mariadb(*, durable: bool = False) -> Iterator[str]:
    """A MariaDB of its own with an empty shop; answers PDO's data source name.

    `durable`: every commit waits for the disk, as a shop's does; else nothing does.
    """
    folder = Path(tempfile.mkdtemp(prefix="ob-maria-", dir="/dev/shm" if Path("/dev/shm").is_dir() and not durable else None))
    (folder / "data").mkdir()
    socket = folder / "s"
    command = [tool("mariadbd"), "--no-defaults", f"--datadir={folder / 'data'}", f"--socket={socket}", f"--pid-file={folder / 'pid'}"]
    command += ["--skip-networking", "--skip-grant-tables", "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M"]
    if not durable:
        command += ["--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--innodb-doublewrite=0"]
    command += ["--user=root"] if os.geteuid() == 0 else []
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)  # noqa: PLW1509 - it makes one system call
    try:
        source = f"mysql:unix_socket={socket}"
        code = f"(new PDO('{source}', 'root'))->exec('CREATE DATABASE shop CHARACTER SET utf8mb4');"
        deadline = time.monotonic() + 30
        while not socket.exists() or run("php", "-r", code).returncode != 0:
            if process.poll() is not None or time.monotonic() > deadline:
                raise MissingToolError(f"MariaDB did not start: {(folder / 'log').read_text()[-800:]}")
            time.sleep(0.05)
        yield f"{source};dbname=shop;charset=utf8mb4"
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
