"""The two directions in which a shop's catalogue moves, and their previews. Each is an entity: one run at a time per shop and lane."""

from __future__ import annotations

from enum import StrEnum

from mappers.canonical import EntityKey, Kind


class Lane(StrEnum):
    TO_HOGIA = "to-hogia"
    TO_SHOP = "to-shop"
    PREVIEW_TO_HOGIA = "preview-to-hogia"
    PREVIEW_TO_SHOP = "preview-to-shop"

    @property
    def is_preview(self) -> bool:
        return self in {Lane.PREVIEW_TO_HOGIA, Lane.PREVIEW_TO_SHOP}

    @property
    def goes_to_hogia(self) -> bool:
        return self in {Lane.TO_HOGIA, Lane.PREVIEW_TO_HOGIA}

    def entity(self, shop: str) -> str:
        return str(EntityKey(shop=shop, kind=Kind.CATALOGUE, id=self.value))


class Origin(StrEnum):
    """Where the initial synchronisation takes the catalogue from."""

    PRESTASHOP = "prestashop"
    HOGIA = "hogia"

    def lane(self, *, preview: bool) -> Lane:
        if self is Origin.PRESTASHOP:
            return Lane.PREVIEW_TO_HOGIA if preview else Lane.TO_HOGIA
        return Lane.PREVIEW_TO_SHOP if preview else Lane.TO_SHOP
