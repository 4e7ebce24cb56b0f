"""A credit's rows: nets steered so that the accounting system computes exactly the gross wanted (accounting-recordings.md 3.1 rule 4).

Amounts are positive kronor; the rows go out with negative quantities. A row against the credit (an "Avdrag", a mirrored discount) is negative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from mappers.errors import Rejected
from mappers.hogia.model import HogiaLine
from mappers.invoice.credit_remains import ROUNDING_ACCOUNT, Bucket, Group, Remains, Sum, bucket_of
from mappers.invoice.model import InvoiceRow, RowKind, Treatment
from mappers.invoice.money import ORE, ZERO, clean_rate, erp_vat, legal_vat, to_ore, without_vat
from mappers.invoice.rows import totals
from mappers.invoice.steer import PRICE

ONE = Decimal(1)
DEDUCTION = "Avdrag"
REMAINDER = "Justering"
NO_ROOM = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A row before its price is known. `room`: by how much its net may still rise; None where nothing limits it."""

    kind: RowKind
    text: str
    article: str = ""
    quantity: Decimal = ONE
    net: Decimal
    rate: Decimal
    account: int
    vat_account: int | None = None
    order_row_id: int | None = None
    room: Decimal | None = None
    price: Decimal | None = None  # a mirrored line's own price, where it still gives the net

    @property
    def bucket(self) -> Bucket:
        return (self.rate, 0 if self.rate else self.account)


def of_line(line: HogiaLine, *, net: Decimal, quantity: Decimal, kind: RowKind = RowKind.ARTICLE, room: Decimal | None = NO_ROOM) -> Draft:
    """A row on the account, rate and article of the original's line."""
    return Draft(
        kind=kind,
        text=line.text,
        article=line.article,
        quantity=quantity,
        net=net,
        rate=clean_rate(line.rate),
        account=line.account,
        vat_account=line.vat_account,
        room=None if net < 0 else room,
    )


def mirrored(group: Group) -> list[Draft]:
    """What is left of a group of lines: the lines themselves, or one row over the rest."""
    if group.is_untouched:
        return [
            replace(of_line(line, net=line.net, quantity=line.quantity, kind=_kind(line)), price=_own_price(line))
            for line in group.lines
            if line.quantity
        ]
    first = group.first
    original = sum((line.net for line in group.lines), ZERO)
    if group.net * original < 0 or (not group.net and not (group.quantity > 0 and first.article)):
        return []
    if group.quantity > 0:
        return [of_line(first, net=group.net, quantity=group.quantity, kind=_kind(first))]
    # The pieces are back and a part of their price is left: an amount, not an article.
    return [replace(of_line(first, net=group.net, quantity=ONE, kind=RowKind.ADJUSTMENT), article="")]


def _kind(line: HogiaLine) -> RowKind:
    return RowKind.DISCOUNT if line.net < 0 else RowKind.ARTICLE


def _own_price(line: HogiaLine) -> Decimal | None:
    """The line's price where quantity times price is its net: a line with a discount of its own has none."""
    fits = line.unit_price == line.unit_price.quantize(PRICE) and to_ore(line.quantity * line.unit_price) == line.net
    return line.unit_price if fits else None


def best_net(gross: Decimal, rate: Decimal, *, near: Decimal, limit: Decimal, taken: Sum) -> Decimal:
    """The net whose VAT brings it closest to `gross` without passing `limit` (gross of the rate that is left).

    Where a gross has no net (at 25 % every fifth öre), the VAT of all credits together stays closest to the lawful one.
    """
    if rate == 0:
        return min(gross, limit) if gross > 0 else gross
    start = to_ore(without_vat(gross, rate))
    lawful = legal_vat(taken.gross + gross, rate)
    ceiling = max(limit, gross) if gross <= 0 else limit
    candidates = [net for net in (start + ORE * step for step in range(-5, 6)) if net + erp_vat(net, rate) <= ceiling]
    return min(
        candidates or [start],
        key=lambda net: (abs(net + erp_vat(net, rate) - gross), abs(taken.vat + erp_vat(net, rate) - lawful), abs(net - near)),
    )


