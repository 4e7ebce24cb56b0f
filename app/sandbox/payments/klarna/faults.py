"""Everything about the simulated Klarna that can be switched. Counters count down with each hit."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(slots=True, kw_only=True)
class Switches:
    """Positions of `GET/POST /_faults`."""

    # the account
    authorisation_days: int = 28
    extension_days: int = 28
    extendable: bool = True
    rate_limit: int = 200  # requests a second; 0: no limit
    vague: bool = False  # every refused capture says no more than "Capture not allowed"

    # what goes wrong
    http_500: int = 0  # next n requests
    http_503: int = 0
    unauthorized: int = 0
    too_many_requests: int = 0
    retry_after_seconds: int = 2  # what the next 429 says
    conflict: int = 0  # next n writes: 409, as if another operation on the order were under way
    method_failed: int = 0  # next n captures: the customer's method could not be charged
    fail_before_commit: int = 0  # next n writes answer 500 and change nothing
    fail_after_commit: int = 0  # next n writes are carried out and answer 500
    drop_response_after_commit: int = 0  # next n writes are carried out, then the connection breaks
    drop_response_every: int = 0  # the same for every k-th write that was carried out
    answer_late_ms: int = 0  # writes that were carried out are answered this much later
    latency_ms: int = 0  # every request waits this long before it is looked at (40 000 is slower than any client waits)

    def update(self, changes: dict[str, Any]) -> None:
        """Set switches by name; ValueError, and nothing set, for an unknown name or an impossible value."""
        kinds = {each.name: type(each.default) for each in fields(self)}
        for name, value in changes.items():
            if name not in kinds:
                raise ValueError(f"no switch is called {name!r}")
            if not isinstance(value, int) or isinstance(value, bool) != (kinds[name] is bool) or value < 0:
                raise ValueError(f"{value!r} is no position of the switch {name!r}")
        for name, value in changes.items():
            setattr(self, name, value)

    def take(self, name: str) -> bool:
        """Whether the counter `name` strikes now; it then counts down."""
        left = int(getattr(self, name))
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0
