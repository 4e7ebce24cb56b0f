"""Every scenario's totals are PrestaShop's own (facts: accounting.md 16.1, prestashop.md 6-9, accounting-recordings.md 1)."""

from collections import defaultdict
from decimal import Decimal

import pytest

from app.sandbox.prestashop.scenarios import ALL, BY_SLUG
from app.sandbox.prestashop.state import ShopState

D = Decimal
ORE = D("0.01")


def money(record, *names):
    return [D(str(record[name])) for name in names]


def parts_of(order):
    """Sum of the parts incl. and excl. VAT."""
    incl = money(order, "total_products_wt", "total_shipping_tax_incl", "total_wrapping_tax_incl", "total_discounts_tax_incl")
    excl = money(order, "total_products", "total_shipping_tax_excl", "total_wrapping_tax_excl", "total_discounts_tax_excl")
    return [side[0] + side[1] + side[2] - side[3] for side in (incl, excl)]


@pytest.fixture(params=["9.1.4", "8.2.1"])
def any_version(request, clock):
    return ShopState(version=request.param, clock=clock)


def test_there_are_many_and_each_has_its_own_slug():
    assert len(ALL) >= 24
    assert len({scenario.slug for scenario in ALL}) == len(ALL)
    assert all(scenario.description for scenario in ALL)


@pytest.mark.parametrize("scenario", ALL, ids=lambda one: one.slug)
def test_totals_satisfy_prestashops_identities(any_version, scenario):
    for ident in any_version.place_cart(scenario):
        order = any_version.get("orders", ident)
        rows = any_version.find("order_details", id_order=ident)
        paid, incl, excl = money(order, "total_paid", "total_paid_tax_incl", "total_paid_tax_excl")
        products, products_wt = money(order, "total_products", "total_products_wt")
        tolerance = ORE / 2 * len(rows) + ORE

        assert paid == incl
        assert abs(sum(money(row, "total_price_tax_incl")[0] for row in rows) - products_wt) < ORE
        assert abs(sum(money(row, "total_price_tax_excl")[0] for row in rows) - products) < ORE
        assert all(money(row, "unit_price_tax_incl") >= money(row, "unit_price_tax_excl") for row in rows)
        values = [money(row, "value")[0] for row in any_version.find("order_cart_rules", id_order=ident)]
        assert abs(sum(values, D(0)) - money(order, "total_discounts")[0]) <= ORE / 2
        split_in_9 = scenario.slug == "split-order" and any_version.version == "9.1.4"
        if not split_in_9 and scenario.slug != "fee-in-totals":
            assert abs(parts_of(order)[0] - incl) <= tolerance
            assert abs(parts_of(order)[1] - excl) <= tolerance


@pytest.mark.parametrize("scenario", ALL, ids=lambda one: one.slug)
def test_a_rows_vat_is_its_taxs_rate(any_version, scenario):
    any_version.place_cart(scenario)

    for row in any_version.find("order_details"):
        taxes = row.get("associations", {}).get("taxes", [])
        rate = D(0)
        if taxes and str(taxes[0]["id"]) != "0":
            rate = D(str(any_version.get("taxes", int(taxes[0]["id"]))["rate"]))
        excl, incl = money(row, "unit_price_tax_excl", "unit_price_tax_incl")
        assert abs(excl * (1 + rate / 100) - incl) <= D("0.000001")


def test_the_same_scenarios_in_the_same_order_make_the_same_shop(clock):
    one, other = (ShopState(clock=clock) for _ in range(2))
    for shop in (one, other):
        for scenario in ALL:
            shop.place_order(scenario)

    assert one.tables == other.tables


def order_of(state, slug):
    ident = state.place_order(BY_SLUG[slug])
    return state.get("orders", ident)


def test_a_100_kr_voucher_is_spread_pro_rata(state):
    incl, excl = order_of(state, "amount-incl"), order_of(state, "amount-excl")

    assert (incl["total_discounts_tax_incl"], excl["total_discounts_tax_excl"]) == ("100.000000", "100.000000")
    # 648.00 incl. is 554.10… excl. (399.00 at 25 %, 249.00 at 6 %): rows rounded per line are 319.20 and 234.91.
    assert D(incl["total_discounts_tax_excl"]) == (D("100.00") * D("554.11") / D("648.00")).quantize(ORE)
    assert D(excl["total_discounts_tax_incl"]) == (D("100.00") * D("648.00") / D("554.11")).quantize(ORE)


