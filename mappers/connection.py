"""A connection and its shops as a merchant configures them, without secrets.

These dataclasses *are* the connection file's schema: `app.store.connections` validates the TOML straight into them, so a key has one
name and one default. Every default suits a Swedish shop untouched. Accounts are BAS numbers (facts: accounting.md 7); rates are the
keys of rate tables, written as text (`"25"`). Durations carry their unit in the name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from mappers.catalogue.policy import ProductPolicy
from mappers.payments.model import Provider

# Read by the door's validator: an unknown key in a connection file is a mistake to be told, not ignored.
STRICT = {"extra": "forbid"}


class Plan(StrEnum):
    P100 = "100"
    P200 = "200"
    P400 = "400"
    P800 = "800"
    PREMIUM = "premium"


class Flow(StrEnum):
    PRESTASHOP_LEADS = "prestashop_leads"
    HOGIA_LEADS = "hogia_leads"
    COMBO = "combo"


class InvoiceDate(StrEnum):
    """Which day the invoice bears."""

    PLACED = "placed"  # the order was placed
    PAID = "paid"  # the last payment; else the shop's own invoice date; else today
    TRANSFER_STATE = "transfer_state"  # the order first reached a transfer state
    TODAY = "today"  # the invoice is made


class MissingArticle(StrEnum):
    CREATE = "create"
    TEMPORARY_LINE = "temporary_line"
    PARK = "park"


class ZeroOrders(StrEnum):
    SKIP = "skip"
    INVOICE = "invoice"


class GuestRule(StrEnum):
    MATCH = "match"  # reuse a guest's contact with the same e-mail, name and postcode, else create one
    CREATE = "create"  # one contact per guest customer row
    COLLECTIVE = "collective"  # every guest on one contact


class RegisterPayment(StrEnum):
    WHEN_PAID = "when_paid"  # the order is, or has been, in a state flagged paid
    NEVER = "never"


class Difference(StrEnum):
    PARK = "park"
    POST = "post"


class YourReference(StrEnum):
    """What Hogia prints as the customer's reference."""

    CONTACT = "contact"  # the name on the invoice address, of companies only
    ALWAYS = "always"  # the name on the invoice address
    NONE = "none"
    OTHER = "other"  # the first line of the invoice address's field `other`


class RowText(StrEnum):
    """Whose name of an article stands on its row."""

    SHOP = "shop"
    HOGIA = "hogia"  # the article's own name, where Hogia has the article; else the shop's


class FreeFreight(StrEnum):
    """Freight that a voucher gives away."""

    ROWS = "rows"  # a freight row and a discount row
    NET = "net"  # neither


class CustomerMatch(StrEnum):
    """What a contact is found by, in the order of the list (connectors.md 5)."""

    LINK = "link"
    VAT_NUMBER = "vat_number"
    ORGANISATION_NUMBER = "organisation_number"
    EMAIL = "email"


class CustomerPart(StrEnum):
    """What of a known customer is written to the contact when the shop has it newer."""

    NAME = "name"
    EMAIL = "email"
    BILLING = "billing"
    DELIVERY = "delivery"
    VAT_NUMBER = "vat_number"


class NumberField(StrEnum):
    """Fields of the shop that may hold an organisation or VAT number."""

    VAT_NUMBER = "vat_number"
    DNI = "dni"
    SIRET = "siret"


class HogiaStatus(StrEnum):
    """What becomes of an invoice in Hogia that a shop may be told."""

    DELIVERED = "delivered"
    INVOICED = "invoiced"
    PAID = "paid"
    CANCELLED = "cancelled"
    CREDITED = "credited"


class CaptureStrategy(StrEnum):
    ORDER_STATE = "order_state"
    PSP_API = "psp_api"
    ALREADY_CAPTURED = "already_captured"
    NONE = "none"


class CaptureWhen(StrEnum):
    DELIVERED = "delivered"
    INVOICED = "invoiced"


class PartialCapture(StrEnum):
    PER_DELIVERY = "per_delivery"  # where the payment can be split; else on the final delivery
    ON_FINAL = "on_final"


class MoreThanInvoiced(StrEnum):
    HOLD = "hold"
    CAP = "cap"  # credit what is left of the invoice


class CancelledOrder(StrEnum):
    CREDIT = "credit"  # cancel a draft or unpaid invoice where Hogia allows, else credit it in full
    PARK = "park"
    LEAVE = "leave"


