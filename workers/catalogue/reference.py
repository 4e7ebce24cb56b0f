"""What changes slowly and the catalogue needs: the shop's tax rules groups, and what the attributes of combinations are called."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from app.store import cache
from mappers.catalogue.vat import TaxGroups, tax_groups
from mappers.errors import Misconfigured
from mappers.prestashop.records import flag, integer
from mappers.prestashop.reference import ShopReference
from workers.catalogue.place import Place

TAX_RULES, OPTIONS = "tax-rules", "option-values"
MISSING_SECONDS = 60.0  # what is missing is soon made


async def shop_taxes(place: Place, reference: ShopReference) -> TaxGroups:
    """The VAT rate of each tax rules group in the shop's own country. Raises Misconfigured SHOP_COUNTRY_UNKNOWN."""
    owner, country_code = f"shop:{place.shop.key}", place.shop.country
    raw = await cache.cached(place.store, owner, TAX_RULES)
    if not raw:
        rules = [
            [integer(rule, name) for name in ("id_tax_rules_group", "id_country", "id_tax")]
            async for page in place.client.pages("tax_rules", page_size=1000)
            for rule in page
            if not integer(rule, "id_state")  # a state's own rule is no country's
        ]
        # A group that was edited is kept as deleted, with the old id, beside its successor.
        groups = [
            integer(group, "id")
            for group in await place.client.list("tax_rule_groups")
            if flag(group, "active") and not flag(group, "deleted")
        ]
        raw = json.dumps({"rules": rules, "groups": groups})
        await cache.keep(place.store, owner, TAX_RULES, raw, seconds=place.resources.settings.reference_seconds)
    country = next((ident for ident, code in reference.countries.items() if code == country_code), None)
    if country is None:
        raise Misconfigured(
            "SHOP_COUNTRY_UNKNOWN",
            f"the shop does not list the country {country_code}. Correct `country` of {place.shop.key} in the connection file.",
        )
    known = json.loads(raw)
    rates = tax_groups([(rule[0], rule[1], rule[2]) for rule in known["rules"]], reference.taxes, country=country)
    return replace(rates, usable=frozenset(known["groups"]))


async def option_texts(place: Place, wanted: Iterable[int], language: int) -> dict[int, str]:
    """What attribute values are called with their attribute, `Storlek: S`; asked for when one is not known yet."""
    needed = sorted(set(wanted))
    if not needed:
        return {}
    owner, name = f"shop:{place.shop.key}", f"{OPTIONS}-{language}"
    raw = await cache.cached(place.store, owner, name)
    known: dict[str, str] = json.loads(raw) if raw else {}
    missing = [value for value in needed if str(value) not in known]
    if missing:
        found = await place.side.option_values(missing)
        known |= {str(value): texts.get(language) or next(iter(texts.values()), "") for value, texts in found.items()}
        await cache.keep(place.store, owner, name, json.dumps(known), seconds=place.resources.settings.reference_seconds)
    return {value: known[str(value)] for value in needed if known.get(str(value))}


async def has_category(place: Place) -> bool:
    """Whether the shop has the category that products made from articles get."""
    owner, wanted = f"shop:{place.shop.key}", place.shop.products.category
    name = f"category-{wanted}"
    known = await cache.cached(place.store, owner, name)
    if not known:
        found = await place.client.list("categories", filters={"id": str(wanted)}, display="[id]")
        known = "1" if found else "0"
        await cache.keep(place.store, owner, name, known, seconds=place.resources.settings.reference_seconds if found else MISSING_SECONDS)
    return known == "1"


def language_of(reference: ShopReference, wanted: str) -> int:
    """The id of the language of names that Hogia gets."""
    return next((ident for ident, code in reference.languages.items() if code == wanted), reference.default_language_id)
