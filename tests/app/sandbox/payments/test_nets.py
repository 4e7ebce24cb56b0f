"""The simulated Nets keeps Nets' rules (payments.md 4 and 11.2)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import uvicorn

from app.sandbox.payments.nets import SECRET_KEY, NetsState, Switches, create_nets, order_item

NOW = datetime(2026, 1, 10, 14, 15, 22, tzinfo=UTC)
DAY = 24 * 3600
VASE = order_item("VAS-1", "Vas", quantity=2, gross=5500, rate=1000)
BOOK = order_item("BOK-7", "Bok", gross=1060, rate=600)


@pytest.fixture
def state() -> NetsState:
    made = NetsState()
    made.clock.freeze(NOW)
    return made


@pytest.fixture
async def api(state: NetsState) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_nets(state))
    async with httpx.AsyncClient(transport=transport, base_url="http://nets.test", headers={"Authorization": SECRET_KEY}) as client:
        yield client


async def read(api: httpx.AsyncClient, reference: str) -> Any:
    answer = await api.get(f"/v1/payments/{reference}")
    assert answer.status_code == 200
    return answer.json()["payment"]


async def charge(api: httpx.AsyncClient, reference: str, amount: int, *items: Any, key: str | None = None, **more: Any) -> httpx.Response:
    body = {"amount": amount} | ({"orderItems": list(items)} if items else {}) | more
    return await api.post(f"/v1/payments/{reference}/charges", json=body, headers={} if key is None else {"Idempotency-Key": key})


def code(answer: httpx.Response) -> str:
    """The business code of a 402."""
    body = answer.json()
    assert answer.status_code == 402
    assert set(body) == {"message", "code", "source"}
    assert isinstance(body["code"], str)
    return body["code"]


def one(amount: int) -> Any:
    return {
        "reference": "part",
        "name": "Part",
        "quantity": 1,
        "unit": "pcs",
        "unitPrice": amount,
        "grossTotalAmount": amount,
        "netTotalAmount": amount,
    }


# The door -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "wrong", f"Bearer {SECRET_KEY}", f"Basic {SECRET_KEY}"])
async def test_only_the_raw_key_is_let_in_and_the_refusal_has_no_body(api, state, key):
    answer = await api.get(f"/v1/payments/{state.authorise('X', 5500)}", headers={"Authorization": key})

    assert (answer.status_code, answer.content) == (401, b"")


async def test_unknown_payment_charge_refund_and_route_are_404(api):
    answers = [
        await api.get(f"/v1/payments/{'0' * 32}"),
        await charge(api, "0" * 32, 5500),
        await api.post(f"/v1/charges/{'0' * 32}/refunds", json={"amount": 1}),
        await api.post(f"/v1/pending-refunds/{'0' * 32}/cancel"),
        await api.get("/v1/nothing"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert answers[2].json()["code"] == "1011"


async def test_sums_that_are_zero_are_absent(api, state):
    reference = state.authorise("XKBKNABJK", 5500, rows=(VASE,))

    payment = await read(api, reference)

    assert payment["summary"] == {"reservedAmount": 5500}
    assert payment["orderDetails"] == {"amount": 5500, "currency": "SEK", "reference": "XKBKNABJK"}
    assert payment["created"] == "2026-01-10T14:15:22Z"
    assert "charges" not in payment


async def test_rows_must_add_up_at_the_checkout(state):
    with pytest.raises(ValueError, match="add up"):
        state.authorise("X", 5501, rows=(VASE,))


# Charging -------------------------------------------------------------------------------------------------------------------------


async def test_full_charge_needs_no_lines(api, state):
    reference = state.authorise("X", 6560, rows=(VASE, BOOK))

    answer = await charge(api, reference, 6560)

    payment = await read(api, reference)
    assert answer.status_code == 201
    assert answer.json() == {"chargeId": payment["charges"][0]["chargeId"]}
    assert payment["summary"] == {"reservedAmount": 6560, "chargedAmount": 6560}
    assert payment["charges"][0]["orderItems"] == [VASE, BOOK]


async def test_full_charge_may_answer_200_and_an_invoice_number(api, state):
    state.switches.charge_answers_200 = True

    answer = await charge(api, state.authorise("X", 5500, payment_type="INVOICE", method="Riverty"), 5500)

    assert answer.status_code == 200
    assert set(answer.json()) == {"chargeId", "invoice"}


async def test_parts_are_charged_with_lines_until_nothing_is_left(api, state):
    reference = state.authorise("X", 6560, rows=(VASE, BOOK))

    parts = [await charge(api, reference, 5500, VASE), await charge(api, reference, 1060, BOOK), await charge(api, reference, 1, one(1))]

    assert [answer.status_code for answer in parts] == [201, 201, 402]
    assert code(parts[2]) == "1008"
    assert state.charged(reference) == 6560


async def test_one_line_without_vat_is_taken_for_a_part(api, state):
    assert (await charge(api, state.authorise("X", 6560), 1234, one(1234))).status_code == 201


@pytest.mark.parametrize(
    ("amount", "items", "expected"),
    [
        (0, (), "1002"),
        (-1, (), "1002"),
        (6561, (), "1001"),
        (1234, (), "1015"),
        (5501, (VASE,), "1005"),
        (5500, (VASE | {"netTotalAmount": 4999},), "1005"),
        (5500, (VASE | {"unitPrice": 2499},), "1005"),
        (5500, (VASE | {"taxAmount": 499},), "1005"),
    ],
)
async def test_charge_that_does_not_fit_is_refused_with_its_code(api, state, amount, items, expected):
    reference = state.authorise("X", 6560, rows=(VASE, BOOK))

    assert code(await charge(api, reference, amount, *items)) == expected

    assert state.charged(reference) == 0


async def test_method_that_cannot_be_split_takes_only_the_whole(api, state):
    reference = state.authorise("X", 6560, may_split=False)

    assert code(await charge(api, reference, 5500, VASE)) == "1024"
    assert (await charge(api, reference, 6560)).status_code == 201


async def test_second_full_charge_is_already_charged(api, state):
    reference = state.authorise("X", 5500)
    await charge(api, reference, 5500)

    assert code(await charge(api, reference, 5500)) == "1008"


async def test_account_to_account_payment_is_charged_from_the_start(api, state):
    reference = state.authorise("X", 5500, payment_type="A2A", method="Swish")

    assert (await read(api, reference))["summary"] == {"chargedAmount": 5500}
    assert code(await charge(api, reference, 5500)) == "1003"


async def test_unfinished_checkout_cannot_be_charged_but_terminated(api, state):
    reference = state.authorise("X", 5500, is_completed=False)

    assert code(await charge(api, reference, 5500)) == "1003"
    assert (await api.put(f"/v1/payments/{reference}/terminate")).status_code == 204
    assert (await read(api, reference))["terminated"] == "2026-01-10T14:15:22Z"
    assert (await api.put(f"/v1/payments/{state.authorise('X', 1)}/terminate")).status_code == 402


async def test_card_lapses_after_thirty_days(api, state):
    card, other = state.authorise("X", 5500), state.authorise("Y", 5500, payment_type="INVOICE")
    state.clock.advance(30 * DAY - 1)
    before = await read(api, card)
    state.clock.advance(1)

    assert before["summary"] == {"reservedAmount": 5500}
    assert code(await charge(api, card, 5500)) == "1010"
    assert (await read(api, card))["summary"] == {"reservedAmount": 5500, "cancelledAmount": 5500}
    assert (await charge(api, other, 5500)).status_code == 201


async def test_lapsed_rest_of_a_partly_charged_card_is_given_up(api, state):
    reference = state.authorise("X", 5500)
    await charge(api, reference, 1000, one(1000))
    state.expire(reference)

    assert (await read(api, reference))["summary"] == {"reservedAmount": 5500, "chargedAmount": 1000, "cancelledAmount": 4500}


@pytest.mark.parametrize(("switch", "expected"), [("method_fails", "1020"), ("hard_decline", "1029"), ("unknown_error", "1000")])
async def test_method_fails_so_often(api, state, switch, expected):
    reference = state.authorise("X", 5500)
    setattr(state.switches, switch, 1)

    assert code(await charge(api, reference, 5500)) == expected
    assert (await charge(api, reference, 5500)).status_code == 201


async def test_accepted_charge_fails_later(api, state):
    reference = state.authorise("X", 5500)
    state.switches.charge_fails_later = 1
    await charge(api, reference, 5500)

    at_once = await read(api, reference)
    state.clock.advance(300)
    later = await read(api, reference)

    assert at_once["summary"] == {"reservedAmount": 5500, "chargedAmount": 5500}
    assert later["summary"] == {"reservedAmount": 5500}
    assert "charges" not in later


@pytest.mark.parametrize(
    "more",
    [
        {"amount": "5500"},
        {"amount": 55.5},
        {"amount": None},
        {"amount": 2_147_483_648},
        {"orderItems": {}},
        {"orderItems": []},
        {"orderItems": [VASE | {"name": "x" * 129}]},
        {"orderItems": [VASE | {"reference": ""}]},
        {"orderItems": [VASE | {"quantity": "2"}]},
        {"orderItems": [VASE | {"taxRate": 10.5}]},
        {"shipping": "PostNord"},
        {"shipping": {"trackingNumber": "1"}},
        {"myReference": 17},
    ],
)
async def test_field_of_the_wrong_shape_is_named_in_a_400(api, state, more):
    reference = state.authorise("X", 5500)
    path, body = f"/v1/payments/{reference}/charges", {"amount": 5500} | more
    wrapped = await api.post(path, json=body)
    state.switches.errors_without_wrapper = True
    bare = await api.post(path, json=body)

    assert (wrapped.status_code, bare.status_code) == (400, 400)
    assert wrapped.json() == {"errors": bare.json()}
    assert state.charged(reference) == 0


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"amount": NaN}'])
async def test_body_that_is_no_object_is_a_400(api, state, raw):
    answer = await api.post(f"/v1/payments/{state.authorise('X', 5500)}/charges", content=raw)

    assert answer.status_code == 400


async def test_tracking_and_our_reference_are_kept_with_the_charge(api, state):
    reference = state.authorise("X", 5500)
    state.switches.references_come_back = True

    await charge(api, reference, 5500, shipping={"trackingNumber": "123", "provider": "PostNord"}, myReference="DEL-1")

    assert state.summaries()[0]["tracking"] == [{"trackingNumber": "123", "provider": "PostNord"}]
    assert (await read(api, reference))["charges"][0]["myReference"] == "DEL-1"


# Keys -----------------------------------------------------------------------------------------------------------------------------


async def test_same_key_charges_once_and_answers_alike(api, state):
    reference = state.authorise("X", 5500)

    first, second = [await charge(api, reference, 1000, one(1000), key="k") for _ in range(2)]

    assert first.json() == second.json()
    assert state.charged(reference) == 1000


async def test_same_key_with_another_amount_is_refused(api, state):
    reference = state.authorise("X", 5500)
    await charge(api, reference, 1000, one(1000), key="k")

    assert code(await charge(api, reference, 2000, one(2000), key="k")) == "1026"


async def test_other_key_or_none_charges_again(api, state):
    reference = state.authorise("X", 5500)

    for key in ("a", "b", None, None):
        await charge(api, reference, 1000, one(1000), key=key)

    assert state.charged(reference) == 4000


async def test_key_is_forgotten_after_a_day(api, state):
    reference = state.authorise("X", 5500)
    await charge(api, reference, 1000, one(1000), key="k")
    state.clock.advance(DAY)

    await charge(api, reference, 1000, one(1000), key="k")

    assert state.charged(reference) == 2000


async def test_refused_request_does_not_use_its_key_up(api, state):
    reference = state.authorise("X", 5500)
    await charge(api, reference, 9000, key="k")

    assert (await charge(api, reference, 5500, key="k")).status_code == 201


@pytest.mark.parametrize(("key", "status"), [("k" * 64, 201), ("k" * 65, 400), ("", 400)])
async def test_key_has_one_to_sixty_four_characters(api, state, key, status):
    assert (await charge(api, state.authorise("X", 5500), 5500, key=key)).status_code == status


# Cancelling, refunding ------------------------------------------------------------------------------------------------------------


async def test_reservation_is_cancelled_only_in_full_and_before_a_charge(api, state):
    whole, part, charged = (state.authorise("X", 5500) for _ in range(3))
    await charge(api, charged, 1000, one(1000))

    answers = [
        await api.post(f"/v1/payments/{each}/cancels", json={"amount": 5500 - (each == part)}) for each in (whole, part, charged, whole)
    ]

    assert (answers[0].status_code, answers[0].content) == (204, b"")
    assert [code(answer) for answer in answers[1:]] == ["1007", "1008", "1019"]
    assert (await read(api, whole))["summary"] == {"reservedAmount": 5500, "cancelledAmount": 5500}
    assert code(await charge(api, whole, 5500)) == "1019"


async def test_payment_whose_money_has_moved_is_not_cancelled(api, state):
    answer = await api.post(f"/v1/payments/{state.authorise('X', 5500, payment_type='A2A')}/cancels", json={"amount": 5500})

    assert code(answer) == "1008"


async def test_charge_is_refunded_up_to_its_amount(api, state):
    reference = state.authorise("X", 5500)
    charged = (await charge(api, reference, 5500)).json()["chargeId"]

    async def refund(amount: int, key: str = "") -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return await api.post(f"/v1/charges/{charged}/refunds", json={"amount": amount}, headers=headers)

    first = await refund(1000, "k")
    again = await refund(1000, "k")
    refusals = [code(await refund(2000, "k")), code(await refund(0)), code(await refund(4501))]
    await refund(4500)

    assert first.status_code == 201
    assert first.json() == again.json()
    assert refusals == ["1027", "1009", "1009"]
    assert code(await refund(1)) == "1023"
    assert (await read(api, reference))["summary"]["refundedAmount"] == 5500


async def test_refund_with_lines_that_do_not_add_up_is_refused(api, state):
    reference = state.authorise("X", 5500)
    charged = (await charge(api, reference, 5500)).json()["chargeId"]

    assert code(await api.post(f"/v1/charges/{charged}/refunds", json={"amount": 1000, "orderItems": [one(999)]})) == "1005"


async def test_refund_of_a_payment_is_taken_from_its_charges_in_order(api, state):
    reference = state.authorise("X", 5500)
    uncharged = await api.post(f"/v1/payments/{reference}/refunds", json={"amount": 1})
    charges = [(await charge(api, reference, amount, one(amount))).json()["chargeId"] for amount in (1000, 4500)]

    answer = await api.post(f"/v1/payments/{reference}/refunds", json={"amount": 1500})

    assert code(uncharged) == "1009"
    assert answer.status_code == 201
    assert code(await api.post(f"/v1/charges/{charges[0]}/refunds", json={"amount": 1})) == "1023"
    assert (await api.post(f"/v1/charges/{charges[1]}/refunds", json={"amount": 4000})).status_code == 201
    assert code(await api.post(f"/v1/payments/{reference}/refunds", json={"amount": 1})) == "1023"
    assert state.refunded(reference) == 5500


async def test_pending_refund_holds_its_amount_until_it_is_cancelled(api, state):
    reference = state.authorise("X", 5500)
    state.switches.refunds_wait = True
    await charge(api, reference, 5500)
    refund = (await api.post(f"/v1/payments/{reference}/refunds", json={"amount": 5000})).json()["refundId"]

    over = await api.post(f"/v1/payments/{reference}/refunds", json={"amount": 501})
    waiting = await read(api, reference)
    cancelled = await api.post(f"/v1/pending-refunds/{refund}/cancel")

    assert code(over) == "1009"
    assert [each["state"] for each in waiting["refunds"]] == ["Pending"]
    assert "refundedAmount" not in waiting["summary"]
    assert cancelled.status_code == 204
    assert code(await api.post(f"/v1/pending-refunds/{refund}/cancel")) == "1012"
    assert (await read(api, reference))["refunds"][0]["state"] == "Cancelled"


async def test_refund_that_is_through_is_not_cancelled(api, state):
    reference = state.authorise("X", 5500)
    await charge(api, reference, 5500)
    refund = (await api.post(f"/v1/payments/{reference}/refunds", json={"amount": 5000})).json()["refundId"]

    assert code(await api.post(f"/v1/pending-refunds/{refund}/cancel")) == "1025"


async def test_references_are_set_and_the_orders_only_once(api, state):
    reference = state.authorise("", 5500)
    path = f"/v1/payments/{reference}"

    answers = [
        await api.put(f"{path}/myreference", json={"myReference": "mine"}),
        await api.put(f"{path}/referenceinformation", json={"checkoutUrl": "https://shop.example", "reference": "A"}),
        await api.put(f"{path}/referenceinformation", json={"checkoutUrl": "https://shop.example", "reference": "B"}),
    ]

    payment = await read(api, reference)
    assert [answer.status_code for answer in answers] == [204, 204, 402]
    assert (payment["myReference"], payment["orderDetails"]["reference"]) == ("mine", "A")


# Faults and own doors -------------------------------------------------------------------------------------------------------------


async def test_dropped_answer_leaves_the_charge(api, state):
    reference = state.authorise("X", 5500)
    state.switches.drop_response_after_commit = 1

    with pytest.raises(httpx.RemoteProtocolError):
        await charge(api, reference, 5500)

    assert state.charged(reference) == 5500


@pytest.mark.parametrize(
    ("switch", "status", "charged"),
    [
        ("fail_before_commit", 500, 0),
        ("fail_after_commit", 500, 5500),
        ("unreadable_after_commit", 200, 5500),
        ("http_500", 500, 0),
        ("too_many_requests", 429, 0),
        ("unauthorized", 401, 0),
    ],
)
async def test_fault_strikes_once(api, state, switch, status, charged):
    reference = state.authorise("X", 5500)
    setattr(state.switches, switch, 1)

    answer = await charge(api, reference, 5500)

    assert (answer.status_code, state.charged(reference)) == (status, charged)
    assert (await api.get(f"/v1/payments/{reference}")).status_code == 200


async def test_slow_answers_wait_before_or_after_the_commit(api, state):
    waits = []
    reference = state.authorise("X", 5500)

    async def sleep(seconds: float) -> None:
        waits.append((seconds, state.charged(reference)))

    state.sleep, state.switches.latency_ms, state.switches.answer_late_ms = sleep, 500, 40_000

    await charge(api, reference, 5500)

    assert waits == [(0.5, 0), (40.0, 5500)]


async def test_switches_and_clock_are_set_over_http_without_a_key(api, state):
    answer = await api.post(
        "/_faults", json={"http_500": 2, "clock": "2026-02-01T00:00:00", "clock_advance_seconds": 60}, headers={"Authorization": ""}
    )

    assert (answer.status_code, state.switches.http_500) == (200, 2)
    assert (await api.get("/_faults")).json()["clock"] == "2026-02-01T00:01:00Z"


@pytest.mark.parametrize("wrong", [{"nothing": 1}, {"http_500": -1}, {"http_500": True}, {"refunds_wait": 1}, {"clock": "soon"}])
async def test_impossible_switch_sets_nothing(api, state, wrong):
    answer = await api.post("/_faults", json={"method_fails": 3} | wrong)

    assert answer.status_code == 400
    assert state.switches == Switches()


async def test_checkout_and_portal_act_over_http(api, state):
    reference = (await api.post("/_control/authorise", json={"order_reference": "X", "amount": 5500})).json()["result"]

    await api.post("/_control/charge", json={"reference": reference, "amount": 2000})
    listed = (await api.get("/_payments")).json()["payments"]

    assert [(each["paymentId"], each["charged"]) for each in listed] == [(reference, 2000)]
    await api.post("/_control/fail_charge", json={"reference": reference})
    await api.post("/_control/cancel", json={"reference": reference})
    assert (await read(api, reference))["summary"] == {"reservedAmount": 5500, "cancelledAmount": 5500}


async def test_act_that_cannot_be_says_why(api, state):
    answers = [
        await api.post("/_control/nothing", json={}),
        await api.post("/_control/expire", json={"reference": "0" * 32}),
        await api.post("/_control/authorise", json={"amount": 1}),
        await api.post("/_control/fail_charge", json={"reference": state.authorise("X", 1)}),
        await api.post("/_control/expire", content=b"["),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 400, 400, 400]


async def test_log_has_requests_and_no_secret(api, state):
    reference = state.authorise("X", 5500)
    await charge(api, reference, 5500, key="k")

    answer = await api.get("/_log")

    (entry,) = answer.json()["requests"]
    assert (entry["method"], entry["path"], entry["status"], entry["key"]) == ("POST", f"/v1/payments/{reference}/charges", 201, "k")
    assert SECRET_KEY not in answer.text


async def test_reset_forgets_everything(api, state):
    state.authorise("X", 5500)
    state.switches.http_500 = 1

    await api.post("/_reset")

    assert (state.payments, state.used, state.log, state.switches) == ({}, {}, [], Switches())


async def test_client_over_a_socket_sees_a_closed_connection_after_the_commit(state, caplog):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_nets(state), log_level="error", ws="none"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    reference = state.authorise("X", 5500)
    state.switches.drop_response_after_commit = 1

    async with httpx.AsyncClient(base_url=url, headers={"Authorization": SECRET_KEY}, trust_env=False) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await charge(client, reference, 5500)
        payment = await read(client, reference)
    server.should_exit = True
    await running
    listener.close()

    assert payment["summary"]["chargedAmount"] == 5500
    assert caplog.text == ""
