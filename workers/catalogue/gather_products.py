"""Both sides of some of a shop's products, for the way to Hogia: a few calls for many of them."""

from __future__ import annotations

from collections.abc import Sequence

from app.store import catalogue
from mappers.catalogue.items import Item, items_of, numbered
from mappers.catalogue.leads import leads
from mappers.catalogue.model import ProductType, ShopProduct
from mappers.catalogue.outcome import product_item
from mappers.catalogue.to_hogia import ProductLook
from mappers.flows.articles import folded
from workers.catalogue.place import Place
from workers.catalogue.reference import language_of, option_texts, shop_taxes
from workers.clients.prestashop.catalogue import ShopCatalogue


async def gather_products(place: Place, products: Sequence[int], *, creates: bool) -> list[ProductLook]:
    """A look at each. The article index is read as it is: the caller has refreshed it."""
    connection, shop, store, side = place.connection, place.shop, place.store, place.side
    reference = await place.reference()
    taxes = await shop_taxes(place, reference)
    found = {product.id: product for product in await side.products(products)}
    items = [item for product in found.values() for item in items_of(product)]
    language = language_of(reference, shop.products.language)
    texts = await option_texts(place, _values(items), language)
    linked = await catalogue.numbers_of(store, shop.key, products)
    own = {item.name: folded(has.number) for item in items if (has := numbered(item, shop.products)).number}
    every = sorted({*own.values(), *(number for numbers in linked.values() for number in numbers)})
    twins = await _twins(side, items, every)
    articles = await place.articles.of(every)
    renumbered, _ = await place.articles.renumbered(every)
    owners = await catalogue.owners(store, connection.key, every)
    led = leads(connection, shop)
    looks = []
    for ident in products:
        product = found.get(ident)
        numbers = {own[item.name] for item in (items_of(product) if product else ()) if item.name in own} | linked[ident].keys()
        looks.append(
            ProductLook(
                connection=connection,
                shop=shop,
                leads=led,
                product_id=ident,
                product=product,
                linked=linked[ident],
                owners={number: owners[number] for number in numbers if number in owners},
                twins=_others(twins, numbers, ident, own),
                articles={number: articles[number] for number in numbers if number in articles},
                renumbered={number: renumbered[number] for number in numbers if number in renumbered},
                option_texts=texts,
                taxes=taxes,
                language=language,
                creates=creates,
            )
        )
    return looks


def _values(items: Sequence[Item]) -> list[int]:
    return [value for item in items if item.combination for value in item.combination.values]


async def _twins(side: ShopCatalogue, items: Sequence[Item], numbers: Sequence[str]) -> dict[str, set[str]]:
    """Every item of the shop by folded number; a product that has combinations is not sold by its own reference."""
    by_number: dict[str, set[str]] = {}

    def add(item: Item) -> None:
        if item.reference:
            by_number.setdefault(folded(item.reference), set()).add(item.name)

    for item in items:
        add(item)
    references = sorted({item.reference for item in items if item.reference} | set(numbers))
    for product in await side.products_by_reference(references):
        if not _has_combinations(product):
            add(Item(product=product))
    for combination in await side.combinations_by_reference(references):
        name = product_item(combination.product_id, combination.id)
        by_number.setdefault(folded(combination.reference), set()).add(name)
    return by_number


def _has_combinations(product: ShopProduct) -> bool:
    return product.type is ProductType.COMBINATIONS or bool(product.combinations)


def _others(by_number: dict[str, set[str]], numbers: set[str], product: int, own: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Per number: the items that have it beside the one that is looked at. Where two of the product itself share it, each is the other's."""
    found: dict[str, tuple[str, ...]] = {}
    prefix = product_item(product)
    for number in numbers:
        holders = by_number.get(number, set())
        mine = {name for name in holders if (name == prefix or name.startswith(f"{prefix}/")) and own.get(name) == number}
        others = holders - mine if len(mine) <= 1 else holders
        if others:
            found[number] = tuple(sorted(others))
    return found
