"""Prices of Hogia in the shop: never a wrong one, never none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from mappers.catalogue.changes import PutSpecificPrice, UpdateCombination, UpdateProduct
from mappers.catalogue.items import Item
from mappers.catalogue.look import ArticleDecision
from mappers.connection import Flow
from mappers.hogia.model import HogiaPrice
from tests.mappers.catalogue.looks import (
    NOW,
    decide_one,
    make_article,
    make_campaign,
    make_combination,
    make_price,
    make_product,
    make_specific,
    notices,
    of,
    only,
    told,
)

D = Decimal
PRODUCT = Item(product=make_product())
DAY = timedelta(days=1)
SIZED = make_product(combinations=(make_combination(impact=D(20)), make_combination(32, "TR-M")))
SMALL = Item(product=SIZED, combination=SIZED.combinations[0])


def priced(price: str | None, item: Item = PRODUCT, *extra: HogiaPrice, **situation: Any) -> ArticleDecision:
    article = make_article(prices={} if price is None else {"SEK": D(price)})
    return decide_one(article, item, **({"flow": Flow.COMBO, "prices": extra} | situation))


def test_the_ordinary_price_is_the_products_excl_vat() -> None:
    assert only(priced("149.5").changes, UpdateProduct) == UpdateProduct(product_id=17, fields={"price": "149.500000"})


@pytest.mark.parametrize("price", ["199.2", "199.20", "199.2000"])
def test_the_same_price_is_no_change(price: str) -> None:
    assert told(priced(price).outcome) == ("unchanged", "")


@pytest.mark.parametrize(("price", "impact"), [("199.20", "0.000000"), ("249.20", "50.000000"), ("150.00", "-49.200000")])
def test_a_combinations_price_is_the_impact_on_the_products(price: str, impact: str) -> None:
    assert only(priced(price, SMALL).changes, UpdateCombination) == UpdateCombination(combination_id=31, fields={"price": impact})


def test_a_combination_of_the_right_price_is_left_as_it_is() -> None:
    assert priced("219.20", SMALL).changes == ()


def test_a_combinations_campaign_is_on_the_combination_and_its_whole_price_is_reduced() -> None:
    found = priced("219.20", SMALL, make_campaign("199.20", starts=NOW, ends=NOW + DAY))

    fields = only(found.changes, PutSpecificPrice).fields
    assert (fields["id_product_attribute"], fields["price"], fields["reduction"]) == ("31", "-1.000000", "20.000000")


def test_a_product_is_the_base_of_its_combinations_and_is_not_moved_below_them() -> None:
    """The impact of every combination is added to it: another base would be a wrong price for each of them."""
    found = priced("149", Item(product=SIZED), make_campaign("99", starts=NOW, ends=NOW + DAY))

    assert found.changes == ()
    assert notices(found.outcome) == ["PRICE_OF_COMBINATIONS"]


def test_combinations_without_numbers_of_their_own_are_sold_at_the_products_price() -> None:
    product = make_product(combinations=(make_combination(31, ""), make_combination(32, " ")))

    assert only(priced("149", Item(product=product)).changes, UpdateProduct).fields == {"price": "149.000000"}


@pytest.mark.parametrize(("price", "code"), [(None, "PRICE_MISSING"), ("0", "PRICE_ZERO"), ("0.00", "PRICE_ZERO"), ("-5", "PRICE_ZERO")])
@pytest.mark.parametrize("item", [PRODUCT, SMALL])
def test_without_a_price_above_0_the_shops_own_stays(price: str | None, code: str, item: Item) -> None:
    found = priced(price, item, specific_prices=[make_specific(501)])

    assert found.changes == ()
    assert notices(found.outcome) == [code]


@pytest.mark.parametrize(
    "free",
    [
        make_campaign("0", starts=NOW, ends=NOW + DAY),
        make_campaign(discount_percent=D(100), starts=NOW, ends=NOW + DAY),
        make_price("0", from_quantity=D(5)),
        make_campaign("-1", starts=NOW, ends=NOW + DAY),
    ],
)
def test_a_campaign_or_quantity_price_of_0_gives_nothing_away(free: HogiaPrice) -> None:
    found = priced("199.20", PRODUCT, free)

    assert found.changes == ()
    assert notices(found.outcome) == ["CAMPAIGN_ZERO"]


def test_in_another_currency_prices_are_left_alone() -> None:
    found = priced("149", currency="EUR")

    assert found.changes == ()
    assert notices(found.outcome) == ["CURRENCY_DIFFERS"]


def test_a_price_with_vat_is_written_without() -> None:
    found = priced("100", PRODUCT, make_price("199", is_vat_included=True), rate=D(12))

    assert only(found.changes, UpdateProduct).fields == {"price": "177.678571"}


def test_it_is_looked_at_again_when_a_price_begins_or_ends() -> None:
    found = priced("199.20", PRODUCT, make_price("149", valid_from=NOW + DAY))

    assert (found.changes, found.again_at) == ((), NOW + DAY)


def test_a_price_that_began_is_written_then() -> None:
    found = priced("199.20", PRODUCT, make_price("149", valid_from=NOW + DAY), now=NOW + DAY)

    assert only(found.changes, UpdateProduct).fields == {"price": "149.000000"}
    assert found.again_at is None


def test_a_campaign_to_come_is_in_the_shop_beforehand() -> None:
    """Its start and end need no event."""
    found = priced("199.20", PRODUCT, make_campaign("149.20", starts=NOW + DAY, ends=NOW + 2 * DAY))

    fields = only(found.changes, PutSpecificPrice).fields
    assert (fields["from"], fields["to"]) == ("2026-11-25 13:00:00", "2026-11-26 12:59:59")
    assert found.again_at == NOW + DAY


def test_the_ordinary_price_is_written_before_the_reductions_of_it() -> None:
    found = priced("149.20", PRODUCT, make_campaign("99.20", starts=NOW, ends=NOW + DAY))

    assert [type(change) for change in found.changes] == [UpdateProduct, PutSpecificPrice]
    assert of(found.changes, PutSpecificPrice)[0].fields["reduction"] == "50.000000"


def test_the_merchants_specific_prices_stay_and_he_is_told_of_them() -> None:
    merchants = make_specific(9, is_percentage=True, reduction=D("0.1"))

    found = priced("199.20", PRODUCT, make_campaign("149", starts=NOW, ends=NOW + DAY), specific_prices=[merchants])

    assert only(found.changes, PutSpecificPrice).specific_price_id == 0
    assert notices(found.outcome) == ["SPECIFIC_PRICE_OVERLAPS"]


def test_a_combinations_price_follows_when_the_merchant_moves_the_base() -> None:
    moved = replace(SIZED, price=D(100))

    found = priced("219.20", Item(product=moved, combination=moved.combinations[0]))

    assert only(found.changes, UpdateCombination).fields == {"price": "119.200000"}
