"""Shop → Hogia: does what was decided for items of products, several at a time, and keeps what became of each."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from app.store import catalogue
from mappers.catalogue.changes import ItemLink, PutArticle, SetReference
from mappers.catalogue.lanes import Lane
from mappers.catalogue.outcome import Outcome, Status
from mappers.catalogue.to_hogia import ItemDecision, Owner
from mappers.errors import Rejected, Unknown
from mappers.flows.articles import folded
from mappers.hogia.model import HogiaArticle
from mappers.hogia.reading import read_article
from workers.catalogue.place import Place
from workers.clients.hogia import NotFound, NumberTaken, SequenceReused, StaleVersion

AT_ONCE = 4


async def apply_products(place: Place, decided: Sequence[tuple[int, Sequence[ItemDecision]]]) -> set[int]:
    """Do it and remember it; answers the products that are to be looked at once more. Raises Transient and Misconfigured."""
    gate = asyncio.Semaphore(AT_ONCE)
    made: list[HogiaArticle] = []

    async def one(decision: ItemDecision) -> ItemDecision:
        async with gate:
            await place.resources.give_way()
            return await _applied(place, decision, made)

    flat = [(product, decision) for product, decisions in decided for decision in decisions]
    results = await asyncio.gather(*(one(decision) for _, decision in flat), return_exceptions=True)
    done = [(product, result) for (product, _), result in zip(flat, results, strict=True) if isinstance(result, ItemDecision)]
    await place.articles.remember_all(made)
    await _remember(place, [(product, [each for owner, each in done if owner == product]) for product, _ in decided])
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return {product for product, decision in done if decision.outcome.status is Status.WAITING}


async def _applied(place: Place, decision: ItemDecision, made: list[HogiaArticle]) -> ItemDecision:
    """The decision with the outcome that it really had. A new article is added to `made`."""
    try:
        for change in decision.changes:
            if isinstance(change, SetReference):
                await set_reference(place, change)
            else:
                assert isinstance(change, PutArticle)
                made += await _put(place, change)
    except (NumberTaken, SequenceReused, StaleVersion, NotFound) as error:
        await _look_up(place, decision.outcome.number)
        return _ended(decision, Status.WAITING, error.code, "Hogia has it differently than was read last; it is looked at once more.")
    except Unknown as error:
        return _ended(decision, Status.WAITING, error.code, "Hogia did not answer; whether it was done is looked at once more.")
    except Rejected as error:
        return _ended(decision, Status.REFUSED, error.code, error.message)
    return decision


def _ended(decision: ItemDecision, status: Status, code: str, reason: str) -> ItemDecision:
    return replace(decision, outcome=replace(decision.outcome, status=status, code=code, reason=reason), links=False, gives_up=False)


async def set_reference(place: Place, change: SetReference) -> None:
    """In the shop: harmless to repeat."""
    side = place.side
    if change.combination_id:
        await side.update_combination(change.combination_id, {"reference": change.reference})
    else:
        await side.update_product(change.product_id, {"reference": change.reference})


async def _put(place: Place, change: PutArticle) -> list[HogiaArticle]:
    """A number is given once in Hogia, so an article that was made by a call without an answer is found by it, and made only once."""
    if not change.article_id:
        return [read_article(await place.hogia.create_article(change.body))]
    # What an updated article is now, its new version too, is told by the feed; until then a further change would be refused as stale.
    await place.hogia.update_article(change.article_id, change.body, version=change.version)
    return []


async def _look_up(place: Place, number: str) -> None:
    found = await place.hogia.articles_by_number(number)
    if found:
        await place.articles.remember_all([read_article(each) for each in found])
    else:
        await place.articles.forget_number(number)


async def _remember(place: Place, done: Sequence[tuple[int, Sequence[ItemDecision]]]) -> None:
    """Outcomes, who leads which article, and which numbers are a product's."""
    store, shop, connection = place.store, place.shop.key, place.connection.key
    now = await store.now_ms()
    outcomes: list[Outcome] = [decision.outcome for _, decisions in done for decision in decisions]
    await catalogue.keep_outcomes(store, shop, Lane.TO_HOGIA, outcomes, at_ms=now)
    linked = {folded(d.outcome.number): d.outcome.item for _, decisions in done for d in decisions if d.links}
    given_up = sorted({folded(d.outcome.number) for _, decisions in done for d in decisions if d.gives_up})
    owners = await catalogue.owners(store, connection, given_up)
    ended = [number for number in given_up if number in owners and owners[number].shop == shop]
    await catalogue.disown(store, connection, ended)
    leading = {number: Owner(shop=shop, item=item) for number, item in linked.items() if number not in given_up}
    await catalogue.own(store, connection, leading)
    await _pass_on(place, ended)
    known = await catalogue.numbers_of(store, shop, [product for product, _ in done])
    numbers: dict[int, dict[str, str]] = {}
    for product, decisions in done:
        mine = {folded(d.outcome.number): d.outcome.item for d in decisions if d.links}
        gone = {folded(d.outcome.number) for d in decisions if d.outcome.code == "ITEM_GONE"}
        kept = {number: item for number, item in known[product].items() if number not in gone} | mine
        if kept != known[product]:
            numbers[product] = kept
    await catalogue.keep_numbers(store, shop, numbers)
    await _link(place, linked)


async def _pass_on(place: Place, numbers: Sequence[str]) -> None:
    """Another shop of the connection that sells the article leads it from now on: it is looked at there, and is active again."""
    for shop in place.connection.shops if numbers else ():
        if shop.key != place.shop.key and await catalogue.is_started(place.store, shop.key):
            known = await catalogue.links(place.store, shop.key, numbers)
            products = sorted({str(link.product_id) for link in known.values() if link.product_id})
            await catalogue.note(place.store, shop.key, Lane.TO_HOGIA, products, why=f"no longer sold by {place.shop.key}")


async def _link(place: Place, linked: dict[str, str]) -> None:
    """The same link for the way back: it is what a number that is changed in Hogia is recognised by."""
    store, shop = place.store, place.shop.key
    known = await catalogue.links(store, shop, sorted(linked))
    articles = await place.articles.of(sorted(linked))
    made = {}
    for number, item in linked.items():
        _, product, *rest = item.split("/")
        before = known.get(number, ItemLink())
        link = replace(
            before,
            product_id=int(product),
            combination_id=int(rest[0]) if rest else 0,
            article_id=articles[number].id if number in articles else before.article_id,
        )
        if link != before:
            made[number] = link
    await catalogue.keep_links(store, shop, made)