class EditedOrder(StrEnum):
    SHOW = "show"
    PARK = "park"
    REINVOICE = "reinvoice"  # credit in full and invoice anew


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionAccounts:
    """Sales accounts of one region. `goods`/`services` by VAT rate in percent."""

    __pydantic_config__ = STRICT

    goods: Mapping[str, int]
    services: Mapping[str, int] = field(default_factory=dict)  # a rate missing here uses `goods`
    freight: int
    fee: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Which account a row is booked on, by where it goes and its VAT rate."""

    __pydantic_config__ = STRICT

    sweden: RegionAccounts = field(
        default_factory=lambda: RegionAccounts(goods={"25": 3001, "12": 3002, "6": 3003, "0": 3004}, freight=3520, fee=3540)
    )
    eu_consumer: RegionAccounts = field(
        default_factory=lambda: RegionAccounts(goods={"25": 3106, "12": 3106, "6": 3106, "0": 3106}, freight=3521, fee=3541)
    )
    eu_business: RegionAccounts = field(
        default_factory=lambda: RegionAccounts(goods={"0": 3108}, services={"0": 3308}, freight=3521, fee=3541)
    )
    export: RegionAccounts = field(default_factory=lambda: RegionAccounts(goods={"0": 3105}, services={"0": 3305}, freight=3522, fee=3542))
    oss: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # country -> rate -> account; else 3106
    output_vat: Mapping[str, int] = field(default_factory=lambda: {"25": 2611, "12": 2621, "6": 2631})
    oss_vat: int = 2670
    rounding: int = 3740
    gift_cards: int = 2421
    discounts: int | None = None  # None: the account of what is discounted, so that VAT base and account stay together
    discounts_on_gift_cards: int = 3730


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFee:
    """A fee that a payment module adds to the order's totals without a row of its own (accounting-recordings.md 2.5)."""

    __pydantic_config__ = STRICT

    rate: Decimal = Decimal(25)  # percent VAT
    maximum_incl: Decimal = Decimal(100)  # the largest difference, incl. VAT, that may be taken for this fee
    amount_incl: Decimal | None = None  # the exact fee, where it is fixed
    text: str = "Expeditionsavgift"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRule:
    """What a PrestaShop payment module means to the books."""

    __pydantic_config__ = STRICT

    account: int = 1580  # clearing account that the registered payment is booked on
    register: RegisterPayment = RegisterPayment.WHEN_PAID
    terms_days: int | None = None  # None: 0 for a paid order, the shop's `payment_terms_days` otherwise
    text: str = ""  # text row on the invoice ("Betald med kort – betala ej")
    our_reference: str = ""
    fee: PaymentFee | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPolicy:
    """Whose contact an order is invoiced to, and what is written on it (connectors.md 5)."""

    __pydantic_config__ = STRICT

    match: tuple[CustomerMatch, ...] = tuple(CustomerMatch)
    number_format: str = "PS{shop}-{customer}"  # at most 20 characters when filled in
    guests: GuestRule = GuestRule.MATCH
    collective_number: str = ""  # for guests = "collective": the number of an existing contact
    organisation_number_fields: tuple[NumberField, ...] = tuple(NumberField)
    company_name_is_company: bool = True  # a company name on the invoice address makes a company, without any number
    require_organisation_number: bool = False
    send_vat_number: bool = True
    update: tuple[CustomerPart, ...] = tuple(CustomerPart)
    update_matched: bool = False  # also update contacts that we did not create
    ignore_inactive: bool = True  # an inactive contact is no match; False: an order of such a customer is parked
    language: str = ""  # "" = by the customer's language: sv -> sv-SE, others en-GB


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPolicy:
    """How a shop's orders become invoices."""

    __pydantic_config__ = STRICT

    # which orders
    transfer_states: tuple[int, ...] | None = None  # None: every state flagged paid
    hold_states: tuple[int, ...] = ()
    cancel_states: tuple[int, ...] = (6,)
    start_date: date | None = None  # orders placed earlier are left alone
    minimum_age_minutes: int = 0
    countries: tuple[str, ...] = ()  # delivery countries; empty: all
    excluded_countries: tuple[str, ...] = ()
    customer_groups: tuple[int, ...] = ()  # default groups; empty: all
    excluded_customer_groups: tuple[int, ...] = ()
    excluded_modules: tuple[str, ...] = ()
    minimum_total_incl: Decimal | None = None  # in the order's own currency
    maximum_total_incl: Decimal | None = None
    zero_orders: ZeroOrders = ZeroOrders.SKIP
    sweep_minutes: int = 10

    # the document
    invoice_date: InvoiceDate = InvoiceDate.PAID
    payment_terms_days: int = 30  # for orders that are not paid when invoiced
    invoice_reference_prefix: str = ""
    order_number: str = "{reference}"  # shown as the customer's order number; {reference} and {id}
    our_reference: str = ""
    your_reference: YourReference = YourReference.CONTACT
    comment: str = "Webborder {reference}"
    text_rows: tuple[str, ...] = ()  # printed last; {reference} and {id}
    order_notes: bool = False  # the customer's messages and gift message as text rows
    delivery_date: bool = True  # a text row with the day of delivery, where it is not the invoice's (accounting.md 8, item 7)
    cost_centre: str = ""
    project: str = ""
    send_email: bool = False  # let Hogia e-mail the invoice to the customer

    # rows
    freight_article: str = "fraktavg"
    freight_articles: Mapping[str, str] = field(default_factory=dict)  # carrier id_reference -> article
    fee_article: str = "expavg"
    discount_article: str = "rabatt"
    wrapping_article: str = ""  # "": a row on the freight account
    pickup_carriers: tuple[int, ...] = ()  # carrier id_reference: the goods are handed over in the shop's country
    freight_text: str = "Frakt"
    wrapping_text: str = "Presentinslagning"
    discount_text: str = "Rabatt"
    missing_article: MissingArticle = MissingArticle.TEMPORARY_LINE
    row_without_reference: MissingArticle = MissingArticle.TEMPORARY_LINE  # `create` is not possible without a number
    row_text: RowText = RowText.SHOP
    row_text_length: int = 200
    unit: str = "st"
    free_freight: FreeFreight = FreeFreight.ROWS
    voucher_text_rows: bool = False
    gift_card_articles: tuple[str, ...] = ()  # references sold at 0 % as multi-purpose gift cards: a liability, not turnover
    gift_card_vouchers: tuple[str, ...] = ()  # voucher codes or names, by prefix, that are payment and not discount
    exempt_articles: Mapping[str, int] = field(default_factory=dict)  # references sold at 0 % in Sweden -> account

    # VAT
    accounts: Accounts = field(default_factory=Accounts)
    oss_registered: bool = False
    swedish_vat_with_oss: Difference = Difference.PARK  # a Swedish rate to an EU consumer although OSS is on
    export_text: str = "Export, 10 kap. 64 § ML / Article 146 VAT Directive"
    eu_goods_text: str = "Unionsintern försäljning, artikel 138 mervärdesskattedirektivet / Intra-EU supply"
    reverse_charge_text: str = "Omvänd betalningsskyldighet / Reverse charge"

    # who and how paid
    customers: CustomerPolicy = field(default_factory=CustomerPolicy)
    payments: Mapping[str, PaymentRule] = field(
        default_factory=lambda: {
            "ps_wirepayment": PaymentRule(account=1930),
            "ps_checkpayment": PaymentRule(account=1930),
            "ps_cashondelivery": PaymentRule(account=1580),
        }
    )
    default_payment: PaymentRule = field(default_factory=PaymentRule)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStatusRule:
    """What a Hogia status sets in the shop. Kept as configured."""

    __pydantic_config__ = STRICT

    hogia: HogiaStatus
    state: int
    mail: bool = False
    tracking: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRule:
    """How a payment module's money is captured (payments.md 8.2). Its credentials are sealed and not here."""

    __pydantic_config__ = STRICT

    strategy: CaptureStrategy
    provider: Provider | None = None
    base_url: str = ""  # "": the provider's live address
    when: CaptureWhen = CaptureWhen.DELIVERED
    partial: PartialCapture = PartialCapture.PER_DELIVERY
    fallback: bool = False  # order_state: capture at the provider when the shop's module did not
    extend: bool = False  # lengthen an authorisation that is about to expire (Klarna)
    refund: bool = False  # refund at the provider what is credited in Hogia
    release: bool = False  # give up the authorisation of what is cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPolicy:
    """What refunds, cancellations and edits in the shop become in the books."""

    __pydantic_config__ = STRICT

    slips: bool = True  # an order slip becomes a credit invoice
    more_than_invoiced: MoreThanInvoiced = MoreThanInvoiced.HOLD  # a slip that ignored a voucher (accounting-recordings.md 3)
    cancelled: CancelledOrder = CancelledOrder.CREDIT
    edited: EditedOrder = EditedOrder.SHOW
    register: bool = False  # register a credit as paid back in Hogia also where no payment provider says that it was


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One PrestaShop storefront."""

    __pydantic_config__ = STRICT

    key: str
    url: str
    id_shop: int = 1
    country: str = "SE"  # where the goods leave from; the seller's VAT country
    requests_per_second: float = 20
    orders: OrderPolicy = field(default_factory=OrderPolicy)
    order_status: tuple[OrderStatusRule, ...] = ()
    capture: Mapping[str, CaptureRule] = field(default_factory=dict)
    refunds: RefundPolicy = field(default_factory=RefundPolicy)
    products: ProductPolicy = field(default_factory=ProductPolicy)
    write_note: bool = False  # the invoice's number, OCR and payment state into the order's note


@dataclass(frozen=True, slots=True, kw_only=True)
class HogiaOrganisation:
    """One Hogia organisation, as an address."""

    __pydantic_config__ = STRICT

    base_url: str = "https://api.hogia.se"
    token_url: str = "https://id.hogia.se/connect/token"  # noqa: S105 - an address, not a secret
    organization_id: str
    scope: str = ""
    api_version: str = "2025-06-01"
    read_delay_seconds: float = 60
    poll_seconds: float = 60
    requests_per_second: float = 4  # hogia.md 3.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One Hogia organisation, its plan and flow, and one or more shops."""

    __pydantic_config__ = STRICT

    key: str
    name: str
    plan: Plan = Plan.PREMIUM
    flow: Flow = Flow.PRESTASHOP_LEADS
    plugins: tuple[str, ...] = ()
    hogia: HogiaOrganisation
    shops: tuple[Shop, ...] = ()

    def shop(self, key: str) -> Shop:
        """The shop with this key; KeyError when the connection has none."""
        for shop in self.shops:
            if shop.key == key:
                return shop
        raise KeyError(key)
