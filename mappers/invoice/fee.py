"""A payment module's fee that exists in the order's totals only (accounting-recordings.md 2.5)."""

from __future__ import annotations

from decimal import Decimal

from mappers.canonical import ShopOrder
from mappers.connection import OrderPolicy
from mappers.invoice.components import Part
from mappers.invoice.model import RowKind
from mappers.invoice.money import ORE, ZERO, to_ore, with_vat, without_vat

EXACT = ORE * 2  # between a configured amount and the difference
BOTH_SIDES = Decimal("0.05")  # the difference excl. VAT carries the rounding of every excl. figure


def fee_part(
    order: ShopOrder, policy: OrderPolicy, *, missing: Decimal, freight_excl: Decimal, taxed: bool, paid_excl: Decimal
) -> Part | None:
    """The fee as a part, when the order's payment module has one that explains `missing` (incl. VAT), else None.

    The difference excl. VAT must show the fee's rate too (with a configured amount it may show none), or 0 % on an order without VAT (`taxed` false).
    `paid_excl`: the excl. value of vouchers that are payment, which `total_discounts_excl` contains.
    """
    fee = policy.payments.get(order.module, policy.default_payment).fee
    if fee is None or missing <= 0 or missing > fee.maximum_incl:
        return None
    rates = [fee.rate] if taxed else [fee.rate, ZERO]
    if fee.amount_incl is not None:
        if abs(missing - fee.amount_incl) > EXACT:
            return None
        missing = fee.amount_incl
    parts_excl = order.total_products_excl + freight_excl + order.total_wrapping_excl - (order.total_discounts_excl - paid_excl)
    shown = order.total_paid_excl + paid_excl - parts_excl
    fitting = [rate for rate in rates if abs(with_vat(shown, rate) - missing) <= BOTH_SIDES]
    # A module that adds its fee to one side only, or the same to both, shows no rate: then the configured one stands. Another rate is a doubt.
    shows_no_rate = abs(shown) <= BOTH_SIDES or abs(shown - missing) <= BOTH_SIDES
    if not fitting and (fee.amount_incl is None or not shows_no_rate):
        return None
    rate = fitting[0] if fitting else fee.rate
    return Part(
        kind=RowKind.FEE,
        net=to_ore(without_vat(missing, rate)),
        gross=missing,
        rate=rate,
        text=fee.text,
        article=policy.fee_article,
    )
