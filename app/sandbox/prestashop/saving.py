"""How PrestaShop takes an object that the webservice sends (prestashop.md 1.1, 1.2, 2, 11; recorded write exchanges).

PATCH   fields that are sent; a text in languages is replaced whole: a language that is not sent becomes blank
PUT     the object anew from what is sent: every other field falls back to nothing, associations that are not sent stay
POST    as PUT, on a new object, with the answer's own values as texts

Order of the checks: id, existence, then field by field not writable (93) and missing (41), then validity (85).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from app.sandbox.prestashop.access import shops_of
from app.sandbox.prestashop.failure import Crash, Refusal
from app.sandbox.prestashop.formats import DECIMALS, NOT_WRITABLE, NULLABLE, check, rules_of
from app.sandbox.prestashop.schema import Record, dialect_of, resource

if TYPE_CHECKING:
    from app.sandbox.prestashop.state import ShopState

SIX = Decimal("0.000001")
CLOSED = {"condition": "new", "visibility": "both"}  # what an object without these has all the same
# Fields of the object that an answer to POST or PUT shows although they were not sent (recorded).
KEPT = frozenset(
    [
        "id",
        "id_default_image",
        "id_default_combination",
        "position_in_category",
        "manufacturer_name",
        "type",
        "product_type",
        "id_shop_default",
        "condition",
        "visibility",
        "date_add",
        "date_upd",
    ]
)


class Body(dict[str, str]):
    """The fields of an entity as texts. `languages`: a field's texts by language id; `lists`: its associations."""

    def __init__(self, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(fields or {})
        self.languages: dict[str, dict[int, str]] = {}
        self.lists: dict[str, list[dict[str, str]]] = {}

    @property
    def names(self) -> frozenset[str]:
        """Every field that was sent."""
        return frozenset(self) | frozenset(self.languages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The entity as PrestaShop echoes it; None: an empty answer, as to DELETE."""

    record: Record | None
    status: int


# state, id in the path, body, query -> what was written
Handler: TypeAlias = "Callable[[ShopState, str, Body, Mapping[str, str]], Written]"


def language_ids(state: ShopState) -> list[int]:
    """The installed languages."""
    return sorted(state.tables.get("languages", {})) or [1]


def object_of(state: ShopState, name: str, body: Body) -> int:
    """The id of the object to change; raises Refusal 90 without an id in the body, 92 for none that exists. The path does not count."""
    given = body.get("id", "")
    if not given:
        raise Refusal(400, (90, "id is required when modifying a resource"))
    if not given.isdigit() or int(given) not in state.tables.get(name, {}):
        raise Refusal(404, (92, "Invalid ID"))
    return int(given)


def without_id(body: Body) -> None:
    """Raises Refusal 91: a new object has no id yet."""
    if body.get("id"):
        raise Refusal(400, (91, "id is forbidden when adding a new resource"))


def checked(state: ShopState, name: str, body: Body, *, whole: bool) -> None:
    """Raises Refusal for what PrestaShop would not take. `whole`: POST and PUT, where required fields must be there."""
    kind = resource(name, state.version)
    assert kind is not None, name
    rules = rules_of(name, state.version)
    for field in kind.fields:
        if field in NOT_WRITABLE.get(name, ()) and field in body.names:
            raise Refusal(400, (93, f'parameter "{field}" not writable. Please remove this attribute of this XML'))
        if whole and field in rules and rules[field].required and field not in body:
            raise Refusal(400, (41, f'parameter "{field}" required'))
    for field in kind.fields:
        if field in rules:
            for value in body.languages.get(field, {0: body.get(field, "")}).values():
                check(name, state.version, field, value)


def sent(state: ShopState, name: str, body: Body) -> dict[str, Any]:
    """Values to store for the fields that were sent. A field in languages is sent for every language: what is missing is blank."""
    kind = resource(name, state.version)
    assert kind is not None, name
    rules = rules_of(name, state.version)
    found: dict[str, Any] = {}
    for field in body.names & rules.keys() & kind.fields.keys():
        if kind.fields[field].multilingual:
            found[field] = texts(state, body.languages.get(field, {}))
        else:
            found[field] = stored(rules[field].format, body[field], rules[field].unset)
    return found


def texts(state: ShopState, by_language: Mapping[int, str]) -> list[dict[str, Any]]:
    """A multilingual field's value as records hold it."""
    number = int if dialect_of(state.version) == "9" else str
    return [{"id": number(ident), "value": by_language.get(ident, "")} for ident in language_ids(state)]


def stored(kind: str, value: str, unset: str | int | None) -> str | int | None:
    """A value as the database keeps it."""
    if value == "":
        return unset
    return f"{Decimal(value).quantize(SIX):f}" if kind in DECIMALS else value


def anew(state: ShopState, name: str, body: Body, *, keep: Iterable[str] = ()) -> dict[str, Any]:
    """Values to store for a whole object: what was sent, and nothing for the rest but `keep`."""
    kind = resource(name, state.version)
    assert kind is not None, name
    found: dict[str, Any] = {}
    for field, rule in rules_of(name, state.version).items():
        if field in kind.fields and field not in keep:
            found[field] = texts(state, {}) if kind.fields[field].multilingual else CLOSED.get(field, rule.unset)
    found |= {field: null for field, null in NULLABLE.items() if field in found}
    if "product_type" in found and dialect_of(state.version) == "9":
        found["product_type"] = "standard"
    return found | sent(state, name, body)


def echo(state: ShopState, name: str, record: Record, body: Body | None = None, *, also: tuple[str, ...] = ()) -> Record:
    """What the answer shows: the record with its id as text; after POST and PUT (`body`) only what was sent and `also`, as texts."""
    if body is None:
        return record | {"id": str(record["id"])}
    kind = resource(name, state.version)
    assert kind is not None, name
    shown: Record = {}
    for field, spec in kind.fields.items():
        if spec.multilingual:
            shown[field] = record[field] if field in body.languages or field in also else None
        elif field in body:
            shown[field] = body[field]
        else:
            shown[field] = record[field] if field in KEPT else ""
    shown["id"] = str(record["id"])
    if "id_shop_default" in shown:
        shown["id_shop_default"] = str(shown["id_shop_default"])
    if "associations" in record:
        shown["associations"] = record["associations"]
    return shown


def context(state: ShopState, parameters: Mapping[str, str]) -> tuple[int, ...]:
    """The shops that a call is about."""
    return shops_of(parameters, state.shops, None)


def gone(state: ShopState, name: str, ident: str, parameters: Mapping[str, str]) -> list[int]:
    """The ids to delete; raises Refusal 404 code 87 that names those that are not there."""
    asked = [ident] if ident else [part.strip() for part in parameters.get("id", "").strip("[]").split(",")]
    missing = [one for one in asked if not one.isdigit() or int(one) not in state.tables.get(name, {})]
    if missing:
        raise Refusal(404, (87, f"Id(s) not exists: {', '.join(missing)}"))
    return [int(one) for one in asked]


def refuse_key(state: ShopState) -> NoReturn:
    """How a broken unique key is answered (recorded for specific prices)."""
    if dialect_of(state.version) == "9":
        raise Refusal(500, (46, "Unable to save resource"))
    raise Crash
