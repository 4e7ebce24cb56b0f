"""The cron job, as command and as address."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.module.neighbours import Reply, Service, service
from tests.module.senders import ModuleShop
from tests.module.tools import HERE, MODULE, run

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


def prelude(shop: ModuleShop) -> str:
    """What config/config.inc.php is in a shop: afterwards PrestaShop's classes are there."""
    file = shop.folder / "shop.sqlite"
    return (
        f"require '{HERE / 'php' / 'bootstrap.php'}'; Db::open('sqlite:{file}');"
        f" Configuration::$values = json_decode(file_get_contents('{file}.json'), true);"
    )


def installed(shop: ModuleShop) -> Path:
    """The command where it is in a shop: modules/orderbro/cron.php."""
    (shop.folder / "config").mkdir()
    (shop.folder / "config" / "config.inc.php").write_text(f"<?php {prelude(shop)}")
    shutil.copytree(MODULE, shop.folder / "modules" / "orderbro")
    return shop.folder / "modules" / "orderbro" / "cron.php"


async def asked(shop: ModuleShop, token: str) -> dict[str, object]:
    """What the cron address answers; `token` is an expression of PHP."""
    code = f"{prelude(shop)} Tools::$submitted = ['token' => {token}];"
    code += f" require '{MODULE}/controllers/front/cron.php'; (new OrderbroCronModuleFrontController())->postProcess();"
    said: dict[str, object] = json.loads((await asyncio.to_thread(run, "php", "-r", code)).stdout)
    return said


async def command(shop: ModuleShop) -> tuple[int, str]:
    result = await asyncio.to_thread(run, "php", installed(shop))
    return result.returncode, result.stdout


async def test_the_command_sends_what_waits_and_says_so(shop: ModuleShop, double: Service) -> None:
    await shop.put(("order.created", 42))
    await shop.configure(double.url)

    result = await command(shop)

    assert result == (0, "shop 1: end=empty delivered=1 failed=0 code=SENT waiting=0 parked=0\n")
    assert double.told == [("order.created", 42)]


async def test_the_command_ends_with_1_while_something_fails(shop: ModuleShop, double: Service) -> None:
    double.replies = [Reply(status=503)]
    await shop.put(("order.created", 42))
    await shop.configure(double.url)

    result = await command(shop)

    assert result == (1, "shop 1: end=paused delivered=0 failed=1 code=SERVICE_BUSY waiting=1 parked=0\n")


async def test_the_command_says_where_it_belongs(shop: ModuleShop) -> None:
    result = run("php", MODULE / "cron.php")

    assert (result.returncode, result.stdout) == (1, "Run this file where it is installed, as modules/orderbro/cron.php of the shop.\n")


async def test_the_address_sends_what_waits_for_who_knows_the_token(shop: ModuleShop, double: Service) -> None:
    await shop.put(("order.created", 42))
    await shop.configure(double.url)

    answer = await asked(shop, "Configuration::getGlobalValue('ORDERBRO_CRON_TOKEN')")

    assert answer == {"1": {"end": "empty", "delivered": 1, "failed": 0, "code": "SENT", "waiting": 0, "parked": 0}}


@pytest.mark.parametrize("token", ["'wrong'", "''", "['x']", "false"])
async def test_the_address_does_nothing_for_anybody_else(shop: ModuleShop, double: Service, token: str) -> None:
    await shop.put(("order.created", 42))
    await shop.configure(double.url)

    answer = await asked(shop, token)

    assert "token is wrong" in str(answer["error"])
    assert double.got == []
