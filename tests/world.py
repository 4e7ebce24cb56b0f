"""Both sides of the bridge in one process: a sandbox shop, a sandbox Hogia, a store, and runs driven one by one without an executor."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from app.sandbox.hogia.control import invoices
from app.sandbox.hogia.server import create_hogia
from app.sandbox.hogia.state import CLIENT_ID, CLIENT_SECRET, ORGANIZATION_ID, HogiaState
from app.sandbox.payments.klarna import KlarnaState, create_klarna
from app.sandbox.payments.nets import NetsState, create_nets
from app.sandbox.payments.svea import SveaState, create_svea
from app.sandbox.prestashop.scenarios import BY_SLUG
from app.sandbox.prestashop.server import create_shop
from app.sandbox.prestashop.state import DEFAULT_KEY, ShopState
from app.settings import Settings
from app.store import connections, events, keys, ledger, marks, parked
from app.store.connections import Configured, Directory
from app.store.redis import Store, text
from app.store.seal import Seal
from mappers.canonical import EntityKey, Kind
from mappers.payments.model import Provider
from tests.conftest import SECRET_KEY, connection_file
from workers import job
from workers.resources import Resources
from workers.tasks.catalogue import process_catalogue
from workers.tasks.order import process_order
from workers.tasks.product import process_product, process_stock

SHOP_URL = "http://shop.test"
OTHER_URL = "http://other.test"  # another installation
HOGIA_URL = "http://hogia.test"
KLARNA_URL, SVEA_URL, NETS_URL = "http://klarna.test", "http://svea.test", "http://nets.test"
DESTINATIONS = ("shop:acme-se", "hogia:acme", *(f"{provider.value}:acme-se" for provider in Provider))
HANDLERS: dict[Kind, job.Handler] = {
    Kind.ORDER: process_order,
    Kind.PRODUCT: process_product,
    Kind.STOCK: process_stock,
    Kind.CATALOGUE: process_catalogue,
}


class Clock:
    """Real time, which a test may move on."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """The payment providers' sandboxes."""

    klarna: KlarnaState
    svea: SveaState
    nets: NetsState


