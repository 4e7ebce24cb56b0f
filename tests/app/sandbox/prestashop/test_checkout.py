"""The sums of the worked examples (facts: accounting.md 16.1, 18) and of measured orders (prestashop.md 6-8)."""

from decimal import Decimal

import pytest

from app.sandbox.prestashop.checkout import CartLine, Money, RoundMode, RoundType, Rule, rounded, total

D = Decimal


def line(excl, rate, quantity=1, product=1):
    net = D(excl)
    return CartLine(product=product, quantity=quantity, unit=Money(excl=net, incl=(net * (1 + D(rate) / 100)).quantize(D("0.000001"))))


FREIGHT = Money(excl=D("39.20"), incl=D("49.00"))


def test_ten_percent_over_three_rates():
    lines = [line("399.20", 25, product=1), line("100", 12, product=2), line("100", 6, product=3)]

    sums = total(lines, rules=[Rule(percent=D(10))], shipping=FREIGHT)

    assert (sums.paid, sums.discounts) == (Money(excl=D("578.48"), incl=D("694.30")), Money(excl=D("59.92"), incl=D("71.70")))


def test_an_amount_voucher_over_two_rates():
    sums = total([line("239.20", 25, product=1), line("150", 6, product=2)], rules=[Rule(amount=D(100))], shipping=FREIGHT)

    assert (sums.paid, sums.discounts) == (Money(excl=D("343.42"), incl=D("407.00")), Money(excl=D("84.98"), incl=D("100.00")))


def test_freight_and_percent_in_one_rule():
    lines = [line("319.20", 25, product=1), line("89.285714", 12, 2, product=2)]

    sums = total(lines, rules=[Rule(percent=D(10), free_shipping=True)], shipping=FREIGHT)

    assert (sums.paid, sums.discounts) == (Money(excl=D("447.99"), incl=D("539.10")), Money(excl=D("88.98"), incl=D("108.90")))


def test_vouchers_in_sequence_see_what_is_left():
    lines = [line("400", 25, product=1), line("200", 12, product=2)]

    sums = total(lines, rules=[Rule(percent=D(10)), Rule(amount=D(50))])

    assert [(value.incl, value.excl.quantize(D("0.01"))) for value in sums.vouchers] == [(D("72.40"), D("60.00")), (D("50.00"), D("41.44"))]
    assert sums.paid.incl == D("601.60")


def test_a_voucher_on_one_article_takes_its_rate():
    sums = total([line("200", 25, 2, product=1), line("100", 6, product=2)], rules=[Rule(percent=D(20), product=2)])

    assert sums.discounts == Money(excl=D("20.00"), incl=D("21.20"))


def test_freight_is_given_away_once():
    rules = [Rule(free_shipping=True), Rule(free_shipping=True)]

    assert total([line("400", 25)], rules=rules, shipping=FREIGHT).discounts == FREIGHT


def test_a_voucher_is_capped_at_the_goods():
    sums = total([line("100", 25)], rules=[Rule(amount=D(500))], shipping=FREIGHT)

    assert (sums.discounts.incl, sums.paid.incl) == (D("125.00"), D("49.00"))


@pytest.mark.parametrize(("how", "expected"), [(RoundType.ITEM, "820.44"), (RoundType.LINE, "820.42"), (RoundType.TOTAL, "820.42")])
def test_three_rounding_types_of_a_measured_order(how, expected):
    lines = [line("33.333333", 25, 7), line("8.928571", 12, 13), line("89.285714", 12, 3)]

    sums = total(lines, shipping=Money(excl=D("79.00"), incl=D("98.75")), round_type=how)

    assert sums.paid.incl == D(expected)


def test_three_lines_of_half_an_ore_miss_the_total_by_one():
    sums = total([line("26.668", 25, product=number) for number in range(3)])

    assert (sums.products.incl, sums.paid.incl) == (D("100.02"), D("100.01"))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (RoundMode.UP, ("1.24", "1.23", "1.24")),
        (RoundMode.DOWN, ("1.23", "1.22", "1.23")),
        (RoundMode.HALF_UP, ("1.24", "1.23", "1.23")),
        (RoundMode.HALF_DOWN, ("1.23", "1.22", "1.23")),
        (RoundMode.HALF_EVEN, ("1.24", "1.22", "1.23")),
        (RoundMode.HALF_ODD, ("1.23", "1.23", "1.23")),
    ],
)
def test_round_modes(mode, expected):
    assert tuple(str(rounded(D(value), mode)) for value in ("1.235", "1.225", "1.231")) == expected
