"""Starting, following and stopping the initial synchronisation, and reporting what became of each item, without a worker."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import pytest_asyncio

from app.operations import audit, catalogue, catalogue_report
from app.operations.audit import Actor
from app.operations.catalogue_report import Query
from app.operations.refusals import Conflict, Missing
from app.store import cache, connections, keys, marks, parked
from app.store import catalogue as stored
from app.store.redis import Store, text
from app.store.seal import Seal
from mappers.catalogue.changes import ItemLink
from mappers.catalogue.lanes import Lane, Origin
from mappers.catalogue.outcome import Notice, Outcome, Status
from tests.conftest import connection_file

ACTOR = Actor(id="k1", name="Eva", origin="test")
SE, NO = "acme-se", "acme-no"
OUTCOMES = (
    Outcome(item="product/2", number="TR-2", status=Status.CREATED, reason="the article is made."),
    Outcome(item="product/10", number="", status=Status.REFUSED, code="SKU_MISSING", reason="it has no reference."),
    Outcome(
        item="product/3/7",
        number="TR-S",
        status=Status.UNCHANGED,
        reason="linked by number; nothing differs.",
        notices=(Notice(code="PRICE_ZERO", message="its price in the shop is 0."),),
    ),
)


async def configure(store: Store, seal: Seal, *, flow: str = "combo", plan: str = "premium", leave: tuple[str, ...] = ()) -> None:
    """The connection `acme` with the shops acme-se and acme-no; `leave` is acme-no's."""
    document: dict[str, Any] = {**connection_file(), "flow": flow, "plan": plan}
    (shop,) = document["shops"]
    other = {**shop, "key": NO, "id_shop": 2, "products": {"leave": list(leave)}}
    await connections.save(store, seal, connections.read_document({**document, "shops": [shop, other]}, {}))


@pytest_asyncio.fixture(autouse=True)
async def _two_shops(store: Store, seal: Seal) -> None:
    await configure(store, seal)


async def start(
    store: Store, origin: Origin = Origin.PRESTASHOP, *, preview: bool = False, shops: list[str] | None = None
) -> dict[str, Any]:
    return await catalogue.start(store, ACTOR, "acme", origin, preview=preview, new_id=lambda: "run-1", shops=shops)


async def lane_of(store: Store, lane: Lane, shop: str = SE) -> dict[str, Any]:
    found = await catalogue.status(store, "acme")
    (shown,) = [each for each in found["shops"] if each["shop"] == shop]
    (chosen,) = [each for each in shown["lanes"] if each["lane"] == lane]
    return dict(chosen)


async def due_entities(store: Store) -> set[str]:
    return {text(raw) for raw in await store.redis.zrange(keys.DUE, 0, -1)}


async def kept(store: Store, lane: Lane = Lane.TO_HOGIA, *outcomes: Outcome) -> None:
    await stored.keep_outcomes(store, SE, lane, outcomes or OUTCOMES, at_ms=1_764_000_000_000)


# Starting ---------------------------------------------------------------------------------------------------------------------------


async def test_a_start_begins_a_run_in_every_shop_and_wakes_its_lane(store: Store) -> None:
    done = await start(store)

    assert (done["shops"], done["run"], done["lane"], done["left_out"]) == ([SE, NO], "run-1", "to-hogia", [])
    run = await stored.run(store, SE, Lane.TO_HOGIA)
    assert (run["id"], run["by"], run["origin"]) == ("run-1", "Eva", "prestashop")
    assert await stored.is_started(store, SE)
    assert await due_entities(store) == {Lane.TO_HOGIA.entity(SE), Lane.TO_HOGIA.entity(NO)}


async def test_a_preview_leaves_the_shop_unstarted(store: Store) -> None:
    done = await start(store, Origin.HOGIA, preview=True, shops=[SE])

    assert (done["lane"], done["shops"]) == ("preview-to-shop", [SE])
    assert not await stored.is_started(store, SE)
    assert await due_entities(store) == {Lane.PREVIEW_TO_SHOP.entity(SE)}


