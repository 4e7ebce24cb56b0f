import asyncio

from app.sandbox.hogia import Switches


async def test_everyday_limit_is_25_requests_in_5_seconds():
    assert (Switches().rate_limit, Switches().rate_limit_seconds) == (25, 5)


async def test_request_over_the_limit_is_429_with_retry_after(api, state):
    state.switches.rate_limit = 2
    await api.get("/currencies")
    state.clock.advance(1.5)
    await api.get("/currencies")

    answer = await api.get("/currencies")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "4")


async def test_window_slides(api, state):
    state.switches.rate_limit = 2
    await api.get("/currencies")
    state.clock.advance(3)
    await api.get("/currencies")
    state.clock.advance(2)

    assert (await api.get("/currencies")).status_code == 200
    assert (await api.get("/currencies")).status_code == 429


async def test_second_write_while_one_is_under_way_is_429(api, state, words):
    state.switches.one_write_at_a_time = True
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def held(_seconds):
        under_way.set()
        await go_on.wait()

    state.sleep, state.switches.answer_late_ms = held, 1
    first = asyncio.create_task(api.post("/customerinvoices", words.body(words.line())))
    await under_way.wait()

    second = await api.post("/customerinvoices", words.body(words.line()))

    go_on.set()
    assert (second.status_code, (await first).status_code) == (429, 201)
