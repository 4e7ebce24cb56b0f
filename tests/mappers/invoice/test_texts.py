"""Text rows, and texts as they may stand on an invoice."""

from __future__ import annotations

import unicodedata

from mappers.connection import PaymentRule
from mappers.invoice.model import RowKind
from mappers.invoice.texts import clean, cut, wrap
from tests.factories import make_order, make_row, make_voucher
from tests.mappers.invoice.building import build, texts


def test_customers_own_texts_follow_their_row():
    row = make_row(ident=1, customization_texts=("Grattis\nAnna", "  "))

    invoice = build(make_order([row, make_row(ident=2)]))

    assert [(row.kind, row.text) for row in invoice.rows] == [
        (RowKind.ARTICLE, "Article 1"),
        (RowKind.TEXT, "Grattis Anna"),
        (RowKind.ARTICLE, "Article 2"),
    ]


def test_notes_are_printed_only_when_asked_for():
    order = make_order(messages=("Ring på dörren",), gift_message="Grattis!")

    assert texts(build(order)) == []
    assert texts(build(order, order_notes=True)) == ["Ring på dörren", "Grattis!"]


def test_long_note_is_wrapped_not_lost():
    order = make_order(messages=("en två tre fyra",))

    assert texts(build(order, order_notes=True, row_text_length=8)) == ["en två", "tre fyra"]


def test_texts_stand_in_their_order_with_the_shops_own_last():
    order = make_order(vouchers=[make_voucher("25", "20", name="Vår")], messages=("Hej",), module="klarna")

    rows = texts(
        build(
            order,
            voucher_text_rows=True,
            order_notes=True,
            payments={"klarna": PaymentRule(text="Betald med kort – betala ej")},
            text_rows=("Order {reference} ({id})", "{{unknown}}"),
        )
    )

    assert rows == ["Vår", "Betald med kort – betala ej", "Hej", "Order QWERTYUIO (42)", "{unknown}"]


def test_row_text_is_cut_by_characters_after_composition():
    decomposed = unicodedata.normalize("NFD", "åäöåäö")

    assert build(make_order([make_row(name=decomposed)]), row_text_length=4).rows[0].text == "åäöå"


def test_emoji_is_never_halved():
    assert cut("ab🎁cd", 3) == "ab🎁"


def test_control_characters_and_lone_surrogates_are_removed():
    assert clean("a\x00b\x1b[1m\ud83dc\u2028d\ufeff\te") == "ab[1mc d e"


def test_word_longer_than_the_row_is_broken():
    assert wrap("abcdefgh ij", 3) == ["abc", "def", "gh", "ij"]


def test_empty_message_makes_no_row():
    assert wrap(" \n ", 10) == []
