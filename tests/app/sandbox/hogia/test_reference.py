import pytest

D_PERCENT = {3001: 25, 3002: 12, 3003: 6, 3004: 0, 3105: 0, 3108: 0, 3305: 0, 3308: 0, 3106: 25, 3520: 25, 3521: 0, 3522: 0, 3540: 25}
WITHOUT_VAT = (1510, 1580, 1930, 1940, 2421, 2611, 2621, 2631, 2670, 3740, 3960, 7960)


async def this_year(api):
    return (await api.read("/financialyears/bydate/2026-02-03"))["id"]


async def test_currencies_have_a_rounding_factor(api):
    found = {each["code"]: each["roundingFactor"] for each in await api.read("/currencies")}

    assert {"SEK", "EUR", "NOK", "DKK", "USD", "GBP"} <= set(found)
    assert found["SEK"] == 1


async def test_one_vat_code_is_a_bare_object(api):
    assert (await api.read("/vatcodes", number=10))["vatPercent"] == 25


async def test_one_vat_code_is_a_list_with_the_switch_off(api, state):
    state.switches.single_as_object = False

    assert len(await api.read("/vatcodes", number=10)) == 1


async def test_accounts_point_to_vat_codes(api):
    percents = {each["id"]: each["vatPercent"] for each in await api.read("/vatcodes")}

    accounts = {each["number"]: each for each in await api.read(f"/financialyears/{await this_year(api)}/accounts")}

    assert {number: percents[accounts[number]["vatCodeId"]] for number in D_PERCENT} == D_PERCENT
    assert {accounts[number]["vatCodeId"] for number in WITHOUT_VAT} == {None}


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"minNumber": 3001, "maxNumber": 3003}, [3001, 3002, 3003]),
        ({"minNumber": 3001, "maxNumber": 3003, "start": 1, "count": 1}, 3002),
        ({"number": 3740}, 3740),
        ({"number": 1920}, []),
        ({"number": 1920, "accountState": "All"}, 1920),
        ({"searchParameter": "presentkort"}, 2421),
    ],
)
async def test_accounts_are_filtered_and_one_is_a_bare_object(api, query, numbers):
    found = await api.read(f"/financialyears/{await this_year(api)}/accounts", **query)

    assert ([each["number"] for each in found] if isinstance(found, list) else found["number"]) == numbers


async def test_year_by_date_covers_the_date(api):
    found = await api.read("/financialyears/bydate/2025-12-31")

    assert (found["startDate"], found["endDate"]) == ("2025-01-01T00:00:00", "2025-12-31T00:00:00")


@pytest.mark.parametrize(("day", "status"), [("2031-01-01", 404), ("yesterday", 400)])
async def test_year_by_date_outside_every_year(api, day, status):
    assert (await api.get(f"/financialyears/bydate/{day}")).status_code == status


async def test_accounts_of_an_unknown_year_are_404(api, words):
    assert (await api.get(f"/financialyears/{words.guid()}/accounts")).status_code == 404


async def test_vat_settings_name_the_output_vat_accounts(api):
    found = await api.read("/vatsettings")

    assert {(each["vatValue"], each["accountNumber"]) for each in found} == {(25, 2611), (12, 2621), (6, 2631)}


@pytest.mark.parametrize(("query", "numbers"), [({"dimensionType": "One"}, ["100", "200"]), ({"searchText": "kampanj"}, ["10"])])
async def test_dimensions_are_filtered(api, query, numbers):
    assert [each["number"] for each in await api.read("/dimensions", **query)] == numbers
