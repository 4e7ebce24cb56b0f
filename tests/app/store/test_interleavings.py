"""Marks, claims, renewals, expiries, settlements, crashes and ticks in any order: nothing is forgotten, and nobody works beside another.

The scripts run on a real server; time is the machine's own, so that a lease runs out when the machine says so.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from app.embedded import EmbeddedServer
from app.store import events, keys, marks
from app.store.events import EventStatus
from app.store.marks import Claim, NoClaim, Outcome, Settlement
from app.store.redis import Store, text, texts
from mappers.canonical import EntityKey

ENTITIES = ("a/order/1", "a/order/2")
LEASE_MS = 30_000
BEGIN_MS = 1_800_000_000_000
STATUS = {Outcome.DONE: "processed", Outcome.RETRY: "retrying", Outcome.PARK: "failed"}
FINAL = {EventStatus.PROCESSED, EventStatus.IGNORED, EventStatus.FAILED, EventStatus.DISCARDED}


@dataclass(slots=True)
class Held:
    """A run as its worker believes in it."""

    claim: Claim
    until_ms: int


class Marks(RuleBasedStateMachine):
    """The model: which generation was raised last, which runs are under way, and what the last run that was done had seen."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store = Store.connect(self.url)
        self.now = BEGIN_MS
        self.generation = dict.fromkeys(ENTITIES, 0)
        self.fence = dict.fromkeys(ENTITIES, 0)
        self.seen = dict.fromkeys(ENTITIES, 0)  # generation of the last run that was settled as done, or put aside
        self.runs: list[Held] = []
        self.ended: list[Claim] = []
        self.sent: list[str] = []
        self.numbers = 0

    def do(self, work: Any) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        try:
            self.drain()
        finally:
            self.do(self.store.close())
            self.runner.close()

    @initialize()
    def empty(self) -> None:
        self.do(self.store.redis.flushall())

    # what the world does

    def event(self, entity: str, sender_id: str) -> events.NewEvent:
        return events.NewEvent(
            connection="acme", shop="a", sender_id=sender_id, type="order.updated", entity=EntityKey.parse(entity), body=b"{}"
        )

    @rule(entity=st.sampled_from(ENTITIES))
    def event_arrives(self, entity: str) -> None:
        self.numbers += 1
        new = self.event(entity, f"msg-{self.numbers}")
        recorded = self.do(events.record(self.store, new, now_ms=self.now))
        self.generation[entity] += 1
        self.sent.append(new.id)
        assert (recorded.first, recorded.generation) == (True, self.generation[entity])

    @precondition(lambda self: self.numbers > 0)
    @rule(entity=st.sampled_from(ENTITIES), data=st.data())
    def event_arrives_again(self, entity: str, data: st.DataObject) -> None:
        number = data.draw(st.integers(1, self.numbers))
        new = self.event(entity, f"msg-{number}")
        recorded = self.do(events.record(self.store, new, now_ms=self.now))
        assert not recorded.first

    @rule(entity=st.sampled_from(ENTITIES))
    def sweep_marks(self, entity: str) -> None:
        self.do(marks.mark(self.store, [entity], hint="sweep", now_ms=self.now))
        self.generation[entity] += 1

    @precondition(lambda self: any(self.generation.values()))
    @rule(entity=st.sampled_from(ENTITIES))
    def operator_releases(self, entity: str) -> None:
        self.do(marks.release(self.store, entity, why="again", now_ms=self.now))
        self.generation[entity] += 1

    @rule(entity=st.sampled_from(ENTITIES))
    def operator_drops(self, entity: str) -> None:
        if self.do(marks.drop(self.store, entity, why="test order", now_ms=self.now)):
            self.seen[entity] = self.generation[entity]

    @precondition(lambda self: bool(self.sent))
    @rule(data=st.data())
    def operator_discards(self, data: st.DataObject) -> None:
        self.do(events.discard(self.store, data.draw(st.sampled_from(self.sent)), "spam"))

    @rule(milliseconds=st.sampled_from([1, 1000, LEASE_MS // 2, LEASE_MS + 1]))
    def time_passes(self, milliseconds: int) -> None:
        self.now += milliseconds

    # what workers do

    @rule(entity=st.sampled_from(ENTITIES))
    def claim(self, entity: str) -> None:
        found = self.do(marks.claim(self.store, entity, owner="w", lease_seconds=LEASE_MS / 1000, now_ms=self.now))
        if not isinstance(found, NoClaim):
            self.claimed(found)

    @rule()
    def claim_what_is_due(self) -> None:
        found = self.do(marks.claim_due(self.store, owner="w", lease_seconds=LEASE_MS / 1000, now_ms=self.now))
        if found is not None:
            self.claimed(found)

    def claimed(self, found: Claim) -> None:
        entity = found.entity
        live = [
            held
            for held in self.runs
            if held.claim.entity == entity and held.until_ms > self.now and held.claim.fence == self.fence[entity]
        ]
        assert live == [], "two leases on one entity"
        assert found.fence > self.fence[entity]
        assert found.generation == self.generation[entity]
        self.fence[entity] = found.fence
        self.runs.append(Held(found, self.now + LEASE_MS))

    @precondition(lambda self: bool(self.runs))
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        held = data.draw(st.sampled_from(self.runs))
        entity = held.claim.entity
        lost = self.do(marks.renew(self.store, {entity: held.claim.fence}, lease_seconds=LEASE_MS / 1000, now_ms=self.now))
        if held.claim.fence != self.fence[entity]:
            assert lost == {entity}
        if not lost:
            held.until_ms = self.now + LEASE_MS

    @precondition(lambda self: bool(self.runs))
    @rule(data=st.data(), outcome=st.sampled_from(Outcome), wait_ms=st.sampled_from([0, 2000, 90_000]), counted=st.booleans())
    def settle(self, data: st.DataObject, outcome: Outcome, wait_ms: int, *, counted: bool) -> None:
        held = data.draw(st.sampled_from(self.runs))
        self.runs.remove(held)
        claim = held.claim
        self.ended.append(claim)
        before = self.everything()
        settlement = Settlement(outcome=outcome, status=STATUS[outcome], code="", wait_ms=wait_ms, counted=counted)
        after = self.do(marks.settle(self.store, claim, settlement, now_ms=self.now))
        if claim.fence != self.fence[claim.entity]:
            assert after == "lost"
            assert self.everything() == before, "a settlement under an old fence changed something"
        elif after != "lost" and outcome is Outcome.DONE:
            self.seen[claim.entity] = claim.generation

    @precondition(lambda self: bool(self.ended))
    @rule(data=st.data(), outcome=st.sampled_from(Outcome))
    def settle_again(self, data: st.DataObject, outcome: Outcome) -> None:
        """The first answer was lost, or a stop came right behind it."""
        claim = data.draw(st.sampled_from(self.ended))
        before = self.everything()
        after = self.do(marks.settle(self.store, claim, Settlement(outcome=outcome, status=STATUS[outcome]), now_ms=self.now))
        assert after == ("again" if claim.fence == self.fence[claim.entity] else "lost")
        assert self.everything() == before

    @precondition(lambda self: bool(self.runs))
    @rule(data=st.data())
    def worker_dies(self, data: st.DataObject) -> None:
        self.runs.remove(data.draw(st.sampled_from(self.runs)))

    @rule()
    def tick(self) -> None:
        self.do(marks.tick(self.store, now_ms=self.now))
        self.follow_fences()

    @rule(jobs_too=st.booleans())
    def wake_ups_are_lost(self, *, jobs_too: bool) -> None:
        self.do(self.lose_wake_ups(jobs_too=jobs_too))

    @rule()
    def executor_dies_before_it_claims(self) -> None:
        """Arq has taken the jobs: they are in its queue, in progress, and nobody works on them."""

        async def take() -> None:
            for job in await self.store.redis.zrange(keys.QUEUE, 0, -1):
                await self.store.redis.set(b"arq:in-progress:" + job, b"1")

        self.do(take())

    async def lose_wake_ups(self, *, jobs_too: bool) -> None:
        for job in await self.store.redis.zrange(keys.QUEUE, 0, -1) if jobs_too else ():
            await self.store.redis.delete(b"arq:job:" + job)
        await self.store.redis.delete(keys.QUEUE)

    # what must always be so

    def everything(self) -> dict[str, Any]:
        async def read() -> dict[str, Any]:
            found: dict[str, Any] = {}
            for raw in sorted(await self.store.redis.keys(f"{keys.PREFIX}*")):
                kind = text(await self.store.redis.type(raw))
                if kind == "hash":
                    found[text(raw)] = await self.store.redis.hgetall(raw)
                elif kind == "zset":
                    found[text(raw)] = await self.store.redis.zrange(raw, 0, -1, withscores=True)
                elif kind == "stream":
                    found[text(raw)] = await self.store.redis.xrange(raw)
            return found

        return self.do(read())

    def follow_fences(self) -> None:
        """A tick may raise the fence of what an executor has held without a claim."""
        for entity in ENTITIES:
            fence = int(self.do(self.store.redis.hget(keys.mark(entity), "fence")) or 0)
            assert fence >= self.fence[entity]
            self.fence[entity] = fence

    @invariant()
    def what_is_marked_is_found_again(self) -> None:
        async def read(entity: str) -> tuple[marks.MarkState | None, bool, bool, bool]:
            mark = await marks.state(self.store, entity)
            due = await self.store.redis.zscore(keys.DUE, entity) is not None
            leased = await self.store.redis.zscore(keys.LEASES, entity) is not None
            parked = await self.store.redis.zscore(keys.PARKED, entity) is not None
            return mark, due, leased, parked

        for entity in ENTITIES:
            mark, due, leased, parked = self.do(read(entity))
            if mark is None:
                continue
            assert mark.generation == self.generation[entity]
            assert mark.parked == parked
            if parked or mark.generation == mark.settled:
                assert (due, leased) == (False, False)
            else:
                assert due or leased, "marked, and nothing will ever look at it"

    @invariant()
    def indexes_agree_with_records(self) -> None:
        async def read() -> None:
            for event_id in self.sent:
                fields = texts(await self.store.redis.hgetall(keys.event(event_id)))
                for status in EventStatus:
                    there = await self.store.redis.zscore(keys.events_by("status", status), event_id) is not None
                    assert there == (fields["status"] == status), (event_id, fields["status"], status)
                open_ = await self.store.redis.zscore(keys.pending(fields["entity"]), event_id) is not None
                assert open_ == (fields["status"] in {"received", "retrying", "failed"}), (event_id, fields["status"])

        self.do(read())

    def drain(self) -> None:
        """Nothing new comes, every run ends well, and only wake-ups are followed: then everything has been seen."""
        self.runs.clear()
        for _ in range(40):
            self.do(marks.tick(self.store, now_ms=self.now))
            self.do(self.follow_wake_ups())
            if not self.do(self.store.redis.zcard(keys.DUE)) and not self.do(self.store.redis.zcard(keys.LEASES)):
                break
            self.now += LEASE_MS // 3
        else:
            raise AssertionError("it does not come to rest")
        for entity in ENTITIES:
            mark = self.do(marks.state(self.store, entity))
            if mark is None or mark.parked:
                continue
            assert self.seen[entity] == self.generation[entity] == mark.settled, "the last change was never looked at"
            assert self.do(self.store.redis.zcard(keys.pending(entity))) == 0
        for event_id in self.sent:
            event = self.do(events.get(self.store, event_id))
            assert event.status in FINAL, event

    async def follow_wake_ups(self) -> None:
        for raw in await self.store.redis.zrange(keys.QUEUE, 0, -1):
            if await self.store.redis.exists(b"arq:in-progress:" + raw):
                continue
            await self.store.redis.zrem(keys.QUEUE, raw)
            await self.store.redis.delete(b"arq:job:" + raw)
            entity = text(raw).removeprefix("process:").rsplit(":", 2)[0]
            claim = await marks.claim(self.store, entity, owner="w", lease_seconds=LEASE_MS / 1000, now_ms=self.now)
            if isinstance(claim, Claim):
                done = Settlement(outcome=Outcome.DONE, status="processed")
                await marks.settle(self.store, claim, done, now_ms=self.now)
                self.seen[entity] = claim.generation


def test_nothing_is_forgotten_in_any_interleaving(redis_server: EmbeddedServer) -> None:
    machine = type("MarksHere", (Marks,), {"url": redis_server.url})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=50, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True),
    )
