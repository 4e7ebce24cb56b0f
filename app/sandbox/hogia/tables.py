"""One kind of entity of one organisation, with the history that a lagging read needs.

    commit ──► snapshot 1 ──► snapshot 2 ──► snapshot 3
                   ▲                             ▲
      a read with a lag sees this       writes and versions see this

Snapshots are never changed: a change is a new dict. `rowVersion` rises across all tables of the organisation (hogia.md 3.3).
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from app.sandbox.hogia.clock import instant
from app.sandbox.hogia.wire import Json

Changed = Callable[[str, str, Json], None]


class Table:
    """`keys` are fields that are looked up; values compare without case, as text. `notify` gets resource, action, entity."""

    def __init__(
        self,
        resource: str,
        *,
        organization_id: str,
        next_row_version: Callable[[], int],
        now: Callable[[], datetime],
        notify: Changed,
        keys: Callable[[Json], dict[str, Any]] = lambda entity: {"number": entity.get("number")},
    ) -> None:
        self.resource = resource
        self._organization_id = organization_id
        self._next_row_version = next_row_version
        self._now = now
        self._notify = notify
        self._keys = keys
        self._history: dict[str, list[tuple[datetime, Json]]] = {}
        self._index: dict[tuple[str, str], dict[str, None]] = {}  # ordered set of ids that ever had the value
        self._feed: list[tuple[int, str]] = []

    def save(self, entity: Json, *, by: str = "api") -> Json:
        """Commit a new entity or a new state of one; fills in the common entity block."""
        now = self._now()
        ident = entity.get("id") or str(uuid4())
        before = self.current(ident)
        stamp = instant(now)
        saved = {
            **entity,
            "id": ident,
            "version": before["version"] + 1 if before else 1,
            "rowVersion": self._next_row_version(),
            "sequenceId": entity.get("sequenceId"),
            "organizationId": self._organization_id,
            "createdBy": before["createdBy"] if before else by,
            "createdDate": before["createdDate"] if before else stamp,
            "updatedBy": by,
            "updatedDate": stamp,
        }
        self._append(now, saved)
        self._notify(self.resource, "Updated" if before else "Created", saved)
        return saved

    def delete(self, ident: str) -> None:
        """Leave a tombstone for the feed."""
        gone = {"id": ident, "rowVersion": self._next_row_version(), "isDeleted": True}
        self._append(self._now(), gone)
        self._notify(self.resource, "Deleted", gone)

    def _append(self, now: datetime, entity: Json) -> None:
        self._history.setdefault(entity["id"], []).append((now, entity))
        self._feed.append((entity["rowVersion"], entity["id"]))
        for name, value in self._keys(entity).items():
            if value is not None:
                self._index.setdefault((name, str(value).casefold()), {})[entity["id"]] = None

    def current(self, ident: str) -> Json | None:
        """The newest state, as writes see it; None where there is none or it was deleted."""
        history = self._history.get(ident.lower())
        return history[-1][1] if history and not history[-1][1].get("isDeleted") else None

    def find(self, name: str, value: object) -> Json | None:
        """The entity whose key `name` is `value` now."""
        return next(self._matching(name, value, self.current), None)

    def having(self, name: str, value: object) -> list[Json]:
        """All entities whose key `name` is `value` now."""
        return list(self._matching(name, value, self.current))

    def seen(self, ident: str, *, upto: datetime) -> Json | None:
        """What a read finds that sees nothing committed after `upto`."""
        found = self._snapshot(ident.lower(), upto)
        return None if found is None or found.get("isDeleted") else found

    def select(self, *, upto: datetime, **wanted: object) -> list[Json]:
        """All entities a read sees, oldest first, with these key values (None: any)."""
        asked = {name: value for name, value in wanted.items() if value is not None}
        if not asked:
            return [found for ident in self._history if (found := self.seen(ident, upto=upto))]
        (name, value), *rest = asked.items()
        matching = self._matching(name, value, lambda ident: self.seen(ident, upto=upto))
        return [each for each in matching if all(self._has(each, other, looked) for other, looked in rest)]

    def _matching(self, name: str, value: object, read: Callable[[str], Json | None]) -> Iterator[Json]:
        for ident in self._index.get((name, str(value).casefold()), {}):
            entity = read(ident)
            if entity is not None and self._has(entity, name, value):
                yield entity

    def _has(self, entity: Json, name: str, value: object) -> bool:
        return str(self._keys(entity).get(name)).casefold() == str(value).casefold()

    def changed_after(self, row_version: int, *, upto: datetime) -> list[Json]:
        """The rowversion feed: states with a higher `rowVersion`, ascending, each entity once, tombstones included."""
        start = bisect_right(self._feed, (row_version, "\uffff"))
        found = ((at, self._snapshot(ident, upto)) for at, ident in self._feed[start:])
        return [entity for at, entity in found if entity is not None and entity["rowVersion"] == at]

    def _snapshot(self, ident: str, upto: datetime) -> Json | None:
        for at, entity in reversed(self._history.get(ident, [])):
            if at <= upto:
                return entity
        return None

    def __iter__(self) -> Iterator[Json]:
        return iter([entity for ident in self._history if (entity := self.current(ident))])

    def __len__(self) -> int:
        return sum(1 for _ in self)
