"""The shop's orders as somebody sees them who looks at everything: what was bought, how it was paid, and what became of it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.sandbox.prestashop import shops, stock
from app.sandbox.prestashop.checkout import six
from app.sandbox.prestashop.lifecycle import amount
from app.sandbox.prestashop.offers import Buyer
from app.sandbox.prestashop.schema import Record
from app.sandbox.prestashop.sender import Sender
from app.sandbox.prestashop.state import ShopState

NAMES = ("id", "reference", "current_state", "total_paid", "total_paid_tax_incl", "total_paid_tax_excl", "id_shop", "date_add", "module")


def listed(state: ShopState, sender: Sender | None) -> list[dict[str, Any]]:
    """Every order; amounts incl. VAT in the order's currency, as text.

    `history`: states by their ids, oldest first; `mails`: templates; `slips`: refunds with what they come to; `rows`: what was bought.
    """
    told = Counter(json.loads(notice.body)["data"]["id"] for notice in sender.outbox if notice.type.startswith("order.")) if sender else {}
    paid_states = {int(row["id"]) for row in state.find("order_states") if str(row["paid"]) == "1"}
    by_order = {name: _by_order(state, name) for name in ("order_histories", "order_carriers", "order_slip", "order_details")}
    mails: defaultdict[int, list[str]] = defaultdict(list)
    for mail in state.mails:
        mails[mail.order_id].append(mail.template)
    payments: defaultdict[str, list[Record]] = defaultdict(list)
    for payment in state.find("order_payments"):
        payments[str(payment["order_reference"])].append(payment)
    found = []
    for order in state.find("orders"):
        ident = int(order["id"])
        history = [int(row["id_order_state"]) for row in by_order["order_histories"][ident]]
        found.append(
            {name: order[name] for name in NAMES}
            | {
                "currency": state.get("currencies", int(order["id_currency"]))["iso_code"],
                "state": state_name(state, int(order["current_state"])),
                "has_been_paid": bool(paid_states & {*history, int(order["current_state"])}),
                "notices": told.get(ident, 0),
                "history": history,
                "mails": mails[ident],
                "tracking": [str(row["tracking_number"]) for row in by_order["order_carriers"][ident] if row["tracking_number"]],
                "slips": [{"id": int(row["id"]), "amount": six(_slip(row))} for row in by_order["order_slip"][ident]],
                "rows": [{"id": int(row["id"]), "quantity": int(row["product_quantity"])} for row in by_order["order_details"][ident]],
                "payments": [str(row["transaction_id"] or "") for row in payments[str(order["reference"])]],
            }
        )
    return found


def _by_order(state: ShopState, name: str) -> defaultdict[int, list[Record]]:
    """A resource's records by their order, each in the order in which they were written."""
    found: defaultdict[int, list[Record]] = defaultdict(list)
    for row in sorted(state.find(name), key=lambda row: int(row["id"])):
        found[int(row["id_order"])].append(row)
    return found


def _slip(row: Record) -> Decimal:
    """`amount` leaves the freight out and may be without VAT (prestashop.md 9)."""
    return amount(row, "total_products_tax_incl") + amount(row, "total_shipping_tax_incl")


def state_name(state: ShopState, ident: int) -> str:
    """An order state's name in the shop's first language."""
    found = state.find("order_states", id=ident)
    names = found[0]["name"] if found else ""
    return str(names[0]["value"]) if isinstance(names, list) and names else str(names)


def product(state: ShopState, reference: str, *, at: datetime, id_shop: int = 1) -> dict[str, Any]:
    """An article as a customer and a merchant see it: what it costs at a moment, what it is made of, how many there are.

    `price`, `impact`: excl. VAT as stored; `excl`, `incl`: what a visitor pays at `at`; `quantity` None without a stock row.
    KeyError for no such reference.
    """
    product_id, combination_id = stock.article_ids(state, reference)
    record = shops.seen_from(state, "products", state.get("products", product_id), id_shop)
    part = shops.seen_from(state, "combinations", state.get("combinations", combination_id), id_shop) if combination_id else None
    money = state.price_at(reference, at, buyer=Buyer(shop=id_shop))
    row = stock.row_of(state, product_id, combination_id, id_shop)
    prices = [
        row for row in state.find("specific_prices", id_product=product_id) if int(row["id_product_attribute"]) in (0, combination_id)
    ]
    return {
        "id": product_id,
        "id_product_attribute": combination_id,
        "reference": reference,
        "active": str(record["active"]) == "1",
        "names": {str(text["id"]): text["value"] for text in record["name"]},
        "price": record["price"],
        "impact": part["price"] if part is not None else "0.000000",
        "id_tax_rules_group": int(record["id_tax_rules_group"] or 0),
        "excl": six(money.excl),
        "incl": six(money.incl),
        "quantity": int(row["quantity"]) if row is not None else None,
        "out_of_stock": int(row["out_of_stock"]) if row is not None else None,
        "specific_prices": prices,
    }
