"""The initial synchronisation of a connection's catalogue: starting it, how far it is, stopping it. For the API and the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.operations import audit
from app.operations.audit import Actor
from app.operations.refusals import Conflict, Missing
from app.operations.times import iso
from app.store import cache, catalogue, connections, marks, parked
from app.store.redis import Store
from mappers.catalogue.lanes import Lane, Origin
from mappers.catalogue.leads import Leader, leads
from mappers.catalogue.policy import FieldGroup
from mappers.connection import Connection, Shop

STARTING_SECONDS = 30
FINISHING_MS = 120_000  # what is looked at again this soon still belongs to a run (workers.tasks.catalogue)


async def connection_of(store: Store, key: str) -> Connection:
    """Raises Missing CONNECTION_UNKNOWN."""
    found = next((each for each in await connections.listed(store) if each.key == key), None)
    if found is None:
        raise Missing("CONNECTION_UNKNOWN", f"there is no connection {key!r}; orderbro connections list shows them.")
    return found


def shops_of(connection: Connection, wanted: Sequence[str] | None) -> list[Shop]:
    """The named shops, or all of them. Raises Missing SHOP_UNKNOWN, Conflict CATALOGUE_NOTHING_TO_DO for a list that names none."""
    if wanted is None:
        return list(connection.shops)
    if not wanted:
        raise Conflict("CATALOGUE_NOTHING_TO_DO", "no shop is named. Name one, or leave the shops out for all of the connection.")
    known = {shop.key: shop for shop in connection.shops}
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise Missing("SHOP_UNKNOWN", f"{connection.key} has no shop {', '.join(unknown)}; it has {', '.join(known)}.")
    return [known[key] for key in dict.fromkeys(wanted)]


# Starting and stopping --------------------------------------------------------------------------------------------------------------


async def start(
    store: Store,
    actor: Actor,
    connection_key: str,
    origin: Origin,
    *,
    preview: bool,
    new_id: Callable[[], str],
    shops: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Begin a run in each shop, in all of them or in none. From the first run that is no preview on, changes move by themselves.

    Raises Missing CONNECTION_UNKNOWN, SHOP_UNKNOWN; Conflict CATALOGUE_RUNNING, CATALOGUE_NOTHING_TO_DO.
    """
    lane, told = origin.lane(preview=preview), {"from": origin.value, "preview": preview, "shops": list(shops or ())}
    async with audit.act(store, actor, "catalogue.start", target=connection_key, filters=told) as act:
        connection = await connection_of(store, connection_key)
        chosen = shops_of(connection, shops)
        idle = {shop.key: why for shop in chosen if (why := _nothing_to_do(connection, shop, origin))}
        run_id = new_id()
        async with cache.lock(store, f"catalogue-start:{connection.key}", owner=run_id, seconds=STARTING_SECONDS) as taken:
            if not taken:
                raise Conflict("CATALOGUE_RUNNING", f"a synchronisation of {connection.key} is being started right now. See its status.")
            await _refuse_running(store, [shop.key for shop in chosen], lane)
            if len(idle) == len(chosen):
                raise Conflict("CATALOGUE_NOTHING_TO_DO", " ".join(idle.values()))
            began = [shop.key for shop in chosen if shop.key not in idle]
            fields = {"id": run_id, "began_ms": str(await store.now_ms()), "by": actor.name, "origin": origin.value}
            for shop in began:
                await _begin(store, shop, lane, fields)
        act.counts["shops"] = len(began)
        act.result = f"run {run_id}"
    return {
        "connection": connection.key,
        "from": origin.value,
        "preview": preview,
        "lane": lane.value,
        "run": run_id,
        "shops": began,
        "left_out": [{"shop": shop, "reason": why} for shop, why in idle.items()],
    }


