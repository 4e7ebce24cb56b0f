from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import simplejson
from hypothesis import given
from hypothesis import strategies as st

from mappers.hogia.model import HogiaPrice, HogiaStock, PriceKind
from mappers.hogia.reading_prices import KINDS, read_price, read_stock

PRICE = """
{"id": "P1", "version": 2, "rowVersion": 91, "articleNumber": "TR-1", "kind": "Campaign", "priceListCode": "B", "customerNumber": "1007",
 "currencyCode": "eur", "price": 99.5000, "discountPercent": null, "isVatIncluded": true, "fromQuantity": 5,
 "validFrom": "2026-11-27T00:00:00", "validTo": "2026-11-30T23:00:00Z", "unknownField": [1]}
"""
STOCK = '{"id": "S1", "articleNumber": "TR-1", "stockPointCode": "MAIN", "onHand": 12, "reserved": 2.5, "available": 9.5, "rowVersion": 92}'


def price(**changes: Any) -> HogiaPrice:
    return read_price(simplejson.loads(PRICE, use_decimal=True) | changes)


def stock(**changes: Any) -> HogiaStock:
    return read_stock(simplejson.loads(STOCK, use_decimal=True) | changes)


def test_a_price_is_read_in_full() -> None:
    assert price() == HogiaPrice(
        id="P1",
        article="TR-1",
        kind=PriceKind.CAMPAIGN,
        currency="EUR",
        price_list="B",
        customer_number="1007",
        price=Decimal("99.5000"),
        is_vat_included=True,
        from_quantity=Decimal(5),
        valid_from=datetime(2026, 11, 26, 23, 0, tzinfo=UTC),
        valid_to=datetime(2026, 11, 30, 23, 0, tzinfo=UTC),
        row_version=91,
    )


def test_an_empty_price_is_an_ordinary_one_in_kronor_on_list_a_from_one_piece() -> None:
    assert read_price({}) == HogiaPrice(id="", article="", kind=PriceKind.REGULAR)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Regular", PriceKind.REGULAR),
        ("campaign", PriceKind.CAMPAIGN),
        (None, PriceKind.REGULAR),
        ("", PriceKind.REGULAR),
        ("Staffel", PriceKind.UNKNOWN),
    ],
)
def test_a_kind_that_is_not_known_is_never_taken_for_an_ordinary_price(word: str | None, kind: PriceKind) -> None:
    assert price(kind=word).kind is kind


def test_every_kind_has_a_word() -> None:
    assert set(KINDS.values()) == set(PriceKind) - {PriceKind.UNKNOWN}


@pytest.mark.parametrize(("written", "read"), [(None, 1), (0, 1), ("", 1), ("2.5", Decimal("2.5")), (10, 10)])
def test_a_price_without_a_quantity_holds_from_one(written: object, read: object) -> None:
    assert price(fromQuantity=written).from_quantity == read


@pytest.mark.parametrize("written", [None, "", "0001-01-01T00:00:00", "soon"])
def test_an_unset_time_is_open(written: object) -> None:
    found = price(validFrom=written, validTo=written)

    assert (found.valid_from, found.valid_to) == (None, None)


@pytest.mark.parametrize("written", ["9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59", "9999-12-31T23:59:59-05:00", "9999-12-31"])
def test_nets_last_date_is_no_end(written: str) -> None:
    assert price(validTo=written).valid_to is None


def test_a_time_without_a_zone_is_in_stockholm_in_summer_and_winter() -> None:
    found = price(validFrom="2026-07-01T00:00:00", validTo="2026-12-01T00:00:00")

    assert (found.valid_from, found.valid_to) == (datetime(2026, 6, 30, 22, tzinfo=UTC), datetime(2026, 11, 30, 23, tzinfo=UTC))


def test_a_price_of_0_is_a_price() -> None:
    assert price(price=0).price == 0


@pytest.mark.parametrize("said", [None, "true", 1, False])
def test_vat_is_only_included_where_it_is_said(said: object) -> None:
    assert price(isVatIncluded=said).is_vat_included is False


def test_a_binary_float_is_refused() -> None:
    with pytest.raises(TypeError, match="use_decimal"):
        price(price=99.5)


def test_a_balance_is_read_in_full() -> None:
    assert stock() == HogiaStock(id="S1", article="TR-1", available=Decimal("9.5"), on_hand=Decimal(12), row_version=92)


@pytest.mark.parametrize("said", [None, "", "many"])
def test_where_hogia_does_not_say_what_is_available_it_is_what_is_not_reserved(said: object) -> None:
    assert stock(available=said).available == Decimal("9.5")


def test_nothing_available_is_not_taken_for_unsaid() -> None:
    assert stock(available=0).available == 0


def test_a_balance_may_be_below_zero() -> None:
    assert stock(available=-3).available == -3


ANYTHING = st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=20) | st.lists(st.integers(), max_size=2)


@given(
    st.dictionaries(
        st.sampled_from(["id", "kind", "price", "discountPercent", "fromQuantity", "validFrom", "validTo", "currencyCode", "rowVersion"]),
        ANYTHING,
    )
)
def test_any_values_are_read_as_a_price(body: dict[str, Any]) -> None:
    assert isinstance(read_price(body), HogiaPrice)


@given(st.dictionaries(st.sampled_from(["id", "articleNumber", "onHand", "reserved", "available", "rowVersion"]), ANYTHING))
def test_any_values_are_read_as_a_balance(body: dict[str, Any]) -> None:
    assert isinstance(read_stock(body), HogiaStock)
