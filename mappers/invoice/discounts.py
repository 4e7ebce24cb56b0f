"""Spreading vouchers over what they discount: accounting-recordings.md 2.3.

PrestaShop stores a voucher's value incl. and excl. VAT and nothing of its split over rates. Where the rule can still be read it says the
target; in any case the two values together betray it, because each rate gives another ratio. A candidate target is accepted when sharing the
value over it, by what remains after earlier vouchers, gives the stored value excl. VAT. When none fits, the least change of the
whole-order split that meets both values is taken (`projection`), with a notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mappers.canonical import Voucher
from mappers.errors import Rejected
from mappers.invoice.components import Part
from mappers.invoice.model import Notice, RowKind, Treatment
from mappers.invoice.money import ZERO, with_vat, without_vat
from mappers.invoice.projection import project

EXACT = Decimal("0.004")  # values have six decimals, rows two
NEAR = Decimal("0.02")
OVERSHOOT = Decimal("0.05")  # how much more than it discounts a voucher may be worth before it is nonsense


@dataclass(slots=True, kw_only=True)
class Base:
    """Something a voucher can discount, with what earlier vouchers have left of it. Worked on in place, local to `spread`."""

    part: Part
    gross: Decimal = field(default=ZERO)
    net: Decimal = field(default=ZERO)

    @classmethod
    def of(cls, part: Part) -> Base:
        return cls(part=part, gross=part.gross, net=part.net)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What vouchers took off one part, positive, unrounded."""

    part: Part
    net: Decimal
    gross: Decimal


def spread(vouchers: Iterable[Voucher], parts: Sequence[Part]) -> tuple[list[Cut], list[Notice]]:
    """Share every voucher, in order, over the rows (and the freight it gives away). Raises `Rejected` DISCOUNT_UNEXPLAINED."""
    rows = [Base.of(part) for part in parts if part.kind is RowKind.ARTICLE and part.gross > 0]
    freight = [Base.of(part) for part in parts if part.kind is RowKind.FREIGHT and part.gross > 0]
    cuts: list[Cut] = []
    notices: list[Notice] = []
    for voucher in vouchers:
        _apply(voucher, rows, freight, cuts, notices)
    return cuts, notices


def _apply(voucher: Voucher, rows: list[Base], freight: list[Base], cuts: list[Cut], notices: list[Notice]) -> None:
    value, excl = voucher.value_incl, voucher.value_excl
    given = min(value, _gross(freight)) if voucher.free_shipping else ZERO
    given_excl = given * _net(freight) / _gross(freight) if given else ZERO
    target = _fitting(voucher, value - given, excl - given_excl, rows)
    if target is None and given and (whole := _fitting(voucher, value, excl, rows)) is not None:
        # The flag is set, yet the value holds no freight: a rule bound to another carrier, or freight that an earlier voucher gave.
        given, given_excl, target = ZERO, ZERO, whole
    if given:
        _cut(freight, given, given_excl, cuts)
    value, excl = value - given, excl - given_excl
    if target is not None:
        bases, assumed = target
        if value:
            _cut(bases, value, excl, cuts)
        if assumed:
            notices.append(_assumed(voucher))
        return
    shares = project(value=value, excl=excl, bases={rate: _gross(group) for rate, group in _by_rate(rows).items()})
    if shares is None:
        raise Rejected(
            "DISCOUNT_UNEXPLAINED",
            f"voucher {voucher.id} is worth {voucher.value_incl} incl. and {voucher.value_excl} excl. VAT; no split over the order's VAT rates "
            "gives both. Invoice this order by hand.",
            subject=f"voucher {voucher.id}",
        )
    for rate, net in shares.items():
        group = [base for base in rows if base.part.rate == rate and base.gross > 0]
        _cut(group, with_vat(net, rate), net, cuts)
    notices.append(_assumed(voucher))


def _assumed(voucher: Voucher) -> Notice:
    return Notice(
        code="DISCOUNT_TARGET_ASSUMED",
        message=f"What voucher {voucher.id} discounts was worked out from its values {voucher.value_incl} incl. and {voucher.value_excl} excl. VAT.",
    )


def _fitting(voucher: Voucher, value: Decimal, excl: Decimal, rows: list[Base]) -> tuple[list[Base], bool] | None:
    """The bases that the value fits and whether they were assumed; None when nothing fits."""
    left = [base for base in rows if base.gross > 0]
    if abs(value) <= NEAR and abs(excl) <= NEAR:
        return (left or rows[:1]), False
    target = _rule_target(voucher, left)
    if target and _matches(value, excl, target, NEAR):
        return target, False
    if len({base.part.rate for base in left}) == 1 and value <= _gross(left) + OVERSHOOT:
        return left, not _matches(value, excl, left, OVERSHOOT)
    without_cards = [base for base in left if base.part.treatment is not Treatment.GIFT_CARD]
    candidates = [left, without_cards, *_by_rate(without_cards).values(), *_by_rate(left).values(), *_by_product(left).values()]
    for tolerance in (EXACT, NEAR):
        for candidate in candidates:
            if candidate and _matches(value, excl, candidate, tolerance):
                return candidate, candidate is not left
    return None


