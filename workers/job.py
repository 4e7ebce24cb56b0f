"""One run on one entity: claim → the task of its kind → settle, with one closing log line. What went wrong becomes what happens next here.

Transient        again later: as the other side said, else 5 s, 15 s, 45 s … with jitter; parked after two weeks
Unknown          again when the other side's reads have caught up
Rejected         parked: this entity's data needs a person
Misconfigured    parked: the settings need a person
out of time      as Transient
anything else    our fault: twice more, then parked
Redis away       the outcome waits for it as long as the lease; after that the next run starts over
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from redis.exceptions import ResponseError

from app.log import log
from app.settings import Settings
from app.store import marks
from app.store.ledger import LeaseLostError
from app.store.marks import Claim, Outcome, Settlement
from app.store.redis import UNAVAILABLE
from mappers.canonical import EntityKey, Kind
from mappers.errors import OrderbroError, Transient, Unknown
from workers.resources import Resources

CRASHES = 10  # claims in a row without any outcome: the entity itself may be what kills the worker
OUR_FAULTS = 3
SETTLE_AGAIN_SECONDS = 0.5
GO_ON_SECONDS = 2.0
UNCOUNTED = frozenset({"DESTINATION_RESTING", "DESTINATION_BUSY", "STOPPING"})

Handler = Callable[[Resources, Claim, EntityKey], Awaitable[Settlement]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The entities that this process works on now: their fences, for the heartbeat, and their tasks, to stop what is lost."""

    fences: dict[str, int] = field(default_factory=dict)
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)


def back_off(settings: Settings, tries: int, *, chance: float) -> float:
    """Seconds before try `tries + 1`: threefold each time, between half and all of it by `chance` (0 to 1)."""
    longest: float = min(settings.retry_first_seconds * 3.0 ** min(tries - 1, 20), settings.retry_longest_seconds)
    return longest * (0.5 + chance / 2)


def settlement_of(
    error: OrderbroError, claim: Claim, settings: Settings, *, now_ms: int, chance: float, read_delay_seconds: float = 60
) -> Settlement:
    """What becomes of a run that ended with one of our errors."""
    story = f"{error.code}: {error.message}"
    failing_for = (now_ms - claim.failing_ms) / 1000 if claim.failing_ms is not None else 0.0
    if isinstance(error, Transient | Unknown) and failing_for < settings.retry_give_up_seconds:
        counted = error.code not in UNCOUNTED
        wait = back_off(settings, max(claim.tries, 1), chance=chance)
        if isinstance(error, Transient) and error.retry_after is not None:
            wait = min(max(error.retry_after, 0.0), settings.retry_longest_seconds) * (1 + chance / 10)
        elif isinstance(error, Unknown):
            wait = max(read_delay_seconds, 0.2) * (1 + chance / 10)
        return Settlement(
            outcome=Outcome.RETRY,
            status="retrying",
            code=error.code,
            reason=error.message,
            wait_ms=int(wait * 1000),
            story=story,
            counted=counted,
        )
    return Settlement(
        outcome=Outcome.PARK, status="failed", code=error.code, reason=error.message, story=story, detail=error.subject, family=error.family
    )


def fault_settlement(error: Exception, claim: Claim, settings: Settings, *, chance: float) -> Settlement:
    """What becomes of a run that ended with an exception that is our fault."""
    name = type(error).__name__
    reason = f"an unexpected {name}; this is a fault of ours, the log has it. Release the entity after an update."
    if claim.tries < OUR_FAULTS:
        wait = int(back_off(settings, claim.tries, chance=chance) * 1000)
        return Settlement(outcome=Outcome.RETRY, status="retrying", code="INTERNAL_ERROR", reason=reason, wait_ms=wait, story=reason)
    return Settlement(outcome=Outcome.PARK, status="failed", code="INTERNAL_ERROR", reason=reason, story=reason)


def left_alone(key: EntityKey) -> Settlement:
    """Kinds that no task handles are recorded and ignored."""
    return Settlement(
        outcome=Outcome.DONE,
        status="ignored",
        code="KIND_NOT_HANDLED",
        reason=f"entities of the kind {key.kind} are recorded; this version does nothing with them",
    )


async def run(resources: Resources, held: Held, handlers: Mapping[Kind, Handler], entity: str) -> None:
    """Claim the entity, do its work, settle. Never raises for what the entity or its neighbours did."""
    claim = await marks.claim(resources.store, entity, owner=resources.worker_id, lease_seconds=resources.settings.lease_seconds)
    if isinstance(claim, Claim):
        await _run(resources, held, handlers, claim)


