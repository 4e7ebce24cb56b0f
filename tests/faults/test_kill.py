"""Kill -9 of worker, API and Redis in a loop while orders come in and Hogia drops answers: nothing is lost, nothing is done twice.

The short runs belong to every test run. The long ones (200 orders) run with `-m faults`; `ORDERBRO_FAULT_SEED` chooses their seed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from typing import Any

import pytest

from tests.faults.chaos import SLUGS, Bridge, bridge, storm
from tests.faults.rig import Rig

SEED = int(os.environ.get("ORDERBRO_FAULT_SEED", "20261124"))
LAGGING: dict[str, Any] = {"read_lag_seconds": 2, "sequence_id_mode": "ignored"}


def slugs(count: int) -> list[str]:
    """This many scenarios, all of them in turn."""
    return [SLUGS[number % len(SLUGS)] for number in range(count)]


async def finish(made: Bridge, *, seconds: float) -> None:
    took = await made.wait_until_settled(seconds=seconds)
    print(f"settled {took:.1f} s after the last fault; {await made.report()}")  # noqa: T201 - pytest shows it with -s, and on failure
    await made.assert_nothing_lost()
    await made.assert_one_invoice_each()


async def wipe(made: Bridge) -> None:
    """Redis loses everything: stopped, its files deleted, started empty, the connection applied again."""
    made.rig.redis.stop()
    for file in (made.rig.folder / "redis").iterdir():
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    await asyncio.to_thread(made.rig.redis.start)
    await made.configure()


async def test_kills_under_load_lose_nothing_and_double_nothing() -> None:
    async with Rig() as rig:
        made = await bridge(rig, seed=1, drop_response_every=3, answer_late_ms=50)

        await storm(made, slugs(32), strikes=8)

        await finish(made, seconds=90)


async def test_kills_with_lagging_reads_and_no_idempotency_double_nothing() -> None:
    async with Rig() as rig:
        made = await bridge(rig, seed=2, hogia_settings={"read_delay_seconds": 3}, drop_response_every=4, **LAGGING)

        await storm(made, slugs(14), strikes=5)

        await finish(made, seconds=90)


async def test_redis_wiped_and_everything_sent_again_doubles_nothing() -> None:
    async with Rig() as rig:
        made = await bridge(rig, seed=3, drop_response_every=5)
        await storm(made, slugs(20), strikes=2)
        await made.wait_until_settled()
        before = await rig.invoices(made.hogia)

        await wipe(made)
        await made.send_all_again()

        await finish(made, seconds=90)
        assert await rig.invoices(made.hogia) == before


@pytest.mark.faults
async def test_two_hundred_orders_and_many_kills() -> None:
    async with Rig() as rig:
        made = await bridge(rig, seed=SEED, drop_response_every=3, answer_late_ms=100)

        await storm(made, slugs(200), strikes=60, pause=(0.3, 2.0))

        await finish(made, seconds=300)


@pytest.mark.faults
async def test_two_hundred_orders_with_lagging_reads_and_no_idempotency() -> None:
    async with Rig() as rig:
        made = await bridge(rig, seed=SEED, hogia_settings={"read_delay_seconds": 3}, drop_response_every=4, answer_late_ms=100, **LAGGING)

        await storm(made, slugs(200), strikes=40, pause=(0.3, 2.0))

        await finish(made, seconds=300)


@pytest.mark.faults
async def test_two_hundred_orders_and_redis_wiped_in_the_middle_of_it() -> None:
    async with Rig() as rig:
        made = await bridge(rig, seed=SEED, hogia_settings={"read_delay_seconds": 3}, drop_response_every=4, **LAGGING)
        await storm(made, slugs(100), strikes=15)

        await wipe(made)
        await made.send_all_again()
        await storm(made, slugs(100), strikes=15)

        await finish(made, seconds=300)
