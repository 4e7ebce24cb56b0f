"""The parts of an order that carry money, each with one rate, net and gross as the shop stored them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from mappers.invoice.model import RowKind, Treatment


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One component. Amounts in the order's currency, not yet rounded to öre; discounts are negative.

    `treatment`, `account` and `vat_account` are filled in by `regime.classify`.
    """

    kind: RowKind
    net: Decimal
    gross: Decimal
    rate: Decimal
    text: str
    article: str = ""
    quantity: int = 1
    row_id: int | None = None
    product_id: int = 0
    is_virtual: bool = False
    exempt_word: bool = False  # the shop itself says 0 %: a tax id with rate 0, not a missing one
    below: tuple[str, ...] = ()  # text rows that follow it
    treatment: Treatment = Treatment.SWEDEN
    account: int = 0
    vat_account: int | None = None

    @property
    def bucket(self) -> tuple[Decimal, Treatment | None]:
        """What is summed for VAT. At 0 % never rate alone: a liability, an export and a rounding row are different things (2.6)."""
        return (self.rate, None if self.rate else self.treatment)

    @property
    def is_goods(self) -> bool:
        return self.kind is RowKind.ARTICLE
