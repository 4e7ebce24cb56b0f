"""Organisation numbers, VAT numbers and personal numbers as people type them into a shop (accounting.md 13, accounting-recordings.md 4.6).

PrestaShop has no field for a Swedish organisation number: it turns up in `vat_number`, `dni` or `siret`, and a VAT number in any of them.
So a text is read for what it *is*, wherever it stands. The third digit decides between a legal person (2-9) and a natural one (0, 1: a
sole trader's organisation number is a personal number, and `stdnum.se.orgnr` accepts it). A personal number is never handed on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stdnum import luhn
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError


class NumberKind(StrEnum):
    """What a typed text turned out to be."""

    ORGANISATION = "organisation"
    VAT = "vat"
    PERSONAL = "personal"
    NONE = "none"  # empty, or nothing we know


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityNumber:
    """A number that was recognised. All texts are empty for a personal number: it goes no further."""

    kind: NumberKind
    organisation_number: str = ""  # ten digits, Swedish legal persons only
    vat_number: str = ""  # with country prefix, Greece as EL


NO_NUMBER = IdentityNumber(kind=NumberKind.NONE)
PERSONAL_NUMBER = IdentityNumber(kind=NumberKind.PERSONAL)

# What people write before the number. Longest first, so that ORG does not eat the head of ORGANISATIONSNUMMER.
LABELS = (
    "MOMSREGISTRERINGSNUMMER",
    "ORGANISATIONSNUMMER",
    "ORGANISATIONSNR",
    "VATNUMBER",
    "ORGNUMMER",
    "MOMSREGNR",
    "MOMSREG",
    "USTIDNR",
    "MOMSNR",
    "USTID",
    "ORGNR",
    "VATNO",
    "VATNR",
    "MOMS",
    "ORG",
    "VAT",
)
# ISO 3166 -> VAT prefix, where they differ. GR is accepted by stdnum and refused by VIES (accounting.md 3).
VAT_PREFIX: Mapping[str, str] = {"GR": "EL"}
# The prefixes of buyers: EU and IM name OSS registrations of sellers, which stdnum.eu.vat accepts too.
VAT_PREFIXES = frozenset({country.upper() for country in eu_vat.MEMBER_STATES} | {"EL"})
# Countries whose VAT number may be a natural person's national number. Without the prefix it is then not taken for a VAT number.
PERSON_SHAPED: Mapping[str, Callable[[str], bool]] = {
    "BG": lambda number: len(number) == 10,
    "CZ": lambda number: len(number) in {9, 10},
    "ES": lambda number: number[:1].isdigit() or number[:1] in "KLMXYZ",
    "LV": lambda number: number[:1] in "0123",
    "PT": lambda number: number[:1] in "123",
    "RO": lambda number: len(number) == 13,
}

_EMAIL = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")
_PERSONAL = re.compile(r"(?<!\d)\d{6}(?:\d{2})?\s?[-+–]?\s?\d{4}(?:01)?(?!\d)")


def compact(text: str) -> str:
    """The text's letters and digits in upper case, without the label people write before a number."""
    kept = "".join(ch for ch in unicodedata.normalize("NFKC", text).upper() if ch.isascii() and ch.isalnum())
    for label in LABELS:
        if kept.startswith(label) and any(ch.isdigit() for ch in kept[len(label) :]):
            return kept[len(label) :]
    return kept


def read_number(text: str, *, country: str = "", complete: bool = False) -> IdentityNumber:
    """What the text is.

    `country` is the address's (ISO alpha-2, "" unknown): digits alone are a Swedish organisation number only for a Swedish or unknown
    address. `complete`: a missing EU prefix may be added from the country, where the rest is valid there (for fields that are meant for
    VAT numbers; in `dni` a Spanish consumer's identity number would become a VAT number).
    """
    number = compact(text)
    if not number:
        return NO_NUMBER
    if number.startswith("SE") and number[2:].isdigit():
        return _swedish(number[2:])
    if number.isdigit() and country in {"", "SE"}:
        return _swedish(number)
    if number[:2] in VAT_PREFIXES and (valid := _eu_vat(number)):
        return IdentityNumber(kind=NumberKind.VAT, vat_number=valid)
    prefix = VAT_PREFIX.get(country, country)
    if complete and prefix in VAT_PREFIXES and not PERSON_SHAPED.get(prefix, _never)(number) and (valid := _eu_vat(prefix + number)):
        return IdentityNumber(kind=NumberKind.VAT, vat_number=valid)
    return NO_NUMBER


