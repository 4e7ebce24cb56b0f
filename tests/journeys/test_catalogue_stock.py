"""Stock from Hogia to the shops: absolute, and never selling a piece twice that was sold and is not in Hogia yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import pytest_asyncio

from app.sandbox.prestashop.scenario import Item
from app.sandbox.prestashop.scenarios import BY_SLUG
from app.store import catalogue, pending
from mappers.catalogue.lanes import Lane
from tests.journeys.goods import configure, hogia_tells, look_again, outcome, start
from tests.world import World

D = Decimal
UNPAID = "unpaid-bank-wire"


@pytest_asyncio.fixture
async def stocked(bridge: World) -> World:
    """Hogia has 10 tea pots, and the shop shows them."""
    bridge.hogia.organisation.modules = (*bridge.hogia.organisation.modules, "CashRegister")
    await configure(bridge, "combo")
    await start(bridge, "prestashop")
    bridge.hogia.change_stock("KANNA-25", on_hand=D("10"))
    await hogia_tells(bridge)
    assert bridge.shop.quantity_of("KANNA-25") == 10
    return bridge


def buy(bridge: World, slug: str = "plain", pieces: int = 2) -> int:
    """An order of so many tea pots."""
    scenario = replace(BY_SLUG[slug], items=(Item(reference="KANNA-25", quantity=pieces),))
    return bridge.shop.place_cart(scenario)[0]


async def test_sale_in_the_till_reaches_the_shop(stocked: World) -> None:
    stocked.hogia.sell_in_till("KANNA-25", D("3"))

    await hogia_tells(stocked)

    assert stocked.shop.quantity_of("KANNA-25") == 7


async def test_unpaid_order_is_subtracted_from_what_the_till_leaves(stocked: World) -> None:
    order = buy(stocked, UNPAID)
    await stocked.notice(order)
    await stocked.settle()

    stocked.hogia.sell_in_till("KANNA-25", D("3"))
    await hogia_tells(stocked)

    assert stocked.shop.quantity_of("KANNA-25") == 5


async def test_order_whose_notice_is_still_on_its_way_is_subtracted_too(stocked: World) -> None:
    buy(stocked, UNPAID)
    stocked.hogia.sell_in_till("KANNA-25", D("3"))

    await hogia_tells(stocked)

    assert stocked.shop.quantity_of("KANNA-25") == 5


async def test_invoiced_order_is_subtracted_once(stocked: World) -> None:
    order = buy(stocked)
    await stocked.notice(order)
    await stocked.settle()
    assert stocked.invoices_of(order)

    stocked.hogia.sell_in_till("KANNA-25", D("3"))
    await hogia_tells(stocked)

    assert stocked.shop.quantity_of("KANNA-25") == 5


async def test_invoiced_order_is_forgotten_once_hogias_stock_shows_it(stocked: World) -> None:
    order = buy(stocked)
    await stocked.notice(order)
    await stocked.settle()

    await hogia_tells(stocked)
    await look_again(stocked)

    assert await pending.get(stocked.store, "acme", stocked.key(order)) is None
    assert stocked.shop.quantity_of("KANNA-25") == 8


async def test_invoice_that_hogias_stock_does_not_show_yet_is_still_subtracted(stocked: World) -> None:
    """The balance is older than the invoice: the feed was not read since."""
    order = buy(stocked)
    await stocked.notice(order)
    await stocked.settle()

    await catalogue.note(stocked.store, "acme-se", Lane.TO_SHOP, ["kanna-25"], why="test")
    await stocked.settle()

    assert stocked.shop.quantity_of("KANNA-25") == 8


async def test_cancelled_order_gives_its_pieces_back(stocked: World) -> None:
    order = buy(stocked, UNPAID)
    await stocked.notice(order)
    await stocked.settle()
    stocked.shop.set_state(order, 6)

    await stocked.notice(order, sender_id="cancelled")
    await stocked.settle()
    await look_again(stocked)

    assert stocked.shop.quantity_of("KANNA-25") == 10
    assert await pending.get(stocked.store, "acme", stocked.key(order)) is None


async def test_sale_in_one_shop_lowers_the_other(bridge: World) -> None:
    await configure(bridge, "combo", two=True)
    await start(bridge, "prestashop")
    await start(bridge, "prestashop", shop="acme-no")
    bridge.hogia.change_stock("KANNA-25", on_hand=D("10"))
    await hogia_tells(bridge)

    order = buy(bridge, UNPAID)
    await bridge.notice(order)
    await bridge.settle()

    assert (bridge.shop.quantity_of("KANNA-25"), bridge.other.quantity_of("KANNA-25")) == (8, 8)


async def test_quantity_changed_by_hand_in_the_shop_is_put_right(stocked: World) -> None:
    stocked.shop.set_quantity("KANNA-25", 99)
    (row,) = [r for r in stocked.shop.find("stock_availables", id_product=1) if str(r["id_product_attribute"]) == "0"]

    await stocked.stock_notice(int(row["id"]))
    await stocked.settle()

    assert stocked.shop.quantity_of("KANNA-25") == 10


async def test_more_sold_than_there_is_shows_none_and_says_so(stocked: World) -> None:
    stocked.hogia.change_stock("KANNA-25", on_hand=D("-4"))

    await hogia_tells(stocked)

    assert stocked.shop.quantity_of("KANNA-25") == 0
    assert [notice.code for notice in (await outcome(stocked, "KANNA-25")).notices] == ["STOCK_NEGATIVE"]


async def test_stock_that_nobody_counted_is_left_to_the_shop(bridge: World) -> None:
    await configure(bridge, "combo")

    await start(bridge, "prestashop")
    await hogia_tells(bridge)

    assert bridge.shop.quantity_of("KANNA-25") == 500
    assert "STOCK_NOT_COUNTED" in [notice.code for notice in (await outcome(bridge, "KANNA-25")).notices]


@pytest.mark.parametrize(("rule", "kept"), [("deny", 0), ("allow", 1), ("shop_default", 2)])
async def test_what_happens_when_it_is_sold_out_follows_the_rule(bridge: World, rule: str, kept: int) -> None:
    await configure(bridge, "combo", out_of_stock=rule)
    await start(bridge, "prestashop")
    bridge.hogia.change_stock("KANNA-25", on_hand=D("0"))
    bridge.hogia.change_stock("KANNA-25", on_hand=D("1"))

    await hogia_tells(bridge)

    (row,) = [r for r in bridge.shop.find("stock_availables", id_product=1) if str(r["id_product_attribute"]) == "0"]
    assert int(row["out_of_stock"]) == kept


async def test_thousand_changes_are_one_write_each(bridge: World) -> None:
    await configure(bridge, "combo")
    bridge.shop.add_products(200, prefix="SKRUV")
    await start(bridge, "prestashop")
    for number in [each["reference"] for each in bridge.shop.tables["products"].values() if str(each["reference"]).startswith("SKRUV-")]:
        bridge.hogia.change_stock(str(number), on_hand=D("5"))
    before = bridge.calls()

    await hogia_tells(bridge)

    calls = bridge.calls()
    writes = calls["call|shop:acme-se|PATCH"] - before["call|shop:acme-se|PATCH"]
    reads = calls["call|shop:acme-se|GET"] - before["call|shop:acme-se|GET"]
    assert 195 <= writes <= 205
    assert reads < 60


async def test_orders_from_before_the_start_date_are_not_subtracted(bridge: World) -> None:
    """They are not ours to invoice: Hogia's stock knows of them."""
    buy(bridge, UNPAID)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    await bridge.configure(connection={"flow": "combo"}, start_date=tomorrow.isoformat())
    await start(bridge, "prestashop")
    bridge.hogia.change_stock("KANNA-25", on_hand=D("10"))

    await hogia_tells(bridge)

    assert bridge.shop.quantity_of("KANNA-25") == 10
