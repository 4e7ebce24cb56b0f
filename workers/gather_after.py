"""Gathers what an invoiced order's later life is decided from, and no more than it needs.

A plain status change costs the invoice, the order and its history; tracking, payments, slips, credits and the provider are asked only when
a rule or a reason to look points at them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.log import log
from app.store import deadlines
from app.store.connections import Configured
from mappers.canonical import EntityKey, Parcel, ShopOrder
from mappers.connection import HogiaStatus, Shop
from mappers.errors import OrderbroError
from mappers.flows.after import state_key
from mappers.flows.capture import needs_provider
from mappers.flows.capture_check import is_check_due
from mappers.flows.credits import needs_payment
from mappers.flows.deadlines import asks_provider
from mappers.flows.orders import edit_key, invoice_key, invoice_version
from mappers.flows.status import reached
from mappers.hogia.model import HogiaInvoice
from mappers.hogia.reading_invoice import read_invoice
from mappers.payments.model import Payment
from mappers.payments.reference import check_is_ours, payment_reference
from mappers.prestashop.order import read_history, read_payments
from mappers.prestashop.records import Record, integer, text, time_zone
from mappers.prestashop.reference import ShopReference
from mappers.prestashop.rows import read_cart_rule
from mappers.prestashop.slips import read_slips
from mappers.snapshot import AfterSnapshot, Known, KnownEffect
from workers.clients.hogia import HogiaClient
from workers.clients.prestashop.client import PrestaShopClient
from workers.fetch_order import fetch_head, fetch_order
from workers.hogia_reference import hogia_reference
from workers.providers import credentials, payment_provider
from workers.resources import Resources
from workers.shop_reference import shop_reference

SLIP_HINTS = frozenset({"order.refunded", "order_slip", "operator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a look at this order has to ask the shop for, beyond the order itself."""

    history: bool
    parcels: bool
    payments: bool
    slips: bool


def needs_of(
    shop: Shop, order: ShopOrder, invoice: HogiaInvoice, *, effects: Mapping[str, KnownEffect], hints: frozenset[str], entity: str
) -> Needs:
    """Decided from the rules, the invoice and the reasons to look."""
    statuses = set(reached(invoice, credited=invoice.gross if invoice.credited_by else invoice.gross * 0))

    def is_open(status: HogiaStatus) -> bool:
        known = effects.get(state_key(entity, status))
        return status in statuses and (known is None or known.state is not Known.CONFIRMED)

    rules = [rule for rule in shop.order_status if is_open(rule.hogia)]
    tracked = any(rule.tracking for rule in rules) and invoice.delivery is not None and bool(invoice.delivery.tracking_number)
    rule = shop.capture.get(order.module)
    refunded = any(row.refunded_incl for row in order.rows)
    changed = order.current_state in shop.orders.cancel_states or order.total_paid_incl != invoice.gross
    slips = shop.refunds.slips and (bool(hints & SLIP_HINTS) or refunded or changed or bool(invoice.credited_by))
    return Needs(history=bool(rules), parcels=tracked, payments=rule is not None and rule.provider is not None, slips=slips)


async def gather_after(
    resources: Resources,
    configured: Configured,
    shop: Shop,
    key: EntityKey,
    *,
    made: KnownEffect,
    effects: Mapping[str, KnownEffect],
    order: ShopOrder | None,
    hints: frozenset[str],
) -> AfterSnapshot | None:
    """The snapshot, or None where the shop has the order no more. `order` where it was read in full already."""
    client, hogia = resources.shop_client(configured, shop), resources.hogia_client(configured)
    reference = await shop_reference(resources, shop, client)
    given = order
    if order is None:
        order, body = await asyncio.gather(fetch_head(client, int(key.id), reference), hogia.invoice(made.external_id))
    else:
        body = await hogia.invoice(made.external_id)
    if order is None:
        return None
    invoice = read_invoice(body)
    needs = needs_of(shop, order, invoice, effects=effects, hints=hints, entity=str(key))
    if given is None and (needs.slips or order.current_state in shop.orders.cancel_states):
        order, reference = await fetch_order(resources, shop, client, int(key.id))
        if order is None:
            return None
        needs = needs_of(shop, order, invoice, effects=effects, hints=hints, entity=str(key))
    snapshot = AfterSnapshot(
        now=resources.now(),
        key=key,
        connection=configured.connection,
        shop=shop,
        order=order,
        invoice=invoice,
        effects=effects,
        has_credentials=credentials(configured, shop, order.module) is not None,
        time_zone=reference.time_zone,
        state_change=timedelta(seconds=resources.settings.state_change_seconds),
        ledger_born=datetime.fromtimestamp(await resources.store.born() / 1000, UTC),
        hints=hints,
        deadline=await deadlines.get(resources.store, str(key)) if shop.capture else None,
    )
    snapshot = await _with_shop(client, snapshot, needs, reference)
    snapshot = await _with_credits(resources, configured, hogia, snapshot)
    return await _with_provider(resources, configured, snapshot)


