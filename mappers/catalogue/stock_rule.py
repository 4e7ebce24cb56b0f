"""The quantity of a shop's product or combination, where Hogia leads it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR

from mappers.catalogue.changes import SetStock
from mappers.catalogue.items import Item
from mappers.catalogue.look import ArticleLook, Draft
from mappers.catalogue.model import OutOfStock, ProductType, ShopStock
from mappers.catalogue.policy import OutOfStockRule
from mappers.hogia.model import HogiaArticle

OUT_OF_STOCK: Mapping[OutOfStockRule, int] = {
    OutOfStockRule.DENY: OutOfStock.DENY,
    OutOfStockRule.ALLOW: OutOfStock.ALLOW,
    OutOfStockRule.SHOP_DEFAULT: OutOfStock.SHOP_DEFAULT,
}


def draft_stock(look: ArticleLook, article: HogiaArticle, item: Item, draft: Draft) -> None:
    """Absolute: what is available in Hogia less what is sold and not yet there. Never below zero: the shop would show a debt."""
    if not article.is_stock_article or look.available is None or item.product.type is ProductType.VIRTUAL:
        return
    if item.combination is None and item.product.combinations:
        draft.note("STOCK_OF_COMBINATIONS", "the product's stock is that of its combinations; each needs an article of its own.")
        return
    if not look.is_counted:
        draft.note(
            "STOCK_NOT_COUNTED", "Hogia opened its balance at 0 and nobody has counted it; the shop's quantity is left until somebody does."
        )
        return
    row = _row(look, item.product.id, item.combination_id)
    if row is None:
        draft.note(
            "STOCK_ROW_MISSING", f"the shop has no stock row for it in shop {look.shop.id_shop}. Save the product in the back office."
        )
        return
    if row.depends_on_stock:
        draft.note(
            "STOCK_MANAGED_BY_SHOP", "advanced stock management computes its quantity. Switch it off for this product in the back office."
        )
        return
    left = int(look.available.to_integral_value(ROUND_FLOOR)) - look.pending
    if left < 0:
        draft.note("STOCK_NEGATIVE", f"{-left} more are sold than Hogia has available; the shop shows 0.")
    quantity = max(left, 0)
    # PrestaShop asks the product's own row what to do when a combination is used up (StockAvailable::outOfStock).
    rule_row = _row(look, item.product.id) or row
    behaviour = OUT_OF_STOCK.get(look.shop.products.out_of_stock)
    new_rule = behaviour if behaviour != rule_row.out_of_stock else None
    new_quantity = quantity if row.quantity != quantity else None
    if new_rule is not None and rule_row.id != row.id:
        draft.changes.append(SetStock(stock=rule_row, out_of_stock=new_rule))
        new_rule = None
    if new_quantity is not None or new_rule is not None:
        draft.changes.append(SetStock(stock=row, quantity=new_quantity, out_of_stock=new_rule))


def _row(look: ArticleLook, product: int, combination: int = 0) -> ShopStock | None:
    """This shop's row, or that of a group that shares its stock."""
    rows = [row for row in look.stocks if row.product_id == product and row.combination_id == combination]
    own = [row for row in rows if row.shop_id == look.shop.id_shop]
    return next(iter(own or [row for row in rows if row.shop_id == 0]), None)
