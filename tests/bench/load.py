"""The load generator: a process of its own with raw keep-alive connections, so that it is not what limits the figures.

`python -m tests.bench.load FILE` reads a `Load` as JSON from stdin and writes a `Seen` as JSON to the file. Requests are signed before the
clock starts; every one has an event id of its own.

    open loop     a request leaves when its time has come, whether others are answered or not; latency counts from that time
    closed loop   as many requests under way as there are connections: what the server can take
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import uvloop

from app.ingress.signatures import secret_bytes, sign
from tests.bench.stand import ROOT, NotRunningError
from tests.conftest import WEBHOOK_SECRET

PATH = "/webhooks/prestashop/acme-se"
HEAD_END = b"\r\n\r\n"
LONGEST_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """`rate` above 0 is an open loop. `count` bounds the requests, `seconds` the closed loop's time. `first` is the first entity's id."""

    port: int
    run: str
    count: int
    seconds: float = 0.0
    rate: float = 0.0
    connections: int = 50
    type: str = "order.state_changed"
    first: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came back. Latencies in milliseconds; `cpu_share` is the generator's own, of one core."""

    statuses: dict[str, int]
    latencies: list[float]
    seconds: float
    cpu_share: float

    @property
    def accepted(self) -> int:
        return self.statuses.get("202", 0)

    @property
    def per_second(self) -> float:
        return self.accepted / self.seconds


def notice(kind: str, ident: int) -> bytes:
    """A notice as the shop's module writes it (design.md 5)."""
    data = {"id": ident, "id_shop": 1} | ({"state": 2} if kind == "order.state_changed" else {})
    return json.dumps({"type": kind, "timestamp": "2026-11-24T10:00:00Z", "data": data}, separators=(",", ":")).encode()


def signed(sender_id: str, body: bytes, *, stamp: int) -> dict[str, str]:
    """The headers of a notice."""
    return {
        "content-type": "application/json",
        "webhook-id": sender_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(secret_bytes(WEBHOOK_SECRET), sender_id, stamp, body),
    }


def requests(load: Load) -> Iterator[bytes]:
    stamp = int(time.time())
    for number in range(load.count):
        body = notice(load.type, load.first + number)
        headers = {"host": f"127.0.0.1:{load.port}", **signed(f"{load.run}-{number}", body, stamp=stamp), "content-length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        yield f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + body


class Line(asyncio.Protocol):
    """One connection; one request under way at a time."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._buffer = b""
        self.due = 0.0
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def send(self, request: bytes, due: float) -> None:
        self.due = due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(HEAD_END)
        if end < 0:
            return
        at = self._buffer.lower().find(b"content-length:", 0, end + 2)
        length = int(self._buffer[at + 15 : self._buffer.find(b"\r\n", at)]) if at >= 0 else 0
        if len(self._buffer) < end + 4 + length:
            return
        status, self._buffer = self._buffer[9:12].decode(), b""
        self._generator.answered(self, status)

    def connection_lost(self, exc: Exception | None) -> None:
        self._generator.lost(self)


class Generator:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._waiting = deque(requests(load))
        self._overdue: deque[tuple[bytes, float]] = deque()
        self._idle: deque[Line] = deque()
        self._under_way = 0
        self._stop_at = float("inf")
        self._done = asyncio.Event()
        self.statuses: Counter[str] = Counter()
        self.latencies: list[float] = []

    async def run(self) -> Seen:
        loop = asyncio.get_running_loop()
        lines = [(await loop.create_connection(lambda: Line(self), "127.0.0.1", self._load.port))[1] for _ in range(self._load.connections)]
        cpu, started = time.process_time(), time.perf_counter()
        async with asyncio.timeout(LONGEST_SECONDS):
            if self._load.rate:
                await self._open(lines, started)
            else:
                self._stop_at = started + self._load.seconds
                for line in lines:
                    self._next(line)
                await self._done.wait()
        ended = time.perf_counter()
        share = (time.process_time() - cpu) / (ended - started)
        for line in lines:
            line.transport.abort()
        return Seen(statuses=dict(self.statuses), latencies=self.latencies, seconds=ended - started, cpu_share=share)

    async def _open(self, lines: list[Line], started: float) -> None:
        self._idle.extend(lines)
        for number in range(self._load.count):
            due = started + number / self._load.rate
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            request = self._waiting.popleft()
            if self._idle:
                self._send(self._idle.popleft(), request, due)  # in turn, so that none is idle for so long that it is closed
            else:
                self._overdue.append((request, due))
        await self._done.wait()

    def _send(self, line: Line, request: bytes, due: float) -> None:
        self._under_way += 1
        line.send(request, due)

    def _next(self, line: Line) -> None:
        now = time.perf_counter()
        if self._waiting and now < self._stop_at:
            self._send(line, self._waiting.popleft(), now)
        elif not self._under_way:
            self._done.set()

    def answered(self, line: Line, status: str) -> None:
        self._under_way -= 1
        self.latencies.append((time.perf_counter() - line.due) * 1000)
        self.statuses[status] += 1
        if not self._load.rate:
            self._next(line)
            return
        if self._overdue:
            self._send(line, *self._overdue.popleft())
        else:
            self._idle.append(line)
        if not self._waiting and not self._under_way:
            self._done.set()

    def lost(self, line: Line) -> None:
        self.statuses["lost"] += 1
        self._done.set()


def generate(load: Load) -> Seen:
    """Run a load in a process of its own; raises NotRunningError when it failed."""
    with tempfile.NamedTemporaryFile(prefix="ob-load-") as answer:
        command = [sys.executable, "-m", "tests.bench.load", answer.name]
        given = json.dumps(asdict(load))
        try:
            subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, timeout=LONGEST_SECONDS + 30, check=True)
        except subprocess.SubprocessError as error:
            said = getattr(error, "stderr", "") or ""
            raise NotRunningError(f"the load generator failed: {str(said)[-800:]}") from error
        return Seen(**json.load(answer))


def main() -> None:
    async def run() -> Seen:
        return await Generator(Load(**json.load(sys.stdin))).run()

    seen = uvloop.run(run())
    Path(sys.argv[1]).write_text(json.dumps(asdict(seen)))


if __name__ == "__main__":
    main()
