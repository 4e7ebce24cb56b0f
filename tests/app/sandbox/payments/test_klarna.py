import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sandbox.payments.klarna import API_KEY, USERNAME, KlarnaState, Switches, create_klarna
from app.sandbox.payments.klarna.answers import KlarnaNo

NOW = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
AUTHORISED = {"Authorization": f"Basic {API_KEY}"}
LINE = {"name": "Vas", "quantity": 3, "unit_price": 3_334, "total_discount_amount": 2, "total_amount": 10_000, "tax_rate": 2_500}


class Api:
    """A client with the right key, for one order."""

    def __init__(self, client: httpx.AsyncClient, reference: str) -> None:
        self.http = client
        self.reference = reference

    async def call(self, method, path="", body=None, *, key="", headers=None):
        sent = {**AUTHORISED, **({"Klarna-Idempotency-Key": key} if key else {}), **(headers or {})}
        return await self.http.request(method, f"/ordermanagement/v1/orders/{self.reference}{path}", json=body, headers=sent)

    async def post(self, path, body=None, **more):
        return await self.call("POST", path, body, **more)

    async def capture(self, amount, **more):
        return await self.post("/captures", {"captured_amount": amount, **more.pop("body", {})}, **more)

    async def order(self):
        return (await self.call("GET")).json()


@pytest.fixture
def state() -> KlarnaState:
    return KlarnaState(now=lambda: NOW)


@pytest.fixture
async def api(state: KlarnaState) -> AsyncIterator[Api]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=create_klarna(state)), base_url="http://klarna.test") as client:
        yield Api(client, state.authorise("XKBKNABJK", 10_000, "SEK", [LINE]))


def said(answer):
    return answer.status_code, answer.json()["error_code"]


# Who may come in ------------------------------------------------------------------------------------------------------------------


def pair(username, password):
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


@pytest.mark.parametrize("header", [f"Basic {API_KEY}", pair(USERNAME, API_KEY)])
async def test_both_forms_of_basic_authentication_come_in(api, header):
    assert (await api.call("GET", headers={"Authorization": header})).status_code == 200


@pytest.mark.parametrize(
    "header", ["", "Basic wrong", f"Bearer {API_KEY}", pair("K1", API_KEY), pair(USERNAME, "wrong"), pair("", API_KEY)]
)
async def test_anything_else_is_401_without_a_body(api, header):
    answer = await api.call("GET", headers={"Authorization": header})

    assert (answer.status_code, answer.content) == (401, b"")


# Capturing ------------------------------------------------------------------------------------------------------------------------


async def test_capture_is_201_with_headers_and_an_empty_body(api):
    answer = await api.capture(4_000, body={"reference": "DEL-1"})

    order = await api.order()
    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["Location"].endswith(f"/captures/{answer.headers['Capture-Id']}")
    assert (order["status"], order["captured_amount"], order["remaining_authorized_amount"]) == ("PART_CAPTURED", 4_000, 6_000)
    assert [(each["capture_id"], each["reference"]) for each in order["captures"]] == [(answer.headers["Capture-Id"], "DEL-1")]


async def test_last_capture_ends_it(api):
    await api.capture(4_000)
    await api.capture(6_000)

    assert (await api.order())["status"] == "CAPTURED"


async def test_captures_are_listed_and_read(api):
    ident = (await api.capture(4_000)).headers["Capture-Id"]

    listed, one = (await api.call("GET", "/captures")).json(), (await api.call("GET", f"/captures/{ident}")).json()

    assert listed == [one]
    assert said(await api.call("GET", "/captures/other")) == (404, "NO_SUCH_CAPTURE")


@pytest.mark.parametrize("amount", [10_001, 0])
async def test_capture_that_does_not_fit_is_refused(api, amount):
    assert said(await api.capture(amount)) == (403, "CAPTURE_NOT_ALLOWED")


async def test_expired_order_is_not_captured(api, state):
    state.clock.advance(28 * 86_400)

    answer = await api.capture(10_000)

    assert said(answer) == (403, "CAPTURE_NOT_ALLOWED")
    assert "is expired" in answer.json()["error_messages"][0]
    assert (await api.order())["status"] == "EXPIRED"


