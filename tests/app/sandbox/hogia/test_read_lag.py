from decimal import Decimal

import pytest


@pytest.fixture
def lagging(state):
    state.clock.advance(600)
    state.switches.read_lag_seconds = 60


async def test_new_invoice_is_seen_only_after_the_lag(api, state, words, lagging):
    ident = await api.made("/customerinvoices", words.body(words.line(), invoiceReference="PS:1:1:INV"))

    early = [await api.get(f"/customerinvoices/{ident}"), await api.get("/customerinvoices", invoiceReference="PS:1:1:INV")]
    feed = await api.read("/customerinvoices/rowversion", lastKnownRowVersion=0)
    state.clock.advance(60)
    late = [await api.get(f"/customerinvoices/{ident}"), await api.get("/customerinvoices", invoiceReference="PS:1:1:INV")]

    assert (early[0].status_code, early[1].json(), feed) == (404, [], [])
    assert (late[0].status_code, len(late[1].json())) == (200, 1)


async def test_change_is_seen_only_after_the_lag_and_the_older_state_until_then(api, state, words):
    invoice = await api.invoice(words.line())
    state.clock.advance(600)
    await api.login()
    state.switches.read_lag_seconds = 60
    state.register_payment(invoice["id"], amount=Decimal(25))

    early = await api.read(f"/customerinvoices/{invoice['id']}")
    state.clock.advance(60)
    late = await api.read(f"/customerinvoices/{invoice['id']}")

    assert (early["amountPaid"], late["amountPaid"]) == (0, 25)


async def test_writes_see_what_reads_do_not_yet(api, state, words, lagging):
    ident = await api.made("/customerinvoices", words.body(words.line()))

    await api.made(f"/customerinvoices/{ident}/payments", {"payer": "Customer", "date": "2026-02-03", "amount": 125, "accountNumber": 1580})


async def test_sequence_id_works_through_the_lag(api, words, lagging):
    body = words.body(words.line()) | {"sequenceId": words.guid()}
    first = await api.post("/customerinvoices", body)

    assert (await api.post("/customerinvoices", body)).json() == first.json()


async def test_stock_lags_with_its_article(api, state, words):
    mug = state.add_article("MUG", stock=Decimal(5))
    state.clock.advance(600)
    await api.login()
    state.switches.read_lag_seconds = 60
    state.sell_in_till("MUG")

    assert (await api.read(f"/articles/{mug['id']}"))["stock"]["onHand"] == 5
    assert (await api.read("/stockbalances"))[0]["onHand"] == 5


async def test_feed_loses_nothing_to_the_lag(api, state, words, lagging):
    for _ in range(3):
        await api.made("/customerinvoices", words.body(words.line()))
        state.clock.advance(30)

    first = await api.read("/customerinvoices/rowversion", lastKnownRowVersion=0)
    state.clock.advance(60)
    rest = await api.read("/customerinvoices/rowversion", lastKnownRowVersion=first[-1]["rowVersion"])

    assert len({each["id"] for each in [*first, *rest]}) == 3
    assert 0 < len(first) < 3
