"""Who leads what (design 6): one table, read by every decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mappers.catalogue.policy import FieldGroup
from mappers.connection import Connection, Flow, Plan, Shop

ARTICLE, PRICE, STOCK, STATUS = FieldGroup


class Leader(StrEnum):
    SHOP = "shop"
    HOGIA = "hogia"
    NOBODY = "nobody"


LEADS: Mapping[Flow, Mapping[FieldGroup, Leader]] = {
    Flow.PRESTASHOP_LEADS: {ARTICLE: Leader.SHOP, PRICE: Leader.SHOP, STOCK: Leader.NOBODY, STATUS: Leader.HOGIA},
    Flow.HOGIA_LEADS: {ARTICLE: Leader.HOGIA, PRICE: Leader.HOGIA, STOCK: Leader.HOGIA, STATUS: Leader.HOGIA},
    Flow.COMBO: {ARTICLE: Leader.SHOP, PRICE: Leader.HOGIA, STOCK: Leader.HOGIA, STATUS: Leader.HOGIA},
}
PLANS = (Plan.P100, Plan.P200, Plan.P400, Plan.P800, Plan.PREMIUM)
FROM_PLAN: Mapping[tuple[FieldGroup, Leader], Plan] = {
    (PRICE, Leader.HOGIA): Plan.P400,
    (STOCK, Leader.HOGIA): Plan.P200,
    (STATUS, Leader.HOGIA): Plan.P200,
}
COMBO_FROM = Plan.P400


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Who leads a field group of a shop, and the code and sentence that say why nobody does."""

    leader: Leader
    code: str = ""
    reason: str = ""


def lead(connection: Connection, shop: Shop, group: FieldGroup) -> Lead:
    """Who leads the group in this shop: by flow, what the shop leaves out, and plan."""
    leader = LEADS[connection.flow][group]
    if leader is Leader.NOBODY:
        return Lead(leader=leader, code="FLOW_LEAVES_OUT", reason=f"in the flow {connection.flow} {group} is not moved.")
    if group in shop.products.leave:
        return Lead(leader=Leader.NOBODY, code="SHOP_LEAVES_OUT", reason=f"{group} is left out in {shop.key} (products.leave).")
    needed = _needed(connection.flow, group, leader)
    if PLANS.index(connection.plan) < PLANS.index(needed):
        reason = f"{group} led by {leader} in the flow {connection.flow} needs plan {needed}; the connection has plan {connection.plan}."
        return Lead(leader=Leader.NOBODY, code="PLAN_LEAVES_OUT", reason=reason)
    return Lead(leader=leader)


def _needed(flow: Flow, group: FieldGroup, leader: Leader) -> Plan:
    by_group = FROM_PLAN.get((group, leader), Plan.P100)
    if flow is Flow.COMBO and leader is Leader.HOGIA and group in {PRICE, STOCK}:
        return max(by_group, COMBO_FROM, key=PLANS.index)
    return by_group


def leads(connection: Connection, shop: Shop) -> Mapping[FieldGroup, Lead]:
    """Every group's leader."""
    return {group: lead(connection, shop, group) for group in FieldGroup}
