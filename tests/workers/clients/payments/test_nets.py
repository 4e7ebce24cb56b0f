"""Nets' client: the wire against a scripted answer, the behaviour against the simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
import simplejson

from app.sandbox.payments.nets import NetsState, create_nets
from mappers.errors import Misconfigured, OrderbroError, Transient, Unknown
from mappers.payments.model import CaptureRequest, Line, Parcel, PaymentStatus, RefundRequest, Refusal, TaskState
from mappers.payments.nets_codes import CODES
from workers.clients.payments.contract import PaymentProvider, Refused
from workers.clients.payments.nets import LIVE, NetsProvider

ID = "025400006091b1ef6937598058c4e487"
KEY = "live-secret-key-0123456789"
NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
VASE = Line(reference="VAS-1", name="Vas", quantity=Decimal(2), total=5500, vat_rate=Decimal(10))
PAYMENT = {
    "payment": {
        "paymentId": ID,
        "summary": {"reservedAmount": 5500},
        "paymentDetails": {"paymentType": "CARD"},
        "orderDetails": {"amount": 5500, "currency": "SEK", "reference": "XKBKNABJK"},
        "created": "2026-01-10T14:15:22Z",
    }
}
PART = CaptureRequest(key="c8d18cd6", reference="DEL-1", amount=5500, currency="SEK", is_rest=False, lines=(VASE,))
REFUND = RefundRequest(key="r8d18cd6", reference="RET-1", amount=5500, currency="SEK", capture_id="c" * 32, lines=(VASE,))


class Wire:
    """Answers in turn (the last one stays) and keeps what it was sent."""

    def __init__(self) -> None:
        self.answers: list[httpx.Response | Exception] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def bodies(self) -> list[Any]:
        return [simplejson.loads(request.content, use_decimal=True) for request in self.requests if request.content]


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def client(wire: Wire) -> AsyncIterator[NetsProvider]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(wire)) as http:
        yield NetsProvider(http, secret_key=KEY, now=lambda: NOW)


def coded(code: str, status: int = 402) -> httpx.Response:
    return httpx.Response(status, json={"message": "Prova Provsson", "code": code, "source": "Internal"})


async def error_of(act: Any) -> OrderbroError:
    with pytest.raises(OrderbroError) as caught:
        await act
    return caught.value


def test_client_is_a_payment_provider():
    made: PaymentProvider = NetsProvider(httpx.AsyncClient(), secret_key=KEY)

    assert made.provider == "nets"


# The wire -------------------------------------------------------------------------------------------------------------------------


async def test_key_is_sent_raw_with_the_platform(client, wire):
    wire.answers = [httpx.Response(200, json=PAYMENT)]

    payment = await client.payment(ID)

    (request,) = wire.requests
    assert (request.method, str(request.url)) == ("GET", f"{LIVE}/v1/payments/{ID}")
    assert request.headers["authorization"] == KEY
    assert request.headers["commerceplatformtag"] == "Orderbro"
    assert request.headers["accept"] == "application/json"
    assert payment.remaining == 5500


async def test_timeouts_are_five_seconds_to_connect_and_thirty_to_read(client, wire):
    wire.answers = [httpx.Response(200, json=PAYMENT)]

    await client.payment(ID)

    assert wire.requests[0].extensions["timeout"] == {"connect": 5.0, "read": 30.0, "write": 30.0, "pool": 30.0}


async def test_partial_charge_has_key_lines_and_tracking(client, wire):
    wire.answers = [httpx.Response(201, json={"chargeId": "ch-1"})]

    accepted = await client.capture(ID, replace(PART, parcels=(Parcel(carrier="PostNord", number="123"),)))

    (request,) = wire.requests
    assert (request.method, request.url.path) == ("POST", f"/v1/payments/{ID}/charges")
    assert request.headers["idempotency-key"] == "c8d18cd6"
    assert request.headers["content-type"] == "application/json"
    assert wire.bodies[0]["amount"] == sum(item["grossTotalAmount"] for item in wire.bodies[0]["orderItems"])
    assert wire.bodies[0]["shipping"] == {"trackingNumber": "123", "provider": "PostNord"}
    assert accepted.id == "ch-1"


@pytest.mark.parametrize("status", [200, 201])
async def test_charge_of_all_that_was_reserved_has_no_lines(client, wire, status):
    wire.answers = [httpx.Response(200, json=PAYMENT), httpx.Response(status, json={"chargeId": "ch-1"})]

    await client.capture(ID, replace(PART, is_rest=True))

    assert wire.bodies == [{"amount": 5500, "myReference": "DEL-1"}]


async def test_charge_of_a_rest_has_lines(client, wire):
    body = {"payment": PAYMENT["payment"] | {"summary": {"reservedAmount": 9000, "chargedAmount": 3500}}}
    wire.answers = [httpx.Response(200, json=body), httpx.Response(201, json={"chargeId": "ch-1"})]

    await client.capture(ID, replace(PART, is_rest=True))

    assert wire.bodies[0]["orderItems"]


@pytest.mark.parametrize(("before", "has_lines"), [(0, False), (100, True)])
async def test_charge_whose_predecessors_are_known_needs_no_read(client, wire, before, has_lines):
    wire.answers = [httpx.Response(201, json={"chargeId": "ch-1"})]

    await client.capture(ID, replace(PART, is_rest=True, captured_before=before))

    assert [request.method for request in wire.requests] == ["POST"]
    assert ("orderItems" in wire.bodies[0]) is has_lines


async def test_quantity_that_is_no_whole_number_is_sent_exactly(client, wire):
    wire.answers = [httpx.Response(201, json={"chargeId": "ch-1"})]
    cloth = Line(reference="T", name="Tyg", quantity=Decimal("1.10"), total=275, vat_rate=Decimal(25))

    await client.capture(ID, replace(PART, amount=275, lines=(cloth,)))

    assert b'"quantity":1.1,' in wire.requests[0].content


async def test_refund_of_a_charge_goes_to_the_charge(client, wire):
    wire.answers = [httpx.Response(201, json={"refundId": "re-1"})]

    accepted = await client.refund(ID, REFUND)

    assert wire.requests[0].url.path == f"/v1/charges/{'c' * 32}/refunds"
    assert wire.requests[0].headers["idempotency-key"] == "r8d18cd6"
    assert accepted.id == "re-1"


async def test_refund_without_a_charge_goes_to_the_payment(client, wire):
    wire.answers = [httpx.Response(201, json={"refundId": "re-1"})]

    await client.refund(ID, replace(REFUND, capture_id=""))

    assert wire.requests[0].url.path == f"/v1/payments/{ID}/refunds"


async def test_cancellation_has_the_amount_and_no_key(client, wire):
    wire.answers = [httpx.Response(204)]

    await client.cancel(ID, key="k", amount=5500)

    assert (wire.requests[0].url.path, wire.bodies) == (f"/v1/payments/{ID}/cancels", [{"amount": 5500}])
    assert "idempotency-key" not in wire.requests[0].headers


async def test_what_nets_does_not_have_is_not_sent(client, wire):
    for act in (client.release(ID, key="k"), client.extend(ID, key="k")):
        refused = await error_of(act)
        assert isinstance(refused, Refused)
        assert (refused.refusal, refused.code) == (Refusal.NOT_ALLOWED, "NETS_NOT_ALLOWED")
    assert await client.add_tracking(ID, "c", (Parcel(number="1"),)) is False
    assert await client.task("") is TaskState.DONE
    assert wire.requests == []


@pytest.mark.parametrize("reference", ["", "..", "f3392f8b-6116-4073-ab96-e330819e2c07", ID + "/cancels", "42"])
async def test_text_that_is_no_payment_id_is_sent_nowhere(client, wire, reference):
    for act in (
        client.payment(reference),
        client.capture(reference, PART),
        client.cancel(reference, key="k", amount=1),
        client.refund(reference, replace(REFUND, capture_id="")),
    ):
        assert (await error_of(act)).code == "NETS_NOT_FOUND"

    assert wire.requests == []


@pytest.mark.parametrize("charge", ["..", "a/b", "?", "c" * 65])
async def test_text_that_is_no_charge_id_is_sent_nowhere(client, wire, charge):
    assert (await error_of(client.refund(ID, replace(REFUND, capture_id=charge)))).code == "NETS_NOT_FOUND"

    assert wire.requests == []


@pytest.mark.parametrize("key", ["", "k" * 65, "nyckel-å", "a\nb"])
async def test_key_that_nets_would_not_take_is_sent_nowhere(client, wire, key):
    for act in (client.capture(ID, replace(PART, key=key)), client.refund(ID, replace(REFUND, key=key))):
        assert (await error_of(act)).code == "NETS_INVALID"

    assert wire.requests == []


async def test_key_of_sixty_four_characters_is_sent(client, wire):
    wire.answers = [httpx.Response(201, json={"chargeId": "ch-1"})]

    await client.capture(ID, replace(PART, key="k" * 64))

    assert wire.requests[0].headers["idempotency-key"] == "k" * 64


@pytest.mark.parametrize("secret", ["", "  ", "nyckel-å", "a\nb"])
async def test_unusable_secret_key_is_a_matter_of_settings_and_not_told(wire, secret):
    async with httpx.AsyncClient(transport=httpx.MockTransport(wire)) as http:
        error = await error_of(NetsProvider(http, secret_key=secret).payment(ID))

    assert isinstance(error, Misconfigured)
    assert error.code == "NETS_KEY_UNUSABLE"
    assert not secret.strip() or secret not in str(error)
    assert wire.requests == []


async def test_blanks_around_a_pasted_key_are_dropped(wire):
    wire.answers = [httpx.Response(200, json=PAYMENT)]
    async with httpx.AsyncClient(transport=httpx.MockTransport(wire)) as http:
        await NetsProvider(http, secret_key=f" {KEY}\n").payment(ID)

    assert wire.requests[0].headers["authorization"] == KEY


async def test_address_that_is_none_is_a_matter_of_settings(wire):
    async with httpx.AsyncClient(transport=httpx.MockTransport(wire)) as http:
        error = await error_of(NetsProvider(http, base_url="https://nets.test:port", secret_key=KEY).payment(ID))

    assert (type(error), error.code) == (Misconfigured, "ADDRESS_UNUSABLE")


# Errors ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(CODES))
async def test_business_code_becomes_its_refusal(client, wire, code):
    wire.answers = [coded(code)]

    error = await error_of(client.capture(ID, PART))

    refusal = CODES[code].refusal
    assert f"code {code} {CODES[code].name}" in error.message
    assert "Provsson" not in str(error)
    if refusal is None:
        assert (type(error), error.code) == (Unknown, "NETS_OUTCOME_UNKNOWN")
    else:
        assert isinstance(error, Refused)
        assert (error.refusal, error.code, error.subject) == (refusal, f"NETS_{refusal.name}", f"payment {ID}")


async def test_business_code_as_a_number_is_read_too(client, wire):
    wire.answers = [httpx.Response(402, json={"message": "x", "code": 1008, "source": "Internal"})]

    assert (await error_of(client.capture(ID, PART))).code == "NETS_ALREADY_CAPTURED"


async def test_code_is_read_from_other_client_errors_too(client, wire):
    wire.answers = [coded("1005", 400), coded("1011", 404)]

    assert (await error_of(client.capture(ID, PART))).code == "NETS_LINES_DIFFER"
    refused = await error_of(client.refund(ID, REFUND))
    assert (refused.code, refused.subject) == ("NETS_NOT_FOUND", f"charge {'c' * 32}")


@pytest.mark.parametrize("body", [{"code": "4711", "message": "New"}, {"code": ""}, {}, {"code": "<script>"}])
async def test_refusal_that_is_not_known_is_not_allowed(client, wire, body):
    wire.answers = [httpx.Response(402, json=body)]

    error = await error_of(client.capture(ID, PART))

    assert isinstance(error, Refused)
    assert error.refusal is Refusal.NOT_ALLOWED
    assert ("4711" in error.message) is (body.get("code") == "4711")
    assert "script" not in error.message


@pytest.mark.parametrize("is_wrapped", [True, False])
async def test_validation_error_names_the_fields_and_not_the_values(client, wire, is_wrapped):
    told = {"orderItems[0].name": ["'Prova Provsson' is too long"], "amount": ["required"]}
    wire.answers = [httpx.Response(400, json={"errors": told} if is_wrapped else told)]

    error = await error_of(client.capture(ID, PART))

    assert isinstance(error, Refused)
    assert error.refusal is Refusal.INVALID
    assert "orderItems[0].name, amount" in error.message
    assert "Provsson" not in str(error)


@pytest.mark.parametrize(
    "answer", [httpx.Response(400), httpx.Response(422, text="no"), httpx.Response(400, json=["no"]), httpx.Response(405)]
)
async def test_validation_error_in_any_form_is_invalid(client, wire, answer):
    wire.answers = [answer]

    assert (await error_of(client.capture(ID, PART))).code == "NETS_INVALID"


async def test_refused_key_is_a_matter_of_settings(client, wire):
    wire.answers = [httpx.Response(401)]

    error = await error_of(client.payment(ID))

    assert (type(error), error.code) == (Misconfigured, "NETS_CREDENTIALS_REFUSED")
    assert KEY not in str(error)
    assert len(wire.requests) == 1


async def test_forbidden_and_moved_are_matters_of_settings(client, wire):
    wire.answers = [httpx.Response(403), httpx.Response(302, headers={"Location": "https://evil.test/"})]

    assert (await error_of(client.capture(ID, PART))).code == "NETS_FORBIDDEN"
    assert (await error_of(client.capture(ID, PART))).code == "NETS_ADDRESS_MOVED"
    assert len(wire.requests) == 2


async def test_missing_and_busy_payments_are_told_apart(client, wire):
    wire.answers = [httpx.Response(404), httpx.Response(409)]

    assert (await error_of(client.capture(ID, PART))).code == "NETS_NOT_FOUND"
    assert (await error_of(client.capture(ID, PART))).code == "NETS_CONFLICT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "12"}, 12.0),
        ({"Retry-After": "Thu, 15 Jan 2026 12:00:30 GMT"}, 30.0),
        ({"Retry-After": "Thu, 15 Jan 2026 11:00:00 GMT"}, 5.0),
        ({"Retry-After": "later"}, 5.0),
        ({}, 5.0),
    ],
)
async def test_rate_limit_says_how_long_to_wait_and_is_not_tried_at_once(client, wire, headers, seconds):
    wire.answers = [httpx.Response(429, headers=headers)]

    for act in (client.payment(ID), client.capture(ID, PART)):
        error = await error_of(act)
        assert isinstance(error, Transient)
        assert (error.code, error.retry_after) == ("NETS_BUSY", seconds)
    assert len(wire.requests) == 2


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(503, text="x"), httpx.Response(408), coded("1008", 500)])
async def test_failure_of_a_write_is_unknown_whatever_it_says(client, wire, answer):
    wire.answers = [answer]

    for act in (client.capture(ID, PART), client.refund(ID, REFUND), client.cancel(ID, key="k", amount=5500)):
        error = await error_of(act)
        assert (type(error), error.code) == (Unknown, "NETS_OUTCOME_UNKNOWN")
    assert len(wire.requests) == 3


@pytest.mark.parametrize("answer", [httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("gone")])
async def test_write_without_an_answer_is_unknown_and_sent_once(client, wire, answer):
    wire.answers = [answer]

    assert isinstance(await error_of(client.capture(ID, PART)), Unknown)

    assert len(wire.requests) == 1


async def test_failing_read_is_tried_again(client, wire):
    wire.answers = [httpx.Response(500), httpx.ReadTimeout("slow"), httpx.Response(200, json=PAYMENT)]

    assert (await client.payment(ID)).status is PaymentStatus.AUTHORISED

    assert len(wire.requests) == 3


async def test_code_without_a_reason_makes_a_read_transient(client, wire):
    wire.answers = [coded("1000")]

    assert isinstance(await error_of(client.payment(ID)), Transient)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>", headers={"Content-Type": "text/html"}),
        httpx.Response(201),
        httpx.Response(201, text="{"),
        httpx.Response(201, json={}),
        httpx.Response(201, json=[]),
        httpx.Response(201, json={"chargeId": None, "refundId": 1}),
    ],
)
async def test_success_without_an_id_is_unknown(client, wire, answer):
    wire.answers = [answer]

    for act in (client.capture(ID, PART), client.refund(ID, REFUND)):
        assert (await error_of(act)).code == "NETS_OUTCOME_UNKNOWN"


@pytest.mark.parametrize("answer", [httpx.Response(200, text="{"), httpx.Response(200, json={"payment": None})])
async def test_read_that_is_no_payment_is_transient(client, wire, answer):
    wire.answers = [answer]

    assert (await error_of(client.payment(ID))).code == "NETS_ANSWER_UNREADABLE"


async def test_byte_order_mark_is_no_trouble(client, wire):
    wire.answers = [httpx.Response(200, content=b"\xef\xbb\xbf" + simplejson.dumps(PAYMENT).encode())]

    assert (await client.payment(ID)).reference == ID


async def test_correlation_id_is_kept(client, wire):
    headers = {"X-Correlation-Id": "abc-1 <b>"}
    wire.answers = [httpx.Response(402, headers=headers, json={"code": "1008"}), httpx.Response(500, headers=headers)]

    refused = await error_of(client.capture(ID, PART))
    unknown = await error_of(client.capture(ID, PART))

    assert isinstance(refused, Refused)
    assert refused.correlation == "abc-1b"
    assert "correlation abc-1b" in unknown.message


async def test_every_call_is_counted_and_gated(wire):
    wire.answers = [httpx.Response(200, json=PAYMENT)]
    calls = []

    class Closed:
        async def enter(self) -> None:
            raise Transient("RESTING", "Nets rests.", retry_after=9)

        async def leave(self, *, healthy: bool) -> None:
            raise AssertionError

    async with httpx.AsyncClient(transport=httpx.MockTransport(wire)) as http:
        await NetsProvider(http, secret_key=KEY, on_call=lambda *call: calls.append(call)).payment(ID)
        error = await error_of(NetsProvider(http, secret_key=KEY, gate=Closed()).payment(ID))

    assert calls == [("Nets", "GET")]
    assert error.code == "RESTING"
    assert len(wire.requests) == 1


# Against the simulator ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def state() -> NetsState:
    made = NetsState()
    made.clock.freeze(NOW)
    return made


@pytest.fixture
async def nets(state: NetsState) -> AsyncIterator[NetsProvider]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=create_nets(state))) as http:
        yield NetsProvider(http, base_url="http://nets.test/", secret_key=state.secret_key, now=state.clock.now)


def part(amount: int, key: str = "1", **more: Any) -> CaptureRequest:
    return CaptureRequest(key=key, reference=f"DEL-{key}", amount=amount, currency="SEK", is_rest=False, **more)


async def test_capture_in_two_parts_without_lines_adds_up(nets, state):
    reference = state.authorise("X", 10_001)

    await nets.capture(reference, part(3_333, "1"))
    await nets.capture(reference, replace(part(6_668, "2"), is_rest=True))

    payment = await nets.payment(reference)
    assert (payment.status, payment.captured, state.charged(reference)) == (PaymentStatus.CAPTURED, 10_001, 10_001)


async def test_lines_with_any_gross_amounts_are_taken(nets, state):
    reference = state.authorise("X", 20_000)
    lines = tuple(
        Line(reference=f"A-{total}", name="A & B", quantity=Decimal(3), total=total, vat_rate=Decimal(rate))
        for total, rate in ((1_007, 25), (3_333, 12), (799, 6), (-402, 25), (1, 25))
    )
    amount = sum(line.total for line in lines)

    await nets.capture(reference, part(amount, lines=lines))

    assert state.charged(reference) == amount


async def test_method_that_cannot_be_split_refuses_a_part_and_takes_the_whole(nets, state):
    reference = state.authorise("X", 10_000, may_split=False)

    refused = await error_of(nets.capture(reference, part(5_000)))
    await nets.capture(reference, replace(part(10_000), is_rest=True))

    assert refused.code == "NETS_SPLIT_REFUSED"
    assert state.charged(reference) == 10_000


async def test_failing_and_declining_methods_are_told_apart(nets, state):
    reference = state.authorise("X", 10_000)
    state.switches.method_fails = state.switches.hard_decline = 1

    first = await error_of(nets.capture(reference, part(10_000)))
    second = await error_of(nets.capture(reference, part(10_000)))

    assert (first.code, second.code) == ("NETS_METHOD_FAILED", "NETS_DECLINED")


async def test_charge_that_fails_later_is_seen_by_reading_again(nets, state):
    reference = state.authorise("X", 10_000)
    state.switches.charge_fails_later = 1
    await nets.capture(reference, part(10_000))

    at_once = await nets.payment(reference)
    state.clock.advance(301)
    later = await nets.payment(reference)

    assert (at_once.status, at_once.captured) == (PaymentStatus.CAPTURED, 10_000)
    assert (later.status, later.captured, later.remaining) == (PaymentStatus.AUTHORISED, 0, 10_000)


async def test_charge_in_the_portal_counts(nets, state):
    reference = state.authorise("X", 10_000)
    state.charge(reference, 4_000)

    payment = await nets.payment(reference)

    assert (payment.status, payment.captured, payment.remaining) == (PaymentStatus.PART_CAPTURED, 4_000, 6_000)
    assert (await error_of(nets.capture(reference, part(10_000)))).code == "NETS_AMOUNT_TOO_HIGH"


async def test_pending_refund_of_a_payment_becomes_final(nets, state):
    reference = state.authorise("X", 10_000)
    state.charge(reference, 10_000)
    state.switches.refunds_wait = True
    await nets.refund(reference, RefundRequest(key="1", reference="RET-1", amount=3_000, currency="SEK"))

    waiting = await nets.payment(reference)
    state.complete_refunds(reference)
    done = await nets.payment(reference)

    assert (waiting.raw_status, waiting.refunded, [each.is_final for each in waiting.refunds]) == ("pending_refund", 0, [False])
    assert (done.raw_status, done.refunded, [each.is_final for each in done.refunds]) == ("partially_refunded", 3_000, [True])


async def test_part_of_a_reservation_is_not_cancelled(nets, state):
    reference = state.authorise("X", 10_000)

    refused = await error_of(nets.cancel(reference, key="k", amount=5_000))

    assert refused.code == "NETS_NOT_ALLOWED"
    assert "1007" in refused.message


async def test_lapsed_card_payment_is_refused_as_expired_even_while_it_looks_reserved(nets, state):
    reference = state.authorise("X", 10_000)
    state.switches.lapsed_stays_reserved = True
    state.clock.advance(30 * 24 * 3600)

    payment = await nets.payment(reference)

    assert payment.expires_at == NOW.replace(month=2, day=14)
    assert (await error_of(nets.capture(reference, part(10_000)))).code == "NETS_EXPIRED"


async def test_answer_of_a_proxy_after_the_commit_is_unknown(nets, state):
    reference = state.authorise("X", 10_000)
    state.switches.unreadable_after_commit = 1

    assert isinstance(await error_of(nets.capture(reference, part(10_000))), Unknown)

    assert state.charged(reference) == 10_000
