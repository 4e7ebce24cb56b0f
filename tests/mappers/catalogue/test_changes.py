"""What is printed of a change is the dry run."""

from __future__ import annotations

import pytest

from mappers.catalogue.changes import (
    CatalogueChange,
    CreateProduct,
    DropSpecificPrice,
    PutArticle,
    PutSpecificPrice,
    SetReference,
    SetStock,
    UpdateCombination,
    UpdateProduct,
)
from tests.mappers.catalogue.looks import make_stock

SPAN = {"from": "2026-11-27 00:00:00", "to": "2026-11-30 23:59:59"}


@pytest.mark.parametrize(
    ("change", "summary"),
    [
        (PutArticle(number="TR-1", body={}), "create article TR-1"),
        (PutArticle(number="TR-1", body={}, article_id="a", differs=("name", "ean")), "update article TR-1: name, ean"),
        (SetReference(product_id=17, combination_id=0, reference="P17"), "set the reference of product 17 to P17"),
        (SetReference(product_id=17, combination_id=31, reference="P17-31"), "set the reference of combination 31 to P17-31"),
        (CreateProduct(key="k", number="TR-1", fields={}, categories=()), "create a product for article TR-1"),
        (UpdateProduct(product_id=17, fields={"price": "1", "name": {1: "x"}}), "update product 17: name, price"),
        (UpdateCombination(combination_id=31, fields={"price": "1"}), "update combination 31: price"),
        (SetStock(stock=make_stock(3), quantity=0), "set stock 70 to 0"),
        (SetStock(stock=make_stock(3), quantity=5, out_of_stock=0), "set stock 70 to 5, out_of_stock 0"),
        (PutSpecificPrice(fields=SPAN), "set the specific price 2026-11-27 00:00:00 to 2026-11-30 23:59:59"),
        (PutSpecificPrice(fields=SPAN, specific_price_id=5), "change the specific price 2026-11-27 00:00:00 to 2026-11-30 23:59:59"),
        (DropSpecificPrice(specific_price_id=5), "remove specific price 5"),
    ],
)
def test_each_change_says_what_it_does(change: CatalogueChange, summary: str) -> None:
    assert change.summary == summary
