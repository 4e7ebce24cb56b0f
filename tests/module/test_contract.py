"""What the module promises the service, and the service the module: on the module's own PHP and on the sandbox's sender alike."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from app.sandbox.prestashop.sender import Switches
from app.store import connections, events
from app.store.events import Event
from app.store.redis import Store
from app.store.seal import Seal
from tests.conftest import SECRET_KEY, connection_file
from tests.faults.rig import Child, Rig, free_port
from tests.faults.waiting import until
from tests.module.neighbours import Reply, Service, service
from tests.module.senders import ANSWER_SECONDS, SHOPS, SandboxShop, Shop, open_shop

pytestmark = [pytest.mark.module, pytest.mark.asyncio(loop_scope="module")]


class Bridge:
    """The real service: a process with its store."""

    def __init__(self, rig: Rig, api: Child, store: Store) -> None:
        self.rig = rig
        self.api = api
        self.store = store

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.api.port}/webhooks/prestashop/acme-se"

    async def knows(self, secret: str) -> None:
        """Apply the connection file with this secret; what it knew before is the previous one."""
        document = connection_file()
        document["shops"][0]["webhook_secret"] = secret  # type: ignore[index]
        await connections.save(self.store, Seal(SECRET_KEY), connections.read_document(document, {}))

    async def recorded(self) -> list[Event]:
        """What is stored, oldest first."""
        found, _ = await events.search(self.store, {}, limit=500)
        return found[::-1]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def process() -> AsyncIterator[Bridge]:
    async with Rig() as rig:
        yield Bridge(rig, await rig.api(), rig.store())


@pytest_asyncio.fixture(loop_scope="module", params=SHOPS)
async def shop(request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    made = await open_shop(request.param)
    yield made
    await made.close()


async def emptied(process: Bridge, secret: str) -> Bridge:
    """An empty service that knows the shop's secret. It forgets what it knew within three seconds, which a changed secret waits for."""
    await process.store.redis.flushall()
    await process.knows(secret)

    async def knows() -> bool:
        return (await process.rig.http.post(process.url)).status_code == 401

    await until(knows, "the service knows the shop", seconds=10, every=0.1)
    return process


@pytest_asyncio.fixture(loop_scope="module")
async def bridge(process: Bridge, shop: Shop) -> Bridge:
    return await emptied(process, shop.secret)


@pytest_asyncio.fixture(loop_scope="module")
async def double() -> AsyncIterator[Service]:
    async with service() as made:
        yield made


# With the real service -----------------------------------------------------------------------------------------------------------------


async def test_notices_are_accepted_and_recorded(bridge: Bridge, shop: Shop) -> None:
    await shop.put(
        ("order.created", 42), ("order.state_changed", 42, 2), ("product.saved", 7), ("stock.changed", 72), ("customer.saved", 5)
    )

    delivered = await shop.deliver(bridge.url)

    recorded = await bridge.recorded()
    assert delivered == 5
    assert {(event.type, event.entity, event.status) for event in recorded} == {
        ("order.created", "acme-se/order/42", "received"),
        ("order.state_changed", "acme-se/order/42", "received"),
        ("product.saved", "acme-se/product/7", "received"),
        ("stock.changed", "acme-se/stock/72", "received"),
        ("customer.saved", "acme-se/customer/5", "received"),
    }
    assert await shop.waiting() == []


async def test_the_state_is_told(bridge: Bridge, shop: Shop) -> None:
    await shop.put(("order.state_changed", 42, 2))

    await shop.deliver(bridge.url)

    (event,) = await bridge.recorded()
    body = await events.body(bridge.store, event.id)
    told = re.sub(rb'"timestamp":"[0-9T:.Z-]+"', b'"timestamp":"T"', body)
    assert told == b'{"type":"order.state_changed","timestamp":"T","data":{"id":42,"id_shop":1,"state":2}}'


async def test_a_burst_arrives_whole(bridge: Bridge, shop: Shop) -> None:
    await shop.put(*(("order.created", ident) for ident in range(1, 201)))

    assert await shop.deliver(bridge.url) == 200
    assert len(await bridge.recorded()) == 200


