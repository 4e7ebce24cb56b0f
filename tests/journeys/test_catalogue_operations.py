"""The initial synchronisation as a person runs it: started, followed and reported by the operations, carried out by the worker's tasks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.operations import catalogue, catalogue_report
from app.operations.audit import Actor
from app.operations.catalogue_report import Query
from mappers.catalogue.lanes import Lane, Origin
from mappers.catalogue.outcome import Status
from tests.journeys.goods import article, configure
from tests.world import World

ACTOR = Actor(id="", name="Eva", origin="test")


async def start(bridge: World, origin: Origin, *, preview: bool = False, run: str = "run-1") -> dict[str, Any]:
    return await catalogue.start(bridge.store, ACTOR, "acme", origin, preview=preview, new_id=lambda: run)


async def lane_of(bridge: World, lane: Lane) -> dict[str, Any]:
    found = await catalogue.status(bridge.store, "acme")
    return next(dict(each) for each in found["shops"][0]["lanes"] if each["lane"] == lane)


@pytest.mark.parametrize("origin", list(Origin))
async def test_a_run_ends_with_a_status_for_every_item_and_can_be_begun_again(bridge: World, origin: Origin) -> None:
    await configure(bridge, "combo")
    bridge.hogia.add_article("VANTAR", name="Vantar i ull", price=Decimal(200))
    begun = await start(bridge, origin)
    await bridge.settle()

    lane = await lane_of(bridge, Lane(begun["lane"]))

    assert (lane["phase"], lane["left"], lane["done"], lane["trouble"]) == ("ended", 0, lane["total"], None)
    assert lane["total"] > 0
    assert sum(lane["counts"]["status"].values()) >= lane["total"]
    report = await catalogue_report.report(bridge.store, Query(connection="acme", shop="acme-se", lane=Lane(begun["lane"])))
    assert report["count"] == sum(lane["counts"]["status"].values())
    assert all(row["status"] and (row["reason"] or row["code"]) for row in report["rows"])
    assert (await start(bridge, origin, run="run-2"))["run"] == "run-2"


async def test_a_preview_reports_what_the_run_then_does(bridge: World) -> None:
    await configure(bridge, "prestashop_leads")
    await start(bridge, Origin.PRESTASHOP, preview=True)
    await bridge.settle()
    previewed = await lane_of(bridge, Lane.PREVIEW_TO_HOGIA)

    await start(bridge, Origin.PRESTASHOP)
    await bridge.settle()

    assert previewed["phase"] == "ended"
    assert (await lane_of(bridge, Lane.TO_HOGIA))["counts"] == previewed["counts"]


async def test_a_product_that_was_deleted_before_a_start_loses_its_article_in_that_run(bridge: World) -> None:
    await configure(bridge, "prestashop_leads")
    await start(bridge, Origin.PRESTASHOP)
    await bridge.settle()
    (pot,) = bridge.shop.find("products", reference="KANNA-25")
    del bridge.shop.tables["products"][int(pot["id"])]

    await start(bridge, Origin.PRESTASHOP, run="run-2")
    await bridge.settle()

    found = article(bridge, "KANNA-25")
    assert found is not None
    assert found["isActive"] is False
    shown = await catalogue_report.show(bridge.store, "acme-se", "KANNA-25")
    assert {told["status"] for told in shown["outcomes"] if told["lane"] == Lane.TO_HOGIA} == {Status.DEACTIVATED}


async def test_after_a_stop_nothing_moves_until_the_next_start(bridge: World) -> None:
    await configure(bridge, "prestashop_leads")
    await start(bridge, Origin.PRESTASHOP)
    await catalogue.stop(bridge.store, ACTOR, "acme")

    await bridge.settle()

    assert article(bridge, "KANNA-25") is None
    assert (await lane_of(bridge, Lane.TO_HOGIA))["phase"] == "never"
