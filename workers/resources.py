"""What a worker process holds for its life, built once: settings, store, connections, one HTTP client, and the neighbours' clients."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from app import embedded
from app.settings import Settings
from app.store.connections import Configured, Directory
from app.store.limits import SharedGate
from app.store.redis import Store
from app.store.seal import Seal, open_seal
from mappers.connection import Shop
from workers.clients.guard import http_client
from workers.clients.hogia import HogiaClient
from workers.clients.prestashop.client import PrestaShopClient


class SharedClock:
    """Redis's time, so that workers whose hosts' clocks are wrong agree with the ledger and with each other.

    Between two looks at Redis it goes on by the monotonic clock; before the first look it is the host's.
    """

    def __init__(self) -> None:
        self._at = datetime.now(UTC)
        self._since = time.monotonic()

    def __call__(self) -> datetime:
        return self._at + timedelta(seconds=time.monotonic() - self._since)

    async def set(self, store: Store) -> None:
        """Look at Redis's clock. Raises redis's errors."""
        now_ms = await store.now_ms()
        self._at, self._since = datetime.fromtimestamp(now_ms / 1000, UTC), time.monotonic()


GIVE_WAY_SECONDS = 0.25
GIVE_WAY_LOOK_SECONDS = 0.003


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Clients are kept per configuration: a changed key or address makes a new one."""

    settings: Settings
    store: Store
    seal: Seal
    directory: Directory
    http: httpx.AsyncClient
    worker_id: str
    now: Callable[[], datetime] = field(default_factory=SharedClock)
    counters: Counter[str] = field(default_factory=Counter)  # `call|destination|method`, `run:outcome`; flushed with the heartbeat
    clients: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)  # parsed reference data, by owner
    foreground: set[str] = field(default_factory=set)  # entities under way in this process that bulk work gives way to

    async def give_way(self) -> None:
        """Bulk work calls this before each thing it does: orders go first, but not for ever."""
        until = time.monotonic() + GIVE_WAY_SECONDS
        while self.foreground and time.monotonic() < until:  # noqa: ASYNC110 - several wait at once, and for a moment only
            await asyncio.sleep(GIVE_WAY_LOOK_SECONDS)

    def counter(self, destination: str) -> Callable[[str, str], None]:
        def count(_: str, method: str) -> None:
            self.counters[f"call|{destination}|{method}"] += 1

        return count

    def shop_client(self, configured: Configured, shop: Shop, *, bulk: bool = False) -> PrestaShopClient:
        """`bulk`: for work that orders go before. It takes part in the same rate limit and leaves its burst to the others."""
        key = ("shop", shop.key, shop.url, shop.id_shop, configured.shop_secret(shop.key, "webservice_key"), shop.requests_per_second, bulk)
        if key not in self.clients:
            destination = f"shop:{shop.key}"
            self.clients[key] = PrestaShopClient(
                self.http,
                shop_key=shop.key,
                url=shop.url,
                id_shop=shop.id_shop,
                webservice_key=configured.shop_secret(shop.key, "webservice_key"),
                gate=self._gate(destination, shop.requests_per_second, bulk=bulk),
                on_call=self.counter(destination),
            )
        client: PrestaShopClient = self.clients[key]
        return client

    def _gate(self, destination: str, per_second: float, *, bulk: bool) -> SharedGate:
        return SharedGate(self.store, destination, per_second=per_second, burst=1 if bulk else max(10, int(per_second)))

    def hogia_client(self, configured: Configured, *, bulk: bool = False) -> HogiaClient:
        """`bulk`: as for shops."""
        organisation = configured.connection.hogia
        key = (
            "hogia",
            configured.connection.key,
            organisation,
            configured.hogia_secret("client_id"),
            configured.hogia_secret("client_secret"),
            bulk,
        )
        if key not in self.clients:
            destination = f"hogia:{configured.connection.key}"
            self.clients[key] = HogiaClient(
                self.http,
                organisation,
                client_id=configured.hogia_secret("client_id"),
                client_secret=configured.hogia_secret("client_secret"),
                gate=self._gate(destination, organisation.requests_per_second, bulk=bulk),
                now=time.monotonic,
                request_id=lambda: str(uuid.uuid4()),
                on_call=self.counter(destination),
            )
        client: HogiaClient = self.clients[key]
        return client

    async def close(self) -> None:
        await self.http.aclose()
        await self.store.close()


def build(settings: Settings) -> Resources:
    """The resources of these settings; nothing is called yet."""
    settings = settings if settings.redis_url else settings.with_redis(embedded.url(settings.data_dir))
    assert settings.redis_url is not None
    store = Store.connect(settings.redis_url, timeout_seconds=settings.redis_timeout_seconds)
    seal = open_seal(settings)
    return Resources(
        settings=settings,
        store=store,
        seal=seal,
        directory=Directory(store, seal),
        http=http_client(allow_private=settings.allow_private_hosts),
        worker_id=uuid.uuid4().hex[:12],
    )
