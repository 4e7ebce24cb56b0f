"""Whatever is invoiced, the books agree with the documents."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from app.sandbox.hogia import HogiaState

D = Decimal
NOW = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
ROWS = st.fixed_dictionaries(
    {
        "description": st.just("Row"),
        "quantity": st.decimals(min_value="0.01", max_value=99, places=2),
        "unitPrice": st.decimals(min_value="-500", max_value=5000, places=4),
        "salesAccountNumber": st.sampled_from([3001, 3002, 3003, 3004, 3106, 3520, 3740, 2421]),
    }
)
INVOICES = st.fixed_dictionaries({"currency": st.sampled_from(["SEK", "EUR", "DKK"]), "useRounding": st.booleans()})


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=8), header=INVOICES)
def test_invoice_adds_up_and_its_voucher_sums_to_zero(rows, header):
    state = HogiaState(now=lambda: NOW)
    state.add_contact("PS1-1")

    made = state.make_invoice(
        "PS1-1", [{"invoiceLine": row} for row in rows], draft=False, **{**header, "currency": {"code": header["currency"]}}
    )

    (voucher,) = state.organisation.vouchers
    assert made["vatAmount"] == sum(each["amount"] for each in made["vatDistributions"])
    assert made["netAmount"] == sum(line["netAmount"] for line in made["invoiceLines"])
    assert made["grossAmount"] == made["netAmount"] + made["vatAmount"]
    assert made["amountToPay"] == made["grossAmount"] + made["roundingAmount"]
    assert sum(row["amount"] for row in voucher["voucherRows"]) == 0


@settings(max_examples=60, deadline=None)
@given(prices=st.lists(st.decimals(min_value="0.01", max_value=5000, places=4), min_size=1, max_size=6), rounded=st.booleans())
def test_full_credit_leaves_nothing_on_any_account(prices, rounded):
    state = HogiaState(now=lambda: NOW)
    state.add_contact("PS1-1")
    lines = [{"invoiceLine": {"description": "Row", "quantity": 3, "unitPrice": price, "salesAccountNumber": 3001}} for price in prices]
    original = state.make_invoice("PS1-1", lines, draft=False, useRounding=rounded)

    credit = state.credit(original["id"])

    accounts = {}
    for voucher in state.organisation.vouchers:
        for row in voucher["voucherRows"]:
            accounts[row["accountNumber"]] = accounts.get(row["accountNumber"], D(0)) + row["amount"]
    assert credit["amountToPay"] == -original["amountToPay"]
    assert set(accounts.values()) <= {D(0)}
    assert state.invoice(original["id"])["amountLeftToPay"] == credit["amountLeftToPay"] == 0
