"""A shop's slow-changing resources: kept in Redis for all workers, parsed once per process, read again when an order names an unknown id."""

from __future__ import annotations

import asyncio

from app.store import cache
from mappers.connection import Shop
from mappers.prestashop.records import Record
from mappers.prestashop.reference import RESOURCES, SETTINGS, ShopReference, read_reference, reference_from_json, reference_to_json
from workers.clients.prestashop.client import PrestaShopClient, any_of
from workers.resources import Resources

NAME = "reference"


async def shop_reference(resources: Resources, shop: Shop, client: PrestaShopClient, *, fresh: bool = False) -> ShopReference:
    """The shop's reference; `fresh` reads it from the shop now."""
    owner = f"shop:{shop.key}"
    text = "" if fresh else await cache.cached(resources.store, owner, NAME)
    if not text:
        text = reference_to_json(await _read(client, shop))
        await cache.keep(resources.store, owner, NAME, text, seconds=resources.settings.reference_seconds)
    known = resources.memory.get(owner)
    if known is None or known[0] != text:
        known = (text, reference_from_json(text))
        resources.memory[owner] = known
    reference: ShopReference = known[1]
    return reference


async def _read(client: PrestaShopClient, shop: Shop) -> ShopReference:
    async def read(resource: str) -> list[Record]:
        if resource == "configurations":
            return await client.list(resource, filters={"name": any_of(SETTINGS)})
        return await client.list(resource)

    lists = await asyncio.gather(*(read(resource) for resource in RESOURCES))
    return read_reference(dict(zip(RESOURCES, lists, strict=True)), id_shop=shop.id_shop, version=await client.version())
