"""Which VAT rate a stored pair of amounts carries: the evidence ladder of accounting.md 16.3 and accounting-recordings.md 2.2.

Evidence first (tax ids, the carrier's rate), checked against the amounts; then inference among rates that are possible; else park. The
product's tax rule of today is never asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from mappers.canonical import OrderRow, TaxEvidence
from mappers.errors import Rejected
from mappers.invoice.model import Notice
from mappers.invoice.money import HUNDRED, ZERO, clean_rate, rate_key, with_vat, without_vat

UNIT_TOLERANCE = Decimal("0.000002")  # unit prices have six decimals: 156 of 156 recorded rows fit
EDITED_TOLERANCE = Decimal("0.01")  # rows edited in the back office or made by the API
AMBIGUOUS_BELOW = Decimal(1)  # cheaper units fit several rates within a hundredth


def _fits(excl: Decimal, incl: Decimal, rate: Decimal, tolerance: Decimal) -> bool:
    return abs(with_vat(excl, rate) - incl) <= tolerance


def _combined(rates: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    """Several taxes of one row: added, or one on top of the other (PrestaShop's tax rules allow both)."""
    stacked = HUNDRED
    for rate in rates:
        stacked = with_vat(stacked, rate)
    return (sum(rates, ZERO), stacked - HUNDRED)


def _tolerances(row: OrderRow) -> tuple[Decimal, ...]:
    cheap = abs(row.unit_price_excl) < AMBIGUOUS_BELOW
    return (UNIT_TOLERANCE,) if cheap else (UNIT_TOLERANCE, EDITED_TOLERANCE)


def row_rate(row: OrderRow, possible: Iterable[Decimal]) -> tuple[Decimal, Notice | None]:
    """The rate of one order row, in percent, and a notice when it had to be inferred.

    `possible`: rates to infer among. A row without a price keeps what its tax ids say, else 0. Raises `Rejected`: VAT_RATE_UNKNOWN, ECOTAX_OWN_RATE.
    """
    stated = _combined(row.tax_rates) if row.tax_evidence is TaxEvidence.RATES else (ZERO,)
    if row.unit_price_excl == 0 and row.unit_price_incl == 0:
        return clean_rate(stated[0]), None
    known = row.tax_evidence is not TaxEvidence.UNRESOLVED
    for tolerance in _tolerances(row):
        for rate in stated if known else ():
            if _fits(row.unit_price_excl, row.unit_price_incl, rate, tolerance):
                return clean_rate(rate), None
    _refuse_ecotax_of_its_own(row, stated[0])
    inferred = _infer(row, tuple(possible))
    if inferred is None:
        raise Rejected(
            "VAT_RATE_UNKNOWN",
            f"row {row.id}: {row.unit_price_excl} excl. and {row.unit_price_incl} incl. VAT fit neither its tax "
            f"({', '.join(rate_key(rate) for rate in row.tax_rates) or row.tax_evidence}) nor a Swedish rate. Check the row's tax in the shop.",
            subject=f"row {row.id}",
        )
    return inferred, Notice(
        code="VAT_RATE_INFERRED",
        message=f"Row {row.id}: {rate_key(inferred)} % was read from the prices; its tax id ({row.tax_evidence}) does not fit them.",
    )


def _infer(row: OrderRow, possible: tuple[Decimal, ...]) -> Decimal | None:
    for tolerance in _tolerances(row):
        fitting = [rate for rate in possible if _fits(row.unit_price_excl, row.unit_price_incl, rate, tolerance)]
        if len(fitting) == 1:
            return clean_rate(fitting[0])
    return None


def _refuse_ecotax_of_its_own(row: OrderRow, rate: Decimal) -> None:
    """Ecotax lies inside the unit price and has the product's rate in every recorded row; two rates in one row have no place on an invoice."""
    if row.ecotax <= 0 or row.ecotax_rate == rate:
        return
    product = row.unit_price_excl - row.ecotax
    if abs(with_vat(product, rate) + with_vat(row.ecotax, row.ecotax_rate) - row.unit_price_incl) <= EDITED_TOLERANCE:
        raise Rejected(
            "ECOTAX_OWN_RATE",
            f"row {row.id}: ecotax {row.ecotax} is taxed at {rate_key(row.ecotax_rate)} %, the product at {rate_key(rate)} %. "
            "Give ecotax the product's tax rule, or invoice this order by hand.",
            subject=f"row {row.id}",
        )


def amounts_rate(*, excl: Decimal, incl: Decimal, unit: Decimal, candidates: Iterable[Decimal]) -> Decimal | None:
    """The first candidate that explains two stored amounts, each rounded to the shop's unit; None when none does."""
    for rate in candidates:
        slack = unit / 2 * (1 + (HUNDRED + rate) / HUNDRED) + UNIT_TOLERANCE
        if _fits(excl, incl, rate, slack):
            return clean_rate(rate)
    return None


def proportional(*, excl: Decimal, incl: Decimal, goods: Mapping[Decimal, Decimal]) -> dict[Decimal, Decimal] | None:
    """Split `incl` over the goods' rates by their nets, when that gives `excl` (PS_ATCP_SHIPWRAP; accounting.md 6).

    `goods`: gross per rate. Returns unrounded gross per rate, or None when the nets disagree by more than 0.02.
    """
    positive = {rate: gross for rate, gross in goods.items() if gross > 0}
    total = sum(positive.values(), ZERO)
    if len(positive) < 2 or total <= 0:
        return None
    shares = {rate: incl * gross / total for rate, gross in positive.items()}
    if abs(sum((without_vat(gross, rate) for rate, gross in shares.items()), ZERO) - excl) > Decimal("0.02"):
        return None
    return shares
