"""An answer's bytes become records, tolerant of what real shops print around them, intolerant of what could hide an amount.

Cut away: blanks, byte order marks, PHP warnings and HTML before the root; scripts and anything else after its end; control characters
that JSON and XML forbid (connectors.md 9 row 11: PrestaShop issues 32476, 36815, 39907). Refused: a DOCTYPE, because with one an entity
silently empties an amount (dependencies.md B), and whatever cannot be read as exactly one answer.

An answer that cannot be read raises `Transient` SHOP_ANSWER_UNREADABLE, since a second try costs a read nothing; a DOCTYPE raises
`Rejected`. Messages name the length and a hash of the beginning, never what it says.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from mappers.errors import OrderbroError, Rejected, Transient
from workers.clients.prestashop.normal import ILLEGAL, from_json, from_xml

UNREADABLE = "SHOP_ANSWER_UNREADABLE"
WEB_PAGE = "SHOP_ANSWERED_WEB_PAGE"
EXCERPT_BYTES = 4096
JSON_OBJECT = re.compile(r'\{\s*"')
JSON_INSIDE = (":", ",", "[")  # what stands before a value inside another one
JSON_TRIES = 50  # how many places a JSON object is looked for behind warnings
XML_ROOT = re.compile(r"<prestashop[\s>/]")
XML_END = "</prestashop>"
ILLEGAL_REFERENCE = re.compile(r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]));")
HTML_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
DECODER = json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=str)  # never a float


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One of PrestaShop's own errors; the message is for deciding, not for showing: it may quote what was sent."""

    code: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an answer held. `has_data` tells an empty list from an answer with errors only."""

    records: tuple[dict[str, Any], ...] = ()
    problems: tuple[Problem, ...] = ()
    has_data: bool = False


def read_records(raw: bytes, content_type: str = "") -> list[dict[str, Any]]:
    """The records of an answer, in its order; `[]` for an empty list. Raises as the module says."""
    return list(read_answer(raw, content_type).records)


def read_answer(raw: bytes, content_type: str = "") -> Answer:
    """Records and errors of an answer in either dialect. The content type only helps to guess which: proxies rewrite it."""
    text = raw.decode("utf-8-sig", errors="replace").strip("\ufeff\x00 \t\r\n")
    readers = (_read_json, _read_xml) if _looks_like_json(text, content_type) else (_read_xml, _read_json)
    try:
        for reader in readers:
            answer = reader(text)
            if answer is not None:
                return answer
    except (RecursionError, etree.LxmlError, ValueError):
        raise unreadable(raw) from None
    raise unreadable(raw, text)


def read_permissions(raw: bytes) -> dict[str, frozenset[str]]:
    """What the key may do, by resource, from the XML root `/api/`: `{"orders": {"get", "head"}}`."""
    text = raw.decode("utf-8-sig", errors="replace")
    try:
        root = _xml_root(text)
    except (etree.LxmlError, ValueError):
        raise unreadable(raw) from None
    api = root.find("api") if root is not None else None
    if api is None:
        raise unreadable(raw, text)
    return {
        str(node.tag): frozenset(str(name) for name, value in node.attrib.items() if value == "true")
        for node in api
        if isinstance(node.tag, str)
    }


def read_entity(raw: bytes) -> etree._Element:
    """The element of the one entity in an XML answer, as the shop wrote it. Raises as the module says."""
    text = raw.decode("utf-8-sig", errors="replace")
    try:
        root = _xml_root(text)
    except (etree.LxmlError, ValueError):
        raise unreadable(raw) from None
    for node in root if root is not None else ():
        if node.find("id") is not None:
            return node
    raise unreadable(raw, text)


def unreadable(raw: bytes, text: str = "") -> OrderbroError:
    """The error for an answer that is none, telling a web page from anything else."""
    trace = f"{len(raw)} bytes, sha256 {hashlib.sha256(raw[:EXCERPT_BYTES]).hexdigest()[:16]}"
    if text and HTML_PAGE.search(text):
        return Transient(
            WEB_PAGE,
            f"The shop answered with a web page instead of data ({trace}). It is tried again by itself; if it goes on, check the shop's "
            "address, that the webservice is enabled, and that no maintenance page or security service stands before /api.",
        )
    return Transient(
        UNREADABLE,
        f"The shop's answer could not be read ({trace}). It is tried again by itself; if it goes on, switch off debug mode in PrestaShop "
        "under Advanced Parameters > Performance and look for a module that prints into the webservice's answers.",
    )


def _looks_like_json(text: str, content_type: str) -> bool:
    """By how it begins; by the content type where warnings come first. Texts of customers inside one dialect may look like the other."""
    if text[:1] in ("{", "["):
        return True
    return "json" in content_type.lower() and not text.startswith(("<?xml", "<prestashop"))


# JSON ---------------------------------------------------------------------------------------------------------------------------------


def _read_json(text: str) -> Answer | None:
    for value in _json_objects(text):
        answer = _json_answer(value)
        if answer is not None:
            return answer
    return Answer(has_data=True) if _is_empty_list(text) else None


def _json_objects(text: str) -> Iterator[dict[str, Any]]:
    """Whole objects in the text, outermost only. A cut answer must not be read as the last association that is still whole."""
    position = 0
    for _ in range(JSON_TRIES):
        found = JSON_OBJECT.search(text, position)
        if found is None or HTML_PAGE.search(text, 0, found.start()):
            return
        position = found.start() + 1
        if text[: found.start()].rstrip()[-1:] in JSON_INSIDE:
            continue
        try:
            value, position = DECODER.raw_decode(text, found.start())
        except json.JSONDecodeError:
            continue
        yield value


def _is_empty_list(text: str) -> bool:
    """An empty list is the bare `[]`, first or last in the text; `Array[]` in the middle of a warning is none, nor is a cut `"a":[]`."""
    if text.startswith("[]"):
        return True
    return text.endswith("[]") and text[:-2].rstrip()[-1:] not in JSON_INSIDE and JSON_OBJECT.search(text) is None


def _json_answer(value: Mapping[str, Any]) -> Answer | None:
    """None for an object that is not an answer (a script's settings, say)."""
    errors = value.get("errors")
    problems = tuple(_problem(error) for error in errors if isinstance(error, dict)) if isinstance(errors, list) else ()
    entities = [entity for name, entity in value.items() if name != "errors" and _is_entities(entity)]
    if len(value) - ("errors" in value) != len(entities) or len(entities) > 1 or not (entities or problems):
        return None
    if not entities:
        return Answer(problems=problems)
    found = entities[0] if isinstance(entities[0], list) else [entities[0]]
    return Answer(records=tuple(from_json(entity) for entity in found), problems=problems, has_data=True)


def _is_entities(value: Any) -> bool:
    """A list of entities, or one: it has an `id`."""
    if isinstance(value, list):
        return all(isinstance(entry, dict) for entry in value)
    return isinstance(value, dict) and "id" in value


def _problem(error: Mapping[str, Any]) -> Problem:
    code = str(error.get("code") or "")
    return Problem(code=int(code) if code.isdecimal() and len(code) < 10 else 0, message=str(error.get("message") or ""))


# XML ----------------------------------------------------------------------------------------------------------------------------------


def _read_xml(text: str) -> Answer | None:
    root = _xml_root(text)
    if root is None:
        return None
    problems: tuple[Problem, ...] = ()
    records: tuple[dict[str, Any], ...] = ()
    has_data = False
    for node in root:
        if node.tag == "errors":
            problems += tuple(_problem({"code": error.findtext("code"), "message": error.findtext("message")}) for error in node)
        elif not has_data:
            records, has_data = _xml_records(node), True
    return Answer(records=records, problems=problems, has_data=has_data)


def _xml_records(node: etree._Element) -> tuple[dict[str, Any], ...]:
    """An element with an `<id>` is one entity; any other is a list of them. Childless elements without an id are warnings' leftovers."""
    if node.find("id") is not None:
        return (from_xml(node),)
    return tuple(from_xml(child) for child in node if len(child) or child.get("id"))


def _xml_root(text: str) -> etree._Element | None:
    """The `<prestashop>` element; None where there is none; raises Rejected before a DOCTYPE, LxmlError or ValueError for broken XML."""
    start = XML_ROOT.search(text)
    if start is None or HTML_PAGE.search(text, 0, start.start()):
        return None
    if "<!doctype" in text[: start.start()].lower():
        raise Rejected(
            UNREADABLE,
            "The shop's XML brings a document type, which PrestaShop never does and which could hide amounts; it was not read. "
            "Find out what in the shop, or between the shop and here, changes its answers.",
        )
    end = text.rfind(XML_END)
    body = text[start.start() : end + len(XML_END)] if end >= 0 else text[start.start() :]
    body = ILLEGAL_REFERENCE.sub("", ILLEGAL.sub("", body))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    return etree.fromstring(body.encode("utf-8"), parser)
