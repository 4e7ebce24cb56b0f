"""The webservice's dialect over the sandbox's own orders (facts: prestashop.md 1, 2, 3)."""

import pytest

from app.sandbox.prestashop.access import Permissions
from app.sandbox.prestashop.scenarios import BY_SLUG
from app.sandbox.prestashop.state import DEFAULT_KEY, ShopState

JSON = {"output_format": "JSON"}


@pytest.fixture
def orders(state, clock):
    """Three orders, an hour apart: 08:00, 09:00 and 10:00 UTC (shop's time is one hour ahead)."""
    ids = []
    for slug in ("mixed-vat", "ten-percent", "unpaid-bank-wire"):
        ids.append(state.place_order(BY_SLUG[slug]))
        clock.move(3600)
    return ids


async def ids(shop, question, resource="orders"):
    answer = (await shop.get(f"/api/{resource}?output_format=JSON&{question}")).json()
    return [row["id"] for row in answer[resource]] if answer else []


async def test_xml_is_the_default_and_json_must_be_asked_for(shop, orders):
    answers = [await shop.get("/api/orders/1", headers={"accept": "application/json"})]
    answers.append(await shop.get("/api/orders/1", params=JSON))
    answers.append(await shop.get("/api/orders/1", params={"io_format": "JSON"}))
    answers.append(await shop.get("/api/orders/1", headers={"output-format": "JSON"}))

    assert [answer.headers["content-type"] for answer in answers] == ["text/xml;charset=utf-8"] + ["application/json"] * 3


async def test_xml_has_tabs_cdata_links_and_marks_dynamic_fields(shop, orders):
    text = (await shop.get("/api/orders/1")).text

    assert text.startswith(
        '<?xml version="1.0" encoding="UTF-8"?>\n<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">\n<order>\n\t<id>'
    )
    assert '\t<id_customer xlink:href="http://shop.example/api/customers/1"><![CDATA[1]]></id_customer>\n' in text
    assert '\t<shipping_number notFilterable="true"><![CDATA[]]></shipping_number>\n' in text
    assert '<associations>\n<order_rows nodeType="order_row" virtualEntity="true">\n\t<order_row>\n\t<id><![CDATA[1]]></id>\n' in text


async def test_a_list_without_display_is_ids_and_links(shop, orders):
    text = (await shop.get("/api/orders", params={"limit": "1"})).text

    assert '<orders>\n<order id="1" xlink:href="http://shop.example/api/orders/1"/>\n</orders>\n' in text
    assert await ids(shop, "limit=1") == [1]


async def test_display_picks_fields_in_the_resources_order_without_associations(shop, orders):
    answer = (await shop.get("/api/orders?filter[id]=1&display=[reference,id]", params=None)).text
    as_json = (await shop.get("/api/orders?filter[id]=1&display=[reference,id]&output_format=JSON")).json()

    assert "associations" not in answer
    assert list(as_json["orders"][0]) == ["id", "reference"]


async def test_an_empty_list_in_json_has_no_name_and_in_xml_has(shop):
    assert (await shop.get("/api/orders?display=full&output_format=JSON")).text == "[]"
    assert (await shop.get("/api/order_slip?display=full")).text.endswith("<order_slips>\n</order_slips>\n</prestashop>\n")


async def test_a_single_json_entity_drops_what_php_calls_empty_and_a_list_keeps_it(shop, orders):
    single = (await shop.get("/api/orders/3", params=JSON)).json()["order"]
    listed = (await shop.get("/api/orders?filter[id]=3&display=full&output_format=JSON")).json()["orders"][0]

    assert not {"gift", "note", "recyclable", "valid", "invoice_number"} & set(single)
    assert {"gift": "0", "note": "", "valid": "0", "invoice_number": 0}.items() <= listed.items()


