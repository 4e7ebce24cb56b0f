"""The effect ledger: what was going to be done, and what became of it. Never pruned (bookkeeping law; facts: accounting.md 14).

An effect's key is deterministic: `invoice:acme-se/order/42`, never an attempt number. Intent is written before the call; only a record
that is `confirmed` says that something was done, and a confirmed one stays confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from redis.exceptions import TimeoutError as RedisTimeoutError

from app.store import keys
from app.store.marks import Claim
from app.store.redis import Store, text, texts
from app.store.together import FsyncLateError


class EffectState(StrEnum):
    INTENT = "intent"  # about to be called, or being called; after a crash as good as unknown
    UNKNOWN = "unknown"  # called, no usable answer
    CONFIRMED = "confirmed"
    FAILED = "failed"  # refused: nothing was done


class LeaseLostError(Exception):
    """Another run owns the entity now: stop at once, touch nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One ledger record. `amount` is in the effect's currency, incl. VAT, as text."""

    key: str
    entity: str
    kind: str
    state: EffectState
    sequence_id: str
    external_id: str
    external_number: str
    amount: str
    currency: str
    code: str
    reason: str
    attempts: int
    created_ms: int
    updated_ms: int
    adopted: bool
    checked: bool
    sequence: int
    row_version: int  # of what was made, where the other side has one

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Effect:
        def word(name: str) -> str:
            return fields.get(name, "")

        return cls(
            key=word("key"),
            entity=word("entity"),
            kind=word("kind"),
            state=EffectState(fields["state"]),
            sequence_id=word("sequence_id"),
            external_id=word("external_id"),
            external_number=word("external_number"),
            amount=word("amount"),
            currency=word("currency"),
            code=word("code"),
            reason=word("reason"),
            attempts=int(fields.get("attempts") or 0),
            created_ms=int(fields["created_ms"]),
            updated_ms=int(fields["updated_ms"]),
            adopted=fields.get("adopted") == "1",
            checked=fields.get("checked", "1") == "1",
            sequence=int(fields.get("sequence") or 0),
            row_version=int(fields.get("row_version") or 0),
        )


async def write(
    store: Store,
    claim: Claim,
    key: str,
    state: EffectState,
    *,
    fields: Mapping[str, str],
    links: Mapping[str, str] | None = None,
    now_ms: int = 0,
) -> str:
    """Move an effect to a state, with its links in the same step. Answers the state it had (empty for a new one).

    On disk when it returns, whether the server writes each command at once or is waited for (WAITAOF). Answers `confirmed` without writing when it is confirmed already. Raises `LeaseLostError` when the claim's fence is old.
    """
    args: list[str | int] = [now_ms, claim.entity, claim.fence, key, state.value]
    for name, value in fields.items():
        args += [name, value]
    for name, value in (links or {}).items():
        args += [f"link:{name}", value]
    durability = await store.durability()
    try:
        verdict, before = (text(part) for part in await store.scripts.effect(args=args, fsync=durability.wait_aof))
    except FsyncLateError:
        raise RedisTimeoutError("the server did not write the effect to disk within a second") from None
    if verdict == "lost":
        raise LeaseLostError(claim.entity)
    return before


async def get(store: Store, key: str) -> Effect | None:
    fields = texts(await store.redis.hgetall(keys.effect(key)))
    return Effect.read(fields) if fields else None


async def _read(store: Store, found: list[str]) -> list[Effect]:
    async with store.redis.pipeline(transaction=False) as pipe:
        for key in found:
            pipe.hgetall(keys.effect(key))
        return [Effect.read(texts(fields)) for fields in await pipe.execute() if fields]


async def of_entity(store: Store, entity: str) -> list[Effect]:
    """Everything the ledger knows of an entity, oldest first."""
    return await _read(store, [text(k) for k in await store.redis.zrange(keys.effects_by("entity", entity), 0, -1)])


async def in_state(store: Store, state: EffectState, *, before_ms: int | None = None, limit: int = 100) -> list[Effect]:
    """Effects in a state since before `before_ms`, oldest first."""
    highest: str | int = before_ms if before_ms is not None else "+inf"
    index = keys.effects_by("state", state.value)
    return await _read(store, [text(k) for k in await store.redis.zrangebyscore(index, "-inf", highest, start=0, num=limit)])


async def newest(store: Store, *, offset: int = 0, limit: int = 50) -> list[Effect]:
    """Newest first."""
    return await _read(store, [text(k) for k in await store.redis.zrevrange(keys.EFFECTS, offset, offset + limit - 1)])


async def count(store: Store, state: EffectState) -> int:
    return int(await store.redis.zcard(keys.effects_by("state", state.value)))


async def link(store: Store, name: str) -> str:
    """What a link points at, or empty. Links are written by `write`, with the effect that made them."""
    return text(await store.redis.get(keys.link(name)))
