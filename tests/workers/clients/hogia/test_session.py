from __future__ import annotations

import asyncio
from decimal import Decimal

import httpx
import pytest

from mappers.errors import Transient, Unknown
from tests.workers.clients.hogia.conftest import ORG, FakeHogia, reply
from workers.clients.hogia import HogiaClient, NotFound
from workers.clients.hogia.wire import decode, encode


async def test_every_call_carries_version_correlation_and_token(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /currencies", reply([]))

    await client.currencies()

    request = hogia.requests[-1]
    assert request.url.path == f"/{ORG}/currencies"
    assert request.url.params["api-version"] == request.headers["api-version"] == "2025-06-01"
    assert request.headers["X-Request-Id"] == "request-1"
    assert request.headers["Authorization"] == "Bearer token-1"


async def test_amounts_arrive_as_decimals(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /customerinvoices/1", httpx.Response(200, content=b'\xef\xbb\xbf{"id":"1","grossAmount":447.10,"n":2}'))

    body = await client.invoice("1")

    assert (body["grossAmount"], body["n"]) == (Decimal("447.10"), 2)


def test_amounts_are_sent_as_written() -> None:
    assert encode({"a": Decimal("159.20"), "b": [Decimal("-0.00"), Decimal("1E+3")], "c": None}) == b'{"a":159.20,"b":[0.00,1000],"c":null}'


@pytest.mark.parametrize("value", [0.1, [0.5], {"a": {"b": 1.0}}])
def test_a_binary_float_is_never_sent(value: object) -> None:
    with pytest.raises(TypeError):
        encode(value)


def test_no_number_is_never_sent() -> None:
    with pytest.raises(ValueError, match="no number"):
        encode({"a": Decimal("NaN")})


def test_an_empty_body_is_no_json() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        decode(httpx.Response(200, content=b""))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("lost"),
        httpx.RemoteProtocolError("reset"),
        httpx.Response(500),
        httpx.Response(503, headers={"Retry-After": "5"}),
        httpx.Response(408),
        httpx.Response(200, text="<html>maintenance</html>", headers={"Content-Type": "text/html"}),
        reply({"version": 1}, 201),
        httpx.Response(201),
    ],
)
async def test_a_write_without_a_usable_answer_is_unknown_and_not_repeated(
    client: HogiaClient, hogia: FakeHogia, answer: httpx.Response | Exception
) -> None:
    hogia.on("POST /customerinvoices", answer)

    with pytest.raises(Unknown):
        await client.create_invoice({"sequenceId": "s"})

    assert len(hogia.sent("POST /customerinvoices")) == 1


@pytest.mark.parametrize("answer", [httpx.ConnectError("refused"), httpx.Response(429, headers={"Retry-After": "7"})])
async def test_a_write_that_was_never_begun_may_be_repeated(
    client: HogiaClient, hogia: FakeHogia, answer: httpx.Response | Exception
) -> None:
    hogia.on("POST /customerinvoices", answer)

    with pytest.raises(Transient):
        await client.create_invoice({"sequenceId": "s"})


async def test_retry_after_is_handed_on_and_not_hammered(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /currencies", httpx.Response(429, headers={"Retry-After": "7"}))

    with pytest.raises(Transient) as caught:
        await client.currencies()

    assert caught.value.retry_after == 7
    assert len(hogia.sent("GET /currencies")) == 1


async def test_429_without_retry_after_waits_a_second(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /currencies", httpx.Response(429))

    with pytest.raises(Transient) as caught:
        await client.currencies()

    assert caught.value.retry_after == 1


async def test_a_read_survives_a_hiccup(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on(
        "GET /currencies",
        httpx.Response(502),
        httpx.Response(200, text="<html>", headers={"Content-Type": "text/html"}),
        reply([{"code": "SEK"}]),
    )

    assert await client.currencies() == [{"code": "SEK"}]


async def test_a_read_of_broken_json_is_temporary(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /currencies", httpx.Response(200, content=b'[{"code": "SE'))

    with pytest.raises(Transient) as caught:
        await client.currencies()

    assert caught.value.code == "HOGIA_ANSWER_UNREADABLE"


@pytest.mark.parametrize(
    "answer",
    [
        reply("0f5d0f3e-5b0a-5c2e-9a0c-6f1f2a3b4c5d", 201),
        httpx.Response(201, text="0f5d0f3e-5b0a-5c2e-9a0c-6f1f2a3b4c5d"),
        reply({"id": "0f5d0f3e-5b0a-5c2e-9a0c-6f1f2a3b4c5d", "netAmount": 1}),
    ],
)
async def test_the_new_invoice_id_is_read_from_string_text_and_object(
    client: HogiaClient, hogia: FakeHogia, answer: httpx.Response
) -> None:
    hogia.on("POST /customerinvoices", answer)

    assert await client.create_invoice({}) == "0f5d0f3e-5b0a-5c2e-9a0c-6f1f2a3b4c5d"


async def test_writes_of_one_client_go_one_at_a_time(client: HogiaClient, hogia: FakeHogia) -> None:
    running = most = 0

    async def busy(_request: httpx.Request) -> httpx.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return reply("id", 201)

    hogia.on("POST /customerinvoices", busy)

    await asyncio.gather(*(client.create_invoice({}) for _ in range(5)))

    assert most == 1


async def test_404_of_one_entity_is_that_entity(client: HogiaClient) -> None:
    with pytest.raises(NotFound):
        await client.invoice("nothing")
