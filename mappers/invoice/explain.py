"""How far the shop's own rounding can take the order's total from its parts: the tightest tolerance its own figures explain.

PrestaShop rounds the *sum of the unrounded rows* for the total, but stores rows that are rounded one by one, so the rows may miss the
total by some öre without anything missing (accounting.md 16.1; accounting-recordings.md 1.2 and "Later findings"). Both sums can be
computed from the stored figures, hence no allowance per row: only totals between the two (and one öre, which back-office edits of older
PrestaShop versions leave behind) pass. A fixed tolerance of five öre would let real errors through.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from mappers.canonical import OrderRow, ShopOrder, Voucher
from mappers.invoice.money import ORE, ZERO, shop_round, shop_unit

HALF_UP = 2  # orders.round_mode; imported orders (round type 0) do not know theirs
PER_ITEM = 1  # orders.round_type: unit prices are rounded before they are multiplied, so the stored rows are the shop's own
UNIT_NOISE = Decimal("0.000001")  # unit prices have six decimals and may be cut rather than rounded (round modes 0 and 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Totals that rounding explains. `low` and `high` include; `likely` is what PrestaShop's own sum gives."""

    parts: Decimal  # stored rows + freight + wrapping + fee - discounts
    low: Decimal
    high: Decimal
    likely: Decimal
    words: str  # how low and high were derived

    def allows(self, total: Decimal) -> bool:
        return self.low <= total <= self.high


def explain(order: ShopOrder, *, freight: Decimal, fee: Decimal, discounts: tuple[Voucher, ...], payment_vouchers: Decimal) -> Explained:
    """Bounds for the order's total incl. VAT.

    `freight` and `fee` incl. VAT; `discounts`: the vouchers that are discounts; `payment_vouchers`: value of those that are payment, which
    `total_discounts` contains but the total here does not.
    """
    unit = shop_unit(order.currency.decimals)
    mode = order.round_mode if order.round_type else HALF_UP
    products = _products(order, unit, mode)
    discounted = _discounts(order, discounts, payment_vouchers, unit, mode)
    fixed = freight + order.total_wrapping_incl + fee
    slack = min(unit, ORE)
    low = min(products) + fixed - max(discounted) - slack
    high = max(products) + fixed - min(discounted) + slack
    words = (
        f"rows {min(products)} to {max(products)} (rounded one by one, or summed first), "
        f"discounts {min(discounted)} to {max(discounted)}, and {slack} for an edited order"
    )
    return Explained(
        parts=sum((row.total_incl for row in order.rows), ZERO) + fixed - sum((voucher.value_incl for voucher in discounts), ZERO),
        low=low,
        high=high,
        likely=products[0] + fixed - discounted[0],
        words=words,
    )


def _products(order: ShopOrder, unit: Decimal, mode: int) -> list[Decimal]:
    """What the shop may have counted for the rows; the likeliest first."""
    stored = sum((shop_round(row.total_incl, mode=mode, unit=unit) for row in order.rows), ZERO)
    if order.round_type == PER_ITEM:
        return [stored, order.total_products_incl]
    summed = sum((_unrounded(row, unit) for row in order.rows), ZERO)
    noise = UNIT_NOISE * sum(row.quantity for row in order.rows)
    around = [shop_round(amount, mode=mode, unit=unit) for amount in (summed, summed - noise, summed + noise)]
    return [*around, stored, order.total_products_incl]


def _unrounded(row: OrderRow, unit: Decimal) -> Decimal:
    """Quantity times price, unless the stored total is no rounding of it (a row edited by hand): then the stored total."""
    exact = row.unit_price_incl * row.quantity
    return exact if abs(exact - row.total_incl) <= unit else row.total_incl


def _discounts(order: ShopOrder, discounts: tuple[Voucher, ...], payment_vouchers: Decimal, unit: Decimal, mode: int) -> list[Decimal]:
    values = [voucher.value_incl for voucher in discounts]
    rounded = sum((shop_round(value, mode=mode, unit=unit) for value in values), ZERO)
    together = shop_round(sum(values, ZERO), mode=mode, unit=unit)
    return [order.total_discounts_incl - payment_vouchers, together, rounded]
