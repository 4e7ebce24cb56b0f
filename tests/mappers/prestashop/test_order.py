from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mappers.canonical import TaxEvidence
from mappers.errors import Misconfigured, Rejected
from mappers.prestashop.order import OrderParts, ShopReference, read_order, read_reference, with_history
from mappers.prestashop.reference import reference_from_json, reference_to_json

STATE = {"id": "2", "name": {1: "Paid", 2: "Betald"}, "paid": "1", "logable": "1", "invoice": "1", "shipped": "0", "delivery": "0"}
RESOURCES = {
    "currencies": [{"id": "1", "iso_code": "SEK", "precision": "2"}, {"id": "2", "iso_code": "JPY", "precision": "0"}],
    "countries": [{"id": "18", "iso_code": "SE"}, {"id": "1", "iso_code": "de"}],
    "taxes": [{"id": "1", "rate": "25.000"}, {"id": "2", "rate": "12.000", "deleted": "1"}],
    "carriers": [{"id": "12", "id_reference": "5", "name": "Ombud"}, {"id": "13", "id_reference": "6", "name": "0"}],
    "order_states": [STATE],
    "languages": [{"id": "1", "iso_code": "en"}, {"id": "2", "iso_code": "sv"}],
    "configurations": [
        {"name": "PS_TIMEZONE", "value": "Europe/Stockholm", "id_shop": "", "id_shop_group": ""},
        {"name": "PS_LANG_DEFAULT", "value": "2", "id_shop": "", "id_shop_group": ""},
        {"name": "PS_CURRENCY_DEFAULT", "value": "1", "id_shop": "", "id_shop_group": ""},
    ],
    "shops": [{"id": "1", "id_shop_group": "1"}],
}
REFERENCE = read_reference(RESOURCES, id_shop=1, version="9.1.4")
ORDER = {
    "id": "42",
    "reference": "ABCDEFGHI",
    "id_shop": "1",
    "id_cart": "77",
    "id_currency": "1",
    "id_lang": "2",
    "id_customer": "6",
    "id_carrier": "12",
    "id_address_invoice": "17",
    "id_address_delivery": "18",
    "current_state": "2",
    "module": "ps_wirepayment",
    "payment": "Bankbetalning",
    "date_add": "2026-07-01 12:00:00",
    "date_upd": "2026-07-01 12:05:00",
    "invoice_date": "0000-00-00 00:00:00",
    "delivery_date": "0000-00-00 00:00:00",
    "total_paid": "198.000000",
    "total_paid_tax_incl": "198.000000",
    "total_paid_tax_excl": "158.400000",
    "total_paid_real": "0.000000",
    "conversion_rate": "1.000000",
    "round_mode": "2",
    "round_type": "2",
}
DETAIL = {
    "id": "9",
    "product_id": "20",
    "product_name": "Mugg",
    "product_reference": "MUGG-25",
    "product_quantity": "2",
    "unit_price_tax_excl": "79.200000",
    "unit_price_tax_incl": "99.000000",
    "total_price_tax_excl": "158.400000",
    "total_price_tax_incl": "198.000000",
    "associations": {"taxes": [{"id": "1"}]},
}


def order(reference: ShopReference = REFERENCE, **parts: object):
    return read_order(OrderParts(**{"order": ORDER, "details": [DETAIL], **parts}), reference)


def row(**changes: object):
    return order(details=[{**DETAIL, **changes}]).rows[0]


def test_an_order_without_anything_but_its_records_is_read():
    """connectors.md 9 row 16: a deleted customer, address, product or carrier never breaks it."""
    read = order(order={**ORDER, "id_carrier": "999"})

    assert read.customer is None
    assert read.customer_id == 6
    assert read.invoice_address is None
    assert read.delivery_address is None
    assert (read.carrier_reference, read.carrier_name) == (0, "")
    assert read.total_paid_incl == Decimal("198.000000")


def test_times_are_utc_and_unset_ones_none():
    read = order()

    assert read.placed_at == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert read.updated_at == datetime(2026, 7, 1, 10, 5, tzinfo=UTC)
    assert read.invoiced_at is None
    assert read.delivered_at is None


