"""Extra prices and stock balances of Hogia's feeds (hogia.md 3.6, 3.7; both assumed). Liberal, as `reading` is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from mappers.hogia.model import HogiaPrice, HogiaStock, PriceKind
from mappers.hogia.values import flag, moment, number, text, whole

LAST_YEAR = "9999-"
KINDS: Mapping[str, PriceKind] = {kind.value.casefold(): kind for kind in (PriceKind.REGULAR, PriceKind.CAMPAIGN)}


def read_price(body: Mapping[str, Any]) -> HogiaPrice:
    """An extra price. A kind that we do not know is kept as unknown, so that it can be told and not be taken for an ordinary price."""
    kind = text(body.get("kind")).casefold()
    return HogiaPrice(
        id=text(body.get("id")),
        article=text(body.get("articleNumber")),
        kind=KINDS.get(kind, PriceKind.UNKNOWN) if kind else PriceKind.REGULAR,
        currency=text(body.get("currencyCode")).upper() or "SEK",
        price_list=text(body.get("priceListCode")) or "A",
        customer_number=text(body.get("customerNumber")),
        price=number(body.get("price")),
        discount_percent=number(body.get("discountPercent")),
        is_vat_included=flag(body.get("isVatIncluded")) is True,
        from_quantity=number(body.get("fromQuantity")) or Decimal(1),
        valid_from=moment(body.get("validFrom")),
        valid_to=_end(body.get("validTo")),
        row_version=whole(body.get("rowVersion")) or 0,
    )


def _end(value: Any) -> datetime | None:
    """A time; None, open, also for .NET's last date (year 9999): an hour later, in the shop's zone, there is no date for it."""
    if text(value).startswith(LAST_YEAR):
        return None
    return moment(value)


def read_stock(body: Mapping[str, Any]) -> HogiaStock:
    """A balance. Where Hogia does not say what is available, it is what is on hand less what is reserved."""
    on_hand, reserved = number(body.get("onHand")) or Decimal(0), number(body.get("reserved")) or Decimal(0)
    available = number(body.get("available"))
    return HogiaStock(
        id=text(body.get("id")),
        article=text(body.get("articleNumber")),
        available=on_hand - reserved if available is None else available,
        on_hand=on_hand,
        is_counted=bool(on_hand or reserved) or whole(body.get("version")) != 1,
        row_version=whole(body.get("rowVersion")) or 0,
    )
