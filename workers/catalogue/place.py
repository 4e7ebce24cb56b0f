"""Where a lane works: a shop of a connection, with clients that leave the rate limits' bursts to orders."""

from __future__ import annotations

from dataclasses import dataclass

from app.store.connections import Configured
from app.store.redis import Store
from mappers.connection import Connection, Shop
from mappers.prestashop.reference import ShopReference
from workers.clients.hogia import HogiaClient
from workers.clients.prestashop.catalogue import ShopCatalogue
from workers.clients.prestashop.client import PrestaShopClient
from workers.register_articles import Articles
from workers.resources import Resources
from workers.shop_reference import shop_reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A shop and everything around it."""

    resources: Resources
    configured: Configured
    shop: Shop

    @property
    def store(self) -> Store:
        return self.resources.store

    @property
    def connection(self) -> Connection:
        return self.configured.connection

    @property
    def client(self) -> PrestaShopClient:
        return self.resources.shop_client(self.configured, self.shop, bulk=True)

    @property
    def side(self) -> ShopCatalogue:
        """Kept with its client: what it learns of the shop (time zone, whether it knows PATCH) is learnt once."""
        client = self.client
        found: ShopCatalogue = self.resources.clients.setdefault(("catalogue", id(client)), ShopCatalogue(client))
        return found

    @property
    def hogia(self) -> HogiaClient:
        return self.resources.hogia_client(self.configured, bulk=True)

    @property
    def articles(self) -> Articles:
        return Articles(self.store, self.connection.key)

    async def reference(self) -> ShopReference:
        return await shop_reference(self.resources, self.shop, self.client)
