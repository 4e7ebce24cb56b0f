"""Hogia → shop: does what was decided for articles, several at a time, and keeps what became of each.

Everything but making a product is absolute and harmless to repeat. A product is made with an intent in the ledger, and looked for in the shop
before it is made again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.store import catalogue, ledger
from app.store.ledger import EffectState
from app.store.marks import Claim
from mappers.catalogue.changes import (
    AdoptProduct,
    CatalogueChange,
    CreateProduct,
    DropSpecificPrice,
    ItemLink,
    PutSpecificPrice,
    SetReference,
    SetStock,
    UpdateCombination,
    UpdateProduct,
)
from mappers.catalogue.lanes import Lane
from mappers.catalogue.look import ArticleDecision, ArticleLook
from mappers.catalogue.outcome import Status
from mappers.errors import Misconfigured, OrderbroError, Rejected, Transient, Unknown
from workers.catalogue.apply_products import set_reference
from workers.catalogue.place import Place

AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRun:
    """One shop's way from Hogia. The claim is the lane's."""

    place: Place
    claim: Claim


@dataclass(slots=True, kw_only=True)
class _Work:
    """One article's changes and what is to be remembered of them."""

    run: ArticleRun
    look: ArticleLook
    decision: ArticleDecision
    link: ItemLink | None
    made: set[int]  # specific prices
    product: int = 0


async def apply_articles(run: ArticleRun, decided: Sequence[tuple[ArticleLook, ArticleDecision]]) -> list[ArticleDecision]:
    """Do it and remember it; answers the decisions with the outcomes they really had. Raises Transient and Misconfigured afterwards."""
    gate = asyncio.Semaphore(AT_ONCE)
    works = [_Work(run=run, look=look, decision=decision, link=decision.link, made=set()) for look, decision in decided]

    async def one(work: _Work) -> None:
        async with gate:
            await run.place.resources.give_way()
            await _applied(work)

    results = await asyncio.gather(*(one(work) for work in works), return_exceptions=True)
    store, shop = run.place.store, run.place.shop.key
    finished = [work for work, result in zip(works, results, strict=True) if result is None]
    await catalogue.keep_links(store, shop, _links(works, finished))
    await catalogue.keep_outcomes(store, shop, Lane.TO_SHOP, [work.decision.outcome for work in finished], at_ms=await store.now_ms())
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [work.decision for work in works]


def _links(works: Sequence[_Work], finished: Sequence[_Work]) -> dict[str, ItemLink]:
    """What is remembered. Of an article whose changes were broken off: which specific prices were made all the same."""
    found = {}
    for work in works:
        before = work.look.link
        if work in finished and work.decision.outcome.status not in {Status.REFUSED, Status.WAITING}:
            after = work.link
            if after is not None and work.product:
                after = replace(after, product_id=work.product)
            if after is not None and work.made:
                after = replace(after, owned=after.owned | work.made)
        else:
            after = replace(before or ItemLink(), owned=(before.owned if before else frozenset()) | work.made) if work.made else before
        if after is not None and after != before:
            found[work.look.number] = after
    return found


async def _applied(work: _Work) -> None:
    try:
        for change in work.decision.changes:
            await APPLIERS[type(change)](work, change)
    except Unknown as error:
        work.decision = _ended(work, Status.WAITING, error, again=True)
    except Rejected as error:
        work.decision = _ended(work, Status.REFUSED, error)
    except (Transient, Misconfigured):
        raise


def _ended(work: _Work, status: Status, error: OrderbroError, *, again: bool = False) -> ArticleDecision:
    outcome = replace(work.decision.outcome, status=status, code=error.code, reason=error.message)
    return replace(work.decision, outcome=outcome, again_at=work.look.now if again else None)


async def _create(work: _Work, change: CreateProduct) -> None:
    """Intent, call, confirmation. A lost answer leaves `unknown`: the shop is looked at before it is tried again."""
    run = work.run

    async def write(state: EffectState, **fields: str) -> None:
        await ledger.write(run.place.store, run.claim, change.key, state, fields=fields)

    await write(EffectState.INTENT, kind="product", external_number=change.number)
    try:
        work.product = await run.place.side.create_product(change.fields, categories=change.categories)
    except Unknown as error:
        await write(EffectState.UNKNOWN, code=error.code, reason=error.message)
        raise
    except OrderbroError as error:
        await write(EffectState.FAILED, code=error.code, reason=error.message)
        raise
    await write(EffectState.CONFIRMED, external_id=str(work.product), code="", reason="")


async def _adopt(work: _Work, change: AdoptProduct) -> None:
    fields = {"external_id": str(change.product_id), "adopted": "1", "code": "", "reason": ""}
    await ledger.write(work.run.place.store, work.run.claim, change.key, EffectState.CONFIRMED, fields=fields)


async def _update_product(work: _Work, change: UpdateProduct) -> None:
    await work.run.place.side.update_product(change.product_id, change.fields)


async def _update_combination(work: _Work, change: UpdateCombination) -> None:
    await work.run.place.side.update_combination(change.combination_id, change.fields)


async def _set_stock(work: _Work, change: SetStock) -> None:
    await work.run.place.side.set_stock(change.stock, quantity=change.quantity, out_of_stock=change.out_of_stock)


async def _put_specific_price(work: _Work, change: PutSpecificPrice) -> None:
    if change.specific_price_id:
        await work.run.place.side.update_specific_price(change.specific_price_id, change.fields)
        work.made.add(change.specific_price_id)
    else:
        work.made.add(await work.run.place.side.create_specific_price(change.fields))


async def _drop_specific_price(work: _Work, change: DropSpecificPrice) -> None:
    await work.run.place.side.delete_specific_price(change.specific_price_id)


async def _set_reference(work: _Work, change: SetReference) -> None:
    await set_reference(work.run.place, change)


APPLIERS: Mapping[type[CatalogueChange], Callable[[_Work, Any], Awaitable[None]]] = {
    CreateProduct: _create,
    AdoptProduct: _adopt,
    UpdateProduct: _update_product,
    UpdateCombination: _update_combination,
    SetStock: _set_stock,
    PutSpecificPrice: _put_specific_price,
    DropSpecificPrice: _drop_specific_price,
    SetReference: _set_reference,
}