async def test_9_writes_integer_columns_as_numbers_and_8_writes_texts(connect, clock):
    found = {}
    for version in ("9.1.4", "8.2.1"):
        shop = ShopState(version=version, clock=clock)
        shop.place_order(BY_SLUG["plain"])
        async with connect(shop) as client:
            found[version] = (await client.get("/api/orders?filter[id]=1&display=full&output_format=JSON")).json()["orders"][0]

    assert (found["9.1.4"]["current_state"], found["9.1.4"]["valid"], found["9.1.4"]["id"]) == (2, "1", 1)
    assert (found["8.2.1"]["current_state"], found["8.2.1"]["valid"], found["8.2.1"]["id"]) == ("2", "1", 1)
    assert found["8.2.1"]["associations"]["order_rows"][0]["product_id"] == "1"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("filter[id]=2", [2]),
        ("filter[id]=[1|3]", [1, 3]),
        ("filter[id]=[2,3]", [2, 3]),
        ("filter[id]=>[1]", [2, 3]),
        ("filter[id]=<[3]", [1, 2]),
        ("filter[id]=![2]", [1, 3]),
        ("filter[module]=[ps_]%", [3]),
        ("filter[payment]=%[lar]%", [1, 2]),
        ("filter[payment]=%lar%", []),
        ("filter[current_state]=2&filter[id]=[2|3]", [2]),
        ("sort=[id_DESC]", [3, 2, 1]),
        ("sort=[current_state_DESC,id_DESC]", [3, 2, 1]),
        ("limit=1,1", [2]),
        ("limit=2", [1, 2]),
        ("limit=0", []),
        ("limit=a", []),
        ("date=1&filter[date_upd]=>[2026-11-24%2009:00:00]", [2, 3]),
        ("date=1&filter[date_upd]=>[2026-11-24T09:00:00]", [2, 3]),
        ("date=1&filter[date_add]=[2026-11-24,2026-11-25]", [1, 2, 3]),
        ("date=1&filter[date_add]=[2026-11-23,2026-11-24]", []),
        ("date=1&filter[date_add]=[2026-11-24%2009:00:00,2026-11-24%2010:00:00]&sort=[date_add_DESC]", [2, 1]),
        ("id_shop=1", [1, 2, 3]),
        ("id_shop=all", [1, 2, 3]),
    ],
)
async def test_filters_sorts_and_limits_give(shop, orders, question, expected):
    assert await ids(shop, question) == expected


async def test_a_date_that_the_resource_lacks_gives_an_empty_list(shop, orders):
    assert await ids(shop, "date=1&filter[date_upd]=>[2020-01-01]", resource="order_carriers") == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("orders?filter[bogus]=1", 400, 32),
        ("orders?filter[date_upd]=[2026-01-01,2026-12-31]", 400, 32),
        ("orders?sort=[date_upd_ASC]", 400, 38),
        ("orders?sort=id", 400, 37),
        ("orders?filter[shipping_number]=1", 400, 34),
        ("orders?filter[id]=", 400, 33),
        ("orders?display=[bogus]", 400, 35),
        ("orders?display=all", 400, 36),
        ("orders?limit=1,2,3", 400, 39),
        ("bogus", 400, 27),
        ("orders?id_shop=1,2", 404, 999),
        ("orders?id_group_shop=7", 500, 999),
    ],
)
async def test_refusals_have_prestashops_status_and_code_in_both_formats(shop, path, status, code):
    xml = await shop.get(f"/api/{path}")
    as_json = await shop.get(f"/api/{path}", headers={"output-format": "JSON"})

    assert (xml.status_code, as_json.status_code) == (status, status)
    assert f"<code><![CDATA[{code}]]></code>" in xml.text
    assert as_json.json()["errors"][0]["code"] == code


async def test_a_missing_order_is_404_without_body_and_content_type(shop):
    answer = await shop.get("/api/orders/999999")

    assert (answer.status_code, answer.content, "content-type" in answer.headers) == (404, b"", False)


async def test_the_json_root_is_broken_and_the_xml_root_lists_what_the_key_may(shop):
    broken = await shop.get("/api/", params=JSON)
    root = await shop.get("/api/")

    assert (broken.status_code, broken.content, broken.headers["content-type"]) == (500, b"", "text/html; charset=utf-8")
    assert '<orders xlink:href="http://shop.example/api/orders" get="true"' in root.text


async def test_answers_carry_prestashops_headers(shop, orders):
    headers = (await shop.get("/api/orders/1")).headers

    assert (headers["psws-version"], headers["x-powered-by"]) == ("9.1.4", "PrestaShop Webservice")
    assert {"access-time", "execution-time", "content-sha1", "set-cookie"} <= set(headers)


async def test_the_checksum_of_an_unchanged_answer_gives_304(shop, orders):
    first = await shop.get("/api/orders/1")
    again = await shop.get("/api/orders/1", headers={"local-content-sha1": first.headers["content-sha1"]})

    assert (again.status_code, again.content) == (304, b"")