async def test_a_start_forgets_what_became_of_the_items_before(store: Store) -> None:
    await kept(store)

    await start(store)

    assert await stored.outcomes(store, SE, Lane.TO_HOGIA) == []


async def test_what_is_gone_from_the_shop_since_is_looked_at_too(store: Store) -> None:
    await stored.keep_numbers(store, SE, {17: {"tr-1": "product/17"}})

    await start(store)

    items, _ = await stored.due(store, SE, Lane.TO_HOGIA, limit=10)
    assert items == ["17"]


async def test_a_run_that_has_not_ended_is_not_started_again_nor_any_other_shop(store: Store) -> None:
    await start(store, shops=[NO])

    with pytest.raises(Conflict) as refused:
        await start(store)

    assert refused.value.code == "CATALOGUE_RUNNING"
    assert NO in refused.value.message
    assert await stored.run(store, SE, Lane.TO_HOGIA) == {}
    assert (await start(store, preview=True))["shops"] == [SE, NO]


async def test_two_starts_at_once_begin_one_run(store: Store) -> None:
    async with cache.lock(store, "catalogue-start:acme", owner="another", seconds=5):
        with pytest.raises(Conflict) as refused:
            await start(store)

    assert refused.value.code == "CATALOGUE_RUNNING"


@pytest.mark.parametrize(
    ("shops", "kind", "code"),
    [(["nobody"], Missing, "SHOP_UNKNOWN"), ([], Conflict, "CATALOGUE_NOTHING_TO_DO")],
)
async def test_shops_are_checked_before_anything_begins(store: Store, shops: list[str], kind: type[Exception], code: str) -> None:
    with pytest.raises(kind, match="shop") as refused:
        await start(store, shops=shops)

    assert getattr(refused.value, "code", "") == code
    assert await due_entities(store) == set()


async def test_an_unknown_connection_is_refused(store: Store) -> None:
    with pytest.raises(Missing, match="no connection 'other'"):
        await catalogue.start(store, ACTOR, "other", Origin.HOGIA, preview=False, new_id=lambda: "r")


async def test_a_shop_that_takes_no_part_in_articles_is_left_out_with_a_reason(store: Store, seal: Seal) -> None:
    await configure(store, seal, leave=("article",))

    done = await start(store)

    assert done["shops"] == [SE]
    assert [(left["shop"], "products.leave" in left["reason"]) for left in done["left_out"]] == [(NO, True)]
    with pytest.raises(Conflict) as refused:
        await start(store, shops=[NO])
    assert refused.value.code == "CATALOGUE_NOTHING_TO_DO"


async def test_a_shop_without_articles_still_gets_hogias_prices_and_stock(store: Store, seal: Seal) -> None:
    await configure(store, seal, leave=("article",))

    assert (await start(store, Origin.HOGIA))["shops"] == [SE, NO]


async def test_starts_and_refusals_are_in_the_audit_stream(store: Store) -> None:
    await start(store)
    with pytest.raises(Conflict):
        await start(store)

    page, _ = await audit.listed(store)
    assert [(entry["action"], entry["target"], entry["result"], entry["counts"]) for entry in page] == [
        ("catalogue.start", "acme", "refused: CATALOGUE_RUNNING", {}),
        ("catalogue.start", "acme", "run run-1", {"shops": 2}),
    ]
    assert page[1]["filter"] == {"from": "prestashop", "preview": False, "shops": []}


# How far it is ----------------------------------------------------------------------------------------------------------------------


async def test_a_run_that_is_being_listed_has_no_total_yet(store: Store) -> None:
    await start(store)
    await stored.write_run(store, SE, Lane.TO_HOGIA, "run-1", {"cursor": "500", "total": "500"})

    lane = await lane_of(store, Lane.TO_HOGIA)

    assert (lane["phase"], lane["listed"], lane["total"], lane["done"], lane["remaining_seconds"]) == ("listing", 500, None, None, None)


async def test_progress_is_reckoned_from_what_is_still_due(store: Store) -> None:
    began = await store.now_ms() - 30_000
    run = {"began_ms": str(began), "listed_ms": str(began + 10_000), "total": "400"}

    found = catalogue.progress(run, due=100, next_ms=0, now_ms=began + 30_000)

    assert (found["phase"], found["total"], found["done"], found["left"]) == ("running", 400, 300, 100)
    assert (found["rate_per_second"], found["remaining_seconds"]) == (15.0, 7)


