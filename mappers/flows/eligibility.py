"""Is this order to be invoiced at all, and is it time? Decided from the shop's side alone, before Hogia is asked anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mappers.canonical import OrderState, ShopOrder
from mappers.changes import Changeset, Verdict
from mappers.connection import InvoiceDate, OrderPolicy, ZeroOrders
from mappers.errors import Rejected
from mappers.invoice.vouchers import is_payment
from mappers.snapshot import OrderSnapshot

STATE_NOT_OBSERVED_LIMIT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    code: str
    reason: str


def _nothing(code: str, reason: str) -> Changeset:
    return Changeset(verdict=Verdict.NOTHING, code=code, reason=reason)


def _wait(code: str, reason: str, until: datetime) -> Changeset:
    return Changeset(verdict=Verdict.WAIT, code=code, reason=reason, until=until)


def soon(snapshot: OrderSnapshot, *, since: datetime | None = None) -> datetime:
    """When to look again at something that the other side has not finished saving: after as long as it has lasted, half a second at least.

    `since` is when it began; left out, the first reason to look.
    """
    age = snapshot.now - (since or snapshot.since)
    return snapshot.now + min(max(age, timedelta(milliseconds=500)), timedelta(seconds=60))


def transfer_states(states: Mapping[int, OrderState], policy: OrderPolicy) -> frozenset[int]:
    """The states that trigger the transfer: the configured ones, or every one that is flagged paid (design 5)."""
    if policy.transfer_states is not None:
        return frozenset(policy.transfer_states)
    return frozenset(state.id for state in states.values() if state.paid)


def needs_history(current_state: int, states: Mapping[int, OrderState], policy: OrderPolicy) -> bool:
    """Whether the state history can change the decision: not when the current state already decides.

    A transfer state that is not flagged paid (a merchant's own "packed") decides the transfer, but not whether the order was paid before.
    """
    if policy.invoice_date is InvoiceDate.TRANSFER_STATE:
        return True
    if current_state in {*policy.cancel_states, *policy.hold_states}:
        return False
    state = states.get(current_state)
    return current_state not in transfer_states(states, policy) or state is None or not state.paid


def has_been(order: ShopOrder, states: frozenset[int]) -> bool:
    """Whether the order is, or has at any time been, in one of the states."""
    return order.current_state in states or any(entry.state_id in states for entry in order.history)


def not_to_be_invoiced(snapshot: OrderSnapshot) -> Changeset | None:
    """Why there is nothing to do now, or None when the order is to be invoiced. Raises Rejected when a person must look."""
    order = snapshot.order
    if order is None:
        return _missing(snapshot)
    policy = snapshot.shop.orders
    if order.current_state == 0:
        if snapshot.now - snapshot.since < snapshot.not_found_limit:
            return _wait("ORDER_BEING_SAVED", "the shop has not given the order a state yet", soon(snapshot))
        return _nothing("ORDER_WITHOUT_STATE", "the order has no state in the shop; another module's fault may have stopped its checkout")
    if order.current_state in policy.cancel_states:
        return _nothing("ORDER_CANCELLED", f"the order is in the cancel state {_named(order, order.current_state)}")
    if order.current_state in policy.hold_states:
        return _nothing("ORDER_HELD", f"the order is in the hold state {_named(order, order.current_state)}")
    left = _left_out(order, policy, ZoneInfo(snapshot.time_zone))
    if left is not None:
        return _nothing(left.code, left.reason)
    states = transfer_states(order.states, policy)
    if not has_been(order, states):
        expected = snapshot.claimed_states & states
        if expected and snapshot.now - snapshot.since < STATE_NOT_OBSERVED_LIMIT:
            # The hook fires before its row is saved (webhooks.md 0.7): the notice is ahead of the shop.
            return _wait("STATE_NOT_OBSERVED_YET", "the shop does not show the state that the notice spoke of yet", soon(snapshot))
        if order.current_state not in order.states:
            return _nothing("STATE_UNKNOWN", f"the order is in state {order.current_state}, which the shop does not list")
        return _nothing("STATE_NOT_TRANSFERRED", f"state {_named(order, order.current_state)} is not among the transfer states")
    _known_enough(order, policy)
    if policy.minimum_age_minutes:
        ripe = order.placed_at + timedelta(minutes=policy.minimum_age_minutes)
        if snapshot.now < ripe:
            return _wait("ORDER_TOO_YOUNG", f"orders are transferred after {policy.minimum_age_minutes} minutes", ripe)
    return None


def _known_enough(order: ShopOrder, policy: OrderPolicy) -> None:
    """Raise Rejected where a condition cannot be judged: neither left out nor transferred by accident."""
    if (policy.customer_groups or policy.excluded_customer_groups) and order.customer is None:
        raise Rejected(
            "CUSTOMER_GROUP_UNKNOWN",
            "orders are transferred by customer group, and the shop has deleted this order's customer. Invoice the order by hand and discard "
            "it here, or take customer_groups and excluded_customer_groups out of the settings and release it.",
            subject=f"order {order.id}",
        )
    if (policy.countries or policy.excluded_countries) and not _country(order):
        raise Rejected(
            "COUNTRY_UNKNOWN",
            "orders are transferred by country, and this order's delivery address or its country could not be read. Restore the address in the "
            "shop and release the order.",
            subject=f"order {order.id}",
        )


def _country(order: ShopOrder) -> str:
    """Where the order is delivered; the invoice address's country where there is no delivery address."""
    address = order.delivery_address or order.invoice_address
    return address.country if address else ""


def _missing(snapshot: OrderSnapshot) -> Changeset:
    if snapshot.now - snapshot.since < snapshot.not_found_limit:
        return _wait("ORDER_NOT_FOUND_YET", "the shop does not have the order yet", soon(snapshot))
    raise Rejected(
        "ORDER_NOT_FOUND",
        "the shop has no order with this id. It was deleted, or the notice was about another shop; discard the event, or release it "
        "when the order is there.",
        subject=str(snapshot.key),
    )


def _named(order: ShopOrder, state: int) -> str:
    known = order.states.get(state)
    return f"{state} ({known.name})" if known else str(state)


def _is_free(order: ShopOrder, policy: OrderPolicy) -> bool:
    """Nothing was paid, by a gift card neither: those are payment and not discount (accounting.md 11)."""
    return order.total_paid_incl == 0 and not any(is_payment(voucher, policy) for voucher in order.vouchers)


def _left_out(order: ShopOrder, policy: OrderPolicy, zone: ZoneInfo) -> _Left | None:
    """The conditions of a merchant: each says which setting left the order out."""
    day = order.placed_at.astimezone(zone).date()
    country = _country(order)
    group = order.customer.default_group_id if order.customer else None
    total = order.total_paid_incl
    checks = (
        (policy.start_date is not None and day < policy.start_date, "ORDER_BEFORE_START", f"it was placed before {policy.start_date}"),
        (order.module in policy.excluded_modules, "MODULE_EXCLUDED", f"the payment module {order.module} is left out"),
        (
            bool(policy.countries and country) and country not in policy.countries,
            "COUNTRY_NOT_INCLUDED",
            f"deliveries to {country} are not included",
        ),
        (country in policy.excluded_countries, "COUNTRY_EXCLUDED", f"deliveries to {country} are left out"),
        (
            bool(policy.customer_groups) and group is not None and group not in policy.customer_groups,
            "GROUP_NOT_INCLUDED",
            f"customer group {group} is not included",
        ),
        (group in policy.excluded_customer_groups, "GROUP_EXCLUDED", f"customer group {group} is left out"),
        (
            policy.minimum_total_incl is not None and total < policy.minimum_total_incl,
            "TOTAL_BELOW_MINIMUM",
            f"its total {total} is below the minimum",
        ),
        (
            policy.maximum_total_incl is not None and total > policy.maximum_total_incl,
            "TOTAL_ABOVE_MAXIMUM",
            f"its total {total} is above the maximum",
        ),
        (_is_free(order, policy) and policy.zero_orders is ZeroOrders.SKIP, "ORDER_FREE", "its total is zero, and zero_orders is skip"),
    )
    return next((_Left(code=code, reason=f"the order is left alone: {why}") for applies, code, why in checks if applies), None)
