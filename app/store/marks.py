"""Marks: "this entity needs a look". Raised by events, sweeps and operators; claimed, renewed and settled by workers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.store import keys
from app.store.redis import Store, text, texts


class Outcome(StrEnum):
    """How a run ended."""

    DONE = "done"
    RETRY = "retry"
    PARK = "park"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A lease on an entity. Every write under it carries the fence; a later claim has a higher one."""

    entity: str
    fence: int
    generation: int
    tries: int  # claims since the entity was last settled as done, this one included
    since_ms: int  # first mark that is not settled yet
    failing_ms: int | None  # since when it has been in temporary trouble
    hints: frozenset[str]
    unsettled: int  # claims in a row that ended without any outcome, this one included


@dataclass(frozen=True, slots=True, kw_only=True)
class NoClaim:
    """Why there is nothing to do: `clean`, `busy`, `parked` or `early`."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a run leaves behind. `status` is what becomes of the events it covered."""

    outcome: Outcome
    status: str
    code: str = ""
    reason: str = ""
    wait_ms: int = 0
    story: str = ""
    detail: str = ""  # JSON for a person, kept with what is parked
    family: str = ""  # of what is parked: `rejected`, `misconfigured`, `bug` …
    counted: bool = True  # a wait for an open breaker or a quota is no failed try


async def mark(store: Store, entities: Iterable[str], *, hint: str = "", why: str = "", now_ms: int = 0) -> int:
    """Raise marks without an event. Answers how many."""
    found = list(entities)
    if not found:
        return 0
    for start in range(0, len(found), 500):
        await store.scripts.mark(args=[now_ms, hint, why, *found[start : start + 500]])
    return len(found)


async def claim(store: Store, entity: str, *, owner: str, lease_seconds: float, now_ms: int = 0) -> Claim | NoClaim:
    """Take the entity, or say why not."""
    answer = [text(part) for part in await store.scripts.claim(args=[now_ms, entity, owner, int(lease_seconds * 1000)])]
    return _claim(entity, answer) if answer[0] == "claimed" else NoClaim(why=answer[0])


async def claim_due(store: Store, *, owner: str, lease_seconds: float, now_ms: int = 0) -> Claim | None:
    """Take whatever has been due longest, and take its wake-up back; None when nothing is due."""
    answer = [text(part) for part in await store.scripts.claim_due(args=[now_ms, owner, int(lease_seconds * 1000)])]
    return _claim(answer[0], answer[1:]) if answer else None


def _claim(entity: str, answer: list[str]) -> Claim:
    _, fence, generation, tries, since, failing, hints, unsettled = answer
    return Claim(
        entity=entity,
        fence=int(fence),
        generation=int(generation),
        tries=int(tries),
        since_ms=int(since),
        failing_ms=int(failing) if failing else None,
        hints=frozenset(filter(None, hints.split(","))),
        unsettled=int(unsettled),
    )


async def take(store: Store, jobs: Sequence[bytes], *, most: int, milliseconds: int) -> list[tuple[str, int]]:
    """Take up to `most` of these waiting wake-ups and commands for one executor; each with its place in the queue."""
    if most <= 0:
        return []
    taken = [text(part) for part in await store.scripts.take(args=[most, milliseconds, *jobs])]
    return [(job, int(float(score))) for job, score in zip(taken[::2], taken[1::2], strict=True)]


async def settle(store: Store, claimed: Claim, settlement: Settlement, *, now_ms: int = 0) -> str:
    """End a run: `settled`, `parked`, `due` (it runs again), `again` (it had ended), or `lost` when the lease had gone to another."""
    answer = await store.scripts.settle(
        args=[
            now_ms,
            claimed.entity,
            claimed.fence,
            claimed.generation,
            settlement.outcome.value,
            settlement.status,
            settlement.code,
            settlement.reason,
            settlement.wait_ms,
            settlement.story,
            settlement.detail,
            "1" if settlement.counted else "0",
            settlement.family,
        ]
    )
    return text(answer[0])


async def renew(store: Store, held: dict[str, int], *, lease_seconds: float, now_ms: int = 0) -> set[str]:
    """Renew every lease in `held` (entity to fence); answers those that are lost."""
    if not held:
        return set()
    args: list[str | int] = [now_ms, int(lease_seconds * 1000)]
    for entity, fence in held.items():
        args += [entity, fence]
    return {text(entity) for entity in await store.scripts.renew(args=args)}


async def tick(store: Store, *, limit: int = 500, now_ms: int = 0) -> tuple[int, int, int]:
    """Free expired leases and wake everything due. Answers (expired, woken, due)."""
    expired, woken, due = await store.scripts.tick(args=[now_ms, limit])
    return int(expired), int(woken), int(due)


async def release(store: Store, entity: str, *, why: str, now_ms: int = 0) -> int:
    """Look at an entity again, parked or not; its waiting events are `received` again. Answers the new generation."""
    return int(await store.scripts.release(args=[now_ms, entity, why, "received"]))


async def drop(store: Store, entity: str, *, why: str, now_ms: int = 0) -> bool:
    """Put a parked entity aside until something new comes. False when it was not parked."""
    return bool(int(await store.scripts.drop(args=[now_ms, entity, why])))


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkState:
    """A mark as operators see it."""

    generation: int
    settled: int
    leased: bool
    parked: bool
    tries: int
    due_ms: int | None


async def state(store: Store, entity: str) -> MarkState | None:
    """The entity's mark, or None when nothing ever pointed at it."""
    fields = texts(await store.redis.hgetall(keys.mark(entity)))
    if not fields:
        return None
    due = await store.redis.zscore(keys.DUE, entity)
    return MarkState(
        generation=int(fields.get("gen", 0)),
        settled=int(fields.get("settled", 0)),
        leased="owner" in fields,
        parked=fields.get("parked") == "1",
        tries=int(fields.get("tries", 0)),
        due_ms=int(due) if due is not None else None,
    )


async def story(store: Store, entity: str, *, limit: int = 500) -> list[dict[str, str]]:
    """What happened to an entity, oldest first: `at` (ms), `what`, `text`."""
    return [texts(fields) for _, fields in reversed(await store.redis.xrevrange(keys.story(entity), count=limit))]
