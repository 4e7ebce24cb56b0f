"""Two shops of one installation: what each has of its own and what they share (facts: prestashop.md 3)."""

from datetime import UTC, datetime

import pytest

from app.sandbox.prestashop.scenarios import BY_SLUG
from app.sandbox.prestashop.state import ShopState

LATER = datetime(2026, 11, 25, tzinfo=UTC)


def price_body(price):
    return f"<prestashop><product><id>1</id><price>{price}</price></product></prestashop>"


async def listed(shop, resource, **query):
    answer = await shop.get(f"/api/{resource}", params={"output_format": "JSON", "display": "full", "sort": "[id_ASC]"} | query)
    found = answer.json()
    return found[resource] if found else []


async def prices(shop):
    return [(await listed(shop, "products", **{"filter[id]": "1"}, **query))[0]["price"] for query in ({}, {"id_shop": 1}, {"id_shop": 2})]


@pytest.fixture
def state(clock):
    return ShopState(clock=clock, shops=(1, 2))


@pytest.fixture
def shared(clock):
    return ShopState(clock=clock, shops=(1, 2), share_stock=True)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["5.000000", "5.000000", "319.200000"]),
        ("?id_shop=1", ["5.000000", "5.000000", "319.200000"]),
        ("?id_shop=2", ["319.200000", "319.200000", "5.000000"]),
        ("?id_group_shop=1", ["5.000000", "5.000000", "5.000000"]),
    ],
)
async def test_a_price_is_changed_in_the_shops_asked_about_only(shop, query, expected):
    await shop.patch(f"/api/products/1{query}", content=price_body("5"))

    assert await prices(shop) == expected


async def test_a_reference_is_shared_by_all_shops(shop):
    await shop.patch("/api/products/1?id_shop=2", content="<prestashop><product><id>1</id><reference>NY</reference></product></prestashop>")

    assert [(await listed(shop, "products", **{"filter[id]": "1"}, id_shop=one))[0]["reference"] for one in (1, 2)] == ["NY", "NY"]


async def test_a_combinations_impact_is_each_shops_own(shop):
    body = "<prestashop><combination><id>1</id><price>10</price></combination></prestashop>"
    await shop.patch("/api/combinations/1?id_shop=2", content=body)

    assert [(await listed(shop, "combinations", **{"filter[id]": "1"}, id_shop=one))[0]["price"] for one in (1, 2)] == [
        "0.000000",
        "10.000000",
    ]


async def test_a_product_made_in_one_shop_is_in_its_catalogue_only(state, shop):
    made = await shop.post(
        "/api/products?id_shop=2&output_format=JSON", content="<prestashop><product><price>1</price></product></prestashop>"
    )
    ident = made.json()["product"]["id"]

    assert [len(await listed(shop, "products", **{"filter[id]": ident}, id_shop=one)) for one in (1, 2)] == [0, 1]
    assert (await shop.get(f"/api/products/{ident}?id_shop=1")).status_code == 404
    assert [row["id_shop"] for row in state.find("stock_availables", id_product=ident)] == [2]


async def test_each_shop_has_its_own_stock_rows(shop):
    rows = [await listed(shop, "stock_availables", **{"filter[id_product]": "1"}, id_shop=one) for one in (1, 2)]

    assert [(row["id_shop"], row["id_shop_group"]) for (row,) in rows] == [(1, 0), (2, 0)]
    assert rows[0][0]["id"] != rows[1][0]["id"]


async def test_a_sale_moves_the_row_of_its_shop(state):
    state.place_order(BY_SLUG["plain"], id_shop=2)

    assert [state.quantity_of("KANNA-25", id_shop=one) for one in (1, 2)] == [500, 499]


async def test_a_cancelled_order_gives_its_shop_the_pieces_back(state):
    order = state.place_order(BY_SLUG["plain"], id_shop=2)
    state.set_state(order, 6)

    assert [state.quantity_of("KANNA-25", id_shop=one) for one in (1, 2)] == [500, 500]


async def test_a_group_that_shares_its_stock_has_one_row_that_both_shops_list(shared, connect):
    async with connect(shared) as shop:
        rows = [await listed(shop, "stock_availables", **{"filter[id_product]": "1"}, id_shop=one) for one in (1, 2)]
        group = await listed(shop, "shop_groups")

    assert rows[0] == rows[1]
    assert [(row["id_shop"], row["id_shop_group"]) for row in rows[0]] == [(0, 1)]
    assert group[0]["share_stock"] == 1


async def test_a_sale_in_one_shop_lowers_what_the_other_can_sell(shared):
    shared.place_order(BY_SLUG["plain"], id_shop=2)

    assert [shared.quantity_of("KANNA-25", id_shop=one) for one in (1, 2)] == [499, 499]
    assert {hook.parameters["id_shop"] for hook in shared.hooks if hook.name == "actionUpdateQuantity"} == {2}


async def test_an_order_is_charged_what_its_shop_asks(state, shop):
    await shop.patch("/api/products/1?id_shop=2", content=price_body("100"))

    orders = [state.place_order(BY_SLUG["plain"], id_shop=one) for one in (1, 2)]

    assert [state.find("order_details", id_order=order)[0]["unit_price_tax_excl"] for order in orders] == ["319.200000", "100.000000"]
    assert str(state.price_at("KANNA-25", LATER).excl) == "319.200000"
