"""The port to one Hogia organisation. The routes here are those that public client programs call (hogia.md 1.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import httpx

from mappers.connection import HogiaOrganisation
from mappers.errors import Unknown
from workers.clients.hogia.assumed import AssumedRoutes, one
from workers.clients.hogia.lists import as_list, every
from workers.clients.hogia.problems import DESTINATION, HogiaRejected
from workers.clients.hogia.session import Session
from workers.clients.hogia.sign_in import SignIn
from workers.clients.http import Gate

NO_YEAR = frozenset({"HOGIA_NOT_FOUND", "HOGIA_PERIOD_CLOSED"})


class HogiaClient(AssumedRoutes):
    """Calls one organisation.

    `now` gives monotonic seconds, `request_id` a new uuid4 per request. Every method raises the families of `mappers.errors`; a write
    that raises Unknown may have been carried out and is looked up before it is repeated.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        organisation: HogiaOrganisation,
        *,
        client_id: str,
        client_secret: str,
        gate: Gate | None = None,
        now: Callable[[], float],
        request_id: Callable[[], str],
        on_call: Callable[[str, str], None] | None = None,
    ) -> None:
        sign_in = SignIn(
            http,
            token_url=organisation.token_url,
            client_id=client_id,
            client_secret=client_secret,
            scope=organisation.scope,
            now=now,
            on_call=on_call,
        )
        super().__init__(Session(http, organisation, sign_in=sign_in, gate=gate, request_id=request_id, on_call=on_call))

    # contacts

    async def contacts_by_number(self, number: str) -> list[Mapping[str, Any]]:
        """The contacts that have exactly this number (case does not count); normally none or one."""
        found = await every(self._session, "/contacts", {"number": number})
        return [contact for contact in found if str(contact.get("number") or "").strip().casefold() == number.strip().casefold()]

    async def contact(self, contact_id: str) -> Mapping[str, Any]:
        """One contact. Raises NotFound."""
        return one(await self._session.get(f"/contacts/{contact_id}"))

    async def create_contact(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The new contact. Raises NumberTaken; Unknown when no usable answer came: look it up by its number."""
        return one(await self._session.write("POST", "/contacts", body))

    # invoices

    async def create_invoice(self, body: Mapping[str, Any]) -> str:
        """The new invoice's id. Raises Unknown when no usable answer came: `find_invoices` before any repeat, same `sequenceId`."""
        return _made_id(await self._session.write("POST", "/customerinvoices", body), "an invoice")

    async def register_payment(self, invoice_id: str, body: Mapping[str, Any]) -> str:
        """The new payment's id. Raises Unknown when no usable answer came: look at the invoice's payments before any repeat."""
        return _made_id(await self._session.write("POST", f"/customerinvoices/{invoice_id}/payments", body), "a payment")

    # reference data

    async def currencies(self) -> list[Mapping[str, Any]]:
        """The registered currencies."""
        return await every(self._session, "/currencies")

    async def vat_codes(self) -> list[Mapping[str, Any]]:
        """The VAT codes; `vatPercent` is percent."""
        return await every(self._session, "/vatcodes")

    async def financial_year(self, day: date) -> Mapping[str, Any] | None:
        """The financial year that covers the day; None where none does."""
        try:
            answer = await self._session.get(f"/financialyears/bydate/{day.isoformat()}")
        except HogiaRejected as refused:
            if refused.code in NO_YEAR:
                return None
            raise
        years = as_list(answer)
        return years[0] if years else None

    async def accounts(self, year_id: str) -> list[Mapping[str, Any]]:
        """The chart of accounts of a financial year, inactive accounts too."""
        return await every(self._session, f"/financialyears/{year_id}/accounts", {"accountState": "All"}, page="Page", page_size="PageSize")


def _made_id(answer: Any, what: str) -> str:
    """The id out of a bare string or an object (hogia.md 1.6: the version decides which)."""
    ident = answer.get("id") if isinstance(answer, Mapping) else answer
    if isinstance(ident, str) and ident.strip():
        return ident.strip()
    raise Unknown("HOGIA_OUTCOME_UNKNOWN", f"Hogia took {what} and did not say its id; it is looked up.", subject=DESTINATION)
