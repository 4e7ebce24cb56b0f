"""What stands on the invoice's rows: freight, fee, wrapping, discounts and their texts, each setting left out, and set."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.sandbox.prestashop.scenarios import BY_SLUG, DANE, DANE_PLACE
from tests.journeys.settings.proofs import proves
from tests.journeys.settings.selling import TEAPOT, accounts, article_numbers, line, lines, one, replace, sold, texts
from tests.world import World

GIFT = BY_SLUG["gift-wrapping"]
FREE_FREIGHT = BY_SLUG["free-freight"]
DISCOUNTED = one("discounted", "10 % on a teapot", TEAPOT, vouchers=("TIO",))
FEE = BY_SLUG["fee-in-totals"]
FEE_RULE = {"payments": {"klarnapayment": {"fee": {}}}}
LONG = BY_SLUG["long-names"]
PICKED_UP = one("picked-up", "A Dane fetches it in the shop", TEAPOT, person=DANE, place=DANE_PLACE, carrier=1)


async def helped(bridge: World, *more: str) -> None:
    """Hogia has the three helper articles, and these."""
    bridge.hogia.add_helper_articles()
    for number in more:
        bridge.hogia.add_article(number, account=3520, type="Service")


@proves("OrderPolicy.freight_article", "OrderPolicy.freight_articles")
@pytest.mark.parametrize(
    ("orders", "number"),
    [
        ({}, "fraktavg"),
        ({"freight_article": "FRAKT-2"}, "FRAKT-2"),
        ({"freight_articles": {"2": "FRAKT-2"}}, "FRAKT-2"),
        ({"freight_articles": {"3": "FRAKT-2"}}, "fraktavg"),
        ({"freight_article": ""}, None),
    ],
    ids=["fraktavg_by_default", "another", "by_carrier", "another_carriers", "none"],
)
async def test_freight_is_a_row_of_its_article(bridge: World, orders: dict[str, Any], number: str | None) -> None:
    await helped(bridge, "FRAKT-2")

    invoice = await sold(bridge, **orders)

    assert article_numbers(invoice) == [None, number]
    assert (line(invoice, "Frakt")["netAmount"], invoice["grossAmount"]) == (Decimal("39.20"), Decimal("448.00"))


@proves("OrderPolicy.fee_article")
@pytest.mark.parametrize(("orders", "number"), [({}, "expavg"), ({"fee_article": "AVG"}, "AVG")])
async def test_fee_is_a_row_of_its_article(bridge: World, orders: dict[str, Any], number: str) -> None:
    await helped(bridge)
    bridge.hogia.add_article("AVG", account=3540, type="Service")

    invoice = await sold(bridge, FEE, **FEE_RULE, **orders)

    assert line(invoice, "Expeditionsavgift")["articleNumber"] == number
    assert invoice["grossAmount"] == Decimal("477.00")


@proves("OrderPolicy.discount_article")
@pytest.mark.parametrize(("orders", "number"), [({}, "rabatt"), ({"discount_article": "RAB"}, "RAB"), ({"discount_article": ""}, None)])
async def test_discount_is_a_row_of_its_article(bridge: World, orders: dict[str, Any], number: str | None) -> None:
    await helped(bridge, "RAB")

    assert line(await sold(bridge, DISCOUNTED, **orders), "Rabatt")["articleNumber"] == number


@proves("OrderPolicy.wrapping_article")
@pytest.mark.parametrize(("orders", "number"), [({}, None), ({"wrapping_article": "PAPPER"}, "PAPPER")])
async def test_wrapping_is_a_row_of_its_article_where_there_is_one(bridge: World, orders: dict[str, Any], number: str | None) -> None:
    await helped(bridge, "PAPPER")

    invoice = await sold(bridge, GIFT, **orders)

    assert line(invoice, "Presentinslagning")["articleNumber"] == number
    assert accounts(invoice)["Presentinslagning"] == 3520


@proves("OrderPolicy.freight_text", "OrderPolicy.wrapping_text", "OrderPolicy.discount_text")
async def test_texts_of_freight_wrapping_and_discount_are_the_usual_ones(bridge: World) -> None:
    invoice = await sold(bridge, replace(DISCOUNTED, gift_wrapping=True))

    assert [each["name"] for each in lines(invoice)] == ["Tekanna i gjutjärn", "Frakt", "Presentinslagning", "Rabatt"]


@proves("OrderPolicy.freight_text", "OrderPolicy.wrapping_text", "OrderPolicy.discount_text")
async def test_texts_of_freight_wrapping_and_discount_are_those_that_are_set(bridge: World) -> None:
    words = {"freight_text": "Porto", "wrapping_text": "Papper", "discount_text": "Avdrag"}

    invoice = await sold(bridge, replace(DISCOUNTED, gift_wrapping=True), **words)

    assert [each["name"] for each in lines(invoice)] == ["Tekanna i gjutjärn", "Porto", "Papper", "Avdrag"]


@proves("OrderPolicy.row_text", "RowText.SHOP", "RowText.HOGIA")
@pytest.mark.parametrize(
    ("orders", "name"),
    [({}, "Tekanna i gjutjärn"), ({"row_text": "shop"}, "Tekanna i gjutjärn"), ({"row_text": "hogia"}, "Kanna, svart")],
)
@pytest.mark.parametrize(("account", "linked"), [({}, True), ({"accounts": {"sweden": {"goods": {"25": 3004}}}}, False)])
async def test_row_bears_the_shops_name_of_the_article_or_hogias(
    bridge: World, *, orders: dict[str, Any], name: str, account: dict[str, Any], linked: bool
) -> None:
    """As an article line and, where the account's VAT is another, as a temporary line."""
    bridge.hogia.add_article("KANNA-25", name="Kanna, svart")

    invoice = await sold(bridge, **orders, **account)

    assert (lines(invoice)[0]["name"], lines(invoice)[0]["articleNumber"]) == (name, "KANNA-25" if linked else None)
    assert invoice["grossAmount"] == Decimal("448.00")


