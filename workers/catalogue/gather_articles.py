"""Both sides of some articles, for the way to a shop: Hogia's from the indexes, the shop's in a few calls for many of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.store import cache, catalogue, ledger, pending
from mappers.catalogue.changes import ItemLink
from mappers.catalogue.items import Item
from mappers.catalogue.leads import leads
from mappers.catalogue.look import ArticleLook
from mappers.catalogue.model import ProductType, ShopStock, SpecificPrice
from mappers.catalogue.pending import Sale, is_seen
from mappers.catalogue.policy import FieldGroup
from mappers.catalogue.vat import article_rate
from mappers.flows.articles import folded
from mappers.hogia.model import HogiaArticle, HogiaStock
from mappers.snapshot import Known, KnownEffect
from workers.catalogue.place import Place
from workers.catalogue.reference import has_category, shop_taxes
from workers.catalogue.sales import note_unseen
from workers.clients.prestashop.catalogue import ShopCatalogue
from workers.hogia_reference import hogia_reference
from workers.register_prices import balances, prices

STOCK_READ = "stock-read"  # when the balances were last read to their end (ms), in the store's watermarks


async def gather_articles(place: Place, numbers: Sequence[str], *, creates: bool) -> list[ArticleLook]:
    """A look at each folded number. The shop's stock is read before its newest orders: a sale between the two is subtracted."""
    connection, shop, store, resources, side = place.connection, place.shop, place.store, place.resources, place.side
    reference = await place.reference()
    taxes = await shop_taxes(place, reference)
    index = place.articles
    # Before the balances: a reading that ends behind this line says nothing of the balances as they were read here.
    read_ms = int(await cache.watermark(store, f"hogia:{connection.key}", STOCK_READ) or 0)
    articles = await index.of(numbers)
    extra = await prices(store, connection.key).of(numbers)
    stocked = await balances(store, connection.key).of(numbers)
    links = await catalogue.links(store, shop.key, numbers)
    _, former = await index.renumbered(numbers)
    found, formers = await _items(place, articles, numbers, former)
    former_links = await catalogue.links(store, shop.key, sorted(former.values()))
    items = [item for each in found.values() for item in each]
    led = leads(connection, shop)
    stocks, specifics = await asyncio.gather(
        _stocks(side, items, wanted=led[FieldGroup.STOCK].leader == "hogia"),
        _specific_prices(side, items, wanted=led[FieldGroup.PRICE].leader == "hogia"),
    )
    if led[FieldGroup.STOCK].leader == "hogia":
        await note_unseen(place)
    waiting = await _pending(place, numbers, stocked, read_ms=read_ms)
    now = resources.now()
    day = now.astimezone(ZoneInfo(reference.time_zone)).date()
    chart = await hogia_reference(resources, connection.key, place.hogia, day)
    currency = reference.currencies.get(reference.default_currency_id)
    makes = led[FieldGroup.ARTICLE].leader == "hogia" or creates
    category = await has_category(place) if makes and any(not found[number] for number in articles) else True
    looks = []
    for number in numbers:
        article = articles.get(number)
        rate = article_rate(article, chart, shop.orders.accounts.sweden) if article else None
        is_known = article is None or any(_is_linked(item, links.get(number, ItemLink())) for item in found[number])
        made, create_key = (None, "") if is_known else await _made(place, number)
        looks.append(
            ArticleLook(
                now=now,
                zone=ZoneInfo(reference.time_zone),
                connection=connection,
                shop=shop,
                leads=led,
                number=number,
                article=article,
                prices=extra.get(number, ()),
                available=sum((row.available for row in stocked[number]), Decimal(0)) if stocked.get(number) else None,
                is_counted=any(row.is_counted for row in stocked.get(number, ())) if stocked.get(number) else True,
                pending=waiting.get(number, 0),
                rate=rate,
                tax_group=taxes.group(rate, shop.products.tax_rules_groups) if rate is not None else None,
                taxes=taxes,
                found=found[number],
                former=formers.get(number),
                former_link=former_links.get(former.get(number, "")),
                stocks=[row for row in stocks if any(row.product_id == item.product.id for item in found[number])],
                specific_prices=[each for each in specifics if any(each.product_id == item.product.id for item in found[number])],
                link=links.get(number),
                made=made,
                create_key=create_key,
                request_runs=timedelta(seconds=resources.settings.state_change_seconds),
                has_category=category,
                languages=tuple(sorted(reference.languages)),
                currency=currency.code if currency else "",
                creates=creates,
            )
        )
    return looks


