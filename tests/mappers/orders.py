"""Orders in the shop's words for tests of customers: the scenarios of accounting-recordings.md 5 with invented persons."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from mappers.canonical import Address, Currency, Customer, ShopOrder

AT = datetime(2026, 2, 3, 10, 0, tzinfo=UTC)


def address(**changes: Any) -> Address:
    given: dict[str, Any] = {
        "id": 1,
        "country": "SE",
        "firstname": "Gäst",
        "lastname": "Gästsson",
        "address1": "Storgatan 1",
        "postcode": "111 22",
        "city": "Stockholm",
    }
    return Address(**(given | changes))


def customer(**changes: Any) -> Customer:
    given: dict[str, Any] = {"id": 12, "firstname": "Gäst", "lastname": "Gästsson", "email": "gast1@example.com"}
    return Customer(**(given | changes))


def order(**changes: Any) -> ShopOrder:
    nothing = Decimal(0)
    given: dict[str, Any] = {
        "id": 42,
        "reference": "KHWLILZLL",
        "shop_id": 1,
        "cart_id": 9,
        "current_state": 2,
        "module": "ps_wirepayment",
        "payment": "Bankgiro",
        "placed_at": AT,
        "updated_at": AT,
        "invoiced_at": None,
        "delivered_at": None,
        "currency": Currency(id=1, code="SEK"),
        "conversion_rate": Decimal(1),
        "round_mode": 2,
        "round_type": 2,
        "customer": customer(),
        "customer_id": 12,
        "invoice_address": address(),
        "delivery_address": address(id=2),
    }
    totals = ("paid", "paid_incl", "paid_excl", "paid_real", "products_excl", "products_incl", "discounts_excl", "discounts_incl")
    more = ("shipping_excl", "shipping_incl", "wrapping_excl", "wrapping_incl")
    zeros = {f"total_{name}": nothing for name in (*totals, *more)} | {"carrier_tax_rate": nothing}
    return ShopOrder(**(zeros | given | changes))
