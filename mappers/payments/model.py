"""One normalised payment over Klarna, Svea and Nets (facts: payments.md). Amounts are integers in minor units (öre), incl. VAT.

The provider's own word is kept beside ours (`raw_status`): an unknown word normalises to UNKNOWN and nothing is guessed from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Provider(StrEnum):
    KLARNA = "klarna"
    SVEA = "svea"
    NETS = "nets"


class PaymentStatus(StrEnum):
    NEW = "new"  # not authorised yet
    PENDING = "pending"  # the provider is reviewing; capture later
    AUTHORISED = "authorised"
    PART_CAPTURED = "part_captured"
    CAPTURED = "captured"  # nothing remains to be captured
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"  # a word that we do not know


class Refusal(StrEnum):
    """Why a provider said no: what to do follows from it (payments.md 11.1)."""

    ALREADY_CAPTURED = "already_captured"  # done: a read confirms it
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    AMOUNT_TOO_HIGH = "amount_too_high"
    LINES_DIFFER = "lines_differ"  # our rounding: once more without lines, or as one line
    SPLIT_REFUSED = "split_refused"  # the method cannot be captured in parts
    METHOD_FAILED = "method_failed"  # the customer's method: slowly again, then a person
    DECLINED = "declined"  # for good
    NOT_ALLOWED = "not_allowed"  # not in this state
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"  # another operation is under way: read, then again
    KEY_REUSED = "key_reused"  # our idempotency key with another amount: read
    INVALID = "invalid"  # the request itself


class Action(StrEnum):
    """What the provider would let us do now."""

    CAPTURE = "capture"
    CAPTURE_PARTIALLY = "capture_partially"
    REFUND = "refund"
    CANCEL = "cancel"
    RELEASE = "release"
    EXTEND = "extend"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """A row as the provider has it. `amount` is what is left of it to capture, incl. VAT."""

    id: str
    reference: str
    name: str
    quantity: Decimal
    amount: int
    vat_rate: Decimal | None = None  # percent
    is_fee: bool = False  # the provider's own fee, which the shop's total does not have
    is_shipping: bool = False
    can_capture: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureView:
    """A capture as the provider has it. `reference` is ours where the provider gives it back."""

    id: str
    amount: int
    refunded: int = 0
    reference: str = ""
    at: datetime | None = None
    rows: tuple[PaymentRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundView:
    id: str
    amount: int
    reference: str = ""
    is_final: bool = True  # False: the provider has not carried it out yet
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What a provider says of a payment now."""

    provider: Provider
    reference: str  # the provider's id of it
    order_reference: str  # the merchant's reference as the provider has it; "" where it has none
    status: PaymentStatus
    raw_status: str
    currency: str  # ISO 4217
    authorised: int  # all that could ever be captured, captured parts included
    captured: int
    refunded: int
    remaining: int  # may still be captured
    captures: tuple[CaptureView, ...] = ()
    refunds: tuple[RefundView, ...] = ()
    rows: tuple[PaymentRow, ...] = ()  # not captured yet
    actions: frozenset[Action] = frozenset()
    expires_at: datetime | None = None
    is_direct: bool = False  # the money has moved at purchase (Swish, A2A, direct bank): there is nothing to capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Tracking that goes with a capture."""

    carrier: str = ""
    number: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a capture or refund. `total` is incl. VAT in minor units, discounts taken off."""

    reference: str
    name: str
    quantity: Decimal
    total: int
    vat_rate: Decimal  # percent
    row_id: str = ""  # the provider's row, where it works by rows


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRequest:
    """Capture `amount`. `is_rest`: it is everything that remains. `key` is a UUIDv5 derived from what is captured (payments.md 9.4)."""

    key: str
    reference: str  # our delivery's id; at most 64 characters
    amount: int
    currency: str
    is_rest: bool
    lines: tuple[Line, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    description: str = ""
    captured_before: int | None = None  # as decided upon; a provider without keys refuses CONFLICT when a read shows another sum


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """Refund `amount` of what was captured; of one capture where `capture_id` says so."""

    key: str
    reference: str
    amount: int
    currency: str
    capture_id: str = ""
    lines: tuple[Line, ...] = ()
    description: str = ""
    refunded_before: int | None = None  # of the whole payment; as `captured_before`


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider took it. `id` is its own id of it, "" where it gives none; `task` the address of what is still under way (Svea)."""

    id: str = ""
    task: str = ""


class TaskState(StrEnum):
    """An asynchronous operation of a provider (Svea)."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
