import pytest


def contact(number="PS1-2", **more):
    return {"number": number, "contactTypes": [2], "givenName": "Åsa", "surName": "Öberg", "countryCode": "SE", **more}


ADDRESS = {"addressType": 2, "street": "Storgatan 1", "zipCode": "11122", "city": "Stockholm", "country": "Sverige"}


async def test_contact_is_made_and_found_by_its_number(api):
    made = await api.made("/contacts", contact())

    (found,) = await api.read("/contacts", number="ps1-2")

    assert found["id"] == made["id"]
    assert (found["version"], found["isOrganization"], found["surName"]) == (1, False, "Öberg")


async def test_number_is_unique(api, words):
    answer = await api.post("/contacts", contact("PS1-1"))

    assert words.code_of(answer) == (409, 9000009)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "x" * 21}, "number"),
        ({"contactTypes": []}, "contactTypes"),
        ({"givenName": None, "surName": None}, "companyName"),
        ({"surname": "misspelt"}, "surname"),
        ({"customer": {"paymentTerms": "30"}}, "customer.paymentTerms"),
        ({"addresses": [{**ADDRESS, "addressType": 9}]}, "addresses[0].addressType"),
        ({"sequenceId": ""}, "sequenceId"),
    ],
)
async def test_malformed_contact_is_a_binding_error(api, change, field):
    answer = await api.post("/contacts", contact() | change)

    assert answer.status_code == 400
    assert field in answer.json()["errors"]


async def test_misspelt_fields_pass_when_ignored(api, state):
    state.switches.unknown_fields = "ignored"

    await api.made("/contacts", contact() | {"surname": "misspelt"})


async def test_put_replaces_at_the_newest_version(api):
    made = await api.made("/contacts", contact())

    answer = await api.call("PUT", f"/contacts/{made['id']}", contact(surName="Ek"), version=1)

    assert (answer.json()["surName"], answer.json()["version"]) == ("Ek", 2)
    assert answer.json()["rowVersion"] > made["rowVersion"]


async def test_put_of_what_was_read_is_accepted(api):
    made = await api.made("/contacts", contact(addresses=[ADDRESS], customer={"isActive": True}))

    answer = await api.call("PUT", f"/contacts/{made['id']}", made, version=1)

    assert answer.status_code == 200
    assert answer.json()["addresses"][0]["id"] == made["addresses"][0]["id"]
    assert answer.json()["addresses"][0]["version"] == 2


async def test_stale_version_is_a_conflict(api, words):
    made = await api.made("/contacts", contact())
    await api.call("PUT", f"/contacts/{made['id']}", contact(surName="Ek"), version=1)

    answer = await api.call("PUT", f"/contacts/{made['id']}", contact(surName="Al"), version=1)

    assert words.code_of(answer) == (409, 9000010)


async def test_put_without_a_version_is_a_binding_error(api):
    made = await api.made("/contacts", contact())

    answer = await api.call("PUT", f"/contacts/{made['id']}", contact())

    assert "version" in answer.json()["errors"]


async def test_address_is_added(api):
    made = await api.made("/contacts", contact())

    address = await api.made(f"/contacts/{made['id']}/addresses", ADDRESS)

    assert (address["contactId"], address["version"]) == (made["id"], 1)
    assert [each["id"] for each in (await api.read(f"/contacts/{made['id']}"))["addresses"]] == [address["id"]]


async def test_address_is_replaced_at_its_version(api, words):
    made = await api.made("/contacts", contact(addresses=[ADDRESS]))
    path = f"/contacts/{made['id']}/addresses/{made['addresses'][0]['id']}"

    changed = await api.call("PUT", path, {**ADDRESS, "city": "Umeå"}, version=1)
    stale = await api.call("PUT", path, {**ADDRESS, "city": "Luleå"}, version=1)

    assert changed.json()["city"] == "Umeå"
    assert words.code_of(stale) == (409, 9000010)


async def test_contact_channels_are_dropped_with_the_switch(api, state):
    state.switches.ignore_contact_channels = True

    made = await api.made("/contacts", contact(contactChannels=[{"value": "a@example.com", "contactChannelType": 1}]))

    assert made["contactChannels"] == []


async def test_feed_gives_changes_after_a_row_version(api):
    first = await api.made("/contacts", contact("PS1-2"))
    second = await api.made("/contacts", contact("PS1-3"))

    changed = await api.read("/contacts/rowversion", lastKnownRowVersion=first["rowVersion"])

    assert [each["id"] for each in changed] == [second["id"]]


async def test_feed_gives_a_changed_contact_once_and_in_order(api):
    first = await api.made("/contacts", contact("PS1-2"))
    await api.made("/contacts", contact("PS1-3"))
    await api.call("PUT", f"/contacts/{first['id']}", contact("PS1-2", surName="Ek"), version=1)

    changed = await api.read("/contacts/rowversion", lastKnownRowVersion=0)

    assert [each["number"] for each in changed] == ["PS1-1", "PS1-3", "PS1-2"]
    assert [each["number"] for each in await api.read("/contacts/rowversion", lastKnownRowVersion=0, pageSize=1)] == ["PS1-1"]


async def test_unknown_contact_is_404(api, words):
    answer = await api.get(f"/contacts/{words.guid()}")

    assert answer.status_code == 404
