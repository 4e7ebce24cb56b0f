from __future__ import annotations

from decimal import Decimal

import pytest

from mappers.errors import Rejected
from mappers.hogia.article import ArticleType, SalesAccountType, article_body


def test_an_article_names_its_accounts_and_no_vat() -> None:
    body = article_body(number="TSHIRT-M", name="T-shirt (M)", account=3001, other_accounts={SalesAccountType.EU: 3108})

    assert body == {
        "number": "TSHIRT-M",
        "name": "T-shirt (M)",
        "unit": "st",
        "type": "Goods",
        "salesAccounts": [{"number": 3001, "type": "NationalSales"}, {"number": 3108, "type": "EuSales"}],
        "isActive": True,
        "isWebshopArticle": True,
    }


def test_an_article_carries_what_is_known_of_it() -> None:
    body = article_body(
        number="A",
        name="",
        account=3001,
        kind=ArticleType.SERVICE,
        price=Decimal("39.2"),
        currency="EUR",
        description="Text",
        ean="7310000000000",
        weight_grams=250,
        is_stock_article=True,
    )

    assert (body["name"], body["type"], body["prices"]) == ("A", "Service", [{"price": Decimal("39.20"), "currencyCode": "EUR"}])
    assert (body["description"], body["ean"], body["weightGrams"], body["isStockArticle"]) == ("Text", "7310000000000", 250, True)


@pytest.mark.parametrize("number", ["", " ", "x" * 41])
def test_a_number_hogia_does_not_take_is_told(number: str) -> None:
    with pytest.raises(Rejected) as caught:
        article_body(number=number, name="x", account=3001)

    assert caught.value.code == "ARTICLE_NUMBER_UNUSABLE"


def test_half_an_ean_is_none() -> None:
    assert "ean" not in article_body(number="A", name="x", account=3001, ean="1" * 31)
