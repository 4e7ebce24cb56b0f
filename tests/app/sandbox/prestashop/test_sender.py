"""The webhook sender (design.md 3.1, 5; the signature as `standardwebhooks` checks it)."""

import asyncio
import base64
import json
from datetime import UTC, datetime

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from app.sandbox.prestashop.scenarios import BY_SLUG
from app.sandbox.prestashop.sender import Sender, numbered_ids
from app.sandbox.prestashop.server import create_shop

SECRET = base64.b64encode(b"a secret of thirty-two bytes ....").decode()
URL = "https://bro.example/webhooks/prestashop/acme-se"


class Receiver:
    """Answers what it is told to, 202 otherwise; keeps what came."""

    def __init__(self):
        self.got = []
        self.answers = []

    def __call__(self, request):
        self.got.append(request)
        answer = self.answers.pop(0) if self.answers else httpx.Response(202, json={"event_id": "e"})
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def ids(self):
        return [request.headers["webhook-id"] for request in self.got]

    @property
    def types(self):
        return [json.loads(request.content)["type"] for request in self.got]


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
async def sender(receiver, clock):
    async with httpx.AsyncClient(transport=httpx.MockTransport(receiver)) as client:
        yield Sender(client, URL, SECRET, clock=clock)


@pytest.mark.parametrize("secret", [SECRET, f"whsec_{SECRET}"])
async def test_the_signature_is_one_that_standardwebhooks_verifies(receiver, secret):
    async with httpx.AsyncClient(transport=httpx.MockTransport(receiver)) as client:
        sender = Sender(client, URL, secret, clock=lambda: datetime.now(UTC))
        sender.put("order.created", {"id": 42, "id_shop": 1})
        await sender.deliver_due()

    request = receiver.got[0]
    verified = Webhook(secret).verify(request.content, dict(request.headers))
    assert verified["data"] == {"id": 42, "id_shop": 1}


async def test_a_purchase_becomes_thin_notices_without_persons_or_amounts(state, sender, receiver):
    state.listeners.append(sender.heard)
    state.place_order(BY_SLUG["plain"])

    await sender.deliver_due()

    assert receiver.types == ["customer.saved", "stock.changed", "order.updated", "order.state_changed", "order.created"]
    changed = json.loads(receiver.got[3].content)
    assert changed == {
        "type": "order.state_changed",
        "timestamp": "2026-11-24T08:00:00Z",
        "data": {"id": 1, "id_shop": 1, "state": 2},
    }


async def test_a_refund_is_told_of_although_the_order_does_not_move(state, sender, receiver):
    order = state.place_order(BY_SLUG["plain"])
    state.listeners.append(sender.heard)
    state.add_slip(order, {1: 1})

    await sender.deliver_due()

    assert [json.loads(request.content)["data"] for request in receiver.got] == [{"id": order, "id_shop": 1}]
    assert receiver.types == ["order.refunded"]


async def test_a_split_cart_makes_a_notice_for_each_order(state, sender, receiver):
    state.listeners.append(sender.heard)
    ids = state.place_cart(BY_SLUG["split-order"])

    await sender.deliver_due()

    created = [json.loads(request.content) for request in receiver.got]
    assert tuple(one["data"]["id"] for one in created if one["type"] == "order.created") == ids


async def test_a_notice_is_resent_with_growing_waits_until_2xx(sender, receiver, clock):
    receiver.answers = [httpx.Response(503), httpx.ConnectError("no"), httpx.Response(500)]
    notice = sender.put("order.created", {"id": 1})
    waits = []
    while not notice.delivered:
        await sender.deliver_due()
        if not notice.delivered:
            waits.append(notice.due - clock().timestamp())
            clock.move(waits[-1])

    assert waits == [1.0, 2.0, 4.0]
    assert receiver.ids == [notice.id] * 4
    assert len({request.content for request in receiver.got}) == 1


@pytest.mark.parametrize("header", ["30", "Tue, 24 Nov 2026 08:00:30 GMT"])
async def test_retry_after_is_honoured(sender, receiver, clock, header):
    receiver.answers = [httpx.Response(503, headers={"retry-after": header})]
    notice = sender.put("order.created", {"id": 1})

    await sender.deliver_due()

    assert notice.due - clock().timestamp() == 30
    clock.move(29)
    assert await sender.deliver_due() == 0
    clock.move(1)
    assert await sender.deliver_due() == 1


async def test_duplicates_have_the_same_id_and_body(sender, receiver):
    sender.switches.duplicate = 2
    sender.put("order.created", {"id": 1})

    await sender.deliver_due()

    assert receiver.ids == ["msg_000001"] * 3


async def test_dropped_notices_never_leave(sender, receiver):
    sender.switches.drop = 1
    lost, sent = sender.put("order.created", {"id": 1}), sender.put("order.created", {"id": 2})

    await sender.deliver_due()

    assert receiver.ids == [sent.id]
    assert sender.dropped == [lost]


async def test_shuffled_notices_leave_in_another_order(sender, receiver):
    sender.switches.shuffle = True
    sent = [sender.put("order.created", {"id": number}).id for number in range(20)]

    await sender.deliver_due()

    assert receiver.ids != sent
    assert sorted(receiver.ids) == sent


async def test_delayed_notices_leave_when_their_time_has_come(sender, receiver, clock):
    sender.switches.delay_seconds = 10
    sender.put("order.created", {"id": 1})

    assert await sender.deliver_due() == 0
    clock.move(10)
    assert await sender.deliver_due() == 1


async def test_a_burst_is_held_back_until_enough_wait(sender, receiver):
    sender.switches.burst = 3
    for number in range(2):
        sender.put("order.created", {"id": number})
    held = await sender.deliver_due()
    sender.put("order.created", {"id": 2})

    assert (held, await sender.deliver_due()) == (0, 3)


async def test_the_running_sender_delivers_what_is_put_later(receiver):
    arrived = asyncio.Event()

    def answer(request):
        arrived.set()
        return receiver(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        sender = Sender(client, URL, SECRET, new_id=numbered_ids("x"))
        task = asyncio.create_task(sender.run())
        await asyncio.sleep(0)
        sender.put("order.created", {"id": 1})
        await asyncio.wait_for(arrived.wait(), 5)
        task.cancel()

    assert receiver.ids == ["x_000001"]


async def test_the_outbox_is_seen_and_switched_from_outside(state, sender, clock):
    app = create_shop(state, sender=sender)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://shop.example") as shop:
        await shop.post("/_outbox", json={"duplicate": 1})
        await shop.post("/_control/orders", json={"scenario": "plain"})
        seen = (await shop.get("/_outbox")).json()
        unknown = await shop.post("/_outbox", json={"explode": 1})

    assert sender.switches.duplicate == 1
    assert [row["type"] for row in seen["outbox"]][-1] == "order.created"
    assert unknown.status_code == 400
