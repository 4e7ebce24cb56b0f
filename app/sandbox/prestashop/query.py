"""What a query string asks of a resource: filter, display, sort, limit, date, language (prestashop.md 2, Lists)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any

from app.sandbox.prestashop.failure import Refusal, did_you_mean
from app.sandbox.prestashop.schema import Field, Record, Resource
from app.sandbox.prestashop.tables import folded

DATES = ("date_add", "date_upd")
BY_ID = ((), (("id", False),))  # without a sort the database gives what its primary key gives, mostly
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")  # what begins with 0 is a text: postcodes, telephone numbers
DATE_ONLY = re.compile(r"\d{4}-\d\d-\d\d")
FILTER = re.compile(r"(?P<before>.*?)\[(?P<inside>.*)\](?P<after>.*)", re.DOTALL)
WRONG_SORT = (
    'The "sort" value has to be formed as this example: "field_ASC" or '
    "'[field_1_DESC,field_2_ASC,field_3_ASC,...]' (\"field\" has to be an available field)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A list question, read and found valid."""

    filters: tuple[tuple[str, str], ...] = ()
    display: tuple[str, ...] | None = None  # None: ids only; ("full",) everything; else field names
    sort: tuple[tuple[str, bool], ...] = ()  # field, descending
    limit: tuple[int, int | None] = (0, None)  # offset, count
    languages: tuple[str, ...] = ()

    @property
    def full(self) -> bool:
        return self.display == ("full",)


def available(kind: Resource, *, dates: bool) -> list[str]:
    """What may be filtered on: no multilingual fields, dates only with `date=1` (then on any resource)."""
    names = [name for name, spec in kind.fields.items() if not spec.multilingual and (dates or name not in DATES)]
    return names + [name for name in DATES if dates and name not in names]


def multilingual(kind: Resource) -> list[str]:
    """What may be filtered and sorted on besides, by its text in any language."""
    return [name for name, spec in kind.fields.items() if spec.multilingual]


def read(kind: Resource, parameters: Sequence[tuple[str, str]]) -> Query:
    """The question in these parameters; raises Refusal with PrestaShop's code for what it would not take."""
    given = dict(parameters)
    allowed = available(kind, dates=given.get("date", "0") not in ("", "0"))
    texts = multilingual(kind)
    filters = tuple((key[len("filter[") : -1], value) for key, value in parameters if key.startswith("filter[") and key.endswith("]"))
    for name, value in filters:
        check_filter(kind.fields.get(name), name, value, allowed, texts)
    return Query(
        filters=filters,
        display=read_display(kind, given.get("display")),
        sort=read_sort(given.get("sort"), allowed, texts),
        limit=read_limit(given.get("limit")),
        languages=tuple(part for part in given.get("language", "").strip("[]").split("|") if part),
    )


def check_filter(spec: Field | None, name: str, value: str, allowed: Sequence[str], texts: Sequence[str]) -> None:
    if name not in allowed and name not in texts:
        raise did_you_mean(400, "This filter does not exist", name, allowed, 32)
    if value == "":
        raise Refusal(400, (33, f'The filter "{name}" is malformed.'))
    if spec is not None and spec.dynamic:
        raise Refusal(400, (34, f'The field "{name}" is dynamic. It is not possible to filter GET query with this field.'))


def read_display(kind: Resource, text: str | None) -> tuple[str, ...] | None:
    if text is None or text in ("full", "minimum"):
        return ("full",) if text == "full" else None
    names = ", ".join(kind.fields)
    if not (text.startswith("[") and text.endswith("]")):
        raise Refusal(
            400,
            (36, f"The 'display' syntax is wrong. You can set 'full' or '[field_1,field_2,field_3,...]'. These are available: {names}"),
        )
    asked = tuple(part.strip() for part in text[1:-1].split(","))
    for name in asked:
        if name not in kind.fields and name not in kind.associations:
            raise Refusal(400, (35, f'Unable to display this field "{name}". However, these are available: {names}'))
    return asked


def read_sort(text: str | None, allowed: Sequence[str], texts: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    if text is None:
        return ()
    found = []
    for part in text.removeprefix("[").removesuffix("]").split(","):
        name, separator, direction = part.strip().rpartition("_")
        if not separator or direction.upper() not in ("ASC", "DESC"):
            raise Refusal(400, (37, WRONG_SORT))
        if name not in allowed and name not in texts:
            fields = f"{', '.join(allowed)}, for i18n fields:{', '.join(texts)}"
            raise Refusal(400, (38, f"Unable to filter by this field. However, these are available: {fields}"))
        found.append((name, direction.upper() == "DESC"))
    return tuple(found)


def read_limit(text: str | None) -> tuple[int, int | None]:
    """Offset and count. What is no number counts as 0, as in PHP: `limit=a` gives an empty list."""
    if text is None:
        return 0, None
    parts = text.split(",")
    if len(parts) > 2:
        raise Refusal(400, (39, 'The "limit" value has to be formed as this example: "5,25" or "10"'))
    numbers = [int(match.group()) if (match := re.match(r"\s*\d+", part)) else 0 for part in parts]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, numbers[0])


