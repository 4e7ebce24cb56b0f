"""How this Nets behaves where its documentation is silent, and how it misbehaves.

Counters (`int`, "next n") count down as they strike. Durations carry their unit in the name.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(slots=True, kw_only=True)
class Switches:
    """Every switch at its everyday position."""

    # what its documentation leaves open
    charge_answers_200: bool = False  # instead of 201
    errors_without_wrapper: bool = False  # 400 bodies without the outer `errors`
    references_come_back: bool = False  # a charge and a refund show their `myReference`
    refunds_wait: bool = False  # a refund stays Pending until a person completes it
    lapsed_stays_reserved: bool = False  # after 30 days a card payment still looks reserved, instead of cancelled

    # answers
    http_500: int = 0  # next n requests
    too_many_requests: int = 0  # next n requests answer 429
    retry_after_seconds: int = 7
    unauthorized: int = 0  # next n requests answer 401
    fail_before_commit: int = 0  # next n writes answer 500 and change nothing
    fail_after_commit: int = 0  # next n committed writes answer 500
    drop_response_after_commit: int = 0  # next n committed writes: the connection breaks instead of an answer
    unreadable_after_commit: int = 0  # next n committed writes are answered with a page of a proxy
    answer_late_ms: int = 0  # committed writes are answered this much later
    latency_ms: int = 0  # every request waits this long before it is looked at

    # money
    method_fails: int = 0  # next n charges: 1020
    hard_decline: int = 0  # next n charges: 1029
    unknown_error: int = 0  # next n charges: 402 with code 1000
    charge_fails_later: int = 0  # next n charges are accepted and fail afterwards (payment.charge.failed)
    charge_failure_seconds: int = 300  # so much later

    def update(self, changes: dict[str, Any]) -> None:
        """Set switches by name; ValueError, and nothing set, for an unknown name or an impossible value."""
        kinds = {each.name: type(getattr(self, each.name)) for each in fields(self)}
        for name, value in changes.items():
            if name not in kinds:
                raise ValueError(f"no switch is called {name!r}")
            if type(value) is not kinds[name] or value < 0:
                raise ValueError(f"{value!r} is no position of the switch {name!r}")
        for name, value in changes.items():
            setattr(self, name, value)

    def take(self, name: str) -> bool:
        """Whether the counter `name` strikes now; it then counts down."""
        left = int(getattr(self, name))
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0
