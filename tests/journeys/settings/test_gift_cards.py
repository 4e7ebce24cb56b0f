"""Articles sold at 0 % at home, gift cards that are sold, and gift cards that pay: each setting left out, and set."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.sandbox.prestashop.scenarios import BY_SLUG
from tests.journeys.settings.proofs import proves
from tests.journeys.settings.selling import PLAIN, line, payments, replace, sold
from tests.world import World

CARD = BY_SLUG["mixed-vat"]


@proves("OrderPolicy.gift_card_articles", "Accounts.gift_cards")
@pytest.mark.parametrize(
    ("orders", "account"),
    [
        ({}, 3004),
        ({"gift_card_articles": ["KORT-0"]}, 2421),
        ({"gift_card_articles": ["KORT-0"], "accounts": {"gift_cards": 2420}}, 2420),
        ({"exempt_articles": {"KORT-0": 3305}}, 3305),
    ],
    ids=["exempt_by_default", "a_liability", "on_another_account", "exempt_on_its_account"],
)
async def test_card_sold_at_0_percent_is_booked_as_set(bridge: World, orders: dict[str, Any], account: int) -> None:
    assert line(await sold(bridge, CARD, **orders), "Presentkort 500 kr")["salesAccountNumber"] == account


@proves("OrderPolicy.exempt_articles")
async def test_exempt_article_has_its_account(bridge: World) -> None:
    invoice = await sold(bridge, CARD, exempt_articles={"KORT-0": 3305})

    assert line(invoice, "Presentkort 500 kr")["salesAccountNumber"] == 3305


@proves("OrderPolicy.gift_card_vouchers", "Accounts.gift_cards")
@pytest.mark.parametrize(
    ("orders", "gross", "paid_by_card"),
    [
        ({}, Decimal("348.00"), []),
        ({"gift_card_vouchers": ["100 KR"]}, Decimal("448.00"), [(2421, Decimal("100.00"))]),
        ({"gift_card_vouchers": ["100 kr"], "accounts": {"gift_cards": 2420}}, Decimal("448.00"), [(2420, Decimal("100.00"))]),
    ],
    ids=["a_discount_by_default", "a_payment", "on_another_account"],
)
async def test_gift_card_voucher_is_payment_and_not_discount(
    bridge: World, orders: dict[str, Any], gross: Decimal, paid_by_card: list[tuple[int, Decimal]]
) -> None:
    invoice = await sold(bridge, replace(PLAIN, vouchers=("HUNDRA",)), **orders)

    by_card = [(each["paymentAccountNumber"], each["amount"]) for each in payments(invoice) if each["paymentAccountNumber"] in {2420, 2421}]
    assert (invoice["grossAmount"], by_card, invoice["amountLeftToPay"]) == (gross, paid_by_card, Decimal(0))
