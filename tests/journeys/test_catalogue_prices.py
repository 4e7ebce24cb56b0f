"""Campaign prices from Hogia as specific prices of the shop: they begin and end by themselves, are changed and taken away again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest_asyncio

from app.sandbox.prestashop.offers import Buyer
from tests.journeys.goods import article, configure, hogia_tells, look_again, outcome, start
from tests.world import World

D = Decimal
PRODUCT = 1  # the tea pot


@pytest_asyncio.fixture
async def priced(bridge: World) -> World:
    """The tea pot costs 300 kronor excl. VAT in Hogia and in the shop."""
    await configure(bridge, "combo")
    await start(bridge, "prestashop")
    bridge.hogia.change_article("KANNA-25", prices=[{"price": D("300"), "currencyCode": "SEK"}])
    await hogia_tells(bridge)
    return bridge


def days(count: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=count)


def campaign(bridge: World, *, price: str = "240", starts: float = 1, ends: float = 3, **more: Any) -> dict[str, Any]:
    fields = {"kind": "Campaign", "price": D(price), "validFrom": days(starts).isoformat(), "validTo": days(ends).isoformat(), **more}
    return bridge.hogia.add_price("KANNA-25", **fields)


def specific_prices(bridge: World) -> list[dict[str, Any]]:
    return [dict(each) for each in bridge.shop.find("specific_prices", id_product=PRODUCT)]


def seen(bridge: World, at: datetime, reference: str = "KANNA-25", quantity: int = 1) -> Decimal:
    """What a customer of the shop pays at a moment, excl. VAT."""
    return bridge.shop.price_at(reference, at, buyer=Buyer(quantity=quantity)).excl


async def test_campaign_begins_and_ends_without_any_event(priced: World) -> None:
    campaign(priced)

    await hogia_tells(priced)

    assert [seen(priced, days(day)) for day in (0.5, 1.5, 3.5)] == [D("300"), D("240"), D("300")]


async def test_campaign_price_including_vat_is_the_price_without(priced: World) -> None:
    campaign(priced, price="250", isVatIncluded=True)

    await hogia_tells(priced)

    assert seen(priced, days(2)) == D("200")


async def test_changed_campaign_replaces_what_we_set(priced: World) -> None:
    made = campaign(priced)
    await hogia_tells(priced)
    (before,) = specific_prices(priced)

    change_price(priced, made, price=D("210"))
    await hogia_tells(priced)

    (after,) = specific_prices(priced)
    assert after["id"] == before["id"]
    assert seen(priced, days(2)) == D("210")


async def test_deleted_campaign_is_taken_away_and_the_merchants_own_stays(priced: World) -> None:
    own = priced.shop.add(
        "specific_prices",
        {
            "id_product": PRODUCT,
            "id_product_attribute": 0,
            "id_shop": 0,
            "id_group": 2,
            "price": "-1.000000",
            "from_quantity": 1,
            "reduction": "0.100000",
            "reduction_tax": 1,
            "reduction_type": "percentage",
            "from": "0000-00-00 00:00:00",
            "to": "0000-00-00 00:00:00",
        },
    )
    made = campaign(priced)
    await hogia_tells(priced)
    assert len(specific_prices(priced)) == 2
    assert "SPECIFIC_PRICE_OVERLAPS" in [notice.code for notice in (await outcome(priced, "KANNA-25")).notices]

    priced.hogia.organisation.prices.delete(made["id"])
    await hogia_tells(priced)

    assert [each["id"] for each in specific_prices(priced)] == [own]


async def test_ended_campaign_is_cleared_away(priced: World) -> None:
    campaign(priced)
    await hogia_tells(priced)

    await priced.wait(4 * 86_400)
    await look_again(priced)

    assert specific_prices(priced) == []


async def test_campaign_of_a_combination_is_its_own(priced: World) -> None:
    fields = {"kind": "Campaign", "price": D("400"), "validFrom": days(1).isoformat(), "validTo": days(3).isoformat()}
    priced.hogia.add_price("TROJA-M", **fields)

    await hogia_tells(priced)

    assert seen(priced, days(2), "TROJA-M") == D("400")
    assert seen(priced, days(2), "TROJA-S") == D("479.200000")


async def test_price_from_a_quantity_holds_from_that_quantity(priced: World) -> None:
    priced.hogia.add_price("KANNA-25", kind="Regular", price=D("250"), fromQuantity=D(10))

    await hogia_tells(priced)

    assert (seen(priced, days(0.1), quantity=9), seen(priced, days(0.1), quantity=10)) == (D("300"), D("250"))


async def test_ordinary_price_during_a_campaign_moves_the_reduction_with_it(priced: World) -> None:
    campaign(priced, starts=-1)
    await hogia_tells(priced)

    priced.hogia.change_article("KANNA-25", prices=[{"price": D("320"), "currencyCode": "SEK"}])
    await hogia_tells(priced)

    assert (seen(priced, days(1)), seen(priced, days(4))) == (D("240"), D("320"))


async def test_lost_memory_takes_its_own_prices_up_again(priced: World) -> None:
    campaign(priced)
    await hogia_tells(priced)
    await priced.wipe()

    await start(priced, "prestashop")
    await hogia_tells(priced)

    assert len(specific_prices(priced)) == 1
    assert seen(priced, days(2)) == D("240")


async def test_price_of_zero_is_not_put_into_the_shop(priced: World) -> None:
    priced.hogia.change_article("KANNA-25", prices=[{"price": D("0"), "currencyCode": "SEK"}])

    await hogia_tells(priced)

    assert seen(priced, days(0.1)) == D("300")
    assert "PRICE_ZERO" in [notice.code for notice in (await outcome(priced, "KANNA-25")).notices]


def change_price(bridge: World, made: dict[str, Any], **fields: Any) -> None:
    """The campaign changed by a person in Hogia."""
    found = bridge.hogia.organisation.prices.current(made["id"])
    assert found is not None
    bridge.hogia.organisation.prices.save({**found, **fields})
    assert article(bridge, "KANNA-25") is not None


async def test_vat_that_differs_between_the_sides_is_told(priced: World) -> None:
    priced.hogia.change_article("KANNA-25", salesAccounts=[{"number": 3002, "type": "NationalSales"}])

    await hogia_tells(priced)

    assert "VAT_DIFFERS" in [notice.code for notice in (await outcome(priced, "KANNA-25")).notices]
