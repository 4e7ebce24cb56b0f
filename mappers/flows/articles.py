"""Which rows may go as article lines, and what becomes of articles that Hogia does not have (connectors.md 4, rows)."""

from __future__ import annotations

from dataclasses import replace

from mappers.canonical import ShopOrder
from mappers.changes import CreateArticle, sequence_id
from mappers.connection import MissingArticle, OrderPolicy
from mappers.errors import Rejected
from mappers.hogia.model import HogiaReference
from mappers.invoice.model import Invoice, InvoiceRow, RowKind
from mappers.snapshot import OrderSnapshot

GOODS = frozenset({RowKind.ARTICLE})
LONGEST_LIST = 10


def folded(number: str) -> str:
    """Article numbers are compared without regard to case (hogia.md 3.5)."""
    return number.strip().casefold()


def article_numbers(order: ShopOrder, policy: OrderPolicy) -> frozenset[str]:
    """Every article number that the order's invoice may use, folded."""
    helpers = {policy.fee_article, policy.discount_article, policy.wrapping_article, policy.freight_article}
    helpers |= set(policy.freight_articles.values())
    return frozenset(folded(number) for number in {row.reference for row in order.rows} | helpers if number.strip())


def article_lines(
    snapshot: OrderSnapshot, invoice: Invoice, reference: HogiaReference
) -> tuple[Invoice, frozenset[int], tuple[CreateArticle, ...]]:
    """The invoice with Hogia's spelling of its article numbers, the rows that go as article lines, and articles to create first.

    An article line has its VAT from its account alone. Where the chart says another VAT than the row has, the row goes as a temporary
    line, which spells its VAT out. Raises Rejected ARTICLE_MISSING and ROW_WITHOUT_REFERENCE where the rule is park.
    """
    policy = snapshot.shop.orders
    rows = list(invoice.rows)
    lines: set[int] = set()
    missing: dict[str, InvoiceRow] = {}
    nameless = [row for row in rows if row.kind in GOODS and not row.article.strip()]
    if nameless and policy.row_without_reference is MissingArticle.PARK:
        raise Rejected(
            "ROW_WITHOUT_REFERENCE",
            f"{len(nameless)} of the order's rows have no reference. Give the products a reference in the shop, or set row_without_reference.",
            subject=f"order {invoice.order_id}",
        )
    for index, row in enumerate(rows):
        if not row.article.strip() or row.kind in {RowKind.TEXT, RowKind.ROUNDING, RowKind.ADJUSTMENT}:
            continue
        spelled = snapshot.articles.get(folded(row.article))
        if spelled is None and folded(row.article) not in missing:
            missing[folded(row.article)] = row
        account = reference.accounts.get(row.account)
        if account is not None and (account.vat_percent or 0) == row.rate:
            lines.add(index)
        if spelled is not None:
            rows[index] = replace(row, article=spelled)
    creates: tuple[CreateArticle, ...] = ()
    if missing and policy.missing_article is MissingArticle.PARK:
        numbers = ", ".join(row.article for row in list(missing.values())[:LONGEST_LIST])
        raise Rejected(
            "ARTICLE_MISSING",
            f"Hogia has no active article {numbers}. Create it there and release the order, or set missing_article to create or temporary_line.",
            subject=f"order {invoice.order_id}",
        )
    if missing and policy.missing_article is MissingArticle.CREATE:
        creates = tuple(_create(snapshot, row) for row in missing.values())
    else:
        lines -= {index for index, row in enumerate(rows) if folded(row.article) in missing}
    return replace(invoice, rows=tuple(rows)), frozenset(lines), creates


def _create(snapshot: OrderSnapshot, row: InvoiceRow) -> CreateArticle:
    connection = snapshot.connection
    return CreateArticle(
        key=f"article:{connection.key}/{folded(row.article)}",
        sequence_id=sequence_id(connection.hogia.organization_id, f"article/{folded(row.article)}"),
        number=row.article,
        name=row.text or row.article,
        unit=row.unit,
        account=row.account,
        is_service=row.kind not in GOODS,
    )
