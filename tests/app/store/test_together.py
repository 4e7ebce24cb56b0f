"""Scripts that travel together answer each caller as if it had been alone."""

from __future__ import annotations

import asyncio

import pytest
from redis.exceptions import ResponseError

from app.store.redis import Store
from app.store.together import MOST, FsyncLateError, Together


async def test_each_caller_gets_its_own_answer(store: Store) -> None:
    echo = Together(store.redis).script("return ARGV[1]")

    answers = await asyncio.gather(*(echo(args=[number]) for number in range(3 * MOST)))

    assert answers == [str(number).encode() for number in range(3 * MOST)]


async def test_one_that_fails_does_not_fail_the_others(store: Store) -> None:
    together = Together(store.redis)
    good, bad = together.script("return 1"), together.script("return redis.error_reply('no')")

    answers = await asyncio.gather(good(), good(), bad(), good(), bad(), return_exceptions=True)

    assert [type(answer) for answer in answers] == [int, int, ResponseError, int, ResponseError]


async def test_scripts_that_the_server_forgot_are_loaded_and_each_runs_once(store: Store) -> None:
    count = Together(store.redis).script("return redis.call('INCR', 'count')")
    await count()
    await store.redis.script_flush()

    answers = await asyncio.gather(*(count() for _ in range(20)))

    assert sorted(answers) == list(range(2, 22))


async def test_a_caller_that_gives_up_takes_nobody_with_it(store: Store) -> None:
    echo = Together(store.redis).script("return ARGV[1]")
    callers = [asyncio.ensure_future(echo(args=[number])) for number in range(6)]
    await asyncio.sleep(0)
    callers[1].cancel()
    callers[4].cancel()

    answers = await asyncio.gather(*callers, return_exceptions=True)

    assert [answer for answer in answers if isinstance(answer, bytes)] == [b"0", b"2", b"3", b"5"]


async def test_calls_after_all_were_answered_are_answered_too(store: Store) -> None:
    echo = Together(store.redis).script("return ARGV[1]")

    answers = [await echo(args=[number]) for number in range(50)]

    assert len(answers) == 50


async def test_who_waits_for_the_disk_is_told_when_it_did_not_come(store: Store) -> None:
    """With the append-only file off nothing can be waited for; who did not ask for the disk is answered all the same."""
    echo = Together(store.redis).script("return 1")
    await echo()
    await store.redis.config_set("appendonly", "no")
    try:
        careful, careless = await asyncio.gather(echo(fsync=True), echo(), return_exceptions=True)
    finally:
        await store.redis.config_set("appendonly", "yes")

    assert isinstance(careful, FsyncLateError)
    assert careless == 1


async def test_a_lost_server_is_told_to_every_caller() -> None:
    store = Store.connect("unix:///nowhere/redis.sock", timeout_seconds=0.1)
    echo = Together(store.redis).script("return 1")

    answers = await asyncio.gather(*(echo() for _ in range(5)), return_exceptions=True)

    assert all(isinstance(answer, OSError | Exception) and not isinstance(answer, asyncio.CancelledError) for answer in answers)
    with pytest.raises(Exception, match="nowhere"):
        await echo()
    await store.close()
