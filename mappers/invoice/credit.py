"""Order slip → credit invoice, and the full credit of what is left. Pure; never more than the invoice, per VAT rate and in total.

A slip's own fields lie: it ignores vouchers, so several slips may give back more than was paid (accounting.md 17). The shop is followed up to
what is left of the invoice, which is what the customer was promised; above it a person chooses, or the rule caps it at the rest.
The last credit takes everything that is left, the rounding row included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from mappers.canonical import ShopOrder, Slip
from mappers.connection import MoreThanInvoiced, OrderPolicy
from mappers.errors import Rejected
from mappers.hogia.model import HogiaInvoice
from mappers.invoice.credit_remains import ROUNDING_ACCOUNT, Bucket, Remains, Sum, living, remains_of
from mappers.invoice.credit_rows import Draft, finished, mirrored
from mappers.invoice.credit_slip import Asked, asked_of
from mappers.invoice.model import Invoice, InvoiceRow, Notice
from mappers.invoice.money import ORE, ZERO, rate_key
from mappers.invoice.rows import totals

WORTH_TELLING = Decimal("0.05")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """The invoice that is credited, what is left of it, and whose order it is."""

    original: HogiaInvoice
    remains: Remains
    order_id: int
    order_reference: str
    rounding_account: int

    @property
    def rounding(self) -> Bucket:
        return (ZERO, self.rounding_account)


def build_credit(
    slip: Slip,
    order: ShopOrder,
    policy: OrderPolicy,
    *,
    original: HogiaInvoice,
    credits: tuple[HogiaInvoice, ...],  # noqa: A002 - the bookkeeper's word
    more_than_invoiced: MoreThanInvoiced,
) -> Invoice:
    """The credit of one slip, in positive amounts. `original` and its `credits` as they stand in Hogia, with their lines.

    Raises `Rejected` CREDIT_EXCEEDS_INVOICE where the slip gives back more than is left and the rule is hold; NOTHING_LEFT_TO_CREDIT,
    CREDIT_WITHOUT_AMOUNT, CREDIT_RATE_UNKNOWN, CREDIT_LINES_DIFFER, CREDIT_NOT_BALANCED.
    """
    base = _base(original, credits, order_id=order.id, reference=order.reference, rounding_account=policy.accounts.rounding)
    remains = base.remains
    asked = asked_of(slip, order, policy, original, remains)
    if asked.total <= 0:
        raise Rejected(
            "CREDIT_WITHOUT_AMOUNT",
            f"slip {slip.id} gives back {asked.total} incl. VAT. There is nothing to credit; discard it.",
            subject=f"slip {slip.id}",
        )
    slack = _slack(slip, base)
    over = frozenset(bucket for bucket, gross in asked.gross.items() if gross > _left(remains, bucket) + slack)
    exceeds = bool(over) or asked.total > remains.gross + slack
    if exceeds and (more_than_invoiced is MoreThanInvoiced.HOLD or remains.is_nothing):
        raise _exceeds(slip, original, asked, remains, over)
    wanted = {bucket: min(gross, _left(remains, bucket)) for bucket, gross in asked.gross.items()}
    total = min(sum(wanted.values(), ZERO) if over else asked.total, remains.gross)
    if total <= 0:
        raise _exceeds(slip, original, asked, remains, over)
    if _takes_all(base, wanted, total, slack if asked.returns_all else ZERO):
        total = remains.gross
        return _invoice(base, _rest_rows(base), _notices(slip, original, asked, total=total, capped=exceeds))
    drafts = [draft for draft in asked.drafts if draft.bucket not in over] + _rest_of(base, over)
    rows = finished(drafts, wanted, total, remains, rounding_account=base.rounding_account, allowed=slack + ORE * (len(wanted) + 1))
    return _invoice(base, rows, _notices(slip, original, asked, total=total, capped=exceeds))


def full_credit(
    original: HogiaInvoice,
    credits: Sequence[HogiaInvoice],  # noqa: A002
    *,
    order_id: int = 0,
    order_reference: str = "",
    rounding_account: int = ROUNDING_ACCOUNT,
) -> Invoice:
    """The mirror of what is left of the invoice, from Hogia's own lines: nothing of the shop is asked.

    Raises `Rejected` NOTHING_LEFT_TO_CREDIT, CREDIT_LINES_DIFFER, CREDIT_NOT_BALANCED.
    """
    reference = order_reference or original.order_number
    base = _base(original, credits, order_id=order_id, reference=reference, rounding_account=rounding_account)
    if base.remains.is_nothing:
        raise Rejected(
            "NOTHING_LEFT_TO_CREDIT",
            f"invoice {original.number} is credited in full already. There is nothing left to credit.",
            subject=original.reference,
        )
    return _invoice(base, _rest_rows(base), ())


def _base(original: HogiaInvoice, credits_: Sequence[HogiaInvoice], *, order_id: int, reference: str, rounding_account: int) -> _Base:
    """Raises `Rejected` CREDIT_LINES_DIFFER where Hogia's lines do not add up to its totals: nothing can be mirrored then."""
    for document in (original, *living(credits_)):
        lines = sum((line.net for line in document.lines), ZERO)
        if lines != document.net:
            raise Rejected(
                "CREDIT_LINES_DIFFER",
                f"the lines of {document.number or document.id} in Hogia add up to {lines} excl. VAT, its total says {document.net}, so what is left "
                "of the invoice cannot be told. Credit it by hand in Hogia and discard this here.",
                subject=original.reference,
            )
    return _Base(
        original=original,
        remains=remains_of(original, credits_),
        order_id=order_id,
        order_reference=reference,
        rounding_account=rounding_account,
    )


