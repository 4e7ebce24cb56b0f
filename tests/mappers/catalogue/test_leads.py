"""Who leads what: design 6 written out by hand, for every flow, field group and plan."""

from __future__ import annotations

import itertools

import pytest

from mappers.catalogue.leads import LEADS, lead, leads
from mappers.catalogue.policy import FieldGroup, ProductPolicy
from mappers.connection import Flow, Plan
from tests.mappers.catalogue.looks import make_connection, make_shop

# Per plan 100, 200, 400, 800, premium: s(hop), h(ogia), - (nobody).
TABLE = {
    ("prestashop_leads", "article"): "s s s s s",
    ("prestashop_leads", "price"): "s s s s s",
    ("prestashop_leads", "stock"): "- - - - -",
    ("prestashop_leads", "status"): "- h h h h",
    ("hogia_leads", "article"): "h h h h h",
    ("hogia_leads", "price"): "- - h h h",
    ("hogia_leads", "stock"): "- h h h h",
    ("hogia_leads", "status"): "- h h h h",
    ("combo", "article"): "s s s s s",
    ("combo", "price"): "- - h h h",
    ("combo", "stock"): "- - h h h",
    ("combo", "status"): "- h h h h",
}
PLANS = ("100", "200", "400", "800", "premium")
WORDS = {"s": "shop", "h": "hogia", "-": "nobody"}
CASES = [
    (flow, group, plan, WORDS[letter])
    for (flow, group), letters in TABLE.items()
    for plan, letter in zip(PLANS, letters.split(), strict=True)
]


@pytest.mark.parametrize(("flow", "group", "plan", "leader"), CASES)
def test_who_leads_follows_from_flow_and_plan(flow: str, group: str, plan: str, leader: str) -> None:
    shop = make_shop()

    found = lead(make_connection(shop, flow=Flow(flow), plan=Plan(plan)), shop, FieldGroup(group))

    assert found.leader == leader
    assert (found.code == "") == (leader != "nobody")


def test_the_table_has_every_flow_group_and_plan() -> None:
    assert set(TABLE) == set(itertools.product([each.value for each in Flow], [each.value for each in FieldGroup]))
    assert set(PLANS) == {each.value for each in Plan}
    assert set(LEADS) == set(Flow)


@pytest.mark.parametrize(("flow", "group", "plan", "leader"), CASES)
def test_what_a_shop_leaves_out_is_led_by_nobody(flow: str, group: str, plan: str, leader: str) -> None:
    shop = make_shop(policy=ProductPolicy(leave=(FieldGroup(group),)))

    found = leads(make_connection(shop, flow=Flow(flow), plan=Plan(plan)), shop)

    assert found[FieldGroup(group)].leader == "nobody"
    for other in set(FieldGroup) - {FieldGroup(group)}:
        assert found[other].leader == next(want for f, g, p, want in CASES if (f, g, p) == (flow, other.value, plan))


@pytest.mark.parametrize(
    ("flow", "group", "plan", "leave", "code"),
    [
        ("prestashop_leads", "stock", "premium", (), "FLOW_LEAVES_OUT"),
        ("prestashop_leads", "stock", "premium", ("stock",), "FLOW_LEAVES_OUT"),
        ("combo", "stock", "premium", ("stock",), "SHOP_LEAVES_OUT"),
        ("combo", "stock", "100", ("stock",), "SHOP_LEAVES_OUT"),
        ("combo", "stock", "200", (), "PLAN_LEAVES_OUT"),
        ("hogia_leads", "price", "200", (), "PLAN_LEAVES_OUT"),
    ],
)
def test_the_reason_why_nobody_leads_is_told(flow: str, group: str, plan: str, leave: tuple[str, ...], code: str) -> None:
    shop = make_shop(policy=ProductPolicy(leave=tuple(FieldGroup(each) for each in leave)))

    found = lead(make_connection(shop, flow=Flow(flow), plan=Plan(plan)), shop, FieldGroup(group))

    assert found.code == code
    assert found.reason


def test_a_plan_too_small_names_the_plan_that_is_needed() -> None:
    shop = make_shop()

    found = lead(make_connection(shop, flow=Flow.COMBO, plan=Plan.P200), shop, FieldGroup.STOCK)

    assert "needs plan 400" in found.reason
    assert "has plan 200" in found.reason
