from datetime import datetime
from decimal import Decimal

import pytest

CAMPAIGN = {"kind": "Campaign", "validFrom": "2026-02-01T00:00:00", "validTo": "2026-02-08T00:00:00", "currencyCode": "SEK"}


@pytest.fixture
def mug(state):
    return state.add_article("MUG", price=Decimal("80.00"))


async def unit_price(api, words, quantity="1", **header):
    invoice = await api.invoice(words.article("MUG", quantity), **header)
    return invoice["invoiceLines"][0]["unitPrice"]


async def test_price_is_made_and_listed(api, mug):
    made = await api.made(f"/articles/{mug['id']}/prices", {**CAMPAIGN, "price": Decimal("64.00")})

    found = await api.read(f"/articles/{mug['id']}/prices")

    assert [(each["id"], each["articleNumber"], each["priceListCode"]) for each in found] == [(made["id"], "MUG", "A")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, "price"),
        ({"price": 64, "discountPercent": 20}, "price"),
        ({"discountPercent": 101}, "discountPercent"),
        ({"price": 64, "validTo": None}, "validFrom"),
        ({"price": 64, "validTo": "2026-01-01T00:00:00"}, "validTo"),
        ({"price": 64, "validFrom": "soon"}, "validFrom"),
        ({"price": 64, "kind": "Sale"}, "kind"),
    ],
)
async def test_malformed_price_is_a_binding_error(api, mug, change, field):
    answer = await api.post(f"/articles/{mug['id']}/prices", CAMPAIGN | change)

    assert answer.status_code == 400
    assert field in answer.json()["errors"]


async def test_price_is_patched_at_its_version(api, mug):
    made = await api.made(f"/articles/{mug['id']}/prices", {**CAMPAIGN, "price": 64})

    answer = await api.call("PATCH", f"/articles/{mug['id']}/prices/{made['id']}", {"price": 60}, version=1)

    assert (answer.json()["price"], answer.json()["version"]) == (60, 2)


async def test_deleted_price_leaves_a_tombstone_in_the_feed(api, mug):
    made = await api.made(f"/articles/{mug['id']}/prices", {**CAMPAIGN, "price": 64})

    answer = await api.call("DELETE", f"/articles/{mug['id']}/prices/{made['id']}")

    assert answer.status_code == 204
    (gone,) = await api.read("/articleprices/rowversion", lastKnownRowVersion=made["rowVersion"])
    assert (gone["id"], gone["isDeleted"]) == (made["id"], True)


async def test_base_price_holds_without_a_campaign(api, words, mug):
    assert await unit_price(api, words) == Decimal("80.00")


async def test_active_campaign_goes_before_the_base_price(api, words, state, mug):
    state.add_price("MUG", **CAMPAIGN, discountPercent=Decimal(20))

    assert await unit_price(api, words) == Decimal("64.00")


@pytest.mark.parametrize(
    ("at", "price"),
    [("2026-01-31T23:59:59", "80"), ("2026-02-01T00:00:00", "64"), ("2026-02-07T23:59:59", "64"), ("2026-02-08T00:00:00", "80")],
)
@pytest.mark.usefixtures("mug")
async def test_campaign_is_half_open_in_stockholm_time(api, words, state, at, price):
    state.add_price("MUG", **CAMPAIGN, price=Decimal(64))
    state.clock.freeze(datetime.fromisoformat(at))
    await api.login()

    assert await unit_price(api, words) == Decimal(price)


async def test_customers_own_price_goes_before_a_list_price(api, words, state, mug):
    state.add_price("MUG", price=Decimal(50), currencyCode="SEK")
    state.add_price("MUG", price=Decimal(70), currencyCode="SEK", customerNumber="PS1-1")

    assert await unit_price(api, words) == 70


async def test_list_price_with_the_highest_reached_quantity_holds(api, words, state, mug):
    state.add_price("MUG", price=Decimal(75), fromQuantity=Decimal(5))
    state.add_price("MUG", price=Decimal(70), fromQuantity=Decimal(10))

    assert await unit_price(api, words, "7") == 75


async def test_lowest_price_of_a_level_wins(api, words, state, mug):
    state.add_price("MUG", **CAMPAIGN, price=Decimal(66))
    state.add_price("MUG", **CAMPAIGN, price=Decimal(62))

    assert await unit_price(api, words) == 62


async def test_price_incl_vat_is_brought_to_net(api, words, state, mug):
    state.add_price("MUG", **CAMPAIGN, price=Decimal(100), isVatIncluded=True)

    assert await unit_price(api, words) == Decimal("80.0000")


async def test_article_without_a_price_in_the_currency_is_refused(api, words, mug):
    answer = await api.post("/customerinvoices", words.body(words.article("MUG"), currency={"code": "EUR"}))

    assert words.code_of(answer) == (400, 9000002)
