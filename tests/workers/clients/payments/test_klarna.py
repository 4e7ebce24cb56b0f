"""Klarna's client on the wire; what holds for every provider is in tests/contracts."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from app.sandbox.payments.klarna import API_KEY, USERNAME, KlarnaState, create_klarna
from mappers.errors import Misconfigured, Rejected, Transient, Unknown
from mappers.payments.klarna import own_capture
from mappers.payments.model import CaptureRequest, Line, Parcel, PaymentStatus, RefundRequest, Refusal, TaskState
from workers.clients.payments.contract import PaymentProvider, Refused
from workers.clients.payments.klarna import KlarnaProvider

ID = "f3392f8b-6116-4073-ab96-e330819e2c07"
CAPTURE_ID = "4ba29b50-be7b-44f5-a492-113e6a865e22"
KEY = "c8d18cd6-e192-5e7d-9e32-9a5d40d5f496"
NOW = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
CAPTURE = CaptureRequest(key=KEY, reference="HOGIA-DEL-1001", amount=42_390, currency="SEK", is_rest=True)
REFUND = RefundRequest(key=KEY, reference="RET-1", amount=100, currency="SEK")
ROOT = f"/ordermanagement/v1/orders/{ID}"


def order(**more):
    own = {"order_id": ID, "status": "AUTHORIZED", "fraud_status": "ACCEPTED", "order_amount": 42_390, "captured_amount": 0}
    return own | {"refunded_amount": 0, "remaining_authorized_amount": 42_390, "purchase_currency": "SEK"} | more


def error(status, code, text="No.", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json={"correlation_id": "corr-1", "error_code": code, "error_messages": [text]}, headers=named)


def captured():
    location = f"https://api.klarna.com{ROOT}/captures/{CAPTURE_ID}"
    return httpx.Response(201, headers={"Capture-Id": CAPTURE_ID, "Location": location})


@dataclass
class FakeKlarna:
    """Gives its answers one after the other, the last one for ever, and keeps what it was sent."""

    answers: list[httpx.Response | Exception] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def sent(self) -> httpx.Request:
        return self.requests[-1]


@pytest.fixture
def fake() -> FakeKlarna:
    return FakeKlarna()


@pytest.fixture
async def http(fake: FakeKlarna) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(fake)) as client:
        yield client


@pytest.fixture
def klarna(http: httpx.AsyncClient) -> KlarnaProvider:
    return KlarnaProvider(http, password="klarna_live_api_secret", now=lambda: NOW)


def test_client_keeps_the_contract(klarna):
    provider: PaymentProvider = klarna

    assert provider.provider == "klarna"


# What is sent ---------------------------------------------------------------------------------------------------------------------


async def test_capture_as_in_the_facts(klarna, fake):
    fake.answers = [captured()]

    accepted = await klarna.capture(ID, CAPTURE)

    sent = fake.sent
    assert accepted.id == CAPTURE_ID
    assert (sent.method, str(sent.url)) == ("POST", f"https://api.klarna.com{ROOT}/captures")
    assert (sent.headers["Klarna-Idempotency-Key"], sent.headers["Content-Type"]) == (KEY, "application/json")
    assert json.loads(sent.content) == {"captured_amount": 42_390, "reference": "HOGIA-DEL-1001"}
    assert sent.extensions["timeout"] == {"connect": 5.0, "read": 30.0, "write": 30.0, "pool": 30.0}


async def test_api_key_alone_is_sent_as_it_is(klarna, fake):
    fake.answers = [httpx.Response(200, json=order())]

    await klarna.payment(ID)

    assert fake.sent.headers["Authorization"] == "Basic klarna_live_api_secret"


async def test_username_and_password_are_basic_authentication(http, fake):
    fake.answers = [httpx.Response(200, json=order())]

    await KlarnaProvider(http, username="K123_ab", password=" lösen \n").payment(ID)

    assert fake.sent.headers["Authorization"] == f"Basic {base64.b64encode('K123_ab:lösen'.encode()).decode()}"


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ({"password": "klarna_test_api_x"}, "api.playground.klarna.com"),
        ({"password": "kco_live_api_x", "is_checkout": True}, "api.kustom.co"),
        ({"password": "kco_live_api_x", "is_checkout": True, "base_url": "https://api.klarna.com/"}, "api.klarna.com"),
    ],
)
async def test_host_is_the_credentials_unless_one_is_given(http, fake, given, host):
    fake.answers = [httpx.Response(200, json=order())]

    await KlarnaProvider(http, **given).payment(ID)

    assert (fake.sent.url.host, fake.sent.url.path) == (host, ROOT)


@pytest.mark.parametrize(
    ("act", "path", "answer"),
    [
        (lambda klarna: klarna.cancel(ID, key=KEY, amount=42_390), "/cancel", httpx.Response(204)),
        (lambda klarna: klarna.release(ID, key=KEY), "/release-remaining-authorization", httpx.Response(204)),
        (lambda klarna: klarna.extend(ID, key=KEY), "/extend-authorization-time", httpx.Response(204)),
        (lambda klarna: klarna.refund(ID, REFUND), "/refunds", httpx.Response(201, headers={"Refund-Id": "r1"})),
    ],
)
async def test_every_write_carries_its_key(klarna, fake, act, path, answer):
    fake.answers = [answer]

    await act(klarna)

    assert (fake.sent.method, fake.sent.url.path, fake.sent.headers["Klarna-Idempotency-Key"]) == ("POST", ROOT + path, KEY)


async def test_refund_gives_its_id(klarna, fake):
    fake.answers = [httpx.Response(201, headers={"Refund-Id": "r1"})]

    accepted = await klarna.refund(ID, REFUND)

    assert accepted.id == "r1"
    assert json.loads(fake.sent.content) == {"refunded_amount": 100, "reference": "RET-1"}


async def test_id_is_read_from_the_location_where_the_header_is_missing(klarna, fake):
    fake.answers = [httpx.Response(201, headers={"Location": f"https://api.klarna.com{ROOT}/captures/{CAPTURE_ID}"})]

    assert (await klarna.capture(ID, CAPTURE)).id == CAPTURE_ID


async def test_tracking_goes_to_the_capture_or_to_the_order(klarna, fake):
    fake.answers = [httpx.Response(204)]
    parcels = (Parcel(carrier="C" * 101, number="123"),)

    await klarna.add_tracking(ID, CAPTURE_ID, parcels)
    await klarna.add_tracking(ID, "", parcels)
    await klarna.add_tracking(ID, "", parcels)

    first, second, third = fake.requests
    assert [each.url.path for each in fake.requests] == [f"{ROOT}/captures/{CAPTURE_ID}/shipping-info", *[f"{ROOT}/shipping-info"] * 2]
    assert json.loads(first.content) == {"shipping_info": [{"shipping_company": "C" * 100, "tracking_number": "123"}]}
    keys = [each.headers["Klarna-Idempotency-Key"] for each in (first, second, third)]
    assert keys[0] != keys[1] == keys[2]


async def test_tracking_that_says_nothing_is_not_sent(klarna, fake):
    assert await klarna.add_tracking(ID, CAPTURE_ID, (Parcel(),))
    assert fake.requests == []


async def test_captures_are_listed_and_ours_is_known(klarna, fake):
    listed = [
        {"capture_id": "c1", "captured_amount": 1, "reference": None},
        {"capture_id": "c2", "captured_amount": 2, "reference": "DEL-2"},
    ]
    fake.answers = [httpx.Response(200, json=listed)]

    found = own_capture(await klarna.captures(ID), "DEL-2")

    assert fake.sent.url.path == f"{ROOT}/captures"
    assert (found.id, found.amount) == ("c2", 2)


async def test_nothing_is_asynchronous(klarna):
    assert await klarna.task("") is TaskState.DONE


@pytest.mark.parametrize("reference", ["", "..", "1234567", f"{ID}/captures", f"../{ID}"])
async def test_reference_of_another_kind_is_not_sent(klarna, fake, reference):
    with pytest.raises(Refused) as caught:
        await klarna.capture(reference, CAPTURE)

    assert (caught.value.refusal, fake.requests) == (Refusal.NOT_FOUND, [])


async def test_capture_id_of_another_kind_is_not_sent(klarna, fake):
    with pytest.raises(Refused):
        await klarna.add_tracking(ID, "../../other", (Parcel(number="1"),))

    assert fake.requests == []


# What comes back ------------------------------------------------------------------------------------------------------------------


async def test_answer_about_another_order_is_not_believed(klarna, fake):
    fake.answers = [httpx.Response(200, json=order(order_id=CAPTURE_ID))]

    with pytest.raises(Rejected) as caught:
        await klarna.payment(ID)

    assert caught.value.code == "KLARNA_ORDER_UNREADABLE"


async def test_byte_order_mark_is_read_over(klarna, fake):
    fake.answers = [httpx.Response(200, content=b"\xef\xbb\xbf" + json.dumps(order()).encode())]

    assert (await klarna.payment(ID)).status is PaymentStatus.AUTHORISED


@pytest.mark.parametrize(
    ("status", "code", "refusal"),
    [
        (400, "BAD_VALUE", Refusal.INVALID),
        (400, "NOT_FOUND", Refusal.NOT_FOUND),
        (403, "PAYMENT_METHOD_FAILED", Refusal.METHOD_FAILED),
        (404, "NO_SUCH_ORDER", Refusal.NOT_FOUND),
        (404, "NO_SUCH_CAPTURE", Refusal.NOT_FOUND),
        (409, "CONFLICT", Refusal.CONFLICT),
        (413, "REQUEST_TOO_LARGE", Refusal.INVALID),
        (422, "UNPROCESSABLE_ENTITY", Refusal.INVALID),
    ],
)
async def test_refusal_has_its_code_and_the_correlation_id(klarna, fake, status, code, refusal):
    fake.answers = [error(status, code)]

    with pytest.raises(Refused) as caught:
        await klarna.capture(ID, CAPTURE)

    assert (caught.value.refusal, caught.value.code, caught.value.correlation) == (refusal, f"KLARNA_{refusal.name}", "corr-1")
    assert code in caught.value.message
    assert "corr-1" in caught.value.message


async def test_404_without_a_body_is_not_found(klarna, fake):
    fake.answers = [httpx.Response(404)]

    with pytest.raises(Refused) as caught:
        await klarna.payment(ID)

    assert caught.value.refusal is Refusal.NOT_FOUND


async def test_bad_line_is_told_from_a_bad_request(klarna, fake):
    fake.answers = [error(400, "BAD_VALUE", "Bad value: order_lines[0].total_amount")]
    line = Line(reference="A", name="A", quantity=Decimal(1), total=100, vat_rate=Decimal(25))

    with pytest.raises(Refused) as caught:
        await klarna.capture(ID, CaptureRequest(key=KEY, reference="D", amount=100, currency="SEK", is_rest=False, lines=(line,)))

    assert caught.value.refusal is Refusal.LINES_DIFFER


@pytest.mark.parametrize(
    ("shown", "refusal"),
    [
        ({"status": "CANCELLED"}, Refusal.CANCELLED),
        ({"status": "EXPIRED"}, Refusal.EXPIRED),
        ({"expires_at": "2026-02-03T08:59:59Z"}, Refusal.EXPIRED),
        ({"status": "CAPTURED", "captured_amount": 42_390, "remaining_authorized_amount": 0}, Refusal.ALREADY_CAPTURED),
        ({"status": "PART_CAPTURED", "captured_amount": 390, "remaining_authorized_amount": 42_000}, Refusal.AMOUNT_TOO_HIGH),
        ({"fraud_status": "PENDING"}, Refusal.NOT_ALLOWED),
    ],
)
async def test_bare_no_to_a_capture_is_explained_by_a_read(klarna, fake, shown, refusal):
    fake.answers = [error(403, "CAPTURE_NOT_ALLOWED", "Capture not allowed."), httpx.Response(200, json=order(**shown))]

    with pytest.raises(Refused) as caught:
        await klarna.capture(ID, CAPTURE)

    assert (caught.value.refusal, caught.value.code, caught.value.correlation) == (refusal, f"KLARNA_{refusal.name}", "corr-1")
    assert "CAPTURE_NOT_ALLOWED" in caught.value.message
    assert [each.method for each in fake.requests] == ["POST", "GET"]


@pytest.mark.parametrize("answer", [httpx.ReadTimeout("slow"), httpx.Response(401), httpx.Response(200, json={})])
async def test_no_stays_a_no_when_it_cannot_be_explained(klarna, fake, answer):
    fake.answers = [error(403, "CAPTURE_NOT_ALLOWED"), answer]

    with pytest.raises(Refused) as caught:
        await klarna.capture(ID, CAPTURE)

    assert caught.value.refusal is Refusal.NOT_ALLOWED


async def test_refund_above_what_is_left_is_explained(klarna, fake):
    shown = order(status="CAPTURED", captured_amount=42_390, refunded_amount=42_300, remaining_authorized_amount=0)
    fake.answers = [error(403, "REFUND_NOT_ALLOWED"), httpx.Response(200, json=shown)]

    with pytest.raises(Refused) as caught:
        await klarna.refund(ID, REFUND)

    assert caught.value.refusal is Refusal.AMOUNT_TOO_HIGH


async def test_401_is_a_matter_of_the_credentials(klarna, fake):
    fake.answers = [httpx.Response(401, headers={"Klarna-Correlation-Id": "corr-2"})]

    with pytest.raises(Misconfigured) as caught:
        await klarna.capture(ID, CAPTURE)

    assert caught.value.code == "KLARNA_CREDENTIALS"
    assert "corr-2" in caught.value.message
    assert "klarna_live_api_secret" not in str(caught.value)


async def test_403_that_is_not_klarnas_own_is_a_matter_of_settings(klarna, fake):
    fake.answers = [httpx.Response(403, html="<h1>Forbidden</h1>")]

    with pytest.raises(Misconfigured) as caught:
        await klarna.payment(ID)

    assert caught.value.code == "KLARNA_FORBIDDEN"


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "7", "X_Ratelimit_Reset": "3"}, 7),
        ({"X_Ratelimit_Reset": "3"}, 3),
        ({}, 1),
        ({"Retry_After": "Wed, 04 Feb 2026 09:00:00 GMT"}, 1),
        ({"Retry_After": "9999999999"}, 3600),
    ],
)
async def test_429_says_how_long_to_wait(klarna, fake, headers, wait):
    fake.answers = [error(429, "TOO_MANY_REQUESTS", **headers)]

    with pytest.raises(Transient) as caught:
        await klarna.capture(ID, CAPTURE)

    assert (caught.value.retry_after, len(fake.requests)) == (wait, 1)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_trouble_during_a_write_is_unknown_and_not_repeated(klarna, fake, status):
    fake.answers = [error(status, "UNEXPECTED_ERROR")]

    with pytest.raises(Unknown):
        await klarna.capture(ID, CAPTURE)

    assert len(fake.requests) == 1


@pytest.mark.parametrize("failure", [httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("gone")])
async def test_broken_connection_during_a_write_is_unknown(klarna, fake, failure):
    fake.answers = [failure]

    with pytest.raises(Unknown):
        await klarna.refund(ID, REFUND)


async def test_trouble_during_a_read_is_tried_again(klarna, fake):
    fake.answers = [error(503, "TEMPORARILY_UNAVAILABLE"), httpx.Response(200, json=order())]

    assert (await klarna.payment(ID)).remaining == 42_390


@pytest.mark.parametrize("answer", [httpx.Response(200), httpx.Response(202), httpx.Response(201, html="<p>Sign in</p>")])
async def test_only_201_makes_a_capture(klarna, fake, answer):
    fake.answers = [answer]

    with pytest.raises(Unknown):
        await klarna.capture(ID, CAPTURE)


@pytest.mark.parametrize("answer", [httpx.Response(200, html="<p>Maintenance</p>"), httpx.Response(200, text="{"), httpx.Response(200)])
async def test_read_without_a_usable_answer_is_transient(klarna, fake, answer):
    fake.answers = [answer]

    with pytest.raises(Transient):
        await klarna.payment(ID)


async def test_redirect_is_not_followed(klarna, fake):
    fake.answers = [httpx.Response(302, headers={"Location": "https://elsewhere.test/"})]

    with pytest.raises(Misconfigured) as caught:
        await klarna.payment(ID)

    assert (caught.value.code, len(fake.requests)) == ("KLARNA_ADDRESS_MOVED", 1)


async def test_text_of_an_address_error_is_not_repeated(klarna, fake):
    fake.answers = [error(422, "INVALID_ADDRESS", "Storgatan 1, Åsa Ek is invalid")]

    with pytest.raises(Refused) as caught:
        await klarna.capture(ID, CAPTURE)

    assert "Åsa" not in caught.value.message


@pytest.mark.parametrize("password", ["", "   ", "lösen", "two\nlines", "two\r\nX-Evil: 1"])
async def test_key_that_no_header_can_carry_is_a_matter_of_settings(http, fake, password):
    with pytest.raises(Misconfigured) as caught:
        await KlarnaProvider(http, password=password).payment(ID)

    assert (caught.value.code, fake.requests) == ("KLARNA_CREDENTIALS", [])
    assert not password.strip() or password not in str(caught.value)


async def test_address_that_is_none_is_a_matter_of_settings(http):
    with pytest.raises(Misconfigured) as caught:
        await KlarnaProvider(http, password="k", base_url="https://api.klarna.com:port").payment(ID)

    assert caught.value.code == "ADDRESS_UNUSABLE"


# Against the simulator ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def state() -> KlarnaState:
    return KlarnaState(now=lambda: NOW)


@pytest.fixture
async def live(state: KlarnaState) -> AsyncIterator[KlarnaProvider]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=create_klarna(state))) as client:
        yield KlarnaProvider(client, username=USERNAME, password=API_KEY, base_url="http://klarna.test", now=lambda: NOW)


async def test_lost_capture_is_found_by_its_reference(live, state):
    reference = state.authorise("X", 42_390)
    state.switches.drop_response_after_commit = 1
    with pytest.raises(Unknown):
        await live.capture(reference, CAPTURE)

    found = own_capture((await live.payment(reference)).captures, CAPTURE.reference)

    assert (found.amount, found.reference) == (42_390, "HOGIA-DEL-1001")
    assert found in await live.captures(reference)


async def test_capture_in_the_portal_makes_ours_already_captured(live, state):
    reference = state.authorise("X", 42_390)
    state.capture(reference, 42_390)

    with pytest.raises(Refused) as caught:
        await live.capture(reference, CAPTURE)

    assert caught.value.refusal is Refusal.ALREADY_CAPTURED


async def test_vague_refusals_are_told_apart(live, state):
    state.switches.vague = True
    expired, cancelled = state.authorise("X", 42_390), state.authorise("Y", 42_390)
    state.expire(expired)
    state.cancel(cancelled)
    seen = []

    for reference, key in ((expired, "1"), (cancelled, "2")):
        with pytest.raises(Refused) as caught:
            await live.capture(reference, CaptureRequest(key=key, reference="D", amount=1, currency="SEK", is_rest=False))
        seen.append(caught.value.refusal)

    assert seen == [Refusal.EXPIRED, Refusal.CANCELLED]


async def test_tracking_arrives_at_the_capture(live, state):
    reference = state.authorise("X", 42_390)
    accepted = await live.capture(reference, CAPTURE)

    await live.add_tracking(reference, accepted.id, (Parcel(carrier="PostNord", number="1"),))
    await live.add_tracking(reference, accepted.id, (Parcel(carrier="PostNord", number="1"),))

    assert state.order(reference).captures[0]["shipping_info"] == [{"shipping_company": "PostNord", "tracking_number": "1"}]
