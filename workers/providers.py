"""The payment provider behind a shop's payment module: one client per account, kept for the life of the process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.store.connections import Configured
from app.store.limits import SharedGate
from mappers.connection import CaptureRule, Shop
from mappers.payments.model import Provider
from workers.clients.payments.contract import PaymentProvider
from workers.clients.payments.klarna import KlarnaProvider
from workers.clients.payments.nets import NetsProvider
from workers.clients.payments.svea import SveaProvider
from workers.resources import Resources

PER_SECOND = 10.0
CHECKOUT_MODULES = frozenset({"klarnaofficial"})  # Klarna Checkout lives at Kustom, Klarna Payments at Klarna (payments.md 2.1)
Build = Callable[..., PaymentProvider]

# Which credentials each provider takes, as they are called in [shops.capture].
CREDENTIALS: Mapping[Provider, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Provider.KLARNA: (("password",), ("username",)),
    Provider.SVEA: (("merchant_id", "secret"), ()),
    Provider.NETS: (("secret_key",), ()),
}
CLIENTS: Mapping[Provider, Build] = {Provider.KLARNA: KlarnaProvider, Provider.SVEA: SveaProvider, Provider.NETS: NetsProvider}


def credentials(configured: Configured, shop: Shop, module: str) -> dict[str, str] | None:
    """The module's credentials at its provider, or None where they are not all given."""
    rule = shop.capture.get(module)
    if rule is None or rule.provider is None:
        return None
    given: Mapping[str, Any] = configured.secrets["shops"].get(shop.key, {}).get("capture", {}).get(module, {})
    required, optional = CREDENTIALS[rule.provider]
    if not all(given.get(name) for name in required):
        return None
    return {name: str(given[name]) for name in (*required, *optional) if given.get(name)}


def payment_provider(resources: Resources, configured: Configured, shop: Shop, module: str, rule: CaptureRule) -> PaymentProvider | None:
    """The client of the module's account, or None without credentials."""
    found = credentials(configured, shop, module)
    if found is None or rule.provider is None:
        return None
    key = ("provider", rule.provider, rule.base_url, module in CHECKOUT_MODULES, tuple(sorted(found.items())))
    if key not in resources.clients:
        destination = f"{rule.provider.value}:{shop.key}"
        extra: dict[str, Any] = {"base_url": rule.base_url} if rule.base_url else {}
        if rule.provider is Provider.KLARNA:
            extra["is_checkout"] = module in CHECKOUT_MODULES
        resources.clients[key] = CLIENTS[rule.provider](
            resources.http,
            **found,
            **extra,
            gate=SharedGate(resources.store, destination, per_second=PER_SECOND),
            on_call=resources.counter(destination),
        )
    client: PaymentProvider = resources.clients[key]
    return client
