"""The tables of `schema_tables` as values, and the typing of a record's values per shop version.

A record is a dict in PrestaShop's own field order: texts, numbers (9.1.4 writes integer columns as JSON numbers, 8.2.1 only `id`),
`None` (database NULL), a list `[{"id": language, "value": text}]` for multilingual fields, and last `associations`
`{name: [{field: value}]}` with the empty ones left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from app.sandbox.prestashop.schema_tables import ASSOCIATIONS, FIELDS, RESOURCES_OF_8, RESOURCES_OF_9, RESOURCES_OF_BOTH

Record = dict[str, Any]

WORD = re.compile(
    r"(?P<name>\w+)(?P<i18n>\*)?(?P<integer>:[in])?(?:@(?P<major>\d))?(?:>(?P<link>[\w/{}]+))?(?P<always>\+0)?(?P<dynamic>~)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a resource."""

    name: str
    multilingual: bool = False
    integer: bool = False
    number: bool = False  # a JSON number in 8.x too: `id` and two that PrestaShop computes
    major: str = ""  # "8", "9" or "" for both
    link: str = ""
    links_always: bool = False
    dynamic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """One list inside a resource."""

    name: str
    node: str
    api: str
    link: str
    fields: Mapping[str, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource of the webservice."""

    name: str
    node: str
    fields: Mapping[str, Field]
    associations: Mapping[str, Association] = field(default_factory=dict)

    @property
    def list_node(self) -> str:
        """`order_slip` is a resource whose lists are called `order_slips`; all others are called as the resource."""
        return "order_slips" if self.name == "order_slip" else self.name


def parse_fields(words: str, major: str) -> dict[str, Field]:
    """The fields of a table's text that this major version has."""
    found: dict[str, Field] = {}
    for word in words.split():
        match = WORD.fullmatch(word)
        assert match is not None, word
        part = match.groupdict()
        if part["major"] not in (None, major):
            continue
        found[part["name"]] = Field(
            name=part["name"],
            multilingual=part["i18n"] is not None,
            integer=part["integer"] is not None,
            number=part["integer"] == ":n" or part["name"] == "id",
            major=part["major"] or "",
            link=part["link"] or "",
            links_always=part["always"] is not None,
            dynamic=part["dynamic"] is not None,
        )
    return found


@cache
def dialect_of(version: str) -> str:
    """Which table of fields a version has: "9" from 9.0 on, else "8".

    1.7 was never run (prestashop.md, head): apart from PATCH, which it does not know, it is taken to answer as 8.2.1 does.
    """
    return "9" if int(version.partition(".")[0]) >= 9 else "8"


@cache
def resource(name: str, version: str) -> Resource | None:
    """The resource of this name in this shop version, None for one the sandbox does not hold."""
    major = dialect_of(version)
    if name not in FIELDS or (name == "order_returns" and major == "8"):
        return None
    node, words = FIELDS[name]
    return Resource(
        name=name,
        node=node,
        fields=parse_fields(words, major),
        associations={
            key: Association(name=key, node=inner, api=api, link=link, fields=parse_fields(inner_words, major))
            for key, (inner, api, link, inner_words) in ASSOCIATIONS.get(name, {}).items()
        },
    )


@cache
def resource_names(version: str) -> tuple[str, ...]:
    """All resources a shop of this version knows, sorted: those the sandbox answers empty for included."""
    extra = RESOURCES_OF_8 if dialect_of(version) == "8" else RESOURCES_OF_9
    return tuple(sorted((RESOURCES_OF_BOTH + " " + extra).split()))


def typed(value: Any, *, integer: bool, version: str) -> Any:
    """A value as the database would hand it over: 9.x gives integer columns as numbers, 8.x as texts."""
    if value is None or isinstance(value, bool):
        return value
    text = str(value)
    if not integer:
        return text
    return int(text) if dialect_of(version) == "9" and text.lstrip("-").isdigit() else text


def record_of(name: str, version: str, values: Mapping[str, Any]) -> Record:
    """A record in the resource's field order with the version's types; what is not given is an empty text or 0.

    Multilingual fields take `{language id: text}` or one text for all languages (1 and 2). KeyError for a field the resource has not.
    """
    kind = resource(name, version)
    assert kind is not None, name
    unknown = set(values) - set(kind.fields) - {"associations"} - set(resource_fields_of_any_version(name))
    if unknown:
        raise KeyError(f"{name} has no {sorted(unknown)}")
    record: Record = {}
    for key, spec in kind.fields.items():
        value = values.get(key, 0 if spec.integer else "")
        if spec.number:
            record[key] = int(value)
        elif spec.multilingual:
            texts = value if isinstance(value, Mapping) else {1: value, 2: value}
            record[key] = [{"id": typed(lang, integer=True, version=version), "value": text} for lang, text in texts.items()]
        else:
            record[key] = typed(value, integer=spec.integer, version=version)
    lists = {
        key: [
            {
                part: typed(row.get(part, ""), integer=inner.integer, version=version)
                for part, inner in kind.associations[key].fields.items()
            }
            for row in rows
        ]
        for key, rows in values.get("associations", {}).items()
        if rows
    }
    if lists:
        record["associations"] = lists
    return record


@cache
def resource_fields_of_any_version(name: str) -> frozenset[str]:
    """Field names of the resource in any version, so that one seed serves all."""
    return frozenset(parse_fields(FIELDS[name][1], "8")) | frozenset(parse_fields(FIELDS[name][1], "9"))
