"""Hogia Smart's API as this project models it (facts: hogia.md part 3).

    client.py    what the rest of the house calls: the routes that public clients prove
    assumed.py   the routes that we assume; nothing of them is promised by anybody
    session.py   one request: sign-in, version, correlation, 401 once
    sign_in.py   the OAuth token, cached
    problems.py  four shapes of error → one problem → one table
    lists.py     pages in either base, object or array
    wire.py      JSON without binary floats

Answers come back as plain JSON values with `Decimal` amounts; `mappers.hogia.reading` turns them into ours.
"""

from __future__ import annotations

from workers.clients.hogia.assumed import FeedEntry
from workers.clients.hogia.client import HogiaClient
from workers.clients.hogia.problems import HogiaProblem, HogiaRejected, NotFound, NumberTaken, SequenceReused, StaleVersion, WrongState

__all__ = [
    "FeedEntry",
    "HogiaClient",
    "HogiaProblem",
    "HogiaRejected",
    "NotFound",
    "NumberTaken",
    "SequenceReused",
    "StaleVersion",
    "WrongState",
]
