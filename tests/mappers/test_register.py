"""The data register against the mappers: what they write is in it, and what is in it they write, in each flow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from app.store.connections import SETTINGS
from mappers.catalogue.changes import CreateProduct, PutArticle, PutSpecificPrice, SetReference, SetStock, UpdateCombination, UpdateProduct
from mappers.catalogue.items import Item
from mappers.catalogue.model import ProductType, ShopProduct
from mappers.catalogue.policy import MissingReference, OutOfStockRule, ProductPolicy
from mappers.catalogue.register import register
from mappers.catalogue.register_model import FIRST, FOLLOWED, MADE, Entry, Part, Way
from mappers.catalogue.register_orders import CONTACT, CREDITED
from mappers.connection import CustomerPolicy, Flow
from mappers.customer import ContactCard, contact_card
from mappers.hogia.article import article_body
from mappers.hogia.contact import contact_body
from mappers.hogia.credit import credit_body
from mappers.hogia.invoice import invoice_body, payment_body
from mappers.hogia.model import HogiaArticle
from mappers.invoice.model import DocumentAddress, Invoice, InvoiceDocument, InvoiceRow, PaymentPart, RowKind
from mappers.payments import klarna_bodies, nets_bodies, svea_calls
from mappers.payments.model import CaptureRequest, Line, Parcel, RefundRequest
from mappers.payments.svea_credit import Credit, CreditHow
from mappers.payments.svea_delivery import Delivery, How
from mappers.payments.svea_model import Call
from tests.mappers.catalogue.looks import (
    NOW,
    decide_items,
    decide_one,
    make_article,
    make_campaign,
    make_combination,
    make_link,
    make_product,
    make_stock,
)
from tests.mappers.orders import address, customer, order
from tests.mappers.payments.svea_orders import delivery, row
from tests.mappers.payments.svea_orders import order as svea_order
from workers.clients.prestashop import writes

D = Decimal
FLOWS = pytest.mark.parametrize("flow", list(Flow))


def paths(value: Any, place: str = "") -> Iterator[str]:
    """Every leaf of a body: `salesAccounts[].number`."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from paths(inner, f"{place}.{name}" if place else name)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for inner in value:
            yield from paths(inner, f"{place}[]")
    else:
        yield place


def targets(part: Part, *, flow: Flow = Flow.COMBO, way: Way | None = None, when: frozenset[str] = frozenset()) -> set[str]:
    """What the register has of a part; `when`: only what is written at other moments than these."""
    return {each.target for each in register(flow) if each.part is part and (way is None or each.way is way) and each.when not in when}


# Articles and products --------------------------------------------------------------------------------------------------------------

PRODUCT = make_product(
    ean13="7310865004703",
    descriptions={2: "Mjuk och skön"},
    weight=D("0.25"),
    wholesale_price=D(80),
    is_active=True,
)
OTHER_ARTICLE = make_article(
    name="Another",
    description="Another",
    sales_accounts={"NationalSales": 3002},
    prices={"SEK": D(1)},
    ean="1",
    weight_grams=1,
    purchase_price=D(1),
    is_active=False,
    is_webshop_article=False,
)
FULL_ARTICLE = make_article(
    name="Skjorta", description="Fin", ean="7310865004703", weight_grams=300, purchase_price=D(90), prices={"SEK": D(250)}
)
SHIRT = make_product(combinations=(make_combination(reference="TR-1"),))
COMBINATION = Item(product=SHIRT, combination=SHIRT.combinations[0])
STOCK_POLICY = ProductPolicy(out_of_stock=OutOfStockRule.DENY)


def written(kind: type, decided: Any) -> set[str]:
    """The fields of these changes."""
    changes = [change for change in decided.changes if isinstance(change, kind)]
    return {name for change in changes for name in (change.body if isinstance(change, PutArticle) else change.fields)}


@FLOWS
def test_every_field_of_a_new_article_is_in_the_register(flow: Flow) -> None:
    (decided,) = decide_items(PRODUCT, flow=flow, creates=True)

    assert written(PutArticle, decided) == targets(Part.ARTICLE, flow=flow)


@FLOWS
def test_the_register_says_which_fields_of_an_article_follow_the_shop(flow: Flow) -> None:
    decided = decide_items(PRODUCT, OTHER_ARTICLE, flow=flow)

    changed = set().union(*(written(PutArticle, each) for each in decided))
    assert changed == {each.target for each in register(flow) if each.part is Part.ARTICLE and each.when == FOLLOWED}


