"""What may be delivered, cancelled and credited (payments.md 3.3, 3.5).

Deliveries and credits by rows are checked when they are asked for, and again when their task is carried out: two tasks about the same rows
cannot both succeed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.sandbox.payments.svea.errors import SveaError, refused
from app.sandbox.payments.svea.order import Credit, Delivery, Order, Row

if TYPE_CHECKING:
    from app.sandbox.payments.svea.state import SveaState

STATUS_CODES = {"Delivered": "20017", "Cancelled": "20018", "Failed": "20002", "Processing": "20002"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A delivery asked for; no row ids mean every row."""

    row_ids: tuple[int, ...]
    quantities: dict[int, int] = field(default_factory=dict)
    cancel_remaining: bool = False


def check_action(order: Order, action: str, now: datetime) -> None:
    """400 with the code that says why not."""
    if action in order.actions(now):
        return
    if order.is_in_review:
        raise refused("20013")
    if order.has_expired(now) and order.status == "Open":
        raise refused("20003")
    raise refused(STATUS_CODES.get(order.status, "20002"))


def deliver(state: SveaState, order: Order, ask: Ask, delivery_id: int) -> None:
    """Move rows to a new delivery."""
    duplicates = _duplicates(state, order, ask)
    if not duplicates:
        check_delivery(state, order, ask)
    is_whole = not duplicates and (not ask.row_ids or "CanDeliverPartially" not in order.actions(state.clock.now()))
    wanted = {row.id: row.quantity for row in order.open_rows if is_whole or row.id in ask.row_ids}
    wanted |= {} if is_whole else {ident: quantity for ident, quantity in ask.quantities.items() if ident in wanted}
    left = order.left
    taken = [row.split(wanted[row.id])[0] for row in order.open_rows if row.id in wanted] + duplicates
    rest = [part for row in order.rows if (part := _rest(row, wanted)) is not None]
    if state.switches.new_id_after_part:
        parted = [row for row in rest if row.id in wanted]
        for number, row in enumerate(parted, start=_last_row_id(order) + 1):
            row.id = number
    is_all = not duplicates and not [row for row in rest if not row.is_cancelled]
    amount = left if is_all else sum(row.amount for row in taken)
    if amount > left and not duplicates:
        raise refused("20011")
    order.rows = rest
    _add(state, order, taken, amount=amount, delivery_id=delivery_id)
    if ask.cancel_remaining:
        _cancel_rows(order, order.open_rows)


def check_delivery(state: SveaState, order: Order, ask: Ask) -> None:
    """The rows are there, open, and of the asked quantity; 20015, 20016, 20010 otherwise."""
    check_action(order, "CanDeliverOrder", state.clock.now())
    rows = {row.id: row for row in order.rows}
    delivered = {row.id for delivery in order.deliveries for row in delivery.rows}
    for ident in ask.row_ids:
        if ident not in rows:
            raise refused("20015" if ident in delivered else "20010", field="OrderRowIds")
        if rows[ident].is_cancelled:
            raise refused("20016", field="OrderRowIds")
        if not 0 < ask.quantities.get(ident, rows[ident].quantity) <= rows[ident].quantity:
            raise refused("20010", field="RowDeliveryOptions")


def deliver_lower(state: SveaState, order: Order, amount: int, delivery_id: int) -> None:
    """Everything counts as delivered; the difference is cancelled."""
    check_lower(state, order, amount)
    rows, order.rows = order.open_rows, [row for row in order.rows if row.is_cancelled]
    order.cancelled += order.left - amount
    _add(state, order, rows, amount=amount, delivery_id=delivery_id)


def check_lower(state: SveaState, order: Order, amount: int) -> None:
    for action in ("CanDeliverOrder", "CanCancelAmount"):
        check_action(order, action, state.clock.now())
    if amount <= 0:
        raise refused("20006", field="DeliveredAmount")
    if amount > order.left:
        raise refused("20011", field="DeliveredAmount")


def cancel_order(order: Order, now: datetime) -> None:
    """All that remains."""
    check_action(order, "CanCancelOrder", now)
    for row in order.open_rows:
        row.is_cancelled = True
    order.cancelled += order.left


def cancel_amount(order: Order, total: int, now: datetime) -> None:
    """`total` is all that will have been cancelled."""
    check_action(order, "CanCancelAmount", now)
    if not order.cancelled < total <= order.amount:
        raise refused("20006", field="CancelledAmount")
    if total > order.cancelled + order.left:
        raise refused("20011", field="CancelledAmount")
    order.cancelled = total


