"""One request to an organisation, as a handler sees it. Handlers are plain functions: each is one transaction."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.sandbox.hogia.errors import BindingError, BusinessError, Code, MissingError
from app.sandbox.hogia.nulls import nulled
from app.sandbox.hogia.organisation import Organisation
from app.sandbox.hogia.reading import Reader
from app.sandbox.hogia.tables import Table
from app.sandbox.hogia.wire import Answer, Json, parsed, public

if TYPE_CHECKING:
    from app.sandbox.hogia.state import HogiaState

TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`query` has lower-case names, as .NET binds them; `path` is the route's parameters."""

    state: "HogiaState"
    org: Organisation
    path: Mapping[str, str]
    query: Mapping[str, str]
    raw: bytes
    url_path: str

    def body(self) -> Json:
        """The JSON object in the body; BindingError for anything else."""
        try:
            value = parsed(self.raw)
        except (ValueError, ArithmeticError, RecursionError):  # arithmetic: an exponent beyond Decimal's
            raise BindingError({"$": ["The input does not contain valid JSON."]}) from None
        if not isinstance(value, dict):
            raise BindingError({"$": ["The JSON value could not be converted to an object."]})
        return value

    def reader(self, source: Any, known: Iterable[str]) -> Reader:
        return Reader(source, known=known, lenient=self.org.switches.unknown_fields == "ignored")

    def number(self, name: str) -> int | None:
        """An integer of the query; BindingError where it is none."""
        value = self.query.get(name.lower(), "")
        if value == "":
            return None
        try:
            return int(value)
        except ValueError:
            raise BindingError({name: [f"The value '{value}' is not valid."]}) from None

    def flag(self, name: str) -> bool | None:
        value = self.query.get(name.lower(), "").lower()
        if value not in TRUTH and value:
            raise BindingError({name: [f"The value '{value}' is not valid."]})
        return TRUTH.get(value)

    def word(self, name: str) -> str | None:
        return self.query.get(name.lower()) or None

    def seen(self, table: Table, ident: str) -> Json:
        """The entity as a read sees it; 404 otherwise."""
        found = table.seen(ident, upto=self.org.seen_until())
        if found is None:
            raise MissingError(table.resource)
        return found

    def at_version(self, table: Table, ident: str) -> Json:
        """The entity to be changed; 404 where there is none, 409 where `?version=` is not its newest."""
        found = table.current(ident)
        if found is None:
            raise MissingError(table.resource)
        self.check_version(found["version"])
        return found

    def check_version(self, newest: int) -> None:
        asked = self.number("version")
        if asked is None:
            raise BindingError({"version": ["The version field is required."]})
        if asked != newest:
            raise BusinessError(Code.STALE_VERSION, f"Version {asked} is stale, the newest is {newest}.", reference=str(newest))

    def shown(self, value: Any) -> Any:
        value = public(value)
        return nulled(value) if self.org.switches.null_everything else value

    def one(self, entity: Json, *, status: int = 200) -> Answer:
        return Answer(status=status, body=self.shown(entity))

    def many(self, entities: list[Json], *, bare_when_single: bool = False) -> Answer:
        """A page of a list with paging headers (hogia.md 3.2)."""
        switches = self.org.switches
        base = switches.page_base
        size = self._page_size()
        page = max(self.number("page") or base, base)
        shown = self.shown(entities[(page - base) * size : (page - base + 1) * size])
        headers = {
            "X-Pagination-Currentpage": str(page),
            "X-Pagination-Pagecount": str(-(-len(entities) // size)),
            "X-Pagination-Totalcount": str(len(entities)),
        }
        bare = switches.single_as_object_everywhere or (bare_when_single and switches.single_as_object)
        return Answer(body=shown[0] if bare and len(shown) == 1 else shown, headers=headers)

    def _page_size(self) -> int:
        asked = self.number("pageSize") or self.org.switches.default_page_size
        return max(1, min(asked, self.org.switches.max_page_size))

    def feed(self, table: Table, show: Callable[[Json], Json] = lambda entity: entity) -> Answer:
        """Entities with a `rowVersion` above `lastKnownRowVersion`, ascending (hogia.md 3.13)."""
        changed = table.changed_after(self.number("lastKnownRowVersion") or 0, upto=self.org.seen_until())
        return Answer(body=[self.shown(each if each.get("isDeleted") else show(each)) for each in changed[: self._page_size()]])

    def once(self, resource: str, body: Json, make: Callable[[], Answer]) -> Answer:
        """Idempotency by `sequenceId` (hogia.md 3.3): the first answer again, with 200; other content under the same id is 409."""
        ident = self.reader(body, body).guid("sequenceId") if body.get("sequenceId") is not None else None
        if body.get("sequenceId") is not None and ident is None:
            raise BindingError({"sequenceId": ["The JSON value could not be converted to System.Guid."]})
        if ident is None or self.org.switches.sequence_id_mode == "ignored":
            return make()
        content = (self.url_path, body)
        known = self.org.once.get((resource, ident))
        if known is None:
            answer = make()
            self.org.once[resource, ident] = (content, answer)
            return answer
        if known[0] != content:
            raise BusinessError(Code.SEQUENCE_ID_REUSED, "The sequenceId was used with other content.", reference=ident)
        return Answer(status=200, body=known[1].body)
