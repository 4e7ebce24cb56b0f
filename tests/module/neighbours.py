"""A service that misbehaves as it is told to: plain sockets on loopback, so that it can also answer what no HTTP server would."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

ACCEPTED = b'{"event_id": "evt_1"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`raw` goes out instead of an HTTP answer; `never`: nothing does, and the connection stays open."""

    status: int = 202
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = ACCEPTED
    raw: bytes | None = None
    never: bool = False

    def bytes(self) -> bytes:
        if self.raw is not None:
            return self.raw
        date = format_datetime(datetime.now(UTC), usegmt=True)
        headers = {"date": date, "content-type": "application/json", "content-length": str(len(self.body)), **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} Told\r\n{lines}\r\n".encode() + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def notice(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read


class Service:
    """Answers with `replies` in turn, the last one for good; 202 without any."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.got: list[Request] = []
        self.connections = 0
        self.port = 0
        self.seconds = 0.0  # before each answer
        self.answered = 0
        self.open: list[asyncio.StreamWriter] = []
        self.serve_instead: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks/prestashop/acme-se"

    @property
    def told(self) -> list[tuple[str, int]]:
        return [(request.notice["type"], request.notice["data"]["id"]) for request in self.got]

    def _reply(self) -> Reply:
        if not self.replies:
            return Reply()
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open.append(writer)
        if self.serve_instead is not None:
            await self.serve_instead(reader, writer)
            return
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = dict(_pair(line) for line in head[1:] if line)
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.got.append(Request(path=head[0].split(" ")[1], headers=headers, body=body))
                reply = self._reply()
                if reply.never:
                    await reader.read()
                    break
                await asyncio.sleep(self.seconds)
                writer.write(reply.bytes())
                await writer.drain()
                self.answered += 1
                if reply.raw is not None:
                    break
        writer.close()


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.lower(), value.strip()


@contextlib.asynccontextmanager
async def service() -> AsyncIterator[Service]:
    made = Service()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for writer in made.open:
            writer.close()
