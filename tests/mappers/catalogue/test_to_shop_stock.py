"""Stock of Hogia in the shop: what was sold is never sold twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mappers.catalogue.changes import SetStock
from mappers.catalogue.items import Item
from mappers.catalogue.look import ArticleDecision
from mappers.catalogue.model import OutOfStock, ProductType, ShopStock
from mappers.catalogue.policy import OutOfStockRule, ProductPolicy
from mappers.catalogue.stock_rule import OUT_OF_STOCK
from mappers.connection import Flow
from tests.mappers.catalogue.looks import decide_one, make_article, make_combination, make_product, make_stock, notices, only, told

D = Decimal
PRODUCT = Item(product=make_product())
SIZED = make_product(combinations=(make_combination(), make_combination(32, "TR-M")))
SMALL = Item(product=SIZED, combination=SIZED.combinations[0])
OF_PRODUCT = make_stock(3)
OF_SMALL = make_stock(3, ident=71, combination_id=31)


def stocked(available: str | None, *rows: ShopStock, item: Item = PRODUCT, pending: int = 0, **situation: Any) -> ArticleDecision:
    price = item.price  # only the stock differs
    article = make_article(prices={"SEK": price}, **situation.pop("article", {}))
    values: dict[str, Any] = {"flow": Flow.COMBO, "stocks": rows or (OF_PRODUCT,), "pending": pending}
    return decide_one(article, item, available=None if available is None else D(available), **(values | situation))


@pytest.mark.parametrize(
    ("available", "pending", "shown"),
    [
        ("10", 0, 10),
        ("10", 4, 6),  # sold in the shop and not yet in Hogia: not sold again
        ("10", 10, 0),
        ("2.9", 0, 2),
        ("2.9", 1, 1),
        ("0.5", 0, 0),
        ("0", 0, 0),
    ],
)
def test_the_shop_shows_whole_pieces_less_what_is_sold_and_not_yet_in_hogia(available: str, pending: int, shown: int) -> None:
    found = stocked(available, pending=pending)

    assert only(found.changes, SetStock) == SetStock(stock=OF_PRODUCT, quantity=shown)
    assert notices(found.outcome) == []


@pytest.mark.parametrize(("available", "pending"), [("-4", 0), ("1", 3), ("-0.5", 0)])
def test_it_is_never_below_zero_and_a_person_is_told(available: str, pending: int) -> None:
    found = stocked(available, pending=pending)

    assert only(found.changes, SetStock).quantity == 0
    assert notices(found.outcome) == ["STOCK_NEGATIVE"]


def test_the_same_quantity_is_no_change() -> None:
    assert told(stocked("3").outcome) == ("unchanged", "")


def test_a_quantity_below_zero_in_the_shop_is_corrected() -> None:
    assert only(stocked("0", make_stock(-2)).changes, SetStock).quantity == 0


@pytest.mark.parametrize("situation", [{"available": None}, {"available": "7", "article": {"is_stock_article": False}}])
def test_what_hogia_does_not_track_is_left_alone(situation: dict[str, Any]) -> None:
    assert stocked(situation.pop("available"), **situation).changes == ()


def test_a_balance_that_nobody_has_counted_yet_does_not_empty_the_shop() -> None:
    """An article that was made of a product begins at 0 in Hogia."""
    found = stocked("0", is_counted=False)

    assert found.changes == ()
    assert notices(found.outcome) == ["STOCK_NOT_COUNTED"]


def test_a_virtual_product_has_no_stock() -> None:
    assert stocked("7", item=Item(product=make_product(type=ProductType.VIRTUAL))).changes == ()


def test_a_pack_has_a_stock_of_its_own() -> None:
    assert only(stocked("7", item=Item(product=make_product(type=ProductType.PACK))).changes, SetStock).quantity == 7


def test_a_combination_has_its_own_row() -> None:
    assert only(stocked("7", OF_PRODUCT, OF_SMALL, item=SMALL).changes, SetStock) == SetStock(stock=OF_SMALL, quantity=7)


def test_a_product_with_combinations_has_the_sum_of_theirs() -> None:
    found = stocked("7", item=Item(product=SIZED))

    assert found.changes == ()
    assert "STOCK_OF_COMBINATIONS" in notices(found.outcome)


def test_the_shops_own_row_goes_before_a_shared_one() -> None:
    shared = make_stock(3, ident=72, shop_id=0, group_id=1)

    assert only(stocked("7", shared, OF_PRODUCT).changes, SetStock).stock == OF_PRODUCT


def test_shops_that_share_their_stock_have_the_groups_row() -> None:
    shared = make_stock(3, ident=72, shop_id=0, group_id=1)

    assert only(stocked("7", make_stock(3, ident=73, shop_id=2), shared).changes, SetStock).stock == shared


@pytest.mark.parametrize("rows", [[make_stock(3, shop_id=2)], [OF_SMALL], [make_stock(3, product_id=18)]])
def test_a_missing_row_is_told_and_another_never_written(rows: list[ShopStock]) -> None:
    found = stocked("7", *rows)

    assert found.changes == ()
    assert notices(found.outcome) == ["STOCK_ROW_MISSING"]


def test_a_quantity_that_prestashop_computes_itself_is_left_alone() -> None:
    found = stocked("7", make_stock(3, depends_on_stock=True), policy=ProductPolicy(out_of_stock=OutOfStockRule.DENY))

    assert found.changes == ()
    assert notices(found.outcome) == ["STOCK_MANAGED_BY_SHOP"]


@pytest.mark.parametrize(
    ("rule", "word"), [(OutOfStockRule.DENY, 0), (OutOfStockRule.ALLOW, 1), (OutOfStockRule.SHOP_DEFAULT, 2), (OutOfStockRule.LEAVE, None)]
)
def test_what_happens_when_it_is_used_up_follows_the_rule(rule: OutOfStockRule, word: int | None) -> None:
    other = make_stock(3, out_of_stock=OutOfStock.DENY if word else OutOfStock.ALLOW)

    found = stocked("3", other, policy=ProductPolicy(out_of_stock=rule))

    assert found.changes == (() if word is None else (SetStock(stock=other, out_of_stock=word),))


def test_every_rule_but_leave_has_a_word_of_prestashops() -> None:
    assert set(OUT_OF_STOCK) == set(OutOfStockRule) - {OutOfStockRule.LEAVE}


def test_quantity_and_rule_of_a_product_are_one_change() -> None:
    found = stocked("7", policy=ProductPolicy(out_of_stock=OutOfStockRule.DENY))

    assert only(found.changes, SetStock) == SetStock(stock=OF_PRODUCT, quantity=7, out_of_stock=0)


def test_the_rule_of_combinations_is_on_the_products_row_which_is_what_prestashop_asks() -> None:
    found = stocked("7", OF_PRODUCT, OF_SMALL, item=SMALL, policy=ProductPolicy(out_of_stock=OutOfStockRule.DENY))

    assert set(found.changes) == {SetStock(stock=OF_PRODUCT, out_of_stock=0), SetStock(stock=OF_SMALL, quantity=7)}


def test_and_is_written_once() -> None:
    rows = [make_stock(3, out_of_stock=0), OF_SMALL]

    assert stocked("3", *rows, item=SMALL, policy=ProductPolicy(out_of_stock=OutOfStockRule.DENY)).changes == ()


@pytest.mark.parametrize("flow", [Flow.COMBO, Flow.HOGIA_LEADS])
def test_both_flows_that_hogia_leads_the_stock_in_write_the_same(flow: Flow) -> None:
    assert only(stocked("7", flow=flow).changes, SetStock).quantity == 7
