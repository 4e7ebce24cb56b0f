"""The client and the mappers against the simulated Hogia: both were written from the contract, neither from the other."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from app.sandbox.hogia import CLIENT_ID, CLIENT_SECRET, ORGANIZATION_ID, HogiaState, Switches, create_hogia
from mappers.connection import CustomerPolicy, HogiaOrganisation
from mappers.customer import Create, Use, contact_card, match_contact
from mappers.errors import OrderbroError, Rejected, Transient, Unknown
from mappers.hogia.article import article_body
from mappers.hogia.contact import contact_body
from mappers.hogia.invoice import invoice_body, payment_body
from mappers.hogia.model import InvoiceStatus
from mappers.hogia.reading import read_article, read_contact, read_invoice, read_reference
from mappers.invoice.model import Invoice, InvoiceDocument, InvoiceRow, PaymentPart, RowKind, VatLine
from tests.mappers.orders import address, customer, order
from workers.clients.hogia import HogiaClient, NumberTaken, SequenceReused, StaleVersion

D = Decimal
NOW = datetime(2026, 2, 3, 10, 0, tzinfo=UTC)
TODAY = date(2026, 2, 3)
SEQUENCE = "0f5d0f3e-5b0a-5c2e-9a0c-6f1f2a3b4c5d"
PAYMENT = "1f5d0f3e-5b0a-5c2e-9a0c-6f1f2a3b4c5d"
CARD = contact_card(
    order(
        customer=customer(email="info@example.net"),
        invoice_address=address(company="Snickeriet Åkerö AB", vat_number="SE556036079301"),
        delivery_address=address(id=2, city="Uppsala", postcode="753 10"),
    ),
    CustomerPolicy(),
    shop_key="acme",
    currency="SEK",
    terms_days=30,
)
ROWS = (
    InvoiceRow(
        kind=RowKind.ARTICLE,
        text="T-shirt (M)",
        article="TSHIRT-M",
        quantity=D(2),
        unit_price=D("159.20"),
        net=D("318.40"),
        rate=D(25),
        account=3001,
        vat_account=2611,
    ),
    InvoiceRow(
        kind=RowKind.FREIGHT, text="Frakt", quantity=D(1), unit_price=D("39.20"), net=D("39.20"), rate=D(25), account=3520, vat_account=2611
    ),
    InvoiceRow(kind=RowKind.TEXT, text="Betald med kort"),
)
DOCUMENT = InvoiceDocument(
    invoice=Invoice(
        order_id=4711,
        order_reference="KHWLILZLL",
        currency="SEK",
        rows=ROWS,
        vat=(VatLine(rate=D(25), net=D("357.60"), vat=D("89.40")),),
        net=D("357.60"),
        gross=D("447.00"),
        is_reverse_charge=False,
        country="SE",
    ),
    customer_number=CARD.number,
    invoice_date=TODAY,
    due_date=TODAY,
    invoice_reference="PS:acme:4711:INV",
    customer_order_number="KHWLILZLL",
    your_reference="Gäst Gästsson",
    comment="Webborder KHWLILZLL",
    billing_address=CARD.billing,
    shipping_address=CARD.delivery,
    email="info@example.net",
    cost_centre="100",
)


@pytest.fixture
def state() -> HogiaState:
    ticks = itertools.count()
    return HogiaState(switches=Switches(rate_limit=0), now=lambda: NOW + timedelta(milliseconds=next(ticks)))


@pytest.fixture
async def client(state: HogiaState) -> AsyncIterator[HogiaClient]:
    organisation = HogiaOrganisation(
        base_url="https://hogia.test", token_url="https://hogia.test/connect/token", organization_id=ORGANIZATION_ID
    )
    numbers = itertools.count(1)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_hogia(state))) as http:
        yield HogiaClient(
            http,
            organisation,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            now=lambda: 0.0,
            request_id=lambda: f"00000000-0000-4000-8000-{next(numbers):012}",
        )


async def with_books(client: HogiaClient) -> None:
    await client.create_contact(contact_body(CARD))
    await client.create_article(article_body(number="TSHIRT-M", name="T-shirt (M)", account=3001, price=D("159.20"), is_stock_article=True))


def body(document: InvoiceDocument = DOCUMENT) -> dict[str, object]:
    return invoice_body(document, sequence_id=SEQUENCE, article_lines={0})


@pytest.mark.parametrize("everything_single", [True, False])
@pytest.mark.parametrize("page_base", [0, 1])
async def test_an_order_becomes_a_paid_invoice(client: HogiaClient, state: HogiaState, page_base: int, *, everything_single: bool) -> None:
    state.switches.page_base = page_base
    state.switches.single_as_object_everywhere = everything_single
    await with_books(client)

    made = await client.create_invoice(body())
    payment = await client.register_payment(
        made, payment_body(PaymentPart(key="payment-58", amount=D("447.00"), account=1580, on=TODAY, reference="tx-1"), sequence_id=PAYMENT)
    )

    found = [read_invoice(each) for each in await client.find_invoices("PS:acme:4711:INV")]
    assert [(each.id, each.status, each.net, each.vat, each.gross, each.to_pay) for each in found] == [
        (made, InvoiceStatus.PAID, D("357.60"), D("89.40"), D("447.00"), D("447.00"))
    ]
    assert (found[0].vat_per_rate, found[0].customer_number, found[0].currency) == ({D(25): D("89.40")}, CARD.number, "SEK")
    assert [(each.amount, each.account, each.reference, each.sequence_id) for each in found[0].payments] == [
        (D("447.00"), 1580, "tx-1", PAYMENT)
    ]
    assert payment


async def test_a_lost_answer_is_looked_up_and_the_repeat_makes_no_second_invoice(client: HogiaClient, state: HogiaState) -> None:
    await with_books(client)
    state.switches.drop_response_after_commit = 1
    with pytest.raises(Unknown):
        await client.create_invoice(body())

    looked_up = await client.find_invoices("PS:acme:4711:INV")
    repeated = await client.create_invoice(body())

    assert [each["id"] for each in looked_up] == [repeated]
    assert len(await client.find_invoices("PS:acme:4711:INV")) == 1


async def test_the_same_sequence_with_other_content_is_refused(client: HogiaClient) -> None:
    await with_books(client)
    await client.create_invoice(body())

    with pytest.raises(SequenceReused):
        await client.create_invoice(body(replace(DOCUMENT, comment="another")))


async def test_a_failed_write_is_unknown_and_a_dead_token_is_replaced(client: HogiaClient, state: HogiaState) -> None:
    await with_books(client)
    state.switches.fail_before_commit = 1
    with pytest.raises(Unknown):
        await client.create_invoice(body())
    state.switches.unauthorized = 1

    made = await client.create_invoice(body())

    assert [each["id"] for each in await client.find_invoices("PS:acme:4711:INV")] == [made]


async def test_a_contact_is_found_matched_and_updated_without_loss(client: HogiaClient) -> None:
    assert match_contact(CARD, link="", candidates=(), policy=CustomerPolicy()) == Create(number="PSacme-12")
    made = await client.create_contact(contact_body(CARD))
    moved = replace(CARD, email="new@example.net")
    listed = await client.contacts_by_number(CARD.number)
    match = match_contact(moved, link=str(made["id"]), candidates=[read_contact(each) for each in listed], policy=CustomerPolicy())
    assert isinstance(match, Use)

    existing = await client.contact(match.id)
    await client.update_contact(match.id, contact_body(moved, existing=existing, parts=match.update), version=match.version)

    after = await client.contact(match.id)
    assert read_contact(after).email == "new@example.net"
    changed = ("version", "rowVersion", "updatedDate", "contactChannels", "customer", "addresses")
    assert {name: value for name, value in after.items() if name not in changed} == {
        name: value for name, value in existing.items() if name not in changed
    }
    assert [each["id"] for each in after["addresses"]] == [each["id"] for each in existing["addresses"]]
    with pytest.raises(StaleVersion):
        await client.update_contact(match.id, contact_body(moved, existing=existing), version=match.version)


@pytest.mark.parametrize("shape", ["natural", "list", "problem", "string", "message", "html", "empty"])
async def test_a_refusal_in_any_shape_is_a_matter_for_a_person(client: HogiaClient, state: HogiaState, shape: str) -> None:
    await client.create_contact(contact_body(CARD))
    state.switches.error_shape = shape

    with pytest.raises(Rejected) as caught:
        await client.create_contact(contact_body(CARD))

    assert "Snickeriet" not in str(caught.value)
    if shape in {"natural", "list"}:
        assert isinstance(caught.value, NumberTaken)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (replace(DOCUMENT, customer_number="NOBODY"), "HOGIA_CUSTOMER_UNKNOWN"),
        (replace(DOCUMENT, invoice=replace(DOCUMENT.invoice, currency="JPY")), "HOGIA_CURRENCY_UNKNOWN"),
        (replace(DOCUMENT, invoice_date=date(1999, 1, 1), due_date=date(1999, 1, 1)), "HOGIA_PERIOD_CLOSED"),
        (replace(DOCUMENT, invoice=replace(DOCUMENT.invoice, rows=(replace(ROWS[0], article="GONE"),))), "HOGIA_ARTICLE_UNKNOWN"),
        (replace(DOCUMENT, invoice=replace(DOCUMENT.invoice, rows=(replace(ROWS[1], account=3999),))), "HOGIA_ACCOUNT_UNUSABLE"),
        (replace(DOCUMENT, invoice=replace(DOCUMENT.invoice, is_reverse_charge=True)), "HOGIA_VAT_ON_REVERSE_CHARGE"),
    ],
)
async def test_business_errors_have_their_own_codes(client: HogiaClient, document: InvoiceDocument, code: str) -> None:
    await with_books(client)

    with pytest.raises(OrderbroError) as caught:
        await client.create_invoice(body(document))

    assert caught.value.code == code


@pytest.mark.parametrize("page_base", [0, 1])
async def test_reference_data_is_read(client: HogiaClient, state: HogiaState, page_base: int) -> None:
    state.switches.page_base = page_base
    state.switches.max_page_size = 7
    year = await client.financial_year(TODAY)
    assert year is not None

    reference = read_reference(
        currencies=await client.currencies(),
        financial_year=year,
        accounts=await client.accounts(str(year["id"])),
        vat_codes=await client.vat_codes(),
    )

    assert {"SEK", "EUR"} <= reference.currencies
    assert reference.financial_year is not None
    assert reference.financial_year.start <= TODAY <= reference.financial_year.end
    assert [reference.accounts[number].vat_percent for number in (3001, 3002, 3003, 3004)] == [25, 12, 6, 0]
    assert (reference.accounts[1920].is_active, reference.accounts[3740].vat_percent) == (False, None)
    assert await client.financial_year(date(1999, 1, 1)) is None
    assert await client.modules() == {"Bookkeeping", "Invoicing", "CashRegister"}


async def test_every_write_shows_in_its_feed(client: HogiaClient) -> None:
    await with_books(client)
    made = await client.create_invoice(body())

    contacts = [read_contact(entry.body) async for entry in client.contacts_changed(0)]
    articles = [read_article(entry.body) async for entry in client.articles_changed(0)]
    invoices = [entry async for entry in client.invoices_changed(0)]

    assert [(each.number, each.vat_number, each.email) for each in contacts] == [(CARD.number, "SE556036079301", "info@example.net")]
    assert [(each.number, each.prices, each.sales_accounts) for each in articles] == [
        ("TSHIRT-M", {"SEK": D("159.20")}, {"NationalSales": 3001})
    ]
    assert [entry.id for entry in invoices] == [made]
    assert [entry async for entry in client.invoices_changed(invoices[-1].row_version)] == []


async def test_answers_full_of_nulls_are_read(client: HogiaClient, state: HogiaState) -> None:
    await with_books(client)
    made = await client.create_invoice(body())
    state.switches.null_everything = True

    found = read_invoice(await client.invoice(made))
    contact = read_contact((await client.contacts_by_number(CARD.number))[0])

    assert (found.gross, found.status, found.reference) == (D("447.00"), InvoiceStatus.OPEN, "PS:acme:4711:INV")
    assert contact.is_active
    assert isinstance(match_contact(CARD, link="", candidates=[contact], policy=CustomerPolicy()), Use)


async def test_a_limit_is_told_and_not_hammered(client: HogiaClient, state: HogiaState) -> None:
    state.switches.rate_limit = 1
    await client.currencies()

    with pytest.raises(Transient) as caught:
        await client.currencies()

    assert caught.value.code == "HOGIA_BUSY"
    assert caught.value.retry_after is not None
    assert [entry["path"].rsplit("/", 1)[-1] for entry in state.log].count("currencies") == 2
