import httpx
import pytest

from app.sandbox.hogia import Switches


@pytest.mark.parametrize(("switch", "status"), [("http_500", 500), ("http_503", 503)])
async def test_next_requests_fail(api, state, switch, status):
    setattr(state.switches, switch, 2)

    seen = [(await api.get("/currencies")).status_code for _ in range(3)]

    assert seen == [status, status, 200]


async def test_unauthorized_kills_the_token(api, state):
    state.switches.unauthorized = 1

    seen = [(await api.get("/currencies")).status_code for _ in range(2)]
    await api.login()

    assert [*seen, (await api.get("/currencies")).status_code] == [401, 401, 200]


async def test_failing_before_commit_changes_nothing(api, state, words):
    state.switches.fail_before_commit = 1

    failed = await api.post("/customerinvoices", words.body(words.line()))

    assert failed.status_code == 500
    assert await api.read("/customerinvoices") == []


async def test_dropped_answer_is_a_broken_connection_and_the_invoice_is_there(api, state, words):
    state.switches.drop_response_after_commit = 1

    with pytest.raises(httpx.RemoteProtocolError):
        await api.post("/customerinvoices", words.body(words.line()))

    assert len(await api.read("/customerinvoices")) == 1
    assert (await api.post("/customerinvoices", words.body(words.line()))).status_code == 201


async def test_refused_write_is_answered_although_answers_are_dropped(api, state, words):
    state.switches.drop_response_after_commit = 1

    answer = await api.post("/customerinvoices", words.body())

    assert answer.status_code == 400


async def test_every_third_answer_is_dropped(api, state, words):
    state.switches.drop_response_every = 3
    outcomes = []
    for _ in range(6):
        try:
            outcomes.append((await api.post("/customerinvoices", words.body(words.line()))).status_code)
        except httpx.RemoteProtocolError:
            outcomes.append("dropped")

    assert outcomes == [201, 201, "dropped"] * 2


async def test_late_answers_wait_after_the_commit_and_latency_before(api, state, words):
    waits = []

    async def waited(seconds):
        waits.append((seconds, len(state.organisation.invoices)))

    state.sleep = waited
    state.switches.update({"answer_late_ms": 700, "latency_ms": 20})

    await api.post("/customerinvoices", words.body(words.line()))

    assert waits == [(0.02, 0), (0.7, 1)]


async def test_null_everything_leaves_what_a_reader_needs(api, state, words):
    invoice = await api.invoice(words.line(), invoiceReference="PS:1:1:INV", yourReference="Åsa")
    state.switches.null_everything = True

    bare = await api.read(f"/customerinvoices/{invoice['id']}")

    assert set(bare) == set(invoice)
    assert (bare["grossAmount"], bare["invoiceHeader"]["invoiceReference"], bare["vatDistributions"][0]["amount"]) == (
        125,
        "PS:1:1:INV",
        25,
    )
    assert bare["createdBy"] is bare["invoiceLines"] is bare["invoiceHeader"]["yourReference"] is None


@pytest.mark.parametrize(
    "changes",
    [{"no_such_switch": 1}, {"error_shape": "poem"}, {"http_500": -1}, {"http_500": True}, {"stock_writable": 1}, {"page_base": 2}],
)
def test_impossible_positions_are_refused_and_nothing_is_set(changes):
    switches = Switches()

    with pytest.raises(ValueError, match="switch"):
        switches.update({"latency_ms": 5, **changes})

    assert switches == Switches()
