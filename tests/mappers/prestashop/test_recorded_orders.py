"""Every recorded order becomes a ShopOrder that says what its files say, in both dialects."""

from decimal import Decimal
from pathlib import Path

import pytest

from mappers.canonical import ShopOrder, TaxEvidence
from mappers.prestashop.order import OrderParts, read_order
from mappers.prestashop.reference import RESOURCES, ShopReference, read_reference, reference_from_json, reference_to_json
from workers.clients.prestashop.reading import read_records

RECORDINGS = Path(__file__).parents[4] / "shared" / "recordings"
VERSIONS = ("9.1.4", "8.2.1")
TOTALS = {
    "total_paid": "total_paid",
    "total_paid_incl": "total_paid_tax_incl",
    "total_paid_excl": "total_paid_tax_excl",
    "total_paid_real": "total_paid_real",
    "total_products_excl": "total_products",
    "total_products_incl": "total_products_wt",
    "total_discounts_excl": "total_discounts_tax_excl",
    "total_discounts_incl": "total_discounts_tax_incl",
    "total_shipping_excl": "total_shipping_tax_excl",
    "total_shipping_incl": "total_shipping_tax_incl",
    "total_wrapping_excl": "total_wrapping_tax_excl",
    "total_wrapping_incl": "total_wrapping_tax_incl",
    "carrier_tax_rate": "carrier_tax_rate",
    "conversion_rate": "conversion_rate",
}

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings are not at hand")


def folders(version: str) -> list[Path]:
    return sorted(path for path in (RECORDINGS / version).glob("0*") if path.is_dir())


def records(folder: Path, name: str, suffix: str) -> list:
    path = folder / f"{name}.{suffix}"
    return read_records(path.read_bytes()) if path.exists() else []


def reference(version: str, suffix: str = "json") -> ShopReference:
    common = RECORDINGS / version / "_common"
    files = {name: "countries_active" if name == "countries" else name for name in RESOURCES}
    lists = {name: records(common, file, suffix) for name, file in files.items()}
    for folder in folders(version):  # countries that are no longer active
        lists["countries"] += records(folder, "country_delivery", suffix) + records(folder, "country_invoice", suffix)
    return read_reference(lists, id_shop=1, version=version)


def order_of(folder: Path, version_reference: ShopReference, suffix: str) -> ShopOrder:
    common = folder.parent / "_common"
    (order,) = records(folder, "order_full", suffix)
    parts = OrderParts(
        order=order,
        details=records(folder, "order_details", suffix),
        cart_rules=records(folder, "order_cart_rules", suffix),
        rules=records(common, "cart_rules", suffix),
        payments=records(folder, "order_payments", suffix),
        histories=records(folder, "order_histories", suffix),
        customer=next(iter(records(folder, "customer", suffix)), None),
        addresses=records(folder, "address_invoice", suffix) + records(folder, "address_delivery", suffix),
        messages=records(folder, "messages", suffix),
        products=records(folder, "products", suffix),
    )
    return read_order(parts, version_reference)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_order_reads_the_same_from_xml_and_json(version):
    known = reference(version)
    for folder in folders(version):
        assert order_of(folder, known, "xml") == order_of(folder, known, "json"), folder

    assert reference(version, "xml") == known


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_total_is_kept_to_the_last_decimal(version):
    known = reference(version)
    for folder in folders(version):
        raw = records(folder, "order_full", "xml")[0]
        order = order_of(folder, known, "json")
        for name, field in TOTALS.items():
            assert str(getattr(order, name)) == raw[field], (folder, name)
        for row, detail in zip(order.rows, records(folder, "order_details", "xml"), strict=True):
            assert str(row.total_incl) == detail["total_price_tax_incl"], folder
            assert str(row.total_excl) == detail["total_price_tax_excl"], folder
            assert str(row.quantity) == detail["product_quantity"], folder


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_row_has_readable_tax_evidence(version):
    known = reference(version)
    evidence = {row.tax_evidence for folder in folders(version) for row in order_of(folder, known, "json").rows}

    assert TaxEvidence.RATES in evidence
    assert TaxEvidence.UNRESOLVED not in evidence


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_order_has_its_customer_addresses_and_countries(version):
    known = reference(version)
    for folder in folders(version):
        order = order_of(folder, known, "json")
        assert order.customer is not None, folder
        assert order.invoice_address is not None, folder
        assert order.invoice_address.country, folder
        assert order.delivery_address is not None, folder
        assert order.delivery_address.country, folder
        assert order.current_state in order.states, folder
        assert order.history, folder
        assert all(entry.state_id in order.states for entry in order.history), folder


def test_virtual_services_are_recognised():
    known = reference("9.1.4")
    (folder,) = (path for path in folders("9.1.4") if path.name.startswith("022"))

    assert all(row.is_virtual for row in order_of(folder, known, "json").rows)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_reference_survives_json(version):
    known = reference(version)

    assert reference_from_json(reference_to_json(known)) == known
    assert known.time_zone == "Europe/Stockholm"
    assert known.languages == {1: "en", 2: "sv"}
    assert Decimal(25) in known.taxes.values()
