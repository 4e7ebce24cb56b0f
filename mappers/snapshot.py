"""Everything a decision about an order may look at, gathered before deciding, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from mappers.canonical import CartRule, EntityKey, Parcel, ShopOrder, Slip
from mappers.connection import Connection, Shop
from mappers.hogia.model import HogiaContact, HogiaInvoice, HogiaReference, InvoiceStatus
from mappers.payments.deadline import Deadline
from mappers.payments.model import Payment


class Known(StrEnum):
    """What the ledger says of an effect."""

    INTENT = "intent"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEffect:
    """One ledger record as a decision sees it. `called_at` is when it was last called, or about to be."""

    state: Known
    called_at: datetime
    attempts: int
    external_id: str = ""
    external_number: str = ""
    amount: str = ""
    code: str = ""  # of what went wrong, or how it was done
    sequence: int = 0  # how many times the other side has definitely said no
    checked: bool = True  # what was made has been read back and is what was decided
    row_version: int = 0  # of what was made, as it was read back
    adopted: bool = False  # it was found on the other side: what else was done there may not be in the ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLink:
    """Whose contact the shop's customer is, and keyed fingerprints of what was last written on it."""

    contact_id: str
    number: str
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSnapshot:
    """One order, both sides. Hogia's side is None while the shop's side alone says that there is nothing to do."""

    now: datetime
    since: datetime  # the oldest reason to look that is not settled
    key: EntityKey
    connection: Connection
    shop: Shop
    order: ShopOrder | None  # None: the shop has no such order (yet)
    claimed_states: frozenset[int] = frozenset()  # states that notices spoke of
    not_found_limit: timedelta = timedelta(minutes=3)
    time_zone: str = "Europe/Stockholm"
    ledger_born: datetime
    effects: Mapping[str, KnownEffect] = field(default_factory=dict)
    reference: HogiaReference | None = None
    articles: Mapping[str, str] = field(default_factory=dict)  # folded number -> the active article's own spelling
    article_names: Mapping[str, str] = field(default_factory=dict)  # folded number -> the active article's name
    inactive_articles: frozenset[str] = frozenset()  # folded numbers of articles that are there and cannot be sold
    contacts: tuple[HogiaContact, ...] = ()
    contact_link: ContactLink | None = None
    invoices: tuple[HogiaInvoice, ...] = ()  # found by our reference, or read by the id that the ledger has
    hash_key: bytes = field(default=b"", repr=False)

    @property
    def read_delay(self) -> timedelta:
        """How long Hogia's reads may lag behind its writes."""
        return timedelta(seconds=self.connection.hogia.read_delay_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterSnapshot:
    """An invoiced order: what became of its invoice, and what the shop and the payment provider have of it."""

    now: datetime
    key: EntityKey
    connection: Connection
    shop: Shop
    order: ShopOrder  # with its history; rows, customer and addresses only where a credit needs them
    parcels: tuple[Parcel, ...] = ()
    slips: tuple[Slip, ...] = ()
    invoice: HogiaInvoice
    credits: tuple[HogiaInvoice, ...] = ()  # those that credit it
    effects: Mapping[str, KnownEffect] = field(default_factory=dict)
    payment: Payment | None = None  # as the provider has it; None where it was not asked
    has_credentials: bool = False  # for the provider of the order's payment module
    reference: HogiaReference | None = None
    time_zone: str = "Europe/Stockholm"
    ledger_born: datetime | None = None  # None: old enough to be believed
    state_change: timedelta = timedelta(seconds=90)  # how long a state change that lost its answer may still be running in the shop
    cart_rules: tuple[CartRule, ...] = ()  # of the order's customer: the vouchers that refunds were given as are among them
    earlier: tuple[HogiaInvoice, ...] = ()  # invoices of the order that an edit has ended, and the credits that ended them
    hints: frozenset[str] = frozenset()  # the reasons to look
    deadline: Deadline | None = None  # when the authorisation ends, as far as it was known before this look

    @property
    def credited(self) -> Decimal:
        """What has been credited, incl. VAT, as a positive amount."""
        return -sum((credit.gross for credit in self.credits if credit.status is not InvoiceStatus.CANCELLED), Decimal(0))