@FLOWS
def test_the_register_says_when_articles_come_from_the_initial_synchronisation_only(flow: Flow) -> None:
    decided = decide_items(PRODUCT, flow=flow)

    is_made = any(written(PutArticle, each) for each in decided)
    assert is_made == (FIRST not in {each.when for each in register(flow) if each.part is Part.ARTICLE})


@pytest.mark.parametrize(
    ("product", "part"),
    [
        (replace(PRODUCT, reference=""), Part.PRODUCT),
        (make_product(combinations=(make_combination(reference=""),)), Part.COMBINATION),
    ],
)
def test_a_number_that_is_written_to_the_shop_is_in_the_register(product: ShopProduct, part: Part) -> None:
    (decided,) = decide_items(product, flow=Flow.COMBO, policy=ProductPolicy(missing_reference=MissingReference.GENERATE))

    (change,) = [change for change in decided.changes if isinstance(change, SetReference)]
    assert bool(change.combination_id) == (part is Part.COMBINATION)
    assert targets(part, way=Way.WITHIN_SHOP) == {"reference"}


@FLOWS
def test_every_field_of_a_new_product_is_in_the_register(flow: Flow) -> None:
    (change,) = decide_one(FULL_ARTICLE, flow=flow, creates=True, policy=ProductPolicy(create_active=True)).changes

    assert isinstance(change, CreateProduct)
    assert change.categories
    assert {*change.fields, "associations.categories[].id"} == targets(Part.PRODUCT, flow=flow, way=Way.TO_SHOP)


def followed_in_shop(flow: Flow, item: Item) -> set[str]:
    """What is written to a product or combination that is there: it differs, goes out of sale, comes back, is renumbered."""
    # Empty in the shop, or ours and unchanged since: everything that follows Hogia does.
    link = make_link(combination_id=item.combination_id, written={"name": "Tröja"})
    renumbered = make_article(number="TR-2")
    looks: list[tuple[HogiaArticle, tuple[Item, ...], dict[str, Any]]] = [
        (FULL_ARTICLE, (item,), {"link": link}),
        (make_article(is_active=False), (item,), {"link": link}),
        (renumbered, (), {"former": item, "former_link": link}),
    ]
    found: set[str] = set()
    for article, items, more in looks:
        decided = decide_one(article, *items, flow=flow, **more)
        found |= written(UpdateProduct, decided) | written(UpdateCombination, decided)
        found |= {"reference" for change in decided.changes if isinstance(change, SetReference)}
    return found


@FLOWS
def test_the_register_says_which_fields_of_a_product_follow_hogia(flow: Flow) -> None:
    item = Item(product=make_product(names={1: "Tröja", 2: "Tröja"}))

    assert followed_in_shop(flow, item) == targets(Part.PRODUCT, flow=flow, way=Way.TO_SHOP, when=frozenset({MADE, FIRST}))


@FLOWS
def test_the_register_says_which_fields_of_a_combination_follow_hogia(flow: Flow) -> None:
    assert followed_in_shop(flow, COMBINATION) == targets(Part.COMBINATION, flow=flow, way=Way.TO_SHOP)


@FLOWS
def test_every_field_of_a_specific_price_is_in_the_register(flow: Flow) -> None:
    campaign = make_campaign("100", starts=NOW, ends=NOW + timedelta(days=7))

    decided = decide_one(make_article(), Item(product=make_product()), flow=flow, prices=(campaign,), link=make_link())

    assert written(PutSpecificPrice, decided) == targets(Part.SPECIFIC_PRICE, flow=flow)


@FLOWS
def test_every_field_of_stock_is_in_the_register(flow: Flow) -> None:
    decided = decide_one(
        make_article(),
        Item(product=make_product()),
        flow=flow,
        policy=STOCK_POLICY,
        available=D(9),
        stocks=(make_stock(),),
        link=make_link(),
    )

    changes = [change for change in decided.changes if isinstance(change, SetStock)]
    found = {name for change in changes for name in ("quantity", "out_of_stock") if getattr(change, name) is not None}
    assert found == targets(Part.STOCK, flow=flow)


