"""What a purchase is made of, before the shop computes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.sandbox.prestashop.checkout import RoundMode, RoundType


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who buys. A guest gets a new customer record per purchase, others one per e-mail address."""

    firstname: str
    lastname: str
    email: str
    company: str = ""
    siret: str = ""
    guest: bool = False
    business: bool = False  # group that sees prices excl. VAT
    language: int = 2  # 1 English, 2 Swedish


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address; the name is the person's unless given."""

    address1: str
    postcode: str
    city: str
    country: str = "SE"
    address2: str = ""
    company: str = ""
    vat_number: str = ""
    dni: str = ""
    phone: str = ""
    firstname: str = ""
    lastname: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A row of the cart: an article's reference or a combination's. `texts` make it a customised product; `carrier` sends it apart."""

    reference: str
    quantity: int = 1
    texts: tuple[str, ...] = ()
    carrier: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happens to the order afterwards: `state`, `payment`, `slip`, `edit` or `tracking`, with its own values.

    slip: `rows` {row number from 0: pieces}, `amounts` {row number: incl. VAT}, `shipping` True; edit: `row`, `quantity`.
    `part` counts the orders of a split cart from 0.
    """

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)
    part: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One purchase. Amounts in kronor unless said otherwise."""

    slug: str
    description: str
    person: Person
    place: Place
    items: tuple[Item, ...]
    invoice_place: Place | None = None
    currency: str = "SEK"
    module: str = "klarnapayment"
    state: int = 2
    transaction_id: str = ""
    carrier: int = 2  # 0 for carts of virtual products
    vouchers: tuple[str, ...] = ()  # cart rule codes, in the order they are applied
    gift_wrapping: bool = False
    gift_message: str = ""
    message: str = ""
    vat_exempt: bool = False  # a module takes the VAT off (EU company with a VAT number)
    round_type: RoundType = RoundType.LINE
    round_mode: RoundMode = RoundMode.HALF_UP
    fee_incl: Decimal = Decimal(0)  # raised in total_paid only, 25 % VAT, by a payment module
    amount_paid: Decimal | None = None  # what the payment module reported; differs from the total: state 8
    steps: tuple[Step, ...] = ()
