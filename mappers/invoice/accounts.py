"""Which account a part is booked on, by treatment, rate and what it is (accounting.md 7). Gaps in the tables are `Misconfigured`."""

from __future__ import annotations

from decimal import Decimal

from mappers.connection import Accounts, RegionAccounts
from mappers.errors import Misconfigured
from mappers.invoice.model import RowKind, Treatment
from mappers.invoice.money import rate_key

EU_TAXED_GOODS = 3106  # BAS: sales of goods to another EU country, taxed; where `accounts.oss` is silent

REGION_NAMES = {
    Treatment.SWEDEN: "sweden",
    Treatment.EU_CONSUMER: "eu_consumer",
    Treatment.EU_BUSINESS: "eu_business",
    Treatment.EXPORT: "export",
    Treatment.OSS: "eu_consumer",
}


def _region(accounts: Accounts, treatment: Treatment) -> RegionAccounts:
    regions = {
        "sweden": accounts.sweden,
        "eu_consumer": accounts.eu_consumer,
        "eu_business": accounts.eu_business,
        "export": accounts.export,
    }
    return regions[REGION_NAMES[treatment]]


def _missing(table: str, rate: Decimal) -> Misconfigured:
    return Misconfigured(
        "ACCOUNT_MISSING",
        f"no account for {rate_key(rate)} % in orders.accounts.{table}. Add one to the shop's settings.",
        subject=f"orders.accounts.{table}",
    )


def sales_account(accounts: Accounts, *, kind: RowKind, treatment: Treatment, rate: Decimal, is_virtual: bool, country: str) -> int:
    """The account that a part is sold on. `country`: VAT code of the consumer's country, for OSS. Raises `Misconfigured` ACCOUNT_MISSING."""
    region = _region(accounts, treatment)
    if kind in (RowKind.FREIGHT, RowKind.WRAPPING):
        return region.freight
    if kind is RowKind.FEE:
        return region.fee
    key = rate_key(rate)
    if treatment is Treatment.OSS:
        own = accounts.oss.get(country) or accounts.oss.get({"EL": "GR"}.get(country, country)) or {}
        return own.get(key) or region.goods.get(key) or EU_TAXED_GOODS
    account = (region.services.get(key) if is_virtual else None) or region.goods.get(key)
    if account is None:
        raise _missing(f"{REGION_NAMES[treatment]}.goods", rate)
    return account


def vat_account(accounts: Accounts, *, treatment: Treatment, rate: Decimal) -> int | None:
    """The account of a part's VAT; None at 0 %. Raises `Misconfigured` ACCOUNT_MISSING."""
    if rate == 0:
        return None
    if treatment is Treatment.OSS:
        return accounts.oss_vat
    account = accounts.output_vat.get(rate_key(rate))
    if account is None:
        raise _missing("output_vat", rate)
    return account
