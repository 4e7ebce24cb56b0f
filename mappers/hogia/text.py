"""Texts as Hogia takes them: NFC, one line, cut by characters and never through one that is composed of several.

Only the lengths of numbers are part of the contract (hogia.md 3.4, 3.5). `NAME` and `REFERENCE` are the legacy import format's (1.9), used as
conservative limits. That format's 30 characters for a street are not: a street cut short is a parcel gone astray.
"""

from __future__ import annotations

import unicodedata

CONTACT_NUMBER = 20
ARTICLE_NUMBER = 40
ARTICLE_NAME = 200
ARTICLE_DESCRIPTION = 2000
EAN = 30
NAME = 50
REFERENCE = 30
ORDER_NUMBER = 50
ADDRESS_LINE = 60
POSTCODE = 12
CITY = 50
EMAIL = 60
ROW = 200
COMMENT = 500

_JOINERS = {"\u200d", "\ufe0f", "\ufe0e"}


def fit(text: str, limit: int) -> str:
    """The text in at most `limit` characters, ending with `…` where something was cut."""
    line = " ".join("".join(_printed(ch) for ch in unicodedata.normalize("NFC", text)).split())
    if len(line) <= limit:
        return line
    end = limit - 1
    while end > 0 and (_continues(line[end]) or line[end - 1] == "\u200d"):
        end -= 1
    return line[:end].rstrip() + "…"


def _printed(ch: str) -> str:
    """Controls and line breaks separate; invisible format characters (soft hyphen, directions) and lone surrogates vanish."""
    category = unicodedata.category(ch)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if category in {"Cf", "Cs"} and ch not in _JOINERS else ch


def _continues(ch: str) -> bool:
    """Whether the character belongs to the one before it (accents, emoji parts and skin tones)."""
    return ch in _JOINERS or bool(unicodedata.combining(ch)) or "\U0001f3fb" <= ch <= "\U0001f3ff"
