"""A large catalogue: filled and asked fast enough for load tests, and asked as MySQL would answer."""

import time

import httpx
import pytest

from app.sandbox.prestashop.state import ShopState


async def asked(shop, resource, **query):
    given = {"output_format": "JSON", "display": "[id,reference]", "sort": "[id_ASC]"} | query
    found = (await shop.get(f"/api/{resource}", params=given)).json()
    return found[resource] if found else []


def test_each_product_comes_with_combinations_options_and_stock(state):
    first, second = state.add_products(2, combinations=2, prefix="LAST")

    combinations = state.find("combinations", id_product=second)
    assert [row["reference"] for row in combinations] == ["LAST-00002-1", "LAST-00002-2"]
    assert [row["quantity"] for row in state.find("stock_availables", id_product=first)] == [200, 100, 100]
    value = state.get("product_option_values", combinations[1]["associations"]["product_option_values"][0]["id"])
    assert value["name"][0]["value"] == "2"
    assert state.get("products", first)["product_type"] == "combinations"


def test_a_shop_of_8_2_1_has_its_numbers_as_texts(clock):
    state = ShopState(version="8.2.1", clock=clock)

    (ident,) = state.add_products(1)

    assert state.get("products", ident)["id_tax_rules_group"] == "2"
    assert state.find("stock_availables", id_product=ident)[0]["quantity"] == "100"


@pytest.mark.parametrize("written", ["bulk-00003", "BULK-00003 ", "[bulk-00003 |nothing]", "[BULK-00003]"])
async def test_case_and_blanks_at_the_end_of_a_reference_do_not_count(state, shop, written):
    state.add_products(5)

    assert [row["reference"] for row in await asked(shop, "products", **{"filter[reference]": written})] == ["BULK-00003"]


async def test_accents_do_not_count_either(shop):
    assert [row["id"] for row in await asked(shop, "products", **{"filter[reference]": "langt-namn"})] == [16]


async def test_a_bar_without_brackets_is_part_of_the_value(state, shop):
    state.change("products", 1, reference="A|B")

    assert [row["id"] for row in await asked(shop, "products", **{"filter[reference]": "A|B"})] == [1]
    assert await asked(shop, "products", **{"filter[reference]": "[A|B]"}) == []


async def test_pages_by_id_meet_every_product_once(state, shop):
    ids = state.add_products(250)
    last, seen = 16, []
    while page := await asked(shop, "products", **{"filter[id]": f">[{last}]", "limit": "0,100"}):
        seen += [row["id"] for row in page]
        last = seen[-1]

    assert seen == ids


async def test_twenty_thousand_articles_are_paged_in_milliseconds(state, connect):
    """A wide margin: a quiet machine takes 1 to 2 ms a page."""
    state.add_products(10_000, combinations=1)
    questions = [
        {"filter[id]": ">[5000]", "limit": "0,100"},
        {"filter[reference]": "[" + "|".join(f"bulk-{number:05d}" for number in range(100)) + "]"},
        {"filter[id]": "[" + "|".join(map(str, range(100, 200))) + "]"},
    ]
    async with connect(state) as shop:
        started = time.perf_counter()
        for question in questions * 5:
            await asked(shop, "products", **question)
        seconds = time.perf_counter() - started

    assert seconds / 15 < 0.05


async def test_the_control_doors_fill_show_edit_and_sell(state, shop):
    made = (await shop.post("/_control/products", json={"count": 3, "combinations": 1, "prefix": "X"})).json()
    await shop.post("/_control/stock", json={"reference": "X-00002-1", "quantity": 5})
    sold = (await shop.post("/_control/sell", json={"reference": "X-00002-1", "quantity": 2})).json()
    shown = (await shop.get("/_control/product", params={"reference": "X-00002-1", "at": "2026-12-01T00:00:00+01:00"})).json()
    missing = await shop.get("/_control/product", params={"reference": "NO-SUCH"})

    assert (made["count"], sold["quantity"], missing.status_code) == (3, 3, 404)
    assert (shown["quantity"], shown["price"], shown["excl"], shown["incl"]) == (3, "10.020000", "10.020000", "10.621200")
    assert shown["names"]["2"] == "Produkt X-00002"
    assert state.find("order_details", id_order=sold["id"])[0]["product_reference"] == "X-00002-1"


async def test_what_a_customer_sees_needs_a_moment_with_an_offset(shop: httpx.AsyncClient):
    answer = await shop.get("/_control/product", params={"reference": "KANNA-25", "at": "2026-12-01T00:00:00"})

    assert answer.status_code == 400