@pytest.mark.parametrize("field", ["id", "date_add", "id_currency", "total_paid", "total_paid_tax_incl", "total_paid_tax_excl"])
def test_an_order_without_what_its_invoice_stands_on_is_rejected(field):
    with pytest.raises(Rejected) as raised:
        order(order={name: value for name, value in ORDER.items() if name != field})

    assert raised.value.code == "SHOP_FIELD_MISSING"
    assert field in raised.value.message


@pytest.mark.parametrize("field", ["id", "product_quantity", "total_price_tax_incl", "total_price_tax_excl"])
def test_a_row_without_its_total_is_rejected(field):
    with pytest.raises(Rejected):
        order(details=[{name: value for name, value in DETAIL.items() if name != field}])


def test_an_unknown_currency_is_misconfigured():
    with pytest.raises(Misconfigured) as raised:
        order(order={**ORDER, "id_currency": "9"})

    assert raised.value.code == "SHOP_CURRENCY_UNKNOWN"


def test_totals_that_do_not_add_up_are_kept_as_they_are():
    """Trap 7: off by an öre on either side; rounding is the invoice's business."""
    read = order(order={**ORDER, "total_paid_tax_incl": "198.010000", "total_products_wt": "198.000000"})

    assert str(read.total_paid_incl) == "198.010000"
    assert str(read.total_products_incl) == "198.000000"


@pytest.mark.parametrize(
    ("associations", "evidence", "rates"),
    [
        ({"taxes": [{"id": "1"}]}, TaxEvidence.RATES, (Decimal("25.000"),)),
        ({"taxes": [{"id": "2"}]}, TaxEvidence.RATES, (Decimal("12.000"),)),  # deleted since, still telling
        ({"tax": [{"id": "1"}]}, TaxEvidence.RATES, (Decimal("25.000"),)),
        ({"taxes": [{"id": "1"}, {"id": "2"}]}, TaxEvidence.RATES, (Decimal("25.000"), Decimal("12.000"))),
        ({"taxes": [{"id": "0"}]}, TaxEvidence.EXEMPTED, ()),
        ({"taxes": [{"id": "77"}]}, TaxEvidence.UNRESOLVED, ()),
        ({"taxes": [{"id": "1"}, {"id": "77"}]}, TaxEvidence.UNRESOLVED, ()),
        ({}, TaxEvidence.NONE, ()),
    ],
)
def test_the_vat_of_a_row_is_what_its_tax_ids_say(associations, evidence, rates):
    """Trap 6: the order holds no VAT, only tax ids."""
    read = row(associations=associations)

    assert (read.tax_evidence, read.tax_rates) == (evidence, rates)


def test_a_row_is_virtual_by_its_product_or_its_download():
    assert order(products=[{"id": "20", "is_virtual": "1"}]).rows[0].is_virtual
    assert row(download_hash="abc").is_virtual
    assert not row(download_hash="").is_virtual


def test_rows_come_in_the_order_of_their_ids():
    read = order(details=[{**DETAIL, "id": "10"}, {**DETAIL, "id": "9"}])

    assert [entry.id for entry in read.rows] == [9, 10]


def test_fields_that_older_versions_lack_have_neutral_values():
    """1.7.6 knows no round_type on imports, total_refunded or deleted vouchers; 1.6 no round_mode on old orders."""
    bare = {name: value for name, value in ORDER.items() if name not in {"round_mode", "round_type"}}
    read = order(order=bare, cart_rules=[{"id": "1", "value": "10.00", "value_tax_excl": "8.00"}])

    assert (read.round_mode, read.round_type) == (2, 0)
    assert read.rows[0].refunded_incl == 0
    assert read.rows[0].customization_id == 0
    assert [voucher.id for voucher in read.vouchers] == [1]


def test_customisation_texts_belong_to_their_row():
    customizations = [{"id": "4", "associations": {"customized_data_text_fields": [{"id_customization_field": "1", "value": "Till Åsa"}]}}]
    details = [{**DETAIL, "id_customization": "4"}, {**DETAIL, "id": "10", "id_customization": "0"}]

    read = order(details=details, customizations=customizations)

    assert [entry.customization_texts for entry in read.rows] == [("Till Åsa",), ()]


