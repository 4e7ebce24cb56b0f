"""What is left of an invoice once its credits are taken off: per VAT rate, per line, in total. All from Hogia's own lines.

The shop may have edited its order since, and the ledger may be lost: what was invoiced stands in Hogia and nowhere else. Amounts are positive
kronor in the invoice's currency; a credit's lines have negative quantities and are turned round here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mappers.hogia.model import HogiaInvoice, HogiaLine, InvoiceStatus
from mappers.invoice.model import Invoice, RowKind
from mappers.invoice.money import ZERO, clean_rate, erp_vat

ROUNDING_ACCOUNT = 3740

Bucket = tuple[Decimal, int]  # (rate in percent, account): the account counts at 0 % only, where a liability is no sale (2.6)
Signature = tuple[int, Decimal, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Net and VAT of one bucket."""

    net: Decimal = ZERO
    vat: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    def plus(self, other: Sum, sign: int = 1) -> Sum:
        return Sum(net=self.net + sign * other.net, vat=self.vat + sign * other.vat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The lines of one article (or one text) at one rate and account, and what is left of them."""

    lines: tuple[HogiaLine, ...]
    quantity: Decimal
    net: Decimal

    @property
    def first(self) -> HogiaLine:
        return self.lines[0]

    @property
    def is_untouched(self) -> bool:
        return self.quantity == sum((line.quantity for line in self.lines), ZERO) and self.net == sum(
            (line.net for line in self.lines), ZERO
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What may still be credited. `taken` is what has been, by bucket; `credits` how many credits that was."""

    gross: Decimal
    buckets: Mapping[Bucket, Sum]
    taken: Mapping[Bucket, Sum]
    groups: tuple[Group, ...]
    credits: int

    @property
    def is_nothing(self) -> bool:
        return self.gross <= 0


def bucket_of(line: HogiaLine) -> Bucket:
    return (clean_rate(line.rate), 0 if line.rate else line.account)


def living(credits_: Iterable[HogiaInvoice]) -> tuple[HogiaInvoice, ...]:
    """The credits that stand: a cancelled one gives its original back (hogia.md 3.9), a draft counts."""
    return tuple(credit for credit in credits_ if credit.status is not InvoiceStatus.CANCELLED)


def remains_of(original: HogiaInvoice, credits_: Sequence[HogiaInvoice]) -> Remains:
    """What is left of the original."""
    standing = living(credits_)
    buckets = sums_of(original)
    taken: dict[Bucket, Sum] = {}
    for credit in standing:
        for bucket, amount in sums_of(credit).items():
            taken[bucket] = taken.get(bucket, Sum()).plus(amount, -1)
    left = {bucket: amount.plus(taken.get(bucket, Sum()), -1) for bucket, amount in buckets.items()}
    left |= {bucket: Sum().plus(amount, -1) for bucket, amount in taken.items() if bucket not in buckets}
    return Remains(
        gross=original.gross + sum((credit.gross for credit in standing), ZERO),
        buckets=left,
        taken=taken,
        groups=_groups(original, standing),
        credits=len(standing),
    )


def sums_of(document: HogiaInvoice) -> dict[Bucket, Sum]:
    """Net and VAT per bucket as the document has them; VAT that Hogia did not spell out is computed as it would."""
    nets: dict[Bucket, Decimal] = {}
    for line in document.lines:
        bucket = bucket_of(line)
        nets[bucket] = nets.get(bucket, ZERO) + line.net
    stated = {clean_rate(rate): amount for rate, amount in document.vat_per_rate.items()}
    return {
        (rate, account): Sum(net=net, vat=stated.get(rate, erp_vat(net, rate)) if rate else ZERO) for (rate, account), net in nets.items()
    }


def _groups(original: HogiaInvoice, credits_: Sequence[HogiaInvoice]) -> tuple[Group, ...]:
    members: dict[Signature, list[HogiaLine]] = {}
    for line in original.lines:
        members.setdefault(signature(line), []).append(line)
    texts = {_by_text(line): signature(line) for line in reversed(original.lines)}
    quantities = {key: sum((line.quantity for line in lines), ZERO) for key, lines in members.items()}
    nets = {key: sum((line.net for line in lines), ZERO) for key, lines in members.items()}
    for line in (line for credit in credits_ for line in credit.lines):
        own = signature(line)
        key = own if own in members else texts.get(_by_text(line))
        # A row that goes against its line's direction (a deduction on its article's account) is no return of it.
        if key is not None and (nets[key] or line.net) * line.net <= 0:
            quantities[key] += line.quantity
            nets[key] += line.net
    return tuple(Group(lines=tuple(lines), quantity=quantities[key], net=nets[key]) for key, lines in members.items())


def signature(line: HogiaLine) -> Signature:
    """What a line is recognised by on its credit: account, rate, article number, else text."""
    return (line.account, clean_rate(line.rate), f"#{line.article.strip().casefold()}" if line.article.strip() else line.text.strip())


def _by_text(line: HogiaLine) -> Signature:
    return (line.account, clean_rate(line.rate), line.text.strip())


def planned(invoice: Invoice, original: HogiaInvoice) -> HogiaInvoice:
    """A credit that is decided and not yet made, as it will stand in Hogia: what comes after it sees less left."""
    amounts = [row for row in invoice.rows if row.kind is not RowKind.TEXT]
    return HogiaInvoice(
        id="",
        number=None,
        status=InvoiceStatus.OPEN,
        reference="",
        customer_number=original.customer_number,
        currency=invoice.currency,
        net=-invoice.net,
        vat=invoice.net - invoice.gross,
        gross=-invoice.gross,
        to_pay=-invoice.gross,
        paid=ZERO,
        left_to_pay=-invoice.gross,
        vat_per_rate={line.rate: -line.vat for line in invoice.vat},
        credits=original.id,
        lines=tuple(
            HogiaLine(
                index=index,
                text=row.text,
                article=row.article,
                quantity=-row.quantity,
                unit_price=row.unit_price,
                net=-row.net,
                rate=row.rate,
                account=row.account,
                vat_account=row.vat_account,
            )
            for index, row in enumerate(amounts)
        ),
    )
