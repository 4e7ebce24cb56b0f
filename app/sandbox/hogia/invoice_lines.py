"""Gives every line its price, account and VAT (hogia.md 3.5–3.8, 3.16) and writes it in the words of 1.5."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from app.sandbox.hogia.calculation import LineAmounts, rounded
from app.sandbox.hogia.chart import EU_COUNTRIES
from app.sandbox.hogia.errors import BusinessError, Code
from app.sandbox.hogia.invoice_body import LineRequest
from app.sandbox.hogia.organisation import Organisation
from app.sandbox.hogia.prices import price_of
from app.sandbox.hogia.wire import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the lines of one invoice have in common."""

    year: Json
    currency: str
    customer_number: str
    country: str  # the customer's, ISO 3166
    is_reverse_charge: bool
    at: datetime


def line_json(org: Organisation, line: LineRequest, index: int, setting: Setting) -> Json:
    """The line as it stands on the invoice; BusinessError for an unknown article, a missing account or VAT under reverse charge."""
    if line.kind == "TextInvoiceLine":
        return _written(org, line, index, amounts=LineAmounts(quantity=Decimal(0), unit_price=Decimal(0)), account=None, vat_account=None)
    article = _article(org, line)
    account = org.account(setting.year, line.account or _sales_account(article, setting), source_hint=f"invoiceLines[{index}]")
    rate = line.vat_rate if line.vat_rate is not None else org.account_rate(account)
    if setting.is_reverse_charge and rate:
        message = f"Line {index} has VAT although the buyer is liable for it."
        raise BusinessError(Code.VAT_ON_REVERSE_CHARGE, message, source_hint=f"invoiceLines[{index}]")
    vat_account = line.vat_account or (org.vat_account(rate) if rate else None)
    if vat_account is not None:
        org.account(setting.year, vat_account, source_hint=f"invoiceLines[{index}].vat")
    price = line.unit_price
    if price is None and article is not None:
        price = price_of(
            org,
            article,
            currency=setting.currency,
            customer=setting.customer_number,
            quantity=abs(line.quantity),
            at=setting.at,
            rate=rate,
        )
    if price is None:
        message = f"Article {line.article} has no price in {setting.currency}."
        raise BusinessError(Code.UNKNOWN_ARTICLE, message, reference=line.article or "")
    amounts = LineAmounts(quantity=line.quantity, unit_price=price, discount_percent=line.discount_percent, rate=rate)
    return _written(org, line, index, amounts=amounts, account=account["number"], vat_account=vat_account, article=article)


def line_amounts(line: Json) -> LineAmounts:
    """A written line's amounts, to sum the invoice."""
    return LineAmounts(
        quantity=line["quantity"], unit_price=line["unitPrice"], discount_percent=line["discountPercent"], rate=line["vat"]["percent"]
    )


def in_accounting_currency(amount: Decimal, exchange_rate: Decimal) -> Decimal:
    return rounded(amount * exchange_rate)


def _article(org: Organisation, line: LineRequest) -> Json | None:
    if line.article is None:
        return None
    found = org.articles.find("number", line.article)
    if found is None or not found["isActive"]:
        raise BusinessError(Code.UNKNOWN_ARTICLE, f"Article {line.article} is unknown or inactive.", reference=line.article)
    return found


def _sales_account(article: Json | None, setting: Setting) -> int:
    """The article's account for where the customer is; its national one where that is missing."""
    accounts = {each["type"]: each["number"] for each in (article or {}).get("salesAccounts", [])}
    if setting.country == "SE":
        wanted = "ReverseChargeSales" if setting.is_reverse_charge else "NationalSales"
    else:
        wanted = "EuSales" if setting.country in EU_COUNTRIES else "InternationalSales"
    number: int = accounts.get(wanted) or accounts.get("NationalSales") or 0
    return number


def _written(
    org: Organisation,
    line: LineRequest,
    index: int,
    *,
    amounts: LineAmounts,
    account: int | None,
    vat_account: int | None,
    article: Json | None = None,
) -> Json:
    return {
        "id": str(uuid4()),
        "lineIndex": index,
        "type": line.kind,
        "name": line.description or (article or {}).get("name"),
        "articleNumber": (article or {}).get("number"),
        "articleType": (article or {}).get("type"),
        "unitPrice": amounts.unit_price,
        "quantity": amounts.quantity,
        "unitType": line.unit or (article or {}).get("unit") or ("st" if account else None),
        "netAmount": amounts.net,
        "netAmountWithoutDiscount": amounts.net_without_discount,
        "vatAmount": amounts.vat,
        "grossAmount": amounts.net + amounts.vat,
        "discountPercent": amounts.discount_percent,
        "discount": amounts.net_without_discount - amounts.net,
        "vat": {"percent": amounts.rate, "accountNumber": vat_account},
        "salesAccountNumber": account,
        "stockAccountNumber": None,
        "costAccountNumber": None,
        "costAmount": Decimal(0),
        "rutRotWorkTypeName": None,
        "projectNumber": line.project,
        "dimensions": [{"dimensionNumber": each["number"], "dimensionLevel": 1} for each in line.dimensions],
        "isClosed": False,
        "organizationId": org.id,
    }
