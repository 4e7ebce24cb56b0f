"""Which line of the invoice an order row became, and which lines are freight.

Hogia does not keep the shop's row ids. A row is recognised by article number, text, quantity and price, the best pairs first, each line once,
so that an order that was edited since, or an invoice made by hand and adopted, still matches as far as it can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from mappers.canonical import OrderRow
from mappers.connection import OrderPolicy
from mappers.hogia.model import HogiaLine
from mappers.invoice.texts import cut

PRICE_MOVED = Decimal("0.01")  # kronor per piece: what steering may have moved a row's net by

Score = tuple[bool, bool, bool, bool]


def freight_accounts(policy: OrderPolicy) -> frozenset[int]:
    accounts = policy.accounts
    return frozenset(region.freight for region in (accounts.sweden, accounts.eu_consumer, accounts.eu_business, accounts.export))


def freight_lines(lines: Sequence[HogiaLine], policy: OrderPolicy) -> tuple[HogiaLine, ...]:
    """The lines that are freight: by their article, else by their account; gift wrapping shares the account and is told by its text."""
    articles = {number.casefold() for number in (policy.freight_article, *policy.freight_articles.values()) if number}
    positive = [line for line in lines if line.net > 0]
    by_article = [line for line in positive if line.article.casefold() in articles]
    accounts = freight_accounts(policy)
    wrapping = {policy.wrapping_text, policy.discount_text}
    by_account = [line for line in positive if line.account in accounts and line.text not in wrapping]
    return tuple(by_article or by_account)


def lines_of_rows(rows: Sequence[OrderRow], lines: Sequence[HogiaLine], policy: OrderPolicy) -> Mapping[int, HogiaLine]:
    """Order row id -> its line on the invoice, for the rows that have one."""
    freight = freight_lines(lines, policy)
    goods = [line for line in lines if line.net >= 0 and line.quantity > 0 and line not in freight]
    pairs = [
        (_score(row, line, policy), row_index, line_index) for row_index, row in enumerate(rows) for line_index, line in enumerate(goods)
    ]
    ranked = sorted((pair for pair in pairs if _is_match(pair[0])), key=lambda pair: ([not each for each in pair[0]], pair[1], pair[2]))
    found: dict[int, HogiaLine] = {}
    used: set[int] = set()
    for _, row_index, line_index in ranked:
        ident = rows[row_index].id
        if ident not in found and line_index not in used:
            found[ident] = goods[line_index]
            used.add(line_index)
    return found


def _score(row: OrderRow, line: HogiaLine, policy: OrderPolicy) -> Score:
    number = row.reference.strip().casefold()
    same_price = abs(line.unit_price - row.unit_price_excl) <= PRICE_MOVED
    return (
        bool(number) and line.article.strip().casefold() == number,
        line.text == cut(row.name, policy.row_text_length),
        line.quantity == row.quantity,
        same_price,
    )


def _is_match(score: Score) -> bool:
    article, text, quantity, price = score
    return article or text or (quantity and price)
