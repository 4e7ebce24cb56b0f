"""What went wrong, sorted by what to do next.

    OrderbroError            code, message (what, why, what to do), subject
    ├── Transient            the same call may succeed later; `retry_after` seconds when the other side said so
    ├── Unknown              the call may have had its effect; look before repeating it
    ├── Rejected             this entity's data needs a person; others go on
    └── Misconfigured        the shop's or connection's settings need a person; every entity of it waits

Sorting happens once, where the foreign error is met (a client, or a mapper that finds data it must not guess about).
Any other exception is a fault of ours. Messages never hold a person, a payload or a secret.
"""

from __future__ import annotations


class OrderbroError(Exception):
    """Something that has a stable `code`, a sentence for a person and a subject (`order 42`, `row 114`, `Hogia`)."""

    family = "bug"

    def __init__(self, code: str, message: str, *, subject: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.subject = subject


class Transient(OrderbroError):  # noqa: N818 - the name says what to do, as the other families' do
    """The same call may succeed later."""

    family = "transient"

    def __init__(self, code: str, message: str, *, subject: str = "", retry_after: float | None = None) -> None:
        super().__init__(code, message, subject=subject)
        self.retry_after = retry_after


class Unknown(OrderbroError):  # noqa: N818
    """The request was sent and no usable answer came: it may have been carried out."""

    family = "unknown"


class Rejected(OrderbroError):  # noqa: N818
    """This entity's data needs a person."""

    family = "rejected"


class Misconfigured(OrderbroError):  # noqa: N818
    """The settings of a shop or connection need a person."""

    family = "misconfigured"
