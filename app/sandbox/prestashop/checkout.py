"""How PrestaShop's checkout adds up an order (accounting.md 16.1, prestashop.md 6-8). Pure; kronor (or the order's currency) as Decimal.

final rows      per item: round(unit)*qty   per line: round(unit*qty)   per total: unit*qty, rounded once in the sum
initial rows    per item as above, else unrounded; total_paid is built from them, total_products from the final rows:
                that is why a real order's totals sometimes miss by an öre
total_paid      round(sum of initial rows) - round(discounts) + round(freight) + round(wrapping), on each side of the VAT
vouchers        one after the other on what is left of each row: gift, then percent, then amount; freight given away is part of the
                voucher's value and stays in total_shipping
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import IntEnum

ZERO = Decimal(0)
HUNDRED = Decimal(100)
SIX = Decimal("0.000001")


class RoundType(IntEnum):
    """PS_ROUND_TYPE."""

    ITEM = 1
    LINE = 2
    TOTAL = 3


class RoundMode(IntEnum):
    """PS_PRICE_ROUND_MODE."""

    UP = 0
    DOWN = 1
    HALF_UP = 2
    HALF_DOWN = 3
    HALF_EVEN = 4
    HALF_ODD = 5


ROUNDINGS = {
    RoundMode.UP: ROUND_CEILING,
    RoundMode.DOWN: ROUND_FLOOR,
    RoundMode.HALF_UP: ROUND_HALF_UP,
    RoundMode.HALF_DOWN: ROUND_HALF_DOWN,
    RoundMode.HALF_EVEN: ROUND_HALF_EVEN,
}


def rounded(value: Decimal, mode: RoundMode, decimals: int = 2) -> Decimal:
    """PrestaShop's ps_round."""
    step = Decimal(1).scaleb(-decimals)
    if mode is not RoundMode.HALF_ODD:
        return value.quantize(step, rounding=ROUNDINGS[mode])
    down = value.quantize(step, rounding=ROUND_DOWN)
    if abs(value - down) != step / 2:
        return value.quantize(step, rounding=ROUND_HALF_UP)
    return down if int(down / step) % 2 else down + step.copy_sign(value)


def six(value: Decimal) -> str:
    """As the database keeps amounts: six decimals."""
    return f"{rounded(value, RoundMode.HALF_UP, 6):.6f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount on both sides of the VAT."""

    excl: Decimal = ZERO
    incl: Decimal = ZERO

    def __add__(self, other: Money) -> Money:
        return Money(excl=self.excl + other.excl, incl=self.incl + other.incl)

    def __sub__(self, other: Money) -> Money:
        return Money(excl=self.excl - other.excl, incl=self.incl - other.incl)

    def times(self, factor: Decimal | int) -> Money:
        return Money(excl=self.excl * factor, incl=self.incl * factor)

    def rounded(self, mode: RoundMode, decimals: int = 2) -> Money:
        return Money(excl=rounded(self.excl, mode, decimals), incl=rounded(self.incl, mode, decimals))


NOTHING = Money()


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    """A row of the cart: unit prices after catalogue discounts, six decimals, order's currency."""

    product: int
    quantity: int
    unit: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A voucher. `amount` is in the order's currency, incl. VAT if `amount_incl`; `product` narrows percent or amount to one product."""

    percent: Decimal = ZERO
    amount: Decimal = ZERO
    amount_incl: bool = True
    free_shipping: bool = False
    gift_product: int = 0
    product: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What ends up in `orders`, `order_details` and `order_cart_rules`."""

    rows: tuple[Money, ...]
    products: Money
    discounts: Money
    shipping: Money
    wrapping: Money
    paid: Money
    vouchers: tuple[Money, ...] = field(default=())


def row_totals(lines: Sequence[CartLine], how: RoundType, mode: RoundMode, decimals: int) -> tuple[list[Money], list[Money]]:
    """Final and initial totals of each row."""
    exact = [line.unit.times(line.quantity) for line in lines]
    if how is RoundType.ITEM:
        per_item = [line.unit.rounded(mode, decimals).times(line.quantity) for line in lines]
        return per_item, per_item
    if how is RoundType.LINE:
        return [money.rounded(mode, decimals) for money in exact], exact
    return exact, exact


def spread(amount: Decimal, *, incl: bool, left: Sequence[Money]) -> list[Money]:
    """An amount over rows pro rata to what is left of them, capped at that; each row's own rate gives the other side."""
    sides = [money.incl if incl else money.excl for money in left]
    whole = sum(sides, ZERO)
    if whole <= 0:
        return [NOTHING for _ in left]
    part = min(amount / whole, Decimal(1))
    return [money.times(part) for money in left]


def voucher(rule: Rule, lines: Sequence[CartLine], left: list[Money], freight: Money) -> Money:
    """The value of one voucher; takes it off `left`. Freight is not in `left`."""
    value = NOTHING

    def take(index: int, money: Money) -> None:
        nonlocal value
        left[index] -= money
        value += money

    targets = [index for index, line in enumerate(lines) if rule.product in (0, line.product)]
    if rule.gift_product:
        gift = next((index for index, line in enumerate(lines) if line.product == rule.gift_product), None)
        if gift is not None:
            take(gift, lines[gift].unit)
    if rule.percent:
        for index in targets:
            take(index, left[index].times(rule.percent / HUNDRED))
    if rule.amount:
        for index, money in zip(targets, spread(rule.amount, incl=rule.amount_incl, left=[left[i] for i in targets]), strict=True):
            take(index, money)
    return value + (freight if rule.free_shipping else NOTHING)


def total(
    lines: Sequence[CartLine],
    *,
    rules: Sequence[Rule] = (),
    shipping: Money = NOTHING,
    wrapping: Money = NOTHING,
    round_type: RoundType = RoundType.LINE,
    round_mode: RoundMode = RoundMode.HALF_UP,
    decimals: int = 2,
) -> Totals:
    """Add up a cart. Two vouchers that give the freight away give it away once (prestashop.md 13)."""
    final, initial = row_totals(lines, round_type, round_mode, decimals)
    left = list(final)
    freight = shipping.rounded(round_mode, decimals)
    to_give = freight
    values = []
    for rule in rules:
        values.append(voucher(rule, lines, left, to_give))
        if rule.free_shipping:
            to_give = NOTHING
    discounts = sum(values, NOTHING).rounded(round_mode, decimals)
    wrap = wrapping.rounded(round_mode, decimals)
    paid = sum(initial, NOTHING).rounded(round_mode, decimals) - discounts + freight + wrap
    return Totals(
        rows=tuple(final),
        products=sum(final, NOTHING).rounded(round_mode, decimals),
        discounts=discounts,
        shipping=freight,
        wrapping=wrap,
        paid=Money(excl=max(paid.excl, ZERO), incl=max(paid.incl, ZERO)),
        vouchers=tuple(values),
    )
