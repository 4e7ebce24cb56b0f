from __future__ import annotations

from datetime import date

import httpx
import pytest

from mappers.errors import Transient
from tests.workers.clients.hogia.conftest import FakeHogia, reply
from workers.clients.hogia import HogiaClient, HogiaRejected

ACCOUNTS = "GET /financialyears/y/accounts"


def pages(total: int, *, base: int, headers: bool, cap: int = 1000, ignores_page: bool = False):
    """A list of `total` accounts, counted from page `base`."""

    def answer(request: httpx.Request) -> httpx.Response:
        size = min(int(request.url.params["PageSize"]), cap)
        page = base if ignores_page else int(request.url.params.get("Page", base))
        items = [{"id": f"id-{number}", "number": number} for number in range(total)][(page - base) * size : (page - base + 1) * size]
        named = {"X_Pagination_Currentpage": str(page), "X_Pagination_Pagecount": str(-(-total // size))} if headers else {}
        return reply(items, **named)

    return answer


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("headers", [True, False])
@pytest.mark.parametrize("total", [0, 1, 99, 100, 101, 200, 250])
async def test_every_item_is_read_once_in_either_page_base(
    client: HogiaClient, hogia: FakeHogia, base: int, total: int, *, headers: bool
) -> None:
    hogia.on(ACCOUNTS, pages(total, base=base, headers=headers))

    accounts = await client.accounts("y")

    assert [account["number"] for account in accounts] == list(range(total))


@pytest.mark.parametrize("base", [0, 1])
async def test_a_server_with_smaller_pages_is_read_to_its_end(client: HogiaClient, hogia: FakeHogia, base: int) -> None:
    hogia.on(ACCOUNTS, pages(45, base=base, headers=True, cap=10))

    assert len(await client.accounts("y")) == 45


async def test_a_server_that_ignores_pages_is_not_asked_for_ever(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on(ACCOUNTS, pages(100, base=1, headers=False, ignores_page=True))

    accounts = await client.accounts("y")

    assert (len(accounts), len(hogia.sent(ACCOUNTS))) == (100, 3)


async def test_a_single_object_is_a_list_of_one(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /vatcodes", reply({"id": "v", "vatPercent": 25}))

    assert await client.vat_codes() == [{"id": "v", "vatPercent": 25}]


async def test_a_list_of_something_else_is_temporary_trouble(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /currencies", reply([1, 2]))

    with pytest.raises(Transient):
        await client.currencies()


async def test_null_is_an_empty_list(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /currencies", reply(None))

    assert await client.currencies() == []


async def test_contacts_of_similar_numbers_are_not_taken_for_the_one_asked_for(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /contacts", reply([{"id": "a", "number": "PS1-1"}, {"id": "b", "number": "ps1-12"}, {"id": "c", "number": None}]))

    assert [contact["id"] for contact in await client.contacts_by_number("PS1-12")] == ["b"]


async def test_invoices_are_found_by_reference_although_the_filter_is_ignored(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on(
        "GET /customerinvoices",
        reply(
            [
                {"id": "a", "invoiceHeader": {"invoiceReference": "PS:1:1:INV"}},
                {"id": "b", "invoiceHeader": {"invoiceReference": "PS:1:11:INV"}},
                {"id": "c"},
            ]
        ),
    )
    hogia.on("GET /customerinvoices/c", reply({"id": "c", "invoiceHeader": {"invoiceReference": "PS:1:1:INV"}}))

    assert [invoice["id"] for invoice in await client.find_invoices("PS:1:1:INV")] == ["a", "c"]


async def test_the_financial_year_of_a_day_is_read(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /financialyears/bydate/2026-02-03", reply({"id": "y"}))

    assert await client.financial_year(date(2026, 2, 3)) == {"id": "y"}


@pytest.mark.parametrize("answer", [httpx.Response(404), reply([{"errorCode": 9000004, "message": "closed"}], 400), reply([])])
async def test_a_day_without_a_financial_year_has_none(client: HogiaClient, hogia: FakeHogia, answer: httpx.Response) -> None:
    hogia.on("GET /financialyears/bydate/2026-02-03", answer)

    assert await client.financial_year(date(2026, 2, 3)) is None


async def test_another_refusal_of_the_financial_year_is_told(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("GET /financialyears/bydate/2026-02-03", httpx.Response(400))

    with pytest.raises(HogiaRejected):
        await client.financial_year(date(2026, 2, 3))
