"""The set of deadlines: by time, by shop, and what is not known yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.store import deadlines
from app.store.redis import Store
from mappers.payments.deadline import Deadline
from mappers.payments.model import Provider

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
DAY_MS = 86_400_000


def ending(days: float | None, *, certain: bool = False) -> Deadline:
    return Deadline(provider=Provider.KLARNA, expires_at=None if days is None else NOW + timedelta(days=days), certain=certain)


async def filled(store: Store) -> None:
    for entity, days in (("a/order/1", 9), ("a/order/2", 2), ("b/order/3", 4), ("a/order/4", -1), ("b/order/5", None)):
        await deadlines.put(store, entity, ending(days))


async def test_nearest_come_first_and_what_is_not_known_is_left_out(store: Store) -> None:
    await filled(store)

    found = await deadlines.listed(store, until_ms=NOW_MS + 30 * DAY_MS)

    assert [entry.entity for entry in found] == ["a/order/4", "a/order/2", "b/order/3", "a/order/1"]
    assert await deadlines.next_ms(store) == NOW_MS - DAY_MS


async def test_list_and_count_are_of_one_shop_and_until_then(store: Store) -> None:
    await filled(store)

    found = await deadlines.listed(store, until_ms=NOW_MS + 5 * DAY_MS, shop="a", limit=1)

    assert [entry.entity for entry in found] == ["a/order/4"]
    assert await deadlines.count(store, until_ms=NOW_MS + 5 * DAY_MS, shop="a") == 2
    assert await deadlines.count(store, until_ms=NOW_MS + 5 * DAY_MS) == 3
    assert await deadlines.by_shop(store, until_ms=NOW_MS + 5 * DAY_MS) == {"a": 2, "b": 1}


async def test_record_is_as_it_was_put_and_the_newest_counts(store: Store) -> None:
    await deadlines.put(store, "a/order/1", ending(9))

    await deadlines.put(store, "a/order/1", ending(2, certain=True))

    assert await deadlines.get(store, "a/order/1") == ending(2, certain=True)
    assert await deadlines.get(store, "a/order/2") is None


async def test_what_is_to_be_asked_for_is_what_nobody_has_said(store: Store) -> None:
    await filled(store)
    await deadlines.put(store, "b/order/6", ending(None, certain=True))

    assert await deadlines.unknown(store) == ["b/order/5"]


async def test_removed_is_gone_and_long_ended_is_forgotten(store: Store) -> None:
    await filled(store)

    removed = await deadlines.remove(store, ["a/order/2", "a/order/99"])
    forgotten = await deadlines.remove_before(store, before_ms=NOW_MS)

    assert (removed, forgotten) == (1, 1)
    assert await deadlines.get(store, "a/order/4") is None
    assert [entry.entity for entry in await deadlines.listed(store, until_ms=NOW_MS + 30 * DAY_MS)] == ["b/order/3", "a/order/1"]


async def test_nothing_known_is_nothing_next(store: Store) -> None:
    assert await deadlines.next_ms(store) is None
    await deadlines.put(store, "a/order/1", ending(None))
    assert await deadlines.next_ms(store) is None
    assert await deadlines.remove(store, []) == 0
