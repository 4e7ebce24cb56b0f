"""Credits worked out by hand: accounting.md 17 and 18 (E11, E15, E19, E20), accounting-recordings.md 3.1."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from mappers.errors import Rejected
from mappers.hogia.model import HogiaInvoice, InvoiceStatus
from mappers.invoice.credit import full_credit
from mappers.invoice.credit_remains import remains_of
from mappers.invoice.model import Invoice, RowKind
from tests.factories import make_address, make_order, make_row, make_rule, make_untaxed_row, make_voucher
from tests.mappers.invoice.building import build, codes, nets, rounding, vat_of
from tests.mappers.invoice.crediting import credit, credit_in_hogia, in_hogia, make_slip, slip_row

D = Decimal
PLAIN = make_order([make_row("199.00", ident=1), make_row("112.00", rate=12, ident=2)], freight="49.00")
# E15: -100 kr on three at 199 (25 %) and one at 112 (12 %).
E15 = make_order(
    [make_row("199.00", quantity=3, ident=1), make_row("112.00", rate=12, ident=2)],
    freight="49.00",
    vouchers=[make_voucher("100.00", "81.47", rule=make_rule(reduction_amount=D(100), reduction_tax=True))],
)
# Recording 060: everything comes back at full price although a voucher was used.
VOUCHER = make_order(
    [make_row("99.00", quantity=2, ident=1), make_row("199.00", rate=6, ident=2)],
    freight="49.00",
    vouchers=[make_voucher("50.00", "43.594458", rule=make_rule(reduction_amount=D(50), reduction_tax=True))],
)
ALL_BACK = make_slip(slip_row(1, "198.00", quantity=2), slip_row(2, "199.00", rate=6), freight="49.00")


def credits_in_turn(order, original, *slips, **policy) -> tuple[list[Invoice], list[HogiaInvoice]]:
    made, there = [], []
    for slip in slips:
        invoice = credit(slip, order, original, there, **policy)
        made.append(invoice)
        there.append(credit_in_hogia(invoice, original, id=f"cre-{slip.id}"))
    return made, there


def held(*args, **kwargs) -> Rejected:
    with pytest.raises(Rejected) as parked:
        credit(*args, **kwargs)
    return parked.value


def test_one_row_of_an_order_is_credited_on_its_own_rate_account_and_article():
    invoice = credit(make_slip(slip_row(2, "112.00", rate=12)), PLAIN, in_hogia(build(PLAIN)))

    (row,) = invoice.rows
    assert (row.rate, row.account, row.vat_account, row.article, row.quantity, row.net) == (12, 3002, 2621, "ART-2", 1, D("100.00"))
    assert (invoice.gross, vat_of(invoice)) == (D("112.00"), {"12": ("100.00", "12.00")})


def test_freight_alone_is_credited_on_the_freight_of_the_invoice():
    invoice = credit(make_slip(freight="49.00"), PLAIN, in_hogia(build(PLAIN)))

    assert [(row.kind, row.article, row.account, row.net) for row in invoice.rows] == [(RowKind.FREIGHT, "fraktavg", 3520, D("39.20"))]


def test_freight_takes_the_invoices_rate_and_not_the_carriers_of_today():
    slip = replace(make_slip(freight="49.00"), shipping_excl=D("43.75"))

    assert vat_of(credit(slip, PLAIN, in_hogia(build(PLAIN)))) == {"25": ("39.20", "9.80")}


def test_freight_in_proportion_to_the_goods_comes_back_at_each_rate():
    order = make_order([make_row("650.00", rate=6, ident=1), make_row("350.00", ident=2)], freight="125.00", freight_excl="111.65")

    invoice = credit(make_slip(freight="125.00"), order, in_hogia(build(order)))

    assert vat_of(invoice) == {"25": ("35.00", "8.75"), "6": ("76.65", "4.60")}


def test_half_the_freight_twice_is_the_freight():
    original = in_hogia(build(PLAIN))

    _, there = credits_in_turn(PLAIN, original, make_slip(ident=1, freight="20.00"), make_slip(ident=2, freight="29.00"))

    assert remains_of(original, there).gross == D("311.00")
    assert remains_of(original, there).buckets[D(25), 0].gross == D("199.00")


def test_an_amount_without_rows_is_spread_over_what_is_left_of_each_rate():
    invoice = credit(make_slip(products="36.00"), PLAIN, in_hogia(build(PLAIN)))

    assert invoice.gross == D("36.00")
    assert vat_of(invoice) == {"25": ("19.84", "4.96"), "12": ("10.00", "1.20")}
    assert all(row.article == "" for row in invoice.rows)


def test_a_smaller_amount_than_the_rows_puts_a_deduction_on_each_rate():
    slip = make_slip(slip_row(1, "199.00"), slip_row(2, "112.00", rate=12), products="279.90")

    invoice = credit(slip, PLAIN, in_hogia(build(PLAIN)))

    assert invoice.gross == D("279.90")
    assert nets(invoice, RowKind.DISCOUNT) == ["-15.92", "-10.00"]
    assert vat_of(invoice) == {"25": ("143.28", "35.82"), "12": ("90.00", "10.80")}


def test_fewer_kronor_than_a_piece_cost_are_credited_as_that_piece():
    invoice = credit(make_slip(slip_row(1, "10.00")), PLAIN, in_hogia(build(PLAIN)))

    assert [(row.article, row.quantity, row.net) for row in invoice.rows] == [("ART-1", 1, D("8.00"))]


def test_pieces_that_came_back_before_are_not_returned_again():
    """The rest of a piece's price is an amount, or Hogia would count the piece twice."""
    original = in_hogia(build(PLAIN))

    made, _ = credits_in_turn(PLAIN, original, make_slip(slip_row(1, "10.00"), ident=1), make_slip(slip_row(1, "189.00"), ident=2))

    assert [(row.article, row.net) for row in made[1].rows] == [("", D("151.20"))]


