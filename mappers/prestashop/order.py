"""PrestaShop's records of one order become one `ShopOrder`.

Nothing is computed, corrected or guessed here: amounts are as stored. What PrestaShop has deleted since (customer, address, product,
carrier, rule) is absent and breaks nothing; what cannot be read at all (`total_paid_tax_incl`, a row's total) raises `Rejected`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from mappers.canonical import Currency, HistoryEntry, OrderPayment, ShopOrder, Sibling
from mappers.errors import Misconfigured, Rejected
from mappers.prestashop.people import read_address, read_customer
from mappers.prestashop.records import Record, amount, flag, integer, moment, text, time_zone
from mappers.prestashop.reference import CarrierName, ShopReference, read_reference, reference_from_json, reference_to_json
from mappers.prestashop.rows import read_rows, read_vouchers

__all__ = [
    "CarrierName",
    "OrderParts",
    "ShopReference",
    "read_history",
    "read_order",
    "read_reference",
    "reference_from_json",
    "reference_to_json",
    "with_history",
]

HALF_UP = 2  # PS_PRICE_ROUND_MODE's default, for shops whose orders have no round_mode yet


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderParts:
    """The raw records of one order, as lists (`…?filter[…]&display=full`)."""

    order: Record
    details: Sequence[Record] = ()  # order_details of the order
    cart_rules: Sequence[Record] = ()  # order_cart_rules of the order
    rules: Sequence[Record] = ()  # cart_rules/{id} behind them, where readable
    payments: Sequence[Record] = ()  # order_payments of the order's reference
    histories: Sequence[Record] = ()  # order_histories of the order
    customer: Record | None = None
    addresses: Sequence[Record] = ()  # invoice and delivery, in any order
    messages: Sequence[Record] = ()  # messages of the order
    siblings: Sequence[Record] = ()  # orders of the same reference; the order itself may be among them
    customizations: Sequence[Record] = ()
    products: Sequence[Record] = ()  # only to know which rows are virtual; may be left out


def read_order(parts: OrderParts, reference: ShopReference) -> ShopOrder:
    """The order as it is in the shop; raises Rejected for a field it must not guess and Misconfigured for an unknown currency."""
    order = parts.order
    zone = time_zone(reference.time_zone)
    ident = integer(order, "id", required=True)
    placed_at = _required_moment(order, "date_add", zone)
    carrier = reference.carriers.get(integer(order, "id_carrier"), CarrierName(reference=0, name=""))
    return ShopOrder(
        id=ident,
        reference=text(order, "reference").strip(),
        shop_id=integer(order, "id_shop"),
        cart_id=integer(order, "id_cart"),
        current_state=integer(order, "current_state"),
        module=text(order, "module").strip(),
        payment=text(order, "payment").strip(),
        placed_at=placed_at,
        updated_at=moment(order, "date_upd", zone) or placed_at,
        invoiced_at=moment(order, "invoice_date", zone),
        delivered_at=moment(order, "delivery_date", zone),
        currency=_currency(order, reference),
        conversion_rate=amount(order, "conversion_rate"),
        round_mode=integer(order, "round_mode", missing=HALF_UP),
        round_type=integer(order, "round_type"),
        total_paid=amount(order, "total_paid", required=True),
        total_paid_incl=amount(order, "total_paid_tax_incl", required=True),
        total_paid_excl=amount(order, "total_paid_tax_excl", required=True),
        total_paid_real=amount(order, "total_paid_real"),
        total_products_excl=amount(order, "total_products"),
        total_products_incl=amount(order, "total_products_wt"),
        total_discounts_excl=amount(order, "total_discounts_tax_excl"),
        total_discounts_incl=amount(order, "total_discounts_tax_incl"),
        total_shipping_excl=amount(order, "total_shipping_tax_excl"),
        total_shipping_incl=amount(order, "total_shipping_tax_incl"),
        carrier_tax_rate=amount(order, "carrier_tax_rate"),
        total_wrapping_excl=amount(order, "total_wrapping_tax_excl"),
        total_wrapping_incl=amount(order, "total_wrapping_tax_incl"),
        carrier_reference=carrier.reference,
        carrier_name=carrier.name,
        gift_message=text(order, "gift_message"),
        rows=read_rows(parts.details, parts.customizations, parts.products, reference),
        vouchers=read_vouchers(parts.cart_rules, parts.rules),
        payments=read_payments(parts.payments, placed_at, zone),
        history=read_history(parts.histories, placed_at=placed_at, zone=zone),
        siblings=_siblings(parts.siblings, order),
        messages=_messages(parts.messages),
        customer_id=integer(order, "id_customer"),
        customer=read_customer(parts.customer, order_language=integer(order, "id_lang"), reference=reference),
        invoice_address=read_address(parts.addresses, integer(order, "id_address_invoice"), reference),
        delivery_address=read_address(parts.addresses, integer(order, "id_address_delivery"), reference),
        tax_by_invoice_address=reference.tax_by_invoice_address,
        states=reference.states,
    )


def with_history(order: ShopOrder, histories: Sequence[Record], reference: ShopReference) -> ShopOrder:
    """A new value: the order with its state history, for who read it without and turned out to need it."""
    return replace(order, history=read_history(histories, placed_at=order.placed_at, zone=time_zone(reference.time_zone)))


def read_history(histories: Sequence[Record], *, placed_at: datetime, zone: ZoneInfo) -> tuple[HistoryEntry, ...]:
    """`order_histories` in the order of their ids; an entry without a time counts from when the order was placed."""
    entries = [
        HistoryEntry(
            id=integer(record, "id", required=True),
            state_id=integer(record, "id_order_state"),
            at=moment(record, "date_add", zone) or placed_at,
        )
        for record in histories
    ]
    return tuple(sorted(entries, key=lambda entry: entry.id))


def _required_moment(order: Record, name: str, zone: ZoneInfo) -> datetime:
    at = moment(order, name, zone)
    if at is None:
        raise Rejected(
            "SHOP_FIELD_MISSING",
            f"Order {order.get('id')} has no {name} in the shop, so its invoice has no date to stand on. A module or an import made it "
            "without one: set it in the shop, or leave the order out.",
            subject=f"order {order.get('id')}",
        )
    return at


def _currency(order: Record, reference: ShopReference) -> Currency:
    ident = integer(order, "id_currency", required=True)
    if ident not in reference.currencies:
        raise Misconfigured(
            "SHOP_CURRENCY_UNKNOWN",
            f"Order {order.get('id')} is in currency {ident}, which the shop does not list. Give the webservice key read access to "
            "currencies, and look under International > Localization > Currencies whether it was deleted.",
            subject=f"order {order.get('id')}",
        )
    return reference.currencies[ident]


def read_payments(payments: Sequence[Record], placed_at: datetime, zone: ZoneInfo) -> tuple[OrderPayment, ...]:
    read = [
        OrderPayment(
            id=integer(record, "id", required=True),
            amount=amount(record, "amount", required=True),
            currency_id=integer(record, "id_currency"),
            method=text(record, "payment_method").strip(),
            transaction_id=text(record, "transaction_id").strip(),
            paid_at=moment(record, "date_add", zone) or placed_at,
        )
        for record in payments
    ]
    return tuple(sorted(read, key=lambda payment: payment.id))


def _siblings(orders: Sequence[Record], own: Record) -> tuple[Sibling, ...]:
    """Other orders of the checkout (prestashop.md 8): same reference, another id."""
    siblings = [
        Sibling(
            order_id=integer(record, "id", required=True),
            total_paid_incl=amount(record, "total_paid_tax_incl", required=True),
            current_state=integer(record, "current_state"),
        )
        for record in orders
        if text(record, "reference").strip() == text(own, "reference").strip() and integer(record, "id") != integer(own, "id")
    ]
    return tuple(sorted(siblings, key=lambda sibling: sibling.order_id))


def _messages(messages: Sequence[Record]) -> tuple[str, ...]:
    """The customer's own, oldest first: neither private ones nor those that the merchant's staff wrote."""
    own = [record for record in messages if not flag(record, "private") and not integer(record, "id_employee")]
    ordered = sorted(own, key=lambda record: integer(record, "id"))
    return tuple(found for found in (text(record, "message").strip() for record in ordered) if found)
