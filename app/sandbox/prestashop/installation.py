"""The records of a fresh installation, made from `catalogue`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.sandbox.prestashop.catalogue import (
    ARTICLES,
    BY_REFERENCE,
    CARRIERS,
    CART_RULES,
    CONFIGURATION,
    COUNTRIES,
    COUNTRY_IDS,
    CURRENCIES,
    STATES,
    TAX_GROUPS,
    TAX_RULES,
    TAXES,
    Article,
    CartRule,
)

Seed = tuple[str, Mapping[str, Any]]


def seeds(*, version: str, shop_name: str, domain: str, shops: tuple[int, ...], now: str) -> Iterator[Seed]:
    """Everything an installation holds before its first order, as (resource, values)."""
    dated = {"date_add": now, "date_upd": now}
    yield "shop_groups", {"id": 1, "name": "Default", "active": 1}
    for ident in shops:
        name = shop_name if ident == 1 else f"{shop_name} {ident}"
        yield "shops", {"id": ident, "id_shop_group": 1, "id_category": 2, "active": 1, "name": name, "theme_name": "classic"}
        yield (
            "shop_urls",
            {"id": ident, "id_shop": ident, "active": 1, "main": 1, "domain": domain, "domain_ssl": domain, "physical_uri": "/"},
        )
    settings = CONFIGURATION | {
        "PS_VERSION_DB": version,
        "PS_INSTALL_VERSION": version,
        "PS_SHOP_NAME": shop_name,
        "PS_SHOP_DOMAIN": domain,
    }
    for ident, (name, value) in enumerate(sorted(settings.items()), start=1):
        yield "configurations", {"id": ident, "name": name, "value": value, **dated}
    yield from basics(dated)
    yield from taxes_and_carriers(dated)
    yield from goods(dated)


def basics(dated: Mapping[str, str]) -> Iterator[Seed]:
    """Languages, groups, countries, currencies, order states."""
    for ident, name, iso, locale in ((1, "English (English)", "en", "en-GB"), (2, "Svenska (Swedish)", "sv", "sv-SE")):
        formats = {"date_format_lite": "Y-m-d", "date_format_full": "Y-m-d H:i:s"}
        written = {"iso_code": iso, "locale": locale, "language_code": locale.lower()}
        yield "languages", {"id": ident, "name": name, "active": 1, **written, **formats}
    for ident, swedish, english in ((1, "Besökare", "Visitor"), (2, "Gäst", "Guest"), (3, "Kund", "Customer"), (4, "Företag", "B2B")):
        method = 1 if ident == 4 else 0
        names = {1: english, 2: swedish}
        yield "groups", {"id": ident, "reduction": "0.00", "price_display_method": method, "show_prices": 1, "name": names, **dated}
    for ident, area in ((1, "Europe"), (2, "North America"), (7, "Europe (non-EU)")):
        yield "zones", {"id": ident, "name": area, "active": 1}
    for ident, iso, swedish, english, zone, prefix, postcode in COUNTRIES:
        yield (
            "countries",
            {
                "id": ident,
                "id_zone": zone,
                "call_prefix": prefix,
                "iso_code": iso,
                "active": 1,
                "contains_states": int(iso == "US"),
                "need_identification_number": 0,
                "need_zip_code": 1,
                "zip_code_format": postcode,
                "display_tax_label": 1,
                "name": {1: english, 2: swedish},
            },
        )
    for ident, iso, number, rate, symbol in CURRENCIES:
        codes = {"names": iso, "name": iso, "symbol": symbol, "iso_code": iso, "numeric_iso_code": number}
        yield "currencies", {"id": ident, **codes, "precision": 2, "conversion_rate": rate, "active": 1}
    for ident, swedish, english, module, template, words in STATES:
        flags = {name: int(name in words.split()) for name in STATE_FLAGS}
        texts = {"module_name": module, "color": "#34209E", "template": template, "name": {1: english, 2: swedish}}
        yield "order_states", {"id": ident, "unremovable": 1, "hidden": 0, "pdf_delivery": 0, "deleted": 0, **flags, **texts}


STATE_FLAGS = ("delivery", "send_email", "invoice", "logable", "shipped", "paid", "pdf_invoice")


def taxes_and_carriers(dated: Mapping[str, str]) -> Iterator[Seed]:
    """Taxes, their groups and rules, and the carriers."""
    for ident, rate, name in TAXES:
        yield "taxes", {"id": ident, "rate": rate, "active": 1, "deleted": 0, "name": name}
    for ident, name in TAX_GROUPS.items():
        yield "tax_rule_groups", {"id": ident, "name": name, "active": 1, "deleted": 0, **dated}
    pairs = ((group, iso, tax) for group, rules in TAX_RULES.items() for iso, tax in rules.items())
    for ident, (group, iso, tax) in enumerate(pairs, start=1):
        where = {"id_country": COUNTRY_IDS[iso], "zipcode_from": "0", "zipcode_to": "0"}
        yield "tax_rules", {"id": ident, "id_tax_rules_group": group, "id_tax": tax, **where}
    for position, (ident, name, price, group, url) in enumerate(CARRIERS):
        flags = {"deleted": 0, "is_module": 0, "active": 1, "is_free": int(price == 0), "shipping_handling": 0, "shipping_external": 0}
        rest = {"range_behavior": 0, "shipping_method": 2, "max_weight": "0.000000", "need_range": int(price > 0), "position": position}
        texts = {"name": name, "url": url, "delay": {1: "1-3 days", 2: "1-3 dagar"}}
        yield "carriers", {"id": ident, "id_reference": ident, "id_tax_rules_group": group, **flags, **rest, **texts}


def goods(dated: Mapping[str, str]) -> Iterator[Seed]:
    """Articles with combinations and stock, and vouchers."""
    combination = 0
    for article in ARTICLES:
        combinations = [(combination + number, *option) for number, option in enumerate(article.options, start=1)]
        combination += len(combinations)
        stocks = [article.id * 100 + number for number in range(len(combinations) + 1)]
        yield "products", product(article, [ident for ident, *_ in combinations], stocks, dated)
        for number, stock in enumerate(stocks):
            option_id = combinations[number - 1][0] if number else 0
            where = {"id_product": article.id, "id_product_attribute": option_id, "id_shop": 1, "id_shop_group": 0}
            yield (
                "stock_availables",
                {"id": stock, **where, "quantity": 0 if number == 0 and combinations else 500, "depends_on_stock": 0, "out_of_stock": 2},
            )
        for number, (ident, reference, _) in enumerate(combinations):
            money = dict.fromkeys(("wholesale_price", "price", "ecotax", "weight", "unit_price_impact"), "0.000000")
            flags = {"minimal_quantity": 1, "low_stock_alert": 0, "default_on": int(number == 0), "available_date": "0000-00-00"}
            yield "combinations", {"id": ident, "id_product": article.id, "reference": reference, **money, **flags}
    for rule in CART_RULES:
        yield "cart_rules", cart_rule(rule, dated)


def product(article: Article, combinations: list[int], stocks: list[int], dated: Mapping[str, str]) -> dict[str, Any]:
    """A `products` record's values."""
    nothing = dict.fromkeys(("width", "height", "depth", "unit_price", "unit_price_ratio", "additional_shipping_cost"), "0.000000")
    off = dict.fromkeys(
        [
            "quantity_discount",
            "cache_is_pack",
            "cache_has_attachments",
            "on_sale",
            "online_only",
            "low_stock_alert",
            "show_condition",
            "indexed",
            "advanced_stock_management",
        ],
        "0",
    )
    first = combinations[0] if combinations else 0
    slug = article.reference.lower()
    rows = [{"id": stock, "id_product_attribute": combinations[number - 1] if number else 0} for number, stock in enumerate(stocks)]
    return {
        "id": article.id,
        "id_category_default": 2,
        "new": None,
        "cache_default_attribute": first,
        "id_default_combination": first,
        "id_tax_rules_group": article.group,
        "position_in_category": article.id,
        "manufacturer_name": False,
        "type": "virtual" if article.virtual else "simple",
        "id_shop_default": 1,
        "reference": article.reference,
        "weight": f"{article.weight:.6f}",
        "ean13": article.ean13,
        "is_virtual": int(article.virtual),
        "state": 1,
        "additional_delivery_times": 1,
        "product_type": "virtual" if article.virtual else "combinations" if combinations else "standard",
        "ecotax": f"{article.ecotax:.6f}",
        "minimal_quantity": 1,
        "low_stock_threshold": None,
        "price": f"{article.price:.6f}",
        "wholesale_price": f"{article.cost:.6f}",
        "customizable": int(article.customizable),
        "text_fields": int(article.customizable),
        "active": 1,
        "redirect_type": "default",
        "available_for_order": 1,
        "available_date": "0000-00-00",
        "condition": "new",
        "show_price": 1,
        "visibility": "both",
        "pack_stock_type": 3,
        "link_rewrite": slug,
        "name": article.name,
        **nothing,
        **off,
        **dated,
        "associations": {
            "categories": [{"id": 2}],
            "combinations": [{"id": ident} for ident in combinations],
            "stock_availables": rows,
        },
    }


