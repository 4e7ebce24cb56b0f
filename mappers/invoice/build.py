"""Order → invoice: the steps in their order (accounting-recordings.md 2.2). Pure; every subject has its own file beside this one.

    guard → rates → vouchers → freight, wrapping, fee → total explained? → regime → discounts → gross per rate → nets → rows → payments

Everything that needs a person is raised here, before any call is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from mappers.canonical import OrderRow, ShopOrder, TaxEvidence, Voucher
from mappers.connection import OrderPolicy
from mappers.errors import Rejected
from mappers.invoice import guard
from mappers.invoice.components import Part
from mappers.invoice.discounts import discount_parts, spread
from mappers.invoice.explain import Explained, explain
from mappers.invoice.fee import fee_part
from mappers.invoice.freight import derived_freight, freight_parts, wrapping_parts
from mappers.invoice.legal_rates import rates_of
from mappers.invoice.model import Invoice, InvoiceRow, Notice, RowKind, Treatment
from mappers.invoice.money import ORE, ZERO, to_ore, without_vat
from mappers.invoice.notes import difference_from_shop, rate_windows
from mappers.invoice.payments import payment_parts
from mappers.invoice.rates import row_rate
from mappers.invoice.regime import Regime, classify, regime_of
from mappers.invoice.rows import article_texts, posted, totals
from mappers.invoice.steer import gross_per_bucket, steer
from mappers.invoice.texts import closing_texts, cut
from mappers.invoice.vouchers import amount_of, discounts_of


def build_invoice(order: ShopOrder, policy: OrderPolicy, *, shop_country: str, payment_day: date | None = None, today: date) -> Invoice:
    """The invoice whose gross is what the customer was asked for, to the öre, with lawful VAT per rate.

    `shop_country`: ISO code of the seller's VAT country. `payment_day`: the day all payments are registered on; None: each on its own.
    Raises `Rejected` or `Misconfigured` with a code of `codes.py`.
    """
    guard.check(order)
    tax_day = payment_day or min(order.placed_at.date(), today)
    regime = regime_of(order, policy, shop_country=shop_country, tax_day=tax_day)
    rows, notices = _row_parts(order, policy, regime)
    discounts, paying, voucher_notices = discounts_of(order, policy)
    notices += voucher_notices
    money = _Money.of(order, discounts=discounts, paying=paying)

    extras, explained, extra_notices = _extras(order, policy, rows, money, regime)
    parts, regime_notices = classify([*rows, *extras], regime, policy)
    notices += [*extra_notices, *regime_notices]

    cuts, cut_notices = spread(discounts, parts)
    negative, negative_notices = discount_parts(
        cuts,
        article=policy.discount_article,
        text=policy.discount_text,
        account=policy.accounts.discounts,
        gift_card_account=policy.accounts.discounts_on_gift_cards,
    )
    notices += [*cut_notices, *negative_notices]
    parts = _netted([*parts, *negative]) if policy.free_freight == "net" else [*parts, *negative]

    invoice_rows = _invoice_rows(order, policy, parts, money, explained)
    net, gross, vat = totals(invoice_rows)
    assert gross == money.total, f"order {order.id}: {gross} is not {money.total}"
    registered, payment_notices = payment_parts(order, policy, total=gross, vouchers=paying, payment_day=payment_day, today=today)
    notices += [*payment_notices, *rate_windows(order, parts, regime, payment_day), *difference_from_shop(order, vat, money.paid_vat)]
    treatments = frozenset(part.treatment for part in parts if part.gross or part.is_goods)
    return Invoice(
        order_id=order.id,
        order_reference=order.reference,
        currency=order.currency.code,
        rows=(*invoice_rows, *_closing(order, policy, parts, treatments)),
        vat=vat,
        net=net,
        gross=gross,
        is_reverse_charge=Treatment.EU_BUSINESS in treatments and not any(part.rate for part in parts),
        country=regime.place.iso,
        payments=tuple(registered),
        notices=tuple(dict.fromkeys(notices)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Money:
    """The order's total with what gift cards and refund vouchers paid added back: T' of accounting-recordings.md 2.7."""

    total: Decimal
    discounts: tuple[Voucher, ...]
    paid_incl: Decimal
    paid_excl: Decimal

    @property
    def paid_vat(self) -> Decimal:
        return self.paid_incl - self.paid_excl

    @classmethod
    def of(cls, order: ShopOrder, *, discounts: tuple[Voucher, ...], paying: tuple[Voucher, ...]) -> _Money:
        paid = sum((amount_of(voucher, order.currency.decimals) for voucher in paying), ZERO)
        return cls(
            total=to_ore(order.total_paid_incl + paid),
            discounts=discounts,
            paid_incl=paid,
            paid_excl=sum((voucher.value_excl for voucher in paying), ZERO),
        )


def _row_parts(order: ShopOrder, policy: OrderPolicy, regime: Regime) -> tuple[list[Part], list[Notice]]:
    """The order's rows with their rates. Rows without quantity and amount are left out; free rows take the rate of the largest."""
    parts: list[Part] = []
    notices: list[Notice] = []
    for row in order.rows:
        if row.quantity <= 0:
            continue
        rate, notice = row_rate(row, rates_of(regime.home))
        if notice is not None:
            notices.append(notice)
        parts.append(_row_part(row, policy, rate, stated=notice is None))
    largest = max(parts, key=lambda part: part.gross, default=None)
    if largest is not None:
        parts = [replace(part, rate=largest.rate) if not part.gross and not part.net and not part.exempt_word else part for part in parts]
    return parts, notices


