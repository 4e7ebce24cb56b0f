"""Each of PrestaShop's errors is sorted once, by a table."""

from collections.abc import Mapping

import httpx
import pytest

from mappers.errors import Misconfigured, Rejected, Transient, Unknown
from workers.clients.prestashop.errors import ANSWER, BY_CODE, BY_STATUS, ENTITY, RESOURCE, retry_after, sorter

XML = "<prestashop><errors>{}</errors></prestashop>"
ERROR = "<error><code><![CDATA[{}]]></code><message><![CDATA[{}]]></message></error>"


def sort(status: int, body: str = "", *, method: str = "GET", headers: Mapping[str, str] | None = None, entity: bool = False):
    request = httpx.Request(method, "https://shop.example/api/orders", extensions={RESOURCE: "orders", ENTITY: entity})
    response = httpx.Response(status, headers=headers, content=body.encode())
    return sorter("acme-se")(request, response), response


def with_codes(*codes: int, message: str = "x") -> str:
    return XML.format("".join(ERROR.format(code, message) for code in codes))


@pytest.mark.parametrize(
    ("status", "codes", "family", "code"),
    [
        (401, (18,), Misconfigured, "SHOP_KEY_MALFORMED"),
        (401, (20, 21), Misconfigured, "SHOP_KEY_REFUSED"),
        (401, (21,), Misconfigured, "SHOP_KEY_REFUSED"),
        (401, (26,), Misconfigured, "SHOP_KEY_LACKS_RESOURCE"),
        (405, (25,), Misconfigured, "SHOP_KEY_LACKS_METHOD"),
        (405, (101,), Rejected, "SHOP_CALL_REFUSED"),
        (503, (22,), Misconfigured, "SHOP_WEBSERVICE_OFF"),
        (403, (132,), Misconfigured, "SHOP_KEY_LACKS_SHOP"),
        (400, (27,), Misconfigured, "SHOP_RESOURCE_UNKNOWN"),
        (400, (32,), Rejected, "SHOP_CALL_REFUSED"),
        (400, (34,), Rejected, "SHOP_CALL_REFUSED"),
        (400, (35,), Rejected, "SHOP_CALL_REFUSED"),
        (400, (38,), Rejected, "SHOP_CALL_REFUSED"),
        (400, (41,), Rejected, "SHOP_DATA_REFUSED"),
        (400, (85,), Rejected, "SHOP_VALUE_REFUSED"),
        (404, (999,), Misconfigured, "SHOP_ID_UNKNOWN"),
        (500, (999,), Misconfigured, "SHOP_ID_UNKNOWN"),
        (200, (26,), Misconfigured, "SHOP_KEY_LACKS_RESOURCE"),
        (500, (5,), Misconfigured, "SHOP_PHP_WARNINGS"),
        (400, (5, 32), Rejected, "SHOP_CALL_REFUSED"),
        (500, (46,), Transient, "SHOP_ERROR"),
    ],
)
def test_a_code_of_prestashop_decides_before_the_status(status, codes, family, code):
    problem, _ = sort(status, with_codes(*codes))

    assert type(problem) is family
    assert problem.code == code


@pytest.mark.parametrize(
    ("status", "body", "family", "code"),
    [
        (401, "401 Unauthorized", Misconfigured, "SHOP_KEY_NOT_RECEIVED"),
        (403, "<html>blocked</html>", Misconfigured, "SHOP_BLOCKED"),
        (404, "<html>nginx</html>", Misconfigured, "SHOP_WEBSERVICE_NOT_FOUND"),
        (404, "", Misconfigured, "SHOP_WEBSERVICE_NOT_FOUND"),
        (405, "<html>nginx</html>", Misconfigured, "SHOP_METHOD_BLOCKED"),
        (418, "tea", Rejected, "SHOP_CALL_REFUSED"),
        (408, "", Transient, "SHOP_ERROR"),
        (429, "", Transient, "SHOP_BUSY"),
        (500, "", Transient, "SHOP_ERROR"),
        (502, "<html>Bad gateway</html>", Transient, "SHOP_ERROR"),
        (503, "<html>Maintenance</html>", Transient, "SHOP_UNAVAILABLE"),
        (504, "", Transient, "SHOP_ERROR"),
        (524, "", Transient, "SHOP_ERROR"),
        (200, "<!DOCTYPE html><html><body>Butik</body></html>", Transient, "SHOP_ANSWERED_WEB_PAGE"),
        (200, "", Transient, "SHOP_ANSWER_UNREADABLE"),
        (200, "<prestashop></prestashop>", Transient, "SHOP_ERROR"),
    ],
)
def test_a_status_without_a_code_is_sorted_by_its_meaning(status, body, family, code):
    problem, _ = sort(status, body)

    assert type(problem) is family
    assert problem.code == code