async def test_a_new_secret_is_accepted_before_and_after_the_service_knows_it(bridge: Bridge, shop: Shop) -> None:
    await shop.exchange()
    await shop.put(("order.created", 1))
    before = await shop.deliver(bridge.url)
    await bridge.knows(shop.secret)
    await shop.put(("order.created", 2))
    during = await shop.deliver(bridge.url)
    await shop.drop()
    await shop.put(("order.created", 3))

    async def accepted() -> bool:
        await shop.later()
        return await shop.deliver(bridge.url) == 1

    await until(accepted, "the new secret alone is accepted", seconds=10, every=0.3)

    assert (before, during) == (1, 1)
    assert len(await bridge.recorded()) == 3


async def test_a_secret_that_the_service_does_not_know_keeps_the_notice(bridge: Bridge, shop: Shop) -> None:
    await shop.exchange()
    await shop.drop()
    await shop.put(("order.created", 1))

    assert await shop.deliver(bridge.url) == 0
    assert await shop.waiting() == [("order.created", 1)]
    assert await bridge.recorded() == []


async def test_what_the_service_could_not_store_arrives_once_it_can(bridge: Bridge, shop: Shop) -> None:
    await shop.put(("order.created", 1), ("order.state_changed", 1, 2))
    bridge.rig.redis.kill()

    refused = await shop.deliver(bridge.url)

    waited = await shop.waiting()
    await asyncio.to_thread(bridge.rig.redis.start)
    await bridge.rig.answers(bridge.api, "/health/ready")
    await bridge.knows(shop.secret)
    await shop.later()
    assert (refused, waited) == (0, [("order.created", 1), ("order.state_changed", 1)])
    assert await shop.deliver(bridge.url) == 2
    assert [event.type for event in await bridge.recorded()] == ["order.created", "order.state_changed"]


async def test_a_notice_whose_answer_was_lost_is_one_event(bridge: Bridge, shop: Shop) -> None:
    """The service has it, the shop does not know: it is sent again under the same id."""
    await shop.put(("order.created", 1))
    async with service() as between:

        async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", bridge.api.port)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))  # type: ignore[union-attr]
            onward_writer.write(head + await reader.readexactly(length))
            await onward_reader.readuntil(b"\r\n\r\n")
            onward_writer.close()
            writer.close()

        between.serve_instead = swallow
        first = await shop.deliver(between.url)
    await shop.later()

    second = await shop.deliver(bridge.url)

    (event,) = await bridge.recorded()
    assert (first, second, event.duplicates) == (0, 1, 1)


@pytest.mark.parametrize("seconds", [600, -600])
async def test_notices_of_a_shop_whose_clock_is_wrong_wait_until_it_is_right(bridge: Bridge, shop: Shop, seconds: int) -> None:
    await shop.shift(seconds)
    await shop.put(("order.created", 1))
    await shop.later()

    refused = await shop.deliver(bridge.url)

    waited = await shop.waiting()
    await shop.shift(0)
    await shop.later()
    assert (refused, waited) == (0, [("order.created", 1)])
    assert await shop.deliver(bridge.url) == 1


@pytest.mark.parametrize("switches", [{"duplicate": 2}, {"shuffle": True}, {"burst": 20}], ids=str)
async def test_whatever_the_sandbox_does_to_notices_on_their_way_each_is_one_event(process: Bridge, switches: dict[str, Any]) -> None:
    shop = SandboxShop()
    await emptied(process, shop.secret)
    shop.sender.switches = Switches(**switches)
    await shop.put(*(("order.created", ident) for ident in range(1, 21)))

    await shop.deliver(process.url)

    recorded = await process.recorded()
    assert sorted(event.entity for event in recorded) == sorted(f"acme-se/order/{ident}" for ident in range(1, 21))
    assert {event.duplicates for event in recorded} == {switches.get("duplicate", 0)}
    await shop.close()


# With a service that misbehaves ---------------------------------------------------------------------------------------------------------

