"""A small PrestaShop cart: what it stores for a basket in each of its three rounding types (accounting.md 16.1).

The total is the rounded sum of unrounded rows (rounded per unit in type 1), the rounded discounts and the freight. Vouchers are applied one
after the other to what the rows have left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from mappers.canonical import OrderRow, ShopOrder, Voucher
from tests.factories import make_order, make_row, make_rule, make_voucher, money

D = Decimal
NOTHING = D(0)
ITEM, LINE, TOTAL = 1, 2, 3


@dataclass(frozen=True, kw_only=True)
class Item:
    unit_excl: Decimal
    rate: Decimal
    quantity: int


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Either `percent` or an `amount` incl. VAT, on the whole order or on one item (`target`, an index), and perhaps free freight."""

    percent: Decimal = NOTHING
    amount: Decimal = NOTHING
    target: int | None = None
    free_shipping: bool = False


@dataclass(frozen=True, kw_only=True)
class Basket:
    items: tuple[Item, ...]
    freight: Decimal = NOTHING
    offers: tuple[Offer, ...] = ()
    round_type: int = LINE


@dataclass(kw_only=True)
class Remaining:
    gross: Decimal
    net: Decimal


def check_out(basket: Basket, *, rules: bool = True) -> tuple[ShopOrder, dict[Decimal, Decimal]]:
    """The stored order, and the gross per rate after discounts that the shop charged, unrounded."""
    rows = [_row(item, index, basket.round_type) for index, item in enumerate(basket.items)]
    charged = [_charged(row, basket.round_type) for row in rows]
    left = [Remaining(gross=gross, net=net) for gross, net in charged]
    freight_left = basket.freight
    given: dict[Decimal, Decimal] = {}
    vouchers: list[Voucher] = []
    for ident, offer in enumerate(basket.offers, start=1):
        incl = excl = D(0)
        if offer.free_shipping:
            incl, excl = freight_left, money(freight_left / D("1.25"))
            given[D(25)] = given.get(D(25), D(0)) + freight_left
            freight_left = D(0)
        for index, gross, net in _taken(offer, left):
            left[index].gross -= gross
            left[index].net -= net
            rate = basket.items[index].rate
            given[rate] = given.get(rate, D(0)) + gross
            incl, excl = incl + gross, excl + net
        vouchers.append(_voucher(ident, offer, incl, excl, rules=rules))
    stored = [voucher for voucher in vouchers if voucher.value_incl]
    total = money(sum((gross for gross, _ in charged), D(0))) + basket.freight - money(sum(given.values(), D(0)))
    order = make_order(
        rows,
        freight=basket.freight,
        vouchers=stored,
        total=max(total, D(0)),
        round_type=basket.round_type,
    )
    per_rate = {D(25): basket.freight}
    for row, item in zip(rows, basket.items, strict=True):
        per_rate[item.rate] = per_rate.get(item.rate, D(0)) + row.total_incl
    for rate, gross in given.items():
        per_rate[rate] -= gross
    return order, per_rate


def _row(item: Item, index: int, round_type: int) -> OrderRow:
    unit_incl = (item.unit_excl * (100 + item.rate) / 100).quantize(D("0.000001"), ROUND_HALF_UP)
    return make_row(unit_incl, unit_excl=item.unit_excl, rate=item.rate, quantity=item.quantity, ident=index + 1, round_type=round_type)


def _charged(row: OrderRow, round_type: int) -> tuple[Decimal, Decimal]:
    if round_type == ITEM:
        return row.total_incl, row.total_excl
    return row.unit_price_incl * row.quantity, row.unit_price_excl * row.quantity


def _taken(offer: Offer, left: Sequence[Remaining]) -> list[tuple[int, Decimal, Decimal]]:
    targets = range(len(left)) if offer.target is None else [offer.target]
    gross = sum((left[index].gross for index in targets), D(0))
    if gross <= 0:
        return []
    share = offer.percent / 100 + min(offer.amount, gross) / gross
    return [(index, left[index].gross * share, left[index].net * share) for index in targets] if share else []


def _voucher(ident: int, offer: Offer, incl: Decimal, excl: Decimal, *, rules: bool) -> Voucher:
    target = 0 if offer.target is None else offer.target + 1
    return make_voucher(
        money(incl, 6),
        money(excl, 6),
        ident=ident,
        free_shipping=offer.free_shipping,
        rule=make_rule(reduction_product=target, reduction_percent=offer.percent, reduction_amount=offer.amount) if rules else None,
    )