def comparable(value: Any) -> tuple[int, Decimal | str]:
    """Numbers before texts, texts without regard to case, as the database sorts and compares."""
    text = "" if value is None else str(value)
    return (0, Decimal(text)) if NUMBER.fullmatch(text) else (1, folded(text))


def operand(name: str, text: str) -> tuple[int, Decimal | str]:
    """A value to compare with. A bare day means its midnight; `T` may stand between day and time."""
    if "date" in name or name in ("from", "to"):
        text = text.replace("T", " ")
        if DATE_ONLY.fullmatch(text):
            text += " 00:00:00"
    return comparable(text)


@lru_cache(maxsize=4096)
def condition(name: str, text: str) -> Callable[[Any], bool]:
    """What a field's value must meet: `x`, `[a|b]`, `[a,b]`, `>[x]`, `<[x]`, `![x]`, `[A]%`, `%[A]` or `%[A]%`."""
    match = FILTER.fullmatch(text)
    if match is None:
        wanted = operand(name, text)
        return lambda value: comparable(value) == wanted
    before, inside, after = match["before"], match["inside"], match["after"]
    if "%" in (before, after):
        part = folded(inside)
        if before == after:
            return lambda value: part in folded(value)
        return (lambda value: folded(value).startswith(part)) if after == "%" else (lambda value: folded(value).endswith(part))
    if before in (">", "<"):
        other = operand(name, inside)
        return lambda value: _beyond(comparable(value), other, before)
    several = frozenset(operand(name, part) for part in inside.split("|"))
    if before == "!":
        return lambda value: comparable(value) not in several
    if "|" not in inside and inside.count(",") == 1:
        low, high = (operand(name, part) for part in inside.split(","))
        return lambda value: low[0] == comparable(value)[0] == high[0] and low <= comparable(value) <= high
    return lambda value: comparable(value) in several


def _beyond(mine: tuple[int, Any], other: tuple[int, Any], direction: str) -> bool:
    return mine[0] == other[0] and (mine > other if direction == ">" else mine < other)


def matches(record: Record, query: Query) -> bool:
    """Whether every filter holds. A date column that the resource lacks matches nothing."""
    for name, text in query.filters:
        if name not in record:
            return False
        value = record[name]
        values = [part["value"] for part in value] if isinstance(value, list) else [value]
        if not any(map(condition(name, text), values)):
            return False
    return True


def select(records: Iterable[Record], query: Query) -> list[Record]:
    """The records that match, sorted and cut. `records` come ascending by id: sorted like that, no more of them are looked at than shown."""
    offset, count = query.limit
    matching = (record for record in records if matches(record, query))
    if query.sort in BY_ID:
        return list(islice(matching, offset, None if count is None else offset + count))
    found = list(matching)
    if any(name in DATES and found and name not in found[0] for name, _ in query.sort):
        return []
    for name, descending in reversed(query.sort):
        found.sort(key=lambda record: comparable(sort_value(record.get(name))), reverse=descending)
    return found[offset:] if count is None else found[offset : offset + count]


def sort_value(value: Any) -> Any:
    return value[0]["value"] if isinstance(value, list) and value else value


def shown(record: Record, query: Query) -> Record:
    """The record with the fields that `display` asked for, in the resource's order, and languages flattened or left out."""
    names = None if query.display in (None, ("full",)) else query.display
    out: Record = {}
    for name, value in record.items():
        if name == "associations":
            if names is None:
                out[name] = value
            elif wanted := {key: rows for key, rows in value.items() if key in names}:
                out[name] = wanted
        elif names is None or name in names:
            out[name] = pick(value, query.languages)
    return out


def pick(value: Any, languages: Sequence[str]) -> Any:
    """A multilingual value in the languages asked for."""
    if not languages or not isinstance(value, list):
        return value
    return [text for text in value if str(text["id"]) in languages]


def flattened(record: Mapping[str, Any], languages: Sequence[str]) -> Record:
    """JSON with one language: plain texts instead of lists."""
    if len(languages) != 1:
        return dict(record)
    return {name: (value[0]["value"] if value else "") if isinstance(value, list) else value for name, value in record.items()}
