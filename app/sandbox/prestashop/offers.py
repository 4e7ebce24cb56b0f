"""What an article costs at a moment: its record, its combination's impact, and the one specific price that counts.

Order of the sum, as in PrestaShop (source: Product::priceCalculation): a specific price's own price in place of the product's; then the
combination's impact, unless that own price is the combination's; then the reduction; never below zero; ecotax. Which of several specific
prices counts (source: SpecificPrice::getSpecificPrice): the combination's before the product's, the higher quantity, the shop's own before
a price rule's, the nearest to the customer (customer, shop, currency, country, group), the one that ends and begins last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from app.sandbox.prestashop import shops
from app.sandbox.prestashop.catalogue import COUNTRY_IDS, CURRENCY_IDS, RATES, TAX_RATES, TAX_RULES
from app.sandbox.prestashop.checkout import HUNDRED, NOTHING, SIX, ZERO, Money
from app.sandbox.prestashop.schema import Record
from app.sandbox.prestashop.stock import article_ids

if TYPE_CHECKING:
    from app.sandbox.prestashop.state import ShopState

OPEN = "0000-00-00 00:00:00"
VISITORS = 1  # the group of somebody who has not signed in


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who asks for a price. `group` is the customer's default group."""

    shop: int = 1
    country: str = "SE"
    currency: str = "SEK"
    group: int = VISITORS
    customer: int = 0
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Kronor excl. VAT: `ordinary` and `net` without ecotax, before and after the reduction; `percent` or `amount` says how it came."""

    ordinary: Decimal
    net: Decimal
    percent: Decimal = ZERO
    amount: Money = NOTHING


def offer(state: ShopState, product: Record, combination: Record | None, *, buyer: Buyer, at: datetime, rate: Decimal) -> Offer:
    """The price of a product (as its shop sees it) or of its combination. `rate`: the buyer's VAT in percent."""
    chosen = counting(state, product, combination, buyer=buyer, at=at)
    price = Decimal(str(product["price"]))
    impact = Decimal(str(combination["price"])) if combination is not None else ZERO
    if chosen is None:
        return Offer(ordinary=price + impact, net=price + impact)
    factor = 1 + rate / HUNDRED
    in_kronor = RATES[buyer.currency] if int(chosen["id_currency"]) else Decimal(1)
    own = Decimal(str(chosen["price"]))
    if own >= 0:
        price = own / in_kronor
        impact = ZERO if int(chosen["id_product_attribute"]) else impact
    ordinary = price + impact
    reduction = Decimal(str(chosen["reduction"]))
    if chosen["reduction_type"] == "percentage":
        return Offer(ordinary=ordinary, net=max(ordinary * (1 - reduction), ZERO), percent=reduction * HUNDRED)
    reduction /= in_kronor
    amount = (
        Money(excl=reduction / factor, incl=reduction) if int(chosen["reduction_tax"]) else Money(excl=reduction, incl=reduction * factor)
    )
    return Offer(ordinary=ordinary, net=max(ordinary - amount.excl, ZERO), amount=amount)


def counting(state: ShopState, product: Record, combination: Record | None, *, buyer: Buyer, at: datetime) -> Record | None:
    """The specific price that counts, None where there is none."""
    now = at.astimezone(state.zone).strftime("%Y-%m-%d %H:%M:%S")
    options = (0, int(combination["id"])) if combination is not None else (0,)
    wanted = {
        "id_shop": (0, buyer.shop),
        "id_shop_group": (0, 1),
        "id_cart": (0,),
        "id_currency": (0, CURRENCY_IDS[buyer.currency]),
        "id_country": (0, COUNTRY_IDS[buyer.country]),
        "id_group": (0, buyer.group),
        "id_customer": (0, buyer.customer),
        "id_product_attribute": options,
    }
    found = [
        row
        for row in state.find("specific_prices", id_product=product["id"])
        if all(int(row[name]) in values for name, values in wanted.items())
        and (row["from"] == OPEN or row["from"] <= now)
        and (row["to"] == OPEN or now <= row["to"])
        and (int(row["from_quantity"]) <= max(buyer.quantity, 1))
    ]
    return max(found, key=_rank, default=None)


def _rank(row: Record) -> tuple[object, ...]:
    nearest = tuple(int(row[name]) > 0 for name in ("id_customer", "id_shop", "id_currency", "id_country", "id_group"))
    rule_last = -int(row["id_specific_price_rule"])
    return (int(row["id_product_attribute"]), int(row["from_quantity"]), rule_last, nearest, row["to"], row["from"])


def price_at(state: ShopState, reference: str, at: datetime, *, buyer: Buyer) -> Money:
    """What this buyer sees in the shop for one article: kronor with six decimals, ecotax included. KeyError for no such article."""
    product_id, combination_id = article_ids(state, reference)
    product = shops.seen_from(state, "products", state.get("products", product_id), buyer.shop)
    combination = shops.seen_from(state, "combinations", state.get("combinations", combination_id), buyer.shop) if combination_id else None
    tax = TAX_RULES.get(int(product["id_tax_rules_group"] or 0), {}).get(buyer.country)
    rate = TAX_RATES[tax] if tax else ZERO
    excl = offer(state, product, combination, buyer=buyer, at=at, rate=rate).net + Decimal(str(product["ecotax"] or 0))
    return Money(excl=excl.quantize(SIX), incl=(excl * (1 + rate / HUNDRED)).quantize(SIX))
