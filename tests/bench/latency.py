"""From the moment a webhook leaves to the moment the invoice's POST arrives at Hogia: one order at a time, neighbours without latency."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from tests.bench.bridge import Bridge, bridge
from tests.bench.figures import Figure, at_most, quantile
from tests.bench.neighbours import calls, forget
from tests.bench.stand import NotRunningError

KNOWN, NEW = "plain", "guest-again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    rounds: int = 5
    orders: int = 20  # of each sort in each round
    warm_up: int = 3


FULL = Size()
TINY = Size(rounds=1, orders=2, warm_up=1)


def pauses() -> Iterator[float]:
    """Seconds between orders that meet a worker's timers at every phase alike."""
    return ((number * 37 % 100) / 1000 for number in count())


def one(system: Bridge, *, newcomer: bool) -> float:
    """Milliseconds from webhook to invoice."""
    order = system.purchase(NEW if newcomer else KNOWN, newcomer=newcomer)
    forget(system.hogia)
    sent = system.notify(order)
    system.wait_idle()
    arrived = [call.began for call in calls(system.hogia) if call.is_invoice]
    if len(arrived) != 1:
        raise NotRunningError(f"order {order} made {len(arrived)} invoices; the worker's log ends: {system.worker.tail()}")
    return (arrived[0] - sent) * 1000


def measure(size: Size = FULL) -> list[Figure]:
    known: list[list[float]] = []
    new: list[list[float]] = []
    with bridge() as system:
        pause = pauses()
        for _ in range(size.warm_up):
            one(system, newcomer=False)
            one(system, newcomer=True)
        for _ in range(size.rounds):
            known.append([])
            new.append([])
            for _ in range(size.orders):
                for took, newcomer in ((known[-1], False), (new[-1], True)):
                    time.sleep(next(pause))
                    took.append(one(system, newcomer=newcomer))
    return [
        Figure(
            name="webhook to invoice POST, p95",
            values=tuple(quantile(k + n, 0.95) for k, n in zip(known, new, strict=True)),
            unit="ms",
            target=at_most(250),
        ),
        Figure(name="webhook to invoice POST, known customer, p50", values=tuple(quantile(k, 0.5) for k in known), unit="ms"),
        Figure(name="webhook to invoice POST, new customer, p50", values=tuple(quantile(n, 0.5) for n in new), unit="ms"),
        Figure(name="webhook to invoice POST, slowest", values=tuple(max(k + n) for k, n in zip(known, new, strict=True)), unit="ms"),
    ]
