"""Gathers the snapshot that a decision looks at. Reads only: the preview is this and the decision, without the applying."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.store import cache, ledger
from app.store.connections import Configured
from mappers.canonical import EntityKey, ShopOrder
from mappers.connection import MissingArticle, Shop
from mappers.customer import ContactCard, contact_card
from mappers.flows.articles import article_numbers
from mappers.flows.contact import contact_name, shop_code
from mappers.flows.eligibility import not_to_be_invoiced
from mappers.flows.head import invoice_day, invoice_reference, terms_days
from mappers.flows.orders import invoice_key, invoice_version, is_unsure, reference_lacks
from mappers.hogia.model import HogiaContact
from mappers.hogia.reading import read_contact
from mappers.hogia.reading_invoice import read_invoice
from mappers.snapshot import ContactLink, Known, KnownEffect, OrderSnapshot
from workers.clients.hogia import HogiaClient, NotFound
from workers.fetch_order import fetch_order
from workers.hogia_reference import hogia_reference
from workers.register_articles import Articles, FoundArticles
from workers.registers import Contacts
from workers.resources import Resources

MISSING_SECONDS = 60


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _known(effect: ledger.Effect) -> KnownEffect:
    return KnownEffect(
        state=Known(effect.state.value),
        called_at=_moment(effect.updated_ms),
        attempts=effect.attempts,
        external_id=effect.external_id,
        external_number=effect.external_number,
        amount=effect.amount,
        code=effect.code,
        sequence=effect.sequence,
        checked=effect.checked,
        row_version=effect.row_version,
        adopted=effect.adopted,
    )


async def effects_of(resources: Resources, entity: str) -> dict[str, KnownEffect]:
    """What the ledger knows of an entity, by effect key."""
    return {effect.key: _known(effect) for effect in await ledger.of_entity(resources.store, entity)}


def claimed_states(hints: Iterable[str]) -> frozenset[int]:
    """The states that notices spoke of: hints `state=2`."""
    return frozenset(int(h.removeprefix("state=")) for h in hints if h.startswith("state=") and h.removeprefix("state=").isdigit())


async def gather_order(
    resources: Resources, configured: Configured, shop: Shop, key: EntityKey, *, since_ms: int, hints: frozenset[str] = frozenset()
) -> OrderSnapshot:
    """Both sides of an order, as they are now. Hogia is asked only when the shop's side says that an invoice is due."""
    born = _moment(await resources.store.born())
    effects = await effects_of(resources, str(key))
    order, reference = await fetch_order(resources, shop, resources.shop_client(configured, shop), int(key.id))
    snapshot = OrderSnapshot(
        now=resources.now(),
        since=_moment(since_ms),
        key=key,
        connection=configured.connection,
        shop=shop,
        order=order,
        claimed_states=claimed_states(hints),
        not_found_limit=timedelta(seconds=resources.settings.not_found_seconds),
        time_zone=reference.time_zone,
        ledger_born=born,
        effects=effects,
        hash_key=resources.seal.hash_key,
    )
    client = resources.hogia_client(configured)
    version = invoice_version(effects, str(key))
    made = effects.get(invoice_key(str(key), version))
    if order is None or not_to_be_invoiced(snapshot) is not None:
        if not is_unsure(made):
            return snapshot
        # It was to be invoiced, and is not any more: whether it has been is found out all the same.
        found = await client.find_invoices(invoice_reference(shop, int(key.id), version))
        return replace(snapshot, invoices=tuple(read_invoice(body) for body in found))
    if made is not None and made.state is Known.CONFIRMED:
        return await _with_made_invoice(client, snapshot, made, order)
    return await _with_hogia(resources, configured, client, snapshot, order)


async def _with_made_invoice(client: HogiaClient, snapshot: OrderSnapshot, made: KnownEffect, order: ShopOrder) -> OrderSnapshot:
    """The invoice is read again only when it was not read back yet, or when it may have payments that the ledger is not sure of."""
    payments = [effect for name, effect in snapshot.effects.items() if name.startswith("payment:")]
    unsure = any(effect.state in {Known.INTENT, Known.UNKNOWN} for effect in payments)
    # A run that adopted the invoice may have been killed before it adopted the payments on it.
    unknown = made.adopted and sum(effect.state is Known.CONFIRMED for effect in payments) < len(order.payments)
    if made.checked and not unsure and not unknown:
        return snapshot
    try:
        return replace(snapshot, invoices=(read_invoice(await client.invoice(made.external_id)),))
    except NotFound:
        return snapshot


