"""Rate limit and circuit breaker per destination, shared by all workers (facts: dependencies.md D)."""

from __future__ import annotations

import asyncio

from app.store import keys
from app.store.redis import Store
from mappers.errors import Transient


class SharedGate:
    """Stands before one destination. A place in the bucket's line is taken and waited for; a long line, or an open breaker, is `Transient`.

    The breaker opens after `threshold` failures in a row, for 5 s, then twice as long each time up to five minutes; when the time is up
    one caller probes.
    """

    def __init__(
        self,
        store: Store,
        destination: str,
        *,
        per_second: float,
        burst: int = 10,
        longest_wait_seconds: float = 20,
        threshold: int = 5,
        first_open_seconds: float = 5,
        longest_open_seconds: float = 300,
        probe_seconds: float = 30,
    ) -> None:
        self._store = store
        self._destination = destination
        self._interval_us = int(1_000_000 / per_second)
        self._burst = burst
        self._longest_wait = longest_wait_seconds
        self._breaker = (threshold, int(first_open_seconds * 1000), int(longest_open_seconds * 1000))
        self._probe_ms = int(probe_seconds * 1000)
        self._sick = True  # what the breaker last heard from this process; unknown at first, so the first success is told

    async def enter(self) -> None:
        """Wait for a turn; raises Transient when it is not soon."""
        waited = int(await self._store.scripts.breaker_ask(keys=[keys.breaker(self._destination)], args=[self._probe_ms]))
        if waited < 0:
            self._sick = True  # this call is the trial: its success closes a breaker that another process opened
        elif waited:
            raise Transient(
                "DESTINATION_RESTING",
                f"{self._destination} has failed several times in a row; calls to it rest and go on by themselves.",
                retry_after=waited / 1000,
            )
        micros = int(
            await self._store.scripts.bucket(
                keys=[keys.bucket(self._destination)], args=[self._interval_us, self._burst, int(self._longest_wait * 1_000_000)]
            )
        )
        if micros < 0:
            raise Transient(
                "DESTINATION_BUSY",
                f"{self._destination} has more to do than its rate limit lets through now.",
                retry_after=-micros / 1_000_000 - self._longest_wait / 2,
            )
        if micros:
            await asyncio.sleep(micros / 1_000_000)

    async def leave(self, *, healthy: bool) -> None:
        """Tell the breaker; a success after a success is not worth a call."""
        if healthy and not self._sick:
            return
        threshold, first, longest = self._breaker
        await self._store.scripts.breaker_tell(
            keys=[keys.breaker(self._destination)], args=["1" if healthy else "0", threshold, first, longest]
        )
        self._sick = not healthy


async def open_breakers(store: Store, destinations: list[str]) -> dict[str, int]:
    """Milliseconds until each open breaker lets a probe through."""
    if not destinations:
        return {}
    now = await store.now_ms()
    async with store.redis.pipeline(transaction=False) as pipe:
        for destination in destinations:
            pipe.hget(keys.breaker(destination), "open_until")
        answers = await pipe.execute()
    return {d: int(a) - now for d, a in zip(destinations, answers, strict=True) if a and int(a) > now}
