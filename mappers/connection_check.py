"""What a connection file's types cannot say: every mistake with its place, `shops.acme-se.orders.accounts.sweden.goods: …`.

Each of these would otherwise be met at an order, weeks later. Lengths are Hogia's (hogia.md 3.4, 3.5); rates and countries are those of
the tables in `mappers.invoice`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from mappers.connection import Connection, HogiaOrganisation, OrderStatusRule, Shop
from mappers.connection_check_orders import order_mistakes
from mappers.country_codes import ALPHA_2, OTHER_SPELLINGS

Mistakes = Iterator[tuple[str, str]]


def mistakes(connection: Connection) -> list[str]:
    """One sentence per mistake; empty when there is none."""
    found = list(_hogia(connection.hogia))
    for shop in connection.shops:
        found += _shop(shop, f"shops.{shop.key}")
    return [f"{place}: {sentence}" for place, sentence in found]


def address_mistake(url: str) -> str:
    """Why this is no address to call; "" when it is one. The address itself is not repeated: it may hold a password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "this is not an address; write it as https://shop.example"
    if parts.scheme not in {"http", "https"} or not host or any(ch.isspace() or not ch.isprintable() for ch in url):
        return "this is not an http or https address; write it as https://shop.example"
    if parts.username is not None or parts.password is not None:
        return "an address with a user name or password in it is not accepted; keys have settings of their own"
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        return "leave out everything from ? or # on"
    return "" if port is None or port > 0 else "this is not an address; write it as https://shop.example"


def country_mistake(code: str, known: Collection[str] = ALPHA_2) -> str:
    """Why this is no country; "" when it is one."""
    if code in known:
        return ""
    better = OTHER_SPELLINGS.get(code.upper(), code.upper())
    hint = f'; write "{better}"' if better in known else ', as "SE" or "DE"'
    return f"{code!r} is not a country in two capital letters (ISO 3166){hint}"


def _hogia(hogia: HogiaOrganisation) -> Mistakes:
    for name, url in (("base_url", hogia.base_url), ("token_url", hogia.token_url)):
        if mistake := address_mistake(url):
            yield f"hogia.{name}", mistake
    if not hogia.organization_id.strip():
        yield "hogia.organization_id", "the organisation's id is missing; Hogia shows it among the API settings"


def _shop(shop: Shop, place: str) -> Mistakes:
    if mistake := address_mistake(shop.url):
        yield f"{place}.url", mistake
    if shop.id_shop < 1:
        yield f"{place}.id_shop", "a shop's id is 1 or more"
    if mistake := country_mistake(shop.country):
        yield f"{place}.country", mistake
    yield from order_mistakes(shop.orders, f"{place}.orders", shop_key=shop.key)
    yield from _statuses(shop.order_status, f"{place}.order_status")


def _statuses(rules: tuple[OrderStatusRule, ...], place: str) -> Mistakes:
    words = [rule.hogia for rule in rules]
    for index, rule in enumerate(rules):
        if rule.hogia in words[:index]:
            yield f"{place}.{index}", f"there are two rules for {rule.hogia.value}; keep one"
        if rule.state < 1:
            yield f"{place}.{index}.state", "an order state's id is 1 or more"
