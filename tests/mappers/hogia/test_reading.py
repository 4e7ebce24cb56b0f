from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import simplejson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappers.hogia.model import DeliveredLine, DeliveryState, HogiaAccount, HogiaDelivery, HogiaPayment, InvoiceStatus
from mappers.hogia.reading import invoice_status, read_article, read_contact, read_financial_year, read_invoice, read_reference
from mappers.hogia.values import day, moment, number, percent, text, whole

INVOICE = """
{"id": "I1", "version": 3, "rowVersion": 88, "grossAmount": 447.00, "netAmount": 357.60, "vatAmount": 89.40, "roundingAmount": 0,
 "amountToPay": 447.00, "amountPaid": 0, "amountLeftToPay": 447.00, "customerInvoiceState": "Billed", "isBilled": true, "isClosed": false,
 "isExpired": false, "isCanceled": false, "isCustomerPaid": false,
 "vatDistributions": [{"percent": 0.25, "amount": 80.00}, {"percent": 25, "amount": 9.40}, {"percent": 0, "amount": 0}],
 "customerInvoiceReferences": [],
 "invoiceHeader": {"invoiceNumber": 1001, "ocr": "100107", "customerOrderNumber": "KHWLILZLL", "invoiceReference": "PS:1:4711:INV",
  "invoiceDate": "2026-02-03T00:00:00", "invoiceExpirationDate": "2026-03-05", "customer": {"number": "PS1-000123"}},
 "currencyInfo": {"currency": {"code": "sek", "decimals": 2}},
 "customerInvoiceEvents": [{"customerInvoiceEventType": "Billed", "amount": 447.00},
  {"customerInvoiceEventType": "Paid", "paymentAccountNumber": 1580, "amount": 100.50, "reference": "tx-1", "sequenceId": "ABC"}],
 "delivery": {"state": "Partial", "date": "2026-02-04", "isFinal": false, "carrierName": "PostNord", "trackingNumber": "T1",
  "trackingUrl": "https://t.test/T1", "lines": [{"lineIndex": 0, "quantity": 1}, {"lineIndex": null, "quantity": 1}]},
 "unknownField": {"x": [1]}}
"""


def invoice(**changes: Any) -> dict[str, Any]:
    return simplejson.loads(INVOICE, use_decimal=True) | changes


def test_an_invoice_is_read_in_full() -> None:
    found = read_invoice(invoice())

    assert (found.id, found.number, found.reference, found.customer_number) == ("I1", 1001, "PS:1:4711:INV", "PS1-000123")
    assert (found.currency, found.order_number, found.ocr) == ("SEK", "KHWLILZLL", "100107")
    assert (found.net, found.vat, found.gross) == (Decimal("357.60"), Decimal("89.40"), Decimal("447.00"))
    assert (found.invoice_date, found.due_date, found.version, found.row_version) == (date(2026, 2, 3), date(2026, 3, 5), 3, 88)
    assert found.payments == (HogiaPayment(amount=Decimal("100.50"), account=1580, reference="tx-1", sequence_id="abc"),)
    assert found.delivery == HogiaDelivery(
        state=DeliveryState.PARTIAL,
        on=date(2026, 2, 4),
        carrier="PostNord",
        tracking_number="T1",
        tracking_url="https://t.test/T1",
        lines=(DeliveredLine(line_index=0, quantity=Decimal(1)),),
    )


def test_fraction_and_percent_are_the_same_rate() -> None:
    assert read_invoice(invoice()).vat_per_rate == {Decimal(25): Decimal("89.40"), Decimal(0): Decimal(0)}


CREDITED = [{"type": "Credit", "customerInvoiceId": "C1", "referencedCustomerInvoiceId": "i1"}]
CREDITS = [{"type": "Credit", "customerInvoiceId": "I1", "referencedCustomerInvoiceId": "O1"}]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"isCanceled": True, "isBilled": False}, InvoiceStatus.CANCELLED),
        ({"isBilled": False}, InvoiceStatus.DRAFT),
        ({"isBilled": None, "invoiceHeader": None}, InvoiceStatus.DRAFT),
        ({"isBilled": None}, InvoiceStatus.OPEN),
        ({"amountLeftToPay": Decimal("0.00"), "customerInvoiceReferences": CREDITED}, InvoiceStatus.CREDITED),
        ({"amountLeftToPay": Decimal("100.00"), "customerInvoiceReferences": CREDITED}, InvoiceStatus.OPEN),
        ({"amountLeftToPay": 0, "amountPaid": Decimal("347.00"), "customerInvoiceReferences": CREDITED}, InvoiceStatus.PAID),
        ({"isCustomerPaid": True}, InvoiceStatus.PAID),
        ({"amountLeftToPay": 0, "amountPaid": 447}, InvoiceStatus.PAID),
        ({"amountLeftToPay": Decimal("-50.00"), "amountPaid": 497}, InvoiceStatus.PAID),
        ({"amountLeftToPay": 347, "amountPaid": 100}, InvoiceStatus.PARTIALLY_PAID),
        ({"amountLeftToPay": 347, "amountPaid": 100, "isExpired": True}, InvoiceStatus.PARTIALLY_PAID),
        ({"isExpired": True}, InvoiceStatus.OVERDUE),
        ({}, InvoiceStatus.OPEN),
        ({"amountLeftToPay": None}, InvoiceStatus.OPEN),
        ({"amountLeftToPay": None, "amountPaid": 100, "amountToPay": None}, InvoiceStatus.PARTIALLY_PAID),
        # a credit invoice: signs turned
        ({"grossAmount": -447, "amountToPay": -447, "amountLeftToPay": -447, "customerInvoiceReferences": CREDITS}, InvoiceStatus.OPEN),
        ({"grossAmount": -447, "amountToPay": -447, "amountLeftToPay": -400, "amountPaid": -47}, InvoiceStatus.PARTIALLY_PAID),
        ({"grossAmount": -447, "amountToPay": -447, "amountLeftToPay": 0, "customerInvoiceReferences": CREDITS}, InvoiceStatus.PAID),
    ],
)
def test_the_status_is_the_first_condition_that_holds(changes: dict[str, Any], status: InvoiceStatus) -> None:
    assert invoice_status(invoice(**changes)) is status


