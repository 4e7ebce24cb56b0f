"""The slips that were recorded, against the table of accounting-recordings.md 3.2."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from mappers.connection import MoreThanInvoiced
from mappers.errors import Rejected
from mappers.hogia.model import HogiaInvoice
from mappers.invoice.credit import build_credit, full_credit
from mappers.invoice.credit_remains import remains_of
from mappers.invoice.model import Invoice
from mappers.prestashop.slips import read_slips
from tests.mappers.invoice.building import codes, rounding, vat_of
from tests.mappers.invoice.crediting import credit_in_hogia, in_hogia
from tests.mappers.invoice.recorded import STOCKHOLM, folders, read
from tests.mappers.invoice.test_recordings import DEMO, invoice_of, number, policy_for
from workers.clients.prestashop.reading import read_records

D = Decimal


@dataclass(frozen=True, kw_only=True)
class Row:
    total: str
    vat: dict[str, tuple[str, str]]
    above: str = ""  # how much more than the customer paid for what comes back


TABLE = {
    (30, 1): Row(total="198.90", vat={"25": ("95.20", "23.80"), "12": ("71.34", "8.56")}),
    (31, 2): Row(total="99.00", vat={"25": ("79.20", "19.80")}, above="9.90"),
    (31, 3): Row(total="248.00", vat={"25": ("39.20", "9.80"), "6": ("187.74", "11.26")}, above="19.90"),
    (32, 4): Row(total="307.80", vat={"25": ("118.40", "29.60"), "12": ("142.68", "17.12")}),
    (65, 6): Row(total="14.00", vat={}, above="1.38"),
    (66, 7): Row(total="49.00", vat={"25": ("39.20", "9.80")}),
    (67, 8): Row(total="143.82", vat={"12": ("128.41", "15.41")}),
    (75, 9): Row(total="79.90", vat={"12": ("71.34", "8.56")}),
}
HELD = {(60, 5)}


def recorded_slips(folder: Path):
    path = folder / "order_slip.json"
    return read_slips(read_records(path.read_bytes(), "application/json"), STOCKHOLM) if path.exists() else ()


FOLDERS = [folder for folder in folders() if number(folder) not in DEMO and recorded_slips(folder)]
pytestmark = pytest.mark.skipif(not FOLDERS, reason="no recordings beside the repository")
every_refunded_order = pytest.mark.parametrize("folder", FOLDERS, ids=[f"{each.parent.name}/{each.name}" for each in FOLDERS])


def credited(folder: Path) -> tuple[HogiaInvoice, list[tuple[int, Invoice | Rejected]], list[HogiaInvoice]]:
    original = in_hogia(invoice_of(folder))
    made: list[tuple[int, Invoice | Rejected]] = []
    credits_: list[HogiaInvoice] = []
    for slip in recorded_slips(folder):
        try:
            invoice = build_credit(
                slip,
                read(folder),
                policy_for(folder),
                original=original,
                credits=tuple(credits_),
                more_than_invoiced=MoreThanInvoiced.HOLD,
            )
        except Rejected as held:
            made.append((slip.id, held))
            continue
        made.append((slip.id, invoice))
        credits_.append(credit_in_hogia(invoice, original, id=f"cre-{slip.id}"))
    return original, made, credits_


@every_refunded_order
def test_recorded_slip_becomes_the_credit_of_the_table(folder: Path):
    _, made, _ = credited(folder)

    for ident, credit in made:
        if (number(folder), ident) in HELD:
            assert isinstance(credit, Rejected)
            assert credit.code == "CREDIT_EXCEEDS_INVOICE"
            assert "247.00 of 222.06" in credit.message
            continue
        assert isinstance(credit, Invoice), credit
        expected = TABLE[number(folder), ident]
        assert (str(credit.gross), vat_of(credit), rounding(credit)) == (expected.total, expected.vat, "0")
        above = [notice.message for notice in credit.notices if notice.code == "CREDIT_ABOVE_SHARE"]
        assert bool(above) == bool(expected.above)
        assert all(f" {expected.above} more" in message for message in above)


@every_refunded_order
def test_what_recorded_slips_leave_can_be_credited_to_nothing(folder: Path):
    original, _, credits_ = credited(folder)
    if not remains_of(original, credits_).is_nothing:
        credits_.append(credit_in_hogia(full_credit(original, credits_), original, id="cre-full"))

    assert original.gross + sum(each.gross for each in credits_) == 0
    assert all(abs(left.gross) <= D("0.01") for left in remains_of(original, credits_).buckets.values())


def test_every_recorded_invoice_has_its_exact_mirror():
    """A10: 71 of 71."""
    for folder in folders():
        if number(folder) in DEMO:
            continue
        invoice = invoice_of(folder)
        if invoice.gross:
            mirror = full_credit(in_hogia(invoice), ())
            assert (mirror.gross, mirror.vat, codes(mirror)) == (invoice.gross, invoice.vat, set()), folder.name
            assert sum(row.net for row in mirror.rows) == invoice.net
