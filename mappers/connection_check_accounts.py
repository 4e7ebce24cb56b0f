"""The checks of `[shops.orders.accounts]`: account numbers, rates as keys, countries of OSS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from mappers.connection import Accounts, RegionAccounts
from mappers.invoice.money import rate_key
from mappers.invoice.territories import EU_COUNTRIES

Mistakes = Iterator[tuple[str, str]]

OSS_COUNTRIES = (EU_COUNTRIES - {"SE"}) | {"GR", "XI"}  # Greece by either of its names; XI is Northern Ireland


def account_mistakes(accounts: Accounts, place: str) -> Mistakes:
    """Every mistake as (place, sentence)."""
    regions = {
        "sweden": accounts.sweden,
        "eu_consumer": accounts.eu_consumer,
        "eu_business": accounts.eu_business,
        "export": accounts.export,
    }
    for name, region in regions.items():
        yield from _region(region, f"{place}.{name}")
    for country, rates in accounts.oss.items():
        if country not in OSS_COUNTRIES:
            yield (
                f"{place}.oss.{country}",
                f"{country!r} is no other EU country in two capital letters{oss_country_hint(country, {'UK': 'XI'})}",
            )
        yield from _by_rate(rates, f"{place}.oss.{country}")
    yield from _by_rate(accounts.output_vat, f"{place}.output_vat")
    single = {"oss_vat": accounts.oss_vat, "rounding": accounts.rounding, "gift_cards": accounts.gift_cards}
    single |= {"discounts_on_gift_cards": accounts.discounts_on_gift_cards}
    single |= {"discounts": accounts.discounts} if accounts.discounts is not None else {}
    yield from ((f"{place}.{name}", mistake) for name, number in single.items() if (mistake := account_mistake(number)))


def account_mistake(number: int) -> str:
    """Why this is no account; "" when it may be one (whether Hogia's chart has it is asked by `check` and before every invoice)."""
    return "" if 1000 <= number <= 999_999 else f"{number} is no account number; BAS accounts have four digits, for example 3001"


def rate_mistake(rate: str) -> str:
    """Why this key is no VAT rate as the tables spell it; "" when it is one."""
    try:
        value = Decimal(rate.strip().replace(",", ".").removesuffix("%").strip())
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value < 100 or abs(value.adjusted()) > 3:
        return f'{rate!r} is no VAT rate; write percent as "25" or "25.5"'
    return "" if rate_key(value) == rate else f'write the rate {rate!r} as "{rate_key(value)}"'


def oss_country_hint(code: str, others: Mapping[str, str]) -> str:
    """What was probably meant."""
    better = others.get(code.upper(), code.upper())
    return f'; write "{better}"' if better != code and len(better) == 2 and better.isalpha() else ', as "DE"'


def _region(region: RegionAccounts, place: str) -> Mistakes:
    yield from _by_rate(region.goods, f"{place}.goods")
    yield from _by_rate(region.services, f"{place}.services")
    yield from (
        (f"{place}.{name}", m) for name, number in (("freight", region.freight), ("fee", region.fee)) if (m := account_mistake(number))
    )


def _by_rate(table: Mapping[str, int], place: str) -> Mistakes:
    for rate, number in table.items():
        if mistake := rate_mistake(rate) or account_mistake(number):
            yield f"{place}.{rate}", mistake
