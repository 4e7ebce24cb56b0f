"""Routes of Hogia that no public client proves: names second-hand or ours (hogia.md tags D and A).

The sandbox marks them `X-Contract-Status: assumed`. When the real API is seen, it is this file that changes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from mappers.errors import Rejected, Transient
from workers.clients.hogia.lists import PAGE_SIZE, as_list, every
from workers.clients.hogia.problems import DESTINATION, OrganisationUnknown
from workers.clients.hogia.session import Session

LARGEST_PDF_BYTES = 5_000_000
CONTACTS, ARTICLES, INVOICES, STOCK, PRICES = "contacts", "articles", "customerinvoices", "stockbalances", "articleprices"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One changed entity of a rowversion feed. `body` is the entity as it is now; of a deleted one only what the feed says."""

    id: str
    row_version: int
    is_deleted: bool
    body: Mapping[str, Any]


class AssumedRoutes:
    """What we suppose Hogia offers."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # change feeds (3.13)

    def contacts_changed(self, since: int) -> AsyncIterator[FeedEntry]:
        """Contacts with a row version above `since`, ascending."""
        return self._changed(CONTACTS, since)

    def articles_changed(self, since: int) -> AsyncIterator[FeedEntry]:
        """Articles with a row version above `since`, ascending."""
        return self._changed(ARTICLES, since)

    def invoices_changed(self, since: int) -> AsyncIterator[FeedEntry]:
        """Customer invoices with a row version above `since`, ascending."""
        return self._changed(INVOICES, since)

    def stock_changed(self, since: int) -> AsyncIterator[FeedEntry]:
        """Stock balances with a row version above `since`, ascending."""
        return self._changed(STOCK, since)

    def prices_changed(self, since: int) -> AsyncIterator[FeedEntry]:
        """Article prices, campaign prices among them, with a row version above `since`, ascending."""
        return self._changed(PRICES, since)

    async def _changed(self, resource: str, since: int) -> AsyncIterator[FeedEntry]:
        """Store the highest `row_version` only after its entry is processed: reading again is harmless, skipping is not."""
        while True:
            answer = await self._session.get(f"/{resource}/rowversion", {"lastKnownRowVersion": since, "pageSize": PAGE_SIZE})
            page = as_list(answer)
            entries = sorted((entry for entry in map(_entry, page) if entry.row_version > since), key=lambda entry: entry.row_version)
            for entry in entries:
                yield entry
            if len(page) < PAGE_SIZE or not entries:
                return
            since = entries[-1].row_version

    # contacts (3.4): the verb of the update is assumed

    async def update_contact(self, contact_id: str, body: Mapping[str, Any], *, version: int) -> None:
        """Replace a contact. Raises StaleVersion when it is no longer at `version`."""
        await self._session.write("PUT", f"/contacts/{contact_id}", body, {"version": version})

    # articles (3.5)

    async def articles_by_number(self, number: str) -> list[Mapping[str, Any]]:
        """The articles that have this number (case does not count); normally none or one."""
        found = await every(self._session, "/articles", {"number": number})
        return [article for article in found if str(article.get("number") or "").strip().casefold() == number.strip().casefold()]

    async def article(self, article_id: str) -> Mapping[str, Any]:
        """One article. Raises NotFound."""
        return one(await self._session.get(f"/articles/{article_id}"))

    async def create_article(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The new article. Raises NumberTaken; Unknown when no usable answer came."""
        return one(await self._session.write("POST", "/articles", body))

    async def update_article(self, article_id: str, patch: Mapping[str, Any], *, version: int) -> None:
        """Change the named fields of an article (merge patch). Raises StaleVersion."""
        await self._session.write("PATCH", f"/articles/{article_id}", patch, {"version": version})

    # invoices (3.8)

    async def find_invoices(self, invoice_reference: str) -> list[Mapping[str, Any]]:
        """The invoices that bear this reference, in full, credit invoices and cancelled ones too.

        The filter is assumed, so every hit is looked at again: an answer to a filter that Hogia ignores finds nothing by accident.
        """
        found = []
        for listed in await every(self._session, "/customerinvoices", {"invoiceReference": invoice_reference}):
            body = listed
            if not isinstance(listed.get("invoiceHeader"), Mapping) and isinstance(listed.get("id"), str):
                body = await self.invoice(str(listed["id"]))
            header = body.get("invoiceHeader")
            if isinstance(header, Mapping) and str(header.get("invoiceReference") or "").strip() == invoice_reference:
                found.append(body)
        return found

    async def invoices_by_number(self, number: str) -> list[Mapping[str, Any]]:
        """The invoices that have this number; normally none or one."""
        return [
            body
            for body in await every(self._session, "/customerinvoices", {"invoiceNumber": number})
            if str((body.get("invoiceHeader") or {}).get("invoiceNumber") or "") == number
        ]

    async def invoice(self, invoice_id: str) -> Mapping[str, Any]:
        """One invoice in full. Raises NotFound, also while Hogia's reads lag behind its writes (`read_delay_seconds`)."""
        return one(await self._session.get(f"/customerinvoices/{invoice_id}"))

    async def invoice_pdf(self, invoice_id: str) -> bytes:
        """The invoice as the customer gets it. Raises NotFound; Rejected for one above `LARGEST_PDF_BYTES`; Transient for what is no PDF.

        The route is assumed after its neighbours' (hogia.md 3.8).
        """
        content = await self._session.content(f"/customerinvoices/{invoice_id}/pdf", accept="application/pdf")
        if len(content) > LARGEST_PDF_BYTES:
            raise Rejected(
                "INVOICE_PDF_TOO_LARGE",
                f"Hogia's PDF has {len(content)} bytes; at most {LARGEST_PDF_BYTES} are passed on. Fetch it in Hogia.",
                subject=DESTINATION,
            )
        if not content.startswith(b"%PDF-"):
            raise Transient("HOGIA_ANSWER_UNREADABLE", "Hogia answered with something that is no PDF. Try again.", subject=DESTINATION)
        return content

    async def cancel_invoice(self, invoice_id: str) -> None:
        """Cancel an unpaid invoice. Raises WrongState."""
        await self._session.write("POST", f"/customerinvoices/{invoice_id}/cancel", {})

    # subscriptions (3.13)

    async def create_subscription(self, resource_type: str, callback_url: str, secret: str) -> Mapping[str, Any]:
        """Ask for notifications of a resource; the answer has `id` and `expirationDate`."""
        body = {"resourceType": resource_type, "callbackUrl": callback_url, "secret": secret, "isActive": True}
        return one(await self._session.write("POST", "/subscriptions", body))

    async def renew_subscription(self, subscription_id: str, callback_url: str, secret: str) -> Mapping[str, Any]:
        """Lengthen a subscription to 180 days from now, active and with this address and secret. Raises NotFound when it is gone."""
        body = {"callbackUrl": callback_url, "secret": secret, "isActive": True}
        return one(await self._session.write("PATCH", f"/subscriptions/{subscription_id}", body))

    # the organisation (design.md 7)

    async def modules(self) -> frozenset[str] | None:
        """The organisation's modules (`Bookkeeping`, `Invoicing`, `CashRegister`); None where Hogia does not tell."""
        try:
            organisation = one(await self._session.get("/organization"))
        except OrganisationUnknown:
            return None
        modules = organisation.get("modules")
        return frozenset(name for name in modules if isinstance(name, str)) if isinstance(modules, list) else None


def one(answer: Any) -> Mapping[str, Any]:
    """The object, also out of a one-element array. Raises Transient for anything else."""
    items = as_list(answer)
    if len(items) != 1:
        raise Transient(
            "HOGIA_ANSWER_UNREADABLE",
            "Hogia answered for one entity with none or several. It is tried again by itself.",
            subject=DESTINATION,
        )
    return items[0]


def _entry(body: Mapping[str, Any]) -> FeedEntry:
    try:
        row_version = int(body["rowVersion"])
        ident = str(body["id"])
    except (KeyError, TypeError, ValueError):
        raise Transient(
            "HOGIA_ANSWER_UNREADABLE", "An entry of a Hogia feed has no id or row version. It is read again by itself.", subject=DESTINATION
        ) from None
    return FeedEntry(id=ident, row_version=row_version, is_deleted=body.get("isDeleted") is True, body=body)
