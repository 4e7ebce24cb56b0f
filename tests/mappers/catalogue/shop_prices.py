"""How PrestaShop chooses among specific prices (prestashop.md 11, 13), as far as ours can differ, and a shop that keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from mappers.catalogue.changes import CatalogueChange, DropSpecificPrice, PutSpecificPrice
from mappers.catalogue.model import SpecificPrice
from mappers.catalogue.specific_prices import IDENTITY, OPEN
from tests.mappers.catalogue.looks import STOCKHOLM

D = Decimal
KEPT = "-1.000000"


def shop_price(rows: Iterable[Mapping[str, str]], ordinary: Decimal, *, quantity: int, at: datetime, zone: ZoneInfo = STOCKHOLM) -> Decimal:
    """The unit price excl. VAT: the row with the highest `from_quantity` among those that hold; `to` counts to its last second."""
    clock = at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    holding = [
        row
        for row in rows
        if int(row["from_quantity"]) <= quantity
        and (row["from"] in {OPEN, ""} or row["from"] <= clock)
        and (row["to"] == OPEN or clock <= row["to"])
    ]
    if not holding:
        return ordinary
    highest = max(int(row["from_quantity"]) for row in holding)
    (row,) = [row for row in holding if int(row["from_quantity"]) == highest]  # two would leave the choice to PrestaShop's score
    return (ordinary if row["price"] == KEPT else D(row["price"])) - D(row["reduction"])


def as_row(ident: int, fields: Mapping[str, str], zone: ZoneInfo = STOCKHOLM) -> SpecificPrice:
    """What is read of a specific price that was written with these fields."""

    def moment(text: str) -> datetime | None:
        return None if text == OPEN else datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)

    return SpecificPrice(
        id=ident,
        product_id=int(fields["id_product"]),
        combination_id=int(fields["id_product_attribute"]),
        shop_id=int(fields["id_shop"]),
        group_shop_id=int(fields["id_shop_group"]),
        currency_id=int(fields["id_currency"]),
        country_id=int(fields["id_country"]),
        customer_group_id=int(fields["id_group"]),
        customer_id=int(fields["id_customer"]),
        cart_id=int(fields["id_cart"]),
        price=D(fields["price"]),
        from_quantity=int(fields["from_quantity"]),
        reduction=D(fields["reduction"]),
        is_percentage=fields["reduction_type"] == "percentage",
        reduction_incl=fields["reduction_tax"] == "1",
        starts_at=moment(fields["from"]),
        ends_at=moment(fields["to"]),
    )


@dataclass(slots=True)
class ShopRows:
    """The specific prices of one product; a second one in the place of another is refused, as PrestaShop does with HTTP 500."""

    fields: dict[int, dict[str, str]] = field(default_factory=dict)
    others: list[SpecificPrice] = field(default_factory=list)  # the merchant's
    owned: set[int] = field(default_factory=set)
    last: int = 500

    @property
    def there(self) -> list[SpecificPrice]:
        return [*self.others, *(as_row(ident, fields) for ident, fields in self.fields.items())]

    def apply(self, changes: Iterable[CatalogueChange], kept: Iterable[int]) -> None:
        self.owned = set(kept)
        for change in changes:
            if isinstance(change, DropSpecificPrice):
                del self.fields[change.specific_price_id]
                continue
            assert isinstance(change, PutSpecificPrice), change
            ident = change.specific_price_id
            if not ident:
                ident = self.last = self.last + 1
            else:
                assert ident in self.fields, f"{ident} is not there or not ours"
            place = tuple(change.fields[name] for name in IDENTITY)
            taken = {other for other, row in self.fields.items() if tuple(row[name] for name in IDENTITY) == place}
            assert taken <= {ident}, "PrestaShop refuses the same specific price twice"
            self.fields[ident] = dict(change.fields)
            self.owned.add(ident)
