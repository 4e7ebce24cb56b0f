"""Where the figures come from: cores, load, versions, and what an fsync costs on this disk."""

from __future__ import annotations

import os
import platform
import subprocess
import tempfile
import time
from pathlib import Path

from app.embedded import server_binary
from tests.bench.figures import quantile

PROBES = 300
BLOCK = b"x" * 2048


def fsync_milliseconds(folder: Path) -> tuple[float, float]:
    """p50 and p99 of appending 2 kB and waiting for the disk: what `appendfsync always` pays."""
    took = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(PROBES):
            started = time.perf_counter()
            os.write(file.fileno(), BLOCK)
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - started) * 1000)
    return quantile(took, 0.5), quantile(took, 0.99)


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def load() -> str:
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


def described(folder: Path) -> dict[str, str]:
    """The machine as the table's head shows it."""
    version = subprocess.run([server_binary(), "--version"], capture_output=True, text=True, check=True).stdout.split()
    middle, slow = fsync_milliseconds(folder)
    return {
        "cores": f"{len(os.sched_getaffinity(0))} × {processor()}",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "store": f"{version[0]} {next((word[2:] for word in version if word.startswith('v=')), '')}, appendonly, appendfsync always",
        "fsync": f"p50 {middle:.2f} ms, p99 {slow:.2f} ms (2 kB appended)",
        "load": load(),
    }
