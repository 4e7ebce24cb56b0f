"""Kill -9 of the worker and of Redis during the initial synchronisation, both ways, while both sides drop answers after acting: everything once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import pytest

from app.sandbox.hogia.state import CLIENT_ID, CLIENT_SECRET, ORGANIZATION_ID
from app.sandbox.prestashop.state import DEFAULT_KEY
from app.store import catalogue, connections, marks
from app.store.redis import UNAVAILABLE, Store
from app.store.seal import Seal
from mappers.catalogue.lanes import Lane, Origin
from mappers.catalogue.outcome import Status
from tests.conftest import SECRET_KEY, connection_file
from tests.faults.rig import Child, Rig
from tests.faults.waiting import until

SHOP = "acme-se"


async def configure(store: Store, shop: Child, hogia: Child, *, flow: str) -> None:
    document: Any = connection_file(shop_url=f"http://127.0.0.1:{shop.port}", hogia_url=f"http://127.0.0.1:{hogia.port}")
    document["flow"] = flow
    document["hogia"] |= {"organization_id": ORGANIZATION_ID, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    document["hogia"] |= {"requests_per_second": 500, "read_delay_seconds": 1, "poll_seconds": 1}
    document["shops"][0] |= {"webservice_key": DEFAULT_KEY, "requests_per_second": 500, "products": {"create_active": True}}
    await connections.save(store, Seal(SECRET_KEY), connections.read_document(document, {}))
    await store.born()


async def start(store: Store, origin: Origin) -> Lane:
    lane = origin.lane(preview=False)
    await catalogue.begin(store, SHOP, lane, {"id": "run", "began_ms": str(await store.now_ms()), "by": "test", "origin": origin.value})
    await marks.mark(store, [lane.entity(SHOP)], hint="start")
    return lane


async def storm(rig: Rig, worker: Child, chance: random.Random, *, strikes: int) -> Counter[str]:
    struck: Counter[str] = Counter()
    for _ in range(strikes):
        await asyncio.sleep(chance.uniform(0.4, 1.2))  # random moments are the fault, nothing is synchronised by them
        if chance.random() < 0.3:
            rig.redis.kill()
            await asyncio.to_thread(rig.redis.start)
            struck["redis"] += 1
        else:
            worker.kill()
            worker.start()
            struck["worker"] += 1
    return struck


async def finish(store: Store, lane: Lane, *, seconds: float) -> None:
    """The run has ended, and nothing is due any more."""

    async def is_done() -> bool:
        try:
            run = await catalogue.run(store, SHOP, lane)
            left, next_ms = await catalogue.waiting(store, SHOP, lane)
        except UNAVAILABLE:
            return False
        return bool(run.get("ended_ms")) and left == 0 and next_ms == 0

    try:
        await until(is_done, "the run has ended", seconds=seconds, every=0.2)
    except AssertionError as error:
        told = [each.outcome for each in await catalogue.outcomes(store, SHOP, lane) if each.outcome.status is Status.WAITING]
        story = [entry["text"] for entry in (await marks.story(store, lane.entity(SHOP)))[-10:]]
        mark = await marks.state(store, lane.entity(SHOP))
        raise AssertionError(f"{error}; {await catalogue.run(store, SHOP, lane)}; {mark}; {told[:5]}; {story}") from None


async def to_hogia(*, products: int, strikes: int, seed: int) -> None:
    async with Rig(state_change_seconds=3) as rig:
        store = rig.store()
        shop, hogia = await asyncio.gather(rig.shop(), rig.hogia())
        await rig.call(shop, "POST", "/_control/products", {"count": products, "combinations": 2, "prefix": "MASS"})
        await configure(store, shop, hogia, flow="prestashop_leads")
        await rig.switch(hogia, drop_response_every=7)
        worker = rig.worker()

        lane = await start(store, Origin.PRESTASHOP)
        struck = await storm(rig, worker, random.Random(seed), strikes=strikes)
        await finish(store, lane, seconds=120)

        numbers = Counter(each["number"] for each in await rig.call(hogia, "GET", "/_articles"))
        assert [number for number, count in numbers.items() if count > 1] == []
        assert len([number for number in numbers if number.startswith("MASS")]) == products * 2, struck


async def to_shop(*, articles: int, strikes: int, seed: int) -> None:
    async with Rig(state_change_seconds=3) as rig:
        store = rig.store()
        shop, hogia = await asyncio.gather(rig.shop(), rig.hogia())
        for number in range(articles):
            await rig.call(hogia, "POST", "/_control/add_article", {"number": f"NY-{number}", "price": "100", "stock": "5"})
        await configure(store, shop, hogia, flow="hogia_leads")
        await rig.call(shop, "POST", "/_faults", {"kind": "drop_after_commit", "rate": 0.2, "path": "products", "method": "POST"})
        worker = rig.worker()

        lane = await start(store, Origin.HOGIA)
        await storm(rig, worker, random.Random(seed), strikes=strikes)
        await finish(store, lane, seconds=150)

        address = f"http://127.0.0.1:{shop.port}/api/products"
        asked = {"output_format": "JSON", "display": "[id,reference]"}
        found = (await rig.http.get(address, params=asked, auth=(DEFAULT_KEY, ""))).json()["products"]
        made = Counter(str(each["reference"]) for each in found)
        assert [reference for reference, count in made.items() if count > 1 and reference.startswith("NY-")] == []
        assert len([reference for reference in made if reference.startswith("NY-")]) == articles
        seen = [await rig.call(shop, "GET", f"/_control/product?reference=NY-{number}") for number in range(articles)]
        assert {each["quantity"] for each in seen} == {5}


async def test_synchronisation_to_hogia_that_is_killed_goes_on_without_duplicates() -> None:
    await to_hogia(products=120, strikes=4, seed=1)


async def test_synchronisation_to_the_shop_that_is_killed_goes_on_without_duplicates() -> None:
    await to_shop(articles=40, strikes=4, seed=2)


@pytest.mark.faults
async def test_thousand_products_to_hogia_under_many_kills() -> None:
    await to_hogia(products=1000, strikes=30, seed=3)


@pytest.mark.faults
async def test_three_hundred_articles_to_the_shop_under_many_kills() -> None:
    await to_shop(articles=300, strikes=30, seed=4)
