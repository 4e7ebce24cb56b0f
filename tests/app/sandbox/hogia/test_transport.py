import pytest

from app.sandbox.hogia import ORGANIZATION_ID


async def test_api_version_is_required_in_the_query(api):
    answer = await api.http.get(f"/{ORGANIZATION_ID}/currencies", headers={"Authorization": f"Bearer {api.token}"})

    assert answer.status_code == 400
    assert "api-version" in answer.json()["errors"]


@pytest.mark.parametrize("version", ["yesterday", "20250601", ""])
async def test_api_version_is_a_date(api, version):
    answer = await api.get("/currencies", **{"api-version": version})

    assert answer.status_code == 400


async def test_invoice_before_the_v2_version_is_refused(api, words):
    answer = await api.post("/customerinvoices", words.body(words.line()), **{"api-version": "2024-11-11"})

    assert "invoiceHeader" in answer.json()["errors"]


async def test_request_id_comes_back(api):
    answer = await api.http.get("/connect/token", headers={"X-Request-Id": "b7e1"})

    assert answer.headers["X-Request-Id"] == "b7e1"


@pytest.mark.parametrize(
    "path", ["/articles", "/customerinvoices", "/contacts/rowversion", "/stockbalances", "/subscriptions", "/organization"]
)
async def test_assumed_routes_say_so(api, path):
    answer = await api.get(path)

    assert answer.status_code == 200
    assert answer.headers["X-Contract-Status"] == "assumed"


@pytest.mark.parametrize("path", ["/contacts", "/currencies", "/vatcodes", "/financialyears/paged"])
async def test_routes_seen_in_public_clients_do_not(api, path):
    answer = await api.get(path)

    assert answer.status_code == 200
    assert "X-Contract-Status" not in answer.headers


async def test_unknown_route_is_404(api):
    answer = await api.get("/orders")

    assert answer.status_code == 404


async def test_wrong_method_is_405(api):
    answer = await api.call("DELETE", "/currencies")

    assert answer.status_code == 405


async def test_organisation_lists_its_modules(api):
    answer = await api.read("/organization")

    assert answer["modules"] == ["Bookkeeping", "Invoicing", "CashRegister"]


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b'{"number": NaN}', b'{"number": 1e99999999999999999999}', b"\xff"])
async def test_what_is_no_json_object_is_a_binding_error(api, raw):
    url = f"/{ORGANIZATION_ID}/contacts?api-version=2025-06-01"

    answer = await api.http.post(url, content=raw, headers={"Authorization": f"Bearer {api.token}"})

    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")
