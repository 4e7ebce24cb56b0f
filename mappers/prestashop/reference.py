"""What changes slowly in a shop and every order needs: currencies, countries, taxes, carriers, states, languages and four settings.

Read once per shop, kept as JSON text for a while, and read again when an order names an id that is not in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from mappers.canonical import Currency, OrderState
from mappers.errors import Misconfigured
from mappers.prestashop.records import Record, amount, flag, integer, text, time_zone

V = TypeVar("V")

SETTINGS = ("PS_TIMEZONE", "PS_TAX_ADDRESS_TYPE", "PS_CURRENCY_DEFAULT", "PS_LANG_DEFAULT", "PS_OS_CANCELED", "PS_OS_ERROR")
STOCK_BACK = {"PS_OS_CANCELED": 6, "PS_OS_ERROR": 8}  # states that put an order's pieces back into stock, and the ids they have where unset
RESOURCES = ("currencies", "countries", "taxes", "carriers", "order_states", "languages", "configurations", "shops")


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierName:
    """A carrier. `reference` stays when the back office edits a carrier, its id does not (prestashop.md 11)."""

    reference: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopReference:
    """A shop's slow-changing resources by their ids."""

    currencies: Mapping[int, Currency] = field(default_factory=dict)
    countries: Mapping[int, str] = field(default_factory=dict)  # ISO 3166 alpha-2
    taxes: Mapping[int, Decimal] = field(default_factory=dict)  # percent; deleted ones too, old orders bear them
    carriers: Mapping[int, CarrierName] = field(default_factory=dict)
    states: Mapping[int, OrderState] = field(default_factory=dict)
    languages: Mapping[int, str] = field(default_factory=dict)  # ISO 639-1
    time_zone: str
    tax_by_invoice_address: bool = False  # PS_TAX_ADDRESS_TYPE = id_address_invoice
    default_currency_id: int = 0
    default_language_id: int = 0
    stock_back_states: frozenset[int] = frozenset(STOCK_BACK.values())
    version: str = ""  # PrestaShop's, "9.1.4"

    @property
    def version_numbers(self) -> tuple[int, ...]:
        """The version to compare with: (9, 1, 4); empty when it is unknown."""
        return tuple(int(part) for part in self.version.split(".") if part.isdecimal())


def read_reference(records: Mapping[str, Sequence[Record]], *, id_shop: int, version: str) -> ShopReference:
    """The reference of a shop from full lists of `RESOURCES`; of `configurations` the rows named in `SETTINGS` are enough.

    A setting of the shop goes before one of its group, that before the installation's. Raises Misconfigured when the time zone cannot be
    read: without it no time of the shop means anything.
    """
    setting = _settings(records.get("configurations", ()), id_shop=id_shop, group=_group(records.get("shops", ()), id_shop))
    default_language = int(setting.get("PS_LANG_DEFAULT") or 0)
    zone = setting.get("PS_TIMEZONE", "")
    if not zone:
        raise Misconfigured(
            "SHOP_SETTINGS_UNREADABLE",
            "The shop's time zone (PS_TIMEZONE) could not be read. Give the webservice key read access to configurations in PrestaShop "
            "under Advanced Parameters > Webservice.",
        )
    time_zone(zone)
    return ShopReference(
        currencies=_by_id(records.get("currencies", ()), _currency),
        countries=_by_id(records.get("countries", ()), lambda record: text(record, "iso_code").strip().upper()),
        taxes=_by_id(records.get("taxes", ()), lambda record: amount(record, "rate")),
        carriers=_by_id(records.get("carriers", ()), _carrier),
        states=_by_id(records.get("order_states", ()), lambda record: _state(record, default_language)),
        languages=_by_id(records.get("languages", ()), lambda record: text(record, "iso_code").strip().lower()),
        time_zone=zone,
        tax_by_invoice_address=setting.get("PS_TAX_ADDRESS_TYPE") == "id_address_invoice",
        default_currency_id=int(setting.get("PS_CURRENCY_DEFAULT") or 0),
        default_language_id=default_language,
        stock_back_states=frozenset(int(setting.get(name) or usual) for name, usual in STOCK_BACK.items()),
        version=version,
    )