@pytest.mark.parametrize(
    ("run", "due", "next_ms", "phase", "left"),
    [
        ({}, 5, 0, "never", None),
        ({"began_ms": "1000"}, 0, 0, "listing", None),
        ({"began_ms": "1000", "listed_ms": "2000", "total": "10"}, 0, 60_000, "finishing", 0),
        ({"began_ms": "1000", "listed_ms": "2000", "total": "10"}, 0, 3_600_000, "running", 0),
        ({"began_ms": "1000", "listed_ms": "2000", "total": "10"}, 99, 1500, "running", 10),
        ({"began_ms": "1000", "listed_ms": "2000", "ended_ms": "4000", "total": "10"}, 7, 3000, "ended", 0),
        ({"ended_ms": "4000"}, 0, 0, "ended", None),
    ],
)
def test_each_phase_of_a_run_is_told(run: dict[str, str], due: int, next_ms: int, phase: str, left: int | None) -> None:
    found = catalogue.progress(run, due=due, next_ms=next_ms, now_ms=10_000)

    assert (found["phase"], found["left"]) == (phase, left)


def test_an_ended_run_keeps_the_rate_that_it_had() -> None:
    run = {"began_ms": "0", "listed_ms": "1000", "ended_ms": "3000", "total": "300"}

    found = catalogue.progress(run, due=0, next_ms=0, now_ms=1_000_000)

    assert (found["rate_per_second"], found["remaining_seconds"], found["done"]) == (150.0, 0, 300)


async def test_the_status_counts_statuses_codes_and_notices(store: Store) -> None:
    await kept(store)

    counts = (await lane_of(store, Lane.TO_HOGIA))["counts"]

    assert counts == {
        "status": {"created": 1, "refused": 1, "unchanged": 1},
        "code": {"SKU_MISSING": 1},
        "notice": {"PRICE_ZERO": 1},
    }


async def test_the_status_says_who_leads_and_why_nobody_does(store: Store, seal: Seal) -> None:
    await configure(store, seal, flow="hogia_leads", plan="100", leave=("article",))

    found = await catalogue.status(store, "acme")

    assert [shop["started"] for shop in found["shops"]] == [False, False]
    assert found["shops"][0]["leads"]["article"] == {"leader": "hogia", "code": "", "reason": ""}
    assert found["shops"][0]["leads"]["stock"]["code"] == "PLAN_LEAVES_OUT"
    assert found["shops"][1]["leads"]["article"]["code"] == "SHOP_LEAVES_OUT"
    assert [lane["lane"] for lane in found["shops"][0]["lanes"]] == ["to-hogia", "to-shop"]


async def test_a_parked_lane_says_what_it_waits_for(store: Store) -> None:
    await start(store, shops=[SE])
    claim = await marks.claim(store, Lane.TO_HOGIA.entity(SE), owner="w", lease_seconds=30)
    assert isinstance(claim, marks.Claim)
    await marks.settle(
        store, claim, marks.Settlement(outcome=marks.Outcome.PARK, status="failed", code="SHOP_KEY_REFUSED", reason="enter the key")
    )

    lane = await lane_of(store, Lane.TO_HOGIA)

    assert lane["trouble"] == {"parked": True, "code": "SHOP_KEY_REFUSED", "reason": "enter the key", "again_at": None}


async def test_temporary_trouble_is_told_with_its_next_try(store: Store) -> None:
    await start(store, shops=[SE])
    claim = await marks.claim(store, Lane.TO_HOGIA.entity(SE), owner="w", lease_seconds=30)
    assert isinstance(claim, marks.Claim)
    away = marks.Settlement(outcome=marks.Outcome.RETRY, status="retrying", code="SHOP_DOWN", wait_ms=60_000, story="SHOP_DOWN: it is away")
    await marks.settle(store, claim, away)

    trouble = (await lane_of(store, Lane.TO_HOGIA))["trouble"]

    assert (trouble["parked"], trouble["code"], trouble["reason"]) == (False, "RETRYING", "SHOP_DOWN: it is away")
    assert trouble["again_at"] is not None


