"""A lane of a shop's catalogue: takes what is due, some at a time, looks at it, and goes on until nothing is due or its time is up.

One run per shop and lane at a time, in one of the executor's slots, with clients that leave the rate limits' bursts to orders: five thousand
changed articles delay no order. A shop's trouble ends that lane's run and nobody else's.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from app.log import log
from app.store import catalogue, marks
from app.store.ledger import LeaseLostError
from app.store.marks import Claim, Settlement
from app.store.redis import UNAVAILABLE
from mappers.canonical import EntityKey
from mappers.catalogue.lanes import Lane
from mappers.catalogue.look import ArticleDecision, ArticleLook
from mappers.catalogue.outcome import Outcome, Status, article_item, product_item
from mappers.catalogue.policy import FieldGroup
from mappers.catalogue.to_hogia import decide_product
from mappers.catalogue.to_shop import decide_article
from mappers.errors import Misconfigured, OrderbroError, Transient
from workers.catalogue.apply_articles import ArticleRun, apply_articles
from workers.catalogue.apply_products import apply_products
from workers.catalogue.gather_articles import gather_articles
from workers.catalogue.gather_products import gather_products
from workers.catalogue.listing import end_run, list_run
from workers.catalogue.place import Place
from workers.catalogue.resolve import resolve_items
from workers.resources import Resources

AT_ONCE = 50
RUN_SECONDS = 15.0
AGAIN_MS = 1000
SOON_MS = 120_000  # what is looked at again this soon still belongs to the run


async def process_catalogue(resources: Resources, claim: Claim, key: EntityKey) -> Settlement:
    """Work on what is due; answers when to go on."""
    configured, shop = await resources.directory.shop(key.shop)
    work = _Work(place=Place(resources=resources, configured=configured, shop=shop), lane=Lane(key.id), claim=claim)
    if not work.lane.is_preview and not await catalogue.is_started(resources.store, shop.key):
        return _ignored()
    run = await catalogue.run(resources.store, shop.key, work.lane)
    run_id = run["id"] if run.get("id") and not run.get("ended_ms") else ""
    until = time.monotonic() + RUN_SECONDS
    if run_id and not run.get("listed_ms"):
        await list_run(work.place, work.lane, run)
    if work.lane.goes_to_hogia:
        await work.place.articles.refresh(work.place.hogia)
    count = 0
    while time.monotonic() < until:
        taken = await _some(work, creates=bool(run_id) and FieldGroup.ARTICLE not in shop.products.leave)
        if not taken:
            break
        count += taken
    return await _settled(work, count=count, run_id=run_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One run of a lane."""

    place: Place
    lane: Lane
    claim: Claim


def _ignored() -> Settlement:
    reason = "the catalogue of this shop was not started; run: orderbro catalogue start"
    return Settlement(outcome=marks.Outcome.DONE, status="ignored", code="CATALOGUE_NOT_STARTED", reason=reason, story=reason)


async def _some(work: _Work, *, creates: bool) -> int:
    """Look at up to fifty items; answers how many were taken."""
    store, shop = work.place.store, work.place.shop.key
    items, began = await catalogue.due(store, shop, work.lane, limit=AT_ONCE)
    if not items:
        return 0
    looked = items if work.lane.goes_to_hogia else await resolve_items(work.place, work.lane, items, began)
    again = await _looked_at(work, looked, creates=creates)
    await catalogue.looked_at(store, shop, work.lane, began, {item: again.get(item, 0) for item in looked})
    return len(items)


async def _looked_at(work: _Work, items: list[str], *, creates: bool) -> dict[str, int]:
    """Answers when to look at which again (ms). One whose data cannot be read, or that we are at fault with, does not stop the others."""
    look = _products if work.lane.goes_to_hogia else _articles
    if not items:
        return {}
    try:
        return await look(work, items, creates=creates)
    except (Transient, Misconfigured, LeaseLostError, *UNAVAILABLE):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, one product must not hold up the others
        if len(items) > 1:
            again: dict[str, int] = {}
            for item in items:
                again |= await _looked_at(work, [item], creates=creates)
            return again
        await _refused(work, items[0], error)
        return {}


async def _refused(work: _Work, item: str, error: Exception) -> None:
    """What a person is told of it."""
    name = product_item(int(item)) if work.lane.goes_to_hogia else article_item(item)
    code, reason = "INTERNAL_ERROR", f"an unexpected {type(error).__name__}; this is a fault of ours, the log has it."
    if isinstance(error, OrderbroError):
        code, reason = error.code, error.message
    else:
        log.exception("fault", entity=work.claim.entity, item=name)
    outcome = Outcome(item=name, number="" if work.lane.goes_to_hogia else item, status=Status.REFUSED, code=code, reason=reason)
    store = work.place.store
    await catalogue.keep_outcomes(store, work.place.shop.key, work.lane, [outcome], at_ms=await store.now_ms())


async def _products(work: _Work, items: list[str], *, creates: bool) -> dict[str, int]:
    """Answers when to look at which again (ms)."""
    products = [int(item) for item in items]
    looks = await gather_products(work.place, products, creates=creates)
    decided = [(look.product_id, decide_product(look)) for look in looks]
    now = await work.place.store.now_ms()
    if work.lane.is_preview:
        outcomes = [decision.outcome for _, decisions in decided for decision in decisions]
        await catalogue.keep_outcomes(work.place.store, work.place.shop.key, work.lane, outcomes, at_ms=now)
        return {}
    waiting = await apply_products(work.place, decided)
    delay = int(work.place.connection.hogia.read_delay_seconds * 1000)
    return {str(product): now + max(AGAIN_MS, delay) for product in waiting}


async def _articles(work: _Work, numbers: list[str], *, creates: bool) -> dict[str, int]:
    """Answers when to look at which again (ms)."""
    looks = await gather_articles(work.place, numbers, creates=creates)
    decided: list[tuple[ArticleLook, ArticleDecision]] = [(look, decide_article(look)) for look in looks]
    now = await work.place.store.now_ms()
    if work.lane.is_preview:
        outcomes = [decision.outcome for _, decision in decided]
        await catalogue.keep_outcomes(work.place.store, work.place.shop.key, work.lane, outcomes, at_ms=now)
        return {}
    done = await apply_articles(ArticleRun(place=work.place, claim=work.claim), decided)
    again = {}
    for (look, _), decision in zip(decided, done, strict=True):
        if decision.again_at is not None:
            again[look.number] = max(int(decision.again_at.timestamp() * 1000), now + 1)
    return again


async def _settled(work: _Work, *, count: int, run_id: str) -> Settlement:
    store, shop = work.place.store, work.place.shop.key
    left, next_ms = await catalogue.waiting(store, shop, work.lane)
    story = f"{count} looked at, {left} due"
    if run_id and not left:
        now = await store.now_ms()
        if not (0 < next_ms <= now + SOON_MS):
            await end_run(work.place, work.lane, run_id, now_ms=now)
            story += "; the initial synchronisation has ended"
    told = story if count else ""
    if left:
        return Settlement(outcome=marks.Outcome.RETRY, status="processed", reason=story, story=told, counted=False)
    # What is due later by itself is woken by a timer (workers/tasks/catalogue_feed.py): the mark of a lane that rests is settled.
    return Settlement(outcome=marks.Outcome.DONE, status="processed", reason=story, story=told)
