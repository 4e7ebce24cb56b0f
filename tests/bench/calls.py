"""Calls per order with warm caches, as the neighbours saw them, and in how many rounds of concurrent calls.

Counts are facts, not times: the smoke test asserts them. The neighbours take a while for each call here, so that calls made together
overlap and calls made one after the other do not.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tests.bench.bridge import Bridge, bridge
from tests.bench.figures import Figure, at_most
from tests.bench.neighbours import Call, calls, forget, rounds

LATENCY_MS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A sort of order and what it may cost.

    `notes`: the shop's setting that the customer's messages go on the invoice. `now`: what it costs today (calls to the shop, rounds, calls
    to Hogia), where that is more than it may; it must not grow.
    """

    name: str
    scenario: str
    newcomer: bool = False
    notes: bool = False
    shop: int
    shop_rounds: int = 2
    hogia: int
    invoices: int = 1
    now: tuple[int, int, int] | None = None

    @property
    def ceiling(self) -> tuple[int, int, int]:
        return self.now or (self.shop, self.shop_rounds, self.hogia)


CASES = (
    Case(name="plain order, known customer", scenario="plain", shop=5, hogia=4),
    Case(name="plain order, new customer", scenario="guest-again", newcomer=True, shop=5, hogia=6),
    Case(name="vouchers, message", scenario="bench-rich", notes=True, shop=7, hogia=4),
    # The invoice, and in the same run the credit of what was refunded: the slips and the customer's cart rules are a round of their own.
    Case(name="vouchers, message, slip", scenario="bench-refunded", notes=True, shop=7, hogia=4, invoices=2, now=(9, 3, 7)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one order cost."""

    case: Case
    shop: tuple[Call, ...]
    hogia: tuple[Call, ...]

    @property
    def shop_rounds(self) -> int:
        return len(rounds(self.shop))


def cost(system: Bridge, case: Case) -> Cost:
    """Send one order through and read what the neighbours saw."""
    order = system.purchase(case.scenario, newcomer=case.newcomer)
    for neighbour in (system.shop, system.hogia):
        forget(neighbour, latency_ms=LATENCY_MS)
    system.notify(order)
    system.wait_idle()
    return Cost(case=case, shop=tuple(calls(system.shop)), hogia=tuple(calls(system.hogia)))


def costs() -> list[Cost]:
    """Every case once, after an order of the same sort has warmed the caches."""
    found = []
    for notes in (False, True):
        cases = [case for case in CASES if case.notes is notes]
        with bridge(order_notes=notes) as system:
            for case in cases:
                cost(system, case)
            found += [cost(system, case) for case in cases]
    return found


def itemised(found: Cost) -> str:
    """Each call by its resource, round by round."""

    def named(call: Call) -> str:
        parts = [part for part in call.path.split("/") if part][1:]
        return f"{call.method} /{parts[0]}" + ("/…" if len(parts) > 1 else "") + (f"/{parts[-1]}" if len(parts) > 2 else "")

    def side(seen: tuple[Call, ...]) -> str:
        return " | ".join(", ".join(f"{n}× {name}" if n > 1 else name for name, n in Counter(map(named, r)).items()) for r in rounds(seen))

    return f"{found.case.name}\n    PrestaShop: {side(found.shop)}\n    Hogia:      {side(found.hogia)}"


def figures(found: list[Cost]) -> list[Figure]:
    made = []
    for each in found:
        case = each.case
        made += [
            Figure(name=f"{case.name}: to PrestaShop", values=(float(len(each.shop)),), unit="calls", target=at_most(case.shop)),
            Figure(name=f"{case.name}: in rounds", values=(float(each.shop_rounds),), unit="", target=at_most(case.shop_rounds)),
            Figure(name=f"{case.name}: to Hogia", values=(float(len(each.hogia)),), unit="calls", target=at_most(case.hogia)),
        ]
    return made
