from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from mappers.canonical import SlipRow
from mappers.errors import Rejected
from mappers.prestashop.slips import read_slips

D = Decimal
STOCKHOLM = ZoneInfo("Europe/Stockholm")
DETAILS = {
    "order_slip_details": [
        {"id": "3", "id_order_detail": "61", "product_quantity": "1", "amount_tax_excl": "187.740000", "amount_tax_incl": "199.000000"}
    ]
}
SLIP = {
    "id": "3",
    "id_order": "31",
    "total_products_tax_excl": "187.740000",
    "total_products_tax_incl": "199.000000",
    "total_shipping_tax_excl": "39.200000",
    "total_shipping_tax_incl": "49.000000",
    "amount": "187.740000",
    "shipping_cost_amount": "39.200000",
    "partial": "0",
    "order_slip_type": "2",
    "date_add": "2026-11-23 06:01:28",
    "associations": DETAILS,
}


def slips(*records: dict[str, object]):
    return read_slips(records, STOCKHOLM)


def test_a_slips_rows_are_known_by_the_order_row_and_not_by_their_id():
    (slip,) = slips(SLIP)

    assert slip.rows == (SlipRow(order_row_id=61, quantity=1, total_excl=D("187.740000"), total_incl=D("199.000000")),)


def test_amounts_are_the_totals_and_never_amount_which_may_be_without_vat():
    (slip,) = slips(SLIP)

    assert (slip.products_incl, slip.shipping_incl) == (D("199"), D("49"))
    assert (slip.products_excl, slip.shipping_excl) == (D("187.74"), D("39.2"))


def test_a_slip_of_freight_alone_has_no_associations():
    bare = {name: value for name, value in SLIP.items() if name != "associations"}

    (slip,) = slips({**bare, "total_products_tax_excl": "0.000000", "total_products_tax_incl": "0.000000"})

    assert (slip.rows, slip.products_incl, slip.shipping_incl) == ((), 0, D("49"))


def test_slips_come_in_the_order_of_their_ids():
    assert [slip.id for slip in slips({**SLIP, "id": "12"}, {**SLIP, "id": "3"})] == [3, 12]


def test_the_shops_local_time_becomes_utc():
    assert slips(SLIP)[0].made_at == datetime(2026, 11, 23, 5, 1, 28, tzinfo=UTC)


@pytest.mark.parametrize("field", ["id", "total_products_tax_incl", "total_products_tax_excl", "date_add"])
def test_a_slip_without_what_must_not_be_guessed_is_rejected(field: str):
    with pytest.raises(Rejected) as parked:
        slips({name: value for name, value in SLIP.items() if name != field})

    assert parked.value.code == "SHOP_FIELD_MISSING"


def test_an_unreadable_amount_is_rejected():
    with pytest.raises(Rejected) as parked:
        slips({**SLIP, "total_shipping_tax_incl": "49,00"})

    assert parked.value.code == "SHOP_FIELD_UNREADABLE"
