"""A shop that gives back what a real one answered: recorded bytes for recorded questions, the same data for all others.

The folder is one version's recordings: a folder per order with `_requests.json` (file -> question) and the raw XML and JSON of each,
`_common` with whole lists, `index.json` with the orders. A question is recorded if resource and filters are the same; order of the
parameters, `sort`, `limit`, `id_shop`, `date` make no difference as long as the answer holds the same entities in the same order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.sandbox.prestashop.schema import resource
from app.sandbox.prestashop.state import ShopState

HARMLESS = frozenset({"output_format", "io_format", "ws_key", "sort", "limit", "id_shop", "id_group_shop", "date"})
SHARED: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {  # `_common` file -> the question it answers
    "countries_active": ("countries", (("filter[active]", "1"),)),
}
FULL = ("display", "full")
Question = tuple[str, str, frozenset[tuple[str, str]]]


def question(name: str, ident: str, parameters: Sequence[tuple[str, str]]) -> Question:
    """What a request asks, without what makes no difference. `[7]` is `7`."""
    kept = frozenset((key, re.sub(r"^\[([^|,\[\]]*)\]$", r"\1", value)) for key, value in parameters if key not in HARMLESS)
    return name, ident, kept


@dataclass(slots=True)
class Recordings:
    """Recorded answers by question, and the entities in them."""

    version: str
    orders: tuple[int, ...]  # those of index.json, in its order
    raw: dict[tuple[Question, bool], tuple[bytes, tuple[int, ...]]] = field(default_factory=dict)
    entities: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)

    def __call__(self, name: str, ident: str, parameters: Sequence[tuple[str, str]], as_json: bool, ids: Sequence[int]) -> bytes | None:  # noqa: FBT001
        """The bytes recorded for this question, if they hold these ids in this order (or nothing sorted or cut them)."""
        found = self.raw.get((question(name, ident, parameters), as_json))
        if found is None:
            return None
        body, recorded = found
        ordered = any(key in ("sort", "limit") for key, _ in parameters)
        return None if ordered and recorded != tuple(ids) else body

    def fill(self, state: ShopState) -> None:
        """Put all entities into a shop's tables."""
        for name, rows in self.entities.items():
            for record in rows.values():
                state.keep(name, record)

    def shop(self, **settings: Any) -> ShopState:
        """A shop over these recordings; `settings` are ShopState's (clock, keys, domain)."""
        state = ShopState(version=self.version, fill=self.fill, **settings)
        state.recorded = self
        return state

    def remember(self, name: str, ident: str, parameters: Sequence[tuple[str, str]], file: Path) -> None:
        """Take in one recorded answer in both formats."""
        data = json.loads(file.with_suffix(".json").read_bytes())
        if isinstance(data, dict) and "errors" in data:
            return  # a refusal, such as 8.2.1's to order_returns: the webservice makes its own
        found = next(iter(data.values())) if data else []
        rows = [found] if isinstance(found, dict) else found
        ids = tuple(int(row["id"]) for row in rows)
        asked = question(name, ident, parameters)
        self.raw[asked, True] = (file.with_suffix(".json").read_bytes(), ids)
        self.raw[asked, False] = (file.with_suffix(".xml").read_bytes(), ids)
        if ident or resource(name, self.version) is None:
            return  # a single entity in JSON lacks its empty fields: the lists have them
        for row in rows:
            self.entities.setdefault(name, {}).setdefault(int(row["id"]), row)


def load(folder: Path) -> Recordings:
    """Read one version's folder; its name is the version. FileNotFoundError when it is no recordings folder."""
    index = json.loads((folder / "index.json").read_text())
    found = Recordings(version=folder.name, orders=tuple(int(row["id_order"]) for row in index))
    for row in index:
        order = folder / row["folder"]
        requests: Mapping[str, Mapping[str, Mapping[str, Any]]] = json.loads((order / "_requests.json").read_text())
        for file, formats in requests.items():
            url = urlsplit(formats["xml"]["request"].partition(" ")[2])
            name, _, ident = url.path.removeprefix("/api/").partition("/")
            found.remember(name, ident, parse_qsl(url.query, keep_blank_values=True), order / f"{file}.json")
    for whole in sorted((folder / "_common").glob("*.json")):
        name, filters = SHARED.get(whole.stem, (whole.stem, ()))
        if whole.stem != "root" and whole.with_suffix(".xml").exists():
            found.remember(name, "", [*filters, FULL], whole)
    forget_other_orders(found)
    return found


def forget_other_orders(found: Recordings) -> None:
    """Whole lists also hold payments, slips and returns of orders that were not recorded; a shop without those orders has none of them."""
    orders = found.entities["orders"]
    references = {str(order["reference"]) for order in orders.values()}
    for name in ("order_payments", "order_slip", "order_returns"):
        rows = found.entities.get(name, {})
        found.entities[name] = {
            key: row for key, row in rows.items() if row.get("order_reference") in references or int(row.get("id_order", 0)) in orders
        }
        for as_json in (True, False):
            found.raw.pop((question(name, "", [FULL]), as_json), None)