def _left(remains: Remains, bucket: Bucket) -> Decimal:
    return max(remains.buckets.get(bucket, Sum()).gross, ZERO)


def _slack(slip: Slip, base: _Base) -> Decimal:
    """What rounding alone may put between a slip and what is left: half an öre a row, an öre a credit, the invoice's own rounding row."""
    rows = (ORE / 2 * (len(slip.rows) + 4)).quantize(ORE, ROUND_DOWN)
    own = sum((abs(line.net) for line in base.original.lines if not line.rate and line.account == base.rounding_account), ZERO)
    return rows + ORE * base.remains.credits + own


def _takes_all(base: _Base, wanted: dict[Bucket, Decimal], total: Decimal, slack: Decimal) -> bool:
    """Whether nothing is left of any rate once this is credited, give or take `slack`."""
    rest = {bucket: each.gross for bucket, each in base.remains.buckets.items() if bucket != base.rounding}
    every_rate = all(gross - wanted.get(bucket, ZERO) <= slack for bucket, gross in rest.items())
    return total == base.remains.gross or (every_rate and total >= base.remains.gross - slack) or (every_rate and not slack)


def _rest_of(base: _Base, buckets: frozenset[Bucket]) -> list[Draft]:
    """What is left of the lines of these buckets, discounts included."""
    groups = [group for group in base.remains.groups if (group.first.rate, 0 if group.first.rate else group.first.account) in buckets]
    return [draft for group in groups for draft in mirrored(group)]


def _rest_rows(base: _Base) -> list[InvoiceRow]:
    remains = base.remains
    buckets = frozenset(bucket for bucket in remains.buckets if bucket != base.rounding)
    wanted = {bucket: remains.buckets[bucket].gross for bucket in remains.buckets if bucket in buckets}
    own = abs(remains.buckets.get(base.rounding, Sum()).net)
    return finished(
        _rest_of(base, buckets),
        wanted,
        remains.gross,
        remains,
        rounding_account=base.rounding_account,
        allowed=own + ORE * (len(wanted) + remains.credits + 1),
    )


def _invoice(base: _Base, rows: list[InvoiceRow], notices: tuple[Notice, ...]) -> Invoice:
    net, gross, vat = totals(rows)
    assert 0 < gross <= base.remains.gross, f"{gross} of {base.remains.gross}"
    return Invoice(
        order_id=base.order_id,
        order_reference=base.order_reference,
        currency=base.original.currency,
        rows=tuple(rows),
        vat=vat,
        net=net,
        gross=gross,
        is_reverse_charge=base.original.is_reverse_charge,
        country="",
        notices=notices,
    )


def _exceeds(slip: Slip, original: HogiaInvoice, asked: Asked, remains: Remains, over: frozenset[Bucket]) -> Rejected:
    rates = "; ".join(
        f"{rate_key(bucket[0])} %: {asked.gross[bucket]} of {_left(remains, bucket)}" for bucket in sorted(over, reverse=True)
    )
    return Rejected(
        "CREDIT_EXCEEDS_INVOICE",
        f"slip {slip.id} gives back {asked.total} incl. VAT, and {max(remains.gross, ZERO)} of invoice {original.number} is left"
        f"{f' ({rates})' if rates else ''}: it ignores a voucher, or the money was given back before. Set refunds.more_than_invoiced to "
        '"cap" and release the order to credit what is left, or credit by hand in Hogia and discard it here.',
        subject=f"slip {slip.id}",
    )


def _notices(slip: Slip, original: HogiaInvoice, asked: Asked, *, total: Decimal, capped: bool) -> tuple[Notice, ...]:
    found = []
    said = f"Slip {slip.id} gives back {asked.total} incl. VAT, {total} was credited"
    if capped:
        found.append(
            Notice(code="CREDIT_CAPPED", message=f"{said}: what was left of invoice {original.number}, as refunds.more_than_invoiced says.")
        )
    elif total != asked.total:
        found.append(
            Notice(code="CREDIT_ROUNDED", message=f"{said}: the difference is rounding, and invoice {original.number} has no more.")
        )
    above = asked.total - asked.share
    if above > WORTH_TELLING and not capped:
        found.append(
            Notice(
                code="CREDIT_ABOVE_SHARE",
                message=f"Slip {slip.id} gives back {asked.total} incl. VAT, {above} more than the customer paid for it: it ignores a voucher.",
            )
        )
    return tuple(found)