async def test_rest_can_be_captured_for_28_more_days(api, state):
    state.clock.advance(27 * 86_400)
    await api.capture(4_000)
    state.clock.advance(27 * 86_400)

    assert (await api.capture(6_000)).status_code == 201


@pytest.mark.parametrize("word", ["PENDING", "REJECTED", "STOPPED"])
async def test_only_an_accepted_order_is_captured(api, state, word):
    state.decide(api.reference, word)

    assert said(await api.capture(10_000)) == (403, "CAPTURE_NOT_ALLOWED")

    state.decide(api.reference, "ACCEPTED")
    assert (await api.capture(10_000)).status_code == 201


async def test_customers_method_may_fail(api, state):
    state.switches.method_failed = 1

    assert said(await api.capture(10_000)) == (403, "PAYMENT_METHOD_FAILED")
    assert (await api.capture(10_000)).status_code == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"captured_amount": "100"}, 400),
        ({"captured_amount": 100.0}, 400),
        ({"captured_amount": -1}, 400),
        ({"captured_amount": 200_000_001}, 400),
        ({}, 400),
        ([], 400),
        ({"captured_amount": 1, "amount": 1}, 400),
        ({"captured_amount": 1, "description": 7}, 400),
        ({"captured_amount": 1, "description": "x" * 256}, 422),
        ({"captured_amount": 1, "shipping_info": [{"shipping_company": "x" * 101}]}, 422),
        ({"captured_amount": 1, "shipping_info": [{"shipping_method": "Drone"}]}, 400),
        ({"captured_amount": 1, "shipping_info": {}}, 400),
        ({"captured_amount": 9_999, "order_lines": [LINE]}, 400),
        ({"captured_amount": 10_000, "order_lines": [{**LINE, "total_discount_amount": 1}]}, 400),
        ({"captured_amount": 10_000, "order_lines": [{**LINE, "total_tax_amount": 2_002}]}, 400),
        ({"captured_amount": 10_000, "order_lines": [{**LINE, "quantity": 1.5}]}, 400),
        ({"captured_amount": 10_000, "order_lines": [{**LINE, "name": ""}]}, 400),
        ({"captured_amount": 10_000, "order_lines": [{**LINE, "type": "thing"}]}, 400),
        ({"captured_amount": 10_000, "order_lines": 7}, 400),
    ],
)
async def test_wrong_body_is_refused_and_nothing_is_captured(api, state, body, status):
    answer = await api.post("/captures", body)

    assert said(answer) == (status, "BAD_VALUE" if status == 400 else "UNPROCESSABLE_ENTITY")
    assert state.order(api.reference).captured == 0


async def test_right_lines_and_tracking_are_kept(api):
    body = {"order_lines": [{**LINE, "total_tax_amount": 2_000}], "shipping_info": [{"shipping_company": "x" * 100}]}

    await api.capture(10_000, body=body)

    [capture] = (await api.order())["captures"]
    assert (capture["order_lines"], capture["shipping_info"]) == (body["order_lines"], body["shipping_info"])


async def test_body_that_is_no_json_or_too_large_is_refused(api):
    url = f"/ordermanagement/v1/orders/{api.reference}/captures"

    answers = [await api.http.post(url, content=content, headers=AUTHORISED) for content in (b"{", b" " * 1_000_001)]

    assert [said(answer) for answer in answers] == [(400, "BAD_VALUE"), (413, "REQUEST_TOO_LARGE")]


# Keys -----------------------------------------------------------------------------------------------------------------------------


async def test_same_key_gets_the_first_answer_whatever_the_body(api, state):
    first = await api.capture(4_000, key="k")
    again = await api.capture(6_000, key="k")

    assert (again.status_code, again.headers["Capture-Id"]) == (201, first.headers["Capture-Id"])
    assert state.order(api.reference).captured == 4_000


async def test_different_or_no_keys_are_different_captures(api, state):
    for key in ("k1", "k2", "", ""):
        await api.capture(1_000, key=key)

    assert state.order(api.reference).captured == 4_000


async def test_key_is_forgotten_after_24_hours(api, state):
    await api.capture(1_000, key="k")
    state.clock.advance(86_399)
    await api.capture(1_000, key="k")
    state.clock.advance(1)
    await api.capture(1_000, key="k")

    assert state.order(api.reference).captured == 2_000