# Stopping ---------------------------------------------------------------------------------------------------------------------------


async def test_a_stop_ends_the_run_and_keeps_links(store: Store) -> None:
    await start(store)
    await stored.keep_links(store, SE, {"tr-1": ItemLink(product_id=17)})

    done = await catalogue.stop(store, ACTOR, "acme", shops=[SE])

    assert done["stopped"] == [SE]
    assert (await stored.is_started(store, SE), await stored.is_started(store, NO)) == (False, True)
    assert await stored.run(store, SE, Lane.TO_HOGIA) == {}
    assert await stored.linked_numbers(store, SE) == ["tr-1"]
    assert (await start(store, shops=[SE]))["shops"] == [SE]


async def test_a_stop_puts_a_parked_lane_aside(store: Store) -> None:
    await start(store, shops=[SE])
    claim = await marks.claim(store, Lane.TO_HOGIA.entity(SE), owner="w", lease_seconds=30)
    assert isinstance(claim, marks.Claim)
    await marks.settle(store, claim, marks.Settlement(outcome=marks.Outcome.PARK, status="failed", code="X", reason="y"))

    await catalogue.stop(store, ACTOR, "acme")

    assert await parked.count(store) == 0


async def test_a_running_preview_can_be_stopped(store: Store) -> None:
    await start(store, preview=True, shops=[SE])

    assert (await catalogue.stop(store, ACTOR, "acme"))["stopped"] == [SE]


async def test_what_a_worker_still_writes_of_a_stopped_run_is_no_run(store: Store) -> None:
    await start(store, shops=[SE])
    await catalogue.stop(store, ACTOR, "acme")
    await stored.write_run(store, SE, Lane.TO_HOGIA, "run-1", {"cursor": "500", "total": "500", "listed_ms": "1"})

    lane = await lane_of(store, Lane.TO_HOGIA)

    assert (lane["run"], lane["phase"]) == (None, "never")
    assert (await start(store, shops=[SE]))["shops"] == [SE]


async def test_nothing_to_stop_is_said(store: Store) -> None:
    with pytest.raises(Conflict) as refused:
        await catalogue.stop(store, ACTOR, "acme")

    assert refused.value.code == "CATALOGUE_NOT_STARTED"


# The report -------------------------------------------------------------------------------------------------------------------------


async def test_rows_are_sorted_by_id_and_paged(store: Store) -> None:
    await kept(store)
    query = Query(connection="acme", shop=SE, lane=Lane.TO_HOGIA)

    first = await catalogue_report.report(store, query, limit=2)
    second = await catalogue_report.report(store, query, limit=2, cursor=first["cursor"])

    assert [row["item"] for page in (first, second) for row in page["rows"]] == ["product/2", "product/3/7", "product/10"]
    assert (first["count"], first["cursor"], second["cursor"]) == (3, "product/3/7", "")
    assert first["rows"][1]["notices"] == [{"code": "PRICE_ZERO", "message": "its price in the shop is 0."}]
    assert first["rows"][0]["at"] == "2025-11-24T16:00:00.000Z"


async def test_a_page_goes_on_where_the_last_ended_although_rows_came_between(store: Store) -> None:
    await kept(store)
    query = Query(connection="acme", shop=SE, lane=Lane.TO_HOGIA)
    first = await catalogue_report.report(store, query, limit=2)
    await kept(store, Lane.TO_HOGIA, Outcome(item="product/1", number="N", status=Status.CREATED))

    second = await catalogue_report.report(store, query, limit=2, cursor=first["cursor"])

    assert [row["item"] for row in second["rows"]] == ["product/10"]


@pytest.mark.parametrize(
    ("wanted", "items"),
    [
        ({"status": Status.REFUSED}, ["product/10"]),
        ({"code": "PRICE_ZERO"}, ["product/3/7"]),
        ({"status": Status.CREATED, "code": "SKU_MISSING"}, []),
    ],
)
async def test_rows_are_filtered_by_status_and_code(store: Store, wanted: dict[str, Any], items: list[str]) -> None:
    await kept(store)

    found = await catalogue_report.report(store, Query(connection="acme", shop=SE, lane=Lane.TO_HOGIA, **wanted))

    assert [row["item"] for row in found["rows"]] == items


