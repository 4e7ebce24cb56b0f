"""The price of a shop's product or combination, where Hogia leads it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP

from mappers.catalogue.items import Item
from mappers.catalogue.look import ArticleLook, Draft
from mappers.catalogue.prices import SIX, Prices
from mappers.catalogue.specific_prices import Target, plan


def draft_price(look: ArticleLook, item: Item, prices: Prices, draft: Draft) -> None:
    policy = look.shop.products
    if look.currency != policy.currency:
        draft.note(
            "CURRENCY_DIFFERS",
            f"the shop's default currency is {look.currency}, products.currency is {policy.currency}; prices are left alone.",
        )
        return
    if prices.ordinary is None or prices.ordinary <= 0:
        draft.note(
            "PRICE_ZERO" if prices.ordinary is not None else "PRICE_MISSING",
            "Hogia has no price above 0 for it; the shop's price is left alone.",
        )
        return
    if item.combination is None and any(each.reference.strip() for each in item.product.combinations):
        # It is the base that the impacts of all combinations are added to: another base is another price for each of them.
        draft.note("PRICE_OF_COMBINATIONS", "the product's price is that of its combinations, which have articles of their own.")
        return
    sold_at = look.taxes.rate(item.product.tax_rules_group)
    if None not in {sold_at, look.rate} and sold_at != look.rate:
        draft.note(
            "VAT_DIFFERS",
            f"the shop sells it at {sold_at} % VAT, its sales account in Hogia says {look.rate} %. Correct the product's tax rule or the article.",
        )
    if item.combination is None:
        if item.product.price.quantize(SIX, ROUND_HALF_UP) != prices.ordinary:
            draft.product["price"] = f"{prices.ordinary:.6f}"
    else:
        impact = prices.ordinary - item.product.price.quantize(SIX, ROUND_HALF_UP)
        if item.combination.impact.quantize(SIX, ROUND_HALF_UP) != impact:
            draft.product["price"] = f"{impact:.6f}"
    target = Target(product_id=item.product.id, combination_id=item.combination_id, shop_id=look.shop.id_shop, zone=look.zone)
    spans = [span for span in prices.spans if span.price > 0]
    if len(spans) < len(prices.spans):
        draft.note("CAMPAIGN_ZERO", "Hogia has a campaign or quantity price of 0 for it; nothing is put up for sale for free.")
    done = plan(spans, prices.ordinary, target=target, there=look.specific_prices, owned=draft.owned, now=look.now)
    draft.changes += done.changes
    draft.notices += done.notices
    draft.owned = done.owned
