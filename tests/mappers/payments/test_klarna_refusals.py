from datetime import UTC, datetime, timedelta

import pytest

from mappers.payments.klarna_refusals import CODES, SENTENCES, Act, KlarnaError, explained, read_error, refusal_of
from mappers.payments.model import Payment, PaymentStatus, Provider, Refusal

NOW = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)


def payment(**more):
    own = {
        "provider": Provider.KLARNA,
        "reference": "r",
        "order_reference": "X",
        "status": PaymentStatus.AUTHORISED,
        "raw_status": "AUTHORIZED",
        "currency": "SEK",
        "authorised": 1_000,
        "captured": 0,
        "refunded": 0,
        "remaining": 1_000,
        "expires_at": NOW + timedelta(days=1),
    }
    return Payment(**own | more)


def test_every_refusal_has_a_sentence():
    assert set(SENTENCES) == set(Refusal)


@pytest.mark.parametrize(
    "body",
    [
        {"correlation_id": "c-1", "error_code": "NOT_ALLOWED", "error_messages": ["No."]},
        {"correlation_id": "c-1", "error_code": "NOT_ALLOWED", "error_message": "No."},
        {"correlation_id": "c-1", "error_code": "NOT_ALLOWED", "error_messages": "No."},
    ],
)
def test_envelope_in_its_forms(body):
    assert read_error(body) == KlarnaError(code="NOT_ALLOWED", texts=("No.",), correlation="c-1")


@pytest.mark.parametrize("body", [None, [], "text", {}, {"error_code": 7, "error_messages": [1]}, {"error_code": "<script>"}])
def test_anything_else_is_an_empty_envelope(body):
    assert read_error(body) == KlarnaError()


@pytest.mark.parametrize(("code", "refusal"), CODES.items())
def test_every_code(code, refusal):
    assert refusal_of(403, KlarnaError(code=code), has_lines=False) is refusal


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (400, Refusal.INVALID),
        (403, Refusal.NOT_ALLOWED),
        (404, Refusal.NOT_FOUND),
        (405, Refusal.INVALID),
        (409, Refusal.CONFLICT),
        (422, Refusal.INVALID),
    ],
)
def test_unknown_code_is_sorted_by_its_status(status, refusal):
    assert refusal_of(status, KlarnaError(code="SOMETHING_NEW"), has_lines=False) is refusal


@pytest.mark.parametrize(
    ("text", "has_lines", "refusal"),
    [
        ("Bad value: order_lines[0].total_amount", True, Refusal.LINES_DIFFER),
        ("Bad value: order_lines[0].total_amount", False, Refusal.INVALID),
        ("The size of the shipping_info/shipping_company value must be between 0 and 100", True, Refusal.INVALID),
    ],
)
def test_bad_value_of_a_line_is_a_matter_of_the_lines(text, has_lines, refusal):
    assert refusal_of(400, KlarnaError(code="BAD_VALUE", texts=(text,)), has_lines=has_lines) is refusal


@pytest.mark.parametrize(
    ("seen", "amount", "refusal"),
    [
        ({"status": PaymentStatus.CANCELLED, "remaining": 0}, 1_000, Refusal.CANCELLED),
        ({"status": PaymentStatus.EXPIRED, "remaining": 0}, 1_000, Refusal.EXPIRED),
        ({"expires_at": NOW}, 1_000, Refusal.EXPIRED),
        ({"status": PaymentStatus.CAPTURED, "captured": 1_000, "remaining": 0}, 1_000, Refusal.ALREADY_CAPTURED),
        ({"status": PaymentStatus.CAPTURED, "captured": 1_000, "remaining": 0, "expires_at": NOW}, 1_000, Refusal.ALREADY_CAPTURED),
        ({"status": PaymentStatus.PART_CAPTURED, "captured": 600, "remaining": 400}, 500, Refusal.AMOUNT_TOO_HIGH),
        ({}, 1_001, Refusal.AMOUNT_TOO_HIGH),
        ({"status": PaymentStatus.PENDING}, 1_000, Refusal.NOT_ALLOWED),
        ({}, 1_000, Refusal.NOT_ALLOWED),
    ],
)
def test_refused_capture_is_explained_by_the_order(seen, amount, refusal):
    assert explained(Act.CAPTURE, payment(**seen), amount, now=NOW) is refusal


def test_released_rest_is_not_called_captured():
    """Nothing remains, but not because it was captured: a caller must not take it for done."""
    released = payment(status=PaymentStatus.CAPTURED, captured=600, remaining=0)

    assert explained(Act.CAPTURE, released, 400, now=NOW) is Refusal.AMOUNT_TOO_HIGH


@pytest.mark.parametrize(
    ("act", "seen", "amount", "refusal"),
    [
        (Act.REFUND, {"captured": 1_000, "refunded": 600}, 401, Refusal.AMOUNT_TOO_HIGH),
        (Act.REFUND, {"captured": 1_000, "refunded": 600}, 400, Refusal.NOT_ALLOWED),
        (Act.REFUND, {}, 1, Refusal.NOT_ALLOWED),
        (Act.CANCEL, {"status": PaymentStatus.CANCELLED}, 1_000, Refusal.CANCELLED),
        (Act.CANCEL, {"status": PaymentStatus.PART_CAPTURED, "captured": 1}, 1_000, Refusal.NOT_ALLOWED),
    ],
)
def test_other_refusals_are_explained_too(act, seen, amount, refusal):
    assert explained(act, payment(**seen), amount, now=NOW) is refusal
