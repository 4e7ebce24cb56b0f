"""The records of a fresh installation, made from `catalogue`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.sandbox.prestashop.catalogue import (
    ARTICLES,
    BY_REFERENCE,
    CARRIERS,
    CART_RULES,
    CATEGORIES,
    CONFIGURATION,
    COUNTRIES,
    COUNTRY_IDS,
    CURRENCIES,
    OPTION_NAMES,
    OPTION_VALUE_NAMES,
    OPTION_VALUES,
    OPTIONS,
    STATES,
    TAX_GROUPS,
    TAX_RULES,
    TAXES,
    Article,
    CartRule,
    option_pairs,
)

Seed = tuple[str, Mapping[str, Any]]


def seeds(*, version: str, shop_name: str, domain: str, shops: tuple[int, ...], share_stock: bool, now: str) -> Iterator[Seed]:
    """Everything an installation holds before its first order, as (resource, values)."""
    dated = {"date_add": now, "date_upd": now}
    yield "shop_groups", {"id": 1, "name": "Default", "active": 1, "share_stock": int(share_stock)}
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
    apart = [{"id_shop": shop, "id_shop_group": 0} for shop in shops]
    yield from goods(dated, places=[{"id_shop": 0, "id_shop_group": 1}] if share_stock else apart)


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


def goods(dated: Mapping[str, str], *, places: Sequence[Mapping[str, int]]) -> Iterator[Seed]:
    """Categories, options, articles with combinations, stock and specific prices, and vouchers.

    `places`: the shops or the group that keep stock. A product's `associations` name the first one's rows.
    """
    yield from categories_and_options(dated)
    combination = 0
    for article in ARTICLES:
        combinations = [(combination + number, *option) for number, option in enumerate(article.options, start=1)]
        combination += len(combinations)
        yield "products", product(article, [(ident, text) for ident, _, text in combinations], dated)
        for nth, place in enumerate(places):
            for number, option_id in enumerate((0, *(ident for ident, *_ in combinations))):
                where = {"id_product": article.id, "id_product_attribute": option_id, **place}
                pieces = PIECES * len(combinations) if number == 0 and combinations else PIECES
                ident = nth * STOCK_IDS_PER_PLACE + article.id * 100 + number
                yield "stock_availables", {"id": ident, **where, "quantity": pieces, "depends_on_stock": 0, "out_of_stock": 2}
        for number, (ident, reference, text) in enumerate(combinations):
            money = dict.fromkeys(("wholesale_price", "price", "ecotax", "weight", "unit_price_impact"), "0.000000")
            flags = {"minimal_quantity": 1, "low_stock_alert": 0, "default_on": "" if number else 1, "available_date": "0000-00-00"}
            values = {"product_option_values": [{"id": value} for value in value_ids(text)]}
            yield "combinations", {"id": ident, "id_product": article.id, "reference": reference, **money, **flags, "associations": values}
        if article.campaign_percent:
            yield "specific_prices", campaign(article)
    for rule in CART_RULES:
        yield "cart_rules", cart_rule(rule, dated)


PIECES = 500
STOCK_IDS_PER_PLACE = 10_000


def value_ids(text: str) -> list[int]:
    """The `product_option_values` ids behind an option's text."""
    return [OPTION_VALUES.index(pair) + 1 for pair in option_pairs(text)]


def categories_and_options(dated: Mapping[str, str]) -> Iterator[Seed]:
    """Categories, `product_options` and `product_option_values`."""
    for ident, parent, depth, swedish, english in CATEGORIES:
        where = {"id_parent": parent, "level_depth": depth, "active": 1, "id_shop_default": 1, "is_root_category": int(ident == 2)}
        slugs = {1: english.lower().replace(" ", "-"), 2: f"kategori-{ident}"}
        yield "categories", {"id": ident, **where, "name": {1: english, 2: swedish}, "link_rewrite": slugs, **dated}
    for number, option in enumerate(OPTIONS, start=1):
        names = {1: OPTION_NAMES.get(option, option), 2: option}
        values = [{"id": ident} for ident, (name, _) in enumerate(OPTION_VALUES, start=1) if name == option]
        kind = {"is_color_group": 0, "group_type": "select", "position": number - 1}
        yield (
            "product_options",
            {"id": number, **kind, "name": names, "public_name": names, "associations": {"product_option_values": values}},
        )
    for ident, (option, value) in enumerate(OPTION_VALUES, start=1):
        names = {1: OPTION_VALUE_NAMES.get(value, value), 2: value}
        yield "product_option_values", {"id": ident, "id_attribute_group": OPTIONS.index(option) + 1, "position": ident - 1, "name": names}


def campaign(article: Article) -> dict[str, Any]:
    """The `specific_prices` record of an article that is always on sale."""
    anyone = dict.fromkeys(("id_shop_group", "id_shop", "id_cart", "id_currency", "id_country", "id_group", "id_customer"), 0)
    return {
        **anyone,
        "id_product": article.id,
        "price": "-1.000000",
        "from_quantity": 1,
        "reduction": f"{article.campaign_percent / 100:.6f}",
        "reduction_tax": 1,
        "reduction_type": "percentage",
        "from": "0000-00-00 00:00:00",
        "to": "0000-00-00 00:00:00",
    }


def product(article: Article, combinations: Sequence[tuple[int, str]], dated: Mapping[str, str]) -> dict[str, Any]:
    """A `products` record's values; `combinations` as (id, options' text). Its stock rows are numbered article * 100 and on."""
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
    first = combinations[0][0] if combinations else 0
    slug = article.reference.lower()
    rows = [
        {"id": article.id * 100 + number, "id_product_attribute": ident}
        for number, ident in enumerate((0, *(ident for ident, _ in combinations)))
    ]
    values = list(dict.fromkeys(value for _, text in combinations for value in value_ids(text)))
    return {
        "id": article.id,
        "id_category_default": 2,
        "new": None,
        "cache_default_attribute": first,
        "id_default_image": "",
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
            "combinations": [{"id": ident} for ident, _ in combinations],
            "product_option_values": [{"id": ident} for ident in values],
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
