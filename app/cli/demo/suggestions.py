"""What to try when a demo has played: commands to copy, for this demo's addresses, key and folder."""

from __future__ import annotations

from dataclasses import dataclass

from app.cli.demo.scene import CARRIER, SHOP, SPOILED_BY
from app.cli.demo.screen import Screen
from app.cli.demo.verify import invoice_reference


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Refundable:
    """A delivered order and one of its rows (order_details), of which a piece can be refunded."""

    order: int
    row: int


def suggest(
    screen: Screen,
    at: Addresses,
    *,
    order: int,
    spoiled: Spoiled | None,
    can_place: bool,
    deliverable: int | None = None,
    refundable: Refundable | None = None,
) -> None:
    """Print it. `order`: one to look at; `deliverable`: one that was paid at Klarna and is not delivered yet."""
    screen.title("Everything keeps running. What to try next, in another terminal")
    screen.command(f"export API={at.api} SHOP={at.shop} HOGIA={at.hogia} KLARNA={at.klarna}")
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
        screen.command('curl -d \'{"scenario": "swish"}\' $SHOP/_control/orders')
    else:
        screen.say("The shop tells once more about an order (its line appears here, without a second invoice):")
        screen.command(f"curl -d '{{}}' $SHOP/_control/orders/{order}/notice")
    _live_on(screen, deliverable, refundable)
    screen.say("Hogia commits and then breaks the connection; still exactly one invoice:")
    screen.command("curl -d '{\"drop_response_after_commit\": 2}' $HOGIA/_faults")
    screen.say("Hogia is down for ten requests; the order waits and comes by itself:")
    screen.command("curl -d '{\"http_503\": 10}' $HOGIA/_faults")
    screen.say("What stands in the sandbox, and every call that it received:")
    screen.command("curl $HOGIA/_invoices")
    screen.command("curl $HOGIA/_log")
    screen.command("curl $SHOP/_log")
    screen.command("curl $KLARNA/_orders")
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


def _live_on(screen: Screen, deliverable: int | None, refundable: Refundable | None) -> None:
    if deliverable is not None:
        screen.say(f"Order {deliverable} is delivered in Hogia: its money is captured, its customer gets the tracking number:")
        parcel = f'"which": "{invoice_reference(deliverable)}", "carrier": "{CARRIER}", "tracking_number": "SE{deliverable:09}"'
        screen.command(f"curl -d '{{{parcel}}}' $HOGIA/_control/deliver")
    if refundable is not None:
        screen.say(f"One piece of order {refundable.order} is refunded in the shop: credited in Hogia, given back at Klarna:")
        screen.command(f'curl -d \'{{"rows": {{"{refundable.row}": 1}}}}\' $SHOP/_control/orders/{refundable.order}/slip')
