"""Articles in Hogia's words (hogia.md 3.5, assumed). An article has no VAT code: its sales accounts decide the VAT."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from mappers.errors import Rejected
from mappers.hogia import text as fitting
from mappers.hogia.amount import plain
from mappers.hogia.text import fit


class SalesAccountType(StrEnum):
    """`salesAccounts[].type`."""

    NATIONAL = "NationalSales"
    EU = "EuSales"
    INTERNATIONAL = "InternationalSales"
    REVERSE_CHARGE = "ReverseChargeSales"


class ArticleType(StrEnum):
    GOODS = "Goods"
    SERVICE = "Service"


def article_body(
    *,
    number: str,
    name: str,
    unit: str = "st",
    account: int,
    other_accounts: Mapping[SalesAccountType, int] | None = None,
    kind: ArticleType = ArticleType.GOODS,
    price: Decimal | None = None,
    currency: str = "SEK",
    description: str = "",
    ean: str = "",
    weight_grams: int | None = None,
    is_active: bool = True,
    is_webshop_article: bool = True,
    is_stock_article: bool | None = None,
) -> dict[str, Any]:
    """The body of POST articles, and with the same names of a merge PATCH. `price` is excl. VAT, at most four decimals.

    `account` is the account of sales in Sweden. Raises Rejected `ARTICLE_NUMBER_UNUSABLE`, `AMOUNT_NOT_SENDABLE`.
    """
    subject = f"article {number}"
    if not number.strip() or len(number) > fitting.ARTICLE_NUMBER:
        raise Rejected(
            "ARTICLE_NUMBER_UNUSABLE",
            f"An article number in Hogia has 1 to {fitting.ARTICLE_NUMBER} characters, this reference has {len(number.strip())}. "
            "Change the product's reference in the shop.",
            subject=subject,
        )
    accounts = {SalesAccountType.NATIONAL: account} | dict(other_accounts or {})
    body: dict[str, Any] = {
        "number": number,
        "name": fit(name, fitting.ARTICLE_NAME) or number,
        "unit": unit,
        "type": kind.value,
        "salesAccounts": [{"number": sales_account, "type": kind_of_sale.value} for kind_of_sale, sales_account in accounts.items()],
        "isActive": is_active,
        "isWebshopArticle": is_webshop_article,
    }
    if price is not None:
        body["prices"] = [{"price": plain(price, decimals=4, subject=f"the price of {subject}"), "currencyCode": currency}]
    if description:
        body["description"] = fit(description, fitting.ARTICLE_DESCRIPTION)
    if ean and len(ean) <= fitting.EAN:
        body["ean"] = ean
    if weight_grams is not None:
        body["weightGrams"] = weight_grams
    if is_stock_article is not None:
        body["isStockArticle"] = is_stock_article
    return body
