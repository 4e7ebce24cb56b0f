"""Credit slips as the back office makes them: a refund moves neither the order's state nor its totals nor date_upd (prestashop.md 9)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from app.sandbox.prestashop.checkout import NOTHING, ZERO, Money, RoundMode, six
from app.sandbox.prestashop.lifecycle import amount, flag

if TYPE_CHECKING:
    from app.sandbox.prestashop.schema import Record
    from app.sandbox.prestashop.state import ShopState


def add_slip(
    state: ShopState, order_id: int, quantities: Mapping[int, int], *, amounts: Mapping[int, Money], shipping: Money | None
) -> int:
    """A credit slip. The row counters go up; order state, totals, payments and date_upd stay. Returns the slip's id."""
    order = state.get("orders", order_id)
    lines = []
    goods = NOTHING
    for detail_id in dict.fromkeys([*quantities, *amounts]):
        pieces = quantities.get(detail_id, 1)
        money = refund_row(state, order, detail_id, pieces, amounts.get(detail_id))
        goods += money
        sides = {"amount_tax_excl": six(money.excl), "amount_tax_incl": six(money.incl)}
        lines.append({"id_order_detail": detail_id, "product_quantity": pieces, **sides})
    freight = shipping or NOTHING
    excl_prices = any(flag(row, "tax_computation_method") for row in state.find("order_details", id_order=order_id))
    now = state.now()
    slip = state.next_number("order_slip")
    state.add(
        "order_slip",
        {
            "id": slip,
            "id_customer": order["id_customer"],
            "id_order": order_id,
            "conversion_rate": order["conversion_rate"],
            "total_products_tax_excl": six(goods.excl),
            "total_products_tax_incl": six(goods.incl),
            "total_shipping_tax_excl": six(freight.excl),
            "total_shipping_tax_incl": six(freight.incl),
            "amount": six(goods.excl if excl_prices else goods.incl),
            "shipping_cost": int(freight.incl > 0),
            "shipping_cost_amount": six(freight.excl if excl_prices else freight.incl),
            "date_add": now,
            "date_upd": now,
            "order_slip_type": 2 if freight.incl > 0 else 0,
            "associations": {"order_slip_details": [{"id": slip, **line} for line in lines]},
        },
    )
    for line in lines:
        state.fire("actionProductCancel", id_order=order_id, id_order_detail=line["id_order_detail"], action=2)
    shop = int(order["id_shop"])
    state.fire("actionObjectOrderSlipAddAfter", id=slip, id_order=order_id)
    state.fire("actionOrderSlipAdd", id=slip, id_order=order_id, id_shop=shop)
    return slip


def refund_row(state: ShopState, order: Record, detail_id: int, pieces: int, free: Money | None) -> Money:
    """Count a refund on its row and return what it comes to; vouchers are ignored, as PrestaShop does by default."""
    detail = state.get("order_details", detail_id)
    unit = Money(excl=amount(detail, "unit_price_tax_excl"), incl=amount(detail, "unit_price_tax_incl"))
    money = free if free is not None else unit.times(pieces).rounded(RoundMode.HALF_UP)
    counter = "product_quantity_return" if int(order["delivery_number"]) else "product_quantity_refunded"
    state.change(
        "order_details",
        detail_id,
        total_refunded_tax_excl=six(amount(detail, "total_refunded_tax_excl") + money.excl),
        total_refunded_tax_incl=six(amount(detail, "total_refunded_tax_incl") + money.incl),
        **{counter: int(detail[counter]) + pieces},
    )
    return money


def free_amount(state: ShopState, detail_id: int, incl: str) -> Money:
    """An amount incl. VAT that the back office typed in, with the row's own ratio on the other side."""
    detail = state.get("order_details", detail_id)
    gross = amount(detail, "unit_price_tax_incl")
    ratio = amount(detail, "unit_price_tax_excl") / gross if gross else ZERO
    return Money(excl=Decimal(incl) * ratio, incl=Decimal(incl)).rounded(RoundMode.HALF_UP)


def freight_of(state: ShopState, order_id: int) -> Money:
    """The order's whole freight."""
    order = state.get("orders", order_id)
    return Money(excl=amount(order, "total_shipping_tax_excl"), incl=amount(order, "total_shipping_tax_incl"))
