"""Faults that the shop shows on request: what an integration meets in real life (prestashop.md 2, webhooks and house habits).

A fault hits the next `count` matching requests (None: until cleared), each with probability `rate`, drawn from a generator seeded
by `seed`. `path` narrows it to requests whose path contains that text, `method` to one method.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "500": "500 with an HTML page",
    "500_empty": "500, text/html, empty body: an exception PrestaShop does not catch",
    "php_warning_before_body": "the right answer with a PHP warning printed before it",
    "redirect": "302 to the front page",
    "slow": "answer after `value` milliseconds",
    "malformed": "the right answer, cut in half",
    "html_200": "200 with an HTML page",
    "unauthorized": "401, as if the key were unknown",
    "maintenance": "503 with a maintenance page (a proxy's: PrestaShop itself lets the API through)",
    "disabled": "503 code 22: the webservice is switched off",
    "too_many_requests": "429 with Retry-After `value` seconds (a proxy's: PrestaShop has no limit of its own)",
    "hook_before_save": "orders change and hooks fire, but the next `value` reads of orders still see the state before",
    "drop_after_commit": "a write is carried out, then the connection gives no usable answer (502)",
}


@dataclass(slots=True, kw_only=True)
class Fault:
    """One switched-on fault."""

    kind: str
    count: int | None = None
    rate: float = 1.0
    path: str = ""
    method: str = ""
    value: float | None = None
    hits: int = 0


@dataclass(slots=True)
class Faults:
    """The faults that are on, in the order they were added; the first that matches a request hits it."""

    seed: int = 0
    active: list[Fault] = field(default_factory=list)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def add(
        self, kind: str, *, count: int | None = None, rate: float = 1.0, path: str = "", method: str = "", value: float | None = None
    ) -> Fault:
        """Switch a fault on; ValueError for a kind there is none of."""
        if kind not in KINDS:
            raise ValueError(f"no such fault: {kind}; there are {', '.join(KINDS)}")
        fault = Fault(kind=kind, count=count, rate=rate, path=path, method=method, value=value)
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        """Switch everything off; the generator starts over."""
        self.active.clear()
        self._random = random.Random(self.seed)

    def take(self, *kinds: str, path: str, method: str = "") -> Fault | None:
        """The fault of one of these kinds that hits this request, used up by one; None when nothing does."""
        for fault in self.active:
            if fault.kind not in kinds or fault.count == 0 or fault.path not in path or fault.method not in ("", method):
                continue
            if fault.rate < 1 and self._random.random() >= fault.rate:
                continue
            fault.hits += 1
            if fault.count is not None:
                fault.count -= 1
            return fault
        return None

    def described(self) -> list[dict[str, Any]]:
        """For `GET /_faults`."""
        names = ("kind", "count", "rate", "path", "method", "value", "hits")
        return [{name: getattr(fault, name) for name in names} for fault in self.active]
