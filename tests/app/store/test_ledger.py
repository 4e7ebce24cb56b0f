"""The effect ledger: what is confirmed stays confirmed, an old fence writes nothing, and no effect is in two states."""

from __future__ import annotations

import pytest

from app.store import keys, ledger, marks
from app.store.ledger import EffectState, LeaseLostError
from app.store.marks import Claim
from app.store.redis import Store

ENTITY = "acme-se/order/42"
KEY = f"invoice:{ENTITY}"


async def claimed(store: Store) -> Claim:
    await marks.mark(store, [ENTITY])
    claim = await marks.claim(store, ENTITY, owner="w", lease_seconds=30)
    assert isinstance(claim, Claim)
    return claim


async def in_states(store: Store) -> set[str]:
    return {s for s in EffectState if await store.redis.zscore(keys.effects_by("state", s), KEY) is not None}


async def test_effect_goes_from_intent_to_confirmed_with_its_links(store: Store) -> None:
    claim = await claimed(store)

    assert await ledger.write(store, claim, KEY, EffectState.INTENT, fields={"kind": "invoice", "amount": "448.00"}) == ""
    before = await ledger.write(store, claim, KEY, EffectState.CONFIRMED, fields={"external_id": "1"}, links={"invoice/42": "1"})

    assert before == "intent"
    effect = await ledger.get(store, KEY)
    assert effect is not None
    assert (effect.state, effect.external_id, effect.amount, effect.attempts, effect.entity) == ("confirmed", "1", "448.00", 1, ENTITY)
    assert await ledger.link(store, "invoice/42") == "1"
    assert await in_states(store) == {"confirmed"}
    assert [e.key for e in await ledger.of_entity(store, ENTITY)] == [KEY]


@pytest.mark.parametrize("later", [EffectState.INTENT, EffectState.UNKNOWN, EffectState.FAILED])
async def test_confirmed_effect_stays_confirmed(store: Store, later: EffectState) -> None:
    claim = await claimed(store)
    await ledger.write(store, claim, KEY, EffectState.CONFIRMED, fields={"external_id": "1"})

    before = await ledger.write(store, claim, KEY, later, fields={"external_id": "2", "code": "X"}, links={"invoice/42": "2"})

    assert before == "confirmed"
    effect = await ledger.get(store, KEY)
    assert effect is not None
    assert (effect.state, effect.external_id, effect.code, effect.attempts) == ("confirmed", "1", "", 0)
    assert await ledger.link(store, "invoice/42") == ""
    assert await in_states(store) == {"confirmed"}


@pytest.mark.parametrize("state", EffectState)
async def test_write_under_an_old_fence_is_refused_and_changes_nothing(store: Store, state: EffectState) -> None:
    old = await claimed(store)
    await ledger.write(store, old, KEY, EffectState.INTENT, fields={"amount": "1.00"})
    now = await store.now_ms()
    new = await marks.claim(store, ENTITY, owner="other", lease_seconds=30, now_ms=now + 31_000)
    assert isinstance(new, Claim)

    with pytest.raises(LeaseLostError):
        await ledger.write(store, old, KEY, state, fields={"amount": "2.00"}, links={"invoice/42": "late"})

    effect = await ledger.get(store, KEY)
    assert effect is not None
    assert (effect.state, effect.amount) == ("intent", "1.00")
    assert await ledger.link(store, "invoice/42") == ""


async def test_every_intent_is_an_attempt(store: Store) -> None:
    claim = await claimed(store)

    for state in (EffectState.INTENT, EffectState.UNKNOWN, EffectState.INTENT, EffectState.FAILED, EffectState.INTENT):
        await ledger.write(store, claim, KEY, state, fields={})

    effect = await ledger.get(store, KEY)
    assert effect is not None
    assert effect.attempts == 3
    assert await in_states(store) == {"intent"}


async def test_open_effects_are_found_by_age(store: Store) -> None:
    claim = await claimed(store)
    await ledger.write(store, claim, KEY, EffectState.UNKNOWN, fields={}, now_ms=1000)
    await ledger.write(store, claim, f"payment:{ENTITY}/1", EffectState.UNKNOWN, fields={}, now_ms=5000)

    old = await ledger.in_state(store, EffectState.UNKNOWN, before_ms=2000)

    assert [effect.key for effect in old] == [KEY]
    assert await ledger.count(store, EffectState.UNKNOWN) == 2


async def test_run_from_before_a_lost_redis_writes_nothing_behind_it(store: Store) -> None:
    """Its entity is claimed anew there: the fence must not be one that was given before."""
    old = await claimed(store)
    await store.redis.flushall()
    new = await claimed(store)

    with pytest.raises(LeaseLostError):
        await ledger.write(store, old, KEY, EffectState.INTENT, fields={})

    assert new.fence > old.fence
    assert await ledger.get(store, KEY) is None