def test_the_state_text_decides_nothing() -> None:
    assert invoice_status(invoice(customerInvoiceState="Paid")) is InvoiceStatus.OPEN


def test_an_invoice_of_nulls_is_a_draft_and_never_paid() -> None:
    found = read_invoice(dict.fromkeys(invoice(), None))

    assert (found.status, found.gross, found.number, found.delivery) == (InvoiceStatus.DRAFT, 0, None, None)


def test_both_ends_of_a_credit_are_told() -> None:
    assert read_invoice(invoice(customerInvoiceReferences=CREDITED)).credited_by == ("C1",)
    assert read_invoice(invoice(customerInvoiceReferences=CREDITS)).credits == "O1"
    assert read_invoice(invoice(creditedCustomerInvoiceId="O2", customerInvoiceReferences=[{"type": "Reminder"}])).credits == "O2"


def test_a_binary_float_is_refused() -> None:
    with pytest.raises(TypeError):
        read_invoice(invoice(grossAmount=447.1))


@pytest.mark.parametrize(
    ("word", "state"), [("delivered", DeliveryState.DELIVERED), ("NONE", DeliveryState.NONE), ("lost", DeliveryState.UNKNOWN)]
)
def test_delivery_words_are_read(word: str, state: DeliveryState) -> None:
    delivery = read_invoice(invoice(delivery={"state": word})).delivery

    assert delivery is not None
    assert delivery.state is state


CONTACT: dict[str, Any] = {
    "id": "k1",
    "number": "PS1-7",
    "companyName": "Snickeriet Åkerö AB",
    "identificationNumber": "556036-0793",
    "vatNumber": "SE556036079301",
    "countryCode": "SE",
    "isOrganization": True,
    "contactChannels": [{"value": "0701740605", "contactChannelType": 2}, {"value": "Bjorn@Example.net", "contactChannelType": 1}],
    "customer": {"isActive": True, "eInvoiceReceiverEmail": "faktura@example.net"},
    "addresses": [{"addressType": 3, "zipCode": "999 99"}, {"addressType": 2, "zipCode": "931 35"}],
    "version": 2,
    "rowVersion": 44,
}


def test_a_company_contact_is_read() -> None:
    found = read_contact(CONTACT)

    assert (found.is_company, found.is_active, found.organisation_number, found.vat_number) == (True, True, "5560360793", "SE556036079301")
    assert (found.email, found.person_key, found.version, found.row_version) == ("bjorn@example.net", "snickeriet akero ab|93135", 2, 44)


def test_a_persons_number_is_not_kept() -> None:
    found = read_contact(
        {"id": "k", "givenName": "Gäst", "surName": "Gästsson", "identificationNumber": "19121212-1212", "vatNumber": None}
    )

    assert "1212" not in repr(found)
    assert (found.is_company, found.is_active, found.person_key) == (False, True, "gast gastsson|")


@pytest.mark.parametrize(
    ("changes", "active"), [({"customer": {"isActive": False}}, False), ({"customer": None}, True), ({"isDeleted": True}, False)]
)
def test_whether_a_contact_is_active(changes: dict[str, Any], *, active: bool) -> None:
    assert read_contact(CONTACT | changes).is_active is active


def test_invoice_mail_stands_in_for_a_missing_channel() -> None:
    assert read_contact(CONTACT | {"contactChannels": None}).email == "faktura@example.net"


def test_an_organisation_number_follows_from_a_swedish_vat_number() -> None:
    assert read_contact(CONTACT | {"identificationNumber": None}).organisation_number == "5560360793"


def test_a_contact_of_nulls_is_read() -> None:
    found = read_contact(dict.fromkeys(CONTACT, None))

    assert (found.id, found.person_key, found.email, found.is_active) == ("", "", "", True)