def test_freight_given_away_stays_on_the_order_and_is_in_the_vouchers_value(state):
    order = order_of(state, "free-freight")

    assert (order["total_shipping"], order["total_discounts"], order["total_paid"]) == ("49.000000", "49.000000", "399.000000")
    assert state.find("order_cart_rules")[0]["free_shipping"] == "1"


def test_a_gift_is_a_priced_row_and_a_voucher_of_the_same_value(state):
    order_of(state, "gift-product")

    gift = next(row for row in state.find("order_details") if row["product_reference"] == "GODIS-12")
    voucher = state.find("order_cart_rules")[0]
    assert (voucher["value"], voucher["value_tax_excl"]) == (gift["unit_price_tax_incl"], gift["unit_price_tax_excl"])


def test_everything_given_away_is_a_paid_order_of_zero_with_an_invoice_number(state):
    order = order_of(state, "hundred-percent")

    assert (order["total_paid"], order["current_state"], order["invoice_number"]) == ("0.000000", 2, 1)
    assert [row["payment_method"] for row in state.find("order_payments")] == ["Free order"]


@pytest.mark.parametrize(("version", "freight"), [("9.1.4", ["547.750000"] * 2), ("8.2.1", ["49.000000", "498.750000"])])
def test_a_split_cart_has_one_reference_and_9_writes_the_whole_freight_in_each(clock, version, freight):
    state = ShopState(version=version, clock=clock)

    ids = state.place_cart(BY_SLUG["split-order"])

    orders = [state.get("orders", ident) for ident in ids]
    assert len({order["reference"] for order in orders}) == 1
    assert [order["total_shipping"] for order in orders] == freight
    assert [D(order["total_paid"]) - D(order["total_products_wt"]) for order in orders] == [D("49"), D("498.75")]


def test_a_fee_in_the_totals_only_is_in_no_part(state):
    order = order_of(state, "fee-in-totals")

    assert D(order["total_paid"]) - parts_of(order)[0] == 29
    assert (order["total_paid_tax_excl"], order["total_paid_real"]) == ("381.600000", "448.000000")


def test_an_exempted_row_has_tax_id_0_and_an_exported_one_has_none(state):
    german, norwegian = (state.place_order(BY_SLUG[slug]) for slug in ("company-germany", "export-norway"))

    assert all(row["associations"]["taxes"] == [{"id": 0}] for row in state.find("order_details", id_order=german))
    assert all("associations" not in row for row in state.find("order_details", id_order=norwegian))
    assert state.get("orders", german)["carrier_tax_rate"] == "0.000"


def test_a_guest_gets_a_customer_record_per_purchase(state):
    for slug in ("guest", "guest-again"):
        state.place_order(BY_SLUG[slug])

    guests = state.find("customers", is_guest=1)
    assert len({guest["id"] for guest in guests}) == 2
    assert len({guest["email"] for guest in guests}) == 1


def test_customised_rows_point_to_their_texts(state):
    state.place_order(BY_SLUG["customised"])

    texts = {
        int(row["id"]): [text["value"] for text in row["associations"]["customized_data_text_fields"]]
        for row in state.find("customizations")
    }
    assert [texts[int(row["id_customization"])][0] for row in state.find("order_details")] == ["Till Åsa & Örjan", "Hej"]


def test_unit_prices_are_after_the_campaign(state):
    state.place_order(BY_SLUG["campaign-price"])

    row = state.find("order_details")[0]
    assert (row["unit_price_tax_excl"], row["original_product_price"], row["reduction_percent"]) == ("60.000000", "80.000000", "25.00")


def test_all_kinds_of_rates_and_currencies_occur(state):
    rates, currencies = defaultdict(int), set()
    for scenario in ALL:
        state.place_order(scenario)
    for row in state.find("order_details"):
        for tax in row.get("associations", {}).get("taxes", []):
            rates[tax["id"]] += 1
    currencies = {order["id_currency"] for order in state.find("orders")}

    assert {0, 1, 2, 3, 4, 5} <= set(rates)
    assert currencies == {1, 2, 3, 4}
