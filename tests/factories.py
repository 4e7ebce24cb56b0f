"""Orders for tests, built from little: every function has defaults that make a plain, paid Swedish order.

Prices are given incl. VAT as texts; the excl. side follows as PrestaShop stores it (six decimals per unit, two per row).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from mappers.canonical import (
    Address,
    CartRule,
    Currency,
    Customer,
    HistoryEntry,
    OrderPayment,
    OrderRow,
    OrderState,
    ShopOrder,
    Sibling,
    TaxEvidence,
    Voucher,
)

PLACED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PAID_AT = datetime(2026, 11, 2, 9, 31, tzinfo=UTC)
D = Decimal
Amount = Decimal | str | int


def money(value: Amount, places: int = 2) -> Decimal:
    return D(value).quantize(D(1).scaleb(-places), ROUND_HALF_UP)


def excl(incl: Amount, rate: Amount, places: int = 2) -> Decimal:
    """The net of an amount incl. VAT, rounded."""
    return money(D(incl) * 100 / (100 + D(rate)), places)


def make_state(ident: int = 2, *, paid: bool = True, **changes: Any) -> OrderState:
    values: dict[str, Any] = {
        "id": ident,
        "name": f"state {ident}",
        "paid": paid,
        "logable": paid,
        "invoice": paid,
        "shipped": False,
        "delivery": False,
    }
    return OrderState(**(values | changes))


def make_states() -> dict[int, OrderState]:
    """PrestaShop's own states as far as tests need them: 2 paid, 6 cancelled, 8 payment error, 10 awaiting bank wire."""
    return {2: make_state(2), 6: make_state(6, paid=False), 8: make_state(8, paid=False), 10: make_state(10, paid=False)}


def make_address(country: str = "SE", **changes: Any) -> Address:
    values: dict[str, Any] = {
        "id": 5,
        "country": country,
        "firstname": "Tove",
        "lastname": "Testsson",
        "address1": "Provgatan 1",
        "postcode": "111 22",
        "city": "Stockholm",
    }
    return Address(**(values | changes))


def make_customer(**changes: Any) -> Customer:
    values: dict[str, Any] = {"id": 7, "firstname": "Tove", "lastname": "Testsson", "email": "tove@example.com"}
    return Customer(**(values | changes))


def make_row(
    unit_incl: Amount = "125.00",
    *,
    rate: Amount = 25,
    quantity: int = 1,
    ident: int = 101,
    unit_excl: Amount | None = None,
    round_type: int = 2,
    **changes: Any,
) -> OrderRow:
    """A row whose totals follow from its unit price as `round_type` says (1 per item, 2 per line, 3 per total)."""
    price_excl = D(unit_excl) if unit_excl is not None else excl(unit_incl, rate, 6)
    price_incl = D(unit_incl)
    values: dict[str, Any] = {
        "id": ident,
        "product_id": ident,
        "reference": f"ART-{ident}",
        "name": f"Article {ident}",
        "quantity": quantity,
        "unit_price_excl": price_excl,
        "unit_price_incl": price_incl,
        "total_excl": _row_total(price_excl, quantity, round_type),
        "total_incl": _row_total(price_incl, quantity, round_type),
        "tax_evidence": TaxEvidence.RATES,
        "tax_rates": (D(rate),),
    }
    return OrderRow(**(values | changes))


def _row_total(price: Decimal, quantity: int, round_type: int) -> Decimal:
    if round_type == 1:
        return money(price) * quantity
    if round_type == 3:
        return money(price * quantity, 6)
    return money(price * quantity)


def make_untaxed_row(unit: Amount = "100.00", *, evidence: TaxEvidence = TaxEvidence.NONE, **changes: Any) -> OrderRow:
    """A row without VAT: `NONE` (no tax rule), or `EXEMPTED` (a module took it off)."""
    return make_row(unit, rate=0, tax_evidence=evidence, tax_rates=(), **changes)


def make_rule(**changes: Any) -> CartRule:
    return CartRule(**({"id": 3, "code": "TEST"} | changes))


