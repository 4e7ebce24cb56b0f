"""What a provider brings to the contract of `test_payment_providers.py`: its client over its simulator, and what it can do.

`tests/contracts/<provider>.py` has `def harness() -> Harness`. Amounts are öre incl. VAT. Nothing here waits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import NAMESPACE_URL, uuid5

import httpx

from mappers.payments.model import Accepted, CaptureRequest, Line, Payment, PaymentRow, Provider, RefundRequest, Refusal, TaskState
from workers.clients.payments.contract import PaymentProvider

ORDER = "XKBKNABJK"


class Trait(StrEnum):
    """What not every provider has."""

    KEYS = "keys"  # the same key captures once
    RELEASE = "release"
    EXTEND = "extend"
    TRACKING = "tracking"  # may be added after the capture
    REVIEW = "review"  # an authorisation may wait for the provider's decision
    DIRECT = "direct"  # there are methods that move the money at purchase


class Fault(StrEnum):
    """What goes wrong with the next write (BUSY: with the next request)."""

    DROP_AFTER_COMMIT = "drop_after_commit"  # carried out, then the connection breaks
    FAIL_BEFORE_COMMIT = "fail_before_commit"  # 500 and nothing happened
    FAIL_AFTER_COMMIT = "fail_after_commit"  # 500 although it was carried out
    BUSY = "busy"  # 429 that says how long to wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What a customer ordered of one article. Net prices are whole öre, so every provider's identities hold."""

    reference: str
    name: str
    quantity: int
    unit_price: int
    vat_rate: Decimal = Decimal(25)
    is_shipping: bool = False

    @property
    def total(self) -> int:
        return self.quantity * self.unit_price


VASE = Goods(reference="VAS-1", name="Vas, blå", quantity=2, unit_price=10_000)
BOOK = Goods(reference="BOK-7", name="Bok", quantity=3, unit_price=10_600, vat_rate=Decimal(6))
FREIGHT = Goods(reference="fraktavg", name="Frakt", quantity=1, unit_price=4_900, is_shipping=True)
BASKET = (VASE, BOOK, FREIGHT)
TOTAL = sum(each.total for each in BASKET)


class Harness(ABC):
    """One simulated provider with one merchant at it. The constructor sets what is annotated here."""

    provider: ClassVar[Provider]
    traits: ClassVar[frozenset[Trait]]
    vague: ClassVar[frozenset[Refusal]] = frozenset()  # what its answers do not say: it refuses, and a read tells why
    unknown_reference: ClassVar[str]  # well-formed, and nobody's payment

    client: PaymentProvider
    stranger: PaymentProvider  # the same address with wrong credentials
    secrets: tuple[str, ...]  # both clients' secrets, encoded forms too

    def __init__(self) -> None:
        self._opened: list[httpx.AsyncClient] = []

    def http(self, app: object) -> httpx.AsyncClient:
        """A client that speaks to this ASGI application; closed with the harness."""
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app))
        self._opened.append(client)
        return client

    async def close(self) -> None:
        for client in self._opened:
            await client.aclose()

    @abstractmethod
    def authorise(
        self,
        goods: tuple[Goods, ...] = BASKET,
        *,
        currency: str = "SEK",
        order_reference: str = ORDER,
        is_pending: bool = False,
        is_direct: bool = False,
    ) -> str:
        """Let a customer buy; the provider's reference. `is_pending` needs Trait.REVIEW, `is_direct` Trait.DIRECT."""

    @abstractmethod
    def strike(self, fault: Fault) -> None:
        """Switch a fault on for one request."""

    @abstractmethod
    def expire(self, reference: str) -> None:
        """Let the authorisation run out (move the simulator's clock)."""

    @abstractmethod
    def captured(self, reference: str) -> int:
        """What the simulator itself has captured: the truth that no client can colour."""

    @abstractmethod
    def refunded(self, reference: str) -> int:
        """What the simulator itself has given back."""

    # Acts that are the same for all ---------------------------------------------------------------------------------------------

    async def payment(self, reference: str) -> Payment:
        return await self.client.payment(reference)

    async def capture(self, reference: str, pieces: dict[Goods, int] | None = None, *, key: str = "1") -> Accepted:
        """Capture these pieces (None: all that was ordered) and wait until an asynchronous provider has done it."""
        request = await self.capture_request(reference, pieces, key=key)
        return await self.settled(await self.client.capture(reference, request))

    async def capture_request(self, reference: str, pieces: dict[Goods, int] | None = None, *, key: str = "1") -> CaptureRequest:
        """A delivery of these pieces. `key` is any word: it becomes a UUIDv5 and our delivery's id."""
        payment = await self.payment(reference)
        taken = {each: each.quantity for each in BASKET} if pieces is None else pieces
        lines = lines_of(taken, payment.rows)
        amount = sum(line.total for line in lines)
        return CaptureRequest(
            key=str(uuid5(NAMESPACE_URL, key)),
            reference=f"DEL-{key}",
            amount=amount,
            currency=payment.currency,
            is_rest=amount == payment.remaining,
            lines=lines,
            description=f"Order {ORDER}",
        )

    async def refund(self, reference: str, pieces: dict[Goods, int], *, key: str = "refund") -> Accepted:
        """Give these pieces back, of the payment's first capture."""
        request = await self.refund_request(reference, pieces, key=key)
        return await self.settled(await self.client.refund(reference, request))

    async def refund_request(self, reference: str, pieces: dict[Goods, int], *, key: str = "refund") -> RefundRequest:
        payment = await self.payment(reference)
        capture = payment.captures[0]
        lines = lines_of(pieces, capture.rows)
        return RefundRequest(
            key=str(uuid5(NAMESPACE_URL, key)),
            reference=f"RET-{key}",
            amount=sum(line.total for line in lines),
            currency=payment.currency,
            capture_id=capture.id,
            lines=lines,
            description=f"Return of order {ORDER}",
        )

    async def cancel(self, reference: str) -> None:
        await self.client.cancel(reference, key=str(uuid5(NAMESPACE_URL, "cancel")), amount=TOTAL)

    async def settled(self, accepted: Accepted) -> Accepted:
        """After an asynchronous operation has ended well."""
        for _ in range(20):
            state = await self.client.task(accepted.task) if accepted.task else TaskState.DONE
            if state is not TaskState.RUNNING:
                assert state is TaskState.DONE
                return accepted
        raise AssertionError("the task is still running after twenty looks")


def lines_of(pieces: dict[Goods, int], rows: tuple[PaymentRow, ...]) -> tuple[Line, ...]:
    """Lines for so many pieces of each, with the provider's row ids where it has rows."""
    ids = {row.reference: row.id for row in rows}
    return tuple(
        Line(
            reference=each.reference,
            name=each.name,
            quantity=Decimal(quantity),
            total=quantity * each.unit_price,
            vat_rate=each.vat_rate,
            row_id=ids.get(each.reference, ""),
        )
        for each, quantity in pieces.items()
    )
