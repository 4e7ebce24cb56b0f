"""What a person does in Hogia, and in the shop's physical till. Mixed into `HogiaState`; `POST /_control/{act}` calls the same methods.

An invoice is named by its id, its `invoiceReference` or its number. `organization` is a GUID, the default organisation without it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from app.sandbox.hogia import articles, contacts, delivery, invoices, payments, prices
from app.sandbox.hogia.call import Call
from app.sandbox.hogia.errors import ApiError, BusinessError, Code, MissingError
from app.sandbox.hogia.invoice_body import read
from app.sandbox.hogia.invoice_status import dated
from app.sandbox.hogia.organisation import Organisation
from app.sandbox.hogia.stock import change_stock, tracked
from app.sandbox.hogia.wire import Json, dumped

if TYPE_CHECKING:
    from app.sandbox.hogia.state import HogiaState

HELPER_ARTICLES = (("fraktavg", "Frakt", 3520), ("expavg", "Expeditionsavgift", 3540), ("rabatt", "Rabatt", 3001))


class Acts:
    """Each act returns the entity as it stands afterwards; raises ApiError where Hogia would not let the person do it."""

    organisations: dict[str, Organisation]
    organisation: Any

    def org(self, organization: str | None = None) -> Organisation:
        found = self.organisations.get(organization.lower()) if organization else self.organisation
        if found is None:
            raise MissingError("Organisation")
        chosen: Organisation = found
        return chosen

    def invoice(self, which: str | int, organization: str | None = None) -> Json:
        """The invoice as it stands now; MissingError for none."""
        org = self.org(organization)
        by_key = (org.invoices.find(name, which) for name in ("invoiceReference", "invoiceNumber"))
        found = org.invoices.current(str(which)) or next((each for each in by_key if each), None)
        if found is None:
            raise MissingError("CustomerInvoice")
        return dated(found, org.clock.today())

    def bill(self, which: str | int, organization: str | None = None) -> Json:
        """Finalise a draft: it gets its number."""
        return self._read(invoices.bill(self.org(organization), self.invoice(which, organization)), organization)

    def register_payment(
        self,
        which: str | int,
        *,
        amount: Decimal | None = None,
        account: int = 1930,
        on: date | None = None,
        organization: str | None = None,
    ) -> Json:
        """Money has come in; everything that is left unless `amount` (kronor) says less."""
        org, invoice = self.org(organization), self.invoice(which, organization)
        amount = invoice["amountLeftToPay"] if amount is None else amount
        payment = payments.PaymentRequest(amount=amount, account=account, on=on or org.clock.today())
        payments.register(org, invoice, payment, by="person")
        return self.invoice(which, organization)

    def cancel(self, which: str | int, organization: str | None = None) -> Json:
        return self._read(invoices.cancel(self.org(organization), self.invoice(which, organization), by="person"), organization)

    def deliver(
        self,
        which: str | int,
        *,
        pieces: Mapping[int, Decimal] | None = None,
        on: date | None = None,
        carrier: str | None = None,
        tracking_number: str | None = None,
        tracking_url: str | None = None,
        final: bool | None = None,
        organization: str | None = None,
    ) -> Json:
        """Hand the goods to a carrier; `pieces` is line index → quantity, everything that is left without it."""
        made = delivery.deliver(
            self.org(organization),
            self.invoice(which, organization),
            pieces=pieces,
            on=on,
            carrier=carrier,
            tracking_number=tracking_number,
            tracking_url=tracking_url,
            final=final,
        )
        return self._read(made, organization)

    def credit(
        self,
        which: str | int,
        *,
        pieces: Mapping[int, Decimal] | None = None,
        reference: str | None = None,
        organization: str | None = None,
    ) -> Json:
        """A credit invoice over `pieces` (line index → quantity), or over the whole invoice; returns the credit."""
        original = self.invoice(which, organization)
        chosen = (
            {line["lineIndex"]: line["quantity"] for line in original["invoiceLines"] if line["quantity"]} if pieces is None else pieces
        )
        head = original["invoiceHeader"]
        lines = []
        for line in original["invoiceLines"]:
            if line["lineIndex"] in chosen:
                account = {"salesAccountNumber": line["salesAccountNumber"], "discountPercent": line["discountPercent"]}
                own = {"description": line["name"], "unitPrice": line["unitPrice"], "quantity": -chosen[line["lineIndex"]], **account}
                article = {"articleInvoiceLine": {**own, "articleNumber": line["articleNumber"]}}
                vat = {name: value for name, value in line["vat"].items() if value is not None}
                lines.append(article if line["articleNumber"] else {"invoiceLine": {**own, "unitType": line["unitType"], "vat": vat}})
        more = {
            "creditedCustomerInvoiceId": original["id"],
            "comment": f"Kredit av faktura {head['invoiceNumber']}",
            "isReverseCharge": original["isReverseCharge"],
            "useRounding": original["roundingAmount"] != 0,
            "currency": {"code": original["currencyInfo"]["currency"]["code"]},
            **({"invoiceReference": reference} if reference else {}),
        }
        return self.make_invoice(head["customer"]["number"], lines, draft=False, organization=organization, **more)

    def make_invoice(
        self, customer_number: str, lines: Sequence[Json], *, draft: bool = True, organization: str | None = None, **header: Any
    ) -> Json:
        """An invoice made by hand: `lines` and `header` in the words of the API's v2 body."""
        body = {"customerInvoice": {"customerNumber": customer_number, **header}, "invoiceLines": list(lines)}
        request = read(self._call(organization, body), body)
        return self._read(invoices.create(self.org(organization), request, by="person", as_draft=draft), organization)

    def change_stock(
        self, article: str, *, on_hand: Decimal | None = None, by: Decimal = Decimal(0), organization: str | None = None
    ) -> Json:
        """Count the article's stock anew (`on_hand`), or move it by so many pieces."""
        org = self.org(organization)
        return change_stock(org, article, on_hand=by if on_hand is None else on_hand - tracked(org, article)["onHand"], by="person")

    def sell_in_till(self, article: str, pieces: Decimal = Decimal(1), *, organization: str | None = None) -> Json:
        """A sale in the shop's physical till, which needs the module CashRegister (design.md 7)."""
        org = self.org(organization)
        if "CashRegister" not in org.modules:
            raise BusinessError(Code.NOT_ALLOWED_IN_STATE, "The organisation has no cash register.")
        return change_stock(org, article, on_hand=-pieces, by="till")

    def add_contact(self, number: str, *, organization: str | None = None, **fields: Any) -> Json:
        """A contact made by hand, in the words of the API's body."""
        body = {"number": number, "contactTypes": [2], "companyName": number, "countryCode": "SE", **fields}
        contacts.create(self._call(organization, body))
        return self._found(self.org(organization).contacts.find("number", number))

    def add_article(
        self,
        number: str,
        *,
        price: Decimal | None = None,
        account: int = 3001,
        stock: Decimal | None = None,
        organization: str | None = None,
        **fields: Any,
    ) -> Json:
        """An article made by hand: base price excl. VAT in kronor, sales account, and pieces in stock where it is tracked."""
        body = {"number": number, "name": number, "salesAccounts": [{"number": account, "type": "NationalSales"}], **fields}
        body |= {"isStockArticle": stock is not None, "isWebshopArticle": fields.get("isWebshopArticle", True)}
        if price is not None:
            body["prices"] = [{"price": price, "currencyCode": "SEK"}]
        articles.create(self._call(organization, body))
        if stock is not None:
            self.change_stock(number, on_hand=stock, organization=organization)
        return self._found(self.org(organization).articles.find("number", number))

    def add_helper_articles(self, *, organization: str | None = None) -> Json:
        """The three articles an integration needs in Hogia Smart (hogia.md 1.1): freight, handling fee, discount."""
        for number, name, account in HELPER_ARTICLES:
            self.add_article(number, name=name, account=account, type="Service", isWebshopArticle=False, organization=organization)
        return {"numbers": [number for number, _, _ in HELPER_ARTICLES]}

    def change_article(self, number: str, *, organization: str | None = None, **fields: Any) -> Json:
        """Any fields of an article, in the words of the API."""
        org = self.org(organization)
        before = self._found(org.articles.find("number", number))
        call = self._call(organization, fields, path={"id": before["id"]}, query={"version": str(before["version"])})
        articles.patch(call)
        return self._found(org.articles.current(before["id"]))

    def add_price(self, article: str, *, organization: str | None = None, **fields: Any) -> Json:
        """A campaign or other extra price of an article, in the words of the API."""
        org = self.org(organization)
        owner = self._found(org.articles.find("number", article))
        made = prices.create(self._call(organization, fields, path={"id": owner["id"]}))
        return self._found(org.prices.current(made.body["id"]))

    def lock_period(self, through: date | None, *, organization: str | None = None) -> Json:
        """Close the books up to and including a day; None opens them."""
        self.org(organization).locked_through = through
        return {"lockedThrough": None if through is None else through.isoformat()}

    def open_year(self, year: int, *, organization: str | None = None) -> Json:
        """The financial year, opened where it is not yet."""
        org = self.org(organization)
        return org.year_of(date(int(year), 1, 1)) or org.open_year(int(year))

    def _found(self, entity: Json | None) -> Json:
        if entity is None:
            raise ApiError(404, "There is no such thing.")
        return entity

    def _read(self, invoice: Json, organization: str | None) -> Json:
        return self.invoice(invoice["id"], organization)

    def _call(
        self, organization: str | None, body: Json, *, path: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
    ) -> Call:
        """A call as the API would get it; `sequenceId` makes each act its own."""
        state: HogiaState = self  # type: ignore[assignment]
        raw = dumped(body)
        return Call(state=state, org=self.org(organization), path=path or {}, query=query or {}, raw=raw, url_path=str(uuid4()))
