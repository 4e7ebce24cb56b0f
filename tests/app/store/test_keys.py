"""Python, Lua and arq spell the same names and the same job."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from arq.constants import in_progress_key_prefix, job_key_prefix
from arq.jobs import deserialize_job_raw, serialize_job

from app.queue import dumps, loads
from app.store import keys, marks
from app.store.redis import Store, text

SPELT = {
    "k_event('a')": keys.event("a"),
    "k_events_by('status', 'received')": keys.events_by("status", "received"),
    "k_pending('a/order/1')": keys.pending("a/order/1"),
    "k_mark('a/order/1')": keys.mark("a/order/1"),
    "k_story('a/order/1')": keys.story("a/order/1"),
    "k_parked('a/order/1')": keys.parked("a/order/1"),
    "k_effect('invoice:a/order/1')": keys.effect("invoice:a/order/1"),
    "k_effects_by('state', 'intent')": keys.effects_by("state", "intent"),
    "k_link('x')": keys.link("x"),
    "K_QUEUE": keys.QUEUE,
    "K_EVENTS": keys.EVENTS,
    "K_DUE": keys.DUE,
    "K_LEASES": keys.LEASES,
    "K_PARKED": keys.PARKED,
    "K_EFFECTS": keys.EFFECTS,
}


@pytest.mark.parametrize(("lua", "python"), SPELT.items())
async def test_lua_and_python_spell_the_same_key(store: Store, lua: str, python: str) -> None:
    assert text(await store.redis.eval(f"{keys.LUA}\nreturn {lua}", 0)) == python


def test_every_name_that_lua_spells_is_compared() -> None:
    spelt = {line.split()[2].partition("(")[0] for line in keys.LUA.splitlines() if line.startswith("local function")}
    constants = {
        name.strip(" ,")
        for line in keys.LUA.splitlines()
        if line.startswith("local K_")
        for name in line.removeprefix("local ").partition("=")[0].split(",")
    }

    assert spelt | constants == {lua.partition("(")[0] for lua in SPELT}


async def test_wake_up_is_a_job_as_arq_writes_it(store: Store) -> None:
    await marks.mark(store, ["acme-se/order/42"], now_ms=1_800_000_000_000)

    name = text((await store.redis.zrange(keys.QUEUE, 0, 0))[0])
    raw = await store.redis.get(job_key_prefix + name)
    assert raw is not None
    assert json.loads(raw) == json.loads(serialize_job("process", ("acme-se/order/42",), {}, None, 1_800_000_000_000, serializer=dumps))
    assert deserialize_job_raw(raw, deserializer=loads) == ("process", ["acme-se/order/42"], {}, None, 1_800_000_000_000)
    assert in_progress_key_prefix == "arq:in-progress:", "the tick looks there"


async def test_wake_up_is_due_for_an_executor_whose_clock_is_hours_late(store: Store) -> None:
    await marks.mark(store, ["acme-se/order/42"])

    ((_, score),) = await store.redis.zrange(keys.QUEUE, 0, 0, withscores=True)
    assert score < (datetime.now(UTC).timestamp() - 12 * 3600) * 1000
