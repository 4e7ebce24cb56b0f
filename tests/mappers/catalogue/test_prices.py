"""Hogia's prices as the shop's, case by case; the properties are in test_price_properties."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from mappers.catalogue.policy import ProductPolicy
from mappers.catalogue.prices import Prices, Span, resolve
from mappers.hogia.model import HogiaPrice, PriceKind
from tests.mappers.catalogue.looks import NOW, make_article, make_campaign, make_price

D = Decimal
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
SOON, LATER = NOW + HOUR, NOW + 2 * HOUR


def resolved(*prices: HogiaPrice, base: str | None = "100", rate: str | None = "25", **policy: object) -> Prices:
    article = make_article(prices={} if base is None else {"SEK": D(base)})
    return resolve(article, prices, ProductPolicy(**policy), rate=D(rate) if rate else None, now=NOW)  # type: ignore[arg-type]


def test_without_extra_prices_the_base_price_holds_for_ever() -> None:
    assert resolved() == Prices(ordinary=D(100))


def test_a_list_price_goes_before_the_base_price() -> None:
    assert resolved(make_price("90")) == Prices(ordinary=D(90))


def test_the_lowest_of_two_list_prices_holds() -> None:
    assert resolved(make_price("90"), make_price("80")).ordinary == 80


def test_a_list_price_that_begins_later_is_written_when_it_begins() -> None:
    assert resolved(make_price("90", valid_from=SOON)) == Prices(ordinary=D(100), next_change=SOON)


def test_a_list_price_that_ends_is_looked_at_when_it_ends() -> None:
    assert resolved(make_price("90", valid_to=SOON)) == Prices(ordinary=D(90), next_change=SOON)


def test_a_campaign_is_a_span_and_the_ordinary_price_stays() -> None:
    assert resolved(make_campaign("80", starts=SOON, ends=LATER)) == Prices(
        ordinary=D(100),
        spans=(Span(from_quantity=1, price=D(80), starts_at=SOON, ends_at=LATER),),
        next_change=SOON,
    )


def test_a_campaign_that_is_on_began_when_it_began() -> None:
    (span,) = resolved(make_campaign("80", starts=NOW - WEEK, ends=LATER)).spans

    assert span == Span(from_quantity=1, price=D(80), starts_at=NOW - WEEK, ends_at=LATER)


def test_a_campaign_that_ends_now_is_over() -> None:
    assert resolved(make_campaign("80", starts=NOW - WEEK, ends=NOW)) == Prices(ordinary=D(100))


def test_of_overlapping_campaigns_the_lowest_holds_at_each_moment() -> None:
    campaigns = [
        make_campaign("80", starts=NOW, ends=NOW + 3 * HOUR),
        make_campaign("70", starts=SOON, ends=LATER),
    ]

    assert [(span.price, span.starts_at, span.ends_at) for span in resolved(*campaigns).spans] == [
        (D(80), NOW, SOON),
        (D(70), SOON, LATER),
        (D(80), LATER, NOW + 3 * HOUR),
    ]


def test_neighbouring_campaigns_of_one_price_are_one_span() -> None:
    (span,) = resolved(make_campaign("80", starts=NOW, ends=SOON), make_campaign("80", starts=SOON, ends=LATER)).spans

    assert (span.starts_at, span.ends_at) == (NOW, LATER)


def test_a_campaign_above_the_ordinary_price_holds_all_the_same() -> None:
    assert [span.price for span in resolved(make_campaign("120", starts=NOW, ends=SOON)).spans] == [120]


def test_a_campaign_at_the_ordinary_price_is_nothing() -> None:
    assert resolved(make_campaign("100", starts=NOW, ends=SOON)).spans == ()


def test_a_discount_is_taken_off_the_base_price() -> None:
    assert [span.price for span in resolved(make_campaign(discount_percent=D("12.5"), starts=NOW, ends=SOON)).spans] == [D("87.5")]


def test_a_discount_without_a_base_price_is_no_price() -> None:
    assert resolved(make_price(discount_percent=D(10)), base=None).ordinary is None


def test_a_price_that_includes_vat_is_taken_without_it_to_six_decimals() -> None:
    assert resolved(make_price("199", is_vat_included=True), rate="12").ordinary == D("177.678571")


def test_a_price_that_includes_vat_is_passed_over_where_the_rate_is_not_known() -> None:
    assert resolved(make_price("80", is_vat_included=True), rate=None) == Prices(ordinary=D(100))


def test_prices_from_a_quantity_are_spans_that_are_always_open() -> None:
    assert resolved(make_price("90", from_quantity=D(5)), make_price("80", from_quantity=D(10))).spans == (
        Span(from_quantity=5, price=D(90), starts_at=None, ends_at=None),
        Span(from_quantity=10, price=D(80), starts_at=None, ends_at=None),
    )


def test_a_quantity_at_the_price_of_fewer_is_nothing() -> None:
    spans = resolved(make_price("90", from_quantity=D(5)), make_price("90", from_quantity=D(10))).spans

    assert [span.from_quantity for span in spans] == [5]


def test_a_quantity_that_is_dearer_again_holds() -> None:
    """Hogia takes the list price of the highest quantity, whatever it is."""
    spans = resolved(make_price("80", from_quantity=D(5)), make_price("100", from_quantity=D(10))).spans

    assert [(span.from_quantity, span.price) for span in spans] == [(5, D(80)), (10, D(100))]


def test_a_campaign_goes_before_the_price_of_any_quantity() -> None:
    """While it lasts, five pieces cost as much each as one; before and after, five are cheaper."""
    spans = resolved(make_price("70", from_quantity=D(5)), make_campaign("80", starts=SOON, ends=LATER)).spans

    assert [(span.from_quantity, span.price, span.starts_at, span.ends_at) for span in spans] == [
        (1, D(80), SOON, LATER),
        (5, D(70), None, SOON),
        (5, D(70), LATER, None),
    ]


@pytest.mark.parametrize(("quantity", "pieces"), [("2.5", 3), ("3", 3), ("0.5", 1), ("0", 1)])
def test_a_price_from_a_part_of_a_piece_holds_from_the_whole_piece(quantity: str, pieces: int) -> None:
    spans = resolved(make_campaign("80", starts=NOW, ends=SOON, from_quantity=D(quantity))).spans

    assert [(span.from_quantity, span.price) for span in spans] == [(pieces, D(80))]


def test_prices_from_parts_of_the_same_piece_are_one_span() -> None:
    """Two specific prices from 3 pieces would have the same place in the shop: HTTP 500, or the wrong one of the two."""
    spans = resolved(make_price("90", from_quantity=D("2.5")), make_price("85", from_quantity=D(3))).spans

    assert [(span.from_quantity, span.price) for span in spans] == [(3, D(85))]


def test_a_list_price_from_half_a_piece_is_the_ordinary_price() -> None:
    assert resolved(make_price("90", from_quantity=D("0.5"))) == Prices(ordinary=D(90))


def test_without_quantity_prices_only_one_piece_counts() -> None:
    prices = [make_price("70", from_quantity=D(5)), make_campaign("80", starts=NOW, ends=SOON)]

    assert [(span.from_quantity, span.price) for span in resolved(*prices, quantity_prices=False).spans] == [(1, D(80))]


@pytest.mark.parametrize(
    "changes",
    [
        {"customer_number": "1007"},
        {"currency": "EUR"},
        {"price_list": "B"},
        {"kind": PriceKind.UNKNOWN},
        {"discount_percent": D(10)},  # and a price: which of the two cannot be told
    ],
)
def test_a_price_that_is_not_the_shops_or_cannot_be_told_is_passed_over(changes: dict[str, object]) -> None:
    assert resolved(make_price("80", **changes)) == Prices(ordinary=D(100))


def test_a_price_without_price_and_discount_is_passed_over() -> None:
    assert resolved(make_price()) == Prices(ordinary=D(100))


def test_the_shops_own_list_and_currency_are_taken() -> None:
    article = make_article(prices={"SEK": D(100), "EUR": D(10)})
    policy = ProductPolicy(currency="EUR", price_list="web")

    found = resolve(article, [make_price("9", currency="EUR", price_list="WEB")], policy, rate=D(25), now=NOW)

    assert found.ordinary == 9


def test_without_a_price_in_the_currency_there_is_none_and_the_next_change_is_told() -> None:
    assert resolved(make_price("90", valid_from=SOON), base=None) == Prices(ordinary=None, next_change=SOON)


def test_a_campaign_without_an_ordinary_price_is_not_set() -> None:
    assert resolved(make_campaign("80", starts=NOW, ends=SOON), base=None).spans == ()