def test_e15_three_returns_of_an_order_with_a_voucher_are_the_invoice_exactly():
    original = in_hogia(build(E15))
    first = make_slip(slip_row(1, "170.93"), ident=1)
    second = make_slip(slip_row(1, "170.94"), ident=2)
    third = make_slip(slip_row(1, "170.93"), slip_row(2, "96.20", rate=12), ident=3, freight="49.00")

    made, there = credits_in_turn(E15, original, first, second, third)

    assert [str(each.gross) for each in made] == ["170.93", "170.94", "316.13"]
    assert [vat_of(each)["25"] for each in made] == [("136.74", "34.19"), ("136.75", "34.19"), ("175.94", "43.99")]
    assert vat_of(made[2])["12"] == ("85.89", "10.31")
    assert remains_of(original, there).is_nothing


def test_e15_a_slip_that_ignores_the_voucher_is_followed_and_told():
    """accounting-recordings.md 3.2: the shop is followed up to the cap, as that is what the customer was promised."""
    invoice = credit(make_slip(slip_row(1, "199.00")), E15, in_hogia(build(E15)))

    assert invoice.gross == D("199.00")
    assert codes(invoice) == {"CREDIT_ABOVE_SHARE"}
    assert "28.07 more" in invoice.notices[0].message


def test_e11_a_slip_an_ore_above_the_invoice_credits_the_invoice():
    thirds = [make_row("33.335", unit_excl="26.668", ident=ident) for ident in (1, 2, 3)]
    order = make_order(thirds, total="100.01", total_excl="80.00")
    slip = make_slip(*(slip_row(ident, "33.34") for ident in (1, 2, 3)))

    invoice = credit(slip, order, in_hogia(build(order)))

    assert invoice.gross == D("100.01")
    assert codes(invoice) == {"CREDIT_ROUNDED"}


def test_a_full_refund_takes_the_rounding_row_too():
    """E2: 99.97 has no net at 25 %."""
    order = make_order([make_row("99.97", unit_excl="79.976", ident=1)])
    original = in_hogia(build(order))

    invoice = credit(make_slip(slip_row(1, "99.97")), order, original)

    assert (invoice.gross, rounding(invoice), vat_of(invoice)) == (D("99.97"), "0.01", {"25": ("79.97", "19.99")})


