"""Lists in pages, whichever base they are counted from, and answers that are an object instead of a one-element array (hogia.md 3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from mappers.errors import Transient
from workers.clients.hogia.problems import DESTINATION
from workers.clients.hogia.session import Query, Session

PAGE_SIZE = 100
CURRENT = "X-Pagination-Currentpage"
COUNT = "X-Pagination-Pagecount"
MOST_PAGES = 10_000  # an end for a server that always has another page


def as_list(answer: Any) -> list[Mapping[str, Any]]:
    """The objects of an array, a single object as one, nothing for null. Raises Transient for anything else."""
    if answer is None:
        return []
    if isinstance(answer, Mapping):
        return [answer]
    if isinstance(answer, list) and all(isinstance(item, Mapping) for item in answer):
        return answer
    raise Transient(
        "HOGIA_ANSWER_UNREADABLE", "Hogia answered a list with something else. It is tried again by itself.", subject=DESTINATION
    )


async def every(
    session: Session, path: str, query: Query | None = None, *, page: str = "page", page_size: str = "pageSize"
) -> list[Mapping[str, Any]]:
    """Every item of a list, each once.

    The first call names no page. Its header tells the base; without the header, pages 1, 2 … are asked for until one is short or has
    nothing new (page 1 may be the first one again).
    """
    base_query = {**(query or {}), page_size: PAGE_SIZE}
    answer, headers = await session.answer("GET", path, base_query)
    first = as_list(answer)
    found = {_key(item): item for item in first}
    current, count = _header(headers, CURRENT), _header(headers, COUNT)
    if not first or (current is None and len(first) < PAGE_SIZE):
        return list(found.values())
    start = 1 if current is None else current + 1
    last = MOST_PAGES if count is None else count - 1 + (current or 0)
    for number in range(start, last + 1):
        items = as_list((await session.answer("GET", path, {**base_query, page: number}))[0])
        before = len(found)
        for item in items:
            found.setdefault(_key(item), item)
        may_repeat_first = current is None and number == start
        if not items or (count is None and (len(items) < PAGE_SIZE or (len(found) == before and not may_repeat_first))):
            break
    return list(found.values())


def _header(headers: httpx.Headers, name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() else None


def _key(item: Mapping[str, Any]) -> object:
    """The id; an item without one is only ever the same as itself."""
    ident = item.get("id")
    return ident if isinstance(ident, str) and ident else id(item)
