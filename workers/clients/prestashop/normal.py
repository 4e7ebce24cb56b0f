"""One shape for both dialects: `dict` of text, texts by language, and lists of associated records.

    JSON  {"id":30,"valid":"1","shipping_number":null,"name":[{"id":1,"value":"Mug"}],"associations":{"taxes":[{"id":1}]}}
    XML   <id>30</id><valid>1</valid><shipping_number/><name><language id="1">Mug</language></name>
          <associations><taxes nodeType="tax"><tax><id>1</id></tax></taxes></associations>
    both  {"id": "30", "valid": "1", "shipping_number": "", "name": {1: "Mug"}, "associations": {"taxes": [{"id": "1"}]}}

The one difference left: with a single language installed, JSON gives a plain text where XML names the language;
`mappers.prestashop.records.text` reads both. Empty associations are left out, as JSON does. Secrets are dropped here, at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

SECRETS = frozenset(
    {
        "card_expiration",
        "card_holder",
        "card_number",
        "last_passwd_gen",
        "passwd",
        "reset_password_token",
        "reset_password_validity",
        "secure_key",
        "token",
    }
)
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Without what XML 1.0 forbids (control characters, half surrogates); every line end is a newline, as an XML reader gives it."""
    return ILLEGAL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def from_json(entity: Mapping[str, Any]) -> dict[str, Any]:
    """A record of a decoded JSON object whose numbers were left as text."""
    record: dict[str, Any] = {}
    for name, value in entity.items():
        if name in SECRETS:
            continue
        if name == "associations":
            _associate(record, _json_associations(value))
        else:
            record[name] = _json_field(value)
    return record


def _json_field(value: Any) -> Any:
    if isinstance(value, list):
        if value and all(isinstance(entry, dict) and entry.keys() == {"id", "value"} for entry in value):
            return {_language(entry["id"]): _scalar(entry["value"]) for entry in value}
        return [from_json(entry) for entry in value if isinstance(entry, dict)] or ""
    if isinstance(value, dict):
        if value and all(key.isdecimal() for key in value):
            return {int(key): _scalar(entry) for key, entry in value.items()}
        return from_json(value) or ""
    return _scalar(value)


def _json_associations(value: Any) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    """Lists, a lone record instead of a list, and a list wrapped in its own node name are all seen in the field."""
    if not isinstance(value, dict):
        return
    for name, entries in value.items():
        found = entries
        if isinstance(found, dict) and len(found) == 1 and isinstance(next(iter(found.values())), list | dict):
            found = next(iter(found.values()))
        if isinstance(found, dict):
            found = [found]
        if isinstance(found, list):
            yield name, [from_json(entry) if isinstance(entry, dict) else {"id": _scalar(entry)} for entry in found]


def _scalar(value: Any) -> str:
    """PHP's casts: true is "1"; false and null are ""."""
    if value is True:
        return "1"
    if value is None or value is False:
        return ""
    return clean(str(value))


def _language(value: Any) -> int:
    ident = str(value)
    return int(ident) if ident.isdecimal() else 0


def from_xml(entity: etree._Element) -> dict[str, Any]:
    """A record of an entity's element; `<order id="5"/>`, the short form of a list, is its id."""
    record: dict[str, Any] = {}
    if not len(entity):
        ident = entity.get("id") or (entity.text or "").strip()
        return {"id": ident} if ident else {}
    for child in entity:
        name = str(child.tag)
        if name in SECRETS:
            continue
        if name == "associations":
            _associate(record, ((str(node.tag), [from_xml(entry) for entry in node]) for node in child))
        else:
            record[name] = _xml_field(child)
    return record


def _xml_field(node: etree._Element) -> Any:
    if not len(node):
        return clean(node.text or "")
    if all(child.tag == "language" for child in node):
        return {_language(child.get("id")): clean(child.text or "") for child in node}
    return [from_xml(child) for child in node]


def _associate(record: dict[str, Any], associations: Iterable[tuple[str, list[dict[str, Any]]]]) -> None:
    kept = {name: [entry for entry in entries if entry] for name, entries in associations}
    kept = {name: entries for name, entries in kept.items() if entries}
    if kept:
        record["associations"] = kept
