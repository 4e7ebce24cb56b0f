"""The verbs of an invoice's later life: order states, tracking, capture, credit, cancellation, the order's note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mappers.hogia.model import HogiaInvoice
from mappers.invoice.model import InvoiceDocument
from mappers.payments.model import CaptureRequest, Provider, RefundRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTracking:
    """Write a tracking number where the shop's mail finds it, before the state change that sends the mail."""

    key: str
    order_carrier_id: int
    number: str

    @property
    def summary(self) -> str:
        return f"set tracking number {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOrderState:
    """One history row in the shop, with or without its mail. Never by changing the order itself, which always mails."""

    key: str
    order_id: int
    state_id: int
    mail: bool

    @property
    def summary(self) -> str:
        return f"set order state {self.state_id}{' with mail' if self.mail else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteState:
    """The order is or was in the state already: nothing is posted."""

    key: str
    state_id: int
    code: str

    @property
    def summary(self) -> str:
        return f"order state {self.state_id} needs nothing ({self.code})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Capture at the provider."""

    key: str
    provider: Provider
    reference: str
    request: CaptureRequest
    cumulative: int = 0  # what is captured once it is done, in minor units
    sequence: int = 0

    @property
    def summary(self) -> str:
        return f"capture {self.request.amount} minor units of {self.request.currency} at {self.provider.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCapture:
    """What the ledger is to know of a capture that needs no call: done by others, not required, assumed, or seen to stand.

    `again_at`: when the provider is to be asked once more whether it still stands.
    """

    key: str
    code: str
    reason: str
    amount: str = ""
    currency: str = ""
    again_at: datetime | None = None

    @property
    def summary(self) -> str:
        return f"capture: {self.reason} ({self.code})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPayment:
    """Give money back at the provider, where the merchant's rule says so."""

    key: str
    provider: Provider
    reference: str
    request: RefundRequest

    @property
    def summary(self) -> str:
        return f"refund {self.request.amount} minor units of {self.request.currency} at {self.provider.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePayment:
    """Give up an authorisation, or what is left of it, where the merchant's rule says so."""

    key: str
    provider: Provider
    reference: str
    idempotency_key: str
    amount: int
    is_rest: bool

    @property
    def summary(self) -> str:
        return f"release {self.amount} minor units at {self.provider.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendPayment:
    """Lengthen an authorisation that is about to end, where the merchant's rule says so."""

    key: str
    provider: Provider
    reference: str
    idempotency_key: str
    expires_at: datetime  # as it is before
    sequence: int = 0

    @property
    def summary(self) -> str:
        return f"ask {self.provider.value} to lengthen the authorisation that ends {self.expires_at.date().isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteExtension:
    """What the provider shows of an earlier lengthening of which no usable answer came. `expires_at` None: it had no effect, or needs none."""

    key: str
    expires_at: datetime | None

    @property
    def summary(self) -> str:
        if self.expires_at is None:
            return "the authorisation was not lengthened, or is needed no more"
        return f"the authorisation was lengthened: it ends {self.expires_at.date().isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditInvoice:
    """A credit invoice that names the invoice it credits. Amounts in the document are positive; its lines go out negative."""

    key: str
    sequence_id: str
    document: InvoiceDocument
    credited_invoice_id: str
    credited_invoice_number: str
    article_lines: frozenset[int] = frozenset()
    use_rounding: bool = False  # the original was rounded to whole kronor, so its full credit is too

    @property
    def summary(self) -> str:
        invoice = self.document.invoice
        return f"credit {invoice.gross} {invoice.currency} of invoice {self.credited_invoice_number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptCredit:
    """A credit with our reference is already there."""

    key: str
    sequence_id: str
    invoice: HogiaInvoice

    @property
    def summary(self) -> str:
        return f"credit invoice {self.invoice.number} is already there"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelInvoice:
    """Cancel an invoice that is still a draft or unpaid."""

    key: str
    invoice_id: str
    number: str

    @property
    def summary(self) -> str:
        return f"cancel invoice {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteNote:
    """Tell the shop the invoice's number, OCR reference and payment state, in the order's own note."""

    key: str
    order_id: int
    text: str

    @property
    def summary(self) -> str:
        return f"write the order's note: {self.text}"


After = (
    SetTracking
    | SetOrderState
    | NoteState
    | Capture
    | NoteCapture
    | RefundPayment
    | ReleasePayment
    | ExtendPayment
    | NoteExtension
    | CreditInvoice
    | AdoptCredit
    | CancelInvoice
    | WriteNote
)
