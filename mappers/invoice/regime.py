"""How Swedish VAT law sees each part: the decision table of accounting.md 2 and accounting-recordings.md 2.6.

The shop charged a rate; we classify it and compare it with what the table expects. VAT that was charged is owed and posted, with a
notice where 0 % was possible. 0 % where VAT is due parks. Nothing is ever re-rated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from mappers.canonical import Address, ShopOrder
from mappers.connection import Difference, OrderPolicy
from mappers.errors import Rejected
from mappers.invoice.accounts import sales_account, vat_account
from mappers.invoice.components import Part
from mappers.invoice.legal_rates import FOOD_IN_SWEDEN, is_rate_of, is_valid_on
from mappers.invoice.model import Notice, RowKind, Treatment
from mappers.invoice.money import rate_key
from mappers.invoice.territories import VAT_CODES, Territory, territory
from mappers.invoice.vat_numbers import buyers_vat_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """Everything about an order that decides how its parts are taxed. `home` is the seller's VAT code."""

    home: str
    place: Territory
    vat_number: str  # the buyer's, valid and of another EU state; "" otherwise
    collected: bool  # the goods are handed over in the seller's country
    tax_day: date
    two_countries: bool

    def in_eu(self, *, is_virtual: bool) -> bool:
        return self.place.services_in_eu if is_virtual else self.place.goods_in_eu

    @property
    def at_home(self) -> bool:
        return self.place.code == self.home and not self.place.part


def regime_of(order: ShopOrder, policy: OrderPolicy, *, shop_country: str, tax_day: date) -> Regime:
    """Delivery decides for goods, even where the shop taxes by invoice address; the invoice address decides when all is virtual.

    Raises `Rejected` COUNTRY_UNKNOWN.
    """
    home = VAT_CODES.get(shop_country.upper(), shop_country.upper())
    collected = order.carrier_reference != 0 and order.carrier_reference in policy.pickup_carriers
    all_virtual = bool(order.rows) and all(row.is_virtual for row in order.rows)
    first, second = order.delivery_address, order.invoice_address
    if all_virtual:
        first, second = second, first
    address = first or second
    if collected:
        place = territory(shop_country, "")
    elif address is None or not address.country:
        raise Rejected(
            "COUNTRY_UNKNOWN",
            "the country of the address that decides VAT could not be read. Restore the address in the shop.",
            subject=f"order {order.id}",
        )
    else:
        place = territory(address.country, address.postcode)
    number = buyers_vat_number(order)
    return Regime(
        home=home,
        place=place,
        vat_number=number if number and number[:2] != home else "",
        collected=collected,
        tax_day=tax_day,
        two_countries=_differ(order.invoice_address, order.delivery_address),
    )


def _differ(one: Address | None, other: Address | None) -> bool:
    return one is not None and other is not None and bool(one.country and other.country) and one.country != other.country


def classify(parts: Iterable[Part], regime: Regime, policy: OrderPolicy) -> tuple[list[Part], list[Notice]]:
    """Give every part its treatment and accounts. Raises `Rejected` (see codes.py) and `Misconfigured` ACCOUNT_MISSING."""
    parts = list(parts)
    charged = [part for part in parts if part.gross]
    destination = any(_is_rate_of_one(part, regime, other=True) for part in charged)
    habit = _Habit(destination=destination, own=not destination and any(_is_rate_of_one(part, regime, other=False) for part in charged))
    notices: list[Notice] = []
    done = []
    for part in parts:
        treatment, account = _treat(part, regime, policy, notices, habit)
        done.append(
            replace(
                part,
                treatment=treatment,
                account=account
                or sales_account(
                    policy.accounts,
                    kind=part.kind,
                    treatment=treatment,
                    rate=part.rate,
                    is_virtual=part.is_virtual,
                    country=regime.place.code,
                ),
                vat_account=vat_account(policy.accounts, treatment=treatment, rate=part.rate),
            )
        )
    _note_order(done, regime, notices)
    return done, notices


