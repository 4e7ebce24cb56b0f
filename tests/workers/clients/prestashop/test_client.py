"""The client against a shop that speaks PrestaShop's dialect over httpx's mock transport."""

import base64
import inspect
import json
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from mappers.errors import Misconfigured, Rejected, Transient
from workers.clients.prestashop.client import DATED, PrestaShopClient, any_of

KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
HEADERS = {"PSWS-Version": "9.1.4", "Access-Time": "1795410177", "Set-Cookie": "PrestaShop-abc=1; path=/"}


class Shop:
    """Orders by id that obey filter, sort and limit; other answers can be put in their place by path."""

    def __init__(self, orders: int = 0) -> None:
        self.rows = {ident: {"id": ident, "reference": f"REF{ident}", "valid": "0"} for ident in range(1, orders + 1)}
        self.answers: dict[str, Callable[[httpx.Request], httpx.Response]] = {
            "/api/shops": lambda _: body({"shops": [{"id": 1, "name": "Butik"}]})
        }
        self.requests: list[httpx.Request] = []
        self.after_page: Callable[[], None] = lambda: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path in self.answers:
            return self.answers[request.url.path](request)
        query = dict(request.url.params)
        found = sorted(self.rows)
        wanted = query.get("filter[id]", "")
        if wanted.startswith(">["):
            found = [ident for ident in found if ident > int(wanted[2:-1])]
        elif wanted:
            found = [ident for ident in found if str(ident) in wanted.strip("[]").split("|")]
        if "limit" in query:
            offset, count = map(int, query["limit"].split(","))
            found = found[offset : offset + count]
        page = [self.rows[ident] for ident in found]
        self.after_page()
        return body({"orders": page} if page else [])

    @property
    def queries(self) -> list[dict[str, str]]:
        return [dict(request.url.params) for request in self.requests]


def body(data: object, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=data, headers=HEADERS)


def refusal(status: int, code: int) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: body({"errors": [{"code": code, "message": "x"}]}, status)


def client(shop: Callable[[httpx.Request], httpx.Response], **settings: object) -> PrestaShopClient:
    known = {"shop_key": "acme-se", "url": "https://shop.example", "id_shop": 1, "webservice_key": KEY, **settings}
    return PrestaShopClient(httpx.AsyncClient(transport=httpx.MockTransport(shop)), **known)


async def test_the_key_travels_as_basic_user_and_never_in_the_address():
    shop = Shop(1)

    await client(shop).list("orders")

    (request,) = shop.requests
    assert base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode() == f"{KEY}:"
    assert KEY not in str(request.url)
    assert "ws_key" not in str(request.url)
    assert request.headers["User-Agent"].startswith("Orderbro")


async def test_every_call_names_the_shop_the_format_and_an_order():
    shop = Shop(1)
    reader = client(shop, id_shop=7)

    await reader.list("orders")
    await reader.find("orders", 1)
    [page async for page in reader.pages("orders")]

    for query in shop.queries:
        assert query["id_shop"] == "7"
        assert query["output_format"] == "JSON"
        assert query["sort"] == "[id_ASC]"


async def test_xml_is_read_when_asked_for():
    xml = b"<prestashop><orders><order><id>5</id></order></orders></prestashop>"

    assert await client(lambda _: httpx.Response(200, content=xml), output="XML").list("orders") == [{"id": "5"}]


async def test_a_cookie_of_the_shop_is_never_sent_back():
    shop = Shop(1)
    reader = client(shop)

    await reader.list("orders")
    await reader.list("orders")

    assert "Cookie" not in shop.requests[1].headers


async def test_requests_keep_the_timeouts_of_the_shared_client():
    shop = Shop(1)

    await client(shop).list("orders")

    assert shop.requests[0].extensions["timeout"]["read"] is not None


async def test_only_get_is_ever_sent():
    """Traps 1, 4 and 5: a PUT destroys, a state change by PUT mails the customer, a repeated POST is done twice."""
    shop = Shop(3)
    shop.answers["/api/"] = lambda _: httpx.Response(200, text="<prestashop><api><orders get='true'/></api></prestashop>")
    reader = client(shop)

    await reader.list("orders")
    await reader.find("orders", 1)
    await reader.probe()
    await reader.permissions()
    [page async for page in reader.changed_since("orders", "date_upd", datetime(2026, 1, 1))]  # noqa: DTZ001

    assert {request.method for request in shop.requests} == {"GET"}
    assert all("sendemail" not in str(request.url) for request in shop.requests)
    assert not {name for name, _ in inspect.getmembers(PrestaShopClient) if name in {"post", "put", "patch", "delete"}}


async def test_refunds_and_payments_have_cursors_of_their_own():
    """Trap 3: orders.date_upd does not move with a credit slip or a payment."""
    shop = Shop()
    shop.answers |= {"/api/order_slip": lambda _: body([]), "/api/order_payments": lambda _: body([])}
    reader, since = client(shop), datetime(2026, 11, 23, 5, 29, 40)  # noqa: DTZ001

    [page async for page in reader.changed_since("order_slip", "date_upd", since)]
    [page async for page in reader.changed_since("order_payments", "date_add", since)]

    assert shop.queries[0]["filter[date_upd]"] == shop.queries[1]["filter[date_add]"] == ">[2026-11-23 05:29:40]"
    assert all(query["date"] == "1" for query in shop.queries)


