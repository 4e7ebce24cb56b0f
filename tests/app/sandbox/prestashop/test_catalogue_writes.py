"""Products, combinations, stock and specific prices through the webservice (facts: prestashop.md 1, 3, 10, 11, 13)."""

import pytest

from app.sandbox.prestashop.state import ShopState

ARROWS = {"9.1.4": "->", "8.2.1": "-&gt;", "1.7.8.11": "-&gt;"}
CAMPAIGN = {
    "id_shop": 0,
    "id_cart": 0,
    "id_product": 2,
    "id_product_attribute": 0,
    "id_currency": 0,
    "id_country": 0,
    "id_group": 0,
    "id_customer": 0,
    "price": -1,
    "from_quantity": 1,
    "reduction": "0.2",
    "reduction_tax": 1,
    "reduction_type": "percentage",
    "from": "2026-12-01 00:00:00",
    "to": "0000-00-00 00:00:00",
}


def xml(entity, fields, more=""):
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f"<prestashop><{entity}>{inner}{more}</{entity}></prestashop>"


def fired(state):
    return [hook.name for hook in state.hooks]


def texts(state, product, field):
    return {int(text["id"]): text["value"] for text in state.get("products", product)[field]}


@pytest.fixture(params=["9.1.4", "8.2.1"])
def state(request, clock):
    return ShopState(version=request.param, clock=clock)


async def test_a_patched_price_leaves_everything_else_and_moves_the_date(state, shop, clock):
    before = state.get("products", 1)
    clock.move(60)

    answer = await shop.patch("/api/products/1", content=xml("product", {"id": 1, "price": "99.5"}))

    assert answer.status_code == 200
    changed = {key: value for key, value in state.get("products", 1).items() if value != before[key]}
    assert changed == {"price": "99.500000", "date_upd": "2026-11-24 09:01:00"}
    assert fired(state) == ["actionObjectProductUpdateAfter", "actionProductUpdate"]


async def test_a_text_patched_in_one_language_blanks_the_other(state, shop):
    """Trap 2."""
    await shop.patch("/api/products/1", content=xml("product", {"id": 1, "name": '<language id="2">Kanna</language>'}))

    assert texts(state, 1, "name") == {1: "", 2: "Kanna"}


async def test_a_put_destroys_what_is_not_sent_but_keeps_associations(state, shop):
    """Trap 1."""
    before = state.get("products", 5)

    answer = await shop.put("/api/products/5", content=xml("product", {"id": 5, "price": "3"}))

    after = state.get("products", 5)
    assert answer.status_code == 200
    assert (after["reference"], after["ean13"], str(after["active"]), str(after["id_tax_rules_group"])) == ("", "", "0", "0")
    assert texts(state, 5, "name") == {1: "", 2: ""}
    assert after["associations"] == before["associations"]


@pytest.mark.parametrize(
    ("fields", "refusal", "word"),
    [
        ({"price": "3"}, (400, 90), "id is required"),
        ({"id": 1}, (400, 41), "price"),
        ({"id": 999, "price": "3"}, (404, 92), "Invalid ID"),
        ({"id": 1, "price": "3", "manufacturer_name": "x"}, (400, 93), "manufacturer_name"),
        ({"id": 1, "price": "3", "quantity": 5}, (400, 93), "quantity"),
        ({"id": 1, "price": "-3"}, (400, 85), "Product{}price"),
        ({"id": 1, "price": "10,50"}, (400, 85), "Product{}price"),
        ({"id": 1, "price": "3", "reference": "A=B"}, (400, 85), "Product{}reference"),
        ({"id": 1, "price": "3", "reference": "A" * 65}, (400, 85), "Product{}reference"),
        ({"id": 1, "price": "3", "ean13": "73500ABC"}, (400, 85), "Product{}ean13"),
        ({"id": 1, "price": "3", "name": '<language id="1">a{{b}}</language>'}, (400, 85), "Product{}name"),
    ],
)
async def test_what_a_put_of_a_product_is_refused_for(state, shop, fields, refusal, word):
    before = state.get("products", 1)

    answer = await shop.put("/api/products/1", content=xml("product", fields))

    assert answer.status_code == refusal[0]
    assert f"<![CDATA[{refusal[1]}]]>" in answer.text
    assert word.format(ARROWS[state.version]) in answer.text
    assert state.get("products", 1) == before


