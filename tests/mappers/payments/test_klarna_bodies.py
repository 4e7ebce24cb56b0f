from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers.payments.klarna_bodies import (
    MOST_LINES,
    capture_body,
    order_line,
    order_lines,
    refund_body,
    shipping_info,
    tax_in,
    tracking_key,
)
from mappers.payments.model import CaptureRequest, Line, Parcel, RefundRequest


def line(**more):
    own = {"reference": "VAS-1", "name": "Vas", "quantity": Decimal(2), "total": 20_000, "vat_rate": Decimal(25)}
    return Line(**own | more)


def request(*lines, **more):
    own = {"key": "k", "reference": "HOGIA-DEL-1001", "amount": 42_390, "currency": "SEK", "is_rest": True}
    return CaptureRequest(**own | {"lines": lines} | more)


def test_capture_as_in_the_facts():
    """The example of payments.md 2.4; `shipping_method` is left to Klarna's default."""
    parcel = Parcel(carrier="PostNord SE", number="00073215400599288888")

    body = capture_body(request(parcels=(parcel,), description="Order XKBKNABJK delivered"))

    assert body == {
        "captured_amount": 42_390,
        "reference": "HOGIA-DEL-1001",
        "description": "Order XKBKNABJK delivered",
        "shipping_info": [{"shipping_company": "PostNord SE", "tracking_number": "00073215400599288888"}],
    }


def test_lines_that_are_the_amount_are_sent():
    body = capture_body(request(line(), amount=20_000))

    assert body["order_lines"] == [
        {
            "reference": "VAS-1",
            "name": "Vas",
            "quantity": 2,
            "unit_price": 10_000,
            "tax_rate": 2500,
            "total_amount": 20_000,
            "total_tax_amount": 4_000,
        }
    ]


def test_lines_of_another_sum_are_left_out():
    assert "order_lines" not in capture_body(request(line(), amount=20_001))


@pytest.mark.parametrize(
    "odd",
    [
        line(quantity=Decimal("1.5")),
        line(quantity=Decimal(0)),
        line(vat_rate=Decimal("5.555")),
        line(vat_rate=Decimal(-1)),
        line(name="", reference=""),
    ],
)
def test_one_line_that_cannot_be_said_takes_all_lines_out(odd):
    assert order_lines((line(), odd), 40_000) == []


def test_too_many_lines_are_left_out():
    lines = (line(quantity=Decimal(1), total=1),) * (MOST_LINES + 1)

    assert order_lines(lines, MOST_LINES + 1) == []


def test_what_a_unit_price_cannot_say_is_a_discount():
    written = order_line(line(quantity=Decimal(3), total=10_000))

    assert (written["unit_price"], written["total_discount_amount"], written["total_amount"]) == (3_334, 2, 10_000)


def test_line_below_zero_is_a_discount_line():
    written = order_line(line(quantity=Decimal(3), total=-100))

    assert (written["type"], written["unit_price"], written["total_discount_amount"]) == ("discount", -33, 1)


@given(
    total=st.integers(-10_000_000, 10_000_000),
    quantity=st.integers(1, 10_000),
    rate=st.sampled_from([0, 6, 12, 25, Decimal("5.5"), Decimal("25.5")]),
)
def test_every_whole_line_keeps_klarnas_identity(total, quantity, rate):
    written = order_line(line(total=total, quantity=Decimal(quantity), vat_rate=Decimal(rate)))

    discount = written.get("total_discount_amount", 0)
    assert discount >= 0
    assert written["total_amount"] == total == written["quantity"] * written["unit_price"] - discount
    assert all(isinstance(value, int | str) for value in written.values())


@pytest.mark.parametrize(
    ("total", "rate", "tax"), [(6_000, 2_500, 1_200), (5_300, 600, 300), (1, 2_500, 0), (3, 2_500, 1), (-6_000, 2_500, -1_200), (100, 0, 0)]
)
def test_tax_is_half_up(total, rate, tax):
    assert tax_in(total, rate) == tax


def test_texts_are_cut_by_characters():
    long = line(name="Å" * 300, reference="Ö" * 300)

    body = capture_body(request(long, amount=20_000, reference="r" * 300, description="Ä" * 300))

    assert (len(body["reference"]), len(body["description"])) == (255, 255)
    assert (body["order_lines"][0]["name"], body["order_lines"][0]["reference"]) == ("Å" * 255, "Ö" * 64)


def test_line_without_a_name_bears_its_reference():
    assert order_line(line(name=""))["name"] == "VAS-1"


def test_carriers_name_is_cut_and_a_number_that_is_too_long_left_out():
    assert shipping_info([Parcel(carrier="C" * 101, number="1" * 101, url="u" * 1025)]) == [{"shipping_company": "C" * 100}]


def test_parcel_that_says_nothing_is_not_sent():
    assert "shipping_info" not in capture_body(request(parcels=(Parcel(),)))


def test_no_more_parcels_than_klarna_takes():
    assert len(shipping_info([Parcel(number=str(each)) for each in range(501)])) == 500


def test_refund_body():
    refund = RefundRequest(key="k", reference="RET-1", amount=20_000, currency="SEK", capture_id="c1", lines=(line(),), description="Retur")

    body = refund_body(refund)

    assert {name: body[name] for name in ("refunded_amount", "reference", "description")} == {
        "refunded_amount": 20_000,
        "reference": "RET-1",
        "description": "Retur",
    }
    assert body["order_lines"][0]["total_amount"] == 20_000
    assert "order_lines" not in refund_body(replace(refund, amount=1))


def test_same_tracking_has_the_same_key():
    parcel = Parcel(carrier="PostNord", number="1")

    assert tracking_key("o", "c", [parcel]) == tracking_key("o", "c", [parcel])
    assert (
        len({tracking_key("o", "c", [parcel]), tracking_key("o", "c2", [parcel]), tracking_key("o", "c", [replace(parcel, number="2")])})
        == 3
    )
