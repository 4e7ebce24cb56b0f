"""A notice about a product or a quantity: it is put to what the shop's lanes look at. A burst of notices is one look at many."""

from __future__ import annotations

from app.store import catalogue
from app.store.marks import Claim, Outcome, Settlement
from mappers.canonical import EntityKey
from mappers.catalogue.leads import lead
from mappers.catalogue.policy import FieldGroup
from workers.resources import Resources
from workers.tasks.catalogue_feed import lanes_of, note_products, note_stock

NOT_STARTED = "the catalogue of this shop was not started; run: orderbro catalogue start"


def _settled(code: str, reason: str) -> Settlement:
    return Settlement(
        outcome=Outcome.DONE, status="ignored" if code else "processed", code=code, reason=reason, story=f"{code} {reason}".strip()
    )


async def process_product(resources: Resources, claim: Claim, key: EntityKey) -> Settlement:
    """`product.saved` and `product.deleted`: the product is looked at as it is then."""
    del claim
    configured, shop = await resources.directory.shop(key.shop)
    if not await catalogue.is_started(resources.store, shop.key):
        return _settled("CATALOGUE_NOT_STARTED", NOT_STARTED)
    if not lanes_of(configured.connection, shop):
        left = lead(configured.connection, shop, FieldGroup.ARTICLE)
        return _settled(left.code or "FLOW_LEAVES_OUT", left.reason or "this shop's products are not moved.")
    await note_products(resources, configured.connection, shop, [int(key.id)], why="a notice from the shop")
    return _settled("", "it is looked at with others; orderbro catalogue show tells what came of it")


async def process_stock(resources: Resources, claim: Claim, key: EntityKey) -> Settlement:
    """`stock.changed`: held against Hogia's stock where Hogia leads it."""
    del claim
    configured, shop = await resources.directory.shop(key.shop)
    if not await catalogue.is_started(resources.store, shop.key):
        return _settled("CATALOGUE_NOT_STARTED", NOT_STARTED)
    if not await note_stock(resources, configured.connection, shop, int(key.id)):
        left = lead(configured.connection, shop, FieldGroup.STOCK)
        return _settled(left.code or "SHOP_LEADS", left.reason or "the shop's stock is its own.")
    return _settled("", "it is held against Hogia's with others")