async def test_refusal_is_repeated_for_the_same_key(api, state):
    state.decide(api.reference, "PENDING")
    await api.capture(1_000, key="k")
    state.decide(api.reference, "ACCEPTED")

    assert said(await api.capture(1_000, key="k")) == (403, "CAPTURE_NOT_ALLOWED")


# The other acts -------------------------------------------------------------------------------------------------------------------


async def test_cancel_before_a_capture(api):
    answer = await api.post("/cancel")

    order = await api.order()
    assert (answer.status_code, answer.content) == (204, b"")
    assert (order["status"], order["remaining_authorized_amount"], order["order_amount"]) == ("CANCELLED", 0, 10_000)
    assert said(await api.post("/cancel")) == (403, "CANCEL_NOT_ALLOWED")
    assert said(await api.capture(1)) == (403, "CAPTURE_NOT_ALLOWED")


async def test_cancel_after_a_capture_is_refused(api):
    await api.capture(1)

    assert said(await api.post("/cancel")) == (403, "CANCEL_NOT_ALLOWED")


async def test_release_needs_a_capture_and_something_left(api):
    before = said(await api.post("/release-remaining-authorization"))
    await api.capture(4_000)
    released = await api.post("/release-remaining-authorization")

    order = await api.order()
    assert (before, released.status_code) == ((403, "NOT_ALLOWED"), 204)
    assert (order["status"], order["remaining_authorized_amount"]) == ("CAPTURED", 0)
    assert said(await api.post("/release-remaining-authorization")) == (403, "NOT_ALLOWED")


async def test_cancelled_order_has_nothing_to_release(api):
    await api.post("/cancel")

    assert said(await api.post("/release-remaining-authorization")) == (403, "NOT_ALLOWED")


async def test_extension_counts_from_the_day_of_the_call(api, state):
    state.clock.advance(10 * 86_400)
    await api.post("/extend-authorization-time")
    first = (await api.order())["expires_at"]
    state.clock.advance(3_600)
    await api.post("/extend-authorization-time")

    assert (await api.order())["expires_at"] == first == "2026-03-13T23:59:59.000Z"


async def test_extension_ends_180_days_after_the_purchase(api, state):
    state.switches.extension_days = 400

    await api.post("/extend-authorization-time")

    assert (await api.order())["expires_at"] == "2026-08-02T09:00:00.000Z"


async def test_expired_order_or_another_account_is_not_extended(api, state):
    state.switches.extendable = False
    another = said(await api.post("/extend-authorization-time"))
    state.switches.extendable = True
    state.expire(api.reference)

    assert another == said(await api.post("/extend-authorization-time")) == (403, "NOT_ALLOWED")


async def test_refund_is_taken_from_the_captures(api):
    await api.capture(4_000)
    await api.capture(6_000)

    answer = await api.post("/refunds", {"refunded_amount": 5_000, "reference": "RET-1"})

    order = await api.order()
    assert (answer.status_code, answer.content) == (201, b"")
    assert [each["refunded_amount"] for each in order["captures"]] == [4_000, 1_000]
    assert (order["refunded_amount"], order["status"]) == (5_000, "CAPTURED")
    refund = await api.call("GET", f"/refunds/{answer.headers['Refund-Id']}")
    assert refund.json()["reference"] == "RET-1"
    assert said(await api.call("GET", "/refunds/other")) == (404, "NOT_FOUND")


async def test_no_more_is_refunded_than_was_captured(api):
    before = said(await api.post("/refunds", {"refunded_amount": 1}))
    await api.capture(4_000)

    above = said(await api.post("/refunds", {"refunded_amount": 4_001}))

    assert before == above == (403, "REFUND_NOT_ALLOWED")


async def test_tracking_is_appended(api):
    early = said(await api.post("/captures/x/shipping-info", {"shipping_info": [{"tracking_number": "0"}]}))
    ident = (await api.capture(4_000)).headers["Capture-Id"]
    for number in ("1", "2"):
        await api.post(f"/captures/{ident}/shipping-info", {"shipping_info": [{"tracking_number": number}]})

    capture = (await api.call("GET", f"/captures/{ident}")).json()
    assert early == (403, "NOT_ALLOWED")
    assert [each["tracking_number"] for each in capture["shipping_info"]] == ["1", "2"]
    assert said(await api.post(f"/captures/{ident}/shipping-info", {"shipping_info": []})) == (400, "BAD_VALUE")


