"""What became of an order: read from Orderbro's own store, as an operator would."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.cli.demo.scene import SHOP
from app.store import cache, events, ledger, marks, parked
from app.store.events import EventStatus
from app.store.ledger import EffectState
from app.store.redis import Store
from mappers.canonical import EntityKey, Kind

OPEN = frozenset({EventStatus.RECEIVED, EventStatus.RETRYING})
FROM_HOGIA = "hogia."  # how the types of Hogia's notifications begin
ECHO = "ECHO"  # our own state change came back: says nothing about the order
LATER = frozenset({"capture", "tracking", "order_state", "credit", "refund"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An order's events and what they led to. `status` is the newest event's; `code` and `reason` say why there is no invoice."""

    order: int
    events: tuple[str, ...]  # types of the shop's, oldest first
    settled: bool
    generation: int
    status: str
    code: str
    reason: str
    invoice_number: str
    invoice_amount: str
    milliseconds: int  # from the first event to the invoice, or to the decision that there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that was done after the invoice. `number` is a credit's, a parcel's or a state's; `amount` is as the ledger has it."""

    key: str
    order: int
    kind: str
    number: str
    amount: str
    currency: str
    code: str
    at_ms: int


def entity(order: int) -> str:
    return str(EntityKey(shop=SHOP, kind=Kind.ORDER, id=str(order)))


async def outcome(store: Store, order: int, *, notices: int = 1) -> Outcome | None:
    """The order as it stands; None before its first event. It is settled only when so many events of the shop have come."""
    key = entity(order)
    every, _ = await events.search(store, {"entity": key}, limit=200)
    newest_first = [event for event in every if not event.type.startswith(FROM_HOGIA)]
    if not newest_first:
        return None
    mark = await marks.state(store, key)
    waits = await parked.get(store, key)
    made = await ledger.get(store, f"invoice:{key}")
    last = max([event for event in every if event.code != ECHO] or every, key=lambda event: event.generation)
    confirmed = made is not None and made.state == EffectState.CONFIRMED
    done = waits is not None or (mark is not None and not mark.leased and mark.settled == mark.generation)
    ended = made.updated_ms if made is not None and confirmed else last.updated_ms
    return Outcome(
        order=order,
        events=tuple(event.type for event in reversed(newest_first)),
        settled=done and len(newest_first) >= notices and not any(event.status in OPEN for event in every),
        generation=mark.generation if mark is not None else 0,
        status=EventStatus.FAILED.value if waits is not None else last.status,
        code=waits.code if waits is not None else last.code,
        reason=waits.reason if waits is not None else last.reason,
        invoice_number=made.external_number if made is not None and confirmed else "",
        invoice_amount=made.amount if made is not None and confirmed else "",
        milliseconds=max(0, ended - min(event.received_ms for event in newest_first)),
    )


async def deeds(store: Store, order: int) -> list[Deed]:
    """What the ledger has confirmed of the order's life after its invoice, in the order in which it was done."""
    return _deeds(await ledger.of_entity(store, entity(order)))


async def newest_deeds(store: Store) -> list[Deed]:
    """The same of whatever order lived on last."""
    return _deeds([effect for effect in await ledger.newest(store, limit=100) if effect.entity.startswith(f"{SHOP}/{Kind.ORDER.value}/")])


def _deeds(effects: Iterable[ledger.Effect]) -> list[Deed]:
    done = [effect for effect in effects if effect.kind in LATER and effect.state is EffectState.CONFIRMED]
    found = [
        Deed(
            key=effect.key,
            order=int(effect.entity.rpartition("/")[2]),
            kind=effect.kind,
            number=effect.external_number,
            amount=effect.amount,
            currency=effect.currency,
            code=effect.code,
            at_ms=effect.updated_ms,
        )
        for effect in done
        if effect.kind != "credit" or effect.checked
    ]
    return sorted(found, key=lambda deed: deed.at_ms)


async def heard(store: Store, order: int, *, since_ms: int) -> int | None:
    """When Hogia's first notification about the order came, since then; None: it was not told, the feed was read."""
    found, _ = await events.search(store, {"entity": entity(order)}, limit=200)
    times = [event.received_ms for event in found if event.type.startswith(FROM_HOGIA) and event.received_ms >= since_ms]
    return min(times, default=None)


async def subscribed(store: Store, connection: str) -> bool:
    """Whether Hogia has been asked to tell the connection."""
    return bool((await cache.sweep(store, f"subscription:{connection}")).get("id"))
