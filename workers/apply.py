"""Applies a changeset, change by change: intent in the ledger, the call, what became of it. One coroutine per change, in a table.

    intent → the call →  confirmed (with the other side's id and the links, in one step)
                         failed    (refused: nothing was done)
                         unknown   (no usable answer: looked up before any repeat)

A crash between any two of these leaves `intent`, which is as good as `unknown`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.store import cache, feeds, ledger
from app.store.ledger import EffectState
from app.store.marks import Claim
from mappers.changes import (
    AdoptInvoice,
    AdoptPayment,
    Change,
    CreateArticle,
    CreateContact,
    CreateInvoice,
    LinkContact,
    RegisterPayment,
)
from mappers.customer import ContactCard, fingerprint
from mappers.errors import OrderbroError, Rejected, Transient, Unknown
from mappers.flows.orders import engine_mismatch
from mappers.hogia.article import ArticleType, article_body
from mappers.hogia.contact import contact_body
from mappers.hogia.invoice import invoice_body, payment_body
from mappers.hogia.model import HogiaArticle
from mappers.hogia.reading import read_article, read_contact
from mappers.hogia.reading_invoice import read_invoice
from workers.clients.hogia import HogiaClient, NotFound, NumberTaken, SequenceReused, StaleVersion
from workers.clients.hogia.session import BEFORE_WRITE
from workers.register_articles import Articles
from workers.registers import Contacts
from workers.resources import Resources

CUSTOMER_UNKNOWN = "HOGIA_CUSTOMER_UNKNOWN"
ARTICLE_UNKNOWN = "HOGIA_ARTICLE_UNKNOWN"
STALE_REFERENCE = frozenset({"HOGIA_ACCOUNT_UNUSABLE", "HOGIA_PERIOD_CLOSED", "HOGIA_CURRENCY_UNKNOWN"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Applying:
    """One run's applying: the claim it happens under, the clients it speaks through, and the ids made so far."""

    resources: Resources
    claim: Claim
    connection: str
    client: HogiaClient
    invoice_ids: dict[str, str] = field(default_factory=dict)

    async def write(self, key: str, state: EffectState, *, links: Mapping[str, str] | None = None, **fields: str) -> str:
        return await ledger.write(self.resources.store, self.claim, key, state, fields=fields, links=links)

    async def call(self, key: str, make: Callable[[], Awaitable[Any]], **fields: str) -> Any:
        """Intent, the call, and `failed` or `unknown` when it did not go well. Confirming is the caller's, who knows the ids.

        The intent is written when the call has its turn with Hogia: the lease is checked then, and the wait for reads counts from then.
        """
        intent = _Intent(run=self, key=key, fields=fields)
        before = BEFORE_WRITE.set(intent.write)
        try:
            return await self._called(intent, make)
        finally:
            BEFORE_WRITE.reset(before)

    async def call_at_once(self, key: str, make: Callable[[], Awaitable[Any]], **fields: str) -> Any:
        """The same for neighbours whose writes stand in no line: the intent is written first."""
        intent = _Intent(run=self, key=key, fields=fields)
        await intent.write()
        return await self._called(intent, make)

    async def _called(self, intent: _Intent, make: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await make()
        except Unknown as error:
            await self.write(intent.key, EffectState.UNKNOWN, code=error.code, reason=error.message)
            raise
        except OrderbroError as error:
            if intent.is_written:
                await self.write(intent.key, EffectState.FAILED, code=error.code, reason=error.message)
            raise

    @property
    def contacts(self) -> Contacts:
        return Contacts(self.resources.store, self.connection, self.resources.seal.hash_key)

    @property
    def articles(self) -> Articles:
        return Articles(self.resources.store, self.connection)

    def invoice_link(self, invoice_id: str) -> dict[str, str]:
        """From an invoice to its order: how a change in Hogia finds it."""
        return {feeds.invoice_link(self.connection, invoice_id): self.claim.entity}

    def contact_link(self, name: str, contact_id: str, number: str, card: ContactCard) -> dict[str, str]:
        link = {"id": contact_id, "number": number, "fingerprint": fingerprint(card, self.resources.seal.hash_key)}
        return {name: json.dumps(link)}


@dataclass(slots=True, kw_only=True)
class _Intent:
    """What is about to be called. Raises Transient when another run has done it meanwhile."""

    run: Applying
    key: str
    fields: Mapping[str, str]
    is_written: bool = False

    async def write(self) -> None:
        before = await ledger.write(self.run.resources.store, self.run.claim, self.key, EffectState.INTENT, fields=self.fields)
        if before == EffectState.CONFIRMED:
            raise Transient("EFFECT_CONFIRMED_MEANWHILE", "it was done by another run in the meantime; looked at again.", retry_after=1)
        self.is_written = True


async def create_contact(run: Applying, change: CreateContact) -> None:
    """A number that is taken is somebody's who was quicker: the order is looked at again and finds the contact."""
    body = {**contact_body(change.card, number=change.number), "sequenceId": change.sequence_id}
    try:
        made = await run.call(
            change.key,
            lambda: run.client.create_contact(body),
            kind="contact",
            sequence_id=change.sequence_id,
            external_number=change.number,
        )
    except (NumberTaken, SequenceReused) as error:
        # The feed may have shown it before it was dropped from the index: who has the number is asked by the number.
        for found in await run.client.contacts_by_number(change.number):
            await run.contacts.remember(read_contact(found))
        raise Transient("CONTACT_BEING_MADE", f"contact {change.number} was made meanwhile; it is looked up.", retry_after=1) from error
    contact_id = str(made["id"])
    # The index first: another order of this customer that found the link and no contact would take it for gone.
    await run.contacts.made(contact_id, change.card, change.number)
    links = run.contact_link(change.link, contact_id, change.number, change.card)
    await run.write(change.key, EffectState.CONFIRMED, links=links, external_id=contact_id, code="", reason="")


async def link_contact(run: Applying, change: LinkContact) -> None:
    """Writing a contact anew is harmless to repeat, and no reason to hold an invoice back: a refusal is noted and the order goes on."""
    code = reason = ""
    if change.parts:
        try:
            existing = await run.client.contact(change.contact_id)
            body = contact_body(change.card, existing=existing, parts=change.parts)
            await run.client.update_contact(change.contact_id, body, version=read_contact(existing).version)
        except StaleVersion as error:
            raise Transient(
                "CONTACT_CHANGED_MEANWHILE", "the contact was changed while it was read; looked at again.", retry_after=1
            ) from error
        except Rejected as error:
            code, reason = error.code, error.message
    links = run.contact_link(change.link, change.contact_id, change.number, change.card)
    await run.write(
        change.key,
        EffectState.CONFIRMED,
        links=links,
        kind="contact",
        sequence_id=change.sequence_id,
        external_id=change.contact_id,
        external_number=change.number,
        code=code,
        reason=reason,
    )


async def create_article(run: Applying, change: CreateArticle) -> None:
    """An article that is there already is as good as made, unless it is inactive: then the order is decided again without it.

    One that we made and that Hogia no longer has is made anew, as another act.
    """
    before = await ledger.get(run.resources.store, change.key)
    if before is not None and before.state is EffectState.CONFIRMED:
        found = [read_article(each) for each in await run.client.articles_by_number(change.number)]
        if not any(each.is_active for each in found):
            gone = before.external_id or "unknown"
            again = str(uuid.uuid5(uuid.UUID(change.sequence_id), gone))
            await create_article(run, replace(change, key=f"{change.key}/instead-of/{gone}", sequence_id=again))
        for known in found:
            await run.articles.remember(known)
        return
    kind = ArticleType.SERVICE if change.is_service else ArticleType.GOODS
    body = article_body(number=change.number, name=change.name, unit=change.unit, account=change.account, kind=kind)
    body["sequenceId"] = change.sequence_id
    try:
        made = await run.call(
            change.key,
            lambda: run.client.create_article(body),
            kind="article",
            sequence_id=change.sequence_id,
            external_number=change.number,
        )
        article = HogiaArticle(id=str(made.get("id") or ""), number=change.number, name=change.name)
    except (NumberTaken, SequenceReused) as error:
        found = [read_article(each) for each in await run.client.articles_by_number(change.number)]
        for known in found:
            await run.articles.remember(known)
        active = next((each for each in found if each.is_active), None)
        if active is None:
            raise Transient(
                "ARTICLE_BEING_MADE", f"article {change.number} is in use or inactive; it is looked up.", retry_after=1
            ) from error
        article = active
    await run.write(change.key, EffectState.CONFIRMED, external_id=article.id, code="", reason="")
    await run.articles.remember(article)


async def create_invoice(run: Applying, change: CreateInvoice) -> None:
    """Made, confirmed, read back. One that Hogia computed differently is held: no payment, a person looks."""
    invoice = change.document.invoice
    body = invoice_body(change.document, sequence_id=change.sequence_id, article_lines=change.article_lines)
    fields = {"kind": "invoice", "sequence_id": change.sequence_id, "amount": str(invoice.gross), "currency": invoice.currency}
    try:
        invoice_id = await run.call(change.key, lambda: run.client.create_invoice(body), **fields)
    except SequenceReused as error:
        await run.write(change.key, EffectState.UNKNOWN, code=error.code, reason=error.message)
        raise Unknown(error.code, "an invoice was made with this order's key before; it is looked up.") from error
    except Rejected as error:
        await _refused(run, change, error)
        raise
    run.invoice_ids[change.key] = invoice_id
    links = run.invoice_link(invoice_id)
    await run.write(change.key, EffectState.CONFIRMED, links=links, external_id=invoice_id, checked="0", code="", reason="")
    try:
        found = read_invoice(await run.client.invoice(invoice_id))
    except NotFound as error:
        raise Transient("READ_BACK_PENDING", "the invoice was made; it is read back when Hogia's reads show it.", retry_after=1) from error
    mismatch = engine_mismatch(found, invoice)
    if mismatch is not None:
        await run.write(
            change.key, EffectState.CONFIRMED, external_number=str(found.number or ""), code=mismatch.code, reason=mismatch.message
        )
        raise mismatch
    await run.write(
        change.key, EffectState.CONFIRMED, external_number=str(found.number or ""), row_version=str(found.row_version), checked="1"
    )


async def _refused(run: Applying, change: CreateInvoice, error: Rejected) -> None:
    """What Hogia refused may be our memory's fault: forget it, and look again once. Raises Transient for that."""
    store = run.resources.store
    if error.code in STALE_REFERENCE:
        await cache.forget(store, f"hogia:{run.connection}", f"reference:{change.document.invoice_date.isoformat()}")
        return
    effect = await ledger.get(store, change.key)
    if effect is None or effect.attempts > 2:
        return
    if error.code == CUSTOMER_UNKNOWN:
        await run.contacts.forget_number(change.document.customer_number)
        raise Transient("CONTACT_GONE", "the contact is no longer in Hogia; it is looked up anew.", retry_after=1) from error
    if error.code == ARTICLE_UNKNOWN:
        await Articles(store, run.connection).refresh(run.client)
        raise Transient("ARTICLE_GONE", "an article is no longer active in Hogia; they are looked up anew.", retry_after=1) from error


async def adopt_invoice(run: Applying, change: AdoptInvoice) -> None:
    """The invoice is there: the ledger learns of it."""
    invoice = change.invoice
    run.invoice_ids[change.key] = invoice.id
    await run.write(
        change.key,
        EffectState.CONFIRMED,
        links=run.invoice_link(invoice.id),
        kind="invoice",
        sequence_id=change.sequence_id,
        external_id=invoice.id,
        external_number=str(invoice.number or ""),
        amount=str(invoice.gross),
        currency=invoice.currency,
        adopted="1",
        row_version=str(invoice.row_version),
        checked="1",
        code="",
        reason="",
    )


async def register_payment(run: Applying, change: RegisterPayment) -> None:
    """On the invoice that this run made or found, or that the ledger has."""
    invoice_id = change.invoice_id or run.invoice_ids.get(change.invoice_key)
    if not invoice_id:
        effect = await ledger.get(run.resources.store, change.invoice_key)
        assert effect is not None, "a payment is decided only on an invoice"
        invoice_id = effect.external_id
    body = payment_body(change.part, sequence_id=change.sequence_id)
    payment_id = await run.call(
        change.key,
        lambda: run.client.register_payment(invoice_id, body),
        kind="payment",
        sequence_id=change.sequence_id,
        amount=str(change.part.amount),
        currency=change.currency,
    )
    await run.write(change.key, EffectState.CONFIRMED, external_id=payment_id, code="", reason="")


async def adopt_payment(run: Applying, change: AdoptPayment) -> None:
    """The payment is there: the ledger learns of it."""
    await run.write(
        change.key,
        EffectState.CONFIRMED,
        kind="payment",
        sequence_id=change.sequence_id,
        amount=str(change.part.amount),
        currency=change.currency,
        adopted="1",
        code="",
        reason="",
    )


APPLIERS: Mapping[type[Change], Callable[[Applying, Any], Awaitable[None]]] = {
    CreateContact: create_contact,
    LinkContact: link_contact,
    CreateArticle: create_article,
    CreateInvoice: create_invoice,
    AdoptInvoice: adopt_invoice,
    RegisterPayment: register_payment,
    AdoptPayment: adopt_payment,
}


async def apply(run: Applying, changes: tuple[Change, ...]) -> list[str]:
    """Apply them in their order; answers a line about each. Stops at the first that does not go well, with its error."""
    done = []
    for change in changes:
        await APPLIERS[type(change)](run, change)
        done.append(change.summary)
    return done
