import base64

from app.sandbox.hogia import CLIENT_ID, CLIENT_SECRET


async def test_client_credentials_in_the_form_give_a_token(api):
    answer = await api.login()

    assert answer.status_code == 200
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 3600


async def test_client_credentials_in_a_basic_header_give_a_token(api):
    basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()

    answer = await api.http.post("/connect/token", data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"})

    assert answer.status_code == 200


async def test_wrong_secret_gives_no_token(api):
    answer = await api.login(secret="wrong")

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


async def test_other_grants_are_refused(api):
    answer = await api.http.post("/connect/token", data={"grant_type": "password"})

    assert (answer.status_code, answer.json()) == (400, {"error": "unsupported_grant_type"})


async def test_request_without_a_known_token_is_401(api):
    api.token = "unknown"

    answer = await api.get("/currencies")

    assert answer.status_code == 401
    assert "invalid_token" in answer.headers["WWW-Authenticate"]


async def test_token_dies_after_its_ttl(api, state):
    state.switches.token_ttl = 120
    await api.login()
    state.clock.advance(120)

    answer = await api.get("/currencies")

    assert answer.status_code == 401


async def test_client_enters_only_its_own_organisations(api, state):
    other = "11111111-2222-4333-8444-555555555555"
    state.add_organisation(other, name="Annat AB")

    refused = await api.call("GET", "/currencies", org=other)

    assert refused.status_code == 403


async def test_organisations_have_separate_books(api, state):
    other = "11111111-2222-4333-8444-555555555555"
    state.add_organisation(other, name="Annat AB")
    state.add_client("other", "other-secret", [other])
    await api.login("other", "other-secret")

    answer = await api.call("GET", "/contacts", org=other)

    assert answer.json() == []
