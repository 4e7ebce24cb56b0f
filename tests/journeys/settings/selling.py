"""Purchases for these tests, and what they become in the sandbox Hogia, as it stores it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.sandbox.prestashop.scenario import Scenario
from app.sandbox.prestashop.scenarios import ANNA, BY_SLUG, COMPANY, HOME, TEA, TEAPOT, one
from app.sandbox.prestashop.scenarios import COMPANY_PLACE as PLACE
from tests.world import World

PLAIN = BY_SLUG["plain"]  # a teapot for 399.00 and freight 49.00, 25 %, to Anna in Stockholm
MIXED = BY_SLUG["mixed-vat"]
WIRE = BY_SLUG["unpaid-bank-wire"]
ORGANISATION, VAT = "559999-9900", "SE559999990001"  # valid, and nobody's
COMPANY_PLACE = replace(PLACE, dni=ORGANISATION, vat_number=VAT)
COMPANY_ORDER = one("company", "A company", TEAPOT, person=COMPANY, place=COMPANY_PLACE)

__all__ = [
    "ANNA",
    "COMPANY",
    "COMPANY_ORDER",
    "COMPANY_PLACE",
    "HOME",
    "MIXED",
    "ORGANISATION",
    "PLAIN",
    "TEA",
    "TEAPOT",
    "VAT",
    "WIRE",
    "buy",
    "one",
    "replace",
]


def today() -> date:
    """The shop's day."""
    return datetime.now(ZoneInfo("Europe/Stockholm")).date()


async def buy(bridge: World, scenario: Scenario = PLAIN, *, steps: bool = True) -> int:
    """Place an order, notice it, run until nothing is left to do; the order's id."""
    order = bridge.shop.place_order(scenario, steps=steps)
    await again(bridge, order)
    return order


async def again(bridge: World, order: int) -> None:
    """Another notice about the order, worked on."""
    await bridge.notice(order, sender_id=f"again-{len(bridge.hogia.log)}-{len(bridge.shop.requests)}")
    await bridge.settle()


async def sold(bridge: World, scenario: Scenario = PLAIN, **orders: Any) -> dict[str, Any]:
    """The invoice of a purchase under these order settings, as Hogia stores it."""
    await bridge.configure(**orders)
    return stored(bridge, await buy(bridge, scenario))


def stored(bridge: World, order: int) -> dict[str, Any]:
    """The order's only invoice."""
    (summary,) = bridge.invoices_of(order)
    found: dict[str, Any] = bridge.hogia.invoice(summary["id"])
    return found


def head(invoice: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = invoice["invoiceHeader"]
    return found


def lines(invoice: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines with an amount."""
    return [line for line in invoice["invoiceLines"] if line["salesAccountNumber"] is not None]


def line(invoice: dict[str, Any], name: str) -> dict[str, Any]:
    """The line that bears this text."""
    (found,) = [each for each in lines(invoice) if each["name"] == name]
    return found


def texts(invoice: dict[str, Any]) -> list[str]:
    """The text rows."""
    return [each["name"] for each in invoice["invoiceLines"] if each["salesAccountNumber"] is None]


def accounts(invoice: dict[str, Any]) -> dict[str, int]:
    """The account of every line, by its text."""
    return {each["name"]: each["salesAccountNumber"] for each in lines(invoice)}


def article_numbers(invoice: dict[str, Any]) -> list[str | None]:
    return [each["articleNumber"] for each in lines(invoice)]


def payments(invoice: dict[str, Any]) -> list[dict[str, Any]]:
    return [event for event in invoice["customerInvoiceEvents"] if event.get("paymentAccountNumber")]


def vat_booked(bridge: World, invoice: dict[str, Any]) -> dict[int, Decimal]:
    """What the invoice's voucher books on VAT accounts (26xx): account -> kronor."""
    (billed,) = [event for event in invoice["customerInvoiceEvents"] if event["customerInvoiceEventType"] == "Billed"]
    voucher = bridge.hogia.organisation.vouchers.current(billed["voucherId"])
    return {row["accountNumber"]: -row["amount"] for row in voucher["voucherRows"] if 2600 <= row["accountNumber"] < 2700}


def contacts(bridge: World) -> list[dict[str, Any]]:
    """Hogia's contacts, oldest first."""
    return list(bridge.hogia.organisation.contacts)


def contact(bridge: World) -> dict[str, Any]:
    """The only contact."""
    (found,) = contacts(bridge)
    return found


def total(bridge: World, order: int) -> Decimal:
    """What the customer paid."""
    return Decimal(bridge.shop.get("orders", order)["total_paid_tax_incl"])
