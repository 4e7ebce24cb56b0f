"""Hearing Hogia without being told: its change feeds, read from stored row versions (hogia.md 3.13). It only marks.

A notification makes the next reading come at once; without notifications everything arrives all the same, one interval later.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from app.log import log
from app.settings import Settings
from app.store import cache, feeds, marks
from app.store.connections import Configured, listed, load
from mappers.connection import Connection
from mappers.errors import OrderbroError, Rejected
from mappers.flows.head import order_of_reference
from mappers.hogia.reading_invoice import read_invoice
from mappers.hogia.values import moment
from workers.clients.hogia import HogiaClient, NotFound
from workers.clients.hogia.assumed import INVOICES, FeedEntry
from workers.resources import Resources
from workers.tasks.catalogue_feed import follows, poll_catalogue

LOCK_SECONDS = 120
BATCH = 200
FIRST_LOOK = timedelta(days=30)  # a feed that was never read, or forgotten, is looked at this far back
RENEW_MS = 86_400_000  # of 180 days; renewed daily, because one that is gone or was switched off is not told about
SUBSCRIBED = "CustomerInvoice"
OF_THE_CATALOGUE = ("Article", "ArticlePrice", "StockBalance")
EVERYTHING = frozenset({SUBSCRIBED, *OF_THE_CATALOGUE})
CATALOGUE_APART_MS = 2000  # between two readings that notifications ask for


async def poll_feeds(resources: Resources) -> int:
    """Read the feeds of every connection whose time has come; answers how many orders were marked."""
    found = 0
    for connection in await listed(resources.store):
        name = f"feed:{connection.key}"
        stamp = await cache.sweep(resources.store, name)
        now = await resources.store.now_ms()
        due = now - int(stamp.get("at_ms") or 0) >= connection.hogia.poll_seconds * 1000
        asked = await feeds.asked(resources.store, connection.key)
        wanted = EVERYTHING if due or feeds.EVERY in asked else asked & EVERYTHING
        if not wanted:
            continue
        async with cache.lock(resources.store, name, owner=resources.worker_id, seconds=LOCK_SECONDS) as taken:
            if taken:
                found += await _stamped(resources, connection, now, wanted)
            else:
                await _ask_again(resources, connection, asked)  # whoever reads now may have passed what was told of
    return found


async def _ask_again(resources: Resources, connection: Connection, wanted: frozenset[str]) -> None:
    for feed in sorted(wanted):
        await feeds.ask(resources.store, connection.key, feed)


async def _stamped(resources: Resources, connection: Connection, now: int, wanted: frozenset[str]) -> int:
    """Only a reading of all of them puts the next one off."""
    fields = {"every_minutes": "1", "ok": "1", "code": "", "found": "0"} | ({"at_ms": str(now)} if wanted == EVERYTHING else {})
    found = 0
    try:
        configured = await load(resources.store, resources.seal, connection.key)
        if configured is not None:
            if SUBSCRIBED in wanted:
                found = await poll_invoices(resources, configured)
            found += await _catalogue(resources, configured, now, wanted)
            if wanted == EVERYTHING:
                await subscribe(resources, configured)
    except OrderbroError as error:
        fields |= {"ok": "0", "code": error.code}
        log.warning("feed_failed", connection=connection.key, code=error.code)
    await cache.swept(resources.store, f"feed:{connection.key}", fields=fields | {"found": str(found)})
    return found


async def _catalogue(resources: Resources, configured: Configured, now: int, wanted: frozenset[str]) -> int:
    """Our own writes are told of too: a synchronisation must not spend the rate limit on reading what it has just written."""
    name, told = f"feed:{configured.connection.key}:catalogue", wanted & frozenset(OF_THE_CATALOGUE)
    if not told:
        return 0
    stamp = await cache.sweep(resources.store, name)
    if wanted != EVERYTHING and stamp and now - int(stamp["at_ms"]) < CATALOGUE_APART_MS:
        await _ask_again(resources, configured.connection, told)
        return 0
    found = await poll_catalogue(resources, configured, told)
    await cache.swept(resources.store, name, fields={"at_ms": str(now)})
    return found


async def poll_invoices(resources: Resources, configured: Configured) -> int:
    """Mark the orders whose invoices changed since the last time. The row version is stored after what it covers is marked."""
    client, owner = resources.hogia_client(configured), f"hogia:{configured.connection.key}"
    stored = await cache.watermark(resources.store, owner, INVOICES)
    since, found = int(stored or 0), 0
    entities: set[str] = set()
    async for entry in client.invoices_changed(since):
        entity = await _order_of(resources, configured, entry, is_first=not stored)
        if entity is not None:
            entities.add(entity)
        since = entry.row_version
        if len(entities) >= BATCH:
            found += await _mark(resources, owner, entities, since)
            entities = set()
    found += await _mark(resources, owner, entities, since)
    return found


async def _mark(resources: Resources, owner: str, entities: set[str], since: int) -> int:
    found = await marks.mark(resources.store, sorted(entities), hint="invoice", why="the invoice changed in Hogia")
    await cache.set_watermark(resources.store, owner, INVOICES, str(since))
    return found


async def _order_of(resources: Resources, configured: Configured, entry: FeedEntry, *, is_first: bool) -> str | None:
    """The order of a changed invoice: by its link, else by its reference; a credit's by the invoice it credits or its own reference."""
    if entry.is_deleted:
        return await feeds.order_of(resources.store, configured.connection.key, entry.id)
    if is_first:
        changed = moment(entry.body.get("updatedDate"))
        if changed is not None and changed < resources.now() - FIRST_LOOK:
            return None
    invoice = read_invoice(entry.body)
    linked = await feeds.order_of(resources.store, configured.connection.key, invoice.id)
    if linked is None and invoice.credits:
        linked = await feeds.order_of(resources.store, configured.connection.key, invoice.credits)
    if linked is not None:
        return linked
    key = order_of_reference(configured.connection, invoice.reference)
    return str(key) if key is not None else None


