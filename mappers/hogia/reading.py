"""Hogia's JSON → our frozen values. Liberal: every field may be null or absent; unknown fields and words are passed over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from mappers.hogia.article import ArticleType
from mappers.hogia.model import FinancialYear, HogiaAccount, HogiaArticle, HogiaContact, HogiaReference
from mappers.hogia.reading_invoice import invoice_status, read_invoice
from mappers.hogia.values import day, flag, mapping, mappings, number, percent, text, whole
from mappers.identity import person_key, read_number

__all__ = [
    "contact_email",
    "contact_name",
    "invoice_status",
    "read_accounts",
    "read_article",
    "read_contact",
    "read_financial_year",
    "read_invoice",
    "read_reference",
]

EMAIL_CHANNEL = 1  # contactChannelType (hogia.md 3.4)
POSTAL, BILLING, SHIPPING = 1, 2, 3  # addressType (hogia.md 3.4, assumed)


def read_contact(body: Mapping[str, Any]) -> HogiaContact:
    """A contact. Numbers are normalised; a personal number in `identificationNumber` is not kept."""
    customer = mapping(body.get("customer"))
    country = text(body.get("countryCode")).upper()
    vat = read_number(text(body.get("vatNumber")), country=country, complete=True)
    organisation = read_number(text(body.get("identificationNumber")), country=country)
    name = contact_name(body)
    says = flag(body.get("isOrganization"))
    active = flag(customer.get("isActive"))
    return HogiaContact(
        id=text(body.get("id")),
        number=text(body.get("number")),
        is_company=bool(text(body.get("companyName"))) if says is None else says,
        is_active=active is not False and flag(body.get("isDeleted")) is not True,
        organisation_number=organisation.organisation_number or vat.organisation_number,
        vat_number=vat.vat_number or organisation.vat_number,
        email=contact_email(body).lower(),
        person_key=person_key(name, _postcode(body)),
        version=whole(body.get("version")) or 0,
        row_version=whole(body.get("rowVersion")) or 0,
    )


def contact_name(body: Mapping[str, Any]) -> str:
    """The company's name, else given name and surname."""
    return text(body.get("companyName")) or f"{text(body.get('givenName'))} {text(body.get('surName'))}".strip()


def contact_email(body: Mapping[str, Any]) -> str:
    """The first e-mail channel, else the address invoices are sent to."""
    for channel in mappings(body.get("contactChannels")):
        value = text(channel.get("value"))
        if "@" in value and whole(channel.get("contactChannelType")) in {EMAIL_CHANNEL, None}:
            return value
    return text(mapping(body.get("customer")).get("eInvoiceReceiverEmail"))


def _postcode(body: Mapping[str, Any]) -> str:
    by_type = {whole(address.get("addressType")): text(address.get("zipCode")) for address in mappings(body.get("addresses"))}
    known = [by_type[kind] for kind in (BILLING, POSTAL) if by_type.get(kind)]
    return next(iter([*known, *(code for code in by_type.values() if code)]), "")


def read_article(body: Mapping[str, Any]) -> HogiaArticle:
    """An article (hogia.md 3.5)."""
    accounts = {text(item.get("type")): whole(item.get("number")) for item in mappings(body.get("salesAccounts"))}
    prices = {text(item.get("currencyCode")).upper() or "SEK": number(item.get("price")) for item in mappings(body.get("prices"))}
    return HogiaArticle(
        id=text(body.get("id")),
        number=text(body.get("number")),
        name=text(body.get("name")),
        is_active=flag(body.get("isActive")) is not False and flag(body.get("isDeleted")) is not True,
        is_webshop_article=flag(body.get("isWebshopArticle")) is True,
        is_stock_article=flag(body.get("isStockArticle")) is True,
        unit=text(body.get("unit")),
        ean=text(body.get("ean")),
        sales_accounts={kind: account for kind, account in accounts.items() if account is not None},
        prices={code: price for code, price in prices.items() if price is not None},
        is_service=text(body.get("type")) == ArticleType.SERVICE,
        description=text(body.get("description")),
        purchase_price=number(body.get("purchasePrice")),
        weight_grams=whole(body.get("weightGrams")),
        version=whole(body.get("version")) or 0,
        row_version=whole(body.get("rowVersion")) or 0,
    )


def read_financial_year(body: Mapping[str, Any] | None) -> FinancialYear | None:
    """A financial year; None where there is none, or one without both its dates."""
    start, end = (day(mapping(body).get(name)) for name in ("startDate", "endDate"))
    if body is None or start is None or end is None:
        return None
    return FinancialYear(id=text(body.get("id")), start=start, end=end)


def read_accounts(accounts: Iterable[Mapping[str, Any]], vat_codes: Iterable[Mapping[str, Any]]) -> Mapping[int, HogiaAccount]:
    """The chart by number, each account with the percentage its VAT code says (hogia.md 3.12)."""
    rates: dict[str, Decimal | None] = {text(code.get("id")).lower(): percent(code.get("vatPercent")) for code in vat_codes}
    chart: dict[int, HogiaAccount] = {}
    for body in accounts:
        account = whole(body.get("number"))
        if account is not None:
            chart[account] = HogiaAccount(
                number=account,
                is_active=flag(body.get("isActive")) is not False,
                vat_percent=rates.get(text(body.get("vatCodeId")).lower()),
            )
    return chart


def read_reference(
    *,
    currencies: Iterable[Mapping[str, Any]],
    financial_year: Mapping[str, Any] | None,
    accounts: Iterable[Mapping[str, Any]],
    vat_codes: Iterable[Mapping[str, Any]],
) -> HogiaReference:
    """Everything the pre-flight check before an invoice looks at (hogia.md 3.12)."""
    return HogiaReference(
        currencies=frozenset(code for body in currencies if (code := text(body.get("code")).upper())),
        financial_year=read_financial_year(financial_year),
        accounts=read_accounts(accounts, vat_codes),
    )