def _row_part(row: OrderRow, policy: OrderPolicy, rate: Decimal, *, stated: bool) -> Part:
    return Part(
        kind=RowKind.ARTICLE,
        net=_row_net(row, rate),
        gross=row.total_incl,
        rate=rate,
        text=cut(row.name, policy.row_text_length),
        article=row.reference,
        quantity=row.quantity,
        row_id=row.id,
        product_id=row.product_id,
        is_virtual=row.is_virtual,
        exempt_word=stated and row.tax_evidence is TaxEvidence.RATES,
        below=article_texts(row, policy),
    )


def _row_net(row: OrderRow, rate: Decimal) -> Decimal:
    """The shop's own net, or the gross's where the two contradict each other beyond an öre per piece (round type 1 reaches that far)."""
    lawful = without_vat(row.total_incl, rate)
    return row.total_excl if abs(lawful - row.total_excl) <= ORE * (row.quantity + 1) else to_ore(lawful)


def _extras(
    order: ShopOrder, policy: OrderPolicy, rows: Sequence[Part], money: _Money, regime: Regime
) -> tuple[list[Part], Explained, list[Notice]]:
    """Freight, wrapping and fee, once the total is explained by them. Raises `Rejected` TOTAL_MISMATCH."""
    goods: dict[Decimal, Decimal] = {}
    for part in rows:
        goods[part.rate] = goods.get(part.rate, ZERO) + part.gross
    possible = rates_of(regime.home)
    excl, incl = order.total_shipping_excl, order.total_shipping_incl
    notices: list[Notice] = []

    def explained_by(freight: Decimal, fee: Decimal) -> Explained:
        return explain(order, freight=freight, fee=fee, discounts=money.discounts, payment_vouchers=money.paid_incl)

    explained = explained_by(incl, ZERO)
    fee: Part | None = None
    if not explained.allows(money.total) and (own := derived_freight(order)) is not None:
        excl, incl = own
        explained = explained_by(incl, ZERO)
        notices.append(
            Notice(
                code="SPLIT_FREIGHT_DERIVED",
                message=f"Order {order.id} shares its reference: its own freight is {incl} incl. VAT by its totals, "
                f"stored are the whole cart's {order.total_shipping_incl}.",
            )
        )
    if not explained.allows(money.total):
        missing = money.total - explained.likely
        fee = fee_part(
            order, policy, missing=missing, freight_excl=excl, taxed=any(goods_rate for goods_rate in goods), paid_excl=money.paid_excl
        )
        if fee is not None:
            explained = explained_by(incl, fee.gross)
            notices.append(
                Notice(
                    code="PAYMENT_FEE_ADDED",
                    message=f"{order.module} added {fee.gross} incl. VAT to the total; it became the row {fee.text!r}.",
                )
            )
    if not explained.allows(money.total):
        raise _mismatch(order, money, explained, incl)
    freight = freight_parts(order, policy, excl=excl, incl=incl, goods=goods, possible=possible)
    wrapping = wrapping_parts(order, policy, goods=goods, possible=possible)
    return [*freight, *wrapping, *([fee] if fee else [])], explained, notices


