"""The sandbox's own doors, called from another process: what `orderbro demo` makes happen there, and what it verifies against."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

import httpx

from app.sandbox.hogia.state import ORGANIZATION_ID


class RemoteError(Exception):
    """A door answered something else than what was asked for, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """An order as the shop has it. Amounts in its currency."""

    id: int
    reference: str
    currency: str
    total_incl: Decimal
    total_excl: Decimal
    total_paid: Decimal
    state_id: int
    state: str
    has_been_paid: bool  # is, or has been, in a state flagged paid
    day: str  # placed, in the shop's time
    notices: int  # webhooks about it that the shop's module wrote
    module: str = ""
    history: tuple[int, ...] = ()  # states, oldest first
    mails: tuple[str, ...] = ()  # templates of what the customer was sent
    tracking: tuple[str, ...] = ()
    slips: Mapping[int, Decimal] = field(default_factory=dict)  # refunds: slip -> what it comes to, incl. VAT
    rows: Mapping[int, int] = field(default_factory=dict)  # order_details id -> pieces
    payments: tuple[str, ...] = ()  # ids at the payment provider

    @classmethod
    def read(cls, order: Mapping[str, Any]) -> Self:
        return cls(
            id=int(order["id"]),
            reference=order["reference"],
            currency=order["currency"],
            total_incl=Decimal(order["total_paid_tax_incl"]),
            total_excl=Decimal(order["total_paid_tax_excl"]),
            total_paid=Decimal(order["total_paid"]),
            state_id=int(order["current_state"]),
            state=order["state"],
            has_been_paid=order["has_been_paid"],
            day=str(order["date_add"])[:10],
            notices=order["notices"],
            module=order["module"],
            history=tuple(order["history"]),
            mails=tuple(order["mails"]),
            tracking=tuple(order["tracking"]),
            slips={slip["id"]: Decimal(slip["amount"]) for slip in order["slips"]},
            rows={row["id"]: row["quantity"] for row in order["rows"]},
            payments=tuple(order["payments"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """An invoice as Hogia has it. Amounts in its currency; `vat` by rate in percent."""

    id: str
    number: int | None
    reference: str
    currency: str
    net: Decimal
    vat: Mapping[str, Decimal]
    gross: Decimal
    paid: Decimal
    left: Decimal
    credits: str = ""  # the id of the invoice that this one credits; "": it is no credit

    @classmethod
    def read(cls, invoice: Mapping[str, Any]) -> Self:
        return cls(
            id=invoice["id"],
            number=invoice["number"],
            reference=invoice["invoiceReference"] or "",
            currency=invoice["currency"],
            net=Decimal(invoice["net"]),
            vat={rate: Decimal(amount) for rate, amount in invoice["vat"].items()},
            gross=Decimal(invoice["gross"]),
            paid=Decimal(invoice["paid"]),
            left=Decimal(invoice["left"]),
            credits=invoice["creditedCustomerInvoiceId"] or "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A cart that became one or more orders. `total` is incl. VAT, of all of them, in `currency`."""

    ids: tuple[int, ...]
    reference: str
    module: str
    total: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment as Klarna has it. Amounts in its currency, incl. VAT."""

    id: str
    reference: str  # of the shop's order
    currency: str
    authorised: Decimal
    captures: tuple[Decimal, ...] = ()
    refunds: tuple[Decimal, ...] = ()

    @classmethod
    def read(cls, order: Mapping[str, Any]) -> Self:
        return cls(
            id=order["order_id"],
            reference=order["merchant_reference1"],
            currency=order["purchase_currency"],
            authorised=_major(order["order_amount"]),
            captures=tuple(_major(capture["captured_amount"]) for capture in order["captures"]),
            refunds=tuple(_major(refund["refunded_amount"]) for refund in order["refunds"]),
        )


def _major(minor: int) -> Decimal:
    """Öre or cents → kronor or euro: every currency of the sandbox has two decimals."""
    return Decimal(minor).scaleb(-2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Requests that each side received, and how many of them were answered 429."""

    shop: int
    hogia: int
    too_many: int
    klarna: int = 0


class Remote:
    """One client for every side. Every method raises RemoteError."""

    def __init__(self, *, shop: str, hogia: str, klarna: str) -> None:
        self.shop = shop
        self.hogia = hogia
        self.klarna = klarna
        self._client = httpx.AsyncClient(trust_env=False, timeout=10)

    async def close(self) -> None:
        await self._client.aclose()

    async def ready(self, url: str, *, seconds: float) -> None:
        """Wait until `url` answers 200."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    try:
                        if (await self._client.get(url)).status_code == 200:
                            return
                    except httpx.TransportError:
                        pass  # not listening yet
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise RemoteError(f"{url} did not answer within {seconds:.0f} s") from None

    # The shop -------------------------------------------------------------------------------------------------------------------

    async def place(self, scenario: str, *, hold: bool = False) -> Purchase:
        """Let a customer buy. With `hold` the shop's module tells nobody before `tell`."""
        placed = await self._call("POST", f"{self.shop}/_control/orders", {"scenario": scenario, "hold": hold})
        return Purchase(
            ids=tuple(placed["ids"]),
            reference=placed["reference"],
            module=placed["module"],
            total=Decimal(placed["total_paid_tax_incl"]),
            currency=placed["currency"],
        )

    async def set_transaction(self, order: int, payment: str) -> None:
        """The payment provider's id on the order's payment rows."""
        await self._call("POST", f"{self.shop}/_control/orders/{order}/transaction", {"id": payment})

    async def tell(self, order: int) -> None:
        """Let the module tell what it was made to hold back."""
        await self._call("POST", f"{self.shop}/_control/orders/{order}/tell", {})

    async def refund(self, order: int, rows: Mapping[int, int], *, shipping: bool) -> int:
        """A credit slip of so many pieces of the order's rows, with its freight or without; the slip's id."""
        body = {"rows": {str(row): pieces for row, pieces in rows.items()}, "shipping": shipping}
        return int((await self._call("POST", f"{self.shop}/_control/orders/{order}/slip", body))["slip"])

    async def sales(self) -> dict[int, Sale]:
        """Every order by its id."""
        listed = await self._call("GET", f"{self.shop}/_control/orders")
        return {sale.id: sale for sale in map(Sale.read, listed["orders"])}

    async def descriptions(self) -> dict[str, str]:
        """What each scenario is, by its slug, in the sandbox's order."""
        listed = await self._call("GET", f"{self.shop}/_control/scenarios")
        return {one["slug"]: one["description"] for one in listed["scenarios"]}

    async def edit_order(self, order: int, **fields: Any) -> None:
        """Write an order's fields as a careless module would: nothing else moves."""
        await self._call("POST", f"{self.shop}/_control/edit/orders/{order}", fields)

    async def set_state(self, order: int, state: int) -> None:
        await self._call("POST", f"{self.shop}/_control/orders/{order}/state", {"state": state})

    async def product(self, reference: str) -> dict[str, Any]:
        """What a customer sees of a product now."""
        found: dict[str, Any] = await self._call("GET", f"{self.shop}/_control/product?reference={reference}")
        return found

    async def notify(self, order: int) -> None:
        """Send a webhook about an order that stays as it is."""
        await self._call("POST", f"{self.shop}/_control/orders/{order}/notice", {})

    # Hogia ----------------------------------------------------------------------------------------------------------------------

    async def set_faults(self, **switches: Any) -> None:
        await self._call("POST", f"{self.hogia}/_faults", switches)

    async def act(self, name: str, **arguments: Any) -> Any:
        """One act of a person in Hogia."""
        return await self._call("POST", f"{self.hogia}/_control/{name}", arguments)

    async def bills(self) -> list[Bill]:
        """Every invoice that there is."""
        return [Bill.read(each) for each in await self._call("GET", f"{self.hogia}/_invoices") if each["organizationId"] == ORGANIZATION_ID]

    # Klarna ---------------------------------------------------------------------------------------------------------------------

    async def authorise(self, reference: str, amount: Decimal, currency: str) -> str:
        """The customer has chosen Klarna at the checkout; the payment's id. `amount` is incl. VAT, in `currency`."""
        body = {"order_reference": reference, "amount": int(amount.scaleb(2)), "currency": currency}
        return str((await self._call("POST", f"{self.klarna}/_control/authorise", body))["id"])

    async def payments(self) -> list[Payment]:
        """Every payment that there is."""
        return [Payment.read(each) for each in await self._call("GET", f"{self.klarna}/_orders")]

    # All ------------------------------------------------------------------------------------------------------------------------

    async def calls(self) -> Calls:
        shop = (await self._call("GET", f"{self.shop}/_log"))["requests"]
        hogia = await self._call("GET", f"{self.hogia}/_log")
        klarna = await self._call("GET", f"{self.klarna}/_log")
        too_many = sum(_statuses(log)[429] for log in (shop, hogia, klarna))
        return Calls(shop=len(shop), hogia=len(hogia), klarna=len(klarna), too_many=too_many)

    async def _call(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> Any:
        try:
            answer = await self._client.request(method, url, json=body)
        except httpx.HTTPError as error:
            raise RemoteError(f"{url} gave no answer ({type(error).__name__})") from error
        if not answer.is_success:
            raise RemoteError(f"{method} {url} was answered {answer.status_code}: {answer.text[:200]}")
        return json.loads(answer.content, parse_float=Decimal)


def _statuses(entries: Sequence[Mapping[str, Any]]) -> Counter[Any]:
    return Counter(entry["status"] for entry in entries)
