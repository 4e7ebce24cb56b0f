"""The table of Nets' business codes (payments.md 4.5)."""

from __future__ import annotations

import pytest

from mappers.payments.model import Refusal
from mappers.payments.nets_codes import CODES, OTHERWISE


def test_table_has_every_code_of_the_sdk():
    assert sorted(CODES) == [str(code) for code in range(1000, 1033)]


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("1001", Refusal.AMOUNT_TOO_HIGH),
        ("1003", Refusal.NOT_ALLOWED),
        ("1005", Refusal.LINES_DIFFER),
        ("1007", Refusal.NOT_ALLOWED),
        ("1008", Refusal.ALREADY_CAPTURED),
        ("1010", Refusal.EXPIRED),
        ("1011", Refusal.NOT_FOUND),
        ("1015", Refusal.LINES_DIFFER),
        ("1019", Refusal.CANCELLED),
        ("1020", Refusal.METHOD_FAILED),
        ("1024", Refusal.SPLIT_REFUSED),
        ("1026", Refusal.KEY_REUSED),
        ("1027", Refusal.KEY_REUSED),
        ("1029", Refusal.DECLINED),
    ],
)
def test_code_says_what_to_do(code, refusal):
    assert CODES[code].refusal is refusal


def test_codes_that_leave_it_open_are_no_refusal():
    assert [code for code, each in CODES.items() if each.refusal is None] == ["1000", "1028"]


def test_codes_about_refunds_never_read_as_the_payments_end():
    assert not {CODES[code].refusal for code in ("1012", "1013", "1014")} & {Refusal.EXPIRED, Refusal.CANCELLED, Refusal.NOT_FOUND}


def test_sentences_can_be_continued():
    assert not [each.name for each in (*CODES.values(), OTHERWISE) if each.says.endswith(".") or not each.says]
