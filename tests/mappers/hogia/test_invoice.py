from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import simplejson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappers.errors import Rejected
from mappers.hogia.amount import fraction, plain, rounded
from mappers.hogia.invoice import invoice_body, payment_body
from mappers.invoice.model import DocumentAddress, Invoice, InvoiceDocument, InvoiceRow, PaymentPart, RowKind

D = Decimal
SEQUENCE = "0f5d0f3e-5b0a-5c2e-9a0c-6f1f2a3b4c5d"
HOME = DocumentAddress(name="Gäst Gästsson", street="Storgatan 1", street_extra="", postcode="111 22", city="Stockholm", country="SE")
SHIRTS = InvoiceRow(
    kind=RowKind.ARTICLE,
    text="T-shirt (M)",
    article="TSHIRT-M",
    quantity=D(2),
    unit_price=D("159.20"),
    net=D("318.40"),
    rate=D(25),
    account=3001,
    vat_account=2611,
)
FREIGHT = InvoiceRow(
    kind=RowKind.FREIGHT,
    text="Frakt",
    quantity=D(1),
    unit_price=D("39.2000"),
    net=D("39.20"),
    rate=D("25.000"),
    account=3520,
    vat_account=2611,
)
NOTE = InvoiceRow(kind=RowKind.TEXT, text="Betald med kort")


def document(*rows: InvoiceRow, **changes: Any) -> InvoiceDocument:
    invoice = Invoice(
        order_id=4711,
        order_reference="KHWLILZLL",
        currency="SEK",
        rows=rows or (SHIRTS, FREIGHT, NOTE),
        vat=(),
        net=D("357.60"),
        gross=D("447.00"),
        is_reverse_charge=False,
        country="SE",
    )
    made = InvoiceDocument(
        invoice=invoice,
        customer_number="PS1-000123",
        invoice_date=date(2026, 2, 3),
        due_date=date(2026, 2, 3),
        invoice_reference="PS:1:4711:INV",
        customer_order_number="KHWLILZLL",
        comment="Webborder KHWLILZLL",
    )
    return replace(made, **changes)


def test_the_contracts_example_is_written_as_it_stands_there() -> None:
    body = invoice_body(document(), sequence_id=SEQUENCE, article_lines=frozenset({0}))

    assert body == {
        "sequenceId": SEQUENCE,
        "customerInvoice": {
            "customerNumber": "PS1-000123",
            "isReverseCharge": False,
            "invoiceDate": "2026-02-03",
            "invoiceExpirationDate": "2026-02-03",
            "customerOrderNumber": "KHWLILZLL",
            "invoiceReference": "PS:1:4711:INV",
            "comment": "Webborder KHWLILZLL",
            "useRounding": False,
            "currency": {"code": "SEK"},
        },
        "invoiceLines": [
            {
                "articleInvoiceLine": {
                    "articleNumber": "TSHIRT-M",
                    "quantity": D(2),
                    "unitPrice": D("159.20"),
                    "salesAccountNumber": 3001,
                    "description": "T-shirt (M)",
                }
            },
            {
                "invoiceLine": {
                    "description": "Frakt",
                    "unitPrice": D("39.20"),
                    "unitType": "st",
                    "quantity": D(1),
                    "salesAccountNumber": 3520,
                    "vat": {"percent": D("0.25"), "accountNumber": 2611},
                }
            },
            {"textInvoiceLine": {"description": "Betald med kort"}},
        ],
    }


def test_an_article_that_may_not_go_as_one_goes_with_its_vat_spelled_out() -> None:
    line = invoice_body(document(SHIRTS), sequence_id=SEQUENCE)["invoiceLines"][0]

    assert line["invoiceLine"]["vat"] == {"percent": D("0.25"), "accountNumber": 2611}


def test_a_row_without_article_never_goes_as_an_article_line() -> None:
    lines = invoice_body(document(SHIRTS, FREIGHT), sequence_id=SEQUENCE, article_lines={0, 1})["invoiceLines"]

    assert [set(line) for line in lines] == [{"articleInvoiceLine"}, {"invoiceLine"}]


