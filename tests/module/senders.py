"""The module and the sandbox's sender behind one face, so that one contract is tested on both."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import httpx

from app.sandbox.prestashop.sender import Sender
from tests.conftest import WEBHOOK_SECRET

PHP = Path(__file__).parent / "php"
Told = tuple[str, int] | tuple[str, int, int]  # type, id, state
ANSWER_SECONDS = 1.0


class MissingPhpError(Exception):
    """The tests of the module are asked for, and PHP is not there."""


def php() -> str:
    found = shutil.which("php")
    if found is None:
        raise MissingPhpError("php is not installed; see the packages in .ci/run, or leave these tests out with -m 'not module'")
    return found


class Shop(Protocol):
    """What a contract needs of a shop.

    `waiting`: types and ids of what is not delivered. `later`: every wait is over. `shift`: how many seconds ahead the shop's clock is.
    """

    secret: str

    async def put(self, *notices: Told) -> None: ...
    async def deliver(self, url: str) -> int: ...
    async def waiting(self) -> list[Told]: ...
    async def later(self) -> None: ...
    async def shift(self, seconds: int) -> None: ...
    async def exchange(self) -> None: ...
    async def drop(self) -> None: ...
    async def close(self) -> None: ...


class ModuleShop:
    """The module's own PHP in a process per command, its outbox in an SQLite file."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ob-module-"))
        self.secret = WEBHOOK_SECRET
        self.last: dict[str, Any] = {}
        self._configured = ""
        self._ahead = 0

    async def begin(self, what: str, **given: Any) -> asyncio.subprocess.Process:
        """Start a command of shop.php; whoever starts it reads what it says."""
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        process = await asyncio.create_subprocess_exec(
            php(),
            "-d",
            "display_errors=stderr",
            str(PHP / "shop.php"),
            str(self.folder / "shop.sqlite"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps({"do": what, **given}).encode())
        process.stdin.close()
        return process

    async def do(self, what: str, **given: Any) -> Any:
        """Run a command of shop.php to its end; answers its result."""
        process = await self.begin(what, **given)
        said, errors = await process.communicate()
        assert (process.returncode, errors.decode()) == (0, ""), errors.decode() + said.decode()
        self.last = json.loads(said)
        return self.last["result"]

    async def install(self) -> None:
        assert await self.do("install")
        await self.configure("http://127.0.0.1:9/webhooks/prestashop/acme-se")

    async def configure(self, url: str) -> None:
        if url != self._configured:
            await self.do("configure", url=url, **({} if self._configured else {"secret": self.secret}))
            self._configured = url

    async def put(self, *notices: Told) -> None:
        await self.do("put", notices=notices)

    async def deliver(self, url: str) -> int:
        await self.configure(url)
        delivered: int = (await self.do("deliver", answer_seconds=ANSWER_SECONDS, ahead=self._ahead))["delivered"]
        return delivered

    async def waiting(self) -> list[Told]:
        return [(row["type"], int(row["id_object"])) for row in self.last["waiting"]]

    async def later(self) -> None:
        await self.do("resume")

    async def shift(self, seconds: int) -> None:
        self._ahead = seconds

    async def exchange(self) -> None:
        await self.do("exchange")
        self.secret = self.last["secret"]

    async def drop(self) -> None:
        await self.do("drop")

    async def close(self) -> None:
        shutil.rmtree(self.folder)


class SandboxShop:
    """The sandbox's sender. Its clock stands still unless it is moved."""

    def __init__(self) -> None:
        self.secret = WEBHOOK_SECRET
        self._ahead = timedelta()
        self._ids = 0
        client = httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False)
        self.sender = Sender(client, "", self.secret, clock=lambda: datetime.now(UTC) + self._ahead, new_id=self._new_id)

    def _new_id(self) -> str:
        self._ids += 1
        return f"msg_{id(self):x}_{self._ids}"

    async def put(self, *notices: Told) -> None:
        for kind, ident, *state in notices:
            self.sender.put(kind, {"id": ident, "id_shop": 1} | ({"state": state[0]} if state else {}))

    async def deliver(self, url: str) -> int:
        self.sender.url = url
        return await self.sender.deliver_due()

    async def waiting(self) -> list[Told]:
        return [(notice.type, json.loads(notice.body)["data"]["id"]) for notice in self.sender.waiting]

    async def later(self) -> None:
        self.sender.resume()

    async def shift(self, seconds: int) -> None:
        self._ahead = timedelta(seconds=seconds)

    async def exchange(self) -> None:
        self.secret = "whsec_" + base64.b64encode(os.urandom(32)).decode()
        self.sender.previous_secret, self.sender.secret = self.sender.secret, self.secret

    async def drop(self) -> None:
        self.sender.previous_secret = ""

    async def close(self) -> None:
        await self.sender.client.aclose()


SHOPS: Sequence[str] = ("module", "sandbox")


async def open_shop(name: str) -> Shop:
    if name == "sandbox":
        return SandboxShop()
    shop = ModuleShop()
    await shop.install()
    return shop
