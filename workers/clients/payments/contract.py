"""What every payment provider's client offers; the contract tests run over all of them.

Transient        as everywhere
Unknown          sent and not answered: never repeated without a read (payments.md 9.7)
Refused          a Rejected with the provider's no, sorted into a `Refusal`
Misconfigured    credentials, environment
"""

from __future__ import annotations

from typing import Protocol

from mappers.errors import Rejected
from mappers.payments.model import Accepted, CaptureRequest, Parcel, Payment, Provider, RefundRequest, Refusal, TaskState


class Refused(Rejected):
    """The provider said no. `correlation` is its own id of the answer, for its support."""

    def __init__(self, refusal: Refusal, code: str, message: str, *, subject: str = "", correlation: str = "") -> None:
        super().__init__(code, message, subject=subject)
        self.refusal = refusal
        self.correlation = correlation


class PaymentProvider(Protocol):
    """One merchant's account at a provider. `reference` is the provider's id of a payment."""

    provider: Provider

    async def payment(self, reference: str) -> Payment:
        """The payment as it is now. Raises Refused NOT_FOUND."""

    async def capture(self, reference: str, request: CaptureRequest) -> Accepted:
        """Capture; sent once. A provider without idempotency keys ignores `request.key`."""

    async def refund(self, reference: str, request: RefundRequest) -> Accepted:
        """Give back what was captured; sent once."""

    async def cancel(self, reference: str, *, key: str, amount: int) -> None:
        """Give up an authorisation of which nothing was captured. `amount` is all of it."""

    async def release(self, reference: str, *, key: str) -> None:
        """Give up what remains after a part was captured. Raises Refused NOT_ALLOWED where the provider has no such call."""

    async def extend(self, reference: str, *, key: str) -> None:
        """Lengthen the authorisation. Raises Refused NOT_ALLOWED where the provider has no such call."""

    async def add_tracking(self, reference: str, capture_id: str, parcels: tuple[Parcel, ...]) -> bool:
        """Tell the provider of tracking after the capture; False where it has no such call."""

    async def task(self, address: str) -> TaskState:
        """How an asynchronous operation stands; DONE at once for a provider that has none."""
