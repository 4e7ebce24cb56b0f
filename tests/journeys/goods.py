"""A catalogue that moves between the sandbox's shops and its Hogia: started, run, and looked at from both sides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.sandbox.prestashop.state import ShopState
from app.store import catalogue, marks
from mappers.catalogue.lanes import Lane, Origin
from mappers.catalogue.outcome import Outcome
from mappers.flows.articles import folded
from tests.world import OTHER_URL, World
from workers.tasks.catalogue_feed import poll_catalogue

FLOWS = ("prestashop_leads", "hogia_leads", "combo")
OTHER = {"key": "acme-no", "url": OTHER_URL, "orders": {"invoice_reference_prefix": "NO"}}


async def configure(bridge: World, flow: str, *, two: bool = False, **products: Any) -> None:
    """A connection of this flow, with the neighbour's shop too where `two`."""
    await bridge.configure(
        connection={"flow": flow},
        shop={"products": products},
        more_shops=[OTHER] if two else (),
    )


async def start(bridge: World, origin: str, *, shop: str = "acme-se", preview: bool = False) -> None:
    """What `orderbro catalogue start` does, and everything that follows."""
    lane = Origin(origin).lane(preview=preview)
    await catalogue.clear(bridge.store, shop, lane)
    now = await bridge.store.now_ms()
    await catalogue.begin(bridge.store, shop, lane, {"id": "run", "began_ms": str(now), "by": "test", "origin": origin})
    await marks.mark(bridge.store, [lane.entity(shop)], hint="start")
    await bridge.settle()


async def hogia_tells(bridge: World) -> None:
    """The feeds are read, and what changed is looked at."""
    assert bridge.configured is not None
    await poll_catalogue(bridge.resources, bridge.configured)
    await bridge.settle()


async def look_again(bridge: World, shop: str = "acme-se", lane: Lane = Lane.TO_SHOP) -> None:
    """Everything that is to be looked at some time is looked at now."""
    key = catalogue._key(shop, f"due-{lane}")
    items = [item.decode() for item in await bridge.store.redis.zrange(key, 0, -1)]
    await catalogue.note(bridge.store, shop, lane, items, why="its time has come")
    await bridge.settle()


async def outcome(bridge: World, number: str, *, shop: str = "acme-se", lane: Lane = Lane.TO_SHOP) -> Outcome:
    """What became of an article number."""
    for told in await catalogue.outcomes(bridge.store, shop, lane):
        if folded(told.outcome.number) == folded(number) or told.outcome.item == number:
            return told.outcome
    raise AssertionError(f"{number} has no outcome in {lane} of {shop}")


def article(bridge: World, number: str) -> dict[str, Any] | None:
    """The article as it stands in Hogia."""
    found: dict[str, Any] | None = bridge.hogia.organisation.articles.find("number", number)
    return found


def price_of(found: dict[str, Any]) -> Decimal:
    return Decimal(found["prices"][0]["price"])


def product_with(shop: ShopState, reference: str) -> dict[str, Any]:
    (found,) = shop.find("products", reference=reference)
    return dict(found)


def combination_with(shop: ShopState, reference: str) -> dict[str, Any]:
    (found,) = shop.find("combinations", reference=reference)
    return dict(found)


def replace_shop(bridge: World, **how: object) -> None:
    """The shop at its address is another installation: of this version, with these storefronts."""
    fresh = ShopState(**how)  # type: ignore[arg-type]
    bridge.shop.__dict__.clear()
    bridge.shop.__dict__.update(fresh.__dict__)
