"""One worker process: entities a second that need nothing done, and how much memory API and worker take after ten thousand of them.

Every entity comes through the real door (`customer.saved`, a kind that no task takes): recorded, marked, claimed and settled as ignored.
The worker is stopped (SIGSTOP) while a round's events are recorded, so that its rate is not the door's.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from app.store import keys
from tests.bench.bridge import Bridge, bridge
from tests.bench.figures import Figure, at_least, at_most
from tests.bench.load import Load, generate
from tests.bench.stand import NotRunningError, wait_for

LIMIT_MB = 120
FLAT_MB = 5  # what the second half may add


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    rounds: int = 5
    entities: int = 2000  # per round; all rounds together are the ten thousand
    orders: int = 100  # that become invoices, all at once


FULL = Size()
TINY = Size(rounds=2, entities=30, orders=2)


def drained(system: Bridge, size: Size, number: int) -> float:
    """Entities a second in one round."""
    status = keys.events_by("status", "received")
    with system.worker.frozen():
        load = Load(
            port=system.api.port,
            run=f"noop-{number}",
            count=size.entities,
            seconds=60,
            type="customer.saved",
            first=1 + number * size.entities,
        )
        seen = generate(load)
        waiting = int(system.redis.zcard(status))
    started = time.monotonic()
    wait_for(lambda: not system.redis.zcard(status), "every event to be settled", seconds=120, every=0.01)
    took = time.monotonic() - started
    if seen.accepted != size.entities or waiting != size.entities:
        raise NotRunningError(f"{size.entities} events were sent, {seen.accepted} accepted, {waiting} were waiting")
    return size.entities / took


def invoiced(system: Bridge, size: Size) -> float:
    """Orders a second from mark to settled invoice, all at once; the neighbours share the machine."""
    orders = [system.purchase("guest-again", newcomer=True) for _ in range(size.orders)]
    with system.worker.frozen():
        for order in orders:
            system.notify(order)
    started = time.monotonic()
    system.wait_idle()
    return size.orders / (time.monotonic() - started)


def measure(size: Size = FULL) -> list[Figure]:
    with bridge() as system:
        system.notify(system.purchase("plain"))
        system.wait_idle()
        rates: list[float] = []
        api, worker = [system.api.memory_mb], [system.worker.memory_mb]
        for number in range(size.rounds):
            rates.append(drained(system, size, number))
            api.append(system.api.memory_mb)
            worker.append(system.worker.memory_mb)
        orders = invoiced(system, size)
        after = system.api.memory_mb, system.worker.memory_mb
        if system.parked():
            raise NotRunningError(f"{system.parked()} entities were parked; the worker's log ends: {system.worker.tail()}")
    total = size.rounds * size.entities
    half = (size.rounds + 1) // 2
    return [
        Figure(name="no-op entities, one worker", values=tuple(rates), unit="/s", target=at_least(500)),
        Figure(name="new orders to invoices, one worker, 100 at once", values=(orders,), unit="/s"),
        Figure(name=f"API memory after {total} entities", values=(api[-1],), unit="MB", target=at_most(LIMIT_MB)),
        Figure(name=f"worker memory after {total} entities", values=(worker[-1],), unit="MB", target=at_most(LIMIT_MB)),
        Figure(name="API memory, growth in the second half", values=(api[-1] - api[half],), unit="MB", target=at_most(FLAT_MB)),
        Figure(name="worker memory, growth in the second half", values=(worker[-1] - worker[half],), unit="MB", target=at_most(FLAT_MB)),
        Figure(name="API memory at the end, orders included", values=(after[0],), unit="MB", target=at_most(LIMIT_MB)),
        Figure(name="worker memory at the end, orders included", values=(after[1],), unit="MB", target=at_most(LIMIT_MB)),
    ]
