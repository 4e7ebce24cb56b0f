"""What is sent to Nets: amounts, lines and their identities (payments.md 4.2, 4.3)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers.payments.model import CaptureRequest, Line, Parcel, RefundRequest
from mappers.payments.nets_bodies import cancel_body, capture_body, order_items, refund_body

VASE = Line(reference="VAS-1", name="Vas, blå", quantity=Decimal(2), total=5500, vat_rate=Decimal(10))


def line(total: int, rate: str = "25", quantity: str = "1", **more: str) -> Line:
    return Line(**{"reference": "A-1", "name": "Article", **more}, quantity=Decimal(quantity), total=total, vat_rate=Decimal(rate))


def capture(amount: int, *lines: Line, parcels: tuple[Parcel, ...] = (), reference: str = "DEL-1") -> CaptureRequest:
    return CaptureRequest(
        key="k", reference=reference, amount=amount, currency="SEK", is_rest=False, lines=lines, parcels=parcels, description="Order X"
    )


def items(amount: int, *lines: Line) -> list[dict[str, object]]:
    return order_items(lines, amount=amount, reference="DEL-1", name="Order X")


def gross(sent: list[dict[str, object]]) -> list[object]:
    return [item["grossTotalAmount"] for item in sent]


def test_whole_charge_has_an_amount_and_no_lines():
    assert capture_body(capture(5500, VASE, reference=""), is_whole=True) == {"amount": 5500}


def test_partial_charge_has_lines_as_in_the_facts_sample():
    assert capture_body(capture(5500, VASE), is_whole=False) == {
        "amount": 5500,
        "orderItems": [
            {
                "reference": "VAS-1",
                "name": "Vas, blå",
                "quantity": 2,
                "unit": "pcs",
                "unitPrice": 2500,
                "taxRate": 1000,
                "taxAmount": 500,
                "grossTotalAmount": 5500,
                "netTotalAmount": 5000,
            }
        ],
        "myReference": "DEL-1",
    }


def test_charge_without_lines_is_one_line_without_vat():
    assert capture_body(capture(777), is_whole=False)["orderItems"] == [
        {
            "reference": "DEL-1",
            "name": "Order X",
            "quantity": 1,
            "unit": "pcs",
            "unitPrice": 777,
            "grossTotalAmount": 777,
            "netTotalAmount": 777,
        }
    ]


def test_gross_amount_without_a_whole_net_gets_a_rounding_line():
    sent = items(7, line(7))

    assert gross(sent) == [8, -1]
    assert (sent[1]["reference"], sent[1]["name"], "taxRate" in sent[1]) == ("rounding", "Rounding", False)


def test_rounding_of_the_last_delivery_gets_a_rounding_line():
    assert gross(items(1001, line(1000))) == [1000, 1]
    assert gross(items(999, line(1000))) == [1000, -1]


def test_lines_that_do_not_add_up_become_one_line():
    assert gross(items(5500, line(1000))) == [5500]


def test_vat_rate_that_nets_cannot_write_makes_one_line():
    assert gross(items(1000, line(500, "8.875"), line(500))) == [1000]
    assert gross(items(1000, line(500, "-1"), line(500))) == [1000]


def test_discount_is_a_negative_line():
    sent = items(900, line(1000), line(-100, "0", reference="discount", name="Discount"))

    assert gross(sent) == [1000, -100]
    assert (sent[1]["quantity"], sent[1]["unitPrice"], sent[1]["taxAmount"]) == (1, -100, 0)


def test_pieces_whose_net_cannot_be_divided_are_one_and_the_name_says_how_many():
    (sent,) = items(1000, line(1000, quantity="3"))

    assert (sent["quantity"], sent["unitPrice"], sent["name"]) == (1, 800, "3 × Article")


def test_fraction_of_a_piece_keeps_its_quantity_where_the_price_is_whole():
    (sent,) = items(375, line(375, quantity="1.50"))

    assert (sent["quantity"], sent["unitPrice"], sent["netTotalAmount"]) == (Decimal("1.5"), 200, 300)


def test_line_of_nothing_is_left_out():
    assert gross(items(1000, line(1000), line(0))) == [1000]


def test_zero_pieces_are_sent_as_one():
    (sent,) = items(1000, line(1000, quantity="0"))

    assert (sent["quantity"], sent["name"]) == (1, "Article")


def test_texts_are_cut_to_128_characters():
    body = capture_body(capture(1000, line(1000, reference="R" * 200, name="Å" * 200, quantity="3"), reference="D" * 200), is_whole=False)

    (sent,) = body["orderItems"]
    assert (len(sent["reference"]), len(sent["name"]), len(body["myReference"])) == (128, 128, 128)
    assert sent["name"].startswith("3 × ÅÅ")


def test_name_has_no_characters_that_the_vendor_takes_out_and_is_never_empty():
    assert items(1000, line(1000, name=" <b>\"Vas\" & \n'skål'</b>|\\ "))[0]["name"] == "bVas skål/b"
    assert items(1000, line(1000, name="<>"))[0]["name"] == "A-1"
    assert (items(1000, line(1000, name="", reference=""))[0]["name"], items(1000, line(1000, reference=""))[0]["reference"]) == (
        "Item",
        "item",
    )


def test_tracking_goes_inside_the_charge():
    parcels = (Parcel(carrier="Own"), Parcel(carrier="PostNord", number=" 00073 ", url="https://x.test"), Parcel(carrier="DHL", number="2"))

    assert capture_body(capture(1000, parcels=parcels), is_whole=True)["shipping"] == {"trackingNumber": "00073", "provider": "PostNord"}


def test_tracking_without_a_number_is_left_out_and_without_a_carrier_is_kept():
    assert "shipping" not in capture_body(capture(1000, parcels=(Parcel(carrier="PostNord"),)), is_whole=True)
    assert capture_body(capture(1000, parcels=(Parcel(number="1"),)), is_whole=True)["shipping"]["provider"] == "-"


def test_tracking_is_cut_to_128_characters():
    shipping = capture_body(capture(1000, parcels=(Parcel(carrier="C" * 300, number="1" * 300),)), is_whole=True)["shipping"]

    assert {len(text) for text in shipping.values()} == {128}


def test_refund_has_lines_or_one_line():
    request = RefundRequest(key="k", reference="RET-1", amount=5500, currency="SEK", lines=(VASE,), description="Return")

    body = refund_body(request)

    assert (body["amount"], body["myReference"], gross(body["orderItems"])) == (5500, "RET-1", [5500])
    without = refund_body(RefundRequest(key="k", reference="", amount=5500, currency="SEK"))
    assert (gross(without["orderItems"]), without["orderItems"][0]["name"], "myReference" in without) == ([5500], "Order", False)


def test_cancellation_is_an_amount():
    assert cancel_body(5500) == {"amount": 5500}


some_line = st.builds(
    line,
    st.integers(-500_000, 500_000),
    st.sampled_from(["0", "6", "10", "12", "25", "25.5", "8.875"]),
    st.sampled_from(["1", "2", "3", "7", "0.5", "1.333"]),
)


@given(st.lists(some_line, max_size=8), st.integers(-3, 3))
def test_lines_add_up_to_the_amount_and_keep_the_identities(lines, off):
    amount = sum(each.total for each in lines) + off

    sent = items(amount, *lines)

    assert sum(item["grossTotalAmount"] for item in sent) == amount
    for item in sent:
        net, rate = item["netTotalAmount"], item.get("taxRate", 0)
        tax = int((Decimal(net) * rate / 10_000).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        assert item["quantity"] * item["unitPrice"] == net
        assert item["grossTotalAmount"] == net + tax
        assert item.get("taxAmount", 0) == tax


@given(st.integers(1, 10_000_000), st.sampled_from(["6", "12", "25"]))
def test_gross_amount_is_met_or_missed_by_one(total, rate):
    sent = items(total, line(total, rate))

    assert abs(sent[0]["grossTotalAmount"] - total) <= 1
    assert len(sent) <= 2


@pytest.mark.parametrize("total", [1, 2, 3, 4, 5, 6, 8, 9, 10, 12_345])
def test_most_gross_amounts_need_no_rounding_line(total):
    assert [item["reference"] for item in items(total, line(total))] == (["A-1"] if total % 5 != 2 else ["A-1", "rounding"])