def format_organisation_number(number: str) -> str:
    """`5560360793` -> `556036-0793`, as Hogia wants it (hogia.md 3.4)."""
    return f"{number[:6]}-{number[6:]}"


def looks_personal(text: str) -> bool:
    """Whether a Swedish personal or coordination number may stand in the text; its check digit is not asked for, a typo is as personal."""
    return any(_birth(found) for found in _PERSONAL.finditer(text))


def mask(text: str) -> str:
    """The text with personal numbers as `YYMMDD-****` and e-mail addresses as `***@***` (accounting.md 13)."""

    def hide(found: re.Match[str]) -> str:
        birth = _birth(found)
        return f"{birth}-****" if birth else found.group()

    return _EMAIL.sub("***@***", _PERSONAL.sub(hide, text))


def fold(text: str) -> str:
    """A name for comparison: no case, no accents, no punctuation, single blanks (`Åkerö  AB` -> `akero ab`)."""
    plain = "".join(ch for ch in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(ch))
    return " ".join("".join(ch if ch.isalnum() else " " for ch in plain.casefold()).split())


def person_key(name: str, postcode: str) -> str:
    """Name and postcode folded, `gast gastsson|11122`; "" without a name."""
    folded = fold(name)
    return f"{folded}|{fold(postcode).replace(' ', '')}" if folded else ""


def _swedish(digits: str) -> IdentityNumber:
    if len(digits) == 12:
        if digits[:2] in {"18", "19", "20"} and _is_person(digits[2:]):
            return PERSONAL_NUMBER
        if digits.startswith("16") and _is_legal_person(digits[2:]):
            return IdentityNumber(kind=NumberKind.ORGANISATION, organisation_number=digits[2:])
        if digits.endswith("01"):
            head = digits[:10]
            if _is_person(head):
                return PERSONAL_NUMBER
            if _is_legal_person(head):
                return IdentityNumber(kind=NumberKind.VAT, organisation_number=head, vat_number=f"SE{digits}")
        return NO_NUMBER
    if len(digits) == 10 and _is_person(digits):
        return PERSONAL_NUMBER
    if len(digits) == 10 and _is_legal_person(digits):
        return IdentityNumber(kind=NumberKind.ORGANISATION, organisation_number=digits)
    return NO_NUMBER


def _is_legal_person(ten: str) -> bool:
    return ten[2] >= "2" and bool(luhn.is_valid(ten))


def _is_person(ten: str) -> bool:
    return ten[2] < "2" and bool(luhn.is_valid(ten))


def _eu_vat(number: str) -> str:
    try:
        valid = str(eu_vat.validate(number))
    except (ValidationError, ValueError, IndexError):
        return ""
    return VAT_PREFIX.get(valid[:2], valid[:2]) + valid[2:]


def _birth(found: re.Match[str]) -> str:
    """The six digits of a birth date, "" where there is none. Twelve digits are a century and ten, or ten and the 01 of a VAT number."""
    digits = "".join(ch for ch in found.group() if ch.isdigit())
    readings = [digits[2:8]] if digits[:2] in {"18", "19", "20"} and len(digits) >= 12 else []
    readings += [digits[:6]] if len(digits) == 10 or (len(digits) == 12 and digits.endswith("01")) else []
    return next((six for six in readings if _is_birth(six)), "")


def _is_birth(six: str) -> bool:
    year, month, day = int(six[:2]), int(six[2:4]), int(six[4:])
    day -= 60 if day > 60 else 0  # a coordination number's day
    return any(_is_date(century + year, month, day) for century in (1900, 2000))


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _never(_number: str) -> bool:
    return False
