from decimal import Decimal

import pytest


@pytest.fixture
def mug(state):
    return state.add_article("MUG", price=Decimal(80), stock=Decimal(10))


async def balance(api):
    (found,) = await api.read("/stockbalances", articleNumber="MUG")
    return found["onHand"], found["reserved"], found["available"]


async def test_stock_is_not_writable_by_default(api, words, mug):
    answer = await api.post("/stockadjustments", {"articleNumber": "MUG", "quantityChange": -1, "reason": "Sale"})

    assert words.code_of(answer) == (409, 9000013)
    assert await balance(api) == (10, 0, 10)


@pytest.mark.parametrize(("change", "on_hand"), [({"quantityChange": -3}, 7), ({"newOnHand": 4}, 4)])
async def test_stock_is_adjusted_when_writable(api, state, mug, change, on_hand):
    state.switches.stock_writable = True

    answer = await api.made("/stockadjustments", {"articleNumber": "MUG", "reason": "Inventory", **change})

    assert answer["onHand"] == on_hand
    assert await balance(api) == (on_hand, 0, on_hand)


async def test_adjustment_is_a_delta_or_a_balance(api, state, mug):
    state.switches.stock_writable = True

    answer = await api.post("/stockadjustments", {"articleNumber": "MUG", "quantityChange": 1, "newOnHand": 4})

    assert answer.status_code == 400


async def test_untracked_article_cannot_be_adjusted(api, state, words):
    state.switches.stock_writable = True
    state.add_article("SERVICE")

    answer = await api.post("/stockadjustments", {"articleNumber": "SERVICE", "quantityChange": 1})

    assert words.code_of(answer) == (409, 9000013)


async def test_billed_line_lowers_stock(api, words, mug):
    await api.invoice(words.article("MUG", "3"))

    assert await balance(api) == (7, 0, 7)


async def test_draft_reserves_and_billing_takes(api, state, words, mug):
    state.switches.invoices_arrive_as = "draft"
    draft = await api.invoice(words.article("MUG", "3"))
    reserved = await balance(api)

    state.bill(draft["id"])

    assert reserved == (10, 3, 7)
    assert await balance(api) == (7, 0, 7)


async def test_cancelled_draft_lets_go_of_its_reservation(api, state, words, mug):
    state.switches.invoices_arrive_as = "draft"
    draft = await api.invoice(words.article("MUG", "3"))

    state.cancel(draft["id"])

    assert await balance(api) == (10, 0, 10)


async def test_credit_brings_goods_back(api, state, words, mug):
    invoice = await api.invoice(words.article("MUG", "3"))

    state.credit(invoice["id"], pieces={0: Decimal(2)})

    assert await balance(api) == (9, 0, 9)


async def test_till_sale_shows_in_the_feed(api, state, mug):
    seen = state.organisation.row_version

    state.sell_in_till("MUG", Decimal(2))

    (changed,) = await api.read("/stockbalances/rowversion", lastKnownRowVersion=seen)
    assert (changed["articleNumber"], changed["onHand"], changed["updatedBy"]) == ("MUG", 8, "till")


async def test_person_counts_stock_anew(api, state, mug):
    state.change_stock("MUG", on_hand=Decimal(4))

    assert await balance(api) == (4, 0, 4)
