from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

import httpx
import pytest

from mappers.errors import Misconfigured, Transient
from tests.workers.clients.hogia.conftest import FakeHogia, reply
from workers.clients.hogia import HogiaClient


async def test_token_is_asked_for_with_client_credentials_in_the_form(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /currencies", reply([]))

    await client.currencies()

    form = parse_qs(hogia.requests[0].content.decode())
    assert form == {"grant_type": ["client_credentials"], "client_id": ["id"], "client_secret": ["secret"]}


async def test_token_is_kept_until_a_minute_before_its_end(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /currencies", reply([]))
    await client.currencies()
    hogia.clock += 3539
    await client.currencies()
    kept = hogia.tokens_made

    hogia.clock += 1
    await client.currencies()

    assert (kept, hogia.tokens_made) == (1, 2)


async def test_many_calls_at_once_renew_the_token_once(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /currencies", reply([]))

    await asyncio.gather(*(client.currencies() for _ in range(20)))

    assert hogia.tokens_made == 1


async def test_a_token_refused_with_401_is_replaced_once(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /currencies", httpx.Response(401), reply([{"code": "SEK"}]))

    currencies = await client.currencies()

    assert [currency["code"] for currency in currencies] == ["SEK"]
    assert [request.headers["Authorization"] for request in hogia.sent("GET /currencies")] == ["Bearer token-1", "Bearer token-2"]


async def test_a_write_refused_with_401_is_sent_again_with_the_same_body(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("POST /customerinvoices", httpx.Response(401), reply("a-guid", 201))

    made = await client.create_invoice({"sequenceId": "s"})

    assert made == "a-guid"
    assert [request.content for request in hogia.sent("POST /customerinvoices")] == [b'{"sequenceId":"s"}'] * 2


async def test_401_with_a_new_token_is_a_matter_for_a_person(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /currencies", httpx.Response(401))

    with pytest.raises(Misconfigured) as caught:
        await client.currencies()

    assert caught.value.code == "HOGIA_TOKEN_REFUSED"
    assert len(hogia.sent("GET /currencies")) == 2


async def test_many_401_at_once_drop_only_the_refused_token(client: HogiaClient, hogia: FakeHogia) -> None:
    def only_the_second(request: httpx.Request) -> httpx.Response:
        return reply([]) if request.headers["Authorization"] == "Bearer token-2" else httpx.Response(401)

    hogia.on("GET /currencies", only_the_second)

    await asyncio.gather(*(client.currencies() for _ in range(10)))

    assert hogia.tokens_made == 2


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (400, "invalid_client", "HOGIA_CREDENTIALS_REFUSED"),
        (401, "invalid_client", "HOGIA_CREDENTIALS_REFUSED"),
        (400, "unauthorized_client", "HOGIA_CREDENTIALS_REFUSED"),
        (401, "", "HOGIA_CREDENTIALS_REFUSED"),
        (400, "invalid_scope", "HOGIA_SCOPE_REFUSED"),
        (404, "", "HOGIA_TOKEN_URL_WRONG"),
    ],
)
async def test_refused_sign_in_needs_a_person(client: HogiaClient, hogia: FakeHogia, status: int, error: str, code: str) -> None:
    hogia.token_answers = [reply({"error": error}, status)]

    with pytest.raises(Misconfigured) as caught:
        await client.currencies()

    assert caught.value.code == code
    assert "secret" not in str(caught.value).replace("client_secret", "")


@pytest.mark.parametrize(
    "answer", [httpx.Response(503), httpx.ReadTimeout("slow"), httpx.ConnectError("down"), httpx.Response(200, text="<html>")]
)
async def test_trouble_with_the_sign_in_is_temporary_also_before_a_write(
    client: HogiaClient, hogia: FakeHogia, answer: httpx.Response | Exception
) -> None:
    hogia.token_answers = [answer]

    with pytest.raises(Transient):
        await client.create_invoice({})

    assert not hogia.sent("POST /customerinvoices")


async def test_a_short_lived_token_is_used_for_half_its_life(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.lifetime = 40
    hogia.on("GET /currencies", reply([]))
    await client.currencies()
    hogia.clock += 19
    await client.currencies()
    kept = hogia.tokens_made

    hogia.clock += 1
    await client.currencies()

    assert (kept, hogia.tokens_made) == (1, 2)
