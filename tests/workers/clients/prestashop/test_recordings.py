"""Facts over every recorded answer, where the recordings are at hand."""

import json
from pathlib import Path

import httpx
import pytest

from mappers.errors import Misconfigured, OrderbroError, Rejected, Unknown
from workers.clients.prestashop.errors import ENTITY, RESOURCE, sorter
from workers.clients.prestashop.normal import SECRETS
from workers.clients.prestashop.reading import read_permissions, read_records

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
