"""When an authorisation ends that nobody has captured yet. What its provider said is certain; before it was asked, its terms are reckoned with.

Klarna   28 days as standard, for some accounts longer (payments.md 2.7): the reckoned day is never too late
Nets     a card is charged within 30 days of the reservation, other methods are not published (payments.md 4.6)
Svea     a date on the order, the number of days is not published (payments.md 3.6): nothing is reckoned, it has to be asked
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mappers.canonical import ShopOrder
from mappers.payments.model import Payment, PaymentStatus, Provider
from mappers.payments.reference import PATTERNS

DAYS: Mapping[Provider, int | None] = {Provider.KLARNA: 28, Provider.SVEA: None, Provider.NETS: 30}
WHOLE_DAYS = frozenset({Provider.KLARNA})  # it counts to the end of the day
ALWAYS_DATED = frozenset({Provider.KLARNA})  # an answer without a date was not understood; Nets and Svea have payments without one
OVER = frozenset({PaymentStatus.CAPTURED, PaymentStatus.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When an authorisation ends.

    `expires_at` None: not known. `certain`: the provider said so; a date that it does not tell is certain too, and not asked for again.
    """

    provider: Provider
    expires_at: datetime | None
    certain: bool


def reserved_at(order: ShopOrder, provider: Provider) -> datetime:
    """When the money was reserved, as the shop has it: the provider's own payment row, else the first one, else the order."""
    own = [p.paid_at for p in order.payments if PATTERNS[provider].fullmatch(p.transaction_id)]
    return min(own or [payment.paid_at for payment in order.payments] or [order.placed_at])


def reckoned(provider: Provider, reserved: datetime, *, zone: ZoneInfo) -> datetime | None:
    """When a reservation of that moment ends by the provider's published terms; None where there are none. UTC."""
    days = DAYS[provider]
    if days is None:
        return None
    if provider not in WHOLE_DAYS:
        return (reserved + timedelta(days=days)).astimezone(UTC)
    last = (reserved.astimezone(zone) + timedelta(days=days)).date()
    return datetime.combine(last, time(23, 59, 59), zone).astimezone(UTC)


def is_over(payment: Payment) -> bool:
    """Whether there is nothing left to capture in time: captured, cancelled, or paid at purchase. An expired one is not over: it is too late."""
    if payment.is_direct or payment.status in OVER:
        return True
    return payment.captured > 0 and payment.remaining == 0 and payment.status is not PaymentStatus.EXPIRED


def told(payment: Payment) -> Deadline | None:
    """What the provider says of it; None where that is not understood."""
    if payment.expires_at is None and payment.provider in ALWAYS_DATED:
        return None
    return Deadline(provider=payment.provider, expires_at=payment.expires_at, certain=True)
