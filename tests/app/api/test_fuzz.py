"""Every documented route, fuzzed against the OpenAPI document with a valid admin key: whatever comes, it is no fault of ours."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from app import auth
from app.auth import Role
from app.embedded import EmbeddedServer
from app.main import create_app
from app.settings import Settings
from app.state import State
from app.store import connections
from app.store.connections import Directory
from app.store.redis import Store
from app.store.seal import Seal
from tests.conftest import SECRET_KEY, connection_file

EXAMPLES = 12  # per route
NO_WORKER = 504  # right here: no worker is there to answer


class Fuzzed:
    """The application on a loop of its own, called from synchronous code."""

    def __init__(self, url: str, folder: Path, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._store = Store.connect(url)
        seal = Seal(SECRET_KEY)
        quick = Settings(redis_url=url, secret_key=SECRET_KEY, data_dir=folder, preview_wait_seconds=0.05, _env_file=None)
        self._state = State(settings=quick, store=self._store, seal=seal, directory=Directory(self._store, seal, seconds=0))
        self.app = create_app(state=self._state)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://test")

    def prepare(self) -> str:
        """An empty store with one connection; answers an admin's token."""
        return self._runner.run(self._prepared())

    async def _prepared(self) -> str:
        await self._store.redis.flushall()
        await connections.save(self._store, self._state.seal, connections.read_document(connection_file(), {}))
        return (await auth.create(self._store, name="fuzz", role=Role.ADMIN))[1]

    def send(self, case: Any, token: str) -> httpx.Response:
        given = case.as_transport_kwargs(base_url="http://test", headers={"Authorization": f"Bearer {token}"})
        wanted = {
            name: given[name] for name in ("method", "url", "headers", "params", "json", "data", "cookies", "files") if given.get(name)
        }
        prepared = requests.Request(**wanted).prepare()
        body = prepared.body if prepared.body is not None else b""
        sent = httpx.Request(str(prepared.method), str(prepared.url), headers=dict(prepared.headers), content=body)
        return self._runner.run(self._client.send(sent))

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.run(self._store.close())


def test_no_input_makes_a_documented_route_fail(redis_server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.api.connections.CHECK_SECONDS", 0.05)
    statuses: dict[str, set[int]] = {}
    with asyncio.Runner() as runner:
        fuzzed = Fuzzed(redis_server.url, tmp_path, runner)
        token = fuzzed.prepare()
        operations = [found.ok() for found in schemathesis.openapi.from_dict(fuzzed.app.openapi()).get_all_operations()]

        for operation in operations:

            @seed(1)
            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=st.one_of(*[operation.as_strategy(generation_mode=mode) for mode in GenerationMode]))
            def one(case: Any) -> None:
                answer = fuzzed.send(case, token)
                statuses.setdefault(f"{case.method} {case.path}", set()).add(answer.status_code)
                told = answer.status_code == NO_WORKER or case.path == "/health"  # which says 503 while there is no worker
                assert told or answer.status_code < 500, answer.text

            one()
        fuzzed.close()

    assert len(statuses) == len(operations)
    assert len(operations) > 25
    assert sum(200 in seen or 202 in seen for seen in statuses.values()) > 10, statuses
