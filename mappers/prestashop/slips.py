"""`order_slip` records as values (prestashop.md 9, 13; accounting-recordings.md 1.1, 3.1).

`amount`, `partial`, `order_slip_type` and `shipping_cost_amount` are not read: the first is excl. VAT for customers who see prices so, without
saying it, and the others say nothing reliable.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from mappers.canonical import Slip, SlipRow
from mappers.errors import Rejected
from mappers.prestashop.records import Record, amount, associated, integer, moment


def read_slips(records: Sequence[Record], zone: ZoneInfo) -> tuple[Slip, ...]:
    """The slips in the order of their ids. Raises Rejected for a total that is missing or unreadable."""
    return tuple(sorted((_slip(record, zone) for record in records), key=lambda slip: slip.id))


def _slip(record: Record, zone: ZoneInfo) -> Slip:
    ident = integer(record, "id", required=True)
    made_at = moment(record, "date_add", zone) or moment(record, "date_upd", zone)
    if made_at is None:
        raise Rejected(
            "SHOP_FIELD_MISSING",
            f"Credit slip {ident} has no date_add in the shop. A module or an import made it without one: set it in the shop.",
            subject=f"slip {ident}",
        )
    rows = tuple(_row(row) for row in associated(record, "order_slip_details", "order_slip_detail"))
    return Slip(
        id=ident,
        products_excl=amount(record, "total_products_tax_excl", required=bool(rows)),
        products_incl=amount(record, "total_products_tax_incl", required=bool(rows)),
        shipping_excl=amount(record, "total_shipping_tax_excl"),
        shipping_incl=amount(record, "total_shipping_tax_incl"),
        made_at=made_at,
        rows=rows,
    )


def _row(record: Record) -> SlipRow:
    """A row is known by its `id_order_detail`: its `id` is the slip's. A refund without pieces, of an amount alone, counts 0 of them."""
    return SlipRow(
        order_row_id=integer(record, "id_order_detail", required=True),
        quantity=integer(record, "product_quantity"),
        total_excl=amount(record, "amount_tax_excl"),
        total_incl=amount(record, "amount_tax_incl"),
    )
