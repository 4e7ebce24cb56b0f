"""What an order slip gives back, as rows on the invoice's own rates and accounts (accounting-recordings.md 3.1, rules 1 to 3).

A slip knows no rates: each of its rows takes the rate of the line that its order row became. Its freight goes on the invoice's freight. What its
rows do not explain of its total is an "Avdrag" per rate, in proportion; an amount without rows is spread over what is left of the invoice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from mappers.canonical import ShopOrder, Slip, SlipRow
from mappers.connection import OrderPolicy
from mappers.errors import Rejected
from mappers.hogia.model import HogiaInvoice, HogiaLine
from mappers.invoice.credit_match import freight_lines, lines_of_rows
from mappers.invoice.credit_remains import Bucket, Group, Remains, bucket_of, signature
from mappers.invoice.credit_rows import DEDUCTION, REMAINDER, Draft, of_line
from mappers.invoice.model import RowKind
from mappers.invoice.money import ORE, ZERO, clean_rate, round_together, shop_unit, to_ore, with_vat, without_vat
from mappers.invoice.rates import amounts_rate

ONE = Decimal(1)
PRICE_REDUCTION = "Prisnedsättning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The slip's rows and its gross per bucket. `share`: what the customer had paid for them; `returns_all`: nothing stays with the customer."""

    drafts: tuple[Draft, ...]
    gross: Mapping[Bucket, Decimal]
    total: Decimal
    share: Decimal
    returns_all: bool


