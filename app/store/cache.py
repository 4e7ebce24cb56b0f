"""What changes slowly: cached texts with an expiry, watermarks of sweeps, locks of sweeps, heartbeats, replies to a waiting caller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.store import keys
from app.store.redis import Store, text, texts


async def cached(store: Store, owner: str, name: str) -> str:
    """A cached text, or empty."""
    return text(await store.redis.get(keys.cache(owner, name)))


async def keep(store: Store, owner: str, name: str, value: str, *, seconds: float) -> None:
    await store.redis.set(keys.cache(owner, name), value, px=int(seconds * 1000))


async def forget(store: Store, owner: str, name: str) -> None:
    await store.redis.delete(keys.cache(owner, name))


async def watermark(store: Store, owner: str, resource: str) -> str:
    """How far a sweep has come, in its own words; empty at first."""
    return text(await store.redis.get(keys.watermark(owner, resource)))


async def set_watermark(store: Store, owner: str, resource: str, value: str) -> None:
    await store.redis.set(keys.watermark(owner, resource), value)


@asynccontextmanager
async def lock(store: Store, name: str, *, owner: str, seconds: float) -> AsyncIterator[bool]:
    """One at a time among all workers; yields whether this caller has it. Released only by who took it.

    A sweep under an expired lock may overlap another: sweeps only mark, so that is harmless.
    """
    key = keys.lock(name)
    taken = bool(await store.redis.set(key, owner, nx=True, px=int(seconds * 1000)))
    try:
        yield taken
    finally:
        if taken and text(await store.redis.get(key)) == owner:
            await store.redis.delete(key)


async def swept(store: Store, name: str, *, fields: dict[str, str]) -> None:
    """Stamp a sweep: `at_ms`, `ok` and what it found."""
    await store.redis.hset(keys.sweep(name), mapping=fields)


async def sweep(store: Store, name: str) -> dict[str, str]:
    return texts(await store.redis.hgetall(keys.sweep(name)))


async def beat(store: Store, worker: str, *, fields: dict[str, str], seconds: float) -> None:
    """A worker's heartbeat; it is gone `seconds` after the last one."""
    async with store.redis.pipeline(transaction=True) as pipe:
        pipe.hset(keys.worker(worker), mapping=fields)
        pipe.pexpire(keys.worker(worker), int(seconds * 1000))
        pipe.sadd(keys.WORKERS, worker)
        await pipe.execute()


async def workers(store: Store) -> dict[str, dict[str, str]]:
    """Living workers and what they said last."""
    living: dict[str, dict[str, str]] = {}
    for raw in await store.redis.smembers(keys.WORKERS):
        fields = texts(await store.redis.hgetall(keys.worker(text(raw))))
        if fields:
            living[text(raw)] = fields
        else:
            await store.redis.srem(keys.WORKERS, raw)
    return living


async def answer(store: Store, request_id: str, value: str, *, seconds: float = 120) -> None:
    """Leave an answer for whoever waits for `request_id`."""
    async with store.redis.pipeline(transaction=True) as pipe:
        pipe.lpush(keys.reply(request_id), value)
        pipe.pexpire(keys.reply(request_id), int(seconds * 1000))
        await pipe.execute()


async def wait_for(store: Store, request_id: str, *, seconds: float) -> str:
    """The answer to `request_id`, or empty when it did not come in time. Polls, so that a socket timeout cannot end it."""
    for _ in range(max(1, int(seconds / 0.05))):
        value = await store.redis.lpop(keys.reply(request_id))
        if value is not None:
            return text(value)
        await asyncio.sleep(0.05)
    return ""


async def count_all(store: Store, numbers: dict[str, int]) -> None:
    """Raise counters that all processes share; metrics read them."""
    if not numbers:
        return
    async with store.redis.pipeline(transaction=True) as pipe:
        for name, by in numbers.items():
            pipe.hincrby(keys.COUNTERS, name, by)
        await pipe.execute()


async def counters(store: Store) -> dict[str, int]:
    return {text(k): int(v) for k, v in (await store.redis.hgetall(keys.COUNTERS)).items()}
