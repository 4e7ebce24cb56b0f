"""Reads a shop, and changes little in it, through PrestaShop's webservice (facts: prestashop.md 1-4).

Everything is asked for in list form (`?filter[id]=30&display=full`): JSON drops empty and zero fields of a single entity, and a list is
limited to the shop in question where `orders/6` gives another shop's order. Every list is sorted and every page asked for by id
(`filter[id]=>[last]`), so that rows that move or vanish meanwhile are neither skipped nor seen twice. The key travels in the
Authorization header only. Redirects are never followed.

Errors raised: the families of `mappers.errors`, sorted in `errors.py`.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal, TypeAlias

import httpx

from mappers.errors import Misconfigured, OrderbroError, Rejected, Transient
from mappers.prestashop.records import Record
from workers.clients.http import Gate, Http
from workers.clients.prestashop import writes
from workers.clients.prestashop.address import read_address
from workers.clients.prestashop.errors import ANSWER, ENTITY, RESOURCE, sorter
from workers.clients.prestashop.reading import UNREADABLE, Answer, read_permissions

Records: TypeAlias = list[Record]

PAGE_SIZE = 100
WRITE_SECONDS = 90.0  # payment modules call their provider inside a state change (payments.md 8.6)
# Fields that may be filtered or sorted only with `date=1` (prestashop.md 2).
DATE_FIELDS = frozenset({"date_add", "date_upd", "delivery_date", "invoice_date"})
# Which date columns a resource has. A filter on another one answers 200 with an empty list: nothing would ever be found.
DATED: Mapping[str, frozenset[str]] = {
    "addresses": frozenset({"date_add", "date_upd"}),
    "cart_rules": frozenset({"date_add", "date_upd"}),
    "customers": frozenset({"date_add", "date_upd"}),
    "messages": frozenset({"date_add"}),
    "order_carriers": frozenset({"date_add"}),
    "order_histories": frozenset({"date_add"}),
    "order_invoices": frozenset({"date_add"}),
    "order_payments": frozenset({"date_add"}),
    "order_slip": frozenset({"date_add", "date_upd"}),
    "orders": frozenset({"date_add", "date_upd", "delivery_date", "invoice_date"}),
    "products": frozenset({"date_add", "date_upd"}),
}
# What an order may name although lists no longer show it: deleted softly, or belonging to another shop of the group (connectors.md 5).
SERVED_BY_ID = frozenset(
    {
        "addresses",
        "carriers",
        "cart_rules",
        "countries",
        "currencies",
        "customers",
        "customizations",
        "languages",
        "order_states",
        "products",
        "taxes",
    }
)
OLD_NAMES: Mapping[str, str] = {"order_cart_rules": "order_discounts"}  # PrestaShop 1.6 (accounting.md 16.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a shop says of itself: its PrestaShop version, its clock (UTC; None when it tells no time) and the shops the key sees."""

    version: str
    server_time: datetime | None
    shops: tuple[Record, ...]


def any_of(values: Iterable[object]) -> str:
    """The filter `[a|b]`. Raises ValueError for none: an empty filter would match everything."""
    joined = "|".join(str(value) for value in values)
    if not joined:
        raise ValueError("a filter needs a value")
    return f"[{joined}]"


