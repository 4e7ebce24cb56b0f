"""A personal number that a customer types into the shop goes nowhere: not to Hogia, not into Redis, not into a message or a log line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.journeys.settings.people import private
from tests.journeys.settings.selling import again, buy, contact, replace
from tests.world import World

NUMBERS = ["121212-1212", "19121212-1212", "1212121212", "SE121212121201", "701063-2391"]


async def everything_in_redis(bridge: World) -> str:
    """Every key and every value, as text."""
    redis = bridge.store.redis
    found: list[bytes] = []
    for key in await redis.keys("*"):
        found.append(key)
        kind = await redis.type(key)
        if kind == b"string":
            found.append(await redis.get(key) or b"")
        elif kind == b"hash":
            found += [part for pair in (await redis.hgetall(key)).items() for part in pair]
        elif kind == b"list":
            found += await redis.lrange(key, 0, -1)
        elif kind == b"set":
            found += list(await redis.smembers(key))
        elif kind == b"zset":
            found += await redis.zrange(key, 0, -1)
        elif kind == b"stream":
            found += [part for _, fields in await redis.xrange(key) for pair in fields.items() for part in pair]
        else:
            raise AssertionError(kind)
    return b"\n".join(found).decode(errors="replace")


def everything_in_hogia(bridge: World) -> str:
    """Every entity with all that was written to it, and every request."""
    org = bridge.hogia.organisation
    tables = (org.contacts, org.articles, org.invoices, org.vouchers)
    states: list[Any] = [[entity for history in table._history.values() for _, entity in history] for table in tables]
    return json.dumps([states, list(bridge.hogia.log)], default=str, ensure_ascii=False)


def traces(number: str) -> list[str]:
    """What would give the number away, with and without its hyphen."""
    digits = "".join(ch for ch in number if ch.isdigit()).removesuffix("01" if number.startswith("SE") else "x")
    return [digits[-10:], f"{digits[-10:-4]}-{digits[-4:]}"]


@pytest.mark.parametrize("field", ["dni", "vat_number", "siret", "other"])
@pytest.mark.parametrize("number", NUMBERS)
async def test_personal_number_reaches_neither_hogia_nor_redis_nor_a_log(
    bridge: World, capsys: pytest.CaptureFixture[str], field: str, number: str
) -> None:
    scenario = private() if field == "siret" else private(**{field: number})
    scenario = replace(scenario, person=replace(scenario.person, siret=number)) if field == "siret" else scenario
    await bridge.configure(your_reference="other")

    order = await buy(bridge, scenario)

    assert await bridge.outcome(order) == ("processed", "")
    said = capsys.readouterr()
    for trace in traces(number):
        assert trace not in everything_in_hogia(bridge)
        assert trace not in await everything_in_redis(bridge)
        assert trace not in said.out + said.err


async def test_sole_trader_is_a_company_by_name_and_without_the_number(bridge: World) -> None:
    await bridge.configure()

    await buy(bridge, private(company="Annas Trädgård", dni="121212-1212", vat_number="SE121212121201"))

    made = contact(bridge)
    assert (made["companyName"], made["identificationNumber"], made["vatNumber"]) == ("Annas Trädgård", None, None)


async def test_personal_number_that_the_merchant_keeps_in_hogia_stays_there_and_is_not_copied(bridge: World) -> None:
    await bridge.configure()
    await buy(bridge)
    bridge.hogia.organisation.contacts.save({**contact(bridge), "identificationNumber": "121212-1212"})
    bridge.shop.edit("customers", 1, email="ny@kund.example")
    order = bridge.shop.place_order(replace(private(), person=replace(private().person, email="ny@kund.example")))

    await again(bridge, order)

    kept = await everything_in_redis(bridge)
    assert contact(bridge)["identificationNumber"] == "121212-1212"
    assert contact(bridge)["contactChannels"][0]["value"] == "ny@kund.example"
    assert all(trace not in kept for trace in traces("121212-1212"))
