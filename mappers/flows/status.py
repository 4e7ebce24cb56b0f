"""What becomes of an invoice in Hogia → the order state that the merchant's rule names, never twice and never backwards.

Statuses are derived from the invoice's facts as they are now, so that steps skipped between two looks are made up for. PrestaShop is not
idempotent: the same state posted twice is two history rows, two mails and two captures (prestashop.md 1.5, payments.md 1.2), so what the
history shows is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mappers.canonical import OrderState, ShopOrder
from mappers.connection import HogiaStatus, OrderStatusRule
from mappers.errors import Misconfigured
from mappers.hogia.model import DeliveryState, HogiaInvoice, InvoiceStatus

# In the order in which they happen to a prepaid order: money first, then goods. Ends come last.
ORDER = (HogiaStatus.INVOICED, HogiaStatus.PAID, HogiaStatus.DELIVERED, HogiaStatus.CREDITED, HogiaStatus.CANCELLED)
ENDS = frozenset({HogiaStatus.CREDITED, HogiaStatus.CANCELLED})
# PrestaShop's own states with the same flags: Delivered (5) is past Shipped (4).
PAST = frozenset({(5, 4)})


def reached(invoice: HogiaInvoice, *, credited: Decimal) -> tuple[HogiaStatus, ...]:
    """Every status the invoice has reached, in the order they happen. `credited` is the sum of its credits, incl. VAT, as a positive amount."""
    if invoice.status is InvoiceStatus.CANCELLED:
        return (HogiaStatus.CANCELLED,)
    if invoice.status is InvoiceStatus.DRAFT:
        return ()
    found = [HogiaStatus.INVOICED]
    if invoice.status is InvoiceStatus.PAID:
        found.append(HogiaStatus.PAID)
    if invoice.delivery is not None and invoice.delivery.state is DeliveryState.DELIVERED:
        found.append(HogiaStatus.DELIVERED)
    if invoice.status is InvoiceStatus.CREDITED or (credited > 0 and credited >= invoice.gross):
        found.append(HogiaStatus.CREDITED)
    return tuple(sorted(found, key=ORDER.index))


def is_past(current: OrderState | None, target: OrderState) -> bool:
    """Whether the order is further than the target already: it has every mark of the target, and more."""
    if current is None:
        return False
    if (current.id, target.id) in PAST:
        return True
    return _marks(current) > _marks(target)


def _marks(state: OrderState) -> frozenset[str]:
    flags = {"paid": state.paid, "invoice": state.invoice, "delivery": state.delivery, "shipped": state.shipped}
    return frozenset(name for name, is_set in flags.items() if is_set)


def target_state(rule: OrderStatusRule, states: Mapping[int, OrderState]) -> OrderState:
    """The shop's state that a rule names; raises Misconfigured when the shop has none such."""
    state = states.get(rule.state)
    if state is None or state.deleted:
        raise Misconfigured(
            "ORDER_STATE_MISSING",
            f"the rule for {rule.hogia.value} names order state {rule.state}, which the shop does not have. Choose one of its states in the "
            "connection file (order_status) and release the order.",
        )
    return state


def has_had(order: ShopOrder, state_id: int) -> bool:
    """Whether the order is or has been in the state: what is in the history is never posted again."""
    return order.current_state == state_id or any(entry.state_id == state_id for entry in order.history)
