"""Freight and gift wrapping: their rates, and the freight of PrestaShop 9's split orders (accounting.md 6, accounting-recordings.md 2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from mappers.canonical import ShopOrder
from mappers.connection import OrderPolicy
from mappers.errors import Rejected
from mappers.invoice.components import Part
from mappers.invoice.model import RowKind
from mappers.invoice.money import rate_key, shop_unit, with_vat, without_vat
from mappers.invoice.rates import amounts_rate, proportional

DERIVED_TOLERANCE = Decimal("0.03")  # a derived freight carries one or two öre of the shop's rounding on either side


def freight_parts(
    order: ShopOrder,
    policy: OrderPolicy,
    *,
    excl: Decimal,
    incl: Decimal,
    goods: Mapping[Decimal, Decimal],
    possible: Iterable[Decimal],
) -> list[Part]:
    """Freight as one part, or as one per rate where it follows the goods; none when it is 0. `goods`: gross per rate.

    The carrier's stored rate is tried first, then the goods' rates, then `possible`. Raises `Rejected` FREIGHT_RATE_UNKNOWN.
    """
    if not excl and not incl:
        return []
    split = _rates(order, excl=excl, incl=incl, first=order.carrier_tax_rate, goods=goods, possible=possible)
    if split is None:
        raise Rejected(
            "FREIGHT_RATE_UNKNOWN",
            f"freight {incl} incl. and {excl} excl. VAT fits neither the carrier's {rate_key(order.carrier_tax_rate)} % nor the goods' rates, "
            "nor a proportional mix of them. Check the carrier's tax rule.",
            subject=f"order {order.id}",
        )
    return [
        Part(
            kind=RowKind.FREIGHT,
            net=net,
            gross=gross,
            rate=rate,
            text=policy.freight_text,
            article=policy.freight_articles.get(str(order.carrier_reference), policy.freight_article),
        )
        for rate, net, gross in split
    ]


def wrapping_parts(order: ShopOrder, policy: OrderPolicy, *, goods: Mapping[Decimal, Decimal], possible: Iterable[Decimal]) -> list[Part]:
    """Gift wrapping; its rate is stored nowhere. Raises `Rejected` WRAPPING_RATE_UNKNOWN."""
    excl, incl = order.total_wrapping_excl, order.total_wrapping_incl
    if not excl and not incl:
        return []
    split = _rates(order, excl=excl, incl=incl, first=None, goods=goods, possible=possible)
    if split is None:
        raise Rejected(
            "WRAPPING_RATE_UNKNOWN",
            f"gift wrapping {incl} incl. and {excl} excl. VAT fits no rate and no mix of the goods' rates. Check the shop's wrapping tax rule.",
            subject=f"order {order.id}",
        )
    return [
        Part(kind=RowKind.WRAPPING, net=net, gross=gross, rate=rate, text=policy.wrapping_text, article=policy.wrapping_article)
        for rate, net, gross in split
    ]


def _rates(
    order: ShopOrder,
    *,
    excl: Decimal,
    incl: Decimal,
    first: Decimal | None,
    goods: Mapping[Decimal, Decimal],
    possible: Iterable[Decimal],
) -> list[tuple[Decimal, Decimal, Decimal]] | None:
    """(rate, net, gross) of each share; None when nothing fits."""
    by_weight = sorted((rate for rate, gross in goods.items() if gross > 0), key=lambda rate: -goods[rate])
    candidates = [*([first] if first is not None else []), *by_weight, *possible]
    if excl == incl and (first is None or first == 0):
        candidates.insert(0, Decimal(0))
    rate = amounts_rate(excl=excl, incl=incl, unit=shop_unit(order.currency.decimals), candidates=candidates)
    if rate is not None:
        return [(rate, excl, incl)]
    mix = proportional(excl=excl, incl=incl, goods=goods)
    if mix is None:
        return None
    return [(rate, without_vat(gross, rate), gross) for rate, gross in sorted(mix.items(), reverse=True)]


def derived_freight(order: ShopOrder) -> tuple[Decimal, Decimal] | None:
    """(excl, incl) of a split order's own freight, from its totals; None when that is no freight.

    PrestaShop 9 stores the whole cart's freight in every order of a split cart, while the totals are right. A derived freight must be
    between nothing and what is stored, and carry the stored freight's rate: otherwise something else is missing from the order.
    """
    if not order.siblings or order.total_shipping_incl <= 0 or order.total_shipping_excl <= 0:
        return None
    incl = order.total_paid_incl - order.total_products_incl - order.total_wrapping_incl + order.total_discounts_incl
    excl = order.total_paid_excl - order.total_products_excl - order.total_wrapping_excl + order.total_discounts_excl
    rate = (order.total_shipping_incl / order.total_shipping_excl - 1) * 100
    if abs(excl) < DERIVED_TOLERANCE and abs(incl) < DERIVED_TOLERANCE:
        return Decimal(0), Decimal(0)
    if incl < 0 or incl > order.total_shipping_incl or abs(with_vat(excl, rate) - incl) > DERIVED_TOLERANCE:
        return None
    return excl, incl