def callback_url(settings: Settings, connection: str) -> str:
    """Where Hogia's notifications are to go; "" while we have no public https address."""
    url = settings.public_url or ""
    usable = url.startswith("https://") or (settings.allow_private_hosts and url.startswith("http://"))
    return f"{url.rstrip('/')}/webhooks/hogia/{connection}" if usable else ""


async def subscribe(resources: Resources, configured: Configured) -> None:
    """Keep the subscriptions alive: made, renewed before they end, made again when one is gone. Polling does without them."""
    key = configured.connection.key
    url, secret = callback_url(resources.settings, key), configured.hogia_secret("webhook_secret")
    if not url or not secret:
        return
    for resource in (SUBSCRIBED, *(OF_THE_CATALOGUE if await follows(resources, configured.connection) else ())):
        name = f"subscription:{key}" if resource == SUBSCRIBED else f"subscription:{key}:{resource}"
        await _subscribe(resources, configured, resource, name=name, url=url, secret=secret)


async def _subscribe(resources: Resources, configured: Configured, resource: str, *, name: str, url: str, secret: str) -> None:
    now = await resources.store.now_ms()
    known = await cache.sweep(resources.store, name)
    wanted = {"url": url, "secret": hmac.new(resources.seal.hash_key, secret.encode(), hashlib.sha256).hexdigest()}
    is_as_wanted = wanted.items() <= known.items() if known else False
    if known and is_as_wanted and now - int(known["at_ms"]) < RENEW_MS:
        return
    client = resources.hogia_client(configured)
    try:
        ident = await _subscribed(client, resource, known["id"] if known else "", url=url, secret=secret)
    except Rejected as error:
        log.warning("subscription_refused", connection=configured.connection.key, resource=resource, code=error.code)
        return
    await cache.swept(resources.store, name, fields={"id": ident, "at_ms": str(now), **wanted})


async def _subscribed(client: HogiaClient, resource: str, ident: str, *, url: str, secret: str) -> str:
    """Renewed, or made where there is none any more; its id."""
    if ident:
        try:
            await client.renew_subscription(ident, url, secret)
        except NotFound:
            pass
        else:
            return ident
    made = await client.create_subscription(resource, url, secret)
    return str(made.get("id") or "")