@dataclass(frozen=True, slots=True, kw_only=True)
class _Habit:
    """Whose rates an order to another EU country was charged at, by its rates that only one of the two countries has.

    25 % to Denmark is either's: `own` says that the rest of the order was charged at the seller's rates.
    """

    destination: bool
    own: bool


def _is_rate_of_one(part: Part, regime: Regime, *, other: bool) -> bool:
    """Whether a part's rate is the buyer's country's (`other`) or the seller's, and not also the other's."""
    if part.rate == 0 or regime.at_home or not regime.in_eu(is_virtual=part.is_virtual):
        return False
    theirs, ours = is_rate_of(part.rate, regime.place.code), is_rate_of(part.rate, regime.home)
    return theirs != ours and theirs is other


def _treat(part: Part, regime: Regime, policy: OrderPolicy, notices: list[Notice], habit: _Habit) -> tuple[Treatment, int]:
    """Treatment, and an account where it does not follow from the treatment (0: it does)."""
    if part.is_goods and part.rate == 0:
        if part.article and part.article in policy.gift_card_articles:
            return Treatment.GIFT_CARD, policy.accounts.gift_cards
        if regime.at_home and part.article in policy.exempt_articles:
            return Treatment.SWEDEN, policy.exempt_articles[part.article]
    if regime.at_home:
        return _treat_at_home(part, regime, notices), 0
    if regime.in_eu(is_virtual=part.is_virtual):
        return _treat_in_eu(part, regime, policy, notices, habit), 0
    if part.rate == 0:
        return Treatment.EXPORT, 0
    if not is_rate_of(part.rate, regime.home):
        raise _unknown_rate(part, regime)
    return Treatment.SWEDEN, 0


def _treat_at_home(part: Part, regime: Regime, notices: list[Notice]) -> Treatment:
    if part.rate == 0 and part.gross:
        if part.is_goods and not part.exempt_word:
            raise _zero_not_allowed(part, "the goods stay in the seller's country and no tax with 0 % says that they are exempt")
        if part.is_goods:
            notices.append(
                Notice(
                    code="EXEMPT_SALE",
                    message=f"{_name(part)} was sold at 0 % in {regime.place.iso} as exempt. "
                    "List its reference in exempt_articles or gift_card_articles.",
                )
            )
    elif part.rate and not is_rate_of(part.rate, regime.home):
        raise _unknown_rate(part, regime)
    return Treatment.SWEDEN


def _treat_in_eu(part: Part, regime: Regime, policy: OrderPolicy, notices: list[Notice], habit: _Habit) -> Treatment:
    place = regime.place
    if part.rate == 0:
        if regime.vat_number:
            return Treatment.EU_BUSINESS
        if part.gross:
            raise _zero_not_allowed(part, f"the buyer in {place.iso} has no valid VAT number of another EU country")
        return Treatment.EU_CONSUMER
    ours, theirs = is_rate_of(part.rate, regime.home), is_rate_of(part.rate, place.code)
    if ours and (regime.vat_number or not policy.oss_registered):
        return Treatment.EU_CONSUMER
    if theirs and not policy.oss_registered:
        raise Rejected(
            "OSS_NOT_ENABLED",
            f"{_name(part)} carries {rate_key(part.rate)} %, a rate of {place.iso}, but OSS is off. "
            "Switch oss_registered on if the company is registered, or correct the shop's tax rules.",
            subject=_name(part),
        )
    if theirs and not (ours and habit.own):
        if not is_valid_on(part.rate, place.code, regime.tax_day):
            notices.append(
                Notice(
                    code="VAT_RATE_OUTDATED",
                    message=f"{rate_key(part.rate)} % is no longer a rate of {place.iso}. It was charged and is owed; update the shop's taxes.",
                )
            )
        return Treatment.OSS
    if not ours:
        raise _unknown_rate(part, regime)
    message = f"{_name(part)} was sold to a consumer in {place.iso} at the seller's own {rate_key(part.rate)} % although OSS is on."
    if policy.swedish_vat_with_oss is Difference.PARK and not habit.destination:
        raise Rejected(
            "SWEDISH_VAT_WITH_OSS",
            f"{message} Correct the shop's tax rules, or set swedish_vat_with_oss to post.",
            subject=_name(part),
        )
    notices.append(Notice(code="SWEDISH_VAT_WITH_OSS", message=message))
    return Treatment.EU_CONSUMER