def make_voucher(incl: Amount, excl_value: Amount, *, ident: int = 1, free_shipping: bool = False, **changes: Any) -> Voucher:
    values: dict[str, Any] = {
        "id": ident,
        "cart_rule_id": ident,
        "name": f"Voucher {ident}",
        "value_incl": D(incl),
        "value_excl": D(excl_value),
        "free_shipping": free_shipping,
    }
    return Voucher(**(values | changes))


def make_payment(amount: Amount, *, ident: int = 58, currency_id: int = 1, **changes: Any) -> OrderPayment:
    values: dict[str, Any] = {
        "id": ident,
        "amount": D(amount),
        "currency_id": currency_id,
        "method": "Card",
        "transaction_id": f"tx-{ident}",
        "paid_at": PAID_AT,
    }
    return OrderPayment(**(values | changes))


def make_history(state_id: int, *, ident: int = 1, at: datetime = PAID_AT) -> HistoryEntry:
    return HistoryEntry(id=ident, state_id=state_id, at=at)


def make_sibling(order_id: int, total: Amount, *, state: int = 2) -> Sibling:
    return Sibling(order_id=order_id, total_paid_incl=D(total), current_state=state)


def make_order(
    rows: Sequence[OrderRow] | None = None,
    *,
    freight: Amount = "0",
    freight_excl: Amount | None = None,
    freight_rate: Amount = 25,
    wrapping: Amount = "0",
    wrapping_excl: Amount | None = None,
    vouchers: Sequence[Voucher] = (),
    total: Amount | None = None,
    total_excl: Amount | None = None,
    paid: bool = True,
    country: str = "SE",
    **changes: Any,
) -> ShopOrder:
    """An order whose totals add up; `total` and `total_excl` override what the parts give. `paid` adds a payment of the total."""
    rows = tuple(rows) if rows is not None else (make_row(),)
    freight_excl = excl(freight, freight_rate) if freight_excl is None else D(freight_excl)
    wrapping_excl = excl(wrapping, 25) if wrapping_excl is None else D(wrapping_excl)
    discounts_incl = money(sum((voucher.value_incl for voucher in vouchers), D(0)))
    discounts_excl = money(sum((voucher.value_excl for voucher in vouchers), D(0)))
    products_incl = money(sum((row.total_incl for row in rows), D(0)))
    products_excl = money(sum((row.total_excl for row in rows), D(0)))
    if total is None:
        total = products_incl + D(freight) + D(wrapping) - discounts_incl
    if total_excl is None:
        total_excl = products_excl + freight_excl + wrapping_excl - discounts_excl
    values: dict[str, Any] = {
        "id": 42,
        "reference": "QWERTYUIO",
        "shop_id": 1,
        "cart_id": 9,
        "current_state": 2 if paid else 10,
        "module": "ps_wirepayment",
        "payment": "Bank wire",
        "placed_at": PLACED,
        "updated_at": PAID_AT,
        "invoiced_at": PAID_AT if paid else None,
        "delivered_at": None,
        "currency": Currency(id=1, code="SEK"),
        "conversion_rate": D(1),
        "round_mode": 2,
        "round_type": 2,
        "total_paid": D(total),
        "total_paid_incl": D(total),
        "total_paid_excl": D(total_excl),
        "total_paid_real": D(total) if paid else D(0),
        "total_products_excl": products_excl,
        "total_products_incl": products_incl,
        "total_discounts_excl": discounts_excl,
        "total_discounts_incl": discounts_incl,
        "total_shipping_excl": freight_excl,
        "total_shipping_incl": D(freight),
        "carrier_tax_rate": D(freight_rate),
        "total_wrapping_excl": wrapping_excl,
        "total_wrapping_incl": D(wrapping),
        "carrier_reference": 3,
        "carrier_name": "Post",
        "rows": rows,
        "vouchers": tuple(vouchers),
        "payments": (make_payment(total),) if paid and D(total) else (),
        "customer": make_customer(),
        "invoice_address": make_address(country),
        "delivery_address": make_address(country),
        "states": make_states(),
    }
    return ShopOrder(**(values | changes))


def with_total(order: ShopOrder, total: Amount) -> ShopOrder:
    """The same order asked for another total: something the parts do not say."""
    return replace(order, total_paid=D(total), total_paid_incl=D(total))
