"""The worked examples of accounting.md 18 and of accounting-recordings.md 2.10, with orders of our own making."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from mappers.canonical import Currency, ShopOrder, TaxEvidence
from mappers.connection import PaymentFee, PaymentRule
from mappers.invoice.model import RowKind, Treatment
from tests.factories import (
    make_address,
    make_order,
    make_payment,
    make_row,
    make_rule,
    make_sibling,
    make_untaxed_row,
    make_voucher,
)
from tests.mappers.invoice.building import assert_sound, build, nets, rounding, texts, vat_of

D = Decimal


@dataclass(frozen=True, kw_only=True)
class Example:
    order: ShopOrder
    total: str
    vat: dict[str, tuple[str, str]]
    rounding: str = "0"
    nets: dict[RowKind, list[str]] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)


A, F, X, W, FEE = RowKind.ARTICLE, RowKind.FREIGHT, RowKind.DISCOUNT, RowKind.WRAPPING, RowKind.FEE
EUR = Currency(id=2, code="EUR")


def thirds() -> list[Any]:
    return [make_row("33.335", unit_excl="26.668", ident=ident) for ident in (1, 2, 3)]


def books_per_item() -> ShopOrder:
    row = make_row("49.00", rate=6, quantity=6, unit_excl="46.226415", round_type=1)
    return make_order([row], round_type=1)


EXAMPLES = {
    "E1 one article and freight": Example(
        order=make_order([make_row("199.00")], freight="49.00"),
        total="248.00",
        vat={"25": ("198.40", "49.60")},
        nets={A: ["159.20"], F: ["39.20"]},
    ),
    "E2 unreachable gross": Example(
        order=make_order([make_row("99.97", unit_excl="79.976")]),
        total="99.97",
        vat={"25": ("79.97", "19.99")},
        rounding="0.01",
        nets={A: ["79.97"]},
    ),
    "E3a freight as charged": Example(
        order=make_order([make_row("650.00", rate=6, ident=1), make_row("350.00", ident=2)], freight="125.00"),
        total="1125.00",
        vat={"25": ("380.00", "95.00"), "6": ("613.21", "36.79")},
        nets={A: ["613.21", "280.00"], F: ["100.00"]},
    ),
    "E3b freight in proportion to the goods": Example(
        order=make_order([make_row("650.00", rate=6, ident=1), make_row("350.00", ident=2)], freight="125.00", freight_excl="111.65"),
        total="1125.00",
        vat={"25": ("315.00", "78.75"), "6": ("689.86", "41.39")},
    ),
    "E4 ten per cent off three rates": Example(
        order=make_order(
            [make_row("499", ident=1), make_row("112", rate=12, ident=2), make_row("106", rate=6, ident=3)],
            freight="49.00",
            vouchers=[make_voucher("71.70", "59.92")],
        ),
        total="694.30",
        vat={"25": ("398.48", "99.62"), "12": ("90.00", "10.80"), "6": ("90.00", "5.40")},
        nets={X: ["-39.92", "-10.00", "-10.00"]},
    ),
    "E5 amount off two rates": Example(
        order=make_order(
            [make_row("299", ident=1), make_row("159", rate=6, ident=2)], freight="49.00", vouchers=[make_voucher("100.00", "84.98")]
        ),
        total="407.00",
        vat={"25": ("226.17", "56.54"), "6": ("117.24", "7.03")},
        rounding="0.02",
    ),
    "E6 free freight": Example(
        order=make_order([make_row("599")], freight="49.00", vouchers=[make_voucher("49.00", "39.20", free_shipping=True)]),
        total="599.00",
        vat={"25": ("479.20", "119.80")},
        nets={A: ["479.20"], F: ["39.20"], X: ["-39.20"]},
    ),
    "E7 free freight and ten per cent in one rule": Example(
        order=make_order(
            [make_row("399", ident=1), make_row("100", rate=12, quantity=2, ident=2)],
            freight="49.00",
            vouchers=[make_voucher("108.90", "88.98", free_shipping=True)],
        ),
        total="539.10",
        vat={"25": ("287.28", "71.82"), "12": ("160.71", "19.29")},
    ),
    "E8 gift product": Example(
        order=make_order(
            [make_row("499", ident=1), make_row("99", ident=2)],
            freight="49.00",
            vouchers=[make_voucher("99.00", "79.20", rule=make_rule(gift_product=2))],
        ),
        total="548.00",
        vat={"25": ("438.40", "109.60")},
        nets={A: ["399.20", "79.20"], F: ["39.20"], X: ["-79.20"]},
    ),
    "E9 gift wrapping": Example(
        order=make_order([make_row("349")], freight="49.00", wrapping="25.00"),
        total="423.00",
        vat={"25": ("338.40", "84.60")},
        nets={A: ["279.20"], F: ["39.20"], W: ["20.00"]},
    ),
    "E10 six books, per line": Example(
        order=make_order([make_row("49.00", rate=6, quantity=6, unit_excl="46.226415")]),
        total="294.00",
        vat={"6": ("277.36", "16.64")},
    ),
    "E10 six books, per item": Example(order=books_per_item(), total="294.00", vat={"6": ("277.36", "16.64")}, nets={A: ["277.36"]}),
    "E11 the shop's own residual": Example(
        order=make_order(thirds(), total="100.01", total_excl="80.00"), total="100.01", vat={"25": ("80.01", "20.00")}
    ),
    "E12 fee in the totals only": Example(
        order=make_order([make_row("500")], freight="49.00", total="578.00", total_excl="462.40", module="ps_cashondelivery"),
        total="578.00",
        vat={"25": ("462.40", "115.60")},
        nets={FEE: ["23.20"]},
        policy={"payments": {"ps_cashondelivery": PaymentRule(fee=PaymentFee())}},
    ),
    "E13 Germany, OSS, EUR": Example(
        order=make_order(
            [make_row("59.90", rate=19, quantity=2)], freight="6.90", freight_rate=19, country="DE", currency=EUR, payments=()
        ),
        total="126.70",
        vat={"19": ("106.47", "20.23")},
        nets={A: ["100.67"], F: ["5.80"]},
        policy={"oss_registered": True},
    ),
    "E14a goods to a Danish company": Example(
        order=make_order(
            [make_untaxed_row("1000.00", quantity=2, evidence=TaxEvidence.EXEMPTED)],
            freight="100.00",
            freight_rate=0,
            country="DK",
            invoice_address=make_address("DK", vat_number="DK13585628"),
        ),
        total="2100.00",
        vat={},
        nets={A: ["2000.00"], F: ["100.00"]},
    ),
    "E14b goods to Norway": Example(
        order=make_order([make_untaxed_row("1100.00")], freight="100.00", freight_rate=0, country="NO"), total="1200.00", vat={}
    ),
    "E15 voucher over two rates": Example(
        order=make_order(
            [make_row("199", quantity=3, ident=1), make_row("112", rate=12, ident=2)],
            freight="49.00",
            vouchers=[make_voucher("100.00", "81.47")],
        ),
        total="658.00",
        vat={"25": ("449.44", "112.36"), "12": ("85.89", "10.31")},
    ),
    "E16 many pieces, per item": Example(
        order=make_order([make_row("2.29", quantity=50, unit_excl="1.832", round_type=1)], round_type=1),
        total="114.50",
        vat={"25": ("91.60", "22.90")},
        nets={A: ["91.60"]},
    ),
    "E17 two vouchers in sequence": Example(
        order=make_order(
            [make_row("500", ident=1), make_row("224", rate=12, ident=2)],
            vouchers=[make_voucher("72.40", "60.00", ident=1), make_voucher("50.00", "41.44", ident=2)],
        ),
        total="601.60",
        vat={"25": ("332.37", "83.09"), "12": ("166.19", "19.94")},
        rounding="0.01",
    ),
    "E18 voucher on one product, target unreadable": Example(
        order=make_order(
            [make_row("250", quantity=2, ident=1), make_row("106", rate=6, ident=2)], vouchers=[make_voucher("21.20", "20.00")]
        ),
        total="584.80",
        vat={"25": ("400.00", "100.00"), "6": ("80.00", "4.80")},
        nets={X: ["-20.00"]},
    ),
    "E19 gross with öre": Example(order=make_order([make_row("1234.56")]), total="1234.56", vat={"25": ("987.65", "246.91")}),
    "E20 gift card as payment": Example(
        order=make_order([make_row("599")], vouchers=[make_voucher("200.00", "160.00", name="PRESENT-4711")]),
        total="599.00",
        vat={"25": ("479.20", "119.80")},
        policy={"gift_card_vouchers": ("present",)},
    ),
    "E21 food at 12 per cent": Example(order=make_order([make_row("112", rate=12)]), total="112.00", vat={"12": ("100.00", "12.00")}),
    "E21 food at 6 per cent": Example(order=make_order([make_row("112", rate=6)]), total="112.00", vat={"6": ("105.66", "6.34")}),
    "E22 first of a split order": Example(
        order=make_order([make_row("300")], freight="49.00", payments=(make_payment("549.00"),), siblings=(make_sibling(43, "200.00"),)),
        total="349.00",
        vat={"25": ("279.20", "69.80")},
    ),
    "009 fifty off two rates": Example(
        order=make_order(
            [make_row("99", quantity=2, ident=1), make_row("199", rate=6, ident=2)],
            freight="49.00",
            vouchers=[make_voucher("50.00", "43.594458")],
        ),
        total="396.00",
        vat={"25": ("177.65", "44.41"), "6": ("164.09", "9.85")},
        nets={A: ["158.40", "187.73"], X: ["-19.95", "-23.64"]},
    ),
    "012 two rules and free freight": Example(
        order=make_order(
            [make_row("99", quantity=5, ident=1), make_row("79.90", rate=12, quantity=2, ident=2), make_row("199", rate=6, ident=3)],
            freight="99.00",
            vouchers=[make_voucher("50.00", "42.540408", ident=1), make_voucher("179.38", "147.587943", ident=2, free_shipping=True)],
            total="723.42",
            total_excl="615.48",
        ),
        total="723.42",
        vat={"25": ("335.53", "83.88"), "12": ("120.89", "14.51"), "6": ("159.07", "9.54")},
    ),
    "014 gift product beside odd prices": Example(
        order=make_order(
            [make_row("41.666666", unit_excl="33.333333", quantity=2, ident=1), make_row("50", ident=2)],
            freight="98.75",
            vouchers=[make_voucher("50", "40", rule=make_rule(gift_product=2))],
        ),
        total="182.08",
        vat={"25": ("145.66", "36.42")},
        nets={A: ["66.66", "40.00"], X: ["-40.00"], F: ["79.00"]},
    ),
    "021 Denmark at Swedish rates, EUR": Example(
        order=make_order(
            [
                make_row("8.7615", unit_excl="7.0092", quantity=2, ident=1),
                make_row("7.07115", unit_excl="6.313527", rate=12, ident=2),
                make_row("17.6115", unit_excl="16.614623", rate=6, ident=3),
            ],
            freight="4.34",
            freight_excl="3.47",
            country="DK",
            currency=EUR,
            total="46.55",
            total_excl="40.42",
            payments=(),
        ),
        total="46.55",
        vat={"25": ("17.49", "4.37"), "12": ("6.31", "0.76"), "6": ("16.61", "1.00")},
        rounding="0.01",
    ),
    "039 odd prices, per line": Example(
        order=make_order(
            [
                make_row("41.666666", unit_excl="33.333333", quantity=7, ident=1),
                make_row("10.00", unit_excl="8.928571", rate=12, quantity=13, ident=2),
                make_row("100.00", unit_excl="89.285714", rate=12, quantity=3, ident=3),
            ],
            freight="98.75",
        ),
        total="820.42",
        vat={"25": ("312.33", "78.08"), "12": ("383.93", "46.07")},
        rounding="0.01",
    ),
    "040 odd prices, per item": Example(
        order=make_order(
            [
                make_row("41.666666", unit_excl="33.333333", quantity=7, ident=1, round_type=1),
                make_row("10.00", unit_excl="8.928571", rate=12, quantity=13, ident=2, round_type=1),
                make_row("100.00", unit_excl="89.285714", rate=12, quantity=3, ident=3, round_type=1),
            ],
            freight="98.75",
            round_type=1,
        ),
        total="820.44",
        vat={"25": ("312.35", "78.09"), "12": ("383.93", "46.07")},
        nets={A: ["233.35", "116.07", "267.86"], F: ["79.00"]},
    ),
    "070 a sum below its rows": Example(
        order=make_order(
            [
                make_row("0.947835", unit_excl="0.7965", rate=19, ident=1, is_virtual=True),
                make_row("0.947835", unit_excl="0.7965", rate=19, ident=2, is_virtual=True),
                make_row("0.995625", unit_excl="0.7965", rate=25, ident=3, is_virtual=True),
            ],
            country="DE",
            currency=EUR,
            total="2.89",
            total_excl="2.39",
            payments=(),
        ),
        total="2.89",
        vat={"25": ("0.80", "0.20"), "19": ("1.60", "0.30")},
        rounding="-0.01",
        policy={"oss_registered": True},
    ),
}


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=list(EXAMPLES))
def test_worked_example(example: Example):
    invoice = build(example.order, **example.policy)

    assert_sound(invoice, D(example.total))
    assert vat_of(invoice) == example.vat
    assert rounding(invoice) == example.rounding
    for kind, expected in example.nets.items():
        assert nets(invoice, kind) == expected


def test_goods_to_an_eu_company_are_reverse_charged_with_the_lawful_text():
    invoice = build(EXAMPLES["E14a goods to a Danish company"].order)

    assert invoice.is_reverse_charge
    assert [row.account for row in invoice.rows if row.account] == [3108, 3521]
    assert {row.treatment for row in invoice.rows if row.account} == {Treatment.EU_BUSINESS}
    assert any("artikel 138" in text for text in texts(invoice))


def test_export_is_no_reverse_charge_and_has_its_text():
    invoice = build(EXAMPLES["E14b goods to Norway"].order)

    assert not invoice.is_reverse_charge
    assert [row.account for row in invoice.rows if row.account] == [3105, 3522]
    assert any("Export" in text for text in texts(invoice))


def test_oss_sale_is_booked_on_3106_with_vat_on_2670():
    invoice = build(EXAMPLES["E13 Germany, OSS, EUR"].order, oss_registered=True)

    assert [(row.account, row.vat_account) for row in invoice.rows] == [(3106, 2670), (3521, 2670)]


def test_redeemed_gift_card_pays_from_the_liability():
    invoice = build(EXAMPLES["E20 gift card as payment"].order, gift_card_vouchers=("present",))

    assert [(part.key, part.amount, part.account) for part in invoice.payments] == [
        ("voucher-1", D("200.00"), 2421),
        ("payment-58", D("399.00"), 1930),
    ]


def test_payment_of_a_split_checkout_is_registered_once_in_all():
    first = EXAMPLES["E22 first of a split order"].order
    second = make_order(
        [make_row("200")], id=43, payments=first.payments, siblings=(make_sibling(42, "349.00"),), reference=first.reference
    )

    shares = [build(order).payments[0].amount for order in (first, second)]

    assert shares == [D("349.00"), D("200.00")]