def _name(part: Part) -> str:
    return f"row {part.row_id}" if part.row_id is not None else str(part.kind)


def _unknown_rate(part: Part, regime: Regime) -> Rejected:
    return Rejected(
        "VAT_RATE_UNKNOWN",
        f"{_name(part)} carries {rate_key(part.rate)} %, which is a rate neither of {regime.home} nor of {regime.place.iso}. "
        "Foreign VAT has to be invoiced by hand; otherwise check the shop's tax rules.",
        subject=_name(part),
    )


def _zero_not_allowed(part: Part, why: str) -> Rejected:
    return Rejected(
        "VAT_ZERO_NOT_ALLOWED",
        f"{_name(part)} was sold at 0 % but {why}. Get the VAT number or correct the tax rule; an article that is exempt at home belongs in exempt_articles.",
        subject=_name(part),
    )


def _note_order(parts: list[Part], regime: Regime, notices: list[Notice]) -> None:
    """What is worth a look although every part has its place."""
    taxed = [part for part in parts if part.rate and part.gross]
    goods_rates = {part.rate for part in parts if part.is_goods and part.gross and part.treatment is not Treatment.GIFT_CARD}
    if regime.two_countries:
        notices.append(
            Notice(code="TWO_COUNTRIES", message=f"Invoice and delivery address differ in country; {regime.place.iso} decided the VAT.")
        )
    if taxed and not regime.at_home:
        if any(not regime.in_eu(is_virtual=part.is_virtual) for part in taxed):
            notices.append(
                Notice(
                    code="EXPORT_WITH_VAT",
                    message=f"VAT was charged although the delivery goes to {regime.place.part or regime.place.iso}. It is owed once shown; "
                    "check whether the shop taxes by invoice address.",
                )
            )
        elif regime.vat_number:
            notices.append(
                Notice(
                    code="REVERSE_CHARGE_POSSIBLE",
                    message="VAT was charged although the buyer has given a valid VAT number of another EU country: 0 % was possible.",
                )
            )
    if len({part.treatment for part in parts if part.gross and part.treatment is not Treatment.GIFT_CARD}) > 1:
        notices.append(Notice(code="VAT_REGIMES_MIXED", message="The rows of this order are taxed under different rules."))
    for part in parts:
        if part.is_goods or not part.gross or not (goods_rates - {Decimal(0)}):
            continue
        if part.rate == 0:
            notices.append(
                Notice(code="FREIGHT_WITHOUT_VAT", message=f"{part.text}: no VAT was charged, though freight follows the goods' rate.")
            )
        elif part.kind is RowKind.FREIGHT and len(goods_rates) == 1 and part.rate not in goods_rates:
            notices.append(
                Notice(
                    code="FREIGHT_RATE_DIFFERS",
                    message=f"Freight was charged at {rate_key(part.rate)} %, all goods at {rate_key(min(goods_rates))} %. "
                    "The shop's PS_ATCP_SHIPWRAP makes freight follow the goods.",
                )
            )
    food = FOOD_IN_SWEDEN
    if (
        regime.at_home
        and regime.home == food.country
        and food.first_day <= regime.tax_day <= food.last_day
        and any(part.is_goods and part.rate == food.old for part in taxed)
    ):
        notices.append(
            Notice(
                code="FOOD_RATE",
                message=f"12 % was charged; {food.goods} is at 6 % from {food.first_day} to {food.last_day}. Not corrected.",
            )
        )
