"""How this Svea behaves where its documentation is silent, and how it misbehaves.

Counters (`int`, "next n") count down as they strike. Durations carry their unit in the name.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

CHOICES = {"action_spelling": ("sdk", "readme"), "error_form": ("code", "result", "header", "text")}


@dataclass(slots=True, kw_only=True)
class Switches:
    """Every switch at its everyday position."""

    # what its documentation leaves open, or says in two ways
    action_spelling: str = "sdk"  # CanDeliverPartially, CanCancelAmount; readme: CanDeliverOrderPartially, CanCancelOrderAmount
    error_form: str = "code"
    bom: bool = False  # a byte order mark before JSON
    task_answers_200: bool = False  # Completed with a ResourceUri, instead of 303
    task_looks: int = 1  # looks at a task, or at its order, that find it InProgress
    new_id_after_part: bool = False  # what remains of a row after a part of its quantity gets a new OrderRowId
    max_skew_seconds: int = 0  # a Timestamp further from the clock is 401; 0: not looked at

    # answers
    http_500: int = 0  # next n requests
    too_many_requests: int = 0  # next n requests answer 429
    retry_after_seconds: int = 7
    unauthorized: int = 0  # next n requests answer 401
    fail_before_commit: int = 0  # next n writes answer 500 and change nothing
    fail_after_commit: int = 0  # next n committed writes answer 500
    drop_response_after_commit: int = 0  # next n committed writes (a 202 too): the connection breaks instead of an answer
    foreign_location: int = 0  # next n Locations lead to another host
    answer_late_ms: int = 0  # committed writes are answered this much later
    latency_ms: int = 0  # every request waits this long before it is looked at

    # tasks
    lose_task: int = 0  # next n tasks are carried out, but their address is 404
    fail_task: int = 0  # next n tasks end as Failed and change nothing
    task_without_effect: int = 0  # next n tasks complete and the order is as before
    accepts_duplicate_quantity: bool = False  # rows that are delivered can be delivered again, by quantity

    def update(self, changes: dict[str, Any]) -> None:
        """Set switches by name; ValueError, and nothing set, for an unknown name or an impossible value."""
        kinds = {each.name: type(each.default) for each in fields(self)}
        for name, value in changes.items():
            if name not in kinds:
                raise ValueError(f"no switch is called {name!r}")
            fits = type(value) is kinds[name] and not (isinstance(value, int) and value < 0)
            if not fits or (name in CHOICES and value not in CHOICES[name]):
                raise ValueError(f"{value!r} is no position of the switch {name!r}")
        for name, value in changes.items():
            setattr(self, name, value)

    def take(self, name: str) -> bool:
        """Whether the counter `name` strikes now; it then counts down."""
        left = int(getattr(self, name))
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0
