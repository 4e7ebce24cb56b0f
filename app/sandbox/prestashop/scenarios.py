"""Purchases written for the sandbox, one per thing that makes an invoice hard. Names and addresses are invented.

Everything follows from the arguments: the same shop that places the same scenarios has the same orders.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.sandbox.prestashop.checkout import RoundMode, RoundType
from app.sandbox.prestashop.scenario import Item, Person, Place, Scenario, Step

ANNA = Person(firstname="Anna", lastname="Exempelsson", email="anna@kund.example")
BERTIL = Person(firstname="Bertil", lastname="Provström", email="bertil@kund.example")
CARIN = Person(firstname="Carin", lastname="Testhammar", email="carin@kund.example")
HOME = Place(address1="Påhittsgatan 1", postcode="111 11", city="Stockholm", phone="0700000001")
LUND = Place(address1="Fantasivägen 22 B", postcode="222 22", city="Lund", phone="0700000002")
ASELE = Place(address1="Sagostigen 3", address2="lgh 1102", postcode="919 99", city="Åsele", phone="0700000003")

COMPANY = Person(firstname="Doris", lastname="Mönster", email="inkop@snickeri.example", company="Påhittade Snickeriet AB", business=True)
COMPANY_PLACE = Place(
    address1="Industrigatan 4",
    postcode="333 33",
    city="Borås",
    company="Påhittade Snickeriet AB",
    vat_number="SE559999990001",
    dni="559999-9900",
    phone="0330000000",
)
GERMAN = Person(
    firstname="Emil", lastname="Beispiel", email="einkauf@teehaus.example", company="Teehaus Beispiel GmbH", business=True, language=1
)
GERMAN_PLACE = Place(
    address1="Musterweg 5", postcode="10115", city="Berlin", country="DE", company="Teehaus Beispiel GmbH", vat_number="DE136695976"
)
NORWEGIAN = Person(firstname="Frøydis", lastname="Påfunn", email="froydis@kunde.example")
NORWEGIAN_PLACE = Place(address1="Diktgata 6", postcode="0150", city="Oslo", country="NO")
DANE = Person(firstname="Gorm", lastname="Prøve", email="gorm@kunde.example", language=1)
DANE_PLACE = Place(address1="Opdigtet Allé 7", postcode="2100", city="København Ø", country="DK")
FINN = Person(firstname="Helmi", lastname="Kuvitelma", email="helmi@asiakas.example", language=1)
FINN_PLACE = Place(address1="Satukatu 8", postcode="00100", city="Helsinki", country="FI")
GUEST = Person(firstname="Ivar", lastname="Gästgren", email="gast@kund.example", guest=True)
LONG = Person(
    firstname="Jacquelina-Wilhelmina",
    lastname="von Påhittenstråle-Långfantasi Ängsö",
    email="ett-riktigt-langt-namn@kund.example",
)
LONG_PLACE = Place(
    address1="Långa Påhittade Gatunamnsvägen 123 A, uppgång 4, portkod finns hos granne",
    address2="c/o Föreningen för Långa Namn, 🏠 gröna dörren",
    postcode="444 44",
    city="Västra Påhittslövsta-Ängsbyn",
    phone="0700000009",
)

MUG_TEXTS = ("Till Åsa & Örjan", 'Grattis "50" 🎉')


def one(slug: str, description: str, *items: Item, person: Person = ANNA, place: Place = HOME, **more: Any) -> Scenario:
    """A scenario with the usual buyer."""
    return Scenario(slug=slug, description=description, person=person, place=place, items=items, **more)


TEAPOT = Item(reference="KANNA-25")
TEA = Item(reference="TE-12", quantity=2)
BOOK = Item(reference="BOK-6")
MIXED = (TEAPOT, TEA, BOOK)

PLAIN = (
    one("plain", "One article at 25 % with freight, paid by Klarna", TEAPOT, transaction_id="KL-1001"),
    one("mixed-vat", "Rows at 25, 12, 6 and 0 %", *MIXED, Item(reference="KORT-0"), transaction_id="KL-1002"),
    one("swish", "Two spoons paid by Swish", Item(reference="SKED-25", quantity=2), module="swish", transaction_id="SW-1003"),
    one("pick-up", "Fetched in the shop, no freight", TEAPOT, carrier=1, person=BERTIL, place=LUND),
    one(
        "combinations", "Three combinations of one article", *(Item(reference=f"TROJA-{size}") for size in "SML"), person=CARIN, place=ASELE
    ),
    one(
        "customised",
        "A mug with the customer's own texts and a message to the shop",
        Item(reference="MUGG-TRYCK", texts=MUG_TEXTS),
        Item(reference="MUGG-TRYCK", quantity=2, texts=("Hej",)),
        message='Ring före leverans & lämna hos grannen, "tack"',
    ),
    one("ecotax", "An article with ecotax in its price", Item(reference="VATTENKOKARE"), carrier=3, person=BERTIL, place=LUND),
    one("campaign-price", "An article at 25 % off in the catalogue", Item(reference="SIL-REA", quantity=3), TEA),
    one("freight-without-vat", "A carrier without a tax group", TEAPOT, carrier=5),
    one("long-names", "Long names, emoji, characters outside Latin", Item(reference="LÅNGT-NAMN"), person=LONG, place=LONG_PLACE),
    one(
        "hundred-rows",
        "A hundred rows",
        *(Item(reference=("SKED-25", "TE-12", "BOK-6", "BULLE-12")[number % 4], quantity=1 + number % 5) for number in range(100)),
        vouchers=("TIO",),
    ),
    one("other-invoice-address", "Delivered to one address, invoiced to another", *MIXED, invoice_place=LUND),
)

VOUCHERS = (
    one("ten-percent", "10 % voucher over three VAT rates", *MIXED, vouchers=("TIO",)),
    one("amount-incl", "100 kr voucher incl. VAT over two rates", TEAPOT, BOOK, vouchers=("HUNDRA",)),
    one("amount-excl", "100 kr voucher excl. VAT over two rates", TEAPOT, BOOK, vouchers=("HUNDRAEX",)),
    one("free-freight", "A voucher that gives the freight away", TEAPOT, vouchers=("FRIFRAKT",)),
    one("two-vouchers", "10 % and 100 kr, and the freight given away", *MIXED, vouchers=("TIO", "HUNDRA", "FRIFRAKT")),
    one("voucher-on-one-article", "20 % on the tea only", *MIXED, vouchers=("TEPROCENT",)),
    one("gift-product", "A free article at 12 % with a purchase at 25 %", TEAPOT, Item(reference="GODIS-12"), vouchers=("GODIS",)),
    one("gift-wrapping", "Gift wrapping and a greeting", *MIXED, gift_wrapping=True, gift_message="Grattis på födelsedagen!"),
    one("hundred-percent", "Everything given away: total 0", TEAPOT, vouchers=("ALLT",)),
)

ABROAD = (
    one(
        "company-sweden",
        "Swedish company with organisation number",
        Item(reference="BORD-25"),
        TEA,
        person=COMPANY,
        place=COMPANY_PLACE,
        carrier=4,
    ),
    one(
        "company-germany",
        "German company with VAT number, 0 %, in euro",
        Item(reference="KANNA-25", quantity=10),
        Item(reference="TE-12", quantity=5),
        person=GERMAN,
        place=GERMAN_PLACE,
        currency="EUR",
        vat_exempt=True,
    ),
    one("export-norway", "Export in Norwegian crowns", TEAPOT, BOOK, person=NORWEGIAN, place=NORWEGIAN_PLACE, currency="NOK"),
    one("consumer-denmark", "Danish consumer with Swedish VAT, in Danish crowns", *MIXED, person=DANE, place=DANE_PLACE, currency="DKK"),
    one("consumer-denmark-euro", "Danish consumer with Swedish VAT, in euro", TEAPOT, person=DANE, place=DANE_PLACE, currency="EUR"),
    one(
        "oss-finland",
        "An e-book to Finland: 25.5 % by the one-stop shop, no freight",
        Item(reference="E-BOK"),
        person=FINN,
        place=FINN_PLACE,
        currency="EUR",
        carrier=0,
    ),
)

ROUNDING = (
    one("round-per-item", "Rounding per item", Item(reference="SKRUV-25", quantity=37), BOOK, round_type=RoundType.ITEM),
    one(
        "round-per-line",
        "Rounding per line, totals that miss by an öre",
        Item(reference="SKRUV-25", quantity=37),
        Item(reference="BULLE-12", quantity=7),
    ),
    one(
        "round-per-total",
        "Rounding per total: rows with more than two decimals",
        Item(reference="SKRUV-25", quantity=7),
        Item(reference="BULLE-12", quantity=13),
        round_type=RoundType.TOTAL,
    ),
    one("round-down", "Rounding down", *MIXED, Item(reference="SKRUV-25", quantity=7), round_mode=RoundMode.DOWN),
)

UNPAID: dict[str, Any] = {"module": "ps_wirepayment", "state": 10}
TROUBLE = (
    one("unpaid-bank-wire", "Waits for the bank transfer", TEAPOT, **UNPAID),
    one(
        "late-bank-wire",
        "A bank transfer that came, then shipped with tracking",
        *MIXED,
        **UNPAID,
        steps=(
            Step(kind="state", values={"state": 2}),
            Step(kind="tracking", values={"number": "SE000000001"}),
            Step(kind="state", values={"state": 4}),
        ),
    ),
    one("guest", "A guest, cash on delivery", TEA, person=GUEST, place=LUND, module="ps_cashondelivery", state=13),
    one("guest-again", "The same guest's e-mail again: another customer record", BOOK, person=GUEST, place=LUND),
    one(
        "partly-refunded",
        "10 % voucher, shipped, then two refunds, the second with freight",
        Item(reference="KANNA-25", quantity=2),
        TEA,
        BOOK,
        vouchers=("TIO",),
        steps=(
            Step(kind="state", values={"state": 4}),
            Step(kind="slip", values={"rows": {0: 1}}),
            Step(kind="slip", values={"rows": {2: 1}, "shipping": True}),
        ),
    ),
    one(
        "refund-free-amount",
        "10 kr back on one piece, counted as one piece",
        TEAPOT,
        steps=(Step(kind="slip", values={"amounts": {0: "10.00"}}),),
    ),
    one("cancelled", "Cancelled after payment: keeps invoice number and payment", TEAPOT, steps=(Step(kind="state", values={"state": 6}),)),
    one(
        "payment-error",
        "The module reported too little: state 8",
        TEAPOT,
        module="ps_wirepayment",
        amount_paid=Decimal("50.00"),
        transaction_id="FEL-1",
    ),
    one("fee-as-row", "Invoice fee as an article row", TEAPOT, Item(reference="AVGIFT"), module="qliroone", transaction_id="QL-1"),
    one("fee-in-totals", "Invoice fee in the totals only", TEAPOT, fee_incl=Decimal("29.00"), transaction_id="KL-2001"),
    one("split-order", "Two carriers: two orders with one reference", TEAPOT, TEA, Item(reference="BORD-25", carrier=4)),
    one(
        "double-payment",
        "Paid twice",
        TEAPOT,
        steps=(Step(kind="payment", values={"amount": "448.00", "method": "Swish", "transaction_id": "SW-2"}),),
    ),
    one(
        "edited-rows",
        "A row's quantity raised after payment: the invoice already made changes",
        *MIXED,
        steps=(Step(kind="edit", values={"row": 1, "quantity": 5}),),
    ),
    one(
        "two-part-payment",
        "100 kr by Swish, the rest with the state",
        TEAPOT,
        **UNPAID,
        steps=(
            Step(kind="payment", values={"amount": "100.00", "method": "Swish", "transaction_id": "SW-3"}),
            Step(kind="state", values={"state": 2}),
        ),
    ),
)

ALL = PLAIN + VOUCHERS + ABROAD + ROUNDING + TROUBLE
BY_SLUG = {scenario.slug: scenario for scenario in ALL}
