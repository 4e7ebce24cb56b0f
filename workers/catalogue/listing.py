"""The initial synchronisation: listing everything that is to be looked at, page by page, and its end. Looking is the lane's own work."""

from __future__ import annotations

from app.store import catalogue, feeds
from mappers.catalogue.lanes import Lane
from mappers.catalogue.leads import Leader, leads
from mappers.catalogue.policy import FieldGroup
from workers.catalogue.place import Place
from workers.register_prices import balances, prices

PAGE = 500


async def list_run(place: Place, lane: Lane, run: dict[str, str]) -> None:
    """Make every product, or every article, due. The place that was reached is kept with each page: a killed run goes on there."""
    store, shop = place.store, place.shop
    if lane.goes_to_hogia:
        after, total = int(run.get("cursor") or 0), int(run.get("total") or 0)
        while ids := await place.side.product_ids(after=after, limit=PAGE):
            await catalogue.note(store, shop.key, lane, [str(ident) for ident in ids], why="initial synchronisation")
            after, total = ids[-1], total + len(ids)
            if not await catalogue.write_run(store, shop.key, lane, run["id"], {"cursor": str(after), "total": str(total)}):
                return
    else:
        await refresh_all(place)
        numbers = await place.articles.numbers()
        await catalogue.note(store, shop.key, lane, numbers, why="initial synchronisation")
        await catalogue.write_run(store, shop.key, lane, run["id"], {"total": str(len(numbers))})
    await catalogue.write_run(store, shop.key, lane, run["id"], {"listed_ms": str(await store.now_ms())})


async def refresh_all(place: Place) -> None:
    """Articles, prices and balances, to the end of their feeds."""
    await place.articles.refresh(place.hogia)
    await prices(place.store, place.connection.key).refresh(place.hogia)
    await balances(place.store, place.connection.key).refresh(place.hogia)


async def end_run(place: Place, lane: Lane, run_id: str, *, now_ms: int) -> None:
    """The run is over. Where Hogia leads prices or stock, what was just linked gets them now: noted first, so that a kill leaves none out."""
    store, shop = place.store, place.shop.key
    led = leads(place.connection, place.shop)
    if lane is Lane.TO_HOGIA and any(led[group].leader is Leader.HOGIA for group in (FieldGroup.PRICE, FieldGroup.STOCK)):
        numbers = await catalogue.linked_numbers(store, shop)
        await catalogue.note(store, shop, Lane.TO_SHOP, numbers, why="linked by the initial synchronisation")
    if await catalogue.write_run(store, shop, lane, run_id, {"ended_ms": str(now_ms)}) and not lane.is_preview:
        await feeds.ask(store, place.connection.key)  # Hogia is asked to notify, and what changed meanwhile is heard