def test_an_article_is_read() -> None:
    found = read_article(
        {
            "id": "a",
            "number": "TSHIRT-M",
            "name": "T-shirt",
            "isActive": None,
            "isWebshopArticle": True,
            "salesAccounts": [{"number": 3001, "type": "NationalSales"}, {"number": None, "type": "EuSales"}],
            "prices": {"price": Decimal("159.20"), "currencyCode": "SEK"},
            "rowVersion": 7,
        }
    )

    assert (found.number, found.is_active, found.is_webshop_article, found.row_version) == ("TSHIRT-M", True, True, 7)
    assert (found.sales_accounts, found.prices) == ({"NationalSales": 3001}, {"SEK": Decimal("159.20")})


def test_reference_data_chains_account_to_vat_percent() -> None:
    reference = read_reference(
        currencies=[{"code": "sek"}, {"code": None}],
        financial_year={"id": "y", "startDate": "2026-01-01T00:00:00", "endDate": "2026-12-31T00:00:00"},
        accounts=[
            {"number": 3001, "isActive": True, "vatCodeId": "V25"},
            {"number": "3002", "isActive": None, "vatCodeId": "v12"},
            {"number": 3740, "isActive": False, "vatCodeId": None},
            {"number": None},
        ],
        vat_codes=[{"id": "v25", "vatPercent": 25}, {"id": "v12", "vatPercent": Decimal("0.12")}],
    )

    assert reference.currencies == {"SEK"}
    assert reference.financial_year is not None
    assert (reference.financial_year.start, reference.financial_year.end) == (date(2026, 1, 1), date(2026, 12, 31))
    assert reference.accounts == {
        3001: HogiaAccount(number=3001, is_active=True, vat_percent=Decimal(25)),
        3002: HogiaAccount(number=3002, is_active=True, vat_percent=Decimal(12)),
        3740: HogiaAccount(number=3740, is_active=False, vat_percent=None),
    }


@pytest.mark.parametrize("body", [None, {"id": "y", "startDate": None, "endDate": "2026-12-31"}])
def test_a_year_without_dates_is_none(body: dict[str, Any] | None) -> None:
    assert read_financial_year(body) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-02-03T10:11:12", datetime(2026, 2, 3, 9, 11, 12, tzinfo=UTC)),  # zone-less is Stockholm
        ("2026-07-03T10:11:12", datetime(2026, 7, 3, 8, 11, 12, tzinfo=UTC)),
        ("2026-02-03T10:11:12Z", datetime(2026, 2, 3, 10, 11, 12, tzinfo=UTC)),
        ("2026-02-03T10:11:12.1234567+01:00", datetime(2026, 2, 3, 9, 11, 12, 123456, tzinfo=UTC)),
        ("2026-02-03", datetime(2026, 2, 2, 23, 0, tzinfo=UTC)),
        ("", None),
        (None, None),
        ("0001-01-01T00:00:00", None),
        ("soon", None),
    ],
)
def test_every_form_of_time_is_read(written: Any, read: datetime | None) -> None:
    assert moment(written) == read


def test_a_day_is_the_day_in_stockholm() -> None:
    assert day("2026-02-02T23:00:00Z") == date(2026, 2, 3)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("12.50", Decimal("12.50")),
        (3, Decimal(3)),
        (True, None),
        ("x", None),
        (None, None),
        ([], None),
        (Decimal("NaN"), None),
        ("Infinity", None),
    ],
)
def test_numbers_are_read(value: Any, read: Decimal | None) -> None:
    assert number(value) == read


@pytest.mark.parametrize(("value", "read"), [("3001", 3001), (Decimal("3001.0"), 3001), (Decimal("1.5"), None), (None, None)])
def test_whole_numbers_are_read(value: Any, read: int | None) -> None:
    assert whole(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [(25, "25"), (Decimal("0.25"), "25"), (Decimal("0.06"), "6"), (Decimal("25.5"), "25.5"), (0, "0"), (Decimal("0.255"), "25.5")],
)
def test_percent_and_fraction_are_normalised(value: Any, read: str) -> None:
    assert str(percent(value)) == read


def test_texts_are_trimmed() -> None:
    assert (text(" a "), text(None), text({"a": 1}), text(7)) == ("a", "", "", "7")


FIELDS = st.sampled_from(sorted(set(invoice()) | set(CONTACT)))
VALUES = st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=8)
NESTED = VALUES | st.lists(VALUES, max_size=2) | st.dictionaries(FIELDS, VALUES, max_size=2)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(FIELDS, NESTED | st.lists(st.dictionaries(FIELDS, NESTED, max_size=2), max_size=2), max_size=6))
def test_whatever_hogia_answers_can_be_read(body: dict[str, Any]) -> None:
    assert read_invoice(body).status in InvoiceStatus
    assert isinstance(read_contact(body).is_active, bool)
    assert isinstance(read_article(body).number, str)
