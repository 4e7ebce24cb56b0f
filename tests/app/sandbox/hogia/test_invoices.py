from decimal import Decimal

import pytest

D = Decimal
SHIRT = {"articleInvoiceLine": {"articleNumber": "TSHIRT-M", "quantity": 2, "unitPrice": D("159.20")}}
FREIGHT = {"description": "Freight", "unitPrice": D("39.20"), "unitType": "st", "quantity": 1, "salesAccountNumber": 3001}


def rates_of(invoice):
    return {each["percent"]: each["amount"] for each in invoice["vatDistributions"]}


async def test_example_of_the_contract_is_447(api, state, words):
    state.add_article("TSHIRT-M", name="T-shirt")

    invoice = await api.invoice(SHIRT, {"invoiceLine": FREIGHT}, {"textInvoiceLine": {"description": "Paid by card"}}, useRounding=False)

    assert (invoice["netAmount"], invoice["vatAmount"], invoice["grossAmount"]) == (D("357.60"), D("89.40"), D("447.00"))
    assert [each["type"] for each in invoice["invoiceLines"]] == ["ArticleInvoiceLine", "InvoiceLine", "TextInvoiceLine"]
    assert [each["name"] for each in invoice["invoiceLines"]] == ["T-shirt", "Freight", "Paid by card"]


async def test_post_answers_201_with_a_bare_guid(api, words):
    answer = await api.post("/customerinvoices", words.body(words.line()))

    assert answer.status_code == 201
    assert len(words.json_of(answer)) == 36


async def test_rounding_example_of_the_contract_is_125(api, words):
    invoice = await api.invoice(words.line("33.25", "3"), useRounding=True)

    assert (invoice["roundingAmount"], invoice["amountToPay"], invoice["amountLeftToPay"]) == (D("0.31"), 125, 125)


async def test_currency_without_a_coarse_factor_keeps_its_cents(api, words):
    invoice = await api.invoice(words.line("33.25", "3"), useRounding=True, currency={"code": "EUR"})

    assert invoice["amountToPay"] == D("124.69")
    assert invoice["accountingGrossAmount"] == D("1402.76")


@pytest.mark.parametrize(
    ("account", "rate"),
    [
        (3001, "0.25"),
        (3002, "0.12"),
        (3003, "0.06"),
        (3004, "0"),
        (3105, "0"),
        (3106, "0.25"),
        (3108, "0"),
        (3305, "0"),
        (3308, "0"),
        (3520, "0.25"),
        (3521, "0"),
        (3522, "0"),
        (3540, "0.25"),
        (3740, "0"),
        (2421, "0"),
    ],
)
async def test_vat_follows_from_the_sales_account(api, words, account, rate):
    invoice = await api.invoice(words.line("100", account=account))

    assert rates_of(invoice) == {D(rate): D(rate) * 100}


async def test_vat_of_a_line_goes_before_the_accounts(api, words):
    invoice = await api.invoice(words.line("100", account=3106, vat={"percent": D("0.24"), "accountNumber": 2670}))

    assert rates_of(invoice) == {D("0.24"): 24}
    assert invoice["invoiceLines"][0]["vat"] == {"percent": D("0.24"), "accountNumber": 2670}


async def test_vat_in_percent_instead_of_a_fraction_is_a_binding_error(api, words):
    answer = await api.post("/customerinvoices", words.body(words.line(vat={"percent": 25})))

    assert "invoiceLines[0].invoiceLine.vat.percent" in answer.json()["errors"]


async def test_article_line_takes_price_account_and_text_from_the_article(api, state, words):
    state.add_article("BOOK", name="A book", price=D("187.74"), account=3003)

    invoice = await api.invoice(words.article("BOOK"))

    (line,) = invoice["invoiceLines"]
    assert (line["name"], line["unitPrice"], line["salesAccountNumber"], line["vat"]["percent"]) == ("A book", D("187.74"), 3003, D("0.06"))


async def test_article_line_overrides_the_article(api, state, words):
    state.add_article("BOOK", price=D(100), account=3003)

    override = {"unitPrice": D(90), "description": "Worn", "discountPercent": D(10), "salesAccountNumber": 3001}
    invoice = await api.invoice(words.article("BOOK", "2", **override))

    (line,) = invoice["invoiceLines"]
    assert (line["name"], line["netAmount"], line["discount"], line["vat"]["percent"]) == ("Worn", 162, 18, D("0.25"))


async def test_item_line_is_the_older_name_of_an_article_line(api, state):
    state.add_article("BOOK", price=D(100))

    invoice = await api.invoice({"itemInvoiceLine": {"itemNumber": "BOOK", "quantity": 1}})

    assert invoice["invoiceLines"][0]["articleNumber"] == "BOOK"


@pytest.mark.parametrize(("country", "account"), [("SE", 3001), ("DE", 3108), ("NO", 3105)])
async def test_article_account_follows_the_customers_country(api, state, words, country, account):
    state.add_contact("PS1-9", countryCode=country)
    kinds = {"NationalSales": 3001, "EuSales": 3108, "InternationalSales": 3105}
    state.add_article("BOOK", price=D(100), salesAccounts=[{"type": kind, "number": number} for kind, number in kinds.items()])

    invoice = await api.invoice(words.article("BOOK"), customerNumber="PS1-9")

    assert invoice["invoiceLines"][0]["salesAccountNumber"] == account


