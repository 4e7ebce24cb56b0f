from __future__ import annotations

import httpx
import pytest

from mappers.errors import Misconfigured, OrderbroError, Rejected, Transient, Unknown
from tests.workers.clients.hogia.conftest import FakeHogia, reply
from workers.clients.hogia import HogiaClient, HogiaRejected, NumberTaken, SequenceReused, StaleVersion, WrongState
from workers.clients.hogia.problems import BY_CODE, read_problem, safe_text, sort_answer

READ = httpx.Request("GET", "https://api.hogia.test/x")
WRITE = httpx.Request("POST", "https://api.hogia.test/x")


def business(code: int, message: str = "text", status: int = 400) -> httpx.Response:
    return reply(
        [
            {
                "errorCode": code,
                "errorScopeId": "g",
                "message": message,
                "reference": "PS:1",
                "sequentialId": None,
                "sourceHint": "customerNumber",
            }
        ],
        status,
    )


BINDING = reply(
    {
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "traceId": "00-abc-01",
        "errors": {"sequenceId": ["The JSON value could not be converted to System.Guid."], "invoiceDate": ["Required.", "Too old."]},
    },
    400,
)


@pytest.mark.parametrize(
    ("answer", "items", "trace"),
    [
        (business(9000001, "unknown customer"), [("9000001", "customerNumber", "unknown customer", "PS:1")], ""),
        (
            BINDING,
            [
                ("", "sequenceId", "The JSON value could not be converted to System.Guid.", ""),
                ("", "invoiceDate", "Required.", ""),
                ("", "invoiceDate", "Too old.", ""),
            ],
            "00-abc-01",
        ),
        (reply("No such thing", 400), [("", "", "No such thing", "")], ""),
        (reply({"message": "Nope"}, 400), [("", "", "Nope", "")], ""),
        (reply({"title": "Bad Request", "status": 400, "traceId": "t"}, 400), [("", "", "Bad Request", "")], "t"),
        (httpx.Response(400, text="<html>Bad gateway</html>"), [], ""),
        (httpx.Response(400), [], ""),
        (reply(None, 400), [], ""),
        (reply([1, "x"], 400), [], ""),
        (reply({"errors": {}}, 400), [("", "", "", "")], ""),
        (reply({"errorCode": 9000009, "message": "m"}, 409), [("9000009", "", "m", "")], ""),
    ],
)
def test_every_shape_of_error_is_read(answer: httpx.Response, items: list[tuple[str, ...]], trace: str) -> None:
    problem = read_problem(answer)

    assert [(item.code, item.field, item.message, item.reference) for item in problem.items] == items
    assert problem.trace_id == trace


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        (9000009, 409, NumberTaken),
        (9000010, 409, StaleVersion),
        (9000011, 409, SequenceReused),
        (9000013, 409, WrongState),
        (9000001, 400, HogiaRejected),
        (9000012, 400, HogiaRejected),
        (1001004, 400, HogiaRejected),
    ],
)
def test_codes_a_caller_acts_on_are_told_apart(code: int, status: int, kind: type[Exception]) -> None:
    error = sort_answer(WRITE, business(code, status=status))

    assert type(error) is kind


def test_every_code_has_its_own_name_and_sentence() -> None:
    assert len({code for _, code, _ in BY_CODE.values()}) == len(BY_CODE)


@pytest.mark.parametrize(
    ("status", "read", "write"),
    [
        (400, Rejected, Rejected),
        (401, Misconfigured, Misconfigured),
        (403, Misconfigured, Misconfigured),
        (404, Rejected, Rejected),
        (408, Transient, Unknown),
        (409, Rejected, Rejected),
        (412, StaleVersion, StaleVersion),
        (422, Rejected, Rejected),
        (425, Transient, Transient),
        (429, Transient, Transient),
        (500, Transient, Unknown),
        (502, Transient, Unknown),
        (503, Transient, Unknown),
        (504, Transient, Unknown),
        (520, Transient, Unknown),
        (302, Misconfigured, Misconfigured),
    ],
)
def test_statuses_without_a_known_code_are_sorted_by_what_to_do(status: int, read: type[OrderbroError], write: type[OrderbroError]) -> None:
    assert isinstance(sort_answer(READ, httpx.Response(status)), read)
    assert isinstance(sort_answer(WRITE, httpx.Response(status)), write)


def test_501_is_sorted_as_refused_and_not_retried() -> None:
    assert isinstance(sort_answer(READ, httpx.Response(501)), Rejected)


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_success_is_never_read_as_an_error(status: int) -> None:
    assert sort_answer(WRITE, reply({"message": "created"}, status)) is None


async def test_persons_in_hogias_texts_reach_no_message(client: HogiaClient, hogia: FakeHogia) -> None:
    hogia.on("POST /contacts", business(9000009, "Contact 'Björn Lindqvist' 19121212-1212 bjorn@example.net exists, number 'PS1-12'", 409))

    with pytest.raises(NumberTaken) as caught:
        await client.create_contact({})

    told = str(caught.value)
    assert "'PS1-12'" in told
    assert not any(part in told for part in ("Björn", "Lindqvist", "1212-1212", "bjorn@"))


def test_a_long_text_is_cut() -> None:
    assert len(safe_text("x" * 1000)) == 160


async def test_an_unknown_organisation_is_a_matter_of_settings(client: HogiaClient) -> None:
    with pytest.raises(Misconfigured) as caught:
        await client.currencies()

    assert caught.value.code == "HOGIA_ORGANISATION_UNKNOWN"
