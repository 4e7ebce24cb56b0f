"""Authorisations that end soon and are not captured: for the API, the command, health and metrics."""

from __future__ import annotations

from typing import Any

from app.operations.times import iso
from app.store import connections, deadlines
from app.store.deadlines import Listed
from app.store.redis import Store

NEAR_DAYS = 5  # payments.md 11.1: time enough to deliver, to capture in the portal, or to lengthen it
DAY_MS = 86_400_000


def shown(entry: Listed, *, now_ms: int) -> dict[str, Any]:
    """A deadline for people. `days_left` is whole days, negative when it has ended; `certain`: the provider said so."""
    assert entry.expires_ms is not None, "what is not known is not listed"
    return {
        "entity": entry.entity,
        "shop": entry.shop,
        "provider": entry.provider,
        "expires_at": iso(entry.expires_ms),
        "days_left": (entry.expires_ms - now_ms) // DAY_MS,
        "certain": entry.certain,
    }


async def page(store: Store, *, within_days: int = NEAR_DAYS, shop: str = "", limit: int = 100) -> dict[str, Any]:
    """What ends within so many days or has ended, nearest first, with the number of all of them."""
    now = await store.now_ms()
    until = now + within_days * DAY_MS
    found = await deadlines.listed(store, until_ms=until, shop=shop, limit=limit)
    return {
        "deadlines": [shown(entry, now_ms=now) for entry in found],
        "count": await deadlines.count(store, until_ms=until, shop=shop),
        "within_days": within_days,
    }


async def expiring(store: Store, *, now_ms: int) -> dict[str, Any]:
    """The check `authorisations`: how many end within five days or have ended, by shop, and when the first does."""
    found = await deadlines.by_shop(store, until_ms=now_ms + NEAR_DAYS * DAY_MS)
    shops = sorted({shop.key for connection in await connections.listed(store) for shop in connection.shops} | set(found))
    return {
        "status": "warning" if found else "ok",
        "expiring": found.total(),
        "nearest": iso(await deadlines.next_ms(store)),
        "by_shop": {shop: found[shop] for shop in shops},
    }
