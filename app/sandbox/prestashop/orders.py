"""Placing an order: the records that PrestaShop's checkout writes, in its order, with its hooks (prestashop.md 4, 8, 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from app.sandbox.prestashop import lifecycle, parties, stock
from app.sandbox.prestashop.catalogue import CURRENCY_IDS, MODULES, RATES, RULES, TAX_RATES, WRAPPING_EXCL, WRAPPING_GROUP
from app.sandbox.prestashop.checkout import NOTHING, ZERO, Money, Totals, six, total
from app.sandbox.prestashop.pricing import Priced, freight, priced, tax_of, voucher_rules, with_vat
from app.sandbox.prestashop.scenario import Scenario
from app.sandbox.prestashop.schema import dialect_of

if TYPE_CHECKING:
    from app.sandbox.prestashop.state import ShopState

UNSET = "0000-00-00 00:00:00"


def place(state: ShopState, scenario: Scenario, *, id_shop: int = 1) -> tuple[int, ...]:
    """Place the scenario's cart; one order per carrier that its items need. Order ids, in PrestaShop's order."""
    customer = parties.customer(state, scenario, id_shop)
    delivery, invoice = parties.addresses(state, scenario, customer)
    cart = parties.cart(state, scenario, customer, delivery=delivery, invoice=invoice, id_shop=id_shop)
    items = [parties.customised(state, priced(state, item, scenario, shop=id_shop), cart, delivery) for item in scenario.items]
    items.sort(key=lambda item: item.item.carrier or scenario.carrier)  # stable: rows keep their order inside a parcel
    parts = [(carrier, list(group)) for carrier, group in groupby(items, key=lambda item: item.item.carrier or scenario.carrier)]
    whole = sum((freight(carrier, scenario)[0].rounded(scenario.round_mode) for carrier, _ in parts), NOTHING)
    head = {"id_customer": customer, "id_address_delivery": delivery, "id_address_invoice": invoice, "id_cart": cart, "id_shop": id_shop}
    state.fire("actionValidateOrderBefore", id_cart=cart)
    placed = tuple(
        place_part(state, scenario, head, carrier=carrier, items=items_of_part, whole_freight=whole if len(parts) > 1 else None)
        for carrier, items_of_part in parts
    )
    state.fire("actionValidateOrderAfter", ids=placed, id_shop=id_shop)
    return placed


def place_part(
    state: ShopState, scenario: Scenario, head: dict[str, Any], *, carrier: int, items: Sequence[Priced], whole_freight: Money | None
) -> int:
    """One order. `whole_freight`: the cart's freight that 9.x writes into each part of a split cart (prestashop.md 8)."""
    charge, freight_tax = freight(carrier, scenario)
    wrap_tax = tax_of(WRAPPING_GROUP, scenario)
    wrapping = with_vat(WRAPPING_EXCL * RATES[scenario.currency], wrap_tax) if scenario.gift_wrapping else NOTHING
    sums = total(
        [item.line for item in items],
        rules=voucher_rules(scenario),
        shipping=charge,
        wrapping=wrapping,
        round_type=scenario.round_type,
        round_mode=scenario.round_mode,
    )
    order = state.add("orders", order_record(state, scenario, head, carrier=carrier, sums=sums, freight_tax=freight_tax))
    state.fire("actionObjectOrderAddAfter", id_order=order)
    if whole_freight is not None and dialect_of(state.version) == "9":
        both = {"total_shipping": six(whole_freight.incl), "total_shipping_tax_incl": six(whole_freight.incl)}
        state.change("orders", order, **both, total_shipping_tax_excl=six(whole_freight.excl))
    for item, money in zip(items, sums.rows, strict=True):
        add_row(state, scenario, order, id_shop=head["id_shop"], item=item, money=money)
    lifecycle.sync_rows(state, order)
    if carrier:
        shipping = whole_freight if whole_freight is not None and dialect_of(state.version) == "9" else sums.shipping
        weight = sum((item.article.weight * item.item.quantity for item in items), ZERO)
        state.add(
            "order_carriers",
            {
                "id_order": order,
                "id_carrier": carrier,
                "weight": six(weight),
                "shipping_cost_tax_excl": six(shipping.excl),
                "shipping_cost_tax_incl": six(shipping.incl),
                "date_add": state.now(),
            },
        )
    for code, value in zip(scenario.vouchers, sums.vouchers, strict=True):
        rule = RULES[code]
        amounts = {"value": six(value.incl), "value_tax_excl": six(value.excl)}
        free = int(rule.free_shipping)
        state.add(
            "order_cart_rules",
            {"id_order": order, "id_cart_rule": rule.id, "name": rule.name, "free_shipping": free, "deleted": 0, **amounts},
        )
    if scenario.message:
        who = {"id_cart": head["id_cart"], "id_order": order, "id_customer": head["id_customer"]}
        state.add("messages", {**who, "message": scenario.message, "private": 0, "date_add": state.now()})
    pay_and_set_first_state(state, scenario, order, sums)
    return order


