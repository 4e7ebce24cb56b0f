"""Which VAT treatment and accounts a row gets, and what parks (accounting.md 2, accounting-recordings.md 2.6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mappers.canonical import TaxEvidence
from mappers.connection import Accounts, Difference, RegionAccounts
from mappers.errors import Misconfigured, Rejected
from mappers.invoice.model import Treatment
from tests.factories import make_address, make_order, make_row, make_untaxed_row
from tests.mappers.invoice.building import build, codes, texts

GERMAN = "DE129273398"


def refused(order: Any, **policy: Any) -> str:
    with pytest.raises(Rejected) as parked:
        build(order, **policy)
    return parked.value.code


def treated(order: Any, **policy: Any) -> list[tuple[Treatment, int, int | None]]:
    return [(row.treatment, row.account, row.vat_account) for row in build(order, **policy).rows if row.account]


@pytest.mark.parametrize(("rate", "account", "vat"), [(25, 3001, 2611), (12, 3002, 2621), (6, 3003, 2631)])
def test_swedish_sale_is_booked_by_rate(rate: int, account: int, vat: int):
    assert treated(make_order([make_row(rate=rate)])) == [(Treatment.SWEDEN, account, vat)]


def test_virtual_row_uses_the_service_account_where_there_is_one():
    accounts = Accounts(sweden=RegionAccounts(goods={"25": 3001}, services={"25": 3011}, freight=3520, fee=3540))

    assert treated(make_order([make_row(is_virtual=True)]), accounts=accounts) == [(Treatment.SWEDEN, 3011, 2611)]


def test_missing_account_is_a_matter_of_settings():
    accounts = Accounts(sweden=RegionAccounts(goods={"25": 3001}, freight=3520, fee=3540))

    with pytest.raises(Misconfigured) as fault:
        build(make_order([make_row(rate=12)]), accounts=accounts)

    assert fault.value.code == "ACCOUNT_MISSING"
    assert "12 %" in fault.value.message


def test_missing_vat_account_is_a_matter_of_settings():
    with pytest.raises(Misconfigured) as fault:
        build(make_order([make_row()]), accounts=Accounts(output_vat={}))

    assert fault.value.code == "ACCOUNT_MISSING"


@pytest.mark.parametrize("evidence", [TaxEvidence.NONE, TaxEvidence.EXEMPTED, TaxEvidence.UNRESOLVED])
def test_swedish_sale_without_vat_is_parked(evidence: TaxEvidence):
    assert refused(make_order([make_untaxed_row(evidence=evidence)])) == "VAT_ZERO_NOT_ALLOWED"


def test_valid_foreign_number_does_not_free_a_swedish_delivery():
    order = make_order([make_untaxed_row(evidence=TaxEvidence.EXEMPTED)], invoice_address=make_address("DE", vat_number=GERMAN))

    assert refused(order) == "VAT_ZERO_NOT_ALLOWED"


def test_a_tax_of_zero_in_sweden_is_the_shops_word_for_exempt():
    invoice = build(make_order([make_row(rate=0)]))

    assert [(row.account, row.vat_account) for row in invoice.rows] == [(3004, None)]
    assert "EXEMPT_SALE" in codes(invoice)


def test_exempt_article_has_its_own_account_and_no_notice():
    invoice = build(make_order([make_untaxed_row(reference="COURSE")]), exempt_articles={"COURSE": 3014})

    assert [row.account for row in invoice.rows] == [3014]
    assert not codes(invoice)


@pytest.mark.parametrize("country", ["SE", "DK", "NO"])
def test_sold_gift_card_is_a_liability_wherever_it_goes(country: str):
    order = make_order([make_row("500", rate=0, reference="CARD")], country=country)

    assert treated(order, gift_card_articles=("CARD",)) == [(Treatment.GIFT_CARD, 2421, None)]


def test_gift_card_sold_with_vat_is_an_ordinary_sale():
    assert treated(make_order([make_row(reference="CARD")]), gift_card_articles=("CARD",)) == [(Treatment.SWEDEN, 3001, 2611)]


def test_eu_consumer_below_the_threshold_pays_swedish_vat():
    order = make_order([make_row(ident=1), make_row(rate=6, ident=2)], freight="49", country="DK")

    assert treated(order) == [(Treatment.EU_CONSUMER, 3106, 2611), (Treatment.EU_CONSUMER, 3106, 2631), (Treatment.EU_CONSUMER, 3521, 2611)]


def test_destination_rate_without_oss_is_parked():
    assert refused(make_order([make_row(rate=19)], country="DE")) == "OSS_NOT_ENABLED"


def test_oss_sale_uses_its_own_account_per_country_and_rate():
    order = make_order([make_row("125.5", rate="25.5")], country="FI")

    assert treated(order, oss_registered=True, accounts=Accounts(oss={"FI": {"25.5": 3116}})) == [(Treatment.OSS, 3116, 2670)]


def test_greek_oss_account_is_found_by_iso_code_too():
    order = make_order([make_row(rate=24)], country="GR")

    assert treated(order, oss_registered=True, accounts=Accounts(oss={"GR": {"24": 3117}})) == [(Treatment.OSS, 3117, 2670)]


def test_outdated_foreign_rate_is_posted_with_a_notice():
    invoice = build(make_order([make_row(rate=24)], country="FI"), oss_registered=True)

    assert "VAT_RATE_OUTDATED" in codes(invoice)


def test_danish_rate_with_oss_is_denmarks():
    assert treated(make_order([make_row(rate=25)], country="DK"), oss_registered=True) == [(Treatment.OSS, 3106, 2670)]


def test_danish_rate_beside_a_swedish_one_is_swedens():
    order = make_order([make_row(rate=25, ident=1), make_row(rate=6, ident=2)], country="DK")

    assert {row[0] for row in treated(order, oss_registered=True, swedish_vat_with_oss=Difference.POST)} == {Treatment.EU_CONSUMER}


def test_swedish_vat_to_an_eu_consumer_with_oss_is_parked_by_default():
    assert refused(make_order([make_row()], country="DE"), oss_registered=True) == "SWEDISH_VAT_WITH_OSS"


def test_swedish_vat_to_an_eu_consumer_with_oss_is_posted_when_set():
    invoice = build(make_order([make_row()], country="DE"), oss_registered=True, swedish_vat_with_oss=Difference.POST)

    assert [row.account for row in invoice.rows] == [3106]
    assert "SWEDISH_VAT_WITH_OSS" in codes(invoice)


def test_each_row_of_a_mixed_order_goes_by_its_own_rate():
    order = make_order([make_row("119", rate=19, ident=1), make_row("125", rate=25, ident=2)], country="DE")

    invoice = build(order, oss_registered=True)

    assert [row.treatment for row in invoice.rows] == [Treatment.OSS, Treatment.EU_CONSUMER]
    assert {"SWEDISH_VAT_WITH_OSS", "VAT_REGIMES_MIXED"} <= codes(invoice)


@pytest.mark.parametrize(
    ("number", "on"),
    [(GERMAN, "DE"), ("de 129 273 398", "DE"), ("129273398", "DE"), ("EL094259216", "DE"), ("GR094259216", "DE")],
)
def test_goods_to_an_eu_company_need_a_number_of_another_state(number: str, on: str):
    order = make_order([make_untaxed_row(evidence=TaxEvidence.EXEMPTED)], country="DE", invoice_address=make_address(on, vat_number=number))

    assert treated(order) == [(Treatment.EU_BUSINESS, 3108, None)]
    assert build(order).is_reverse_charge


@pytest.mark.parametrize("number", ["", "DE129273399", "SE556036079301", "GB980780684", "ABC"])
def test_zero_vat_to_the_eu_without_such_a_number_is_parked(number: str):
    order = make_order([make_untaxed_row()], country="DE", invoice_address=make_address("DE", vat_number=number))

    assert refused(order) == "VAT_ZERO_NOT_ALLOWED"


def test_identity_number_of_a_spanish_consumer_is_no_vat_number():
    order = make_order([make_untaxed_row()], country="ES", invoice_address=make_address("ES", dni="54362315K"))

    assert refused(order) == "VAT_ZERO_NOT_ALLOWED"


def test_services_to_an_eu_company_have_their_account_and_text():
    address = make_address("DE", vat_number=GERMAN)
    order = make_order([make_untaxed_row(is_virtual=True)], country="DE", invoice_address=address)

    invoice = build(order)

    assert [row.account for row in invoice.rows if row.account] == [3308]
    assert texts(invoice) == ["Omvänd betalningsskyldighet / Reverse charge"]


def test_vat_charged_to_an_eu_company_is_posted_with_a_notice():
    order = make_order([make_row()], country="DE", invoice_address=make_address("DE", vat_number=GERMAN))

    invoice = build(order, oss_registered=True)

    assert [row.treatment for row in invoice.rows] == [Treatment.EU_CONSUMER]
    assert not invoice.is_reverse_charge
    assert "REVERSE_CHARGE_POSSIBLE" in codes(invoice)


def test_goods_without_and_freight_with_vat_are_no_pure_reverse_charge():
    order = make_order([make_untaxed_row()], freight="49", country="DE", invoice_address=make_address("DE", vat_number=GERMAN))

    invoice = build(order)

    assert not invoice.is_reverse_charge
    assert "VAT_REGIMES_MIXED" in codes(invoice)


@pytest.mark.parametrize(
    ("country", "postcode"),
    [
        ("NO", "0154"),
        ("US", "10001"),
        ("GB", "SW1A 1AA"),
        ("CH", "8001"),
        ("AX", "22100"),
        ("FI", "22100"),
        ("FI", "AX-22100"),
        ("ES", "35001"),
        ("ES", "38 001"),
        ("ES", "51001"),
        ("ES", "52001"),
        ("DE", "78266"),
        ("DE", "27498"),
        ("IT", "23041"),
        ("GR", "630 86"),
        ("FR", "97400"),
        ("GP", "97100"),
    ],
)
def test_what_leaves_the_eu_vat_area_is_export(country: str, postcode: str):
    order = make_order([make_untaxed_row()], delivery_address=make_address(country, postcode=postcode))

    assert treated(order) == [(Treatment.EXPORT, 3105, None)]


@pytest.mark.parametrize(("country", "postcode"), [("FI", "00100"), ("ES", "28001"), ("MC", "98000"), ("GB", "BT1 1AA"), ("CY", "1010")])
def test_what_stays_in_the_eu_vat_area_is_no_export(country: str, postcode: str):
    order = make_order([make_untaxed_row()], delivery_address=make_address(country, postcode=postcode))

    assert refused(order) == "VAT_ZERO_NOT_ALLOWED"


def test_goods_to_a_northern_irish_company_are_an_eu_sale_but_services_export():
    address = make_address("GB", postcode="BT1 1AA", vat_number="XI980780684")
    goods = make_order([make_untaxed_row()], invoice_address=address, delivery_address=address)
    services = make_order([make_untaxed_row(is_virtual=True)], invoice_address=address, delivery_address=address)

    assert treated(goods) == [(Treatment.EU_BUSINESS, 3108, None)]
    assert treated(services) == [(Treatment.EXPORT, 3305, None)]


def test_monaco_is_france():
    assert treated(make_order([make_row(rate=20)], country="MC"), oss_registered=True) == [(Treatment.OSS, 3106, 2670)]


def test_export_with_vat_is_posted_and_shown():
    order = make_order([make_row()], delivery_address=make_address("NO"), tax_by_invoice_address=True)

    invoice = build(order)

    assert [(row.treatment, row.account) for row in invoice.rows] == [(Treatment.SWEDEN, 3001)]
    assert {"EXPORT_WITH_VAT", "TWO_COUNTRIES"} <= codes(invoice)


def test_taxing_by_invoice_address_never_frees_goods_that_stay():
    order = make_order([make_untaxed_row()], invoice_address=make_address("NO"), tax_by_invoice_address=True)

    assert refused(order) == "VAT_ZERO_NOT_ALLOWED"


def test_foreign_vat_outside_the_eu_is_parked():
    assert refused(make_order([make_row(rate=20)], country="GB")) == "VAT_RATE_UNKNOWN"


def test_rate_that_no_country_of_the_order_has_is_parked():
    assert refused(make_order([make_row(rate=17)])) == "VAT_RATE_UNKNOWN"
    assert refused(make_order([make_row(rate=17)], country="DE"), oss_registered=True) == "VAT_RATE_UNKNOWN"


def test_goods_collected_in_the_shop_are_sold_in_sweden():
    order = make_order([make_row()], country="NO", carrier_reference=8)

    assert treated(order, pickup_carriers=(8,)) == [(Treatment.SWEDEN, 3001, 2611)]
    assert build(order, pickup_carriers=(8,)).country == "SE"


def test_virtual_order_goes_by_the_invoice_address():
    order = make_order([make_row(rate=19, is_virtual=True)], invoice_address=make_address("DE"), delivery_address=make_address("SE"))

    assert build(order, oss_registered=True).country == "DE"


def test_unreadable_address_is_parked():
    assert refused(make_order(delivery_address=make_address(""))) == "COUNTRY_UNKNOWN"
    assert refused(make_order(delivery_address=None, invoice_address=None)) == "COUNTRY_UNKNOWN"


def test_freight_without_vat_in_sweden_is_posted_with_a_notice():
    invoice = build(make_order([make_row()], freight="100", freight_rate=0))

    assert [(row.account, row.vat_account) for row in invoice.rows] == [(3001, 2611), (3520, None)]
    assert "FREIGHT_WITHOUT_VAT" in codes(invoice)


def test_food_rate_is_noted_while_food_is_at_six_per_cent_only():
    inside = make_order([make_row(rate=12)])
    before = make_order([make_row(rate=12)], placed_at=datetime(2026, 3, 31, 9, tzinfo=UTC), invoiced_at=None, payments=())

    assert "FOOD_RATE" in codes(build(inside))
    assert "FOOD_RATE" not in codes(build(before))


def test_days_on_both_sides_of_a_rate_change_are_noted():
    order = make_order([make_row(rate=12)], placed_at=datetime(2026, 3, 31, 9, tzinfo=UTC))

    assert "VAT_RATE_CHANGE_WINDOW" in codes(build(order))