class World:
    """One connection with one shop, `acme-se`, and whatever happens to its orders."""

    def __init__(self, resources: Resources, shop: ShopState, hogia: HogiaState, providers: Providers, *, other: ShopState) -> None:
        self.resources = resources
        self.shop = shop
        self.other = other
        self.hogia = hogia
        self.klarna, self.svea, self.nets = providers.klarna, providers.svea, providers.nets
        self.store: Store = resources.store
        self.configured: Configured | None = None

    async def configure(
        self,
        *,
        hogia: Mapping[str, Any] | None = None,
        shop: Mapping[str, Any] | None = None,
        more_shops: Sequence[Mapping[str, Any]] = (),
        connection: Mapping[str, Any] | None = None,
        **orders: Any,
    ) -> None:
        """Apply the connection file with these order settings, these of Hogia, of the shop and of the connection, and these other shops."""
        document = connection_file(shop_url=SHOP_URL, hogia_url=HOGIA_URL, **orders)
        document["hogia"] |= {"organization_id": ORGANIZATION_ID, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        document["hogia"] |= {"requests_per_second": 1000, **(hogia or {})}
        document["shops"][0]["webservice_key"] = DEFAULT_KEY
        document["shops"][0] |= {"requests_per_second": 1000, **(shop or {})}
        document["shops"] += [{**document["shops"][0], **each} for each in more_shops]
        document |= connection or {}
        self.configured = connections.read_document(document, {})
        await connections.save(self.store, self.resources.seal, self.configured)

    def key(self, order: int) -> str:
        return str(EntityKey(shop="acme-se", kind=Kind.ORDER, id=str(order)))

    async def notice(self, order: int, *, sender_id: str = "", kind: str = "order.state_changed", hint: str = "") -> str:
        """What the door does with a notice about an order; answers the event's id."""
        event = events.NewEvent(
            connection="acme",
            shop="acme-se",
            sender_id=sender_id or f"notice-{order}-{kind}",
            type=kind,
            entity=EntityKey.parse(self.key(order)),
            body=b"{}",
            hint=hint,
        )
        return (await events.record(self.store, event)).event_id

    async def product_notice(self, product: int, *, shop: str = "acme-se", kind: str = "product.saved") -> str:
        """What the door does with a notice about a product; answers the event's id."""
        event = events.NewEvent(
            connection="acme",
            shop=shop,
            sender_id=f"{kind}-{product}-{uuid.uuid4()}",
            type=kind,
            entity=EntityKey(shop=shop, kind=Kind.PRODUCT, id=str(product)),
            body=b"{}",
        )
        return (await events.record(self.store, event)).event_id

    async def stock_notice(self, stock: int, *, shop: str = "acme-se") -> str:
        """What the door does with a notice about a stock row; answers the event's id."""
        event = events.NewEvent(
            connection="acme",
            shop=shop,
            sender_id=f"stock-{stock}-{uuid.uuid4()}",
            type="stock.changed",
            entity=EntityKey(shop=shop, kind=Kind.STOCK, id=str(stock)),
            body=b"{}",
        )
        return (await events.record(self.store, event)).event_id

    async def run_once(self, order: int) -> None:
        """One run on an order."""
        await job.run(self.resources, job.Held(), HANDLERS, self.key(order))

    async def run(self, *, rounds: int = 20) -> None:
        """Run everything that is due until nothing is due any more."""
        for _ in range(rounds):
            now = await self.store.now_ms()
            due = [text(e) for e in await self.store.redis.zrangebyscore(keys.DUE, "-inf", now)]
            if not due:
                return
            await asyncio.gather(*(job.run(self.resources, job.Held(), HANDLERS, entity) for entity in due))

    async def place(self, slug: str) -> int:
        """Buy a scenario's cart in the shop and notice its (first) order."""
        order = self.shop.place_cart(BY_SLUG[slug])[0]
        await self.notice(order)
        return order

    async def wait(self, seconds: float) -> None:
        """Let time pass, for us and for Hogia."""
        self.resources.now.ahead += timedelta(seconds=seconds)
        self.hogia.clock.advance(seconds)
        await self.hurry()

    async def wipe(self) -> None:
        """Lose Redis completely, and configure the connection again."""
        await self.store.redis.flushall()
        assert self.configured is not None
        await connections.save(self.store, self.resources.seal, self.configured)

    async def hurry(self) -> None:
        """Make everything that is scheduled due now, and let resting destinations be called."""
        await self.store.redis.delete(*(keys.breaker(name) for name in DESTINATIONS))
        now = await self.store.now_ms()
        for entity in await self.store.redis.zrange(keys.DUE, 0, -1):
            await self.store.redis.zadd(keys.DUE, {entity: now - 1})

    async def settle(self, *, rounds: int = 10) -> None:
        """Run until nothing is even scheduled, without waiting for the schedule."""
        for _ in range(rounds):
            await self.run()
            if not await self.store.redis.zcard(keys.DUE):
                return
            await self.hurry()

    async def event(self, event_id: str) -> events.Event:
        found = await events.get(self.store, event_id)
        assert found is not None
        return found

    async def newest(self, order: int) -> events.Event:
        """The order's newest event."""
        found, _ = await events.search(self.store, {"entity": self.key(order)})
        return found[0]

    async def release(self, order: int) -> None:
        await marks.release(self.store, self.key(order), why="test")

    async def effect(self, order: int) -> ledger.Effect | None:
        return await ledger.get(self.store, f"invoice:{self.key(order)}")

    async def mark(self, order: int) -> marks.MarkState:
        found = await marks.state(self.store, self.key(order))
        assert found is not None
        return found

    async def parked(self, order: int) -> parked.Parked:
        """Why the order waits for a person."""
        found = await parked.get(self.store, self.key(order))
        assert found is not None
        return found

    async def story(self, order: int) -> str:
        """What the order's story says, oldest first."""
        return "\n".join(entry["text"] for entry in await marks.story(self.store, self.key(order)))

    async def outcome(self, order: int) -> tuple[str, str]:
        """Status and code of the order's newest event."""
        found, _ = await events.search(self.store, {"entity": self.key(order)})
        return found[0].status, found[0].code

    def invoices_of(self, order: int) -> list[dict[str, Any]]:
        return [invoice for invoice in self.invoices() if (invoice["invoiceReference"] or "").endswith(f"PS:1:{order}:INV")]

    def invoices(self) -> list[dict[str, Any]]:
        """Hogia's invoices, as its own summary tells."""
        found: list[dict[str, Any]] = invoices(self.hogia).body
        return found

    def calls(self) -> Mapping[str, int]:
        """Every call that was made so far, by destination and method."""
        return Counter({name: count for name, count in self.resources.counters.items() if name.startswith("call|")})


@asynccontextmanager
async def world(store: Store, tmp_path: Path, *, redis_url: str, **settings: Any) -> AsyncIterator[World]:
    """A world on an empty store."""
    shop, other, hogia, clock = ShopState(), ShopState(shop_name="Grannbutiken"), HogiaState(), Clock()
    providers = Providers(klarna=KlarnaState(now=clock), svea=SveaState(now=clock), nets=NetsState(now=clock))
    hogia.switches.rate_limit = 0
    shop_app, hogia_app = create_shop(shop), create_hogia(hogia)
    mounts = {SHOP_URL: httpx.ASGITransport(shop_app), HOGIA_URL: httpx.ASGITransport(hogia_app)}
    mounts |= {
        OTHER_URL: httpx.ASGITransport(create_shop(other)),
        KLARNA_URL: httpx.ASGITransport(create_klarna(providers.klarna)),
        SVEA_URL: httpx.ASGITransport(create_svea(providers.svea)),
        NETS_URL: httpx.ASGITransport(create_nets(providers.nets)),
    }
    seal = Seal(SECRET_KEY)
    async with httpx.AsyncClient(mounts=mounts) as http:
        resources = Resources(
            settings=Settings(redis_url=redis_url, secret_key=SECRET_KEY, data_dir=tmp_path, _env_file=None, **settings),
            store=store,
            seal=seal,
            directory=Directory(store, seal, seconds=0),
            http=http,
            worker_id="worker",
            now=clock,
        )
        yield World(resources, shop, hogia, providers, other=other)
