"""The simulated Svea's rules, without the client: signed by hand, spoken to in JSON."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import uvicorn

from app.sandbox.__main__ import arguments
from app.sandbox.__main__ import svea as svea_side
from app.sandbox.payments.svea import MERCHANT_ID, SECRET, Row, SveaState, Switches, create_svea
from app.sandbox.payments.svea.order import DELIVERY_ACTIONS, ORDER_ACTIONS

NOW = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
STAMP = "2026-02-03 09:00:00"
TOTAL = 51_800


def signed(content: bytes, *, stamp: str = STAMP, merchant: str = MERCHANT_ID, secret: str = SECRET, upper: bool = False) -> dict[str, str]:
    digest = hashlib.sha512(content + secret.encode() + stamp.encode()).hexdigest()
    token = base64.b64encode(f"{merchant}:{digest.upper() if upper else digest}".encode()).decode()
    return {"Timestamp": stamp, "Authorization": f"Svea {token}"}


class Api:
    def __init__(self, http: httpx.AsyncClient, state: SveaState) -> None:
        self.http, self.state = http, state

    def order(self, **more: Any) -> str:
        rows = [
            Row(article="VAS", name="Vas", unit_price=10_000, quantity=200),
            Row(article="BOK", name="Bok", unit_price=10_600, quantity=300),
        ]
        return self.state.authorise("XKBKNABJK", TOTAL, rows=rows, **more)

    async def call(self, method: str, path: str, body: Any = None, **how: Any) -> httpx.Response:
        content = b"" if body is None else json.dumps(body).encode()
        return await self.http.request(method, f"/api/v1{path}", content=content, headers=signed(content, **how))

    async def read(self, reference: str) -> dict[str, Any]:
        answer = await self.call("GET", f"/orders/{reference}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def deliver(self, reference: str, row_ids: list[int], **more: Any) -> httpx.Response:
        """Ask, and look until the task is over."""
        answer = await self.call("POST", f"/orders/{reference}/deliveries", {"OrderRowIds": row_ids, **more})
        return await self.finished(answer)

    async def finished(self, answer: httpx.Response) -> httpx.Response:
        while answer.status_code == 202 or (answer.status_code == 200 and answer.json()["Status"] == "InProgress"):
            path = answer.headers.get("location", str(answer.request.url)).split("/api/v1")[1]
            answer = await self.call("GET", path)
        return answer


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["Code"]


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    state = SveaState(now=lambda: NOW)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=create_svea(state)), base_url="http://svea.test") as http:
        yield Api(http, state)


# Who calls ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [{}, {"upper": True}, {"stamp": "2026-02-03 09:00"}])
async def test_signature_counts_in_either_case_and_with_or_without_seconds(api, how):
    assert (await api.call("GET", f"/orders/{api.order()}", **how)).status_code == 200


@pytest.mark.parametrize("how", [{"secret": "wrong"}, {"merchant": "9"}, {"stamp": "03.02.2026"}, {"stamp": ""}])
async def test_wrong_signature_is_401(api, how):
    assert (await api.call("GET", f"/orders/{api.order()}", **how)).status_code == 401


@pytest.mark.parametrize("header", ["", "Basic abc", "Svea !!!", "Svea bm9jb2xvbg=="])
async def test_no_signature_is_401(api, header):
    answer = await api.http.get(f"/api/v1/orders/{api.order()}", headers={"Timestamp": STAMP, "Authorization": header})

    assert answer.status_code == 401


async def test_signature_is_over_the_body_that_came(api):
    reference = api.order()

    answer = await api.http.patch(f"/api/v1/orders/{reference}", content=b'{"IsCancelled": true}', headers=signed(b'{"IsCancelled":true}'))

    assert answer.status_code == 401
    assert (await api.read(reference))["OrderStatus"] == "Open"


async def test_time_is_looked_at_when_the_switch_says_so(api):
    api.state.switches.max_skew_seconds = 300

    assert (await api.call("GET", f"/orders/{api.order()}", stamp="2026-02-03 08:54:59")).status_code == 401
    assert (await api.call("GET", f"/orders/{api.order()}", stamp="2026-02-03 08:55:01")).status_code == 200


async def test_order_of_another_merchant_is_403(api):
    assert (await api.call("GET", f"/orders/{api.order(merchant='9')}")).status_code == 403


@pytest.mark.parametrize("path", ["/orders/1", "/orders/abc", "/queue/1", "/queue/abc"])
async def test_unknown_is_404(api, path):
    assert (await api.call("GET", path)).status_code == 404


# Delivering -----------------------------------------------------------------------------------------------------------------------


async def test_delivery_is_a_task_with_an_absolute_address(api):
    reference = api.order()

    answer = await api.call("POST", f"/orders/{reference}/deliveries", {"OrderRowIds": [1]})

    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["location"].startswith("http://svea.test/api/v1/queue/")
    assert api.state.order(reference).delivered == 0


async def test_task_is_in_progress_and_then_sees_other(api):
    api.state.switches.task_looks = 2
    answer = await api.call("POST", f"/orders/{api.order()}/deliveries", {"OrderRowIds": [1]})
    path = answer.headers["location"].split("/api/v1")[1]

    looks = [await api.call("GET", path) for _ in range(4)]

    assert [each.status_code for each in looks] == [200, 200, 303, 303]
    assert looks[0].json()["Status"] == "InProgress"
    assert "/deliveries/" in looks[2].headers["location"]


async def test_looking_at_the_order_brings_its_task_on_too(api):
    reference = api.order()
    await api.call("POST", f"/orders/{reference}/deliveries", {"OrderRowIds": [1, 2]})

    assert [(await api.read(reference))["OrderStatus"] for _ in range(2)] == ["Open", "Delivered"]


async def test_empty_list_delivers_everything(api):
    reference = api.order()

    await api.deliver(reference, [])

    read = await api.read(reference)
    assert (read["OrderStatus"], read["OrderRows"], read["Actions"]) == ("Delivered", [], [])
    assert read["Deliveries"][0]["DeliveryAmount"] == TOTAL


async def test_delivered_row_moves_to_its_delivery(api):
    reference = api.order()

    await api.deliver(reference, [1])

    read = await api.read(reference)
    assert read["OrderStatus"] == "Open"
    assert [row["OrderRowId"] for row in read["OrderRows"]] == [2]
    assert [row["OrderRowId"] for row in read["Deliveries"][0]["OrderRows"]] == [1]
    assert read["Deliveries"][0]["OrderRows"][0]["Actions"] == ["CanCreditRow"]
    assert (read["OrderAmount"], read["CancelledAmount"]) == (TOTAL, 0)


@pytest.mark.parametrize(("new_id", "expected"), [(False, 2), (True, 3)])
async def test_part_of_a_quantity_leaves_a_rest(api, new_id, expected):
    api.state.switches.new_id_after_part = new_id
    reference = api.order()

    await api.deliver(reference, [2], RowDeliveryOptions=[{"OrderRowId": 2, "Quantity": 100}])

    read = await api.read(reference)
    assert [(row["OrderRowId"], row["Quantity"]) for row in read["OrderRows"]] == [(1, 200), (expected, 200)]
    assert read["Deliveries"][0]["DeliveryAmount"] == 10_600


async def test_keys_of_a_body_may_have_any_case(api):
    reference = api.order()

    answer = await api.call(
        "POST", f"/orders/{reference}/deliveries", {"orderRowIds": [2], "rowDeliveryOptions": [{"orderRowId": 2, "quantity": 100}]}
    )
    await api.finished(answer)

    assert api.state.order(reference).delivered == 10_600


@pytest.mark.parametrize(
    ("row_ids", "quantities", "code"),
    [([9], [], "20010"), ([1], [{"OrderRowId": 1, "Quantity": 300}], "20010"), ([1], [{"OrderRowId": 1, "Quantity": 0}], "20010")],
)
async def test_rows_that_do_not_match_are_refused(api, row_ids, quantities, code):
    assert code_of(await api.deliver(api.order(), row_ids, RowDeliveryOptions=quantities)) == (400, code)


async def test_delivered_row_is_not_delivered_again(api):
    reference = api.order()
    await api.deliver(reference, [1])

    assert code_of(await api.deliver(reference, [1])) == (400, "20015")


async def test_cancelled_row_is_not_delivered(api):
    reference = api.order()
    await api.call("PATCH", f"/orders/{reference}/rows/1", {"IsCancelled": True})

    assert code_of(await api.deliver(reference, [1])) == (400, "20016")


async def test_two_tasks_about_one_row_deliver_it_once(api):
    reference = api.order()
    asked = [await api.call("POST", f"/orders/{reference}/deliveries", {"OrderRowIds": [1]}) for _ in range(2)]

    ended = [await api.finished(each) for each in asked]

    assert [each.status_code for each in ended] == [303, 200]
    assert ended[1].json()["Status"] == "Failed"
    assert api.state.order(reference).delivered == 20_000


async def test_two_tasks_about_one_quantity_deliver_it_twice(api):
    """As in reality: nothing but the caller protects partial quantities (payments.md 3.6)."""
    reference = api.order()
    part = {"OrderRowIds": [2], "RowDeliveryOptions": [{"OrderRowId": 2, "Quantity": 100}]}
    asked = [await api.call("POST", f"/orders/{reference}/deliveries", part) for _ in range(2)]

    for each in asked:
        await api.finished(each)

    assert api.state.order(reference).delivered == 21_200


async def test_svea_that_does_not_look_delivers_beyond_what_is_there(api):
    api.state.switches.accepts_duplicate_quantity = True
    reference = api.order()
    await api.deliver(reference, [1, 2])

    await api.deliver(reference, [1], RowDeliveryOptions=[{"OrderRowId": 1, "Quantity": 200}])

    assert api.state.order(reference).delivered == TOTAL + 20_000


async def test_payment_plan_delivers_everything_whatever_was_asked(api):
    reference = api.order(payment_type="PaymentPlan")
    assert "CanDeliverPartially" not in (await api.read(reference))["Actions"]

    await api.deliver(reference, [1])

    assert api.state.order(reference).delivered == TOTAL


async def test_remaining_rows_are_cancelled_with_a_delivery(api):
    reference = api.order()

    await api.deliver(reference, [1], CancelRemaining=True)

    read = await api.read(reference)
    assert (read["OrderStatus"], read["CancelledAmount"]) == ("Delivered", 31_800)


async def test_lowered_amount_counts_as_all(api):
    reference = api.order(payment_type="Card")

    answer = await api.call("POST", f"/orders/{reference}/deliveries/DeliverAndLowerAmount", {"DeliveredAmount": 40_000})
    await api.finished(answer)

    read = await api.read(reference)
    assert read["Deliveries"][0]["Id"] == answer.json()["DeliveryId"]
    assert (read["OrderStatus"], read["CancelledAmount"], read["Deliveries"][0]["DeliveryAmount"]) == ("Delivered", 11_800, 40_000)


@pytest.mark.parametrize(("kind", "amount", "code"), [("Card", TOTAL + 1, "20011"), ("Card", 0, "20006"), ("Invoice", 100, "20002")])
async def test_lowered_amount_that_is_refused(api, kind, amount, code):
    reference = api.order(payment_type=kind)

    answer = await api.call("POST", f"/orders/{reference}/deliveries/DeliverAndLowerAmount", {"DeliveredAmount": amount})

    assert code_of(answer) == (400, code)


# States ---------------------------------------------------------------------------------------------------------------------------


async def test_swish_order_arrives_delivered(api):
    read = await api.read(api.order(payment_type="Swish"))

    assert (read["OrderStatus"], read["SystemStatus"], read["Actions"]) == ("Delivered", "SUCCESS", [])
    assert read["Deliveries"][0]["DeliveryAmount"] == TOTAL


async def test_order_under_review_has_no_actions(api):
    reference = api.order(is_in_review=True)

    read = await api.read(reference)

    assert (read["OrderStatus"], read["Actions"], read["OrderRows"][0]["Actions"]) == ("Open", [], [])
    assert code_of(await api.deliver(reference, [])) == (400, "20013")


async def test_expired_order_cannot_be_delivered(api):
    reference = api.order(days=10)
    api.state.clock.advance(10 * 86_400)

    read = await api.read(reference)

    assert not [each for each in read["Actions"] if each.startswith("CanDeliver")]
    assert code_of(await api.deliver(reference, [])) == (400, "20003")


async def test_invoice_fee_is_a_row_on_top(api):
    read = await api.read(api.order(fee=2_900))

    assert read["OrderAmount"] == TOTAL + 2_900
    assert [(row["OrderRowId"], row["Name"], row["UnitPrice"]) for row in read["OrderRows"]][-1] == (3, "InvoiceFee", 2_900)


async def test_actions_in_the_readme_s_spelling(api):
    api.state.switches.action_spelling = "readme"

    actions = (await api.read(api.order(payment_type="Card")))["Actions"]

    assert {"CanDeliverOrderPartially", "CanCancelOrderAmount"} <= set(actions)
    assert not {"CanDeliverPartially", "CanCancelAmount"} & set(actions)


# Cancelling -----------------------------------------------------------------------------------------------------------------------


async def test_whole_order_is_cancelled(api):
    reference = api.order()

    answer = await api.call("PATCH", f"/orders/{reference}", {"IsCancelled": True})

    read = await api.read(reference)
    assert (answer.status_code, read["OrderStatus"], read["CancelledAmount"], read["Actions"]) == (204, "Cancelled", TOTAL, [])
    assert all(row["IsCancelled"] for row in read["OrderRows"])
    assert code_of(await api.deliver(reference, [])) == (400, "20018")


async def test_cancelling_a_partly_delivered_order_means_its_rest(api):
    reference = api.order()
    await api.deliver(reference, [1])

    await api.call("PATCH", f"/orders/{reference}", {"IsCancelled": True})

    read = await api.read(reference)
    assert (read["OrderStatus"], read["CancelledAmount"]) == ("Delivered", 31_800)


async def test_rows_are_cancelled(api):
    reference = api.order()

    answer = await api.call("PATCH", f"/orders/{reference}/rows/cancelOrderRows", {"OrderRowIds": [2]})

    read = await api.read(reference)
    assert (answer.status_code, read["OrderStatus"], read["CancelledAmount"]) == (204, "Open", 31_800)
    assert [(row["OrderRowId"], row["IsCancelled"], row["Actions"]) for row in read["OrderRows"]][1] == (2, True, [])
    for row_ids in ([], [2], [9]):
        assert (await api.call("PATCH", f"/orders/{reference}/rows/cancelOrderRows", {"OrderRowIds": row_ids})).status_code == 400


async def test_amount_is_cancelled_as_a_total(api):
    reference = api.order(payment_type="Card")

    answers = [await api.call("PATCH", f"/orders/{reference}", {"CancelledAmount": total}) for total in (800, 1_000, 1_000, TOTAL + 1)]

    assert [each.status_code for each in answers] == [204, 204, 400, 400]
    await api.deliver(reference, [])
    assert api.state.order(reference).delivered == TOTAL - 1_000


# Crediting ------------------------------------------------------------------------------------------------------------------------


async def credited(api: Api, reference: str, body: dict[str, Any]) -> httpx.Response:
    delivery = api.state.order(reference).deliveries[0].id
    return await api.finished(await api.call("POST", f"/orders/{reference}/deliveries/{delivery}/credits", body))


async def test_rows_are_credited_with_negative_amounts(api):
    reference = api.order()
    await api.deliver(reference, [])

    await credited(api, reference, {"OrderRowIds": [2], "RowCreditingOptions": [{"OrderRowId": 2, "Quantity": 100}]})
    await credited(api, reference, {"OrderRowIds": [2]})

    delivery = (await api.read(reference))["Deliveries"][0]
    assert delivery["CreditedAmount"] == 31_800
    assert [each["Amount"] for each in delivery["Credits"]] == [-10_600, -21_200]
    assert delivery["Credits"][0]["OrderRows"][0]["Quantity"] == -100
    assert [row["Actions"] for row in delivery["OrderRows"]] == [["CanCreditRow"], []]
    assert (await credited(api, reference, {"OrderRowIds": [2]})).status_code == 400


async def test_new_row_is_credited(api):
    reference = api.order()
    await api.deliver(reference, [])
    row = {"Name": "Skada", "UnitPrice": 1_234, "VatPercent": 2500}

    await credited(api, reference, {"NewCreditOrderRow": row})

    assert api.state.order(reference).credited == 1_234
    for spoiled in ({**row, "Name": ""}, {**row, "Name": "x" * 41}, {**row, "UnitPrice": TOTAL}, {**row, "UnitPrice": "1"}, "row", {}):
        assert (await credited(api, reference, {"NewCreditOrderRow": spoiled})).status_code == 400


async def test_amount_is_credited_as_a_total(api):
    reference = api.order(payment_type="Card")
    await api.deliver(reference, [])
    path = f"/orders/{reference}/deliveries/{api.state.order(reference).deliveries[0].id}"

    answers = [await api.call("PATCH", path, {"CreditedAmount": total}) for total in (500, 400, TOTAL, TOTAL + 1)]

    assert [each.status_code for each in answers] == [204, 400, 204, 400]
    assert (await api.read(reference))["Deliveries"][0]["Actions"] == []


async def test_what_a_type_does_not_let_is_refused(api):
    card, invoice = api.order(payment_type="Card"), api.order()
    await api.deliver(card, [])
    await api.deliver(invoice, [])

    assert code_of(await credited(api, card, {"OrderRowIds": [1]})) == (400, "20002")
    path = f"/orders/{invoice}/deliveries/{api.state.order(invoice).deliveries[0].id}"
    assert code_of(await api.call("PATCH", path, {"CreditedAmount": 1})) == (400, "20002")
    assert (await api.call("PATCH", f"/orders/{invoice}/deliveries/1", {"CreditedAmount": 1})).status_code == 404


# What goes wrong ------------------------------------------------------------------------------------------------------------------


async def test_four_forms_of_error(api):
    seen = {}
    for form in ("code", "result", "header", "text"):
        api.state.switches.update({"error_form": form, "bom": True})
        answer = await api.deliver(api.order(), [9])
        seen[form] = (answer.headers.get("ErrorMessage"), answer.content)

    bom = b"\xef\xbb\xbf"
    assert json.loads(seen["code"][1].removeprefix(bom))["Errors"][0]["Field"] == "OrderRowIds"
    assert seen["code"][1].startswith(bom)
    assert json.loads(seen["result"][1].removeprefix(bom)) == {"resultCode": "20010", "errorMessage": "Order rows do not match"}
    assert seen["header"] == ("Order rows do not match", b"")
    assert seen["text"] == (None, b"Order rows do not match")


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"OrderRowIds": "1"}', b"{}", b'{"OrderRowIds": [true]}'])
async def test_malformed_bodies_are_400(api, content):
    path = f"/api/v1/orders/{api.order()}/deliveries"

    assert (await api.http.post(path, content=content, headers=signed(content))).status_code == 400


@pytest.mark.parametrize("options", ["x", [1], [{"OrderRowId": 2, "Quantity": 100}], [{"OrderRowId": 1}]])
async def test_quantities_belong_to_listed_rows(api, options):
    assert (await api.deliver(api.order(), [1], RowDeliveryOptions=options)).status_code == 400


async def test_dropped_answer_is_a_broken_connection_and_the_task_is_there(api):
    api.state.switches.drop_response_after_commit = 1
    reference = api.order()

    with pytest.raises(httpx.RemoteProtocolError):
        await api.deliver(reference, [])

    await api.read(reference)
    assert (await api.read(reference))["OrderStatus"] == "Delivered"


@pytest.mark.parametrize(("switch", "status", "is_done"), [("fail_before_commit", "Open", False), ("fail_after_commit", "Cancelled", True)])
async def test_failures_before_and_after_the_commit(api, switch, status, is_done):
    api.state.switches.update({switch: 1})
    reference = api.order()

    answer = await api.call("PATCH", f"/orders/{reference}", {"IsCancelled": True})

    assert (answer.status_code, (await api.read(reference))["OrderStatus"]) == (500, status)
    assert bool(api.state.order(reference).cancelled) is is_done


async def test_refused_write_is_answered_although_answers_are_dropped(api):
    api.state.switches.drop_response_after_commit = 1

    assert (await api.deliver(api.order(), [9])).status_code == 400
    assert api.state.switches.drop_response_after_commit == 1


@pytest.mark.parametrize(("switch", "status"), [("http_500", 500), ("too_many_requests", 429), ("unauthorized", 401)])
async def test_next_requests_fail(api, switch, status):
    api.state.switches.update({switch: 2})
    reference = api.order()

    answers = [await api.call("GET", f"/orders/{reference}") for _ in range(3)]

    assert [each.status_code for each in answers] == [status, status, 200]
    assert (answers[0].headers.get("retry-after") == "7") is (status == 429)


async def test_lost_task_is_carried_out_all_the_same(api):
    api.state.switches.lose_task = 1
    reference = api.order()

    answer = await api.deliver(reference, [1])

    assert answer.status_code == 404
    await api.read(reference)
    await api.read(reference)
    assert api.state.order(reference).delivered == 20_000


async def test_task_that_completes_without_effect(api):
    api.state.switches.task_without_effect = 1
    reference = api.order()

    assert (await api.deliver(reference, [1])).status_code == 303
    assert api.state.order(reference).delivered == 0


async def test_address_elsewhere(api):
    api.state.switches.foreign_location = 1

    answer = await api.call("POST", f"/orders/{api.order()}/deliveries", {"OrderRowIds": []})

    assert answer.headers["location"].startswith("https://elsewhere.example/")


async def test_slow_answers(api):
    waits = []

    async def waited(seconds):
        waits.append(seconds)

    api.state.sleep = waited
    api.state.switches.update({"latency_ms": 40_000, "answer_late_ms": 700})

    await api.call("PATCH", f"/orders/{api.order()}", {"IsCancelled": True})

    assert waits == [40.0, 0.7]


# Its own doors --------------------------------------------------------------------------------------------------------------------


async def test_switches_and_clock_are_set_from_outside(api):
    answer = await api.http.post("/_faults", json={"task_looks": 3, "clock": "2026-03-01T00:00:00+00:00", "clock_advance_seconds": 60})

    assert answer.json()["task_looks"] == 3
    assert (await api.http.get("/_faults")).json()["clock"] == "2026-03-01T00:01:00.000Z"
    assert {each.name for each in fields(Switches)} < set(answer.json())


@pytest.mark.parametrize("changes", [{"nonsense": 1}, {"task_looks": -1}, {"bom": 1}, {"error_form": "x"}, {"clock": "noon"}, [1]])
async def test_impossible_switches_are_refused(api, changes):
    assert (await api.http.post("/_faults", json=changes)).status_code == 400


async def test_orders_are_made_and_moved_from_outside(api):
    rows = [{"name": "Vas", "unit_price": 10_000, "quantity": 200}]
    made = (
        await api.http.post("/_control/authorise", json={"order_reference": "A", "amount": 20_000, "rows": rows, "is_in_review": True})
    ).json()
    reference = made["reference"]

    await api.http.post("/_control/approve", json={"reference": reference})
    await api.http.post("/_control/expire", json={"reference": reference})
    status = (await api.http.post("/_control/set_status", json={"reference": reference, "status": "Processing"})).json()["status"]

    assert (made["amount"], made["left"], status) == (20_000, 20_000, "Processing")
    assert [each["reference"] for each in (await api.http.get("/_orders")).json()["orders"]] == [reference]


@pytest.mark.parametrize(
    ("act", "body", "status"),
    [
        ("nonsense", {}, 404),
        ("approve", {"reference": "1"}, 404),
        ("approve", {}, 400),
        ("authorise", {"order_reference": "A", "amount": 1, "rows": [{"name": "x", "unit_price": 2}]}, 400),
        ("authorise", {"order_reference": "A", "amount": 1, "payment_type": "Barter"}, 400),
    ],
)
async def test_impossible_acts_are_refused(api, act, body, status):
    assert (await api.http.post(f"/_control/{act}", json=body)).status_code == status


async def test_log_has_requests_without_secrets_and_reset_empties_all(api):
    await api.read(api.order())

    log = (await api.http.get("/_log")).json()
    await api.http.post("/_reset")

    assert log["requests"] == [{"method": "GET", "path": "/api/v1/orders/2291662", "status": 200, "time": "2026-02-03T09:00:00.000Z"}]
    assert (await api.http.get("/_log")).json()["count"] == len(api.state.orders) == 0


def test_tables_of_actions_know_the_same_types():
    assert set(DELIVERY_ACTIONS) < set(ORDER_ACTIONS)


def test_command_says_merchant_and_an_example(capsys):
    svea_side(arguments().parse_args(["svea", "--port", "8999"]))

    said = capsys.readouterr().out
    assert MERCHANT_ID in said
    assert "8999/_control/authorise" in said


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_client_sees_a_closed_connection_over_a_real_socket(loop):
    """uvloop's transports are not asyncio's."""
    loops = pytest.importorskip(loop)
    runner = asyncio.Runner(loop_factory=loops.new_event_loop)
    with runner:
        runner.run(_dropped_over_a_socket())


async def _dropped_over_a_socket() -> None:
    state = SveaState(now=lambda: NOW)
    reference = state.authorise("A", 100)
    state.switches.drop_response_after_commit = 1
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_svea(state), log_level="error", ws="none", lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0)
    content = b'{"IsCancelled":true}'
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", trust_env=False) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.patch(f"/api/v1/orders/{reference}", content=content, headers=signed(content))
    server.should_exit = True
    await running
    listener.close()
    assert state.order(reference).status == "Cancelled"