async def _refuse_running(store: Store, shops: Sequence[str], lane: Lane) -> None:
    running = [shop for shop in shops if is_running(await catalogue.run(store, shop, lane))]
    if running:
        raise Conflict(
            "CATALOGUE_RUNNING",
            f"the run {lane} of {', '.join(running)} has not ended; it goes on by itself, after a crash too. Nothing was started. "
            "Follow it with: orderbro catalogue status; end it with: orderbro catalogue stop.",
        )


async def _begin(store: Store, shop: str, lane: Lane, fields: Mapping[str, str]) -> None:
    await catalogue.clear(store, shop, lane)
    await catalogue.begin(store, shop, lane, fields)
    if not lane.is_preview:
        # The other side lists what is there. What is gone from it, and was perhaps to be looked at, is known only here.
        if lane.goes_to_hogia:
            gone = [str(ident) for ident in await catalogue.numbered_products(store, shop)]
        else:
            gone = await catalogue.linked_numbers(store, shop)
        await catalogue.note(store, shop, lane, gone, why="known before the initial synchronisation")
    await marks.mark(store, [lane.entity(shop)], hint="start", why="initial synchronisation started")


def _nothing_to_do(connection: Connection, shop: Shop, origin: Origin) -> str:
    """Why a run would do nothing in a shop. Whoever leads, a run makes what is missing; but not in a shop that takes no part in articles."""
    led = leads(connection, shop)
    if FieldGroup.ARTICLE not in shop.products.leave:
        return ""
    if origin is Origin.HOGIA and any(led[group].leader is Leader.HOGIA for group in (FieldGroup.PRICE, FieldGroup.STOCK)):
        return ""
    return f"{led[FieldGroup.ARTICLE].reason} Take article out of products.leave and apply the connection file."


async def stop(store: Store, actor: Actor, connection_key: str, *, shops: Sequence[str] | None = None) -> dict[str, Any]:
    """Nothing of these shops' catalogue moves any more until it is started again; what was done stays, and so do the links.

    Raises Missing CONNECTION_UNKNOWN, SHOP_UNKNOWN; Conflict CATALOGUE_NOT_STARTED.
    """
    async with audit.act(store, actor, "catalogue.stop", target=connection_key, filters={"shops": list(shops or ())}) as act:
        connection = await connection_of(store, connection_key)
        chosen = [shop.key for shop in shops_of(connection, shops)]
        moving = [shop for shop in chosen if await _moves(store, shop)]
        if not moving:
            raise Conflict("CATALOGUE_NOT_STARTED", f"the catalogue of {', '.join(chosen)} was not started; nothing was stopped.")
        for shop in moving:
            await catalogue.stop(store, shop)
            for lane in Lane:
                await marks.drop(store, lane.entity(shop), why=f"catalogue stopped by {actor.name}")
        act.counts["shops"] = len(moving)
    return {"connection": connection.key, "stopped": moving}


async def _moves(store: Store, shop: str) -> bool:
    if await catalogue.is_started(store, shop):
        return True
    return any([is_running(await catalogue.run(store, shop, lane)) for lane in Lane])


# How far it is ----------------------------------------------------------------------------------------------------------------------


def is_running(run: Mapping[str, str]) -> bool:
    """A run without an id is what a worker still wrote of one that was stopped meanwhile."""
    return bool(run.get("id")) and not run.get("ended_ms")


async def status(store: Store, connection_key: str, *, counts: bool = True) -> dict[str, Any]:
    """Per shop: whether it is started, who leads what and why nobody does, and each lane with its newest run.

    `counts`: also how many items have which status, code and notice; that reads every outcome. Raises Missing CONNECTION_UNKNOWN.
    """
    connection = await connection_of(store, connection_key)
    return {
        "connection": connection.key,
        "flow": connection.flow.value,
        "plan": connection.plan.value,
        "workers": len(await cache.workers(store)),
        "shops": [await _shop(store, connection, shop, counts=counts) for shop in connection.shops],
    }


