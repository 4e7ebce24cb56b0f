"""What we change in a shop: XML bodies of history rows, tracking numbers, notes, and of the catalogue (prestashop.md 1.1, 11).

PATCH and never PUT, but for PrestaShop 1.7's catalogue, which knows no PATCH: there an entity goes back whole (`whole_body`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from xml.sax.saxutils import escape

from lxml import etree

from mappers.prestashop.catalogue import Fields
from workers.clients.prestashop.normal import clean
from workers.clients.prestashop.reading import read_entity

ILLEGAL = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])
# What a GET shows and a PUT refuses or takes amiss (prestashop.md 11): computed by the shop. And `associations`: those that are not sent stay
# as they are (recorded: the PUT of a product with id and price only kept its category), those that are sent are set anew, with traps of
# their own (source: Product::setWsProductBundle fails on a virtual product, setWsCombinations deletes what the list lacks).
NOT_SENT_BACK = (
    "manufacturer_name",
    "quantity",
    "position_in_category",
    "type",
    "id_default_image",
    "id_default_combination",
    "associations",
)
STOCK = "stock_available"  # whose quantity is its own


def body(entity: str, fields: Mapping[str, str | int]) -> bytes:
    """`<prestashop><entity>…` with the fields as text."""
    inner = "".join(f"<{name}>{escape(str(value).translate(ILLEGAL))}</{name}>" for name, value in fields.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<prestashop><{entity}>{inner}</{entity}></prestashop>'.encode()


def history_body(order_id: int, state_id: int) -> bytes:
    """A state change. Posted to order_histories; it mails nobody without `sendemail=1`."""
    return body("order_history", {"id_order": order_id, "id_order_state": state_id})


def tracking_body(order_carrier_id: int, number: str) -> bytes:
    """A tracking number, on the order's carrier record (its own id)."""
    return body("order_carrier", {"id": order_carrier_id, "tracking_number": number})


def note_body(order_id: int, note: str) -> bytes:
    """The order's own note; nothing else of the order is touched."""
    return body("order", {"id": order_id, "note": note})


def fields_body(entity: str, fields: Fields, *, ident: int = 0, lists: Mapping[str, tuple[str, Sequence[int]]] | None = None) -> bytes:
    """An entity with texts, texts by language and associations.

    `lists`: `{"categories": ("category", [2, 5])}`. `ident` 0: a new entity, which has no id yet.
    """
    root = etree.Element("prestashop")
    node = etree.SubElement(root, entity)
    if ident:
        etree.SubElement(node, "id").text = str(ident)
    for name, value in fields.items():
        _fill(etree.SubElement(node, name), value)
    if lists:
        associations = etree.SubElement(node, "associations")
        for name, (inner, idents) in lists.items():
            listed = etree.SubElement(associations, name)
            for one in idents:
                etree.SubElement(etree.SubElement(listed, inner), "id").text = str(one)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def whole_body(raw: bytes, fields: Fields) -> bytes:
    """The entity that a GET gave as XML, with `fields` replaced, as a PUT takes it. Languages that `fields` do not name keep their text.

    Empty fields are left out: those PrestaShop sets to NULL, where it would make 0 of an empty text (source: ObjectModel::formatValue), and
    a second combination with `default_on` 0 breaks its database's unique key.
    """
    entity = deepcopy(read_entity(raw))
    for name in NOT_SENT_BACK:
        if entity.tag == STOCK and name == "quantity":
            continue
        for node in entity.findall(name):
            entity.remove(node)
    for node in list(entity):
        if not len(node) and not (node.text or "").strip():
            entity.remove(node)
    for name, value in fields.items():
        found = entity.find(name)
        _fill(found if found is not None else etree.SubElement(entity, name), value)
    root = etree.Element("prestashop")
    root.append(entity)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _fill(node: etree._Element, value: str | Mapping[int, str]) -> None:
    if isinstance(value, str):
        for child in list(node):
            node.remove(child)
        node.text = clean(value)
        return
    node.text = None
    known = {child.get("id"): child for child in node if child.tag == "language"}
    for ident, said in value.items():
        language = known.get(str(ident))
        if language is None:
            language = etree.SubElement(node, "language", id=str(ident))
        language.text = clean(said)
