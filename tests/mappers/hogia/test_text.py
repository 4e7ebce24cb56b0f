from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers.hogia.countries import SWEDISH_NAMES, country_name
from mappers.hogia.text import fit


@pytest.mark.parametrize(
    ("text", "limit", "fitted"),
    [
        ("Åkerö", 5, "Åkerö"),
        ("A\u030akero\u0308", 5, "Åkerö"),  # composed before it is counted
        ("Snickeriet Åkerö AB", 12, "Snickeriet…"),
        ("abcdef", 4, "abc…"),
        ("a\r\nb\tc\x00d", 20, "a b c d"),
        ("soft\u00adhyphen\u200e", 20, "softhyphen"),
        ("ab👨‍👩‍👧cd", 5, "ab…"),  # a family is not split
        ("ab👍🏽cd", 4, "ab…"),  # nor a thumb from its colour
        ("x\ud800y", 5, "xy"),
    ],
)
def test_texts_are_one_line_and_cut_between_characters(text: str, limit: int, fitted: str) -> None:
    assert fit(text, limit) == fitted


@given(st.text(), st.integers(1, 40))
def test_a_fitted_text_is_never_longer_and_stays_as_it_is(text: str, limit: int) -> None:
    once = fit(text, limit)

    assert len(once) <= limit
    assert unicodedata.is_normalized("NFC", once)
    assert fit(once, limit) == once


def test_countries_have_swedish_names_and_unknown_ones_their_code() -> None:
    assert (country_name("SE"), country_name("GR"), country_name("ZZ")) == ("Sverige", "Grekland", "ZZ")


def test_every_country_of_the_union_has_a_name() -> None:
    union = [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]

    assert set(union) <= set(SWEDISH_NAMES)