BAD_ANSWERS = {
    "moved": Reply(status=301, headers={"location": "https://elsewhere.example/"}),
    "found": Reply(status=302, headers={"location": "/login"}),
    "unauthorised": Reply(status=401, body=b'{"code": "SIGNATURE_WRONG"}'),
    "forbidden": Reply(status=403),
    "unknown": Reply(status=404),
    "too large": Reply(status=413),
    "too many": Reply(status=429, headers={"retry-after": "30"}),
    "failed": Reply(status=500, body=b"Traceback"),
    "busy": Reply(status=503, headers={"retry-after": "5"}),
    "a web page": Reply(status=200, headers={"content-type": "text/html"}, body=b"<html>It works!</html>"),
    "nothing": Reply(status=204, body=b""),
    "garbage": Reply(raw=b"\x00\x01 this is no HTTP\r\n\r\n"),
    "cut off": Reply(raw=b"HTTP/1.1 500 X\r\ncontent-length: 100\r\n\r\nshort"),
    "hung up": Reply(raw=b""),
    "endless": Reply(status=200, body=b"x" * 300_000),
    "never": Reply(never=True),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
async def test_a_bad_answer_keeps_the_notice_and_a_good_one_later_takes_it(double: Service, shop: Shop, name: str) -> None:
    double.replies = [BAD_ANSWERS[name], Reply()]
    await shop.put(("order.created", 1))

    first = await shop.deliver(double.url)

    waited = await shop.waiting()
    await shop.later()
    second = await shop.deliver(double.url)
    assert (first, waited, second) == (0, [("order.created", 1)], 1)
    assert len({request.headers["webhook-id"] for request in double.got}) == 1
    assert len({request.body for request in double.got}) == 1
    assert await shop.waiting() == []


@pytest.mark.parametrize("name", ["moved", "unauthorised", "unknown", "too large", "too many", "busy", "a web page", "never"])
async def test_trouble_of_the_whole_service_costs_one_attempt(double: Service, shop: Shop, name: str) -> None:
    double.replies = [BAD_ANSWERS[name]]
    await shop.put(*(("order.created", ident) for ident in range(1, 6)))
    began = time.monotonic()

    await shop.deliver(double.url)

    assert len(double.got) == 1
    assert len(await shop.waiting()) == 5
    assert time.monotonic() - began < ANSWER_SECONDS * 4


async def test_a_redirect_is_not_followed(double: Service, shop: Shop) -> None:
    async with service() as elsewhere:
        double.replies = [Reply(status=307, headers={"location": elsewhere.url})]
        await shop.put(("order.created", 1))

        await shop.deliver(double.url)

        assert (len(double.got), len(elsewhere.got)) == (1, 0)


async def test_an_entitys_notices_arrive_in_their_order_and_others_pass(double: Service, shop: Shop) -> None:
    double.replies = [Reply(status=500), Reply()]
    await shop.put(("order.created", 1), ("order.state_changed", 1, 2), ("order.created", 2))

    await shop.deliver(double.url)
    await shop.later()
    await shop.deliver(double.url)

    assert double.told == [("order.created", 1), ("order.created", 2), ("order.created", 1), ("order.state_changed", 1)]


async def test_a_notice_that_is_refused_for_what_it_says_holds_nothing_back(double: Service, shop: Shop) -> None:
    double.replies = [Reply(status=400, body=b'{"code": "NOTICE_ID_INVALID"}'), Reply()]
    await shop.put(("order.created", 1), ("order.state_changed", 1, 2))

    await shop.deliver(double.url)

    assert double.told == [("order.created", 1), ("order.state_changed", 1)]
    assert await shop.waiting() == [("order.created", 1)]


async def test_nothing_is_asked_before_retry_after(double: Service, shop: Shop) -> None:
    double.replies = [Reply(status=429, headers={"retry-after": "30"}), Reply()]
    await shop.put(("order.created", 1))
    await shop.deliver(double.url)

    await shop.deliver(double.url)

    assert len(double.got) == 1


@pytest.mark.parametrize("host", ["closed port", "unknown name"])
async def test_a_service_that_is_not_there_keeps_the_notice(shop: Shop, host: str) -> None:
    address = {"closed port": f"127.0.0.1:{free_port()}", "unknown name": "bro.invalid"}[host]
    await shop.put(("order.created", 1))

    assert await shop.deliver(f"http://{address}/webhooks/prestashop/acme-se") == 0
    assert await shop.waiting() == [("order.created", 1)]


async def test_a_batch_uses_one_connection(double: Service, shop: Shop) -> None:
    await shop.put(*(("order.created", ident) for ident in range(1, 61)))

    await shop.deliver(double.url)

    assert (len(double.got), double.connections) == (60, 1)


async def test_a_notice_is_thin(double: Service, shop: Shop) -> None:
    await shop.put(("order.state_changed", 42, 2))

    await shop.deliver(double.url)

    (request,) = double.got
    assert set(request.notice) == {"type", "timestamp", "data"}
    assert request.notice["data"] == {"id": 42, "id_shop": 1, "state": 2}
    assert {name for name in request.headers if name.startswith("webhook-")} == {"webhook-id", "webhook-timestamp", "webhook-signature"}
