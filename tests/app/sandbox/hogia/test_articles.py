from decimal import Decimal

import pytest


def shirt(**more):
    accounts = [{"number": 3001, "type": "NationalSales"}]
    return {"number": "TSHIRT-M", "name": "T-shirt", "salesAccounts": accounts, "prices": [{"price": Decimal("159.20")}]} | more


async def test_article_is_made_and_found_without_case(api):
    await api.made("/articles", shirt())

    (found,) = await api.read("/articles", number="tshirt-m")

    assert found["prices"] == [{"price": Decimal("159.20"), "currencyCode": "SEK"}]
    assert (found["unit"], found["type"], found["stock"]) == ("st", "Goods", None)


async def test_number_is_unique_without_case(api, words):
    await api.made("/articles", shirt())

    answer = await api.post("/articles", shirt(number="tshirt-m"))

    assert words.code_of(answer) == (409, 9000009)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": "x" * 41}, "number"),
        ({"name": ""}, "name"),
        ({"ean": "1" * 31}, "ean"),
        ({"type": "Thing"}, "type"),
        ({"prices": [{"price": Decimal("1.00001")}]}, "prices[0].price"),
        ({"prices": [{"price": "1.00"}]}, "prices[0].price"),
        ({"stock": {"onHand": 3}}, "stock"),
    ],
)
async def test_malformed_article_is_a_binding_error(api, change, field):
    answer = await api.post("/articles", shirt(**change))

    assert answer.status_code == 400
    assert field in answer.json()["errors"]


@pytest.mark.parametrize("account", [9999, 1920])
async def test_missing_or_inactive_sales_account_is_refused(api, words, account):
    answer = await api.post("/articles", shirt(salesAccounts=[{"number": account, "type": "NationalSales"}]))

    assert words.code_of(answer) == (400, 9000003)


async def test_patch_changes_only_what_it_names(api):
    made = await api.made("/articles", shirt(ean="7310000000001", description="Cotton"))

    answer = await api.call("PATCH", f"/articles/{made['id']}", {"name": "Shirt", "ean": None}, version=1)

    assert answer.status_code == 200
    changed = answer.json()
    assert (changed["name"], changed["ean"], changed["description"], changed["version"]) == ("Shirt", None, "Cotton", 2)


async def test_patch_at_a_stale_version_is_a_conflict(api, words):
    made = await api.made("/articles", shirt())

    answer = await api.call("PATCH", f"/articles/{made['id']}", {"name": "Shirt"}, version=7)

    assert words.code_of(answer) == (409, 9000010)


async def test_list_can_hold_only_web_shop_articles(api):
    await api.made("/articles", shirt(isWebshopArticle=True))
    await api.made("/articles", shirt(number="OFFICE"))

    found = await api.read("/articles", isWebshopArticle="true")

    assert [each["number"] for each in found] == ["TSHIRT-M"]


async def test_stock_article_shows_its_balance(api, state):
    made = state.add_article("MUG", price=Decimal(80), stock=Decimal(7))

    found = await api.read(f"/articles/{made['id']}")

    assert found["stock"]["onHand"] == found["stock"]["available"] == 7


async def test_feed_shows_a_changed_article(api, state):
    state.add_article("MUG")
    seen = state.organisation.row_version
    state.change_article("MUG", name="Big mug")

    changed = await api.read("/articles/rowversion", lastKnownRowVersion=seen)

    assert [each["name"] for each in changed] == ["Big mug"]
