"""A shop's side of a check: key, permissions, address, version, clock, states, taxes, currencies, webhook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mappers.canonical import OrderState
from mappers.check_catalogue import catalogue_findings
from mappers.check_model import Finding, Level, ShopFacts
from mappers.prestashop.reference import RESOURCES, ShopReference

KEY_PAGE = "In PrestaShop: Advanced Parameters > Webservice > the key"
STATES_PAGE = "In PrestaShop: Shop Parameters > Order Settings > Statuses"
READ = (
    *RESOURCES,
    "orders",
    "order_details",
    "products",
    "order_cart_rules",
    "order_histories",
    "order_payments",
    "order_slip",
    "customers",
    "addresses",
    "cart_rules",
    "customizations",
)
OLD_NAMES = {"order_cart_rules": "order_discounts"}  # PrestaShop 1.6
VERIFIED_FROM = (8,)  # prestashop.md: 8.2.1 and 9.1.4 were measured
CLOCK_SECONDS = 30


def shop_findings(facts: ShopFacts, *, hogia_currencies: frozenset[str] | None) -> Iterator[Finding]:
    """Everything about one shop. `hogia_currencies`: None where Hogia did not tell."""
    for level, code, message in _told(facts, hogia_currencies):
        yield Finding(level=level, code=code, message=message, subject=f"shop {facts.shop.key}")


Told = tuple[Level, str, str]


def _told(facts: ShopFacts, hogia_currencies: frozenset[str] | None) -> Iterator[Told]:
    for failure in facts.failures:
        yield Level.ERROR, failure.code, failure.message
    if facts.version:
        yield from _version(facts.version)
    if facts.permissions is not None:
        yield from _permissions(facts)
        yield from catalogue_findings(facts)
    if facts.clock_ahead_seconds is not None:
        yield from _clock(facts.clock_ahead_seconds, facts.webhook_tolerance_seconds)
    if facts.reference is not None:
        yield Level.OK, "TIME_ZONE", f"the shop's times are {facts.reference.time_zone}."
        yield from _states(facts, facts.reference)
        yield from _taxes(facts.reference)
        yield from _currencies(facts.reference, hogia_currencies)
    yield from _webhook(facts)


def _version(version: str) -> Iterator[Told]:
    numbers = tuple(int(part) for part in version.split(".") if part.isdecimal())
    if numbers and numbers < VERIFIED_FROM:
        yield (
            Level.WARNING,
            "SHOP_VERSION_OLD",
            f"PrestaShop {version} is older than what was verified (8 and 9). Compare the first previews.",
        )
    else:
        yield Level.OK, "SHOP_ANSWERS", f"PrestaShop {version} answers at the configured address."


def _permissions(facts: ShopFacts) -> Iterator[Told]:
    allowed = facts.permissions or {}
    wanted = {(resource, "get") for resource in READ}
    if facts.shop.orders.order_notes:
        wanted.add(("messages", "get"))
    is_old = facts.version.startswith("1.")  # knows no PATCH: tracking numbers are put back whole, notes are left alone
    if facts.shop.write_note and not is_old:
        wanted.add(("orders", "patch"))
    if facts.shop.order_status:
        wanted.add(("order_histories", "post"))
    if any(rule.tracking for rule in facts.shop.order_status):
        wanted |= {("order_carriers", "get"), ("order_carriers", "put" if is_old else "patch")}
    missing: dict[str, list[str]] = {}
    for resource, method in sorted(wanted):
        if method not in allowed.get(resource, ()) and method not in allowed.get(OLD_NAMES.get(resource, ""), ()):
            missing.setdefault(resource, []).append(method.upper())
    for resource, methods in missing.items():
        named = " and ".join(methods)
        yield Level.ERROR, "SHOP_KEY_LACKS_RESOURCE", f"the webservice key lacks {named} on {resource}. {KEY_PAGE}: tick it and save."
    if not missing:
        yield Level.OK, "SHOP_KEY_COMPLETE", f"the webservice key may do all that is needed ({len(wanted)} permissions)."


def _clock(ahead: float, tolerance: int) -> Iterator[Told]:
    direction = "ahead of" if ahead > 0 else "behind"
    told = f"the shop's clock is {abs(ahead):.0f} seconds {direction} ours"
    if abs(ahead) >= tolerance:
        yield (
            Level.ERROR,
            "CLOCK_WRONG",
            f"{told}: its webhooks are refused as too old or too early. Switch on time synchronisation on both servers.",
        )
    elif abs(ahead) > CLOCK_SECONDS:
        yield Level.WARNING, "CLOCK_DIFFERS", f"{told}. Webhooks are refused from {tolerance} seconds on: switch on time synchronisation."
    else:
        yield Level.OK, "CLOCK_AGREES", "the shop's clock and ours agree."


def _states(facts: ShopFacts, reference: ShopReference) -> Iterator[Told]:
    policy = facts.shop.orders
    if policy.transfer_states is None:
        paid = [state for state in reference.states.values() if state.paid and not state.deleted]
        if paid:
            yield Level.OK, "TRANSFER_STATES", f"orders are transferred in every state flagged paid: {_names(paid)}."
        else:
            yield (
                Level.ERROR,
                "TRANSFER_STATES_NONE",
                f"no order state is flagged paid, so no order is transferred. {STATES_PAGE}: flag one, or name transfer_states.",
            )
    else:
        yield from _exist(policy.transfer_states, reference, setting="orders.transfer_states", level=Level.ERROR)
        unpaid = [
            reference.states[ident] for ident in policy.transfer_states if ident in reference.states and not reference.states[ident].paid
        ]
        if unpaid:
            yield (
                Level.WARNING,
                "TRANSFER_STATE_NOT_PAID",
                (
                    f"{_names(unpaid)} of orders.transfer_states is not flagged paid: its orders are invoiced with {policy.payment_terms_days} days to "
                    f"pay and without a payment. {STATES_PAGE}: set 'Consider the associated order as paid' if that is not meant."
                ),
            )
        if not unpaid and all(ident in reference.states for ident in policy.transfer_states):
            yield Level.OK, "TRANSFER_STATES", f"orders are transferred in {_names(reference.states[i] for i in policy.transfer_states)}."
    yield from _exist(policy.cancel_states, reference, setting="orders.cancel_states", level=Level.WARNING)
    yield from _exist(policy.hold_states, reference, setting="orders.hold_states", level=Level.WARNING)
    yield from _exist([rule.state for rule in facts.shop.order_status], reference, setting="order_status", level=Level.ERROR)


def _exist(wanted: Iterable[int], reference: ShopReference, *, setting: str, level: Level) -> Iterator[Told]:
    for ident in dict.fromkeys(wanted):
        state = reference.states.get(ident)
        if state is None or state.deleted:
            known = _names(state for state in reference.states.values() if not state.deleted)
            yield level, "STATE_UNKNOWN", f"{setting} names the order state {ident}, which the shop does not have. It has: {known}."


def _names(states: Iterable[OrderState]) -> str:
    return ", ".join(f"{state.id} {state.name}".strip() for state in states)


def _taxes(reference: ShopReference) -> Iterator[Told]:
    if reference.tax_by_invoice_address:
        yield (
            Level.WARNING,
            "TAX_BY_INVOICE_ADDRESS",
            (
                "the shop charges VAT by the invoice address; goods are taxed where they are sent. In PrestaShop: International > Taxes > "
                "Tax options, choose the delivery address, unless you sell services only."
            ),
        )
    else:
        yield Level.OK, "TAX_BY_DELIVERY_ADDRESS", "the shop charges VAT by the delivery address."


def _currencies(reference: ShopReference, hogia: frozenset[str] | None) -> Iterator[Told]:
    if hogia is None:
        return
    codes = {currency.id: currency.code for currency in reference.currencies.values()}
    default = codes.get(reference.default_currency_id, "")
    for code in sorted(set(codes.values()) - hogia):
        level = Level.ERROR if code == default else Level.WARNING
        yield (
            level,
            "CURRENCY_NOT_REGISTERED",
            f"orders in {code} are parked: Hogia does not have the currency. Register it in Hogia under its currencies.",
        )
    if set(codes.values()) <= hogia:
        yield Level.OK, "CURRENCIES", f"Hogia has every currency of the shop: {', '.join(sorted(set(codes.values())))}."


def _webhook(facts: ShopFacts) -> Iterator[Told]:
    if not facts.has_webhook_secret:
        yield (
            Level.WARNING,
            "WEBHOOK_SECRET_MISSING",
            (
                f"the shop has no webhook_secret, so its orders are found by the sweep only, up to {facts.shop.orders.sweep_minutes} minutes late. "
                f"Make a secret, enter it in the shop's module with the address {facts.webhook_address}, and apply the connection file."
            ),
        )
    elif not facts.address_is_public:
        yield (
            Level.WARNING,
            "PUBLIC_URL_UNSET",
            (
                f"ORDERBRO_PUBLIC_URL is not set; as it is, the address to enter in the shop's module would be {facts.webhook_address}, which the shop "
                "may not reach."
            ),
        )
    else:
        yield Level.OK, "WEBHOOK", f"the address to enter in the shop's module is {facts.webhook_address}."
