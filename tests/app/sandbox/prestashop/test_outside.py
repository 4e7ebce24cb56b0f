"""What another process is told about orders, and a notice about an order that stays as it is."""

import json

import httpx
import pytest

from app.sandbox.prestashop.sender import Sender
from app.sandbox.prestashop.server import create_shop


@pytest.fixture
async def outside(state, clock):
    """A client of a shop with a webhook sender that delivers nothing."""
    sender = Sender(httpx.AsyncClient(), "http://receiver.example", "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQ=", clock=clock)
    transport = httpx.ASGITransport(app=create_shop(state, sender=sender))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
        yield client


async def test_orders_are_listed_with_what_was_paid_and_how_many_notices_there_are(outside):
    await outside.post("/_control/orders", json={"scenario": "company-germany"})

    (order,) = (await outside.get("/_control/orders")).json()["orders"]

    assert (order["currency"], order["state"], order["has_been_paid"]) == ("EUR", "Payment accepted", True)
    assert order["total_paid_tax_excl"] == order["total_paid"] == order["total_paid_tax_incl"]
    assert order["notices"] == 3


async def test_an_order_that_was_never_paid_is_told_apart(outside):
    await outside.post("/_control/orders", json={"scenario": "unpaid-bank-wire"})

    assert (await outside.get("/_control/orders")).json()["orders"][0]["has_been_paid"] is False


async def test_a_paid_order_that_was_cancelled_has_been_paid(outside):
    await outside.post("/_control/orders", json={"scenario": "cancelled"})

    assert (await outside.get("/_control/orders")).json()["orders"][0]["has_been_paid"] is True


async def test_a_notice_about_an_order_leaves_the_order_as_it_is(outside, state):
    await outside.post("/_control/orders", json={"scenario": "plain"})
    before, changed = dict(state.get("orders", 1)), set(state.changed)

    await outside.post("/_control/orders/1/notice", json={"type": "order.updated"})

    last = (await outside.get("/_outbox")).json()["outbox"][-1]
    assert (last["type"], last["body"]["data"]) == ("order.updated", {"id": 1, "id_shop": 1, "state": 2})
    assert (state.get("orders", 1), state.changed) == (before, changed)


async def test_a_notice_needs_an_order_and_a_sender(outside, shop):
    assert (await outside.post("/_control/orders/7/notice")).status_code == 404
    answer = await shop.post("/_control/orders/7/notice")
    assert answer.status_code == 400
    assert "--webhook-url" in json.loads(answer.content)["error"]