async def test_an_unknown_field_is_ignored(state, shop):
    answer = await shop.patch("/api/products/1", content=xml("product", {"id": 1, "bogus": 1}))

    assert answer.status_code == 200


async def test_a_new_product_gets_a_stock_row_with_nothing_in_it(state, shop):
    associations = "<associations><categories><category><id>2</id></category></categories></associations>"
    names = '<language id="1">Mug</language><language id="2">Mugg åäö</language>'
    body = xml("product", {"price": "10", "name": names, "state": 1, "reference": "MUGG"}, associations)

    answer = await shop.post("/api/products?output_format=JSON", content=body)

    product = answer.json()["product"]
    (row,) = state.find("stock_availables", id_product=product["id"])
    assert answer.status_code == 201
    assert int(product["associations"]["stock_availables"][0]["id"]) == row["id"]
    assert str(row["quantity"]) == "0"
    assert texts(state, int(product["id"]), "link_rewrite") == {1: "mug", 2: "mugg-aao"}
    assert [str(one["id"]) for one in state.get("products", int(product["id"]))["associations"]["categories"]] == ["2"]
    assert fired(state) == ["actionObjectProductAddAfter", "actionProductSave", "actionProductUpdate"]


async def test_a_new_product_brings_no_id(shop):
    answer = await shop.post("/api/products", content=xml("product", {"id": 77, "price": "10"}))

    assert (answer.status_code, "<![CDATA[91]]>" in answer.text) == (400, True)


async def test_a_deleted_product_takes_its_combinations_stock_and_prices_along(state, shop):
    answer = await shop.delete("/api/products/5")
    again = await shop.delete("/api/products/5")

    assert (answer.status_code, answer.content) == (200, b"")
    assert (again.status_code, "<![CDATA[87]]>" in again.text) == (404, True)
    assert state.find("combinations", id_product=5) == state.find("stock_availables", id_product=5) == []
    assert fired(state) == ["actionObjectProductDeleteAfter", "actionProductDelete", "actionProductAttributeDelete"]


async def test_several_deleted_at_once_stay_when_one_is_missing(state, shop):
    answer = await shop.delete("/api/products?id=[1,999]")

    assert (answer.status_code, "Id(s) not exists: 999" in answer.text) == (404, True)
    assert state.get("products", 1)["reference"] == "KANNA-25"


async def test_a_combinations_impact_is_patched_without_touching_its_product(state, shop, clock):
    before = state.get("products", 5)
    clock.move(60)

    await shop.patch("/api/combinations/2", content=xml("combination", {"id": 2, "price": "-10"}))

    assert state.get("combinations", 2)["price"] == "-10.000000"
    assert state.get("products", 5) == before
    assert [(hook.name, hook.parameters["id_product"]) for hook in state.hooks] == [("actionObjectCombinationUpdateAfter", 5)]


async def test_a_combinations_put_needs_its_product_and_smallest_quantity(state, shop):
    lacking = await shop.put("/api/combinations/2", content=xml("combination", {"id": 2, "price": "1"}))
    whole = await shop.put("/api/combinations/2", content=xml("combination", {"id": 2, "id_product": 5, "minimal_quantity": 1}))

    assert (lacking.status_code, whole.status_code) == (400, 200)
    assert state.get("combinations", 2)["reference"] == ""
    assert [one["id"] for one in state.get("combinations", 2)["associations"]["product_option_values"]]


async def test_two_combinations_without_the_default_written_as_an_empty_text_break_a_key(state, shop):
    """Left out it is NULL; sent empty it becomes 0, and 0 is there once per product."""
    left_out = {"id_product": 5, "minimal_quantity": 1}
    answers = [
        await shop.put(f"/api/combinations/{ident}", content=xml("combination", {"id": ident, **left_out, **more}))
        for ident, more in ((2, {}), (3, {}), (2, {"default_on": ""}), (3, {"default_on": ""}))
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 500]


