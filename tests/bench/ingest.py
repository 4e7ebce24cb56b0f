"""The door: how long a durable answer takes at a fixed rate, and how many there are a second beside a bare route with the same duty.

Rounds are interleaved (door, bare, door, bare …), since the machine's other work comes and goes. Every acknowledged event is counted in
the store afterwards.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from redis import Redis

from app.store import keys
from tests.bench.figures import Figure, at_least, at_most, quantile
from tests.bench.load import Load, Seen, generate
from tests.bench.stand import NotRunningError, Stand

RATE = 100.0  # requests a second
MOST = 12_000  # requests of one saturated round


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    rounds: int = 5
    open_count: int = 1000
    seconds: float = 3.0
    warm_up: int = 300


FULL = Size()
TINY = Size(rounds=1, open_count=20, seconds=0.3, warm_up=5)


def accepted(seen: Seen) -> Seen:
    """The same; raises NotRunningError when anything but 202 was answered."""
    if set(seen.statuses) != {"202"}:
        raise NotRunningError(f"not every request was accepted: {seen.statuses}")
    return seen


def measure(size: Size = FULL) -> list[Figure]:
    with Stand() as stand:
        asyncio.run(stand.configure())
        api, bare = stand.api(), stand.bare()
        first = 1
        acknowledged = 0
        opens: list[Seen] = []
        door: list[Seen] = []
        plain: list[Seen] = []

        def run(name: str, port: int, *, count: int, seconds: float = 0.0, rate: float = 0.0) -> Seen:
            nonlocal first
            seen = accepted(generate(Load(port=port, run=f"{name}-{first}", count=count, seconds=seconds, rate=rate, first=first)))
            first += count
            return seen

        for _ in range(2):
            acknowledged += run("warm", api.port, count=size.warm_up, seconds=10).accepted
            run("warm", bare.port, count=size.warm_up, seconds=10)
        for _ in range(size.rounds):
            opens.append(run("open", api.port, count=size.open_count, rate=RATE))
            door.append(run("door", api.port, count=MOST, seconds=size.seconds))
            plain.append(run("bare", bare.port, count=MOST, seconds=size.seconds))
        acknowledged += sum(seen.accepted for seen in (*opens, *door))
        with Redis.from_url(stand.redis.url) as redis:
            stored = int(redis.zcard(keys.EVENTS))
        return [
            Figure(
                name="webhook answered, 100/s, p99",
                values=tuple(quantile(s.latencies, 0.99) for s in opens),
                unit="ms",
                target=at_most(25),
            ),
            Figure(name="webhook answered, 100/s, p50", values=tuple(quantile(s.latencies, 0.5) for s in opens), unit="ms"),
            Figure(name="webhooks saturated, 50 senders", values=tuple(s.per_second for s in door), unit="/s"),
            Figure(name="webhooks saturated, p99", values=tuple(quantile(s.latencies, 0.99) for s in door), unit="ms"),
            Figure(name="bare route: same HMAC, one SET", values=tuple(s.per_second for s in plain), unit="/s"),
            Figure(
                name="door to bare route",
                values=tuple(100 * d.per_second / b.per_second for d, b in zip(door, plain, strict=True)),
                unit="%",
                target=at_least(60),
            ),
            Figure(name="load generator's share of a core", values=tuple(100 * s.cpu_share for s in (*door, *plain)), unit="%"),
            Figure(name="acknowledged but not stored", values=(float(acknowledged - stored),), unit="events", target=at_most(0)),
        ]
