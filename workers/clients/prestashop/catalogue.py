"""A shop's catalogue: products, combinations, stock and specific prices, read in batches and changed field by field.

    reading   ≤ 100 ids or references per call and never an address longer than web servers take; pages by id; frozen values of
              `mappers.catalogue.model`, ascending by id
    writing   PATCH of the fields given; a text in languages keeps those not given, which PrestaShop would blank (prestashop.md 1.2)
    PrestaShop 1.7 knows no PATCH: the entity is read whole, changed and PUT back (1.1: PUT destroys what is not sent). What somebody
              changes in the shop between the two, milliseconds, is lost there.

An update repeated is the same update: where no usable answer came, it raises Transient. A creation raises Unknown: look first.
A value that PrestaShop does not take raises Rejected SHOP_VALUE_REFUSED with the field's name, an entry that is gone SHOP_ENTITY_MISSING.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from mappers.catalogue.model import ShopStock
from mappers.errors import Misconfigured, Rejected, Transient, Unknown
from mappers.prestashop.catalogue import Fields
from mappers.prestashop.records import Record, integer
from workers.clients.prestashop import writes
from workers.clients.prestashop.catalogue_reads import CatalogueReads
from workers.clients.prestashop.client import PrestaShopClient

NODES: Mapping[str, str] = {
    "products": "product",
    "combinations": "combination",
    "stock_availables": "stock_available",
    "specific_prices": "specific_price",
}


class ShopCatalogue(CatalogueReads):
    """The catalogue of one storefront, through its client: reading (`CatalogueReads`) and changing it."""

    def __init__(self, client: PrestaShopClient, *, zone: ZoneInfo | None = None, language: int | None = None) -> None:
        super().__init__(client, zone=zone, language=language)
        self._knows_patch = True

    async def update_product(self, product_id: int, fields: Fields) -> None:
        """Change fields of a product in this shop; all others, its texts, images, categories and combinations stay."""
        await self._update("products", product_id, fields)

    async def update_combination(self, combination_id: int, fields: Fields) -> None:
        """Change fields of a combination in this shop."""
        await self._update("combinations", combination_id, fields)

    async def create_product(self, fields: Fields, *, categories: Sequence[int]) -> int:
        """Create a product in this shop; its id. Raises Unknown when no usable answer came: look for its reference."""
        body = writes.fields_body("product", fields, lists={"categories": ("category", categories)})
        return self._created(await self._client.write("POST", "products", body))

    async def set_stock(self, stock: ShopStock, *, quantity: int | None = None, out_of_stock: int | None = None) -> None:
        """Write a row's absolute quantity, or what happens when it is used up, or both; whatever was sold since it was read is overwritten."""
        given = {"quantity": quantity, "out_of_stock": out_of_stock}
        fields = {name: str(value) for name, value in given.items() if value is not None}
        if fields:
            await self._update("stock_availables", stock.id, fields)

    async def create_specific_price(self, fields: Fields) -> int:
        """Create a specific price; its id. The same one twice is refused or crashes (prestashop.md 13): look before."""
        return self._created(await self._client.write("POST", "specific_prices", writes.fields_body("specific_price", fields)))

    async def update_specific_price(self, price_id: int, fields: Fields) -> None:
        """Change fields of a specific price."""
        await self._update("specific_prices", price_id, fields)

    async def delete_specific_price(self, price_id: int) -> None:
        """Delete a specific price; one that is gone already is done."""
        try:
            await self._client.write("DELETE", f"specific_prices/{price_id}")
        except Rejected as error:
            if error.code != "SHOP_ENTITY_MISSING":
                raise
        except Unknown as error:
            raise self._again("specific_prices", error) from error

    async def _update(self, resource: str, ident: int, fields: Fields) -> None:
        if not fields:
            return
        if self._client.known_version.startswith("1."):
            self._knows_patch = False
        try:
            if self._knows_patch:
                try:
                    await self._patch(resource, ident, fields)
                except Misconfigured as error:
                    if error.code != "SHOP_METHOD_UNKNOWN":
                        raise
                    self._knows_patch = False
                else:
                    return
            await self._put(resource, ident, fields)
        except Unknown as error:
            raise self._again(resource, error) from error

    async def _patch(self, resource: str, ident: int, fields: Fields) -> None:
        whole = await self._with_all_languages(resource, ident, fields)
        await self._client.write("PATCH", f"{resource}/{ident}", writes.fields_body(NODES[resource], whole, ident=ident))

    async def _put(self, resource: str, ident: int, fields: Fields) -> None:
        raw = await self._client.entity_xml(resource, ident)
        if raw is None:
            raise Rejected(
                "SHOP_ENTITY_MISSING", f"The shop {self._client.shop_key} no longer has this entry of {resource}; it was deleted there."
            )
        await self._client.write("PUT", f"{resource}/{ident}", writes.whole_body(raw, fields))

    async def _with_all_languages(self, resource: str, ident: int, fields: Fields) -> Fields:
        """The fields with the texts that the shop has in languages not given, so that none is blanked."""
        in_languages = [name for name, value in fields.items() if not isinstance(value, str)]
        if not in_languages:
            return fields
        display = f"[{','.join(['id', *in_languages])}]"
        found = await self._client.list(resource, filters={"id": str(ident)}, display=display)
        completed = dict(fields)
        for name in in_languages:
            present, given = found[0].get(name, "") if found else "", fields[name]
            if isinstance(present, Mapping) and not isinstance(given, str):
                completed[name] = {**present, **given}
        return completed

    def _created(self, record: Record) -> int:
        ident = integer(record, "id")
        if not ident:
            raise Unknown(
                "OUTCOME_UNKNOWN", f"The shop {self._client.shop_key} answered a creation without saying what it created; it is looked up."
            )
        return ident

    def _again(self, resource: str, error: Unknown) -> Transient:
        return Transient(
            "SHOP_UPDATE_UNCONFIRMED",
            f"The shop {self._client.shop_key} gave no usable answer to a change of {resource}. The same values are sent again by themselves; "
            "if it goes on, the shop's PHP error log tells why.",
            subject=error.subject,
        )
