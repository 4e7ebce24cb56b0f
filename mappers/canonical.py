"""The shop's side of an order as frozen values, whatever PrestaShop version and dialect it was read in.

Money is `Decimal` in the order's currency, in kronor (or its like), never öre, exactly as stored: the field name says whether VAT is
included. Rates are percent (`Decimal("25")`). Times are aware and in UTC. Texts are as the shop gave them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What an entity is."""

    ORDER = "order"
    PRODUCT = "product"
    STOCK = "stock"
    CUSTOMER = "customer"
    CATALOGUE = "catalogue"  # a shop's lane of changed articles or products: `acme-se/catalogue/to-shop`


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class EntityKey:
    """What an event is about; work is serialised per key. Written `acme-se/order/42`."""

    shop: str
    kind: Kind
    id: str

    def __str__(self) -> str:
        return f"{self.shop}/{self.kind}/{self.id}"

    @classmethod
    def parse(cls, text: str) -> EntityKey:
        """Read `shop/kind/id`; raises ValueError for anything else."""
        shop, kind, ident = text.split("/")
        if not shop or not ident:
            msg = f"not an entity key: {text!r}"
            raise ValueError(msg)
        return cls(shop=shop, kind=Kind(kind), id=ident)


class TaxEvidence(StrEnum):
    """What PrestaShop's `order_details.associations.taxes` said of a row (facts: prestashop.md 6)."""

    RATES = "rates"  # one or more tax ids that resolve to rates
    EXEMPTED = "exempted"  # id 0: a module took the tax off (EU company with a VAT number)
    NONE = "none"  # no association: no tax rule for the country (export)
    UNRESOLVED = "unresolved"  # an id that the shop's taxes do not list


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One `order_details` record."""

    id: int
    product_id: int
    product_attribute_id: int = 0
    customization_id: int = 0
    reference: str
    name: str
    quantity: int
    unit_price_excl: Decimal
    unit_price_incl: Decimal
    total_excl: Decimal
    total_incl: Decimal
    tax_evidence: TaxEvidence
    tax_rates: tuple[Decimal, ...] = ()
    ecotax: Decimal = Decimal(0)
    ecotax_rate: Decimal = Decimal(0)
    is_virtual: bool = False
    customization_texts: tuple[str, ...] = ()
    refunded_incl: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CartRule:
    """What could still be read of the rule behind a voucher (`cart_rules/{id}`); it may be gone or changed since."""

    id: int
    code: str = ""
    reduction_product: int = 0  # 0 whole order, >0 one product, -1 cheapest, -2 a selection
    gift_product: int = 0
    free_shipping: bool = False
    reduction_percent: Decimal = Decimal(0)
    reduction_amount: Decimal = Decimal(0)
    reduction_tax: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """One `order_cart_rules` record; `rule` where it was read."""

    id: int
    cart_rule_id: int
    name: str
    value_incl: Decimal
    value_excl: Decimal
    free_shipping: bool
    rule: CartRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One `addresses` record with its country's ISO code."""

    id: int
    country: str  # ISO 3166 alpha-2; "" when the address could not be read
    firstname: str = ""
    lastname: str = ""
    company: str = ""
    vat_number: str = ""
    dni: str = ""
    address1: str = ""
    address2: str = ""
    postcode: str = ""
    city: str = ""
    other: str = ""
    phone: str = ""
    phone_mobile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One `customers` record; `None` in the order where the shop has deleted it."""

    id: int
    firstname: str = ""
    lastname: str = ""
    email: str = ""
    company: str = ""
    siret: str = ""
    is_guest: bool = False
    default_group_id: int = 0
    language: str = "sv"  # ISO 639-1


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPayment:
    """One `order_payments` record. Keyed by the order's reference, which split orders share."""

    id: int
    amount: Decimal
    currency_id: int
    method: str
    transaction_id: str
    paid_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One `order_histories` record."""

    id: int
    state_id: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderState:
    """One `order_states` record: decisions are taken on flags, never on ids or names (prestashop.md 4)."""

    id: int
    name: str
    paid: bool
    logable: bool
    invoice: bool
    shipped: bool
    delivery: bool
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """Another order of the same checkout: it has the same reference (prestashop.md 8)."""

    order_id: int
    total_paid_incl: Decimal
    current_state: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One `order_carriers` record: where the shop keeps an order's tracking number. Its id is its own, not the order's."""

    id: int
    carrier_id: int
    tracking_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipRow:
    """One row of a slip: pieces and the row's total amounts."""

    order_row_id: int
    quantity: int
    total_excl: Decimal
    total_incl: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One `order_slip` record. Its `amount`, `partial` and `order_slip_type` lie and are not read (prestashop.md 9, 13)."""

    id: int
    products_excl: Decimal
    products_incl: Decimal
    shipping_excl: Decimal
    shipping_incl: Decimal
    made_at: datetime
    rows: tuple[SlipRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """The order's currency as the shop knows it."""

    id: int
    code: str  # ISO 4217
    decimals: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopOrder:
    """An order with everything an invoice needs, as it is in the shop now."""

    id: int
    reference: str
    shop_id: int
    cart_id: int
    current_state: int
    module: str
    payment: str
    placed_at: datetime
    updated_at: datetime
    invoiced_at: datetime | None  # when the shop made its own invoice; None while it has none
    delivered_at: datetime | None
    currency: Currency
    conversion_rate: Decimal
    round_mode: int  # 0 up, 1 down, 2 half up, 3 half down, 4 half even, 5 half odd
    round_type: int  # 1 per item, 2 per line, 3 per total; 0 on imported orders
    total_paid: Decimal
    total_paid_incl: Decimal
    total_paid_excl: Decimal
    total_paid_real: Decimal
    total_products_excl: Decimal
    total_products_incl: Decimal
    total_discounts_excl: Decimal
    total_discounts_incl: Decimal
    total_shipping_excl: Decimal
    total_shipping_incl: Decimal
    carrier_tax_rate: Decimal
    total_wrapping_excl: Decimal
    total_wrapping_incl: Decimal
    carrier_reference: int = 0  # carriers.id_reference: the id itself changes when a carrier is edited
    carrier_name: str = ""
    gift_message: str = ""
    rows: tuple[OrderRow, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    payments: tuple[OrderPayment, ...] = ()
    history: tuple[HistoryEntry, ...] = ()  # empty when it was not needed to decide
    siblings: tuple[Sibling, ...] = ()
    messages: tuple[str, ...] = ()  # the customer's own messages, oldest first
    customer: Customer | None = None
    customer_id: int = 0  # id_customer, also where the shop has deleted the customer; 0: not read
    invoice_address: Address | None = None
    delivery_address: Address | None = None
    tax_by_invoice_address: bool = False  # PS_TAX_ADDRESS_TYPE = id_address_invoice
    states: Mapping[int, OrderState] = field(default_factory=dict)
