"""The switches of hogia.md 3.17 and some more: how this Hogia behaves, and how it misbehaves.

Counters (`int`, "next n") count down as they strike. Durations carry their unit in the name.
"""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

CHOICES = {
    "page_base": (0, 1),
    "number_policy": ("server", "client"),
    "sequence_id_mode": ("idempotent", "ignored"),
    "error_shape": ("natural", "list", "problem", "string", "message", "html", "empty"),
    "invoices_arrive_as": ("billed", "draft"),
    "unknown_fields": ("rejected", "ignored"),
}


@dataclass(slots=True, kw_only=True)
class Switches:
    """Every switch at its everyday position."""

    # the open questions of the contract
    page_base: int = 1  # the first page's number: 0 or 1
    default_page_size: int = 100
    max_page_size: int = 500  # a larger pageSize is cut to this
    rate_limit: int = 25  # requests per client and organisation in the window; 0: no limit
    rate_limit_seconds: float = 5
    one_write_at_a_time: bool = False  # a second write to an organisation while one is under way: 429
    token_ttl: int = 3600  # seconds
    read_lag_seconds: float = 0  # reads, lists and feeds show what was committed at least this long ago
    number_policy: str = "server"  # client: `invoiceNumber` must be given
    invoices_arrive_as: str = "billed"  # draft: a person has to bill what arrives without an `invoiceNumber`
    stock_writable: bool = False
    sequence_id_mode: str = "idempotent"
    single_as_object: bool = True  # vatcodes and accounts: one hit is a bare object
    single_as_object_everywhere: bool = False  # every list
    unknown_fields: str = "rejected"  # a misspelt field is a binding error
    ignore_contact_channels: bool = False  # contactChannels are dropped on write
    null_everything: bool = False  # whatever a reader can do without is null

    # errors and their looks
    error_shape: str = "natural"
    http_500: int = 0  # next n requests
    http_503: int = 0
    unauthorized: int = 0  # next n requests answer 401 and their token is dead
    fail_before_commit: int = 0  # next n writes answer 500 and change nothing
    drop_response_after_commit: int = 0  # next n committed writes: the connection breaks instead of an answer
    drop_response_every: int = 0  # the same for every k-th committed write
    wrong_vat: int = 0  # next n invoices: one krona too much VAT at the highest rate, and so in the total
    answer_late_ms: int = 0  # committed writes are answered this much later
    latency_ms: int = 0  # every request waits this long before it is looked at

    # notifications
    duplicate_notifications: bool = False
    reorder_notifications: bool = False
    expire_subscription: bool = False  # every subscription is past its 180 days

    def update(self, changes: dict[str, Any]) -> None:
        """Set switches by name; ValueError, and nothing set, for an unknown name or an impossible value."""
        kinds = {each.name: type(each.default) for each in fields(self)}
        read: dict[str, Any] = {}
        for name, value in changes.items():
            if name not in kinds:
                raise ValueError(f"no switch is called {name!r}")
            read[name] = _fitting(name, value, kinds[name])
        for name, value in read.items():
            setattr(self, name, value)

    def take(self, name: str) -> bool:
        """Whether the counter `name` strikes now; it then counts down."""
        left = int(getattr(self, name))
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0


def _fitting(name: str, value: Any, kind: type) -> Any:
    if isinstance(value, Decimal):
        value = float(value)  # seconds, never money
    number = isinstance(value, int | float) and not isinstance(value, bool)
    durations = ("rate_limit_seconds", "read_lag_seconds")
    fits = number and value >= 0 if name in durations else isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
    if not fits or (name in CHOICES and value not in CHOICES[name]) or (kind is int and value < 0):
        raise ValueError(f"{value!r} is no position of the switch {name!r}")
    return value
