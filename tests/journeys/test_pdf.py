"""A shop fetches the invoice of an order to show it to its customer: from the API through a worker to Hogia and back."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.auth import Role
from app.queue import Task
from app.state import State
from app.store import cache, keys
from app.store.redis import text
from mappers.canonical import EntityKey, Kind
from tests.app.api.conftest import Client, client_as
from tests.world import World
from workers.clients.hogia import assumed
from workers.main import FUNCTIONS


@pytest_asyncio.fixture
async def api(bridge: World) -> AsyncIterator[Client]:
    held = bridge.resources
    state = State(settings=held.settings, store=held.store, seal=held.seal, directory=held.directory)
    async with client_as(state, Role.VIEWER) as client:
        yield client


@pytest_asyncio.fixture
async def worker(bridge: World) -> AsyncIterator[None]:
    """Does what is asked for by name, as the executor does."""

    async def loop() -> None:
        while True:
            for raw in await bridge.store.redis.zrange(keys.QUEUE, 0, -1):
                name = text(raw).partition(":")[0]
                if name == Task.PDF:
                    asked = json.loads(await bridge.store.redis.get(f"arq:job:{text(raw)}"))
                    await bridge.store.redis.zrem(keys.QUEUE, raw)
                    await FUNCTIONS[Task(name)]({"resources": bridge.resources}, *asked["a"])
            await asyncio.sleep(0.01)

    task = asyncio.create_task(loop())
    yield
    task.cancel()


def path(order: int) -> str:
    return f"/api/entities/acme-se/order/{order}/invoice.pdf"


async def test_invoice_of_an_order_is_a_pdf_named_by_its_number(bridge: World, api: Client, worker: None) -> None:
    order = await bridge.place("plain")
    await bridge.settle()
    made = await bridge.effect(order)
    assert made is not None

    answer = await api.get(path(order))

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert f"Faktura {made.external_number} ".encode() in answer.content
    assert answer.headers["content-disposition"] == f'inline; filename="invoice-{made.external_number}.pdf"'
    assert answer.headers["cache-control"] == "no-store"


async def test_order_without_an_invoice_is_404_and_says_so(bridge: World, api: Client, worker: None) -> None:
    answer = await api.get(path(4711))

    assert (answer.status_code, answer.json()["code"]) == (404, "INVOICE_NONE")


async def test_invoice_that_hogia_does_not_show_is_404(bridge: World, api: Client, worker: None) -> None:
    order = await bridge.place("plain")
    await bridge.settle()
    bridge.hogia.switches.read_lag_seconds = 3600

    answer = await api.get(path(order))

    assert (answer.status_code, answer.json()["code"]) == (404, "INVOICE_PDF_NONE")


async def test_hogia_in_trouble_is_503_and_can_be_tried_again(bridge: World, api: Client, worker: None) -> None:
    order = await bridge.place("plain")
    await bridge.settle()
    bridge.hogia.switches.http_500 = 50

    answer = await api.get(path(order))

    assert answer.status_code == 503


async def test_pdf_above_the_limit_is_told_and_not_passed_on(
    bridge: World, api: Client, worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await bridge.place("plain")
    await bridge.settle()
    monkeypatch.setattr(assumed, "LARGEST_PDF_BYTES", 10)

    answer = await api.get(path(order))

    assert (answer.status_code, answer.json()["code"]) == (422, "INVOICE_PDF_TOO_LARGE")


async def test_only_orders_have_an_invoice(bridge: World, api: Client, worker: None) -> None:
    answer = await api.get("/api/entities/acme-se/product/7/invoice.pdf")

    assert (answer.status_code, answer.json()["code"]) == (422, "PDF_ORDERS_ONLY")


async def test_shop_that_nobody_knows_is_404(bridge: World, api: Client) -> None:
    answer = await api.get("/api/entities/nobody/order/1/invoice.pdf")

    assert (answer.status_code, answer.json()["code"]) == (404, "SHOP_UNKNOWN")


async def test_no_worker_is_504(bridge: World, api: Client) -> None:
    held = bridge.resources
    quick = held.settings.model_copy(update={"preview_wait_seconds": 0.1})
    state = State(settings=quick, store=held.store, seal=held.seal, directory=held.directory)

    async with client_as(state, Role.VIEWER) as impatient:
        answer = await impatient.get(path(1))

    assert (answer.status_code, answer.json()["code"]) == (504, "NO_WORKER_ANSWERED")


async def test_answer_lies_sealed_in_redis_for_a_minute(bridge: World) -> None:
    order = await bridge.place("plain")
    await bridge.settle()
    entity = EntityKey(shop="acme-se", kind=Kind.ORDER, id=str(order))

    await FUNCTIONS[Task.PDF]({"resources": bridge.resources}, str(entity), "r1")

    assert 0 < await bridge.store.redis.pttl(keys.reply("r1")) <= 60_000
    answer = json.loads(await cache.wait_for(bridge.store, "r1", seconds=1))
    assert not answer["pdf"].startswith(base64.b64encode(b"%PDF-1").decode()[:6])
    assert base64.b64decode(bridge.resources.seal.unseal(answer["pdf"])).startswith(b"%PDF-")


async def test_nothing_of_the_pdf_is_logged(bridge: World, api: Client, worker: None, capsys: pytest.CaptureFixture[str]) -> None:
    order = await bridge.place("plain")
    await bridge.settle()
    capsys.readouterr()

    await api.get(path(order))

    assert "PDF" not in capsys.readouterr().out


def test_worker_does_everything_that_can_be_asked_for() -> None:
    assert set(FUNCTIONS) == set(Task)
