"""What only the module does: hooks of a shop, runs that meet, a run that is killed, its settings page's connection test."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.faults.waiting import until
from tests.module.neighbours import Reply, Service, service
from tests.module.senders import ModuleShop

pytestmark = pytest.mark.module


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[ModuleShop]:
    made = ModuleShop()
    await made.install()
    yield made
    await made.close()


@pytest_asyncio.fixture
async def double() -> AsyncIterator[Service]:
    async with service() as made:
        yield made


def set_clock_of_lock(shop: ModuleShop, until_: int) -> None:
    """As if so much time had passed that a killed run's lock is over."""
    with sqlite3.connect(shop.folder / "shop.sqlite") as database:
        database.execute("UPDATE ps_orderbro_delivery SET lock_until = ?", (until_,))
    database.close()


async def test_a_purchase_is_told_by_the_modules_hooks(shop: ModuleShop, double: Service) -> None:
    with sqlite3.connect(shop.folder / "shop.sqlite") as database:
        database.execute("INSERT INTO ps_orders VALUES (42, 1, 'ABCDEFGHI')")
    database.close()
    order = {"id": 42, "id_shop": 1}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("actionObjectStockAvailableUpdateAfter", {"object": {"id": 72, "id_product": 20, "id_shop": 1, "id_shop_group": 0}}),
        ("actionObjectOrderPaymentAddAfter", {"object": {"id": 3, "order_reference": "ABCDEFGHI"}}),
        ("actionValidateOrder", {"order": order}),
        ("actionOrderStatusPostUpdate", {"id_order": 42, "newOrderStatus": {"id": 2}}),
        ("actionOrderHistoryAddAfter", {"order_history": {"id_order": 42, "id_order_state": 2}}),
        ("actionValidateOrderAfter", {"order": order, "orders": [order]}),
    ]
    await shop.configure(double.url)

    await shop.do("hook", calls=calls)
    await shop.deliver(double.url)

    assert sorted(double.told) == [("order.created", 42), ("order.state_changed", 42), ("order.updated", 42), ("stock.changed", 72)]
    assert [request.notice["data"] for request in double.got if request.notice["type"] == "stock.changed"] == [
        {"id": 72, "id_shop": 1, "product": 20}
    ]


async def test_two_runs_at_once_send_every_notice_once(shop: ModuleShop, double: Service) -> None:
    await shop.put(*(("order.created", ident) for ident in range(1, 101)))
    await shop.configure(double.url)

    runs = [await shop.begin("deliver") for _ in range(3)]
    results = [json.loads((await run.communicate())[0])["result"] for run in runs]

    assert sorted(ident for _, ident in double.told) == list(range(1, 101))
    assert sum(result["delivered"] for result in results) == 100


async def test_a_run_that_is_killed_loses_nothing(shop: ModuleShop, double: Service) -> None:
    await shop.put(*(("order.created", ident) for ident in range(1, 11)))
    await shop.configure(double.url)
    double.replies = [Reply(), Reply(), Reply(), Reply(never=True)]
    run = await shop.begin("deliver", answer_seconds=60)

    async def under_way() -> bool:
        return len(double.got) == 4

    await until(under_way, "the fourth notice is under way", seconds=10)
    run.kill()
    await run.communicate()
    double.replies = []
    locked = await shop.do("deliver")
    set_clock_of_lock(shop, 0)
    await shop.do("deliver")

    assert locked["end"] == "busy"
    assert {ident for _, ident in double.told} == set(range(1, 11))
    ids = {(request.notice["data"]["id"], request.headers["webhook-id"]) for request in double.got}
    assert len(ids) == 10, "a notice that is sent again has the id that it had"
    assert shop.last["waiting"] == []


async def test_whatever_is_killed_while_orders_change_the_last_state_arrives_last(shop: ModuleShop, double: Service) -> None:
    chance = random.Random(4)
    orders = range(1, 16)
    double.seconds = 0.01
    await shop.configure(double.url)
    killed = 0
    for state in range(1, 9):
        run = await shop.begin("deliver")
        writer = await shop.begin("put", notices=[("order.state_changed", ident, state) for ident in orders])
        _, errors = await writer.communicate()
        assert errors == b"", errors.decode()
        await asyncio.sleep(chance.uniform(0, 0.1))  # where the run is killed is part of the fault
        with contextlib.suppress(ProcessLookupError):
            run.kill()
        await run.communicate()
        killed += run.returncode == -signal.SIGKILL
        set_clock_of_lock(shop, 0)

    await shop.do("deliver")

    last = {request.notice["data"]["id"]: request.notice["data"]["state"] for request in double.got}
    assert last == dict.fromkeys(orders, 8)
    assert shop.last["waiting"] == []
    assert killed > 0


async def test_the_connection_test_needs_no_order(shop: ModuleShop, double: Service) -> None:
    await shop.configure(double.url)

    result = await shop.do("test")

    assert result["meaning"] == "delivered"
    assert double.got[0].notice["type"] == "module.test"


@pytest.mark.parametrize(
    ("reply", "code", "detail"),
    [
        (Reply(status=301, headers={"location": "https://www.bro.example/x?token=1"}), "REDIRECTED", "https://www.bro.example/x"),
        (Reply(status=401, body=b'{"code": "SIGNATURE_WRONG"}'), "SIGNATURE_REFUSED", "SIGNATURE_WRONG"),
        (Reply(status=401, headers={"date": "Tue, 24 Nov 2020 08:00:00 GMT"}), "CLOCK_WRONG", ""),
        (Reply(status=413), "TOO_LARGE", ""),
        (Reply(status=200, body=b"<html>"), "NOT_ORDERBRO", ""),
        (Reply(raw=b"SSH-2.0-OpenSSH_9.2\r\n"), "NOT_HTTP", ""),
        (Reply(never=True), "NO_ANSWER", ""),
    ],
)
async def test_what_is_wrong_is_told_apart(shop: ModuleShop, double: Service, reply: Reply, code: str, detail: str) -> None:
    double.replies = [reply]
    await shop.configure(double.url)

    result = await shop.do("test", answer_seconds=0.5)

    assert (result["code"], result["detail"]) == (code, detail)
    assert shop.last["state"]["last_code"] == code


async def test_a_clock_that_is_ten_minutes_off_is_noted_with_how_much(shop: ModuleShop, double: Service) -> None:
    double.replies = [Reply(status=401, body=b'{"code": "SIGNATURE_STALE"}')]
    await shop.put(("order.created", 1))
    await shop.shift(600)

    await shop.deliver(double.url)

    assert shop.last["state"]["last_code"] == "CLOCK_WRONG"
    assert abs(shop.last["state"]["clock_ahead"] - 600) <= 2


async def test_a_certificate_is_wanted_where_the_address_says_https(shop: ModuleShop, double: Service) -> None:
    await shop.configure(double.url.replace("http:", "https:"))

    result = await shop.do("test", answer_seconds=1)

    assert result["code"] in {"TLS_FAILED", "NO_ANSWER"}
    assert double.got == []


async def test_one_run_at_a_time_also_while_a_service_is_slow(shop: ModuleShop, double: Service) -> None:
    await shop.put(("order.created", 1))
    await shop.configure(double.url)
    double.replies = [Reply(never=True)]
    first = await shop.begin("deliver", answer_seconds=3)

    async def under_way() -> bool:
        return len(double.got) == 1

    await until(under_way, "the first run is under way", seconds=10)
    second = await shop.do("deliver")
    first.kill()
    await first.communicate()

    assert second["end"] == "busy"
    assert len(double.got) == 1
