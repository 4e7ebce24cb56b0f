"""Credits in Hogia's words, and that the simulated Hogia takes them: with pieces in stock, for any slips, down to nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sandbox.hogia import HogiaState, Switches
from app.sandbox.hogia.stock import tracked
from mappers.errors import Rejected
from mappers.hogia.credit import credit_body
from mappers.hogia.invoice import invoice_body
from mappers.hogia.model import HogiaInvoice, InvoiceStatus
from mappers.hogia.reading_invoice import read_invoice
from mappers.invoice.credit import full_credit
from mappers.invoice.credit_remains import remains_of
from mappers.invoice.model import Invoice, InvoiceDocument, InvoiceRow, RowKind
from tests.factories import make_order, make_row
from tests.mappers.invoice.building import build
from tests.mappers.invoice.crediting import credit, make_slip, slip_row
from tests.mappers.invoice.shop_calculator import check_out
from tests.mappers.invoice.test_credit_properties import slips
from tests.mappers.invoice.test_properties import baskets

D = Decimal
SEQUENCE = "0f5d0f3e-5b0a-5c2e-9a0c-6f1f2a3b4c5d"
ORDER = make_order([make_row("199.00", quantity=3, ident=1), make_row("112.00", rate=12, ident=2)], freight="49.00")
ACCOUNTS = {D(25): 3001, D(12): 3002, D(6): 3003}


def paper(invoice: Invoice, reference: str, comment: str = "") -> InvoiceDocument:
    return InvoiceDocument(
        invoice=invoice,
        customer_number="PS1-7",
        invoice_date=date(2026, 11, 10),
        due_date=date(2026, 11, 10),
        invoice_reference=reference,
        customer_order_number="QWERTYUIO",
        comment=comment,
    )


def articles_of(invoice: Invoice) -> frozenset[int]:
    return frozenset(index for index, row in enumerate(invoice.rows) if row.article and row.kind is not RowKind.ADJUSTMENT)


def body_of(invoice: Invoice, comment: str = "", **changes: Any) -> dict[str, Any]:
    given_: dict[str, Any] = {"credited_invoice_id": "11111111-2222-3333-4444-555555555555", "credited_number": "1001"}
    return credit_body(
        paper(invoice, "PS:1:42:CRE-5", comment), sequence_id=SEQUENCE, article_lines=articles_of(invoice), **(given_ | changes)
    )


class Books:
    """A simulated Hogia with the order's articles in stock."""

    def __init__(self, order: Any) -> None:
        self.state = HogiaState(switches=Switches(rate_limit=0))
        self.state.add_contact("PS1-7")
        self.state.add_helper_articles()
        for row in order.rows:
            account = ACCOUNTS[sum(row.tax_rates, D(0))]
            self.state.add_article(row.reference, price=D(1), account=account, stock=D(100_000))

    def post(self, body: dict[str, Any]) -> HogiaInvoice:
        head = {name: value for name, value in body["customerInvoice"].items() if name != "customerNumber"}
        made = self.state.make_invoice("PS1-7", body["invoiceLines"], draft=False, **head)
        return self.read(made["id"])

    def read(self, ident: str) -> HogiaInvoice:
        return read_invoice(self.state.invoice(ident))

    def invoice(self, invoice: Invoice) -> HogiaInvoice:
        return self.post(invoice_body(paper(invoice, "PS:1:42:INV"), sequence_id=SEQUENCE, article_lines=articles_of(invoice)))

    def credit(self, invoice: Invoice, original: HogiaInvoice, what: str) -> HogiaInvoice:
        made = credit_body(
            paper(invoice, f"PS:1:42:CRE-{what}"),
            sequence_id=SEQUENCE,
            credited_invoice_id=original.id,
            credited_number=str(original.number),
            article_lines=articles_of(invoice),
        )
        return self.post(made)

    def stock(self, article: str) -> Decimal:
        return D(tracked(self.state.organisation, article)["onHand"])


def made_credit() -> Invoice:
    return credit(make_slip(slip_row(1, "199.00")), ORDER, Books(ORDER).invoice(build(ORDER)))


def test_a_credit_has_negative_quantities_and_positive_prices():
    (line,) = body_of(made_credit())["invoiceLines"]

    assert line["articleInvoiceLine"]["quantity"] == D(-1)
    assert line["articleInvoiceLine"]["unitPrice"] == D("159.20")


def test_a_deduction_goes_against_its_credit():
    slip = make_slip(slip_row(1, "199.00"), products="149.00")
    body = body_of(credit(slip, ORDER, Books(ORDER).invoice(build(ORDER))))

    line = body["invoiceLines"][1]["invoiceLine"]
    assert (line["quantity"], line["unitPrice"]) == (D(-1), D("-40.00"))