@pytest.mark.parametrize(("version", "values"), [("1.7.6.2", ["A"]), ("9.1.4", ["A", "B"])])
def test_texts_of_other_customers_are_never_shown(version, values):
    """Before 1.7.7 the shop lists every customer's texts for the product under each customisation."""
    texts = [{"id_customization_field": "1", "value": value} for value in values]
    customizations = [{"id": "4", "associations": {"customized_data_text_fields": texts}}]

    read = order(replace(REFERENCE, version=version), details=[{**DETAIL, "id_customization": "4"}], customizations=customizations)

    assert read.rows[0].customization_texts == ()


def test_a_voucher_knows_its_rule_where_it_is_still_there():
    cart_rules = [
        {"id": "2", "id_cart_rule": "8", "name": "Gone", "value": "5.00", "value_tax_excl": "4.00", "free_shipping": "1", "deleted": "0"},
        {"id": "1", "id_cart_rule": "7", "name": "50 kr", "value": "50.000000", "value_tax_excl": "43.594458", "free_shipping": "0"},
        {"id": "3", "id_cart_rule": "7", "name": "Undone", "value": "1.00", "value_tax_excl": "1.00", "deleted": "1"},
    ]
    rules = [{"id": "7", "code": "VÅR", "reduction_product": "-2", "reduction_amount": "50.00", "reduction_tax": "1", "free_shipping": "0"}]

    first, second = order(cart_rules=cart_rules, rules=rules).vouchers

    assert str(first.value_excl) == "43.594458"
    assert first.rule is not None
    assert (first.rule.code, first.rule.reduction_product, first.rule.reduction_tax) == ("VÅR", -2, True)
    assert (second.id, second.rule, second.free_shipping) == (2, None, True)


def test_orders_that_share_a_reference_are_siblings():
    """Trap 8: a split order is several orders with one reference; payments are keyed by it."""
    other = {**ORDER, "id": "43", "total_paid_tax_incl": "49.000000", "current_state": "3"}
    stranger = {**ORDER, "id": "44", "reference": "ZZZZZZZZZ"}

    read = order(siblings=[ORDER, other, stranger])

    assert [(sibling.order_id, sibling.total_paid_incl, sibling.current_state) for sibling in read.siblings] == [
        (43, Decimal("49.000000"), 3)
    ]


def test_payments_and_history_come_in_the_order_of_their_ids():
    payments = [
        {
            "id": "5",
            "amount": "50.50",
            "id_currency": "1",
            "payment_method": "Swish",
            "transaction_id": " T2 ",
            "date_add": "2026-07-02 09:00:00",
        },
        {"id": "4", "amount": "100.00", "id_currency": "1", "payment_method": "Swish", "date_add": "0000-00-00 00:00:00"},
    ]
    histories = [
        {"id": "8", "id_order_state": "2", "date_add": "2026-07-01 12:05:00"},
        {"id": "7", "id_order_state": "10", "date_add": "2026-07-01 12:00:00"},
    ]

    read = order(payments=payments, histories=histories)

    assert [(payment.id, payment.transaction_id) for payment in read.payments] == [(4, ""), (5, "T2")]
    assert read.payments[0].paid_at == read.placed_at
    assert [entry.state_id for entry in read.history] == [10, 2]
    assert with_history(order(), histories, REFERENCE).history == read.history


def test_only_the_customers_own_public_messages_are_read():
    messages = [
        {"id": "3", "message": "Tack! ", "private": "0", "id_employee": "0"},
        {"id": "1", "message": "Ring först", "private": "0", "id_employee": "0"},
        {"id": "2", "message": "svår kund", "private": "1", "id_employee": "0"},
        {"id": "4", "message": "Vi skickar i dag", "private": "0", "id_employee": "1"},
    ]

    assert order(messages=messages).messages == ("Ring först", "Tack!")


def test_a_customer_keeps_no_secret_and_speaks_a_language():
    customer = {
        "id": "6",
        "firstname": "Björn",
        "id_lang": "1",
        "is_guest": "1",
        "passwd": "s3cret",
        "secure_key": "s3cret",
        "email": " b@example.net ",
    }

    read = order(customer=customer).customer

    assert read is not None
    assert (read.language, read.is_guest, read.email) == ("en", True, "b@example.net")
    assert "s3cret" not in repr(order(customer=customer))


@pytest.mark.parametrize(("id_lang", "order_lang", "language"), [("9", "1", "en"), ("9", "9", "sv"), ("2", "1", "sv")])
def test_a_language_that_was_removed_falls_back(id_lang, order_lang, language):
    read = order(order={**ORDER, "id_lang": order_lang}, customer={"id": "6", "id_lang": id_lang})

    assert read.customer is not None
    assert read.customer.language == language


