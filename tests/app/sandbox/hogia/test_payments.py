from decimal import Decimal

import pytest

D = Decimal


def payment(amount="125.00", **more):
    return {"payer": "Customer", "date": "2026-02-03", "amount": D(amount), "accountNumber": 1580} | more


@pytest.fixture
async def invoice(api, words):
    return await api.invoice(words.line("100"))


async def test_payment_pays_the_invoice(api, invoice):
    made = await api.made(f"/customerinvoices/{invoice['id']}/payments", payment(reference="psp-1"))

    paid = await api.read(f"/customerinvoices/{invoice['id']}")
    assert (paid["amountPaid"], paid["amountLeftToPay"], paid["isCustomerPaid"], paid["isClosed"]) == (125, 0, True, True)
    event = paid["customerInvoiceEvents"][-1]
    assert (event["id"], event["paymentAccountNumber"], event["amount"], event["reference"]) == (made["id"], 1580, 125, "psp-1")
    assert paid["version"] == invoice["version"] + 1
    assert paid["rowVersion"] > invoice["rowVersion"]


async def test_part_payment_leaves_the_rest(api, invoice):
    await api.made(f"/customerinvoices/{invoice['id']}/payments", payment("25"))

    paid = await api.read(f"/customerinvoices/{invoice['id']}")
    assert (paid["amountLeftToPay"], paid["isCustomerPaid"], paid["customerInvoiceState"]) == (100, False, "PartiallyPaid")


@pytest.mark.parametrize("amount", ["125.01", "-1"])
async def test_payment_that_does_not_fit_is_refused(api, words, invoice, amount):
    answer = await api.post(f"/customerinvoices/{invoice['id']}/payments", payment(amount))

    assert words.code_of(answer) == (400, 9000012)


@pytest.mark.parametrize("change", [{"amount": 0}, {"amount": D("1.001")}, {"date": None}, {"accountNumber": "1580"}, {"payer": "Bank"}])
async def test_malformed_payment_is_a_binding_error(api, invoice, change):
    answer = await api.post(f"/customerinvoices/{invoice['id']}/payments", payment() | change)

    assert next(iter(change)) in answer.json()["errors"]


@pytest.mark.parametrize(("change", "code"), [({"accountNumber": 1920}, 9000003), ({"date": "2019-01-01"}, 9000004)])
async def test_payment_needs_an_active_account_and_an_open_year(api, words, invoice, change, code):
    answer = await api.post(f"/customerinvoices/{invoice['id']}/payments", payment() | change)

    assert words.code_of(answer) == (400, code)


async def test_draft_cannot_be_paid(api, state, words):
    draft = state.make_invoice("PS1-1", [words.line()])

    answer = await api.post(f"/customerinvoices/{draft['id']}/payments", payment())

    assert words.code_of(answer) == (409, 9000013)


async def test_same_sequence_id_is_the_same_payment(api, words, invoice):
    body = payment("25", sequenceId=words.guid())
    path = f"/customerinvoices/{invoice['id']}/payments"
    first = await api.post(path, body)

    second = await api.post(path, body)

    assert (second.status_code, second.json()) == (200, first.json())
    assert (await api.read(f"/customerinvoices/{invoice['id']}"))["amountPaid"] == 25


async def test_refund_is_a_negative_payment_on_a_credit(api, state, invoice):
    state.register_payment(invoice["id"])
    credit = state.credit(invoice["id"])

    await api.made(f"/customerinvoices/{credit['id']}/payments", payment("-125"))

    refunded = await api.read(f"/customerinvoices/{credit['id']}")
    assert (refunded["amountLeftToPay"], refunded["isCustomerPaid"]) == (0, True)


async def test_refund_cannot_exceed_the_credit(api, state, words, invoice):
    state.register_payment(invoice["id"])
    credit = state.credit(invoice["id"])

    answer = await api.post(f"/customerinvoices/{credit['id']}/payments", payment("-125.01"))

    assert words.code_of(answer) == (400, 9000012)


async def test_payment_of_an_unknown_invoice_is_404(api, words):
    answer = await api.post(f"/customerinvoices/{words.guid()}/payments", payment())

    assert answer.status_code == 404
