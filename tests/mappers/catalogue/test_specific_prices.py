"""Ours against those that the shop has: kept, changed, made and removed; the merchant's stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mappers.catalogue.changes import DropSpecificPrice, PutSpecificPrice
from mappers.catalogue.model import SpecificPrice
from mappers.catalogue.prices import Span
from mappers.catalogue.specific_prices import IDENTITY, OPEN, Plan, Target, plan, wanted
from tests.mappers.catalogue.looks import NOW, STOCKHOLM, make_specific, only
from tests.mappers.catalogue.shop_prices import as_row, shop_price

D = Decimal
HOUR = timedelta(hours=1)
TARGET = Target(product_id=17, combination_id=0, shop_id=1, zone=STOCKHOLM)


def make_span(price: str = "80", **changes: Any) -> Span:
    return Span(**({"from_quantity": 1, "price": D(price), "starts_at": NOW, "ends_at": NOW + 24 * HOUR} | changes))


def ours(ident: int, span: Span | None = None, *, ordinary: str = "100", target: Target = TARGET) -> SpecificPrice:
    """As the shop has it after we wrote it."""
    return as_row(ident, wanted(span or make_span(), D(ordinary), target))


def planned(
    *spans: Span, there: list[SpecificPrice] | None = None, owned: set[int] | None = None, ordinary: str = "100", target: Target = TARGET
) -> Plan:
    return plan(spans, D(ordinary), target=target, there=there or [], owned=frozenset(owned or ()), now=NOW)


def codes(found: Plan) -> list[str]:
    return [notice.code for notice in found.notices]


def test_a_lower_price_is_a_reduction_excl_vat_so_that_the_shop_shows_what_it_was() -> None:
    found = wanted(make_span("79.2"), D("199.2"), TARGET)

    assert (found["price"], found["reduction"], found["reduction_type"], found["reduction_tax"]) == (
        "-1.000000",
        "120.000000",
        "amount",
        "0",
    )


@pytest.mark.parametrize("price", ["100", "120.5"])
def test_a_price_that_is_not_lower_takes_the_ordinary_ones_place(price: str) -> None:
    found = wanted(make_span(price), D(100), TARGET)

    assert (found["price"], found["reduction"]) == (f"{D(price):.6f}", "0.000000")


def test_it_is_for_everyone_in_this_shop_only() -> None:
    found = wanted(make_span(), D(100), Target(product_id=17, combination_id=31, shop_id=2, zone=STOCKHOLM))

    everyone = {name: found[name] for name in ("id_customer", "id_group", "id_country", "id_currency", "id_cart", "id_shop_group")}
    assert set(everyone.values()) == {"0"}
    assert (found["id_product"], found["id_product_attribute"], found["id_shop"]) == ("17", "31", "2")


def test_open_ends_are_prestashops_zero_date() -> None:
    found = wanted(make_span(starts_at=None, ends_at=None), D(100), TARGET)

    assert (found["from"], found["to"]) == (OPEN, OPEN)


def test_it_holds_to_the_last_second_before_hogias_end() -> None:
    assert wanted(make_span(), D(100), TARGET)["to"] == "2026-11-25 12:59:59"


@pytest.mark.parametrize(
    ("zone", "begins"),
    [("Europe/Stockholm", "2026-11-24 13:00:00"), ("Europe/Helsinki", "2026-11-24 14:00:00"), ("UTC", "2026-11-24 12:00:00")],
)
def test_times_are_in_the_shops_zone(zone: str, begins: str) -> None:
    assert wanted(make_span(), D(100), replace(TARGET, zone=ZoneInfo(zone)))["from"] == begins


@pytest.mark.parametrize(
    ("starts", "ends", "begins", "stops"),
    [
        # A Swedish campaign over the night to summer time: from midnight (+1) to midnight (+2).
        (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC), "2026-03-29 00:00:00", "2026-03-29 23:59:59"),
        # … and over the night to winter time: from midnight (+2) to midnight (+1).
        (datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC), "2026-10-25 00:00:00", "2026-10-25 23:59:59"),
        # It begins in the very hour that does not exist on the clock, and ends in the one that comes twice.
        (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC), "2026-03-29 03:00:00", "2026-10-25 02:59:59"),
    ],
)
def test_both_clock_changes_are_on_the_shops_clock(starts: datetime, ends: datetime, begins: str, stops: str) -> None:
    found = wanted(make_span(starts_at=starts, ends_at=ends), D(100), TARGET)

    assert (found["from"], found["to"]) == (begins, stops)


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
@pytest.mark.parametrize("hour", range(-2, 5))
def test_what_was_written_around_a_clock_change_is_found_again(day: datetime, hour: int) -> None:
    span = make_span(starts_at=day + hour * HOUR, ends_at=day + (hour + 3) * HOUR)

    found = planned(span, there=[ours(501, span)], owned={501})

    assert found == Plan(owned=frozenset({501}))


def test_a_new_span_is_made() -> None:
    found = planned(make_span())

    assert only(found.changes, PutSpecificPrice) == PutSpecificPrice(fields=wanted(make_span(), D(100), TARGET))
    assert found.owned == frozenset()


def test_one_that_is_there_is_left_as_it_is() -> None:
    assert planned(make_span(), there=[ours(501)], owned={501}) == Plan(owned=frozenset({501}))


def test_after_a_lost_memory_one_that_is_as_ours_would_be_is_taken_up_again() -> None:
    assert planned(make_span(), there=[ours(501)]) == Plan(owned=frozenset({501}))


def test_another_price_changes_the_one_that_is_there() -> None:
    found = planned(make_span("70"), there=[ours(501)], owned={501})

    change = only(found.changes, PutSpecificPrice)
    assert (change.specific_price_id, change.fields["reduction"]) == (501, "30.000000")
    assert found.owned == {501}


def test_another_ordinary_price_changes_the_reduction_and_not_the_campaign() -> None:
    found = planned(make_span("80"), there=[ours(501, ordinary="100")], owned={501}, ordinary="120")

    change = only(found.changes, PutSpecificPrice)
    assert (change.specific_price_id, change.fields["reduction"]) == (501, "40.000000")


def test_a_campaign_that_is_gone_from_hogia_is_removed() -> None:
    found = planned(there=[ours(501)], owned={501})

    assert found == Plan(changes=(DropSpecificPrice(specific_price_id=501),))


def test_a_campaign_that_has_ended_is_cleared_away() -> None:
    over = make_span(starts_at=NOW - 24 * HOUR, ends_at=NOW)

    assert planned(there=[ours(501, over)], owned={501}).changes == (DropSpecificPrice(specific_price_id=501),)


def test_one_that_the_merchant_has_deleted_is_made_again() -> None:
    found = planned(make_span(), owned={501})

    assert only(found.changes, PutSpecificPrice).specific_price_id == 0
    assert found.owned == frozenset()


def test_one_in_the_same_place_is_changed_before_another_is_moved() -> None:
    """Moved away from its place, the price of one piece would be missing until it is made anew."""
    tier, campaign = make_span("70", from_quantity=5, starts_at=None, ends_at=None), make_span("75")
    found = planned(tier, campaign, there=[ours(501), ours(502, make_span("60", from_quantity=9))], owned={501, 502})

    assert [(change.specific_price_id, change.fields["from_quantity"]) for change in found.changes] == [(501, "1"), (502, "5")]


def test_no_step_of_a_plan_puts_a_second_one_in_the_place_of_another() -> None:
    spans = [make_span(str(70 + step), starts_at=NOW + step * HOUR, ends_at=NOW + (step + 1) * HOUR) for step in range(4)]
    there = [ours(501 + step, replace(span, price=D(60))) for step, span in enumerate(reversed(spans))]

    found = planned(*spans, there=there, owned={each.id for each in there})

    places = {each.id: (each.starts_at, each.ends_at) for each in there}
    for change in found.changes:
        row = as_row(change.specific_price_id, change.fields)
        places[row.id] = (row.starts_at, row.ends_at)
        assert len(set(places.values())) == len(places)


@pytest.mark.parametrize(
    "merchants",
    [
        make_specific(9, is_percentage=True, reduction=D("0.2")),
        make_specific(9, is_percentage=True, reduction=D("0.2"), shop_id=0),
        make_specific(9, price=D(50), customer_group_id=3),
        make_specific(9, price=D(50), customer_id=7),
        make_specific(9, price=D(50), starts_at=NOW - HOUR, ends_at=NOW),
        make_specific(9, price=D(50), cart_id=4),
        make_specific(9, rule_id=2, is_percentage=True, reduction=D("0.2")),
    ],
)
def test_the_merchants_own_are_never_touched(merchants: SpecificPrice) -> None:
    found = planned(make_span("70"), there=[merchants, ours(501)], owned={501})

    assert [change.specific_price_id for change in found.changes] == [501]
    assert found.owned == {501}


def test_a_price_rules_own_copy_is_not_taken_for_ours_even_when_it_is_alike() -> None:
    found = planned(make_span(), there=[replace(ours(501), rule_id=2)])

    assert only(found.changes, PutSpecificPrice).specific_price_id == 0
    assert found.owned == frozenset()


def test_the_merchants_in_the_very_place_of_ours_stays_and_ours_is_not_set() -> None:
    merchants = replace(ours(9), reduction=D("0.3"), is_percentage=True)

    found = planned(make_span(), make_span("70", from_quantity=5), there=[merchants])

    assert [change.fields["from_quantity"] for change in found.changes] == ["5"]
    assert codes(found) == ["SPECIFIC_PRICE_OVERLAPS", "SPECIFIC_PRICE_TAKEN"]


@pytest.mark.parametrize(
    ("merchants", "is_told"),
    [
        ({}, True),
        ({"shop_id": 0}, True),
        ({"shop_id": 2}, False),  # another storefront of the installation; ours for that one may be among them
        ({"customer_group_id": 3}, True),
        ({"customer_id": 7}, False),
        ({"cart_id": 4}, False),
        ({"starts_at": NOW + 23 * HOUR}, True),
        ({"starts_at": NOW + 24 * HOUR}, False),
        ({"ends_at": NOW + HOUR}, True),
        ({"ends_at": NOW}, False),
        ({"combination_id": 31}, False),
        ({"rule_id": 2}, True),
    ],
)
def test_a_person_is_told_of_merchants_prices_at_the_same_time(merchants: dict[str, Any], *, is_told: bool) -> None:
    found = planned(make_span(), there=[make_specific(9, price=D(50), **merchants)])

    assert codes(found) == (["SPECIFIC_PRICE_OVERLAPS"] if is_told else [])


def test_nobody_is_told_where_hogia_has_no_campaign() -> None:
    assert planned(there=[make_specific(9, price=D(50))]) == Plan()


def test_each_combination_has_its_own() -> None:
    small, medium = replace(TARGET, combination_id=31), replace(TARGET, combination_id=32)
    there = [ours(501, target=small), ours(502, target=medium)]

    found = planned(make_span("70"), there=there, owned={501}, target=small)

    assert only(found.changes, PutSpecificPrice).specific_price_id == 501


def test_the_place_of_a_specific_price_is_that_of_prestashops_unique_key() -> None:
    """Without the price rule: ours have none. Price and reduction are no part of it."""
    assert set(wanted(make_span(), D(100), TARGET)) - set(IDENTITY) == {"price", "reduction", "reduction_tax", "reduction_type"}


@pytest.mark.parametrize(("at", "price"), [(-1, "100"), (0, "80"), (24 * 3600 - 1, "80"), (24 * 3600, "100")])
def test_the_shop_computes_the_campaign_from_its_first_to_its_last_second(at: int, price: str) -> None:
    rows = [wanted(make_span(), D(100), TARGET)]

    assert shop_price(rows, D(100), quantity=1, at=NOW + timedelta(seconds=at)) == D(price)
