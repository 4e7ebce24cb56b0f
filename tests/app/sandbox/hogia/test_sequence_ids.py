import pytest


async def test_same_invoice_under_the_same_id_is_the_first_one_again(api, words):
    body = words.body(words.line()) | {"sequenceId": words.guid()}
    first = await api.post("/customerinvoices", body)

    second = await api.post("/customerinvoices", body)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert len(await api.read("/customerinvoices")) == 1


async def test_other_content_under_the_same_id_is_a_conflict(api, words):
    ident = words.guid()
    await api.post("/customerinvoices", words.body(words.line("1")) | {"sequenceId": ident})

    answer = await api.post("/customerinvoices", words.body(words.line("2")) | {"sequenceId": ident})

    assert words.code_of(answer) == (409, 9000011)


async def test_refused_write_leaves_its_id_free(api, words, state):
    ident = words.guid()
    await api.post("/customerinvoices", words.body(words.line(), customerNumber="PS1-2") | {"sequenceId": ident})
    state.add_contact("PS1-2")

    answer = await api.post("/customerinvoices", words.body(words.line(), customerNumber="PS1-2") | {"sequenceId": ident})

    assert answer.status_code == 201


async def test_ignored_ids_make_a_second_invoice(api, state, words):
    state.switches.sequence_id_mode = "ignored"
    body = words.body(words.line()) | {"sequenceId": words.guid()}

    await api.made("/customerinvoices", body)
    await api.made("/customerinvoices", body)

    assert len(await api.read("/customerinvoices")) == 2


@pytest.mark.parametrize("ident", ["", "4711", 4711])
async def test_id_that_is_no_guid_is_a_binding_error(api, words, ident):
    answer = await api.post("/customerinvoices", words.body(words.line()) | {"sequenceId": ident})

    assert answer.status_code == 400
    assert "sequenceId" in answer.json()["errors"]


@pytest.mark.parametrize("path", ["/contacts", "/articles"])
async def test_contacts_and_articles_are_made_once(api, words, path):
    body = {"number": "N1", "name": "x"} if path == "/articles" else {"number": "N1", "companyName": "x", "contactTypes": [2]}
    body["sequenceId"] = words.guid()
    first = await api.post(path, body)

    second = await api.post(path, body)

    assert (second.status_code, second.json()["id"]) == (200, first.json()["id"])