def asked_of(slip: Slip, order: ShopOrder, policy: OrderPolicy, original: HogiaInvoice, remains: Remains) -> Asked:
    """What the slip asks for. Raises `Rejected` CREDIT_RATE_UNKNOWN, NOTHING_LEFT_TO_CREDIT."""
    reading = _Reading(slip=slip, order=order, policy=policy, original=original, remains=remains)
    pieces = [reading.piece(row) for row in slip.rows if row.total_incl or row.quantity]
    pieces = reading.explained(pieces) if pieces else reading.spread()
    pieces += reading.freight()
    sums: dict[Bucket, Decimal] = {}
    for piece in pieces:
        sums[piece.bucket] = sums.get(piece.bucket, ZERO) + piece.gross
    total = to_ore(slip.products_incl + slip.shipping_incl)
    if sums:
        # What the rows' own rounding leaves of the total belongs to the largest rate.
        largest = max(sums, key=lambda bucket: sums[bucket])
        sums[largest] += total - sum(sums.values(), ZERO)
    gross = dict(zip(sums, round_together(list(sums.values())), strict=True))
    return Asked(
        drafts=tuple(draft for piece in pieces for draft in piece.drafts),
        gross=gross,
        total=total,
        share=to_ore(reading.share()),
        returns_all=reading.returns_all(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Rows of one bucket and their unrounded gross."""

    bucket: Bucket
    gross: Decimal
    drafts: tuple[Draft, ...]


class _Reading:
    """One slip read against one invoice; remembers how much of each line the slip's earlier rows have used."""

    def __init__(self, *, slip: Slip, order: ShopOrder, policy: OrderPolicy, original: HogiaInvoice, remains: Remains) -> None:
        self.slip = slip
        self.order = order
        self.original = original
        self.remains = remains
        self.lines = lines_of_rows(order.rows, original.lines, policy)
        self.freight_lines = freight_lines(original.lines, policy)
        self.rounding: Bucket = (ZERO, policy.accounts.rounding)
        self.groups = {signature(line): group for group in remains.groups for line in group.lines}
        self.used: dict[int, tuple[Decimal, Decimal]] = {}

    def piece(self, row: SlipRow) -> _Piece:
        """A row of the slip on its line; beyond what is left of the line, a row without the article."""
        line = self.lines.get(row.order_row_id) or self._by_amounts(row)
        rate = clean_rate(line.rate)
        net = to_ore(_net(row.total_excl, row.total_incl, rate, pieces=row.quantity))
        drafts = self._on_line(line, net, Decimal(row.quantity), row.order_row_id)
        return _Piece(bucket=bucket_of(line), gross=row.total_incl, drafts=drafts)

    def _by_amounts(self, row: SlipRow) -> HogiaLine:
        """The largest line at the rate that the row's two amounts show, for a row that no line is known of; its article is not that line's."""
        by_size = sorted((line for line in self.original.lines if line.net > 0), key=lambda line: -line.net)
        rates = [clean_rate(line.rate) for line in by_size]
        unit = shop_unit(self.order.currency.decimals)
        rate = amounts_rate(excl=row.total_excl, incl=row.total_incl, unit=unit, candidates=rates)
        if rate is None:
            raise Rejected(
                "CREDIT_RATE_UNKNOWN",
                f"slip {self.slip.id} gives back row {row.order_row_id}, which is on no line of invoice {self.original.number}, at a rate that the "
                "invoice does not have. Credit it by hand in Hogia and discard it here.",
                subject=f"slip {self.slip.id}",
            )
        name = next((each.name for each in self.order.rows if each.id == row.order_row_id), PRICE_REDUCTION)
        line = next(line for line in by_size if clean_rate(line.rate) == rate)
        return replace(line, article="", text=name, quantity=ZERO, net=ZERO)

    def _on_line(self, line: HogiaLine, net: Decimal, quantity: Decimal, row_id: int | None) -> tuple[Draft, ...]:
        group = self.groups.get(signature(line))
        pieces, amount = self._left(group)
        whole = of_line(line, net=net, quantity=quantity if quantity > 0 else ONE)
        outside = replace(whole, article="", kind=RowKind.ADJUSTMENT, room=None, order_row_id=row_id)
        if group is None or quantity <= 0 or pieces <= 0 or amount < 0:
            if group is not None:
                self._use(group, ZERO, min(net, max(amount, ZERO)))
            return (outside,)
        back, within = min(quantity, pieces), min(net, amount)
        if back == pieces and abs(within - amount) <= ORE:
            within = amount  # the last pieces take what the line has left
        self._use(group, back, within)
        inside = replace(whole, quantity=back, net=within, room=amount - within, order_row_id=row_id)
        beyond = net - within
        return (inside,) if beyond <= ORE else (inside, replace(outside, quantity=ONE, net=beyond))

    def _left(self, group: Group | None) -> tuple[Decimal, Decimal]:
        """(pieces, net) that are left of a group of lines."""
        if group is None:
            return ZERO, ZERO
        used = self.used.get(id(group), (ZERO, ZERO))
        return group.quantity - used[0], group.net - used[1]

    def _use(self, group: Group, pieces: Decimal, net: Decimal) -> None:
        before = self.used.get(id(group), (ZERO, ZERO))
        self.used[id(group)] = (before[0] + pieces, before[1] + net)

    def explained(self, pieces: list[_Piece]) -> list[_Piece]:
        """With an "Avdrag" per rate where the rows do not add up to the slip's amount: a voucher taken off, or an amount chosen."""
        rows = sum((piece.gross for piece in pieces), ZERO)
        missing = self.slip.products_incl - rows
        if abs(missing) <= ORE * len(pieces) or not rows:
            return pieces
        sums: dict[Bucket, tuple[Decimal, Draft]] = {}
        for piece in pieces:
            sums[piece.bucket] = (sums.get(piece.bucket, (ZERO, piece.drafts[0]))[0] + piece.gross, piece.drafts[0])
        more = []
        for bucket, (gross, model) in sums.items():
            share = missing * gross / rows
            text, kind = (DEDUCTION, RowKind.DISCOUNT) if missing < 0 else (REMAINDER, RowKind.ADJUSTMENT)
            net = to_ore(without_vat(share, bucket[0]))
            draft = replace(model, kind=kind, text=text, article="", quantity=ONE, net=net, room=None, order_row_id=None)
            more.append(_Piece(bucket=bucket, gross=share, drafts=(draft,)))
        return pieces + more

    def spread(self) -> list[_Piece]:
        """An amount without rows, over what is left of the invoice at each rate; gift cards sold are no goods and come last."""
        amount = self.slip.products_incl
        if not amount:
            return []
        sales = {signature(line): line for line in self.original.lines if line.net > 0}
        taxed = any(line.rate for line in sales.values())
        left = {
            bucket: each.gross
            for bucket, each in self.remains.buckets.items()
            if each.gross > 0 and any(bucket_of(line) == bucket for line in sales.values()) and (bucket[0] or not taxed)
        }
        whole = sum(left.values(), ZERO)
        if whole <= 0:
            raise Rejected(
                "NOTHING_LEFT_TO_CREDIT",
                f"slip {self.slip.id} gives back {amount} incl. VAT without rows, and nothing of invoice {self.original.number} is left. Credit by "
                "hand in Hogia if it is right, and discard it here.",
                subject=f"slip {self.slip.id}",
            )
        pieces = []
        for bucket, gross in left.items():
            line = max((line for line in sales.values() if bucket_of(line) == bucket), key=lambda line: line.net)
            share = amount * gross / whole
            draft = of_line(line, net=to_ore(without_vat(share, bucket[0])), quantity=ONE, kind=RowKind.ADJUSTMENT, room=None)
            pieces.append(_Piece(bucket=bucket, gross=share, drafts=(replace(draft, article="", text=PRICE_REDUCTION),)))
        return pieces

    def freight(self) -> list[_Piece]:
        """The slip's freight over the invoice's freight lines, by gross; its own net is by the carrier's tax of today and not used."""
        amount = self.slip.shipping_incl
        if not amount:
            return []
        lines = self.freight_lines or self._freight_stand_in()
        grosses = [with_vat(line.net, line.rate) for line in lines]
        whole = sum(grosses, ZERO)
        pieces = []
        for line, gross in zip(lines, grosses, strict=True):
            share = amount * gross / whole
            net = to_ore(without_vat(share, line.rate))
            if self.freight_lines:
                drafts = tuple(replace(draft, kind=RowKind.FREIGHT) for draft in self._on_line(line, net, self._freight_pieces(line), None))
            else:
                drafts = (replace(of_line(line, net=net, quantity=ONE, kind=RowKind.FREIGHT, room=None), article="", text="Frakt"),)
            pieces.append(_Piece(bucket=bucket_of(line), gross=share, drafts=drafts))
        return pieces

    def _freight_pieces(self, line: HogiaLine) -> Decimal:
        """Freight is one piece, also when a part of it was given back before."""
        pieces, _ = self._left(self.groups.get(signature(line)))
        return pieces if pieces > 0 else ZERO

    def _freight_stand_in(self) -> tuple[HogiaLine, ...]:
        """The invoice has no freight row (it was given away): the largest line at the carrier's rate, else the largest of all."""
        positive = sorted((line for line in self.original.lines if line.net > 0), key=lambda line: -line.net)
        carrier = clean_rate(self.order.carrier_tax_rate)
        at_rate = [line for line in positive if clean_rate(line.rate) == carrier]
        return tuple((at_rate or positive)[:1])

    def share(self) -> Decimal:
        """What the customer paid for what comes back: each row's pieces with their share of the discounts, and the freight."""
        total = self.slip.shipping_incl
        for row in self.slip.rows:
            line = self.lines.get(row.order_row_id)
            if line is None or row.quantity <= 0 or not line.quantity:
                total += row.total_incl
                continue
            full = with_vat(line.net, line.rate) * row.quantity / line.quantity
            total += full * (1 - self._discounted(bucket_of(line)))
        return total if self.slip.rows else total + self.slip.products_incl

    def _discounted(self, bucket: Bucket) -> Decimal:
        lines = [line for line in self.original.lines if bucket_of(line) == bucket]
        goods = sum((line.net for line in lines if line.net > 0 and line not in self.freight_lines), ZERO)
        given = -sum((line.net for line in lines if line.net < 0), ZERO)
        return min(given / goods, ONE) if goods else ZERO

    def returns_all(self) -> bool:
        """Whether every piece of every article is back with this slip, and the freight with it."""
        back: dict[int, Decimal] = {}
        for row in self.slip.rows:
            line = self.lines.get(row.order_row_id)
            group = self.groups.get(signature(line)) if line is not None else None
            if group is not None:
                back[id(group)] = back.get(id(group), ZERO) + row.quantity
        freight = {id(self.groups[signature(line)]) for line in self.freight_lines}
        goods = [
            group
            for group in self.remains.groups
            if group.first.net > 0 and id(group) not in freight and bucket_of(group.first) != self.rounding
        ]
        return all(back.get(id(group), ZERO) >= group.quantity for group in goods)


def _net(excl: Decimal, incl: Decimal, rate: Decimal, *, pieces: int) -> Decimal:
    """The shop's own net, or the gross's where the two do not agree with the rate."""
    lawful = without_vat(incl, rate)
    return excl if abs(lawful - excl) <= ORE * (pieces + 1) else lawful
