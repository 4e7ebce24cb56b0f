"""The web side's only door to the executor: the names of what may be asked for, and the asking.

Entities are not asked for here: raising their mark wakes a worker (app/store/lua.py). What is asked for here are commands with an answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from arq.connections import ArqRedis

from app.store import cache, keys
from app.store.redis import Store
from mappers.canonical import EntityKey

# Due long ago: in front of all entities, because somebody waits for it, and for executors whose hosts' clocks are late as well.
AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)


class Task(StrEnum):
    """Every job name. A test compares them with what the worker registers."""

    PROCESS = "process"
    PREVIEW = "preview"
    CHECK = "check"
    ADOPT = "adopt"
    PDF = "pdf"


def dumps(value: Any) -> bytes:
    """The executor's serializer: JSON, so that writing to Redis can never run code (facts: webhooks.md 3.1 row 20)."""
    return json.dumps(value, default=str).encode()


def loads(value: bytes) -> Any:
    return json.loads(value)


def executor(store: Store) -> ArqRedis:
    """Arq's client on the store's own pool."""
    return ArqRedis(
        store.redis.connection_pool,
        job_serializer=dumps,
        job_deserializer=loads,
        default_queue_name=keys.QUEUE,
        expires_extra_ms=86_400_000,
    )


async def ask(store: Store, task: Task, subject: str, *, request_id: str, seconds: float) -> dict[str, Any] | None:
    """Let a worker do something and wait for what it says; None when no worker answered in time."""
    await executor(store).enqueue_job(
        task.value, subject, request_id, _job_id=f"{task}:{request_id}", _expires=seconds, _defer_until=AT_ONCE
    )
    said = await cache.wait_for(store, request_id, seconds=seconds)
    return json.loads(said) if said else None


async def preview(store: Store, entity: EntityKey, *, new_id: Callable[[], str], seconds: float) -> dict[str, Any] | None:
    """The dry run of an entity, made by a worker; None when none answered in time."""
    return await ask(store, Task.PREVIEW, str(entity), request_id=new_id(), seconds=seconds)
