"""An order's vouchers: which are payment, which are discounts, and what each discount is worth (accounting-recordings.md 2.7)."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from mappers.canonical import ShopOrder, Voucher
from mappers.connection import OrderPolicy
from mappers.errors import Rejected
from mappers.invoice.model import Notice
from mappers.invoice.money import ORE, ZERO, shop_unit

# The voucher PrestaShop makes of a credit slip: its name is its code. `-2` is the rest of a partly used one.
REFUND_VOUCHER = re.compile(r"V\d+C\d+O\d+(-\d+)?", re.IGNORECASE)


def is_payment(voucher: Voucher, policy: OrderPolicy) -> bool:
    """Whether a voucher pays for the order instead of making it cheaper: a gift card, or a refund voucher, whose VAT is already reversed."""
    words = [word.strip() for word in (voucher.rule.code if voucher.rule else "", voucher.name)]
    prefixes = tuple(prefix.casefold() for prefix in policy.gift_card_vouchers if prefix)
    return any(REFUND_VOUCHER.fullmatch(word) or (prefixes and word.casefold().startswith(prefixes)) for word in words)


def discounts_of(order: ShopOrder, policy: OrderPolicy) -> tuple[tuple[Voucher, ...], tuple[Voucher, ...], list[Notice]]:
    """(discounts, payments, notices), each in the order they were applied.

    The values add up to `total_discounts`, or the freight that several vouchers give away is counted once; an order without voucher records
    gets an anonymous one. Raises `Rejected` DISCOUNT_MISMATCH.
    """
    vouchers = sorted(order.vouchers, key=lambda voucher: voucher.id)
    if not vouchers and order.total_discounts_incl:
        vouchers = [
            Voucher(
                id=0,
                cart_rule_id=0,
                name="",
                value_incl=order.total_discounts_incl,
                value_excl=order.total_discounts_excl,
                free_shipping=False,
            )
        ]
    notices: list[Notice] = []
    vouchers = _freight_once(order, vouchers, notices)
    total = sum((voucher.value_incl for voucher in vouchers), ZERO)
    allowed = shop_unit(order.currency.decimals) * max(1, len(vouchers))
    if abs(total - order.total_discounts_incl) > allowed:
        raise Rejected(
            "DISCOUNT_MISMATCH",
            f"the vouchers are worth {total} incl. VAT, total_discounts says {order.total_discounts_incl}. Correct the order's vouchers in the shop.",
            subject=f"order {order.id}",
        )
    worth = [voucher for voucher in vouchers if voucher.value_incl]
    payments = tuple(voucher for voucher in worth if is_payment(voucher, policy))
    return tuple(voucher for voucher in worth if voucher not in payments), payments, notices


def _freight_once(order: ShopOrder, vouchers: list[Voucher], notices: list[Notice]) -> list[Voucher]:
    """Each of several free-shipping vouchers may hold the freight in its value, while the total holds it once (prestashop.md 13)."""
    giving = [voucher for voucher in vouchers if voucher.free_shipping]
    if len(giving) < 2 or not order.total_shipping_incl:
        return vouchers
    notices.append(Notice(code="FREE_FREIGHT_ONCE", message="Several vouchers give the freight away; it was taken off once."))
    excess = sum((voucher.value_incl for voucher in vouchers), ZERO) - order.total_discounts_incl
    lowered: dict[int, Voucher] = {}
    for voucher in giving[1:]:
        if excess < order.total_shipping_incl - ORE * len(vouchers) or voucher.value_incl < order.total_shipping_incl:
            continue
        lowered[voucher.id] = replace(
            voucher,
            value_incl=voucher.value_incl - order.total_shipping_incl,
            value_excl=voucher.value_excl - order.total_shipping_excl,
        )
        excess -= order.total_shipping_incl
    return [lowered.get(voucher.id, voucher) for voucher in vouchers]


def amount_of(voucher: Voucher, decimals: int) -> Decimal:
    """What a payment voucher pays, incl. VAT, in whole units of the shop's currency."""
    return voucher.value_incl.quantize(shop_unit(decimals), ROUND_HALF_UP)
