"""What the webservice lets a client change. Bodies are XML only (prestashop.md 2, 11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from app.sandbox.prestashop.failure import Crash, Refusal
from app.sandbox.prestashop.schema import Record
from app.sandbox.prestashop.state import ShopState


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The entity as PrestaShop echoes it."""

    record: Record
    status: int


def parse(body: bytes) -> dict[str, str]:
    """The fields of `<prestashop><resource>…`; raises Refusal 500 code 127 for what is no XML, 400 code 90 without the root."""
    text = body.decode(errors="replace")
    try:
        tree = ET.fromstring(body)
    except ET.ParseError:
        sentence = f"XML error : String could not be parsed as XML\nXML length : {len(body)}\nOriginal XML : {text}"
        raise Refusal(500, (127, sentence)) from None
    entity = next(iter(tree), None) if tree.tag == "prestashop" else None
    if entity is None:
        raise Refusal(400, (90, "id is required when modifying a resource"))
    return {child.tag: (child.text or "").strip() for child in entity if len(child) == 0}


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


Handler = Callable[[ShopState, str, Mapping[str, str], Mapping[str, str]], Written]
HANDLERS: dict[tuple[str, str], Handler] = {("POST", "order_histories"): post_order_history}