async def test_number_and_ocr_are_given_by_the_server(api, words):
    first, second = await api.invoice(words.line()), await api.invoice(words.line())

    assert (first["invoiceHeader"]["invoiceNumber"], second["invoiceHeader"]["invoiceNumber"]) == (1001, 1002)
    assert first["invoiceHeader"]["ocr"] == "100164"
    assert first["isBilled"] is True


async def test_own_number_is_kept_and_must_be_free(api, words):
    await api.invoice(words.line(), invoiceNumber=1001)

    taken = await api.post("/customerinvoices", words.body(words.line(), invoiceNumber=1001))
    next_free = await api.invoice(words.line())

    assert words.code_of(taken) == (409, 9000009)
    assert next_free["invoiceHeader"]["invoiceNumber"] == 1002


async def test_number_is_required_when_clients_number(api, state, words):
    state.switches.number_policy = "client"

    answer = await api.post("/customerinvoices", words.body(words.line()))

    assert "customerInvoice.invoiceNumber" in answer.json()["errors"]


async def test_draft_has_no_number_until_a_person_bills_it(api, state, words):
    state.switches.invoices_arrive_as = "draft"
    draft = await api.invoice(words.line())

    billed = state.bill(draft["id"])

    assert (draft["isBilled"], draft["invoiceHeader"]["invoiceNumber"], draft["customerInvoiceState"]) == (False, None, "Draft")
    assert (billed["isBilled"], billed["invoiceHeader"]["invoiceNumber"], billed["customerInvoiceState"]) == (True, 1001, "Billed")


async def test_invoice_with_its_own_number_is_billed_although_others_are_drafts(api, state, words):
    state.switches.invoices_arrive_as = "draft"

    assert (await api.invoice(words.line(), invoiceNumber=77))["isBilled"] is True


async def test_due_date_follows_the_customers_terms(api, state, words):
    state.add_contact("PS1-9", customer={"paymentTerms": 10})

    invoice = await api.invoice(words.line(), customerNumber="PS1-9")

    assert invoice["invoiceHeader"]["invoiceExpirationDate"] == "2026-02-13"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"customerNumber": "PS1-404"}, 9000001),
        ({"invoiceDate": "2019-12-31"}, 9000004),
        ({"currency": {"code": "JPY"}}, 9000005),
        ({"isReverseCharge": True}, 9000007),
    ],
)
async def test_header_that_the_books_refuse(api, words, header, code):
    answer = await api.post("/customerinvoices", words.body(words.line(), **header))

    assert words.code_of(answer) == (400, code)
    assert await api.read("/customerinvoices") == []


@pytest.mark.parametrize(
    ("account", "more", "code"),
    [(3999, {}, 9000003), (1920, {}, 9000003), (3106, {"vat": {"percent": D("0.24"), "accountNumber": 2699}}, 9000003)],
)
async def test_line_that_the_books_refuse(api, words, account, more, code):
    answer = await api.post("/customerinvoices", words.body(words.line(account=account, **more)))

    assert words.code_of(answer) == (400, code)


@pytest.mark.parametrize("lines", [[], [{"textInvoiceLine": {"description": "Only words"}}]])
async def test_invoice_without_an_amount_line_is_empty(api, words, lines):
    answer = await api.post("/customerinvoices", words.body(*lines))

    assert words.code_of(answer) == (400, 9000006)


async def test_unknown_and_inactive_articles_are_refused(api, state, words):
    state.add_article("OLD", price=D(1), isActive=False)

    unknown = await api.post("/customerinvoices", words.body(words.article("NEW")))
    inactive = await api.post("/customerinvoices", words.body(words.article("OLD")))

    assert words.code_of(unknown) == words.code_of(inactive) == (400, 9000002)


async def test_inactive_customer_is_refused(api, state, words):
    state.add_contact("PS1-9", customer={"isActive": False})

    answer = await api.post("/customerinvoices", words.body(words.line(), customerNumber="PS1-9"))

    assert words.code_of(answer) == (400, 9000001)


async def test_locked_period_is_refused(api, state, words):
    state.lock_period(state.clock.today())

    answer = await api.post("/customerinvoices", words.body(words.line()))

    assert words.code_of(answer) == (400, 9000004)