def _rule_target(voucher: Voucher, rows: list[Base]) -> list[Base]:
    """What the rule says it discounts, as far as it could be read; it may have changed since, so its word is checked too."""
    rule = voucher.rule
    if rule is None:
        return []
    if rule.gift_product and not rule.reduction_percent and not rule.reduction_amount:
        return [base for base in rows if base.part.product_id == rule.gift_product]
    if rule.gift_product:
        return []  # a gift and a reduction in one value
    if rule.reduction_product > 0:
        return [base for base in rows if base.part.product_id == rule.reduction_product]
    return rows if rule.reduction_product == 0 else []


def _matches(value: Decimal, excl: Decimal, bases: list[Base], tolerance: Decimal) -> bool:
    """Whether `value`, shared over the bases, is worth `excl` without VAT: by the stored nets (which carry ITEM rounding) or by the rates."""
    gross = _gross(bases)
    if gross <= 0 or value > gross + OVERSHOOT:
        return False
    by_stored = value * _net(bases) / gross
    by_rate = value * sum((without_vat(base.gross, base.part.rate) for base in bases), ZERO) / gross
    return min(abs(by_stored - excl), abs(by_rate - excl)) <= tolerance


def _cut(bases: list[Base], value: Decimal, excl: Decimal, cuts: list[Cut]) -> None:
    """Take `value` off the bases by what remains of them; `excl` is shared by their nets, so that printed discounts stay the shop's own."""
    gross = _gross(bases)
    nets = [without_vat(base.gross, base.part.rate) for base in bases]
    net_total = sum(nets, ZERO)
    for base, net in zip(bases, nets, strict=True):
        cut = Cut(part=base.part, gross=value * base.gross / gross, net=excl * net / net_total)
        cuts.append(cut)
        base.net -= base.net * value / gross
        base.gross -= cut.gross


def _by_rate(bases: list[Base]) -> dict[Decimal, list[Base]]:
    groups: dict[Decimal, list[Base]] = {}
    for base in bases:
        if base.gross > 0:
            groups.setdefault(base.part.rate, []).append(base)
    return groups


def _by_product(bases: list[Base]) -> dict[int, list[Base]]:
    """Where unit prices were rounded before multiplying, a product's ratio is its own and not its rate's."""
    groups: dict[int, list[Base]] = {}
    for base in bases:
        groups.setdefault(base.part.product_id, []).append(base)
    return groups


def _gross(bases: Iterable[Base]) -> Decimal:
    return sum((base.gross for base in bases), ZERO)


def _net(bases: Iterable[Base]) -> Decimal:
    return sum((base.net for base in bases), ZERO)


def discount_parts(
    cuts: Sequence[Cut], *, article: str, text: str, account: int | None, gift_card_account: int
) -> tuple[list[Part], list[Notice]]:
    """One negative part per rate (and, at 0 %, per account, since accounts there are different things), largest rate first.

    `account`: where all discounts are booked; None: the account of most of what is discounted. The share that falls on a sold gift card
    never lessens the liability: it is a cost (accounting-recordings.md 2.7).
    """
    groups: dict[tuple[Decimal, Treatment | None, int], list[Cut]] = {}
    for cut in cuts:
        part = cut.part
        key = (part.rate, None, 0) if part.rate else (part.rate, part.treatment, part.account)
        groups.setdefault(key, []).append(cut)
    parts: list[Part] = []
    notices: list[Notice] = []
    for (rate, treatment, _), group in sorted(groups.items(), key=lambda item: (-item[0][0], str(item[0][1]), item[0][2])):
        gross = sum((cut.gross for cut in group), ZERO)
        if not gross:
            continue
        weight: dict[tuple[int, int | None, Treatment], Decimal] = {}
        for cut in group:
            owner = (cut.part.account, cut.part.vat_account, cut.part.treatment)
            weight[owner] = weight.get(owner, ZERO) + cut.gross
        own, vat_account, owner_treatment = max(weight, key=lambda owner: weight[owner])
        card = treatment is Treatment.GIFT_CARD
        if card:
            notices.append(
                Notice(
                    code="DISCOUNT_ON_GIFT_CARD",
                    message=f"{gross.quantize(Decimal('0.01'))} of the discount falls on a sold gift card and is booked on {gift_card_account}: "
                    "the card keeps its value. Exclude gift cards from the voucher in the shop.",
                )
            )
        parts.append(
            Part(
                kind=RowKind.DISCOUNT,
                net=-sum((cut.net for cut in group), ZERO),
                gross=-gross,
                rate=rate,
                text=text,
                article=article,
                treatment=owner_treatment,
                account=gift_card_account if card else (account or own),
                vat_account=vat_account,
            )
        )
    return parts, notices