def test_an_article_line_without_text_keeps_the_articles_own_name() -> None:
    line = invoice_body(document(replace(SHIRTS, text="")), sequence_id=SEQUENCE, article_lines={0})["invoiceLines"][0]

    assert "description" not in line["articleInvoiceLine"]


def test_rounding_has_no_vat() -> None:
    rounding = InvoiceRow(kind=RowKind.ROUNDING, text="Avrundning", quantity=D(1), unit_price=D("-0.01"), net=D("-0.01"), account=3740)

    line = invoice_body(document(SHIRTS, rounding), sequence_id=SEQUENCE)["invoiceLines"][1]["invoiceLine"]

    assert (line["vat"], line["unitPrice"]) == ({"percent": D(0)}, D("-0.01"))


def test_cost_centre_and_project_stand_on_head_and_rows() -> None:
    body = invoice_body(document(cost_centre="100", project="P1"), sequence_id=SEQUENCE, article_lines={0})

    for place in (body["customerInvoice"], body["invoiceLines"][0]["articleInvoiceLine"], body["invoiceLines"][1]["invoiceLine"]):
        assert (place["dimensions"], place["projectNumber"]) == ([{"type": "One", "number": "100"}], "P1")


def test_addresses_have_the_contracts_shape() -> None:
    delivery = replace(HOME, name="Kund c/o Åkerö", country="NO", street_extra="Plan 2")

    head = invoice_body(document(billing_address=HOME, shipping_address=delivery), sequence_id=SEQUENCE)["customerInvoice"]

    assert head["billingAddress"] == {
        "street": "Storgatan 1",
        "streetExtraLine": "",
        "zipCode": "111 22",
        "city": "Stockholm",
        "country": "Sverige",
    }
    assert (head["shippingAddress"]["streetExtraLine"], head["shippingAddress"]["country"]) == ("Kund c/o Åkerö, Plan 2", "Norge")


def test_an_invoice_on_a_collective_contact_names_its_buyer() -> None:
    head = invoice_body(document(billing_address=HOME, buyer_name_in_address=True), sequence_id=SEQUENCE)["customerInvoice"]

    assert head["billingAddress"]["streetExtraLine"] == "Gäst Gästsson"


def test_hogia_mails_only_when_asked_to() -> None:
    silent = invoice_body(document(), sequence_id=SEQUENCE)["customerInvoice"]
    mailed = invoice_body(document(email="a@example.net"), sequence_id=SEQUENCE)["customerInvoice"]

    assert "distributionMethod" not in silent
    assert (mailed["distributionMethod"], mailed["distributionEmail"]) == (2, "a@example.net")


def test_texts_are_cut_by_characters_and_the_reference_never() -> None:
    head = invoice_body(document(your_reference="Å" * 60, our_reference="Anna", invoice_reference="PS:" + "x" * 200), sequence_id=SEQUENCE)[
        "customerInvoice"
    ]

    assert (len(head["yourReference"]), head["ourReference"], len(head["invoiceReference"])) == (30, "Anna", 203)


def test_reverse_charge_is_said() -> None:
    made = document()
    reverse = replace(made, invoice=replace(made.invoice, is_reverse_charge=True))

    assert invoice_body(reverse, sequence_id=SEQUENCE)["customerInvoice"]["isReverseCharge"] is True


def test_the_buyers_vat_number_stands_on_a_reverse_charge_invoice_only() -> None:
    made = document(vat_number="DE129273398")
    reverse = replace(made, invoice=replace(made.invoice, is_reverse_charge=True))

    assert "DE129273398" in invoice_body(reverse, sequence_id=SEQUENCE)["invoiceLines"][-1]["textInvoiceLine"]["description"]
    assert "DE129273398" not in str(invoice_body(made, sequence_id=SEQUENCE))