async def _with_shop(client: PrestaShopClient, snapshot: AfterSnapshot, needs: Needs, reference: ShopReference) -> AfterSnapshot:
    order = snapshot.order
    of_order = {"id_order": str(order.id)}
    histories, carriers, payments, slips, vouchers = await asyncio.gather(
        client.list("order_histories", filters=of_order) if needs.history and not order.history else _nothing(),
        client.list("order_carriers", filters=of_order) if needs.parcels else _nothing(),
        client.list("order_payments", filters={"order_reference": order.reference})
        if needs.payments and not order.payments
        else _nothing(),
        client.list("order_slip", filters=of_order) if needs.slips else _nothing(),
        client.list("cart_rules", filters={"id_customer": str(order.customer_id)}) if needs.slips and order.customer_id else _nothing(),
    )
    zone = time_zone(reference.time_zone)
    if histories:
        order = replace(order, history=read_history(histories, placed_at=order.placed_at, zone=zone))
    if payments:
        order = replace(order, payments=read_payments(payments, order.placed_at, zone))
    return replace(
        snapshot,
        order=order,
        parcels=tuple(_parcel(c) for c in carriers),
        slips=read_slips(slips, zone),
        cart_rules=tuple(read_cart_rule(rule) for rule in vouchers),
    )


def _parcel(record: Record) -> Parcel:
    return Parcel(
        id=integer(record, "id"), carrier_id=integer(record, "id_carrier"), tracking_number=text(record, "tracking_number").strip()
    )


async def _with_credits(resources: Resources, configured: Configured, hogia: HogiaClient, snapshot: AfterSnapshot) -> AfterSnapshot:
    """The invoices that credit this one, those that an edit has ended before it, and the chart for a new credit."""
    if snapshot.invoice.credited_by:
        snapshot = replace(snapshot, credits=await _invoices(hogia, snapshot.invoice.credited_by))
    ended = _ended(snapshot)
    if ended:
        snapshot = replace(snapshot, earlier=await _invoices(hogia, ended))
    order = snapshot.order
    if snapshot.slips or order.current_state in snapshot.shop.orders.cancel_states or order.total_paid_incl != snapshot.invoice.gross:
        day = snapshot.now.astimezone(ZoneInfo(snapshot.time_zone)).date()
        chart = await hogia_reference(resources, configured.connection.key, hogia, day)
        snapshot = replace(snapshot, reference=chart)
    return snapshot


def _ended(snapshot: AfterSnapshot) -> tuple[str, ...]:
    """The ids of the invoices that an edit has ended, and of what ended them."""
    entity, effects = str(snapshot.key), snapshot.effects
    versions = range(1, invoice_version(effects, entity))
    named = [effects.get(key) for version in versions for key in (invoice_key(entity, version), edit_key(entity, version))]
    return tuple(dict.fromkeys(effect.external_id for effect in named if effect is not None and effect.external_id))


async def _invoices(hogia: HogiaClient, ids: Iterable[str]) -> tuple[HogiaInvoice, ...]:
    return tuple(read_invoice(body) for body in await asyncio.gather(*(hogia.invoice(each) for each in ids)))


async def _with_provider(resources: Resources, configured: Configured, snapshot: AfterSnapshot) -> AfterSnapshot:
    """With the payment, where money or a deadline is in question. What is asked for the deadline's sake alone may fail: nothing waits for it."""
    if needs_provider(snapshot) or needs_payment(snapshot) or is_check_due(snapshot):
        return replace(snapshot, payment=await _payment(resources, configured, snapshot))
    if not asks_provider(snapshot):
        return snapshot
    try:
        return replace(snapshot, payment=await _payment(resources, configured, snapshot))
    except OrderbroError as error:
        log.warning("deadline_unknown", entity=str(snapshot.key), code=error.code)
        return snapshot


async def _payment(resources: Resources, configured: Configured, snapshot: AfterSnapshot) -> Payment:
    order = snapshot.order
    rule = snapshot.shop.capture[order.module]
    provider = payment_provider(resources, configured, snapshot.shop, order.module, rule)
    assert provider is not None, "whether there are credentials was looked at"
    payment = await provider.payment(payment_reference(order, provider.provider))
    check_is_ours(payment, order)
    return payment


async def _nothing() -> list[Record]:
    return []
