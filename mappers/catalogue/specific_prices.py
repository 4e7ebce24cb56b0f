"""The specific prices that a shop is to have, against those it has: ours are kept, changed, made and removed; the merchant's are left alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from mappers.catalogue.changes import CatalogueChange, DropSpecificPrice, PutSpecificPrice
from mappers.catalogue.model import SpecificPrice
from mappers.catalogue.outcome import Notice
from mappers.catalogue.prices import Span
from mappers.prestashop.catalogue import OPEN, local_time, specific_price_fields

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whose specific prices: a product or one of its combinations, in one shop."""

    product_id: int
    combination_id: int
    shop_id: int
    zone: ZoneInfo


def wanted(span: Span, ordinary: Decimal, target: Target) -> dict[str, str]:
    """A span in PrestaShop's words. A lower price is a reduction, so that the shop shows what it was before; a higher one replaces it.

    `to` is the last second that counts (prestashop.md 11), Hogia's `validTo` the first that does not (hogia.md 3.6).
    """
    reduced = span.price < ordinary
    return {
        "id_product": str(target.product_id),
        "id_product_attribute": str(target.combination_id),
        "id_shop": str(target.shop_id),
        "id_shop_group": "0",
        "id_cart": "0",
        "id_currency": "0",
        "id_country": "0",
        "id_group": "0",
        "id_customer": "0",
        "price": "-1.000000" if reduced else f"{span.price:.6f}",
        "from_quantity": str(span.from_quantity),
        "reduction": f"{ordinary - span.price:.6f}" if reduced else "0.000000",
        "reduction_tax": "0",
        "reduction_type": "amount",
        "from": local_time(span.starts_at, target.zone),
        "to": local_time(span.ends_at - SECOND if span.ends_at else None, target.zone),
    }


# What makes two specific prices the same to PrestaShop: a second one is refused with HTTP 500 (prestashop.md 13).
IDENTITY = (
    "id_product",
    "id_product_attribute",
    "id_customer",
    "id_cart",
    "from",
    "to",
    "id_shop",
    "id_shop_group",
    "id_currency",
    "id_country",
    "id_group",
    "from_quantity",
)


def _identity(fields: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(fields[name] for name in IDENTITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done, which of those that are there are ours, and what a person may want to know."""

    changes: tuple[CatalogueChange, ...] = ()
    owned: frozenset[int] = frozenset()
    notices: tuple[Notice, ...] = ()


def plan(
    spans: Sequence[Span], ordinary: Decimal, *, target: Target, there: Iterable[SpecificPrice], owned: frozenset[int], now: datetime
) -> Plan:
    """Hold the spans against the shop's specific prices of the target (`there`: of the product, this shop's and everyone's).

    One that is exactly as ours would be is ours: after a lost memory it is taken up again. One of the merchant's in the very place of ours
    stays, and ours is not set.
    """
    candidates = [price for price in there if price.combination_id == target.combination_id and price.rule_id == 0]
    told = {price.id: specific_price_fields(price, zone=target.zone) for price in candidates}
    wants = [wanted(span, ordinary, target) for span in spans]
    kept = {ident: fields for ident, fields in told.items() if fields in wants}
    ours = [ident for ident in told if ident in owned and ident not in kept]
    missing = [fields for fields in wants if fields not in kept.values()]
    notices = _overlaps([price for price in there if price.id not in owned and price.id not in kept], wants, target, now)
    changes: list[CatalogueChange] = []
    foreign = {_identity(fields) for ident, fields in told.items() if ident not in owned and ident not in kept}
    blocked = [fields for fields in missing if _identity(fields) in foreign]
    # The one with the same identity is changed, or PrestaShop would refuse the new one while the old is there; before others are moved.
    places = {_identity(told[ident]): ident for ident in ours}
    wanting = [fields for fields in missing if fields not in blocked]
    for fields in sorted(wanting, key=lambda each: _identity(each) not in places):
        chosen = places.get(_identity(fields)) or (ours[0] if ours else 0)
        if chosen:
            ours.remove(chosen)
            kept[chosen] = dict(fields)
        changes.append(PutSpecificPrice(fields=fields, specific_price_id=chosen))
    changes += [DropSpecificPrice(specific_price_id=ident) for ident in ours]
    if blocked:
        notices.append(
            Notice(
                code="SPECIFIC_PRICE_TAKEN",
                message="the merchant has a specific price in the very place of Hogia's; it stays and Hogia's is not set.",
            )
        )
    return Plan(changes=tuple(changes), owned=frozenset(kept), notices=tuple(notices))


def _overlaps(foreign: Iterable[SpecificPrice], wants: Sequence[Mapping[str, str]], target: Target, now: datetime) -> list[Notice]:
    """The merchant's own ones that count at the same time as one of ours: PrestaShop decides between them, and we leave them alone."""
    live = [
        price
        for price in foreign
        if price.combination_id in {0, target.combination_id}
        and price.shop_id in {0, target.shop_id}
        and not price.customer_id
        and not price.cart_id
        and (price.ends_at is None or price.ends_at > now)
    ]
    if not live or not wants:
        return []
    clash = any(_meets(price, fields, target.zone) for price in live for fields in wants)
    message = "the merchant has specific prices of his own at the same time; they are left alone and may go before Hogia's."
    return [Notice(code="SPECIFIC_PRICE_OVERLAPS", message=message)] if clash else []


def _meets(price: SpecificPrice, fields: Mapping[str, str], zone: ZoneInfo) -> bool:
    starts, ends = (_moment(fields[name], zone) for name in ("from", "to"))
    begins_before = price.starts_at is None or ends is None or price.starts_at <= ends
    ends_after = price.ends_at is None or starts is None or price.ends_at >= starts
    return begins_before and ends_after


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    return None if text == OPEN else datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
