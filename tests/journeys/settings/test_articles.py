"""Articles that Hogia has, has in other words, has inactive, or lacks: which lines the invoice has, and that its sums never change."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.sandbox.prestashop.scenario import Item
from app.sandbox.prestashop.scenarios import BY_SLUG, DANE, DANE_PLACE, MIXED, NORWEGIAN, NORWEGIAN_PLACE
from app.store import events, marks
from tests.journeys.settings.proofs import proves
from tests.journeys.settings.selling import (
    PLAIN,
    TEA,
    TEAPOT,
    again,
    article_numbers,
    buy,
    line,
    lines,
    one,
    sold,
    stored,
    total,
    vat_booked,
)
from tests.world import World

DISCOUNTED = one("mixed", "10 % on three rates", *MIXED, vouchers=("TIO",))
NORWAY = one("norway", "A teapot to Norway", TEAPOT, person=NORWEGIAN, place=NORWEGIAN_PLACE)
DENMARK = one("denmark", "An e-book to Denmark", Item(reference="E-BOK"), person=DANE, place=DANE_PLACE, currency="DKK", carrier=0)
DANISH_TEAPOT = one("danish-teapot", "A teapot to Denmark", TEAPOT, person=DANE, place=DANE_PLACE)
CARD = BY_SLUG["mixed-vat"]
ARTICLES = {"KANNA-25": 3001, "TE-12": 3002, "BOK-6": 3003}


def article(bridge: World, number: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = bridge.hogia.organisation.articles.find("number", number)
    return found


@proves("OrderPolicy.missing_article", "MissingArticle.TEMPORARY_LINE")
@pytest.mark.parametrize("helpers", [False, True], ids=["without_helper_articles", "with_helper_articles"])
@pytest.mark.parametrize("known", [False, True], ids=["articles_missing", "articles_there"])
@pytest.mark.parametrize("rule", ["temporary_line", "create"])
async def test_sums_are_the_same_whatever_hogia_has(bridge: World, *, helpers: bool, known: bool, rule: str) -> None:
    if helpers:
        bridge.hogia.add_helper_articles()
    for number, account in ARTICLES.items() if known else ():
        bridge.hogia.add_article(number, account=account)

    invoice = await sold(bridge, DISCOUNTED, missing_article=rule)

    assert invoice["grossAmount"] == total(bridge, 1)
    assert vat_booked(bridge, invoice) == {2611: Decimal("81.62"), 2621: Decimal("13.31"), 2631: Decimal("12.68")}


@proves("OrderPolicy.missing_article", "MissingArticle.TEMPORARY_LINE")
@pytest.mark.parametrize("orders", [{}, {"missing_article": "temporary_line"}], ids=["by_default", "set"])
async def test_missing_articles_rows_are_temporary_lines(bridge: World, orders: dict[str, Any]) -> None:
    invoice = await sold(bridge, **orders)

    assert article_numbers(invoice) == [None, None]
    assert len(bridge.hogia.organisation.articles) == 0
    assert invoice["grossAmount"] == Decimal("448.00")


@proves("MissingArticle.CREATE")
async def test_missing_article_is_created_and_used(bridge: World) -> None:
    invoice = await sold(bridge, missing_article="create")

    made, freight = article(bridge, "KANNA-25"), article(bridge, "fraktavg")
    assert made is not None
    assert freight is not None
    assert article_numbers(invoice) == ["KANNA-25", "fraktavg"]
    assert (made["name"], made["type"], made["salesAccounts"]) == (
        "Tekanna i gjutjärn",
        "Goods",
        [{"number": 3001, "type": "NationalSales"}],
    )
    assert (freight["type"], freight["salesAccounts"][0]["number"]) == ("Service", 3520)


@proves("MissingArticle.CREATE")
async def test_article_is_created_once_for_two_orders(bridge: World) -> None:
    await bridge.configure(missing_article="create")
    orders = [bridge.shop.place_order(PLAIN), bridge.shop.place_order(PLAIN)]
    for order in orders:
        await bridge.notice(order)

    await bridge.settle()

    assert [article_numbers(stored(bridge, order)) for order in orders] == [["KANNA-25", "fraktavg"]] * 2
    assert len(bridge.hogia.organisation.articles) == 2


@proves("MissingArticle.CREATE")
async def test_first_sale_abroad_does_not_create_an_article_with_a_foreign_account(bridge: World) -> None:
    """Nothing in an order to Norway tells the article's Swedish rate: it is a temporary line, and the first sale at home makes it."""
    await bridge.configure(missing_article="create")
    abroad = await buy(bridge, NORWAY)
    before = article(bridge, "KANNA-25")

    home = await buy(bridge)

    made = article(bridge, "KANNA-25")
    assert before is None
    assert article_numbers(stored(bridge, abroad))[0] is None
    assert made is not None
    assert made["salesAccounts"] == [{"number": 3001, "type": "NationalSales"}]
    assert article_numbers(stored(bridge, home))[0] == "KANNA-25"


