"""Authorisations that end soon: filtered, counted, and put aside by a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.store import deadlines, marks
from app.store.redis import Store
from mappers.payments.deadline import Deadline
from mappers.payments.model import Provider
from tests.app.api.conftest import Client, Recorder, Runner


async def ends_in(store: Store, entity: str, days: float) -> None:
    expires_at = datetime.now(UTC) + timedelta(days=days, minutes=1)
    await deadlines.put(store, entity, Deadline(provider=Provider.NETS, expires_at=expires_at, certain=True))


async def test_deadlines_are_listed_nearest_first_and_counted_beyond_the_limit(viewer: Client, store: Store) -> None:
    for order, days in ((1, 9), (2, 4), (3, 1), (4, -2)):
        await ends_in(store, f"acme-se/order/{order}", days)

    five = (await viewer.get("/api/deadlines")).json()
    more = (await viewer.get("/api/deadlines", params={"within_days": 30, "limit": 1})).json()

    assert [(each["entity"], each["days_left"]) for each in five["deadlines"]] == [
        ("acme-se/order/4", -2),
        ("acme-se/order/3", 1),
        ("acme-se/order/2", 4),
    ]
    assert (five["count"], five["within_days"]) == (3, 5)
    assert ([each["entity"] for each in more["deadlines"]], more["count"]) == (["acme-se/order/4"], 4)


async def test_deadlines_of_one_shop_are_listed(viewer: Client, store: Store) -> None:
    await ends_in(store, "acme-se/order/1", 1)
    await ends_in(store, "acme-no/order/2", 1)

    found = (await viewer.get("/api/deadlines", params={"shop": "acme-no"})).json()

    assert ([each["entity"] for each in found["deadlines"]], found["count"]) == (["acme-no/order/2"], 1)


@pytest.mark.parametrize("query", [{"within_days": -1}, {"within_days": 401}, {"limit": 0}, {"within_days": "soon"}])
async def test_impossible_query_is_a_mistake(viewer: Client, query: dict[str, str]) -> None:
    assert (await viewer.get("/api/deadlines", params=query)).status_code == 400


async def test_what_is_put_aside_is_no_longer_warned_of(operator: Client, store: Store, record: Recorder, run: Runner) -> None:
    await record(1)
    await run("acme-se/order/1", outcome=marks.Outcome.PARK, status="failed", code="PAYMENT_EXPIRED", reason="too late")
    await ends_in(store, "acme-se/order/1", -1)

    await operator.post("/api/parked/acme-se/order/1/drop", json={"reason": "the customer paid otherwise"})

    assert (await operator.get("/api/deadlines")).json()["count"] == 0


async def test_health_without_deadlines_says_ok_and_metrics_show_zero(viewer: Client) -> None:
    health, metrics = (await viewer.get("/health")).json(), (await viewer.get("/metrics")).text

    assert health["authorisations"] == {"status": "ok", "expiring": 0, "nearest": None, "by_shop": {"acme-se": 0}}
    assert 'orderbro_authorisations_expiring{shop="acme-se"} 0' in metrics