async def _items(
    place: Place, articles: Mapping[str, HogiaArticle], numbers: Sequence[str], former: Mapping[str, str]
) -> tuple[dict[str, tuple[Item, ...]], dict[str, Item]]:
    """What the shop has of each number, a combination going before a product of the same reference; and of renumbered articles the old item."""
    wanted = sorted({articles[number].number if number in articles else number for number in numbers} | set(former.values()))
    side = place.side
    products = await side.products_by_reference(wanted)
    combinations = await side.combinations_by_reference(wanted)
    known = {product.id: product for product in products}
    absent = sorted({each.product_id for each in combinations} - known.keys())
    known |= {product.id: product for product in await side.products(absent)} if absent else {}
    by_number: dict[str, list[Item]] = {}
    for combination in combinations:
        product = known.get(combination.product_id)
        if product is not None:
            by_number.setdefault(folded(combination.reference), []).append(Item(product=product, combination=combination))
    for product in products:
        holders = by_number.setdefault(folded(product.reference), [])
        if not any(item.product.id == product.id for item in holders):
            holders.append(Item(product=product))
    found = {number: tuple(by_number.get(number, ())) for number in numbers}
    linked = await catalogue.links(place.store, place.shop.key, sorted(former.values()))
    formers = {}
    for number, before in former.items():
        link, holders = linked.get(before), by_number.get(before, [])
        if link is not None and not found[number] and len(holders) == 1 and _is_linked(holders[0], link):
            formers[number] = holders[0]
    return found, formers


def _is_linked(item: Item, link: ItemLink) -> bool:
    return (item.product.id, item.combination_id) == (link.product_id, link.combination_id)


async def _stocks(side: ShopCatalogue, items: Sequence[Item], *, wanted: bool) -> Sequence[ShopStock]:
    goods = [item for item in items if item.product.type is not ProductType.VIRTUAL]
    # The product's own row too: it says what happens when a combination is used up.
    pairs = sorted({(item.product.id, combination) for item in goods for combination in (0, item.combination_id)})
    return await side.stocks(pairs) if wanted and pairs else ()


async def _specific_prices(side: ShopCatalogue, items: Sequence[Item], *, wanted: bool) -> Sequence[SpecificPrice]:
    ids = sorted({item.product.id for item in items})
    return await side.specific_prices(ids) if wanted and ids else ()


async def _pending(place: Place, numbers: Sequence[str], stocked: Mapping[str, Sequence[HogiaStock]], *, read_ms: int) -> dict[str, int]:
    """Pieces per number that Hogia's stock does not show yet; sales that it shows by now are dropped. `read_ms`: its last whole reading."""
    store, connection = place.store, place.connection
    counts, sales = await pending.of(store, connection.key, numbers)
    delay_ms = int(connection.hogia.read_delay_seconds * 1000)
    found: dict[str, int] = {}
    for number, by_order in counts.items():
        version = max((row.row_version for row in stocked.get(number, ())), default=0)
        for order, count in by_order.items():
            sale = sales.get(order, Sale())
            if not is_seen(sale, stock_row_version=version, stock_read_ms=read_ms, read_delay_ms=delay_ms):
                found[number] = found.get(number, 0) + count
    old = {
        order: sale for order, sale in sales.items() if is_seen(sale, stock_row_version=0, stock_read_ms=read_ms, read_delay_ms=delay_ms)
    }
    await pending.forget(store, connection.key, old)
    return found


async def _made(place: Place, number: str) -> tuple[KnownEffect | None, str]:
    """The last product that was made for a number, and the ledger's key of the one that may be made now."""
    base = key = f"product:{place.shop.key}/{number}"
    effect = await ledger.get(place.store, key)
    while effect is not None and effect.state is ledger.EffectState.CONFIRMED:
        key = f"{base}/instead-of/{effect.external_id}"
        later = await ledger.get(place.store, key)
        if later is None:
            break
        effect = later
    if effect is None:
        return None, key
    known = KnownEffect(
        state=Known(effect.state.value),
        called_at=datetime.fromtimestamp(effect.updated_ms / 1000, UTC),
        attempts=effect.attempts,
        external_id=effect.external_id,
    )
    return known, key