def test_a_virtual_product_writes_no_other_field() -> None:
    (decided,) = decide_items(replace(PRODUCT, type=ProductType.VIRTUAL), flow=Flow.PRESTASHOP_LEADS)

    assert written(PutArticle, decided) <= targets(Part.ARTICLE, flow=Flow.PRESTASHOP_LEADS)


# Orders -----------------------------------------------------------------------------------------------------------------------------

PLACE = DocumentAddress(name="Gäst", street="Storgatan 1", street_extra="Port B", postcode="111 22", city="Stockholm", country="SE")
SOLD = InvoiceRow(
    kind=RowKind.ARTICLE, text="Tröja", article="TR", quantity=D(1), unit_price=D(80), net=D(80), rate=D(25), account=3001, vat_account=2611
)
DOCUMENT = InvoiceDocument(
    invoice=Invoice(
        order_id=42,
        order_reference="KHW",
        currency="SEK",
        rows=(SOLD, replace(SOLD, kind=RowKind.FREIGHT, article="", text="Frakt"), InvoiceRow(kind=RowKind.TEXT, text="Betald")),
        vat=(),
        net=D(160),
        gross=D(200),
        is_reverse_charge=False,
        country="SE",
    ),
    customer_number="PS1-7",
    invoice_date=date(2026, 2, 3),
    due_date=date(2026, 3, 5),
    invoice_reference="PS:1:42:INV",
    customer_order_number="KHW",
    our_reference="Eva",
    your_reference="Gäst",
    comment="Webborder KHW",
    billing_address=PLACE,
    shipping_address=replace(PLACE, name="Other"),
    email="gast@example.com",
    cost_centre="100",
    project="7",
)
INVOICE = invoice_body(DOCUMENT, sequence_id="s", article_lines=frozenset({0}))


def card(**changes: Any) -> ContactCard:
    shop_order = order(
        invoice_address=address(address2="Port B", **changes), delivery_address=address(id=2, city="Åre"), customer=customer()
    )
    made = contact_card(shop_order, CustomerPolicy(), shop_key="acme", currency="SEK", terms_days=30)
    return replace(made, reference="Gäst Gästsson")


def test_every_field_of_a_contact_is_in_the_register() -> None:
    cards = (card(), card(company="Snickeriet AB", vat_number="SE556036079301", dni="556036-0793"))

    assert {path for each in cards for path in paths(contact_body(each))} == targets(Part.CONTACT)


def test_the_register_says_which_fields_of_a_contact_are_kept_up() -> None:
    cards = (card(), card(company="Snickeriet AB", vat_number="SE556036079301", dni="556036-0793"))

    changed = {path for each in cards for path in paths(contact_body(each, existing={"customer": {}}))}

    # The type of an address, as that of a channel, is written with every one that is added.
    assert changed - {"addresses[].addressType"} == {each.target for each in CONTACT if each.when != MADE}


def test_every_field_of_an_orders_article_is_in_the_register() -> None:
    body = {**article_body(number="TR", name="Tröja", unit="st", account=3001), "sequenceId": "s"}  # as workers.apply asks for it

    assert set(paths(body)) == targets(Part.ORDER_ARTICLE)


def test_every_field_of_an_invoice_is_in_the_register() -> None:
    assert set(paths(INVOICE)) == targets(Part.INVOICE)


def test_every_field_of_a_payment_is_in_the_register() -> None:
    part = PaymentPart(key="payment-1", amount=D(200), account=1580, on=date(2026, 2, 3), reference="T1")

    assert set(paths(payment_body(part, sequence_id="s"))) == targets(Part.PAYMENT)


def test_every_field_of_a_credit_is_in_the_register() -> None:
    body = credit_body(DOCUMENT, sequence_id="s", credited_invoice_id="i", credited_number="1001", article_lines=frozenset({0}))

    assert set(paths(body)) == targets(Part.CREDIT)


def test_what_a_credit_does_otherwise_are_fields_of_an_invoice() -> None:
    assert set(CREDITED) <= targets(Part.INVOICE)


# An invoice's later life ------------------------------------------------------------------------------------------------------------


def xml_paths(body: bytes) -> set[str]:
    (entity,) = etree.fromstring(body)
    return {f"{entity.tag}.{child.tag}" for child in entity}


