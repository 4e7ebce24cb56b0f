"""`/api/catalogue`: roles, answers and refusals; what the operations do is in `tests/app/operations/test_catalogue.py`."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from app.store import catalogue
from app.store.redis import Store
from mappers.catalogue.changes import ItemLink
from mappers.catalogue.lanes import Lane
from mappers.catalogue.outcome import Notice, Outcome, Status
from tests.app.api.conftest import Client

START = {"from": "prestashop"}


async def kept(store: Store, count: int = 3) -> None:
    outcomes = [
        Outcome(
            item=f"product/{ident}",
            number=f"=A/{ident}",
            status=Status.CREATED if ident % 2 else Status.REFUSED,
            code="" if ident % 2 else "VAT_UNKNOWN",
            reason="varför; därför, åäö",
            notices=(Notice(code="PRICE_ZERO", message="0"),),
        )
        for ident in range(1, count + 1)
    ]
    await catalogue.keep_outcomes(store, "acme-se", Lane.TO_HOGIA, outcomes, at_ms=1_764_000_000_000)


async def test_an_operator_starts_and_a_viewer_follows(operator: Client, viewer: Client) -> None:
    begun = await operator.post("/api/catalogue/acme/start", json={**START, "shops": ["acme-se"]})

    found = (await viewer.get("/api/catalogue/acme")).json()

    assert (begun.status_code, begun.json()["shops"]) == (202, ["acme-se"])
    (shop,) = found["shops"]
    lane = shop["lanes"][0]
    assert (shop["started"], lane["lane"], lane["phase"], lane["total"]) == (True, "to-hogia", "listing", None)
    assert (lane["run"]["id"], lane["run"]["from"]) == (begun.json()["run"], "prestashop")
    assert "counts" in lane


async def test_the_status_without_counts_reads_no_outcome(viewer: Client, store: Store) -> None:
    await kept(store)

    found = (await viewer.get("/api/catalogue/acme?counts=false")).json()

    assert "counts" not in found["shops"][0]["lanes"][0]


async def test_a_preview_starts_nothing(operator: Client, store: Store) -> None:
    begun = await operator.post("/api/catalogue/acme/start", json={"from": "hogia", "preview": True})

    assert (begun.status_code, begun.json()["lane"]) == (202, "preview-to-shop")
    assert not await catalogue.is_started(store, "acme-se")


async def test_a_second_start_is_409_and_a_stop_ends_it(operator: Client, store: Store) -> None:
    await operator.post("/api/catalogue/acme/start", json=START)
    again = await operator.post("/api/catalogue/acme/start", json=START)

    stopped = await operator.post("/api/catalogue/acme/stop")

    assert (again.status_code, again.json()["code"]) == (409, "CATALOGUE_RUNNING")
    assert (stopped.status_code, stopped.json()) == (200, {"connection": "acme", "stopped": ["acme-se"]})
    assert not await catalogue.is_started(store, "acme-se")
    assert (await operator.post("/api/catalogue/acme/stop", json={"shops": ["acme-se"]})).json()["code"] == "CATALOGUE_NOT_STARTED"


@pytest.mark.parametrize("path", ["start", "stop"])
async def test_a_viewer_neither_starts_nor_stops(viewer: Client, path: str) -> None:
    answer = await viewer.post(f"/api/catalogue/acme/{path}", json=START if path == "start" else {})

    assert (answer.status_code, answer.json()["code"]) == (403, "ROLE_TOO_LOW")


@pytest.mark.parametrize(
    "body",
    [{}, {"from": "fortnox"}, {**START, "shops": []}, {**START, "shops": ["Ä"]}, {**START, "typo": 1}],
    ids=["nothing", "unknown origin", "no shop", "no key", "unknown word"],
)
async def test_a_request_with_mistakes_is_400(operator: Client, body: dict[str, Any]) -> None:
    answer = await operator.post("/api/catalogue/acme/start", json=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "REQUEST_INVALID")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("other", "CONNECTION_UNKNOWN"),
        ("acme/nobody/report?lane=to-hogia", "SHOP_UNKNOWN"),
        ("acme/nobody/report.csv?lane=to-hogia", "SHOP_UNKNOWN"),
        ("acme/acme-se/report", "CATALOGUE_RUN_UNKNOWN"),
        ("acme/acme-se/items/product/99", "CATALOGUE_ITEM_UNKNOWN"),
        ("acme/nobody/items/product/1", "SHOP_UNKNOWN"),
    ],
)
async def test_what_is_not_there_is_404(viewer: Client, path: str, code: str) -> None:
    answer = await viewer.get(f"/api/catalogue/{path}")

    assert (answer.status_code, answer.json()["code"]) == (404, code)


async def test_the_report_is_paged_and_filtered(viewer: Client, store: Store) -> None:
    await kept(store, 5)
    address, items, cursor = "/api/catalogue/acme/acme-se/report", [], ""
    for _ in range(3):
        page = (await viewer.get(address, params={"lane": "to-hogia", "limit": 2, "cursor": cursor})).json()
        items += [row["item"] for row in page["rows"]]
        cursor = page["cursor"]

    refused = (await viewer.get(address, params={"lane": "to-hogia", "status": "refused", "code": "VAT_UNKNOWN"})).json()

    assert items == [f"product/{ident}" for ident in range(1, 6)]
    assert cursor == ""
    assert [row["item"] for row in refused["rows"]] == ["product/2", "product/4"]


async def test_the_file_holds_every_row(viewer: Client, store: Store) -> None:
    await kept(store, 1200)

    answer = await viewer.get("/api/catalogue/acme/acme-se/report.csv?lane=to-hogia")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="catalogue-acme-se-to-hogia.csv"'
    assert len(rows) == 1200
    assert (rows[1199]["item"], rows[1199]["number"]) == ("product/1200", "'=A/1200")


async def test_the_file_for_excel_begins_with_a_mark(viewer: Client, store: Store) -> None:
    await kept(store)

    answer = await viewer.get("/api/catalogue/acme/acme-se/report.csv?lane=to-hogia&excel=true")

    assert answer.content.startswith(b"\xef\xbb\xbfitem;number")


async def test_an_item_is_shown_by_name_or_number(viewer: Client, store: Store) -> None:
    await kept(store)
    await catalogue.keep_links(store, "acme-se", {"=a/1": ItemLink(product_id=1, article_id="a1")})

    by_name = (await viewer.get("/api/catalogue/acme/acme-se/items/product/1")).json()
    by_number = (await viewer.get("/api/catalogue/acme/acme-se/items/=A/1")).json()

    assert by_name["outcomes"] == by_number["outcomes"]
    assert (by_name["outcomes"][0]["status"], by_name["links"][0]["article_id"]) == ("created", "a1")
