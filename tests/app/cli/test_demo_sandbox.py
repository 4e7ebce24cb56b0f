"""The sandbox's doors that a demo opens: a purchase that is told when it is paid at Klarna, and orders listed with what became of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import pytest_asyncio

from app.cli.demo.purchase import buy
from app.sandbox.payments.klarna import KlarnaState, create_klarna
from app.sandbox.prestashop.sender import Sender
from app.sandbox.prestashop.server import create_shop
from app.sandbox.prestashop.state import ShopState
from app.sandbox.remote import Remote

SHOP, KLARNA = "http://shop.test", "http://klarna.test"
SECRET = "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQ="


class Side:
    """A shop whose notices go nowhere, and a Klarna."""

    def __init__(self) -> None:
        self.shop = ShopState()
        self.klarna = KlarnaState()
        receiver = httpx.MockTransport(lambda _: httpx.Response(202))
        self.sender = Sender(httpx.AsyncClient(transport=receiver), "http://api.test", SECRET)
        self.remote = Remote(shop=SHOP, hogia="http://hogia.test", klarna=KLARNA)
        apps = {"shop.test": create_shop(self.shop, sender=self.sender), "klarna.test": create_klarna(self.klarna)}
        mounts = {f"http://{host}": httpx.ASGITransport(app=app) for host, app in apps.items()}
        self.remote._client = httpx.AsyncClient(mounts=mounts)


@pytest_asyncio.fixture
async def side() -> AsyncIterator[Side]:
    made = Side()
    yield made
    await made.remote.close()
    await made.sender.client.aclose()


def delivered(side: Side) -> list[int]:
    """The orders of the order notices that left, oldest first."""
    bodies = [json.loads(notice.body) for notice in side.sender.outbox if notice.delivered]
    return [body["data"]["id"] for body in bodies if body["type"].startswith("order.")]


async def test_held_notices_about_an_order_leave_when_they_are_let_go(side: Side):
    bought = await side.remote.place("plain", hold=True)
    await side.sender.deliver_due()
    before = delivered(side)

    await side.remote.tell(bought.ids[0])

    await side.sender.deliver_due()
    assert (before, delivered(side)) == ([], [1, 1, 1])


async def test_letting_one_order_go_leaves_the_others_held(side: Side):
    await side.remote.place("plain", hold=True)
    second = await side.remote.place("swish", hold=True)

    await side.remote.tell(second.ids[0])

    await side.sender.deliver_due()
    assert set(delivered(side)) == {2}


async def test_who_pays_by_klarna_has_authorised_the_total_before_anybody_is_told(side: Side):
    (order,) = await buy(side.remote, "mixed-vat")

    (payment,) = await side.remote.payments()
    sale = (await side.remote.sales())[order]
    assert (payment.reference, payment.authorised, payment.currency) == (sale.reference, Decimal("1335.00"), "SEK")
    assert sale.payments == (payment.id,)
    assert not [notice for notice in side.sender.outbox if notice.due > side.sender.clock().timestamp()]


async def test_a_split_cart_is_one_payment(side: Side):
    orders = await buy(side.remote, "split-order")

    (payment,) = await side.remote.payments()
    sales = await side.remote.sales()
    assert payment.authorised == sum(sales[order].total_incl for order in orders)
    assert {sales[order].payments for order in orders} <= {(payment.id,), (payment.id, payment.id)}


async def test_who_pays_otherwise_is_not_at_klarna(side: Side):
    await buy(side.remote, "swish")
    await buy(side.remote, "hundred-percent")

    assert await side.remote.payments() == []


async def test_orders_are_listed_with_what_became_of_them(side: Side):
    (order,) = await buy(side.remote, "plain")
    (row,) = (await side.remote.sales())[order].rows
    side.shop.set_tracking(order, "SE1")
    side.shop.set_state(order, 4, mail=True)

    slip = await side.remote.refund(order, {row: 1}, shipping=True)

    sale = (await side.remote.sales())[order]
    assert (sale.module, sale.history, sale.mails, sale.tracking) == ("klarnapayment", (2, 4), ("shipped",), ("SE1",))
    assert sale.slips == {slip: Decimal("448.00")}
    assert sale.total_incl == Decimal("448.00")
