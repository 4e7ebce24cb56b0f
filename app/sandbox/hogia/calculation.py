"""How this Hogia computes an invoice (hogia.md 3.16). Pure; kronor in the invoice's currency, rates as fractions (0.25).

line net   = round(quantity × unitPrice × (1 − discountPercent/100), 2)
VAT        = round(Σ line nets of a rate × rate, 2), per rate; the line's own VAT is for information
gross      = net + VAT;  to pay = gross, or gross rounded to the currency's factor
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAmounts:
    quantity: Decimal
    unit_price: Decimal  # excl. VAT
    discount_percent: Decimal = Decimal(0)
    rate: Decimal = Decimal(0)  # fraction

    @property
    def net_without_discount(self) -> Decimal:
        return rounded(self.quantity * self.unit_price)

    @property
    def net(self) -> Decimal:
        return rounded(self.quantity * self.unit_price * (1 - self.discount_percent / 100))

    @property
    def vat(self) -> Decimal:
        return rounded(self.net * self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSum:
    rate: Decimal  # fraction
    net: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceAmounts:
    net: Decimal
    net_without_discount: Decimal
    rates: tuple[RateSum, ...]  # highest rate first
    vat: Decimal
    gross: Decimal
    rounding: Decimal
    to_pay: Decimal


def rounded(amount: Decimal, unit: Decimal = CENT) -> Decimal:
    """To a multiple of `unit`, half away from zero, and never minus zero."""
    return ((amount / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit).quantize(CENT) + 0


def invoice_amounts(lines: Iterable[LineAmounts], *, rounding_factor: Decimal | None = None) -> InvoiceAmounts:
    """The invoice's sums. `rounding_factor` None or 0: what is to be paid is not rounded."""
    lines = tuple(lines)
    nets: dict[Decimal, Decimal] = {}
    for line in lines:
        nets[line.rate] = nets.get(line.rate, Decimal(0)) + line.net
    rates = tuple(RateSum(rate=rate, net=net, vat=rounded(net * rate)) for rate, net in sorted(nets.items(), reverse=True))
    net = sum((each.net for each in rates), Decimal("0.00"))
    vat = sum((each.vat for each in rates), Decimal("0.00"))
    gross = net + vat
    to_pay = rounded(gross, rounding_factor) if rounding_factor else gross
    return InvoiceAmounts(
        net=net,
        net_without_discount=sum((line.net_without_discount for line in lines), Decimal("0.00")),
        rates=rates,
        vat=vat,
        gross=gross,
        rounding=to_pay - gross,
        to_pay=to_pay,
    )
