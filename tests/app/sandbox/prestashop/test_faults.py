"""Fault switches and the doors for other processes."""

import pytest

from app.sandbox.prestashop.scenarios import ALL, BY_SLUG


@pytest.fixture
def order(state):
    return state.place_order(BY_SLUG["plain"])


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [
        ("500", 500, "text/html; charset=utf-8"),
        ("500_empty", 500, "text/html; charset=utf-8"),
        ("redirect", 302, "text/html; charset=utf-8"),
        ("html_200", 200, "text/html; charset=utf-8"),
        ("unauthorized", 401, "text/html; charset=utf-8"),
        ("maintenance", 503, "text/html; charset=utf-8"),
        ("disabled", 503, "text/xml;charset=utf-8"),
        ("too_many_requests", 429, "text/html; charset=utf-8"),
        ("drop_after_commit", 502, "text/html; charset=utf-8"),
    ],
)
async def test_a_fault_hits_the_next_requests_and_then_no_more(shop, order, kind, status, content_type):
    await shop.post("/_faults", json={"kind": kind, "count": 2})

    answers = [await shop.get("/api/orders/1") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].headers["content-type"] == content_type


async def test_a_php_warning_stands_before_the_right_body(state, shop, order):
    right = (await shop.get("/api/orders/1")).text
    state.faults.add("php_warning_before_body", count=1)

    spoiled = await shop.get("/api/orders/1")

    assert spoiled.status_code == 200
    assert spoiled.text.startswith("<br />\n<b>Warning</b>")
    assert spoiled.text.endswith(right)


async def test_a_malformed_answer_is_half_the_right_one(state, shop, order):
    right = (await shop.get("/api/orders/1")).content
    state.faults.add("malformed", count=1)

    assert (await shop.get("/api/orders/1")).content == right[: len(right) // 2]


async def test_a_write_may_be_carried_out_and_its_answer_lost(state, shop, order):
    state.faults.add("drop_after_commit", count=1, method="POST")
    body = "<prestashop><order_history><id_order>1</id_order><id_order_state>4</id_order_state></order_history></prestashop>"

    answer = await shop.post("/api/order_histories", content=body)

    assert answer.status_code == 502
    assert state.get("orders", order)["current_state"] == 4


async def test_a_fault_may_be_narrowed_to_a_path(state, shop, order):
    state.faults.add("500", path="customers")

    assert (await shop.get("/api/orders/1")).status_code == 200
    assert (await shop.get("/api/customers/1")).status_code == 500


async def test_a_rate_hits_some_requests_the_same_in_every_run(state, shop, order):
    state.faults.add("500", rate=0.5)
    first = [(await shop.get("/api/orders/1")).status_code for _ in range(20)]
    state.faults.clear()
    state.faults.add("500", rate=0.5)

    assert [(await shop.get("/api/orders/1")).status_code for _ in range(20)] == first
    assert set(first) == {200, 500}


async def test_an_order_is_invisible_while_its_hook_runs_before_it_is_saved(state, shop):
    state.faults.add("hook_before_save", count=1, value=2)
    order = state.place_order(BY_SLUG["plain"])

    statuses = [(await shop.get(f"/api/orders/{order}")).status_code for _ in range(3)]

    assert statuses == [404, 404, 200]


async def test_the_old_state_is_read_while_the_hook_runs_before_it_is_saved(state, shop, order):
    state.faults.add("hook_before_save", count=1, value=1)
    state.set_state(order, 4)

    url = "/api/orders?filter[id]=1&display=full&output_format=JSON"
    assert [(await shop.get(url)).json()["orders"][0]["current_state"] for _ in range(2)] == [2, 4]


async def test_an_unknown_fault_is_refused_with_the_known_ones(shop):
    answer = await shop.post("/_faults", json={"kind": "earthquake"})

    assert answer.status_code == 400
    assert "maintenance" in answer.json()["error"]


async def test_the_log_tells_what_was_asked_and_answered(shop, order):
    await shop.get("/api/orders?filter[id]=1&display=full")

    log = (await shop.get("/_log")).json()

    assert log["count"] == 1
    entry = log["requests"][0]
    assert (entry["method"], entry["path"], entry["status"]) == ("GET", "/api/orders", 200)
    assert entry["query"] == [["filter[id]", "1"], ["display", "full"]]


async def test_orders_can_be_driven_from_outside(state, shop):
    placed = (await shop.post("/_control/orders", json={"scenario": "unpaid-bank-wire"})).json()
    await shop.post(f"/_control/orders/{placed['id']}/payment", json={"amount": "448.00", "method": "Swish"})
    await shop.post(f"/_control/orders/{placed['id']}/state", json={"state": 2, "mail": True})
    await shop.post(f"/_control/orders/{placed['id']}/tracking", json={"number": "SE9"})
    await shop.post(f"/_control/orders/{placed['id']}/slip", json={"rows": {"1": 1}, "shipping": True})
    await shop.post(f"/_control/orders/{placed['id']}/row", json={"row": 1, "quantity": 3})
    await shop.post("/_control/edit/customers/1", json={"firstname": "Bo"})

    order = (await shop.get("/_control/orders")).json()["orders"][0]
    assert (order["current_state"], order["total_paid_tax_incl"]) == (2, "1246.000000")
    assert len(state.find("order_slip")) == 1
    assert state.get("customers", 1)["firstname"] == "Bo"
    assert (await shop.get("/_mails")).json()["mails"][0]["template"] == "payment"
    assert "actionOrderSlipAdd" in (await shop.get("/_hooks")).text


async def test_what_does_not_exist_is_404_at_the_control_door(shop):
    assert (await shop.post("/_control/orders/7/state", json={"state": 4})).status_code == 404
    assert (await shop.post("/_control/orders", json={"scenario": "none"})).status_code == 404
    assert (await shop.post("/_outbox", json={"drop": 1})).status_code == 400


async def test_scenarios_are_listed_with_their_descriptions(shop):
    listed = (await shop.get("/_control/scenarios")).json()["scenarios"]

    assert len(listed) == len(ALL)
    assert all(one["description"] for one in listed)


async def test_reset_is_as_freshly_started(state, shop, order):
    state.faults.add("500")
    await shop.post("/_reset")

    assert (await shop.get("/api/orders?output_format=JSON")).text == "[]"
    assert state.find("order_details") == []
