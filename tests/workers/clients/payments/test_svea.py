"""Svea's client: what goes over the wire, what becomes of every answer, and the whole against the simulator."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest

from app.sandbox.payments.svea import MERCHANT_ID, SECRET, Row, SveaState, create_svea
from mappers.errors import Misconfigured, Transient, Unknown
from mappers.payments.model import Line, Parcel, PaymentStatus, Refusal, TaskState
from tests.mappers.payments.svea_orders import ID, NOW, body, capture, delivery, line, refund, row
from workers.clients.payments.contract import Refused
from workers.clients.payments.svea import SveaProvider
from workers.clients.payments.svea_signing import authorization, timestamp

BASE = "https://paymentadminapistage.svea.test"
TASK = f"{BASE}/api/v1/queue/77"
VASES, BOOK = row(1, 10_000, 200), row(2, 10_600, 300)
TOTAL = 51_800
VECTOR_TIME = "2026-01-15 12:34:56"
VECTORS = {
    b"": "Svea MTIzMTIzOmNiOTQ5NzU1OTAwY2IyMzMwODY2ZTE5NGNkZmU3NDFjMTcyMjZmZGIzNjVkOWY5NzIzYTA1NDI0MTQ0NWFjMDg1YTBmMWRlNzk3NjVkOTQwYmEwMmE3YjRkYjdhMTM5MTNhYmIxMTlkMjYwOGVmZWM3MjgzYzMxNDgzOGQwNjgx",
    b'{"OrderRowIds":[1,2]}': "Svea MTIzMTIzOjMzZGU4MWE1YzA4ZDc4MGE4ZWU0YjNmN2Q5OWJlMmI0ODQ1ZjYxYWVhYWMzYTk2OGM0OTMxNTdjZjZjNDIxY2NmNjAwYjMxYmRhYTliYWZkZThhZjM1ODQ0ZjU1NWJhZTk1MTlmZWE2MTZlNDVhNWEyZTkwM2ZhM2MwM2FjMDY2",
}
Answer = httpx.Response | Exception


@dataclass
class FakeSvea:
    """Answers reads with an order and writes with what the test says; keeps what it was sent."""

    order: dict = field(default_factory=lambda: body(VASES, BOOK, amount=TOTAL))
    reads: list[Answer] = field(default_factory=list)
    writes: list[Answer] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    signed: list[tuple[str, str]] = field(
        default_factory=list
    )  # time and signature at each attempt: a request sent again is the same object

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.signed.append((request.headers["timestamp"], request.headers["authorization"]))
        answers = self.reads if request.method == "GET" else self.writes
        answer = answers.pop(0) if answers else httpx.Response(200, json=self.order)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def written(self) -> list[tuple[str, str, object]]:
        return [(each.method, each.url.path, json.loads(each.content)) for each in self.requests if each.method != "GET"]


@pytest.fixture
def svea() -> FakeSvea:
    return FakeSvea()


@pytest.fixture
async def connect(svea: FakeSvea) -> AsyncIterator[Callable[..., SveaProvider]]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(svea)) as http:

        def made(**more: object) -> SveaProvider:
            return SveaProvider(http, **{"base_url": BASE, "merchant_id": "123123", "secret": "sharedSecret", "now": lambda: NOW} | more)

        yield made


@pytest.fixture
def client(connect: Callable[..., SveaProvider]) -> SveaProvider:
    return connect()


def accepted(location: str = TASK) -> httpx.Response:
    return httpx.Response(202, headers={"Location": location})


# The signature --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", list(VECTORS))
def test_signature_is_that_of_the_vectors(content):
    assert authorization(merchant_id="123123", secret="sharedSecret", body=content, stamp=VECTOR_TIME) == VECTORS[content]


def test_timestamp_is_utc_with_seconds():
    assert timestamp(datetime(2026, 1, 15, 13, 34, 56, tzinfo=timezone(timedelta(hours=1)))) == VECTOR_TIME


async def test_read_is_signed_over_nothing(connect, svea):
    await connect(now=lambda: datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)).payment(ID)

    assert svea.requests[0].headers["timestamp"] == VECTOR_TIME
    assert svea.requests[0].headers["authorization"] == VECTORS[b""]


async def test_write_is_signed_over_the_very_bytes_that_are_sent(connect, svea):
    svea.writes = [accepted()]

    await connect(now=lambda: datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)).capture(ID, capture(TOTAL))

    assert svea.requests[1].content == b'{"OrderRowIds":[1,2]}'
    assert svea.requests[1].headers["authorization"] == VECTORS[b'{"OrderRowIds":[1,2]}']


async def test_swedish_letters_are_signed_as_they_are_sent(client, svea):
    svea.order = body(amount=TOTAL, deliveries=(delivery(7, TOTAL, VASES, BOOK),), OrderStatus="Delivered", Actions=[])
    svea.writes = [accepted()]

    await client.refund(ID, refund(500, line(total=500), description="Återköp 😀"))

    sent = svea.requests[1]
    digest = hashlib.sha512(sent.content + b"sharedSecret" + sent.headers["timestamp"].encode()).hexdigest()
    assert "Återköp 😀".encode() in sent.content
    assert base64.b64decode(sent.headers["authorization"].removeprefix("Svea ")).decode() == f"123123:{digest}"


async def test_repeated_read_is_signed_anew(connect, svea):
    times = iter(NOW + timedelta(seconds=second) for second in range(9))
    svea.reads = [httpx.Response(503), httpx.ReadTimeout("slow")]

    await connect(now=lambda: next(times)).payment(ID)

    stamps, signatures = zip(*svea.signed, strict=True)
    assert len(stamps) == len(set(stamps)) == len(set(signatures)) == 3


async def test_signature_is_made_after_the_wait_at_the_gate(connect, svea):
    class SlowGate:
        now = NOW

        async def enter(self) -> None:
            self.now = NOW + timedelta(minutes=5)

        async def leave(self, *, healthy: bool) -> None:
            self.healthy = healthy

    gate = SlowGate()

    await connect(gate=gate, now=lambda: gate.now).payment(ID)

    assert svea.requests[0].headers["timestamp"] == "2026-02-03 09:05:00"
    assert gate.healthy


async def test_calls_are_told_to_who_counts_them(connect):
    seen = []

    await connect(on_call=lambda *call: seen.append(call)).payment(ID)

    assert seen == [("Svea", "GET")]


async def test_timeouts_are_svea_s(client, svea):
    await client.payment(ID)

    assert svea.requests[0].extensions["timeout"] == {"connect": 5.0, "read": 60.0, "write": 60.0, "pool": 60.0}


# Reading --------------------------------------------------------------------------------------------------------------------------


async def test_order_is_read_from_its_path(client, svea):
    payment = await client.payment(ID)

    assert str(svea.requests[0].url) == f"{BASE}/api/v1/orders/{ID}"
    assert (payment.status, payment.remaining) == (PaymentStatus.AUTHORISED, TOTAL)


async def test_base_address_may_have_a_path_and_a_slash(connect, svea):
    await connect(base_url=f"{BASE}/svea/").payment(ID)

    assert str(svea.requests[0].url) == f"{BASE}/svea/api/v1/orders/{ID}"


async def test_byte_order_mark_before_the_order(client, svea):
    svea.reads = [httpx.Response(200, content=b"\xef\xbb\xbf" + json.dumps(svea.order).encode())]

    assert (await client.payment(ID)).remaining == TOTAL


async def test_fractions_are_no_binary_floats(client, svea):
    svea.reads = [httpx.Response(200, content=json.dumps(svea.order).replace('"OrderAmount": 51800', '"OrderAmount": 51800.0').encode())]

    assert (await client.payment(ID)).remaining == TOTAL


@pytest.mark.parametrize("content", [b"<html>", b"", b"[]", b"\xff"])
async def test_unreadable_order_is_asked_for_again_later(client, svea, content):
    svea.reads = [httpx.Response(200, content=content)]

    with pytest.raises(Transient, match="SVEA_ANSWER_UNREADABLE"):
        await client.payment(ID)


@pytest.mark.parametrize("reference", ["", "abc", "12/../../reports", "0", "1" * 30])
async def test_what_is_no_order_number_is_not_asked_for(client, svea, reference):
    with pytest.raises(Refused) as caught:
        await client.payment(reference)

    assert (caught.value.refusal, caught.value.code, caught.value.subject) == (Refusal.NOT_FOUND, "SVEA_NOT_FOUND", "Svea")
    assert svea.requests == []


@pytest.mark.parametrize("address", ["", "svea.test", "ftp://svea.test", "http://svea.test:port", "https://"])
def test_base_address_that_is_none_is_misconfigured(connect, address):
    with pytest.raises(Misconfigured, match="ADDRESS_UNUSABLE"):
        connect(base_url=address)


# Errors ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_signature_is_a_matter_of_settings(client, svea, status):
    svea.reads = [httpx.Response(status)]

    with pytest.raises(Misconfigured) as caught:
        await client.payment(ID)

    assert caught.value.code == "SVEA_CREDENTIALS_REFUSED"


async def test_unknown_order(client, svea):
    svea.reads = [httpx.Response(404, headers={"X-Correlation-Id": "abc-123"})]

    with pytest.raises(Refused) as caught:
        await client.payment(ID)

    assert (caught.value.refusal, caught.value.subject, caught.value.correlation) == (Refusal.NOT_FOUND, f"Svea order {ID}", "abc-123")


@pytest.mark.parametrize(("headers", "wait"), [({"Retry-After": "12"}, 12.0), ({}, 5.0), ({"Retry-After": "Tue, 3 Feb"}, 5.0)])
async def test_too_many_requests_says_how_long_to_wait(client, svea, headers, wait):
    svea.writes = [httpx.Response(429, headers=headers)]

    with pytest.raises(Transient) as caught:
        await client.capture(ID, capture(TOTAL))

    assert (caught.value.code, caught.value.retry_after) == ("SVEA_BUSY", wait)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(503),
        httpx.Response(408),
        httpx.Response(504),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("gone"),
    ],
    ids=["500", "503", "408", "504", "timeout", "broken"],
)
async def test_write_without_an_answer_is_unknown_and_sent_once(client, svea, answer):
    svea.writes = [answer]

    with pytest.raises(Unknown):
        await client.capture(ID, capture(TOTAL))

    assert len(svea.written) == 1


async def test_write_that_never_left_is_transient(client, svea):
    svea.writes = [httpx.ConnectError("no route")]

    with pytest.raises(Transient):
        await client.capture(ID, capture(TOTAL))


async def test_failing_read_before_a_write_is_transient_and_nothing_is_written(client, svea):
    svea.reads = [httpx.Response(500) for _ in range(3)]

    with pytest.raises(Transient):
        await client.capture(ID, capture(TOTAL))

    assert svea.written == []


async def test_redirection_is_not_followed(client, svea):
    svea.reads = [httpx.Response(301, headers={"Location": "https://elsewhere.test/api/v1/orders/1"})]

    with pytest.raises(Misconfigured, match="SVEA_ADDRESS_MOVED"):
        await client.payment(ID)

    assert len(svea.requests) == 1


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b'\xef\xbb\xbf{"Code":"20017","Message":"delivered","Errors":[]}', {}),
        (b'{"resultCode":20017,"errorMessage":"delivered"}', {}),
    ],
)
async def test_no_of_svea_is_sorted_by_its_code(client, svea, content, headers):
    svea.writes = [httpx.Response(400, content=content, headers=headers)]

    with pytest.raises(Refused) as caught:
        await client.capture(ID, capture(TOTAL))

    assert (caught.value.refusal, caught.value.code) == (Refusal.ALREADY_CAPTURED, "SVEA_ALREADY_CAPTURED")


async def test_no_that_is_only_a_header(client, svea):
    svea.writes = [httpx.Response(400, headers={"ErrorMessage": "Row 2 cannot be delivered"})]

    with pytest.raises(Refused, match="Row 2 cannot be delivered") as caught:
        await client.capture(ID, capture(TOTAL))

    assert caught.value.refusal is Refusal.INVALID


async def test_no_that_is_plain_text(client, svea):
    svea.writes = [httpx.Response(409, text="Order is locked")]

    with pytest.raises(Refused, match="Order is locked") as caught:
        await client.capture(ID, capture(TOTAL))

    assert caught.value.refusal is Refusal.CONFLICT


# Capturing ------------------------------------------------------------------------------------------------------------------------


async def test_capture_gives_the_address_of_its_task(client, svea):
    svea.writes = [accepted()]

    done = await client.capture(ID, capture(TOTAL))

    assert (done.id, done.task) == ("", TASK)
    assert svea.written == [("POST", f"/api/v1/orders/{ID}/deliveries", {"OrderRowIds": [1, 2]})]


async def test_relative_address_of_a_task_is_completed(client, svea):
    svea.writes = [accepted("/api/v1/queue/77")]

    assert (await client.capture(ID, capture(TOTAL))).task == TASK


async def test_acceptance_without_an_address_leaves_the_reading(client, svea):
    svea.writes = [httpx.Response(202)]

    assert (await client.capture(ID, capture(TOTAL))).task == ""


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.test/api/v1/queue/77",
        "http://paymentadminapistage.svea.test/api/v1/queue/77",
        f"{BASE}:8443/api/v1/queue/77",
        "https://user@paymentadminapistage.svea.test/api/v1/queue/77",
        "//elsewhere.test/api/v1/queue/77",
        "https://paymentadminapistage.svea.test.elsewhere.test/api/v1/queue/77",
        "http://[",
    ],
)
async def test_acceptance_that_leads_elsewhere_is_unknown_and_nobody_goes_there(client, svea, location):
    svea.writes = [accepted(location)]

    with pytest.raises(Unknown, match="SVEA_OUTCOME_UNKNOWN"):
        await client.capture(ID, capture(TOTAL))
    with pytest.raises(Misconfigured, match="SVEA_ADDRESS_FOREIGN"):
        await client.task(location)

    assert {each.url.host for each in svea.requests} == {"paymentadminapistage.svea.test"}
    assert len(svea.requests) == 2


async def test_lowered_amount_gives_the_delivery(client, svea):
    svea.order = body(VASES, amount=20_000, Actions=["CanDeliverOrder", "CanCancelAmount"])
    svea.writes = [httpx.Response(202, json={"DeliveryId": 5588817}, headers={"Location": TASK})]

    done = await client.capture(ID, capture(15_000, is_rest=True))

    assert (done.id, done.task) == ("5588817", TASK)
    assert svea.written == [("POST", f"/api/v1/orders/{ID}/deliveries/DeliverAndLowerAmount", {"DeliveredAmount": 15_000})]


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        (capture(12_345, line("1")), Refusal.LINES_DIFFER),
        (capture(TOTAL + 1), Refusal.AMOUNT_TOO_HIGH),
        (capture(TOTAL, currency="EUR"), Refusal.INVALID),
        (capture(TOTAL, captured_before=100), Refusal.CONFLICT),
    ],
)
async def test_what_no_rows_say_is_refused_before_any_write(client, svea, request_, refusal):
    with pytest.raises(Refused) as caught:
        await client.capture(ID, request_)

    assert (caught.value.refusal, caught.value.code) == (refusal, f"SVEA_{refusal.name}")
    assert svea.written == []


# Tasks ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (httpx.Response(200, json={"Id": 77, "Status": "InProgress"}), TaskState.RUNNING),
        (httpx.Response(200, json={"id": 77, "status": "inprogress"}), TaskState.RUNNING),
        (httpx.Response(200, json={"Id": 77, "Status": "Completed", "ResourceUri": f"{BASE}/api/v1/orders/{ID}"}), TaskState.DONE),
        (httpx.Response(200, json={"Id": 77, "Status": "Failed"}), TaskState.FAILED),
        (httpx.Response(200, json={"Id": 77, "Status": "Strange"}), TaskState.FAILED),
        (httpx.Response(200, json=body(amount=TOTAL)), TaskState.DONE),
        (httpx.Response(303, headers={"Location": f"{BASE}/api/v1/orders/{ID}"}), TaskState.DONE),
        (httpx.Response(303, headers={"Location": f"/api/v1/orders/{ID}/deliveries/7"}), TaskState.DONE),
        (httpx.Response(303), TaskState.DONE),
    ],
)
async def test_states_of_a_task(client, svea, answer, state):
    svea.reads = [answer]

    assert await client.task(TASK) is state
    assert [str(each.url) for each in svea.requests] == [TASK]


async def test_task_that_leads_elsewhere_is_not_followed(client, svea):
    svea.reads = [httpx.Response(303, headers={"Location": "https://elsewhere.test/api/v1/orders/1"})]

    with pytest.raises(Misconfigured, match="SVEA_ADDRESS_FOREIGN"):
        await client.task(TASK)

    assert len(svea.requests) == 1


async def test_task_that_svea_has_forgotten_is_unknown(client, svea):
    svea.reads = [httpx.Response(404)]

    with pytest.raises(Unknown, match="SVEA_TASK_LOST"):
        await client.task(TASK)


async def test_task_that_was_refused_says_why(client, svea):
    svea.reads = [httpx.Response(400, content=b'{"Code":"20003","Message":"expired"}')]

    with pytest.raises(Refused) as caught:
        await client.task(TASK)

    assert caught.value.refusal is Refusal.EXPIRED


@pytest.mark.parametrize(
    "address", ["", "https://paymentadminapistage.svea.test/elsewhere", "ftp://paymentadminapistage.svea.test/api/v1/queue/1"]
)
async def test_address_that_is_not_svea_s_is_not_asked(client, svea, address):
    with pytest.raises(Misconfigured):
        await client.task(address)

    assert svea.requests == []


# What Svea does not have ----------------------------------------------------------------------------------------------------------


async def test_there_is_no_extension_and_no_tracking(client, svea):
    with pytest.raises(Refused) as caught:
        await client.extend(ID, key="k")

    assert caught.value.refusal is Refusal.NOT_ALLOWED
    assert await client.add_tracking(ID, "7", (Parcel(carrier="PostNord", number="1"),)) is False
    assert svea.requests == []


# Against the simulator ------------------------------------------------------------------------------------------------------------

GOODS = (
    Row(article="VAS", name="Vas", unit_price=10_000, quantity=200),
    Row(article="BOK", name="Bok", unit_price=10_600, quantity=300, vat_percent=600),
)


class Stage:
    def __init__(self, http: httpx.AsyncClient, state: SveaState) -> None:
        self.state = state
        self.client = SveaProvider(http, base_url="http://svea.test", merchant_id=MERCHANT_ID, secret=SECRET, now=state.clock.now)

    def order(self, *rows: Row, **more: object) -> str:
        taken = [replace(each) for each in rows or GOODS]
        return self.state.authorise("XKBKNABJK", sum(each.amount for each in taken), "SEK", taken, **more)

    async def captured(self, reference: str, amount: int, *lines: Line, **more: object) -> int:
        await self.settled(await self.client.capture(reference, capture(amount, *lines, **more)))
        return self.state.order(reference).delivered

    async def settled(self, accepted: object) -> None:
        while accepted.task and await self.client.task(accepted.task) is TaskState.RUNNING:
            continue


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    state = SveaState(now=lambda: NOW)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=create_svea(state))) as http:
        yield Stage(http, state)


async def test_simulator_s_fee_is_captured_with_the_first_part_and_only_then(stage):
    reference = stage.order(fee=2_900)

    first = await stage.captured(reference, 20_000, line(reference="VAS", quantity="2"))
    second = await stage.captured(reference, 31_800, line(reference="BOK", quantity="3"))

    assert (first, second) == (22_900, 54_700)
    assert (await stage.client.payment(reference)).status is PaymentStatus.CAPTURED


async def test_payment_plan_is_captured_whole_or_not_at_all(stage):
    reference = stage.order(payment_type="PaymentPlan")

    with pytest.raises(Refused) as caught:
        await stage.client.capture(reference, capture(20_000, line("1", quantity="2")))

    assert caught.value.refusal is Refusal.SPLIT_REFUSED
    assert stage.state.order(reference).delivered == 0
    assert await stage.captured(reference, TOTAL) == TOTAL


async def test_lowered_amount_is_what_is_captured(stage):
    reference = stage.order(payment_type="Card")

    assert await stage.captured(reference, 45_000, is_rest=True) == 45_000

    payment = await stage.client.payment(reference)
    assert (payment.status, payment.authorised, payment.remaining) == (PaymentStatus.CAPTURED, 45_000, 0)


@pytest.mark.parametrize("spelling", ["sdk", "readme"])
@pytest.mark.parametrize("new_id", [False, True])
async def test_piece_by_piece_in_either_spelling_and_whatever_the_rests_id(stage, spelling, new_id):
    stage.state.switches.update({"action_spelling": spelling, "new_id_after_part": new_id})
    reference = stage.order()

    for _ in range(3):
        await stage.captured(reference, 10_600, line(reference="BOK"))

    payment = await stage.client.payment(reference)
    assert (payment.captured, payment.remaining, len(payment.captures)) == (31_800, 20_000, 3)


async def test_stale_row_id_delivers_nothing_else(stage):
    stage.state.switches.new_id_after_part = True
    reference = stage.order()
    await stage.captured(reference, 10_600, line("2"))

    with pytest.raises(Refused) as caught:
        await stage.client.capture(reference, capture(10_600, line("2")))

    assert caught.value.refusal is Refusal.LINES_DIFFER


@pytest.mark.parametrize("form", ["code", "result", "header", "text"])
@pytest.mark.parametrize("bom", [False, True])
async def test_every_form_of_error_of_the_simulator_is_understood(stage, form, bom):
    stage.state.switches.update({"error_form": form, "bom": bom})
    reference = stage.order()
    stage.state.merchants = {MERCHANT_ID: "another"}

    with pytest.raises(Misconfigured):
        await stage.client.payment(reference)

    stage.state.merchants = {MERCHANT_ID: SECRET}
    with pytest.raises(Refused) as caught:
        await stage.client.payment("999")
    assert caught.value.refusal is Refusal.NOT_FOUND


async def test_order_of_another_merchant_is_a_matter_of_settings(stage):
    reference = stage.order(merchant="456")

    with pytest.raises(Misconfigured, match="another merchant"):
        await stage.client.payment(reference)


async def test_lost_task_is_unknown_and_the_order_tells(stage):
    stage.state.switches.lose_task = 1
    reference = stage.order()
    accepted_ = await stage.client.capture(reference, capture(TOTAL))

    with pytest.raises(Unknown):
        await stage.client.task(accepted_.task)

    await stage.client.payment(reference)
    assert (await stage.client.payment(reference)).captured == TOTAL


@pytest.mark.parametrize(("switch", "state"), [("fail_task", TaskState.FAILED), ("task_without_effect", TaskState.DONE)])
async def test_task_that_changed_nothing_is_seen_by_reading(stage, switch, state):
    stage.state.switches.update({switch: 1, "task_looks": 0})
    reference = stage.order()

    accepted_ = await stage.client.capture(reference, capture(TOTAL))

    assert await stage.client.task(accepted_.task) is state
    assert (await stage.client.payment(reference)).captured == 0


async def test_task_answers_with_200_or_303(stage):
    stage.state.switches.update({"task_answers_200": True, "task_looks": 2})
    reference = stage.order()

    accepted_ = await stage.client.capture(reference, capture(TOTAL))

    assert [await stage.client.task(accepted_.task) for _ in range(3)] == [TaskState.RUNNING, TaskState.RUNNING, TaskState.DONE]


async def test_quantity_is_not_captured_twice_when_the_decision_is_stale(stage):
    """Svea itself would take both: the guard is `captured_before`."""
    reference = stage.order()
    request = capture(10_600, line("2"), captured_before=0)
    stage.state.switches.drop_response_after_commit = 1
    with pytest.raises(Unknown):
        await stage.client.capture(reference, request)
    while not (await stage.client.payment(reference)).captured:
        continue

    with pytest.raises(Refused) as caught:
        await stage.client.capture(reference, request)

    assert caught.value.refusal is Refusal.CONFLICT
    assert stage.state.order(reference).delivered == 10_600


async def test_svea_that_delivers_twice_is_not_asked_to(stage):
    stage.state.switches.accepts_duplicate_quantity = True
    reference = stage.order()
    request = capture(20_000, line("1", quantity="2"))
    await stage.captured(reference, 20_000, line("1", quantity="2"))

    with pytest.raises(Refused) as caught:
        await stage.client.capture(reference, request)

    assert caught.value.refusal is Refusal.LINES_DIFFER
    assert stage.state.order(reference).delivered == 20_000


async def test_card_s_refund_by_amount_adds_up(stage):
    reference = stage.order(payment_type="Card")
    await stage.captured(reference, TOTAL)

    for expected in (1_000, 2_000):
        await stage.settled(await stage.client.refund(reference, refund(1_000)))
        assert stage.state.order(reference).credited == expected

    payment = await stage.client.payment(reference)
    assert (payment.refunded, sum(each.amount for each in payment.refunds)) == (2_000, 2_000)


async def test_stale_refund_is_a_conflict(stage):
    reference = stage.order(payment_type="Card")
    await stage.captured(reference, TOTAL)
    request = refund(1_000, refunded_before=0)
    await stage.client.refund(reference, request)

    with pytest.raises(Refused) as caught:
        await stage.client.refund(reference, request)

    assert caught.value.refusal is Refusal.CONFLICT
    assert stage.state.order(reference).credited == 1_000


async def test_invoice_s_pieces_and_free_amounts_are_refunded(stage):
    reference = stage.order()
    await stage.captured(reference, TOTAL)

    await stage.settled(await stage.client.refund(reference, refund(10_600, line("2", rate="6"))))
    await stage.settled(await stage.client.refund(reference, refund(21_200, line("2", quantity="2", rate="6"))))
    await stage.settled(await stage.client.refund(reference, refund(777, line(total=777), description="Skada")))

    assert stage.state.order(reference).credited == 32_577
    assert (await stage.client.payment(reference)).refunded == 32_577


async def test_rest_of_a_payment_by_amount_is_released(stage):
    reference = stage.order(payment_type="Card")
    await stage.captured(reference, 20_000, line("1", quantity="2"))

    await stage.client.release(reference, key="k")

    payment = await stage.client.payment(reference)
    assert (payment.status, payment.captured, payment.remaining) == (PaymentStatus.CAPTURED, 20_000, 0)
    assert stage.state.order(reference).cancelled == 31_800


async def test_review_ends_and_the_order_is_captured(stage):
    reference = stage.order(is_in_review=True)
    assert (await stage.client.payment(reference)).status is PaymentStatus.PENDING

    stage.state.approve(reference)

    assert await stage.captured(reference, TOTAL) == TOTAL
