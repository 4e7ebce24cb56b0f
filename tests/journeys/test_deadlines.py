"""Money that is reserved and not captured: until when it can be, told before it is too late, lengthened where the merchant says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from app.auth import Role
from app.state import State
from app.store import cache, deadlines, ledger, marks
from mappers.payments.deadline import Deadline
from tests.app.api.conftest import Client, client_as
from tests.journeys.later import CASES, IDS, KLARNA, SHIPPED, Case, bought, capture, hogia_says, reference_of
from tests.world import World
from workers.tasks.deadlines import LOCK, sweep_deadlines

SVEA, NETS = CASES[1], CASES[2]
every_provider = pytest.mark.parametrize("case", CASES, ids=IDS)
DAY = timedelta(days=1)


@pytest_asyncio.fixture
async def api(bridge: World) -> AsyncIterator[Client]:
    held = bridge.resources
    state = State(settings=held.settings, store=held.store, seal=held.seal, directory=held.directory)
    async with client_as(state, Role.VIEWER) as client:
        yield client


async def paid(bridge: World, case: Case, *, days_ago: int = 0, **authorised: Any) -> tuple[int, str]:
    """An order that was paid so many days ago, invoiced and not delivered."""
    order, payment = await bought(bridge, case, **authorised)
    record = bridge.shop.get("orders", order)
    (row,) = bridge.shop.find("order_payments", order_reference=record["reference"])
    then = bridge.resources.now() - timedelta(days=days_ago)
    bridge.shop.change("order_payments", row["id"], date_add=then.strftime("%Y-%m-%d %H:%M:%S"))
    await bridge.settle()
    return order, payment


async def listed(api: Client, within_days: int = 5) -> dict[str, dict[str, Any]]:
    answer = await api.get("/api/deadlines", params={"within_days": within_days})
    assert answer.status_code == 200, answer.text
    return {each["entity"]: each for each in answer.json()["deadlines"]}


async def known(bridge: World, order: int) -> Deadline | None:
    return await deadlines.get(bridge.store, bridge.key(order))


async def a_day_passes(bridge: World) -> None:
    """The timer comes by again, on another day."""
    for entity in [e.entity for e in await deadlines.listed(bridge.store, until_ms=2**53)]:
        await cache.forget(bridge.store, LOCK, entity)
    await sweep_deadlines(bridge.resources)
    await bridge.settle()


def extended(bridge: World) -> list[Any]:
    return [entry for entry in bridge.klarna.log if entry["path"].endswith("/extend-authorization-time")]


async def test_new_order_is_listed_by_its_providers_terms(bridge: World, api: Client) -> None:
    await bridge.configure(shop=capture(KLARNA))

    order, _ = await paid(bridge, KLARNA)

    found = (await listed(api, within_days=40))[bridge.key(order)]
    assert (found["provider"], found["certain"], found["shop"]) == ("klarna", False, "acme-se")
    assert found["days_left"] in {27, 28}
    assert await listed(api) == {}


async def test_svea_is_asked_once_because_only_it_knows(bridge: World, api: Client) -> None:
    await bridge.configure(shop=capture(SVEA))

    order, _ = await paid(bridge, SVEA, days=4)
    asked = bridge.calls()["call|svea:acme-se|GET"]
    await hogia_says(bridge, order)

    assert (await listed(api))[bridge.key(order)]["certain"] is True
    assert asked == 1
    assert bridge.calls()["call|svea:acme-se|GET"] == 1


@every_provider
async def test_captured_order_is_listed_no_more(bridge: World, case: Case) -> None:
    await bridge.configure(shop={**capture(case), "order_status": [SHIPPED]})
    order, _ = await paid(bridge, case)
    assert await known(bridge, order) is not None

    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)

    assert await known(bridge, order) is None


async def test_cancelled_order_is_listed_no_more(bridge: World) -> None:
    await bridge.configure(shop=capture(KLARNA), cancel_states=[6])
    order, _ = await paid(bridge, KLARNA)
    assert await known(bridge, order) is not None

    bridge.shop.set_state(order, 6)
    await bridge.notice(order, sender_id="cancelled")
    await bridge.settle()

    assert await known(bridge, order) is None


@pytest.mark.parametrize("strategy", ["none", "already_captured"])
async def test_what_is_not_captured_from_here_has_no_deadline(bridge: World, strategy: str) -> None:
    await bridge.configure(shop=capture(KLARNA, strategy=strategy))

    order, _ = await paid(bridge, KLARNA)

    assert await known(bridge, order) is None


async def test_near_deadline_is_in_health_metrics_and_api(bridge: World, api: Client) -> None:
    await bridge.configure(shop=capture(KLARNA))
    order, _ = await paid(bridge, KLARNA, days_ago=25)
    await paid(bridge, KLARNA)
    await cache.beat(bridge.store, "w", fields={"pid": "1"}, seconds=60)

    health, metrics = await api.get("/health"), await api.get("/metrics")

    assert list(await listed(api)) == [bridge.key(order)]
    assert (health.status_code, health.json()["status"]) == (200, "warning")
    check = health.json()["authorisations"]
    assert (check["status"], check["expiring"], check["by_shop"]) == ("warning", 1, {"acme-se": 1})
    assert check["nearest"] == (await listed(api))[bridge.key(order)]["expires_at"]
    assert "AUTHORISATIONS_EXPIRING" in [reason["code"] for reason in health.json()["reasons"]]
    assert 'orderbro_authorisations_expiring{shop="acme-se"} 1' in metrics.text
    assert (await api.get("/health/ready")).status_code == 200


async def test_timer_asks_the_provider_whose_word_counts(bridge: World, api: Client) -> None:
    await bridge.configure(shop=capture(KLARNA))
    order, payment = await paid(bridge, KLARNA, days_ago=25, days=90)
    assert bridge.key(order) in await listed(api)

    await a_day_passes(bridge)

    assert await listed(api) == {}
    asked = await known(bridge, order)
    assert asked is not None
    assert asked.certain
    assert abs(asked.expires_at - bridge.klarna.order(payment).expires_at) < timedelta(seconds=1)
    await hogia_says(bridge, order)
    assert await known(bridge, order) == asked


async def test_timer_marks_an_order_once_a_day(bridge: World) -> None:
    await bridge.configure(shop=capture(KLARNA))
    await paid(bridge, KLARNA, days_ago=25, days=3)

    marked = [await sweep_deadlines(bridge.resources), await sweep_deadlines(bridge.resources)]
    await bridge.settle()
    marked.append(await sweep_deadlines(bridge.resources))

    assert marked == [1, 0, 0]


async def test_timer_leaves_a_parked_order_to_its_person(bridge: World) -> None:
    await bridge.configure(shop=capture(KLARNA))
    order, _ = await paid(bridge, KLARNA, days_ago=25, days=3)
    await marks.mark(bridge.store, [bridge.key(order)])
    claim = await marks.claim(bridge.store, bridge.key(order), owner="test", lease_seconds=30)
    assert isinstance(claim, marks.Claim)
    await marks.settle(bridge.store, claim, marks.Settlement(outcome=marks.Outcome.PARK, status="failed", code="BY_HAND", reason="look"))

    await a_day_passes(bridge)

    assert (await bridge.parked(order)).code == "BY_HAND"


async def test_authorisation_is_lengthened_where_the_rule_says_so(bridge: World, api: Client) -> None:
    await bridge.configure(shop=capture(KLARNA, extend=True))
    order, payment = await paid(bridge, KLARNA, days_ago=25, days=3)
    before = bridge.klarna.order(payment).expires_at

    await a_day_passes(bridge)
    await a_day_passes(bridge)

    after = bridge.klarna.order(payment).expires_at
    assert after > before + 20 * DAY
    assert len(extended(bridge)) == 1
    assert await known(bridge, order) == Deadline(provider=KLARNA.provider, expires_at=after, certain=True)
    assert await listed(api) == {}


async def test_lengthened_authorisation_is_captured_when_delivered(bridge: World) -> None:
    await bridge.configure(shop={**capture(KLARNA, extend=True), "order_status": [SHIPPED]})
    order, payment = await paid(bridge, KLARNA, days_ago=25, days=3)
    await a_day_passes(bridge)
    await bridge.wait(10 * 86_400)

    bridge.hogia.deliver(reference_of(order))
    await hogia_says(bridge, order)

    assert bridge.klarna.order(payment).captured == bridge.klarna.order(payment).order_amount
    assert await known(bridge, order) is None


async def test_nothing_is_lengthened_without_the_rule(bridge: World, api: Client) -> None:
    await bridge.configure(shop=capture(KLARNA))
    order, _ = await paid(bridge, KLARNA, days_ago=25, days=3)

    await a_day_passes(bridge)

    assert extended(bridge) == []
    assert (await listed(api))[bridge.key(order)]["certain"] is True


async def test_card_at_nets_is_never_lengthened(bridge: World, api: Client) -> None:
    await bridge.configure(shop=capture(NETS, extend=True))
    order, payment = await paid(bridge, NETS, days_ago=27)
    bridge.nets.found(payment).created -= 27 * DAY

    await a_day_passes(bridge)

    found = (await listed(api))[bridge.key(order)]
    assert (found["certain"], found["days_left"]) == (True, 2)
    assert (await bridge.mark(order)).parked is False


async def test_method_at_nets_without_a_known_end_is_not_warned_of(bridge: World, api: Client) -> None:
    await bridge.configure(shop=capture(NETS))
    order, _ = await paid(bridge, NETS, days_ago=27, payment_type="INVOICE", method="Invoice")
    assert bridge.key(order) in await listed(api)

    await a_day_passes(bridge)
    await hogia_says(bridge, order)

    assert await listed(api) == {}
    assert await known(bridge, order) == Deadline(provider=NETS.provider, expires_at=None, certain=True)


async def test_refused_lengthening_parks_nothing_and_is_asked_for_again_the_next_day(bridge: World, api: Client) -> None:
    await bridge.configure(shop=capture(KLARNA, extend=True))
    order, payment = await paid(bridge, KLARNA, days_ago=25, days=3)
    bridge.klarna.switches.extendable = False

    await a_day_passes(bridge)
    refused, parked = len(extended(bridge)), (await bridge.mark(order)).parked
    assert bridge.key(order) in await listed(api)
    bridge.klarna.switches.extendable = True
    await bridge.wait(86_400)
    await a_day_passes(bridge)

    assert (refused, parked) == (1, False)
    assert len({entry["key"] for entry in extended(bridge)}) == 2
    assert bridge.klarna.order(payment).expires_at > bridge.resources.now() + 20 * DAY


async def test_lengthening_that_lost_its_answer_is_read_and_not_repeated(bridge: World) -> None:
    await bridge.configure(shop=capture(KLARNA, extend=True))
    order, payment = await paid(bridge, KLARNA, days_ago=25, days=3)
    bridge.klarna.switches.drop_response_after_commit = 1

    await a_day_passes(bridge)
    await bridge.wait(120)
    await bridge.settle()

    assert len(extended(bridge)) == 1
    effects = [e for e in await ledger.of_entity(bridge.store, bridge.key(order)) if e.key.startswith("extend:")]
    assert [effect.state for effect in effects] == ["confirmed"]
    found = await known(bridge, order)
    assert found is not None
    assert found.expires_at == bridge.klarna.order(payment).expires_at


@pytest.mark.parametrize("trouble", ["http_500", "unauthorized"])
async def test_provider_in_trouble_leaves_the_estimate_and_holds_nothing_up(bridge: World, api: Client, trouble: str) -> None:
    await bridge.configure(shop=capture(KLARNA, extend=True))
    order, _ = await paid(bridge, KLARNA, days_ago=25, days=3)
    setattr(bridge.klarna.switches, trouble, 50)

    await a_day_passes(bridge)

    assert (await listed(api))[bridge.key(order)]["certain"] is False
    mark = await bridge.mark(order)
    assert (mark.parked, mark.generation == mark.settled) == (False, True)


async def test_expired_authorisation_stays_listed_for_its_person(bridge: World, api: Client) -> None:
    await bridge.configure(shop=capture(KLARNA, extend=True))
    order, payment = await paid(bridge, KLARNA, days_ago=25, days=3)
    bridge.klarna.expire(payment)

    await a_day_passes(bridge)

    found = (await listed(api))[bridge.key(order)]
    assert (found["certain"], found["days_left"]) == (True, -1)
    assert extended(bridge) == []


async def test_order_that_parks_is_listed_all_the_same(bridge: World) -> None:
    await bridge.configure(shop={**capture(KLARNA), "order_status": [{"hogia": "invoiced", "state": 999}]})

    order, _ = await paid(bridge, KLARNA)

    assert (await bridge.parked(order)).family == "misconfigured"
    assert await known(bridge, order) is not None
