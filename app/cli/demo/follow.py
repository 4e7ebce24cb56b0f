"""What became of an order: read from Orderbro's own store, as an operator would."""

from __future__ import annotations

from dataclasses import dataclass

from app.cli.demo.scene import SHOP
from app.store import events, ledger, marks, parked
from app.store.events import EventStatus
from app.store.ledger import EffectState
from app.store.redis import Store
from mappers.canonical import EntityKey, Kind

OPEN = frozenset({EventStatus.RECEIVED, EventStatus.RETRYING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An order's events and what they led to. `status` is the newest event's; `code` and `reason` say why there is no invoice."""

    order: int
    events: tuple[str, ...]  # types, oldest first
    settled: bool
    generation: int
    status: str
    code: str
    reason: str
    invoice_number: str
    invoice_amount: str
    milliseconds: int  # from the first event to the invoice, or to the decision that there is none


def entity(order: int) -> str:
    return str(EntityKey(shop=SHOP, kind=Kind.ORDER, id=str(order)))


async def outcome(store: Store, order: int, *, notices: int = 1) -> Outcome | None:
    """The order as it stands; None before its first event. It is settled only when so many events have come."""
    key = entity(order)
    newest_first, _ = await events.search(store, {"entity": key}, limit=200)
    if not newest_first:
        return None
    mark = await marks.state(store, key)
    waits = await parked.get(store, key)
    made = await ledger.get(store, f"invoice:{key}")
    last = max(newest_first, key=lambda event: event.generation)
    confirmed = made is not None and made.state == EffectState.CONFIRMED
    done = waits is not None or (mark is not None and not mark.leased and mark.settled == mark.generation)
    ended = made.updated_ms if made is not None and confirmed else last.updated_ms
    return Outcome(
        order=order,
        events=tuple(event.type for event in reversed(newest_first)),
        settled=done and len(newest_first) >= notices and not any(event.status in OPEN for event in newest_first),
        generation=mark.generation if mark is not None else 0,
        status=EventStatus.FAILED.value if waits is not None else last.status,
        code=waits.code if waits is not None else last.code,
        reason=waits.reason if waits is not None else last.reason,
        invoice_number=made.external_number if made is not None and confirmed else "",
        invoice_amount=made.amount if made is not None and confirmed else "",
        milliseconds=max(0, ended - min(event.received_ms for event in newest_first)),
    )