async def test_without_a_lane_the_newest_run_is_reported(store: Store) -> None:
    await start(store, Origin.HOGIA, preview=True)
    await kept(store, Lane.PREVIEW_TO_SHOP, Outcome(item="article/tr-1", number="TR-1", status=Status.CREATED))

    found = await catalogue_report.report(store, Query(connection="acme", shop=SE))

    assert (found["lane"], found["count"]) == ("preview-to-shop", 1)


async def test_there_is_no_report_before_the_first_run(store: Store) -> None:
    with pytest.raises(Missing, match="begin one with"):
        await catalogue_report.report(store, Query(connection="acme", shop=SE))


async def test_the_file_is_rfc_4180_and_no_cell_is_a_formula(store: Store) -> None:
    await kept(
        store,
        Lane.TO_HOGIA,
        Outcome(item="product/1", number='=HYPERLINK("x")', status=Status.REFUSED, code="SKU_UNUSABLE", reason='a "quoted", reason; here'),
        Outcome(item="product/2", number="@åäö", status=Status.CREATED, reason="-"),
    )
    _, found = await catalogue_report.find(store, Query(connection="acme", shop=SE, lane=Lane.TO_HOGIA))

    raw = b"".join(catalogue_report.csv_chunks(found, excel=False))

    rows = list(csv.DictReader(io.StringIO(raw.decode(), newline="")))
    assert raw.startswith(b"item,number,status,code,reason,notices,at\r\n")
    assert [row["number"] for row in rows] == ['\'=HYPERLINK("x")', "'@åäö"]
    assert [row["reason"] for row in rows] == ['a "quoted", reason; here', "'-"]


async def test_the_file_for_a_swedish_excel_has_a_mark_and_semicolons(store: Store) -> None:
    await kept(store)
    _, found = await catalogue_report.find(store, Query(connection="acme", shop=SE, lane=Lane.TO_HOGIA))

    raw = b"".join(catalogue_report.csv_chunks(found, excel=True))

    assert raw.startswith(b"\xef\xbb\xbfitem;number;status")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[1]["reason"] == "linked by number; nothing differs."
    assert rows[1]["notices"] == "PRICE_ZERO: its price in the shop is 0."


@pytest.mark.parametrize(
    ("wanted", "items"),
    [
        ("product/2", {"product/2"}),
        ("TR-2", {"product/2"}),
        ("product/3", {"product/3/7", "article/tr-s"}),
        ("product/3/7", {"product/3/7", "article/tr-s"}),
        (" tr-s ", {"product/3/7", "article/tr-s"}),
        ("article/TR-S", {"product/3/7", "article/tr-s"}),
    ],
)
async def test_an_item_is_found_by_its_name_or_number_in_both_directions(store: Store, wanted: str, items: set[str]) -> None:
    await kept(store)
    await kept(store, Lane.TO_SHOP, Outcome(item="article/tr-s", number="TR-S", status=Status.UPDATED))
    await stored.keep_links(store, SE, {"tr-s": ItemLink(product_id=3, combination_id=7, article_id="a1", owned=frozenset({5}))})

    found = await catalogue_report.show(store, SE, wanted)

    assert {told["item"] for told in found["outcomes"]} == items
    assert [link["item"] for link in found["links"]] == (["product/3/7"] if "article/tr-s" in items else [])


async def test_an_item_that_nobody_looked_at_is_refused(store: Store) -> None:
    with pytest.raises(Missing) as refused:
        await catalogue_report.show(store, SE, "product/99", connection="acme")

    assert refused.value.code == "CATALOGUE_ITEM_UNKNOWN"


async def test_a_shop_that_nobody_has_is_refused(store: Store) -> None:
    with pytest.raises(Missing) as refused:
        await catalogue_report.show(store, "nobody", "product/1")

    assert refused.value.code == "SHOP_UNKNOWN"
