"""One organisation's books: tables, chart, years, currencies, and the memory of `sequenceId`s."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from app.sandbox.hogia import chart
from app.sandbox.hogia.clock import Clock, instant
from app.sandbox.hogia.errors import BusinessError, Code
from app.sandbox.hogia.faults import Switches
from app.sandbox.hogia.tables import Changed, Table
from app.sandbox.hogia.wire import Answer, Json

MODULES = ("Bookkeeping", "Invoicing", "CashRegister")
LEGACY_NUMBER = 1000  # the last invoice number before ours


def _invoice_keys(invoice: Json) -> dict[str, Any]:
    header = invoice.get("invoiceHeader") or {}
    return {
        "invoiceReference": header.get("invoiceReference"),
        "customerOrderNumber": header.get("customerOrderNumber"),
        "invoiceNumber": header.get("invoiceNumber"),
        "customerNumber": (header.get("customer") or {}).get("number"),
    }


class Organisation:
    """Everything one organisation has. `notify(organisation, resource, action, entity)` is told of every commit."""

    def __init__(self, ident: str, *, name: str, clock: Clock, switches: Switches, notify: Changed) -> None:
        self.id = ident
        self.name = name
        self.number = "556677-8899"
        self.modules: list[str] = list(MODULES)
        self.clock = clock
        self.switches = switches
        self.row_version = 0
        self.last_invoice_number = LEGACY_NUMBER
        self.locked_through: date | None = None  # bookkeeping is closed up to and including this day
        self.once: dict[tuple[str, str], tuple[Any, Answer]] = {}
        self.last_voucher_number: dict[str, int] = {}

        def table(resource: str, **more: Any) -> Table:
            return Table(resource, organization_id=ident, next_row_version=self.next_row_version, now=clock.now, notify=notify, **more)

        def by_article(entity: Json) -> dict[str, Any]:
            return {"articleNumber": entity.get("articleNumber")}

        self.contacts = table("Contact")
        self.articles = table("Article")
        self.prices = table("ArticlePrice", keys=by_article)
        self.stock = table("StockBalance", keys=by_article)
        self.invoices = table("CustomerInvoice", keys=_invoice_keys)
        self.vouchers = table("Voucher")
        self.voucher_drafts = table("VoucherDraft")
        self._open_books()

    def next_row_version(self) -> int:
        self.row_version += 1
        return self.row_version

    def seen_until(self) -> datetime:
        """What was committed later than this is not visible to reads yet."""
        return self.clock.now() - timedelta(seconds=float(self.switches.read_lag_seconds))

    def _block(self) -> Json:
        stamp = instant(self.clock.now())
        who = {"createdBy": "system", "createdDate": stamp, "updatedBy": "system", "updatedDate": stamp}
        return {
            "id": str(uuid4()),
            "version": 1,
            "rowVersion": self.next_row_version(),
            "sequenceId": None,
            "organizationId": self.id,
            **who,
        }

    def _open_books(self) -> None:
        self.vat_codes: dict[int, Json] = {
            number: {"id": str(uuid4()), "vatCode": number, "vatCodeDescription": text, "vatPercent": Decimal(percent), "vatType": kind}
            for number, (text, percent, kind) in chart.VAT_CODES.items()
        }
        self.currencies: dict[str, Json] = {
            code: {**self._block(), "name": name, "code": code, "decimals": decimals, "roundingFactor": factor}
            for code, (name, decimals, factor, _) in chart.CURRENCIES.items()
        }
        self.rates = {code: rate for code, (_, _, _, rate) in chart.CURRENCIES.items()}
        self.dimensions: list[Json] = [
            {**self._block(), "dimensionInfoId": str(uuid4()), "number": number, "type": kind, "name": name, "isActive": True}
            | {"startDate": None, "endDate": None}
            for kind, number, name in chart.DIMENSIONS
        ]
        self.years: dict[str, Json] = {}
        self.accounts: dict[str, dict[int, Json]] = {}
        self.vat_settings: list[Json] = []
        this_year = self.clock.today().year
        for year in (this_year - 1, this_year, this_year + 1):
            self.open_year(year)

    def open_year(self, year: int) -> Json:
        """A calendar year with the whole chart."""
        made = {**self._block(), "startDate": f"{year}-01-01T00:00:00", "endDate": f"{year}-12-31T00:00:00"}
        self.years[made["id"]] = made
        self.accounts[made["id"]] = {}
        for number, (name, code) in chart.ACCOUNTS.items():
            self.add_account(made["id"], number, name=name, vat_code=code, active=number not in chart.INACTIVE_ACCOUNTS)
        self.vat_settings += [
            {**self._block(), "vatValue": self.vat_codes[code]["vatPercent"], "financialYearId": made["id"], "accountNumber": account}
            | {"vatId": self.vat_codes[code]["id"], "vatType": 1}
            for code, account in chart.OUTPUT_VAT.items()
        ]
        return made

    def add_account(self, year_id: str, number: int, *, name: str, vat_code: int | None = None, active: bool = True) -> Json:
        """An account of a year's chart, or a new state of one."""
        made = {**self._block(), "financialYearId": year_id, "isTemplateAccount": False, "accountPlanId": str(uuid4()), "number": number}
        made |= {"name": name, "isActive": active, "vatCodeId": None if vat_code is None else self.vat_codes[vat_code]["id"]}
        self.accounts[year_id][number] = made
        return made

    def year_of(self, day: date) -> Json | None:
        return next((year for year in self.years.values() if year["startDate"][:10] <= day.isoformat() <= year["endDate"][:10]), None)

    def open_year_of(self, day: date) -> Json:
        """The year that covers `day`; BusinessError where there is none or the period is locked."""
        year = self.year_of(day)
        if year is None:
            raise BusinessError(Code.NO_OPEN_YEAR, f"No financial year covers {day}.", reference=str(day))
        if self.locked_through is not None and day <= self.locked_through:
            raise BusinessError(Code.NO_OPEN_YEAR, f"The period is locked through {self.locked_through}.", reference=str(day))
        return year

    def account(self, year: Json, number: int, *, source_hint: str = "") -> Json:
        """The active account; BusinessError otherwise."""
        found = self.accounts[year["id"]].get(number)
        if found is None or not found["isActive"]:
            message = f"Account {number} is missing or inactive in the financial year."
            raise BusinessError(Code.ACCOUNT_MISSING, message, reference=str(number), source_hint=source_hint)
        return found

    def account_rate(self, account: Json) -> Decimal:
        """The account's VAT as a fraction: account → vatCodeId → vatPercent; 0 where it has no code."""
        percents = {code["id"]: code["vatPercent"] for code in self.vat_codes.values()}
        return Decimal(percents.get(account["vatCodeId"], 0)) / 100

    def vat_account(self, rate: Decimal) -> int:
        """Where VAT of this rate (a fraction) is booked unless the line says otherwise."""
        for code, account in chart.OUTPUT_VAT.items():
            if self.vat_codes[code]["vatPercent"] == rate * 100:
                return account
        return chart.OSS_VAT

    def next_voucher_number(self, series: str) -> int:
        self.last_voucher_number[series] = self.last_voucher_number.get(series, 0) + 1
        return self.last_voucher_number[series]
