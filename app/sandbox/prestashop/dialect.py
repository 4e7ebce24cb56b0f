"""PrestaShop's own writing: XML with tabs, CDATA and links, JSON with escaped slashes; lists, single entities, ids, errors.

The layouts are those of recorded answers, byte for byte (prestashop.md 1, 2). Single entities in JSON drop whatever PHP calls empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from app.sandbox.prestashop.schema import Association, Field, Record, Resource

XML_TYPE = "text/xml;charset=utf-8"
JSON_TYPE = "application/json"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">\n'
TAIL = "</prestashop>\n"
EMPTY = ("", "0", 0, None, False)  # what PHP's empty() drops from a single JSON entity


def cdata(value: Any) -> str:
    """A value inside a node. PHP writes null and false as nothing and true as 1."""
    text = "" if value is None or value is False else "1" if value is True else str(value)
    return f"<![CDATA[{text}]]>"


def field_xml(name: str, value: Any, spec: Field | None, api: str, record: Record, *, nested: bool = False) -> str:
    """One field's line. Inside associations a link is written even for 0."""
    if isinstance(value, list):
        inner = "".join(
            f'<language id="{text["id"]}" xlink:href="{api}/languages/{text["id"]}">{cdata(text["value"])}</language>' for text in value
        )
        return f"\t<{name}>{inner}</{name}>\n"
    if value is None and spec is not None and spec.multilingual:  # a text that a POST or PUT did not send: languages without links
        inner = "".join(f'<language id="{ident}">{cdata("")}</language>' for ident in (1, 2))
        return f"\t<{name}>{inner}</{name}>\n"
    attributes = ""
    if spec is not None and spec.link and (nested or spec.links_always or value not in EMPTY):
        attributes += f' xlink:href="{api}/{spec.link.format(id=record.get("id"))}/{value}"'
    if spec is not None and spec.dynamic:
        attributes += ' notFilterable="true"'
    return f"\t<{name}{attributes}>{cdata(value)}</{name}>\n"


def association_xml(kind: Association, rows: Sequence[Record], api: str, owner: Record) -> str:
    """One association with its nodes; an empty one closes itself."""
    opening = f'<{kind.name} nodeType="{kind.node}" ' + (f'api="{kind.api}"' if kind.api else 'virtualEntity="true"')
    if not rows:
        return opening + "/>\n"
    out = [opening + ">\n"]
    for row in rows:
        link = kind.link.format(id=row.get("id"), owner=owner.get("id"), id_product=owner.get("id_product")) if kind.link else ""
        out.append(f"\t<{kind.node}" + (f' xlink:href="{api}/{link}"' if link else "") + ">\n")
        out.extend(field_xml(name, value, kind.fields.get(name), api, row, nested=True) for name, value in row.items())
        out.append(f"\t</{kind.node}>\n")
    out.append(f"</{kind.name}>\n")
    return "".join(out)


def entity_xml(kind: Resource, record: Record, api: str, *, associations: bool = True) -> str:
    """One entity's node with everything in it."""
    out = [f"<{kind.node}>\n"]
    out.extend(field_xml(name, value, kind.fields.get(name), api, record) for name, value in record.items() if name != "associations")
    if associations and kind.associations:
        lists = record.get("associations", {})
        out.append("<associations>\n")
        out.extend(association_xml(inner, lists.get(name, ()), api, record) for name, inner in kind.associations.items())
        out.append("</associations>\n")
    out.append(f"</{kind.node}>\n")
    return "".join(out)


def list_xml(kind: Resource, records: Iterable[Record], api: str, *, associations: bool = True) -> bytes:
    """A list with entities, as `display` asked."""
    inner = "".join(entity_xml(kind, record, api, associations=associations) for record in records)
    return f"{HEAD}<{kind.list_node}>\n{inner}</{kind.list_node}>\n{TAIL}".encode()


def ids_xml(kind: Resource, records: Iterable[Record], api: str) -> bytes:
    """A list without `display`: ids and links only."""
    inner = "".join(f'<{kind.node} id="{record["id"]}" xlink:href="{api}/{kind.name}/{record["id"]}"/>\n' for record in records)
    return f"{HEAD}<{kind.list_node}>\n{inner}</{kind.list_node}>\n{TAIL}".encode()


def single_xml(kind: Resource, record: Record, api: str, *, associations: bool = True) -> bytes:
    """`/orders/7`."""
    return f"{HEAD}{entity_xml(kind, record, api, associations=associations)}{TAIL}".encode()


def as_json(value: Any) -> bytes:
    """What PHP's json_encode writes with unescaped unicode: slashes are escaped, nothing is spaced."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/").encode()


def list_json(kind: Resource, records: Sequence[Record]) -> bytes:
    """A list in JSON; an empty one is `[]` without the resource's name."""
    return as_json({kind.list_node: list(records)}) if records else b"[]"


def ids_json(kind: Resource, records: Sequence[Record]) -> bytes:
    """A list without `display`."""
    return list_json(kind, [{"id": record["id"]} for record in records])


def single_json(kind: Resource, record: Record) -> bytes:
    """`/orders/7?output_format=JSON`: without the fields that PHP calls empty."""
    return as_json({kind.node: {name: value for name, value in record.items() if name == "id" or value not in EMPTY}})


def errors_xml(errors: Iterable[tuple[int, str]]) -> bytes:
    """The error document."""
    inner = "".join(f"<error>\n<code>{cdata(code)}</code>\n<message>{cdata(message)}</message>\n</error>\n" for code, message in errors)
    return f"{HEAD}<errors>\n{inner}</errors>\n{TAIL}".encode()


def errors_json(errors: Iterable[tuple[int, str]]) -> bytes:
    """The error document in JSON."""
    return as_json({"errors": [{"code": code, "message": message} for code, message in errors]})


def root_xml(names: Iterable[tuple[str, Sequence[str]]], api: str, shop_name: str) -> bytes:
    """`/api/`: the resources this key may use and with which methods; the cheapest test of a key."""
    methods = ("get", "put", "post", "patch", "delete", "head")
    out = [f"<api shopName={quoteattr(shop_name)}>\n"]
    for name, allowed in names:
        flags = " ".join(f'{method}="{str(method.upper() in allowed).lower()}"' for method in methods)
        out.append(f'<{name} xlink:href="{api}/{name}" {flags}>\n')
        out.append(f'<description xlink:href="{api}/{name}" {flags}>\n{name}</description>\n')
        out.append(f'<schema xlink:href="{api}/{name}?schema=blank" type="blank"/>\n')
        out.append(f'<schema xlink:href="{api}/{name}?schema=synopsis" type="synopsis"/>\n</{name}>\n')
    out.append("</api>\n")
    return f"{HEAD}{''.join(out)}{TAIL}".encode()
