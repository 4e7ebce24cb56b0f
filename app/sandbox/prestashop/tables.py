"""Records by id, found fast by the fields that integrations ask for: a load test places thousands of orders and fills a catalogue."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from app.sandbox.prestashop.schema import Record

INDEXED = ("id_order", "order_reference", "email", "id_customer", "id_product", "reference", "id_attribute_group")
ANY_OF = re.compile(r"\[([^\[\]%]+(?:\|[^\[\]%]+)+)\]")  # [x|y]
ONE = re.compile(r"\[?([^\[\]%<>!,|]+)\]?")  # x, [x]
BEYOND = re.compile(r"([<>])\[(-?\d+)\]")


def folded(value: Any) -> str:
    """As MySQL's utf8mb4 collations compare texts: neither case, nor accents, nor spaces at the end count."""
    text = str(value)
    if not text.isascii():
        text = "".join(part for part in unicodedata.normalize("NFD", text) if not unicodedata.combining(part))
    return text.casefold().rstrip(" ")


class Table(dict[int, Record]):
    """One resource's records. They are replaced, never changed in place, so that copies of the table stay as they were."""

    def __init__(self) -> None:
        super().__init__()
        self._index: dict[tuple[str, str], dict[int, None]] = {}
        self._ids: list[int] | None = []

    def __setitem__(self, ident: int, record: Record) -> None:
        if ident in self:
            self._forget(ident)
        elif self._ids is not None and (not self._ids or ident > self._ids[-1]):
            self._ids.append(ident)
        else:
            self._ids = None
        super().__setitem__(ident, record)
        for name in INDEXED:
            if name in record:
                self._index.setdefault((name, folded(record[name])), {})[ident] = None

    def __delitem__(self, ident: int) -> None:
        self._forget(ident)
        super().__delitem__(ident)
        self._ids = None

    def _forget(self, ident: int) -> None:
        record = self[ident]
        for name in INDEXED:
            if name in record:
                del self._index[name, folded(record[name])][ident]

    def with_value(self, name: str, value: Any) -> Collection[int]:
        """Ids of the records with this value in an indexed field."""
        return self._index.get((name, folded(value)), {})

    def among(self, where: Mapping[str, Any]) -> Sequence[int]:
        """Ids, ascending, among which all records with these exact values are."""
        indexed = [self.with_value(name, value) for name, value in where.items() if name in INDEXED]
        indexed.sort(key=len)
        return sorted(indexed[0]) if indexed else self.ids

    @property
    def ids(self) -> Sequence[int]:
        """All ids, ascending."""
        if self._ids is None:
            self._ids = sorted(self)
        return self._ids


def candidates(rows: Mapping[int, Record], filters: Sequence[tuple[str, str]]) -> Sequence[int]:
    """Ids, ascending, among which all matches are: those of the narrowest plain filter where there is one, else all."""
    ids = rows.ids if isinstance(rows, Table) else sorted(rows)
    found: Sequence[int] | None = None
    for name, condition in filters:
        narrower = _narrowed(rows, ids, name, condition)
        if narrower is not None and (found is None or len(narrower) < len(found)):
            found = narrower
    return ids if found is None else found


def _narrowed(rows: Mapping[int, Record], ids: Sequence[int], name: str, condition: str) -> Sequence[int] | None:
    """The ids that one filter leaves; None for a filter that no index answers."""
    beyond = BEYOND.fullmatch(condition) if name == "id" else None
    if beyond is not None:
        edge = int(beyond[2])
        return ids[bisect_right(ids, edge) :] if beyond[1] == ">" else ids[: bisect_left(ids, edge)]
    match = ANY_OF.fullmatch(condition) or ONE.fullmatch(condition)
    if match is None:
        return None
    values = match[1].split("|") if "|" in match[1] else [match[1]]
    if name == "id":
        return sorted({int(value) for value in values if value.isdigit() and int(value) in rows})
    if name in INDEXED and isinstance(rows, Table):
        return sorted({ident for value in values for ident in rows.with_value(name, value)})
    return None
