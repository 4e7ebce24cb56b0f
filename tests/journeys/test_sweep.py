"""Webhooks switched off entirely: what changed in the shop is found all the same, once, and by the same path."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.sandbox.prestashop.scenarios import BY_SLUG
from app.sandbox.prestashop.state import ShopState
from app.store import cache, connections, keys, ledger, marks
from app.store.ledger import EffectState
from app.store.marks import Claim, Outcome, Settlement
from mappers.connection import Shop
from tests.conftest import connection_file
from tests.world import SHOP_URL, World
from workers.tasks import sweep

LONG_AGO = "2026-01-02 03:04:05"


class ShopClock:
    """The shop's own clock."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def shop_of(bridge: World, key: str = "acme-se") -> Shop:
    assert bridge.configured is not None
    return bridge.configured.connection.shop(key)


async def swept(bridge: World, key: str = "acme-se") -> int:
    """One sweep of the shop; answers how many orders it marked."""
    assert bridge.configured is not None
    return await sweep.sweep_shop(bridge.resources, bridge.configured, shop_of(bridge, key))


async def generation(bridge: World, order: int, shop: str = "acme-se") -> int:
    found = await marks.state(bridge.store, f"{shop}/order/{order}")
    return found.generation if found else 0


def buy(bridge: World, slug: str = "plain", **more: Any) -> int:
    """An order that nobody tells us about."""
    return bridge.shop.place_cart(BY_SLUG[slug], **more)[0]


def last_touched(shop: ShopState, order: int, at: str) -> None:
    """As if the order itself had not been touched since."""
    shop.change("orders", order, date_add=at, date_upd=at)


@pytest.fixture
def clock(bridge: World) -> ShopClock:
    bridge.shop.clock = ShopClock(datetime.now(UTC))
    return bridge.shop.clock


async def test_new_orders_are_found_and_invoiced(bridge: World) -> None:
    await bridge.store.born()
    orders = [buy(bridge, slug) for slug in ("plain", "mixed-vat", "swish")]

    assert await swept(bridge) == 6  # each by its order and by its payment
    await bridge.settle()

    for order in orders:
        assert len(bridge.invoices_of(order)) == 1


async def test_state_change_is_found(bridge: World) -> None:
    order = buy(bridge, "unpaid-bank-wire")
    await swept(bridge)
    await bridge.settle()
    assert bridge.invoices_of(order) == []
    bridge.shop.set_state(order, 2)

    assert await swept(bridge) >= 1
    await bridge.settle()

    (invoice,) = bridge.invoices_of(order)
    assert invoice["left"] == Decimal(0)


def pay(shop: ShopState, order: int) -> None:
    shop.add_payment(order, Decimal("1.00"), method="Swish")


def refund(shop: ShopState, order: int) -> None:
    row = shop.find("order_details", id_order=order)[0]
    shop.add_slip(order, {int(row["id"]): 1})


@pytest.mark.parametrize(("happens", "resource"), [(pay, "order_payments"), (refund, "order_slip")])
async def test_what_leaves_the_orders_own_date_alone_is_found(
    bridge: World, happens: Callable[[ShopState, int], None], resource: str
) -> None:
    order = buy(bridge)
    await swept(bridge)
    await bridge.settle()
    before = await generation(bridge, order)
    happens(bridge.shop, order)
    last_touched(bridge.shop, order, LONG_AGO)

    await swept(bridge)

    assert await generation(bridge, order) == before + 1
    assert (await marks.story(bridge.store, bridge.key(order)))[-1]["text"] == f"{resource} changed in the shop"


async def test_what_the_overlap_shows_again_is_not_marked_again(bridge: World) -> None:
    order, other = buy(bridge), buy(bridge, "mixed-vat")
    await swept(bridge)
    before = await generation(bridge, order), await generation(bridge, other)

    bridge.shop.set_state(other, 4)
    found = await swept(bridge)

    assert (found, await generation(bridge, order), await generation(bridge, other)) == (1, before[0], before[1] + 1)
    assert await swept(bridge) == 0


async def test_change_within_the_same_second_is_found(bridge: World, clock: ShopClock) -> None:
    """A date in whole seconds cannot tell two changes of one second apart; the record can."""
    order = buy(bridge)
    await swept(bridge)
    before = await generation(bridge, order)
    bridge.shop.set_state(order, 4)

    await swept(bridge)

    assert clock.at == bridge.shop.clock()
    assert await generation(bridge, order) == before + 1