async def test_small_acts_are_taken(api, state):
    ident = (await api.capture(4_000)).headers["Capture-Id"]

    answers = [
        await api.post("/acknowledge"),
        await api.post("/shipping-info", {"shipping_info": [{"tracking_number": "1"}]}),
        await api.post(f"/captures/{ident}/trigger-send-out"),
        await api.call("PATCH", "/merchant-references", {"merchant_reference1": "NEW"}),
    ]

    assert [answer.status_code for answer in answers] == [204] * 4
    assert state.order(api.reference).merchant_reference1 == "NEW"


async def test_unknown_order_or_route_is_404(api):
    route = said(await api.post("/captchas"))
    api.reference = "00000000-0000-4000-8000-000000000000"

    assert route == (404, "NOT_FOUND")
    assert said(await api.call("GET")) == (404, "NO_SUCH_ORDER")


# Faults ---------------------------------------------------------------------------------------------------------------------------


async def test_failing_before_the_commit_changes_nothing_and_keeps_no_answer(api, state):
    state.switches.fail_before_commit = 1

    first = await api.capture(10_000, key="k")

    assert (first.status_code, state.order(api.reference).captured) == (500, 0)
    assert (await api.capture(10_000, key="k")).status_code == 201


async def test_failing_after_the_commit_is_repaired_by_the_key(api, state):
    state.switches.fail_after_commit = 1

    first = await api.capture(10_000, key="k")
    again = await api.capture(10_000, key="k")

    assert (first.status_code, again.status_code, state.order(api.reference).captured) == (500, 201, 10_000)


async def test_dropped_answer_is_a_broken_connection_after_the_commit(api, state):
    state.switches.drop_response_after_commit = 1

    with pytest.raises(httpx.RemoteProtocolError):
        await api.capture(10_000)

    assert state.order(api.reference).captured == 10_000
    assert state.log[-1]["dropped"]


async def test_every_second_answer_is_dropped(api, state):
    state.switches.drop_response_every = 2
    outcomes = []
    for _ in range(4):
        try:
            outcomes.append((await api.capture(1)).status_code)
        except httpx.RemoteProtocolError:
            outcomes.append("dropped")

    assert outcomes == [201, "dropped"] * 2


async def test_refused_write_is_answered_although_answers_are_dropped(api, state):
    state.switches.drop_response_after_commit = 1

    assert (await api.capture(10_001)).status_code == 403


@pytest.mark.parametrize(("switch", "status"), [("http_500", 500), ("http_503", 503), ("unauthorized", 401), ("too_many_requests", 429)])
async def test_next_requests_fail(api, state, switch, status):
    setattr(state.switches, switch, 2)

    assert [(await api.call("GET")).status_code for _ in range(3)] == [status, status, 200]


async def test_429_has_the_limits_headers(api, state):
    state.switches.update({"too_many_requests": 1, "retry_after_seconds": 4})

    answer = await api.call("GET")

    assert (answer.headers["X-Ratelimit-Remaining"], answer.headers["X-Ratelimit-Reset"]) == ("0", "4")


async def test_rate_limit_of_a_second(api, state):
    state.switches.rate_limit = 2
    seen = [(await api.call("GET")).status_code for _ in range(3)]
    state.clock.advance(1)

    assert [*seen, (await api.call("GET")).status_code] == [200, 200, 429, 200]


async def test_second_write_while_one_is_under_way_is_a_conflict(api, state):
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def held(_seconds):
        arrived.set()
        await go_on.wait()

    state.sleep, state.switches.answer_late_ms = held, 1
    first = asyncio.create_task(api.capture(4_000, key="k1"))
    await arrived.wait()

    second = await api.capture(4_000, key="k2")
    go_on.set()

    assert said(second) == (409, "CONFLICT")
    assert ((await first).status_code, state.order(api.reference).captured) == (201, 4_000)


