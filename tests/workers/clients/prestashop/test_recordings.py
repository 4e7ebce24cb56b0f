"""Facts over every recorded answer, where the recordings are at hand."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from mappers.catalogue.model import ProductType
from mappers.errors import Misconfigured, OrderbroError, Rejected, Unknown
from mappers.prestashop.catalogue import read_combination, read_product, read_specific_price, read_stock
from workers.clients.prestashop.errors import ENTITY, RESOURCE, sorter
from workers.clients.prestashop.normal import SECRETS
from workers.clients.prestashop.reading import read_permissions, read_records
from workers.clients.prestashop.writes import whole_body

STOCKHOLM = ZoneInfo("Europe/Stockholm")

RECORDINGS = Path(__file__).parents[5] / "shared" / "recordings"
VERSIONS = ("9.1.4", "8.2.1")
NOT_ANSWERS = {"root", "_requests", "db_tables", "index"}
FAMILIES: dict[str, type[OrderbroError] | None] = {
    "date_filter_without_date1": Rejected,
    "empty_list": None,
    "empty_list_json": None,
    "invalid_state": Unknown,
    "json_body": Rejected,
    "key_not_allowed_method": Misconfigured,
    "key_not_allowed_resource": Misconfigured,
    "malformed_key": Misconfigured,
    "malformed_xml": Rejected,
    "method_not_allowed": Rejected,
    "missing_order": None,
    "missing_required": Rejected,
    "no_key": Misconfigured,
    "not_writable": Rejected,
    "unknown_filter": Rejected,
    "unknown_resource": Misconfigured,
    "unknown_shop": Misconfigured,
    "validation_error": Rejected,
    "wrong_key": Misconfigured,
}

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings are not at hand")


def pairs(version: str) -> list[tuple[Path, Path]]:
    """Each answer as (XML, JSON)."""
    files = sorted((RECORDINGS / version).glob("[0_]*/*.xml"))
    return [
        (xml, xml.with_suffix(".json"))
        for xml in files
        if xml.stem not in NOT_ANSWERS and not xml.stem.startswith("schema_") and xml.with_suffix(".json").exists()
    ]


def without_empties(value: object) -> object:
    """A record as JSON gives a single entity: without its empty and zero fields."""
    if isinstance(value, dict):
        kept = {name: without_empties(entry) for name, entry in value.items()}
        return {name: entry for name, entry in kept.items() if entry not in ("", "0", {}, [])}
    return [without_empties(entry) for entry in value] if isinstance(value, list) else value


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_list_reads_the_same_from_xml_and_json(version):
    found = pairs(version)
    for xml, js in found:
        from_xml, from_json = read_records(xml.read_bytes(), "text/xml"), read_records(js.read_bytes(), "application/json")
        if js.stem == "order":  # the single entity
            assert without_empties(from_xml) == without_empties(from_json), xml
        else:
            assert from_xml == from_json, xml

    assert len(found) > 200


@pytest.mark.parametrize("version", VERSIONS)
def test_no_recorded_record_keeps_a_secret(version):
    for xml, _ in pairs(version):
        for record in read_records(xml.read_bytes(), "text/xml"):
            assert SECRETS.isdisjoint(record), xml


@pytest.mark.parametrize("version", VERSIONS)
def test_permissions_are_read_from_the_recorded_root(version):
    permissions = read_permissions((RECORDINGS / version / "_common" / "root.xml").read_bytes())

    assert "get" in permissions["orders"]
    assert "get" in permissions["order_slip"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_error_is_sorted_into_its_family(version):
    sort = sorter("lab")
    found: dict[str, type[OrderbroError] | None] = {}
    for path in sorted((RECORDINGS / version / "_errors").glob("*.json")):
        recorded = json.loads(path.read_text())
        method, target = recorded["request"].split(" ", 1)
        request = httpx.Request(method, "http://lab.example/api", extensions={RESOURCE: "x", ENTITY: target.endswith("/999999")})
        headers = {name: value for name, value in recorded["headers"].items() if name != "Transfer-Encoding"}
        problem = sort(request, httpx.Response(recorded["status"], headers=headers, content=recorded["response"].encode()))
        found[path.stem] = type(problem) if problem else None

    assert found == FAMILIES


# What each recorded refusal about the catalogue is to us: the family and our code.
WRITES: dict[str, tuple[type[OrderbroError], str] | None] = {
    "products-post-without-price-400": (Rejected, "SHOP_DATA_REFUSED"),
    "products-post-negative-price-400": (Rejected, "SHOP_VALUE_REFUSED"),
    "products-post-with-id-400": (Rejected, "SHOP_DATA_REFUSED"),
    "products-post-price-with-comma-400": (Rejected, "SHOP_VALUE_REFUSED"),
    "products-put-whole-get-body-back-400": (Rejected, "SHOP_DATA_REFUSED"),
    "products-patch-unknown-404": (Rejected, "SHOP_ENTITY_MISSING"),
    "stock_availables-patch-text-400": (Rejected, "SHOP_VALUE_REFUSED"),
    "stock_availables-patch-decimal": (Rejected, "SHOP_VALUE_REFUSED"),
    "stock_availables-put-missing-fields-400": (Rejected, "SHOP_DATA_REFUSED"),
    "stock_availables-post-405": (Rejected, "SHOP_CALL_REFUSED"),
    "stock_availables-delete-405": (Rejected, "SHOP_CALL_REFUSED"),
    "stock_availables-patch-unknown-404": (Rejected, "SHOP_ENTITY_MISSING"),
    "combinations-patch-unknown-404": (Rejected, "SHOP_ENTITY_MISSING"),
    "specific_prices-post-missing-fields-400": (Rejected, "SHOP_DATA_REFUSED"),
    "specific_prices-post-bad-date": (Rejected, "SHOP_VALUE_REFUSED"),
    "specific_prices-delete-missing-404": (Rejected, "SHOP_ENTITY_MISSING"),
    "products-put-without-id-400": (Rejected, "SHOP_DATA_REFUSED"),
    "products-delete-again-404": (Rejected, "SHOP_ENTITY_MISSING"),
    "products-delete-several": (Rejected, "SHOP_ENTITY_MISSING"),
    "products-get-after-delete-404": None,
}
SAME_PRICE_AGAIN = {"9.1.4": (Rejected, "SHOP_DATA_REFUSED"), "8.2.1": (Unknown, "OUTCOME_UNKNOWN")}
CATALOGUE = ("products", "combinations", "stock_availables", "specific_prices")
TROUBLE = ("key-", "computed-prices")


def writes(version: str) -> list[tuple[str, dict[str, Any]]]:
    """Recorded exchanges about the catalogue, by what their file is called."""
    found = []
    for path in sorted((RECORDINGS / "writes" / version).glob("[0-9]*.json")):
        name = path.stem.partition("-")[2]
        if name.startswith(CATALOGUE) and not any(word in name for word in TROUBLE):
            found.append((name, json.loads(path.read_text())))
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_write_to_the_catalogue_is_sorted(version):
    sort = sorter("lab")
    for name, exchange in writes(version):
        asked, told = exchange["request"], exchange["response"]
        target = asked["path"].removeprefix("/api/").partition("?")[0]
        resource, _, ident = target.partition("/")
        request = httpx.Request(asked["method"], "http://lab.example/api", extensions={RESOURCE: resource, ENTITY: bool(ident)})
        headers = {key: value for key, value in told["headers"].items() if key.lower() not in ("transfer-encoding", "content-encoding")}
        problem = sort(request, httpx.Response(told["status"], headers=headers, content=(told.get("body") or "").encode()))
        expected = SAME_PRICE_AGAIN[version] if name == "specific_prices-post-same-again" else WRITES.get(name)
        assert (type(problem), problem.code) == expected if expected else problem is None, name

    assert len(writes(version)) >= 50


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_refusal_names_the_field_and_not_the_value(version):
    """The arrow before the field is escaped in 8.2.1."""
    sort = sorter("lab")
    named = {}
    for name, exchange in writes(version):
        request = httpx.Request("POST", "http://lab.example/api", extensions={RESOURCE: "x"})
        told = exchange["response"]
        problem = sort(request, httpx.Response(told["status"], content=(told.get("body") or "").encode()))
        if problem is not None and problem.code == "SHOP_VALUE_REFUSED":
            named[name] = problem.message.partition("field ")[2].partition(":")[0]

    assert named == {
        "products-post-negative-price-400": "price",
        "products-post-price-with-comma-400": "price",
        "stock_availables-patch-text-400": "quantity",
        "stock_availables-patch-decimal": "quantity",
        "specific_prices-post-bad-date": "from",
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("dialect", ["xml", "json"])
def test_the_whole_recorded_catalogue_is_read(version, dialect):
    def records(name: str) -> list[dict[str, Any]]:
        return read_records((RECORDINGS / version / "_common" / f"{name}.{dialect}").read_bytes())

    combinations = [read_combination(record) for record in records("combinations")]
    parts = {product: [one for one in combinations if one.product_id == product] for product in {one.product_id for one in combinations}}
    products = [read_product(record, parts.get(int(record["id"]), ()), zone=STOCKHOLM) for record in records("products")]
    stocks = [read_stock(record) for record in records("stock_availables")]
    prices = [read_specific_price(record, zone=STOCKHOLM) for record in records("specific_prices")]

    assert (len(products), len(combinations), len(prices)) == (32, 39, 4)
    assert {product.type for product in products} == set(ProductType)
    assert all(product.names[1] and product.updated_at and not product.is_draft for product in products)
    assert all(one.values for one in combinations)
    assert {(row.product_id, row.combination_id) for row in stocks} >= {(one.product_id, one.id) for one in combinations}
    assert all(price.starts_at is None and price.ends_at is None for price in prices)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_product_goes_back_whole_but_for_what_the_shop_computes(version):
    """What 1.7 is sent in place of a PATCH; the real shops refused the same product with `manufacturer_name` in it (recorded)."""
    raw = next(exchange["response"]["body"] for name, exchange in writes(version) if name == "products-get-after-post").encode()
    (before,) = read_records(raw)

    (after,) = read_records(whole_body(raw, {"price": "5.000000", "name": {2: "Ny"}}))

    left_out = {
        "manufacturer_name",
        "quantity",
        "position_in_category",
        "type",
        "id_default_image",
        "id_default_combination",
        "associations",
    }
    kept = {name: value for name, value in before.items() if name not in left_out and value != ""}
    assert after == kept | {"price": "5.000000", "name": {**before["name"], 2: "Ny"}}
