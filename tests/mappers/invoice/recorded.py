"""Recorded orders as `ShopOrder`, read from `../shared/recordings` where that folder exists. JSON, list form, both dialects."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mappers.canonical import (
    Address,
    CartRule,
    Currency,
    HistoryEntry,
    OrderPayment,
    OrderRow,
    OrderState,
    ShopOrder,
    Sibling,
    TaxEvidence,
    Voucher,
)

ROOT = Path(__file__).resolve().parents[4] / "shared" / "recordings"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
# Orders of split carts whose other half was not recorded: (order id) -> (its id, its total), accounting-recordings.md 0.3 and 2.10.
UNRECORDED_SIBLINGS = {44: (45, "3097.75"), 45: (44, "247.00"), 71: (72, "2692.85"), 72: (71, "2667.19")}


def folders() -> list[Path]:
    """Every order folder of every version; empty without recordings."""
    return sorted(path for path in ROOT.glob("*/[0-9][0-9][0-9]-*") if path.is_dir())


@cache
def _file(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    content = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return next(iter(content.values())) if content else []


def database(folder: Path) -> dict[str, Any]:
    """The shop's own tax tables."""
    return json.loads((folder / "db_tables.json").read_text(encoding="utf-8"), parse_float=Decimal)


def taxes(folder: Path) -> dict[int, Decimal]:
    return {int(tax["id"]): Decimal(str(tax["rate"])) for tax in _file(folder.parent / "_common" / "taxes.json")}


def read(folder: Path, *, rules: bool = True) -> ShopOrder:
    """`rules` false: as if no cart rule could be read any more."""
    record = _file(folder / "order_full.json")[0]
    ident = int(record["id"])
    currency = _file(folder / "currency.json")[0]
    carriers = _file(folder / "carrier.json")
    return ShopOrder(
        id=ident,
        reference=record["reference"],
        shop_id=int(record["id_shop"]),
        cart_id=int(record["id_cart"]),
        current_state=int(record["current_state"]),
        module=record["module"],
        payment=record["payment"],
        placed_at=_time(record["date_add"]),
        updated_at=_time(record["date_upd"]),
        invoiced_at=_time_or_none(record["invoice_date"]),
        delivered_at=_time_or_none(record["delivery_date"]),
        currency=Currency(id=int(currency["id"]), code=currency["iso_code"], decimals=int(currency["precision"])),
        conversion_rate=_money(record["conversion_rate"]),
        round_mode=int(record["round_mode"]),
        round_type=int(record["round_type"]),
        total_paid=_money(record["total_paid"]),
        total_paid_incl=_money(record["total_paid_tax_incl"]),
        total_paid_excl=_money(record["total_paid_tax_excl"]),
        total_paid_real=_money(record["total_paid_real"]),
        total_products_excl=_money(record["total_products"]),
        total_products_incl=_money(record["total_products_wt"]),
        total_discounts_excl=_money(record["total_discounts_tax_excl"]),
        total_discounts_incl=_money(record["total_discounts_tax_incl"]),
        total_shipping_excl=_money(record["total_shipping_tax_excl"]),
        total_shipping_incl=_money(record["total_shipping_tax_incl"]),
        carrier_tax_rate=_money(record["carrier_tax_rate"]),
        total_wrapping_excl=_money(record["total_wrapping_tax_excl"]),
        total_wrapping_incl=_money(record["total_wrapping_tax_incl"]),
        carrier_reference=int(carriers[0]["id_reference"]) if carriers else 0,
        gift_message=record["gift_message"] or "",
        rows=_rows(folder),
        vouchers=_vouchers(folder, rules=rules),
        payments=_payments(folder),
        history=tuple(
            HistoryEntry(id=int(entry["id"]), state_id=int(entry["id_order_state"]), at=_time(entry["date_add"]))
            for entry in _file(folder / "order_histories.json")
        ),
        siblings=_siblings(folder, ident, record["reference"]),
        invoice_address=_address(folder, "invoice"),
        delivery_address=_address(folder, "delivery"),
        states=_states(folder),
    )


def _money(text: Any) -> Decimal:
    return Decimal(str(text))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


def _time_or_none(text: str) -> datetime | None:
    return None if text.startswith("0000") else _time(text)


