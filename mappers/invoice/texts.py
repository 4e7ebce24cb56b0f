"""Texts as they stand on an invoice: normalised, free of control characters, cut by characters."""

from __future__ import annotations

import unicodedata

from mappers.canonical import ShopOrder
from mappers.connection import OrderPolicy
from mappers.identity import mask
from mappers.invoice.model import InvoiceRow, RowKind, Treatment
from mappers.template import fill

# Unicode categories: control characters, surrogates (JSON may smuggle in half of a pair), unassigned and private use.
UNPRINTABLE = frozenset({"Cc", "Cs", "Cn", "Co"})
LINE_BREAKS = frozenset({"Zl", "Zp"})
MAXIMUM_NOTE_ROWS = 20  # of one message: an invoice is no mailbox


def clean(text: str) -> str:
    """NFC, without control characters, runs of white space as one blank."""
    normal = unicodedata.normalize("NFC", text)
    kept = []
    for character in normal:
        category = unicodedata.category(character)
        if character in "\t\n\r\v\f" or category in LINE_BREAKS:
            kept.append(" ")
        elif category not in UNPRINTABLE and character != "\ufeff":
            kept.append(character)
    return " ".join("".join(kept).split())


def cut(text: str, length: int) -> str:
    """`clean` and at most `length` characters (code points, never bytes)."""
    return clean(text)[: max(length, 1)].rstrip()


def wrap(text: str, length: int) -> list[str]:
    """A message as rows of at most `length` characters, broken at blanks where there are some; line breaks of the writer are kept."""
    rows: list[str] = []
    width = max(length, 1)
    for line in text.splitlines() or [text]:
        left = clean(line)
        while left:
            if len(left) <= width:
                piece, left = left, ""
            else:
                at = left.rfind(" ", 0, width + 1)
                at = at if at > 0 else width
                piece, left = left[:at].rstrip(), left[at:].lstrip()
            rows.append(piece)
    return rows[:MAXIMUM_NOTE_ROWS]


def text_row(text: str) -> InvoiceRow:
    return InvoiceRow(kind=RowKind.TEXT, text=text)


def closing_texts(
    order: ShopOrder, policy: OrderPolicy, *, treatments: frozenset[Treatment], services: bool, goods: bool
) -> list[InvoiceRow]:
    """The text rows after the last amount: vouchers, exemption, payment, notes, the shop's own.

    `services`/`goods`: whether the rows sold to an EU business hold them, as each has its own lawful wording (accounting.md 3).
    """
    length = policy.row_text_length
    texts: list[str] = []
    if policy.voucher_text_rows:
        texts += [voucher.name for voucher in sorted(order.vouchers, key=lambda voucher: voucher.id)]
    if Treatment.EXPORT in treatments:
        texts.append(policy.export_text)
    if Treatment.EU_BUSINESS in treatments:
        if goods or not services:
            texts.append(policy.eu_goods_text)
        if services:
            texts.append(policy.reverse_charge_text)
    texts.append(policy.payments.get(order.module, policy.default_payment).text)
    rows = [cut(text, length) for text in texts]
    if policy.order_notes:
        for note in (*order.messages, order.gift_message):
            rows += wrap(mask(note), length)
    fields = {"reference": order.reference, "id": str(order.id)}
    rows += [cut(fill(text, fields), length) for text in policy.text_rows]
    return [text_row(row) for row in rows if row]