def finished(
    drafts: Sequence[Draft],
    wanted: Mapping[Bucket, Decimal],
    total: Decimal,
    remains: Remains,
    *,
    rounding_account: int = ROUNDING_ACCOUNT,
    allowed: Decimal,
) -> list[InvoiceRow]:
    """Rows whose gross, as the accounting system computes it, is `total`. `wanted`: gross per bucket; `allowed`: what may be rounded away.

    Raises `Rejected` CREDIT_NOT_BALANCED.
    """
    steered: list[Draft] = []
    for bucket, gross in wanted.items():
        group = [draft for draft in drafts if draft.bucket == bucket]
        stored = sum((draft.net for draft in group), ZERO)
        left = remains.buckets.get(bucket, Sum())
        net = best_net(gross, bucket[0], near=stored, limit=max(left.gross, ZERO), taken=remains.taken.get(bucket, Sum()))
        steered += _moved(group or _nothing_of(bucket, remains), net - stored)
    rows = [row for draft in steered if draft.net or draft.article for row in _priced(draft)]
    rounding = total - totals(rows)[1]
    if abs(rounding) > allowed:
        raise Rejected(
            "CREDIT_NOT_BALANCED",
            f"{rounding} of the credit's {total} fits no VAT rate of the invoice, more than the {allowed} that rounding explains. The credits "
            "made by hand in Hogia do not follow the invoice's rates; make this one by hand too and discard it here.",
        )
    if rounding:
        rows.append(
            InvoiceRow(
                kind=RowKind.ROUNDING,
                text="Öresutjämning",
                quantity=ONE,
                unit_price=rounding,
                net=rounding,
                account=rounding_account,
                treatment=Treatment.ROUNDING,
            )
        )
    assert totals(rows)[1] == total
    return rows


def _nothing_of(bucket: Bucket, remains: Remains) -> list[Draft]:
    """A row of nothing on the account of the bucket's largest line, to hang a remainder on; [] where the original has no such line."""
    lines = [line for group in remains.groups for line in group.lines if bucket_of(line) == bucket]
    if not lines:
        return []
    largest = max(lines, key=lambda line: abs(line.net))
    return [replace(of_line(largest, net=ZERO, quantity=ONE), article="")]


def _moved(group: list[Draft], left: Decimal) -> list[Draft]:
    """The drafts with `left` more net: öre by öre on the largest row that has room, else as a row of its own."""
    drafts = list(group)
    if not left or not drafts:
        return drafts
    by_size = sorted(range(len(drafts)), key=lambda index: (-abs(drafts[index].net), index))
    if abs(left) <= ORE * len(drafts):
        step = ORE if left > 0 else -ORE
        for index in by_size * 2:
            room = drafts[index].room
            if left and (step < 0 or room is None or room >= ORE):
                drafts[index] = replace(drafts[index], net=drafts[index].net + step, room=None if room is None else room - step, price=None)
                left -= step
        if not left:
            return drafts
    model = drafts[by_size[0]]
    text, kind = (DEDUCTION, RowKind.DISCOUNT) if left < 0 else (REMAINDER, RowKind.ADJUSTMENT)
    return [*drafts, replace(model, kind=kind, text=text, article="", quantity=ONE, net=left, price=None, order_row_id=None)]


def _priced(draft: Draft) -> list[InvoiceRow]:
    """The row, and an adjustment row for what a four-decimal price cannot say of its net."""
    price, rest = (draft.price, ZERO) if draft.price is not None else _price(draft.net, draft.quantity)
    row = InvoiceRow(
        kind=draft.kind,
        text=draft.text,
        article=draft.article,
        quantity=draft.quantity,
        unit_price=price,
        net=draft.net - rest,
        rate=draft.rate,
        account=draft.account,
        vat_account=draft.vat_account if draft.rate else None,
        treatment=Treatment.ROUNDING if draft.kind is RowKind.ROUNDING else Treatment.SWEDEN,
        order_row_id=draft.order_row_id,
    )
    if not rest:
        return [row]
    adjustment = replace(row, kind=RowKind.ADJUSTMENT, text="Prisjustering", article="", quantity=ONE, unit_price=rest, net=rest)
    return [row, adjustment]


def _price(net: Decimal, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """As `steer.unit_price`, for quantities that need not be whole (an invoice made by hand)."""
    price = (net / quantity).quantize(PRICE, ROUND_HALF_UP) + ZERO
    for candidate in (price, price + PRICE, price - PRICE):
        if to_ore(candidate * quantity) == net:
            return candidate, ZERO
    return price, net - to_ore(price * quantity)
