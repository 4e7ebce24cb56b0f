from decimal import Decimal

import pytest

ROWS = [{"accountNumber": 1580, "amount": Decimal(125)}, {"accountNumber": 3001, "amount": -100}, {"accountNumber": 2611, "amount": -25}]


@pytest.fixture
async def path(api):
    return f"/financialyears/{(await api.read('/financialyears/bydate/2026-02-03'))['id']}/vouchers"


async def test_voucher_gets_a_number(api, path):
    made = await api.made(path, {"date": "2026-02-03T00:00:00", "serie": "W", "voucherRows": ROWS})

    assert (made["number"], made["serie"], len(made["voucherRows"])) == (1, "W", 3)


async def test_voucher_that_does_not_sum_to_zero_is_refused(api, words, path):
    answer = await api.post(path, {"date": "2026-02-03", "voucherRows": ROWS[:2]})

    assert words.code_of(answer) == (400, 9000006)


async def test_unknown_voucher_type_is_hogias_own_error(api, words, path):
    answer = await api.post(path, {"date": "2026-02-03", "typeDto": "Wrong", "voucherRows": ROWS})

    assert words.code_of(answer) == (400, 1001004)
    assert "CustomerInvoicePayment" in answer.json()[0]["message"]


async def test_voucher_of_another_year_is_refused(api, words, path):
    answer = await api.post(path, {"date": "2025-02-03", "voucherRows": ROWS})

    assert words.code_of(answer) == (400, 9000004)


async def test_draft_answers_201_with_a_bare_guid_and_can_be_read(api, words):
    draft = {"voucherDate": "2026-02-03T00:00:00", "voucherType": "Unspecified", "text": "Web orders", "currencyCode": "SEK"}

    ident = await api.made("/voucherdrafts", {"voucherDraft": draft, "voucherDraftRows": ROWS})

    assert (await api.read(f"/voucherdrafts/{ident}"))["voucherDraft"]["text"] == "Web orders"