@proves("RowText.HOGIA")
async def test_row_of_an_article_that_hogia_lacks_bears_the_shops_name(bridge: World) -> None:
    assert lines(await sold(bridge, row_text="hogia"))[0]["name"] == "Tekanna i gjutjärn"


@proves("OrderPolicy.row_text_length")
@pytest.mark.parametrize(("orders", "length"), [({}, 200), ({"row_text_length": 30}, 30)])
async def test_row_text_is_cut_at_its_length(bridge: World, orders: dict[str, Any], length: int) -> None:
    name = bridge.shop.get("products", 16)["name"]
    whole = name if isinstance(name, str) else name[0]["value"]

    assert lines(await sold(bridge, LONG, **orders))[0]["name"] == whole[:length].rstrip()


@proves("OrderPolicy.unit")
@pytest.mark.parametrize(("orders", "unit"), [({}, "st"), ({"unit": "pcs"}, "pcs")])
async def test_unit_stands_on_temporary_lines(bridge: World, orders: dict[str, Any], unit: str) -> None:
    assert {each["unitType"] for each in lines(await sold(bridge, **orders))} == {unit}


@proves("OrderPolicy.free_freight", "FreeFreight.ROWS", "FreeFreight.NET")
@pytest.mark.parametrize(
    ("orders", "names"),
    [
        ({}, ["Tekanna i gjutjärn", "Frakt", "Rabatt"]),
        ({"free_freight": "rows"}, ["Tekanna i gjutjärn", "Frakt", "Rabatt"]),
        ({"free_freight": "net"}, ["Tekanna i gjutjärn"]),
    ],
)
async def test_freight_given_away_is_two_rows_or_none(bridge: World, orders: dict[str, Any], names: list[str]) -> None:
    invoice = await sold(bridge, FREE_FREIGHT, **orders)

    assert [each["name"] for each in lines(invoice)] == names
    assert (invoice["grossAmount"], invoice["vatAmount"]) == (Decimal("399.00"), Decimal("79.80"))


@proves("OrderPolicy.voucher_text_rows")
@pytest.mark.parametrize(("orders", "rows"), [({}, []), ({"voucher_text_rows": True}, ["10 % på allt"])])
async def test_vouchers_names_are_text_rows_where_that_is_set(bridge: World, orders: dict[str, Any], rows: list[str]) -> None:
    assert texts(await sold(bridge, DISCOUNTED, **orders)) == rows


@proves("OrderPolicy.pickup_carriers")
@pytest.mark.parametrize(("orders", "account"), [({}, 3106), ({"pickup_carriers": [1]}, 3001), ({"pickup_carriers": [2]}, 3106)])
async def test_goods_that_are_picked_up_are_sold_in_the_shops_country(bridge: World, orders: dict[str, Any], account: int) -> None:
    assert lines(await sold(bridge, PICKED_UP, **orders))[0]["salesAccountNumber"] == account
