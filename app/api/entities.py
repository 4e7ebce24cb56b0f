"""`/api/entities/{shop}/{kind}/{id}`: the whole story of one order, its dry run, and what a person may do about it."""

from __future__ import annotations

from typing import Annotated, Any, Self

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.api.access import Entity, Held, Operator, Viewer, actor, new_router
from app.operations import entities, pdf

PATH = "/entities/{shop}/{kind}/{id}"

router = new_router("entities")


class Adoption(BaseModel):
    """The invoice that was made by hand: its id in Hogia, or its number."""

    model_config = ConfigDict(extra="forbid")

    external_id: str = Field("", max_length=64)
    invoice_number: str = Field("", max_length=20)
    reason: str = Field(min_length=1, max_length=500)

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if bool(self.external_id.strip()) == bool(self.invoice_number.strip()):
            raise ValueError("give external_id or invoice_number, one of them")
        return self


@router.get(PATH)
async def show_entity(state: Held, _: Viewer, entity: Entity) -> dict[str, Any]:
    """Mark, events, story, effects, why it is parked, and one sentence that sums it up."""
    return await entities.tell(state.store, entity)


@router.post(f"{PATH}/sync", status_code=202, responses={200: {"description": "the outcome came within wait_seconds"}})
async def sync_entity(
    *,
    state: Held,
    key: Operator,
    request: Request,
    response: Response,
    entity: Entity,
    wait_seconds: Annotated[float, Query(ge=0, le=30, description="how long to wait for the outcome")] = 0,
) -> dict[str, Any]:
    """Look at it now: 202 with the event's id, or 200 with the outcome when it comes within `wait_seconds`."""
    answer = await entities.sync(state.store, actor(key, request), entity, new_id=state.new_id, wait_seconds=wait_seconds)
    if answer["settled"]:
        response.status_code = 200
    return answer


@router.post(f"{PATH}/preview")
async def make_preview(state: Held, _: Operator, entity: Entity) -> dict[str, Any]:
    """What a run would do now, with the full invoice; nothing is done."""
    return await entities.preview(state.store, entity, new_id=state.new_id, seconds=state.settings.preview_wait_seconds)


@router.get(f"{PATH}/preview")
async def show_preview(state: Held, _: Operator, entity: Entity) -> dict[str, Any]:
    """The same."""
    return await entities.preview(state.store, entity, new_id=state.new_id, seconds=state.settings.preview_wait_seconds)


@router.get(
    f"{PATH}/invoice.pdf",
    response_class=Response,
    responses={200: {"description": "the invoice", "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def show_invoice(state: Held, _: Viewer, entity: Entity) -> Response:
    """The order's invoice as Hogia prints it, for a shop that shows it to its customer. A worker fetches it; it is not kept."""
    found = await pdf.fetch(state.store, state.seal, entity, new_id=state.new_id, seconds=state.settings.preview_wait_seconds)
    headers = {"Content-Disposition": f'inline; filename="{found.file_name}"', "Cache-Control": "no-store"}
    return Response(found.content, media_type="application/pdf", headers=headers)


@router.post(f"{PATH}/adopt")
async def adopt_invoice(state: Held, key: Operator, request: Request, entity: Entity, wanted: Adoption) -> dict[str, Any]:
    """Bind an invoice that exists already, so that none is made. A worker reads and verifies it first."""
    return await entities.adopt(
        state.store,
        actor(key, request),
        entity,
        external_id=wanted.external_id.strip(),
        invoice_number=wanted.invoice_number.strip(),
        reason=wanted.reason,
        new_id=state.new_id,
        seconds=state.settings.preview_wait_seconds,
    )
