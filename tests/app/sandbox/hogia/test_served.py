"""Over a real socket: what a client sees when the simulated Hogia hangs up, and notifications sent by themselves."""

import asyncio
import socket

import httpx
import pytest
import uvicorn

from app.sandbox.hogia import ORGANIZATION_ID, create_hogia


@pytest.fixture(params=["h11", "httptools"])
async def served(request, state):
    """The address of a running server."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_hogia(state), http=request.param, log_level="error", ws="none"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await running
    listener.close()


@pytest.fixture
async def client(served, api):
    headers = {"Authorization": f"Bearer {api.token}"}
    params = {"api-version": "2025-06-01"}
    async with httpx.AsyncClient(base_url=f"{served}/{ORGANIZATION_ID}", headers=headers, params=params, trust_env=False) as made:
        yield made


async def test_client_sees_a_closed_connection_after_the_commit(client, state, words, caplog):
    state.switches.drop_response_after_commit = 1
    body = {"customerInvoice": {"customerNumber": "PS1-1"}, "invoiceLines": [{"invoiceLine": {**words.line()["invoiceLine"]}}]}
    body["invoiceLines"][0]["invoiceLine"] |= {"unitPrice": 100, "quantity": 1}

    with pytest.raises(httpx.RemoteProtocolError):
        await client.post("/customerinvoices", json=body)

    assert len(state.organisation.invoices) == 1
    assert (await client.get("/customerinvoices")).status_code == 200
    assert caplog.text == ""


async def test_client_times_out_on_a_late_answer_after_the_commit(client, state, words):
    arrived, gave_up = asyncio.Event(), asyncio.Event()

    async def until_the_client_has_gone(_seconds):
        arrived.set()
        await gave_up.wait()

    state.sleep, state.switches.answer_late_ms = until_the_client_has_gone, 1
    body = {"number": "PS1-2", "companyName": "x", "contactTypes": [2]}

    with pytest.raises(httpx.ReadTimeout):
        await client.post("/contacts", json=body, timeout=0.2)

    assert arrived.is_set()
    gave_up.set()
    assert state.organisation.contacts.find("number", "PS1-2") is not None


async def test_notification_is_sent_by_itself(client, served, state):
    heard = asyncio.Event()
    received = []

    async def receiver(reader, writer):
        received.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        heard.set()

    async with await asyncio.start_server(receiver, "127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/hook"
        subscription = {"resourceType": "Contact", "callbackUrl": url, "secret": "s" * 32}
        assert (await client.post("/subscriptions", json=subscription)).status_code == 201
        state.add_contact("PS1-2")
        async with asyncio.timeout(10):
            await heard.wait()

    assert b"x-hogia-signature: sha256=" in received[0].lower()