def pay_and_set_first_state(state: ShopState, scenario: Scenario, order: int, sums: Totals) -> None:
    """The payment module's part: what was paid, then the order's first state. A wrong amount ends in state 8."""
    first = scenario.state
    paid = bool(int(state.get("order_states", first)["paid"]))
    wrong = scenario.amount_paid is not None and scenario.amount_paid != sums.paid.incl
    if wrong:
        first, paid = 8, True
    if paid:
        amount = scenario.amount_paid if scenario.amount_paid is not None else sums.paid.incl
        method = str(state.get("orders", order)["payment"])
        lifecycle.add_payment(state, order, amount, method=method, transaction_id=scenario.transaction_id, employee=None)
    if scenario.fee_incl:
        fee = with_vat(scenario.fee_incl / Decimal("1.25"), 1).rounded(scenario.round_mode)
        paid_sum = sums.paid + replace(fee, incl=scenario.fee_incl)
        totals = {"total_paid": six(paid_sum.incl), "total_paid_tax_incl": six(paid_sum.incl), "total_paid_tax_excl": six(paid_sum.excl)}
        state.change("orders", order, **totals)
    state.fire("actionValidateOrder", id_order=order, id_shop=int(state.get("orders", order)["id_shop"]))
    lifecycle.set_state(state, order, first, placing=True)


def order_record(
    state: ShopState, scenario: Scenario, head: dict[str, Any], *, carrier: int, sums: Totals, freight_tax: int | None
) -> dict[str, Any]:
    """The `orders` record as it is before its first state: current_state 0, nothing paid."""
    now = state.now()
    free = sums.paid.incl == 0 and not scenario.fee_incl
    module = "free_order" if free else scenario.module
    amounts = {
        "total_discounts": sums.discounts.incl,
        "total_discounts_tax_incl": sums.discounts.incl,
        "total_discounts_tax_excl": sums.discounts.excl,
        "total_paid": sums.paid.incl,
        "total_paid_tax_incl": sums.paid.incl,
        "total_paid_tax_excl": sums.paid.excl,
        "total_paid_real": ZERO,
        "total_products": sums.products.excl,
        "total_products_wt": sums.products.incl,
        "total_shipping": sums.shipping.incl,
        "total_shipping_tax_incl": sums.shipping.incl,
        "total_shipping_tax_excl": sums.shipping.excl,
        "total_wrapping": sums.wrapping.incl,
        "total_wrapping_tax_incl": sums.wrapping.incl,
        "total_wrapping_tax_excl": sums.wrapping.excl,
    }
    return {
        **head,
        "id_currency": CURRENCY_IDS[scenario.currency],
        "id_lang": scenario.person.language,
        "id_carrier": carrier,
        "current_state": 0,
        "module": module,
        "invoice_date": UNSET,
        "delivery_date": UNSET,
        "valid": 0,
        "date_add": now,
        "date_upd": now,
        "id_shop_group": 1,
        "secure_key": state.token("customer", head["id_customer"]),
        "payment": MODULES[module],
        "recyclable": 0,
        "gift": int(scenario.gift_wrapping),
        "gift_message": scenario.gift_message,
        "mobile_theme": 0,
        **{name: six(amount) for name, amount in amounts.items()},
        "carrier_tax_rate": f"{TAX_RATES[freight_tax] if freight_tax else ZERO:.3f}",
        "round_mode": int(scenario.round_mode),
        "round_type": int(scenario.round_type),
        "conversion_rate": six(RATES[scenario.currency]),
        "reference": parties.reference(state, head["id_cart"]),
    }


def add_row(state: ShopState, scenario: Scenario, order: int, *, id_shop: int, item: Priced, money: Money) -> None:
    """One `order_details` record; the article's stock falls."""
    article = item.article
    name = f"{article.name} ({item.option[1]})" if item.option else article.name
    rate = RATES[scenario.currency]
    zero = dict.fromkeys(
        [
            "product_quantity_discount",
            "total_shipping_price_tax_excl",
            "total_shipping_price_tax_incl",
            "total_refunded_tax_excl",
            "total_refunded_tax_incl",
        ],
        "0.000000",
    )
    detail = state.add(
        "order_details",
        {
            "id_order": order,
            "product_id": article.id,
            "product_attribute_id": item.option[0] if item.option else 0,
            "group_reduction": "0.00",
            "download_deadline": UNSET,
            "id_shop": id_shop,
            "id_customization": item.customization,
            "product_name": name,
            "product_quantity": item.item.quantity,
            "product_quantity_in_stock": item.item.quantity,
            "product_price": six(item.unit.excl),
            "reduction_percent": f"{article.campaign_percent:.2f}",
            "reduction_amount": six(item.reduction.incl),
            "reduction_amount_tax_incl": six(item.reduction.incl),
            "reduction_amount_tax_excl": six(item.reduction.excl),
            "product_ean13": article.ean13,
            "product_reference": item.item.reference,
            "product_weight": six(article.weight),
            "tax_computation_method": int(scenario.person.business),
            "id_tax_rules_group": article.group,
            "ecotax": six(article.ecotax * rate),
            "ecotax_tax_rate": "25.000" if tax_of(1, scenario) else "0.000",
            "unit_price_tax_incl": six(item.unit.incl),
            "unit_price_tax_excl": six(item.unit.excl),
            "total_price_tax_incl": six(money.incl),
            "total_price_tax_excl": six(money.excl),
            "purchase_supplier_price": six(article.cost),
            "original_product_price": six(item.original),
            "original_wholesale_price": six(article.cost),
            "associations": {"taxes": [{"id": item.tax}] if item.tax is not None else []},
            **zero,
        },
    )
    stock.move(state, article.id, item.option[0] if item.option else 0, -item.item.quantity, shop=id_shop)
    state.fire("actionObjectOrderDetailAddAfter", id_order=order, id_order_detail=detail)
