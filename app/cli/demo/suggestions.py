"""What to try when a demo has played: commands to copy, for this demo's addresses, key and folder."""

from __future__ import annotations

from dataclasses import dataclass

from app.cli.demo.scene import SHOP, SPOILED_BY
from app.cli.demo.screen import Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where everything is. `token` is an API key with the role admin."""

    api: str
    shop: str
    hogia: str
    klarna: str
    folder: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoiled:
    """The order that was made to go wrong, and what its total should be."""

    order: int
    right_total: str


def suggest(screen: Screen, at: Addresses, *, order: int, spoiled: Spoiled | None, can_place: bool) -> None:
    """Print it. `order`: one to look at."""
    screen.title("Everything keeps running. What to try next, in another terminal")
    screen.command(f"export API={at.api} SHOP={at.shop} HOGIA={at.hogia}")
    screen.command(f"export KEY='Authorization: Bearer {at.token}'")
    screen.say()
    screen.say("What was received, the story of an order, what would be done with it:")
    screen.command('curl -H "$KEY" "$API/api/events?kind=order&limit=5"')
    screen.command(f'curl -H "$KEY" $API/api/entities/{SHOP}/order/{order}')
    screen.command(f'curl -H "$KEY" $API/api/entities/{SHOP}/order/{order}/preview')
    screen.command("curl $API/health")
    screen.command("curl $API/metrics")
    screen.say("The same from the shell (with uv run before it where orderbro is not installed):")
    screen.command(f"export ORDERBRO_DATA_DIR={at.folder}")
    screen.command("orderbro events list")
    screen.command(f"orderbro preview {SHOP} {order}")
    if spoiled is not None:
        _cure(screen, spoiled)
    if can_place:
        screen.say("Another customer buys (its line appears here):")
        screen.command("curl $SHOP/_control/scenarios")
        screen.command('curl -d \'{"scenario": "mixed-vat"}\' $SHOP/_control/orders')
    else:
        screen.say("The shop tells once more about an order (its line appears here, without a second invoice):")
        screen.command(f"curl -d '{{}}' $SHOP/_control/orders/{order}/notice")
    screen.say("Hogia commits and then breaks the connection; still exactly one invoice:")
    screen.command("curl -d '{\"drop_response_after_commit\": 2}' $HOGIA/_faults")
    screen.say("Hogia is down for ten requests; the order waits and comes by itself:")
    screen.command("curl -d '{\"http_503\": 10}' $HOGIA/_faults")
    screen.say("What stands in the sandbox, and every call that it received:")
    screen.command("curl $HOGIA/_invoices")
    screen.command("curl $HOGIA/_log")
    screen.command("curl $SHOP/_log")
    screen.say(f"The processes' logs: {at.folder}/*.log")
    screen.say()
    screen.say("Ctrl-C stops everything and removes what it stored.", style="bold")


def _cure(screen: Screen, spoiled: Spoiled) -> None:
    order = spoiled.order
    screen.say(
        f"Order {order} waits for a person, because {SPOILED_BY} kr of its total stand in no row. See it; put the total right; go on:"
    )
    screen.command('curl -H "$KEY" $API/api/parked')
    totals = ", ".join(f'"{name}": "{spoiled.right_total}"' for name in ("total_paid", "total_paid_tax_incl"))
    screen.command(f"curl -d '{{{totals}}}' $SHOP/_control/edit/orders/{order}")
    screen.command(f'curl -X POST -H "$KEY" $API/api/parked/{SHOP}/order/{order}/release')
