"""Every recorded order: its invoice is right to the öre, or it parks for the reason its data gives (accounting-recordings.md 0.1)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from mappers.connection import Difference, OrderPolicy, PaymentFee, PaymentRule
from mappers.errors import Rejected
from mappers.invoice.build import build_invoice
from mappers.invoice.model import Invoice, RowKind
from mappers.invoice.money import legal_vat
from tests.factories import with_total
from tests.mappers.invoice.building import TODAY, assert_sound, nets
from tests.mappers.invoice.recorded import database, folders, read, taxes

D = Decimal
FOLDERS = folders()
DEMO = {1, 3, 4, 5}  # installation orders whose total_paid contradicts total_paid_tax_incl
FEE_IN_TOTALS = 38
FOREIGN = {22, 70}  # Finnish and German rates, which no inference tries
SHOP = {"gift_card_articles": ("KORT-0",), "oss_registered": True, "swedish_vat_with_oss": Difference.POST}

pytestmark = pytest.mark.skipif(not FOLDERS, reason="no recordings beside the repository")
every_real_order = pytest.mark.parametrize(
    "folder",
    [path for path in FOLDERS if int(path.name[:3]) not in DEMO],
    ids=[f"{path.parent.name}/{path.name}" for path in FOLDERS if int(path.name[:3]) not in DEMO],
)


def number(folder: Path) -> int:
    return int(folder.name[:3])


def policy_for(folder: Path) -> OrderPolicy:
    fee = {"ps_wirepayment": PaymentRule(account=1930, fee=PaymentFee())} if number(folder) == FEE_IN_TOTALS else {}
    return OrderPolicy(**SHOP, payments=fee)


def invoice_of(folder: Path, *, rules: bool = True) -> Invoice:
    return build_invoice(read(folder, rules=rules), policy_for(folder), shop_country="SE", today=TODAY)


@every_real_order
def test_recorded_order_balances_to_the_ore(folder: Path):
    order = read(folder)

    invoice = invoice_of(folder)

    assert_sound(invoice, order.total_paid_incl)


@pytest.mark.parametrize("folder", [path for path in FOLDERS if int(path.name[:3]) in DEMO], ids=lambda path: path.name)
def test_demo_order_is_parked(folder: Path):
    with pytest.raises(Rejected) as parked:
        invoice_of(folder)

    assert parked.value.code == "ORDER_TOTALS_DISAGREE"


def test_all_but_the_demo_orders_become_invoices():
    """The floor of 71 in 75, over the scenarios that are present."""
    outcomes = []
    for folder in FOLDERS:
        try:
            invoice_of(folder)
        except Rejected as parked:
            outcomes.append((number(folder), parked.code))

    assert all(ident in DEMO for ident, _ in outcomes)


@every_real_order
def test_vat_per_rate_is_that_of_the_shops_tax_tables(folder: Path):
    """The answer key: each row's gross at the tax rate in the shop's own table, freight and wrapping by the tax of its invoice."""
    order, tables, rates = read(folder), database(folder), taxes(folder)
    gross: dict[Decimal, Decimal] = {}
    tax_ids = {int(record["id_order_detail"]): int(record["id_tax"]) for record in tables["order_detail_tax"]}
    for record in tables["order_detail"]:
        rate = rates.get(tax_ids.get(int(record["id_order_detail"]), 0), D(0))
        gross[rate] = gross.get(rate, D(0)) + D(str(record["total_price_tax_incl"]))

    invoice = invoice_of(folder)

    assert set(gross) <= {line.rate for line in invoice.vat}
    posted: dict[Decimal, Decimal] = {}
    for row in invoice.rows:
        if row.kind in (RowKind.ARTICLE, RowKind.ADJUSTMENT):
            posted[row.rate] = posted.get(row.rate, D(0)) + row.net
    pieces = sum(row.quantity for row in order.rows)
    for rate, amount in gross.items():
        allowed = D("0.01") * len(order.rows) if order.round_type != 1 else D("0.01") * pieces
        assert abs(posted[rate] * (100 + rate) / 100 - amount) <= allowed
    shops = order.total_paid_incl - order.total_paid_excl
    assert abs(sum((line.vat for line in invoice.vat), D(0)) - shops) <= D("0.02")


@every_real_order
def test_vat_is_lawful_on_the_gross_of_its_rate(folder: Path):
    """A2: G_r from the order's own figures where no voucher has to be spread."""
    order = read(folder)
    if order.vouchers or order.siblings or number(folder) == FEE_IN_TOTALS or order.total_wrapping_incl:
        return
    gross: dict[Decimal, Decimal] = {order.carrier_tax_rate: order.total_shipping_incl}
    for row in order.rows:
        rate = sum(row.tax_rates, D(0))
        gross[rate] = gross.get(rate, D(0)) + row.total_incl

    invoice = invoice_of(folder)

    assert {line.rate: line.vat for line in invoice.vat if line.rate} == {
        rate: legal_vat(amount, rate) for rate, amount in gross.items() if rate and amount
    }


@every_real_order
@pytest.mark.parametrize("difference", ["0.05", "-0.05", "0.10", "1.00", "-1.00", "5.00"])
def test_recorded_order_with_another_total_is_parked(folder: Path, difference: str):
    order = read(folder)
    wrong = order.total_paid_incl + D(difference)
    if wrong < 0:
        pytest.skip("an order of nothing cannot cost less")

    with pytest.raises(Rejected) as parked:
        build_invoice(with_total(order, wrong), OrderPolicy(**SHOP), shop_country="SE", today=TODAY)

    assert parked.value.code == "TOTAL_MISMATCH"
    assert "Rounding explains" in parked.value.message


@every_real_order
def test_vat_is_the_same_when_no_cart_rule_can_be_read(folder: Path):
    assert invoice_of(folder, rules=False).vat == invoice_of(folder).vat


def test_both_versions_give_the_same_invoice_of_one_scenario():
    """A9. Order 71 differs: PrestaShop 9 stores another freight for split orders (2.4)."""
    old, new = ({path.name: path for path in FOLDERS if path.parent.name == version} for version in ("8.2.1", "9.1.4"))
    for name in sorted(set(old) & set(new)):
        if int(name[:3]) in DEMO | FOREIGN | {71}:
            continue
        assert invoice_of(old[name]).rows == invoice_of(new[name]).rows, name


def test_fee_in_the_totals_is_parked_without_its_setting():
    for folder in FOLDERS:
        if number(folder) == FEE_IN_TOTALS:
            with pytest.raises(Rejected) as parked:
                build_invoice(read(folder), OrderPolicy(), shop_country="SE", today=TODAY)
            assert parked.value.code == "TOTAL_MISMATCH"
            assert "29" in parked.value.message


def test_few_recorded_orders_need_a_rounding_row():
    with_row = {number(folder) for folder in FOLDERS if number(folder) not in DEMO and nets(invoice_of(folder), RowKind.ROUNDING)}

    assert with_row <= {8, 21, 22, 39, 41, 43, 59, 64, 65, 70, 71}