def cart_rule(rule: CartRule, dated: Mapping[str, str]) -> dict[str, Any]:
    """A `cart_rules` record's values."""
    off = dict.fromkeys(
        [
            "partial_use",
            "minimum_amount_tax",
            "minimum_amount_shipping",
            "country_restriction",
            "carrier_restriction",
            "group_restriction",
            "cart_rule_restriction",
            "product_restriction",
            "shop_restriction",
            "reduction_exclude_special",
            "highlight",
        ],
        "0",
    )
    return {
        "id": rule.id,
        "date_from": "2026-01-01 00:00:00",
        "date_to": "2036-01-01 00:00:00",
        "quantity": 10000,
        "quantity_per_user": 10000,
        "priority": 1,
        "code": rule.code,
        "minimum_amount": "0.000000",
        "free_shipping": int(rule.free_shipping),
        "reduction_percent": f"{rule.percent:.2f}",
        "reduction_amount": f"{rule.amount:.6f}",
        "reduction_tax": int(rule.amount_incl and rule.amount > 0),
        "reduction_currency": 1,
        "reduction_product": BY_REFERENCE[rule.product].id if rule.product else 0,
        "gift_product": BY_REFERENCE[rule.gift].id if rule.gift else 0,
        "active": 1,
        "name": rule.name,
        **off,
        **dated,
    }
