"""The check against both sandboxes: one wrong thing at a time is found, and the good ones are said to be good."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from app.embedded import EmbeddedServer
from app.store import cache, connections
from app.store.redis import Store
from tests.world import World, world
from workers.tasks.check import check, checked


@pytest_asyncio.fixture
async def bridge(store: Store, redis_server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[World]:
    async with world(store, tmp_path, redis_url=redis_server.url, public_url="https://bridge.example") as made:
        await made.configure()
        yield made


def said(answer: dict[str, Any], level: str) -> set[str]:
    return {f"{found['subject']}: {found['code']}" for found in answer["findings"] if found["level"] == level}


async def test_a_working_connection_has_no_error(bridge: World) -> None:
    answer = await checked(bridge.resources, "acme")

    assert said(answer, "error") == set(), answer
    assert said(answer, "ok") >= {
        "shop acme-se: SHOP_ANSWERS",
        "shop acme-se: SHOP_KEY_COMPLETE",
        "shop acme-se: CLOCK_AGREES",
        "shop acme-se: TRANSFER_STATES",
        "shop acme-se: WEBHOOK",
        "Hogia: HOGIA_ANSWERS",
        "Hogia: HOGIA_MODULES",
        "Hogia: FINANCIAL_YEAR",
    }


async def test_a_refused_webservice_key_is_found_and_hogia_is_checked_all_the_same(bridge: World) -> None:
    assert bridge.configured is not None
    bridge.configured.secrets["shops"]["acme-se"]["webservice_key"] = "X" * 32
    await connections.save(bridge.store, bridge.resources.seal, bridge.configured)

    answer = await checked(bridge.resources, "acme")

    assert said(answer, "error") == {"shop acme-se: SHOP_KEY_REFUSED"}
    assert answer["status"] == "error"
    assert "Hogia: HOGIA_ANSWERS" in said(answer, "ok")


async def test_a_refused_client_secret_is_found_and_the_shop_is_checked_all_the_same(bridge: World) -> None:
    await bridge.configure(hogia={"client_secret": "wrong"})

    answer = await checked(bridge.resources, "acme")

    assert len([f for f in answer["findings"] if f["level"] == "error" and f["subject"] == "Hogia"]) == 1
    assert "shop acme-se: SHOP_KEY_COMPLETE" in said(answer, "ok")


async def test_a_module_that_the_organisation_lacks_is_found(bridge: World) -> None:
    next(iter(bridge.hogia.organisations.values())).modules.remove("Invoicing")

    assert "Hogia: HOGIA_MODULE_MISSING" in said(await checked(bridge.resources, "acme"), "error")


async def test_settings_that_name_what_is_not_there_are_found(bridge: World) -> None:
    await bridge.configure(transfer_states=[2, 99], default_payment={"account": 1599}, freight_article="nosuch")

    answer = await checked(bridge.resources, "acme")

    assert {"shop acme-se: STATE_UNKNOWN", "Hogia: ACCOUNT_MISSING"} <= said(answer, "error")
    assert "Hogia: HELPER_ARTICLE_MISSING" in said(answer, "warning")


async def test_the_answer_is_left_for_whoever_waits(bridge: World) -> None:
    await check({"resources": bridge.resources}, "acme", "request")
    await check({"resources": bridge.resources}, "nobody", "another")

    known = json.loads(await cache.wait_for(bridge.store, "request", seconds=1))
    unknown = json.loads(await cache.wait_for(bridge.store, "another", seconds=1))
    assert known["connection"] == "acme"
    assert unknown["error"]["code"] == "CONNECTION_UNKNOWN"
