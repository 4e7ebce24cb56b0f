"""What became of every product, combination and article: pages, a CSV file, one item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.operations import csv_file
from app.operations.catalogue import connection_of, shops_of
from app.operations.refusals import Missing
from app.operations.times import iso
from app.store import catalogue, connections
from app.store.catalogue import Told
from app.store.redis import Store
from mappers.catalogue.changes import ItemLink
from mappers.catalogue.lanes import Lane
from mappers.catalogue.outcome import Status, article_item, product_item
from mappers.flows.articles import folded

COLUMNS = ("item", "number", "status", "code", "reason", "notices", "at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which outcomes. `lane` None: that of the shop's newest run. `code` is an outcome's code or a notice's."""

    connection: str
    shop: str
    lane: Lane | None = None
    status: Status | None = None
    code: str = ""


async def find(store: Store, query: Query) -> tuple[Lane, list[Told]]:
    """Sorted by item, ids as numbers. Raises Missing CONNECTION_UNKNOWN, SHOP_UNKNOWN, CATALOGUE_RUN_UNKNOWN."""
    shops_of(await connection_of(store, query.connection), [query.shop])
    lane = query.lane or await _newest(store, query.shop)
    found = [told for told in await catalogue.outcomes(store, query.shop, lane) if _is_wanted(told, query)]
    return lane, sorted(found, key=lambda told: _place(told.outcome.item))


async def _newest(store: Store, shop: str) -> Lane:
    runs = {lane: await catalogue.run(store, shop, lane) for lane in Lane}
    began = {lane: int(run.get("began_ms") or 0) for lane, run in runs.items() if run}
    if not began:
        raise Missing(
            "CATALOGUE_RUN_UNKNOWN", f"there was no run in {shop}; begin one with: orderbro catalogue start. Or name the lane to report."
        )
    return max(began, key=lambda lane: began[lane])


def _is_wanted(told: Told, query: Query) -> bool:
    outcome = told.outcome
    if query.status is not None and outcome.status is not query.status:
        return False
    return not query.code or query.code in {outcome.code, *(notice.code for notice in outcome.notices)}


def _place(item: str) -> tuple[tuple[bool, int, str], ...]:
    return tuple((not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in item.split("/"))


def shown(told: Told) -> dict[str, Any]:
    outcome = told.outcome
    return {
        "item": outcome.item,
        "number": outcome.number,
        "status": outcome.status.value,
        "code": outcome.code,
        "reason": outcome.reason,
        "notices": [{"code": notice.code, "message": notice.message} for notice in outcome.notices],
        "at": iso(told.at_ms),
    }


async def report(store: Store, query: Query, *, cursor: str = "", limit: int = 500) -> dict[str, Any]:
    """A page of rows; `cursor` is the last item of the page before, and of this one "" where nothing follows. Raises as `find`."""
    lane, found = await find(store, query)
    rest = [told for told in found if not cursor or _place(told.outcome.item) > _place(cursor)]
    page = rest[:limit]
    return {
        "shop": query.shop,
        "lane": lane.value,
        "count": len(found),
        "rows": [shown(told) for told in page],
        "cursor": page[-1].outcome.item if len(rest) > limit else "",
    }


# The file ---------------------------------------------------------------------------------------------------------------------------


def csv_chunks(found: Sequence[Told], *, excel: bool) -> Iterator[bytes]:
    """The rows as a file (`app.operations.csv_file`)."""
    return csv_file.chunks(COLUMNS, (_cells(told) for told in found), excel=excel)


def _cells(told: Told) -> list[str]:
    row = shown(told)
    row["notices"] = " | ".join(f"{notice['code']}: {notice['message']}" for notice in row["notices"])
    return [str(row[name] or "") for name in COLUMNS]


# One item ---------------------------------------------------------------------------------------------------------------------------


async def show(store: Store, shop: str, wanted: str, *, connection: str = "") -> dict[str, Any]:
    """What became of one item in each lane, by its name (`product/17`, `product/17/3`, `article/ABC`) or its article number.

    `connection`: the shop must be its own; "" for any. Raises Missing CONNECTION_UNKNOWN, SHOP_UNKNOWN, CATALOGUE_ITEM_UNKNOWN.
    """
    if connection:
        shops_of(await connection_of(store, connection), [shop])
    elif all(shop != each.key for found in await connections.listed(store) for each in found.shops):
        raise Missing("SHOP_UNKNOWN", f"there is no shop {shop!r}; orderbro connections list shows them.")
    number = folded(wanted.removeprefix("article/"))
    found = await _named(store, shop, {wanted, article_item(number)})
    link = (await catalogue.links(store, shop, [number])).get(number)
    if not found and link is None:
        every = [(lane, told) for lane in Lane for told in await catalogue.outcomes(store, shop, lane)]
        found = [(lane, told) for lane, told in every if _is_of(told.outcome.item, told.outcome.number, wanted, number)]
    if not found and link is None:
        raise Missing(
            "CATALOGUE_ITEM_UNKNOWN",
            f"nothing is known of {wanted!r} in {shop}. Name product/17, product/17/3 (a combination), or an article number; it may also not "
            "have been looked at yet.",
        )
    numbers = {number} if link is not None else {folded(told.outcome.number) for _, told in found if told.outcome.number}
    linked = await catalogue.links(store, shop, sorted(numbers))
    names = {article_item(each) for each in numbers} | {_item(each) for each in linked.values() if each.product_id}
    known = {(lane, told.outcome.item) for lane, told in found}
    found += [(lane, told) for lane, told in await _named(store, shop, names) if (lane, told.outcome.item) not in known]
    return {
        "shop": shop,
        "outcomes": [{"lane": lane.value, **shown(told)} for lane, told in found],
        "links": [
            {
                "number": each,
                "item": _item(link) if link.product_id else "",
                "article_id": link.article_id,
                "written": dict(link.written),
                "specific_prices": sorted(link.owned),
            }
            for each, link in linked.items()
        ],
    }


async def _named(store: Store, shop: str, names: set[str]) -> list[tuple[Lane, Told]]:
    found = [(lane, await catalogue.outcome(store, shop, lane, name)) for lane in Lane for name in sorted(names)]
    return [(lane, told) for lane, told in found if told is not None]


def _item(link: ItemLink) -> str:
    return product_item(link.product_id, link.combination_id)


def _is_of(item: str, number: str, wanted: str, wanted_number: str) -> bool:
    """A combination of the product that was asked for, or an item with the number."""
    return item.startswith(f"{wanted}/") or (bool(number) and folded(number) == wanted_number)
