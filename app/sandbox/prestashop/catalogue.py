"""What the sandbox shop is installed with: countries, currencies, taxes, carriers, order states, articles, vouchers, settings.

Written for the sandbox (own names and prices); ids of countries and order states are those of a PrestaShop installation, since
integrations meet them. Prices are kronor excl. VAT with six decimals, as PrestaShop stores them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

D = Decimal
ZERO = Decimal(0)
USUAL_WEIGHT = Decimal("0.400000")  # kg

# id, ISO, Swedish name, English name, zone, calling code, postcode format
COUNTRIES = (
    (1, "DE", "Tyskland", "Germany", 1, 49, "NNNNN"),
    (7, "FI", "Finland", "Finland", 1, 358, "NNNNN"),
    (17, "GB", "Storbritannien", "United Kingdom", 7, 44, ""),
    (18, "SE", "Sverige", "Sweden", 1, 46, "NNN NN"),
    (20, "DK", "Danmark", "Denmark", 1, 45, "NNNN"),
    (21, "US", "USA", "United States", 2, 1, "NNNNN"),
    (23, "NO", "Norge", "Norway", 7, 47, "NNNN"),
)
COUNTRY_IDS = {iso: ident for ident, iso, *_ in COUNTRIES}

# id, ISO, number, rate per krona, symbol
CURRENCIES = (
    (1, "SEK", "752", D("1.000000"), "kr"),
    (2, "EUR", "978", D("0.088500"), "€"),
    (3, "NOK", "578", D("1.032500"), "kr"),
    (4, "DKK", "208", D("0.660300"), "kr"),
)
CURRENCY_IDS = {iso: ident for ident, iso, *_ in CURRENCIES}
RATES = {iso: rate for _, iso, _, rate, _ in CURRENCIES}

# id, percent, name
TAXES = (
    (1, D("25.000"), "Moms SE 25%"),
    (2, D("12.000"), "Moms SE 12%"),
    (3, D("6.000"), "Moms SE 6%"),
    (4, D("0.000"), "Moms SE 0%"),
    (5, D("25.500"), "ALV FI 25.5%"),
    (6, D("19.000"), "USt. DE 19%"),
    (7, D("25.000"), "Moms DK 25%"),
)
TAX_RATES = {ident: rate for ident, rate, _ in TAXES}

# group -> country -> tax. Groups 1-4 charge Swedish rates in the whole EU, 5 the buyer's country's; outside the EU there is no rule.
EU = ("SE", "DK", "DE", "FI")
TAX_RULES: Mapping[int, Mapping[str, int]] = {
    1: dict.fromkeys(EU, 1),
    2: dict.fromkeys(EU, 2),
    3: dict.fromkeys(EU, 3),
    4: dict.fromkeys(EU, 4),
    5: {"SE": 1, "FI": 5, "DE": 6, "DK": 7},
}
TAX_GROUPS = {1: "Normal 25 %", 2: "Livsmedel 12 %", 3: "Böcker 6 %", 4: "Momsfritt 0 %", 5: "EU: digitala tjänster"}

# id, name, excl. VAT in kronor, tax group (0: none), tracking address
CARRIERS = (
    (1, "Hämta i butik", D("0.000000"), 1, ""),
    (2, "PostNord Ombud", D("39.200000"), 1, "https://spara.example/@"),
    (3, "DHL Hemleverans", D("79.000000"), 1, "https://hem.example/@"),
    (4, "Pallfrakt", D("399.000000"), 1, ""),
    (5, "Cykelbud utan moms", D("45.000000"), 0, ""),
)
WRAPPING_EXCL = D("16.000000")
WRAPPING_GROUP = 1

# id, Swedish, English, module, template, flags; a paid order has `paid`, only `logable` ones count as sales
STATES = (
    (1, "Väntar på checkbetalning", "Awaiting check payment", "ps_checkpayment", "cheque", "send_email"),
    (2, "Betalning godkänd", "Payment accepted", "", "payment", "send_email invoice logable paid pdf_invoice"),
    (3, "Under behandling", "Processing in progress", "", "preparation", "delivery send_email invoice logable paid"),
    (4, "Skickad", "Shipped", "", "shipped", "delivery send_email invoice logable shipped paid"),
    (5, "Levererad", "Delivered", "", "", "delivery invoice logable shipped paid"),
    (6, "Avbruten", "Canceled", "", "order_canceled", "send_email"),
    (7, "Återbetald", "Refunded", "", "refund", "send_email invoice"),
    (8, "Betalningsfel", "Payment error", "", "payment_error", "send_email"),
    (9, "Restnoterad (betald)", "On backorder (paid)", "", "outofstock", "send_email invoice paid"),
    (10, "Väntar på bankbetalning", "Awaiting bank wire payment", "ps_wirepayment", "bankwire", "send_email"),
    (11, "Fjärrbetalning godkänd", "Remote payment accepted", "", "payment", "send_email invoice logable paid"),
    (12, "Restnoterad (ej betald)", "On backorder (not paid)", "", "outofstock", "send_email"),
    (13, "Väntar på postförskott", "Awaiting Cash On Delivery validation", "ps_cashondelivery", "cashondelivery", ""),
)

# module -> what the customer and `orders.payment` see
MODULES = {
    "ps_wirepayment": "Banköverföring",
    "ps_checkpayment": "Check",
    "ps_cashondelivery": "Postförskott",
    "klarnapayment": "Klarna",
    "klarnaofficial": "Klarna Checkout",
    "sveacheckout": "Svea Checkout",
    "netseasy": "Nets Easy",
    "nexi_checkout": "Nexi Checkout",
    "swish": "Swish",
    "qliroone": "Qliro One",
    "free_order": "Free order",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A product. `campaign_percent` is a specific price that is always on; `options` are its combinations (reference, text)."""

    id: int
    reference: str
    name: str
    price: Decimal
    group: int = 1
    ecotax: Decimal = ZERO
    campaign_percent: Decimal = ZERO
    virtual: bool = False
    customizable: bool = False
    weight: Decimal = USUAL_WEIGHT
    cost: Decimal = ZERO
    ean13: str = ""
    options: tuple[tuple[str, str], ...] = field(default=())