@proves("MissingArticle.CREATE")
async def test_sale_abroad_at_the_swedish_rate_creates_the_article_with_its_swedish_account(bridge: World) -> None:
    await bridge.configure(missing_article="create")

    order = await buy(bridge, DANISH_TEAPOT)

    made = article(bridge, "KANNA-25")
    assert made is not None
    assert made["salesAccounts"] == [{"number": 3001, "type": "NationalSales"}]
    assert lines(stored(bridge, order))[0]["salesAccountNumber"] == 3106


@proves("MissingArticle.CREATE")
async def test_reference_too_long_for_hogia_is_a_temporary_line(bridge: World) -> None:
    await bridge.configure(missing_article="create")
    order = bridge.shop.place_order(PLAIN)
    bridge.shop.change("order_details", int(bridge.shop.find("order_details", id_order=order)[0]["id"]), product_reference="X" * 41)

    await again(bridge, order)

    assert article_numbers(stored(bridge, order)) == [None, "fraktavg"]


@proves("MissingArticle.PARK")
async def test_missing_article_parks_the_order_and_names_the_articles(bridge: World) -> None:
    await bridge.configure(missing_article="park")

    order = await buy(bridge)

    found, _ = await events.search(bridge.store, {"entity": bridge.key(order)})
    assert (found[0].status, found[0].code) == ("failed", "ARTICLE_MISSING")
    assert "KANNA-25, fraktavg" in found[0].reason
    assert bridge.invoices() == []


@proves("MissingArticle.PARK")
async def test_order_that_was_parked_for_an_article_goes_as_soon_as_it_is_there(bridge: World) -> None:
    await bridge.configure(missing_article="park")
    order = await buy(bridge)

    bridge.hogia.add_article("KANNA-25")
    bridge.hogia.add_helper_articles()
    await released(bridge, order)

    assert article_numbers(stored(bridge, order)) == ["KANNA-25", "fraktavg"]


async def released(bridge: World, order: int) -> None:
    """What an operator does with a parked order."""
    await marks.release(bridge.store, bridge.key(order), why="the article is there")
    await bridge.settle()


@proves("OrderPolicy.missing_article")
@pytest.mark.parametrize("rule", ["temporary_line", "create"])
async def test_article_in_other_case_is_the_article_in_hogias_spelling(bridge: World, rule: str) -> None:
    bridge.hogia.add_article("Kanna-25")

    assert article_numbers(await sold(bridge, missing_article=rule))[0] == "Kanna-25"


@proves("OrderPolicy.missing_article")
@pytest.mark.parametrize("rule", ["temporary_line", "create"])
async def test_inactive_article_is_a_temporary_line(bridge: World, rule: str) -> None:
    bridge.hogia.add_article("KANNA-25", isActive=False)

    invoice = await sold(bridge, missing_article=rule)

    assert article_numbers(invoice)[0] is None
    assert invoice["grossAmount"] == Decimal("448.00")


@proves("MissingArticle.PARK")
async def test_inactive_article_parks_the_order_where_that_is_the_rule(bridge: World) -> None:
    bridge.hogia.add_helper_articles()
    bridge.hogia.add_article("KANNA-25", isActive=False)
    await bridge.configure(missing_article="park")

    assert await bridge.outcome(await buy(bridge)) == ("failed", "ARTICLE_MISSING")


