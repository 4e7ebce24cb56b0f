"""POST order_histories: the one write that the order flow needs (facts: prestashop.md 1.4, 1.5, 11)."""

import pytest

from app.sandbox.prestashop.scenarios import BY_SLUG

URL = "/api/order_histories"


def body(order, state):
    return f"<prestashop><order_history><id_order>{order}</id_order><id_order_state>{state}</id_order_state></order_history></prestashop>"


@pytest.fixture
def order(state):
    return state.place_order(BY_SLUG["unpaid-bank-wire"])


async def test_a_state_change_makes_payment_invoice_and_history(state, shop, order):
    answer = await shop.post(URL, params={"output_format": "JSON"}, content=body(order, 2))

    assert answer.status_code == 201
    assert answer.json() == {"order_history": {"id": "2", "id_order_state": 2, "id_order": "1", "date_add": "2026-11-24 09:00:00"}}
    stored = state.get("orders", order)
    assert (stored["current_state"], stored["invoice_number"], stored["valid"], stored["total_paid_real"]) == (2, 1, "1", "448.000000")
    assert [row["amount"] for row in state.find("order_payments")] == ["448.000000"]


async def test_nobody_is_mailed_without_sendemail(state, shop, order):
    await shop.post(URL, content=body(order, 4))

    assert state.mails == []


async def test_sendemail_mails_the_customer_in_the_orders_language(state, shop, order):
    await shop.post(f"{URL}?sendemail=1", content=body(order, 4))

    assert [(mail.to, mail.subject, mail.template) for mail in state.mails] == [("anna@kund.example", "[Testbutiken] Skickad", "shipped")]


async def test_a_state_that_sends_no_mail_mails_nobody(state, shop, order):
    await shop.post(f"{URL}?sendemail=1", content=body(order, 5))

    assert state.mails == []


async def test_the_same_state_twice_makes_two_history_rows_and_one_payment(state, shop, order):
    await shop.post(URL, content=body(order, 2))
    await shop.post(URL, content=body(order, 2))

    assert [row["id_order_state"] for row in state.find("order_histories", id_order=order)] == [10, 2, 2]
    assert len(state.find("order_payments")) == 1


@pytest.mark.parametrize("content", [body(1, 999), body(999, 2)])
async def test_an_unknown_state_or_order_is_an_uncaught_exception(state, shop, order, content):
    answer = await shop.post(URL, content=content)

    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (500, b"", "text/html; charset=utf-8")
    assert len(state.find("order_histories")) == 1


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ('{"order_history":{}}', 500, 127),
        ("<prestashop><order_history>", 500, 127),
        ("", 500, 127),
        ("<order_history/>", 400, 90),
        ("<prestashop><order_history><id_order>1</id_order></order_history></prestashop>", 400, 41),
        ("<prestashop><order_history><id>1</id><id_order>1</id_order></order_history></prestashop>", 400, 91),
    ],
)
async def test_bodies_that_prestashop_refuses(shop, order, content, status, code):
    answer = await shop.post(URL, content=content)

    assert answer.status_code == status
    assert f"<![CDATA[{code}]]>" in answer.text


async def test_stock_can_not_be_posted(shop):
    answer = await shop.post("/api/stock_availables", content="<prestashop><stock_available/></prestashop>")

    assert answer.status_code == 405
    assert "<![CDATA[101]]>" in answer.text
