"""What goes wrong with a catalogue is told for each product, and the rest goes on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.store import catalogue, ledger, marks
from mappers.catalogue.lanes import Lane
from mappers.catalogue.outcome import Status
from tests.journeys.goods import article, combination_with, configure, hogia_tells, look_again, outcome, product_with, replace_shop, start
from tests.world import World

D = Decimal


@pytest.mark.parametrize("twin", ["SKED-25", "sked-25", " Sked-25 "])
async def test_duplicate_references_are_told_and_the_rest_goes_on(bridge: World, twin: str) -> None:
    bridge.shop.change("products", 11, reference=twin)
    await configure(bridge, "combo")

    await start(bridge, "prestashop")

    assert (await outcome(bridge, "product/10", lane=Lane.TO_HOGIA)).code == "SKU_DUPLICATE"
    assert (await outcome(bridge, "product/11", lane=Lane.TO_HOGIA)).code == "SKU_DUPLICATE"
    assert article(bridge, "SKED-25") is None
    assert article(bridge, "KANNA-25") is not None


async def test_missing_reference_is_told(bridge: World) -> None:
    bridge.shop.change("products", 10, reference="")
    await configure(bridge, "combo")

    await start(bridge, "prestashop")

    told = await outcome(bridge, "product/10", lane=Lane.TO_HOGIA)
    assert (told.status, told.code) == (Status.REFUSED, "SKU_MISSING")


async def test_generated_number_is_written_to_the_shop_and_to_hogia(bridge: World) -> None:
    bridge.shop.change("products", 10, reference="")
    bridge.shop.change("combinations", 1, reference="")
    await configure(bridge, "combo", missing_reference="generate")

    await start(bridge, "prestashop")

    assert article(bridge, "P10") is not None
    assert article(bridge, "P5-1") is not None
    assert (product_with(bridge.shop, "P10")["id"], combination_with(bridge.shop, "P5-1")["id"]) == (10, 1)


async def test_vat_rate_that_nobody_knows_is_told(bridge: World) -> None:
    bridge.shop.change("products", 10, id_tax_rules_group=77)
    await configure(bridge, "combo")

    await start(bridge, "prestashop")

    assert (await outcome(bridge, "product/10", lane=Lane.TO_HOGIA)).code == "VAT_UNKNOWN"


async def test_product_with_two_hundred_combinations_is_two_hundred_articles(bridge: World) -> None:
    bridge.shop.add_products(1, combinations=200, prefix="GARN")
    await configure(bridge, "prestashop_leads")

    await start(bridge, "prestashop")

    made = [each for each in bridge.hogia.organisation.articles if str(each["number"]).startswith("GARN")]
    assert len(made) == 200
    assert len({each["name"] for each in made}) == 200


async def test_article_whose_answer_is_lost_is_made_once(bridge: World) -> None:
    bridge.hogia.switches.drop_response_after_commit = 5
    await configure(bridge, "prestashop_leads")

    await start(bridge, "prestashop")
    await look_again(bridge, lane=Lane.TO_HOGIA)

    numbers = [str(each["number"]) for each in bridge.hogia.organisation.articles]
    assert len(numbers) == len(set(numbers))
    assert (await outcome(bridge, "KANNA-25", lane=Lane.TO_HOGIA)).status in {Status.CREATED, Status.UNCHANGED}


async def test_product_whose_answer_is_lost_is_made_once(bridge: World) -> None:
    await configure(bridge, "hogia_leads")
    bridge.hogia.add_article("VANTAR", name="Vantar i ull", price=D("200"), stock=D("7"))
    bridge.shop.faults.add("drop_after_commit", count=1, path="products", method="POST")

    await start(bridge, "hogia")
    await bridge.wait(120)
    await look_again(bridge)
    await look_again(bridge)

    assert len(bridge.shop.find("products", reference="VANTAR")) == 1
    assert bridge.shop.quantity_of("VANTAR") == 7
    made = await ledger.get(bridge.store, "product:acme-se/vantar")
    assert made is not None
    assert (made.state, made.adopted, made.external_id) == ("confirmed", True, str(product_with(bridge.shop, "VANTAR")["id"]))


async def test_number_changed_in_hogia_is_followed_where_hogia_leads(bridge: World) -> None:
    await configure(bridge, "hogia_leads")
    bridge.hogia.add_article("VANTAR", name="Vantar i ull", price=D("200"))
    await start(bridge, "hogia")
    ident = product_with(bridge.shop, "VANTAR")["id"]

    renumber(bridge, "VANTAR", "VANTAR-2")
    await hogia_tells(bridge)
    await look_again(bridge)

    assert product_with(bridge.shop, "VANTAR-2")["id"] == ident
    assert bridge.shop.find("products", reference="VANTAR") == []


async def test_number_changed_in_hogia_is_told_where_the_shop_leads(bridge: World) -> None:
    await configure(bridge, "prestashop_leads")
    await start(bridge, "prestashop")
    renumber(bridge, "KANNA-25", "KANNA-26")

    await bridge.product_notice(1)
    await bridge.settle()

    assert (await outcome(bridge, "product/1", lane=Lane.TO_HOGIA)).code == "ARTICLE_RENUMBERED"
    assert article(bridge, "KANNA-25") is None


async def test_product_deleted_in_the_shop_is_not_made_again(bridge: World) -> None:
    await configure(bridge, "hogia_leads")
    bridge.hogia.add_article("VANTAR", name="Vantar i ull", price=D("200"))
    await start(bridge, "hogia")
    del bridge.shop.tables["products"][int(product_with(bridge.shop, "VANTAR")["id"])]

    bridge.hogia.change_article("VANTAR", name="Vantar")
    await hogia_tells(bridge)

    assert bridge.shop.find("products", reference="VANTAR") == []
    assert (await outcome(bridge, "VANTAR")).code == "DELETED_IN_SHOP"


async def test_what_the_merchant_wrote_stays(bridge: World) -> None:
    await configure(bridge, "hogia_leads")
    bridge.hogia.add_article("VANTAR", name="Vantar i ull", price=D("200"))
    await start(bridge, "hogia")
    ident = int(product_with(bridge.shop, "VANTAR")["id"])
    bridge.shop.edit("products", ident, name="Mormors vantar", description="<p>Stickade i Sverige.</p>", active=1)

    bridge.hogia.change_article("VANTAR", name="Vantar, ull", prices=[{"price": D("250"), "currencyCode": "SEK"}])
    await hogia_tells(bridge)

    now = product_with(bridge.shop, "VANTAR")
    assert (str(now["price"]), str(now["active"])) == ("250.000000", "1")
    assert (now["name"], now["description"]) == ("Mormors vantar", "<p>Stickade i Sverige.</p>")
    assert "CHANGED_BY_MERCHANT" in [notice.code for notice in (await outcome(bridge, "VANTAR")).notices]


async def test_inactive_article_switches_its_product_off_and_on_again(bridge: World) -> None:
    await configure(bridge, "hogia_leads", create_active=True)
    bridge.hogia.add_article("VANTAR", name="Vantar i ull", price=D("200"))
    await start(bridge, "hogia")

    bridge.hogia.change_article("VANTAR", isActive=False)
    await hogia_tells(bridge)
    assert str(product_with(bridge.shop, "VANTAR")["active"]) == "0"

    bridge.hogia.change_article("VANTAR", isActive=True)
    await hogia_tells(bridge)
    assert str(product_with(bridge.shop, "VANTAR")["active"]) == "1"


async def test_one_shops_trouble_does_not_stop_the_other(bridge: World) -> None:
    await configure(bridge, "combo", two=True)
    await start(bridge, "prestashop")
    await start(bridge, "prestashop", shop="acme-no")
    bridge.other.webservice_active = False
    bridge.hogia.change_stock("KANNA-25", on_hand=D("6"))

    await hogia_tells(bridge)
    assert (bridge.shop.quantity_of("KANNA-25"), bridge.other.quantity_of("KANNA-25")) == (6, 500)

    bridge.other.webservice_active = True
    await marks.release(bridge.store, Lane.TO_SHOP.entity("acme-no"), why="test")
    await bridge.settle()
    assert bridge.other.quantity_of("KANNA-25") == 6


@pytest.mark.parametrize("version", ["1.7.8.11", "8.2.1", "9.1.4"])
async def test_every_version_of_prestashop_follows(bridge: World, version: str) -> None:
    replace_shop(bridge, version=version)
    await configure(bridge, "hogia_leads")
    bridge.hogia.add_article("VANTAR", name="Vantar i ull", price=D("200"), stock=D("7"))
    await start(bridge, "hogia")

    bridge.hogia.change_article("VANTAR", prices=[{"price": D("250"), "currencyCode": "SEK"}])
    bridge.hogia.change_stock("VANTAR", on_hand=D("3"))
    await hogia_tells(bridge)

    assert (str(product_with(bridge.shop, "VANTAR")["price"]), bridge.shop.quantity_of("VANTAR")) == ("250.000000", 3)


async def test_storefronts_of_one_installation_have_their_own_prices_and_stock(bridge: World) -> None:
    replace_shop(bridge, shops=(1, 2))
    await bridge.configure(connection={"flow": "combo"}, more_shops=[{"key": "acme-two", "id_shop": 2}])
    await start(bridge, "prestashop")
    await start(bridge, "prestashop", shop="acme-two")
    bridge.hogia.change_article("KANNA-25", prices=[{"price": D("300"), "currencyCode": "SEK"}])
    bridge.hogia.change_stock("KANNA-25", on_hand=D("6"))

    await hogia_tells(bridge)

    assert (bridge.shop.quantity_of("KANNA-25", id_shop=1), bridge.shop.quantity_of("KANNA-25", id_shop=2)) == (6, 6)
    for shop in ("acme-se", "acme-two"):
        assert (await outcome(bridge, "KANNA-25", shop=shop)).status is Status.UPDATED


async def test_storefronts_that_share_their_stock_have_it_written_once(bridge: World) -> None:
    replace_shop(bridge, shops=(1, 2), share_stock=True)
    await bridge.configure(connection={"flow": "combo"}, more_shops=[{"key": "acme-two", "id_shop": 2}])
    await start(bridge, "prestashop")
    await start(bridge, "prestashop", shop="acme-two")
    bridge.hogia.change_stock("KANNA-25", on_hand=D("6"))
    writes = len([each for each in bridge.shop.requests if each["method"] == "PATCH" and "stock_availables" in each["path"]])

    await hogia_tells(bridge)

    assert bridge.shop.quantity_of("KANNA-25") == 6
    after = len([each for each in bridge.shop.requests if each["method"] == "PATCH" and "stock_availables" in each["path"]])
    assert after - writes in {1, 2}


async def test_run_that_was_cut_off_goes_on_where_it_was(bridge: World) -> None:
    """The listing was reached, and some of the items were looked at, when the worker was killed: what is left is due still."""
    await configure(bridge, "prestashop_leads")
    await start(bridge, "prestashop")
    made = len(bridge.hogia.organisation.articles)
    await catalogue.write_run(
        bridge.store, "acme-se", Lane.TO_HOGIA, "run", {"ended_ms": "", "listed_ms": "", "cursor": "10", "total": "10"}
    )

    await marks.mark(bridge.store, [Lane.TO_HOGIA.entity("acme-se")], hint="test")
    await bridge.settle()

    run = await catalogue.run(bridge.store, "acme-se", Lane.TO_HOGIA)
    assert run["ended_ms"]
    assert run["total"] == str(len(bridge.shop.tables["products"]))
    assert len(bridge.hogia.organisation.articles) == made


def renumber(bridge: World, before: str, after: str) -> None:
    """A person gives an article another number in Hogia."""
    found = article(bridge, before)
    assert found is not None
    bridge.hogia.organisation.articles.save({**found, "number": after})


async def test_article_that_another_shop_still_sells_stays_active(bridge: World) -> None:
    await configure(bridge, "combo", two=True)
    await start(bridge, "prestashop")
    await start(bridge, "prestashop", shop="acme-no")

    del bridge.shop.tables["products"][10]
    await bridge.product_notice(10, kind="product.deleted")
    await bridge.settle()

    spoon = article(bridge, "SKED-25")
    assert spoon is not None
    assert spoon["isActive"] is True
    assert (await outcome(bridge, "SKED-25", shop="acme-no", lane=Lane.TO_HOGIA)).code == ""


async def test_article_is_passed_on_also_when_the_run_that_switched_it_off_was_killed(bridge: World) -> None:
    """Its PATCH was done and nothing was remembered: the next look finds nothing to change and passes it on all the same."""
    await configure(bridge, "combo", two=True)
    await start(bridge, "prestashop")
    await start(bridge, "prestashop", shop="acme-no")
    bridge.shop.edit("products", 10, active=0)
    bridge.hogia.change_article("SKED-25", isActive=False)

    await bridge.product_notice(10)
    await bridge.settle()

    spoon = article(bridge, "SKED-25")
    assert spoon is not None
    assert spoon["isActive"] is True


async def test_group_that_was_replaced_in_the_shop_is_given_to_no_new_product(bridge: World) -> None:
    bridge.shop.change("tax_rule_groups", 1, deleted=1)
    bridge.shop.add("tax_rule_groups", {"id": 9, "name": "Normal 25 %", "active": 1, "deleted": 0})
    bridge.shop.add("tax_rules", {"id_tax_rules_group": 9, "id_country": 18, "id_tax": 1, "zipcode_from": "0", "zipcode_to": "0"})
    await configure(bridge, "hogia_leads")
    bridge.hogia.add_article("VANTAR", name="Vantar i ull", price=D("200"))

    await start(bridge, "hogia")

    assert str(product_with(bridge.shop, "VANTAR")["id_tax_rules_group"]) == "9"


async def test_run_that_was_stopped_writes_nothing_to_the_next_one(bridge: World) -> None:
    await configure(bridge, "prestashop_leads")
    await start(bridge, "prestashop")

    assert not await catalogue.write_run(bridge.store, "acme-se", Lane.TO_HOGIA, "another", {"ended_ms": "1"})


async def test_product_that_cannot_be_read_is_told_and_the_rest_goes_on(bridge: World) -> None:
    bridge.shop.tables["products"][10]["price"] = "elva"
    await configure(bridge, "combo")

    await start(bridge, "prestashop")

    assert (await outcome(bridge, "product/10", lane=Lane.TO_HOGIA)).status is Status.REFUSED
    assert article(bridge, "KANNA-25") is not None
    assert article(bridge, "SKRUV-25") is not None


async def test_category_that_was_deleted_is_told_and_no_product_made(bridge: World) -> None:
    await configure(bridge, "hogia_leads", category=77)
    bridge.hogia.add_article("VANTAR", name="Vantar i ull", price=D("200"))

    await start(bridge, "hogia")

    assert (await outcome(bridge, "VANTAR")).code == "CATEGORY_MISSING"
    assert bridge.shop.find("products", reference="VANTAR") == []
