from decimal import Decimal

import pytest

from app.sandbox.hogia.errors import BusinessError

D = Decimal


@pytest.fixture
async def invoice(api, state, words):
    state.add_article("MUG", price=D(80))
    return await api.invoice(words.article("MUG", "3"), words.line("39.20"))


async def test_new_invoice_is_not_delivered(invoice):
    assert invoice["delivery"]["state"] == "none"


async def test_delivered_invoice_names_carrier_and_tracking_number(api, state, invoice):
    state.deliver(invoice["id"], carrier="PostNord", tracking_number="SE123", tracking_url="https://tracking.example/SE123")

    delivery = (await api.read(f"/customerinvoices/{invoice['id']}"))["delivery"]
    assert delivery == {
        "state": "delivered",
        "date": "2026-02-03",
        "isFinal": True,
        "carrierName": "PostNord",
        "trackingNumber": "SE123",
        "trackingUrl": "https://tracking.example/SE123",
        "lines": [{"lineIndex": 0, "quantity": 3}],
    }


async def test_partial_deliveries_add_up(state, invoice):
    first = state.deliver(invoice["id"], pieces={0: D(1)})
    second = state.deliver(invoice["id"], pieces={0: D(2)})

    assert [(each["delivery"]["state"], each["delivery"]["isFinal"]) for each in (first, second)] == [
        ("partial", False),
        ("delivered", True),
    ]


async def test_final_partial_delivery_is_delivered(state, invoice):
    made = state.deliver(invoice["id"], pieces={0: D(1)}, final=True)

    assert (made["delivery"]["state"], made["delivery"]["isFinal"]) == ("delivered", True)


async def test_more_than_invoiced_cannot_be_delivered(state, invoice):
    with pytest.raises(BusinessError):
        state.deliver(invoice["id"], pieces={0: D(4)})


async def test_cancelled_invoice_cannot_be_delivered(state, invoice):
    state.cancel(invoice["id"])

    with pytest.raises(BusinessError):
        state.deliver(invoice["id"])
