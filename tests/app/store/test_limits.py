"""Rate limit and breaker are one for all workers: exact over several clients, one probe, closed by whoever probed well."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
import pytest_asyncio

from app.embedded import EmbeddedServer
from app.store import keys
from app.store.limits import SharedGate, open_breakers
from app.store.redis import Store
from mappers.errors import Transient


@pytest_asyncio.fixture
async def stores(store: Store, redis_server: EmbeddedServer) -> AsyncIterator[list[Store]]:
    """Four clients, as four workers have."""
    others = [Store.connect(redis_server.url) for _ in range(3)]
    yield [store, *others]
    for other in others:
        await other.close()


async def test_rate_is_exact_over_several_clients(stores: list[Store]) -> None:
    """Burst 10 at 50 a second: the 30th call of all clients together goes 0.4 s after the first, and none goes early."""
    gates = [SharedGate(each, "hogia:acme", per_second=50, burst=10) for each in stores]
    began = time.monotonic()
    gone: list[float] = []

    async def call(gate: SharedGate) -> None:
        await gate.enter()
        gone.append(time.monotonic() - began)

    await asyncio.gather(*(call(gates[number % 4]) for number in range(30)))

    gone.sort()
    assert all(at >= (number - 9) / 50 - 0.005 for number, at in enumerate(gone))
    assert gone[-1] >= 0.39


async def test_bucket_never_gives_the_same_place_twice(stores: list[Store]) -> None:
    async def place(store: Store) -> int:
        return int(await store.scripts.bucket(keys=["{ob}:bucket:x"], args=[1_000_000, 5, 100_000_000]))

    waits = sorted(await asyncio.gather(*(place(stores[number % 4]) for number in range(12))))

    assert waits[:5] == [0] * 5
    assert all(0.9 < (later - earlier) / 1_000_000 <= 1.001 for earlier, later in pairwise(waits[5:]))


async def test_long_line_is_transient_and_takes_no_place(store: Store) -> None:
    gate = SharedGate(store, "hogia:acme", per_second=0.1, burst=1, longest_wait_seconds=1)
    await gate.enter()

    for _ in range(3):
        with pytest.raises(Transient) as error:
            await gate.enter()
        assert error.value.code == "DESTINATION_BUSY"
        assert error.value.retry_after is not None
        assert 0 < error.value.retry_after <= 10


def breakers(stores: list[Store], *, open_seconds: float = 0.2, probe_seconds: float = 30) -> list[SharedGate]:
    return [
        SharedGate(
            each, "hogia:acme", per_second=10_000, burst=10_000, threshold=3, first_open_seconds=open_seconds, probe_seconds=probe_seconds
        )
        for each in stores
    ]


async def entered(gates: list[SharedGate]) -> int:
    """How many of them are let in at once."""

    async def enter(gate: SharedGate) -> bool:
        try:
            await gate.enter()
        except Transient as error:
            return error.code != "DESTINATION_RESTING"
        return True

    return sum(await asyncio.gather(*(enter(gate) for gate in gates)))


async def open_for_all(gates: list[SharedGate], store: Store) -> None:
    for gate in gates[:3]:
        await gate.leave(healthy=False)
    assert list(await open_breakers(store, ["hogia:acme"])) == ["hogia:acme"]


async def rested(store: Store) -> None:
    """The breaker's time is up."""
    await store.redis.hset(keys.breaker("hogia:acme"), "open_until", 1)


async def test_failures_in_a_row_of_different_workers_open_the_breaker_for_all(stores: list[Store]) -> None:
    gates = breakers(stores, open_seconds=30)
    assert await entered(gates) == 4

    for gate in gates[:3]:
        await gate.leave(healthy=False)

    assert await entered(gates) == 0


async def test_one_probe_is_let_through(stores: list[Store]) -> None:
    gates = breakers(stores)
    await open_for_all(gates, stores[0])
    await rested(stores[0])

    assert await entered(gates * 5) == 1


async def test_probe_of_a_worker_that_never_failed_closes_the_breaker(stores: list[Store]) -> None:
    """Its own record is clean, so its success must be told all the same."""
    gates = breakers(stores)
    healthy = gates[3]
    await healthy.enter()
    await healthy.leave(healthy=True)
    await open_for_all(gates, stores[0])
    await rested(stores[0])

    await healthy.enter()
    await healthy.leave(healthy=True)

    assert await entered(gates * 3) == 12


async def test_failed_probe_rests_twice_as_long(stores: list[Store]) -> None:
    gates = breakers(stores, open_seconds=10)
    await open_for_all(gates, stores[0])
    first = (await open_breakers(stores[0], ["hogia:acme"]))["hogia:acme"]
    await rested(stores[0])
    await gates[0].enter()

    await gates[0].leave(healthy=False)

    assert first <= 10_000
    assert 15_000 < (await open_breakers(stores[0], ["hogia:acme"]))["hogia:acme"] <= 20_000


async def test_probe_that_never_came_back_does_not_stay_out_for_ever(stores: list[Store]) -> None:
    gates = breakers(stores, probe_seconds=0.05)
    await open_for_all(gates, stores[0])
    await rested(stores[0])
    await gates[0].enter()

    async def let_in() -> bool:
        return await entered([gates[1]]) == 1

    async with asyncio.timeout(5):
        while not await let_in():
            continue
