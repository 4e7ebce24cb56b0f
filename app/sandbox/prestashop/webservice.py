"""One call of the webservice: who asks, about what, and PrestaShop's answer to it. No I/O: the server hands calls over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from app.sandbox.prestashop import dialect, query, writes
from app.sandbox.prestashop.access import REALM, Unauthorized, UnknownShop, check_use, key_of, permissions_of, shops_of
from app.sandbox.prestashop.failure import Crash, Refusal
from app.sandbox.prestashop.lifecycle import CLASSES
from app.sandbox.prestashop.saving import Body
from app.sandbox.prestashop.schema import Record, Resource, resource
from app.sandbox.prestashop.shops import OWN, in_catalogue, listed_in, seen_from
from app.sandbox.prestashop.state import ShopState
from app.sandbox.prestashop.tables import candidates

HTML = "text/html; charset=utf-8"
BY_SHOP = frozenset({"orders", "customers", "order_details"})  # lists that show the shop in question only
COOKIE_DAYS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request. `path` is what stands after `/api/`; `base` the shop's own address as the client used it."""

    method: str
    path: str
    parameters: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names
    body: bytes = b""
    base: str = "http://127.0.0.1:8088"

    @property
    def given(self) -> dict[str, str]:
        return dict(self.parameters)

    @property
    def json(self) -> bool:
        """Whether JSON was asked for; `Accept` does not count (prestashop.md 2)."""
        given = self.given
        asked = given.get("output_format") or given.get("io_format") or self.headers.get("output-format") or self.headers.get("io-format")
        return (asked or "").upper() == "JSON"

    @property
    def api(self) -> str:
        return f"{self.base}/api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response; `content_type` None: the header is missing."""

    status: int = 200
    body: bytes = b""
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(state: ShopState, call: Call) -> Answer:
    """PrestaShop's answer, cookie included."""
    found = _answer(state, call)
    expires = f"Max-Age={COOKIE_DAYS * 86400}; path=/; HttpOnly; SameSite=Lax"
    cookie = f"PrestaShop-{state.token('cookie')}=def50200{state.token('session', len(state.requests))}; {expires}"
    return replace(found, headers=dict(found.headers) | {"Set-Cookie": cookie})


def _answer(state: ShopState, call: Call) -> Answer:
    home = Answer(status=302, headers={"Location": f"http://{state.domain or call.headers.get('host', '')}/"}, content_type=HTML)
    if state.domain and call.headers.get("host") != state.domain:
        return home
    try:
        return served(state, call)
    except UnknownShop:
        return home
    except Unauthorized as error:
        headers = {"WWW-Authenticate": REALM}
        if not error.errors:
            return Answer(status=401, body=b"401 Unauthorized", content_type=HTML, headers=headers)
        return document(state, call, 401, error.errors, headers=headers | {"PSWS-Version": "0", "Execution-Time": "0"})
    except Refusal as error:
        return document(state, call, error.status, error.errors)
    except Crash as error:
        return Answer(status=500, body=error.sentence.encode(), content_type=HTML)


def document(
    state: ShopState, call: Call, status: int, errors: tuple[tuple[int, str], ...], *, headers: Mapping[str, str] | None = None
) -> Answer:
    """An error document in the language of the call."""
    body = dialect.errors_json(errors) if call.json else dialect.errors_xml(errors)
    kind = dialect.JSON_TYPE if call.json else dialect.XML_TYPE
    return Answer(status=status, body=body, content_type=kind, headers=stamps(state) | dict(headers or {}))


def stamps(state: ShopState) -> dict[str, str]:
    """The headers of every answer that came from the webservice itself."""
    return {
        "Access-Time": str(int(state.clock().timestamp())),
        "X-Powered-By": "PrestaShop Webservice",
        "PSWS-Version": state.version,
        "Execution-Time": "0.006",
    }


def content(state: ShopState, call: Call, body: bytes, *, status: int = 200) -> Answer:
    """Data, with its checksum; 304 without a body when the client has it already."""
    checksum = hashlib.sha1(body, usedforsecurity=False).hexdigest()
    headers = stamps(state) | {"Content-Sha1": checksum}
    if call.headers.get("local-content-sha1") == checksum:
        return Answer(status=304, headers=headers)
    return Answer(status=status, body=body, content_type=dialect.JSON_TYPE if call.json else dialect.XML_TYPE, headers=headers)