async def _shop(store: Store, connection: Connection, shop: Shop, *, counts: bool) -> dict[str, Any]:
    led = leads(connection, shop)
    lanes = [await _lane(store, shop.key, lane, counts=counts) for lane in Lane]
    return {
        "shop": shop.key,
        "started": await catalogue.is_started(store, shop.key),
        "leads": {
            group.value: {"leader": led[group].leader.value, "code": led[group].code, "reason": led[group].reason} for group in FieldGroup
        },
        "lanes": [each for each in lanes if each["run"] is not None or not each["preview"]],
    }


async def _lane(store: Store, shop: str, lane: Lane, *, counts: bool) -> dict[str, Any]:
    run, now = await catalogue.run(store, shop, lane), await store.now_ms()
    run = run if run.get("id") else {}
    due, next_ms = await catalogue.waiting(store, shop, lane)
    found: dict[str, Any] = {"lane": lane.value, "preview": lane.is_preview, "due": due, "run": _run(run) if run else None}
    found |= progress(run, due=due, next_ms=next_ms, now_ms=now)
    found["trouble"] = await _trouble(store, lane.entity(shop), now)
    if counts:
        found["counts"] = counted(await catalogue.outcomes(store, shop, lane))
    return found


def _run(run: Mapping[str, str]) -> dict[str, Any]:
    moments = {f"{name}_at": iso(int(run[f"{name}_ms"])) if run.get(f"{name}_ms") else None for name in ("began", "listed", "ended")}
    return {"id": run.get("id", ""), "from": run.get("origin", ""), "by": run.get("by", ""), **moments}


def progress(run: Mapping[str, str], *, due: int, next_ms: int, now_ms: int) -> dict[str, Any]:
    """`phase`: never, listing (no total is known yet), running, finishing (waits for a last look), ended. In products, or articles from Hogia.

    The rate is items per second since listing ended; `remaining_seconds` is None where it cannot be told.
    """
    listed, ended = int(run.get("listed_ms") or 0), int(run.get("ended_ms") or 0)
    so_far = int(run.get("total") or 0)
    none: dict[str, Any] = dict.fromkeys(("total", "done", "left", "rate_per_second", "remaining_seconds"))
    if not run:
        return {"phase": "never", "listed": 0, **none}
    if not listed:
        return {"phase": "ended" if ended else "listing", "listed": so_far, **none}
    left = 0 if ended else min(due, so_far)
    done = so_far - left
    seconds = ((ended or now_ms) - listed) / 1000
    rate = done / seconds if seconds > 0 else 0.0
    is_finishing = not left and now_ms < next_ms <= now_ms + FINISHING_MS
    return {
        "phase": "ended" if ended else "finishing" if is_finishing else "running",
        "listed": so_far,
        "total": so_far,
        "done": done,
        "left": left,
        "rate_per_second": round(rate, 1) if rate else None,
        "remaining_seconds": 0 if ended else round(left / rate) if rate else None,
    }


async def _trouble(store: Store, entity: str, now_ms: int) -> dict[str, Any] | None:
    """Why a lane does not go on: it waits for a person, or for temporary trouble to pass."""
    record = await parked.get(store, entity)
    if record is not None:
        return {"parked": True, "code": record.code, "reason": record.reason, "again_at": None}
    mark = await marks.state(store, entity)
    if mark is None or mark.leased or not mark.tries or mark.due_ms is None or mark.due_ms <= now_ms:
        return None
    said = await marks.story(store, entity, limit=1)
    return {"parked": False, "code": "RETRYING", "reason": said[-1]["text"] if said else "", "again_at": iso(mark.due_ms)}


def counted(found: Sequence[catalogue.Told]) -> dict[str, dict[str, int]]:
    """How many items have each status, code and notice, most first."""
    told = [each.outcome for each in found]
    counters = {
        "status": Counter(outcome.status.value for outcome in told),
        "code": Counter(outcome.code for outcome in told if outcome.code),
        "notice": Counter(notice.code for outcome in told for notice in outcome.notices),
    }
    return {name: dict(counter.most_common()) for name, counter in counters.items()}