async def test_another_host_is_sent_to_the_front_page(connect, clock):
    async with connect(ShopState(clock=clock, domain="butik.example"), base="http://butik.example:81") as client:
        answer = await client.get("/api/orders")

    assert (answer.status_code, answer.headers["location"]) == (302, "http://butik.example/")


async def test_an_unknown_shop_is_sent_to_the_front_page_which_is_html(shop):
    answer = await shop.get("/api/orders?id_shop=2")
    front = await shop.get("/")

    assert answer.status_code == 302
    assert (front.status_code, front.headers["content-type"]) == (200, "text/html; charset=utf-8")


async def test_lists_of_orders_show_one_shop_and_an_id_shows_any(connect, clock):
    state = ShopState(clock=clock, shops=(1, 2))
    state.place_order(BY_SLUG["plain"], id_shop=1)
    state.place_order(BY_SLUG["plain"], id_shop=2)
    async with connect(state) as client:
        assert await ids(client, "") == [1]
        assert await ids(client, "id_shop=2") == [2]
        assert await ids(client, "id_shop=all") == [1, 2]
        assert (await client.get("/api/orders/1?id_shop=2")).status_code == 200


@pytest.mark.parametrize(
    ("key", "status", "text"),
    [
        ("", 401, "401 Unauthorized"),
        ("short", 401, "<![CDATA[18]]>"),
        ("X" * 32, 401, "<![CDATA[20]]>"),
        ("I" * 32, 401, "<![CDATA[21]]>"),
        ("L" * 32, 401, "<![CDATA[26]]>"),
        ("S" * 32, 403, "<![CDATA[132]]>"),
    ],
)
async def test_keys_that_do_not_open(state, connect, key, status, text):
    state.keys["I" * 32] = Permissions.everything("9.1.4", active=False)
    state.keys["L" * 32] = Permissions.only({"products": ["GET"]})
    state.keys["S" * 32] = Permissions.everything("9.1.4", shops=(2,))
    async with connect(state, key) as client:
        answer = await client.get("/api/orders")

    assert answer.status_code == status
    assert text in answer.text


async def test_a_method_that_the_key_lacks_is_405_code_25(state, connect):
    state.keys["L" * 32] = Permissions.only({"order_histories": ["GET"]})
    async with connect(state, "L" * 32) as client:
        answer = await client.post("/api/order_histories", content="<prestashop/>")

    assert answer.status_code == 405
    assert "<![CDATA[25]]>" in answer.text


async def test_the_key_may_stand_in_the_query_and_is_not_logged(state, connect):
    async with connect(state, "") as client:
        answer = await client.get(f"/api/shops?ws_key={DEFAULT_KEY}&display=full")
        log = (await client.get("/_log")).text

    assert answer.status_code == 200
    assert DEFAULT_KEY not in log


async def test_a_switched_off_webservice_is_503_code_22(state, shop):
    state.webservice_active = False

    answer = await shop.get("/api/shops")

    assert answer.status_code == 503
    assert "<![CDATA[22]]>" in answer.text


async def test_the_dispatcher_answers_without_rewriting(shop, orders):
    direct = await shop.get("/api/orders/1", params=JSON)
    answer = await shop.get("/webservice/dispatcher.php", params={"url": "orders/1", **JSON})

    assert answer.content == direct.content


async def test_one_language_flattens_multilingual_fields_in_json(shop):
    states = (await shop.get("/api/order_states?filter[id]=4&display=[id,name]&language=2&output_format=JSON")).json()
    both = (await shop.get("/api/order_states?filter[id]=4&display=[id,name]&output_format=JSON")).json()

    assert states["order_states"] == [{"id": 4, "name": "Skickad"}]
    assert both["order_states"][0]["name"] == [{"id": 1, "value": "Shipped"}, {"id": 2, "value": "Skickad"}]


async def test_slashes_are_escaped_and_letters_are_not(shop):
    text = (await shop.get("/api/carriers?filter[id]=2&display=full&output_format=JSON")).text

    assert r"https:\/\/spara.example\/@" in text


async def test_head_has_the_headers_and_no_body(shop, orders):
    answer = await shop.head("/api/orders/1")

    assert (answer.status_code, answer.content, "content-sha1" in answer.headers) == (200, b"", True)


async def test_resources_of_the_real_shop_that_the_sandbox_is_empty_of_are_empty_lists(shop):
    assert (await shop.get("/api/warehouses?display=full&output_format=JSON")).text == "[]"
    assert (await shop.get("/api/warehouses/1")).status_code == 404
