"""Hogia's change feeds as the store knows them: which order an invoice belongs to, and who asked for a feed to be read now."""

from __future__ import annotations

from app.store import keys
from app.store.redis import Store, text


def invoice_link(connection: str, invoice_id: str) -> str:
    """The name of the link from an invoice to its order."""
    return f"invoice:{connection}/{invoice_id.lower()}"


async def order_of(store: Store, connection: str, invoice_id: str) -> str | None:
    """The order that an invoice belongs to, or None."""
    return text(await store.redis.get(keys.link(invoice_link(connection, invoice_id)))) or None


async def ask(store: Store, connection: str) -> None:
    """Let the next timer read the connection's feeds, whatever their interval."""
    await store.redis.sadd(keys.FEEDS, connection)


async def asked(store: Store, connection: str) -> bool:
    """Whether the feeds were asked for since the last time; the question is taken."""
    return bool(await store.redis.srem(keys.FEEDS, connection))