def _by_id(records: Sequence[Record], read: Callable[[Record], V]) -> dict[int, V]:
    return {integer(record, "id", required=True): read(record) for record in records}


def _group(shops: Sequence[Record], id_shop: int) -> int:
    return next((integer(shop, "id_shop_group") for shop in shops if integer(shop, "id") == id_shop), 0)


def _settings(rows: Sequence[Record], *, id_shop: int, group: int) -> dict[str, str]:
    ranked: dict[str, tuple[int, str]] = {}
    for row in rows:
        name = text(row, "name")
        of_shop, of_group = integer(row, "id_shop"), integer(row, "id_shop_group")
        if name not in SETTINGS or (of_shop and of_shop != id_shop) or (not of_shop and of_group and of_group != group):
            continue
        rank = 2 if of_shop else 1 if of_group else 0
        if name not in ranked or rank > ranked[name][0]:
            ranked[name] = (rank, text(row, "value").strip())
    return {name: value for name, (_, value) in ranked.items()}


def _currency(record: Record) -> Currency:
    """`precision` since 1.7.6; older shops have the flag `decimals` instead."""
    decimals = integer(record, "precision", missing=2)
    if "precision" not in record and "decimals" in record:
        decimals = 2 if flag(record, "decimals") else 0
    return Currency(id=integer(record, "id"), code=text(record, "iso_code", required=True).strip().upper(), decimals=decimals)


def _carrier(record: Record) -> CarrierName:
    """A carrier named "0" goes by the shop's own name (PrestaShop's convention for pick-up)."""
    name = text(record, "name").strip()
    return CarrierName(reference=integer(record, "id_reference") or integer(record, "id"), name="" if name == "0" else name)


def _state(record: Record, language: int) -> OrderState:
    return OrderState(
        id=integer(record, "id"),
        name=text(record, "name", languages=(language,)),
        paid=flag(record, "paid"),
        logable=flag(record, "logable"),
        invoice=flag(record, "invoice"),
        shipped=flag(record, "shipped"),
        delivery=flag(record, "delivery"),
        deleted=flag(record, "deleted"),
    )


def reference_to_json(reference: ShopReference) -> str:
    """Plain JSON text: ids as text, rates as text, a state as its id, name and flags."""
    return json.dumps(
        {
            "currencies": [{"id": c.id, "code": c.code, "decimals": c.decimals} for c in reference.currencies.values()],
            "countries": _text_keys(reference.countries),
            "taxes": {str(ident): str(rate) for ident, rate in reference.taxes.items()},
            "carriers": {str(ident): [c.reference, c.name] for ident, c in reference.carriers.items()},
            "states": [{name: getattr(state, name) for name in OrderState.__dataclass_fields__} for state in reference.states.values()],
            "languages": _text_keys(reference.languages),
            "time_zone": reference.time_zone,
            "tax_by_invoice_address": reference.tax_by_invoice_address,
            "default_currency_id": reference.default_currency_id,
            "default_language_id": reference.default_language_id,
            "stock_back_states": sorted(reference.stock_back_states),
            "version": reference.version,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def reference_from_json(raw: str) -> ShopReference:
    """What `reference_to_json` wrote; raises ValueError, KeyError or TypeError for anything else (read the shop again then)."""
    data: dict[str, Any] = json.loads(raw)
    return ShopReference(
        currencies={entry["id"]: Currency(**entry) for entry in data["currencies"]},
        countries={int(ident): code for ident, code in data["countries"].items()},
        taxes={int(ident): Decimal(rate) for ident, rate in data["taxes"].items()},
        carriers={int(ident): CarrierName(reference=ref, name=name) for ident, (ref, name) in data["carriers"].items()},
        states={entry["id"]: OrderState(**entry) for entry in data["states"]},
        languages={int(ident): code for ident, code in data["languages"].items()},
        time_zone=data["time_zone"],
        tax_by_invoice_address=data["tax_by_invoice_address"],
        default_currency_id=data["default_currency_id"],
        default_language_id=data["default_language_id"],
        stock_back_states=frozenset(data["stock_back_states"]),
        version=data["version"],
    )


def _text_keys(mapping: Mapping[int, str]) -> dict[str, str]:
    return {str(ident): value for ident, value in mapping.items()}
