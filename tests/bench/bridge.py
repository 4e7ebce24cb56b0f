"""API, worker and both neighbours as processes, and orders sent through them one by one."""

from __future__ import annotations

import asyncio
import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis

from app.store import keys
from tests.bench.load import PATH, notice, signed
from tests.bench.neighbours import edit_customer, place
from tests.bench.stand import NotRunningError, Stand, wait_for

SETTLE_SECONDS = 60.0
KEPT_SECONDS = 3.0  # uvicorn hangs up on a connection that has been idle for five


class Bridge:
    """Everything running, with nothing to do."""

    def __init__(self, stand: Stand, **orders: Any) -> None:
        self.stand = stand
        self.shop, self.hogia = stand.shop(), stand.hogia()
        asyncio.run(stand.configure(shop=self.shop.port, hogia=self.hogia.port, sweep_minutes=1000, **orders))
        self.api = stand.api()
        self.worker = stand.worker()
        self.redis: Any = Redis.from_url(stand.redis.url)
        self._line = http.client.HTTPConnection("127.0.0.1", self.api.port, timeout=10)
        self._used = float("-inf")
        self._sent = 0
        self.wait_idle()

    def notify(self, order: int) -> float:
        """Tell the bridge of an order; answers the moment the webhook was sent. The answer has come when this returns."""
        self._sent += 1
        body = notice("order.state_changed", order)
        headers = signed(f"bridge-{self._sent}", body, stamp=int(time.time()))
        if time.monotonic() - self._used > KEPT_SECONDS:
            self._line.close()
            self._line.connect()
        sent = time.monotonic()
        self._line.request("POST", PATH, body, headers)
        answer = self._line.getresponse()
        answer.read()
        if answer.status != 202:
            raise NotRunningError(f"a webhook was answered with {answer.status}")
        self._used = time.monotonic()
        return sent

    def purchase(self, scenario: str, *, newcomer: bool = False) -> int:
        """An order; `newcomer` gives it a buyer that nobody has seen before."""
        order = place(self.shop, scenario)
        if newcomer:
            edit_customer(self.shop, order, email=f"nykund{order}@kund.example", lastname=f"Nykund{'abcdefghij'[order % 10]}")
        return order

    def is_idle(self) -> bool:
        self.worker.check()
        with self.redis.pipeline(transaction=True) as both:  # one after the other, an entity could slip by on its way from one to the other
            both.zcard(keys.DUE).zcard(keys.LEASES)
            return not any(both.execute())

    def wait_idle(self) -> None:
        """Until nothing is due and nobody works."""
        wait_for(self.is_idle, "the worker to settle everything", seconds=SETTLE_SECONDS)

    def parked(self) -> int:
        return int(self.redis.zcard(keys.PARKED))

    def close(self) -> None:
        self._line.close()
        self.redis.close()


@contextmanager
def bridge(**orders: Any) -> Iterator[Bridge]:
    with Stand() as stand:
        made = Bridge(stand, **orders)
        try:
            yield made
        finally:
            made.close()
