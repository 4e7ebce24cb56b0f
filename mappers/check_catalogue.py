"""What a shop's webservice key needs for its products, prices and stock: told as a warning, since nothing moves before it is started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mappers.catalogue.leads import Lead, Leader
from mappers.catalogue.policy import FieldGroup, MissingReference
from mappers.check_model import Level, ShopFacts

READ = ("products", "combinations", "product_options", "product_option_values", "tax_rules", "tax_rule_groups")
PRODUCTS = ("products", "combinations")


def needed(facts: ShopFacts, led: Mapping[FieldGroup, Lead]) -> frozenset[tuple[str, str]]:
    """(resource, method) pairs for who leads what in this shop. PrestaShop 1.7 knows no PATCH: there it is PUT."""
    change = "put" if facts.version.startswith("1.") else "patch"
    leader = {group: lead.leader for group, lead in led.items()}
    found: set[tuple[str, str]] = set()
    if any(leader[group] is not Leader.NOBODY for group in (FieldGroup.ARTICLE, FieldGroup.PRICE, FieldGroup.STOCK)):
        found |= {(resource, "get") for resource in READ}
    if leader[FieldGroup.ARTICLE] is Leader.HOGIA:
        found |= {("products", "post"), ("categories", "get"), *((resource, change) for resource in PRODUCTS)}
    elif leader[FieldGroup.ARTICLE] is Leader.SHOP and facts.shop.products.missing_reference is not MissingReference.REPORT:
        found |= {(resource, change) for resource in PRODUCTS}
    if leader[FieldGroup.PRICE] is Leader.HOGIA:
        found |= {(resource, change) for resource in PRODUCTS}
        found |= {("specific_prices", method) for method in ("get", "post", change, "delete")}
    if leader[FieldGroup.STOCK] is Leader.HOGIA:
        found |= {("stock_availables", "get"), ("stock_availables", change)}
    return frozenset(found)


def catalogue_findings(facts: ShopFacts) -> Iterator[tuple[Level, str, str]]:
    """What the key lacks."""
    allowed = facts.permissions or {}
    missing: dict[str, list[str]] = {}
    for resource, method in sorted(needed(facts, facts.leads)) if facts.leads else ():
        if method not in allowed.get(resource, ()):
            missing.setdefault(resource, []).append(method.upper())
    if missing:
        told = ", ".join(f"{' and '.join(methods)} on {resource}" for resource, methods in missing.items())
        yield (
            Level.WARNING,
            "SHOP_KEY_LACKS_CATALOGUE",
            (
                f"products, prices and stock need more of the webservice key: {told}. In PrestaShop: Advanced Parameters > Webservice > the key, "
                "before `orderbro catalogue start`; or leave the groups out in products.leave."
            ),
        )