@proves("OrderPolicy.missing_article")
async def test_article_that_became_inactive_since_it_was_indexed_is_a_temporary_line(bridge: World) -> None:
    bridge.hogia.add_article("KANNA-25")
    bridge.hogia.add_helper_articles()
    await bridge.configure()
    first = await buy(bridge)
    bridge.hogia.change_article("KANNA-25", isActive=False)

    second = await buy(bridge)

    assert [article_numbers(stored(bridge, order))[0] for order in (first, second)] == ["KANNA-25", None]
    assert await bridge.outcome(second) == ("processed", "")


@proves("MissingArticle.CREATE")
async def test_article_that_was_created_and_deleted_is_created_again(bridge: World) -> None:
    await bridge.configure(missing_article="create")
    await buy(bridge)
    bridge.hogia.organisation.articles.delete((article(bridge, "KANNA-25") or {})["id"])

    order = await buy(bridge)

    assert await bridge.outcome(order) == ("processed", "")
    assert article_numbers(stored(bridge, order)) == ["KANNA-25", "fraktavg"]
    assert article(bridge, "KANNA-25") is not None


@proves("MissingArticle.CREATE")
async def test_article_that_was_created_and_made_inactive_is_a_temporary_line(bridge: World) -> None:
    await bridge.configure(missing_article="create")
    await buy(bridge)
    bridge.hogia.change_article("KANNA-25", isActive=False)

    order = await buy(bridge)

    assert await bridge.outcome(order) == ("processed", "")
    assert article_numbers(stored(bridge, order)) == [None, "fraktavg"]


@proves("OrderPolicy.missing_article")
async def test_article_with_a_new_number_is_found_by_that_number_only(bridge: World) -> None:
    bridge.hogia.add_article("KANNA-25")
    await bridge.configure()
    await buy(bridge)
    bridge.hogia.organisation.articles.save({**(article(bridge, "KANNA-25") or {}), "number": "KANNA-99"})

    order = await buy(bridge)

    assert article_numbers(stored(bridge, order))[0] is None
    assert await bridge.outcome(order) == ("processed", "")


@proves("OrderPolicy.missing_article")
async def test_article_whose_accounts_vat_is_not_the_rows_is_a_temporary_line_with_the_rows_vat(bridge: World) -> None:
    bridge.hogia.add_article("TE-12", account=3001)

    invoice = await sold(bridge, one("tea", "Tea", TEA), accounts={"sweden": {"goods": {"12": 3001}}})

    tea = line(invoice, "Grönt te, 100 g")
    assert (tea["articleNumber"], tea["vat"]["percent"], tea["salesAccountNumber"]) == (None, Decimal("0.12"), 3001)
    assert vat_booked(bridge, invoice).keys() == {2611, 2621}


@proves("Accounts.oss_vat", "OrderPolicy.oss_registered")
async def test_danish_vat_of_an_article_is_never_booked_as_swedish(bridge: World) -> None:
    """Both countries charge 25 %, and account 3106 has that rate in Hogia: an article line would book the VAT on 2611."""
    bridge.hogia.add_article("E-BOK", account=3106)

    invoice = await sold(bridge, DENMARK, oss_registered=True)

    assert article_numbers(invoice) == [None]
    assert vat_booked(bridge, invoice).keys() == {2670}


@proves("OrderPolicy.row_without_reference")
@pytest.mark.parametrize("orders", [{}, {"row_without_reference": "temporary_line"}], ids=["by_default", "set"])
@pytest.mark.parametrize("rule", ["temporary_line", "create", "park"])
async def test_row_without_a_reference_is_a_temporary_line(bridge: World, orders: dict[str, Any], rule: str) -> None:
    bridge.hogia.add_helper_articles()
    await bridge.configure(missing_article=rule, **orders)
    order = bridge.shop.place_order(PLAIN)
    bridge.shop.change("order_details", int(bridge.shop.find("order_details", id_order=order)[0]["id"]), product_reference="")

    await again(bridge, order)

    assert article_numbers(stored(bridge, order)) == [None, "fraktavg"]


@proves("OrderPolicy.row_without_reference")
async def test_row_without_a_reference_parks_the_order_where_that_is_the_rule(bridge: World) -> None:
    await bridge.configure(row_without_reference="park")
    order = bridge.shop.place_order(PLAIN)
    bridge.shop.change("order_details", int(bridge.shop.find("order_details", id_order=order)[0]["id"]), product_reference=" ")

    await again(bridge, order)

    assert await bridge.outcome(order) == ("failed", "ROW_WITHOUT_REFERENCE")
