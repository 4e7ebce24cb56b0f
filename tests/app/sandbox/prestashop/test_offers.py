"""What an article costs at a moment, by PrestaShop's order of specific prices (facts: prestashop.md 11; source where it says so)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.sandbox.prestashop.offers import Buyer
from app.sandbox.prestashop.scenario import Item
from app.sandbox.prestashop.scenarios import BY_SLUG

NOVEMBER = datetime(2026, 11, 30, 12, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, 12, tzinfo=UTC)
OPEN = "0000-00-00 00:00:00"
ANYONE = dict.fromkeys(
    ("id_shop_group", "id_shop", "id_cart", "id_product_attribute", "id_currency", "id_country", "id_group", "id_customer"), 0
) | {
    "price": "-1.000000",
    "from_quantity": 1,
    "reduction": "0.000000",
    "reduction_tax": 1,
    "reduction_type": "amount",
    "from": OPEN,
    "to": OPEN,
}


def add(state, product, **values):
    return state.add("specific_prices", ANYONE | {"id_product": product, **values})


def price(state, reference, at=NOVEMBER, **buyer):
    found = state.price_at(reference, at, buyer=Buyer(**buyer))
    return str(found.excl), str(found.incl)


def test_without_a_campaign_an_article_costs_its_price_and_its_vat(state):
    assert price(state, "KANNA-25") == ("319.200000", "399.000000")
    assert price(state, "TE-12") == ("61.607143", "69.000000")


def test_ecotax_is_part_of_the_price(state):
    assert price(state, "VATTENKOKARE") == ("599.200000", "749.000000")


def test_a_percentage_is_taken_off_between_its_dates_only(state):
    reduction = {"reduction": "0.200000", "reduction_type": "percentage"}
    add(state, 1, **reduction, **{"from": "2026-12-01 00:00:00", "to": "2026-12-01 23:59:59"})

    assert price(state, "KANNA-25", NOVEMBER)[0] == "319.200000"
    assert price(state, "KANNA-25", DECEMBER)[0] == "255.360000"
    assert price(state, "KANNA-25", datetime(2026, 12, 1, 23, 30, tzinfo=UTC))[0] == "319.200000"


@pytest.mark.parametrize(("incl", "expected"), [(1, ("299.200000", "374.000000")), (0, ("294.200000", "367.750000"))])
def test_an_amount_is_taken_off_with_or_without_vat(state, incl, expected):
    add(state, 1, reduction="25.000000", reduction_tax=incl)

    assert price(state, "KANNA-25") == expected


def test_a_price_never_falls_below_nothing(state):
    add(state, 1, reduction="9999.000000")

    assert price(state, "KANNA-25") == ("0.000000", "0.000000")


def test_a_fixed_price_for_the_product_keeps_the_combinations_impact_and_one_for_the_combination_replaces_it(state):
    state.change("combinations", 1, price="50.000000")
    state.change("combinations", 2, price="50.000000")
    add(state, 5, price="100.000000")
    add(state, 5, price="90.000000", id_product_attribute=2)

    assert price(state, "TROJA-S")[0] == "150.000000"
    assert price(state, "TROJA-M")[0] == "90.000000"


@pytest.mark.parametrize(
    ("nearer", "buyer"),
    [
        ({"id_shop": 1}, {}),
        ({"id_country": 18}, {}),
        ({"id_group": 4}, {"group": 4}),
        ({"from_quantity": 10}, {"quantity": 10}),
        ({"from": "2026-11-01 00:00:00"}, {}),
    ],
)
def test_the_nearer_specific_price_counts(state, nearer, buyer):
    add(state, 1, price="200.000000")
    add(state, 1, price="100.000000", **nearer)

    assert price(state, "KANNA-25", **buyer)[0] == "100.000000"


@pytest.mark.parametrize("other", [{"id_shop": 2}, {"id_country": 7}, {"id_group": 4}, {"from_quantity": 2}, {"id_customer": 9}])
def test_a_specific_price_for_others_does_not_count(state, other):
    add(state, 1, price="100.000000", **other)

    assert price(state, "KANNA-25")[0] == "319.200000"


def test_a_merchants_price_goes_before_a_price_rules(state):
    add(state, 1, price="100.000000")
    add(state, 1, price="50.000000", id_specific_price_rule=3, id_shop=1)

    assert price(state, "KANNA-25")[0] == "100.000000"


def test_an_order_is_charged_the_campaign_price_and_says_so(state):
    add(state, 1, reduction="25.000000")

    order = state.place_order(BY_SLUG["plain"])

    (row,) = state.find("order_details", id_order=order)
    assert (row["unit_price_tax_incl"], row["original_product_price"]) == ("374.000000", "319.200000")
    assert (row["reduction_amount_tax_incl"], row["reduction_amount_tax_excl"]) == ("25.000000", "20.000000")


def test_a_combination_is_sold_under_its_options_in_the_buyers_language(state):
    plain = BY_SLUG["plain"]
    english = replace(plain, person=replace(plain.person, language=1), items=(Item(reference="TROJA-L"),))

    order = state.place_order(english)

    assert state.find("order_details", id_order=order)[0]["product_name"] == "Stickad tröja (Size: L - Colour: Blue)"
