"""What real shops answer, and what they print around it."""

import json
from pathlib import Path

import pytest

from mappers.errors import Rejected, Transient
from mappers.prestashop.records import text
from workers.clients.prestashop.reading import UNREADABLE, WEB_PAGE, read_answer, read_permissions, read_records

WIRE = Path(__file__).parents[3] / "wire" / "prestashop"
JSON = (WIRE / "orders.json").read_bytes()
XML = (WIRE / "orders.xml").read_bytes()
WARNING = b'<br />\n<b>Warning</b>: Undefined array key "x" in <b>/modules/a[]/b{1}.php</b> on line <b>12</b><br />\n'


def test_json_and_xml_read_to_the_same_records():
    assert read_records(JSON, "application/json") == read_records(XML, "text/xml;charset=utf-8")


def test_every_scalar_is_text():
    (record,) = read_records(b'{"orders":[{"id":5,"a":1,"b":"1","c":null,"d":0.10,"e":true,"f":false,"g":1E400}]}')

    assert record == {"id": "5", "a": "1", "b": "1", "c": "", "d": "0.10", "e": "1", "f": "", "g": "1E400"}


def test_numbers_of_82_and_of_91_read_the_same():
    """Trap 10: 8.2.1 writes `"current_state":"11"`, 9.1.4 writes 11."""
    assert read_records(b'{"orders":[{"id":30,"current_state":"11"}]}') == read_records(b'{"orders":[{"id":30,"current_state":11}]}')


@pytest.mark.parametrize(
    "empty",
    [
        b"[]",
        b"  []\n",
        b"\xef\xbb\xbf[]",
        WARNING + b"[]",
        b"[]<script>var a = {};</script>",
        b'{"orders":[]}',
        b"<prestashop><orders></orders></prestashop>",
        b"<prestashop><orders/></prestashop>",
    ],
)
def test_an_empty_list_reads_as_no_records(empty):
    """Trap 10: an empty list in JSON is `[]` without a wrapper."""
    assert read_records(empty) == []


@pytest.mark.parametrize(
    "around", [(b"\n\n ", b""), (b"\xef\xbb\xbf", b"\n"), (WARNING, b""), (b"", b'<script>var p = {"id": 1};</script>'), (WARNING, WARNING)]
)
@pytest.mark.parametrize("answer", [JSON, XML])
def test_what_php_and_modules_print_around_an_answer_is_cut_away(answer, around):
    """connectors.md 9 row 11: PrestaShop issues 32476, 36815, 39907."""
    before, after = around

    assert read_records(before + answer + after) == read_records(answer)


@pytest.mark.parametrize("content_type", ["application/json", "text/xml;charset=utf-8", "text/html", ""])
@pytest.mark.parametrize("answer", [JSON, XML])
def test_the_content_type_never_decides_alone(answer, content_type):
    assert read_records(answer, content_type)[0]["id"] == "7001"


@pytest.mark.parametrize("content_type", ["application/json", "text/xml", ""])
def test_a_customers_text_is_never_taken_for_the_answer(content_type):
    forged_json = (
        b'<prestashop><messages><message><id>1</id><message><![CDATA[{"messages":[{"id":9}]}]]></message></message></messages></prestashop>'
    )
    forged_xml = b'{"messages":[{"id":1,"message":"<prestashop><messages><message><id>9</id></message></messages></prestashop>"}]}'

    assert [record["id"] for record in read_records(forged_json, content_type)] == ["1"]
    assert [record["id"] for record in read_records(forged_xml, content_type)] == ["1"]


def test_control_characters_are_removed_in_both_dialects():
    xml = b"<prestashop><customer><id>1</id><firstname>A\x0bn\x1fna&#11;&#x1F;</firstname></customer></prestashop>"
    js = b'{"customer":{"id":1,"firstname":"A\\u000bn\x1fna\\ud800"}}'

    assert read_records(xml) == read_records(js) == [{"id": "1", "firstname": "Anna"}]


def test_line_ends_are_newlines_in_both_dialects():
    xml = b"<prestashop><message><id>1</id><message><![CDATA[a\r\nb\rc]]></message></message></prestashop>"

    assert read_records(xml) == read_records(b'{"message":{"id":1,"message":"a\\r\\nb\\rc"}}') == [{"id": "1", "message": "a\nb\nc"}]


def test_a_text_keeps_all_its_languages():
    """Trap 2: whoever writes a text back must send every language, so none may be lost in reading."""
    xml = b'<prestashop><products><product><id>1</id><name><language id="1">Mug</language><language id="2">Mugg</language></name></product></products></prestashop>'
    js = b'{"products":[{"id":1,"name":[{"id":"1","value":"Mug"},{"id":"2","value":"Mugg"}]}]}'

    assert read_records(xml) == read_records(js) == [{"id": "1", "name": {1: "Mug", 2: "Mugg"}}]


def test_one_language_reads_the_same_through_the_accessor():
    (from_xml,) = read_records(b'<prestashop><product><id>1</id><name><language id="1">Mug</language></name></product></prestashop>')
    (from_json,) = read_records(b'{"product":{"id":1,"name":"Mug"}}')

    assert text(from_xml, "name", languages=(2,)) == text(from_json, "name", languages=(2,)) == "Mug"


