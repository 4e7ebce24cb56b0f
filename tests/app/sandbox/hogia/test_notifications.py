import hashlib
import hmac
from decimal import Decimal

import httpx
import pytest
import simplejson

SECRET = "s" * 32
BODY = {"resourceType": "CustomerInvoice", "callbackUrl": "https://bro.example/webhooks/hogia/acme", "secret": SECRET}


class Receiver:
    """Keeps what it is sent; answers with `status`. `client` is how the sender reaches it."""

    def __init__(self):
        self.requests, self.status = [], 202
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self))

    def __call__(self, request):
        self.requests.append(request)
        return httpx.Response(self.status)

    @property
    def bodies(self):
        return [simplejson.loads(request.content) for request in self.requests]


@pytest.fixture
async def receiver():
    made = Receiver()
    async with made.client:
        yield made


@pytest.fixture
async def subscription(api):
    return await api.made("/subscriptions", BODY)


async def test_subscription_lasts_180_days_and_hides_its_secret(subscription):
    assert subscription["expirationDate"] == "2026-08-02T09:00:00.000Z"
    assert "secret" not in subscription


async def test_renewal_starts_180_days_anew(api, state, subscription):
    state.clock.advance(150 * 86_400)
    await api.login()

    answer = await api.call("PATCH", f"/subscriptions/{subscription['id']}", {})

    assert answer.json()["expirationDate"] == "2026-12-30T09:00:00.000Z"


async def test_expired_subscription_is_gone(api, state, subscription):
    state.clock.advance(180 * 86_400)
    await api.login()

    assert (await api.call("PATCH", f"/subscriptions/{subscription['id']}", {})).status_code == 404
    assert await api.read("/subscriptions") == []


async def test_expired_by_switch_is_gone_and_silent(api, state, words, subscription):
    state.switches.expire_subscription = True

    await api.invoice(words.line())

    assert (await api.get(f"/subscriptions/{subscription['id']}")).status_code == 404
    assert state.outbox.waiting == []


async def test_deleted_subscription_is_gone(api, subscription):
    answer = await api.call("DELETE", f"/subscriptions/{subscription['id']}")

    assert answer.status_code == 204
    assert (await api.get(f"/subscriptions/{subscription['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"secret": "short"}, "secret"),
        ({"callbackUrl": "http://bro.example/x"}, "callbackUrl"),
        ({"resourceType": "Order"}, "resourceType"),
    ],
)
async def test_malformed_subscription_is_a_binding_error(api, change, field):
    answer = await api.post("/subscriptions", BODY | change)

    assert field in answer.json()["errors"]


async def test_change_is_told_thinly_and_signed(api, state, words, subscription, receiver):
    invoice = await api.invoice(words.line())

    assert await state.outbox.deliver(receiver.client) == 1

    (request,), (body,) = receiver.requests, receiver.bodies
    expected = {
        "resourceId": invoice["id"],
        "resourceNumber": "1001",
        "action": "Created",
        "attempt": 1,
        "occurredAt": "2026-02-03T09:00:00.000Z",
    }
    assert body | expected | {"subscriptionId": subscription["id"], "rowVersion": invoice["rowVersion"]} == body
    at = request.headers["X-Hogia-Timestamp"]
    assert at == "1770109200"
    digest = hmac.new(SECRET.encode(), at.encode() + b"." + request.content, hashlib.sha256).hexdigest()
    assert request.headers["X-Hogia-Signature"] == f"sha256={digest}"


async def test_only_the_subscribed_kind_is_told(api, state, subscription):
    state.add_article("MUG", stock=Decimal(3))

    assert state.outbox.waiting == []


@pytest.mark.parametrize("kind", ["Article", "ArticlePrice", "StockBalance", "Contact"])
async def test_every_kind_can_be_subscribed_to(api, state, kind):
    await api.made("/subscriptions", BODY | {"resourceType": kind})

    state.add_article("MUG", stock=Decimal(3))
    state.add_price("MUG", price=Decimal(5))
    state.add_contact("PS1-2")

    assert {notice.body["resourceType"] for notice in state.outbox.waiting} == {kind}


async def test_failed_notice_is_sent_again_on_schedule(api, state, words, subscription, receiver):
    receiver.status = 503
    await api.invoice(words.line())
    attempts = []
    for wait in (0, 1, 17, 300, 5000, 86_400):
        state.clock.advance(wait)
        await state.outbox.deliver(receiver.client)
        attempts.append(len(receiver.requests))

    assert attempts == [1, 2, 3, 4, 5, 6]
    assert [body["attempt"] for body in receiver.bodies] == attempts
    assert len({body["notificationId"] for body in receiver.bodies}) == 1


async def test_subscription_is_off_after_the_last_attempt(api, state, words, subscription, receiver):
    receiver.status = 500
    await api.invoice(words.line())
    for _ in range(6):
        await state.outbox.deliver(receiver.client)
        state.clock.advance(86_400)
    await api.login()

    assert (await api.read(f"/subscriptions/{subscription['id']}"))["isActive"] is False
    assert state.outbox.waiting == []


async def test_notice_is_not_due_before_its_retry(api, state, words, subscription, receiver):
    receiver.status = 503
    await api.invoice(words.line())
    await state.outbox.deliver(receiver.client)

    await state.outbox.deliver(receiver.client)

    assert len(receiver.requests) == 1


async def test_duplicates_have_one_notification_id(api, state, words, subscription, receiver):
    state.switches.duplicate_notifications = True
    await api.invoice(words.line())

    await state.outbox.deliver(receiver.client)

    assert [body["notificationId"] for body in receiver.bodies] == [receiver.bodies[0]["notificationId"]] * 2


async def test_reordered_notices_come_newest_first(api, state, words, subscription, receiver):
    state.switches.reorder_notifications = True
    await api.invoice(words.line())
    await api.invoice(words.line())

    await state.outbox.deliver(receiver.client)

    assert [body["resourceNumber"] for body in receiver.bodies] == ["1002", "1001"]


async def test_receiver_that_cannot_be_reached_is_tried_again(api, state, words, subscription):
    def unreachable(request):
        raise httpx.ConnectError("no route", request=request)

    await api.invoice(words.line())
    async with httpx.AsyncClient(transport=httpx.MockTransport(unreachable)) as client:
        await state.outbox.deliver(client)

    assert [notice.attempt for notice in state.outbox.waiting] == [2]
