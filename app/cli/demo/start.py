"""How a demo begins: its processes with their sockets, the connection it applies, and both sandboxes made ready."""

from __future__ import annotations

import asyncio
import base64
import secrets
import time
from collections.abc import Mapping
from pathlib import Path

from app import auth
from app.cli.demo import scene
from app.cli.demo.household import Household, address, listening
from app.cli.demo.suggestions import Addresses
from app.sandbox.remote import Remote, RemoteError
from app.store import cache, connections
from app.store.redis import Store
from app.store.seal import Seal

API_PORT, SHOP_PORT, HOGIA_PORT, KLARNA_PORT = 8080, 8088, 8089, 8090
START_SECONDS = 20.0
LOOK_SECONDS = 0.02
UVICORN = ("-m", "uvicorn", "app.cli.processes:application", "--factory", "--fd", "FD", "--log-level", "warning", "--no-access-log")


async def start(house: Household, *, port: int | None, recordings: Path | None) -> Addresses:
    """Start every process and apply the connection. Raises Misconfigured."""
    listeners = {
        "api": listening(port if port is not None else API_PORT, exactly=port is not None),
        "shop": listening(SHOP_PORT),
        "hogia": listening(HOGIA_PORT),
        "klarna": listening(KLARNA_PORT),
    }
    urls = {name: address(listener) for name, listener in listeners.items()}
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    house.begin()
    environment = house.environment(
        {
            "ORDERBRO_ALLOW_PRIVATE_HOSTS": "1",
            "ORDERBRO_BIND": urls["api"].removeprefix("http://"),
            "ORDERBRO_PUBLIC_URL": urls["api"],  # where Hogia's notifications are to go
            "ORDERBRO_RETRY_FIRST_SECONDS": "1",
        }
    )
    replay = ["--recordings", str(recordings)] if recordings is not None else []
    notify = ["--webhook-url", f"{urls['api']}/webhooks/prestashop/{scene.SHOP}", "--webhook-secret", secret]
    for name, side, more in (("shop", "prestashop", [*notify, *replay]), ("hogia", "hogia", []), ("klarna", "klarna", [])):
        arguments = ["-m", "app.sandbox", side, "--port", urls[name].rpartition(":")[2], "--fd", "FD", *more]
        house.start(name, arguments, environment=environment, listener=listeners[name])
    house.start("api", UVICORN, environment=environment, listener=listeners["api"])
    house.start("worker", ["-m", "workers"], environment=environment)
    token = await _configure(house, urls, secret)
    return Addresses(**urls, folder=str(house.folder), token=token)


async def _configure(house: Household, urls: Mapping[str, str], secret: str) -> str:
    """Apply the connection and make an API key; answers its token."""
    store = Store.connect(house.redis_url)
    try:
        document = scene.connection_document(urls=urls, webhook_secret=secret, hogia_secret=secrets.token_urlsafe(32))
        await connections.save(store, Seal(house.secret_key), connections.read_document(document, {}))
        _, token = await auth.create(store, name="demo", role=auth.Role.ADMIN)
        return token
    finally:
        await store.close()


async def wait_until_up(store: Store, remote: Remote, at: Addresses) -> None:
    """Until every process answers. Raises RemoteError for one that does not in time."""
    until = time.monotonic() + START_SECONDS
    waits = (f"{at.shop}/_control/scenarios", f"{at.hogia}/_faults", f"{at.klarna}/_faults", f"{at.api}/health/ready")
    await asyncio.gather(*(remote.ready(url, seconds=START_SECONDS) for url in waits))
    while not await cache.workers(store):
        if time.monotonic() > until:
            raise RemoteError(f"the worker did not report within {START_SECONDS:.0f} s")
        await asyncio.sleep(LOOK_SECONDS)


async def prepare(remote: Remote, *, faults: Mapping[str, int]) -> None:
    """What the organisation in Hogia has to have, and the faults that were asked for. Raises RemoteError."""
    await remote.act("add_helper_articles")
    for year in sorted({sale.day[:4] for sale in (await remote.sales()).values() if sale.day[:4].isdigit()}):
        await remote.act("open_year", year=int(year))
    await remote.set_faults(**{"rate_limit": 0, **faults})
