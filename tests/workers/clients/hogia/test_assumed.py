from __future__ import annotations

import httpx
import pytest
import simplejson

from mappers.errors import Rejected, Transient
from tests.workers.clients.hogia.conftest import FakeHogia, reply
from workers.clients.hogia import HogiaClient, NotFound, StaleVersion
from workers.clients.hogia.assumed import LARGEST_PDF_BYTES

FEED = "GET /contacts/rowversion"


def feed(*row_versions: int, cap: int = 1000):
    def answer(request: httpx.Request) -> httpx.Response:
        since, size = int(request.url.params["lastKnownRowVersion"]), min(int(request.url.params["pageSize"]), cap)
        return reply([{"id": f"c-{version}", "rowVersion": version} for version in row_versions if version > since][:size])

    return answer


async def read(client: HogiaClient, since: int) -> list[int]:
    return [entry.row_version async for entry in client.contacts_changed(since)]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 350])
async def test_a_feed_is_read_to_its_end(client: HogiaClient, hogia: FakeHogia, count: int) -> None:
    versions = list(range(10, 10 + 3 * count, 3))
    hogia.on(FEED, feed(*versions))

    assert await read(client, 0) == versions


async def test_a_feed_goes_on_where_it_was_left(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on(FEED, feed(1, 2, 3, 4))

    assert await read(client, 2) == [3, 4]


async def test_a_feed_that_repeats_what_is_known_ends(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on(FEED, reply([{"id": str(number), "rowVersion": 5} for number in range(100)]))

    assert await read(client, 5) == []


async def test_a_single_change_comes_as_an_object(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on(FEED, reply({"id": "a", "rowVersion": 7, "number": "12"}))

    entries = [entry async for entry in client.contacts_changed(0)]

    assert [(entry.id, entry.is_deleted, entry.body["number"]) for entry in entries] == [("a", False, "12")]


async def test_a_deleted_entity_is_marked(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /customerinvoices/rowversion", reply([{"id": "a", "rowVersion": 7, "isDeleted": True}]))

    assert [entry.is_deleted async for entry in client.invoices_changed(0)] == [True]


async def test_an_entry_without_row_version_is_not_passed_over(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on(FEED, reply([{"id": "a", "rowVersion": None}]))

    with pytest.raises(Transient):
        await read(client, 0)


async def test_a_page_out_of_order_is_put_in_order(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on(FEED, reply([{"id": "a", "rowVersion": 9}, {"id": "b", "rowVersion": 4}]))

    assert await read(client, 0) == [4, 9]


@pytest.mark.parametrize("resource", ["articles", "stockbalances", "articleprices"])
async def test_every_feed_has_its_route(client: HogiaClient, hogia: FakeHogia, resource: str) -> None:
    feeds = {"articles": client.articles_changed, "stockbalances": client.stock_changed, "articleprices": client.prices_changed}
    hogia.on(f"GET /{resource}/rowversion", reply([{"id": "a", "rowVersion": 1}]))

    assert [entry.id async for entry in feeds[resource](0)] == ["a"]


async def test_an_update_names_the_version_it_was_made_for(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("PUT /contacts/c", reply({"id": "c", "version": 4}))

    await client.update_contact("c", {"number": "12"}, version=3)

    request = hogia.requests[-1]
    assert (request.url.params["version"], simplejson.loads(request.content)) == ("3", {"number": "12"})


async def test_an_update_of_a_changed_contact_is_stale(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("PUT /contacts/c", reply([{"errorCode": 9000010, "message": "version"}], 409))

    with pytest.raises(StaleVersion):
        await client.update_contact("c", {}, version=3)


async def test_articles_are_found_whatever_their_case(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /articles", reply([{"id": "a", "number": "tshirt-m"}, {"id": "b", "number": "tshirt-ml"}]))

    assert [article["id"] for article in await client.articles_by_number("TSHIRT-M")] == ["a"]


async def test_articles_are_made_changed_and_read(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("POST /articles", reply({"id": "a", "version": 1}, 201))
    hogia.on("PATCH /articles/a", httpx.Response(204))
    hogia.on("GET /articles/a", reply([{"id": "a", "version": 2}]))

    made = await client.create_article({"number": "A"})
    await client.update_article("a", {"name": "B"}, version=1)

    assert (made["id"], (await client.article("a"))["version"]) == ("a", 2)


async def test_one_entity_asked_for_and_none_given_is_temporary_trouble(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /articles/a", reply([]))

    with pytest.raises(Transient):
        await client.article("a")


async def test_a_payment_is_registered_and_its_id_kept(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("POST /customerinvoices/i/payments", reply({"id": "p"}, 201))

    assert await client.register_payment("i", {"payer": "Customer"}) == "p"


async def test_contacts_are_made_and_read(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("POST /contacts", reply({"id": "c"}, 201))
    hogia.on("GET /contacts/c", reply({"id": "c", "number": "1"}))

    made = await client.create_contact({"number": "1"})

    assert (made["id"], (await client.contact("c"))["number"]) == ("c", "1")


async def test_cancelling_asks_for_it(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("POST /customerinvoices/i/cancel", httpx.Response(200))

    await client.cancel_invoice("i")

    assert len(hogia.sent("POST /customerinvoices/i/cancel")) == 1


@pytest.mark.parametrize(
    ("answer", "modules"),
    [
        (reply({"modules": ["Bookkeeping", "Invoicing"]}), {"Bookkeeping", "Invoicing"}),
        (reply({"modules": []}), set()),
        (httpx.Response(404), None),
        (reply({"modules": None}), None),
    ],
)
async def test_modules_are_read_or_unknown(client: HogiaClient, hogia: FakeHogia, answer: httpx.Response, modules: set[str] | None) -> None:
    hogia.on("GET /organization", answer)

    assert await client.modules() == modules


async def test_a_contact_that_is_gone_is_not_found(client: HogiaClient) -> None:
    with pytest.raises(NotFound):
        await client.contact("gone")


PDF = "GET /customerinvoices/inv-1/pdf"


async def test_a_pdf_is_the_answers_own_bytes(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on(PDF, httpx.Response(200, content=b"%PDF-1.4 \xff", headers={"Content-Type": "application/pdf"}))

    assert await client.invoice_pdf("inv-1") == b"%PDF-1.4 \xff"
    assert hogia.sent(PDF)[0].headers["Accept"] == "application/pdf"


async def test_a_refused_token_is_replaced_for_a_pdf_too(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on(PDF, httpx.Response(401), httpx.Response(200, content=b"%PDF-1.4"))

    assert await client.invoice_pdf("inv-1") == b"%PDF-1.4"
    assert hogia.tokens_made == 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply({"message": "gone"}, 404), NotFound),
        (httpx.Response(200, content=b"{}", headers={"Content-Type": "application/json"}), Transient),
        (httpx.Response(200, content=b"<html>", headers={"Content-Type": "text/html"}), Transient),
        (httpx.Response(200, content=b""), Transient),
        (httpx.Response(200, content=b"%PDF-" + bytes(LARGEST_PDF_BYTES)), Rejected),
    ],
)
async def test_what_is_no_pdf_or_too_large_is_not_passed_on(
    client: HogiaClient, hogia: FakeHogia, answer: httpx.Response, error: type[Exception]
) -> None:
    hogia.on(PDF, answer)

    with pytest.raises(error):
        await client.invoice_pdf("inv-1")