ARTICLES = (
    Article(id=1, reference="KANNA-25", name="Tekanna i gjutjärn", price=D("319.200000"), cost=D("140"), ean13="7350000000017"),
    Article(id=2, reference="TE-12", name="Grönt te, 100 g", price=D("61.607143"), group=2, cost=D("24")),
    Article(id=3, reference="BOK-6", name="Boken om te", price=D("234.905660"), group=3, cost=D("110")),
    Article(id=4, reference="KORT-0", name="Presentkort 500 kr", price=D("500.000000"), group=4, weight=D(0)),
    Article(
        id=5,
        reference="TROJA",
        name="Stickad tröja",
        price=D("479.200000"),
        options=(("TROJA-S", "Storlek: S - Färg: Röd"), ("TROJA-M", "Storlek: M - Färg: Röd"), ("TROJA-L", "Storlek: L - Färg: Blå")),
    ),
    Article(id=6, reference="MUGG-TRYCK", name="Mugg med eget tryck", price=D("103.200000"), customizable=True),
    Article(id=7, reference="VATTENKOKARE", name="Vattenkokare", price=D("559.200000"), ecotax=D("40.000000"), weight=D("1.500000")),
    Article(id=8, reference="SIL-REA", name="Tesil, utförsäljning", price=D("80.000000"), campaign_percent=D("25.00")),
    Article(id=9, reference="E-BOK", name="Teskolan, e-bok", price=D("152.000000"), group=5, virtual=True, weight=D(0)),
    Article(id=10, reference="SKED-25", name="Tesked", price=D("11.192000")),
    Article(id=11, reference="SKRUV-25", name="Skruv, styckvis", price=D("3.333333"), weight=D("0.010000")),
    Article(id=12, reference="BULLE-12", name="Kardemummabulle", price=D("22.321429"), group=2),
    Article(id=13, reference="GODIS-12", name="Lakrits på köpet", price=D("26.785714"), group=2),
    Article(id=14, reference="AVGIFT", name="Fakturaavgift", price=D("23.200000"), weight=D(0)),
    Article(id=15, reference="BORD-25", name="Tebord i ek", price=D("1996.000000"), weight=D("25.000000")),
    Article(id=16, reference="LÅNGT-NAMN", name="Tekopp " + "handmålad och signerad " * 7 + "🫖🇸🇪", price=D("239.200000")),
)
BY_REFERENCE = {article.reference: article for article in ARTICLES}

