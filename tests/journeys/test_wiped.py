"""Redis is lost right behind a write that Hogia's reads do not show yet: what was done is not done again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.store import keys, ledger
from app.store.ledger import EffectState
from tests.world import World


async def born_now(bridge: World) -> None:
    """The ledger begins now, by the clock that the test moves."""
    await bridge.store.redis.set(keys.BORN, int(bridge.resources.now().timestamp() * 1000))


@pytest.mark.parametrize("slug", ["plain", "two-part-payment"])
async def test_payments_that_reads_do_not_show_yet_are_not_registered_again(bridge: World, slug: str) -> None:
    await bridge.configure(hogia={"read_delay_seconds": 60})
    await bridge.store.born()
    bridge.hogia.switches.update({"read_lag_seconds": 50, "sequence_id_mode": "ignored"})
    order = await bridge.place(slug)
    while not bridge.invoices_of(order) or bridge.invoices_of(order)[0]["left"]:
        await bridge.run()
        await bridge.wait(30)
    before = bridge.invoices_of(order)

    await bridge.wipe()
    await born_now(bridge)
    await bridge.notice(order)
    for _ in range(5):
        await bridge.run()
        await bridge.wait(30)

    assert bridge.invoices_of(order) == before
    assert before[0]["left"] == Decimal(0)
    assert (await bridge.outcome(order))[0] == "processed"


@pytest.mark.parametrize("slug", ["plain", "two-part-payment"])
async def test_run_killed_between_the_invoices_adoption_and_its_payments_registers_none_again(bridge: World, slug: str) -> None:
    order = await bridge.place(slug)
    await bridge.settle()
    before = bridge.invoices_of(order)
    await bridge.wipe()
    await bridge.notice(order, sender_id="behind the loss")
    await bridge.settle()
    for effect in await ledger.of_entity(bridge.store, bridge.key(order)):
        if effect.kind == "payment":
            await bridge.store.redis.delete(keys.effect(effect.key))
            await bridge.store.redis.zrem(keys.effects_by("entity", bridge.key(order)), effect.key)

    await bridge.notice(order, sender_id="the next run")
    await bridge.settle()

    effects = await ledger.of_entity(bridge.store, bridge.key(order))
    assert bridge.invoices_of(order) == before
    assert {(effect.state, effect.adopted) for effect in effects if effect.kind == "payment"} == {(EffectState.CONFIRMED, True)}
    assert not (await bridge.mark(order)).parked
