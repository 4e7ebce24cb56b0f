"""PrestaShop's catalogue records ↔ the catalogue's values (facts: prestashop.md 1.9, 1.10, 2, 11)."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers.catalogue.model import OutOfStock, ProductType, ShopCombination, SpecificPrice
from mappers.errors import Rejected
from mappers.prestashop.catalogue import (
    local_time,
    money,
    read_combination,
    read_product,
    read_specific_price,
    read_stock,
    shop_slug,
    specific_price_fields,
)

STOCKHOLM = ZoneInfo("Europe/Stockholm")
D = Decimal
PRODUCT = {
    "id": "17",
    "id_category_default": "2",
    "cache_default_attribute": "0",
    "id_tax_rules_group": "1",
    "reference": "KANNA-25 ",
    "weight": "0.400000",
    "ean13": "7350000000017",
    "cache_is_pack": "0",
    "is_virtual": "0",
    "state": "1",
    "product_type": "standard",
    "price": "319.200000",
    "wholesale_price": "140.000000",
    "active": "1",
    "date_upd": "2026-11-24 09:00:00",
    "name": {1: "Teapot", 2: "Tekanna"},
    "description": {1: "<p>Long</p>", 2: "<p>Lång</p>"},
    "description_short": {1: "<p>&nbsp;</p>", 2: "<p>Kort</p>"},
}
PART = ShopCombination(id=4, product_id=17)


def test_a_product_is_read_as_stored():
    product = read_product(PRODUCT, zone=STOCKHOLM)

    assert (product.id, product.reference, product.ean13) == (17, "KANNA-25", "7350000000017")
    assert (product.price, product.wholesale_price, product.weight) == (D("319.200000"), D("140.000000"), D("0.400000"))
    assert (product.tax_rules_group, product.category, product.is_active, product.is_draft) == (1, 2, True, False)
    assert product.names == {1: "Teapot", 2: "Tekanna"}
    assert product.updated_at == datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_a_short_description_of_nothing_but_tags_gives_way_to_the_long_one():
    assert read_product(PRODUCT, zone=STOCKHOLM).descriptions == {1: "<p>Long</p>", 2: "<p>Kort</p>"}


def test_missing_keys_are_nothing():
    """Trap 9."""
    product = read_product({"id": "17"}, zone=STOCKHOLM)

    assert (product.reference, product.price, product.names, product.is_active, product.updated_at) == ("", D(0), {}, False, None)
    assert (product.type, product.is_draft) == (ProductType.STANDARD, False)


@pytest.mark.parametrize(("state", "is_draft"), [("0", True), ("1", False)])
def test_a_product_never_saved_is_a_draft(state, is_draft):
    assert read_product(PRODUCT | {"state": state}, zone=STOCKHOLM).is_draft is is_draft


def test_plain_texts_of_a_shop_with_one_language_are_in_that_language():
    record = PRODUCT | {"name": "Tekanna", "description_short": "", "description": "<p>Lång</p>"}

    product = read_product(record, zone=STOCKHOLM, language=2)

    assert (product.names, product.descriptions) == ({2: "Tekanna"}, {2: "<p>Lång</p>"})


@pytest.mark.parametrize(
    ("changes", "combinations", "expected"),
    [
        ({"product_type": "pack"}, (), ProductType.PACK),
        ({"product_type": "virtual"}, (), ProductType.VIRTUAL),
        ({"product_type": "combinations"}, (), ProductType.COMBINATIONS),
        ({"product_type": "standard"}, (PART,), ProductType.COMBINATIONS),
        ({"product_type": ""}, (), ProductType.STANDARD),
        ({"product_type": "", "cache_is_pack": "1"}, (), ProductType.PACK),
        ({"product_type": "", "is_virtual": "1"}, (), ProductType.VIRTUAL),
        ({"product_type": "", "cache_default_attribute": "4"}, (), ProductType.COMBINATIONS),
        ({"product_type": "a_modules_own"}, (), ProductType.STANDARD),
    ],
)
def test_what_a_product_is(changes, combinations, expected):
    assert read_product(PRODUCT | changes, combinations, zone=STOCKHOLM).type is expected


def test_what_a_product_is_without_a_product_type():
    """PrestaShop before 1.7.8."""
    old = {key: value for key, value in PRODUCT.items() if key not in ("product_type", "state")}

    assert read_product(old, zone=STOCKHOLM).type is ProductType.STANDARD
    assert read_product(old, (PART,), zone=STOCKHOLM).type is ProductType.COMBINATIONS
    assert read_product(old | {"cache_is_pack": "1"}, zone=STOCKHOLM).type is ProductType.PACK


def test_a_price_that_is_not_a_number_is_never_guessed():
    with pytest.raises(Rejected) as raised:
        read_product(PRODUCT | {"price": "12,50"}, zone=STOCKHOLM)

    assert raised.value.code == "SHOP_FIELD_UNREADABLE"


@pytest.mark.parametrize("name", ["product_option_values", "product_options_values"])
def test_a_combination_has_an_impact_and_values(name):
    record = {"id": "4", "id_product": "17", "reference": "K-S", "price": "-10.000000", "weight": "0.100000"}

    part = read_combination(record | {"associations": {name: [{"id": "1"}, {"id": "8"}]}})

    assert (part.product_id, part.reference, part.impact, part.weight_impact, part.values) == (17, "K-S", D("-10"), D("0.1"), (1, 8))


def test_a_stock_row_of_a_group_has_no_shop():
    row = read_stock({"id": "72", "id_product": "17", "id_shop": "0", "id_shop_group": "1", "quantity": "-3", "out_of_stock": "1"})

    assert (row.shop_id, row.group_id, row.quantity, row.out_of_stock, row.depends_on_stock) == (0, 1, -3, OutOfStock.ALLOW, False)


def test_an_open_percentage_is_read():
    record = {
        "id": "5",
        "id_product": "17",
        "price": "-1.000000",
        "from_quantity": "1",
        "reduction": "0.200000",
        "reduction_tax": "1",
        "reduction_type": "percentage",
        "from": "0000-00-00 00:00:00",
        "to": "2026-12-01 23:59:59",
    }

    price = read_specific_price(record, zone=STOCKHOLM)

    assert (price.price, price.reduction, price.is_percentage, price.reduction_incl) == (D(-1), D("0.2"), True, True)
    assert (price.starts_at, price.ends_at) == (None, datetime(2026, 12, 1, 22, 59, 59, tzinfo=UTC))


def test_a_specific_price_without_a_price_is_not_free():
    with pytest.raises(Rejected):
        read_specific_price({"id": "5", "id_product": "17", "reduction": "0.2"}, zone=STOCKHOLM)


MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0)
)


@given(
    price=st.decimals(min_value=0, max_value=10**6, places=6),
    reduction=st.decimals(min_value=0, max_value=1, places=6),
    is_percentage=st.booleans(),
    incl=st.booleans(),
    ids=st.lists(st.integers(0, 99), min_size=9, max_size=9),
    starts_at=st.none() | MOMENTS,
)
def test_a_specific_price_reads_back_as_it_was_written(price, reduction, is_percentage, incl, ids, starts_at):  # noqa: PLR0917
    names = [
        "product_id",
        "combination_id",
        "shop_id",
        "group_shop_id",
        "currency_id",
        "country_id",
        "customer_group_id",
        "customer_id",
        "cart_id",
    ]
    terms = {"price": price, "reduction": reduction, "is_percentage": is_percentage, "reduction_incl": incl}
    written = SpecificPrice(id=9, **dict(zip(names, ids, strict=True)), **terms, starts_at=starts_at)

    read = read_specific_price({"id": "9", **specific_price_fields(written, zone=UTC_ZONE)}, zone=UTC_ZONE)

    assert read == written


UTC_ZONE = ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("79.2", "79.200000"), ("0.0000005", "0.000001"), ("-0.0000005", "-0.000001"), ("1E+2", "100.000000"), ("0", "0.000000")],
)
def test_money_has_six_decimals(value, expected):
    assert money(D(value)) == expected


def test_times_are_the_shops_own():
    assert local_time(datetime(2026, 6, 30, 22, tzinfo=UTC), STOCKHOLM) == "2026-07-01 00:00:00"
    assert local_time(None, STOCKHOLM) == "0000-00-00 00:00:00"


@given(st.text(max_size=300))
def test_an_address_has_small_letters_digits_and_hyphens_only(name):
    made = shop_slug(name)

    assert len(made) <= 128
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not made.startswith("-")
    assert not made.endswith("-")


@pytest.mark.parametrize(
    ("name", "expected"), [("Kaffemugg, blå", "kaffemugg-bla"), ("SMØRREBRØD & Æg", "smorrebrod-aeg"), ("Maß", "mass")]
)
def test_an_address_keeps_the_letters_sound(name, expected):
    assert shop_slug(name) == expected
