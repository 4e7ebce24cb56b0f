"""Accounts by region and rate, OSS, and the texts that the law wants: each setting left out, and set."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.sandbox.prestashop.scenario import Item, Scenario
from app.sandbox.prestashop.scenarios import BY_SLUG, DANE, DANE_PLACE, FINN, FINN_PLACE, GERMAN, GERMAN_PLACE, NORWEGIAN, NORWEGIAN_PLACE
from app.sandbox.prestashop.scenarios import MIXED as ITEMS
from tests.journeys.settings.proofs import proves
from tests.journeys.settings.selling import MIXED, PLAIN, TEAPOT, accounts, buy, line, one, replace, sold, stored, texts, vat_booked
from tests.world import World

EBOOK = Item(reference="E-BOK")
FEE = BY_SLUG["fee-in-totals"]
FEE_RULE = {"payments": {"klarnapayment": {"fee": {}}}}
SWEDISH_EBOOK = one("e-book", "An e-book at home", EBOOK, carrier=0)
DANISH = one("danish", "A teapot to Denmark", TEAPOT, person=DANE, place=DANE_PLACE)
DANISH_EBOOK = one("danish-e-book", "An e-book to Denmark", EBOOK, person=DANE, place=DANE_PLACE, carrier=0)
FINNISH_EBOOK = one("finnish-e-book", "An e-book to Finland", EBOOK, person=FINN, place=FINN_PLACE, carrier=0)
GERMAN_GOODS = one("german", "Goods to a German company", TEAPOT, person=GERMAN, place=GERMAN_PLACE, vat_exempt=True)
GERMAN_EBOOK = one("german-e-book", "An e-book to a German company", EBOOK, person=GERMAN, place=GERMAN_PLACE, vat_exempt=True, carrier=0)
NORWEGIAN_GOODS = one("norwegian", "Goods to Norway", TEAPOT, person=NORWEGIAN, place=NORWEGIAN_PLACE)
NORWEGIAN_EBOOK = one("norwegian-e-book", "An e-book to Norway", EBOOK, person=NORWEGIAN, place=NORWEGIAN_PLACE, carrier=0)
TEAPOT_NAME, FREIGHT, FEE_NAME, EBOOK_NAME = "Tekanna i gjutjärn", "Frakt", "Expeditionsavgift", "Teskolan, e-bok"
MINE = range(3901, 3910)  # accounts that only these tests' settings name


@pytest.fixture(autouse=True)
def _chart(bridge: World) -> None:
    """The merchant's own accounts are in Hogia's chart, with 25 % so that article lines could be tempted."""
    for year in bridge.hogia.organisation.years:
        for number in MINE:
            bridge.hogia.organisation.add_account(year, number, name=f"Eget konto {number}", vat_code=10)
        for number in (2612, 2671):
            bridge.hogia.organisation.add_account(year, number, name=f"Eget konto {number}")


@proves("OrderPolicy.accounts", "Accounts.sweden", "RegionAccounts.goods", "RegionAccounts.freight")
async def test_accounts_at_home_are_those_of_bas(bridge: World) -> None:
    assert accounts(await sold(bridge, MIXED)) == {
        TEAPOT_NAME: 3001,
        "Grönt te, 100 g": 3002,
        "Boken om te": 3003,
        "Presentkort 500 kr": 3004,
        FREIGHT: 3520,
    }


@proves("OrderPolicy.accounts", "Accounts.sweden", "RegionAccounts.goods", "RegionAccounts.freight")
async def test_account_of_one_rate_changes_that_rate_only(bridge: World) -> None:
    invoice = await sold(bridge, MIXED, accounts={"sweden": {"goods": {"25": 3901}}})

    assert accounts(invoice) == {
        TEAPOT_NAME: 3901,
        "Grönt te, 100 g": 3002,
        "Boken om te": 3003,
        "Presentkort 500 kr": 3004,
        FREIGHT: 3520,
    }
    assert vat_booked(bridge, invoice).keys() == {2611, 2621, 2631}


REGIONS: list[tuple[str, dict[str, Any], Scenario, dict[str, Any], str, int]] = [
    ("sweden.freight", {}, PLAIN, {"freight": 3902}, FREIGHT, 3520),
    ("sweden.fee", FEE_RULE, FEE, {"fee": 3902}, FEE_NAME, 3540),
    ("sweden.services", {}, SWEDISH_EBOOK, {"services": {"25": 3902}}, EBOOK_NAME, 3001),
    ("eu_consumer.goods", {}, DANISH, {"goods": {"25": 3902}}, TEAPOT_NAME, 3106),
    ("eu_consumer.freight", {}, DANISH, {"freight": 3902}, FREIGHT, 3521),
    ("eu_consumer.fee", FEE_RULE, replace(DANISH, fee_incl=Decimal(29)), {"fee": 3902}, FEE_NAME, 3541),
    ("eu_business.goods", {}, GERMAN_GOODS, {"goods": {"0": 3902}}, TEAPOT_NAME, 3108),
    ("eu_business.freight", {}, GERMAN_GOODS, {"freight": 3902}, FREIGHT, 3521),
    ("eu_business.services", {}, GERMAN_EBOOK, {"services": {"0": 3902}}, EBOOK_NAME, 3308),
    ("export.goods", {}, NORWEGIAN_GOODS, {"goods": {"0": 3902}}, TEAPOT_NAME, 3105),
    ("export.freight", {}, NORWEGIAN_GOODS, {"freight": 3902}, FREIGHT, 3522),
    ("export.services", {}, NORWEGIAN_EBOOK, {"services": {"0": 3902}}, EBOOK_NAME, 3305),
]


@proves(
    *(f"Accounts.{region}" for region in ("sweden", "eu_consumer", "eu_business", "export")),
    *(f"RegionAccounts.{name}" for name in ("goods", "services", "freight", "fee")),
)
@pytest.mark.parametrize("changed", [False, True], ids=["by_default", "set"])
@pytest.mark.parametrize(("where", "orders", "scenario", "table", "name", "usual"), REGIONS, ids=[f"{each[0]}" for each in REGIONS])
async def test_row_is_booked_on_the_regions_account(
    bridge: World, *, where: str, orders: dict[str, Any], scenario: Scenario, table: dict[str, Any], name: str, usual: int, changed: bool
) -> None:
    own = {"accounts": {where.partition(".")[0]: table}} if changed else {}

    invoice = await sold(bridge, scenario, **orders, **own)

    assert line(invoice, name)["salesAccountNumber"] == (3902 if changed else usual)
    assert invoice["grossAmount"] == Decimal(bridge.shop.get("orders", 1)["total_paid_tax_incl"])


@proves("Accounts.oss", "OrderPolicy.oss_registered")
@pytest.mark.parametrize(
    ("own", "account"),
    [({}, 3106), ({"accounts": {"oss": {"FI": {"25.5": 3903}}}}, 3903), ({"accounts": {"oss": {"DE": {"25.5": 3903}}}}, 3106)],
    ids=["3106_by_default", "by_country_and_rate", "another_countrys"],
)
async def test_sale_through_oss_has_its_countrys_account(bridge: World, own: dict[str, Any], account: int) -> None:
    invoice = await sold(bridge, FINNISH_EBOOK, oss_registered=True, **own)

    assert accounts(invoice) == {EBOOK_NAME: account}


@proves("OrderPolicy.oss_registered")
@pytest.mark.parametrize("orders", [{}, {"oss_registered": False}], ids=["by_default", "set"])
async def test_another_countrys_rate_parks_the_order_of_a_shop_that_is_not_registered(bridge: World, orders: dict[str, Any]) -> None:
    await bridge.configure(**orders)

    assert await bridge.outcome(await buy(bridge, FINNISH_EBOOK)) == ("failed", "OSS_NOT_ENABLED")


@proves("Accounts.oss_vat")
@pytest.mark.parametrize(("own", "account"), [({}, 2670), ({"accounts": {"oss_vat": 2671}}, 2671)])
async def test_vat_of_another_country_is_booked_on_its_own_account(bridge: World, own: dict[str, Any], account: int) -> None:
    assert vat_booked(bridge, await sold(bridge, DANISH_EBOOK, oss_registered=True, **own)).keys() == {account}


@proves("Accounts.output_vat")
@pytest.mark.parametrize("known", [False, True], ids=["temporary_lines", "articles_that_hogia_has"])
@pytest.mark.parametrize(("own", "account"), [({}, 2611), ({"accounts": {"output_vat": {"25": 2612}}}, 2612)], ids=["by_default", "set"])
async def test_output_vat_is_booked_on_the_account_of_its_rate(bridge: World, *, own: dict[str, Any], account: int, known: bool) -> None:
    if known:
        bridge.hogia.add_article("KANNA-25")
        bridge.hogia.add_helper_articles()

    assert vat_booked(bridge, await sold(bridge, **own)) == {account: Decimal("89.60")}


@proves("Accounts.rounding")
@pytest.mark.parametrize(("own", "account"), [({}, 3740), ({"accounts": {"rounding": 3904}}, 3904)])
async def test_rounding_row_is_booked_on_its_account_without_vat(bridge: World, own: dict[str, Any], account: int) -> None:
    screw = one("screw", "A screw at 4.17, which no net with 25 % reaches", Item(reference="SKRUV-25"), carrier=1)

    rounding = line(await sold(bridge, screw, **own), "Öresutjämning")

    assert (rounding["salesAccountNumber"], rounding["vat"]["percent"]) == (account, 0)


@proves("Accounts.discounts")
@pytest.mark.parametrize(("own", "account"), [({}, 3001), ({"accounts": {"discounts": 3730}}, 3730)], ids=["as_what_is_discounted", "set"])
async def test_discount_is_booked_on_its_account(bridge: World, own: dict[str, Any], account: int) -> None:
    invoice = await sold(bridge, replace(PLAIN, vouchers=("TIO",)), **own)

    assert line(invoice, "Rabatt")["salesAccountNumber"] == account
    assert invoice["vatAmount"] == Decimal("81.62")


@proves("Accounts.discounts_on_gift_cards")
@pytest.mark.parametrize(("own", "account"), [({}, 3730), ({"accounts": {"discounts_on_gift_cards": 3905}}, 3905)])
async def test_discount_on_a_sold_gift_card_is_a_cost_and_leaves_the_liability(bridge: World, own: dict[str, Any], account: int) -> None:
    card = one("card", "A card and a teapot", TEAPOT, Item(reference="KORT-0"), vouchers=("TIO",))

    invoice = await sold(bridge, card, gift_card_articles=["KORT-0"], **own)

    booked = {each["salesAccountNumber"]: each["netAmount"] for each in invoice["invoiceLines"] if each["salesAccountNumber"]}
    assert (booked[2421], booked[account]) == (Decimal("500.00"), Decimal("-50.00"))


@proves("OrderPolicy.swedish_vat_with_oss", "Difference.PARK", "Difference.POST")
@pytest.mark.parametrize(
    ("orders", "outcome"),
    [
        ({}, ("failed", "SWEDISH_VAT_WITH_OSS")),
        ({"swedish_vat_with_oss": "park"}, ("failed", "SWEDISH_VAT_WITH_OSS")),
        ({"swedish_vat_with_oss": "post"}, ("processed", "")),
    ],
    ids=["parked_by_default", "parked", "posted"],
)
async def test_swedish_rate_to_a_foreign_consumer_of_an_oss_seller_is_treated_as_set(
    bridge: World, orders: dict[str, Any], outcome: tuple[str, str]
) -> None:
    food = one("food", "Food and a book to Denmark", *ITEMS, person=DANE, place=DANE_PLACE)
    await bridge.configure(oss_registered=True, **orders)

    order = await buy(bridge, food)

    assert await bridge.outcome(order) == outcome
    assert len(bridge.invoices_of(order)) == (outcome[0] == "processed")


@proves("OrderPolicy.export_text", "OrderPolicy.eu_goods_text", "OrderPolicy.reverse_charge_text")
@pytest.mark.parametrize(
    ("scenario", "name", "usual"),
    [
        (NORWEGIAN_GOODS, "export_text", "Export, 10 kap. 64 § ML / Article 146 VAT Directive"),
        (GERMAN_GOODS, "eu_goods_text", "Unionsintern försäljning, artikel 138 mervärdesskattedirektivet / Intra-EU supply"),
        (GERMAN_EBOOK, "reverse_charge_text", "Omvänd betalningsskyldighet / Reverse charge"),
    ],
    ids=["export", "goods_to_an_eu_company", "service_to_an_eu_company"],
)
@pytest.mark.parametrize("changed", [False, True], ids=["by_default", "set"])
async def test_lawful_text_stands_on_a_sale_without_vat(bridge: World, *, scenario: Scenario, name: str, usual: str, changed: bool) -> None:
    invoice = await sold(bridge, scenario, **({name: "Vår egen text"} if changed else {}))

    assert texts(invoice)[0] == ("Vår egen text" if changed else usual)


@pytest.mark.parametrize("scenario", [PLAIN, DANISH], ids=["at_home", "to_an_eu_consumer"])
async def test_taxed_sale_has_none_of_these_texts(bridge: World, scenario: Scenario) -> None:
    assert texts(await sold(bridge, scenario)) == []


async def test_account_that_hogia_lacks_parks_the_order_and_says_which(bridge: World) -> None:
    await bridge.configure(accounts={"sweden": {"goods": {"25": 3999}}})

    order = await buy(bridge)

    assert await bridge.outcome(order) == ("failed", "ACCOUNT_MISSING")
    assert bridge.invoices() == []


async def test_vat_account_that_hogia_lacks_parks_the_order_before_any_call(bridge: World) -> None:
    await bridge.configure(accounts={"output_vat": {"25": 2699}})

    order = await buy(bridge)

    assert await bridge.outcome(order) == ("failed", "ACCOUNT_MISSING")
    assert not list(bridge.hogia.organisation.contacts)


async def test_account_that_is_added_since_counts_at_once(bridge: World) -> None:
    """Hogia's chart is kept for an hour: an order that needs what was added meanwhile must not park for that."""
    await bridge.configure()
    await buy(bridge)
    for year in bridge.hogia.organisation.years:
        bridge.hogia.organisation.add_account(year, 3950, name="Nytt konto", vat_code=10)
    await bridge.configure(accounts={"sweden": {"goods": {"25": 3950}}})

    order = await buy(bridge)

    assert accounts(stored(bridge, order))[TEAPOT_NAME] == 3950
