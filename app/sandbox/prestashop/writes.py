"""What the webservice lets a client change. Bodies are XML only (prestashop.md 2, 11)."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from app.sandbox.prestashop import writes_prices, writes_products
from app.sandbox.prestashop.failure import Crash, Refusal
from app.sandbox.prestashop.journal import Mail
from app.sandbox.prestashop.saving import Body, Handler, Written
from app.sandbox.prestashop.schema import Record
from app.sandbox.prestashop.state import ShopState


def parse(body: bytes) -> Body:
    """The fields of `<prestashop><resource>…`; raises Refusal 500 code 127 for what is no XML, 400 code 90 without the root.

    <price>79.2</price>                                         ["price"] = "79.2"
    <name><language id="1">Mug</language></name>                .languages["name"] = {1: "Mug"}
    <associations><categories><category><id>2</id>…             .lists["categories"] = [{"id": "2"}]
    """
    text = body.decode(errors="replace")
    try:
        tree = ET.fromstring(body)
    except ET.ParseError:
        sentence = f"XML error : String could not be parsed as XML\nXML length : {len(body)}\nOriginal XML : {text}"
        raise Refusal(500, (127, sentence)) from None
    entity = next(iter(tree), None) if tree.tag == "prestashop" else None
    if entity is None:
        raise Refusal(400, (90, "id is required when modifying a resource"))
    fields = Body()
    for child in entity:
        if child.tag == "associations":
            fields.lists = {each.tag: [{part.tag: part.text or "" for part in row} for row in each] for each in child}
        elif len(child):
            fields.languages[child.tag] = {int(text.get("id", "0")): text.text or "" for text in child}
        else:
            fields[child.tag] = child.text or ""
    return fields


def post_order_history(state: ShopState, ident: str, values: Mapping[str, str], parameters: Mapping[str, str]) -> Written:
    """A state change. Nobody is mailed without `?sendemail=1`; the same state again is simply done again (prestashop.md 1.4, 1.5)."""
    del ident
    if values.get("id"):
        raise Refusal(400, (91, "id is forbidden when adding a new resource"))
    for name in ("id_order_state", "id_order"):
        if not values.get(name):
            raise Refusal(400, (41, f'parameter "{name}" required'))
    order_id, state_id = (int(values[name]) if values[name].isdigit() else 0 for name in ("id_order", "id_order_state"))
    if order_id not in state.tables.get("orders", {}) or state_id not in state.tables.get("order_states", {}):
        raise Crash
    history = state.set_state(order_id, state_id, mail=parameters.get("sendemail", "0") not in ("", "0"))
    stored = state.get("order_histories", history)
    # What comes back are the object's own values: texts, but the state as a number; no employee.
    record: Record = {
        "id": str(history),
        "id_employee": "",
        "id_order_state": state_id,
        "id_order": values["id_order"],
        "date_add": stored["date_add"],
    }
    return Written(record=record, status=201)


def patch_order_carrier(state: ShopState, ident: str, values: Mapping[str, str], parameters: Mapping[str, str]) -> Written:
    """A tracking number. The same one again with `?sendemail=1` mails again (prestashop.md 13)."""
    carrier = _known(state, "order_carriers", ident)
    number = values.get("tracking_number")
    if number is not None:
        state.set_tracking(int(carrier["id_order"]), number)
        if parameters.get("sendemail", "0") not in ("", "0"):
            customer = state.find("customers", id=state.get("orders", int(carrier["id_order"]))["id_customer"])
            to = str(customer[0]["email"]) if customer else ""
            state.mails.append(
                Mail(to=to, subject=f"[{state.shop_name}] in transit", template="in_transit", order_id=int(carrier["id_order"]))
            )
    return Written(record=state.get("order_carriers", int(ident)), status=200)


def put_order_carrier(state: ShopState, ident: str, values: Body, parameters: Mapping[str, str]) -> Written:
    """The whole record anew: costs that are not sent become 0, and without `date_add` it is of now (prestashop.md 1.1)."""
    carrier = _known(state, "order_carriers", ident)
    costs = {name: values.get(name) or "0.000000" for name in ("weight", "shipping_cost_tax_excl", "shipping_cost_tax_incl")}
    state.change("order_carriers", int(carrier["id"]), date_add=values.get("date_add") or state.now(), **costs)
    return patch_order_carrier(state, ident, values, parameters)


def patch_order(state: ShopState, ident: str, values: Mapping[str, str], parameters: Mapping[str, str]) -> Written:
    """The note, or a state, which mails always (prestashop.md 1.4). Unknown fields are ignored."""
    del parameters
    _known(state, "orders", ident)
    if "note" in values:
        state.edit("orders", int(ident), note=values["note"])
    if values.get("current_state", "").isdigit():
        state.set_state(int(ident), int(values["current_state"]), mail=True)
    return Written(record=state.get("orders", int(ident)), status=200)


def _known(state: ShopState, name: str, ident: str) -> Record:
    if not ident.isdigit() or int(ident) not in state.tables.get(name, {}):
        raise Refusal(404, (92, "Invalid ID"))
    return state.get(name, int(ident))


HANDLERS: dict[tuple[str, str], Handler] = {
    ("POST", "order_histories"): post_order_history,
    ("PATCH", "order_carriers"): patch_order_carrier,
    ("PUT", "order_carriers"): put_order_carrier,
    ("PATCH", "orders"): patch_order,
    **writes_products.HANDLERS,
    **writes_prices.HANDLERS,
}
