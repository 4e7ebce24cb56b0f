"""Every order that ships with the sandbox, from notice to invoice."""

from __future__ import annotations

from decimal import Decimal

import pytest
from app.sandbox.prestashop.scenarios import ALL

from tests.world import World

SETTINGS = {
    "oss_registered": True,
    "gift_card_articles": ["KORT-0"],
    "payments": {"klarnapayment": {"fee": {}}, "klarna": {"fee": {}}},
}


@pytest.mark.parametrize("slug", [scenario.slug for scenario in ALL])
async def test_it(bridge: World, slug: str) -> None:
    from app.sandbox.prestashop.scenarios import BY_SLUG

    await bridge.configure(**SETTINGS)
    ids = bridge.shop.place_cart(BY_SLUG[slug])
    for order in ids:
        await bridge.notice(order)
    await bridge.settle()
    for order in ids:
        event = (await bridge.store.redis.zrange("{ob}:events:entity:" + bridge.key(order), 0, -1))[0].decode()
        e = await bridge.event(event)
        eff = await bridge.effect(order)
        print(slug, order, e.status, e.code, e.reason, eff and (eff.state, eff.external_number, eff.amount))
    for i in bridge.invoices():
        print("  ", i["invoiceReference"], i["gross"], i["paid"], i["left"], i["vat"])
    for order in ids:
        total = Decimal(bridge.shop.get("orders", order)["total_paid_tax_incl"])
        mine = [i for i in bridge.invoices() if i["invoiceReference"] == f"PS:1:{order}:INV"]
        print("  total", total, [m["gross"] for m in mine])
        if mine:
            assert mine[0]["gross"] == total
