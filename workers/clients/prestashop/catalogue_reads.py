"""Reading a shop's catalogue in batches: ≤ 100 ids or references per call, pages by id, frozen values ascending by id.

Records are read through `mappers.prestashop.catalogue`; what cannot be read there raises Rejected. Errors are the client's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from mappers.catalogue.model import ShopCombination, ShopProduct, ShopStock, SpecificPrice
from mappers.errors import Rejected
from mappers.prestashop.catalogue import read_combination, read_product, read_specific_price, read_stock
from mappers.prestashop.records import Record, flag, integer, text, time_zone
from workers.clients.prestashop.batches import BATCH, batches, reference_filters
from workers.clients.prestashop.client import PrestaShopClient, any_of

PAGE = 500  # of records that are small or cheap for the shop to make
# Without the fields that PrestaShop computes one by one: a full product takes it about 4 ms (prestashop.md 2, Speed).
PRODUCT = (
    "[id,id_category_default,cache_default_attribute,id_tax_rules_group,reference,weight,ean13,cache_is_pack,is_virtual,state,product_type,"
    "price,wholesale_price,active,date_upd,name,description,description_short]"
)


class CatalogueReads:
    """What one storefront offers. `zone` and `language` (the default one's id) are read from the shop when not given."""

    def __init__(self, client: PrestaShopClient, *, zone: ZoneInfo | None = None, language: int | None = None) -> None:
        self._client = client
        self._zone = zone
        self._language = language
        self._product_display = PRODUCT

    async def product_ids(self, after: int = 0, limit: int = BATCH) -> tuple[int, ...]:
        """Ids of the shop's products above `after`, ascending; fewer than `limit` means there are no more."""
        found = await self._client.list("products", filters={"id": f">[{after}]"}, display="[id]", limit=limit)
        return tuple(integer(record, "id", required=True) for record in found)

    async def products(self, ids: Iterable[int]) -> tuple[ShopProduct, ...]:
        """Products with their combinations; ids that the shop does not have are not among them."""
        found: list[Record] = []
        for batch in batches(ids):
            found += await self._product_records({"id": any_of(batch)})
        return await self._with_combinations(found)

    async def products_by_reference(self, references: Iterable[str]) -> tuple[ShopProduct, ...]:
        """Products with these references, as the database compares them: case, accents and blanks at the end do not count."""
        found: list[Record] = []
        for condition in reference_filters(references):
            found += await self._product_records({"reference": condition})
        return await self._with_combinations(found)

    async def combinations_of(self, product_ids: Iterable[int]) -> tuple[ShopCombination, ...]:
        """All combinations of these products."""
        found: list[Record] = []
        for batch in batches(product_ids):
            found += await self._all("combinations", {"id_product": any_of(batch)})
        return tuple(read_combination(record) for record in _by_id(found))

    async def combinations_by_reference(self, references: Iterable[str]) -> tuple[ShopCombination, ...]:
        """Combinations with these references, compared as products' are."""
        found: list[Record] = []
        for condition in reference_filters(references):
            found += await self._all("combinations", {"reference": condition})
        return tuple(read_combination(record) for record in _by_id(found))

    async def stocks(self, pairs: Iterable[tuple[int, int]]) -> tuple[ShopStock, ...]:
        """The stock rows of (product, combination) pairs, combination 0 for the product itself; none where the shop has none.

        One row per pair: the shop's own, or its group's where the group shares its stock. A shop whose group changed its mind has both.
        """
        wanted = set(pairs)
        rows: defaultdict[tuple[int, int], list[ShopStock]] = defaultdict(list)
        for batch in batches(product for product, _ in wanted):
            for record in await self._all("stock_availables", {"id_product": any_of(batch)}):
                row = read_stock(record)
                if (row.product_id, row.combination_id) in wanted:
                    rows[row.product_id, row.combination_id].append(row)
        if any(len(found) > 1 for found in rows.values()):
            is_shared = await self._shares_stock()
            rows = defaultdict(list, {pair: _counting(found, is_shared=is_shared) for pair, found in rows.items()})
        return tuple(sorted((row for found in rows.values() for row in found), key=lambda row: row.id))

    async def specific_prices(self, product_ids: Iterable[int]) -> tuple[SpecificPrice, ...]:
        """All specific prices of these products, the merchant's own and price rules' among them."""
        found: list[Record] = []
        for batch in batches(product_ids):
            found += await self._all("specific_prices", {"id_product": any_of(batch)})
        zone = await self.zone()
        return tuple(read_specific_price(record, zone=zone) for record in _by_id(found))

    async def option_values(self, ids: Iterable[int]) -> Mapping[int, Mapping[int, str]]:
        """What `product_option_values` are called, by language: {3: {1: "Size: S", 2: "Storlek: S"}}; the option's name as customers see it."""
        values: list[Record] = []
        for batch in batches(ids):
            values += await self._client.list("product_option_values", filters={"id": any_of(batch)})
        options: dict[int, Record] = {}
        for batch in batches(integer(value, "id_attribute_group") for value in values):
            for option in await self._client.list("product_options", filters={"id": any_of(batch)}):
                options[integer(option, "id")] = option
        return {integer(value, "id"): await self._said(options.get(integer(value, "id_attribute_group"), {}), value) for value in values}

    async def languages(self) -> tuple[int, ...]:
        """Ids of the languages that the shop has, switched off ones too."""
        return tuple(integer(record, "id", required=True) for record in await self._client.list("languages"))

    async def zone(self) -> ZoneInfo:
        """The shop's time zone; raises Misconfigured for an unreadable one."""
        if self._zone is None:
            await self._read_settings()
        assert self._zone is not None
        return self._zone

    # -- what reading needs ----------------------------------------------------------------------------------------------------

    async def _all(self, resource: str, filters: Mapping[str, str], display: str = "full") -> list[Record]:
        found: list[Record] = []
        async for page in self._client.pages(resource, filters=filters, display=display, page_size=PAGE):
            found += page
        return found

    async def _product_records(self, filters: Mapping[str, str]) -> list[Record]:
        """Products in few fields; in all of them where the version lacks one (1.6 and early 1.7: error 35)."""
        try:
            return await self._product_list(filters)
        except Rejected as error:
            if error.code != "SHOP_CALL_REFUSED" or self._product_display == "full":
                raise
        self._product_display = "full"
        return await self._product_list(filters)

    async def _product_list(self, filters: Mapping[str, str]) -> list[Record]:
        if "id" in filters:  # at most a batch of them
            return await self._client.list("products", filters=filters, display=self._product_display)
        return await self._all("products", filters, self._product_display)

    async def _with_combinations(self, records: Iterable[Record]) -> tuple[ShopProduct, ...]:
        found = _by_id(records)
        of_product: defaultdict[int, list[ShopCombination]] = defaultdict(list)
        for combination in await self.combinations_of(integer(record, "id", required=True) for record in found):
            of_product[combination.product_id].append(combination)
        products = []
        for record in found:
            plain = isinstance(record.get("name"), str)
            language = await self._default_language() if plain else 1
            own = of_product[integer(record, "id")]
            products.append(read_product(record, own, zone=await self.zone(), language=language))
        return tuple(products)

    async def _said(self, option: Record, value: Record) -> dict[int, str]:
        """`Storlek: S` in every language that the value has."""
        names = value.get("name", "")
        if not isinstance(names, Mapping):
            names = {await self._default_language(): names}
        titles = option.get("public_name") or option.get("name") or ""
        said = {}
        for language, name in names.items():
            title = titles.get(language, "") if isinstance(titles, Mapping) else titles
            said[language] = f"{title}: {name}" if title else str(name)
        return said

    async def _default_language(self) -> int:
        if self._language is None:
            await self._read_settings()
        assert self._language is not None
        return self._language

    async def _read_settings(self) -> None:
        found = await self._client.list("configurations", filters={"name": any_of(("PS_TIMEZONE", "PS_LANG_DEFAULT"))})
        own = (0, self._client.id_shop)  # the installation's setting, then this shop's, which goes before it
        rows = sorted((row for row in found if integer(row, "id_shop") in own), key=lambda row: integer(row, "id_shop"))
        settings = {text(row, "name"): text(row, "value") for row in rows}
        self._zone = self._zone or time_zone(settings.get("PS_TIMEZONE", ""))
        said = settings.get("PS_LANG_DEFAULT", "")
        self._language = self._language or (int(said) if said.isdecimal() else 1)

    async def _shares_stock(self) -> bool:
        """Whether this shop's group has one stock for all its shops."""
        shop = await self._client.find("shops", self._client.id_shop)
        group = await self._client.find("shop_groups", integer(shop or {}, "id_shop_group"))
        return group is not None and flag(group, "share_stock")


def _counting(rows: Sequence[ShopStock], *, is_shared: bool) -> list[ShopStock]:
    """Of a shop's row and its group's the one that PrestaShop reads."""
    fitting = [row for row in rows if (row.shop_id == 0) == is_shared]
    return fitting[:1] or list(rows[:1])


def _by_id(records: Iterable[Record]) -> list[Record]:
    """Each record once, ascending."""
    found = {integer(record, "id", required=True): record for record in records}
    return [found[ident] for ident in sorted(found)]
