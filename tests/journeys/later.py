"""What happens to an order after its invoice: a person in Hogia, the three payment providers, and how they are told apart in tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from app.sandbox.payments import klarna, nets, svea
from app.sandbox.prestashop.scenarios import BY_SLUG
from app.store import ledger, marks
from mappers.payments.model import Provider
from tests.world import KLARNA_URL, NETS_URL, SVEA_URL, World

SHIPPED = {"hogia": "delivered", "state": 4, "mail": True, "tracking": True}
PAID = {"hogia": "paid", "state": 2}
REFUNDED = {"hogia": "credited", "state": 7}
CANCELLED = {"hogia": "cancelled", "state": 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A provider as a shop has it: the module's name, its capture rule, and its sandbox's own words."""

    provider: Provider
    module: str
    rule: dict[str, Any]
    state: Callable[[World], Any]
    captured: Callable[[Any, str], int]
    refunded: Callable[[Any, str], int]
    is_asynchronous: bool = False


def _svea_sum(state: Any, reference: str) -> int:
    return int(state.order(reference).delivered)


CASES = [
    Case(
        provider=Provider.KLARNA,
        module="klarnapayment",
        rule={"provider": "klarna", "base_url": KLARNA_URL, "username": klarna.USERNAME, "password": klarna.API_KEY},
        state=lambda world: world.klarna,
        captured=lambda state, reference: int(state.order(reference).captured),
        refunded=lambda state, reference: int(state.order(reference).refunded),
    ),
    Case(
        provider=Provider.SVEA,
        module="sveacheckout",
        rule={"provider": "svea", "base_url": SVEA_URL, "merchant_id": svea.MERCHANT_ID, "secret": svea.SECRET},
        state=lambda world: world.svea,
        captured=_svea_sum,
        refunded=lambda state, reference: int(state.order(reference).credited),
        is_asynchronous=True,
    ),
    Case(
        provider=Provider.NETS,
        module="nexi_checkout",
        rule={"provider": "nets", "base_url": NETS_URL, "secret_key": nets.SECRET_KEY},
        state=lambda world: world.nets,
        captured=lambda state, reference: state.charged(reference),
        refunded=lambda state, reference: state.refunded(reference),
    ),
]
IDS = [case.provider.value for case in CASES]
KLARNA = CASES[0]


def capture(case: Case, **rule: Any) -> dict[str, Any]:
    """The shop's settings with this provider's capture rule."""
    return {"capture": {case.module: {"strategy": "psp_api", **case.rule, **rule}}}


async def bought(world: World, case: Case | None = None, *, slug: str = "plain", **authorised: Any) -> tuple[int, str]:
    """An order paid with the provider, noticed; its id and the payment's reference ("" without a provider)."""
    module = case.module if case else "ps_wirepayment"
    order = world.shop.place_cart(replace(BY_SLUG[slug], module=module, transaction_id="T-1"))[0]
    record = world.shop.get("orders", order)
    reference = ""
    if case is not None:
        amount = int(Decimal(record["total_paid_tax_incl"]) * 100)
        reference = case.state(world).authorise(record["reference"], amount, **authorised)
        (payment,) = world.shop.find("order_payments", order_reference=record["reference"])
        world.shop.change("order_payments", payment["id"], transaction_id=reference)
    await world.notice(order)
    return order, reference


def states_of(world: World, order: int) -> list[int]:
    """The states in the order's history, in the order they were set."""
    rows = sorted(world.shop.find("order_histories", id_order=order), key=lambda row: int(row["id"]))
    return [int(row["id_order_state"]) for row in rows]


def mails_of(world: World, order: int) -> list[Any]:
    return [mail for mail in world.shop.mails if mail.order_id == order]


async def hogia_says(world: World, order: int) -> None:
    """A notification about the order's invoice, as the door marks it."""
    await marks.mark(world.store, [world.key(order)], hint="invoice", why="the invoice changed in Hogia")
    await world.settle()


def reference_of(order: int) -> str:
    """What the sandbox Hogia finds the order's invoice by."""
    return f"PS:1:{order}:INV"


async def effect_of(world: World, name: str) -> ledger.Effect | None:
    return await ledger.get(world.store, name)