def test_a_row_without_text_is_called_by_its_article_or_kind() -> None:
    rows = (replace(SHIRTS, text="\u200e"), replace(FREIGHT, text=""))

    lines = invoice_body(document(*rows), sequence_id=SEQUENCE)["invoiceLines"]

    assert [line["invoiceLine"]["description"] for line in lines] == ["TSHIRT-M", "freight"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (replace(SHIRTS, unit_price=D("159.20001")), "AMOUNT_NOT_SENDABLE"),
        (replace(SHIRTS, quantity=D("2.001")), "AMOUNT_NOT_SENDABLE"),
        (replace(SHIRTS, unit_price=D("NaN")), "AMOUNT_NOT_SENDABLE"),
        (replace(SHIRTS, net=D("318.41")), "ROW_SUM_MISMATCH"),
        (NOTE, "INVOICE_WITHOUT_ROWS"),
    ],
)
def test_what_hogia_would_not_add_up_to_is_not_sent(row: InvoiceRow, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        invoice_body(document(row), sequence_id=SEQUENCE)

    assert caught.value.code == code


def test_a_payment_is_written() -> None:
    part = PaymentPart(key="payment-58", amount=D("447"), account=1580, on=date(2026, 2, 3), reference="tx-1")

    assert payment_body(part, sequence_id=SEQUENCE) == {
        "sequenceId": SEQUENCE,
        "payer": "Customer",
        "date": "2026-02-03",
        "amount": D("447.00"),
        "accountNumber": 1580,
        "reference": "tx-1",
    }


@pytest.mark.parametrize("amount", ["0", "-0.00", "1.005"])
def test_a_payment_of_nothing_or_of_parts_of_an_ore_is_not_sent(amount: str) -> None:
    with pytest.raises(Rejected):
        payment_body(PaymentPart(key="payment-58", amount=D(amount), account=1580, on=date(2026, 2, 3)), sequence_id=SEQUENCE)


@pytest.mark.parametrize(
    ("value", "written"), [("1E+3", "1000.00"), ("-0.00", "0.00"), ("159.2", "159.20"), ("8.928600", "8.9286"), ("-12.5000", "-12.50")]
)
def test_amounts_are_written_plainly(value: str, written: str) -> None:
    assert str(plain(D(value), decimals=4, subject="x")) == written


@pytest.mark.parametrize(
    ("percent", "written"), [("25", "0.25"), ("6.000", "0.06"), ("25.5", "0.255"), ("0", "0"), ("0.000", "0"), ("100", "1")]
)
def test_rates_are_written_as_fractions(percent: str, written: str) -> None:
    assert str(fraction(D(percent))) == written


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


rows = st.builds(
    lambda kind, article, quantity, price, rate, text: InvoiceRow(
        kind=kind, text=text, article=article, quantity=quantity, unit_price=price, net=rounded(quantity * price), rate=rate, account=3001
    ),
    st.sampled_from([kind for kind in RowKind if kind is not RowKind.TEXT]),
    st.sampled_from(["", "A-1"]),
    st.decimals(-999, 999, places=2),
    st.decimals(-99999, 99999, places=4),
    st.sampled_from([D(25), D("12.000"), D(6), D(0), D("25.5"), D("-0")]),
    st.text(max_size=12),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(rows, min_size=1, max_size=4), st.sets(st.integers(0, 3)))
def test_bodies_hold_no_float_no_minus_zero_and_survive_the_wire(made: list[InvoiceRow], article_lines: set[int]) -> None:
    body = invoice_body(document(*made), sequence_id=SEQUENCE, article_lines=article_lines)

    written = simplejson.dumps(body, use_decimal=True)
    assert simplejson.loads(written, use_decimal=True) == body
    for leaf in leaves(body):
        assert not isinstance(leaf, float)
        if isinstance(leaf, Decimal):
            assert "E" not in str(leaf)
            assert not (leaf.is_zero() and leaf.is_signed())
    assert all(len(line) == 1 for line in body["invoiceLines"])
