"""The verbs: what is to be done on the other side, decided and not yet done. A changeset is printable; printed, it is the dry run.

Effect keys are deterministic, and an idempotency key (`sequence_id`) is derived from what the effect is about, so that a lost ledger
produces the same one again (hogia.md 3.3).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mappers.changes_after import After
from mappers.customer import ContactCard
from mappers.errors import Rejected
from mappers.hogia.model import HogiaInvoice
from mappers.invoice.model import InvoiceDocument, Notice, PaymentPart

NAMESPACE = uuid.UUID("6f2b6f0e-0d0a-5b0e-9d0b-0f7d3c1b7a11")


def sequence_id(organization_id: str, what: str) -> str:
    """UUIDv5 over the organisation and what the call is about; the same for every attempt."""
    return str(uuid.uuid5(NAMESPACE, f"{organization_id.lower()}/{what}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateContact:
    key: str
    sequence_id: str
    card: ContactCard
    number: str
    link: str  # the link that remembers whose contact this is

    @property
    def summary(self) -> str:
        return f"create contact {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkContact:
    """Use a contact that was found: remember it, and change what the shop has newer."""

    key: str
    sequence_id: str
    contact_id: str
    number: str
    card: ContactCard
    parts: tuple[str, ...]  # parts of the card to write; empty: only remember
    link: str

    @property
    def summary(self) -> str:
        return f"update contact {self.number}: {', '.join(self.parts)}" if self.parts else f"use contact {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateArticle:
    key: str
    sequence_id: str
    number: str
    name: str
    unit: str
    account: int
    is_service: bool

    @property
    def summary(self) -> str:
        return f"create article {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateInvoice:
    key: str
    sequence_id: str
    document: InvoiceDocument
    article_lines: frozenset[int]  # indices of rows that go as article lines

    @property
    def summary(self) -> str:
        invoice = self.document.invoice
        return f"create invoice {self.document.invoice_reference} of {invoice.gross} {invoice.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptInvoice:
    """An invoice with our reference is already there, and it is the one we would make."""

    key: str
    sequence_id: str
    invoice: HogiaInvoice

    @property
    def summary(self) -> str:
        return f"adopt invoice {self.invoice.number} ({self.invoice.reference}) of {self.invoice.gross} {self.invoice.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPayment:
    key: str
    sequence_id: str
    invoice_key: str  # the effect that says which invoice
    invoice_id: str = ""  # where it is known already; a credit made by hand has no effect
    part: PaymentPart
    currency: str

    @property
    def summary(self) -> str:
        return f"register payment of {self.part.amount} {self.currency} on account {self.part.account}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptPayment:
    """A payment that Hogia already has."""

    key: str
    sequence_id: str
    part: PaymentPart
    currency: str

    @property
    def summary(self) -> str:
        return f"payment of {self.part.amount} {self.currency} is already registered"


Invoicing = CreateContact | LinkContact | CreateArticle | CreateInvoice | AdoptInvoice | RegisterPayment | AdoptPayment
Change = Invoicing | After


class Verdict(StrEnum):
    """What a decision comes to."""

    CHANGES = "changes"
    NOTHING = "nothing"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changeset:
    """A decision. `code` and `reason` say why it is nothing, a wait, or what it is; `until` is when a wait ends.

    `parked`: what a person must look at, to be raised once the changes, which do not depend on it, are applied.
    """

    verdict: Verdict
    code: str
    reason: str
    changes: tuple[Change, ...] = ()
    notices: tuple[Notice, ...] = ()
    document: InvoiceDocument | None = None
    until: datetime | None = None
    parked: Rejected | None = None