def test_addresses_are_found_by_id_even_when_deleted():
    addresses = [
        {"id": "18", "id_country": "1", "city": "Berlin", "deleted": "1"},
        {"id": "17", "id_country": "18", "company": "Åkerö AB", "vat_number": " SE556036079301 ", "dni": "5560360793"},
    ]

    read = order(addresses=addresses)

    assert read.invoice_address is not None
    assert (read.invoice_address.country, read.invoice_address.vat_number) == ("SE", "SE556036079301")
    assert read.delivery_address is not None
    assert (read.delivery_address.country, read.delivery_address.city) == ("DE", "Berlin")


def test_a_country_that_is_not_listed_is_empty():
    read = order(addresses=[{"id": "17", "id_country": "999"}])

    assert read.invoice_address is not None
    assert read.invoice_address.country == ""


def test_the_carrier_is_known_by_what_stays_when_it_is_edited():
    assert order().carrier_reference == 5
    assert order(order={**ORDER, "id_carrier": "13"}).carrier_name == ""


def test_a_states_name_is_in_the_shops_language_and_its_flags_are_read():
    state = order().states[2]

    assert (state.name, state.paid, state.shipped) == ("Betald", True, False)


def test_the_shops_own_setting_goes_before_its_groups_and_the_installations():
    rows = [
        {"name": "PS_TIMEZONE", "value": "Europe/Helsinki", "id_shop": "2", "id_shop_group": "1"},
        {"name": "PS_TIMEZONE", "value": "Europe/Oslo", "id_shop": "", "id_shop_group": "1"},
        {"name": "PS_TIMEZONE", "value": "Europe/Stockholm", "id_shop": "", "id_shop_group": ""},
        {"name": "PS_TAX_ADDRESS_TYPE", "value": "id_address_delivery", "id_shop": "", "id_shop_group": ""},
        {"name": "PS_TAX_ADDRESS_TYPE", "value": "id_address_invoice", "id_shop": "2", "id_shop_group": "1"},
    ]
    shops = [{"id": "1", "id_shop_group": "1"}, {"id": "2", "id_shop_group": "1"}, {"id": "3", "id_shop_group": "4"}]

    first, second, third = (read_reference({"configurations": rows, "shops": shops}, id_shop=ident, version="9.1.4") for ident in (1, 2, 3))

    assert [first.time_zone, second.time_zone, third.time_zone] == ["Europe/Oslo", "Europe/Helsinki", "Europe/Stockholm"]
    assert [first.tax_by_invoice_address, second.tax_by_invoice_address] == [False, True]


def test_a_shop_without_a_readable_time_zone_is_misconfigured():
    with pytest.raises(Misconfigured) as raised:
        read_reference({}, id_shop=1, version="9.1.4")

    assert raised.value.code == "SHOP_SETTINGS_UNREADABLE"


@pytest.mark.parametrize(
    ("record", "decimals"),
    [({"precision": "0"}, 0), ({"precision": "3"}, 3), ({}, 2), ({"decimals": "0"}, 0), ({"decimals": "1"}, 2)],
)
def test_a_currencys_decimals_come_from_any_version(record, decimals):
    lists = {**RESOURCES, "currencies": [{"id": "1", "iso_code": "sek", **record}]}

    currency = read_reference(lists, id_shop=1, version="1.7.5").currencies[1]

    assert (currency.code, currency.decimals) == ("SEK", decimals)


def test_a_reference_survives_json():
    assert reference_from_json(reference_to_json(REFERENCE)) == REFERENCE
    assert {entry.name for entry in fields(ShopReference)} == set(__import__("json").loads(reference_to_json(REFERENCE)))


@pytest.mark.parametrize("raw", ["", "{}", "[]", '{"currencies":[{"x":1}]}'])
def test_json_that_is_no_reference_is_refused(raw):
    with pytest.raises((ValueError, KeyError, TypeError)):
        reference_from_json(raw)


@pytest.mark.parametrize(("version", "numbers"), [("9.1.4", (9, 1, 4)), ("1.7.6.2", (1, 7, 6, 2)), ("", ())])
def test_versions_compare_as_numbers(version, numbers):
    assert replace(REFERENCE, version=version).version_numbers == numbers