def test_slips_larger_than_the_invoice_are_held_with_both_numbers():
    parked = held(ALL_BACK, VOUCHER, in_hogia(build(VOUCHER)))

    assert parked.code == "CREDIT_EXCEEDS_INVOICE"
    assert "446.00 incl. VAT, and 396.00" in parked.message
    assert "25 %: 247.00 of 222.06" in parked.message
    assert "more_than_invoiced" in parked.message


def test_a_capped_slip_is_the_mirror_of_the_rest_with_its_discounts():
    invoice = build(VOUCHER)

    capped = credit(ALL_BACK, VOUCHER, in_hogia(invoice), cap=True)

    assert (capped.gross, capped.vat) == (invoice.gross, invoice.vat)
    assert sorted(nets(capped, RowKind.DISCOUNT)) == sorted(nets(invoice, RowKind.DISCOUNT))
    assert codes(capped) == {"CREDIT_CAPPED"}


def test_a_cap_takes_only_the_rate_that_is_exceeded():
    """The customer keeps the book: it is not credited because the cups' slip was too large."""
    slip = make_slip(slip_row(1, "198.00", quantity=2), freight="49.00")

    capped = credit(slip, VOUCHER, in_hogia(build(VOUCHER)), cap=True)

    assert capped.gross == D("222.06")
    assert set(vat_of(capped)) == {"25"}


def test_a_row_that_is_credited_already_is_held_also_when_other_rows_have_room():
    original = in_hogia(build(PLAIN))
    once = make_slip(slip_row(2, "112.00", rate=12), ident=1)
    there = [credit_in_hogia(credit(once, PLAIN, original), original)]

    parked = held(replace(once, id=2), PLAIN, original, there)

    assert parked.code == "CREDIT_EXCEEDS_INVOICE"
    assert "12 %: 112.00 of 0.00" in parked.message


def test_nothing_is_capped_out_of_nothing():
    original = in_hogia(build(PLAIN))
    there = [credit_in_hogia(full_credit(original, ()), original)]

    parked = held(make_slip(slip_row(1, "199.00")), PLAIN, original, there, cap=True)

    assert parked.code == "CREDIT_EXCEEDS_INVOICE"


def test_a_cancelled_credit_gives_its_amount_back():
    original = in_hogia(build(PLAIN))
    gone = credit_in_hogia(full_credit(original, ()), original, status=InvoiceStatus.CANCELLED)

    assert credit(make_slip(slip_row(1, "199.00")), PLAIN, original, [gone]).gross == D("199.00")


def test_a_slip_of_nothing_is_told():
    assert held(make_slip(), PLAIN, in_hogia(build(PLAIN))).code == "CREDIT_WITHOUT_AMOUNT"


def test_a_row_at_a_rate_that_the_invoice_lacks_is_held():
    parked = held(make_slip(slip_row(77, "106.00", rate=6)), PLAIN, in_hogia(build(PLAIN)))

    assert parked.code == "CREDIT_RATE_UNKNOWN"


def test_a_row_that_the_order_no_longer_has_is_credited_at_the_rate_of_its_amounts():
    invoice = credit(make_slip(slip_row(77, "56.00", rate=12)), replace(PLAIN, rows=()), in_hogia(build(PLAIN)))

    assert vat_of(invoice) == {"12": ("50.00", "6.00")}
    assert invoice.rows[0].article == ""


def test_rows_of_the_same_article_are_told_apart_by_their_text():
    order = make_order(
        [
            make_row("100.00", ident=1, reference="MUG", name="Mugg röd"),
            make_row("200.00", ident=2, reference="MUG", name="Mugg blå"),
        ]
    )

    invoice = credit(make_slip(slip_row(2, "200.00")), order, in_hogia(build(order)))

    assert [(row.text, row.net) for row in invoice.rows] == [("Mugg blå", D("160.00"))]


def test_a_sale_without_vat_is_credited_on_its_own_account():
    order = make_order([make_untaxed_row("1000.00", ident=1)], freight="100.00", freight_excl="100.00", freight_rate=0, country="NO")
    original = in_hogia(build(order))

    invoice = credit(make_slip(slip_row(1, "500.00", "500.00")), order, original)

    assert [(row.account, row.rate, row.net) for row in invoice.rows] == [(3105, 0, D("500.00"))]


