"""ISO 3166 alpha-2 -> the country's Swedish name, for `country` beside `countryCode` (hogia.md 3.4)."""

from __future__ import annotations

from collections.abc import Mapping

SWEDISH_NAMES: Mapping[str, str] = {
    "AD": "Andorra",
    "AT": "Österrike",
    "AU": "Australien",
    "AX": "Åland",
    "BE": "Belgien",
    "BG": "Bulgarien",
    "CA": "Kanada",
    "CH": "Schweiz",
    "CN": "Kina",
    "CY": "Cypern",
    "CZ": "Tjeckien",
    "DE": "Tyskland",
    "DK": "Danmark",
    "EE": "Estland",
    "ES": "Spanien",
    "FI": "Finland",
    "FO": "Färöarna",
    "FR": "Frankrike",
    "GB": "Storbritannien",
    "GL": "Grönland",
    "GR": "Grekland",
    "HK": "Hongkong",
    "HR": "Kroatien",
    "HU": "Ungern",
    "IE": "Irland",
    "IL": "Israel",
    "IS": "Island",
    "IT": "Italien",
    "JP": "Japan",
    "KR": "Sydkorea",
    "LI": "Liechtenstein",
    "LT": "Litauen",
    "LU": "Luxemburg",
    "LV": "Lettland",
    "MC": "Monaco",
    "MT": "Malta",
    "NL": "Nederländerna",
    "NO": "Norge",
    "NZ": "Nya Zeeland",
    "PL": "Polen",
    "PT": "Portugal",
    "RO": "Rumänien",
    "RS": "Serbien",
    "SE": "Sverige",
    "SG": "Singapore",
    "SI": "Slovenien",
    "SJ": "Svalbard och Jan Mayen",
    "SK": "Slovakien",
    "SM": "San Marino",
    "TR": "Turkiet",
    "UA": "Ukraina",
    "US": "USA",
}


def country_name(code: str) -> str:
    """The Swedish name; the code itself for a country that is not listed."""
    return SWEDISH_NAMES.get(code, code)