async def test_transaction_that_commits_late_is_found(bridge: World, clock: ShopClock) -> None:
    """Its date is from before the last sweep, which could not see it."""
    await swept(bridge)
    late = clock.at - timedelta(minutes=5)
    clock.at += timedelta(minutes=4)
    await swept(bridge)
    order = buy(bridge)
    last_touched(bridge.shop, order, late.astimezone(bridge.shop.zone).strftime("%Y-%m-%d %H:%M:%S"))
    for payment in bridge.shop.find("order_payments"):
        bridge.shop.change("order_payments", int(payment["id"]), date_add=LONG_AGO)

    await swept(bridge)

    assert await generation(bridge, order) == 1


async def test_order_of_the_hour_that_comes_twice_is_found(bridge: World, clock: ShopClock) -> None:
    """Swept at 02:55 summer time; bought twenty minutes later, at 02:15 standard time: an earlier time on the shop's clock."""
    clock.at = datetime(2026, 10, 25, 0, 55, tzinfo=UTC)
    await bridge.store.redis.set(keys.BORN, int(clock.at.timestamp() * 1000))
    await swept(bridge)
    clock.at = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    order = buy(bridge)
    assert bridge.shop.get("orders", order)["date_upd"] == "2026-10-25 02:15:00"

    await swept(bridge)

    assert await generation(bridge, order) == 2  # by its order and by its payment


async def test_first_sweep_begins_when_the_ledger_was_born(bridge: World) -> None:
    old, new = buy(bridge), buy(bridge, "mixed-vat")
    last_touched(bridge.shop, old, LONG_AGO)
    for payment in bridge.shop.find("order_payments", order_reference=bridge.shop.get("orders", old)["reference"]):
        bridge.shop.change("order_payments", int(payment["id"]), date_add=LONG_AGO)
    await bridge.store.born()

    await swept(bridge)

    assert (await generation(bridge, old), await generation(bridge, new)) == (0, 2)  # the new one: order and payment


async def test_first_sweep_begins_at_the_start_date_in_the_shops_time(bridge: World) -> None:
    await bridge.configure(start_date="2026-02-01")
    await bridge.store.born()
    before, after = buy(bridge), buy(bridge, "mixed-vat")
    last_touched(bridge.shop, before, "2026-01-31 23:30:00")
    last_touched(bridge.shop, after, "2026-02-01 00:00:01")
    for payment in bridge.shop.find("order_payments"):
        bridge.shop.change("order_payments", int(payment["id"]), date_add=LONG_AGO)

    await swept(bridge)

    assert (await generation(bridge, before), await generation(bridge, after)) == (0, 1)


async def test_order_that_was_swept_and_noticed_is_invoiced_once(bridge: World) -> None:
    order = buy(bridge)
    await swept(bridge)
    await bridge.notice(order)
    await bridge.settle()
    await swept(bridge)
    await bridge.settle()

    assert len(bridge.invoices_of(order)) == 1


# several shops


async def two_shops(bridge: World, *, other_url: str, id_shop: int = 2) -> None:
    """A second shop `acme-b2b` on the connection: another storefront, or an installation of its own."""
    document: Any = connection_file(shop_url=SHOP_URL, hogia_url="http://hogia.test")
    document["hogia"] |= {"requests_per_second": 1000}
    ours = document["shops"][0] | {"requests_per_second": 1000, "webservice_key": next(iter(bridge.shop.keys))}
    document["shops"] = [ours | {"key": "acme-b2b", "url": other_url, "id_shop": id_shop}, ours]
    bridge.configured = connections.read_document(document, {})
    await connections.save(bridge.store, bridge.resources.seal, bridge.configured)


async def test_shop_that_is_down_does_not_stop_the_others_and_is_stamped(bridge: World) -> None:
    await two_shops(bridge, other_url="http://127.0.0.1:1")
    await bridge.store.born()
    order = buy(bridge)

    await sweep.sweep_shops(bridge.resources)

    assert await generation(bridge, order) > 0
    down, up = await cache.sweep(bridge.store, "shop:acme-b2b"), await cache.sweep(bridge.store, "shop:acme-se")
    assert (down["ok"], down["code"] in {"UNREACHABLE", "DESTINATION_RESTING"}) == ("0", True)
    assert (up["ok"], up["code"], int(up["found"])) == ("1", "", 2)
    assert await cache.watermark(bridge.store, "shop:acme-b2b", "orders") == ""


