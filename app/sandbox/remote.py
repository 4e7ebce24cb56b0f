"""The sandbox's own doors, called from another process: what `orderbro demo` makes happen there, and what it verifies against."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Requests that both sides received, and how many of them were answered 429."""

    shop: int
    hogia: int
    too_many: int


class Remote:
    """One client for both sides. Every method raises RemoteError."""

    def __init__(self, *, shop: str, hogia: str) -> None:
        self.shop = shop
        self.hogia = hogia
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

    async def place(self, scenario: str) -> tuple[int, ...]:
        """Let a customer buy; the ids of the orders that the cart became."""
        placed = await self._call("POST", f"{self.shop}/_control/orders", {"scenario": scenario})
        return tuple(placed["ids"])

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

    async def calls(self) -> Calls:
        shop = (await self._call("GET", f"{self.shop}/_log"))["requests"]
        hogia = await self._call("GET", f"{self.hogia}/_log")
        return Calls(shop=len(shop), hogia=len(hogia), too_many=_statuses(shop)[429] + _statuses(hogia)[429])

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
