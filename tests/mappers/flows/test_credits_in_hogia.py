"""Decisions about credits carried out in the simulated Hogia, again and again until nothing is left to do; and the same with the ledger lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.sandbox.hogia import HogiaState, Switches
from app.sandbox.hogia.control import invoices
from mappers.canonical import CartRule, EntityKey, Kind, ShopOrder, Slip
from mappers.changes import AdoptPayment, Change, CreateInvoice, RegisterPayment
from mappers.changes_after import AdoptCredit, CancelInvoice, CreditInvoice
from mappers.connection import Connection, EditedOrder, HogiaOrganisation, RefundPolicy, Shop
from mappers.flows.credits import CreditDecision, credit_changes
from mappers.flows.orders import decide_order, invoice_key, invoice_version
from mappers.hogia.credit import credit_body
from mappers.hogia.invoice import invoice_body
from mappers.hogia.model import FinancialYear, HogiaAccount, HogiaInvoice, HogiaReference, InvoiceStatus
from mappers.hogia.reading_invoice import read_invoice
from mappers.snapshot import AfterSnapshot, ContactLink, Known, KnownEffect, OrderSnapshot
from tests.factories import make_order, make_row, make_state
from tests.mappers.invoice.crediting import make_slip, slip_row

D = Decimal
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ENTITY = "acme-se/order/42"
STATES = {2: make_state(2), 6: make_state(6, paid=False)}
ORDER = make_order([make_row("199.00", ident=1), make_row("112.00", rate=12, ident=2)], freight="49.00", states=STATES)
EDITED = make_order([make_row("299.00", ident=1), make_row("112.00", rate=12, ident=2)], freight="49.00", states=STATES)
SLIPS = (make_slip(slip_row(1, "199.00"), ident=5), make_slip(slip_row(2, "112.00", rate=12), ident=6, freight="49.00"))
VOUCHER = CartRule(id=14, code="V14C7O42", reduction_amount=D("199.00"), reduction_tax=True)
ACCOUNTS = {3001: 25, 3002: 12, 3003: 6, 3520: 25, 2611: None, 2621: None, 3740: None, 1930: None, 2421: None}


class Bridge:
    """One order, one simulated Hogia, a ledger, and what applies changes."""

    def __init__(self, order: ShopOrder = ORDER, **refunds: Any) -> None:
        self.state = HogiaState(switches=Switches(rate_limit=0), now=lambda: NOW)
        self.state.add_contact("PS1-7")
        self.shop = Shop(key="acme-se", url="https://shop.example", refunds=RefundPolicy(**refunds))
        hogia = HogiaOrganisation(organization_id="org-1")
        self.connection = Connection(key="acme", name="Acme", hogia=hogia, shops=(self.shop,))
        self.order = order
        self.slips: tuple[Slip, ...] = ()
        self.rules: tuple[CartRule, ...] = ()
        self.effects: dict[str, KnownEffect] = {}
        self.now = NOW
        self.invoice_it()

    def invoice_it(self) -> None:
        """What `decide_order` says, applied."""
        found = tuple(self.everything())
        decision = decide_order(
            OrderSnapshot(
                now=self.now,
                since=self.now,
                key=EntityKey(shop="acme-se", kind=Kind.ORDER, id="42"),
                connection=self.connection,
                shop=self.shop,
                order=self.order,
                ledger_born=NOW - timedelta(days=30),
                effects=self.effects,
                reference=HogiaReference(
                    currencies=frozenset({"SEK"}),
                    financial_year=FinancialYear(id="y", start=NOW.date(), end=NOW.date()),
                    accounts={
                        number: HogiaAccount(number=number, is_active=True, vat_percent=None if rate is None else D(rate))
                        for number, rate in ACCOUNTS.items()
                    },
                ),
                contact_link=ContactLink(contact_id="c", number="PS1-7"),
                invoices=found,
            )
        )
        for change in decision.changes:
            self.apply(change)

    def everything(self) -> list[HogiaInvoice]:
        return [self.read(each["id"]) for each in invoices(self.state).body]

    def read(self, ident: str) -> HogiaInvoice:
        return read_invoice(self.state.invoice(ident))

    def apply(self, change: Change) -> None:
        made: dict[str, str] = {}
        match change:
            case CreateInvoice():
                made["external_id"] = self.post(invoice_body(change.document, sequence_id=change.sequence_id))
            case CreditInvoice():
                body = credit_body(
                    change.document,
                    sequence_id=change.sequence_id,
                    credited_invoice_id=change.credited_invoice_id,
                    credited_number=change.credited_invoice_number,
                )
                made["external_id"] = self.post(body)
            case RegisterPayment():
                where = self.effects[change.invoice_key].external_id
                self.state.register_payment(where, amount=change.part.amount, account=change.part.account)
            case AdoptCredit():
                made["external_id"] = change.invoice.id
            case CancelInvoice():
                self.state.cancel(change.invoice_id)
            case AdoptPayment():
                pass
            case _:
                return
        self.effects[change.key] = KnownEffect(state=Known.CONFIRMED, called_at=self.now, attempts=1, **made)

    def post(self, body: dict[str, Any]) -> str:
        head = {name: value for name, value in body["customerInvoice"].items() if name != "customerNumber"}
        made = self.state.make_invoice("PS1-7", body["invoiceLines"], draft=False, **head)
        ident: str = made["id"]
        return ident

    @property
    def invoice(self) -> HogiaInvoice:
        version = invoice_version(self.effects, ENTITY)
        key = invoice_key(ENTITY, version)
        made = self.effects.get(key) or self.effects[invoice_key(ENTITY, version - 1)]
        return self.read(made.external_id)

    def look(self) -> CreditDecision:
        self.now += timedelta(minutes=5)
        original = self.invoice
        return credit_changes(
            AfterSnapshot(
                now=self.now,
                key=EntityKey(shop="acme-se", kind=Kind.ORDER, id="42"),
                connection=self.connection,
                shop=self.shop,
                order=self.order,
                slips=self.slips,
                invoice=original,
                credits=tuple(self.read(ident) for ident in original.credited_by),
                effects=self.effects,
                cart_rules=self.rules,
                ledger_born=NOW - timedelta(days=30),
            )
        )

    def settle(self, *, lose_ledger: bool = False) -> None:
        """Look and apply until nothing is to be done; or forget everything but the invoice before each look."""
        for _ in range(8):
            if lose_ledger:
                self.effects = {key: known for key, known in self.effects.items() if key == invoice_key(ENTITY)}
            decision = self.look()
            assert decision.parked is None, decision.parked
            for change in decision.changes:
                self.apply(change)
            if not decision.changes:
                return
            adoptions = all(isinstance(change, AdoptCredit | AdoptPayment) for change in decision.changes)
            if lose_ledger and adoptions:
                return
        raise AssertionError("it never settles")

    def documents(self) -> list[tuple[str, Decimal]]:
        """(reference, gross) of everything in Hogia that stands."""
        found = self.everything()
        return sorted((each.reference, each.gross) for each in found if each.status is not InvoiceStatus.CANCELLED)


@pytest.mark.parametrize("lose_ledger", [False, True])
def test_every_slip_is_credited_once_however_often_it_is_looked_at(*, lose_ledger: bool):
    bridge = Bridge()
    bridge.slips = SLIPS

    bridge.settle(lose_ledger=lose_ledger)

    assert bridge.documents() == [
        ("PS:1:42:CRE-5", D("-199.00")),
        ("PS:1:42:CRE-6", D("-161.00")),
        ("PS:1:42:INV", D("360.00")),
    ]


@pytest.mark.parametrize("lose_ledger", [False, True])
def test_a_refund_as_a_voucher_is_settled_on_2421_once(*, lose_ledger: bool):
    bridge = Bridge()
    bridge.slips, bridge.rules = SLIPS[:1], (VOUCHER,)

    bridge.settle()
    bridge.settle(lose_ledger=lose_ledger)

    credit = bridge.read(bridge.invoice.credited_by[0])
    assert [(payment.amount, payment.account) for payment in credit.payments] == [(D("-199.00"), 2421)]
    assert credit.left_to_pay == 0


@pytest.mark.parametrize("lose_ledger", [False, True])
def test_a_cancelled_paid_order_ends_at_nothing(*, lose_ledger: bool):
    bridge = Bridge()
    bridge.order = replace(ORDER, current_state=6)
    bridge.slips = SLIPS[:1]

    bridge.settle(lose_ledger=lose_ledger)

    assert sum(gross for _, gross in bridge.documents()) == 0
    assert [reference for reference, _ in bridge.documents()] == ["PS:1:42:CRE-5", "PS:1:42:CRE-FULL", "PS:1:42:INV"]


def test_a_cancelled_unpaid_order_has_its_invoice_cancelled():
    unpaid = replace(ORDER, payments=())
    bridge = Bridge(unpaid)
    bridge.order = replace(unpaid, current_state=6)

    bridge.settle()

    assert bridge.documents() == []
    assert bridge.invoice.status is InvoiceStatus.CANCELLED


def test_an_edited_order_is_credited_and_invoiced_anew_and_its_payment_moves():
    bridge = Bridge(edited=EditedOrder.REINVOICE)
    bridge.order = replace(EDITED, payments=ORDER.payments)

    bridge.settle()
    bridge.invoice_it()
    bridge.settle()

    assert bridge.documents() == [
        ("PS:1:42:CRE-EDIT-1", D("-360.00")),
        ("PS:1:42:INV", D("360.00")),
        ("PS:1:42:INV-2", D("460.00")),
    ]
    assert (bridge.invoice.paid, bridge.invoice.left_to_pay) == (D("360.00"), D("100.00"))
    ended = bridge.read(bridge.effects[f"credit:{ENTITY}/edit-1"].external_id)
    assert (ended.paid, ended.left_to_pay) == (D("-360.00"), 0)
    assert {key for key in bridge.effects if key.startswith("payment:")} == {
        f"payment:{ENTITY}/payment-58",
        f"payment:{ENTITY}/2/payment-58",
        f"payment:{ENTITY}/credit-edit-1-1",
    }


def test_an_order_edited_twice_has_three_invoices_of_which_one_stands():
    bridge = Bridge(edited=EditedOrder.REINVOICE)
    for order in (EDITED, replace(ORDER, payments=())):
        bridge.order = order
        bridge.settle()
        bridge.invoice_it()

    bridge.settle()

    assert [reference for reference, _ in bridge.documents()] == [
        "PS:1:42:CRE-EDIT-1",
        "PS:1:42:CRE-EDIT-2",
        "PS:1:42:INV",
        "PS:1:42:INV-2",
        "PS:1:42:INV-3",
    ]
    assert sum(gross for _, gross in bridge.documents()) == D("360.00")