def test_reverse_charge_stays_reverse_charge():
    address = make_address("DK", company="Kunde ApS", vat_number="DK13585628")
    order = make_order([make_untaxed_row("1000.00", ident=1)], invoice_address=address, delivery_address=address)
    original = in_hogia(build(order))

    assert original.is_reverse_charge
    assert full_credit(original, ()).is_reverse_charge


def test_oss_vat_is_credited_where_it_was_booked():
    order = make_order([make_row("119.00", rate=19, ident=1)], country="DE")
    original = in_hogia(build(order, oss_registered=True))

    (row,) = credit(make_slip(slip_row(1, "119.00", rate=19)), order, original, oss_registered=True).rows

    assert (row.rate, row.vat_account) == (19, 2670)


def test_e20_an_order_paid_by_gift_card_is_credited_with_its_whole_vat():
    order = make_order(
        [make_row("599.00", ident=1)],
        vouchers=[make_voucher("200.00", "160.00", name="KORT-123", rule=make_rule(code="KORT-123"))],
    )
    original = in_hogia(build(order, gift_card_vouchers=("KORT",)))

    invoice = credit(make_slip(slip_row(1, "599.00")), order, original, gift_card_vouchers=("KORT",))

    assert (invoice.gross, vat_of(invoice)) == (D("599.00"), {"25": ("479.20", "119.80")})


def test_the_full_credit_takes_what_slips_left():
    original = in_hogia(build(PLAIN))
    there = [credit_in_hogia(credit(make_slip(slip_row(1, "199.00")), PLAIN, original), original)]

    rest = full_credit(original, there)

    assert rest.gross == D("161.00")
    assert sorted(row.article for row in rest.rows) == ["ART-2", "fraktavg"]


def test_the_full_credit_of_a_voucher_ignored_takes_the_difference_back():
    """After 031: the discount that the slips ignored is part of what is left."""
    original = in_hogia(build(E15))
    there = [credit_in_hogia(credit(make_slip(slip_row(1, "398.00", quantity=2)), E15, original), original)]

    rest = full_credit(original, there)

    assert rest.gross == original.gross - D("398.00")
    assert vat_of(rest)["25"] == ("131.04", "32.76")


def test_nothing_is_left_of_an_invoice_that_is_credited():
    original = in_hogia(build(PLAIN))
    there = [credit_in_hogia(full_credit(original, ()), original)]

    with pytest.raises(Rejected) as parked:
        full_credit(original, there)

    assert parked.value.code == "NOTHING_LEFT_TO_CREDIT"


def test_an_invoice_whose_lines_were_not_read_is_not_mirrored():
    with pytest.raises(Rejected) as parked:
        full_credit(in_hogia(build(PLAIN), lines=()), ())

    assert parked.value.code == "CREDIT_LINES_DIFFER"


def test_a_hand_made_invoice_with_line_discounts_and_parts_of_hours_is_mirrored():
    original = in_hogia(build(PLAIN))
    lines = (
        replace(original.lines[0], quantity=D("1.5"), unit_price=D("800"), net=D("1080.00")),  # 10 % off the line
        replace(original.lines[1], quantity=D("0.25"), unit_price=D("33.333333"), net=D("8.33")),
    )
    made = replace(
        original, lines=lines, net=D("1088.33"), vat=D("271.00"), gross=D("1359.33"), vat_per_rate={D(25): D("270.00"), D(12): D("1.00")}
    )

    mirror = full_credit(made, ())

    assert mirror.gross == D("1359.33")
    assert [(row.quantity, row.unit_price, row.net) for row in mirror.rows] == [
        (D("1.5"), D("720.0000"), D("1080.00")),
        (D("0.25"), D("33.3200"), D("8.33")),
    ]


def test_credits_made_by_hand_at_another_rate_are_left_to_a_hand():
    original = in_hogia(build(PLAIN))
    first = credit_in_hogia(credit(make_slip(slip_row(1, "199.00")), PLAIN, original), original)
    odd = replace(first, lines=(replace(first.lines[0], rate=D(6), net=D("-187.74")),), net=D("-187.74"), vat_per_rate={D(6): D("-11.26")})

    with pytest.raises(Rejected) as parked:
        full_credit(original, [odd])

    assert parked.value.code == "CREDIT_NOT_BALANCED"
