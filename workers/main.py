"""The worker process: arq runs the jobs, timers beside it keep leases, wake what is due, and sweep.

What arq does not do is done here (facts: webhooks.md 3.1 and 4.12, dependencies.md G): it runs on a pool of our own that survives a Redis
restart; when it gives up all the same, it is started again with back-off, and the runs under way go on; results are not kept; a stop waits
for the runs under way.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from arq.connections import ArqRedis
from redis.asyncio.connection import ConnectionPool

from app.log import log, set_up
from app.queue import Task, dumps, loads
from app.settings import Settings
from app.store import cache, keys, marks
from app.store.redis import UNAVAILABLE, pool
from mappers.canonical import Kind
from workers import job
from workers.executor import Executor
from workers.resources import Resources, SharedClock, build
from workers.tasks.adopt import adopt
from workers.tasks.catalogue import process_catalogue
from workers.tasks.catalogue_feed import sweep_catalogues
from workers.tasks.check import check
from workers.tasks.deadlines import sweep_deadlines
from workers.tasks.feed import poll_feeds
from workers.tasks.order import process_order
from workers.tasks.pdf import pdf
from workers.tasks.preview import preview
from workers.tasks.product import process_product, process_stock
from workers.tasks.replays import advance
from workers.tasks.sweep import housekeeping, sweep_effects, sweep_shops

HANDLERS: dict[Kind, job.Handler] = {
    Kind.ORDER: process_order,
    Kind.PRODUCT: process_product,
    Kind.STOCK: process_stock,
    Kind.CATALOGUE: process_catalogue,
}
EXPIRES_MS = 30 * 86_400_000  # arq forgets a job after this; the mark never does
STRUCK = 60  # Redis retries of arq's own pool, half a second apart: half a minute of outage without a restart of the executor
CANCEL_SECONDS = 0.2
MARGIN_SECONDS = 10  # a run ends itself when its time is up; arq's own limit is behind that


async def process(ctx: dict[str, Any], entity: str) -> None:
    """A wake-up for one entity, and then for what else is due. Everything it needs is behind the key."""
    await job.run(ctx["resources"], ctx["held"], HANDLERS, entity)
    await job.run_due(ctx["resources"], ctx["held"], HANDLERS, stopping=ctx["stopping"])


FUNCTIONS: dict[Task, Callable[..., Awaitable[None]]] = {
    Task.PROCESS: process,
    Task.PREVIEW: preview,
    Task.CHECK: check,
    Task.ADOPT: adopt,
    Task.PDF: pdf,
}


def executor_pool(url: str, settings: Settings) -> ArqRedis:
    """Arq's own client: longer retries than ours, because a failing poll ends it."""
    connections: ConnectionPool = pool(url, timeout_seconds=settings.redis_timeout_seconds, retries=STRUCK)
    return ArqRedis(connections, job_serializer=dumps, job_deserializer=loads, default_queue_name=keys.QUEUE, expires_extra_ms=EXPIRES_MS)


