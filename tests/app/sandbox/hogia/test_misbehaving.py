"""An invoice computed wrongly on purpose, a year opened by hand, and a broken connection on uvloop."""

import asyncio
import threading

import httpx
import pytest
import uvicorn

from app.cli.demo.household import listening
from app.sandbox.hogia import ORGANIZATION_ID, create_hogia


async def test_wrong_vat_is_one_krona_too_much_for_the_next_invoices_only(api, state, words):
    state.switches.wrong_vat = 1

    wrong = await api.invoice(words.line("100"), words.line("100", account=3002))
    right = await api.invoice(words.line("100"), words.line("100", account=3002))

    assert (wrong["vatAmount"], wrong["grossAmount"], wrong["amountToPay"]) == (38, 238, 238)
    assert wrong["vatDistributions"][0]["amount"] == 26
    assert right["grossAmount"] == 237


async def test_a_year_is_opened_once(api, state, words):
    first = words.json_of(await api.http.post("/_control/open_year", json={"year": 2019}))
    again = words.json_of(await api.http.post("/_control/open_year", json={"year": 2019}))

    assert (first["startDate"], first["id"]) == ("2019-01-01T00:00:00", again["id"])
    assert len(state.organisation.years) == 4


async def test_a_dropped_answer_is_a_broken_connection_on_uvloop_too(api, state, words):
    listener = listening(0)
    server = uvicorn.Server(uvicorn.Config(create_hogia(state), loop="uvloop", fd=listener.fileno(), log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    state.switches.drop_response_after_commit = 1
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/{ORGANIZATION_ID}/contacts?api-version=2025-06-01"
    body = {"number": "PS1-2", "contactTypes": [2], "companyName": "Kund 2 AB", "countryCode": "SE"}

    def call() -> None:
        httpx.post(url, json=body, headers={"Authorization": f"Bearer {api.token}"}, trust_env=False, timeout=10)

    with pytest.raises(httpx.RemoteProtocolError):
        await asyncio.to_thread(call)

    server.should_exit = True
    await asyncio.to_thread(thread.join)
    listener.close()
    assert state.organisation.contacts.find("number", "PS1-2")
