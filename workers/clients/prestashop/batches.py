"""Many ids or references in few calls: how many a call may ask for, and how a reference is asked for without being misread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from workers.clients.prestashop.client import any_of

BATCH = 100
ADDRESS_LENGTH = 4000  # encoded characters of one filter; web servers take 8 kB of request line and headers together
SPECIAL = "|,%[]<>!"


def batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """Each id above 0 once, ascending, in lists that one call can ask for."""
    wanted = sorted({ident for ident in ids if ident > 0})
    for start in range(0, len(wanted), BATCH):
        yield wanted[start : start + BATCH]


def reference_filters(references: Iterable[str]) -> Iterator[str]:
    """PrestaShop's filters for references, few enough characters each.

    Plain ones together as `[A|B]`. One with `|`, `,` or `%`, or with one kind of bracket, alone and without brackets: PrestaShop takes a value
    without `[…]` literally (source: WebserviceRequest::getSQLRetrieveFilter, which looks for an opening and then a closing bracket). One that
    has both has no literal form: it is asked for by what stands before, `A[1]` as `[A]%`, and finds more than itself; one that begins with
    `[` is not asked for. Empty ones are not asked for: every product without a number would answer.
    """
    wanted = sorted({asked for reference in references for asked in (reference.strip(), reference.rstrip())} - {""})
    together: list[str] = []
    length = 0
    for reference in wanted:
        if "[" in reference and "]" in reference:
            before = reference.partition("[")[0].partition("]")[0]
            if before:
                yield f"[{before}]%"
        elif any(mark in reference for mark in SPECIAL):
            yield reference
        else:
            size = len(quote(reference, safe="")) + 3
            if together and (len(together) >= BATCH or length + size > ADDRESS_LENGTH):
                yield any_of(together)
                together, length = [], 0
            together.append(reference)
            length += size
    if together:
        yield any_of(together)
