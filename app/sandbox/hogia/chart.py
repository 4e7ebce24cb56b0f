"""The books a new organisation starts with: a small BAS chart with VAT codes, and currencies (accounting.md 7, hogia.md 3.16).

VAT codes of turnover are numbered as the boxes of the Swedish VAT return; the rate of an account follows from its code.
"""

from decimal import Decimal

VAT_CODES: dict[int, tuple[str, int, int]] = {  # number: (description, percent, vatType: 1 output, 2 none)
    10: ("Utgående moms 25 %", 25, 1),
    11: ("Utgående moms 12 %", 12, 1),
    12: ("Utgående moms 6 %", 6, 1),
    35: ("Försäljning av varor till annat EU-land", 0, 2),
    36: ("Försäljning av varor utanför EU", 0, 2),
    39: ("Försäljning av tjänster till annat EU-land", 0, 2),
    40: ("Övrig försäljning av tjänster utanför Sverige", 0, 2),
    41: ("Försäljning när köparen är betalningsskyldig", 0, 2),
    42: ("Momsfri försäljning", 0, 2),
}
OUTPUT_VAT: dict[int, int] = {10: 2611, 11: 2621, 12: 2631}  # VAT code -> account; VatSettings of every year
OSS_VAT = 2670

ACCOUNTS: dict[int, tuple[str, int | None]] = {  # number: (name, VAT code)
    1510: ("Kundfordringar", None),
    1580: ("Fordringar för kontokort och kuponger", None),
    1581: ("Fordringar kortbetalningar", None),
    1582: ("Fordringar Klarna", None),
    1583: ("Fordringar Swish", None),
    1584: ("Fordringar PayPal", None),
    1910: ("Kassa", None),
    1920: ("PlusGiro", None),
    1930: ("Företagskonto", None),
    1940: ("Övriga bankkonton", None),
    2420: ("Förskott från kunder", None),
    2421: ("Ej inlösta presentkort", None),
    2611: ("Utgående moms på försäljning inom Sverige, 25 %", None),
    2614: ("Utgående moms omvänd betalningsskyldighet, 25 %", None),
    2621: ("Utgående moms på försäljning inom Sverige, 12 %", None),
    2631: ("Utgående moms på försäljning inom Sverige, 6 %", None),
    2640: ("Ingående moms", None),
    2641: ("Debiterad ingående moms", None),
    2645: ("Beräknad ingående moms på förvärv från utlandet", None),
    2650: ("Redovisningskonto för moms", None),
    2670: ("Utgående moms på försäljning inom EU, OSS", None),
    3001: ("Försäljning inom Sverige, 25 % moms", 10),
    3002: ("Försäljning inom Sverige, 12 % moms", 11),
    3003: ("Försäljning inom Sverige, 6 % moms", 12),
    3004: ("Försäljning inom Sverige, momsfri", 42),
    3011: ("Försäljning tjänster inom Sverige, 25 % moms", 10),
    3105: ("Försäljning varor till land utanför EU", 36),
    3106: ("Försäljning varor till annat EU-land, momspliktig", 10),
    3108: ("Försäljning varor till annat EU-land, momsfri", 35),
    3231: ("Försäljning, omvänd betalningsskyldighet inom Sverige", 41),
    3305: ("Försäljning tjänster till land utanför EU", 40),
    3308: ("Försäljning tjänster till annat EU-land", 39),
    3520: ("Fakturerade frakter", 10),
    3521: ("Fakturerade frakter, EU-land", 35),
    3522: ("Fakturerade frakter, export", 36),
    3540: ("Faktureringsavgifter", 10),
    3541: ("Faktureringsavgifter, EU-land", 39),
    3542: ("Faktureringsavgifter, export", 40),
    3730: ("Lämnade rabatter", None),
    3740: ("Öres- och kronutjämning", None),
    3960: ("Valutakursvinster på fordringar och skulder av rörelsekaraktär", None),
    6064: ("Factoringavgifter", None),
    6570: ("Bankkostnader", None),
    7960: ("Valutakursförluster på fordringar och skulder av rörelsekaraktär", None),
}
INACTIVE_ACCOUNTS = frozenset({1920})  # so that "inactive" can be met

RECEIVABLES = 1510
ROUNDING = 3740

CURRENCIES: dict[str, tuple[str, int, Decimal, Decimal]] = {  # code: (name, decimals, roundingFactor, kronor per unit)
    "SEK": ("Svensk krona", 2, Decimal("1.0"), Decimal(1)),
    "EUR": ("Euro", 2, Decimal("0.01"), Decimal("11.25")),
    "NOK": ("Norsk krona", 2, Decimal("1.0"), Decimal("0.96")),
    "DKK": ("Dansk krona", 2, Decimal("0.5"), Decimal("1.51")),
    "USD": ("US-dollar", 2, Decimal("0.01"), Decimal("10.40")),
    "GBP": ("Brittiskt pund", 2, Decimal("0.01"), Decimal("13.20")),
    "PLN": ("Polsk zloty", 2, Decimal("0.01"), Decimal("2.60")),
}

DIMENSIONS: tuple[tuple[int, str, str], ...] = ((1, "100", "Webbutik"), (1, "200", "Fysisk butik"), (2, "10", "Kampanj"))
DIMENSION_TYPES = {"one": 1, "two": 2}

EU_COUNTRIES = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
