from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.hogia.calculation import LineAmounts, invoice_amounts, rounded

D = Decimal
RATES = (D("0.25"), D("0.12"), D("0.06"), D("0.255"), D("0"))


def amounts(*lines, factor=None):
    """Each line: quantity, unit price, rate."""
    made = [LineAmounts(quantity=D(quantity), unit_price=D(price), rate=D(rate)) for quantity, price, rate in lines]
    return invoice_amounts(made, rounding_factor=factor)


def test_example_of_the_contract_is_447():
    made = amounts(("2", "159.20", "0.25"), ("1", "39.20", "0.25"))

    assert (made.net, made.vat, made.gross, made.to_pay) == (D("357.60"), D("89.40"), D("447.00"), D("447.00"))


def test_rounding_example_of_the_contract_is_125():
    made = amounts(("3", "33.25", "0.25"), factor=D("1.0"))

    assert (made.net, made.vat, made.gross) == (D("99.75"), D("24.94"), D("124.69"))
    assert (made.rounding, made.to_pay) == (D("0.31"), D("125.00"))


@pytest.mark.parametrize(("amount", "expected"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.0049", "0.00"), ("2.675", "2.68")])
def test_half_an_ore_goes_away_from_zero(amount, expected):
    assert rounded(D(amount)) == D(expected)


def test_nothing_is_minus_zero():
    assert str(rounded(D("-0.001"))) == "0.00"


@pytest.mark.parametrize(("amount", "to_pay"), [("0.50", "1"), ("0.49", "0"), ("-1234.50", "-1235"), ("1234.50", "1235")])
def test_kronor_are_rounded_as_the_law_says_and_credits_as_mirrors(amount, to_pay):
    assert amounts(("1", amount, "0"), factor=D("1.0")).to_pay == D(to_pay)


def test_vat_is_computed_on_the_sum_of_a_rate_and_not_per_line():
    made = amounts(("1", "0.02", "0.25"), ("1", "0.02", "0.25"))

    assert made.vat == D("0.01")


def test_tie_of_a_net_tells_away_from_zero_from_bankers_rounding():
    assert amounts(("1", "100.10", "0.25")).vat == D("25.03")


def test_discount_is_taken_before_the_line_is_rounded():
    line = LineAmounts(quantity=D(3), unit_price=D("33.33"), discount_percent=D(15))

    assert (line.net_without_discount, line.net) == (D("99.99"), D("84.99"))


def test_every_fifth_gross_at_25_percent_cannot_be_reached():
    reached = {amounts(("1", D(net) / 100, "0.25")).gross for net in range(1000)}

    assert [ore for ore in range(1, 1000) if D(ore) / 100 not in reached] == list(range(2, 1000, 5))


lines_of_an_invoice = st.lists(
    st.builds(
        LineAmounts,
        quantity=st.decimals(min_value=-999, max_value=999, places=2),
        unit_price=st.decimals(min_value=-9999, max_value=9999, places=4),
        discount_percent=st.decimals(min_value=0, max_value=100, places=2),
        rate=st.sampled_from(RATES),
    ),
    min_size=1,
    max_size=12,
)


@given(lines_of_an_invoice)
def test_header_vat_is_the_sum_of_the_rates_and_gross_is_net_plus_vat(lines):
    made = invoice_amounts(lines)

    assert made.vat == sum(each.vat for each in made.rates)
    assert made.net == sum(line.net for line in lines)
    assert made.gross == made.net + made.vat


@given(lines_of_an_invoice)
def test_mirrored_lines_give_the_mirrored_invoice(lines):
    mirror = [LineAmounts(quantity=-x.quantity, unit_price=x.unit_price, discount_percent=x.discount_percent, rate=x.rate) for x in lines]

    assert invoice_amounts(mirror, rounding_factor=D(1)).to_pay == -invoice_amounts(lines, rounding_factor=D(1)).to_pay


@given(lines_of_an_invoice)
def test_line_order_changes_nothing(lines):
    assert invoice_amounts(lines) == invoice_amounts(list(reversed(lines)))
