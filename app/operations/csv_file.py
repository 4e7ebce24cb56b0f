"""Tables as CSV files, for programs and for a Swedish Excel."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute such a cell
ROWS_AT_ONCE = 500
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def chunks(columns: Sequence[str], rows: Iterable[Sequence[str]], *, excel: bool) -> Iterator[bytes]:
    """The file, some hundred rows at a time.

    Plain: RFC 4180 (commas, CRLF, quotes where needed) in UTF-8, for programs. `excel`: what a Swedish Excel opens by a double click: it takes
    the list separator of the computer's region, a semicolon, and takes a file for UTF-8 only where a byte order mark says so; a line
    `sep=,` would tell it the comma and make it ignore the mark.
    """
    if excel:
        yield BYTE_ORDER_MARK
    yield _written([columns], excel=excel)
    left = iter(rows)
    while some := list(islice(left, ROWS_AT_ONCE)):
        yield _written(some, excel=excel)


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (CWE-1236): numbers and reasons may carry texts of shop and Hogia."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _written(rows: Sequence[Sequence[str]], *, excel: bool) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";" if excel else ",", lineterminator="\r\n").writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode()
