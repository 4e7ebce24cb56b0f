"""The command line as a person uses it, on an empty store, and a worker's stand-in for commands that wait for an answer."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import Result
from redis import Redis
from typer.testing import CliRunner

from app.cli.main import app
from app.embedded import EmbeddedServer
from app.operations import connections as operations
from app.store import connections, events, keys
from app.store.redis import Store
from app.store.seal import Seal
from mappers.canonical import EntityKey, Kind
from tests.conftest import SECRET_KEY, connection_file

T = TypeVar("T")


class Terminal:
    """Runs commands; `do` runs an action on the same store."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    def json(self, *arguments: str) -> Any:
        done = self(*arguments, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def do(self, action: Callable[[Store], Coroutine[Any, Any, T]]) -> T:
        async def run() -> T:
            store = Store.connect(self.url)
            try:
                return await action(store)
            finally:
                await store.close()

        return asyncio.run(run())

    def record(self, order: int = 42, **more: Any) -> str:
        """An event about an order; answers its id."""
        event = events.NewEvent(
            connection="acme",
            shop="acme-se",
            sender_id=f"msg_{order}",
            entity=EntityKey(shop="acme-se", kind=Kind.ORDER, id=str(order)),
            body=b"{}",
            **{"type": "order.updated", **more},
        )
        return self.do(lambda store: events.record(store, event)).event_id


@pytest.fixture
def terminal(redis_server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("ORDERBRO_REDIS_URL", redis_server.url)
    monkeypatch.setenv("ORDERBRO_SECRET_KEY", SECRET_KEY)
    monkeypatch.setenv("ORDERBRO_DATA_DIR", str(tmp_path))
    made = Terminal(redis_server.url)

    async def prepare(store: Store) -> None:
        await store.redis.flushall()
        await connections.save(store, Seal(SECRET_KEY), operations.read(connection_file(), {}))

    made.do(prepare)
    return made


@pytest.fixture
def answering(redis_server: EmbeddedServer) -> Callable[[dict[str, Any]], Any]:
    """Answers every waiting command with the given JSON, from a thread of its own."""

    @contextmanager
    def worker(answer: dict[str, Any]) -> Iterator[None]:
        stopping = threading.Event()

        def loop() -> None:
            with Redis.from_url(redis_server.url) as redis:
                while not stopping.wait(0.01):
                    for raw in redis.zrange(keys.QUEUE, 0, -1):
                        request_id = raw.decode().partition(":")[2]
                        redis.zrem(keys.QUEUE, raw)
                        redis.lpush(keys.reply(request_id), json.dumps(answer))

        thread = threading.Thread(target=loop)
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join()

    return worker