@pytest.mark.parametrize("body", ['{"errors":[{"code":26,"message":"x"}]}', '{"errors":[{"code":"26","message":null}]}', with_codes(26)])
def test_errors_are_read_in_both_dialects(body):
    problem, _ = sort(401, body)

    assert problem.code == "SHOP_KEY_LACKS_RESOURCE"
    assert "orders" in problem.message


def test_a_missing_entity_is_no_problem_and_has_no_record():
    """Trap 11: a missing order is 404 with an empty body and no content type."""
    problem, response = sort(404, entity=True)

    assert problem is None
    assert response.extensions[ANSWER].records == ()


def test_a_500_with_data_beside_php_warnings_is_data():
    problem, response = sort(500, '{"orders":[{"id":5}],"errors":[{"code":5,"message":"[PHP Notice #8]"},{"code":3,"message":"w"}]}')

    assert problem is None
    assert response.extensions[ANSWER].records == ({"id": "5"},)


@pytest.mark.parametrize("status", [500, 502, 504, 408, 201])
def test_a_write_that_got_no_usable_answer_is_unknown(status):
    """Trap 11: an uncaught exception is 500 text/html with an empty body, and half of the work may be done."""
    problem, _ = sort(status, method="POST")

    assert type(problem) is Unknown


def test_a_write_that_was_refused_with_500_is_rejected():
    problem, _ = sort(500, with_codes(140, 46), method="POST")

    assert type(problem) is Rejected


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_says_wrong_domain_and_where_to(status):
    problem, _ = sort(status, headers={"Location": "https://www.shop.example/sv/?token=secret"})

    assert type(problem) is Misconfigured
    assert problem.code == "SHOP_WRONG_DOMAIN"
    assert "https://www.shop.example." in problem.message
    assert "secret" not in problem.message


@pytest.mark.parametrize("location", ["", "/sv/", "http://[bad", "https://å.example/"])
def test_a_redirect_to_anywhere_is_still_wrong_domain(location):
    problem, _ = sort(302, headers=[(b"Location", location.encode())] if location else None)

    assert problem.code == "SHOP_WRONG_DOMAIN"


@pytest.mark.parametrize(
    "message",
    [
        'Validation error: "Property Customer->email is not valid" anna@example.net',
        'Validation error: "Property Customer-&gt;email is not valid"',
        'parameter "email" required',
    ],
)
def test_a_message_names_the_field_and_never_the_data(message):
    problem, _ = sort(400, with_codes(85, message=message))

    assert "field email" in problem.message
    assert "anna" not in problem.message


@pytest.mark.parametrize("status", [429, 503, 500])
def test_retry_after_is_kept(status):
    problem, _ = sort(status, headers={"Retry-After": "120"})

    assert problem.retry_after == 120


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "Mon, 23 Nov 2026 05:10:00 GMT", "Date": "Mon, 23 Nov 2026 05:08:00 GMT"}, 120),
        ({"Retry-After": "Mon, 23 Nov 2026 05:00:00 GMT", "Date": "Mon, 23 Nov 2026 05:08:00 GMT"}, 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers, seconds):
    assert retry_after(httpx.Response(503, headers=headers)) == seconds


def test_every_verdict_says_what_to_do_with_its_blanks_filled():
    for verdict in [*BY_CODE.values(), *BY_STATUS.values()]:
        sentence = verdict.sentence.format(shop="s", resource="r", method="GET", number=1, field="")
        assert verdict.code.isupper()
        assert "{" not in sentence
        assert len(sentence) > 40