def cancel_rows(order: Order, row_ids: list[int], now: datetime) -> None:
    check_action(order, "CanCancelOrderRow", now)
    rows = [row for row in order.rows if row.id in row_ids]
    if not row_ids or len(rows) != len(set(row_ids)):
        raise refused("20009", field="OrderRowIds")
    if any(row.is_cancelled for row in rows):
        raise refused("20016", field="OrderRowIds")
    _cancel_rows(order, rows)


def credit_rows(order: Order, delivery: Delivery, ask: Ask) -> None:
    check_credit(order, delivery, ask)
    taken = []
    for row in delivery.rows:
        if row.id in ask.row_ids:
            left = row.quantity - delivery.credited_quantity(row.id)
            taken.append(row.split(ask.quantities.get(row.id, left))[0])
    _credit(delivery, sum(row.amount for row in taken), tuple(taken))


def check_credit(order: Order, delivery: Delivery, ask: Ask) -> None:
    """Quantities of a row only for invoices (the vendor's .NET SDK); no row beyond what was delivered of it."""
    if "CanCreditOrderRows" not in order.delivery_actions(delivery) or (ask.quantities and order.payment_type != "Invoice"):
        raise refused("20002")
    rows = {row.id: row for row in delivery.rows}
    if not ask.row_ids or set(ask.row_ids) - set(rows):
        raise refused("20010", field="OrderRowIds")
    for ident in ask.row_ids:
        left = rows[ident].quantity - delivery.credited_quantity(ident)
        if not 0 < ask.quantities.get(ident, left) <= left:
            raise refused("20010", field="OrderRowIds")


def credit_new_row(order: Order, delivery: Delivery, row: Row) -> None:
    check_new_row(order, delivery, row)
    _credit(delivery, row.amount, (row,))


def check_new_row(order: Order, delivery: Delivery, row: Row) -> None:
    if "CanCreditNewRow" not in order.delivery_actions(delivery):
        raise refused("20002")
    if not 1 <= len(row.name) <= 40:
        raise SveaError(400, "", "The field Name must be between 1 and 40 characters.", field="Name")
    if not 0 < row.amount <= delivery.amount - delivery.credited:
        raise refused("20006", field="UnitPrice")


def credit_amount(order: Order, delivery: Delivery, total: int) -> None:
    """`total` is all that will have been credited of the delivery."""
    if "CanCreditAmount" not in order.delivery_actions(delivery):
        raise refused("20002")
    if not delivery.credited < total <= delivery.amount:
        raise refused("20006", field="CreditedAmount")
    delivery.credited = total


def _credit(delivery: Delivery, amount: int, rows: tuple[Row, ...]) -> None:
    if amount > delivery.amount - delivery.credited:
        raise refused("20006")
    delivery.credits.append(Credit(amount=amount, rows=rows))
    delivery.credited += amount


def _rest(row: Row, wanted: dict[int, int]) -> Row | None:
    """What stays of a row; None for nothing."""
    if row.id not in wanted:
        return row
    rest = row.split(wanted[row.id])[1]
    return rest if rest.quantity else None


def _last_row_id(order: Order) -> int:
    return max(row.id for row in [*order.rows, *(row for each in order.deliveries for row in each.rows)])


def _duplicates(state: SveaState, order: Order, ask: Ask) -> list[Row]:
    """Rows that are delivered and are to be delivered again: a Svea that does not look (payments.md 11.2)."""
    if not state.switches.accepts_duplicate_quantity:
        return []
    delivered = {row.id: row for each in order.deliveries for row in each.rows}
    still_there = {row.id for row in order.open_rows}
    return [
        replace(delivered[ident], quantity=ask.quantities.get(ident, delivered[ident].quantity))
        for ident in ask.row_ids
        if ident in delivered and ident not in still_there
    ]


def _cancel_rows(order: Order, rows: list[Row]) -> None:
    order.cancelled += min(sum(row.amount for row in rows), order.left)
    for row in rows:
        row.is_cancelled = True


def _add(state: SveaState, order: Order, rows: list[Row], *, amount: int, delivery_id: int) -> None:
    invoice = state.next_id() if order.payment_type == "Invoice" else None
    order.deliveries.append(Delivery(id=delivery_id, amount=amount, rows=rows, at=state.clock.now(), invoice_id=invoice))