@pytest.mark.parametrize(
    ("resource", "field"),
    [("order_payments", "date_upd"), ("order_carriers", "date_upd"), ("stock_availables", "date_upd"), ("orders", "date")],
)
async def test_a_date_that_a_resource_lacks_is_refused_before_the_shop_answers_nothing(resource, field):
    """Trap 13 and prestashop.md 2: stock has no date, and a filter on a missing date column answers 200 with an empty list."""
    with pytest.raises(ValueError, match="empty list"):
        client(Shop()).changed_since(resource, field, datetime(2026, 1, 1))  # noqa: DTZ001


async def test_a_poll_needs_the_shops_own_time():
    with pytest.raises(ValueError, match="local time"):
        client(Shop()).changed_since("orders", "date_upd", datetime(2026, 1, 1, tzinfo=UTC))


async def test_a_filter_or_sort_by_date_brings_date_1():
    shop = Shop(1)
    reader = client(shop)

    await reader.list("orders", filters={"date_add": ">[2026-01-01]"})
    await reader.list("orders", sort=("date_upd_DESC", "id_ASC"))
    await reader.list("orders", date_filter=True)
    await reader.list("orders")

    assert ["date" in query for query in shop.queries] == [True, True, True, False]


@pytest.mark.parametrize("limit", [0, -1])
async def test_a_limit_that_prestashop_answers_with_nothing_is_refused(limit):
    with pytest.raises(ValueError, match="limit"):
        await client(Shop(1)).list("orders", limit=limit)


async def test_an_offset_is_counted_before_the_limit():
    shop = Shop(5)

    found = await client(shop).list("orders", limit=2, offset=1)

    assert [record["id"] for record in found] == ["2", "3"]


@pytest.mark.parametrize(("orders", "calls"), [(0, 1), (1, 1), (3, 2), (4, 2), (6, 3)])
async def test_pages_are_asked_for_until_one_is_short(orders, calls):
    shop = Shop(orders)

    found = [record["id"] async for page in client(shop).pages("orders", page_size=3) for record in page]

    assert found == [str(ident) for ident in range(1, orders + 1)]
    assert len(shop.requests) == calls


async def test_a_row_that_vanishes_between_pages_hides_no_other():
    shop = Shop(6)
    shop.after_page = lambda: shop.rows.pop(1, None) and None

    found = [record["id"] async for page in client(shop).pages("orders", page_size=3) for record in page]

    assert found == ["1", "2", "3", "4", "5", "6"]


async def test_pages_that_never_move_on_are_refused():
    shop = Shop()
    shop.answers["/api/orders"] = lambda _: body({"orders": [{"id": 1}, {"id": 2}]})

    with pytest.raises(Rejected) as raised:
        [page async for page in client(shop).pages("orders", page_size=2)]

    assert raised.value.code == "SHOP_PAGING_BROKEN"


async def test_one_entity_is_asked_for_in_list_form():
    """Trap 9: JSON drops falsy values of a single entity."""
    shop = Shop(3)

    found = await client(shop).find("orders", 2)

    assert found == {"id": "2", "reference": "REF2", "valid": "0"}
    assert shop.requests[0].url.path == "/api/orders"
    assert shop.queries[0]["filter[id]"] == "2"
    assert shop.queries[0]["display"] == "full"


async def test_an_order_that_the_list_does_not_show_is_not_looked_up_by_id():
    """prestashop.md 3: `orders/6?id_shop=2` gives shop 1's order all the same."""
    shop = Shop(3)

    assert await client(shop).find("orders", 9) is None
    assert [request.url.path for request in shop.requests] == ["/api/orders"]


async def test_a_deleted_address_is_found_by_its_id():
    """connectors.md 5: softly deleted addresses are still served by id, and are what the order used."""
    shop = Shop()
    shop.answers |= {"/api/addresses": lambda _: body([]), "/api/addresses/5": lambda _: body({"address": {"id": 5, "deleted": "1"}})}

    assert await client(shop).find("addresses", 5) == {"id": "5", "deleted": "1"}


async def test_a_missing_customer_is_none():
    """Trap 11: 404 with an empty body."""
    shop = Shop()
    shop.answers |= {"/api/customers": lambda _: body([]), "/api/customers/5": lambda _: httpx.Response(404, headers=HEADERS)}

    assert await client(shop).find("customers", 5) is None


async def test_a_crash_is_never_a_missing_entity():
    """Trap 11: uncaught exceptions are 500, text/html, empty body."""
    shop = Shop()
    shop.answers["/api/orders"] = lambda _: httpx.Response(500, headers={"Content-Type": "text/html"})

    with pytest.raises(Transient):
        await client(shop).find("orders", 5)

    assert len(shop.requests) == 3