def _rows(folder: Path) -> tuple[OrderRow, ...]:
    rates = taxes(folder)
    virtual = {int(product["id"]) for product in _file(folder / "products.json") if str(product["is_virtual"]) == "1"}
    rows = []
    for record in _file(folder / "order_details.json"):
        ids = [int(tax["id"]) for tax in record.get("associations", {}).get("taxes", [])]
        evidence, row_rates = TaxEvidence.NONE, ()
        if ids == [0]:
            evidence = TaxEvidence.EXEMPTED
        elif ids:
            evidence, row_rates = TaxEvidence.RATES, tuple(rates[ident] for ident in ids)
        rows.append(
            OrderRow(
                id=int(record["id"]),
                product_id=int(record["product_id"]),
                reference=record["product_reference"],
                name=record["product_name"],
                quantity=int(record["product_quantity"]),
                unit_price_excl=_money(record["unit_price_tax_excl"]),
                unit_price_incl=_money(record["unit_price_tax_incl"]),
                total_excl=_money(record["total_price_tax_excl"]),
                total_incl=_money(record["total_price_tax_incl"]),
                tax_evidence=evidence,
                tax_rates=row_rates,
                ecotax=_money(record["ecotax"]),
                ecotax_rate=_money(record["ecotax_tax_rate"]),
                is_virtual=int(record["product_id"]) in virtual,
            )
        )
    return tuple(rows)


def _vouchers(folder: Path, *, rules: bool) -> tuple[Voucher, ...]:
    known = {int(rule["id"]): rule for rule in _file(folder.parent / "_common" / "cart_rules.json")} if rules else {}
    return tuple(
        Voucher(
            id=int(record["id"]),
            cart_rule_id=int(record["id_cart_rule"]),
            name=record["name"],
            value_incl=_money(record["value"]),
            value_excl=_money(record["value_tax_excl"]),
            free_shipping=str(record["free_shipping"]) == "1",
            rule=_rule(known.get(int(record["id_cart_rule"]))),
        )
        for record in _file(folder / "order_cart_rules.json")
        if str(record["deleted"]) != "1"
    )


def _rule(record: dict[str, Any] | None) -> CartRule | None:
    if record is None:
        return None
    return CartRule(
        id=int(record["id"]),
        code=record["code"],
        reduction_product=int(record["reduction_product"]),
        gift_product=int(record["gift_product"]),
        free_shipping=str(record["free_shipping"]) == "1",
        reduction_percent=_money(record["reduction_percent"]),
        reduction_amount=_money(record["reduction_amount"]),
        reduction_tax=str(record["reduction_tax"]) == "1",
    )


def _payments(folder: Path) -> tuple[OrderPayment, ...]:
    return tuple(
        OrderPayment(
            id=int(record["id"]),
            amount=_money(record["amount"]),
            currency_id=int(record["id_currency"]),
            method=record["payment_method"],
            transaction_id=record["transaction_id"],
            paid_at=_time(record["date_add"]),
        )
        for record in _file(folder / "order_payments.json")
    )


def _siblings(folder: Path, ident: int, reference: str) -> tuple[Sibling, ...]:
    found = {
        int(other["id"]): _money(other["total_paid_tax_incl"])
        for path in folder.parent.glob("[0-9][0-9][0-9]-*")
        for other in _file(path / "order_full.json")
        if other["reference"] == reference and int(other["id"]) != ident
    }
    if not found and ident in UNRECORDED_SIBLINGS:
        other, total = UNRECORDED_SIBLINGS[ident]
        found[other] = Decimal(total)
    return tuple(Sibling(order_id=other, total_paid_incl=total, current_state=2) for other, total in sorted(found.items()))


def _address(folder: Path, which: str) -> Address | None:
    records, countries = _file(folder / f"address_{which}.json"), _file(folder / f"country_{which}.json")
    if not records:
        return None
    record = records[0]
    return Address(
        id=int(record["id"]),
        country=countries[0]["iso_code"] if countries else "",
        company=record["company"] or "",
        vat_number=record["vat_number"] or "",
        dni=record["dni"] or "",
        postcode=record["postcode"] or "",
    )


@cache
def _all_states(path: Path) -> tuple[OrderState, ...]:
    def flag(state: dict[str, Any], name: str) -> bool:
        return str(state[name]) == "1"

    return tuple(
        OrderState(
            id=int(state["id"]),
            name="",
            paid=flag(state, "paid"),
            logable=flag(state, "logable"),
            invoice=flag(state, "invoice"),
            shipped=flag(state, "shipped"),
            delivery=flag(state, "delivery"),
        )
        for state in _file(path)
    )


def _states(folder: Path) -> dict[int, OrderState]:
    return {state.id: state for state in _all_states(folder.parent / "_common" / "order_states.json")}
