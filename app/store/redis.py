"""The connection to Redis: pool, time limits, retries, scripts, and whether what it answers is really kept.

Traps this file lives with (facts: dependencies.md D, webhooks.md 4.2): the script cache does not survive a restart, so scripts are objects
that load themselves again; the first pooled call after a restart fails without a retry; a hung server hangs the caller for ever without a
socket timeout.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.store import keys, lua
from app.store.together import Script, Together

# OSError: a refused connect reaches redis-py as the builtin, which its own two classes do not cover.
UNAVAILABLE = (RedisError, OSError)
RETRIED: list[type[Exception]] = [RedisConnectionError, RedisTimeoutError, OSError]


def pool(url: str, *, timeout_seconds: float, retries: int = 2) -> ConnectionPool:
    """A pool of at most 1 000 connections with socket timeouts and short retries. `retries` multiply the timeout."""
    return ConnectionPool.from_url(
        url,
        max_connections=1000,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        health_check_interval=15,
        retry=Retry(ExponentialBackoff(cap=0.5, base=0.02), retries),
        retry_on_error=RETRIED,
    )


class Scripts:
    """Every script, once per client. What is called for each event and each run travels together."""

    def __init__(self, redis: Redis) -> None:
        together = Together(redis)

        def often(body: str) -> Script:
            return together.script(lua.LIBRARY + body)

        def script(body: str) -> AsyncScript:
            return redis.register_script(lua.LIBRARY + body)

        self.record = often(lua.RECORD)
        self.claim = often(lua.CLAIM)
        self.claim_due = often(lua.CLAIM_DUE)
        self.settle = often(lua.SETTLE)
        self.effect = often(lua.EFFECT)
        self.bucket = often(lua.BUCKET)
        self.breaker_ask = often(lua.BREAKER_ASK)
        self.mark = script(lua.MARK)
        self.take = script(lua.TAKE)
        self.renew = script(lua.RENEW)
        self.tick = script(lua.TICK)
        self.discard = script(lua.DISCARD)
        self.release = script(lua.RELEASE)
        self.drop = script(lua.DROP)
        self.breaker_tell = script(lua.BREAKER_TELL)
        self.looked_at = script(lua.LOOKED_AT)
        self.write_run = script(lua.WRITE_RUN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Durability:
    """Whether an acknowledged write survives. `reason` is a stable code, empty when durable."""

    durable: bool
    wait_aof: bool = False  # appendfsync everysec on a server that knows WAITAOF: each record waits for the fsync
    reason: str = ""
    detail: str = ""


async def read_durability(redis: Any) -> Durability:
    """Ask the server how it keeps what it acknowledges (webhooks.md 4.2)."""
    try:
        info = await redis.info("persistence")
        memory = await redis.info("memory")
    except UNAVAILABLE as error:
        return Durability(durable=False, reason="REDIS_UNAVAILABLE", detail=type(error).__name__)
    if info.get("loading"):
        return Durability(durable=False, reason="REDIS_LOADING", detail="the server is reading its data")
    if not info.get("aof_enabled"):
        return Durability(durable=False, reason="REDIS_NOT_DURABLE", detail="appendonly is off; set appendonly yes, appendfsync always")
    if info.get("aof_last_write_status") != "ok":
        return Durability(durable=False, reason="REDIS_AOF_FAILING", detail="the last write to the append-only file failed; check the disk")
    policy = memory.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        return Durability(durable=False, reason="REDIS_EVICTS", detail=f"maxmemory-policy is {policy}; set noeviction")
    try:
        config = await redis.config_get("appendfsync")
    except ResponseError:  # managed servers hide CONFIG: then the fsync is waited for, or refused below
        config = {}
    if config.get("appendfsync") == "always":
        return Durability(durable=True)
    try:
        await redis.execute_command("WAITAOF", 0, 0, 1)
    except ResponseError:
        return Durability(durable=False, reason="REDIS_NOT_DURABLE", detail="appendfsync is not always, and this server has no WAITAOF")
    return Durability(durable=True, wait_aof=True)


class Store:
    """One process's door to Redis: the client, its scripts, and what is known of its durability."""

    def __init__(self, redis: Redis, *, durability_seconds: float = 5.0) -> None:
        # Any: redis-py 5 annotates the commands of both its clients as one union of value and awaitable.
        self.redis: Any = redis
        self.scripts = Scripts(redis)
        self._durability_seconds = durability_seconds
        self._durability = Durability(durable=False, reason="REDIS_UNCHECKED")
        self._checked = float("-inf")

    @classmethod
    def connect(cls, url: str, *, timeout_seconds: float = 2.0) -> Store:
        """A store on its own pool; nothing is called yet."""
        connections = pool(url, timeout_seconds=timeout_seconds)
        store = cls(Redis(connection_pool=connections))

        async def connected(connection: Any) -> None:
            await connection.on_connect()
            store.doubt()

        connections.connection_kwargs["redis_connect_func"] = connected
        return store

    async def durability(self) -> Durability:
        """What the server says of itself, at most five seconds old; a bad answer is asked again at once."""
        now = time.monotonic()
        if not self._durability.durable or now - self._checked > self._durability_seconds:
            self._durability = await read_durability(self.redis)
            self._checked = now
        return self._durability

    def doubt(self) -> None:
        """Forget what is known of the durability: a call failed or a connection is new, so the server may have been replaced."""
        self._checked = float("-inf")

    async def born(self) -> int:
        """When this ledger began, in milliseconds. An order older than it may have an invoice that the ledger does not know."""
        known = await self.redis.get(keys.BORN)
        if known is None:
            await self.redis.set(keys.BORN, await self.now_ms(), nx=True)
            known = await self.redis.get(keys.BORN)
        return int(known)

    async def now_ms(self) -> int:
        """Redis's clock, in milliseconds."""
        seconds, micros = await self.redis.time()
        return int(seconds) * 1000 + int(micros) // 1000

    async def close(self) -> None:
        """Close every connection."""
        await self.redis.aclose()
        await self.redis.connection_pool.disconnect()


def text(value: Any) -> str:
    """Redis's bytes as text; None as empty."""
    if value is None:
        return ""
    return value.decode() if isinstance(value, bytes) else str(value)


def texts(mapping: dict[Any, Any]) -> dict[str, str]:
    """A hash as text."""
    return {text(k): text(v) for k, v in mapping.items()}