async def test_a_probe_asks_for_shops_and_never_for_the_json_root():
    """Trap 12: `/api/?output_format=JSON` is HTTP 500 on PHP 8."""
    shop = Shop()

    found = await client(shop).probe()

    assert [request.url.path for request in shop.requests] == ["/api/shops"]
    assert found.version == "9.1.4"
    assert found.server_time == datetime(2026, 11, 23, 5, 2, 57, tzinfo=UTC)
    assert found.shops == ({"id": "1", "name": "Butik"},)


async def test_a_probe_refuses_an_id_shop_that_is_not_there():
    with pytest.raises(Misconfigured) as raised:
        await client(Shop(), id_shop=4).probe()

    assert raised.value.code == "SHOP_ID_UNKNOWN"


async def test_the_version_is_known_even_from_a_refusal():
    shop = Shop()
    shop.answers["/api/shops"] = refusal(401, 26)

    assert await client(shop).version() == "9.1.4"


async def test_an_unknown_key_has_no_version():
    shop = Shop()
    shop.answers["/api/shops"] = lambda _: httpx.Response(
        401, json={"errors": [{"code": 20, "message": "x"}]}, headers={"PSWS-Version": "0"}
    )

    with pytest.raises(Misconfigured) as raised:
        await client(shop).version()

    assert raised.value.code == "SHOP_KEY_REFUSED"


async def test_the_servers_clock_is_told():
    assert await client(Shop()).server_time() == datetime(2026, 11, 23, 5, 2, 57, tzinfo=UTC)


async def test_permissions_come_from_the_xml_root():
    shop = Shop()
    shop.answers["/api/"] = lambda _: httpx.Response(200, text="<prestashop><api><orders get='true' post='false'/></api></prestashop>")

    assert await client(shop).permissions() == {"orders": frozenset({"get"})}
    assert "output_format" not in shop.queries[0]


async def test_a_redirect_is_never_followed():
    shop = Shop()
    shop.answers["/api/orders"] = lambda _: httpx.Response(302, headers={"Location": "https://shop.example/"})

    with pytest.raises(Misconfigured) as raised:
        await client(shop).list("orders")

    assert raised.value.code == "SHOP_WRONG_DOMAIN"
    assert len(shop.requests) == 1


async def test_order_vouchers_of_16_are_found_under_their_old_name():
    shop = Shop()
    shop.answers |= {"/api/order_cart_rules": refusal(400, 27), "/api/order_discounts": lambda _: body({"order_discounts": [{"id": 3}]})}
    reader = client(shop)

    assert await reader.list("order_cart_rules", filters={"id_order": "7"}) == [{"id": "3"}]
    assert await reader.list("order_cart_rules", filters={"id_order": "8"}) == [{"id": "3"}]

    assert [request.url.path for request in shop.requests] == ["/api/order_cart_rules", "/api/order_discounts", "/api/order_discounts"]


async def test_a_resource_that_a_version_lacks_is_named():
    shop = Shop()
    shop.answers["/api/order_returns"] = refusal(400, 27)

    with pytest.raises(Misconfigured) as raised:
        await client(shop).list("order_returns")

    assert raised.value.code == "SHOP_RESOURCE_UNKNOWN"
    assert "order_returns" in raised.value.message


async def test_xml_is_tried_where_php_can_say_nothing_in_json():
    """json_encode gives nothing at all when one text is not UTF-8."""

    def shop(request: httpx.Request) -> httpx.Response:
        if "output_format" in request.url.params:
            return httpx.Response(200, headers={"Content-Type": "application/json"})
        return httpx.Response(200, content=b"<prestashop><orders><order><id>5</id><note>\xe5</note></order></orders></prestashop>")

    assert await client(shop).list("orders") == [{"id": "5", "note": "\ufffd"}]


async def test_the_dispatcher_form_carries_path_and_filters():
    asked: list[httpx.URL] = []

    def shop(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return body([])

    await client(shop, url="https://shop.example/webservice/dispatcher.php?url=").find("orders", 30)

    (url,) = asked
    assert url.path == "/webservice/dispatcher.php"
    assert url.params["url"] == "orders"
    assert url.params["filter[id]"] == "30"


def test_a_filter_of_nothing_is_refused_because_it_would_match_everything():
    assert any_of([1, 2]) == "[1|2]"
    with pytest.raises(ValueError, match="value"):
        any_of([])


def test_every_dated_resource_has_a_date_that_the_shop_filters():
    assert all(fields for fields in DATED.values())


async def test_each_call_is_counted():
    calls: list[tuple[str, str]] = []

    await client(Shop(1), on_call=lambda destination, method: calls.append((destination, method))).list("orders")

    assert calls == [("the shop acme-se", "GET")]


async def test_the_key_is_in_no_message():
    shop = Shop()
    shop.answers["/api/orders"] = lambda _: httpx.Response(401, text=json.dumps({"errors": [{"code": 20, "message": KEY}]}))

    with pytest.raises(Misconfigured) as raised:
        await client(shop).list("orders")

    assert KEY not in str(raised.value)
