"""Products, prices and stock in the three flows, end to end on the sandbox, with two shops."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mappers.catalogue.lanes import Lane
from mappers.catalogue.outcome import Status
from tests.journeys.goods import (
    FLOWS,
    article,
    combination_with,
    configure,
    hogia_tells,
    outcome,
    price_of,
    product_with,
    start,
)
from tests.world import World

D = Decimal


# shop → Hogia


@pytest.mark.parametrize("flow", ["prestashop_leads", "combo"])
async def test_every_product_becomes_an_article_and_each_combination_its_own(bridge: World, flow: str) -> None:
    await configure(bridge, flow)

    await start(bridge, "prestashop")

    pot, small = article(bridge, "KANNA-25"), article(bridge, "TROJA-S")
    assert pot is not None
    assert small is not None
    assert (pot["name"], price_of(pot), pot["ean"], pot["weightGrams"]) == ("Tekanna i gjutjärn", D("319.20"), "7350000000017", 400)
    assert [(a["number"], a["type"]) for a in pot["salesAccounts"]] == [(3001, "NationalSales")]
    assert small["name"] == "Stickad tröja (Storlek: S, Färg: Röd)"
    assert article(bridge, "TROJA") is None
    assert (await outcome(bridge, "KANNA-25", lane=Lane.TO_HOGIA)).status is Status.CREATED


async def test_a_second_run_changes_nothing(bridge: World) -> None:
    await configure(bridge, "prestashop_leads")
    await start(bridge, "prestashop")
    await hogia_tells(bridge)
    writes = len([entry for entry in bridge.hogia.log if entry["method"] in {"POST", "PATCH"} and "articles" in entry["path"]])

    await start(bridge, "prestashop")

    again = len([entry for entry in bridge.hogia.log if entry["method"] in {"POST", "PATCH"} and "articles" in entry["path"]])
    assert again == writes
    assert (await outcome(bridge, "KANNA-25", lane=Lane.TO_HOGIA)).status is Status.UNCHANGED


async def test_preview_changes_nothing_and_tells_the_same(bridge: World) -> None:
    await configure(bridge, "prestashop_leads")

    await start(bridge, "prestashop", preview=True)

    assert len(bridge.hogia.organisation.articles) == 0
    assert (await outcome(bridge, "KANNA-25", lane=Lane.PREVIEW_TO_HOGIA)).status is Status.CREATED


async def test_deleted_product_makes_its_article_inactive(bridge: World) -> None:
    await configure(bridge, "prestashop_leads")
    await start(bridge, "prestashop")
    del bridge.shop.tables["products"][10]

    await bridge.product_notice(10, kind="product.deleted")
    await bridge.settle()

    spoon = article(bridge, "SKED-25")
    assert spoon is not None
    assert spoon["isActive"] is False


@pytest.mark.parametrize(("flow", "price"), [("prestashop_leads", D("400.00")), ("combo", D("319.20"))])
async def test_price_follows_the_product_only_where_the_shop_leads_it(bridge: World, flow: str, price: Decimal) -> None:
    await configure(bridge, flow)
    await start(bridge, "prestashop")
    await hogia_tells(bridge)
    bridge.shop.edit("products", 1, price="400.000000", name="Tekanna, stor")

    await bridge.product_notice(1)
    await bridge.settle()

    pot = article(bridge, "KANNA-25")
    assert pot is not None
    assert pot["name"] == "Tekanna, stor"
    assert price_of(pot) == price


# Hogia → shop


async def test_webshop_article_becomes_a_product_in_every_language(bridge: World) -> None:
    await configure(bridge, "hogia_leads")
    bridge.hogia.add_article("VANTAR", name="Vantar i ull", price=D("200"), stock=D("7"), ean="7350000000024", weightGrams=120)
    bridge.hogia.add_article("INTERN", name="Arbetstid", price=D("500"), isWebshopArticle=False)

    await start(bridge, "hogia")

    made = product_with(bridge.shop, "VANTAR")
    assert [each["value"] for each in made["name"]] == ["Vantar i ull", "Vantar i ull"]
    assert (str(made["price"]), str(made["active"]), str(made["id_tax_rules_group"]), str(made["state"])) == ("200.000000", "0", "1", "1")
    assert bridge.shop.quantity_of("VANTAR") == 7
    assert bridge.shop.find("products", reference="INTERN") == []
    assert (await outcome(bridge, "INTERN")).code == "NOT_FOR_THE_SHOP"


@pytest.mark.parametrize("flow", ["hogia_leads", "combo"])
async def test_price_and_stock_reach_the_product_and_the_combination(bridge: World, flow: str) -> None:
    await configure(bridge, flow)
    await start(bridge, "prestashop")
    for number, price, pieces in (("KANNA-25", D("300"), D("9")), ("TROJA-M", D("500"), D("4"))):
        bridge.hogia.change_article(number, prices=[{"price": price, "currencyCode": "SEK"}], isStockArticle=True, isWebshopArticle=True)
        bridge.hogia.change_stock(number, on_hand=pieces)

    await hogia_tells(bridge)

    assert str(product_with(bridge.shop, "KANNA-25")["price"]) == "300.000000"
    assert str(combination_with(bridge.shop, "TROJA-M")["price"]) == "20.800000"  # the product costs 479.20
    assert (bridge.shop.quantity_of("KANNA-25"), bridge.shop.quantity_of("TROJA-M"), bridge.shop.quantity_of("TROJA-S")) == (9, 4, 500)


async def test_flow_where_the_shop_leads_moves_nothing_back(bridge: World) -> None:
    await configure(bridge, "prestashop_leads")
    await start(bridge, "prestashop")
    bridge.hogia.change_article("KANNA-25", prices=[{"price": D("1"), "currencyCode": "SEK"}], isStockArticle=True)
    bridge.hogia.change_stock("KANNA-25", on_hand=D("1"))

    await hogia_tells(bridge)

    assert str(product_with(bridge.shop, "KANNA-25")["price"]) == "319.200000"
    assert bridge.shop.quantity_of("KANNA-25") == 500


@pytest.mark.parametrize("flow", FLOWS)
async def test_nothing_moves_before_it_is_started(bridge: World, flow: str) -> None:
    await configure(bridge, flow)
    bridge.hogia.add_article("VANTAR", name="Vantar i ull", price=D("200"), stock=D("7"))

    await bridge.product_notice(1)
    await hogia_tells(bridge)

    assert article(bridge, "KANNA-25") is None
    assert bridge.shop.find("products", reference="VANTAR") == []


# two shops on one connection


async def test_two_shops_sell_from_one_stock_and_the_first_leads_the_article(bridge: World) -> None:
    await configure(bridge, "combo", two=True)
    bridge.other.edit("products", 1, name="En annan kanna")
    await start(bridge, "prestashop")
    await start(bridge, "prestashop", shop="acme-no")
    bridge.hogia.change_article("KANNA-25", isStockArticle=True)
    bridge.hogia.change_stock("KANNA-25", on_hand=D("6"))

    await hogia_tells(bridge)

    pot = article(bridge, "KANNA-25")
    assert pot is not None
    assert pot["name"] == "Tekanna i gjutjärn"
    assert (bridge.shop.quantity_of("KANNA-25"), bridge.other.quantity_of("KANNA-25")) == (6, 6)
    assert (await outcome(bridge, "KANNA-25", shop="acme-no", lane=Lane.TO_HOGIA)).code == "LED_BY_OTHER_SHOP"
