"""What a demo takes for a difference, without starting anything."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from app.cli.demo import scene
from app.cli.demo.follow import Outcome
from app.cli.demo.household import listening
from app.cli.demo.verify import INVOICED, Difference, Sum, differences, expected, sums
from app.sandbox.remote import Bill, Sale
from mappers.errors import Misconfigured

D = Decimal
SALE = Sale(
    id=7,
    reference="ABCDEFGHI",
    currency="SEK",
    total_incl=D("125.00"),
    total_excl=D("100.00"),
    total_paid=D("125.00"),
    state_id=2,
    state="Payment accepted",
    has_been_paid=True,
    day="2026-11-24",
    notices=3,
)
BILL = Bill(
    id="b", number=1001, reference="PS:1:7:INV", currency="SEK", net=D(100), vat={"25": D(25)}, gross=D("125.00"), paid=D(125), left=D(0)
)
OUTCOME = Outcome(
    order=7,
    events=("order.created",),
    settled=True,
    generation=1,
    status="processed",
    code="",
    reason="",
    invoice_number="1001",
    invoice_amount="125.00",
    milliseconds=90,
)
LEFT_ALONE = replace(OUTCOME, status="ignored", code="ORDER_CANCELLED", invoice_number="", invoice_amount="")


REFUNDED = replace(SALE, slips={3: D("25.00")})
CREDIT = replace(
    BILL, id="c", number=1002, reference="PS:1:7:CRE-3", net=D(-20), vat={"25": D(-5)}, gross=D("-25.00"), credits="b", left=D(-25)
)


def texts(
    *,
    sale: Sale = SALE,
    bills: tuple[Bill, ...] = (BILL,),
    outcome: Outcome | None = OUTCOME,
    code: str = INVOICED,
    held: str = "",
) -> list[str]:
    return [each.text for each in differences({7: sale}, bills, {7: outcome}, {7: code}, {7: held} if held else None)]


def test_the_right_invoice_is_no_difference():
    assert texts() == []


@pytest.mark.parametrize(
    ("bill", "said"),
    [
        (replace(BILL, gross=D("125.01"), net=D("100.01")), "invoiced 125.01, paid in the shop 125.00: +0.01"),
        (replace(BILL, gross=D("124.99"), net=D("99.99")), "invoiced 124.99, paid in the shop 125.00: -0.01"),
        (replace(BILL, currency="EUR"), "invoiced in EUR, sold in SEK"),
        (replace(BILL, net=D(99)), "net 99 and VAT 25 are not 125.00"),
        (replace(BILL, net=D(101), vat={"25": D(24)}), "VAT 24.00, in the shop 25.00"),
        (replace(BILL, number=1002), "Orderbro's ledger says invoice 1001 of 125.00"),
    ],
)
def test_an_invoice_that_is_not_right_is_a_difference(bill: Bill, said: str):
    assert said in texts(bills=(bill,))


def test_a_missing_invoice_is_a_difference_whatever_the_ledger_says():
    assert texts(bills=()) == ["no invoice in Hogia: processed"]


def test_two_invoices_are_a_difference():
    assert texts(bills=(BILL, replace(BILL, number=1002))) == ["2 invoices: 1001, 1002"]


def test_an_invoice_of_nobody_is_a_difference():
    stray = replace(BILL, number=1002, reference="PS:1:8:INV")

    found = differences({7: SALE}, (BILL, stray), {7: OUTCOME}, {7: INVOICED})

    assert found == [Difference(order=0, text="invoice 1002 (PS:1:8:INV) belongs to no order of this demo")]


def test_a_refund_with_its_credit_is_no_difference():
    assert texts(sale=REFUNDED, bills=(BILL, CREDIT)) == []


@pytest.mark.parametrize(
    ("credits_", "said"),
    [
        ((), "refund 3: 0 credits, expected one of 25.00"),
        ((CREDIT, replace(CREDIT, number=1003)), "refund 3: 2 credits, expected one of 25.00"),
        ((replace(CREDIT, gross=D("-24.99"), net=D("-19.99")),), "refund 3: credited 24.99, refunded in the shop 25.00: -0.01"),
        ((replace(CREDIT, gross=D("-25.01"), net=D("-20.01")),), "refund 3: credited 25.01, refunded in the shop 25.00: +0.01"),
        ((replace(CREDIT, credits="another"),), "credit 1002 does not name invoice 1001"),
        ((replace(CREDIT, currency="EUR"),), "credit 1002 is in EUR, its invoice in SEK"),
        ((replace(CREDIT, net=D(-21)),), "credit 1002: net and VAT are not -25.00"),
        ((CREDIT, replace(CREDIT, number=1003, reference="PS:1:7:CRE-9")), "credit 1003 (PS:1:7:CRE-9) belongs to no refund"),
    ],
)
def test_a_credit_that_is_not_right_is_a_difference(credits_: tuple[Bill, ...], said: str):
    assert texts(sale=REFUNDED, bills=(BILL, *credits_)) == [said]


def test_a_refund_that_waits_for_a_person_has_no_credit_and_says_why():
    parked = replace(OUTCOME, status="failed", code="CREDIT_EXCEEDS_INVOICE")

    assert texts(sale=REFUNDED, outcome=parked, held="CREDIT_EXCEEDS_INVOICE") == []
    assert texts(sale=REFUNDED, held="CREDIT_EXCEEDS_INVOICE") == ["in Hogia as 1001, but processed, expected CREDIT_EXCEEDS_INVOICE"]
    assert texts(sale=REFUNDED, bills=(BILL, CREDIT), outcome=parked, held="CREDIT_EXCEEDS_INVOICE") == [
        "refund 3 should wait for a person, and is credited as 1002"
    ]


def test_an_order_without_event_or_end_is_a_difference():
    assert texts(outcome=None) == ["no event arrived"]
    assert texts(outcome=replace(OUTCOME, settled=False)) == ["not settled in time: processed"]


def test_a_right_invoice_on_a_parked_order_is_a_difference():
    assert texts(outcome=replace(OUTCOME, status="failed", code="ENGINE_MISMATCH")) == ["in Hogia as 1001, but failed ENGINE_MISMATCH"]


def test_an_order_that_is_left_alone_needs_the_expected_reason():
    assert texts(bills=(), outcome=LEFT_ALONE, code="ORDER_CANCELLED") == []
    assert texts(bills=(), outcome=LEFT_ALONE, code="ORDER_FREE") == ["ignored ORDER_CANCELLED, expected ORDER_FREE"]
    assert texts(outcome=LEFT_ALONE, code="ORDER_CANCELLED") == ["invoiced (1001), expected ORDER_CANCELLED"]


@pytest.mark.parametrize(
    ("sale", "code"),
    [
        (SALE, INVOICED),
        (replace(SALE, state_id=6), "ORDER_CANCELLED"),
        (replace(SALE, total_incl=D(0)), "ORDER_FREE"),
        (replace(SALE, has_been_paid=False), "STATE_NOT_TRANSFERRED"),
        (replace(SALE, total_paid=D(124)), "ORDER_TOTALS_DISAGREE"),
    ],
)
def test_the_shops_facts_say_what_is_expected(sale: Sale, code: str):
    assert expected(sale) == code


def test_sums_are_per_currency_and_of_what_is_to_be_invoiced():
    euro = replace(SALE, id=8, currency="EUR", total_incl=D("9.50"))
    cancelled = replace(SALE, id=9)

    found = sums({7: SALE, 8: euro, 9: cancelled}, (BILL,), {7: INVOICED, 8: INVOICED, 9: "ORDER_CANCELLED"})

    assert found == [
        Sum(currency="SEK", sold=D("125.00"), invoiced=D("125.00")),
        Sum(currency="EUR", sold=D("9.50"), invoiced=D(0)),
    ]


def test_sums_tell_refunds_and_credits_apart_from_sales_and_invoices():
    (found,) = sums({7: REFUNDED}, (BILL, CREDIT), {7: INVOICED})

    assert (found.sold, found.invoiced, found.refunded, found.credited, found.difference) == (125, 125, 25, 25, 0)


def test_a_refund_that_waits_for_a_person_is_not_in_the_sums():
    (found,) = sums({7: REFUNDED}, (BILL,), {7: INVOICED}, {7: "CREDIT_EXCEEDS_INVOICE"})

    assert (found.refunded, found.difference) == (0, 0)


def test_varied_orders_come_first_and_then_all_others():
    known = {"other": "Another", **dict.fromkeys(scene.SHOWN, "")}

    assert scene.chosen(known, 3) == list(scene.SHOWN[:3])
    assert scene.chosen(known, 200) == [*scene.SHOWN, "other"]


def recordings(folder: Path, *rows: tuple[int, str, str]) -> Path:
    folder.mkdir()
    index = [{"id_order": order, "label": label, "reference": reference} for order, label, reference in rows]
    (folder / "index.json").write_text(json.dumps(index))
    return folder


SPLIT = "39-delad-order-samma-referens"


@pytest.mark.parametrize(
    ("version", "rows", "code"),
    [
        ("9.1.4", [(44, SPLIT, "A")], "TOTAL_MISMATCH"),
        ("9.1.4", [(44, SPLIT, "A"), (45, SPLIT, "A")], ""),
        ("8.2.1", [(44, SPLIT, "A")], ""),
        ("9.1.4", [(44, "02-flera-momssatser", "A")], ""),
    ],
)
def test_half_a_split_cart_is_expected_to_park(tmp_path: Path, version: str, rows: list[tuple[int, str, str]], code: str):
    assert scene.recorded(recordings(tmp_path / version, *rows))[44].code == code


def test_another_port_is_taken_when_the_usual_one_is_in_use():
    with listening(0) as first:
        taken = first.getsockname()[1]
        with listening(taken) as second:
            assert second.getsockname()[1] != taken
        with pytest.raises(Misconfigured, match="PORT_TAKEN"):
            listening(taken, exactly=True)
