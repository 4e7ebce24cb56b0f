"""Records by id, found fast by the fields that integrations ask for: a load test places thousands of orders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.sandbox.prestashop.schema import Record

INDEXED = ("id_order", "order_reference", "email", "id_customer", "id_product")
PLAIN = re.compile(r"\[?([^\[\]%<>!,|]+(?:\|[^\[\]%<>!,|]+)*)\]?")  # x, [x], [x|y]


def folded(value: Any) -> str:
    return str(value).casefold()


class Table(dict[int, Record]):
    """One resource's records. They are replaced, never changed in place, so that copies of the table stay as they were."""

    def __init__(self) -> None:
        super().__init__()
        self._index: dict[tuple[str, str], dict[int, None]] = {}

    def __setitem__(self, ident: int, record: Record) -> None:
        if ident in self:
            self._forget(ident)
        super().__setitem__(ident, record)
        for name in INDEXED:
            if name in record:
                self._index.setdefault((name, folded(record[name])), {})[ident] = None

    def __delitem__(self, ident: int) -> None:
        self._forget(ident)
        super().__delitem__(ident)

    def _forget(self, ident: int) -> None:
        record = self[ident]
        for name in INDEXED:
            if name in record:
                del self._index[name, folded(record[name])][ident]

    def with_value(self, name: str, value: Any) -> Iterable[int]:
        """Ids of the records with this value in an indexed field."""
        return self._index.get((name, folded(value)), {})


def candidates(rows: Mapping[int, Record], filters: Sequence[tuple[str, str]]) -> list[int]:
    """Ids, ascending, among which all matches are: those of one plain filter where there is one, else all."""
    for name, condition in filters:
        match = PLAIN.fullmatch(condition)
        if match is None:
            continue
        values = match[1].split("|")
        if name == "id":
            return sorted({int(value) for value in values if value.isdigit() and int(value) in rows})
        if name in INDEXED and isinstance(rows, Table):
            return sorted({ident for value in values for ident in rows.with_value(name, value)})
    return sorted(rows)