# What the options' texts are in English; what is not named here is the same in both languages.
OPTION_NAMES = {"Storlek": "Size", "Färg": "Colour"}
OPTION_VALUE_NAMES = {"Röd": "Red", "Blå": "Blue"}

# id, parent, depth, Swedish, English; ids 1 and 2 are those of every installation
CATEGORIES = ((1, 0, 0, "Rot", "Root"), (2, 1, 1, "Hem", "Home"), (3, 2, 2, "Te och tillbehör", "Tea and more"))


def option_pairs(text: str) -> list[tuple[str, str]]:
    """`Storlek: S - Färg: Röd` as [("Storlek", "S"), ("Färg", "Röd")]."""
    return [(name, value) for name, _, value in (part.partition(": ") for part in text.split(" - "))]


OPTIONS = tuple(dict.fromkeys(name for one in ARTICLES for _, text in one.options for name, _ in option_pairs(text)))
OPTION_VALUES = tuple(dict.fromkeys(pair for one in ARTICLES for _, text in one.options for pair in option_pairs(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CartRule:
    """A voucher code; amounts are kronor."""

    id: int
    code: str
    name: str
    percent: Decimal = ZERO
    amount: Decimal = ZERO
    amount_incl: bool = True
    free_shipping: bool = False
    gift: str = ""  # article reference
    product: str = ""


CART_RULES = (
    CartRule(id=1, code="TIO", name="10 % på allt", percent=D("10.00")),
    CartRule(id=2, code="HUNDRA", name="100 kr rabatt inkl. moms", amount=D("100.000000")),
    CartRule(id=3, code="HUNDRAEX", name="100 kr rabatt exkl. moms", amount=D("100.000000"), amount_incl=False),
    CartRule(id=4, code="FRIFRAKT", name="Fri frakt", free_shipping=True),
    CartRule(id=5, code="GODIS", name="Lakrits på köpet", gift="GODIS-12"),
    CartRule(id=6, code="ALLT", name="100 % rabatt", percent=D("100.00"), free_shipping=True),
    CartRule(id=7, code="TEPROCENT", name="20 % på grönt te", percent=D("20.00"), product="TE-12"),
)
RULES = {rule.code: rule for rule in CART_RULES}

CONFIGURATION = {
    "PS_LANG_DEFAULT": "2",
    "PS_CURRENCY_DEFAULT": "1",
    "PS_COUNTRY_DEFAULT": "18",
    "PS_TIMEZONE": "Europe/Stockholm",
    "PS_PRICE_ROUND_MODE": "2",
    "PS_ROUND_TYPE": "2",
    "PS_TAX_ADDRESS_TYPE": "id_address_delivery",
    "PS_USE_ECOTAX": "1",
    "PS_GIFT_WRAPPING": "1",
    "PS_GIFT_WRAPPING_TAX_RULES_GROUP": "1",
    "PS_ECOTAX_TAX_RULES_GROUP_ID": "1",
    "PS_ATCP_SHIPWRAP": "0",
    "PS_INVOICE": "1",
    "PS_OS_WS_PAYMENT": "11",
}