async def test_slow_answers_wait_before_and_late_ones_after_the_commit(api, state):
    waits = []

    async def waited(seconds):
        waits.append((seconds, state.order(api.reference).captured))

    state.sleep = waited
    state.switches.update({"latency_ms": 40_000, "answer_late_ms": 700})

    await api.capture(10_000)

    assert waits == [(40.0, 0), (0.7, 10_000)]


@pytest.mark.parametrize("changes", [{"no_such_switch": 1}, {"http_500": -1}, {"http_500": True}, {"vague": 1}, {"http_500": "1"}])
def test_impossible_positions_are_refused_and_nothing_is_set(changes):
    switches = Switches()

    with pytest.raises(ValueError, match="switch"):
        switches.update({"latency_ms": 5, **changes})

    assert switches == Switches()


# Its own doors --------------------------------------------------------------------------------------------------------------------


async def test_doors_make_and_show_orders(api, state):
    made = await api.http.post("/_control/authorise", json={"order_reference": "NEW", "amount": 5_000, "currency": "EUR"})
    ident = made.json()["id"]
    await api.http.post("/_control/capture", json={"reference": ident, "amount": 5_000})
    refunded = await api.http.post("/_control/refund", json={"reference": ident, "amount": 5_001})

    shown = {each["order_id"]: each for each in (await api.http.get("/_orders")).json()}
    assert (shown[ident]["merchant_reference1"], shown[ident]["status"], shown[ident]["purchase_currency"]) == ("NEW", "CAPTURED", "EUR")
    assert refunded.status_code == 403


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/_control/dance", {}, 404),
        ("/_control/authorise", {"amount": 1}, 400),
        ("/_control/authorise", {"order_reference": "X", "amount": -1}, 400),
        ("/_control/authorise", {"order_reference": "X", "amount": 1, "rows": [LINE]}, 400),
        ("/_control/decide", {"reference": "x", "fraud_status": "MAYBE"}, 400),
        ("/_control/cancel", {"reference": "x"}, 404),
        ("/_control/cancel", 7, 400),
        ("/_faults", {"no_such_switch": 1}, 400),
        ("/_faults", {"clock": "soon"}, 400),
    ],
)
async def test_doors_refuse_nonsense(api, path, body, status):
    assert (await api.http.post(path, json=body)).status_code == status


async def test_clock_is_set_by_the_faults_door(api):
    set_ = await api.http.post("/_faults", json={"clock": "2026-05-01T10:00:00Z", "clock_advance_seconds": 60})

    assert set_.json()["clock"] == (await api.http.get("/_faults")).json()["clock"] == "2026-05-01T10:01:00.000Z"
    assert (await api.order())["status"] == "EXPIRED"


async def test_log_has_calls_and_keys_but_no_credentials(api):
    await api.capture(1, key="k")

    log = await api.http.get("/_log")

    assert [(each["method"], each["status"], each["key"]) for each in log.json()] == [("POST", 201, "k")]
    assert API_KEY not in log.text


async def test_reset_forgets_everything(api, state):
    await api.capture(1, key="k")

    await api.http.post("/_reset")

    assert (state.orders, state.first_answers, list(state.log)) == ({}, {}, [])


# Whatever happens -----------------------------------------------------------------------------------------------------------------

acts = st.tuples(st.sampled_from(["capture", "refund", "cancel", "release", "expire", "decide"]), st.integers(0, 12_000))


@given(steps=st.lists(acts, max_size=12))
@settings(max_examples=100, deadline=None)
def test_amounts_always_add_up(steps):
    state = KlarnaState(now=lambda: NOW)
    reference = state.authorise("X", 10_000)
    order = state.order(reference)
    perform = {
        "capture": lambda amount: state.capture(reference, amount),
        "refund": lambda amount: state.refund(reference, amount),
        "cancel": lambda _: state.cancel(reference),
        "release": lambda _: state.release(reference),
        "expire": lambda _: state.expire(reference),
        "decide": lambda amount: state.decide(reference, "PENDING" if amount % 2 else "ACCEPTED"),
    }
    for act, amount in steps:
        with suppress(KlarnaNo):
            perform[act](amount)
        assert order.remaining >= 0
        assert order.is_cancelled or order.captured + order.remaining + order.released == order.order_amount
        assert 0 <= order.refunded <= order.captured
        assert order.refunded == sum(each["refunded_amount"] for each in order.captures)