def _mismatch(order: ShopOrder, money: _Money, explained: Explained, freight: Decimal) -> Rejected:
    vouchers = sum((voucher.value_incl for voucher in money.discounts), ZERO)
    parts_excl = order.total_products_excl + order.total_shipping_excl + order.total_wrapping_excl - order.total_discounts_excl
    return Rejected(
        "TOTAL_MISMATCH",
        f"rows {order.total_products_incl} + freight {freight} + wrapping {order.total_wrapping_incl} - discounts {vouchers} = {explained.parts}, "
        f"but the total is {money.total}: {money.total - explained.parts} incl. VAT is unexplained "
        f"(excl. VAT: parts {parts_excl}, total {order.total_paid_excl}). Rounding explains {explained.low} to {explained.high}: {explained.words}. "
        f"If {order.module or 'the payment module'} adds a fee, configure it under payments; otherwise correct the order in the shop.",
        subject=f"order {order.id}",
    )


def _netted(parts: Sequence[Part]) -> list[Part]:
    """Leave freight that a voucher gives away out, together with the same amount of discount (`free_freight = "net"`)."""
    kept = list(parts)
    for freight in [part for part in parts if part.kind is RowKind.FREIGHT]:
        for index, part in enumerate(kept):
            if part.kind is not RowKind.DISCOUNT or part.bucket != freight.bucket or -part.gross < freight.gross - ORE:
                continue
            less = replace(part, net=part.net + freight.net, gross=part.gross + freight.gross)
            kept = [less if at == index else other for at, other in enumerate(kept) if other is not freight]
            break
    return [part for part in kept if part.kind is not RowKind.DISCOUNT or part.gross]


def _invoice_rows(order: ShopOrder, policy: OrderPolicy, parts: Sequence[Part], money: _Money, explained: Explained) -> list[InvoiceRow]:
    """Nets steered to the gross per rate, then the rounding row that the total still needs. Raises `Rejected` ROUNDING_TOO_LARGE."""
    gross = gross_per_bucket(parts)
    rows = posted(parts, steer(parts, gross), policy)
    rounding = money.total - totals(rows)[1]
    reach = max(abs(explained.low - explained.parts), abs(explained.high - explained.parts)) + ORE * sum(1 for bucket in gross if bucket[0])
    if abs(rounding) > reach:
        raise Rejected(
            "ROUNDING_TOO_LARGE",
            f"{rounding} would have to be rounded away, more than the {reach} that the order's own rounding explains ({explained.words}).",
            subject=f"order {order.id}",
        )
    if rounding:
        rows.append(
            InvoiceRow(
                kind=RowKind.ROUNDING,
                text="Öresutjämning",
                quantity=Decimal(1),
                unit=policy.unit,
                unit_price=rounding,
                net=rounding,
                account=policy.accounts.rounding,
                treatment=Treatment.ROUNDING,
            )
        )
    return rows


def _closing(order: ShopOrder, policy: OrderPolicy, parts: Sequence[Part], treatments: frozenset[Treatment]) -> list[InvoiceRow]:
    business = [part for part in parts if part.is_goods and part.treatment is Treatment.EU_BUSINESS]
    return closing_texts(
        order,
        policy,
        treatments=treatments,
        services=any(part.is_virtual for part in business),
        goods=any(not part.is_virtual for part in business),
    )