def test_a_credit_names_its_original_by_id_and_number():
    head = body_of(made_credit())["customerInvoice"]

    assert head["creditedCustomerInvoiceId"] == "11111111-2222-3333-4444-555555555555"
    assert head["comment"] == "Kredit av faktura 1001."
    assert head["invoiceReference"] == "PS:1:42:CRE-5"


def test_a_comment_that_names_the_original_is_left_alone():
    comment = "Kredit av faktura 1001 av 2026-11-02, order QWERTYUIO, återbetalning 5"

    assert body_of(made_credit(), comment)["customerInvoice"]["comment"] == comment


def test_another_number_in_the_comment_is_not_the_originals():
    assert "1001." in body_of(made_credit(), "Order 10010")["customerInvoice"]["comment"]


def test_text_rows_have_no_quantity_to_turn():
    invoice = made_credit()
    told = replace(invoice, rows=(*invoice.rows, InvoiceRow(kind=RowKind.TEXT, text="Kredit av faktura 1001")))

    assert body_of(told)["invoiceLines"][-1] == {"textInvoiceLine": {"description": "Kredit av faktura 1001"}}


def test_e19_the_full_credit_of_a_rounded_invoice_is_rounded():
    books = Books(ORDER)
    body = invoice_body(paper(build(ORDER), "PS:1:42:INV"), sequence_id=SEQUENCE)
    body["customerInvoice"]["useRounding"] = True
    body["invoiceLines"][0]["invoiceLine"]["unitPrice"] = D("159.03")
    original = books.post(body)

    made = books.post(
        credit_body(
            paper(full_credit(original, ()), "PS:1:42:CRE-FULL"),
            sequence_id=SEQUENCE,
            credited_invoice_id=original.id,
            credited_number=str(original.number),
            use_rounding=True,
        )
    )

    assert original.to_pay != original.gross
    assert (made.gross, made.to_pay) == (-original.gross, -original.to_pay)


@pytest.mark.parametrize("changes", [{"credited_invoice_id": ""}, {"credited_number": ""}])
def test_a_credit_without_an_original_is_never_written(changes: dict[str, str]):
    with pytest.raises(Rejected) as parked:
        body_of(made_credit(), **changes)

    assert parked.value.code == "CREDIT_WITHOUT_ORIGINAL"


def test_hogia_takes_a_slips_credit_and_the_rest_and_the_pieces_are_back():
    books = Books(ORDER)
    original = books.invoice(build(ORDER))
    first = books.credit(credit(make_slip(slip_row(1, "199.00")), ORDER, original), original, "5")

    rest = books.credit(full_credit(original, [first]), original, "FULL")

    after = books.read(original.id)
    assert (after.status, after.left_to_pay, after.credited_by) == (InvoiceStatus.CREDITED, 0, (first.id, rest.id))
    assert (first.credits, -first.gross - rest.gross) == (original.id, original.gross)
    assert (books.stock("ART-1"), books.stock("ART-2")) == (D(100_000), D(100_000))


def test_what_hogia_made_of_a_credit_reads_as_what_was_decided():
    books = Books(ORDER)
    original = books.invoice(build(ORDER))
    invoice = credit(make_slip(slip_row(2, "112.00", rate=12), freight="49.00"), ORDER, original)

    made = books.credit(invoice, original, "5")

    assert (made.gross, made.vat_per_rate) == (-invoice.gross, {line.rate: -line.vat for line in invoice.vat})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data(), cap=st.booleans())
def test_hogia_takes_whatever_credits_we_decide_and_ends_at_nothing(data: st.DataObject, *, cap: bool):
    order, _ = check_out(data.draw(baskets()))
    if not order.total_paid_incl:
        return
    books = Books(order)
    original = books.invoice(build(order))
    there: list[HogiaInvoice] = []
    for ident in range(1, data.draw(st.integers(min_value=1, max_value=4)) + 1):
        try:
            invoice = credit(data.draw(slips(order, ident)), order, original, there, cap=cap)
        except Rejected:
            continue
        made = books.credit(invoice, original, str(ident))
        assert made.gross == -invoice.gross
        there.append(made)

    if not remains_of(original, there).is_nothing:
        there.append(books.credit(full_credit(original, there), original, "FULL"))

    after = books.read(original.id)
    assert after.status is InvoiceStatus.CREDITED
    assert original.gross + sum(each.gross for each in there) == 0
