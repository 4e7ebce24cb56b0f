"""Every order that ships with the sandbox, from notice to invoice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.sandbox.prestashop.scenarios import ALL, BY_SLUG
from tests.world import World

SETTINGS = {
    "oss_registered": True,
    "swedish_vat_with_oss": "post",
    "gift_card_articles": ["KORT-0"],
    "payments": {"klarnapayment": {"fee": {"amount_incl": "29.00"}}},
}
FOLLOWS_REFUNDS = {"refunds": {"more_than_invoiced": "cap"}}  # one scenario's refunds ignore its voucher
LEFT_ALONE = {
    "hundred-percent": "ORDER_FREE",
    "unpaid-bank-wire": "STATE_NOT_TRANSFERRED",
    "guest": "STATE_NOT_TRANSFERRED",
    "cancelled": "ORDER_CANCELLED",
    "payment-error": "STATE_NOT_TRANSFERRED",
}


@pytest.mark.parametrize("slug", [scenario.slug for scenario in ALL if scenario.slug not in LEFT_ALONE])
async def test_order_is_invoiced_once_for_what_the_customer_paid(bridge: World, slug: str) -> None:
    await bridge.configure(shop=FOLLOWS_REFUNDS, **SETTINGS)
    orders = bridge.shop.place_cart(BY_SLUG[slug])
    for order in orders:
        await bridge.notice(order)

    await bridge.settle()

    for order in orders:
        assert await bridge.outcome(order) == ("processed", "")
        invoices = bridge.invoices_of(order)
        assert len(invoices) == 1
        assert invoices[0]["gross"] == Decimal(bridge.shop.get("orders", order)["total_paid_tax_incl"])
        assert invoices[0]["net"] + sum(invoices[0]["vat"].values()) == invoices[0]["gross"]


@pytest.mark.parametrize(("slug", "code"), LEFT_ALONE.items())
async def test_order_that_is_not_to_be_invoiced_is_left_alone_with_the_reason(bridge: World, slug: str, code: str) -> None:
    order = await bridge.place(slug)

    await bridge.settle()

    assert await bridge.outcome(order) == ("ignored", code)
    assert bridge.invoices() == []


async def test_order_without_the_settings_it_needs_is_parked_before_any_call(bridge: World) -> None:
    order = await bridge.place("fee-in-totals")

    await bridge.settle()

    assert await bridge.outcome(order) == ("failed", "TOTAL_MISMATCH")
    assert bridge.invoices() == []
    assert (await bridge.mark(order)).parked


async def test_all_of_them_at_once(bridge: World) -> None:
    """Forty-odd orders worked on side by side: the same invoices, and a contact per customer."""
    await bridge.configure(shop=FOLLOWS_REFUNDS, **SETTINGS)
    orders = [order for scenario in ALL for order in bridge.shop.place_cart(scenario)]
    for order in orders:
        await bridge.notice(order)

    await bridge.settle(rounds=20)

    references = [invoice["invoiceReference"] for invoice in bridge.invoices()]
    assert len(references) == len(set(references))
    assert sum(reference.endswith(":INV") for reference in references) == len(orders) - len(LEFT_ALONE)
