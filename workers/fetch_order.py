"""An order as it is in the shop now, in two rounds of concurrent calls; a third for what only a few orders need.

round 1   orders, order_details
round 2   customers, addresses, order_payments; with vouchers order_cart_rules; with customer notes on, messages; customizations;
order_histories where the current state alone does not decide; orders of the same reference where freight was derived wrongly
round 3   orders of the same reference where its payments are not simply this order's; cart_rules where three rates share a voucher;
which products are virtual where that decides VAT or accounts
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

from mappers.canonical import ShopOrder, TaxEvidence
from mappers.connection import Shop
from mappers.errors import Misconfigured
from mappers.flows.eligibility import needs_history
from mappers.prestashop.order import OrderParts, read_order
from mappers.prestashop.records import Record, amount, integer, text
from mappers.prestashop.reference import ShopReference
from workers.clients.prestashop.client import PrestaShopClient, any_of
from workers.resources import Resources
from workers.shop_reference import shop_reference

ROUNDING = Decimal("0.05")  # a gap above this between an order's parts and its total is not rounding


async def fetch_order(resources: Resources, shop: Shop, client: PrestaShopClient, order_id: int) -> tuple[ShopOrder | None, ShopReference]:
    """The order, or None where the shop has none; and the reference it was read with. Raises what the client and the readers raise."""
    reference = await shop_reference(resources, shop, client)
    parts = await _parts(client, shop, order_id, reference)
    if parts is not None and _is_torn(parts):
        parts = await _parts(client, shop, order_id, reference)
    if parts is None:
        return None, reference
    try:
        order = read_order(parts, reference)
        if not _names_unknown(order):
            return order, reference
    except Misconfigured:  # a currency that the reference does not have
        pass
    reference = await shop_reference(resources, shop, client, fresh=True)
    return read_order(parts, reference), reference


def _is_torn(parts: OrderParts) -> bool:
    """Whether the order changed between the rounds: its newest history row is of another state. Its totals may be the older ones."""
    if not parts.histories:
        return False
    newest = max(parts.histories, key=lambda row: integer(row, "id"))
    return integer(newest, "id_order_state") != integer(parts.order, "current_state")


def _names_unknown(order: ShopOrder) -> bool:
    """Whether the order names what the reference does not have: made since, so the reference is read again."""
    if order.current_state and order.current_state not in order.states:
        return True
    if any(row.tax_evidence is TaxEvidence.UNRESOLVED for row in order.rows):
        return True
    return any(address is not None and not address.country for address in (order.invoice_address, order.delivery_address))


async def _nothing() -> list[Record]:
    return []


async def _parts(client: PrestaShopClient, shop: Shop, order_id: int, reference: ShopReference) -> OrderParts | None:
    policy = shop.orders
    of_order = {"id_order": str(order_id)}
    order, details = await asyncio.gather(client.find("orders", order_id), client.list("order_details", filters=of_order))
    if order is None:
        return None
    addresses = {integer(order, "id_address_invoice"), integer(order, "id_address_delivery")} - {0}
    customized = sorted({integer(row, "id_customization") for row in details} - {0})
    by_reference = {"reference": text(order, "reference")}
    vouchers = amount(order, "total_discounts_tax_incl") != 0
    derived = abs(_gap(order)) > ROUNDING
    history = needs_history(integer(order, "current_state"), reference.states, policy)
    customer_id = integer(order, "id_customer")
    customer, lists = await asyncio.gather(
        client.find("customers", customer_id) if customer_id else _none(),
        asyncio.gather(
            client.list("addresses", filters={"id": any_of(sorted(addresses))}) if addresses else _nothing(),
            client.list("order_payments", filters={"order_reference": text(order, "reference")}),
            client.list("order_cart_rules", filters=of_order) if vouchers else _nothing(),
            client.list("messages", filters=of_order) if policy.order_notes else _nothing(),
            client.list("customizations", filters={"id": any_of(customized)}) if customized else _nothing(),
            client.list("order_histories", filters=of_order) if history else _nothing(),
            client.list("orders", filters=by_reference) if derived else _nothing(),
        ),
    )
    found, payments, cart_rules, messages, customizations, histories, siblings = lists
    parts = OrderParts(
        order=order,
        details=details,
        cart_rules=cart_rules,
        payments=payments,
        histories=histories,
        customer=customer,
        addresses=found,
        messages=messages,
        siblings=siblings,
        customizations=customizations,
    )
    virtual = _virtual_matters(parts, shop, reference)
    return await _third_round(client, parts, by_reference=by_reference, asked_siblings=derived, virtual=virtual)


def _virtual_matters(parts: OrderParts, shop: Shop, reference: ShopReference) -> bool:
    """Whether goods and services are taxed or booked differently: abroad, or where services at home have accounts of their own.

    A row says it only of products with a file to download (`download_hash`), not of a ticket or a course.
    """
    countries = {reference.countries.get(integer(address, "id_country"), "") for address in parts.addresses}
    return bool(countries - {shop.country} or shop.orders.accounts.sweden.services)


async def _third_round(
    client: PrestaShopClient, parts: OrderParts, *, by_reference: dict[str, str], asked_siblings: bool, virtual: bool
) -> OrderParts:
    paid = [amount(payment, "amount") for payment in parts.payments if amount(payment, "amount") > 0]
    shared = bool(paid) and paid != [amount(parts.order, "total_paid_tax_incl")] and not asked_siblings
    rates = {str(row.get("id_tax_rules_group")) for row in parts.details}
    rule_ids = sorted({integer(rule, "id_cart_rule") for rule in parts.cart_rules} - {0}) if len(rates) > 2 else []
    product_ids = sorted({integer(row, "product_id") for row in parts.details} - {0}) if virtual else []
    if not shared and not rule_ids and not product_ids:
        return parts
    siblings, rules, products = await asyncio.gather(
        client.list("orders", filters=by_reference) if shared else _nothing(),
        client.list("cart_rules", filters={"id": any_of(rule_ids)}) if rule_ids else _nothing(),
        client.list("products", filters={"id": any_of(product_ids)}, display="[id,is_virtual]") if product_ids else _nothing(),
    )
    return replace(parts, siblings=siblings or parts.siblings, rules=rules, products=products)


async def _none() -> Record | None:
    return None


def _gap(order: Record) -> Decimal:
    """What the order's parts leave of its total, incl. VAT: more than rounding means wrong freight (9.x split orders) or a fee."""
    parts = sum((amount(order, name) for name in ("total_products_wt", "total_shipping_tax_incl", "total_wrapping_tax_incl")), Decimal(0))
    return amount(order, "total_paid_tax_incl") - (parts - amount(order, "total_discounts_tax_incl"))


async def fetch_head(client: PrestaShopClient, order_id: int, reference: ShopReference) -> ShopOrder | None:
    """The order's own record alone, in one call: its state, module and totals, without rows, people and payments."""
    order = await client.find("orders", order_id)
    return read_order(OrderParts(order=order), reference) if order is not None else None
