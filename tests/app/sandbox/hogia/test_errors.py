import pytest


async def refusal(api, words):
    return await api.post("/customerinvoices", words.body(words.line(), customerNumber="PS1-404"))


async def test_business_errors_are_a_list(api, words):
    answer = await refusal(api, words)

    (item,) = answer.json()
    assert set(item) == {"errorCode", "errorScopeId", "message", "reference", "sequentialId", "sourceHint"}


async def test_binding_errors_are_problem_details(api):
    answer = await api.post("/contacts", {})

    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert {"type", "title", "status", "traceId", "errors"} <= set(answer.json())


async def test_missing_things_are_problem_details(api, words):
    answer = await api.get(f"/customerinvoices/{words.guid()}")

    assert (answer.status_code, answer.json()["status"]) == (404, 404)


@pytest.mark.parametrize(("shape", "kind"), [("list", list), ("problem", dict), ("string", str), ("message", dict)])
async def test_any_error_takes_the_shape_that_is_asked_for(api, state, words, shape, kind):
    state.switches.error_shape = shape

    answer = await refusal(api, words)

    assert answer.status_code == 400
    assert isinstance(answer.json(), kind)


async def test_html_error(api, state, words):
    state.switches.error_shape = "html"

    answer = await refusal(api, words)

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/html; charset=utf-8")


async def test_empty_error(api, state, words):
    state.switches.error_shape = "empty"

    answer = await refusal(api, words)

    assert (answer.status_code, answer.content) == (400, b"")
