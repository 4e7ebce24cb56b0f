"""`/api/catalogue`: the initial synchronisation of products, and what became of each."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import SHOP_KEY, Held, Operator, Viewer, actor, new_router
from app.operations import catalogue, catalogue_report
from mappers.catalogue.lanes import Lane, Origin
from mappers.catalogue.outcome import Status

Key = Annotated[str, Path(pattern=SHOP_KEY)]
ShopKey = Annotated[str, Field(pattern=SHOP_KEY)]

router = new_router("catalogue")


class StartRequest(BaseModel):
    """`from`: where the catalogue is taken from. `preview`: every product gets its status and reason, and nothing is done."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: Origin = Field(alias="from")
    preview: bool = False
    shops: list[ShopKey] | None = Field(None, min_length=1, max_length=1000, description="left out: every shop of the connection")


class StopRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    shops: list[ShopKey] | None = Field(None, min_length=1, max_length=1000, description="left out: every shop of the connection")


class ReportFilter(BaseModel):
    """All of them must hold."""

    model_config = ConfigDict(extra="forbid")

    lane: Lane | None = Field(None, description="left out: that of the shop's newest run")
    status: Status | None = None
    code: str = Field("", max_length=100, description="the code of a row or of one of its notices")

    def query(self, connection: str, shop: str) -> catalogue_report.Query:
        return catalogue_report.Query(connection=connection, shop=shop, lane=self.lane, status=self.status, code=self.code)


class ReportQuery(ReportFilter):
    """The filter with paging."""

    cursor: str = Field("", max_length=200, description="`cursor` of the page before")
    limit: int = Field(500, ge=1, le=5000)


class CsvQuery(ReportFilter):
    """The filter, and for whom the file is."""

    excel: bool = Field(default=False, description="with semicolons and a byte order mark, as a Swedish Excel opens it by a double click")


@router.post("/catalogue/{connection}/start", status_code=202)
async def start_catalogue(state: Held, key: Operator, request: Request, connection: Key, wanted: StartRequest) -> dict[str, Any]:
    """Begin the initial synchronisation, or its preview, in each shop; workers carry it out. 409 CATALOGUE_RUNNING while one has not ended."""
    return await catalogue.start(
        state.store,
        actor(key, request),
        connection,
        wanted.from_,
        preview=wanted.preview,
        new_id=state.new_id,
        shops=wanted.shops,
    )


@router.post("/catalogue/{connection}/stop")
async def stop_catalogue(
    state: Held, key: Operator, request: Request, connection: Key, wanted: StopRequest | None = None
) -> dict[str, Any]:
    """Nothing of these shops' catalogue moves any more until it is started again. What was done stays, and so do the links."""
    return await catalogue.stop(state.store, actor(key, request), connection, shops=wanted.shops if wanted else None)


@router.get("/catalogue/{connection}")
async def show_catalogue(
    *,
    state: Held,
    _: Viewer,
    connection: Key,
    counts: Annotated[bool, Query(description="how many items have which status and code")] = True,
) -> dict[str, Any]:
    """Per shop: whether it is started, who leads what, and each lane's newest run with its progress, rate and trouble."""
    return await catalogue.status(state.store, connection, counts=counts)


@router.get("/catalogue/{connection}/{shop}/report")
async def report_catalogue(state: Held, _: Viewer, connection: Key, shop: Key, query: Annotated[ReportQuery, Query()]) -> dict[str, Any]:
    """What became of every product, combination and article: a status and a reason each, sorted by item."""
    return await catalogue_report.report(state.store, query.query(connection, shop), cursor=query.cursor, limit=query.limit)


@router.get(
    "/catalogue/{connection}/{shop}/report.csv",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "the report as a file"}},
)
async def download_report(state: Held, _: Viewer, connection: Key, shop: Key, query: Annotated[CsvQuery, Query()]) -> StreamingResponse:
    """The whole report as CSV (RFC 4180, UTF-8). A cell that a spreadsheet would compute begins with an apostrophe."""
    lane, found = await catalogue_report.find(state.store, query.query(connection, shop))
    return StreamingResponse(
        catalogue_report.csv_chunks(found, excel=query.excel),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="catalogue-{shop}-{lane}.csv"'},
    )


@router.get("/catalogue/{connection}/{shop}/items/{item:path}")
async def show_item(
    state: Held,
    _: Viewer,
    connection: Key,
    shop: Key,
    item: Annotated[str, Path(min_length=1, max_length=200, description="product/17, product/17/3, article/ABC, or an article number")],
) -> dict[str, Any]:
    """One item: what became of it in each direction, what it is linked to, and what of it was written by us."""
    return await catalogue_report.show(state.store, shop, item, connection=connection)
