from decimal import Decimal

D = Decimal


async def credit(api, words, original, *lines, **header):
    body = words.body(*lines, creditedCustomerInvoiceId=original["id"], **header)
    return await api.post("/customerinvoices", body)


async def read(api, words, answer):
    assert answer.status_code == 201, answer.text
    return await api.read(f"/customerinvoices/{words.json_of(answer)}")


async def test_full_credit_of_an_unpaid_invoice_settles_both(api, words):
    original = await api.invoice(words.line("357.60"))

    made = await read(api, words, await credit(api, words, original, words.line("357.60", "-1")))

    after = await api.read(f"/customerinvoices/{original['id']}")
    assert (made["grossAmount"], made["amountLeftToPay"], made["customerInvoiceState"]) == (-447, 0, "Paid")
    assert (after["amountLeftToPay"], after["amountPaid"], after["customerInvoiceState"]) == (0, 0, "Credited")


async def test_both_documents_name_each_other(api, words):
    original = await api.invoice(words.line())

    made = await read(api, words, await credit(api, words, original, words.line("100", "-1")))

    after = await api.read(f"/customerinvoices/{original['id']}")
    expected = [{"customerInvoiceId": made["id"], "referencedCustomerInvoiceId": original["id"], "type": "Credit"}]
    assert made["customerInvoiceReferences"] == after["customerInvoiceReferences"] == expected


async def test_credit_of_a_paid_invoice_is_left_to_be_refunded(api, state, words):
    original = await api.invoice(words.line())
    state.register_payment(original["id"])

    made = await read(api, words, await credit(api, words, original, words.line("100", "-1")))

    assert made["amountLeftToPay"] == -125
    assert (await api.read(f"/customerinvoices/{original['id']}"))["customerInvoiceState"] == "Paid"


async def test_partial_credit_lowers_what_is_left(api, words):
    original = await api.invoice(words.line("100", "3"))

    await read(api, words, await credit(api, words, original, words.line("100", "-1")))

    assert (await api.read(f"/customerinvoices/{original['id']}"))["amountLeftToPay"] == 250


async def test_credit_larger_than_the_remainder_is_refused(api, words):
    original = await api.invoice(words.line("100", "3"))
    await read(api, words, await credit(api, words, original, words.line("100", "-2")))

    answer = await credit(api, words, original, words.line("100", "-2"))

    assert words.code_of(answer) == (400, 9000008)


async def test_more_pieces_than_were_sold_cannot_come_back(api, state, words):
    state.add_article("MUG", price=D(80), stock=D(10))
    original = await api.invoice(words.article("MUG", "2"))

    answer = await credit(api, words, original, words.article("MUG", "-3", unitPrice=D(1)))

    assert words.code_of(answer) == (400, 9000008)


async def test_more_kronor_of_an_article_than_invoiced_cannot_be_credited(api, state, words):
    state.add_article("MUG", price=D(80))
    original = await api.invoice(words.article("MUG", "2"), words.line("500"))

    answer = await credit(api, words, original, words.article("MUG", "-2", unitPrice=D(81)))

    assert words.code_of(answer) == (400, 9000008)


async def test_another_rate_than_was_invoiced_cannot_be_credited(api, words):
    original = await api.invoice(words.line("100"))

    answer = await credit(api, words, original, words.line("100", "-1", 3002))

    assert words.code_of(answer) == (400, 9000008)


async def test_an_ore_may_move_between_rows_but_not_in_total(api, words):
    original = await api.invoice(words.line("100.01"), words.line("50"))

    moved = await credit(api, words, original, words.line("100.02", "-1"), words.line("49.99", "-1"))

    assert moved.status_code == 201


async def test_freight_can_be_credited_in_two_parts(api, state, words):
    state.add_article("fraktavg")
    original = await api.invoice(words.article("fraktavg", unitPrice=D("39.20")))

    first = await credit(api, words, original, words.article("fraktavg", "-1", unitPrice=D(20)))
    second = await credit(api, words, original, words.article("fraktavg", "-1", unitPrice=D("19.20")))

    assert (first.status_code, second.status_code) == (201, 201)


async def test_discount_row_of_a_mirror_goes_the_other_way(api, state, words):
    state.add_article("rabatt")
    original = await api.invoice(words.line("100"), words.article("rabatt", unitPrice=D(-10)))

    made = await read(
        api, words, await credit(api, words, original, words.line("100", "-1"), words.article("rabatt", "-1", unitPrice=D(-10)))
    )

    assert made["grossAmount"] == -original["grossAmount"]


async def test_credit_of_an_unknown_invoice_is_refused(api, words):
    answer = await credit(api, words, {"id": words.guid()}, words.line("100", "-1"))

    assert words.code_of(answer) == (400, 9000008)


async def test_draft_cannot_be_credited(api, state, words):
    draft = state.make_invoice("PS1-1", [words.line()])

    answer = await credit(api, words, draft, words.line("100", "-1"))

    assert words.code_of(answer) == (409, 9000013)


async def test_credit_belongs_to_the_same_customer(api, state, words):
    state.add_contact("PS1-9")
    original = await api.invoice(words.line())

    answer = await credit(api, words, original, words.line("100", "-1"), customerNumber="PS1-9")

    assert words.code_of(answer) == (409, 9000013)


async def test_credited_invoice_cannot_be_cancelled(api, state, words):
    original = await api.invoice(words.line())
    state.credit(original["id"])

    answer = await api.post(f"/customerinvoices/{original['id']}/cancel", None)

    assert words.code_of(answer) == (409, 9000013)


async def test_cancelled_credit_gives_its_original_back(api, state, words):
    original = await api.invoice(words.line())
    made = state.credit(original["id"])

    state.cancel(made["id"])

    after = await api.read(f"/customerinvoices/{original['id']}")
    assert after["amountLeftToPay"] == 125


async def test_persons_credit_mirrors_the_whole_invoice(api, state, words):
    state.add_article("MUG", price=D("80.008"), stock=D(10))
    lines = [words.article("MUG", "3"), words.line("33.33", vat={"percent": D("0.12")}), words.line("0.01", account=3740)]
    original = await api.invoice(*lines, useRounding=True)

    made = state.credit(original["id"], reference="BY-HAND")

    assert (made["amountToPay"], made["vatAmount"]) == (-original["amountToPay"], -original["vatAmount"])
    assert made["invoiceHeader"]["invoiceReference"] == "BY-HAND"


async def test_negative_invoice_without_an_original_is_accepted(api, words):
    loose = await api.invoice(words.line("100", "-1"))

    assert (loose["grossAmount"], loose["customerInvoiceReferences"]) == (-125, [])
