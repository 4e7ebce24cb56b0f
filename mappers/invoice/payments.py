"""Money that has come in for an order: what to register on its invoice (accounting-recordings.md 4.8).

One part per `order_payments.id`, never more than what is left to pay, nothing invented: what the shop does not hold stays open, with a
notice. Payments hang on the order's *reference*, which split orders share; they are allocated oldest first to the orders in the order of
their ids, so that each of the orders, looked at alone, comes to the same split.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from mappers.canonical import OrderPayment, ShopOrder, Voucher
from mappers.connection import OrderPolicy, PaymentRule, RegisterPayment
from mappers.invoice.model import Notice, PaymentPart
from mappers.invoice.money import ZERO, to_ore
from mappers.invoice.vouchers import amount_of

BOOKKEEPING_TIME = ZoneInfo("Europe/Stockholm")  # a payment's day is the day it has in the books


def has_been_paid(order: ShopOrder) -> bool:
    """Whether the order is, or has been, in a state flagged paid. A state that could not be read counts as unpaid."""
    visited = {order.current_state, *(entry.state_id for entry in order.history)}
    return any(state.paid for ident, state in order.states.items() if ident in visited)


def payment_parts(
    order: ShopOrder,
    policy: OrderPolicy,
    *,
    total: Decimal,
    vouchers: tuple[Voucher, ...],
    payment_day: date | None,
    today: date,
) -> tuple[list[PaymentPart], list[Notice]]:
    """What to register, first what gift cards and refund vouchers pay, then the shop's payments.

    `total`: the invoice's gross. `payment_day`: the day every payment gets (a closed period, say); None: each payment's own day.
    """
    parts = [
        PaymentPart(
            key=f"voucher-{voucher.id}",
            amount=amount_of(voucher, order.currency.decimals),
            account=policy.accounts.gift_cards,
            on=payment_day or min(order.placed_at.astimezone(BOOKKEEPING_TIME).date(), today),
            reference="",
        )
        for voucher in vouchers
    ]
    due = total - sum((part.amount for part in parts), ZERO)
    rule = policy.payments.get(order.module, policy.default_payment)
    if rule.register is RegisterPayment.NEVER or not has_been_paid(order):
        return parts, []
    notices: list[Notice] = []
    usable = _usable(order, notices)
    shares = _allocate(order, usable, due)
    for payment, amount in shares:
        own = _rule_of(payment, order, policy)
        if own.register is RegisterPayment.NEVER:
            continue
        parts.append(
            PaymentPart(
                key=f"payment-{payment.id}",
                amount=amount,
                account=own.account,
                on=payment_day or payment.paid_at.astimezone(BOOKKEEPING_TIME).date(),
                reference=payment.transaction_id,
            )
        )
    _note(order, usable, due, sum((amount for _, amount in shares), ZERO), notices)
    return parts, notices


def _rule_of(payment: OrderPayment, order: ShopOrder, policy: OrderPolicy) -> PaymentRule:
    """By the payment's own text where the merchant has named it, else by the order's module, else the default."""
    return policy.payments.get(payment.method) or policy.payments.get(order.module) or policy.default_payment


def _usable(order: ShopOrder, notices: list[Notice]) -> list[tuple[OrderPayment, Decimal]]:
    """Payments in the order's currency with their positive amounts, oldest first; money that went back is taken off the newest."""
    ordered = sorted(order.payments, key=lambda payment: (payment.paid_at, payment.id))
    foreign = [payment for payment in ordered if payment.currency_id != order.currency.id and payment.amount]
    if foreign:
        notices.append(
            Notice(
                code="PAYMENT_CURRENCY",
                message=f"Payment {', '.join(str(payment.id) for payment in foreign)} is in another currency than the order and was not registered.",
            )
        )
    amounts = [(payment, to_ore(payment.amount)) for payment in ordered if payment.currency_id == order.currency.id]
    back = -sum((amount for _, amount in amounts if amount < 0), ZERO)
    kept = [(payment, amount) for payment, amount in amounts if amount > 0]
    if back:
        notices.append(Notice(code="PAYMENT_NEGATIVE", message=f"{back} went back to the customer; the payments were lowered by it."))
    lowered = []
    for payment, amount in reversed(kept):
        taken = min(back, amount)
        back -= taken
        if amount - taken:
            lowered.append((payment, amount - taken))
    return lowered[::-1]


def _allocate(order: ShopOrder, payments: list[tuple[OrderPayment, Decimal]], due: Decimal) -> list[tuple[OrderPayment, Decimal]]:
    """This order's share of the reference's payments: earlier orders are filled first."""
    ahead = sum((sibling.total_paid_incl for sibling in order.siblings if sibling.order_id < order.id), ZERO)
    shares = []
    for payment, amount in payments:
        passed = min(ahead, amount)
        ahead -= passed
        mine = min(amount - passed, due)
        if mine > 0:
            due -= mine
            shares.append((payment, mine))
    return shares


def _note(order: ShopOrder, payments: list[tuple[OrderPayment, Decimal]], due: Decimal, registered: Decimal, notices: list[Notice]) -> None:
    """Say where payments and totals differ; nothing is invented and nothing hidden."""
    paid = sum((amount for _, amount in payments), ZERO)
    asked = due + sum((sibling.total_paid_incl for sibling in order.siblings), ZERO)
    if order.siblings and paid < asked:
        notices.append(
            Notice(
                code="SPLIT_PAYMENT_SHORT",
                message=f"The orders of reference {order.reference} ask for {asked} together, their payments are {paid}; "
                f"{registered} of {due} was registered here, oldest order first.",
            )
        )
    elif paid > asked:
        notices.append(
            Notice(
                code="PAYMENT_ABOVE_TOTAL",
                message=f"The payments are {paid}, {paid - asked} more than was asked for. The surplus is an advance (2420) or to be refunded.",
            )
        )
    elif due > 0 and not paid:
        notices.append(
            Notice(
                code="PAYMENT_MISSING",
                message="The order is in a paid state, but the shop holds no payment for it. Nothing was registered.",
            )
        )
    elif registered < due:
        notices.append(
            Notice(code="PAYMENT_SHORT", message=f"The payments are {registered} of {due}. The invoice stays open with {due - registered}.")
        )
