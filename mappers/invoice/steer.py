"""From gross per VAT rate to row nets that the accounting system turns into exactly that gross (accounting-recordings.md 2.2, 6-10; 2.8).

The accounting system computes VAT per rate on the sum of nets. Not every gross can be reached so: at 25 % every fifth öre amount has no net
(accounting.md 16.6). The VAT is then held and the missing öre goes to a 0 % rounding row.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from mappers.invoice.components import Part
from mappers.invoice.model import RowKind
from mappers.invoice.money import ORE, ZERO, erp_vat, legal_vat, round_together, to_ore, without_vat

OWN_REASON = Decimal("0.004")  # kronor: less than this between a row's gross-derived and stored net is no reason to move it
PRICE = Decimal("0.0001")  # unit prices have at most four decimals (hogia.md 3.8)

Bucket = tuple[Decimal, object]


def best_net(gross: Decimal, rate: Decimal, near: Decimal) -> Decimal:
    """The net whose VAT brings it closest to `gross`; ties: the lawful VAT, then closest to `near` (what the shop has)."""
    if rate == 0:
        return gross
    start = to_ore(without_vat(gross, rate))
    vat = legal_vat(gross, rate)
    return min(
        (start + ORE * step for step in range(-4, 5)),
        key=lambda net: (abs(net + erp_vat(net, rate) - gross), erp_vat(net, rate) != vat, abs(net - near)),
    )


def gross_per_bucket(parts: Sequence[Part]) -> dict[Bucket, Decimal]:
    """G_r: every part's gross, discounts off, rounded to öre so that the sum is the rounded sum."""
    sums: dict[Bucket, Decimal] = {}
    for part in parts:
        sums[part.bucket] = sums.get(part.bucket, ZERO) + part.gross
    return dict(zip(sums, round_together(list(sums.values())), strict=True))


def steer(parts: Sequence[Part], gross: dict[Bucket, Decimal]) -> list[Decimal]:
    """A net for each part, in öre, so that each rate's sum is its best net.

    Öre by öre, the row moves whose own gross speaks most for it; without such a row the discount of that rate, else the largest row. So
    discounts and prices keep what the shop printed whenever some row explains the öre.
    """
    nets = [to_ore(part.net) for part in parts]
    pulls = [_pull(part, net) for part, net in zip(parts, nets, strict=True)]
    for bucket, amount in gross.items():
        group = [index for index, part in enumerate(parts) if part.bucket == bucket]
        stored = sum((nets[index] for index in group), ZERO)
        left = best_net(amount, parts[group[0]].rate, stored) - stored
        while left:
            step = ORE if left > 0 else -ORE
            index = _mover(parts, nets, pulls, group, 1 if left > 0 else -1)
            nets[index] += step
            pulls[index] -= step
            left -= step
    return nets


def _pull(part: Part, net: Decimal) -> Decimal:
    """How far a row's own gross would move its net. A discount is printed as given: it only moves when no row has a reason."""
    return ZERO if part.kind is RowKind.DISCOUNT else without_vat(part.gross, part.rate) - net


def _mover(parts: Sequence[Part], nets: Sequence[Decimal], pulls: Sequence[Decimal], group: Sequence[int], sign: int) -> int:
    best = max(group, key=lambda index: (pulls[index] * sign, parts[index].kind is RowKind.DISCOUNT, abs(nets[index])))
    if pulls[best] * sign >= OWN_REASON:
        return best
    discounts = [index for index in group if parts[index].kind is RowKind.DISCOUNT]
    return discounts[0] if discounts else max(group, key=lambda index: abs(nets[index]))


def unit_price(net: Decimal, quantity: int) -> tuple[Decimal, Decimal]:
    """(price, rest): the four-decimal price with round(quantity * price, 2) = net - rest. The rest is 0 up to a quantity of 100."""
    price = (net / quantity).quantize(PRICE, ROUND_HALF_UP) + ZERO
    for candidate in (price, price + PRICE, price - PRICE):
        if to_ore(candidate * quantity) == net:
            return candidate, ZERO
    return price, net - to_ore(price * quantity)
