"""Hogia's change feeds as the store knows them: which order an invoice belongs to, and who asked for a feed to be read now."""

from __future__ import annotations

from app.store import keys
from app.store.redis import Store, text

EVERY = "*"
MOST = 100


def invoice_link(connection: str, invoice_id: str) -> str:
    """The name of the link from an invoice to its order."""
    return f"invoice:{connection}/{invoice_id.lower()}"


async def order_of(store: Store, connection: str, invoice_id: str) -> str | None:
    """The order that an invoice belongs to, or None."""
    return text(await store.redis.get(keys.link(invoice_link(connection, invoice_id)))) or None


async def ask(store: Store, connection: str, feed: str = EVERY) -> None:
    """Let the next timer read a feed of the connection, in Hogia's word for what it tells of, or all of them, whatever their interval."""
    await store.redis.sadd(keys.feeds_asked(connection), feed)


async def asked(store: Store, connection: str) -> frozenset[str]:
    """The feeds that were asked for since the last time; the questions are taken."""
    return frozenset(text(feed) for feed in await store.redis.spop(keys.feeds_asked(connection), MOST))
