"""I6, A10 and A11: whatever slips a shop makes of an order, its credits stay within the invoice, and together they are exactly the invoice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mappers.canonical import ShopOrder, Slip, SlipRow
from mappers.errors import Rejected
from mappers.hogia.model import HogiaInvoice
from mappers.invoice.credit import full_credit
from mappers.invoice.credit_remains import remains_of, sums_of
from mappers.invoice.model import Invoice, RowKind
from mappers.invoice.money import erp_vat, to_ore
from tests.mappers.invoice.building import build
from tests.mappers.invoice.crediting import credit, credit_in_hogia, in_hogia, make_slip
from tests.mappers.invoice.shop_calculator import TOTAL, Basket, Item, check_out
from tests.mappers.invoice.test_properties import baskets

D = Decimal
ROUNDING = (D(0), 3740)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def assert_sound(made: Invoice) -> None:
    """The engine computes what was decided, from rows that can be sent."""
    nets: dict[Decimal, Decimal] = {}
    for row in made.rows:
        assert row.kind is not RowKind.TEXT
        assert to_ore(row.quantity * row.unit_price) == row.net
        assert row.unit_price == row.unit_price.quantize(D("0.0001"))
        assert row.quantity > 0
        assert (row.vat_account is None) == (row.rate == 0)
        nets[row.rate] = nets.get(row.rate, D(0)) + row.net
    assert made.gross == sum((net + erp_vat(net, rate) for rate, net in nets.items()), D(0)) > 0
    assert -made.gross == sum((-net + erp_vat(-net, rate) for rate, net in nets.items()), D(0))


def assert_within(original: HogiaInvoice, credits_: list[HogiaInvoice]) -> None:
    """A11: per rate and in total, and per article as Hogia counts it."""
    taken: dict[tuple[Decimal, int], Decimal] = {}
    for each in credits_:
        for bucket, amount in sums_of(each).items():
            taken[bucket] = taken.get(bucket, D(0)) - amount.gross
    for bucket, gross in taken.items():
        if bucket != ROUNDING:
            assert gross <= sums_of(original)[bucket].gross, bucket
    assert -sum(each.gross for each in credits_) <= original.gross
    for name in {line.article for line in original.lines if line.article}:
        given_ = sum(line.net for line in original.lines if line.article == name and line.net > 0)
        back = -sum(line.net for each in credits_ for line in each.lines if line.article == name and line.net < 0)
        assert back <= given_ + D("0.01") * len(credits_)
        pieces = sum(line.quantity for line in original.lines if line.article == name and line.quantity > 0)
        assert -sum(line.quantity for each in credits_ for line in each.lines if line.article == name and line.quantity < 0) <= pieces


@st.composite
def slips(draw: st.DrawFn, order: ShopOrder, ident: int) -> Slip:
    """What a back office lets one type: some pieces of some rows at their price or at an amount, freight or not, now and then an amount alone."""
    rows = []
    for row in draw(st.lists(st.sampled_from(order.rows), max_size=len(order.rows), unique_by=lambda each: each.id)):
        quantity = draw(st.integers(min_value=1, max_value=row.quantity))
        gross = to_ore(row.unit_price_incl * quantity)
        if draw(st.booleans()):
            gross = to_ore(gross * draw(st.integers(min_value=1, max_value=100)) / 100)
        rate = sum(row.tax_rates, D(0))
        rows.append(SlipRow(order_row_id=row.id, quantity=quantity, total_excl=to_ore(gross * 100 / (100 + rate)), total_incl=gross))
    freight = draw(st.sampled_from([D(0), order.total_shipping_incl]))
    total = sum((row.total_incl for row in rows), D(0))
    chosen = draw(st.sampled_from([None, None, None, to_ore(total * D("0.9"))]))
    if not rows:
        chosen = to_ore(order.total_paid_incl * draw(st.integers(min_value=1, max_value=60)) / 100)
    return make_slip(*rows, ident=ident, freight=freight, products=chosen)


def credited(order: ShopOrder, original: HogiaInvoice, made: list[Slip], *, cap: bool) -> list[HogiaInvoice]:
    """The credits of the slips, one after the other; those that are held make none."""
    credits_: list[HogiaInvoice] = []
    reasons: set[str] = set()
    for slip in made:
        try:
            invoice = credit(slip, order, original, credits_, cap=cap)
        except Rejected as held:
            reasons.add(held.code)
            continue
        assert_sound(invoice)
        credits_.append(credit_in_hogia(invoice, original, id=f"cre-{slip.id}", reference=f"PS:1:42:CRE-{slip.id}"))
        assert_within(original, credits_)
    assert reasons <= {"CREDIT_EXCEEDS_INVOICE", "CREDIT_WITHOUT_AMOUNT", "NOTHING_LEFT_TO_CREDIT"}
    return credits_


@quick
@given(data=st.data(), cap=st.booleans())
def test_credits_of_any_slips_stay_within_the_invoice_and_their_rest_is_exact(data: st.DataObject, *, cap: bool):
    order, _ = check_out(data.draw(baskets()))
    if not order.total_paid_incl:
        return
    original = in_hogia(build(order))
    made = [data.draw(slips(order, ident)) for ident in range(1, data.draw(st.integers(min_value=1, max_value=5)) + 1)]
    credits_ = credited(order, original, made, cap=cap)

    if not remains_of(original, credits_).is_nothing:
        rest = full_credit(original, credits_)
        assert_sound(rest)
        credits_.append(credit_in_hogia(rest, original, id="cre-full", reference="PS:1:42:CRE-FULL"))

    assert_within(original, credits_)
    assert original.gross + sum(each.gross for each in credits_) == 0
    left = remains_of(original, credits_)
    for bucket, amount in left.buckets.items():
        if bucket != ROUNDING:
            assert abs(amount.gross) <= D("0.01"), (bucket, amount)
            assert abs(amount.vat) <= D("0.005") * (len(credits_) + 2)


@quick
@given(baskets())
def test_full_credit_of_an_untouched_invoice_is_its_mirror(basket):
    """A10: every row, the rounding row included."""
    order, _ = check_out(basket)
    if not order.total_paid_incl:
        return
    invoice = build(order)

    mirror = full_credit(in_hogia(invoice), ())

    assert mirror.gross == invoice.gross
    assert mirror.vat == invoice.vat
    assert sorted((row.rate, row.account, row.net) for row in mirror.rows if row.net) == sorted(
        (row.rate, row.account, row.net) for row in invoice.rows if row.net
    )


# Its invoice has a rounding row of its own, and each row's slip is rounded by itself.
ROUNDED = Basket(
    items=(
        Item(unit_excl=D("6.911886"), rate=D(25), quantity=1),
        Item(unit_excl=D("6.526999"), rate=D(12), quantity=13),
        Item(unit_excl=D("7.446243"), rate=D(12), quantity=1),
        Item(unit_excl=D("2.187824"), rate=D(25), quantity=1),
    ),
    freight=D("7.75"),
)


@quick
@given(baskets(offers=False))
@example(ROUNDED)
@example(replace(ROUNDED, round_type=TOTAL))
def test_slips_of_every_row_and_the_freight_credit_the_invoice_exactly(basket):
    """I6: without vouchers one slip a row and one for the freight leave nothing, not even the rounding row."""
    order, _ = check_out(basket)
    original = in_hogia(build(order))
    made = []
    for index, row in enumerate(order.rows, start=1):
        rate = sum(row.tax_rates, D(0))
        gross = to_ore(row.total_incl)
        made.append(
            make_slip(
                SlipRow(order_row_id=row.id, quantity=row.quantity, total_excl=to_ore(gross * 100 / (100 + rate)), total_incl=gross),
                ident=index,
                freight=order.total_shipping_incl if index == len(order.rows) else "0",
            )
        )

    credits_ = credited(order, original, made, cap=False)

    assert len(credits_) == len(order.rows)
    assert original.gross + sum(each.gross for each in credits_) == 0
