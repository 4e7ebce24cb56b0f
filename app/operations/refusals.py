"""Why an operator's wish was not carried out, where `mappers.errors` has no word of its own for it."""

from __future__ import annotations

from mappers.errors import Misconfigured, OrderbroError, Rejected, Transient, Unknown


class Missing(Rejected):
    """What was asked for does not exist."""

    family = "missing"


class Conflict(Rejected):
    """It exists, but not in a state in which this can be done."""


class NoAnswer(Transient):
    """A worker was asked and none answered in time."""


FAMILIES: dict[str, type[OrderbroError]] = {
    "missing": Missing,
    "rejected": Rejected,
    "misconfigured": Misconfigured,
    "transient": Transient,
    "unknown": Unknown,
}
