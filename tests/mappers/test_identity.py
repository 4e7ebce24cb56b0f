from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from mappers.identity import NumberKind, compact, fold, format_organisation_number, looks_personal, mask, person_key, read_number

ORGANISATION, VAT, PERSONAL, NONE = NumberKind.ORGANISATION, NumberKind.VAT, NumberKind.PERSONAL, NumberKind.NONE


@pytest.mark.parametrize(
    ("text", "country", "kind", "organisation", "vat"),
    [
        ("556036-0793", "SE", ORGANISATION, "5560360793", ""),
        ("556036 0793", "", ORGANISATION, "5560360793", ""),
        ("556036\u20110793", "SE", ORGANISATION, "5560360793", ""),  # a non-breaking hyphen
        ("16556036-0793", "SE", ORGANISATION, "5560360793", ""),
        ("165560360793", "SE", ORGANISATION, "5560360793", ""),
        ("SE 556036-0793", "SE", ORGANISATION, "5560360793", ""),
        ("Org.nr: 556036-0793", "SE", ORGANISATION, "5560360793", ""),
        ("Organisationsnummer 5560360793", "SE", ORGANISATION, "5560360793", ""),
        ("SE556036079301", "SE", VAT, "5560360793", "SE556036079301"),
        ("se 556036-0793 01", "SE", VAT, "5560360793", "SE556036079301"),
        ("556036079301", "SE", VAT, "5560360793", "SE556036079301"),
        ("VAT no. SE556036079301", "", VAT, "5560360793", "SE556036079301"),
        ("Momsreg.nr SE556036079301", "SE", VAT, "5560360793", "SE556036079301"),
        ("SE123456789701", "SE", VAT, "1234567897", "SE123456789701"),
        ("DE 129 273 398", "DE", VAT, "", "DE129273398"),
        ("de129273398", "", VAT, "", "DE129273398"),
        ("129273398", "DE", VAT, "", "DE129273398"),
        ("BE697449992", "BE", VAT, "", "BE0697449992"),
        ("FR 61 954 506 077", "FR", VAT, "", "FR61954506077"),
        ("GR094259216", "GR", VAT, "", "EL094259216"),
        ("EL094259216", "GR", VAT, "", "EL094259216"),
        ("094259216", "GR", VAT, "", "EL094259216"),
        ("XI980780684", "GB", VAT, "", "XI980780684"),
        ("IE8Z49289F", "IE", VAT, "", "IE8Z49289F"),
        ("556000-0000", "SE", NONE, "", ""),  # check digit
        ("SE556036079302", "SE", NONE, "", ""),  # does not end with 01
        ("123456789101", "SE", NONE, "", ""),
        ("73282932000074", "FR", NONE, "", ""),  # a siret
        ("73282932000074", "SE", NONE, "", ""),
        ("GB980780684", "GB", NONE, "", ""),
        ("EU372022452", "", NONE, "", ""),  # an OSS registration of a seller
        ("5560360793", "DE", NONE, "", ""),  # digits alone are Swedish only at a Swedish address
        ("54362315K", "ES", NONE, "", ""),  # a Spanish person's identity number
        ("980780684", "GB", NONE, "", ""),
        ("-", "SE", NONE, "", ""),
        ("", "SE", NONE, "", ""),
        ("Snickeriet Åkerö AB", "SE", NONE, "", ""),
        ("VAT", "SE", NONE, "", ""),
        ("121212-1212", "SE", PERSONAL, "", ""),  # stdnum.se.orgnr accepts it
        ("19121212-1212", "SE", PERSONAL, "", ""),
        ("121212+1212", "SE", PERSONAL, "", ""),
        ("201212121212", "SE", PERSONAL, "", ""),
        ("701063-2391", "SE", PERSONAL, "", ""),  # a coordination number
        ("19701063-2391", "SE", PERSONAL, "", ""),
        ("SE121212121201", "SE", PERSONAL, "", ""),  # a sole trader's VAT number
        ("121212121201", "SE", PERSONAL, "", ""),
    ],
)
def test_a_typed_number_is_what_it_is_in_whatever_field(text: str, country: str, kind: NumberKind, organisation: str, vat: str) -> None:
    found = read_number(text, country=country, complete=True)

    assert (found.kind, found.organisation_number, found.vat_number) == (kind, organisation, vat)


def test_a_missing_prefix_is_added_only_where_it_is_asked_for() -> None:
    assert read_number("129273398", country="DE").kind is NONE


@pytest.mark.parametrize(
    ("number", "country"),
    [("7523169263", "BG"), ("7103192745", "CZ"), ("640903926", "CZ"), ("16117519997", "LV"), ("123456789", "PT"), ("1630615123457", "RO")],
)
def test_a_persons_national_number_never_becomes_a_vat_number(number: str, country: str) -> None:
    assert read_number(number, country=country, complete=True).kind is NONE


@given(st.text(max_size=30), st.sampled_from(["", "SE", "DE", "ES", "GR", "NO", "IE"]))
def test_any_text_can_be_read(text: str, country: str) -> None:
    found = read_number(text, country=country, complete=True)

    assert (found.kind is VAT) == bool(found.vat_number)


@given(st.dates(date(1912, 1, 1), date(2025, 12, 31)), st.sampled_from([0, 60]), st.integers(0, 999), st.sampled_from(["", "-", "+", " "]))
def test_no_personal_number_ever_comes_out(born: date, coordination: int, serial: int, separator: str) -> None:
    nine = f"{born:%y%m}{born.day + coordination:02}{serial:03}"
    ten = nine + luhn.calc_check_digit(nine)

    for text in (f"{ten[:6]}{separator}{ten[6:]}", f"19{ten}", f"20{ten}", f"SE{ten}01", f"{ten}01", f"SE{ten}"):
        found = read_number(text, country="SE", complete=True)
        assert (found.kind, found.organisation_number, found.vat_number) == (PERSONAL, "", "")
        assert looks_personal(text)
        assert ten[6:] not in mask(text)


@pytest.mark.parametrize("text", ["556036-0793", "SE556036079301", "123", "2026-02-03", "order 4711", "", "99123112345678"])
def test_what_is_no_personal_number_does_not_look_like_one(text: str) -> None:
    assert not looks_personal(text)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("kund 121212-1212 finns", "kund 121212-**** finns"),
        ("191212121212", "121212-****"),
        ("121212-1213", "121212-****"),  # a mistyped one is as personal
        ("701063-2391", "701063-****"),
        ("mail bjorn.lindqvist@example.net!", "mail ***@***"),
        ("org 556036-0793 kvar", "org 556036-0793 kvar"),
    ],
)
def test_personal_numbers_and_mail_addresses_are_masked(text: str, masked: str) -> None:
    assert mask(text).removesuffix("!") == masked


def test_an_organisation_number_is_written_with_its_hyphen() -> None:
    assert format_organisation_number("5560360793") == "556036-0793"


def test_a_label_alone_is_not_taken_off() -> None:
    assert compact("Orgnr") == "ORGNR"


@pytest.mark.parametrize(
    ("one", "other"), [("Gäst  GÄSTSSON", "gast gastsson"), ("Åkerö, AB", "akero ab"), ("Straße", "STRASSE"), ("Zoe\u0301", "Zoé")]
)
def test_names_are_compared_without_case_accents_and_punctuation(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_person_key_is_name_and_postcode() -> None:
    assert person_key("Gäst Gästsson", "111 22") == "gast gastsson|11122"


def test_nobody_has_no_person_key() -> None:
    assert person_key(" . ", "111 22") == ""