async def test_stock_is_absolute_and_moves_no_date(state, shop, clock):
    before = state.get("products", 1)
    clock.move(60)

    await shop.patch("/api/stock_availables/100", content=xml("stock_available", {"id": 100, "quantity": -3}))

    assert state.quantity_of("KANNA-25") == -3
    assert state.get("products", 1) == before
    assert [(hook.name, dict(hook.parameters)) for hook in state.hooks] == [
        ("actionObjectStockAvailableUpdateAfter", {"id": 100, "id_product": 1, "id_shop": 1})
    ]


async def test_the_products_own_row_follows_its_combinations(state, shop):
    await shop.patch("/api/stock_availables/501", content=xml("stock_available", {"id": 501, "quantity": 7}))

    assert [state.quantity_of(reference) for reference in ("TROJA", "TROJA-S", "TROJA-M")] == [1007, 7, 500]


async def test_a_put_of_stock_needs_all_its_required_fields(state, shop):
    part = {"id": 100, "quantity": 5}
    whole = part | {"id_product": 1, "id_product_attribute": 0, "id_shop": 1, "depends_on_stock": 0, "out_of_stock": 1}

    refused = await shop.put("/api/stock_availables/100", content=xml("stock_available", part))
    taken = await shop.put("/api/stock_availables/100", content=xml("stock_available", whole))

    assert (refused.status_code, "id_product" in refused.text) == (400, True)
    assert (taken.status_code, state.quantity_of("KANNA-25")) == (200, 5)


async def test_a_campaign_is_made_changed_and_taken_away(state, shop):
    made = await shop.post("/api/specific_prices?output_format=JSON", content=xml("specific_price", CAMPAIGN))
    ident = int(made.json()["specific_price"]["id"])
    await shop.patch(f"/api/specific_prices/{ident}", content=xml("specific_price", {"id": ident, "to": "2026-12-24 23:59:59"}))

    assert state.get("specific_prices", ident)["to"] == "2026-12-24 23:59:59"
    assert (await shop.delete(f"/api/specific_prices/{ident}")).status_code == 200
    assert (await shop.delete(f"/api/specific_prices/{ident}")).status_code == 404
    assert [(hook.name, hook.parameters["id_product"]) for hook in state.hooks] == [
        (f"actionObjectSpecificPrice{what}After", 2) for what in ("Add", "Update", "Delete")
    ]


async def test_the_same_campaign_twice_breaks(state, shop):
    """Another reduction makes no difference: whom, what and when are the database's key."""
    await shop.post("/api/specific_prices", content=xml("specific_price", CAMPAIGN))

    answer = await shop.post("/api/specific_prices", content=xml("specific_price", CAMPAIGN | {"reduction": "0.3"}))

    assert answer.status_code == 500
    assert ("<![CDATA[46]]>" in answer.text) == (state.version == "9.1.4")
    assert len(state.find("specific_prices", id_product=2)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"from": "2026-13-45"}, "from"), ({"reduction_type": "half"}, "reduction_type"), ({"reduction": "-1"}, "reduction")],
)
async def test_a_campaign_that_is_not_valid_is_refused(shop, changes, field):
    answer = await shop.post("/api/specific_prices", content=xml("specific_price", CAMPAIGN | changes))

    assert (answer.status_code, f"{field} is not valid" in answer.text) == (400, True)


async def test_a_campaign_that_lacks_a_field_is_refused(shop):
    answer = await shop.post("/api/specific_prices", content=xml("specific_price", {"id_product": 2, "reduction": "0.2"}))

    assert (answer.status_code, 'parameter "id_shop" required' in answer.text.replace("&quot;", '"')) == (400, True)


async def test_a_shop_of_1_7_knows_no_patch_and_writes_numbers_as_texts(clock, connect):
    async with connect(ShopState(version="1.7.8.11", clock=clock)) as old:
        patched = await old.patch("/api/products/1", content=xml("product", {"id": 1, "price": "3"}))
        listed = await old.get("/api/products?filter[id]=1&display=[id,price,id_tax_rules_group]&output_format=JSON")
        root = await old.get("/api/")

    assert (patched.status_code, "Method PATCH is not valid" in patched.text) == (405, True)
    assert patched.headers["PSWS-Version"] == "1.7.8.11"
    assert listed.json() == {"products": [{"id": 1, "id_tax_rules_group": "1", "price": "319.200000"}]}
    assert 'patch="true"' not in root.text