async def _with_hogia(
    resources: Resources, configured: Configured, client: HogiaClient, snapshot: OrderSnapshot, order: ShopOrder
) -> OrderSnapshot:
    shop, connection = snapshot.shop, configured.connection.key
    day = invoice_day(order, shop.orders, now=snapshot.now, zone=ZoneInfo(snapshot.time_zone))
    card = contact_card(
        order,
        shop.orders.customers,
        shop_key=shop_code(shop.key),
        currency=order.currency.code,
        terms_days=terms_days(order, shop.orders),
        your_reference_source=shop.orders.your_reference,
    )
    reference, found, link, articles = await asyncio.gather(
        hogia_reference(resources, connection, client, day),
        client.find_invoices(invoice_reference(shop, order.id, invoice_version(snapshot.effects, str(snapshot.key)))),
        _link(resources, shop, order),
        _articles(resources, connection, client, order, shop),
    )
    contacts = await _contacts(resources, connection, client, card, link, collective=shop.orders.customers.collective_number)
    if reference_lacks(snapshot, reference):
        # It may have been added in Hogia since: an order must not park, or park again after its release, for an hour-old copy.
        reference = await hogia_reference(resources, connection, client, day, fresh=True)
    return replace(
        snapshot,
        reference=reference,
        invoices=tuple(read_invoice(body) for body in found),
        contact_link=link,
        contacts=contacts,
        articles=articles.active,
        article_names=articles.names,
        inactive_articles=articles.inactive,
    )


async def _link(resources: Resources, shop: Shop, order: ShopOrder) -> ContactLink | None:
    raw = await ledger.link(resources.store, contact_name(shop.key, order))
    if not raw:
        return None
    fields = json.loads(raw)
    return ContactLink(contact_id=fields["id"], number=fields["number"], fingerprint=fields.get("fingerprint", ""))


async def _contacts(
    resources: Resources, connection: str, client: HogiaClient, card: ContactCard, link: ContactLink | None, *, collective: str
) -> tuple[HogiaContact, ...]:
    """Candidates from the index; the feed is asked first when the customer is not linked to one that the index has."""
    index = Contacts(resources.store, connection, resources.seal.hash_key)
    linked = link.contact_id if link else ""
    if linked:
        candidates = await index.candidates(card, linked, collective)
        if any(contact.id == linked for contact in candidates):
            return candidates
    await index.refresh(client)
    candidates = await index.candidates(card, linked, collective)
    if linked and all(contact.id != linked for contact in candidates):
        # A second contact is made in place of one that is gone: that it is gone is for Hogia to say, not for the index.
        try:
            await index.remember(read_contact(await client.contact(linked)))
        except NotFound:
            return candidates
        return await index.candidates(card, linked, collective)
    return candidates


async def _articles(resources: Resources, connection: str, client: HogiaClient, order: ShopOrder, shop: Shop) -> FoundArticles:
    """The order's articles that Hogia has; the feed is asked when one is not in the index, or is inactive there.

    At most once a minute for what stays missing: an article that Hogia does not have must not cost every order a call. An order that
    would be parked for it is worth the call.
    """
    index = Articles(resources.store, connection)
    wanted = article_numbers(order, shop.orders)
    known = await index.known(wanted)
    missing = wanted - known.active.keys()
    owner, name = f"hogia:{connection}", asked(missing)
    parks = shop.orders.missing_article is MissingArticle.PARK
    if missing and (parks or not await cache.cached(resources.store, owner, name)):
        await index.refresh(client)
        await cache.keep(resources.store, owner, name, "1", seconds=MISSING_SECONDS)
        known = await index.known(wanted)
    return known


def asked(missing: frozenset[str]) -> str:
    """The name under which it is remembered that these articles were looked for."""
    return "missing:" + hashlib.sha256("\n".join(sorted(missing)).encode()).hexdigest()[:16]
