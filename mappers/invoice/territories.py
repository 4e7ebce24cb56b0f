"""Where a place lies for VAT: in the EU's VAT area or outside it. Data (accounting.md 2, "Territories").

PrestaShop knows a country and a postcode. Northern Cyprus has no postcode of its own and cannot be told from Cyprus.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

EU_COUNTRIES = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU",
        "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip

# ISO code -> the code that VAT uses. Monaco is France; the French departments overseas and Åland have ISO codes of their own and
# are in no list, hence outside.
VAT_CODES = {"GR": "EL", "MC": "FR", "UK": "GB"}

# (country, postcode pattern, name): parts of a member state outside the EU's VAT area.
OUTSIDE_PARTS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("FI", re.compile(r"(AX-?)?22\d{3}"), "Åland"),
    ("ES", re.compile(r"3[58]\d{3}"), "Canary Islands"),
    ("ES", re.compile(r"51\d{3}"), "Ceuta"),
    ("ES", re.compile(r"52\d{3}"), "Melilla"),
    ("DE", re.compile(r"78266"), "Büsingen"),
    ("DE", re.compile(r"27498"), "Helgoland"),
    ("IT", re.compile(r"2304[01]|23030"), "Livigno"),
    ("IT", re.compile(r"22061"), "Campione d'Italia"),
    ("EL", re.compile(r"63086"), "Mount Athos"),
    ("FR", re.compile(r"97\d{3}|98[678]\d{2}"), "overseas France"),
)
NORTHERN_IRELAND = re.compile(r"BT\d.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """A place as VAT sees it. `code` is the VAT code (`EL`, `XI`); `iso` the country as the shop wrote it."""

    iso: str
    code: str
    part: str  # name of a territory with rules of its own; "" for the ordinary rest
    goods_in_eu: bool
    services_in_eu: bool


def territory(country: str, postcode: str) -> Territory:
    """Look a country and postcode up; `country` is ISO 3166 alpha-2, not empty."""
    iso = country.upper()
    code = VAT_CODES.get(iso, iso)
    post = re.sub(r"\s", "", postcode).upper()
    if iso == "AX":
        return Territory(iso=iso, code=code, part="Åland", goods_in_eu=False, services_in_eu=False)
    if iso == "XI" or (code == "GB" and NORTHERN_IRELAND.fullmatch(post)):
        # Windsor framework: goods as in the EU, services as in the United Kingdom.
        return Territory(iso=iso, code="XI", part="Northern Ireland", goods_in_eu=True, services_in_eu=False)
    for where, pattern, name in OUTSIDE_PARTS:
        if where == code and iso != "MC" and pattern.fullmatch(post.removeprefix(f"{iso}-")):
            return Territory(iso=iso, code=code, part=name, goods_in_eu=False, services_in_eu=False)
    inside = code in EU_COUNTRIES
    return Territory(iso=iso, code=code, part="", goods_in_eu=inside, services_in_eu=inside)
