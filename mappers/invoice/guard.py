"""Orders whose own figures contradict each other are parked before anything is computed (accounting-recordings.md 2.2, step 1)."""

from __future__ import annotations

from decimal import Decimal

from mappers.canonical import ShopOrder
from mappers.errors import Rejected
from mappers.invoice.money import ORE, ZERO, shop_unit, to_ore


def check(order: ShopOrder) -> None:
    """Raise `Rejected` unless totals, rows, quantities and currency make sense on their own."""
    subject = f"order {order.id}"
    if not order.currency.code:
        raise Rejected("CURRENCY_UNKNOWN", "the order's currency could not be read. Restore it in the shop.", subject=subject)
    if order.total_paid != order.total_paid_incl:
        raise Rejected(
            "ORDER_TOTALS_DISAGREE",
            f"total_paid is {order.total_paid} but total_paid_tax_incl {order.total_paid_incl}: the order does not say what was asked for "
            "(PrestaShop's demo orders look like this). Invoice it by hand if it is real.",
            subject=subject,
        )
    total = order.total_paid_incl
    if total < 0:
        raise Rejected("ORDER_TOTAL_NEGATIVE", f"the total is {total}. Invoice this order by hand.", subject=subject)
    if total != to_ore(total):
        raise Rejected(
            "CURRENCY_DECIMALS",
            f"the total {total} {order.currency.code} has more than two decimals, which the accounting system does not keep. "
            "Invoice this order by hand.",
            subject=subject,
        )
    if not order.rows and total:
        raise Rejected("ORDER_EMPTY", f"the order has no rows but a total of {total}. Look at it in the shop.", subject=subject)
    for row in order.rows:
        if row.quantity <= 0 and (row.total_incl or row.total_excl):
            raise Rejected(
                "QUANTITY_INVALID",
                f"row {row.id} has the quantity {row.quantity} and an amount of {row.total_incl}. Correct the row in the shop.",
                subject=subject,
            )
    unit = shop_unit(order.currency.decimals)
    _check_products("excl.", sum((row.total_excl for row in order.rows), ZERO), order.total_products_excl, unit, subject)
    _check_products("incl.", sum((row.total_incl for row in order.rows), ZERO), order.total_products_incl, unit, subject)


def _check_products(side: str, rows: Decimal, stored: Decimal, unit: Decimal, subject: str) -> None:
    """Rows and total_products agree exactly, or to the rounding of one sum where rows have smaller parts (round type 3)."""
    whole = rows == (rows / unit).to_integral_value() * unit
    if abs(rows - stored) >= (min(unit, ORE) / 2 if whole else unit):
        raise Rejected(
            "PRODUCTS_MISMATCH",
            f"the rows add up to {rows} {side} VAT, total_products says {stored}: a row is missing or was edited. Correct the order in the shop.",
            subject=subject,
        )