async def run_due(resources: Resources, held: Held, handlers: Mapping[Kind, Handler], *, stopping: asyncio.Event) -> None:
    """Go on with whatever has been due longest, for a short while.

    So a burst does not pay the executor for each entity, and a free slot does not wait for the executor's next look; only for a while, so
    that what is asked for by name (a preview) gets its turn.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + GO_ON_SECONDS
    while clock() < until and not stopping.is_set():
        claim = await marks.claim_due(resources.store, owner=resources.worker_id, lease_seconds=resources.settings.lease_seconds)
        if claim is None:
            return
        await _run(resources, held, handlers, claim)


async def _run(resources: Resources, held: Held, handlers: Mapping[Kind, Handler], claim: Claim) -> None:
    entity = claim.entity
    task = asyncio.current_task()
    assert task is not None
    is_foreground = EntityKey.parse(entity).kind is not Kind.CATALOGUE
    if is_foreground:
        resources.foreground.add(entity)
    held.fences[entity] = claim.fence
    held.tasks[entity] = task
    started = resources.now()
    try:
        settlement = await _work(resources, handlers, claim)
        after = await _settle(resources, claim, settlement)
    except asyncio.CancelledError:
        # Stopping, or the lease is lost: give the entity back at once instead of letting the lease run out.
        stopped = Settlement(outcome=Outcome.RETRY, status="retrying", code="STOPPING", reason="the worker stopped", counted=False)
        await asyncio.shield(marks.settle(resources.store, claim, stopped))
        raise
    except LeaseLostError:
        log.warning("lease_lost", entity=entity, fence=claim.fence)
        return
    except UNAVAILABLE as error:
        log.warning("redis_unavailable", entity=entity, error=type(error).__name__)
        return  # the lease has run out, and the sweep finds the mark
    finally:
        resources.foreground.discard(entity)
        if held.fences.get(entity) == claim.fence:  # after a lost lease this process may have claimed it anew
            held.fences.pop(entity, None)
            held.tasks.pop(entity, None)
    resources.counters[f"run:{settlement.outcome}"] += 1
    log.info(
        "run",
        entity=entity,
        outcome=settlement.outcome.value,
        after=after,
        code=settlement.code,
        tries=claim.tries,
        milliseconds=round((resources.now() - started).total_seconds() * 1000),
    )


async def _settle(resources: Resources, claim: Claim, settlement: Settlement) -> str:
    """Settle, and wait for a Redis that is away: a run that ended must not look like one that killed its worker. The fence guards."""
    for _ in range(int(resources.settings.lease_seconds / SETTLE_AGAIN_SECONDS)):
        try:
            return await marks.settle(resources.store, claim, settlement)
        except UNAVAILABLE as error:
            log.warning("settle_waits", entity=claim.entity, error=type(error).__name__)
            await asyncio.sleep(SETTLE_AGAIN_SECONDS)
    return await marks.settle(resources.store, claim, settlement)


async def _work(resources: Resources, handlers: Mapping[Kind, Handler], claim: Claim) -> Settlement:
    key = EntityKey.parse(claim.entity)
    if claim.unsettled > CRASHES:
        reason = f"{claim.unsettled - 1} runs in a row stopped without an outcome; the entity may be what stops the worker. See the log, then release it."
        return Settlement(outcome=Outcome.PARK, status="failed", code="CRASH_SUSPECTED", reason=reason, story=reason)
    handler = handlers.get(key.kind)
    if handler is None:
        return left_alone(key)
    settings = resources.settings
    try:
        async with asyncio.timeout(settings.job_timeout_seconds) as limit:
            return await handler(resources, claim, key)
    except OrderbroError as error:
        return await _settlement_of(resources, claim, key, error)
    except LeaseLostError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the entity must not be lost
        if limit.expired():
            seconds = f"{settings.job_timeout_seconds:.0f}"
            slow = Transient("RUN_OUT_OF_TIME", f"the run was stopped after {seconds} s; one of the neighbours answers too slowly.")
            return await _settlement_of(resources, claim, key, slow)
        if isinstance(error, UNAVAILABLE) and not isinstance(error, ResponseError):
            away = Transient("REDIS_UNAVAILABLE", f"Redis did not answer during the run ({type(error).__name__}).", retry_after=1)
            return await _settlement_of(resources, claim, key, away)
        log.exception("fault", entity=claim.entity)
        return fault_settlement(error, claim, settings, chance=random.random())  # noqa: S311


async def _settlement_of(resources: Resources, claim: Claim, key: EntityKey, error: OrderbroError) -> Settlement:
    delay = 60.0
    with contextlib.suppress(*UNAVAILABLE):
        configured = await resources.directory.of_shop(key.shop)
        delay = configured.connection.hogia.read_delay_seconds if configured is not None else delay
    return settlement_of(
        error,
        claim,
        resources.settings,
        now_ms=int(resources.now().timestamp() * 1000),
        chance=random.random(),  # noqa: S311 - jitter
        read_delay_seconds=delay,
    )
