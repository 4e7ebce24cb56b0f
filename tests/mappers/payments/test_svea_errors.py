"""Svea's four forms of error."""

from __future__ import annotations

import pytest

from mappers.payments.model import Refusal
from mappers.payments.svea_errors import CODES, OTHERWISE, REMEDIES, STATUSES, read_problem, refusal_sentence

CODE_FORM = b'{"Code":"20011","Message":"Order amount exceeds","Errors":[{"Code":"1","Field":"DeliveredAmount","ErrorMessage":"too high"}]}'


def test_json_with_a_code_and_errors():
    problem = read_problem(400, CODE_FORM)

    assert (problem.codes, problem.text) == (("20011", "1"), "Order amount exceeds; DeliveredAmount too high")
    assert problem.refusal[0] is Refusal.AMOUNT_TOO_HIGH


def test_json_with_a_result_code():
    problem = read_problem(400, b'{"resultCode":20017,"errorMessage":"The order is delivered"}')

    assert (problem.codes, problem.text, problem.refusal[0]) == (("20017",), "The order is delivered", Refusal.ALREADY_CAPTURED)


def test_header_without_a_body():
    problem = read_problem(400, b"", header="Invalid amount")

    assert (problem.codes, problem.text, problem.refusal[0]) == ((), "Invalid amount", Refusal.INVALID)


def test_plain_text():
    assert read_problem(400, "Beställningen är stängd".encode()).text == "Beställningen är stängd"


def test_text_in_json_quotes():
    assert read_problem(400, b'"Invalid amount"').text == "Invalid amount"


def test_byte_order_mark_before_json():
    assert read_problem(400, b"\xef\xbb\xbf" + CODE_FORM).refusal[0] is Refusal.AMOUNT_TOO_HIGH


def test_code_that_only_an_error_of_the_list_has():
    problem = read_problem(400, b'{"Code":"","Message":"Validation","Errors":[{"Code":"20015","Field":"OrderRowIds"}]}')

    assert problem.refusal[0] is Refusal.ALREADY_CAPTURED


@pytest.mark.parametrize("content", [b"", b"<html><body>Bad gateway</body></html>", b"\xff\xfe\x00", b"[1, 2]"])
def test_what_says_nothing_is_invalid(content):
    assert read_problem(400, content).refusal == OTHERWISE


def test_page_of_a_proxy_is_not_quoted():
    assert read_problem(502, b"<html>secret page</html>").text == ""


def test_persons_are_masked_and_long_texts_cut():
    problem = read_problem(400, b'{"Message":"Customer 194605092222 prova@example.test ' + b"x" * 500 + b'"}')

    assert "2222" not in problem.text
    assert "prova" not in problem.text
    assert len(problem.text) == 160


@pytest.mark.parametrize(
    ("status", "content", "is_it"),
    [
        (401, b"", True),
        (403, b"", True),
        (403, b'{"Code":"20018"}', False),
        (400, b'{"ResultCode":10000}', True),
        (404, b"", False),
    ],
)
def test_credentials(status, content, is_it):
    assert read_problem(status, content).are_credentials_refused is is_it


@pytest.mark.parametrize(("status", "refusal"), [(404, Refusal.NOT_FOUND), (409, Refusal.CONFLICT), (400, Refusal.INVALID)])
def test_status_decides_where_there_is_no_code(status, refusal):
    assert read_problem(status, b"").refusal[0] is refusal


def test_sentence_says_what_why_and_what_to_do():
    said = refusal_sentence(read_problem(400, CODE_FORM))

    assert said.startswith("Svea refused: the amount exceeds what is authorised (HTTP 400, code 20011: ")
    assert said.endswith("Compare the order in the shop with the one in Svea's admin.")


def test_every_refusal_in_the_tables_has_a_remedy():
    assert {refusal for refusal, _ in (*CODES.values(), *STATUSES.values(), OTHERWISE)} == set(REMEDIES)
