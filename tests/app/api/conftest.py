"""A client per role on an application with the connection `acme`, and the means to record events and run an entity without a worker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app import auth
from app.auth import Role
from app.main import create_app
from app.state import State
from app.store import cache, events, keys, ledger, marks
from app.store.connections import Configured
from app.store.redis import Store, text
from mappers.canonical import EntityKey, Kind

Client = httpx.AsyncClient


@asynccontextmanager
async def client_as(state: State, role: Role) -> AsyncIterator[Client]:
    _, token = await auth.create(state.store, name=f"the {role.value}", role=role)
    transport = httpx.ASGITransport(create_app(state=state))
    async with Client(transport=transport, base_url="http://test", headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


@pytest_asyncio.fixture
async def viewer(state: State, configured: Configured) -> AsyncIterator[Client]:
    async with client_as(state, Role.VIEWER) as client:
        yield client


@pytest_asyncio.fixture
async def operator(state: State, configured: Configured) -> AsyncIterator[Client]:
    async with client_as(state, Role.OPERATOR) as client:
        yield client


@pytest_asyncio.fixture
async def admin(state: State, configured: Configured) -> AsyncIterator[Client]:
    async with client_as(state, Role.ADMIN) as client:
        yield client


Recorder = Callable[..., Awaitable[str]]


@pytest.fixture
def record(store: Store) -> Recorder:
    """Record an event about an order; answers the event's id."""

    async def recorded(order: int | None = 42, *, sender_id: str = "", type: str = "order.updated", **more: Any) -> str:  # noqa: A002 - the event's field
        entity = EntityKey(shop="acme-se", kind=Kind.ORDER, id=str(order)) if order is not None else None
        if entity is None:
            more = {"status": events.EventStatus.FAILED, "code": "NOTICE_UNREADABLE", "reason": "no JSON", **more}
        event = events.NewEvent(
            connection="acme",
            shop="acme-se",
            sender_id=sender_id or f"msg_{order}_{type}",
            type=type,
            entity=entity,
            body=json.dumps({"data": {"id": order}}).encode(),
            **more,
        )
        return (await events.record(store, event)).event_id

    return recorded


Runner = Callable[..., Awaitable[str]]


@pytest.fixture
def run(store: Store) -> Runner:
    """One run on an entity, as a worker would end it, with effects in states."""

    async def ran(
        entity: str,
        *,
        outcome: marks.Outcome = marks.Outcome.DONE,
        status: str = "processed",
        effects: dict[str, ledger.EffectState] | None = None,
        **more: Any,
    ) -> str:
        claim = await marks.claim(store, entity, owner="test", lease_seconds=30)
        assert isinstance(claim, marks.Claim), claim
        for key, state in (effects or {}).items():
            fields = {"kind": "create_invoice", "external_number": "1001", "amount": "125.00", "currency": "SEK"}
            await ledger.write(store, claim, key, state, fields=fields)
        return await marks.settle(store, claim, marks.Settlement(outcome=outcome, status=status, **more))

    return ran


@pytest.fixture
def answering(store: Store) -> Callable[[dict[str, Any]], Any]:
    """A worker's stand-in: answers the next command with the given JSON; what was asked is in the list it yields."""

    @asynccontextmanager
    async def worker(answer: dict[str, Any]) -> AsyncIterator[list[Any]]:
        asked: list[Any] = []

        async def loop() -> None:
            while True:
                for raw in await store.redis.zrange(keys.QUEUE, 0, -1):
                    name, _, request_id = text(raw).partition(":")
                    if name == "process":
                        continue
                    asked.append(json.loads(await store.redis.get(f"arq:job:{text(raw)}")))
                    await store.redis.zrem(keys.QUEUE, raw)
                    await cache.answer(store, request_id, json.dumps(answer))
                await asyncio.sleep(0.01)

        task = asyncio.create_task(loop())
        try:
            yield asked
        finally:
            task.cancel()

    return worker