async def test_fault_of_ours_over_one_shops_data_stops_no_other_and_is_stamped(bridge: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await two_shops(bridge, other_url=SHOP_URL)
    await bridge.store.born()
    order = buy(bridge)
    real = sweep.sweep_shop

    async def faulty(resources: Any, configured: Any, shop: Shop) -> int:
        if shop.key == "acme-b2b":
            raise ZeroDivisionError
        return await real(resources, configured, shop)

    monkeypatch.setattr(sweep, "sweep_shop", faulty)
    await sweep.sweep_shops(bridge.resources)

    assert await generation(bridge, order) > 0
    assert (await cache.sweep(bridge.store, "shop:acme-b2b"))["code"] == "INTERNAL_ERROR"


async def test_shop_is_swept_when_its_time_has_come(bridge: World) -> None:
    await sweep.sweep_shops(bridge.resources)
    order = buy(bridge)

    assert await sweep.sweep_shops(bridge.resources) == 0
    stamp = await cache.sweep(bridge.store, "shop:acme-se")
    await cache.swept(bridge.store, "shop:acme-se", fields={"at_ms": str(int(stamp["at_ms"]) - 11 * 60_000)})
    await sweep.sweep_shops(bridge.resources)

    assert await generation(bridge, order) > 0


@pytest.mark.parametrize("happens", [pay, refund])
async def test_what_happens_in_another_storefront_is_not_marked(bridge: World, happens: Callable[[ShopState, int], None]) -> None:
    bridge.shop.shops = (1, 2)
    bridge.shop.reset()
    await two_shops(bridge, other_url=SHOP_URL)
    ours, theirs = buy(bridge), buy(bridge, id_shop=2)
    for order in (ours, theirs):
        happens(bridge.shop, order)

    await swept(bridge, "acme-se")
    await swept(bridge, "acme-b2b")

    assert await generation(bridge, ours) > 0
    assert await generation(bridge, theirs) == 0
    assert await generation(bridge, theirs, "acme-b2b") > 0
    assert await generation(bridge, ours, "acme-b2b") == 0


# effects whose outcome is open


async def leave_open(bridge: World, order: int, state: EffectState, *, age_seconds: float = 121, park: bool = False) -> None:
    """A run that left its effect open and ended: its order was cancelled meanwhile, or a person has it."""
    entity = bridge.key(order)
    await marks.mark(bridge.store, [entity])
    claim = await marks.claim(bridge.store, entity, owner="w", lease_seconds=30)
    assert isinstance(claim, Claim)
    then = await bridge.store.now_ms() - int(age_seconds * 1000)
    await ledger.write(bridge.store, claim, f"invoice:{entity}", state, fields={"kind": "invoice"}, now_ms=then)
    outcome = Outcome.PARK if park else Outcome.DONE
    await marks.settle(bridge.store, claim, Settlement(outcome=outcome, status="failed" if park else "processed"))


@pytest.mark.parametrize("state", [EffectState.INTENT, EffectState.UNKNOWN])
async def test_effect_that_was_left_open_is_looked_at(bridge: World, state: EffectState) -> None:
    order = buy(bridge)
    await leave_open(bridge, order, state)

    assert await sweep.sweep_effects(bridge.resources) == 1
    await bridge.settle()

    assert len(bridge.invoices_of(order)) == 1
    effect = await bridge.effect(order)
    assert effect is not None
    assert effect.state is EffectState.CONFIRMED


async def test_effect_that_stays_open_is_not_looked_at_all_the_time(bridge: World) -> None:
    """An order that was cancelled behind a call without an answer: nothing closes its effect."""
    order = buy(bridge, "cancelled")
    await leave_open(bridge, order, EffectState.UNKNOWN)

    assert await sweep.sweep_effects(bridge.resources) == 1
    await bridge.settle()
    assert [await sweep.sweep_effects(bridge.resources) for _ in range(3)] == [0, 0, 0]


@pytest.mark.parametrize("state", [EffectState.CONFIRMED, EffectState.FAILED])
async def test_effect_that_is_closed_is_left_alone(bridge: World, state: EffectState) -> None:
    await leave_open(bridge, buy(bridge), state)

    assert await sweep.sweep_effects(bridge.resources) == 0


async def test_young_and_parked_effects_are_left_alone_and_hide_no_other(bridge: World) -> None:
    for number in range(120):
        await leave_open(bridge, 1000 + number, EffectState.UNKNOWN, age_seconds=500, park=True)
    young, old = buy(bridge), buy(bridge, "mixed-vat")
    await leave_open(bridge, young, EffectState.INTENT, age_seconds=5)
    await leave_open(bridge, old, EffectState.INTENT)
    before = await generation(bridge, old), await generation(bridge, young)

    assert await sweep.sweep_effects(bridge.resources) == 1
    assert (await generation(bridge, old), await generation(bridge, young)) == (before[0] + 1, before[1])
