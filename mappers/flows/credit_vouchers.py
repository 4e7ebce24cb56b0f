"""Refunds that the shop gave as a voucher instead of money (accounting-recordings.md 2.7, prestashop.md 9).

PrestaShop makes a cart rule `V<its id>C<customer>O<order>` and does not say for which slip. The amount tells; where it does not, no money is
given back for a slip that the voucher may belong to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from mappers.canonical import CartRule, Slip
from mappers.invoice.money import to_ore
from mappers.snapshot import AfterSnapshot

GIVEN = re.compile(r"V\d+C\d+O(\d+)", re.IGNORECASE)  # with `-2` behind it is the rest of one that was used in part


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundVouchers:
    """`codes`: slip -> the voucher it became; `doubtful`: slips that one of the `unclear` vouchers may belong to. Slips are named by their ids."""

    codes: Mapping[str, str]
    doubtful: frozenset[str] = frozenset()
    unclear: tuple[str, ...] = ()


def vouchers_of_slips(snapshot: AfterSnapshot) -> RefundVouchers:
    """Which slips became vouchers, by amount, the oldest first."""
    vouchers = [rule for rule in sorted(snapshot.cart_rules, key=lambda rule: rule.id) if _order_of(rule) == snapshot.order.id]
    slips = {slip.id: slip for slip in sorted(snapshot.slips, key=lambda slip: slip.id)}
    codes: dict[str, str] = {}
    unclear = []
    for rule in vouchers:
        slip = next((slip for slip in slips.values() if to_ore(rule.reduction_amount) in _amounts(slip)), None)
        if slip is None:
            unclear.append(rule.code)
        else:
            codes[str(slip.id)] = rule.code
            del slips[slip.id]
    doubtful = frozenset(str(ident) for ident in slips) if unclear and slips else frozenset()
    return RefundVouchers(codes=codes, doubtful=doubtful, unclear=tuple(unclear) if doubtful else ())


def _order_of(rule: CartRule) -> int:
    found = GIVEN.fullmatch(rule.code.strip())
    return int(found.group(1)) if found else 0


def _amounts(slip: Slip) -> set[Decimal]:
    """What the voucher may be worth: with or without the freight, incl. or excl. VAT."""
    incl, excl = slip.products_incl, slip.products_excl
    return {to_ore(amount) for amount in (incl, incl + slip.shipping_incl, excl, excl + slip.shipping_excl) if amount}
