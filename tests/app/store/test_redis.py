"""The store outlives its server: scripts load themselves again, writes are waited for, and a server that keeps nothing is refused."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from redis import Redis
from redis.exceptions import RedisError

from app.embedded import EmbeddedServer, server_binary
from app.store import events, ledger, marks
from app.store.events import NewEvent, NotDurableError
from app.store.ledger import EffectState
from app.store.marks import Claim, Outcome, Settlement
from app.store.redis import Store, read_durability
from mappers.canonical import EntityKey, Kind
from mappers.errors import Misconfigured

ENTITY = EntityKey(shop="acme-se", kind=Kind.ORDER, id="42")


def new(number: int) -> NewEvent:
    return NewEvent(connection="acme", shop="acme-se", sender_id=f"msg-{number}", type="order.updated", entity=ENTITY, body=b"{}")


@pytest_asyncio.fixture
async def own(short_folder: Path) -> AsyncIterator[tuple[EmbeddedServer, Store]]:
    """A server that a test may kill, and a store on it."""
    server = EmbeddedServer(short_folder).start()
    store = Store.connect(server.url)
    yield server, store
    await store.close()
    server.kill()
    server.stop()


@contextmanager
def configured(folder: Path, **options: str) -> Iterator[str]:
    """A server with these options; answers its URL."""
    socket = folder / "s"
    given = {"port": "0", "unixsocket": str(socket), "dir": str(folder), "save": "", **{n.replace("_", "-"): v for n, v in options.items()}}
    process = subprocess.Popen(
        [server_binary(), *(word for name, value in given.items() for word in (f"--{name}", value))], stdout=subprocess.DEVNULL
    )
    try:
        with Redis(unix_socket_path=str(socket)) as client:
            while process.poll() is None:
                try:
                    client.ping()
                    break
                except RedisError:
                    continue
        yield f"unix://{socket}"
    finally:
        process.kill()
        process.wait()


async def test_scripts_load_themselves_again_after_a_restart(own: tuple[EmbeddedServer, Store]) -> None:
    server, store = own
    await events.record(store, new(1))
    server.kill()
    server.start()

    recorded = await events.record(store, new(2))
    claim = await marks.claim(store, str(ENTITY), owner="w", lease_seconds=30)
    assert isinstance(claim, Claim)
    await ledger.write(store, claim, "invoice:x", EffectState.INTENT, fields={})
    assert await marks.renew(store, {str(ENTITY): claim.fence}, lease_seconds=30) == set()
    after = await marks.settle(store, claim, Settlement(outcome=Outcome.DONE, status="processed"))

    assert (recorded.first, after) == (True, "settled")
    first = await events.get(store, new(1).id)
    assert first is not None
    assert first.status == "processed"


async def test_script_that_waits_for_the_disk_loads_itself_again_after_a_restart(own: tuple[EmbeddedServer, Store]) -> None:
    server, store = own
    await events.record(store, new(1), wait_aof=True)
    server.kill()
    server.start()

    assert (await events.record(store, new(2), wait_aof=True)).first
    assert not (await events.record(store, new(1), wait_aof=True)).first


async def test_everysec_waits_for_the_disk(short_folder: Path) -> None:
    with configured(short_folder, appendonly="yes", appendfsync="everysec") as url:
        store = Store.connect(url)
        durability = await store.durability()
        recorded = await events.record(store, new(1), wait_aof=durability.wait_aof)
        await store.close()

    assert (durability.durable, durability.wait_aof, recorded.first) == (True, True, True)


async def test_write_that_is_not_on_disk_in_time_is_not_acknowledged(short_folder: Path) -> None:
    """A server without an append-only file answers WAITAOF with an error."""
    with configured(short_folder, appendonly="no") as url:
        store = Store.connect(url)
        with pytest.raises(NotDurableError) as error:
            await events.record(store, new(1), wait_aof=True)
        await store.close()

    assert error.value.reason == "REDIS_FSYNC_LATE"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"appendonly": "no"}, "REDIS_NOT_DURABLE"),
        ({"appendonly": "yes", "appendfsync": "always", "maxmemory_policy": "allkeys-lru"}, "REDIS_EVICTS"),
        ({"appendonly": "yes", "appendfsync": "always"}, ""),
    ],
)
async def test_server_is_durable_or_says_why_not(short_folder: Path, options: dict[str, str], reason: str) -> None:
    with configured(short_folder, **options) as url:
        store = Store.connect(url)
        found = await read_durability(store.redis)
        await store.close()

    assert (found.durable, found.reason) == (not reason, reason)


async def test_server_that_is_away_is_not_durable(own: tuple[EmbeddedServer, Store]) -> None:
    server, store = own
    assert (await store.durability()).durable
    server.kill()
    store.doubt()

    assert (await store.durability()).reason == "REDIS_UNAVAILABLE"


async def test_server_that_was_replaced_is_asked_anew_at_once(short_folder: Path) -> None:
    """A new connection may lead to another server: what the last one said of itself counts no longer."""
    with configured(short_folder, appendonly="yes", appendfsync="always") as url:
        store = Store.connect(url)
        assert (await store.durability()).durable
    with configured(short_folder, appendonly="no"):
        await store.now_ms()
        durability = await store.durability()
    await store.close()

    assert durability.reason == "REDIS_NOT_DURABLE"


async def test_another_server_on_the_same_folder_is_refused(own: tuple[EmbeddedServer, Store], short_folder: Path) -> None:
    with pytest.raises(Misconfigured) as error:
        EmbeddedServer(short_folder).start()

    assert error.value.code == "REDIS_RUNNING"
