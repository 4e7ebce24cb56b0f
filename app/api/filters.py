"""Which events: the same words in a query and in a replay's body."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from app.operations.events import Filters
from app.operations.times import milliseconds
from app.store.events import FILTERS, EventStatus
from mappers.canonical import Kind


class EventFilter(BaseModel):
    """All of them must hold; none: every event. Times are ISO 8601, UTC when they carry no offset, both inclusive."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    status: EventStatus | None = None
    connection: str = Field("", max_length=40)
    shop: str = Field("", max_length=40)
    kind: Kind | None = None
    entity: str = Field("", max_length=120, description="shop/kind/id, for instance acme-se/order/42")
    type: str = Field("", max_length=100)
    code: str = Field("", max_length=100)
    from_: datetime | None = Field(None, alias="from", description="received at or after")
    to: datetime | None = Field(None, description="received at or before")

    def filters(self) -> Filters:
        given = {name: str(getattr(self, name) or "") for name in FILTERS}
        return Filters(
            fields={name: value for name, value in given.items() if value},
            from_ms=milliseconds(self.from_) if self.from_ else None,
            to_ms=milliseconds(self.to) if self.to else None,
        )


class EventQuery(EventFilter):
    """The filter with paging."""

    cursor: str = Field("", pattern=r"^(\d{1,15}\.evt_[0-9a-f]{24})?$", description="`cursor` of the page before")
    limit: int = Field(50, ge=1, le=500)
