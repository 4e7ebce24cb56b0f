"""Hogia's reference data at a date: currencies, the financial year, its accounts with their VAT. Kept in Redis for all workers."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import simplejson

from app.store import cache
from mappers.hogia.model import HogiaReference
from mappers.hogia.reading import read_reference
from workers.clients.hogia import HogiaClient
from workers.resources import Resources


async def hogia_reference(resources: Resources, connection: str, client: HogiaClient, day: date, *, fresh: bool = False) -> HogiaReference:
    """The reference for an invoice of this day; `fresh` asks Hogia now."""
    owner = f"hogia:{connection}"
    name = f"reference:{day.isoformat()}"
    text = "" if fresh else await cache.cached(resources.store, owner, name)
    if not text:
        text = simplejson.dumps(await _read(client, day), use_decimal=True)
        await cache.keep(resources.store, owner, name, text, seconds=resources.settings.reference_seconds)
    slot = f"{owner}:{name}"
    known = resources.memory.get(slot)
    if known is None or known[0] != text:
        if len(resources.memory) > 200:
            resources.memory.clear()
        known = (text, read_reference(**simplejson.loads(text, use_decimal=True)))
        resources.memory[slot] = known
    reference: HogiaReference = known[1]
    return reference


async def _read(client: HogiaClient, day: date) -> dict[str, Any]:
    year = await client.financial_year(day)
    year_id = str(year["id"]) if year else ""
    currencies, vat_codes, accounts = await asyncio.gather(
        client.currencies(), client.vat_codes(), client.accounts(year_id) if year_id else _none()
    )
    wanted = {"currencies": currencies, "vat_codes": vat_codes, "accounts": accounts}
    return {"financial_year": year, **{name: list(rows) for name, rows in wanted.items()}}


async def _none() -> list[Any]:
    return []