def test_every_field_that_an_order_gets_is_in_the_register() -> None:
    assert xml_paths(writes.history_body(1, 4)) | {"sendemail"} == targets(Part.ORDER_STATE)
    assert xml_paths(writes.tracking_body(1, "T")) == targets(Part.TRACKING)
    assert xml_paths(writes.note_body(1, "Faktura 1001")) == targets(Part.NOTE)


LINES = (
    Line(reference="TR", name="Tröja", quantity=D(3), total=100, vat_rate=D(25)),
    Line(reference="RABATT", name="Rabatt", quantity=D(1), total=-10, vat_rate=D(25)),
)
PARCEL = Parcel(carrier="PostNord", number="T1", url="https://tracking.example/T1")
CAPTURE = CaptureRequest(
    key="k", reference="D1", amount=90, currency="SEK", is_rest=False, lines=LINES, parcels=(PARCEL,), description="Order KHW"
)
REFUND = RefundRequest(key="k", reference="R1", amount=90, currency="SEK", lines=LINES, description="Order KHW")


def test_every_field_for_klarna_is_in_the_register() -> None:
    bodies = {"capture": klarna_bodies.capture_body(CAPTURE), "refund": klarna_bodies.refund_body(REFUND)}

    assert set(paths(bodies)) == targets(Part.KLARNA)


def test_every_field_for_nets_is_in_the_register() -> None:
    bodies = {
        "charge": nets_bodies.capture_body(CAPTURE, is_whole=False),
        "refund": nets_bodies.refund_body(REFUND),
        "cancel": nets_bodies.cancel_body(90),
    }

    assert set(paths(bodies)) == targets(Part.NETS)


def test_every_field_for_svea_is_in_the_register() -> None:
    whole = svea_order(row(1, 1000), row(2, 500), amount=1500)
    partly = svea_order(row(2, 500), amount=1500, deliveries=(delivery(1, 1000, row(1, 1000)),))
    by_amount = svea_order(row(2, 500), amount=1500, deliveries=(delivery(1, 1000, row(1, 1000)),), Actions=["CanCancelAmount"])
    calls = {
        "delivery": [
            svea_calls.deliver_call(whole, Delivery(how=How.QUANTITIES, amount=500, row_ids=(1,), quantities=((1, 50),))),
            svea_calls.deliver_call(whole, Delivery(how=How.LOWERED, amount=900, row_ids=(1, 2))),
        ],
        "credit": [
            svea_calls.credit_call(partly, Credit(how=CreditHow.ROWS, delivery_id=1, amount=500, row_ids=(1,), quantities=((1, 50),))),
            svea_calls.credit_call(partly, Credit(how=CreditHow.NEW_ROW, delivery_id=1, amount=500, name="Retur", vat_percent=2500)),
            svea_calls.credit_call(partly, Credit(how=CreditHow.AMOUNT, delivery_id=1, amount=500, total=500)),
        ],
        "cancel": [svea_calls.cancel_call(whole), svea_calls.release_call(partly), svea_calls.release_call(by_amount)],
    }
    found = set()
    for name, made in calls.items():
        for call in made:
            assert isinstance(call, Call), call
            found |= set(paths(dict(call.body), name))

    assert found == targets(Part.SVEA)


# The register itself ----------------------------------------------------------------------------------------------------------------


@FLOWS
def test_every_row_says_where_from_by_which_rule_and_when(flow: Flow) -> None:
    assert [each for each in register(flow) if not (each.target and each.source and each.rule and each.when)] == []


@FLOWS
def test_no_row_is_there_twice(flow: Flow) -> None:
    rows = [(each.part, each.way, each.target) for each in register(flow)]

    assert sorted({row for row in rows if rows.count(row) > 1}) == []


def spoken(entry: Entry) -> set[str]:
    """The settings that a row names in backticks."""
    words = re.findall(r"`([a-z_.]+)`", f"{entry.source} {entry.rule} {entry.when}")
    return {part for word in words for part in word.split(".")}


def test_every_setting_that_a_row_names_exists() -> None:
    named = set().union(*(spoken(entry) for flow in Flow for entry in register(flow)))

    assert len(named) > 20
    assert named - set(SETTINGS) == set()


def test_every_part_is_written_in_some_flow() -> None:
    assert {entry.part for flow in Flow for entry in register(flow)} == set(Part)