class WorkerProcess:
    """One process. `run` returns after `stop`, when the runs under way have ended or their time is up."""

    def __init__(self, resources: Resources, *, tick_seconds: float = 1.0, sweep_seconds: float = 5.0) -> None:
        self._resources = resources
        self._held = job.Held()
        self._stopping = asyncio.Event()
        self._executor: Executor | None = None
        self._fallen: set[asyncio.Task[None]] = set()  # executors that fell, until their last run has ended
        self._tick_seconds = tick_seconds
        self._sweep_seconds = sweep_seconds
        self._began = time.monotonic()

    def stop(self) -> None:
        """Take no new work; what runs may end."""
        self._stopping.set()
        if self._executor is not None:
            self._executor.allow_pick_jobs = False

    async def run(self) -> None:
        settings = self._resources.settings
        timers = [
            asyncio.create_task(self._every(self._tick_seconds, "tick", self._tick)),
            asyncio.create_task(self._every(settings.lease_seconds / 3, "heartbeat", self._beat)),
            asyncio.create_task(self._every(1.0, "replays", self._replays)),
            asyncio.create_task(self._every(self._sweep_seconds, "sweep", self._sweep)),
            asyncio.create_task(self._every(self._tick_seconds, "feeds", self._feeds)),
            asyncio.create_task(self._every(3600, "housekeeping", self._housekeeping)),
            asyncio.create_task(self._every(3600, "deadlines", self._deadlines)),
        ]
        log.info("worker_started", worker=self._resources.worker_id, pid=os.getpid())
        try:
            await self._execute()
            await asyncio.gather(*self._fallen, return_exceptions=True)
        finally:
            await _ended(timers)
            await self._flush_counters()
            log.info("worker_stopped", worker=self._resources.worker_id)

    async def _execute(self) -> None:
        """Run the executor until stopping; start it again, with growing waits, when it falls."""
        wait = 0.2
        while not self._stopping.is_set():
            started = time.monotonic()
            self._executor = self._new_executor()
            running = asyncio.create_task(self._serve(self._executor))
            stopping = asyncio.create_task(self._stopping.wait())
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if self._stopping.is_set():
                await self._drain(self._executor)
            await _ended([running])
            ended = (await asyncio.gather(running, return_exceptions=True))[0]
            if self._stopping.is_set():
                await self._close(self._executor)
            else:
                self._let_go(self._executor)
            if isinstance(ended, Exception) and not self._stopping.is_set():
                wait = 0.2 if time.monotonic() - started > 30 else min(wait * 2, 5.0)
                log.warning("executor_restarts", error=type(ended).__name__, seconds=wait)
                await asyncio.sleep(wait)

    async def _serve(self, executor: Executor) -> None:
        """No run starts on the host's clock."""
        await self._set_clock()
        await executor.main()

    def _new_executor(self) -> Executor:
        settings = self._resources.settings
        url = settings.redis_url
        assert url is not None
        return Executor(
            functions=[_named(task.value, function) for task, function in FUNCTIONS.items()],
            redis_pool=executor_pool(url, settings),
            queue_name=keys.QUEUE,
            ctx={"resources": self._resources, "held": self._held, "stopping": self._stopping},
            handle_signals=False,
            max_jobs=settings.worker_max_jobs,
            queue_read_limit=1000,
            poll_delay=settings.worker_poll_seconds,
            # The run that was asked for, and one more begun at the last moment of going on.
            job_timeout=2 * (settings.job_timeout_seconds + settings.lease_seconds) + job.GO_ON_SECONDS + MARGIN_SECONDS,
            keep_result=0,
            max_tries=1000,  # tries are counted by the mark; a deploy must not burn any
            health_check_interval=3600,
            health_check_key=f"{keys.QUEUE}:health:{self._resources.worker_id}",
            job_serializer=dumps,
            job_deserializer=loads,
            expires_extra_ms=EXPIRES_MS,
            log_results=False,
        )

    async def _drain(self, executor: Executor) -> None:
        """Wait for the runs under way, at most as long as the settings allow."""
        tasks = [task for task in executor.tasks.values() if not task.done()]
        if tasks:
            await asyncio.wait(tasks, timeout=self._resources.settings.shutdown_seconds)

    def _let_go(self, executor: Executor) -> None:
        """The executor fell, its runs did not: they end by themselves beside the next executor's."""

        async def ending() -> None:
            await self._drain(executor)
            await self._close(executor)

        task = asyncio.create_task(ending())
        self._fallen.add(task)
        task.add_done_callback(self._fallen.discard)

    async def _close(self, executor: Executor) -> None:
        running = [task for task in executor.tasks.values() if not task.done()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        redis: Any = executor.pool
        await redis.aclose()
        await redis.connection_pool.disconnect()

    async def _every(self, seconds: float, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` again and again. Redis being away is waited out; a fault of ours is logged and does not end the timer."""
        while True:
            try:
                await work()
            except UNAVAILABLE as error:
                log.warning("timer_waits", timer=name, error=type(error).__name__)
            except Exception:  # noqa: BLE001 - a timer that ends would never be missed
                log.exception("timer_fault", timer=name)
            await asyncio.sleep(seconds)

    async def _set_clock(self) -> None:
        clock = self._resources.now
        if isinstance(clock, SharedClock):
            await clock.set(self._resources.store)

    async def _tick(self) -> None:
        await self._set_clock()
        if not self._stopping.is_set():
            await marks.tick(self._resources.store)

    async def _beat(self) -> None:
        resources = self._resources
        lost = await marks.renew(resources.store, dict(self._held.fences), lease_seconds=resources.settings.lease_seconds)
        for entity in lost:
            task = self._held.tasks.get(entity)
            if task is not None:
                log.warning("lease_lost", entity=entity)
                task.cancel()
        fields = {"pid": str(os.getpid()), "held": str(len(self._held.fences)), "up_seconds": str(int(time.monotonic() - self._began))}
        await cache.beat(resources.store, resources.worker_id, fields=fields, seconds=60)
        await self._flush_counters()

    async def _flush_counters(self) -> None:
        counters = self._resources.counters
        taken = dict(counters)
        counters.clear()
        try:
            await cache.count_all(self._resources.store, taken)
        except UNAVAILABLE:
            counters.update(taken)

    async def _replays(self) -> None:
        if not self._stopping.is_set():
            await advance(self._resources.store, owner=self._resources.worker_id, now=self._resources.now().timestamp())

    async def _sweep(self) -> None:
        if not self._stopping.is_set():
            await sweep_shops(self._resources)
            await sweep_effects(self._resources)
            await sweep_catalogues(self._resources)

    async def _feeds(self) -> None:
        if not self._stopping.is_set():
            await poll_feeds(self._resources)

    async def _housekeeping(self) -> None:
        await housekeeping(self._resources)

    async def _deadlines(self) -> None:
        if not self._stopping.is_set():
            await sweep_deadlines(self._resources)


async def _ended(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel until they have ended: on Python 3.11 a cancellation can be lost in redis-py's `asyncio.wait_for`."""
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_SECONDS)


def _named(name: str, function: Any) -> Any:
    from arq.worker import func  # noqa: PLC0415

    return func(function, name=name)


async def amain(settings: Settings) -> None:
    """Run a worker until SIGTERM or SIGINT."""
    resources = build(settings)
    process_ = WorkerProcess(resources)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, process_.stop)
    try:
        await process_.run()
    finally:
        await resources.close()


def main() -> None:
    """`python -m workers`."""
    import uvloop  # noqa: PLC0415 - arq's own command line does not switch it on (dependencies.md G)

    settings = Settings()
    set_up(settings.log_level, form=settings.log_format)
    uvloop.run(amain(settings))
