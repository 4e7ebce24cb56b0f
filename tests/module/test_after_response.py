"""Under a real PHP-FPM: the buyer has the page before anything is delivered, and waits for nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.waiting import until
from tests.module.neighbours import Reply, Service, service
from tests.module.senders import ModuleShop
from tests.module.tools import HERE, tool

pytestmark = pytest.mark.module

CONFIGURATION = """
[global]
error_log = {folder}/fpm.log
[shop]
listen = {folder}/fpm.sock
pm = static
pm.max_children = 3
catch_workers_output = yes
{user}
"""


class Server:
    """PHP-FPM with a socket of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "fpm.sock"
        configuration = folder / "fpm.conf"
        user = "user = root\ngroup = root" if os.geteuid() == 0 else ""
        configuration.write_text(CONFIGURATION.format(folder=folder, user=user))
        root = ["-R"] if os.geteuid() == 0 else []
        self._command = [php_fpm(), "-F", *root, "-y", str(configuration)]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )

        async def listens() -> bool:
            assert process.returncode is None, (self.folder / "fpm.log").read_text()
            return self.socket.exists()

        try:
            await until(listens, "PHP-FPM listens", seconds=10)
            yield
        finally:
            process.terminate()
            await process.wait()

    async def page(self, shop: ModuleShop) -> tuple[str, float]:
        """What the buyer sees, and after how many seconds."""
        script = str(HERE / "php" / "page.php")
        environment = {
            **os.environ,
            "SCRIPT_FILENAME": script,
            "SCRIPT_NAME": "/page.php",
            "REQUEST_METHOD": "GET",
            "HTTP_COOKIE": "PHPSESSID=thesamevisitor",
            "SHOP_FILE": str(shop.folder / "shop.sqlite"),
        }
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            tool("cgi-fcgi"),
            "-bind",
            "-connect",
            str(self.socket),
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, errors = await process.communicate()
        assert errors == b"", errors.decode()
        return said.decode().partition("\r\n\r\n")[2], time.monotonic() - began


def php_fpm() -> str:
    """Debian names it after its version."""
    found = sorted(Path("/usr/sbin").glob("php-fpm*"))
    return str(found[-1]) if found else tool("php-fpm")


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


async def test_the_page_is_whole_before_a_slow_service_is_told_of_the_order(shop: ModuleShop, double: Service) -> None:
    double.seconds = 2
    await shop.configure(double.url)
    server = Server(shop.folder)
    async with server.running():
        page, seconds = await server.page(shop)

        async def answered() -> bool:
            return double.answered == 1

        await until(answered, "the notice is acknowledged", seconds=10)

    assert page == "thank you for your order and what other modules print at the end"
    assert seconds < double.seconds
    assert double.told == [("order.created", 42)]


async def test_a_service_that_never_answers_does_not_hold_the_same_visitors_next_page(shop: ModuleShop, double: Service) -> None:
    double.replies = [Reply(never=True)]
    await shop.configure(double.url)
    server = Server(shop.folder)
    async with server.running():
        await server.page(shop)

        async def asked() -> bool:
            return len(double.got) == 1

        await until(asked, "the service is asked", seconds=10)

        _, seconds = await server.page(shop)

    assert seconds < 2
    assert len(double.got) == 1
