"""Hogia's prices as the shop's: an ordinary price, and specific prices with from and to (hogia.md 3.6, prestashop.md 11).

Hogia resolves: active campaign, then the list price with the highest `fromQuantity` within the quantity, then the base price; within one
level the lowest. PrestaShop takes the specific price with the highest `from_quantity` first. So for each quantity the price over time is
worked out here, and a specific price is wanted wherever it differs from what the quantity below has: no start or end needs an event.
Prices for one customer, of other lists and in other currencies are not the shop's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from mappers.catalogue.policy import ProductPolicy
from mappers.hogia.model import HogiaArticle, HogiaPrice, PriceKind

SIX = Decimal("0.000001")
HUNDRED = Decimal(100)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A price excl. VAT from a quantity, from a moment to just before another. None: open."""

    from_quantity: int
    price: Decimal
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What the shop is to charge. `ordinary` excl. VAT; None where Hogia has no price in the shop's currency."""

    ordinary: Decimal | None
    spans: tuple[Span, ...] = ()
    next_change: datetime | None = None  # when the ordinary price changes by itself, or a past span can be cleared away


def resolve(article: HogiaArticle, prices: Iterable[HogiaPrice], policy: ProductPolicy, *, rate: Decimal | None, now: datetime) -> Prices:
    """The prices from now on. `rate`: the article's VAT in percent, for prices that include it; those are passed over where it is not known."""
    usable = [price for price in prices if _is_the_shops(price, policy) and not (price.valid_to is not None and price.valid_to <= now)]
    base = article.prices.get(policy.currency)
    usable = [price for price in usable if _net(price, base, rate) is not None]
    ordinary = _at(usable, base, rate, quantity=ONE, at=now, campaigns=False)
    edges = sorted({edge for price in usable for edge in (price.valid_from, price.valid_to) if edge is not None and edge > now})
    if ordinary is None:
        return Prices(ordinary=None, next_change=edges[0] if edges else None)
    # PrestaShop counts whole pieces: prices from 2.5 and from 3 are one tier, or two specific prices would have the same place.
    tiers = sorted({1, *(_pieces(price.from_quantity) for price in usable)} if policy.quantity_prices else {1})
    spans: list[Span] = []
    for index, quantity in enumerate(tiers):
        below = tiers[index - 1] if index else None
        spans += _spans(usable, base, rate, quantity=quantity, below=below, ordinary=ordinary, starts=[now, *edges])
    return Prices(ordinary=ordinary.quantize(SIX, ROUND_HALF_UP), spans=tuple(spans), next_change=edges[0] if edges else None)


def _is_the_shops(price: HogiaPrice, policy: ProductPolicy) -> bool:
    return (
        price.kind is not PriceKind.UNKNOWN
        and not price.customer_number
        and price.currency == policy.currency
        and price.price_list.casefold() == policy.price_list.casefold()
        and (price.price is None) != (price.discount_percent is None)
    )


def _net(price: HogiaPrice, base: Decimal | None, rate: Decimal | None) -> Decimal | None:
    """The price excl. VAT; None where it cannot be told."""
    if price.price is None:
        return None if base is None or price.discount_percent is None else base * (HUNDRED - price.discount_percent) / HUNDRED
    if not price.is_vat_included:
        return price.price
    return None if rate is None else price.price * HUNDRED / (HUNDRED + rate)


def _holds(price: HogiaPrice, at: datetime) -> bool:
    return (price.valid_from is None or price.valid_from <= at) and (price.valid_to is None or at < price.valid_to)


def _at(
    prices: Sequence[HogiaPrice], base: Decimal | None, rate: Decimal | None, *, quantity: Decimal, at: datetime, campaigns: bool = True
) -> Decimal | None:
    """The price of so many pieces at a moment, by Hogia's order of resolution."""
    active = [price for price in prices if price.from_quantity <= quantity and _holds(price, at)]
    chosen = [price for price in active if price.kind is PriceKind.CAMPAIGN] if campaigns else []
    if not chosen:
        lists = [price for price in active if price.kind is PriceKind.REGULAR]
        highest = max((price.from_quantity for price in lists), default=None)
        chosen = [price for price in lists if price.from_quantity == highest]
    found = [net for price in chosen if (net := _net(price, base, rate)) is not None]
    return min(found) if found else base


def _spans(
    prices: Sequence[HogiaPrice],
    base: Decimal | None,
    rate: Decimal | None,
    *,
    quantity: int,
    below: int | None,
    ordinary: Decimal,
    starts: Sequence[datetime],
) -> list[Span]:
    """Neighbouring stretches of one price are one span; a stretch that begins before now begins when its price did, or is open."""
    found: list[Span] = []
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else None
        price = _at(prices, base, rate, quantity=Decimal(quantity), at=start)
        lower = ordinary if below is None else _at(prices, base, rate, quantity=Decimal(below), at=start)
        # The ordinary price of a later time is written when that time comes; until then the shop computes from today's.
        later = below is None and price == _at(prices, base, rate, quantity=Decimal(quantity), at=start, campaigns=False)
        if price is None or price == lower or later:
            continue
        exact = price.quantize(SIX, ROUND_HALF_UP)
        began = _began(prices, start, quantity) if index == 0 else start
        if found and found[-1].ends_at == start and found[-1].price == exact:
            found[-1] = Span(from_quantity=quantity, price=exact, starts_at=found[-1].starts_at, ends_at=end)
        else:
            found.append(Span(from_quantity=quantity, price=exact, starts_at=began, ends_at=end))
    return found


def _pieces(quantity: Decimal) -> int:
    """A price from 2.5 pieces holds from 3."""
    return max(1, int(quantity.to_integral_value(ROUND_CEILING)))


def _began(prices: Sequence[HogiaPrice], now: datetime, quantity: int) -> datetime | None:
    """When what holds now began: the latest start among what is active; the same at every look, so that nothing is written anew."""
    active = [price.valid_from for price in prices if _holds(price, now) and price.from_quantity <= quantity]
    return max((start for start in active if start is not None), default=None)