async def test_reverse_charge_without_vat_passes(api, words):
    invoice = await api.invoice(words.line(account=3108), isReverseCharge=True)

    assert (invoice["isReverseCharge"], invoice["vatAmount"]) == (True, 0)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"invoiceLine": FREIGHT, "textInvoiceLine": {"description": "x"}}, "invoiceLines[0]"),
        ({}, "invoiceLines[0]"),
        ({"invoiceLine": {**FREIGHT, "unitPrice": D("1.00001")}}, "invoiceLines[0].invoiceLine.unitPrice"),
        ({"invoiceLine": {**FREIGHT, "quantity": D("1.005")}}, "invoiceLines[0].invoiceLine.quantity"),
        ({"invoiceLine": {**FREIGHT, "quantity": 0}}, "invoiceLines[0].invoiceLine.quantity"),
        ({"invoiceLine": {**FREIGHT, "unitPrice": "39.20"}}, "invoiceLines[0].invoiceLine.unitPrice"),
        ({"invoiceLine": {**FREIGHT, "salesAccountNumber": None}}, "invoiceLines[0].invoiceLine.salesAccountNumber"),
        ({"articleInvoiceLine": {"articleNumber": "A", "quantity": 1, "vat": {}}}, "invoiceLines[0].articleInvoiceLine.vat"),
    ],
)
async def test_malformed_line_is_a_binding_error(api, words, line, field):
    answer = await api.post("/customerinvoices", words.body(line))

    assert answer.status_code == 400
    assert field in answer.json()["errors"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"invoiceReference": "PS:1:1:INV"}, ["one"]),
        ({"customerOrderNumber": "two"}, ["two"]),
        ({"invoiceNumber": 1003}, ["three"]),
        ({"customerNumber": "PS1-9"}, ["three"]),
        ({"customerNumber": "PS1-1"}, ["one", "two"]),
        ({"customerNumber": "PS1-1", "invoiceReference": "PS:1:3:INV"}, []),
        ({"fromDate": "2026-02-04"}, ["two", "three"]),
        ({"fromDate": "2026-02-04", "toDate": "2026-02-04"}, ["two"]),
        ({}, ["one", "two", "three"]),
    ],
)
async def test_list_is_filtered(api, state, words, query, found):
    state.add_contact("PS1-9")
    await api.invoice(words.line(), invoiceReference="PS:1:1:INV", customerOrderNumber="one", invoiceDate="2026-02-03")
    await api.invoice(words.line(), invoiceReference="PS:1:2:INV", customerOrderNumber="two", invoiceDate="2026-02-04")
    await api.invoice(
        words.line(), invoiceReference="PS:1:3:INV", customerOrderNumber="three", invoiceDate="2026-02-05", customerNumber="PS1-9"
    )

    assert [each["invoiceHeader"]["customerOrderNumber"] for each in await api.read("/customerinvoices", **query)] == found


async def test_feed_shows_an_invoice_when_it_changes(api, state, words):
    invoice = await api.invoice(words.line())
    state.deliver(invoice["id"])

    (changed,) = await api.read("/customerinvoices/rowversion", lastKnownRowVersion=invoice["rowVersion"])

    assert (changed["id"], changed["version"]) == (invoice["id"], invoice["version"] + 1)


async def test_pdf_is_a_pdf(api, words):
    invoice = await api.invoice(words.line())

    answer = await api.get(f"/customerinvoices/{invoice['id']}/pdf")

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.4")
    table = int(answer.content.rsplit(b"startxref\n", 1)[1].split(b"\n", 1)[0])
    assert answer.content[table:].startswith(b"xref\n0 6\n")


async def test_unpaid_invoice_is_cancelled(api, words):
    invoice = await api.invoice(words.line())

    answer = await api.post(f"/customerinvoices/{invoice['id']}/cancel", None)

    assert answer.status_code == 200
    assert (answer.json()["isCanceled"], answer.json()["amountLeftToPay"]) == (True, 0)


async def test_paid_invoice_cannot_be_cancelled(api, state, words):
    invoice = await api.invoice(words.line())
    state.register_payment(invoice["id"], amount=D(1))

    answer = await api.post(f"/customerinvoices/{invoice['id']}/cancel", None)

    assert words.code_of(answer) == (409, 9000013)


async def test_unpaid_invoice_expires_after_its_due_date(api, state, words):
    invoice = await api.invoice(words.line(), invoiceExpirationDate="2026-02-04")
    on_the_day = await api.read(f"/customerinvoices/{invoice['id']}")
    state.clock.advance(2 * 86_400)
    await api.login()

    later = await api.read(f"/customerinvoices/{invoice['id']}")

    assert (on_the_day["isExpired"], later["isExpired"], later["customerInvoiceState"]) == (False, True, "Expired")


async def test_vouchers_sum_to_zero_in_every_currency(api, state, words):
    for code in ("SEK", "EUR", "DKK"):
        lines = [words.line("33.335", "3"), words.line("12.34", "7", 3002), words.line("0.01", "1", 3740)]
        await api.invoice(*lines, currency={"code": code}, useRounding=True)

    vouchers = list(state.organisation.vouchers)
    assert len(vouchers) == 3
    assert [sum(row["amount"] for row in each["voucherRows"]) for each in vouchers] == [0, 0, 0]


async def test_booking_shows_as_an_event_with_a_voucher(api, words):
    invoice = await api.invoice(words.line())

    (event,) = invoice["customerInvoiceEvents"]
    assert (event["customerInvoiceEventType"], event["voucherSerie"], event["voucherNumber"]) == ("Billed", "K", 1)