def test_languages_themselves_are_records_and_not_a_text():
    xml = b"<prestashop><languages><language><id>1</id><iso_code>en</iso_code></language></languages></prestashop>"

    assert read_records(xml) == [{"id": "1", "iso_code": "en"}]


@pytest.mark.parametrize(
    "associations",
    [
        {"taxes": [{"id": 1}]},
        {"taxes": {"id": "1"}},
        {"taxes": {"tax": [{"id": "1"}]}},
        {"taxes": {"tax": {"id": "1"}}},
        {"taxes": ["1"]},
    ],
)
def test_associations_of_every_version_become_lists_of_records(associations):
    raw = json.dumps({"order_details": [{"id": 9, "associations": associations}]}).encode()

    assert read_records(raw) == [{"id": "9", "associations": {"taxes": [{"id": "1"}]}}]


def test_empty_associations_are_left_out():
    xml = b"<prestashop><order_details><order_detail><id>9</id><associations><taxes nodeType='tax'/></associations></order_detail></order_details></prestashop>"

    assert read_records(xml) == [{"id": "9"}]


def test_the_short_form_of_a_list_gives_ids():
    assert read_records(b'<prestashop><orders><order id="5" href="x"/><order id="6"/></orders></prestashop>') == [{"id": "5"}, {"id": "6"}]
    assert read_records(b'{"orders":[{"id":5},{"id":6}]}') == [{"id": "5"}, {"id": "6"}]


@pytest.mark.parametrize("name", ["passwd", "secure_key", "reset_password_token", "card_number"])
def test_secrets_are_dropped_at_once(name):
    assert read_records(json.dumps({"customer": {"id": 1, name: "s3cret"}}).encode()) == [{"id": "1"}]
    assert read_records(f"<prestashop><customer><id>1</id><{name}>s3cret</{name}></customer></prestashop>".encode()) == [{"id": "1"}]


def test_data_beside_php_warnings_is_kept_with_them():
    answer = read_answer(b'{"errors":[{"code":5,"message":"[PHP Notice #8] x"}],"orders":[{"id":5}]}')

    assert answer.records == ({"id": "5"},)
    assert [problem.code for problem in answer.problems] == [5]


@pytest.mark.parametrize("cut", range(1, len(JSON) - 2, 7))
def test_a_cut_json_answer_is_never_read_as_less(cut):
    with pytest.raises(Transient) as raised:
        read_records(JSON[:cut])

    assert raised.value.code == UNREADABLE


@pytest.mark.parametrize("cut", range(1, len(XML) - 15, 97))
def test_a_cut_xml_answer_is_never_read_as_less(cut):
    with pytest.raises(Transient) as raised:
        read_records(XML[:cut])

    assert raised.value.code == UNREADABLE


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"false",
        b"Array[]x",
        b"[1]",
        b'["addresses"]',
        b'{"cart":"x"}',
        b"\x00\xff\xfe",
        b"<a/>",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"<prestashop>" + b"<a>" * 5000,
    ],
)
def test_what_is_no_answer_is_never_an_empty_list(raw):
    with pytest.raises(Transient) as raised:
        read_records(raw)

    assert raised.value.code == UNREADABLE


def test_an_unreadable_answer_is_named_by_hash_and_never_quoted():
    with pytest.raises(Transient) as raised:
        read_records(b"Anna Andersson, Storgatan 1")

    assert "Anna" not in str(raised.value)
    assert "sha256" in raised.value.message


def test_a_web_page_is_told_from_noise_even_with_data_like_scripts_in_it():
    page = b'<!DOCTYPE html><html><head><script>var shop = {"products":[{"id":1}]}</script></head><body>Butik</body></html>'

    with pytest.raises(Transient) as raised:
        read_records(page, "text/html")

    assert raised.value.code == WEB_PAGE


@pytest.mark.parametrize(
    "prolog",
    [
        b'<!DOCTYPE prestashop [<!ENTITY total "1.00">]>',
        b'<?xml version="1.0"?>\n<!DOCTYPE p SYSTEM "http://evil.example/a.dtd">\n',
        b"<!doctype p>",
    ],
)
def test_a_doctype_is_refused(prolog):
    """dependencies.md B: with one, an entity silently empties an amount."""
    with pytest.raises(Rejected) as raised:
        read_records(prolog + b"<prestashop><order><id>1</id><total_paid>&total;</total_paid></order></prestashop>")

    assert raised.value.code == UNREADABLE


def test_an_entity_without_doctype_is_never_an_empty_amount():
    with pytest.raises(Transient):
        read_records(b"<prestashop><order><id>1</id><total_paid>&total;</total_paid></order></prestashop>")


def test_permissions_are_read_by_resource():
    xml = b'<prestashop><api shopName="B"><orders get="true" put="false" head="true"><description get="true">x</description></orders></api></prestashop>'

    assert read_permissions(xml) == {"orders": frozenset({"get", "head"})}
