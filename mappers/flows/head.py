"""The head of an invoice: its day, its due day, its references, its addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mappers.canonical import EntityKey, Kind, ShopOrder
from mappers.connection import Connection, InvoiceDate, OrderPolicy, PaymentRule, Shop
from mappers.customer import ContactCard, your_reference
from mappers.errors import Misconfigured
from mappers.flows.eligibility import has_been, transfer_states
from mappers.invoice.model import Invoice, InvoiceDocument, InvoiceRow, RowKind
from mappers.template import fill


def payment_rule(order: ShopOrder, policy: OrderPolicy) -> PaymentRule:
    """The rule of the order's payment module."""
    return policy.payments.get(order.module, policy.default_payment)


def is_paid(order: ShopOrder) -> bool:
    """Whether the order is, or has been, in a state that is flagged paid (prestashop.md 4 and 8: the state says it, not the payments)."""
    return has_been(order, frozenset(state.id for state in order.states.values() if state.paid))


def invoice_day(order: ShopOrder, policy: OrderPolicy, *, now: datetime, zone: ZoneInfo) -> date:
    """Which day the invoice bears, in the shop's time zone, by `policy.invoice_date`; never a day to come."""
    reached = [entry.at for entry in order.history if entry.state_id in transfer_states(order.states, policy)]
    paid = [payment.paid_at for payment in order.payments if payment.amount > 0]
    moments = {
        InvoiceDate.PLACED: order.placed_at,
        InvoiceDate.PAID: max(paid) if paid and is_paid(order) else order.invoiced_at or now,
        InvoiceDate.TRANSFER_STATE: min(reached) if reached else order.invoiced_at or now,
        InvoiceDate.TODAY: now,
    }
    return min(moments[policy.invoice_date], now).astimezone(zone).date()


def terms_days(order: ShopOrder, policy: OrderPolicy) -> int:
    """Days until the invoice is due: the payment module's, else none for a paid order and the shop's own for the rest."""
    rule = payment_rule(order, policy)
    if rule.terms_days is not None:
        return rule.terms_days
    return 0 if is_paid(order) else policy.payment_terms_days


def invoice_reference(shop: Shop, order_id: int, version: int = 1) -> str:
    """What an invoice is looked up by (hogia.md 3.8): `PS:{id_shop}:{order}:INV`, behind the shop's prefix.

    An order that was edited, credited and invoiced anew has `INV-2` and so on.
    """
    later = "" if version == 1 else f"-{version}"
    return f"{shop.orders.invoice_reference_prefix}PS:{shop.id_shop}:{order_id}:INV{later}"


def order_of_reference(connection: Connection, reference: str) -> EntityKey | None:
    """Whose order an invoice or credit with this reference is, or None when the reference is not ours."""
    for shop in connection.shops:
        start = f"{shop.orders.invoice_reference_prefix}PS:{shop.id_shop}:"
        order, _, what = reference.removeprefix(start).partition(":")
        if reference.startswith(start) and order.isdigit() and what.startswith(("INV", "CRE")):
            return EntityKey(shop=shop.key, kind=Kind.ORDER, id=order)
    return None


def filled(template: str, order: ShopOrder, *, setting: str) -> str:
    """A template of the connection file with `{reference}` and `{id}` filled in; raises Misconfigured for any other field."""
    try:
        return fill(template, {"reference": order.reference, "id": str(order.id)})
    except ValueError:
        raise Misconfigured(
            "TEMPLATE_UNKNOWN_FIELD", f"orders.{setting} can use {{reference}} and {{id}} only; correct the connection file."
        ) from None


def with_delivery_day(invoice: Invoice, order: ShopOrder, policy: OrderPolicy, *, day: date, zone: ZoneInfo) -> Invoice:
    """The invoice with a text row that says the day of delivery, where the shop knows one and it is not the invoice's own.

    The date of supply must stand on an invoice if it is another (17 kap. 24 § ML, accounting.md 8 item 7), and Hogia's head has no field
    for it. The row stands before the shop's own `text_rows`.
    """
    if not policy.delivery_date or order.delivered_at is None:
        return invoice
    delivered = order.delivered_at.astimezone(zone).date()
    if delivered == day:
        return invoice
    own = sum(1 for text in policy.text_rows if text.strip())
    at = len(invoice.rows) - own
    row = InvoiceRow(kind=RowKind.TEXT, text=f"Leveransdatum {delivered.isoformat()}")
    return replace(invoice, rows=(*invoice.rows[:at], row, *invoice.rows[at:]))


def payments_dated(invoice: Invoice, order: ShopOrder, *, day: date, zone: ZoneInfo) -> Invoice:
    """Each of the shop's payments on its own day, but never before the invoice it pays."""
    own = {f"payment-{payment.id}": payment.paid_at.astimezone(zone).date() for payment in order.payments}
    return replace(invoice, payments=tuple(replace(part, on=max(own.get(part.key, day), day)) for part in invoice.payments))


def document(
    invoice: Invoice, order: ShopOrder, shop: Shop, card: ContactCard, *, customer_number: str, day: date, version: int = 1
) -> InvoiceDocument:
    """The invoice with its head. The order's own addresses stand on it, whatever the contact's card says."""
    policy = shop.orders
    rule = payment_rule(order, policy)
    reverse = invoice.is_reverse_charge
    return InvoiceDocument(
        invoice=invoice,
        customer_number=customer_number,
        invoice_date=day,
        due_date=day + timedelta(days=terms_days(order, policy)),
        invoice_reference=invoice_reference(shop, order.id, version),
        customer_order_number=filled(policy.order_number, order, setting="order_number"),
        our_reference=rule.our_reference or policy.our_reference,
        your_reference=your_reference(order, policy.your_reference, is_company=card.is_company),
        comment=filled(policy.comment, order, setting="comment"),
        vat_number=card.vat_number if reverse else "",
        billing_address=card.billing,
        shipping_address=card.delivery,
        email=card.email if policy.send_email else "",
        cost_centre=policy.cost_centre,
        project=policy.project,
        buyer_name_in_address=card.is_collective,
    )
