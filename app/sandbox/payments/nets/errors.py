"""What Nets answers instead of a success (payments.md 4.5)."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

NAMES = {
    "1000": "Unknown error",
    "1001": "Overcharge not allowed",
    "1002": "Zero charge not allowed",
    "1003": "Payment is not reserved",
    "1005": "Amount differs from the sum of the order items",
    "1007": "Partial cancel not allowed",
    "1008": "Payment is already charged",
    "1009": "Invalid refund amount",
    "1010": "Reservation has expired",
    "1011": "Charge not found",
    "1012": "Refund is cancelled",
    "1015": "Order items are missing",
    "1016": "Order reference was previously set",
    "1019": "Payment is already cancelled",
    "1020": "Payment method charge failed",
    "1023": "Payment is already refunded",
    "1024": "Partial charge not allowed",
    "1025": "Refund can not be cancelled",
    "1026": "Charge tried with different amount",
    "1027": "Refund tried with different amount",
    "1029": "Hard decline",
}


class NetsError(Exception):
    """An answer that is no success. `body` None: none at all."""

    def __init__(self, status: int, body: Json | None = None, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.body = body
        self.headers = headers or {}


def refused(code: str) -> NetsError:
    """402, a business rule. `code` is a text."""
    return NetsError(402, coded(code))


def coded(code: str) -> Json:
    return {"message": NAMES[code], "code": code, "source": "Internal"}


def unauthorized() -> NetsError:
    """A wrong key: no body."""
    return NetsError(401)


def not_found(code: str = "") -> NetsError:
    return NetsError(404, coded(code) if code else None)


def broken() -> NetsError:
    return NetsError(500, coded("1000"))


def busy(seconds: int) -> NetsError:
    return NetsError(429, {"message": "Too many requests", "code": "", "source": "Internal"}, headers={"Retry-After": str(seconds)})


class FormError(Exception):
    """400: fields of the wrong shape, each with what is wrong with it."""

    def __init__(self, **fields: str) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields

    def rendered(self, *, is_wrapped: bool) -> NetsError:
        """With the outer `errors`, or, as seen sometimes, without it."""
        told = {name: [text] for name, text in self.fields.items()}
        return NetsError(400, {"errors": told} if is_wrapped else dict(told))