def served(state: ShopState, call: Call) -> Answer:
    """The checks in PrestaShop's order, then the answer. Raises what `_answer` turns into documents."""
    given = call.given
    if not state.webservice_active:
        raise Refusal(503, (22, "The PrestaShop webservice is disabled. Please activate it in the PrestaShop Back Office"))
    permissions = permissions_of(key_of(call.headers.get("authorization", ""), given), state.keys)
    shops = shops_of(given, state.shops, permissions.shops)
    name, _, ident = call.path.strip("/").partition("/")
    if not name:
        return root(state, call, permissions.methods)
    check_use(name, call.method, permissions, state.version)
    kind = resource(name, state.version)
    if call.method in ("GET", "HEAD"):
        found = (
            Answer(status=404, headers=stamps(state))
            if kind is None and ident
            else read(state, call, kind, name=name, ident=ident, shops=shops)
        )
        state.was_read(name)
        return found
    return write(state, call, name, ident)


def root(state: ShopState, call: Call, methods: Mapping[str, frozenset[str]]) -> Answer:
    """`/api/`. In JSON it is broken on PHP 8 (prestashop.md 1.12)."""
    if call.json:
        raise Crash
    return content(state, call, dialect.root_xml([(name, sorted(methods[name])) for name in sorted(methods)], call.api, state.shop_name))


def read(state: ShopState, call: Call, kind: Resource | None, *, name: str, ident: str, shops: tuple[int, ...]) -> Answer:
    """A list or one entity. Resources the sandbox holds nothing of are empty lists."""
    if kind is None:
        empty = f"{dialect.HEAD}<{name}>\n</{name}>\n{dialect.TAIL}".encode()
        return content(state, call, b"[]" if call.json else empty)
    asked = query.read(kind, call.parameters)
    records = state.visible(name)
    if not ident:
        among = in_shops(state, name, (records[key] for key in candidates(records, asked.filters)), shops)
        rows = query.select(among, asked)
        recorded = real_bytes(state, call, name, "", [int(row["id"]) for row in rows])
        return content(state, call, recorded or list_body(call, kind, rows, asked))
    record = records.get(int(ident)) if ident.isdigit() else None
    if record is None:
        return Answer(status=404, headers=stamps(state))
    if name in OWN and not in_catalogue(state, name, record, shops):
        raise Refusal(404, (131, f"This {CLASSES[name]} ({ident}) does not exists on this shop"))  # source: never seen on a running shop
    record = seen_from(state, name, record, shops[0])
    recorded = real_bytes(state, call, name, ident, [int(ident)])
    return content(state, call, recorded or entity_body(call, kind, record, asked))


def real_bytes(state: ShopState, call: Call, name: str, ident: str, ids: list[int]) -> bytes | None:
    """A real shop's own answer to this question, where one was recorded and nothing was written since."""
    if state.recorded is None or name in state.changed:
        return None
    return state.recorded(name, ident, call.parameters, call.json, ids)


def in_shops(state: ShopState, name: str, rows: Iterable[Record], shops: tuple[int, ...]) -> Iterable[Record]:
    """Only those of the shops in question where the resource belongs to one, with that shop's values."""
    if name not in BY_SHOP:
        return listed_in(state, name, rows, shops)
    wanted = {str(shop) for shop in shops}
    return (row for row in rows if str(row.get("id_shop")) in wanted)


def list_body(call: Call, kind: Resource, rows: list[Record], asked: query.Query) -> bytes:
    if asked.display is None:
        return dialect.ids_json(kind, rows) if call.json else dialect.ids_xml(kind, rows, call.api)
    shown = [query.shown(row, asked) for row in rows]
    if call.json:
        return dialect.list_json(kind, [query.flattened(row, asked.languages) for row in shown])
    return dialect.list_xml(kind, shown, call.api, associations=asked.full)


def entity_body(call: Call, kind: Resource, record: Record, asked: query.Query) -> bytes:
    shown = query.shown(record, asked)
    if call.json:
        return dialect.single_json(kind, query.flattened(shown, asked.languages))
    return dialect.single_xml(kind, shown, call.api, associations=asked.display in (None, ("full",)))


def write(state: ShopState, call: Call, name: str, ident: str) -> Answer:
    """POST, PUT, PATCH, DELETE. What the sandbox has no handler for is refused as forbidden for the resource."""
    values = writes.parse(call.body) if call.method != "DELETE" else Body()
    handler = writes.HANDLERS.get((call.method, name))
    kind = resource(name, state.version)
    if handler is None or kind is None:
        raise Refusal(405, (101, f"Method {call.method} is not allowed for the resource {name}"))
    written = handler(state, ident, values, call.given)
    if written.record is None:
        return Answer(status=written.status, headers=stamps(state))
    body = dialect.single_json(kind, written.record) if call.json else dialect.single_xml(kind, written.record, call.api)
    return content(state, call, body, status=written.status)