class PrestaShopClient:
    """One storefront: its address, its `id_shop` and its key."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        shop_key: str,
        url: str,
        id_shop: int,
        webservice_key: str,
        gate: Gate | None = None,
        output: Literal["JSON", "XML"] = "JSON",
        on_call: Callable[[str, str], None] | None = None,
    ) -> None:
        """`url` as the merchant gave it, with or without path, /api or the dispatcher form; raises Misconfigured for an unusable one."""
        self._client = http
        self._shop_key = shop_key
        self._address = read_address(url, shop=shop_key)
        self._id_shop = id_shop
        self._output = output
        token = base64.b64encode(f"{webservice_key.strip()}:".encode()).decode("ascii")
        self._headers = {"Authorization": f"Basic {token}", "User-Agent": _user_agent()}
        self._http = Http(http, destination=f"the shop {shop_key}", sort=self._sort, gate=gate, on_call=on_call)
        self._sort_answer = sorter(shop_key)
        self._names: dict[str, str] = {}
        self._version = ""
        self._server_time: datetime | None = None

    async def list(
        self,
        resource: str,
        *,
        filters: Mapping[str, str] | None = None,
        display: str = "full",
        sort: Sequence[str] = ("id_ASC",),
        limit: int | None = None,
        offset: int = 0,
        date_filter: bool = False,
    ) -> Records:
        """The records that match all `filters` (PrestaShop's own syntax: `30`, `[1|2]`, `>[2026-11-23 05:29:40]`).

        Without `limit` everything comes at once: for resources that may be long, use `pages`. `date=1` is added by itself for dates.
        """
        if not sort or (limit is not None and limit < 1) or offset < 0:
            raise ValueError("a list needs a sort order and a limit above 0: PrestaShop answers limit=0 with an empty list")
        params = {f"filter[{field}]": value for field, value in (filters or {}).items()}
        params |= {"display": display, "sort": f"[{','.join(sort)}]"}
        if limit is not None:
            params["limit"] = f"{offset},{limit}"
        asked = [*(filters or {}), *(term.removesuffix("_ASC").removesuffix("_DESC") for term in sort)]
        if date_filter or DATE_FIELDS.intersection(asked):
            params["date"] = "1"
        return list((await self._named(resource, params)).records)

    async def pages(
        self,
        resource: str,
        *,
        filters: Mapping[str, str] | None = None,
        display: str = "full",
        page_size: int = PAGE_SIZE,
        after: int = 0,
    ) -> AsyncIterator[Records]:
        """Every matching record with an id above `after` in pages, ascending by id; `filters` must not name `id`, and `display=[…]` must include it.

        There is no count and no link: pages are asked for until one is short.
        """
        if "id" in (filters or {}):
            raise ValueError("pages are asked for by id; filter by another field")
        last = after
        while True:
            page = await self.list(resource, filters={**(filters or {}), "id": f">[{last}]"}, display=display, limit=page_size)
            if page:
                yield page
            if len(page) < page_size:
                return
            reached = max(_id(record) for record in page)
            if reached <= last:
                raise Rejected(
                    "SHOP_PAGING_BROKEN",
                    f"The shop {self._shop_key} gives the same {resource} on every page. A module or cache in the shop answers in the "
                    "webservice's place: exclude /api from it.",
                )
            last = reached

    def changed_since(
        self,
        resource: str,
        field: str,
        since_local: datetime,
        *,
        filters: Mapping[str, str] | None = None,
        display: str = "full",
        page_size: int = PAGE_SIZE,
    ) -> AsyncIterator[Records]:
        """Pages of what has `field` after `since_local`, in the shop's local time (see `mappers.prestashop.records.earliest_local`).

        Sorted by id, not by time: a row that changes while the pages are read would move behind the others and push one off its page.
        """
        if field not in DATED.get(resource, frozenset()):
            raise ValueError(f"{resource} has no {field}: PrestaShop would answer with an empty list")
        if since_local.tzinfo is not None:
            raise ValueError("the shop's own local time is needed, without an offset")
        since = f">[{since_local.strftime('%Y-%m-%d %H:%M:%S')}]"
        return self.pages(resource, filters={**(filters or {}), field: since}, display=display, page_size=page_size)

    async def find(self, resource: str, ident: int) -> Record | None:
        """The record with this id, or None where the shop has none (or, for orders and the like, where it is another shop's).

        What lists may hide although an order names it is asked for once more by its id; there a missing key means empty.
        """
        found = await self.list(resource, filters={"id": str(ident)})
        for record in found:
            if _id(record) == ident:
                return record
        if resource not in SERVED_BY_ID:
            return None
        answer = await self._get(f"{resource}/{ident}", resource, {}, entity=True)
        return next((record for record in answer.records if _id(record) == ident), None)

    async def add_history(self, order_id: int, state_id: int, *, mail: bool) -> int:
        """Set an order state; answers the id of the history row. Raises Unknown when no usable answer came: read the history first."""
        written = await self.write("POST", "order_histories", writes.history_body(order_id, state_id), mail=mail)
        return _id(written)

    async def set_tracking(self, order_carrier_id: int, number: str) -> None:
        """Set the tracking number of an `order_carriers` record, without a mail: the state change sends it.

        PrestaShop 1.7 knows no PATCH: the record is read whole and sent back, or its costs would become 0 (prestashop.md 1.1).
        """
        if self.known_version.startswith("1."):
            raw = await self.entity_xml("order_carriers", order_carrier_id)
            if raw is not None:
                await self.write("PUT", f"order_carriers/{order_carrier_id}", writes.whole_body(raw, {"tracking_number": number}))
                return
        await self.write("PATCH", f"order_carriers/{order_carrier_id}", writes.tracking_body(order_carrier_id, number))

    async def set_note(self, order_id: int, note: str) -> None:
        """Replace the order's note. Left alone on PrestaShop 1.7: without PATCH an order's state would be set anew with it, and mailed."""
        if self.known_version.startswith("1."):
            return
        await self.write("PATCH", f"orders/{order_id}", writes.note_body(order_id, note))

    async def write(self, method: str, path: str, content: bytes | None = None, *, mail: bool = False) -> Record:
        """Write once; answers the entity as the shop echoes it, {} to a deletion. Raises Unknown when no usable answer came."""
        request = self._request(path, {"sendemail": "1"} if mail else {}, output=self._output, method=method, content=content)
        request.extensions[RESOURCE] = path.partition("/")[0]
        response = await self._http.send(request)
        answer = response.extensions[ANSWER]
        assert isinstance(answer, Answer)
        return answer.records[0] if answer.records else {}

    async def entity_xml(self, resource: str, ident: int) -> bytes | None:
        """One whole entity as XML, as the shop wrote it; None where there is none. For sending it back with changes."""
        extensions: dict[str, Any] = {RESOURCE: resource, ENTITY: True}
        response = await self._http.send(self._request(f"{resource}/{ident}", {}, output="XML", extensions=extensions))
        answer = response.extensions[ANSWER]
        assert isinstance(answer, Answer)
        return response.content if answer.records else None

    @property
    def shop_key(self) -> str:
        """The shop's name in messages."""
        return self._shop_key

    @property
    def id_shop(self) -> int:
        """The shop that every call is about."""
        return self._id_shop

    @property
    def known_version(self) -> str:
        """PrestaShop's version as the last answer told it; "" before the first answer."""
        return self._version

    async def probe(self) -> Probe:
        """Whether address, key and `id_shop` work. It asks for `/api/shops`: the JSON root answers 500 on PHP 8 (prestashop.md 1.12)."""
        shops = await self.list("shops")
        if all(_id(shop) != self._id_shop for shop in shops):
            raise Misconfigured(
                "SHOP_ID_UNKNOWN",
                f"The installation of {self._shop_key} has no shop with id_shop {self._id_shop}, or the key does not see it. In PrestaShop: "
                "Advanced Parameters > Multistore lists them.",
            )
        return Probe(version=self._version, server_time=self._server_time, shops=tuple(shops))

    async def version(self) -> str:
        """PrestaShop's version, from the header that every answer bears, even a refusal; "" when the shop hides it."""
        if not self._version:
            try:
                await self.list("shops", display="[id]", limit=1)
            except Misconfigured:
                if not self._version:
                    raise
        return self._version

    async def server_time(self) -> datetime | None:
        """The shop's clock in UTC, asked for now."""
        await self.list("shops", display="[id]", limit=1)
        return self._server_time

    async def permissions(self) -> Mapping[str, frozenset[str]]:
        """What the key may do: `{"orders": {"get", "head"}}`, from the XML root."""
        request = self._request("", {}, output="XML")
        response = await self._http.send(request)
        return read_permissions(response.content)

    async def _named(self, resource: str, params: Mapping[str, str]) -> Answer:
        """A list under the name that this version knows the resource by."""
        name = self._names.get(resource, resource)
        try:
            return await self._get(name, name, params)
        except Misconfigured as error:
            if error.code != "SHOP_RESOURCE_UNKNOWN" or name not in OLD_NAMES:
                raise
        older = OLD_NAMES[resource]
        answer = await self._get(older, older, params)
        self._names[resource] = older
        return answer

    async def _get(self, path: str, resource: str, params: Mapping[str, str], *, entity: bool = False) -> Answer:
        """An answer in JSON; in XML when JSON cannot be read: PHP gives nothing at all for a text that is not UTF-8."""
        extensions: dict[str, Any] = {RESOURCE: resource, ENTITY: entity}
        try:
            response = await self._http.send(self._request(path, params, output=self._output, extensions=extensions))
        except Transient as error:
            if error.code != UNREADABLE or self._output == "XML":
                raise
            response = await self._http.send(self._request(path, params, output="XML", extensions=extensions))
        answer = response.extensions[ANSWER]
        assert isinstance(answer, Answer)
        return answer

    def _request(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        output: Literal["JSON", "XML"],
        extensions: dict[str, Any] | None = None,
        method: str = "GET",
        content: bytes | None = None,
    ) -> httpx.Request:
        query = {**params, "id_shop": str(self._id_shop)}
        headers = dict(self._headers)
        if output == "JSON":
            query["output_format"] = "JSON"
            headers["Output-Format"] = "JSON"
        if content is not None:
            headers["Content-Type"] = "text/xml; charset=utf-8"
        timeout = httpx.Timeout(WRITE_SECONDS, connect=5) if content is not None else httpx.USE_CLIENT_DEFAULT
        request = self._client.build_request(
            method, self._address.call(path, query), headers=headers, extensions=extensions, content=content, timeout=timeout
        )
        request.headers.pop("Cookie", None)  # each answer sets one; sent back, it would tie calls to a visitor's session
        return request

    def _sort(self, request: httpx.Request, response: httpx.Response) -> OrderbroError | None:
        told = response.headers.get("psws-version", "")
        self._version = told if told not in ("", "0") else self._version
        self._server_time = _clock(response) or self._server_time
        return self._sort_answer(request, response)


def _id(record: Record) -> int:
    ident = str(record.get("id", ""))
    return int(ident) if ident.isdecimal() else 0


def _clock(response: httpx.Response) -> datetime | None:
    """`Access-Time`, seconds since 1970, which the shop's PHP writes."""
    raw = response.headers.get("access-time", "")
    return datetime.fromtimestamp(int(raw), UTC) if raw.isdecimal() and len(raw) <= 10 else None


def _user_agent() -> str:
    try:
        return f"Orderbro/{version('orderbro')}"
    except PackageNotFoundError:
        return "Orderbro"
