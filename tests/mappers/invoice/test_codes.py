"""The table of codes and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

from mappers.invoice import codes

FOLDER = Path(codes.__file__).parent
SOURCE = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py") if path.name != "codes.py"}


def used(pattern: str) -> set[str]:
    return {code for text in SOURCE.values() for code in re.findall(pattern, text)}


def test_every_park_is_in_the_table():
    assert used(r"Rejected\(\s*\"([A-Z_]+)\"") == set(codes.PARKS)


def test_every_setting_fault_is_in_the_table():
    assert used(r"Misconfigured\(\s*\"([A-Z_]+)\"") == set(codes.SETTINGS)


def test_every_notice_is_in_the_table():
    assert used(r"Notice\(\s*code=\"([A-Z_]+)\"") == set(codes.NOTICES)
