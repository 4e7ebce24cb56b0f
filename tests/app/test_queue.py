"""What somebody waits for goes in front of the entities, whatever the executor's clock says."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from app.queue import Task, ask
from app.store import cache, keys, marks
from app.store.redis import Store, text


async def test_command_goes_in_front_of_waiting_entities(store: Store) -> None:
    await marks.mark(store, ["acme-se/order/42"])

    asking = asyncio.create_task(ask(store, Task.PREVIEW, "acme-se/order/7", request_id="r1", seconds=10))
    async with asyncio.timeout(5):
        while await store.redis.zcard(keys.QUEUE) < 2:
            continue
    waiting = await store.redis.zrange(keys.QUEUE, 0, -1, withscores=True)
    await cache.answer(store, "r1", '{"done": true}')

    assert await asking == {"done": True}
    assert text(waiting[0][0]) == "preview:r1"
    assert waiting[0][1] < (datetime.now(UTC).timestamp() - 12 * 3600) * 1000
    assert 0 < await store.redis.pttl("arq:job:preview:r1") <= 10_000


async def test_command_that_no_worker_takes_is_none_in_time(store: Store) -> None:
    assert await ask(store, Task.PREVIEW, "acme-se/order/7", request_id="r2", seconds=0.1) is None
