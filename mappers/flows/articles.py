"""Which rows may go as article lines, and what becomes of articles that Hogia does not have (connectors.md 4, rows)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mappers.canonical import ShopOrder
from mappers.changes import CreateArticle, sequence_id
from mappers.connection import Accounts, MissingArticle, OrderPolicy, RowText
from mappers.errors import Rejected
from mappers.hogia.model import HogiaReference
from mappers.hogia.text import ARTICLE_NUMBER
from mappers.invoice.model import Invoice, InvoiceRow, RowKind, Treatment
from mappers.invoice.money import rate_key
from mappers.invoice.texts import cut
from mappers.snapshot import OrderSnapshot

GOODS = frozenset({RowKind.ARTICLE})
WITHOUT_ARTICLE = frozenset({RowKind.TEXT, RowKind.ROUNDING, RowKind.ADJUSTMENT})
USUAL_VAT_ACCOUNTS = Accounts().output_vat  # where Hogia books the VAT of a rate by itself (BAS); no account at 0 %
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

    An article line has its VAT from its account alone. Where the chart says another VAT than the row has, or books it elsewhere, the row
    goes as a temporary line, which spells its VAT out. Raises Rejected ARTICLE_MISSING and ROW_WITHOUT_REFERENCE where the rule is park.
    """
    policy = snapshot.shop.orders
    rows = list(invoice.rows)
    _refuse_nameless(invoice, policy)
    lines: set[int] = set()
    missing: dict[str, InvoiceRow] = {}
    for index, row in enumerate(rows):
        number = folded(row.article)
        if not number or row.kind in WITHOUT_ARTICLE:
            continue
        if number in snapshot.articles:
            rows[index] = _in_hogias_words(row, snapshot)
        else:
            missing.setdefault(number, row)
        if _vat_follows_from_account(row, reference):
            lines.add(index)
    if missing and policy.missing_article is MissingArticle.PARK:
        raise _missing(snapshot, invoice, missing)
    creates: tuple[CreateArticle, ...] = ()
    if policy.missing_article is MissingArticle.CREATE:
        found = {number: _create(snapshot, row) for number, row in missing.items() if number not in snapshot.inactive_articles}
        creates = tuple(create for create in found.values() if create is not None)
    absent = missing.keys() - {folded(create.number) for create in creates}
    lines -= {index for index, row in enumerate(rows) if folded(row.article) in absent}
    return replace(invoice, rows=tuple(rows)), frozenset(lines), creates


def _refuse_nameless(invoice: Invoice, policy: OrderPolicy) -> None:
    nameless = [row for row in invoice.rows if row.kind in GOODS and not row.article.strip()]
    if nameless and policy.row_without_reference is MissingArticle.PARK:
        raise Rejected(
            "ROW_WITHOUT_REFERENCE",
            f"{len(nameless)} of the order's rows have no reference. Give the products a reference in the shop, or set row_without_reference.",
            subject=f"order {invoice.order_id}",
        )


def _missing(snapshot: OrderSnapshot, invoice: Invoice, missing: Mapping[str, InvoiceRow]) -> Rejected:
    numbers = ", ".join(row.article for row in list(missing.values())[:LONGEST_LIST])
    inactive = [row.article for number, row in missing.items() if number in snapshot.inactive_articles][:LONGEST_LIST]
    told = f" {', '.join(inactive)} is there, but inactive." if inactive else ""
    return Rejected(
        "ARTICLE_MISSING",
        f"Hogia has no active article {numbers}.{told} Create or activate it there and release the order, or set missing_article to create "
        "or temporary_line.",
        subject=f"order {invoice.order_id}",
    )


def _in_hogias_words(row: InvoiceRow, snapshot: OrderSnapshot) -> InvoiceRow:
    """With the article's own spelling of its number and, where that is set, its own name."""
    number = folded(row.article)
    name = snapshot.article_names.get(number, "") if row.kind in GOODS and snapshot.shop.orders.row_text is RowText.HOGIA else ""
    text = cut(name, snapshot.shop.orders.row_text_length) or row.text
    return replace(row, article=snapshot.articles[number], text=text)


def _vat_follows_from_account(row: InvoiceRow, reference: HogiaReference) -> bool:
    """Whether Hogia, told the account only, arrives at the row's rate and books its VAT where the row does.

    Danish 25 % sold through OSS has the rate of account 3106, but belongs on 2670 and not on 2611.
    """
    account = reference.accounts.get(row.account)
    if account is None or (account.vat_percent or 0) != row.rate:
        return False
    return row.vat_account == USUAL_VAT_ACCOUNTS.get(rate_key(row.rate))


def _create(snapshot: OrderSnapshot, row: InvoiceRow) -> CreateArticle | None:
    """The article as it is sold at home; None where that cannot be told from this row, or its number is too long for Hogia.

    An order to Norway says nothing of the article's Swedish rate: the row goes as a temporary line, and the first sale at home makes
    the article.
    """
    account = _home_account(row, snapshot.shop.orders)
    if account is None or len(row.article) > ARTICLE_NUMBER:
        return None
    connection = snapshot.connection
    return CreateArticle(
        key=f"article:{connection.key}/{folded(row.article)}",
        sequence_id=sequence_id(connection.hogia.organization_id, f"article/{folded(row.article)}"),
        number=row.article,
        name=row.text or row.article,
        unit=row.unit,
        account=account,
        is_service=row.kind not in GOODS,
    )


def _home_account(row: InvoiceRow, policy: OrderPolicy) -> int | None:
    """The account of the row's article when it is sold in the seller's own country."""
    home = policy.accounts.sweden
    if row.treatment in {Treatment.SWEDEN, Treatment.GIFT_CARD}:
        return row.account
    if row.kind in {RowKind.FREIGHT, RowKind.WRAPPING}:
        return home.freight
    if row.kind is RowKind.FEE:
        return home.fee
    return home.goods.get(rate_key(row.rate)) if row.treatment is Treatment.EU_CONSUMER and row.rate else None
